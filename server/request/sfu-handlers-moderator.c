/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What only moderators may ask for (the table says so).
 *
 * The answer goes out first: what follows may close the connection of whoever
 * asked.
 *
 * Threads: the server's one thread. */
#include "sfu-handlers.h"

#include "sfu-room-rules.h"

/* NULL = the call has failed and is gone. */
static SfuPeer *
find_peer (SfuCall *call)
{
  GError *error = NULL;
  SfuPeer *peer =
      sfu_room_find_peer (call->peer->room, call->request->peer_id, &error);

  if (peer == NULL)
    sfu_call_fail (call, error);
  return peer;
}

void
sfu_handle_kick_peer (SfuCall *call)
{
  SfuPeer *peer = find_peer (call);
  g_autoptr (SfuPeer) keep = peer != NULL ? sfu_peer_ref (peer) : NULL;

  if (peer == NULL)
    return;
  sfu_call_reply_empty (call);
  sfu_room_kick (peer);
}

void
sfu_handle_mute_peer (SfuCall *call)
{
  SfuPeer *peer = find_peer (call);
  g_autoptr (SfuPeer) keep = peer != NULL ? sfu_peer_ref (peer) : NULL;
  guint kinds = call->request->kinds;
  gboolean muted = call->request->on;

  if (peer == NULL)
    return;
  sfu_call_reply_empty (call);
  sfu_room_mute (peer, kinds, muted);
}

void
sfu_handle_lock_room (SfuCall *call)
{
  g_autoptr (SfuRoom) room = sfu_room_ref (call->peer->room);
  gboolean locked = call->request->on;

  sfu_call_reply_empty (call);
  sfu_room_set_locked (room, locked);
}

void
sfu_handle_close_room (SfuCall *call)
{
  g_autoptr (SfuRoom) room = sfu_room_ref (call->peer->room);

  g_message (
      "room=%s closed by moderator peer=%s", room->label, call->peer->label);
  sfu_call_reply_empty (call);
  sfu_room_close (room, SFU_CLOSE_ROOM);
}
