/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Replies and notices of the native dialect -> JSON.
 *
 * Threads: pure functions over data of the caller. */
#include "sfu-native.h"

#include "sfu-json-rtp.h"

static JsonNode *
node_of_object (JsonObject *object)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);

  json_node_take_object (node, object);
  return node;
}

/* Text that was checked when it came in. */
static JsonObject *
parse_opaque (const gchar *text)
{
  g_autoptr (JsonNode) node =
      text != NULL ? json_from_string (text, NULL) : NULL;

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return json_object_new ();
  return json_node_dup_object (node);
}

static JsonObject *
encode_peer (const SfuPeer *peer)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "id", peer->id);
  json_object_set_string_member (object, "displayName", peer->display_name);
  json_object_set_object_member (object, "device", parse_opaque (peer->device));
  return object;
}

static JsonNode *
encode_peers (const GPtrArray *peers)
{
  JsonObject *object = json_object_new ();
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < peers->len; i++)
    json_array_add_object_element (array, encode_peer (peers->pdata[i]));
  json_object_set_array_member (object, "peers", array);
  return node_of_object (object);
}

static JsonObject *
encode_ice_parameters (const gchar *ufrag, const gchar *pwd)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "usernameFragment", ufrag);
  json_object_set_string_member (object, "password", pwd);
  json_object_set_boolean_member (object, "iceLite", TRUE);
  return object;
}

static JsonObject *
encode_candidate (const SfuSeamCandidate *candidate)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "foundation", candidate->foundation);
  json_object_set_int_member (object, "priority", candidate->priority);
  /* "address" is mediasoup's newer name, "ip" the one that clients read. */
  json_object_set_string_member (object, "ip", candidate->address);
  json_object_set_string_member (object, "address", candidate->address);
  json_object_set_string_member (object, "protocol", candidate->protocol);
  json_object_set_int_member (object, "port", candidate->port);
  json_object_set_string_member (object, "type", candidate->type);
  if (*candidate->tcp_type != '\0')
    json_object_set_string_member (object, "tcpType", candidate->tcp_type);
  return object;
}

static JsonObject *
encode_dtls_parameters (const GPtrArray *fingerprints)
{
  JsonObject *object = json_object_new ();
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < fingerprints->len; i++) {
    const SfuSeamFingerprint *fingerprint = fingerprints->pdata[i];
    JsonObject *member = json_object_new ();

    json_object_set_string_member (member, "algorithm", fingerprint->algorithm);
    json_object_set_string_member (member, "value", fingerprint->value);
    json_array_add_object_element (array, member);
  }
  json_object_set_string_member (object, "role", "auto");
  json_object_set_array_member (object, "fingerprints", array);
  return object;
}

static JsonNode *
encode_transport (const gchar *id, const SfuSeamTransportInfo *info)
{
  JsonObject *object = json_object_new ();
  JsonArray *candidates = json_array_new ();

  for (guint i = 0; i < info->candidates->len; i++)
    json_array_add_object_element (
        candidates, encode_candidate (info->candidates->pdata[i]));
  json_object_set_string_member (object, "id", id);
  json_object_set_object_member (
      object, "iceParameters", encode_ice_parameters (info->ufrag, info->pwd));
  json_object_set_array_member (object, "iceCandidates", candidates);
  json_object_set_object_member (
      object, "dtlsParameters", encode_dtls_parameters (info->fingerprints));
  return node_of_object (object);
}

static JsonNode *
encode_id (const gchar *id)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "id", id);
  return node_of_object (object);
}

JsonNode *
sfu_native_encode_reply (const SfuReply *reply)
{
  switch (reply->kind) {
    case SFU_REPLY_ID:
      return encode_id (reply->id);
    case SFU_REPLY_PEERS:
      return encode_peers (reply->peers);
    case SFU_REPLY_CAPABILITIES:
      return sfu_json_from_rtp_capabilities (reply->capabilities);
    case SFU_REPLY_TRANSPORT:
      return encode_transport (reply->id, reply->transport);
    case SFU_REPLY_ICE_PARAMETERS:
      return node_of_object (encode_ice_parameters (reply->ufrag, reply->pwd));
    case SFU_REPLY_STATS:
      return sfu_json_from_variant (reply->stats);
    case SFU_REPLY_EMPTY:
    default:
      return NULL;
  }
}

