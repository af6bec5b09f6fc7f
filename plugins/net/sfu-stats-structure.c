/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-stats-structure.h.
 *
 * Threads: see the header. */
#include "sfu-stats-structure.h"

GstStructure *
sfu_stats_drops (const SfuVerdictCounters *drops)
{
  GstStructure *by_reason = gst_structure_new_empty ("drops");
  guint i;

  for (i = SFU_VERDICT_FORWARD + 1; i < SFU_VERDICT_COUNT; i++) {
    if (drops->n[i])
      gst_structure_set (
          by_reason, sfu_verdict_name (i), G_TYPE_UINT64, drops->n[i], NULL);
  }
  return by_reason;
}

void
sfu_stats_add_drops (GstStructure *s, const SfuVerdictCounters *drops)
{
  g_autoptr (GstStructure) by_reason = sfu_stats_drops (drops);

  gst_structure_set (s, "drops", GST_TYPE_STRUCTURE, by_reason, NULL);
}

typedef struct {
  SfuStatsFunc func;
  gpointer owner;
  GstStructure *result;
} StatsCall;

static void
run_call (gpointer data, gpointer unused)
{
  StatsCall *call = data;

  call->result = call->func (call->owner);
}

GstStructure *
sfu_stats_collect (SfuMediaLoop *loop, SfuStatsFunc func, gpointer owner)
{
  StatsCall call = { func, owner, NULL };

  sfu_media_loop_call (loop, run_call, &call);
  return call.result;
}
