/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading of /proc: this process, and texts that are none.
 *
 * Threads: one. */
#include "sfu-process-stats.h"

#include <unistd.h>

static void
test_own (void)
{
  SfuProcessStats stats;
  gdouble now_s = g_get_real_time () / (gdouble)G_USEC_PER_SEC;

  g_assert_true (sfu_process_stats_read (getpid (), &stats));
  g_assert_cmpfloat (stats.cpu_s, >=, 0);
  g_assert_cmpuint (stats.resident_bytes, >, 100 * 1000);
  g_assert_cmpuint (stats.threads, >=, 1);
  g_assert_cmpuint (stats.fds, >=, 1);
  /* Boot time has whole seconds. */
  g_assert_cmpfloat (stats.start_s, >, now_s - 3600);
  g_assert_cmpfloat (stats.start_s, <, now_s + 2);
  g_assert_false (sfu_process_stats_read (0, &stats));
  g_assert_false (sfu_process_stats_read (-1, &stats));
}

static void
test_parse (void)
{
  static const gchar good[] =
      "77 (a ) (b) S 1 2 3 0 -1 4194560 5 6 7 8 150 50 11 12 20 0 9 0 1000 "
      "123456 300 184467440737 1 1 0";
  /* The last one is cut off in front of the memory. */
  static const gchar *const bad[] = { "", "77", "77 (a", "77 (a)", "77 (a) ",
    "77 (a) S 1 2 3", "nonsense",
    "7 (x) S 1 7 7 0 -1 1 1 0 0 0 250 50 0 0 20 0 9 0 100 2000000" };
  SfuProcessStats stats = { 0 };

  g_assert_true (sfu_process_stats_parse (good, 100, 5000, 4096, &stats));
  g_assert_cmpfloat (stats.cpu_s, ==, 2);
  g_assert_cmpuint (stats.threads, ==, 9);
  g_assert_cmpfloat (stats.start_s, ==, 5010);
  g_assert_cmpuint (stats.resident_bytes, ==, 300 * 4096);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (sfu_process_stats_parse (bad[i], 100, 0, 4096, &stats));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/process-stats/own", test_own);
  g_test_add_func ("/process-stats/parse", test_parse);
  return g_test_run ();
}