/* mediasoup: one entry for each encoding. */
static JsonArray *
encode_producer_score (const SfuRoomProducer *producer, guint score)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < producer->parameters->encodings->len; i++) {
    const SfuRtpEncoding *encoding = producer->parameters->encodings->pdata[i];
    JsonObject *entry = json_object_new ();

    json_object_set_int_member (entry, "encodingIdx", i);
    json_object_set_int_member (entry, "ssrc", encoding->ssrc);
    if (*encoding->rid != '\0')
      json_object_set_string_member (entry, "rid", encoding->rid);
    json_object_set_int_member (entry, "score", score);
    json_array_add_object_element (array, entry);
  }
  return array;
}

static JsonObject *
encode_consumer_score (const SfuRoomConsumer *consumer, guint score)
{
  JsonObject *object = json_object_new ();
  JsonArray *scores = json_array_new ();
  guint n = consumer->producer->parameters->encodings->len;

  for (guint i = 0; i < n; i++)
    json_array_add_int_element (scores, score);
  json_object_set_int_member (object, "score", score);
  json_object_set_int_member (object, "producerScore", score);
  json_object_set_array_member (object, "producerScores", scores);
  return object;
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

JsonNode *
sfu_native_encode_notice (const SfuNotice *notice, const gchar **method)
{
  JsonObject *object = json_object_new ();

  switch (notice->kind) {
    case SFU_NOTICE_NEW_PEER:
      *method = "newPeer";
      json_object_unref (object);
      object = encode_peer (notice->peer);
      break;
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
    case SFU_NOTICE_CONSUMER_CLOSED:
    case SFU_NOTICE_CONSUMER_PAUSED:
    case SFU_NOTICE_CONSUMER_RESUMED:
      *method = notice->kind == SFU_NOTICE_CONSUMER_CLOSED ? "consumerClosed"
          : notice->kind == SFU_NOTICE_CONSUMER_PAUSED     ? "consumerPaused"
                                                           : "consumerResumed";
      json_object_set_string_member (
          object, "consumerId", notice->consumer->id);
      break;
    case SFU_NOTICE_CONSUMER_SCORE:
      *method = "consumerScore";
      json_object_set_string_member (
          object, "consumerId", notice->consumer->id);
      json_object_set_object_member (object, "score",
          encode_consumer_score (notice->consumer, notice->score));
      break;
    case SFU_NOTICE_PRODUCER_SCORE:
      *method = "producerScore";
      json_object_set_string_member (
          object, "producerId", notice->producer->id);
      json_object_set_array_member (object, "score",
          encode_producer_score (notice->producer, notice->score));
      break;
    case SFU_NOTICE_ACTIVE_SPEAKER:
      *method = "activeSpeaker";
      encode_speaker (notice, object);
      break;
    default:
      *method = NULL;
      break;
  }
  return node_of_object (object);
}

JsonNode *
sfu_native_encode_new_consumer (const SfuRoomConsumer *consumer)
{
  const SfuRoomProducer *producer = consumer->producer;
  JsonObject *object = json_object_new ();
  JsonObject *app_data = parse_opaque (producer->app_data);

  /* As the demo's server does; its web app reads it there. */
  json_object_set_string_member (app_data, "peerId", producer->peer->id);
  json_object_set_string_member (object, "peerId", producer->peer->id);
  json_object_set_string_member (object, "producerId", producer->id);
  json_object_set_string_member (object, "id", consumer->id);
  json_object_set_string_member (
      object, "kind", sfu_media_kind_name (producer->kind));
  json_object_set_member (object, "rtpParameters",
      sfu_json_from_rtp_parameters (consumer->parameters));
  json_object_set_string_member (object, "type", producer->type);
  json_object_set_object_member (object, "appData", app_data);
  json_object_set_boolean_member (object, "producerPaused", producer->paused);
  return node_of_object (object);
}
