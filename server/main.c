/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sfu-server: reads the configuration, runs the server until a signal.
 *
 * Threads: one main loop; all of the server runs in it. */
#include "sfu-error.h"
#include "sfu-limits.h"
#include "sfu-log.h"
#include "sfu-server.h"

#include <glib-unix.h>
#include <locale.h>
#include <stdio.h>

/* As --help says. */
#define EXIT_OK 0
#define EXIT_CANNOT_RUN 1
#define EXIT_USAGE 2

typedef struct {
  SfuServer *server;
  GMainLoop *loop;
  gboolean started, stopping;
  gint status;
} Main;

static void
on_stopped (GObject *source, GAsyncResult *result, gpointer data)
{
  Main *self = data;

  sfu_server_stop_finish (self->server, result);
  g_main_loop_quit (self->loop);
}

/* The first signal stops in good order, the second one at once. */
static gboolean
on_signal (gpointer data)
{
  Main *self = data;

  if (self->stopping || !self->started) {
    g_message ("stopping at once");
    g_main_loop_quit (self->loop);
    return G_SOURCE_CONTINUE;
  }
  g_message ("stopping; once more to stop at once");
  self->stopping = TRUE;
  sfu_server_stop_async (self->server, on_stopped, self);
  return G_SOURCE_CONTINUE;
}

static void
on_started (GObject *source, GAsyncResult *result, gpointer data)
{
  Main *self = data;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *facts = NULL;
  g_autofree gchar *url = NULL;

  if (!sfu_server_start_finish (self->server, result, &error)) {
    g_printerr ("sfu-server: %s\n", error->message);
    self->status = EXIT_CANNOT_RUN;
    g_main_loop_quit (self->loop);
    return;
  }
  self->started = TRUE;
  facts = sfu_server_describe (self->server);
  url = sfu_http_server_get_url (sfu_server_get_http (self->server));
  /* Programs wait for this line. */
  g_print ("sfu-server ready %s\n", facts);
  g_print ("\n  Open %s in a browser, and again in a second tab.\n"
           "  Ctrl+C stops the server.\n\n",
      url);
  fflush (stdout);
}

/* What the table of keys cannot see: keys of tokens, addresses. */
static gboolean
check_services (const SfuConfig *config, GError **error)
{
  SfuServices services;
  gboolean ok = sfu_services_init (&services, config, NULL, error);

  sfu_services_clear (&services);
  return ok;
}

static gint
run (SfuConfig *config)
{
  Main self = { NULL };
  g_autoptr (GError) error = NULL;
  guint term, interrupt;

  sfu_limits_raise_descriptors ();
  sfu_log_init (config->log_level);
  for (guint i = 0; i < config->warnings->len; i++)
    g_warning ("%s", (gchar *)config->warnings->pdata[i]);
  self.server = sfu_server_new (config, &error);
  if (self.server == NULL) {
    g_printerr ("sfu-server: codecs: %s\n", error->message);
    return EXIT_USAGE;
  }
  self.loop = g_main_loop_new (NULL, FALSE);
  term = g_unix_signal_add (SIGTERM, on_signal, &self);
  interrupt = g_unix_signal_add (SIGINT, on_signal, &self);
  sfu_server_start_async (self.server, on_started, &self);
  g_main_loop_run (self.loop);
  g_source_remove (term);
  g_source_remove (interrupt);
  sfu_server_free (self.server);
  g_main_loop_unref (self.loop);
  return self.status;
}

int
main (int argc, char **argv)
{
  g_auto (GStrv) environment = g_get_environ ();
  g_autoptr (SfuConfig) config = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *text = NULL;
  SfuConfigAction action;

  setlocale (LC_ALL, "");
  config = sfu_config_load (argc, argv, environment, &action, &text, &error);
  if (config == NULL ||
      ((action == SFU_CONFIG_RUN || action == SFU_CONFIG_CHECK) &&
          !check_services (config, &error))) {
    g_printerr ("sfu-server: %s\n", error->message);
    return EXIT_USAGE;
  }
  switch (action) {
    case SFU_CONFIG_RUN:
      return run (g_steal_pointer (&config));
    case SFU_CONFIG_CHECK:
      for (guint i = 0; i < config->warnings->len; i++)
        g_printerr (
            "sfu-server: warning: %s\n", (gchar *)config->warnings->pdata[i]);
      g_print ("the configuration is good\n");
      return EXIT_OK;
    default:
      g_print ("%s", text);
      return EXIT_OK;
  }
}
