/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Replies and notices of the native dialect -> JSON.
 *
 * Threads: pure functions over data of the caller. */
#include "sfu-native.h"

#include "sfu-json-rtp.h"

typedef struct {
  gchar *text; /* owned */
  gchar *display_name, *device;
} ShownPeer;

static void
shown_peer_free (gpointer data)
{
  ShownPeer *shown = data;

  g_free (shown->text);
  g_free (shown->display_name);
  g_free (shown->device);
  g_free (shown);
}

/* Takes node. */
static gchar *
to_text (JsonNode *node)
{
  g_autoptr (JsonNode) owned = node;

  return sfu_json_to_string (owned);
}

static gchar *
encode_peer (const SfuPeer *peer)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "id", peer->id);
  json_object_set_string_member (object, "displayName", peer->display_name);
  json_object_set_object_member (
      object, "device", sfu_shape_opaque (peer->device));
  return to_text (sfu_shape_node (object));
}

/* Everybody who joins is told of all who are there: it is made once, and again
 * when the peer describes itself differently. Borrowed. */
static const gchar *
show_peer (SfuPeer *peer)
{
  static const gchar maker;
  ShownPeer *shown = sfu_memo_get (&peer->shown, &maker);

  if (shown != NULL &&
      g_strcmp0 (shown->display_name, peer->display_name) == 0 &&
      g_strcmp0 (shown->device, peer->device) == 0)
    return shown->text;
  shown = g_new (ShownPeer, 1);
  shown->text = encode_peer (peer);
  shown->display_name = g_strdup (peer->display_name);
  shown->device = g_strdup (peer->device);
  sfu_memo_set (&peer->shown, &maker, shown, shown_peer_free);
  return shown->text;
}

static gchar *
write_peers (const SfuReply *reply)
{
  const GPtrArray *peers = reply->peers;
  GString *text = g_string_new ("{\"peers\":[");
  JsonObject *object = json_object_new ();
  g_autofree gchar *rest = NULL;

  for (guint i = 0; i < peers->len; i++) {
    if (i > 0)
      g_string_append_c (text, ',');
    g_string_append (text, show_peer (peers->pdata[i]));
  }
  sfu_shape_add_ice_servers (object, reply);
  rest = to_text (sfu_shape_node (object)); /* {} or {"iceServers":... */
  g_string_append (text, rest[1] == '}' ? "]" : "],");
  g_string_append (text, rest + 1);
  return g_string_free (text, FALSE);
}

static gchar *
write_capabilities (const SfuReply *reply)
{
  static const gchar maker;
  const gchar *known =
      reply->memo != NULL ? sfu_memo_get (reply->memo, &maker) : NULL;
  gchar *text = known != NULL
      ? g_strdup (known)
      : to_text (sfu_json_from_rtp_capabilities (reply->capabilities));

  if (known == NULL && reply->memo != NULL)
    sfu_memo_set (reply->memo, &maker, g_strdup (text), g_free);
  return text;
}

static JsonNode *
encode_id (const gchar *id)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "id", id);
  return sfu_shape_node (object);
}

/* NULL = {}. */
static JsonNode *
encode_reply (const SfuReply *reply)
{
  switch (reply->kind) {
    case SFU_REPLY_ID:
      return encode_id (reply->id);
    case SFU_REPLY_TRANSPORT:
      return sfu_shape_node (sfu_shape_transport (reply));
    case SFU_REPLY_ICE_PARAMETERS:
      return sfu_shape_node (
          sfu_shape_ice_parameters (reply->ufrag, reply->pwd));
    case SFU_REPLY_STATS:
      return sfu_json_from_variant (reply->stats);
    case SFU_REPLY_CONSUMER:
      return sfu_shape_node (sfu_shape_consumer (reply->consumer));
    case SFU_REPLY_EMPTY:
    default:
      return NULL;
  }
}

gchar *
sfu_native_write_reply (const SfuReply *reply)
{
  JsonNode *node;

  if (reply->kind == SFU_REPLY_PEERS)
    return write_peers (reply);
  if (reply->kind == SFU_REPLY_CAPABILITIES)
    return write_capabilities (reply);
  node = encode_reply (reply);
  return node != NULL ? to_text (node) : g_strdup ("{}");
}

/* mediasoup: one entry for each encoding. */
static JsonArray *
encode_producer_score (const SfuRoomProducer *producer)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < producer->parameters->encodings->len; i++) {
    const SfuRtpEncoding *encoding = producer->parameters->encodings->pdata[i];
    JsonObject *entry = json_object_new ();

    json_object_set_int_member (entry, "encodingIdx", i);
    json_object_set_int_member (
        entry, "ssrc", encoding->ssrc ? encoding->ssrc : producer->ssrcs[i]);
    if (*encoding->rid != '\0')
      json_object_set_string_member (entry, "rid", encoding->rid);
    json_object_set_int_member (entry, "score", producer->scores[i]);
    json_array_add_object_element (array, entry);
  }
  return array;
}

/* In a large room in which packets are lost this is what is written most, every
 * second to everybody of everybody: without a tree of JSON. An id of ours needs
 * no escapes. */
