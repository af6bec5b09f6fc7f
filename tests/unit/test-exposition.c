/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Metrics as text, letter by letter in both formats; and that the checker that
 * other tests rely on finds what is wrong.
 *
 * Threads: one. */
#include "exposition-check.h"
#include "sfu-exposition.h"

#include <math.h>

static const SfuMetricFamily counter = { "sfu_test_bytes", SFU_METRIC_COUNTER,
  "bytes", "Bytes \"in\"\nand \\out.", { "direction", "kind" } };
static const SfuMetricFamily gauge = { "sfu_test", SFU_METRIC_GAUGE, NULL,
  "Of now." };
static const SfuMetricFamily histogram = { "sfu_test_seconds",
  SFU_METRIC_HISTOGRAM, "seconds", "Waits.", { "worker" }, { 0.005, 1, 2.5 },
  3 };

static gchar *
write_all (SfuExpositionFormat format)
{
  static const gchar *const audio[] = { "in", "audio" };
  static const gchar *const odd[] = { "a\"b\\c\nd", "\303\244" };
  static const gchar *const worker[] = { "0" };
  static const SfuHistogram values = { { 1, 2, 0, 4 }, 9.75 };
  SfuExposition exposition;

  sfu_exposition_init (&exposition, format);
  sfu_exposition_family (&exposition, &counter);
  sfu_exposition_value (&exposition, audio, 12);
  sfu_exposition_value (&exposition, odd, 0);
  sfu_exposition_single (&exposition, &gauge, -0.5);
  sfu_exposition_family (&exposition, &histogram);
  sfu_exposition_histogram (&exposition, worker, &values);
  return sfu_exposition_finish (&exposition);
}

#define SAMPLES                                                                \
  "sfu_test_bytes_total{direction=\"in\",kind=\"audio\"} 12\n"                 \
  "sfu_test_bytes_total{direction=\"a\\\"b\\\\c\\nd\",kind=\"\303\244\"} 0\n"
#define GAUGE                                                                  \
  "# HELP sfu_test Of now.\n"                                                  \
  "# TYPE sfu_test gauge\n"                                                    \
  "sfu_test -0.5\n"                                                            \
  "# HELP sfu_test_seconds Waits.\n"                                           \
  "# TYPE sfu_test_seconds histogram\n"
#define BUCKETS                                                                \
  "sfu_test_seconds_bucket{worker=\"0\",le=\"0.005\"} 1\n"                     \
  "sfu_test_seconds_bucket{worker=\"0\",le=\"1.0\"} 3\n"                       \
  "sfu_test_seconds_bucket{worker=\"0\",le=\"2.5\"} 3\n"                       \
  "sfu_test_seconds_bucket{worker=\"0\",le=\"+Inf\"} 7\n"                      \
  "sfu_test_seconds_sum{worker=\"0\"} 9.75\n"                                  \
  "sfu_test_seconds_count{worker=\"0\"} 7\n"

static void
test_text (void)
{
  g_autofree gchar *text = write_all (SFU_EXPOSITION_TEXT);
  g_autofree gchar *wrong = exposition_check (text, FALSE);

  g_assert_cmpstr (text, ==,
      "# HELP sfu_test_bytes_total Bytes \"in\"\\nand \\\\out.\n"
      "# TYPE sfu_test_bytes_total counter\n" SAMPLES GAUGE BUCKETS);
  g_assert_cmpstr (wrong, ==, NULL);
  g_assert_cmpstr (sfu_exposition_content_type (SFU_EXPOSITION_TEXT), ==,
      "text/plain; version=0.0.4; charset=utf-8");
}

static void
test_openmetrics (void)
{
  g_autofree gchar *text = write_all (SFU_EXPOSITION_OPENMETRICS);
  g_autofree gchar *wrong = exposition_check (text, TRUE);

  g_assert_cmpstr (text, ==,
      "# HELP sfu_test_bytes Bytes \\\"in\\\"\\nand \\\\out.\n"
      "# TYPE sfu_test_bytes counter\n"
      "# UNIT sfu_test_bytes bytes\n" SAMPLES GAUGE
      "# UNIT sfu_test_seconds seconds\n" BUCKETS "# EOF\n");
  g_assert_cmpstr (wrong, ==, NULL);
  g_assert_cmpstr (sfu_exposition_content_type (SFU_EXPOSITION_OPENMETRICS), ==,
      "application/openmetrics-text; version=1.0.0; charset=utf-8");
}

static void
test_numbers (void)
{
  static const struct {
    gdouble value;
    const gchar *text;
  } cases[] = {
    { 0, "0" },
    { 1e15, "1000000000000000" },
    { 9007199254740991.0, "9007199254740991" },
    { 1e300, "1e+300" },
    { 0.1, "0.1" },
    { 1.0 / 3, "0.33333333333333331" },
    { 1e-7, "1e-07" },
    { INFINITY, "+Inf" },
    { -INFINITY, "-Inf" },
    { NAN, "NaN" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *wanted = g_strdup_printf (
        "# HELP sfu_test Of now.\n# TYPE sfu_test gauge\nsfu_test %s\n",
        cases[i].text);
    g_autofree gchar *text = NULL;
    SfuExposition exposition;

    sfu_exposition_init (&exposition, SFU_EXPOSITION_TEXT);
    sfu_exposition_single (&exposition, &gauge, cases[i].value);
    text = sfu_exposition_finish (&exposition);
    g_assert_cmpstr (text, ==, wanted);
  }
}

#define HEAD(name, type) "# HELP " name " x\n# TYPE " name " " type "\n"

static void
test_checker (void)
{
  static const gchar *const bad[] = {
    "", "a 1\n",                                         /* no family */
    HEAD ("a", "gauge") "b 1\n",                         /* another's */
    HEAD ("a", "gauge") "a 1",                           /* no line end */
    HEAD ("a", "gauge") "a 1\na 2\n",                    /* twice */
    HEAD ("a", "gauge") "a one\n",                       /* no number */
    HEAD ("a", "gauge") "a{b=c} 1\n",                    /* not quoted */
    HEAD ("a", "gauge") "a{b=\"\\x\"} 1\n",              /* bad escape */
    HEAD ("a", "gauge") HEAD ("a", "gauge"),             /* two pieces */
    HEAD ("a", "summary") "a 1\n",                       /* not ours */
    HEAD ("a", "counter") "a 1\n",                       /* no _total */
    HEAD ("a_total", "counter") "a_total -1\n",          /* falls */
    HEAD ("a", "histogram") "a_bucket 1\n",              /* no bound */
    HEAD ("a", "histogram") "a_bucket{le=\"1.0\"} 2\n"   /* falls */
                            "a_bucket{le=\"+Inf\"} 1\n", /* */
    HEAD ("a", "histogram") "a_bucket{le=\"+Inf\"} 1\na_count 2\n",
    "# TYPE a gauge\na 1\n",
    HEAD ("a", "gauge") "# UNIT a s\na 1\n", /* only in OpenMetrics */
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autofree gchar *wrong = exposition_check (bad[i], FALSE);

    g_test_message ("%s", bad[i]);
    g_assert_nonnull (wrong);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/exposition/text", test_text);
  g_test_add_func ("/exposition/openmetrics", test_openmetrics);
  g_test_add_func ("/exposition/numbers", test_numbers);
  g_test_add_func ("/exposition/checker", test_checker);
  return g_test_run ();
}
