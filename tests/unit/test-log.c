/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The log of a process: its format, and levels that change while it runs. Each
 * case is a child, because a log can only be set up once.
 *
 * Threads: one. */
#include "sfu-log.h"

static void
start (const gchar *levels, SfuLogFormat format)
{
  g_autoptr (GError) error = NULL;
  SfuLogLevels *parsed = sfu_log_levels_parse (levels, &error);

  g_assert_no_error (error);
  sfu_log_init (parsed, format);
}

static void
say (const gchar *domain, GLogLevelFlags level, const gchar *text)
{
  g_log_structured (domain, level, "MESSAGE", "%s", text);
}

static void
speak_json (void)
{
  start ("info,seam=debug", SFU_LOG_JSON);
  say ("sfu-seam", G_LOG_LEVEL_DEBUG, "one room=x");
  say ("sfu-room", G_LOG_LEVEL_DEBUG, "two");
  say ("sfu-room", G_LOG_LEVEL_INFO, "room=x peer=\"y z\" three");
  sfu_log_set_levels (sfu_log_levels_parse ("error,room=debug", NULL));
  say ("sfu-room", G_LOG_LEVEL_DEBUG, "four");
  say ("sfu-seam", G_LOG_LEVEL_WARNING, "five");
  /* What another process found worth it is not judged again. */
  sfu_log_relay (G_LOG_LEVEL_DEBUG, "gst", "worker[7]: category=x six");
}

static void
test_json (void)
{
  if (g_test_subprocess ()) {
    speak_json ();
    return;
  }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr (
      "{*\"level\":\"debug\",\"tag\":\"seam\",\"message\":\"one room=x\"}\n"
      "{*\"level\":\"info\",\"tag\":\"room\",\"message\":\"room=x peer=?\"y "
      "z?\" three\",\"room\":\"x\",\"peer\":\"y z\"}\n"
      "{*\"level\":\"debug\",\"tag\":\"room\",\"message\":\"four\"}\n"
      "{*\"level\":\"debug\",\"tag\":\"gst\",\"message\":\"worker?7]: "
      "category=x six\",\"worker_pid\":\"7\",\"category\":\"x\"}\n");
}

/* systemd's variable is inherited: stderr is the journal's only when it is that
 * file. */
static void
test_auto (void)
{
  if (g_test_subprocess ()) {
    g_setenv ("JOURNAL_STREAM", "1:1", TRUE);
    start ("message", SFU_LOG_AUTO);
    say ("sfu-http", G_LOG_LEVEL_MESSAGE, "a\nb");
    say ("sfu-http", G_LOG_LEVEL_INFO, "no");
    return;
  }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("20*Z MESSAGE http: a?x0ab\n");
}

static void
test_names (void)
{
  static const struct {
    const gchar *name;
    gboolean good;
    SfuLogFormat format;
  } cases[] = {
    { "auto", TRUE, SFU_LOG_AUTO },
    { "text", TRUE, SFU_LOG_TEXT },
    { "json", TRUE, SFU_LOG_JSON },
    { "journald", TRUE, SFU_LOG_JOURNALD },
    { "JSON", FALSE },
    { "", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    SfuLogFormat format = SFU_LOG_AUTO;

    g_assert_cmpint (
        sfu_log_format_from_name (cases[i].name, &format), ==, cases[i].good);
    if (cases[i].good)
      g_assert_cmpint (format, ==, cases[i].format);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/log/json", test_json);
  g_test_add_func ("/log/auto", test_auto);
  g_test_add_func ("/log/names", test_names);
  return g_test_run ();
}
