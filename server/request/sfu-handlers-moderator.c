/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What only moderators may ask for (the table says so).
 *
 * The answer goes out first: what follows may close the connection of whoever
 * asked.
 *
 * Threads: the server's one thread. */
#include "sfu-handlers.h"

#include "sfu-error.h"
#include "sfu-room-rules.h"

#include <string.h>

/* On which other server is this participant? NULL = on none. */
static const gchar *
find_node (SfuRoom *room, const gchar *id)
{
  g_autoptr (GPtrArray) all = sfu_room_participants (room, NULL);

  for (guint i = 0; i < all->len; i++)
    if (strcmp (((SfuPeer *)all->pdata[i])->id, id) == 0)
      return ((SfuPeer *)all->pdata[i])->node;
  return NULL;
}

/* A peer of the same room on this server; NULL = the call has failed and is
 * gone. */
static SfuPeer *
find_peer (SfuCall *call)
{
  SfuRoom *room = call->peer->room;
  const gchar *id = call->request->peer_id;
  SfuPeer *peer = g_hash_table_lookup (room->peers, id);
  const gchar *node = peer == NULL ? find_node (room, id) : NULL;

  if (node != NULL)
    sfu_call_fail (call,
        g_error_new (SFU_ERROR, SFU_ERROR_NOT_SUPPORTED,
            "peer with id \"%s\" is on server %s: ask there", id, node));
  else if (peer == NULL)
    sfu_call_fail (call,
        g_error_new (SFU_ERROR, SFU_ERROR_NOT_FOUND,
            "peer with id \"%s\" not found", id));
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

  g_message ("room=%s closed by moderator peer=%s", room->id, call->peer->id);
  sfu_call_reply_empty (call);
  sfu_room_close (room, SFU_CLOSE_ROOM);
}
