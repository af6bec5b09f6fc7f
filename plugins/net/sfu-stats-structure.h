/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How counters look in the `stats` structures of a transport and its pads, and
 * how they are read while packets flow.
 *
 * Threads: any; see the functions. */
#pragma once

#include <gst/gst.h>
#include "sfu-media-loop.h"
#include "sfu-verdict.h"

G_BEGIN_DECLS

/* A structure "drops" of uint64 by sfu_verdict_name, those that are not zero. */
GstStructure *sfu_stats_drops (const SfuVerdictCounters *drops);
/* The same as field "drops". */
void sfu_stats_add_drops (GstStructure *s, const SfuVerdictCounters *drops);

/* What func (owner) makes on the media thread, between two packets: the
 * counters are that thread's. Waits for it. */
typedef GstStructure *(*SfuStatsFunc) (gpointer owner);
GstStructure *sfu_stats_collect (
    SfuMediaLoop *loop, SfuStatsFunc func, gpointer owner);

G_END_DECLS
