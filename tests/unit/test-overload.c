/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SfuOverload: marks with a margin and a delay.
 *
 * Threads: main only. */
#include "sfu-overload.h"

#define SECOND G_USEC_PER_SEC

static const SfuOverloadLimits limits = {
  .cpu_percent = 90, .streams = 100, .memory_mib = 10, .audio_only_percent = 75
};

static void
test_cpu (void)
{
  static const struct {
    gint64 at_s;
    gdouble percent;
    gboolean audio_only;
    SfuRefusal refusal;
  } looks[] = {
    { 1, 95, FALSE, SFU_REFUSAL_NONE },
    { 3, 95, FALSE, SFU_REFUSAL_NONE },
    { 4, 95, TRUE, SFU_REFUSAL_CPU },
    { 5, 85, TRUE, SFU_REFUSAL_CPU }, /* not far enough below */
    { 50, 85, TRUE, SFU_REFUSAL_CPU },
    { 51, 80, TRUE, SFU_REFUSAL_CPU },
    { 54, 80, TRUE, SFU_REFUSAL_NONE },
    { 55, 60, TRUE, SFU_REFUSAL_NONE },
    { 57, 70, TRUE, SFU_REFUSAL_NONE }, /* begins anew */
    { 58, 60, TRUE, SFU_REFUSAL_NONE },
    { 60, 60, TRUE, SFU_REFUSAL_NONE },
    { 61, 60, FALSE, SFU_REFUSAL_NONE },
    { 62, 99, FALSE, SFU_REFUSAL_NONE }, /* a short one */
    { 64, 10, FALSE, SFU_REFUSAL_NONE },
    { 65, 99, FALSE, SFU_REFUSAL_NONE },
    { 68, 99, TRUE, SFU_REFUSAL_CPU },
  };
  SfuOverload overload = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (looks); i++) {
    SfuWorkerLoad load = { .cpu_percent = looks[i].percent };
    gboolean before = overload.audio_only.over;
    gboolean changed =
        sfu_overload_look (&overload, &limits, &load, looks[i].at_s * SECOND);

    g_assert_cmpint (overload.audio_only.over, ==, looks[i].audio_only);
    g_assert_cmpint (overload.refusal, ==, looks[i].refusal);
    g_assert_cmpint (changed, ==, before != looks[i].audio_only);
  }
}

/* These are not noise: they count at once. */
static void
test_streams_and_memory (void)
{
  static const struct {
    guint streams;
    gint64 rss;
    SfuRefusal refusal;
  } cases[] = {
    { 99, 9 << 20, SFU_REFUSAL_NONE },
    { 100, 0, SFU_REFUSAL_STREAMS },
    { 0, 10 << 20, SFU_REFUSAL_MEMORY },
    { 100, 10 << 20, SFU_REFUSAL_MEMORY },
    { 0, 0, SFU_REFUSAL_NONE },
  };
  SfuOverload overload = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    SfuWorkerLoad load = { .n_streams = cases[i].streams, .rss = cases[i].rss };

    sfu_overload_look (&overload, &limits, &load, SECOND);
    g_assert_cmpint (overload.refusal, ==, cases[i].refusal);
  }
}

/* What the worker says of itself holds whatever is configured. */
static void
test_lacking (void)
{
  static const SfuRefusal refusals[] = {
    [SFU_LIMIT_NONE] = SFU_REFUSAL_NONE,
    [SFU_LIMIT_DESCRIPTORS] = SFU_REFUSAL_DESCRIPTORS,
    [SFU_LIMIT_MEMORY] = SFU_REFUSAL_MEMORY,
  };
  static const SfuOverloadLimits none = { 0 };
  SfuOverload overload = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++) {
    SfuWorkerLoad load = { .lacking = i };

    sfu_overload_look (&overload, &none, &load, SECOND);
    g_assert_cmpint (overload.refusal, ==, refusals[i]);
  }
  sfu_overload_look (&overload, &none, &(SfuWorkerLoad){ 0 }, SECOND);
  g_assert_cmpint (overload.refusal, ==, SFU_REFUSAL_NONE);
}

static void
test_no_limits (void)
{
  static const SfuOverloadLimits none = { 0 };
  SfuWorkerLoad load = {
    .cpu_percent = 1000, .n_streams = G_MAXUINT, .rss = G_MAXINT64
  };
  SfuOverload overload = { 0 };

  for (guint i = 1; i < 20; i++) {
    g_assert_false (sfu_overload_look (&overload, &none, &load, i * SECOND));
    g_assert_cmpint (overload.refusal, ==, SFU_REFUSAL_NONE);
  }
  /* a limit that is taken away does not hold any longer */
  sfu_overload_look (&overload, &limits, &load, 30 * SECOND);
  g_assert_true (sfu_overload_look (&overload, &limits, &load, 40 * SECOND));
  g_assert_true (sfu_overload_look (&overload, &none, &load, 41 * SECOND));
  g_assert_cmpint (overload.refusal, ==, SFU_REFUSAL_NONE);
}

static void
test_names (void)
{
  for (guint i = 0; i < SFU_REFUSAL_N; i++) {
    g_assert_nonnull (sfu_refusal_name (i));
    for (guint j = 0; j < i; j++)
      g_assert_cmpstr (sfu_refusal_name (i), !=, sfu_refusal_name (j));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/overload/cpu", test_cpu);
  g_test_add_func ("/overload/streams-and-memory", test_streams_and_memory);
  g_test_add_func ("/overload/lacking", test_lacking);
  g_test_add_func ("/overload/no-limits", test_no_limits);
  g_test_add_func ("/overload/names", test_names);
  return g_test_run ();
}
