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
      G_TYPE_UINT64, stats->rtx_packets, "keyframes", G_TYPE_UINT64,
      stats->keyframes, "keyframe-requests", G_TYPE_UINT64,
      stats->keyframe_requests, "restarts", G_TYPE_UINT64, stats->restarts,
      "lost", G_TYPE_UINT64, stats->nack.lost, "recovered", G_TYPE_UINT64,
      stats->nack.recovered, "given-up", G_TYPE_UINT64, stats->nack.given_up,
      "nacked", G_TYPE_UINT64, stats->nack.requested, NULL);

  sfu_stats_add_verdicts (s, &stats->verdicts);
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
      NULL);

  sfu_stats_add_verdicts (s, &stats->verdicts);
  return s;
}
