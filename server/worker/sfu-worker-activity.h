/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which producers send, and since when which do not: what somebody who watches
 * many of them asks each second.
 *
 * Threads: control thread; one visit to the media thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* routers: of SfuWorkerRouter. a(st), floating: the producers in them, and the
 * milliseconds since their last packet, or since they were made. */
GVariant *sfu_worker_activity_of_routers (GPtrArray *routers);

G_END_DECLS
