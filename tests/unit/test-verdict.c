/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Verdicts: every one has a name of its own and is counted.
 *
 * Threads: one. */
#include "sfu-verdict.h"

static void
test_names (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < SFU_VERDICT_COUNT; i++) {
    const gchar *name = sfu_verdict_name (i);

    g_assert_cmpstr (name, !=, "unknown");
    for (const gchar *c = name; *c; c++)
      g_assert_true (g_ascii_islower (*c) || *c == '-');
    g_assert_true (g_hash_table_add (seen, (gpointer)name));
  }
  g_assert_cmpstr (
      sfu_verdict_name (SFU_DROP_WAIT_KEYFRAME), ==, "wait-keyframe");
  g_assert_cmpstr (sfu_verdict_name (SFU_VERDICT_COUNT), ==, "unknown");
  g_assert_cmpstr (sfu_verdict_name ((SfuVerdict)-1), ==, "unknown");
}

static void
test_counters (void)
{
  SfuVerdictCounters counters = { 0 };

  g_assert_cmpuint (sfu_verdict_counters_dropped (&counters), ==, 0);
  for (guint i = 0; i < SFU_VERDICT_COUNT; i++)
    sfu_verdict_count (&counters, i);
  g_assert_cmpuint (counters.n[SFU_VERDICT_FORWARD], ==, 1);
  g_assert_cmpuint (
      sfu_verdict_counters_dropped (&counters), ==, SFU_VERDICT_COUNT - 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/verdict/names", test_names);
  g_test_add_func ("/verdict/counters", test_counters);
  return g_test_run ();
}
