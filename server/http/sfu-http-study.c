/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What study rooms' applications read of rooms: /api/rooms, /api/rooms/ID.
 *
 * Names of rooms let people in, so who lists them can go anywhere: an operator
 * closes it (study-rooms-api=no), or wants tokens (require-token), which then
 * open what they are for.
 *
 * Threads: the server's one thread. */
#include "sfu-http-private.h"

#include "sfu-engine-http.h"
#include "sfu-room-media.h"
#include "sfu-room.h"
#include "sfu-shapes.h"

/* Pages of other origins: those that may connect. FALSE = answered. */
static gboolean
check_origin (SfuHttpServer *server, SoupServerMessage *message)
{
  SfuEngineCors cors;
  gboolean ok;

  sfu_engine_cors_init (
      &cors, (const gchar *const *)server->config->allowed_origins, FALSE);
  ok = sfu_engine_cors_apply (&cors, message) == SFU_ENGINE_OK;
  sfu_engine_cors_clear (&cors);
  if (!ok)
    sfu_http_reply_error (
        message, SOUP_STATUS_FORBIDDEN, "not for pages of this origin");
  return ok;
}

/* FALSE = answered. */
static gboolean
is_open (SfuHttpServer *server, SoupServerMessage *message,
    const gchar *room_id, SfuGrant **grant)
{
  if (server->config->study.enabled && server->config->study_api)
    return check_origin (server, message) &&
        sfu_http_admit (server, message, room_id, grant);
  sfu_http_reply_error (
      message, SOUP_STATUS_NOT_FOUND, "study-rooms or its API is switched off");
  return FALSE;
}

static JsonObject *
encode_producer (const SfuPeer *peer, const SfuRoomProducer *producer)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "producerId", producer->id);
  json_object_set_string_member (object, "participantId", peer->id);
  json_object_set_string_member (
      object, "kind", sfu_media_kind_name (producer->kind));
  return object;
}

static JsonObject *
encode_participant (const SfuPeer *peer)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "id", peer->id);
  json_object_set_string_member (object, "displayName", peer->display_name);
  return object;
}

/* Live ones, into array. */
static void
add_producers (JsonArray *array, const SfuPeer *peer)
{
  g_autoptr (GPtrArray) producers = sfu_peer_table_values (peer->producers);

  for (guint i = 0; i < producers->len; i++)
    if (((const SfuRoomProducer *)producers->pdata[i])->live)
      json_array_add_object_element (
          array, encode_producer (peer, producers->pdata[i]));
}

static void
set_counts (JsonObject *object, SfuRoom *room, JsonArray *participants,
    JsonArray *producers)
{
  json_object_set_string_member (object, "id", room->id);
  json_object_set_int_member (
      object, "participantCount", json_array_get_length (participants));
  json_object_set_int_member (
      object, "producerCount", json_array_get_length (producers));
}

/* details: with who is in it and what they send. */
static JsonObject *
encode_room (SfuRoom *room, gboolean details)
{
  g_autoptr (GPtrArray) peers = sfu_room_participants (room, NULL);
  g_autoptr (JsonArray) participants = json_array_new ();
  g_autoptr (JsonArray) producers = json_array_new ();
  JsonObject *object = json_object_new ();

  for (guint i = 0; i < peers->len; i++) {
    json_array_add_object_element (
        participants, encode_participant (peers->pdata[i]));
    add_producers (producers, peers->pdata[i]);
  }
  set_counts (object, room, participants, producers);
  if (details) {
    json_object_set_array_member (
        object, "participants", json_array_ref (participants));
    json_object_set_array_member (
        object, "producers", json_array_ref (producers));
  }
  return object;
}

typedef struct {
  const SfuGrant *grant;
  JsonArray *rooms;
} List;

static void
add_room (SfuRoom *room, gpointer data)
{
  List *list = data;

  if (sfu_grant_allows_room (list->grant, room->id))
    json_array_add_object_element (list->rooms, encode_room (room, FALSE));
}

void
sfu_http_reply_study_rooms (SfuHttpServer *server, SoupServerMessage *message)
{
  g_autoptr (SfuGrant) grant = NULL;
  JsonObject *object;
  List list = { 0 };

  if (!is_open (server, message, NULL, &grant))
    return;
  list.grant = grant;
  list.rooms = json_array_new ();
  sfu_rooms_foreach (server->rooms, add_room, &list);
  object = json_object_new ();
  json_object_set_array_member (object, "rooms", list.rooms);
  sfu_http_reply_json (message, SOUP_STATUS_OK, sfu_shape_node (object));
}

void
sfu_http_reply_study_room (
    SfuHttpServer *server, SoupServerMessage *message, const gchar *room_id)
{
  SfuRoom *room = sfu_rooms_find (server->rooms, room_id);
  g_autoptr (SfuGrant) grant = NULL;

  if (!is_open (server, message, room_id, &grant))
    return;
  if (room == NULL)
    sfu_http_reply_error (message, SOUP_STATUS_NOT_FOUND, "Room not found");
  else
    sfu_http_reply_json (
        message, SOUP_STATUS_OK, sfu_shape_node (encode_room (room, TRUE)));
}

void
sfu_http_reply_study_preflight (
    SfuHttpServer *server, SoupServerMessage *message)
{
  if (!check_origin (server, message))
    return;
  sfu_engine_reply_preflight (message);
}
