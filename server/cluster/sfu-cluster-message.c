/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What servers of one cluster tell each other.
 *
 * Threads: pure functions over data of the caller. */
#include "sfu-cluster-message.h"

#include "sfu-error.h"
#include "sfu-id.h"
#include "sfu-name.h"
#include "sfu-room.h"

#include <string.h>

#define VERSION 1
#define MAX_KIND 8
#define MAX_TYPE 8
/* What stands around a peer in a message. */
#define MAX_ENVELOPE 256
/* JSON's numbers are exact up to here. */
#define MAX_SEQ (G_GINT64_CONSTANT (1) << 53)

static const gchar *const types[] = {
  [SFU_CLUSTER_PUT] = "put",
  [SFU_CLUSTER_DEL] = "del",
  [SFU_CLUSTER_ALIVE] = "alive",
  [SFU_CLUSTER_STATE] = "state",
  [SFU_CLUSTER_BYE] = "bye",
};

void
sfu_cluster_message_free (SfuClusterMessage *message)
{
  if (message == NULL)
    return;
  g_clear_pointer (&message->json, json_node_unref);
  g_free (message->device);
  g_free (message->producers);
  g_free (message);
}

/* ---- in ---- */

static const gchar *
read_id (SfuJsonReader *reader, JsonObject *object, const gchar *name)
{
  const gchar *id = sfu_json_string (reader, object, name, SFU_CLUSTER_MAX_ID);

  if (reader->error == NULL && !sfu_name_is_valid (id))
    sfu_json_fail (reader, name, "is no name");
  return id;
}

static void
read_producers (
    SfuJsonReader *reader, JsonObject *object, SfuClusterMessage *message)
{
  JsonArray *array = sfu_json_array_or_null (
      reader, object, "producers", SFU_PRESENCE_MAX_PRODUCERS_PER_PEER);
  guint n = array != NULL ? json_array_get_length (array) : 0;

  message->producers = g_new0 (SfuRemoteProducer, n);
  message->peer.producers = message->producers;
  message->peer.n_producers = n;
  for (guint i = 0; i < n; i++) {
    gsize mark = sfu_json_push_index (reader, "producers", i);
    JsonObject *producer = sfu_json_element_object (reader, array, i);
    const gchar *kind;

    message->producers[i].id = read_id (reader, producer, "id");
    kind = sfu_json_string (reader, producer, "kind", MAX_KIND);
    if (!sfu_media_kind_from_name (kind, &message->producers[i].kind))
      sfu_json_fail (reader, "kind", "must be \"audio\" or \"video\"");
    sfu_json_pop (reader, mark);
  }
}

static void
read_device (
    SfuJsonReader *reader, JsonObject *object, SfuClusterMessage *message)
{
  JsonObject *device = sfu_json_object_or_null (reader, object, "device");

  if (device == NULL)
    return;
  message->device =
      sfu_json_to_string (json_object_get_member (object, "device"));
  if (strlen (message->device) > SFU_CLUSTER_MAX_DEVICE)
    sfu_json_fail (
        reader, "device", "longer than %u bytes", SFU_CLUSTER_MAX_DEVICE);
  message->peer.device = message->device;
}

static void
read_peer (
    SfuJsonReader *reader, JsonObject *object, SfuClusterMessage *message)
{
  SfuRemotePeer *peer = &message->peer;

  peer->room_id = read_id (reader, object, "room");
  peer->id = read_id (reader, object, "id");
  peer->connection_id = sfu_json_string_or (
      reader, object, "connection", SFU_CLUSTER_MAX_ID, NULL);
  peer->display_name =
      sfu_json_string_or (reader, object, "name", SFU_CLUSTER_MAX_NAME, "");
  peer->user_id =
      sfu_json_string_or (reader, object, "userId", SFU_CLUSTER_MAX_ID, NULL);
  peer->account = sfu_json_bool_or (reader, object, "account", FALSE);
  peer->email =
      sfu_json_string_or (reader, object, "email", SFU_CLUSTER_MAX_EMAIL, NULL);
  peer->picture = sfu_json_string_or (
      reader, object, "picture", SFU_CLUSTER_MAX_PICTURE, NULL);
  read_device (reader, object, message);
  read_producers (reader, object, message);
}

static void
read_kind (
    SfuJsonReader *reader, JsonObject *object, SfuClusterMessage *message)
{
  const gchar *type = sfu_json_string (reader, object, "type", MAX_TYPE);

  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    if (g_strcmp0 (type, types[i]) == 0) {
      message->kind = i;
      return;
    }
  sfu_json_fail (reader, "type", "is unknown");
}

static void
read_message (
    SfuJsonReader *reader, JsonObject *object, SfuClusterMessage *message)
{
  sfu_json_int (reader, object, "v", VERSION, VERSION);
  message->node = sfu_json_string (reader, object, "node", SFU_ID_LEN);
  if (reader->error == NULL && !sfu_id_is_valid (message->node))
    sfu_json_fail (reader, "node", "is no id of a node");
  message->seq = (guint64)sfu_json_int (reader, object, "seq", 0, MAX_SEQ);
  read_kind (reader, object, message);
  if (message->kind == SFU_CLUSTER_PUT) {
    JsonObject *peer = sfu_json_object (reader, object, "peer");
    gsize mark = sfu_json_push (reader, "peer");

    read_peer (reader, peer, message);
    sfu_json_pop (reader, mark);
  } else if (message->kind == SFU_CLUSTER_DEL) {
    message->room_id = read_id (reader, object, "room");
    message->peer_id = read_id (reader, object, "id");
  }
}

