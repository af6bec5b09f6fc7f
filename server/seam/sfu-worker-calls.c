/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The methods of org.gstsfu.Worker1, one pair of functions each, in the order
 * of the interface description.
 *
 * Threads: as sfu-worker-client.h. */
#include "sfu-worker-client-private.h"

static gboolean
finish_void (
    SfuWorkerClient *self, GAsyncResult *result, gpointer tag, GError **error)
{
  g_autoptr (GVariant) reply =
      sfu_worker_client_call_finish (self, result, tag, error);
  return reply != NULL;
}

/* The only value of a reply. */
static GVariant *
finish_value (
    SfuWorkerClient *self, GAsyncResult *result, gpointer tag, GError **error)
{
  g_autoptr (GVariant) reply =
      sfu_worker_client_call_finish (self, result, tag, error);
  return reply ? g_variant_get_child_value (reply, 0) : NULL;
}

void
sfu_worker_client_create_router_async (SfuWorkerClient *self,
    const gchar *router_id, GCancellable *cancellable,
    GAsyncReadyCallback callback, gpointer data)
{
  sfu_worker_client_call (self, "CreateRouter",
      g_variant_new ("(s)", router_id), cancellable, callback, data,
      sfu_worker_client_create_router_async);
}

gboolean
sfu_worker_client_create_router_finish (
    SfuWorkerClient *self, GAsyncResult *result, GError **error)
{
  return finish_void (
      self, result, sfu_worker_client_create_router_async, error);
}

void
sfu_worker_client_close_router_async (SfuWorkerClient *self,
    const gchar *router_id, GCancellable *cancellable,
    GAsyncReadyCallback callback, gpointer data)
{
  sfu_worker_client_call (self, "CloseRouter", g_variant_new ("(s)", router_id),
      cancellable, callback, data, sfu_worker_client_close_router_async);
}

gboolean
sfu_worker_client_close_router_finish (
    SfuWorkerClient *self, GAsyncResult *result, GError **error)
{
  return finish_void (
      self, result, sfu_worker_client_close_router_async, error);
}

void
sfu_worker_client_set_router_loudest_async (SfuWorkerClient *self,
    const gchar *router_id, guint n, GCancellable *cancellable,
    GAsyncReadyCallback callback, gpointer data)
{
  sfu_worker_client_call (self, "SetRouterLoudest",
      g_variant_new ("(su)", router_id, n), cancellable, callback, data,
      sfu_worker_client_set_router_loudest_async);
}

gboolean
sfu_worker_client_set_router_loudest_finish (
    SfuWorkerClient *self, GAsyncResult *result, GError **error)
{
  return finish_void (
      self, result, sfu_worker_client_set_router_loudest_async, error);
}

void
sfu_worker_client_create_webrtc_transport_async (SfuWorkerClient *self,
    const gchar *router_id, const gchar *transport_id,
    const SfuWorkerTransportOptions *options, GCancellable *cancellable,
    GAsyncReadyCallback callback, gpointer data)
{
  GVariantDict dict;
  g_variant_dict_init (&dict, NULL);
  if (options && options->sctp)
    g_variant_dict_insert (&dict, "sctp", "b", TRUE);
  if (options && options->initial_outgoing_bitrate)
    g_variant_dict_insert (&dict, "initial-outgoing-bitrate", "u",
        options->initial_outgoing_bitrate);
  if (options && options->max_incoming_bitrate)
    g_variant_dict_insert (
        &dict, "max-incoming-bitrate", "u", options->max_incoming_bitrate);
  if (options && options->force_tcp)
    g_variant_dict_insert (&dict, "force-tcp", "b", TRUE);
  sfu_worker_client_call (self, "CreateWebRtcTransport",
      g_variant_new (
          "(ss@a{sv})", router_id, transport_id, g_variant_dict_end (&dict)),
      cancellable, callback, data,
      sfu_worker_client_create_webrtc_transport_async);
}

SfuSeamTransportInfo *
sfu_worker_client_create_webrtc_transport_finish (
    SfuWorkerClient *self, GAsyncResult *result, GError **error)
{
  g_autoptr (GVariant) reply = sfu_worker_client_call_finish (
      self, result, sfu_worker_client_create_webrtc_transport_async, error);
  return reply ? sfu_seam_transport_info_from_variant (reply) : NULL;
}

