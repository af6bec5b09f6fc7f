/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verbs of SfuWorker that look at it: statistics, dumps, graphs, and the
 * losses a test asks for.
 *
 * Threads: control thread. */
#include "sfu-error.h"
#include "sfu-worker-activity.h"
#include "sfu-worker-dump.h"
#include "sfu-worker-graph.h"
#include "sfu-worker-private.h"
#include "sfu-worker-router.h"
#include "sfu-worker-stats.h"
#include "sfu-worker-transport.h"

GVariant *
sfu_worker_get_stats (SfuWorker *self, const gchar *id, GError **error)
{
  SfuNode *node = sfu_node_table_lookup (self->nodes, id);
  GVariant *stats = node ? sfu_worker_stats_of_node (node) : NULL;
  if (!stats)
    g_set_error (error, SFU_ERROR, SFU_ERROR_NOT_FOUND,
        "no transport, producer or consumer has this id");
  return stats;
}

GVariant *
sfu_worker_get_producer_activity (
    SfuWorker *self, const gchar *const *router_ids)
{
  g_autoptr (GPtrArray) routers = g_ptr_array_new ();
  for (guint i = 0; router_ids[i]; i++) {
    SfuWorkerRouter *router =
        sfu_node_table_find (self->nodes, SFU_NODE_ROUTER, router_ids[i], NULL);
    if (router)
      g_ptr_array_add (routers, router);
  }
  return sfu_worker_activity_of_routers (routers);
}

GVariant *
sfu_worker_dump (SfuWorker *self, const gchar *router_id, GError **error)
{
  if (router_id[0] == '\0') {
    g_autoptr (GPtrArray) routers =
        sfu_node_table_list (self->nodes, SFU_NODE_ROUTER);
    return sfu_worker_dump_routers (routers);
  }
  g_autoptr (GPtrArray) routers = g_ptr_array_new ();
  g_ptr_array_add (routers,
      sfu_node_table_find (self->nodes, SFU_NODE_ROUTER, router_id, error));
  return routers->pdata[0] ? sfu_worker_dump_routers (routers) : NULL;
}

gboolean
sfu_worker_get_metrics (
    SfuWorker *self, GVariant **values, GVariant **histograms, GError **error)
{
  if (!self->loop) {
    g_set_error (
        error, SFU_ERROR, SFU_ERROR_WRONG_STATE, "the worker was not started");
    return FALSE;
  }
  sfu_worker_metrics_read (
      self->metrics, self->nodes, self->loop, self->server, values, histograms);
  return TRUE;
}

gchar *
sfu_worker_graph_dot (SfuWorker *self, const gchar *router_id, GError **error)
{
  SfuWorkerRouter *router =
      sfu_node_table_find (self->nodes, SFU_NODE_ROUTER, router_id, error);
  return router ? sfu_worker_graph_of_router (router) : NULL;
}

static void
impair (SfuWorker *self, SfuWebRtcServer *server)
{
  sfu_webrtc_server_set_impairment (server, self->impair_in, self->impair_out);
}

gboolean
sfu_worker_set_impairment (
    SfuWorker *self, gdouble percent_in, gdouble percent_out, GError **error)
{
  if (!self->config.allow_impairment) {
    g_set_error (error, SFU_ERROR, SFU_ERROR_NOT_SUPPORTED,
        "the worker was started without allow-impairment");
    return FALSE;
  }
  /* Written so that NaN fails too. */
  if (!(percent_in >= 0 && percent_in <= 100 && percent_out >= 0 &&
          percent_out <= 100)) {
    g_set_error (error, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT,
        "an impairment is 0 to 100 percent");
    return FALSE;
  }
  self->impair_in = percent_in;
  self->impair_out = percent_out;
  if (self->server)
    impair (self, self->server);
  g_autoptr (GPtrArray) transports =
      sfu_node_table_list (self->nodes, SFU_NODE_TRANSPORT);
  for (guint i = 0; i < transports->len; i++) {
    const SfuWorkerTransport *transport = transports->pdata[i];
    if (transport->server)
      impair (self, transport->server);
  }
  return TRUE;
}
