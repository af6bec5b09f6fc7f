/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The server as its operator sees it: processes, rooms, draining. Behind the
 * admin page and sfuctl; docs/operations.md has the shapes.
 *
 * Threads: the server's one thread. */
#include "sfu-http-private.h"

#include "sfu-process-stats.h"
#include "sfu-room.h"
#include "sfu-shapes.h"

#include <unistd.h>

#define MAX_DEADLINE_S 604800

static void
reply_object (SoupServerMessage *message, JsonObject *object)
{
  sfu_http_reply_json (message, SOUP_STATUS_OK, sfu_shape_node (object));
}

/* ---- processes ---- */

static JsonObject *
encode_process (gint pid)
{
  JsonObject *object = json_object_new ();
  SfuProcessStats stats;

  json_object_set_int_member (object, "pid", pid);
  if (!sfu_process_stats_read (pid, &stats))
    return object;
  json_object_set_double_member (object, "cpuSeconds", stats.cpu_s);
  json_object_set_int_member (object, "rssBytes", (gint64)stats.resident_bytes);
  json_object_set_int_member (object, "threads", stats.threads);
  return object;
}

typedef struct {
  const SfuWorkerClient *worker;
  guint rooms, peers, producers, consumers;
} Share;

static void
add_share (SfuRoom *room, gpointer data)
{
  Share *share = data;
  g_autoptr (GPtrArray) peers = NULL;

  if (sfu_room_router (room)->worker != share->worker)
    return;
  peers = sfu_peer_table_values (room->peers);
  share->rooms++;
  share->peers += peers->len;
  for (guint i = 0; i < peers->len; i++) {
    const SfuPeer *peer = peers->pdata[i];

    share->producers += g_hash_table_size (peer->producers);
    share->consumers += g_hash_table_size (peer->consumers);
  }
}

static JsonArray *
encode_workers (SfuRooms *rooms)
{
  SfuWorkerPool *pool = sfu_rooms_get_pool (rooms);
  JsonArray *array = json_array_new ();
  SfuWorkerClient *worker;

  for (guint i = 0; (worker = sfu_worker_pool_get_running (pool, i)) != NULL;
       i++) {
    JsonObject *object = encode_process (sfu_worker_client_get_pid (worker));
    Share share = { .worker = worker };

    sfu_rooms_foreach (rooms, add_share, &share);
    json_object_set_int_member (object, "rooms", share.rooms);
    json_object_set_int_member (object, "peers", share.peers);
    json_object_set_int_member (object, "producers", share.producers);
    json_object_set_int_member (object, "consumers", share.consumers);
    json_array_add_object_element (array, object);
  }
  return array;
}

/* ---- draining ---- */

static JsonObject *
encode_drain (SfuRooms *rooms)
{
  JsonObject *object = json_object_new ();
  SfuDrainStatus status;

  sfu_drain_get_status (sfu_rooms_get_drain (rooms), &status);
  json_object_set_boolean_member (object, "draining", status.on);
  json_object_set_boolean_member (object, "exit", status.exit);
  json_object_set_int_member (object, "rooms", status.n_rooms);
  if (status.on)
    json_object_set_int_member (object, "forSeconds", status.for_s);
  if (status.remaining_s >= 0)
    json_object_set_int_member (object, "remainingSeconds", status.remaining_s);
  return object;
}

void
sfu_http_reply_drain (SfuHttpServer *server, SoupServerMessage *message)
{
  if (sfu_http_check_admin (server, message))
    reply_object (message, encode_drain (server->rooms));
}

/* FALSE = answered. */
static gboolean
read_drain (SoupServerMessage *message, gboolean *on, SfuDrainOrder *order)
{
  g_autoptr (JsonNode) body = NULL;
  g_autoptr (JsonObject) empty = json_object_new ();
  g_auto (SfuJsonReader) reader = { NULL };
  g_autoptr (GError) error = NULL;
  JsonObject *object;

  if (!sfu_http_read_json (message, &body))
    return FALSE;
  object = body != NULL ? json_node_get_object (body) : empty;
  sfu_json_reader_init (&reader, "");
  *on = sfu_json_bool (&reader, object, "draining");
  order->exit = sfu_json_bool_or (&reader, object, "exit", FALSE);
  order->deadline_s = (guint)sfu_json_int_or (
      &reader, object, "deadlineSeconds", 0, MAX_DEADLINE_S, 0);
  if (sfu_json_reader_finish (&reader, &error))
    return TRUE;
  sfu_http_reply_gerror (message, error);
  return FALSE;
}

