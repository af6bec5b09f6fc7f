/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Levels by tag: what is taken, what is refused, and which one counts.
 *
 * Threads: one. */
#include "sfu-error.h"
#include "sfu-log-levels.h"

static void
test_levels (void)
{
  static const struct {
    const gchar *text, *tag;
    GLogLevelFlags level;
  } cases[] = {
    { "info", NULL, G_LOG_LEVEL_INFO },
    { "error", "room", G_LOG_LEVEL_CRITICAL },
    { "info,seam=debug", "seam", G_LOG_LEVEL_DEBUG },
    { "info,seam=debug", "room", G_LOG_LEVEL_INFO },
    { " warning , Seam = debug ", "seam", G_LOG_LEVEL_DEBUG },
    { "seam=debug", "room", G_LOG_LEVEL_INFO }, /* nothing was said of it */
    { "debug,room=info,room=warning,message", "room", G_LOG_LEVEL_WARNING },
    { "debug,room=info,room=warning,message", "http", G_LOG_LEVEL_MESSAGE },
    { "info,GLib-GIO=debug", "GLib-GIO", G_LOG_LEVEL_DEBUG },
    { "warning,gst=debug", "gst", G_LOG_LEVEL_WARNING }, /* not GLib's */
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (SfuLogLevels) levels =
        sfu_log_levels_parse (cases[i].text, &error);

    g_test_message ("%s %s", cases[i].text, cases[i].tag);
    g_assert_no_error (error);
    g_assert_cmpint (
        sfu_log_levels_get (levels, cases[i].tag), ==, cases[i].level);
    g_assert_cmpstr (sfu_log_levels_get_text (levels), ==, cases[i].text);
  }
}

static void
test_gst (void)
{
  static const struct {
    const gchar *text, *gst;
  } cases[] = {
    { "info", NULL },
    { "gst=warning", "*:2" },
    { "info,gst=none,gst:sfuconsumer=log,gst:webrtc*=trace",
        "*:0,sfuconsumer:6,webrtc*:7" },
    { "gst:a=message,gst:b=fixme", "a:3,b:3" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (SfuLogLevels) levels =
        sfu_log_levels_parse (cases[i].text, NULL);

    g_assert_cmpstr (sfu_log_levels_get_gst (levels), ==, cases[i].gst);
  }
}

static void
test_bad (void)
{
  static const gchar *const bad[] = { "", ",", "loud", "info,",
    "seam=", "=info", "seam=log", "none", "gst:=info", "gst:a:b=info",
    "a b=info", "gst:a,b:9=info", "seam=info=debug", "INFO" };
  g_autoptr (GString) many = g_string_new ("info");

  for (guint i = 0; i < SFU_LOG_LEVELS_MAX_ENTRIES; i++)
    g_string_append (many, ",info");
  for (guint i = 0; i <= G_N_ELEMENTS (bad); i++) {
    const gchar *text = i < G_N_ELEMENTS (bad) ? bad[i] : many->str;
    g_autoptr (GError) error = NULL;

    g_test_message ("%s", text);
    g_assert_null (sfu_log_levels_parse (text, &error));
    g_assert_error (error, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/log-levels/levels", test_levels);
  g_test_add_func ("/log-levels/gst", test_gst);
  g_test_add_func ("/log-levels/bad", test_bad);
  return g_test_run ();
}
