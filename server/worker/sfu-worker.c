/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-worker.h: one table of ids, the order in which things close, and the
 * limits.
 *
 * Threads: control thread. */
#include "sfu-worker-private.h"

#include <gst/gst.h>

#include "sfu-certificate.h"
#include "sfu-dtls-connection.h"
#include "sfu-dtls-pair.h"
#include "sfu-error.h"
#include "sfu-layer-filter.h"
#include "sfu-limits.h"
#include "sfu-worker-consumer.h"
#include "sfu-worker-features.h"
#include "sfu-worker-hang.h"
#include "sfu-worker-plain.h"
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

static gboolean
check_limit (guint n, guint max, const gchar *what, GError **error)
{
  if (n < max)
    return TRUE;
  g_set_error (error, SFU_ERROR, SFU_ERROR_LIMIT_EXCEEDED, "no more than %u %s",
      max, what);
  return FALSE;
}

/* A transport that connects needs threads, descriptors and memory, and who does
 * not get them is aborted: no later than here. */
static gboolean
check_resources (GError **error)
{
  const gchar *lacking = sfu_limits_lacking ();
  if (!lacking)
    return TRUE;
  g_set_error (error, SFU_ERROR, SFU_ERROR_LIMIT_EXCEEDED,
      "overloaded (worker-%s): too little is left of it", lacking);
  return FALSE;
}

static void
count_streams (SfuWorker *self)
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

static void
close_consumer (SfuWorker *self, SfuWorkerConsumer *consumer)
{
  retire (self, consumer);
  sfu_worker_consumer_free (consumer);
  count_streams (self);
}

static void
close_producer (SfuWorker *self, SfuWorkerProducer *producer)
{
  while (producer->consumers->len)
    close_consumer (self, producer->consumers->pdata[0]);
  retire (self, producer);
  sfu_worker_producer_free (producer);
  count_streams (self);
}

static void
close_transport (SfuWorker *self, SfuWorkerTransport *transport)
{
  while (transport->consumers->len)
    close_consumer (self, transport->consumers->pdata[0]);
  while (transport->producers->len)
    close_producer (self, transport->producers->pdata[0]);
  retire (self, transport);
  sfu_worker_transport_free (transport);
}

static void
close_router (SfuWorker *self, SfuWorkerRouter *router)
{
  while (router->transports->len)
    close_transport (self, router->transports->pdata[0]);
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

static SfuWebRtcServer *
open_server (SfuWorker *self, SfuMediaLoop *loop, GError **error)
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
  g_autoptr (SfuWebRtcServer) server = open_server (self, loop, error);
  if (!server)
    return FALSE;
  if (port_min == port_max) {
    port_min = port_max = sfu_webrtc_server_get_port (server);
    self->server = g_steal_pointer (&server);
  }
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
      !check_limit (sfu_node_table_count (self->nodes, SFU_NODE_ROUTER),
          self->config.max_routers, "routers", error) ||
      !check_resources (error))
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

/* ---- transports ---- */

static void
on_transport_state (gpointer owner, SfuWorkerTransport *transport,
    const gchar *ice_state, const gchar *dtls_state, const gchar *reason)
{
  SfuWorker *self = owner;
  g_info ("transport=%s ice=%s dtls=%s reason=%s", transport->node.id,
      ice_state, dtls_state, reason);
  self->callbacks->transport_state (
      self->owner, transport->node.id, ice_state, dtls_state, reason);
}

static const SfuWorkerTransportCallbacks transport_callbacks = {
  .state_changed = on_transport_state,
};

/* The router for a new transport; NULL: there cannot be one. */
static SfuWorkerRouter *
find_room_for_transport (
    SfuWorker *self, const gchar *router_id, const gchar *id, GError **error)
{
  SfuWorkerRouter *router =
      sfu_node_table_find (self->nodes, SFU_NODE_ROUTER, router_id, error);
  if (!router || !sfu_node_table_check_new (self->nodes, id, error) ||
      !check_resources (error) ||
      !check_limit (router->transports->len,
          self->config.max_transports_per_router, "transports in a router",
          error))
    return NULL;
  return router;
}

/* Missed checks are said before they are held against it: a third is what it
 * is with the default of 30 s. */
static void
set_consent (SfuWorker *self, SfuWorkerTransport *transport)
{
  guint consent_ms = self->config.consent_timeout_s * 1000;

  g_object_set (transport->element, "consent-timeout", consent_ms,
      "disconnect-timeout", consent_ms / 3, NULL);
}

