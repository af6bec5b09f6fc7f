/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Making, connecting and restarting transports.
 *
 * Threads: the server's one thread. */
#include "sfu-handlers.h"

#include "sfu-error.h"
#include "sfu-room-media.h"

/* The worker has it (error NULL; else taken): answers with reply. */
static void
transport_created (SfuCall *call, SfuReply *reply, GError *error)
{
  g_autoptr (SfuPeer) peer = sfu_peer_ref (call->peer);
  g_autoptr (SfuRoomTransport) transport = sfu_room_transport_ref (call->thing);
  gboolean first;

  if (error != NULL) {
    sfu_room_transport_close (transport);
    sfu_call_fail (call, error);
    return;
  }
  if (transport->closed) {
    sfu_call_fail_literal (call, SFU_ERROR_WRONG_STATE, "Peer closed");
    return;
  }
  first = transport->consuming && sfu_peer_consuming_transport (peer) == NULL;
  transport->live = TRUE;
  reply->id = transport->id;
  sfu_call_reply (call, reply);
  /* A client whose receiving transport failed makes a new one and finds its
   * consumers again. */
  if (peer->joined && peer->auto_consume && first)
    sfu_room_consume_all (peer);
}

static void
on_webrtc_created (GObject *source, GAsyncResult *result, gpointer data)
{
  SfuCall *call = data;
  g_autoptr (SfuSeamTransportInfo) info = NULL;
  g_autoptr (GPtrArray) ice_servers = NULL;
  SfuReply reply = { .kind = SFU_REPLY_TRANSPORT };
  GError *error = NULL;

  info = sfu_worker_client_create_webrtc_transport_finish (
      SFU_WORKER_CLIENT (source), result, &error);
  reply.transport = info;
  if (!call->peer->closed)
    ice_servers =
        sfu_rooms_mint_ice_servers (call->peer->room->rooms, call->peer);
  reply.ice_servers = ice_servers;
  transport_created (call, &reply, error);
}

static void
on_plain_created (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (SfuSeamPlainInfo) info = NULL;
  SfuReply reply = { .kind = SFU_REPLY_PLAIN };
  GError *error = NULL;

  info = sfu_worker_client_create_plain_transport_finish (
      SFU_WORKER_CLIENT (source), result, &error);
  reply.plain = info;
  transport_created (data, &reply, error);
}

static void
create_in_worker (SfuCall *call, const SfuRoomTransport *transport)
{
  const SfuRequest *request = call->request;
  const SfuWorkerPlainOptions plain = { .no_rtcp_mux = !request->rtcp_mux,
    .comedia = request->comedia,
    .srtp_suite = request->srtp_suite };
  const SfuWorkerTransportOptions options = {
    .max_incoming_bitrate =
        sfu_rooms_get_limits (call->peer->room->rooms)->max_incoming_bps,
    .force_tcp = request->force_tcp
  };

  /* Data channels come later: a transport without SCTP is answered without
   * sctpParameters, and the client makes none. */
  if (!transport->plain)
    sfu_worker_client_create_webrtc_transport_async (sfu_call_worker (call),
        sfu_room_router (call->peer->room)->id, transport->id, &options, NULL,
        on_webrtc_created, call);
  else
    sfu_worker_client_create_plain_transport_async (sfu_call_worker (call),
        sfu_room_router (call->peer->room)->id, transport->id, &plain, NULL,
        on_plain_created, call);
}

void
sfu_handle_create_transport (SfuCall *call)
{
  const SfuRoomLimits *limits = sfu_rooms_get_limits (call->peer->room->rooms);
  SfuRequest *request = call->request;
  SfuRoomTransport *transport;

  if (g_hash_table_size (call->peer->transports) >=
      limits->max_transports_per_peer) {
    sfu_call_fail_literal (
        call, SFU_ERROR_LIMIT_EXCEEDED, "too many transports of this peer");
    return;
  }
  transport = sfu_room_transport_new (
      call->peer, request->producing, request->consuming);
  transport->plain = request->plain;
  call->thing = transport;
  call->free_thing = (GDestroyNotify)sfu_room_transport_unref;
  create_in_worker (call, transport);
}

