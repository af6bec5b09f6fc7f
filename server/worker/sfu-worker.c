/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-worker.h: one table of ids, the order in which things close, the
 * limits, the start, and routers. Transports stand in sfu-worker-transports.c,
 * producers and consumers in sfu-worker-streams.c.
 *
 * Threads: control thread. */
#include "sfu-worker-private.h"

#include <gst/gst.h>

#include "sfu-certificate.h"
#include "sfu-dtls-connection.h"
#include "sfu-error.h"
#include "sfu-limits.h"
#include "sfu-worker-consumer.h"
#include "sfu-worker-features.h"
#include "sfu-worker-hang.h"
#include "sfu-worker-producer.h"
#include "sfu-worker-router.h"
#include "sfu-worker-transport.h"

#define MEDIA_THREAD_NAME "sfu-media"

static gboolean
check_started (SfuWorker *self, GError **error)
{
  if (self->loop)
    return TRUE;
  g_set_error (
      error, SFU_ERROR, SFU_ERROR_WRONG_STATE, "the worker was not started");
  return FALSE;
}

gboolean
sfu_worker_check_limit (guint n, guint max, const gchar *what, GError **error)
{
  if (n < max)
    return TRUE;
  g_set_error (error, SFU_ERROR, SFU_ERROR_LIMIT_EXCEEDED, "no more than %u %s",
      max, what);
  return FALSE;
}

/* A transport that connects needs threads, descriptors and memory, and who does
 * not get them is aborted: no later than here. */
gboolean
sfu_worker_check_resources (SfuWorker *self, GError **error)
{
  SfuLimit lacking = sfu_limits_lacking ();
  /* At once: nobody shall be sent here in vain. */
  sfu_worker_beat_set_lacking (self->beat, lacking);
  if (lacking == SFU_LIMIT_NONE)
    return TRUE;
  g_set_error (error, SFU_ERROR, SFU_ERROR_LIMIT_EXCEEDED,
      "overloaded (worker-%s): too little is left of it",
      sfu_limit_name (lacking));
  return FALSE;
}

void
sfu_worker_count_streams (SfuWorker *self)
{
  sfu_worker_beat_set_streams (self->beat,
      sfu_node_table_count (self->nodes, SFU_NODE_PRODUCER) +
          sfu_node_table_count (self->nodes, SFU_NODE_CONSUMER));
}

/* ---- closing: from the leaves to the root ---- */

/* Its counters stay. */
static void
retire (SfuWorker *self, gpointer node)
{
  sfu_worker_metrics_retire (self->metrics, node, self->loop, self->server);
  sfu_node_table_remove (self->nodes, node);
}

void
sfu_worker_drop_consumer (SfuWorker *self, SfuWorkerConsumer *consumer)
{
  retire (self, consumer);
  sfu_worker_consumer_free (consumer);
  sfu_worker_count_streams (self);
}

void
sfu_worker_drop_producer (SfuWorker *self, SfuWorkerProducer *producer)
{
  while (producer->consumers->len)
    sfu_worker_drop_consumer (self, producer->consumers->pdata[0]);
  retire (self, producer);
  sfu_worker_producer_free (producer);
  sfu_worker_count_streams (self);
}

void
sfu_worker_drop_transport (SfuWorker *self, SfuWorkerTransport *transport)
{
  while (transport->consumers->len)
    sfu_worker_drop_consumer (self, transport->consumers->pdata[0]);
  while (transport->producers->len)
    sfu_worker_drop_producer (self, transport->producers->pdata[0]);
  retire (self, transport);
  sfu_worker_transport_free (transport);
}

static void
close_router (SfuWorker *self, SfuWorkerRouter *router)
{
  while (router->transports->len)
    sfu_worker_drop_transport (self, router->transports->pdata[0]);
  sfu_node_table_remove (self->nodes, router);
  sfu_worker_router_free (router);
}

/* ---- the worker ---- */

SfuWorker *
sfu_worker_new (
    SfuPulse *pulse, const SfuWorkerCallbacks *callbacks, gpointer owner)
{
  SfuWorker *self = g_new0 (SfuWorker, 1);
  self->beat = sfu_worker_beat_new (pulse);
  self->callbacks = callbacks;
  self->owner = owner;
  sfu_worker_config_init (&self->config);
  self->nodes = sfu_node_table_new ();
  self->metrics = sfu_worker_metrics_new ();
  return self;
}

