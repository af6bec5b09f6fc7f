/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What happens in rooms, for who watches from outside: one watcher for all.
 *
 * Threads: the server's one thread. */
#pragma once

#include "sfu-peer.h"
#include "sfu-rooms.h"

G_BEGIN_DECLS

typedef enum {
  SFU_ROOM_STARTED,     /* room */
  SFU_ROOM_ENDED,       /* room */
  SFU_PEER_JOINED,      /* peer */
  SFU_PEER_LEFT,        /* peer: it had joined */
  SFU_PRODUCER_STARTED, /* peer, producer: live from now on */
  SFU_PRODUCER_ENDED,   /* peer, producer: it was live */
  SFU_WORKER_DIED       /* n_rooms: were on it */
} SfuRoomEventType;

/* All borrowed: alive during the call. */
typedef struct {
  SfuRoomEventType type;
  const SfuRoom *room; /* NULL = the peer's */
  const SfuPeer *peer;
  const SfuRoomProducer *producer;
  guint n_rooms;
} SfuRoomEvent;

/* May not call back into the rooms. watch NULL = nobody any more. */
void sfu_rooms_set_watcher (SfuRooms *rooms,
    void (*watch) (gpointer owner, const SfuRoomEvent *event), gpointer owner);

/* For SfuRooms and its parts. rooms may be NULL: the room is closed. */
void sfu_rooms_tell (SfuRooms *rooms, const SfuRoomEvent *event);
void sfu_rooms_tell_peer (const SfuPeer *peer, SfuRoomEventType type,
    const SfuRoomProducer *producer);

G_END_DECLS
