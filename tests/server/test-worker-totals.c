/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Totals of a worker: they add up, never fall, and fit the table of metrics.
 *
 * Threads: one. */
#include "sfu-media-metrics.h"
#include "sfu-totals.h"

static void
test_lift (void)
{
  SfuTotals closed = { 0 }, before = { 0 }, live = { 0 }, sum;

  live.keyframes[SFU_MEDIA_VIDEO] = 5;
  live.tcp_unproven = 1;
  sum = closed;
  sfu_totals_add (&sum, &live);
  sfu_totals_lift (&sum, &before, &closed);
  g_assert_cmpuint (sum.keyframes[SFU_MEDIA_VIDEO], ==, 5);

  /* It went without a word: the counter stands still ... */
  live.keyframes[SFU_MEDIA_VIDEO] = 0;
  sum = closed;
  sfu_totals_add (&sum, &live);
  sfu_totals_lift (&sum, &before, &closed);
  g_assert_cmpuint (sum.keyframes[SFU_MEDIA_VIDEO], ==, 5);
  g_assert_cmpuint (sum.tcp_unproven, ==, 1);

  /* ... and another one's counts are added at once. */
  live.keyframes[SFU_MEDIA_VIDEO] = 2;
  sum = closed;
  sfu_totals_add (&sum, &live);
  sfu_totals_lift (&sum, &before, &closed);
  g_assert_cmpuint (sum.keyframes[SFU_MEDIA_VIDEO], ==, 7);
  g_assert_cmpuint (before.keyframes[SFU_MEDIA_VIDEO], ==, 7);
}

/* Every number has as many labels as its family but "worker", and no family
 * but the histograms is left out. */
static void
test_variant (void)
{
  SfuTotals totals = { 0 };
  g_autoptr (GVariant) values = NULL;
  gboolean seen[SFU_MEDIA_N_METRICS] = { FALSE };
  GVariantIter iter;
  GVariant *labels;
  guint8 metric;
  gdouble number;
  guint n_retransmissions = 0;

  totals.streams[SFU_OUT][SFU_MEDIA_AUDIO].rtx_packets = 42;
  values = g_variant_ref_sink (sfu_totals_to_variant (&totals, 0.5));
  g_assert_cmpstr (
      g_variant_get_type_string (values), ==, SFU_MEDIA_METRICS_VALUES);
  g_variant_iter_init (&iter, values);
  while (g_variant_iter_loop (&iter, "(y@asd)", &metric, &labels, &number)) {
    const SfuMetricFamily *family = sfu_media_metric_family (metric);

    g_assert_cmpuint (g_variant_n_children (labels) + 1, ==,
        sfu_metric_family_n_labels (family));
    g_assert_cmpint (family->type, !=, SFU_METRIC_HISTOGRAM);
    seen[metric] = TRUE;
    if (number == 42) {
      g_autofree const gchar **texts = g_variant_get_strv (labels, NULL);

      g_assert_cmpint (metric, ==, SFU_MEDIA_RTX_PACKETS);
      g_assert_cmpstr (texts[0], ==, "out");
      g_assert_cmpstr (texts[1], ==, "audio");
      n_retransmissions++;
    }
  }
  g_assert_cmpuint (n_retransmissions, ==, 1);
  for (guint i = 0; i < SFU_MEDIA_N_METRICS; i++)
    g_assert_true (
        seen[i] != (sfu_media_metric_family (i)->type == SFU_METRIC_HISTOGRAM));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/worker/totals/lift", test_lift);
  g_test_add_func ("/worker/totals/variant", test_variant);
  return g_test_run ();
}