void
sfu_worker_client_connect_webrtc_transport_async (SfuWorkerClient *self,
    const gchar *transport_id, const gchar *role, GPtrArray *fingerprints,
    GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  sfu_worker_client_call (self, "ConnectWebRtcTransport",
      g_variant_new ("(ss@a(ss))", transport_id, role,
          sfu_seam_fingerprints_to_variant (fingerprints)),
      cancellable, callback, data,
      sfu_worker_client_connect_webrtc_transport_async);
}

gboolean
sfu_worker_client_connect_webrtc_transport_finish (SfuWorkerClient *self,
    GAsyncResult *result, gchar **local_role, GError **error)
{
  g_autoptr (GVariant) reply = sfu_worker_client_call_finish (
      self, result, sfu_worker_client_connect_webrtc_transport_async, error);
  if (reply && local_role)
    g_variant_get (reply, "(s)", local_role);
  return reply != NULL;
}

void
sfu_worker_client_create_plain_transport_async (SfuWorkerClient *self,
    const gchar *router_id, const gchar *transport_id,
    const SfuWorkerPlainOptions *options, GCancellable *cancellable,
    GAsyncReadyCallback callback, gpointer data)
{
  GVariantDict dict;
  g_variant_dict_init (&dict, NULL);
  if (options && options->no_rtcp_mux)
    g_variant_dict_insert (&dict, "rtcp-mux", "b", FALSE);
  if (options && options->comedia)
    g_variant_dict_insert (&dict, "comedia", "b", TRUE);
  if (options && options->srtp_suite)
    g_variant_dict_insert (
        &dict, "srtp-crypto-suite", "s", options->srtp_suite);
  sfu_worker_client_call (self, "CreatePlainTransport",
      g_variant_new (
          "(ss@a{sv})", router_id, transport_id, g_variant_dict_end (&dict)),
      cancellable, callback, data,
      sfu_worker_client_create_plain_transport_async);
}

SfuSeamPlainInfo *
sfu_worker_client_create_plain_transport_finish (
    SfuWorkerClient *self, GAsyncResult *result, GError **error)
{
  g_autoptr (GVariant) reply = sfu_worker_client_call_finish (
      self, result, sfu_worker_client_create_plain_transport_async, error);
  if (!reply)
    return NULL;
  const gchar *ip, *suite, *key;
  guint16 port, rtcp_port;
  g_variant_get (reply, "(&sqq&s&s)", &ip, &port, &rtcp_port, &suite, &key);
  return sfu_seam_plain_info_new (ip, port, rtcp_port, suite, key);
}

void
sfu_worker_client_connect_plain_transport_async (SfuWorkerClient *self,
    const gchar *transport_id, const SfuWorkerPlainPeer *peer,
    GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  GVariantDict dict;
  g_variant_dict_init (&dict, NULL);
  if (peer->ip)
    g_variant_dict_insert (&dict, "ip", "s", peer->ip);
  if (peer->port)
    g_variant_dict_insert (&dict, "port", "q", peer->port);
  if (peer->rtcp_port)
    g_variant_dict_insert (&dict, "rtcp-port", "q", peer->rtcp_port);
  if (peer->srtp_suite)
    g_variant_dict_insert (&dict, "srtp-crypto-suite", "s", peer->srtp_suite);
  if (peer->srtp_key)
    g_variant_dict_insert (&dict, "srtp-key", "s", peer->srtp_key);
  sfu_worker_client_call (self, "ConnectPlainTransport",
      g_variant_new ("(s@a{sv})", transport_id, g_variant_dict_end (&dict)),
      cancellable, callback, data,
      sfu_worker_client_connect_plain_transport_async);
}

gboolean
sfu_worker_client_connect_plain_transport_finish (SfuWorkerClient *self,
    GAsyncResult *result, gchar **srtp_suite, gchar **srtp_key, GError **error)
{
  g_autoptr (GVariant) reply = sfu_worker_client_call_finish (
      self, result, sfu_worker_client_connect_plain_transport_async, error);
  if (!reply)
    return FALSE;
  if (srtp_suite)
    g_variant_get_child (reply, 0, "s", srtp_suite);
  if (srtp_key)
    g_variant_get_child (reply, 1, "s", srtp_key);
  return TRUE;
}

void
sfu_worker_client_restart_ice_async (SfuWorkerClient *self,
    const gchar *transport_id, GCancellable *cancellable,
    GAsyncReadyCallback callback, gpointer data)
{
  sfu_worker_client_call (self, "RestartIce",
      g_variant_new ("(s)", transport_id), cancellable, callback, data,
      sfu_worker_client_restart_ice_async);
}

