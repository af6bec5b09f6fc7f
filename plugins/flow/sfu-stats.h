/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Statistics as GstStructures, the form in which elements show them.
 *
 * Threads: pure functions. */
#pragma once

#include <gst/gst.h>
#include "sfu-stream-receiver.h"
#include "sfu-stream-sender.h"

G_BEGIN_DECLS

/* Adds "dropped" (guint64, the sum) and for every reason that occurred
 * "drop-<reason>" (guint64). */
void sfu_stats_add_verdicts (
    GstStructure *s, const SfuVerdictCounters *counters);

/* "sfu-producer-stats" and "sfu-consumer-stats": counters are guint64, bitrate
 * guint64 in bit/s, SSRCs guint. */
GstStructure *sfu_stats_from_receiver (
    const SfuStreamReceiverStats *stats, guint64 bitrate_bps);
/* Of n encodings (at least one): the sums, the first one's SSRCs, and
 * "encodings", a list of the structures of each, which have "active" (boolean)
 * besides: bit i of active. */
GstStructure *sfu_stats_from_receivers (const SfuStreamReceiverStats *stats,
    const guint64 *bitrates_bps, guint n, guint active);
GstStructure *sfu_stats_from_sender (
    const SfuStreamSenderStats *stats, guint64 bitrate_bps);

G_END_DECLS
