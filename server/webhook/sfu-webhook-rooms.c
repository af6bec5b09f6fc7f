/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-webhook-rooms.h.
 *
 * Threads: the server's one thread. */
#include "sfu-webhook-rooms.h"

#include "sfu-room-event.h"
#include "sfu-room-media.h"
#include "sfu-room.h"

static const gchar *const types[] = {
  [SFU_ROOM_STARTED] = "room.started",
  [SFU_ROOM_ENDED] = "room.ended",
  [SFU_PEER_JOINED] = "peer.joined",
  [SFU_PEER_LEFT] = "peer.left",
  [SFU_PRODUCER_STARTED] = "producer.started",
  [SFU_PRODUCER_ENDED] = "producer.ended",
  [SFU_WORKER_DIED] = "worker.died",
};

static void
set_text (JsonObject *data, const gchar *name, const gchar *text)
{
  if (text != NULL)
    json_object_set_string_member (data, name, text);
}

/* Who it is; not what an account has of private things. */
static void
add_peer (JsonObject *data, const SfuPeer *peer)
{
  set_text (data, "peer", peer->id);
  set_text (data, "displayName", peer->display_name);
  set_text (data, "userId", peer->user_id);
  set_text (data, "dialect", peer->dialect);
}

static void
add_producer (JsonObject *data, const SfuRoomProducer *producer)
{
  set_text (data, "producer", producer->id);
  set_text (data, "kind", sfu_media_kind_name (producer->kind));
  set_text (data, "type", producer->type);
}

static void
on_event (gpointer owner, const SfuRoomEvent *event)
{
  SfuWebhook *webhook = owner;
  JsonObject *data = json_object_new ();

  if (event->room != NULL)
    set_text (data, "room", event->room->id);
  if (event->peer != NULL)
    add_peer (data, event->peer);
  if (event->producer != NULL)
    add_producer (data, event->producer);
  if (event->type == SFU_WORKER_DIED)
    json_object_set_int_member (data, "rooms", event->n_rooms);
  sfu_webhook_tell (webhook, event->room != NULL ? event->room->id : "",
      types[event->type], data);
}

void
sfu_webhook_watch_rooms (SfuWebhook *webhook, SfuRooms *rooms)
{
  sfu_rooms_set_watcher (rooms, webhook != NULL ? on_event : NULL, webhook);
}
