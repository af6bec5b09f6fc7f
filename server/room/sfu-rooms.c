/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All rooms of the server.
 *
 * Threads: the server's one thread. */
#include "sfu-rooms-private.h"

#include "sfu-error.h"
#include "sfu-room-media.h"
#include "sfu-room-overload.h"

/* ---- who watches ---- */

void
sfu_rooms_set_watcher (SfuRooms *rooms,
    void (*watch) (gpointer owner, const SfuRoomEvent *event), gpointer owner)
{
  rooms->watch = watch;
  rooms->watcher = owner;
}

void
sfu_rooms_tell (SfuRooms *rooms, const SfuRoomEvent *event)
{
  if (rooms != NULL && rooms->watch != NULL)
    rooms->watch (rooms->watcher, event);
}

void
sfu_rooms_tell_peer (
    const SfuPeer *peer, SfuRoomEventType type, const SfuRoomProducer *producer)
{
  SfuRoomEvent event = { .type = type, .peer = peer, .producer = producer };

  if (peer->room == NULL) /* of another server */
    return;
  event.room = peer->room;
  sfu_rooms_tell (peer->room->rooms, &event);
}

static SfuRoom *
find_room (gpointer owner, const gchar *room_id)
{
  return sfu_rooms_find (owner, room_id);
}

SfuRooms *
sfu_rooms_new (SfuWorkerPool *pool, const SfuRtpCapabilities *router,
    const SfuRoomLimits *limits)
{
  SfuRooms *rooms = g_new0 (SfuRooms, 1);

  rooms->pool = pool;
  rooms->router = sfu_rtp_capabilities_copy (router);
  rooms->limits = *limits;
  rooms->presence = sfu_presence_new (find_room, rooms);
  rooms->drain = sfu_drain_new ();
  rooms->metrics = sfu_metrics_new ();
  rooms->rooms = g_hash_table_new_full (
      g_str_hash, g_str_equal, NULL, (GDestroyNotify)sfu_room_unref);
  rooms->routers = g_hash_table_new (g_str_hash, g_str_equal);
  rooms->homes =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  rooms->transports = g_hash_table_new (g_str_hash, g_str_equal);
  rooms->producers = g_hash_table_new (g_str_hash, g_str_equal);
  rooms->consumers = g_hash_table_new (g_str_hash, g_str_equal);
  sfu_worker_pool_set_callbacks (pool, &sfu_rooms_pool_callbacks, rooms);
  return rooms;
}

void
sfu_rooms_free (SfuRooms *rooms)
{
  if (rooms == NULL)
    return;
  sfu_worker_pool_set_callbacks (rooms->pool, NULL, NULL);
  sfu_rooms_close_all (rooms, SFU_CLOSE_GOING_AWAY);
  g_hash_table_unref (rooms->transports);
  g_hash_table_unref (rooms->producers);
  g_hash_table_unref (rooms->consumers);
  g_hash_table_unref (rooms->routers);
  g_hash_table_unref (rooms->homes);
  if (rooms->moved_destroy != NULL)
    rooms->moved_destroy (rooms->moved_owner);
  g_hash_table_unref (rooms->rooms);
  sfu_presence_free (rooms->presence);
  sfu_drain_free (rooms->drain);
  sfu_metrics_unref (rooms->metrics);
  sfu_rtp_capabilities_free (rooms->router);
  sfu_memo_clear (&rooms->shown_router);
  g_free (rooms);
}

const SfuRoomLimits *
sfu_rooms_get_limits (SfuRooms *rooms)
{
  return &rooms->limits;
}

void
sfu_rooms_set_limits (SfuRooms *rooms, const SfuRoomLimits *limits)
{
  rooms->limits = *limits;
}

const SfuRtpCapabilities *
sfu_rooms_get_capabilities (SfuRooms *rooms)
{
  return rooms->router;
}

SfuMemo *
sfu_rooms_get_capabilities_memo (SfuRooms *rooms)
{
  return &rooms->shown_router;
}

SfuWorkerPool *
sfu_rooms_get_pool (SfuRooms *rooms)
{
  return rooms->pool;
}

SfuMetrics *
sfu_rooms_get_metrics (SfuRooms *rooms)
{
  return rooms->metrics;
}

SfuPresence *
sfu_rooms_get_presence (SfuRooms *rooms)
{
  return rooms->presence;
}

SfuDrain *
sfu_rooms_get_drain (SfuRooms *rooms)
{
  return rooms->drain;
}

void
sfu_rooms_drain (SfuRooms *rooms, const SfuDrainOrder *order)
{
  g_autoptr (GPtrArray) all = sfu_peer_table_values (rooms->rooms);

  for (guint i = 0; i < all->len; i++)
    if (sfu_room_is_idle (all->pdata[i]))
      sfu_room_close (all->pdata[i], SFU_CLOSE_ROOM);
  sfu_drain_begin (rooms->drain, order);
}

void
sfu_rooms_set_ice_servers (SfuRooms *rooms, const SfuIceServers *servers)
{
  rooms->ice_servers = servers;
}

GPtrArray *
sfu_rooms_mint_ice_servers (SfuRooms *rooms, const SfuPeer *peer)
{
  return sfu_ice_servers_mint (rooms->ice_servers,
      peer->user_id != NULL ? peer->user_id : peer->id,
      g_get_real_time () / G_USEC_PER_SEC);
}

SfuRoom *
sfu_rooms_find (SfuRooms *rooms, const gchar *id)
{
  return g_hash_table_lookup (rooms->rooms, id);
}

