/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What workers say, as text: several workers in one family, silent ones, and
 * numbers that do not fit.
 *
 * Threads: one. */
#include "exposition-check.h"
#include "sfu-media-metrics.h"

#include <string.h>

static GVariant *
parse (const gchar *type, const gchar *text)
{
  g_autoptr (GError) error = NULL;
  GVariant *value =
      g_variant_parse (G_VARIANT_TYPE (type), text, NULL, NULL, &error);

  g_assert_no_error (error);
  return value;
}

static gchar *
write_all (const SfuMediaMetrics *workers, guint n, SfuExpositionFormat format)
{
  SfuExposition exposition;
  g_autofree gchar *wrong = NULL;
  gchar *text;

  sfu_exposition_init (&exposition, format);
  sfu_media_metrics_write (workers, n, &exposition);
  text = sfu_exposition_finish (&exposition);
  wrong = exposition_check (text, format == SFU_EXPOSITION_OPENMETRICS);
  g_assert_cmpstr (wrong, ==, NULL);
  return text;
}

static void
test_workers (void)
{
  /* In the order of SfuMediaMetric; the last ones do not fit. */
  g_autoptr (GVariant) values = parse (SFU_MEDIA_METRICS_VALUES,
      "[(0, ['in', 'audio'], 5.0), (0, ['out', 'audio'], 6.0),"
      " (12, ['consumer', 'padding'], 7.0), (19, [], 0.25),"
      " (0, ['in'], 8.0), (200, ['in', 'audio'], 9.0), (7, ['in'], 1.0)]");
  g_autoptr (GVariant) histograms = parse (SFU_MEDIA_METRICS_HISTOGRAMS,
      "[(7, ['in'], [0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2], 4.5),"
      " (7, ['out'], [0, 1], 4.5), (0, ['in', 'audio'], [1], 1.0)]");
  const SfuMediaMetrics workers[] = { { "0", values, histograms },
    { "1", NULL, NULL }, { "2", values, histograms } };
  g_autofree gchar *text = write_all (workers, 3, SFU_EXPOSITION_TEXT);
  g_autofree gchar *open = write_all (workers, 3, SFU_EXPOSITION_OPENMETRICS);

  g_assert_nonnull (strstr (text,
      "# TYPE sfu_rtp_packets_total counter\n"
      "sfu_rtp_packets_total{worker=\"0\",direction=\"in\",kind=\"audio\"} 5\n"
      "sfu_rtp_packets_total{worker=\"0\",direction=\"out\",kind=\"audio\"} 6\n"
      "sfu_rtp_packets_total{worker=\"2\",direction=\"in\",kind=\"audio\"} 5\n"
      "sfu_rtp_packets_total{worker=\"2\",direction=\"out\",kind=\"audio\"} 6\n"
      "# HELP"));
  g_assert_nonnull (strstr (text,
      "sfu_dropped_packets_total{worker=\"2\",stage=\"consumer\","
      "reason=\"padding\"} 7\n"));
  g_assert_nonnull (
      strstr (text, "sfu_media_loop_turn_max_seconds{worker=\"0\"} 0.25\n"));
  g_assert_nonnull (strstr (text,
      "sfu_rtt_seconds_bucket{worker=\"0\",direction=\"in\",le=\"+Inf\"} 3\n"
      "sfu_rtt_seconds_sum{worker=\"0\",direction=\"in\"} 4.5\n"));
  g_assert_null (strstr (text, "direction=\"out\",le"));
  g_assert_nonnull (strstr (open, "# UNIT sfu_packet_loss_ratio ratio\n"));
}

/* Each family has "worker" as its first label, and its unit in its name. */
static void
test_table (void)
{
  for (guint i = 0; i < SFU_MEDIA_N_METRICS; i++) {
    const SfuMetricFamily *family = sfu_media_metric_family (i);

    g_assert_cmpstr (family->labels[0], ==, "worker");
    g_assert_true (g_str_has_prefix (family->name, "sfu_"));
    g_assert_false (g_str_has_suffix (family->name, "_total"));
    g_assert_true (
        family->unit == NULL || g_str_has_suffix (family->name, family->unit));
    g_assert_true (
        (family->type == SFU_METRIC_HISTOGRAM) == (family->n_bounds > 0));
    for (guint j = 1; j < family->n_bounds; j++)
      g_assert_cmpfloat (family->bounds[j], >, family->bounds[j - 1]);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/media-metrics/workers", test_workers);
  g_test_add_func ("/media-metrics/table", test_table);
  return g_test_run ();
}
