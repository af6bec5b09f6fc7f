/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a process uses, from the text of proc(5).
 *
 * Threads: one. */
#include "sfu-proc.h"

#include <unistd.h>

static const struct {
  const gchar *text;
  gboolean ok;
  guint ticks, threads, pages;
} cases[] = {
  { "7 (sfu-worker) S 1 7 7 0 -1 4194560 1 0 0 0 250 50 0 0 20 0 9 0 100 "
    "2000000 321 18446744073709551615 1 1",
      TRUE, 300, 9, 321 },
  /* A name can be anything, brackets and spaces too. */
  { "7 (a) S (b) R 1 7 7 0 -1 4194560 1 0 0 0 1 2 0 0 20 0 3 0 100 2000000 4 "
    "18446744073709551615",
      TRUE, 3, 3, 4 },
  { "", FALSE, 0, 0, 0 },
  { "7 (x", FALSE, 0, 0, 0 },
  { "7 (x)", FALSE, 0, 0, 0 },
  { "7 (x) S 1 7 7 0 -1 1 1 0 0 0 250 50 0 0 20 0 9 0 100 2000000", FALSE, 0, 0,
      0 },
};

static void
test_parse (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    SfuProc proc = { 0 };

    g_assert_true (sfu_proc_parse (cases[i].text, &proc) == cases[i].ok);
    if (!cases[i].ok)
      continue;
    g_assert_cmpfloat_with_epsilon (
        proc.cpu_s, cases[i].ticks / (gdouble)sysconf (_SC_CLK_TCK), 1e-9);
    g_assert_cmpuint (proc.threads, ==, cases[i].threads);
    g_assert_cmpuint (
        proc.rss, ==, cases[i].pages * (guint64)sysconf (_SC_PAGESIZE));
  }
}

static void
test_look (void)
{
  SfuProc proc = { 0 };

  g_assert_true (sfu_proc_look (getpid (), &proc));
  g_assert_cmpuint (proc.threads, >=, 1);
  g_assert_cmpuint (proc.rss, >, 100000);
  g_assert_false (sfu_proc_look (0, &proc));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proc/parse", test_parse);
  g_test_add_func ("/proc/look", test_look);
  return g_test_run ();
}