static SfuClusterMessage *
parse (const gchar *text, gsize len,
    void (*read) (
        SfuJsonReader *reader, JsonObject *object, SfuClusterMessage *message),
    GError **error)
{
  g_autoptr (SfuClusterMessage) message = g_new0 (SfuClusterMessage, 1);
  g_auto (SfuJsonReader) reader = { NULL };

  if (len > SFU_CLUSTER_MAX_MESSAGE) {
    g_set_error (error, SFU_ERROR, SFU_ERROR_LIMIT_EXCEEDED,
        "%" G_GSIZE_FORMAT " bytes", len);
    return NULL;
  }
  message->json = sfu_json_parse_object (text, (gssize)len, error);
  if (message->json == NULL)
    return NULL;
  sfu_json_reader_init (&reader, "");
  read (&reader, json_node_get_object (message->json), message);
  if (!sfu_json_reader_finish (&reader, error))
    return NULL;
  return g_steal_pointer (&message);
}

SfuClusterMessage *
sfu_cluster_message_parse (const gchar *text, gsize len, GError **error)
{
  return parse (text, len, read_message, error);
}

SfuClusterMessage *
sfu_cluster_message_parse_peer (const gchar *text, gsize len, GError **error)
{
  return parse (text, len, read_peer, error);
}

/* ---- out ---- */

/* A text that is too long for others is left out: it is there to be shown. */
static void
set_text (JsonObject *object, const gchar *name, const gchar *text, gsize max)
{
  if (text != NULL && strlen (text) <= max)
    json_object_set_string_member (object, name, text);
}

/* Cut after a whole character. */
static void
set_name (JsonObject *object, const gchar *text)
{
  gsize len = text != NULL ? strlen (text) : 0;
  g_autofree gchar *cut = NULL;

  if (len > SFU_CLUSTER_MAX_NAME)
    len =
        (gsize)(g_utf8_find_prev_char (text, text + SFU_CLUSTER_MAX_NAME + 1) -
            text);
  cut = g_strndup (text != NULL ? text : "", len);
  json_object_set_string_member (object, "name", cut);
}

static void
set_device (JsonObject *object, const gchar *text)
{
  g_autoptr (JsonNode) node = NULL;

  if (text == NULL || strlen (text) > SFU_CLUSTER_MAX_DEVICE)
    return;
  node = json_from_string (text, NULL);
  if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
    json_object_set_member (object, "device", g_steal_pointer (&node));
}

static void
set_producers (JsonObject *object, const SfuPeer *peer)
{
  g_autoptr (GPtrArray) producers = sfu_peer_table_values (peer->producers);
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < producers->len &&
       json_array_get_length (array) < SFU_PRESENCE_MAX_PRODUCERS_PER_PEER;
       i++) {
    const SfuRoomProducer *producer = producers->pdata[i];
    JsonObject *element;

    if (!producer->live || !sfu_name_is_valid (producer->id))
      continue;
    element = json_object_new ();
    json_object_set_string_member (element, "id", producer->id);
    json_object_set_string_member (
        element, "kind", sfu_media_kind_name (producer->kind));
    json_array_add_object_element (array, element);
  }
  json_object_set_array_member (object, "producers", array);
}

static gchar *
finish (JsonObject *object)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);

  json_node_take_object (node, object);
  return sfu_json_to_string (node);
}

gchar *
sfu_cluster_encode_peer (const SfuPeer *peer)
{
  g_autofree gchar *text = NULL;
  JsonObject *object;

  if (!sfu_name_is_valid (peer->room->id) || !sfu_name_is_valid (peer->id))
    return NULL;
  object = json_object_new ();
  json_object_set_string_member (object, "room", peer->room->id);
  json_object_set_string_member (object, "id", peer->id);
  set_text (object, "connection", peer->connection_id, SFU_CLUSTER_MAX_ID);
  set_name (object, peer->display_name);
  set_text (object, "userId", peer->user_id, SFU_CLUSTER_MAX_ID);
  if (peer->account)
    json_object_set_boolean_member (object, "account", TRUE);
  set_text (object, "email", peer->email, SFU_CLUSTER_MAX_EMAIL);
  set_text (object, "picture", peer->picture, SFU_CLUSTER_MAX_PICTURE);
  set_device (object, peer->device);
  set_producers (object, peer);
  text = finish (object);
  if (strlen (text) > SFU_CLUSTER_MAX_MESSAGE - MAX_ENVELOPE)
    return NULL;
  return g_steal_pointer (&text);
}

gchar *
sfu_cluster_encode_put (const gchar *node, guint64 seq, const gchar *peer)
{
  return g_strdup_printf ("{\"v\":%u,\"node\":\"%s\",\"seq\":%" G_GUINT64_FORMAT
                          ",\"type\":\"%s\",\"peer\":%s}",
      VERSION, node, seq, types[SFU_CLUSTER_PUT], peer);
}

static JsonObject *
begin (SfuClusterKind kind, const gchar *node, guint64 seq)
{
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "v", VERSION);
  json_object_set_string_member (object, "node", node);
  json_object_set_int_member (object, "seq", (gint64)seq);
  json_object_set_string_member (object, "type", types[kind]);
  return object;
}

gchar *
sfu_cluster_encode_del (
    const gchar *node, guint64 seq, const gchar *room_id, const gchar *peer_id)
{
  JsonObject *object = begin (SFU_CLUSTER_DEL, node, seq);

  json_object_set_string_member (object, "room", room_id);
  json_object_set_string_member (object, "id", peer_id);
  return finish (object);
}

gchar *
sfu_cluster_encode_plain (SfuClusterKind kind, const gchar *node, guint64 seq)
{
  return finish (begin (kind, node, seq));
}
