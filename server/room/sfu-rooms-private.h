/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What sfu-rooms.c and sfu-rooms-workers.c share.
 *
 * Threads: the server's one thread. */
#pragma once

#include "sfu-rooms.h"

#include "sfu-presence.h"
#include "sfu-room-event.h"
#include "sfu-room.h"

G_BEGIN_DECLS

struct _SfuRooms {
  SfuWorkerPool *pool; /* borrowed */
  SfuRtpCapabilities *router;
  SfuMemo shown_router; /* how a dialect describes them */
  SfuRoomLimits limits;
  const SfuIceServers *ice_servers; /* borrowed; NULL = none */
  SfuPresence *presence;            /* owned */
  SfuDrain *drain;                  /* owned */
  SfuMetrics *metrics;              /* owned */
  void (*watch) (gpointer owner, const SfuRoomEvent *event); /* NULL = none */
  gpointer watcher;
  GHashTable *rooms;   /* name -> SfuRoom, owned */
  GHashTable *routers; /* router id -> SfuRoom, borrowed */
  GHashTable *homes;   /* room's name -> Home, owned */
  void (*moved) (gpointer owner, SfuRoom *room); /* NULL = nobody listens */
  gpointer moved_owner;
  GDestroyNotify moved_destroy;
  /* id -> SfuRoomTransport, SfuRoomProducer, SfuRoomConsumer, all borrowed */
  GHashTable *transports, *producers, *consumers;
};

/* ---- sfu-rooms-workers.c ---- */

/* What the pool tells; the owner is the SfuRooms. */
extern const SfuWorkerPoolCallbacks sfu_rooms_pool_callbacks;

/* For a room of that name. NULL: GError. */
SfuWorkerClient *sfu_rooms_find_worker (
    SfuRooms *rooms, const gchar *name, GError **error);

G_END_DECLS