gboolean
sfu_worker_client_restart_ice_finish (SfuWorkerClient *self,
    GAsyncResult *result, gchar **ufrag, gchar **pwd, GError **error)
{
  g_autoptr (GVariant) reply = sfu_worker_client_call_finish (
      self, result, sfu_worker_client_restart_ice_async, error);
  if (!reply)
    return FALSE;
  if (ufrag)
    g_variant_get_child (reply, 0, "s", ufrag);
  if (pwd)
    g_variant_get_child (reply, 1, "s", pwd);
  return TRUE;
}

void
sfu_worker_client_close_transport_async (SfuWorkerClient *self,
    const gchar *transport_id, GCancellable *cancellable,
    GAsyncReadyCallback callback, gpointer data)
{
  sfu_worker_client_call (self, "CloseTransport",
      g_variant_new ("(s)", transport_id), cancellable, callback, data,
      sfu_worker_client_close_transport_async);
}

gboolean
sfu_worker_client_close_transport_finish (
    SfuWorkerClient *self, GAsyncResult *result, GError **error)
{
  return finish_void (
      self, result, sfu_worker_client_close_transport_async, error);
}

void
sfu_worker_client_produce_async (SfuWorkerClient *self,
    const gchar *transport_id, const gchar *producer_id, SfuMediaKind kind,
    const SfuRtpParameters *parameters, gboolean paused,
    GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  sfu_worker_client_call (self, "Produce",
      g_variant_new ("(sss@" SFU_RTP_PARAMETERS_SIGNATURE "b)", transport_id,
          producer_id, sfu_media_kind_name (kind),
          sfu_rtp_parameters_to_variant (parameters), paused),
      cancellable, callback, data, sfu_worker_client_produce_async);
}

gboolean
sfu_worker_client_produce_finish (
    SfuWorkerClient *self, GAsyncResult *result, GError **error)
{
  return finish_void (self, result, sfu_worker_client_produce_async, error);
}

void
sfu_worker_client_set_producer_paused_async (SfuWorkerClient *self,
    const gchar *producer_id, gboolean paused, GCancellable *cancellable,
    GAsyncReadyCallback callback, gpointer data)
{
  sfu_worker_client_call (self, "SetProducerPaused",
      g_variant_new ("(sb)", producer_id, paused), cancellable, callback, data,
      sfu_worker_client_set_producer_paused_async);
}

gboolean
sfu_worker_client_set_producer_paused_finish (
    SfuWorkerClient *self, GAsyncResult *result, GError **error)
{
  return finish_void (
      self, result, sfu_worker_client_set_producer_paused_async, error);
}

void
sfu_worker_client_close_producer_async (SfuWorkerClient *self,
    const gchar *producer_id, GCancellable *cancellable,
    GAsyncReadyCallback callback, gpointer data)
{
  sfu_worker_client_call (self, "CloseProducer",
      g_variant_new ("(s)", producer_id), cancellable, callback, data,
      sfu_worker_client_close_producer_async);
}

gboolean
sfu_worker_client_close_producer_finish (
    SfuWorkerClient *self, GAsyncResult *result, GError **error)
{
  return finish_void (
      self, result, sfu_worker_client_close_producer_async, error);
}

void
sfu_worker_client_set_consumer_paused_async (SfuWorkerClient *self,
    const gchar *consumer_id, gboolean paused, GCancellable *cancellable,
    GAsyncReadyCallback callback, gpointer data)
{
  sfu_worker_client_call (self, "SetConsumerPaused",
      g_variant_new ("(sb)", consumer_id, paused), cancellable, callback, data,
      sfu_worker_client_set_consumer_paused_async);
}

gboolean
sfu_worker_client_set_consumer_paused_finish (
    SfuWorkerClient *self, GAsyncResult *result, GError **error)
{
  return finish_void (
      self, result, sfu_worker_client_set_consumer_paused_async, error);
}

void
sfu_worker_client_set_preferred_layers_async (SfuWorkerClient *self,
    const gchar *consumer_id, gint spatial, gint temporal,
    GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  sfu_worker_client_call (self, "SetConsumerPreferredLayers",
      g_variant_new ("(sii)", consumer_id, spatial, temporal), cancellable,
      callback, data, sfu_worker_client_set_preferred_layers_async);
}

