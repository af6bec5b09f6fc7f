/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-room-router.h.
 *
 * Threads: the server's one thread. */
#include "sfu-room-router.h"

#include "sfu-id.h"

SfuRoomRouter *
sfu_room_router_new (SfuWorkerClient *worker)
{
  SfuRoomRouter *router = g_new (SfuRoomRouter, 1);

  router->id = sfu_id_new ();
  router->worker = g_object_ref (worker);
  return router;
}

void
sfu_room_router_free (SfuRoomRouter *router)
{
  g_free (router->id);
  g_object_unref (router->worker);
  g_free (router);
}
