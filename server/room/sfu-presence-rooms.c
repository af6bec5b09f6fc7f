/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What rooms ask of who takes part on other servers, and tell of themselves.
 *
 * Threads: the server's one thread. */
#include "sfu-presence-private.h"

#include "sfu-room.h"

void
sfu_presence_add_participants (SfuPresence *presence, const gchar *room_id,
    const gchar *except_id, GPtrArray *participants)
{
  GHashTable *lists = g_hash_table_lookup (presence->rooms, room_id);
  SfuRoom *room = sfu_presence_open_room (presence, room_id);
  GHashTableIter iter;
  gpointer id, value;

  if (lists == NULL)
    return;
  g_hash_table_iter_init (&iter, lists);
  while (g_hash_table_iter_next (&iter, &id, &value)) {
    GPtrArray *list = value;

    if (g_strcmp0 (id, except_id) != 0 &&
        sfu_presence_find_local (room, id) == NULL)
      g_ptr_array_add (
          participants, ((SfuPresenceEntry *)list->pdata[list->len - 1])->peer);
  }
}

SfuPeer *
sfu_presence_find_peer (
    SfuPresence *presence, const gchar *room_id, const gchar *peer_id)
{
  SfuPresenceEntry *entry = sfu_presence_find_last (presence, room_id, peer_id);
  SfuRoom *room = sfu_presence_open_room (presence, room_id);

  if (entry == NULL || sfu_presence_find_local (room, peer_id) != NULL)
    return NULL;
  return entry->peer;
}

SfuRoomProducer *
sfu_presence_find_producer (
    SfuPresence *presence, const gchar *room_id, const gchar *producer_id)
{
  g_autoptr (GPtrArray) participants = g_ptr_array_new ();
  SfuRoomProducer *producer = NULL;

  sfu_presence_add_participants (presence, room_id, NULL, participants);
  for (guint i = 0; i < participants->len && producer == NULL; i++)
    producer = g_hash_table_lookup (
        ((SfuPeer *)participants->pdata[i])->producers, producer_id);
  return producer;
}

gboolean
sfu_presence_peer_joined (SfuPresence *presence, SfuPeer *peer)
{
  SfuPresenceEntry *before =
      sfu_presence_find_last (presence, peer->room->id, peer->id);
  SfuRoom *room = sfu_presence_open_room (presence, peer->room->id);

  if (before != NULL && room != NULL) {
    sfu_presence_tell_producers (
        room, SFU_NOTICE_PRODUCER_CLOSED, before->peer, peer);
    sfu_presence_tell_display_name (room, peer, before->peer->display_name);
  }
  if (presence->listener != NULL)
    presence->listener->joined (presence->listener_owner, peer);
  return before != NULL;
}

gboolean
sfu_presence_peer_left (SfuPresence *presence, SfuPeer *peer)
{
  SfuPresenceEntry *next =
      sfu_presence_find_last (presence, peer->room->id, peer->id);
  SfuRoom *room = sfu_presence_open_room (presence, peer->room->id);

  if (next != NULL && room != NULL) {
    sfu_presence_tell_display_name (room, next->peer, peer->display_name);
    sfu_presence_tell_producers (
        room, SFU_NOTICE_NEW_PRODUCER, next->peer, NULL);
  }
  if (presence->listener != NULL)
    presence->listener->left (presence->listener_owner, peer);
  return next != NULL;
}

void
sfu_presence_peer_changed (SfuPresence *presence, SfuPeer *peer)
{
  if (presence->listener != NULL && peer->joined && !peer->closed)
    presence->listener->changed (presence->listener_owner, peer);
}

void
sfu_presence_producer_live (SfuPresence *presence, SfuRoomProducer *producer)
{
  if (presence->listener != NULL && producer->peer->joined)
    presence->listener->producer_live (
        presence->listener_owner, producer->peer, producer);
}

void
sfu_presence_producer_closed (
    SfuPresence *presence, SfuPeer *peer, SfuRoomProducer *producer)
{
  if (presence->listener != NULL && peer->joined && !peer->closed)
    presence->listener->producer_closed (
        presence->listener_owner, peer, producer);
}
