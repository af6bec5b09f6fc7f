/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Statistics in the shapes of mediasoup's getStats(): the counters of the
 * elements' `stats` structures under the names clients know.
 *
 *   transport  one "webrtc-transport"
 *   producer   one "inbound-rtp" for each encoding: what the publisher sends
 *   consumer   one "outbound-rtp": what the subscriber gets
 *
 * All have "type", "timestamp" (ms since 1970) and, beyond mediasoup,
 * "drop-<reason>" for every reason a packet was dropped for.
 *
 * Threads: control thread; the elements ask the media thread. */
#pragma once

#include "sfu-worker-node.h"

G_BEGIN_DECLS

/* aa{sv}, floating; NULL for a router, which has none. */
GVariant *sfu_worker_stats_of_node (const SfuNode *node);

G_END_DECLS