void
sfu_worker_free (SfuWorker *self)
{
  if (!self)
    return;
  g_autoptr (GPtrArray) routers =
      sfu_node_table_list (self->nodes, SFU_NODE_ROUTER);
  for (guint i = 0; i < routers->len; i++)
    close_router (self, routers->pdata[i]);
  g_clear_handle_id (&self->score_timer, g_source_remove);
  g_clear_handle_id (&self->sample_timer, g_source_remove);
  sfu_worker_metrics_free (self->metrics);
  g_clear_pointer (&self->beat, sfu_worker_beat_free);
  sfu_node_table_free (self->nodes);
  g_clear_object (&self->server);
  g_clear_object (&self->loop);
  g_strfreev (self->announced);
  g_free (self->listen_ip);
  g_free (self);
}

static gboolean
on_score_timer (gpointer data)
{
  SfuWorker *self = data;
  sfu_worker_scores_look (
      self->nodes, self->loop, &self->callbacks->scores, self->owner);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_sample_timer (gpointer data)
{
  SfuWorker *self = data;
  sfu_worker_metrics_sample (
      self->metrics, self->nodes, self->loop, g_get_monotonic_time ());
  return G_SOURCE_CONTINUE;
}

/* "" entries of the seam are "nothing configured". */
static gchar **
without_empty (const gchar *const *announced)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  for (guint i = 0; announced && announced[i]; i++) {
    if (announced[i][0])
      g_strv_builder_add (builder, announced[i]);
  }
  return g_strv_builder_end (builder);
}

/* The certificate and OpenSSL's tables: now, and not with the first client, when
 * there may be no memory for them. */
static void
warm_own_dtls (void)
{
  g_autoptr (SfuCertificate) certificate = sfu_certificate_get_default ();

  sfu_dtls_connection_free (sfu_dtls_connection_new (
      sfu_certificate_get_pem (certificate), FALSE, NULL, NULL));
}

/* A worker without TCP is better than none. */
static void
listen_tcp (SfuWorker *self, SfuWebRtcServer *server)
{
  g_autoptr (GError) reason = NULL;
  if (!self->config.ice_tcp)
    return;
  if (!sfu_webrtc_server_listen_tcp (server, &reason)) {
    g_warning ("no ICE over TCP: %s", reason->message);
    return;
  }
  guint16 udp = sfu_webrtc_server_get_port (server);
  guint16 tcp = sfu_webrtc_server_get_tcp_port (server);
  /* Whoever asked for any free port has no rule for this one. */
  if (tcp != udp && self->port_min == 0)
    g_info ("ICE over TCP uses port %u", tcp);
  else if (tcp != udp)
    g_warning ("another program has TCP port %u: ICE over TCP uses port %u "
               "instead, which a firewall must let in",
        udp, tcp);
}

SfuWebRtcServer *
sfu_worker_open_server (SfuWorker *self, SfuMediaLoop *loop, GError **error)
{
  const gchar *const *announced = (const gchar *const *)self->announced;
  g_autoptr (GError) reason = NULL;
  SfuWebRtcServer *server = self->port_min == self->port_max
      ? sfu_webrtc_server_new (
            loop, self->listen_ip, self->port_min, announced, &reason)
      : sfu_webrtc_server_new_in_range (loop, self->listen_ip, self->port_min,
            self->port_max, announced, &reason);
  if (!server)
    g_set_error_literal (error, SFU_ERROR, SFU_ERROR_FAILED, reason->message);
  else
    listen_tcp (self, server);
  if (server && (self->impair_in > 0 || self->impair_out > 0))
    sfu_webrtc_server_set_impairment (
        server, self->impair_in, self->impair_out);
  return server;
}

/* Not being permitted is no reason not to start. */
static void
put_ahead (SfuMediaLoop *loop, guint steps)
{
  g_autoptr (GError) reason = NULL;
  if (steps > 0 && !sfu_media_loop_set_ahead (loop, steps, &reason))
    g_info (
        "%s: give CAP_SYS_NICE or LimitNICE=-%u, or set media-priority to 0",
        reason->message, steps);
}

