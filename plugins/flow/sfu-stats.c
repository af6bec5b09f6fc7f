/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-stats.h.
 *
 * Threads: pure functions. */
#include "sfu-stats.h"

void
sfu_stats_add_verdicts (GstStructure *s, const SfuVerdictCounters *counters)
{
  guint v;

  gst_structure_set (s, "dropped", G_TYPE_UINT64,
      sfu_verdict_counters_dropped (counters), NULL);
  for (v = SFU_VERDICT_FORWARD + 1; v < SFU_VERDICT_COUNT; v++) {
    if (counters->n[v]) {
      g_autofree gchar *name =
          g_strconcat ("drop-", sfu_verdict_name (v), NULL);
      gst_structure_set (s, name, G_TYPE_UINT64, counters->n[v], NULL);
    }
  }
}

GstStructure *
sfu_stats_from_receiver (
    const SfuStreamReceiverStats *stats, guint64 bitrate_bps)
{
  GstStructure *s = gst_structure_new ("sfu-producer-stats", "ssrc",
      G_TYPE_UINT, stats->ssrc, "rtx-ssrc", G_TYPE_UINT, stats->rtx_ssrc,
      "packets", G_TYPE_UINT64, stats->packets, "bytes", G_TYPE_UINT64,
      stats->bytes, "bitrate", G_TYPE_UINT64, bitrate_bps, "rtx-packets",
      G_TYPE_UINT64, stats->rtx_packets, "red-packets", G_TYPE_UINT64,
      stats->red_packets, "fec-packets", G_TYPE_UINT64, stats->fec_packets,
      "keyframes", G_TYPE_UINT64, stats->keyframes, "keyframe-requests",
      G_TYPE_UINT64, stats->keyframe_requests, "restarts", G_TYPE_UINT64,
      stats->restarts, "lost", G_TYPE_UINT64, stats->nack.lost, "recovered",
      G_TYPE_UINT64, stats->nack.recovered, "given-up", G_TYPE_UINT64,
      stats->nack.given_up, "nacked", G_TYPE_UINT64, stats->nack.requested,
      NULL);

  sfu_stats_add_verdicts (s, &stats->verdicts);
  return s;
}

static void
add_receiver (SfuStreamReceiverStats *sum, const SfuStreamReceiverStats *stats)
{
  guint v;

  sum->packets += stats->packets;
  sum->bytes += stats->bytes;
  sum->rtx_packets += stats->rtx_packets;
  sum->red_packets += stats->red_packets;
  sum->fec_packets += stats->fec_packets;
  sum->keyframes += stats->keyframes;
  sum->keyframe_requests += stats->keyframe_requests;
  sum->restarts += stats->restarts;
  sum->nack.lost += stats->nack.lost;
  sum->nack.recovered += stats->nack.recovered;
  sum->nack.given_up += stats->nack.given_up;
  sum->nack.requested += stats->nack.requested;
  for (v = 0; v < SFU_VERDICT_COUNT; v++)
    sum->verdicts.n[v] += stats->verdicts.n[v];
}

GstStructure *
sfu_stats_from_receivers (const SfuStreamReceiverStats *stats,
    const guint64 *bitrates_bps, guint n, guint active)
{
  SfuStreamReceiverStats sum = stats[0];
  guint64 bitrate_bps = bitrates_bps[0];
  GValue list = G_VALUE_INIT;
  GstStructure *s;
  guint i;

  gst_value_array_init (&list, n);
  for (i = 0; i < n; i++) {
    GValue item = G_VALUE_INIT;

    if (i > 0) {
      add_receiver (&sum, &stats[i]);
      bitrate_bps += bitrates_bps[i];
    }
    s = sfu_stats_from_receiver (&stats[i], bitrates_bps[i]);
    gst_structure_set (
        s, "active", G_TYPE_BOOLEAN, (active >> i & 1) != 0, NULL);
    g_value_init (&item, GST_TYPE_STRUCTURE);
    g_value_take_boxed (&item, s);
    gst_value_array_append_and_take_value (&list, &item);
  }
  s = sfu_stats_from_receiver (&sum, bitrate_bps);
  gst_structure_take_value (s, "encodings", &list);
  return s;
}

GstStructure *
sfu_stats_from_sender (const SfuStreamSenderStats *stats, guint64 bitrate_bps)
{
  GstStructure *s = gst_structure_new ("sfu-consumer-stats", "packets",
      G_TYPE_UINT64, stats->packets, "bytes", G_TYPE_UINT64, stats->bytes,
      "bitrate", G_TYPE_UINT64, bitrate_bps, "rtx-packets", G_TYPE_UINT64,
      stats->rtx_packets, "rtx-bytes", G_TYPE_UINT64, stats->rtx_bytes,
      "nacked", G_TYPE_UINT64, stats->nacked, "nack-missed", G_TYPE_UINT64,
      stats->nack_missed, "nack-repeated", G_TYPE_UINT64, stats->nack_repeated,
      "nack-limited", G_TYPE_UINT64, stats->nack_limited, "lost-resent",
      G_TYPE_UINT64, stats->lost_resent, "spans", G_TYPE_UINT64, stats->spans,
      NULL);

  sfu_stats_add_verdicts (s, &stats->verdicts);
  return s;
}
