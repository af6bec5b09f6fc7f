/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The life of the program.
 *
 * Threads: the server's one thread. */
#include "sfu-life.h"

#include "sfu-log.h"
#include "sfu-systemd.h"
#include "sfu-turn-pace.h"

#include <glib-unix.h>
#include <stdio.h>
#include <unistd.h>

#define EXIT_CANNOT_RUN 1

typedef struct {
  SfuServer *server; /* borrowed */
  SfuLifeLoad load;
  gpointer owner;
  GMainLoop *loop;
  gboolean started, stopping;
  gboolean terminal; /* it was started in one */
  gint status;
} Life;

static SfuDrain *
get_drain (Life *self)
{
  return sfu_rooms_get_drain (sfu_server_get_rooms (self->server));
}

static void
on_stopped (GObject *source, GAsyncResult *result, gpointer data)
{
  Life *self = data;

  sfu_server_stop_finish (self->server, result);
  g_main_loop_quit (self->loop);
}

static void
stop (gpointer data)
{
  Life *self = data;

  if (self->stopping)
    return;
  self->stopping = TRUE;
  g_message ("stopping; once more to stop at once");
  sfu_systemd_stopping ();
  sfu_systemd_status ("stopping");
  sfu_server_stop_async (self->server, on_stopped, self);
}

/* TRUE = it was this signal's business. */
static gboolean
end_at_once (Life *self)
{
  if (self->started && !self->stopping)
    return FALSE;
  g_message ("stopping at once");
  g_main_loop_quit (self->loop);
  return TRUE;
}

static gboolean
on_interrupt (gpointer data)
{
  if (!end_at_once (data))
    stop (data);
  return G_SOURCE_CONTINUE;
}

static gboolean
is_leaving (Life *self)
{
  SfuDrainStatus status;

  sfu_drain_get_status (get_drain (self), &status);
  return status.on && status.exit;
}

static gboolean
on_terminate (gpointer data)
{
  Life *self = data;
  SfuDrainOrder order = { .exit = TRUE };

  if (end_at_once (self))
    return G_SOURCE_CONTINUE;
  order.deadline_s = sfu_server_get_config (self->server)->drain_timeout_s;
  if (order.deadline_s == 0 || is_leaving (self)) {
    stop (self);
    return G_SOURCE_CONTINUE;
  }
  sfu_systemd_status ("draining");
  sfu_rooms_drain (sfu_server_get_rooms (self->server), &order);
  return G_SOURCE_CONTINUE;
}

/* ---- SIGHUP ---- */

static gchar *
join (const GPtrArray *names)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < names->len; i++)
    g_string_append_printf (
        text, "%s%s", i > 0 ? ", " : "", (const gchar *)names->pdata[i]);
  return g_string_free (text, FALSE);
}

static void
say_what_changed (const GPtrArray *taken, const GPtrArray *left)
{
  g_autofree gchar *new_ones = join (taken);
  g_autofree gchar *old_ones = join (left);

  g_message ("reload: %s%s", taken->len > 0 ? "now in use: " : "nothing is new",
      new_ones);
  if (left->len > 0)
    g_warning ("reload: these wait for a restart: %s", old_ones);
}

static void
reload (Life *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SfuConfig) fresh = self->load (self->owner, &error);
  g_autoptr (GPtrArray) taken = g_ptr_array_new ();
  g_autoptr (GPtrArray) left = g_ptr_array_new ();

  if (fresh == NULL ||
      !sfu_server_reload (self->server, fresh, taken, left, &error)) {
    g_warning ("reload: %s; the configuration stays as it was", error->message);
    return;
  }
  sfu_log_set_levels (sfu_log_levels_parse (
      sfu_server_get_config (self->server)->log_level, NULL));
  for (guint i = 0; i < fresh->warnings->len; i++)
    g_warning ("%s", (gchar *)fresh->warnings->pdata[i]);
  say_what_changed (taken, left);
}

static gboolean
on_hangup (gpointer data)
{
  Life *self = data;

  if (!self->started || self->stopping)
    return G_SOURCE_CONTINUE;
  /* The signal's other meaning. */
  if (self->terminal && !isatty (STDIN_FILENO)) {
    g_message ("the terminal is gone");
    stop (self);
    return G_SOURCE_CONTINUE;
  }
  sfu_systemd_reloading ();
  reload (self);
  sfu_systemd_ready ();
  return G_SOURCE_CONTINUE;
}

/* ---- start ---- */

static void
on_started (GObject *source, GAsyncResult *result, gpointer data)
{
  Life *self = data;
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
  sfu_systemd_status (facts);
  sfu_systemd_ready ();
}

gint
sfu_life_run (SfuServer *server, SfuLifeLoad load, gpointer owner)
{
  Life self = { .server = server, .load = load, .owner = owner };
  guint sources[4];

  self.terminal = isatty (STDIN_FILENO);
  self.loop = g_main_loop_new (NULL, FALSE);
  sfu_turn_pace_install (NULL);
  sources[0] = g_unix_signal_add (SIGTERM, on_terminate, &self);
  sources[1] = g_unix_signal_add (SIGINT, on_interrupt, &self);
  sources[2] = g_unix_signal_add (SIGHUP, on_hangup, &self);
  sources[3] = sfu_systemd_watch ();
  sfu_drain_set_over (get_drain (&self), stop, &self);
  sfu_server_start_async (server, on_started, &self);
  g_main_loop_run (self.loop);
  sfu_drain_set_over (get_drain (&self), NULL, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (sources); i++)
    g_clear_handle_id (&sources[i], g_source_remove);
  g_main_loop_unref (self.loop);
  return self.status;
}
