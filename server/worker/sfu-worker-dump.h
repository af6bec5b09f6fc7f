/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Everything there is, for tests, support and the server's own bookkeeping; and
 * what the process costs.
 *
 * Threads: control thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* routers: of SfuWorkerRouter. a{sv}, floating:
 *   "pid" i, "rss" t (bytes), "threads" u, "fds" u,
 *   "routers" aa{sv}, each "id" s and aa{sv} "transports" (id, iceState,
 *   dtlsState, port), "producers" (id, transportId, kind, mimeType, paused,
 *   consumerIds as), "consumers" (id, transportId, producerId, kind, mimeType,
 *   paused). */
GVariant *sfu_worker_dump_routers (GPtrArray *routers);

G_END_DECLS
