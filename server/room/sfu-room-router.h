/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One router of a room: where its packets meet, in one worker. A room has a
 * list of them. So far the list has one entry and everybody asks for that; a
 * room that is larger than a worker will have more, and then each peer has its
 * own.
 *
 * Threads: the server's one thread. */
#pragma once

#include "sfu-worker-client.h"

G_BEGIN_DECLS

typedef struct {
  gchar *id;               /* in the worker; never used twice */
  SfuWorkerClient *worker; /* owned */
} SfuRoomRouter;

/* Names it; the worker is not asked for it. */
SfuRoomRouter *sfu_room_router_new (SfuWorkerClient *worker);
void sfu_room_router_free (SfuRoomRouter *router);

G_END_DECLS