gboolean
sfu_worker_start (SfuWorker *self, const gchar *listen_ip,
    const gchar *const *announced, guint16 port_min, guint16 port_max,
    const SfuWorkerConfig *config, guint16 *used_min, guint16 *used_max,
    GError **error)
{
  if (self->loop) {
    g_set_error (error, SFU_ERROR, SFU_ERROR_WRONG_STATE,
        "the worker was started before");
    return FALSE;
  }
  if (port_min > port_max) {
    g_set_error (error, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT,
        "the range of ports %u-%u is empty", port_min, port_max);
    return FALSE;
  }
  if (!sfu_worker_features_check (error))
    return FALSE;
  if (config->stock_dtls)
    sfu_worker_features_warm_stock_dtls ();
  else
    warm_own_dtls ();
  self->config = *config;
  g_free (self->listen_ip);
  self->listen_ip = g_strdup (listen_ip);
  g_strfreev (self->announced);
  self->announced = without_empty (announced);
  self->port_min = port_min;
  self->port_max = port_max;
  g_autoptr (SfuMediaLoop) loop = sfu_media_loop_new (MEDIA_THREAD_NAME);
  /* Of a range too: what is wrong with it is said now, not at the first
   * client. */
  g_autoptr (SfuWebRtcServer) server =
      sfu_worker_open_server (self, loop, error);
  if (!server)
    return FALSE;
  if (port_min == port_max) {
    port_min = port_max = sfu_webrtc_server_get_port (server);
    self->server = g_steal_pointer (&server);
  }
  put_ahead (loop, config->media_priority);
  *used_min = port_min;
  *used_max = port_max;
  self->loop = g_steal_pointer (&loop);
  sfu_worker_beat_add_media (self->beat, self->loop);
  sfu_worker_hang_install (self->loop);
  self->score_timer =
      g_timeout_add_seconds (SFU_WORKER_SCORE_INTERVAL_S, on_score_timer, self);
  self->sample_timer = g_timeout_add_seconds (
      SFU_WORKER_METRICS_SAMPLE_S, on_sample_timer, self);
  g_message ("media on %s, %s ports %u to %u", listen_ip,
      config->ice_tcp ? "UDP and TCP" : "UDP", port_min, port_max);
  return TRUE;
}

/* ---- routers ---- */

static void
on_active_speaker (gpointer owner, SfuWorkerRouter *router,
    const gchar *producer_id, gint volume_dbov)
{
  SfuWorker *self = owner;
  /* It may have been closed since it spoke. */
  if (producer_id[0] && !sfu_node_table_lookup (self->nodes, producer_id))
    return;
  self->callbacks->active_speaker (
      self->owner, router->node.id, producer_id, volume_dbov);
}

static void
on_layers_changed (gpointer owner, SfuWorkerRouter *router,
    const gchar *consumer_id, gint spatial, gint temporal)
{
  SfuWorker *self = owner;
  /* It may have been closed since. */
  if (sfu_node_table_lookup (self->nodes, consumer_id))
    self->callbacks->layers_changed (
        self->owner, consumer_id, spatial, temporal);
}

static const SfuWorkerRouterCallbacks router_callbacks = {
  .active_speaker = on_active_speaker,
  .layers_changed = on_layers_changed,
};

gboolean
sfu_worker_create_router (SfuWorker *self, const gchar *id, GError **error)
{
  if (!check_started (self, error) ||
      !sfu_node_table_check_new (self->nodes, id, error) ||
      !sfu_worker_check_limit (
          sfu_node_table_count (self->nodes, SFU_NODE_ROUTER),
          self->config.max_routers, "routers", error) ||
      !sfu_worker_check_resources (self, error))
    return FALSE;
  SfuWorkerRouter *router =
      sfu_worker_router_new (id, self->loop, &router_callbacks, self, error);
  if (!router)
    return FALSE;
  sfu_node_table_add (self->nodes, router);
  g_info ("router=%s created", id);
  return TRUE;
}

gboolean
sfu_worker_close_router (SfuWorker *self, const gchar *id, GError **error)
{
  SfuWorkerRouter *router =
      sfu_node_table_find (self->nodes, SFU_NODE_ROUTER, id, error);
  if (!router)
    return FALSE;
  close_router (self, router);
  g_info ("router=%s closed", id);
  return TRUE;
}

gboolean
sfu_worker_set_router_loudest (
    SfuWorker *self, const gchar *id, guint n, GError **error)
{
  SfuWorkerRouter *router =
      sfu_node_table_find (self->nodes, SFU_NODE_ROUTER, id, error);
  if (!router)
    return FALSE;
  g_object_set (router->element, "loudest", n, NULL);
  g_info ("router=%s loudest=%u", id, n);
  return TRUE;
}