gboolean
sfu_worker_client_set_preferred_layers_finish (
    SfuWorkerClient *self, GAsyncResult *result, GError **error)
{
  return finish_void (
      self, result, sfu_worker_client_set_preferred_layers_async, error);
}

void
sfu_worker_client_request_key_frame_async (SfuWorkerClient *self,
    const gchar *consumer_id, GCancellable *cancellable,
    GAsyncReadyCallback callback, gpointer data)
{
  sfu_worker_client_call (self, "RequestKeyFrame",
      g_variant_new ("(s)", consumer_id), cancellable, callback, data,
      sfu_worker_client_request_key_frame_async);
}

gboolean
sfu_worker_client_request_key_frame_finish (
    SfuWorkerClient *self, GAsyncResult *result, GError **error)
{
  return finish_void (
      self, result, sfu_worker_client_request_key_frame_async, error);
}

void
sfu_worker_client_close_consumer_async (SfuWorkerClient *self,
    const gchar *consumer_id, GCancellable *cancellable,
    GAsyncReadyCallback callback, gpointer data)
{
  sfu_worker_client_call (self, "CloseConsumer",
      g_variant_new ("(s)", consumer_id), cancellable, callback, data,
      sfu_worker_client_close_consumer_async);
}

gboolean
sfu_worker_client_close_consumer_finish (
    SfuWorkerClient *self, GAsyncResult *result, GError **error)
{
  return finish_void (
      self, result, sfu_worker_client_close_consumer_async, error);
}

void
sfu_worker_client_get_stats_async (SfuWorkerClient *self, const gchar *id,
    GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  sfu_worker_client_call (self, "GetStats", g_variant_new ("(s)", id),
      cancellable, callback, data, sfu_worker_client_get_stats_async);
}

GVariant *
sfu_worker_client_get_stats_finish (
    SfuWorkerClient *self, GAsyncResult *result, GError **error)
{
  return finish_value (self, result, sfu_worker_client_get_stats_async, error);
}

void
sfu_worker_client_get_producer_activity_async (SfuWorkerClient *self,
    const gchar *const *router_ids, GCancellable *cancellable,
    GAsyncReadyCallback callback, gpointer data)
{
  sfu_worker_client_call (self, "GetProducerActivity",
      g_variant_new ("(^as)", router_ids), cancellable, callback, data,
      sfu_worker_client_get_producer_activity_async);
}

GVariant *
sfu_worker_client_get_producer_activity_finish (
    SfuWorkerClient *self, GAsyncResult *result, GError **error)
{
  return finish_value (
      self, result, sfu_worker_client_get_producer_activity_async, error);
}

void
sfu_worker_client_dump_async (SfuWorkerClient *self, const gchar *router_id,
    GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  sfu_worker_client_call (self, "Dump",
      g_variant_new ("(s)", router_id ? router_id : ""), cancellable, callback,
      data, sfu_worker_client_dump_async);
}

GVariant *
sfu_worker_client_dump_finish (
    SfuWorkerClient *self, GAsyncResult *result, GError **error)
{
  return finish_value (self, result, sfu_worker_client_dump_async, error);
}

void
sfu_worker_client_graph_dot_async (SfuWorkerClient *self,
    const gchar *router_id, GCancellable *cancellable,
    GAsyncReadyCallback callback, gpointer data)
{
  sfu_worker_client_call (self, "GraphDot", g_variant_new ("(s)", router_id),
      cancellable, callback, data, sfu_worker_client_graph_dot_async);
}

gchar *
sfu_worker_client_graph_dot_finish (
    SfuWorkerClient *self, GAsyncResult *result, GError **error)
{
  g_autoptr (GVariant) dot =
      finish_value (self, result, sfu_worker_client_graph_dot_async, error);
  return dot ? g_variant_dup_string (dot, NULL) : NULL;
}

void
sfu_worker_client_set_impairment_async (SfuWorkerClient *self,
    gdouble percent_in, gdouble percent_out, GCancellable *cancellable,
    GAsyncReadyCallback callback, gpointer data)
{
  sfu_worker_client_call (self, "SetImpairment",
      g_variant_new ("(dd)", percent_in, percent_out), cancellable, callback,
      data, sfu_worker_client_set_impairment_async);
}

gboolean
sfu_worker_client_set_impairment_finish (
    SfuWorkerClient *self, GAsyncResult *result, GError **error)
{
  return finish_void (
      self, result, sfu_worker_client_set_impairment_async, error);
}