SfuSeamTransportInfo *
sfu_worker_create_transport (SfuWorker *self, const gchar *router_id,
    const gchar *id, GVariant *options, GError **error)
{
  guint32 max_incoming_bps = 0;
  gboolean force_tcp = FALSE;
  SfuWorkerRouter *router =
      find_room_for_transport (self, router_id, id, error);
  if (!router)
    return NULL;
  g_autoptr (SfuWebRtcServer) server = self->server
      ? g_object_ref (self->server)
      : open_server (self, self->loop, error);
  if (!server)
    return NULL;
  g_variant_lookup (options, "force-tcp", "b", &force_tcp);
  if (force_tcp && sfu_webrtc_server_get_tcp_port (server) == 0) {
    g_set_error (error, SFU_ERROR, SFU_ERROR_NOT_SUPPORTED,
        "force-tcp: this worker does not accept TCP connections");
    return NULL;
  }
  SfuWorkerTransport *transport = sfu_worker_transport_new (
      router, id, server, force_tcp, &transport_callbacks, self, error);
  if (!transport)
    return NULL;
  g_variant_lookup (options, "max-incoming-bitrate", "u", &max_incoming_bps);
  g_object_set (transport->element, "max-incoming-bitrate",
      (guint64)max_incoming_bps, "dtls",
      self->config.stock_dtls ? SFU_DTLS_PAIR_STOCK : SFU_DTLS_PAIR_OWN, NULL);
  set_consent (self, transport);
  sfu_node_table_add (self->nodes, transport);
  g_info ("router=%s transport=%s created", router_id, id);
  return sfu_worker_transport_get_info (transport);
}

gboolean
sfu_worker_connect_transport (SfuWorker *self, const gchar *id,
    const gchar *role, GPtrArray *fingerprints, const gchar **local_role,
    GError **error)
{
  SfuWorkerTransport *transport =
      sfu_node_table_find (self->nodes, SFU_NODE_TRANSPORT, id, error);
  return transport && check_resources (error) &&
      sfu_worker_transport_connect (
          transport, role, fingerprints, local_role, error);
}

/* Of the ports for plain transports, else of the range for all; one port that
 * all others share is none that they can have. */
static void
set_ports (SfuWorker *self, SfuPlainLinkOptions *options)
{
  if (self->config.plain_port_max) {
    options->port_min = self->config.plain_port_min;
    options->port_max = self->config.plain_port_max;
  } else if (self->port_min < self->port_max) {
    options->port_min = self->port_min;
    options->port_max = self->port_max;
  }
}

SfuSeamPlainInfo *
sfu_worker_create_plain_transport (SfuWorker *self, const gchar *router_id,
    const gchar *id, GVariant *options, GError **error)
{
  SfuPlainLinkOptions link = { .rtcp_mux = TRUE };
  SfuWorkerRouter *router =
      find_room_for_transport (self, router_id, id, error);
  if (!router || !sfu_worker_plain_read_options (options, &link, error))
    return NULL;
  /* Of several addresses the first: a plain transport has one. */
  g_auto (GStrv) listen_ips = g_strsplit (self->listen_ip, ",", 2);
  link.listen_ip = listen_ips[0];
  link.announced = self->announced[0];
  set_ports (self, &link);
  SfuWorkerTransport *transport =
      sfu_worker_plain_new (router, id, &link, error);
  if (!transport)
    return NULL;
  sfu_node_table_add (self->nodes, transport);
  g_info ("router=%s transport=%s created: plain", router_id, id);
  return sfu_worker_plain_get_info (transport);
}

SfuSeamPlainInfo *
sfu_worker_connect_plain_transport (
    SfuWorker *self, const gchar *id, GVariant *options, GError **error)
{
  SfuPlainPeer peer = { 0 };
  SfuWorkerTransport *transport =
      sfu_node_table_find (self->nodes, SFU_NODE_TRANSPORT, id, error);
  if (!transport || !sfu_worker_plain_read_peer (options, &peer, error) ||
      !sfu_worker_plain_connect (transport, &peer, error))
    return NULL;
  return sfu_worker_plain_get_info (transport);
}

gboolean
sfu_worker_restart_ice (SfuWorker *self, const gchar *id, gchar **ufrag,
    gchar **pwd, GError **error)
{
  SfuWorkerTransport *transport =
      sfu_node_table_find (self->nodes, SFU_NODE_TRANSPORT, id, error);
  return transport &&
      sfu_worker_transport_restart_ice (transport, ufrag, pwd, error);
}

gboolean
sfu_worker_close_transport (SfuWorker *self, const gchar *id, GError **error)
{
  SfuWorkerTransport *transport =
      sfu_node_table_find (self->nodes, SFU_NODE_TRANSPORT, id, error);
  if (!transport)
    return FALSE;
  close_transport (self, transport);
  g_info ("transport=%s closed", id);
  return TRUE;
}

/* ---- producers ---- */