/* One that only lingers makes place for one that is wanted. */
static gboolean
make_place (SfuRooms *rooms)
{
  GHashTableIter iter;
  gpointer room;

  if (g_hash_table_size (rooms->rooms) < rooms->limits.max_rooms)
    return TRUE;
  g_hash_table_iter_init (&iter, rooms->rooms);
  while (g_hash_table_iter_next (&iter, NULL, &room)) {
    if (!sfu_room_is_idle (room))
      continue;
    sfu_room_close (room, SFU_CLOSE_ROOM);
    return TRUE;
  }
  return FALSE;
}

SfuRoom *
sfu_rooms_get_or_create (SfuRooms *rooms, const gchar *id, GError **error)
{
  SfuRoom *room = sfu_rooms_find (rooms, id);
  g_autoptr (SfuWorkerClient) worker = NULL;

  if (room != NULL)
    return room;
  if (!sfu_drain_admit (rooms->drain, error))
    return NULL;
  if (!make_place (rooms)) {
    g_set_error_literal (error, SFU_ERROR, SFU_ERROR_LIMIT_EXCEEDED,
        "the server has no place for another room");
    return NULL;
  }
  worker = sfu_rooms_find_worker (rooms, id, error);
  if (worker == NULL)
    return NULL;
  room = sfu_room_new (rooms, id, worker);
  g_hash_table_insert (rooms->rooms, room->id, room);
  g_hash_table_insert (rooms->routers, sfu_room_router (room)->id, room);
  sfu_rooms_tell (
      rooms, &(SfuRoomEvent){ .type = SFU_ROOM_STARTED, .room = room });
  sfu_drain_count (rooms->drain, g_hash_table_size (rooms->rooms));
  g_info ("room=%s router=%s worker=%d opened", room->label,
      sfu_room_router (room)->id, sfu_worker_client_get_pid (worker));
  return room;
}

void
sfu_rooms_foreach (
    SfuRooms *rooms, void (*func) (SfuRoom *room, gpointer data), gpointer data)
{
  GHashTableIter iter;
  gpointer room;

  g_hash_table_iter_init (&iter, rooms->rooms);
  while (g_hash_table_iter_next (&iter, NULL, &room))
    func (room, data);
}

guint
sfu_rooms_n_rooms (SfuRooms *rooms)
{
  return g_hash_table_size (rooms->rooms);
}

static void
count_peers (SfuRoom *room, gpointer data)
{
  *(guint *)data += g_hash_table_size (room->peers);
}

guint
sfu_rooms_n_peers (SfuRooms *rooms)
{
  guint n = 0;

  sfu_rooms_foreach (rooms, count_peers, &n);
  return n;
}

static void
count_kinds (const SfuPeer *peer, SfuRoomsTotals *totals)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, peer->producers);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    totals->producers_of[((SfuRoomProducer *)value)->kind]++;
  g_hash_table_iter_init (&iter, peer->consumers);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (((SfuRoomConsumer *)value)->producer != NULL)
      totals->consumers_of[((SfuRoomConsumer *)value)->producer->kind]++;
}

static void
add_totals (SfuRoom *room, gpointer data)
{
  SfuRoomsTotals *totals = data;
  g_autoptr (GPtrArray) peers = sfu_peer_table_values (room->peers);

  for (guint i = 0; i < peers->len; i++) {
    const SfuPeer *peer = peers->pdata[i];

    totals->transports += g_hash_table_size (peer->transports);
    totals->producers += g_hash_table_size (peer->producers);
    totals->consumers += g_hash_table_size (peer->consumers);
    totals->joined += peer->joined ? 1 : 0;
    count_kinds (peer, totals);
  }
}

void
sfu_rooms_count (SfuRooms *rooms, SfuRoomsTotals *totals)
{
  *totals = (SfuRoomsTotals){ 0 };
  sfu_rooms_foreach (rooms, add_totals, totals);
}

void
sfu_rooms_close_all (SfuRooms *rooms, SfuCloseReason reason)
{
  g_autoptr (GPtrArray) all = sfu_peer_table_values (rooms->rooms);

  for (guint i = 0; i < all->len; i++)
    sfu_room_close (all->pdata[i], reason);
}

void
sfu_rooms_forget_room (SfuRooms *rooms, SfuRoom *room)
{
  sfu_rooms_tell (
      rooms, &(SfuRoomEvent){ .type = SFU_ROOM_ENDED, .room = room });
  sfu_worker_pool_release (rooms->pool, sfu_room_router (room)->worker);
  g_hash_table_remove (rooms->routers, sfu_room_router (room)->id);
  g_hash_table_remove (rooms->rooms, room->id);
  sfu_drain_count (rooms->drain, g_hash_table_size (rooms->rooms));
}

void
sfu_rooms_add_transport (SfuRooms *rooms, SfuRoomTransport *transport)
{
  g_hash_table_insert (rooms->transports, transport->id, transport);
}

void
sfu_rooms_forget_transport (SfuRooms *rooms, const SfuRoomTransport *transport)
{
  g_hash_table_remove (rooms->transports, transport->id);
}

void
sfu_rooms_add_producer (SfuRooms *rooms, SfuRoomProducer *producer)
{
  g_hash_table_insert (rooms->producers, producer->id, producer);
}

void
sfu_rooms_forget_producer (SfuRooms *rooms, const SfuRoomProducer *producer)
{
  g_hash_table_remove (rooms->producers, producer->id);
}

void
sfu_rooms_add_consumer (SfuRooms *rooms, SfuRoomConsumer *consumer)
{
  g_hash_table_insert (rooms->consumers, consumer->id, consumer);
}

void
sfu_rooms_forget_consumer (SfuRooms *rooms, const SfuRoomConsumer *consumer)
{
  g_hash_table_remove (rooms->consumers, consumer->id);
}
