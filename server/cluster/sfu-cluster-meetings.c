/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The channels of the meetings system.
 *
 * Threads: pure functions over data of the caller. */
#include "sfu-cluster-meetings.h"

#include "sfu-cluster-message.h"
#include "sfu-error.h"
#include "sfu-room.h"

#include <string.h>

#define MAX_KIND 8

static const gchar *const names[SFU_CLUSTER_MEETINGS_N_CHANNELS] = {
  [SFU_CLUSTER_MEETINGS_JOIN] = "room:join",
  [SFU_CLUSTER_MEETINGS_LEAVE] = "room:leave",
  [SFU_CLUSTER_MEETINGS_PRODUCER] = "media:producer",
};

const gchar *
sfu_cluster_meetings_channel_name (SfuClusterMeetingsChannel channel)
{
  return names[channel];
}

gboolean
sfu_cluster_meetings_channel_from_name (
    const gchar *name, SfuClusterMeetingsChannel *channel)
{
  for (guint i = 0; i < SFU_CLUSTER_MEETINGS_N_CHANNELS; i++)
    if (strcmp (names[i], name) == 0) {
      *channel = i;
      return TRUE;
    }
  return FALSE;
}

void
sfu_cluster_meetings_free (SfuClusterMeetings *message)
{
  if (message == NULL)
    return;
  g_clear_pointer (&message->json, json_node_unref);
  g_free (message);
}

static const gchar *
read_id (SfuJsonReader *reader, JsonObject *object, const gchar *name)
{
  const gchar *id = sfu_json_string (reader, object, name, SFU_CLUSTER_MAX_ID);

  if (reader->error == NULL && !sfu_name_is_valid (id))
    sfu_json_fail (reader, name, "is no name");
  return id;
}

static void
read_message (
    SfuJsonReader *reader, JsonObject *object, SfuClusterMeetings *message)
{
  const gchar *kind;

  message->room_id = read_id (reader, object, "roomCode");
  message->user_id = read_id (reader, object, "userId");
  if (message->channel != SFU_CLUSTER_MEETINGS_PRODUCER)
    message->socket_id = read_id (reader, object, "socketId");
  if (message->channel == SFU_CLUSTER_MEETINGS_JOIN) {
    message->name =
        sfu_json_string_or (reader, object, "name", SFU_CLUSTER_MAX_NAME, "");
    message->email =
        sfu_json_string_or (reader, object, "email", SFU_CLUSTER_MAX_EMAIL, "");
    message->picture = sfu_json_string_or (
        reader, object, "picture", SFU_CLUSTER_MAX_PICTURE, NULL);
  } else if (message->channel == SFU_CLUSTER_MEETINGS_PRODUCER) {
    message->producer_id = read_id (reader, object, "producerId");
    kind = sfu_json_string (reader, object, "kind", MAX_KIND);
    if (!sfu_media_kind_from_name (kind, &message->kind))
      sfu_json_fail (reader, "kind", "must be \"audio\" or \"video\"");
  }
}

SfuClusterMeetings *
sfu_cluster_meetings_parse (SfuClusterMeetingsChannel channel,
    const gchar *text, gsize len, GError **error)
{
  g_autoptr (SfuClusterMeetings) message = g_new0 (SfuClusterMeetings, 1);
  g_auto (SfuJsonReader) reader = { NULL };

  message->channel = channel;
  if (len > SFU_CLUSTER_MAX_MESSAGE) {
    g_set_error (error, SFU_ERROR, SFU_ERROR_LIMIT_EXCEEDED,
        "%" G_GSIZE_FORMAT " bytes", len);
    return NULL;
  }
  message->json = sfu_json_parse_object (text, (gssize)len, error);
  if (message->json == NULL)
    return NULL;
  sfu_json_reader_init (&reader, "");
  read_message (&reader, json_node_get_object (message->json), message);
  if (!sfu_json_reader_finish (&reader, error))
    return NULL;
  return g_steal_pointer (&message);
}

/* ---- out ---- */

static JsonObject *
begin (const SfuPeer *peer)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "roomCode", peer->room->id);
  json_object_set_string_member (object, "userId", peer->id);
  return object;
}

static void
set_text (JsonObject *object, const gchar *name, const gchar *text)
{
  json_object_set_string_member (object, name, text != NULL ? text : "");
}

static gchar *
finish (JsonObject *object)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);

  json_node_take_object (node, object);
  return sfu_json_to_string (node);
}

gchar *
sfu_cluster_meetings_encode_join (const SfuPeer *peer)
{
  JsonObject *object = begin (peer);

  set_text (object, "socketId", peer->connection_id);
  set_text (object, "name", peer->display_name);
  set_text (object, "email", peer->email);
  set_text (object, "picture", peer->picture);
  return finish (object);
}

gchar *
sfu_cluster_meetings_encode_leave (const SfuPeer *peer, const gchar *socket_id)
{
  JsonObject *object = begin (peer);

  set_text (object, "socketId", socket_id);
  return finish (object);
}

gchar *
sfu_cluster_meetings_encode_producer (
    const SfuPeer *peer, const SfuRoomProducer *producer)
{
  JsonObject *object = begin (peer);

  set_text (object, "producerId", producer->id);
  set_text (object, "kind", sfu_media_kind_name (producer->kind));
  return finish (object);
}
