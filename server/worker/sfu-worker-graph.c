/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-worker-graph.h.
 *
 * Threads: control thread; reading properties may ask the media thread. */
#include "sfu-worker-graph.h"

#include "sfu-worker-redact.h"

gchar *
sfu_worker_graph_of_router (SfuWorkerRouter *router)
{
  g_autofree gchar *dot = gst_debug_bin_to_dot_data (
      GST_BIN (router->pipeline), GST_DEBUG_GRAPH_SHOW_ALL);
  return sfu_worker_redact_dot (dot);
}
