/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the media-server RPC says of routers and the server as a whole.
 *
 * Threads: the server's one thread. */
#include "sfu-rpc-private.h"

#include "sfu-room-media.h"

JsonObject *
sfu_rpc_server_stats (SfuRpcHub *hub)
{
  SfuRooms *rooms = hub->services->rooms;
  JsonObject *object = json_object_new ();
  SfuRoomsTotals totals;

  sfu_rooms_count (rooms, &totals);
  json_object_set_int_member (object, "workers",
      sfu_worker_pool_n_running (sfu_rooms_get_pool (rooms)));
  json_object_set_int_member (object, "routers", sfu_rooms_n_rooms (rooms));
  json_object_set_int_member (object, "transports", totals.transports);
  json_object_set_int_member (object, "producers", totals.producers);
  json_object_set_int_member (object, "consumers", totals.consumers);
  return object;
}

JsonObject *
sfu_rpc_router_stats (SfuRpcRouter *router)
{
  g_autoptr (GPtrArray) peers = sfu_peer_table_values (router->room->peers);
  JsonObject *object = json_object_new ();
  guint transports = 0, producers = 0, consumers = 0;

  for (guint i = 0; i < peers->len; i++) {
    const SfuPeer *peer = peers->pdata[i];

    transports += g_hash_table_size (peer->transports);
    producers += g_hash_table_size (peer->producers);
    consumers += g_hash_table_size (peer->consumers);
  }
  json_object_set_string_member (object, "routerId", router->id);
  json_object_set_int_member (object, "peers", peers->len);
  json_object_set_int_member (object, "transports", transports);
  json_object_set_int_member (object, "producers", producers);
  json_object_set_int_member (object, "consumers", consumers);
  return object;
}

/* Our id -> the caller's, of those made by the RPC. Borrowed. */
static GHashTable *
callers_ids (SfuRpcRouter *router)
{
  GHashTable *ids = g_hash_table_new (g_str_hash, g_str_equal);
  GHashTableIter members, records;
  gpointer member, record;

  g_hash_table_iter_init (&members, router->members);
  while (g_hash_table_iter_next (&members, NULL, &member)) {
    g_hash_table_iter_init (&records, ((SfuRpcMember *)member)->records);
    while (g_hash_table_iter_next (&records, &record, NULL)) {
      const SfuRpcRecord *r = record;

      if (r->kind == SFU_RPC_PRODUCER && r->thing != NULL)
        g_hash_table_insert (ids, ((SfuRoomProducer *)r->thing)->id, r->id);
    }
  }
  return ids;
}

static JsonObject *
describe_producer (const SfuRoomProducer *producer, GHashTable *ids)
{
  const SfuPeer *peer = producer->peer;
  const gchar *id = g_hash_table_lookup (ids, producer->id);
  JsonObject *object = json_object_new ();

  json_object_set_string_member (
      object, "producerId", id != NULL ? id : producer->id);
  json_object_set_string_member (object, "peerId", peer->id);
  json_object_set_string_member (
      object, "userId", peer->user_id != NULL ? peer->user_id : peer->id);
  json_object_set_string_member (
      object, "kind", sfu_media_kind_name (producer->kind));
  json_object_set_boolean_member (object, "paused", producer->paused);
  return object;
}

JsonObject *
sfu_rpc_producer_list (SfuRpcRouter *router)
{
  g_autoptr (GPtrArray) peers = sfu_room_joined_peers (router->room, NULL);
  g_autoptr (GHashTable) ids = callers_ids (router);
  JsonObject *object = json_object_new ();
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < peers->len; i++) {
    g_autoptr (GPtrArray) producers =
        sfu_peer_table_values (((SfuPeer *)peers->pdata[i])->producers);

    for (guint j = 0; j < producers->len; j++) {
      const SfuRoomProducer *producer = producers->pdata[j];

      if (producer->live)
        json_array_add_object_element (
            array, describe_producer (producer, ids));
    }
  }
  json_object_set_array_member (object, "producers", array);
  return object;
}
