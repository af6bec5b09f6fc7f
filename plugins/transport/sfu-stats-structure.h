/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How counters look in the `stats` structures of a transport and its pads.
 *
 * Threads: pure functions. */
#pragma once

#include <gst/gst.h>
#include "sfu-verdict.h"

G_BEGIN_DECLS

/* Field "drops": a structure of uint64 by sfu_verdict_name, those that are not
 * zero. */
void sfu_stats_add_drops (GstStructure *s, const SfuVerdictCounters *drops);

G_END_DECLS
