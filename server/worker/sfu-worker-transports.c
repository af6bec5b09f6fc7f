/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verbs of SfuWorker that make, connect and close transports: through the
 * server's one port or a port of their own, and plain ones.
 *
 * Threads: control thread. */
#include "sfu-worker-private.h"

#include "sfu-dtls-pair.h"
#include "sfu-error.h"
#include "sfu-worker-plain.h"
#include "sfu-worker-router.h"
#include "sfu-worker-transport.h"

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
      !sfu_worker_check_resources (self, error) ||
      !sfu_worker_check_limit (router->transports->len,
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
      : sfu_worker_open_server (self, self->loop, error);
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
  return transport && sfu_worker_check_resources (self, error) &&
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
  sfu_worker_drop_transport (self, transport);
  g_info ("transport=%s closed", id);
  return TRUE;
}
