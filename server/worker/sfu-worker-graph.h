/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A room's live graph for people, without the secrets that stand in it.
 *
 * Threads: control thread. */
#pragma once

#include "sfu-worker-router.h"

G_BEGIN_DECLS

/* Graphviz DOT. */
gchar *sfu_worker_graph_of_router (SfuWorkerRouter *router);

G_END_DECLS