void
sfu_http_set_drain (SfuHttpServer *server, SoupServerMessage *message)
{
  SfuDrainOrder order = { 0 };
  gboolean on;

  if (!sfu_http_check_operator (server, message) ||
      !read_drain (message, &on, &order))
    return;
  if (on)
    sfu_rooms_drain (server->rooms, &order);
  else
    sfu_drain_cancel (sfu_rooms_get_drain (server->rooms));
  reply_object (message, encode_drain (server->rooms));
}

/* ---- the server ---- */

void
sfu_http_reply_server (SfuHttpServer *server, SoupServerMessage *message)
{
  SfuRooms *rooms = server->rooms;
  JsonObject *object;
  SfuRoomsTotals totals;

  if (!sfu_http_check_admin (server, message))
    return;
  object = json_object_new ();
  json_object_set_string_member (object, "version", SFU_VERSION);
  json_object_set_int_member (object, "uptimeSeconds",
      (g_get_monotonic_time () - server->started_us) / G_USEC_PER_SEC);
  /* What rates are counted with: the clock of a browser is not ours. */
  json_object_set_int_member (
      object, "nowMs", g_get_monotonic_time () / G_TIME_SPAN_MILLISECOND);
  json_object_set_object_member (object, "process", encode_process (getpid ()));
  json_object_set_array_member (object, "workers", encode_workers (rooms));
  json_object_set_int_member (object, "workersWanted", server->config->workers);
  json_object_set_object_member (object, "drain", encode_drain (rooms));
  sfu_rooms_count (rooms, &totals);
  json_object_set_int_member (object, "rooms", sfu_rooms_n_rooms (rooms));
  json_object_set_int_member (object, "peers", sfu_rooms_n_peers (rooms));
  json_object_set_int_member (object, "transports", totals.transports);
  json_object_set_int_member (object, "producers", totals.producers);
  json_object_set_int_member (object, "consumers", totals.consumers);
  reply_object (message, object);
}

/* ---- rooms ---- */

static void
add_room (SfuRoom *room, gpointer data)
{
  JsonObject *object = json_object_new ();
  g_autoptr (GPtrArray) peers = sfu_peer_table_values (room->peers);
  guint producers = 0, consumers = 0;

  for (guint i = 0; i < peers->len; i++) {
    const SfuPeer *peer = peers->pdata[i];

    producers += g_hash_table_size (peer->producers);
    consumers += g_hash_table_size (peer->consumers);
  }
  json_object_set_string_member (object, "id", room->id);
  json_object_set_boolean_member (object, "locked", room->locked);
  json_object_set_int_member (object, "workerPid",
      sfu_worker_client_get_pid (sfu_room_router (room)->worker));
  json_object_set_int_member (object, "peers", peers->len);
  json_object_set_int_member (object, "producers", producers);
  json_object_set_int_member (object, "consumers", consumers);
  json_array_add_object_element (data, object);
}

/* By name: a list that jumps about cannot be read. */
static gint
compare_ids (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (json_object_get_string_member (*(JsonObject **)a, "id"),
      json_object_get_string_member (*(JsonObject **)b, "id"));
}

static JsonArray *
sort_by_id (JsonArray *array)
{
  g_autoptr (GPtrArray) objects = g_ptr_array_new ();
  JsonArray *sorted = json_array_new ();

  for (guint i = 0; i < json_array_get_length (array); i++)
    g_ptr_array_add (objects, json_array_get_object_element (array, i));
  g_ptr_array_sort (objects, compare_ids);
  for (guint i = 0; i < objects->len; i++)
    json_array_add_object_element (sorted, json_object_ref (objects->pdata[i]));
  return sorted;
}

void
sfu_http_reply_rooms (SfuHttpServer *server, SoupServerMessage *message)
{
  g_autoptr (JsonArray) array = json_array_new ();
  JsonObject *object;

  if (!sfu_http_check_admin (server, message))
    return;
  sfu_rooms_foreach (server->rooms, add_room, array);
  object = json_object_new ();
  json_object_set_array_member (object, "rooms", sort_by_id (array));
  reply_object (message, object);
}
