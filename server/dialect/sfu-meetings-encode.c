/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Meetings: replies and notices to JSON.
 *
 * Threads: pure functions over data of the caller. */
#include "sfu-meetings-private.h"

#include "sfu-json-rtp.h"
#include "sfu-room.h"

/* What is not known is empty, not null: clients of typed languages take these
 * for text without looking. */
static const gchar *
or_empty (const gchar *text)
{
  return text != NULL ? text : "";
}

/* The peer's id is the user's for all who joined by this protocol. Of others it
 * is the peer's own, although they may have an account, too: clients keep
 * participants by this id, and one user may be there twice elsewhere. */
static const gchar *
user_id (const SfuPeer *peer)
{
  return peer->id;
}

static JsonObject *
encode_user (const SfuPeer *peer)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "userId", user_id (peer));
  json_object_set_string_member (object, "name", or_empty (peer->display_name));
  json_object_set_string_member (object, "email", or_empty (peer->email));
  json_object_set_string_member (object, "picture", or_empty (peer->picture));
  return object;
}

static JsonArray *
encode_producers (const SfuPeer *peer)
{
  JsonArray *array = json_array_new ();
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, peer->producers);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    const SfuRoomProducer *producer = value;
    JsonObject *object;

    if (!producer->live)
      continue;
    object = json_object_new ();
    json_object_set_string_member (object, "producerId", producer->id);
    json_object_set_string_member (
        object, "kind", sfu_media_kind_name (producer->kind));
    json_array_add_object_element (array, object);
  }
  return array;
}

void
sfu_meetings_encode_success (SfuEventSession *session,
    const SfuRequest *request, const SfuReply *reply, JsonObject *data)
{
  json_object_set_boolean_member (data, "success", TRUE);
}

void
sfu_meetings_encode_join (SfuEventSession *session, const SfuRequest *request,
    const SfuReply *reply, JsonObject *data)
{
  JsonArray *participants = json_array_new ();

  json_object_set_boolean_member (data, "success", TRUE);
  json_object_set_member (data, "rtpCapabilities",
      sfu_json_from_rtp_capabilities (
          sfu_rooms_get_capabilities (session->services->rooms)));
  for (guint i = 0; i < reply->peers->len; i++) {
    const SfuPeer *peer = reply->peers->pdata[i];
    JsonObject *user = encode_user (peer);

    json_object_set_array_member (user, "producers", encode_producers (peer));
    json_array_add_object_element (participants, user);
  }
  json_object_set_array_member (data, "participants", participants);
}

void
sfu_meetings_encode_transport (SfuEventSession *session,
    const SfuRequest *request, const SfuReply *reply, JsonObject *data)
{
  sfu_shape_set_transport (data, reply);
}

void
sfu_meetings_encode_id (SfuEventSession *session, const SfuRequest *request,
    const SfuReply *reply, JsonObject *data)
{
  json_object_set_string_member (data, "id", reply->id);
}

void
sfu_meetings_encode_consumer (SfuEventSession *session,
    const SfuRequest *request, const SfuReply *reply, JsonObject *data)
{
  sfu_shape_set_consumer (data, reply->consumer);
}

static void
add_producer (JsonObject *object, const SfuNotice *notice)
{
  json_object_set_string_member (object, "producerId", notice->producer->id);
  json_object_set_string_member (object, "userId", user_id (notice->peer));
}

static JsonObject *
encode_chat (const SfuNotice *notice)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "userId", user_id (notice->peer));
  json_object_set_string_member (
      object, "name", or_empty (notice->peer->display_name));
  json_object_set_string_member (object, "text", notice->text);
  json_object_set_int_member (object, "timestamp", notice->timestamp_ms);
  return object;
}

JsonObject *
sfu_meetings_encode_notice (const SfuNotice *notice, const gchar **event)
{
  JsonObject *object;

  switch (notice->kind) {
    case SFU_NOTICE_NEW_PEER:
      *event = "user-joined";
      return encode_user (notice->peer);
    case SFU_NOTICE_PEER_CLOSED:
      *event = "user-left";
      object = json_object_new ();
      json_object_set_string_member (object, "userId", user_id (notice->peer));
      return object;
    case SFU_NOTICE_NEW_PRODUCER:
      *event = "new-producer";
      object = json_object_new ();
      add_producer (object, notice);
      json_object_set_string_member (
          object, "kind", sfu_media_kind_name (notice->producer->kind));
      return object;
    case SFU_NOTICE_PRODUCER_CLOSED:
      *event = "producer-closed";
      object = json_object_new ();
      add_producer (object, notice);
      return object;
    case SFU_NOTICE_CHAT:
      *event = "chat-message";
      return encode_chat (notice);
    default:
      *event = NULL;
      return NULL;
  }
}