/* Takes error. */
static void
connect_failed (SfuCall *call, GError *error)
{
  SfuRoomTransport *transport = call->thing;

  /* What was refused may be corrected. */
  if (g_error_matches (error, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT))
    transport->connected = FALSE;
  sfu_call_fail (call, error);
}

static void
on_webrtc_connected (GObject *source, GAsyncResult *result, gpointer data)
{
  GError *error = NULL;

  if (sfu_worker_client_connect_webrtc_transport_finish (
          SFU_WORKER_CLIENT (source), result, NULL, &error))
    sfu_call_reply_empty (data);
  else
    connect_failed (data, error);
}

static void
on_plain_connected (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree gchar *suite = NULL;
  g_autofree gchar *key = NULL;
  SfuReply reply = { .kind = SFU_REPLY_SRTP };
  GError *error = NULL;

  if (!sfu_worker_client_connect_plain_transport_finish (
          SFU_WORKER_CLIENT (source), result, &suite, &key, &error)) {
    connect_failed (data, error);
    return;
  }
  reply.srtp_suite = suite;
  reply.srtp_key = key;
  sfu_call_reply (data, &reply);
}

static void
connect_in_worker (SfuCall *call, const SfuRoomTransport *transport)
{
  const SfuRequest *request = call->request;
  const SfuWorkerPlainPeer peer = { request->ip, request->port,
    request->rtcp_port, request->srtp_suite, request->srtp_key };

  if (!transport->plain)
    sfu_worker_client_connect_webrtc_transport_async (sfu_call_worker (call),
        transport->id, request->dtls_role, request->fingerprints, NULL,
        on_webrtc_connected, call);
  else
    sfu_worker_client_connect_plain_transport_async (sfu_call_worker (call),
        transport->id, &peer, NULL, on_plain_connected, call);
}

void
sfu_handle_connect_transport (SfuCall *call)
{
  SfuRoomTransport *transport = sfu_call_find_transport (call);

  if (transport == NULL)
    return;
  if (transport->plain != (call->request->fingerprints == NULL)) {
    sfu_call_fail_literal (call, SFU_ERROR_INVALID_ARGUMENT,
        transport->plain ? "the transport is a plain one"
                         : "the transport is not a plain one");
    return;
  }
  if (transport->connected) {
    sfu_call_fail_literal (
        call, SFU_ERROR_WRONG_STATE, "connect() already called");
    return;
  }
  transport->connected = TRUE;
  call->thing = sfu_room_transport_ref (transport);
  call->free_thing = (GDestroyNotify)sfu_room_transport_unref;
  connect_in_worker (call, transport);
}

static void
on_ice_restarted (GObject *source, GAsyncResult *result, gpointer data)
{
  SfuCall *call = data;
  g_autofree gchar *ufrag = NULL;
  g_autofree gchar *pwd = NULL;
  SfuReply reply = { .kind = SFU_REPLY_ICE_PARAMETERS };
  GError *error = NULL;

  if (!sfu_worker_client_restart_ice_finish (
          SFU_WORKER_CLIENT (source), result, &ufrag, &pwd, &error)) {
    sfu_call_fail (call, error);
    return;
  }
  reply.ufrag = ufrag;
  reply.pwd = pwd;
  sfu_call_reply (call, &reply);
}

void
sfu_handle_restart_ice (SfuCall *call)
{
  SfuRoomTransport *transport = sfu_call_find_transport (call);

  if (transport != NULL)
    sfu_worker_client_restart_ice_async (
        sfu_call_worker (call), transport->id, NULL, on_ice_restarted, call);
}

void
sfu_handle_close_transport (SfuCall *call)
{
  SfuRoomTransport *transport = sfu_call_find_transport (call);

  if (transport == NULL)
    return;
  sfu_room_transport_close (transport);
  sfu_call_reply_empty (call);
}