gboolean
sfu_worker_produce (SfuWorker *self, const gchar *transport_id, const gchar *id,
    SfuMediaKind kind, const SfuRtpParameters *parameters, gboolean paused,
    GError **error)
{
  SfuWorkerTransport *transport = sfu_node_table_find (
      self->nodes, SFU_NODE_TRANSPORT, transport_id, error);
  if (!transport || !sfu_node_table_check_new (self->nodes, id, error) ||
      !check_limit (transport->producers->len,
          self->config.max_producers_per_transport, "producers in a transport",
          error))
    return FALSE;
  SfuWorkerProducer *producer =
      sfu_worker_producer_new (transport, id, kind, parameters, paused, error);
  if (!producer)
    return FALSE;
  sfu_node_table_add (self->nodes, producer);
  count_streams (self);
  g_info ("transport=%s producer=%s created: %s", transport_id, id,
      producer->mime_type);
  return TRUE;
}

gboolean
sfu_worker_set_producer_paused (
    SfuWorker *self, const gchar *id, gboolean paused, GError **error)
{
  SfuWorkerProducer *producer =
      sfu_node_table_find (self->nodes, SFU_NODE_PRODUCER, id, error);
  if (!producer)
    return FALSE;
  sfu_worker_producer_set_paused (producer, paused);
  return TRUE;
}

gboolean
sfu_worker_close_producer (SfuWorker *self, const gchar *id, GError **error)
{
  SfuWorkerProducer *producer =
      sfu_node_table_find (self->nodes, SFU_NODE_PRODUCER, id, error);
  if (!producer)
    return FALSE;
  close_producer (self, producer);
  g_info ("producer=%s closed", id);
  return TRUE;
}

/* ---- consumers ---- */

gboolean
sfu_worker_consume (SfuWorker *self, const gchar *transport_id, const gchar *id,
    const gchar *producer_id, const SfuRtpParameters *parameters,
    gboolean paused, GError **error)
{
  SfuWorkerTransport *transport = sfu_node_table_find (
      self->nodes, SFU_NODE_TRANSPORT, transport_id, error);
  SfuWorkerProducer *producer = transport
      ? sfu_node_table_find (self->nodes, SFU_NODE_PRODUCER, producer_id, error)
      : NULL;
  if (!producer || !sfu_node_table_check_new (self->nodes, id, error) ||
      !check_limit (transport->consumers->len,
          self->config.max_consumers_per_transport, "consumers in a transport",
          error))
    return FALSE;
  if (transport->router != producer->transport->router) {
    g_set_error (error, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT,
        "producer %s belongs to another router", producer_id);
    return FALSE;
  }
  SfuWorkerConsumer *consumer = sfu_worker_consumer_new (
      transport, producer, id, parameters, paused, error);
  if (!consumer)
    return FALSE;
  sfu_node_table_add (self->nodes, consumer);
  count_streams (self);
  g_info ("transport=%s consumer=%s producer=%s created", transport_id, id,
      producer_id);
  return TRUE;
}

gboolean
sfu_worker_set_consumer_paused (
    SfuWorker *self, const gchar *id, gboolean paused, GError **error)
{
  SfuWorkerConsumer *consumer =
      sfu_node_table_find (self->nodes, SFU_NODE_CONSUMER, id, error);
  if (!consumer)
    return FALSE;
  sfu_worker_consumer_set_paused (consumer, paused);
  return TRUE;
}

static gboolean
check_layer (gint layer, const gchar *what, GError **error)
{
  if (layer >= -1 && layer <= SFU_LAYER_MAX)
    return TRUE;
  g_set_error (error, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT,
      "%s layer %d, must be -1..%d", what, layer, SFU_LAYER_MAX);
  return FALSE;
}

gboolean
sfu_worker_set_consumer_preferred_layers (SfuWorker *self, const gchar *id,
    gint spatial, gint temporal, GError **error)
{
  SfuWorkerConsumer *consumer =
      sfu_node_table_find (self->nodes, SFU_NODE_CONSUMER, id, error);
  if (!consumer || !check_layer (spatial, "spatial", error) ||
      !check_layer (temporal, "temporal", error))
    return FALSE;
  sfu_worker_consumer_set_preferred_layers (consumer, spatial, temporal);
  return TRUE;
}

gboolean
sfu_worker_request_key_frame (SfuWorker *self, const gchar *id, GError **error)
{
  SfuWorkerConsumer *consumer =
      sfu_node_table_find (self->nodes, SFU_NODE_CONSUMER, id, error);
  if (!consumer)
    return FALSE;
  sfu_worker_consumer_request_key_frame (consumer);
  return TRUE;
}

gboolean
sfu_worker_close_consumer (SfuWorker *self, const gchar *id, GError **error)
{
  SfuWorkerConsumer *consumer =
      sfu_node_table_find (self->nodes, SFU_NODE_CONSUMER, id, error);
  if (!consumer)
    return FALSE;
  close_consumer (self, consumer);
  g_info ("consumer=%s closed", id);
  return TRUE;
}
