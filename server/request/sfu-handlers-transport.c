/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Making, connecting and restarting transports.
 *
 * Threads: the server's one thread. */
#include "sfu-handlers.h"

#include "sfu-error.h"
#include "sfu-room-media.h"

static void
on_transport_created (GObject *source, GAsyncResult *result, gpointer data)
{
  SfuCall *call = data;
  g_autoptr (SfuPeer) peer = sfu_peer_ref (call->peer);
  g_autoptr (SfuRoomTransport) transport = sfu_room_transport_ref (call->thing);
  g_autoptr (SfuSeamTransportInfo) info = NULL;
  g_autoptr (GPtrArray) ice_servers = NULL;
  SfuReply reply = { .kind = SFU_REPLY_TRANSPORT };
  GError *error = NULL;
  gboolean first;

  info = sfu_worker_client_create_webrtc_transport_finish (
      SFU_WORKER_CLIENT (source), result, &error);
  if (info == NULL) {
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
  reply.id = transport->id;
  reply.transport = info;
  ice_servers = sfu_rooms_mint_ice_servers (peer->room->rooms, peer);
  reply.ice_servers = ice_servers;
  sfu_call_reply (call, &reply);
  /* A client whose receiving transport failed makes a new one and finds its
   * consumers again. */
  if (peer->joined && peer->auto_consume && first)
    sfu_room_consume_all (peer);
}

void
sfu_handle_create_transport (SfuCall *call)
{
  const SfuRoomLimits *limits = sfu_rooms_get_limits (call->peer->room->rooms);
  SfuRequest *request = call->request;
  SfuRoomTransport *transport;

  if (request->force_tcp) {
    sfu_call_fail_literal (call, SFU_ERROR_NOT_SUPPORTED,
        "forceTcp: media over TCP is not supported yet");
    return;
  }
  if (g_hash_table_size (call->peer->transports) >=
      limits->max_transports_per_peer) {
    sfu_call_fail_literal (
        call, SFU_ERROR_LIMIT_EXCEEDED, "too many transports of this peer");
    return;
  }
  transport = sfu_room_transport_new (
      call->peer, request->producing, request->consuming);
  call->thing = transport;
  call->free_thing = (GDestroyNotify)sfu_room_transport_unref;
  /* Data channels come later: a transport without SCTP is answered without
   * sctpParameters, and the client makes none. */
  sfu_worker_client_create_webrtc_transport_async (sfu_call_worker (call),
      call->peer->room->router_id, transport->id, NULL, NULL,
      on_transport_created, call);
}

static void
on_transport_connected (GObject *source, GAsyncResult *result, gpointer data)
{
  SfuCall *call = data;
  SfuRoomTransport *transport = call->thing;
  GError *error = NULL;

  if (sfu_worker_client_connect_webrtc_transport_finish (
          SFU_WORKER_CLIENT (source), result, NULL, &error)) {
    sfu_call_reply_empty (call);
    return;
  }
  /* Fingerprints that were refused may be corrected. */
  if (g_error_matches (error, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT))
    transport->connected = FALSE;
  sfu_call_fail (call, error);
}

void
sfu_handle_connect_transport (SfuCall *call)
{
  SfuRoomTransport *transport = sfu_call_find_transport (call);

  if (transport == NULL)
    return;
  if (transport->connected) {
    sfu_call_fail_literal (
        call, SFU_ERROR_WRONG_STATE, "connect() already called");
    return;
  }
  transport->connected = TRUE;
  call->thing = sfu_room_transport_ref (transport);
  call->free_thing = (GDestroyNotify)sfu_room_transport_unref;
  sfu_worker_client_connect_webrtc_transport_async (sfu_call_worker (call),
      transport->id, call->request->dtls_role, call->request->fingerprints,
      NULL, on_transport_connected, call);
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