static gchar *
write_consumer_score (const SfuRoomConsumer *consumer)
{
  GString *text = g_string_sized_new (160);
  guint n = consumer->producer->parameters->encodings->len;

  g_string_printf (text,
      "{\"consumerId\":\"%s\",\"score\":{\"score\":%u,"
      "\"producerScore\":%u,\"producerScores\":[",
      consumer->id, consumer->score, consumer->producer_score);
  for (guint i = 0; i < n; i++)
    g_string_append_printf (
        text, i == 0 ? "%u" : ",%u", consumer->producer->scores[i]);
  g_string_append (text, "]}}");
  return g_string_free (text, FALSE);
}

/* null: nothing is forwarded, as mediasoup-demo's server says it. */
static void
encode_layers (const SfuRoomConsumer *consumer, JsonObject *object)
{
  json_object_set_string_member (object, "consumerId", consumer->id);
  if (consumer->current_spatial < 0) {
    json_object_set_null_member (object, "spatialLayer");
    json_object_set_null_member (object, "temporalLayer");
    return;
  }
  json_object_set_int_member (
      object, "spatialLayer", consumer->current_spatial);
  json_object_set_int_member (
      object, "temporalLayer", consumer->current_temporal);
}

static void
encode_speaker (const SfuNotice *notice, JsonObject *object)
{
  if (notice->peer == NULL) {
    json_object_set_null_member (object, "peerId");
    return;
  }
  json_object_set_string_member (object, "peerId", notice->peer->id);
  json_object_set_int_member (object, "volume", notice->volume);
}

/* The method; NULL: it is not of a consumer. */
static const gchar *
encode_consumer_notice (const SfuNotice *notice, JsonObject *object)
{
  switch (notice->kind) {
    case SFU_NOTICE_CONSUMER_CLOSED:
    case SFU_NOTICE_CONSUMER_PAUSED:
    case SFU_NOTICE_CONSUMER_RESUMED:
      json_object_set_string_member (
          object, "consumerId", notice->consumer->id);
      return notice->kind == SFU_NOTICE_CONSUMER_CLOSED ? "consumerClosed"
          : notice->kind == SFU_NOTICE_CONSUMER_PAUSED  ? "consumerPaused"
                                                        : "consumerResumed";
    case SFU_NOTICE_CONSUMER_LAYERS:
      encode_layers (notice->consumer, object);
      return "consumerLayersChanged";
    default:
      return NULL;
  }
}

static JsonNode *
encode_notice (const SfuNotice *notice, const gchar **method)
{
  JsonObject *object = json_object_new ();

  switch (notice->kind) {
    case SFU_NOTICE_PEER_CLOSED:
      *method = "peerClosed";
      json_object_set_string_member (object, "peerId", notice->peer->id);
      break;
    case SFU_NOTICE_DISPLAY_NAME_CHANGED:
      *method = "peerDisplayNameChanged";
      json_object_set_string_member (object, "peerId", notice->peer->id);
      json_object_set_string_member (
          object, "displayName", notice->peer->display_name);
      json_object_set_string_member (
          object, "oldDisplayName", notice->old_display_name);
      break;
    case SFU_NOTICE_PRODUCER_SCORE:
      *method = "producerScore";
      json_object_set_string_member (
          object, "producerId", notice->producer->id);
      json_object_set_array_member (
          object, "score", encode_producer_score (notice->producer));
      break;
    case SFU_NOTICE_PRODUCER_MUTED:
      *method = "producerMuted";
      json_object_set_string_member (
          object, "producerId", notice->producer->id);
      json_object_set_boolean_member (object, "muted", notice->on);
      break;
    case SFU_NOTICE_ROOM_LOCKED:
      *method = "roomLocked";
      json_object_set_boolean_member (object, "locked", notice->on);
      break;
    case SFU_NOTICE_AUDIO_ONLY:
      *method = "audioOnlyRecommended";
      json_object_set_boolean_member (object, "recommended", notice->on);
      break;
    case SFU_NOTICE_ACTIVE_SPEAKER:
      *method = "activeSpeaker";
      encode_speaker (notice, object);
      break;
    default:
      *method = encode_consumer_notice (notice, object);
      break;
  }
  return sfu_shape_node (object);
}

gchar *
sfu_native_write_notice (const SfuNotice *notice, const gchar **method)
{
  gchar *text;

  if (notice->kind == SFU_NOTICE_NEW_PEER) {
    *method = "newPeer";
    return g_strdup (show_peer (notice->peer));
  }
  if (notice->kind == SFU_NOTICE_CONSUMER_SCORE) {
    *method = "consumerScore";
    return write_consumer_score (notice->consumer);
  }
  text = to_text (encode_notice (notice, method));
  if (*method == NULL)
    g_clear_pointer (&text, g_free);
  return text;
}

JsonNode *
sfu_native_encode_new_consumer (const SfuRoomConsumer *consumer)
{
  const SfuRoomProducer *producer = consumer->producer;
  JsonObject *object = sfu_shape_consumer (consumer);
  JsonObject *app_data = sfu_shape_opaque (producer->app_data);

  /* As the demo's server does; its web app reads it there. */
  json_object_set_string_member (app_data, "peerId", producer->peer->id);
  json_object_set_string_member (object, "peerId", producer->peer->id);
  json_object_set_object_member (object, "appData", app_data);
  return sfu_shape_node (object);
}
