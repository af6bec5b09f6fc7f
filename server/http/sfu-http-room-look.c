/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One room as its operator sees it: who is in it, what each sends and receives,
 * and how well that goes. What the server knows is written down at once; then
 * the worker is asked for figures, and the answer waits for the last of them.
 *
 * Threads: the server's one thread. */
#include "sfu-http-private.h"

#include "sfu-room-media.h"
#include "sfu-room.h"
#include "sfu-shapes.h"

/* Questions to the worker for one answer; what is beyond goes without. */
#define MAX_ASKS 512

typedef struct {
  gint n_refs;                /* ours, and one for each question */
  SoupServerMessage *message; /* held */
  JsonObject *object;         /* owned: the answer */
  SfuWorkerClient *worker;    /* owned */
  guint n_asked;
  gboolean cut; /* there was more to ask than MAX_ASKS */
} Look;

static void
look_unref (Look *look)
{
  if (--look->n_refs > 0)
    return;
  json_object_set_boolean_member (look->object, "figuresCut", look->cut);
  sfu_http_reply_json (
      look->message, SOUP_STATUS_OK, sfu_shape_node (look->object));
  sfu_http_release (look->message);
  g_object_unref (look->worker);
  g_free (look);
}

typedef struct {
  Look *look;         /* a reference */
  JsonObject *object; /* a reference: that gets "stats" */
} Ask;

/* Closed in the meantime: it stays without. */
static void
on_stats (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Ask *ask = data;
  g_autoptr (GVariant) stats = sfu_worker_client_get_stats_finish (
      SFU_WORKER_CLIENT (source), result, NULL);

  if (stats != NULL)
    json_object_set_member (
        ask->object, "stats", sfu_json_from_variant (stats));
  json_object_unref (ask->object);
  look_unref (ask->look);
}

static void
ask_for_stats (Look *look, JsonObject *object, const gchar *id)
{
  Ask *ask;

  if (look->n_asked >= MAX_ASKS) {
    look->cut = TRUE;
    return;
  }
  look->n_asked++;
  look->n_refs++;
  ask = g_new (Ask, 1);
  ask->look = look;
  ask->object = json_object_ref (object);
  sfu_worker_client_get_stats_async (look->worker, id, NULL, on_stats, ask);
}

static JsonArray *
encode_transports (Look *look, const SfuPeer *peer)
{
  g_autoptr (GPtrArray) transports = sfu_peer_table_values (peer->transports);
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < transports->len; i++) {
    const SfuRoomTransport *transport = transports->pdata[i];
    JsonObject *object = json_object_new ();

    json_object_set_string_member (object, "id", transport->id);
    json_object_set_string_member (object, "direction",
        transport->producing && transport->consuming ? "both"
            : transport->producing                   ? "send"
                                                     : "receive");
    json_object_set_boolean_member (object, "plain", transport->plain);
    if (transport->live)
      ask_for_stats (look, object, transport->id);
    json_array_add_object_element (array, object);
  }
  return array;
}

static JsonArray *
encode_producers (Look *look, const SfuPeer *peer)
{
  g_autoptr (GPtrArray) producers = sfu_peer_table_values (peer->producers);
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < producers->len; i++) {
    const SfuRoomProducer *producer = producers->pdata[i];
    JsonObject *object = json_object_new ();

    json_object_set_string_member (object, "id", producer->id);
    json_object_set_string_member (
        object, "kind", sfu_media_kind_name (producer->kind));
    json_object_set_string_member (object, "type", producer->type);
    json_object_set_boolean_member (object, "paused", producer->paused);
    json_object_set_boolean_member (object, "muted", producer->muted);
    json_object_set_int_member (object, "consumers", producer->consumers->len);
    if (producer->live)
      ask_for_stats (look, object, producer->id);
    json_array_add_object_element (array, object);
  }
  return array;
}

/* Its figures are not asked for: in a room of n there are n times n, and what
 * matters of them the worker reports by itself. */
static JsonArray *
encode_consumers (const SfuPeer *peer)
{
  g_autoptr (GPtrArray) consumers = sfu_peer_table_values (peer->consumers);
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < consumers->len; i++) {
    const SfuRoomConsumer *consumer = consumers->pdata[i];
    JsonObject *object = json_object_new ();

    json_object_set_string_member (object, "id", consumer->id);
    if (consumer->producer != NULL) {
      json_object_set_string_member (
          object, "producerId", consumer->producer->id);
      json_object_set_string_member (
          object, "kind", sfu_media_kind_name (consumer->producer->kind));
      json_object_set_string_member (
          object, "from", consumer->producer->peer->id);
    }
    json_object_set_boolean_member (object, "paused", consumer->paused);
    json_object_set_int_member (object, "score", consumer->score);
    json_object_set_int_member (
        object, "spatialLayer", consumer->current_spatial);
    json_object_set_int_member (
        object, "temporalLayer", consumer->current_temporal);
    json_array_add_object_element (array, object);
  }
  return array;
}

static void
set_text (JsonObject *object, const gchar *name, const gchar *text)
{
  if (text != NULL)
    json_object_set_string_member (object, name, text);
}

static JsonObject *
encode_peer (Look *look, const SfuPeer *peer)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "id", peer->id);
  set_text (object, "displayName", peer->display_name);
  set_text (object, "userId", peer->user_id);
  json_object_set_boolean_member (object, "joined", peer->joined);
  json_object_set_boolean_member (object, "moderator", peer->moderator);
  json_object_set_boolean_member (object, "mutedAudio",
      (peer->muted_kinds & SFU_KIND_BIT (SFU_MEDIA_AUDIO)) != 0);
  json_object_set_boolean_member (object, "mutedVideo",
      (peer->muted_kinds & SFU_KIND_BIT (SFU_MEDIA_VIDEO)) != 0);
  json_object_set_array_member (
      object, "transports", encode_transports (look, peer));
  json_object_set_array_member (
      object, "producers", encode_producers (look, peer));
  json_object_set_array_member (object, "consumers", encode_consumers (peer));
  return object;
}

static gint
compare_peers (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 ((*(const SfuPeer **)a)->id, (*(const SfuPeer **)b)->id);
}

void
sfu_http_reply_room_look (SfuRoom *room, SoupServerMessage *message)
{
  g_autoptr (GPtrArray) peers = sfu_peer_table_values (room->peers);
  Look *look = g_new0 (Look, 1);
  JsonArray *array = json_array_new ();

  look->n_refs = 1;
  look->message = sfu_http_hold (message);
  look->object = json_object_new ();
  look->worker = g_object_ref (sfu_room_router (room)->worker);
  json_object_set_string_member (look->object, "id", room->id);
  json_object_set_boolean_member (look->object, "locked", room->locked);
  json_object_set_int_member (look->object, "workerPid",
      sfu_worker_client_get_pid (sfu_room_router (room)->worker));
  json_object_set_int_member (
      look->object, "nowMs", g_get_monotonic_time () / G_TIME_SPAN_MILLISECOND);
  g_ptr_array_sort (peers, compare_peers);
  for (guint i = 0; i < peers->len; i++)
    json_array_add_object_element (array, encode_peer (look, peers->pdata[i]));
  json_object_set_array_member (look->object, "peers", array);
  look_unref (look);
}
