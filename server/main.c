/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sfu-server: reads the configuration and runs the server (sfu-life.h).
 *
 * Threads: one main loop; all of the server runs in it. */
#include "sfu-limits.h"
#include "sfu-life.h"
#include "sfu-log.h"

#include <locale.h>

/* As --help says. */
#define EXIT_OK 0
#define EXIT_USAGE 2

typedef struct {
  gint argc;
  gchar **argv;
  GStrv environment;
} Origin;

/* What the table of keys cannot see: keys of tokens, addresses. */
static gboolean
check_services (const SfuConfig *config, GError **error)
{
  SfuServices services;
  gboolean ok = sfu_services_init (&services, config, NULL, error);

  sfu_services_clear (&services);
  return ok;
}

/* As at the start; but what it is for has been decided. */
static SfuConfig *
load_again (gpointer owner, GError **error)
{
  const Origin *origin = owner;
  SfuConfigAction action;
  g_autofree gchar *text = NULL;

  return sfu_config_load (
      origin->argc, origin->argv, origin->environment, &action, &text, error);
}

static gint
run (SfuConfig *config, Origin *origin)
{
  g_autoptr (SfuServer) server = NULL;
  g_autoptr (GError) error = NULL;

  sfu_limits_raise_descriptors ();
  /* It was checked when it was read. */
  sfu_log_init (
      sfu_log_levels_parse (config->log_level, NULL), config->log_format);
  for (guint i = 0; i < config->warnings->len; i++)
    g_warning ("%s", (gchar *)config->warnings->pdata[i]);
  server = sfu_server_new (config, &error);
  if (server == NULL) {
    g_printerr ("sfu-server: codecs: %s\n", error->message);
    return EXIT_USAGE;
  }
  return sfu_life_run (server, load_again, origin);
}

int
main (int argc, char **argv)
{
  g_auto (GStrv) environment = g_get_environ ();
  Origin origin = { argc, argv, environment };
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
      return run (g_steal_pointer (&config), &origin);
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
