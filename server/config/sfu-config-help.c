/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* --help, from the table of keys.
 *
 * Threads: once at the start. */
#include "sfu-config-keys.h"

#include <string.h>

#define INDENT 30
#define WIDTH 79
/* A longer default would push the text away; the manual has it. */
#define MAX_SHOWN_DEFAULT 24

static const gchar head[] =
    "Usage: sfu-server [OPTION]...\n"
    "\n"
    "Conference rooms for browsers: a selective forwarding unit whose media\n"
    "plane is GStreamer. Without options it serves a page for calls on this\n"
    "machine: http://localhost:4443/\n"
    "\n"
    "Examples:\n"
    "  sfu-server\n"
    "      A first try, on this machine only.\n"
    "  sfu-server --listen-ip 0.0.0.0 --announced-address 192.0.2.10 \\\n"
    "             --tls-cert cert.pem --tls-key key.pem\n"
    "      For others: https (browsers insist), and the address they reach.\n"
    "  sfu-server --config /etc/gst-sfu/server.conf --check-config\n"
    "      Is this file good?\n";

static const struct {
  const gchar *group, *title;
} chapters[] = {
  { "network", "Network" },
  { "media", "Media" },
  { "web", "Page" },
  { "access", "Access" },
  { "ice", "ICE servers of clients (STUN, TURN)" },
  { "protocols", "Protocols" },
  { "rooms", "Rooms" },
  { "cluster", "Several servers" },
  { "webhook", "Webhook" },
  { "limits", "Limits" },
  { "log", "Log" },
};

static const gchar tail[] =
    "\n"
    "Every option is also an environment variable (--http-port: "
    "SFU_HTTP_PORT)\n"
    "and an entry of a key file ([network] http-port=4443; groups as the\n"
    "chapters above: network, media, web, access, ice, ...). A flag wins over "
    "the\n"
    "environment, the environment over the file. Deployments of other systems\n"
    "may go on setting PORT, JWT_SECRET, REDIS_URL, FRONTEND_URL, "
    "BACKEND_URL,\n"
    "LOG_LEVEL, ANNOUNCED_IP, MEDIASOUP_ANNOUNCED_IP, RTC_MIN_PORT and\n"
    "RTC_MAX_PORT, MEDIASOUP_RTC_MIN_PORT and MEDIASOUP_RTC_MAX_PORT.\n"
    "\n"
    "Signals: SIGTERM drains (drain-timeout) and stops, SIGINT stops, SIGHUP "
    "reads\n"
    "the configuration anew.\n"
    "\n"
    "Exit status: 0 after a stop that was asked for, 1 when the server cannot\n"
    "start or go on, 2 when options are wrong.\n";

/* Appends text broken at spaces, each line at the indent. */
static void
append_wrapped (GString *out, const gchar *text)
{
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  gsize column = INDENT;

  for (guint i = 0; words[i] != NULL; i++) {
    gsize len = strlen (words[i]);

    if (column > INDENT && column + 1 + len > WIDTH) {
      g_string_append_printf (out, "\n%*s", INDENT, "");
      column = INDENT;
    }
    if (column > INDENT) {
      g_string_append_c (out, ' ');
      column++;
    }
    g_string_append (out, words[i]);
    column += len;
  }
  g_string_append_c (out, '\n');
}

static void
append_option (GString *out, const gchar *name, const gchar *argument,
    const gchar *help, const gchar *fallback)
{
  g_autoptr (GString) text = g_string_new (help);
  gsize start = out->len;

  g_string_append_printf (out, "  --%s", name);
  if (argument != NULL)
    g_string_append_printf (out, " %s", argument);
  if (out->len - start >= INDENT - 1)
    g_string_append_printf (out, "\n%*s", INDENT, "");
  else
    while (out->len - start < INDENT)
      g_string_append_c (out, ' ');
  if (*fallback != '\0')
    g_string_append_printf (text, " [%s]",
        strlen (fallback) <= MAX_SHOWN_DEFAULT ? fallback
                                               : "see --print-config");
  append_wrapped (out, text->str);
}

gchar *
sfu_config_help (void)
{
  GString *out = g_string_new (head);

  for (guint c = 0; c < G_N_ELEMENTS (chapters); c++) {
    g_string_append_printf (out, "\n%s\n", chapters[c].title);
    for (guint i = 0; i < sfu_config_n_keys; i++) {
      const SfuConfigKey *key = &sfu_config_keys[i];

      if (strcmp (key->group, chapters[c].group) == 0)
        append_option (out, key->name, key->argument, key->help, key->fallback);
    }
  }
  g_string_append (out, "\nOther\n");
  append_option (out, "config", "FILE", "Read this key file.", "");
  append_option (out, "check-config", NULL,
      "Say whether all of it is good, and exit.", "");
  append_option (out, "print-config", NULL,
      "Print what would be used, as a key file, and exit.", "");
  append_option (out, "version", NULL, "Print the version, and exit.", "");
  append_option (out, "help", NULL, "This text.", "");
  g_string_append (out, tail);
  return g_string_free (out, FALSE);
}
