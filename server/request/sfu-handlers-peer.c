/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Joining, and what a peer says of itself.
 *
 * Threads: the server's one thread. */
#include "sfu-handlers.h"

#include "sfu-error.h"
#include "sfu-ortc.h"

void
sfu_handle_get_router_rtp_capabilities (SfuCall *call)
{
  SfuReply reply = { .kind = SFU_REPLY_CAPABILITIES,
    .capabilities = sfu_rooms_get_capabilities (call->peer->room->rooms),
    .memo = sfu_rooms_get_capabilities_memo (call->peer->room->rooms) };

  sfu_call_reply (call, &reply);
}

/* What an account says is not for its owner to change. */
static void
take_identity (SfuPeer *peer, gchar **field, gchar **value)
{
  if (*value == NULL || (peer->account && *field != NULL))
    return;
  g_free (*field);
  *field = g_steal_pointer (value);
}

/* The answer goes out before anything that joining sets off. */
void
sfu_handle_join (SfuCall *call)
{
  g_autoptr (SfuPeer) peer = sfu_peer_ref (call->peer);
  SfuRequest *request = call->request;
  SfuReply reply = { .kind = SFU_REPLY_PEERS };
  g_autoptr (GPtrArray) others = NULL;
  g_autoptr (GPtrArray) ice_servers = NULL;
  GError *error = NULL;

  if (request->capabilities != NULL &&
      !sfu_ortc_validate_capabilities (request->capabilities, &error)) {
    sfu_call_fail (call, error);
    return;
  }
  if (request->display_name == NULL && peer->display_name == NULL) {
    sfu_call_fail_literal (
        call, SFU_ERROR_INVALID_ARGUMENT, "displayName: missing");
    return;
  }
  if (request->display_name != NULL) {
    g_free (peer->display_name);
    peer->display_name = g_steal_pointer (&request->display_name);
  }
  peer->device = g_steal_pointer (&request->device);
  take_identity (peer, &peer->user_id, &request->user_id);
  take_identity (peer, &peer->email, &request->email);
  take_identity (peer, &peer->picture, &request->picture);
  peer->capabilities = g_steal_pointer (&request->capabilities);
  others = sfu_room_participants (peer->room, peer);
  ice_servers = sfu_rooms_mint_ice_servers (peer->room->rooms, peer);
  reply.peers = others;
  reply.ice_servers = ice_servers;
  g_info ("room=%s peer=%s joined, %u others", peer->room->label, peer->label,
      others->len);
  sfu_call_reply (call, &reply);
  sfu_room_peer_joined (peer);
}

/* The answer goes out first. */
void
sfu_handle_change_display_name (SfuCall *call)
{
  g_autoptr (SfuPeer) peer = sfu_peer_ref (call->peer);
  g_autofree gchar *name = g_steal_pointer (&call->request->display_name);

  sfu_call_reply_empty (call);
  sfu_room_set_display_name (peer, name);
}

/* To all, whoever wrote it included: that is where it sees its line. */
void
sfu_handle_send_chat (SfuCall *call)
{
  g_autoptr (SfuPeer) peer = sfu_peer_ref (call->peer);
  g_autofree gchar *text = g_steal_pointer (&call->request->text);
  SfuNotice notice = { .kind = SFU_NOTICE_CHAT,
    .peer = peer,
    .text = text,
    .timestamp_ms = g_get_real_time () / 1000 };

  sfu_call_reply_empty (call);
  sfu_room_notify (peer->room, &notice, NULL);
}
