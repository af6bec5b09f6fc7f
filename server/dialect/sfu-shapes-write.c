/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shapes to JSON.
 *
 * Threads: pure functions over data of the caller. */
#include "sfu-shapes.h"

#include "sfu-ice-servers.h"
#include "sfu-json-rtp.h"

JsonNode *
sfu_shape_node (JsonObject *object)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);

  json_node_take_object (node, object);
  return node;
}

JsonObject *
sfu_shape_opaque (const gchar *text)
{
  g_autoptr (JsonNode) node =
      text != NULL ? json_from_string (text, NULL) : NULL;

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return json_object_new ();
  return json_node_dup_object (node);
}

JsonObject *
sfu_shape_ice_parameters (const gchar *ufrag, const gchar *pwd)
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

static JsonObject *
encode_ice_server (const SfuIceServer *server)
{
  JsonObject *object = json_object_new ();
  JsonArray *urls = json_array_new ();

  for (guint i = 0; server->urls[i] != NULL; i++)
    json_array_add_string_element (urls, server->urls[i]);
  json_object_set_array_member (object, "urls", urls);
  if (server->username != NULL) {
    json_object_set_string_member (object, "username", server->username);
    json_object_set_string_member (object, "credential", server->credential);
  }
  return object;
}

void
sfu_shape_add_ice_servers (JsonObject *object, const SfuReply *reply)
{
  const GPtrArray *servers = reply->ice_servers;
  JsonArray *array;

  if (servers == NULL)
    return;
  array = json_array_new ();
  for (guint i = 0; i < servers->len; i++)
    json_array_add_object_element (
        array, encode_ice_server (servers->pdata[i]));
  json_object_set_array_member (object, "iceServers", array);
}

void
sfu_shape_set_transport (JsonObject *object, const SfuReply *reply)
{
  const SfuSeamTransportInfo *info = reply->transport;
  JsonArray *candidates = json_array_new ();

  for (guint i = 0; i < info->candidates->len; i++)
    json_array_add_object_element (
        candidates, encode_candidate (info->candidates->pdata[i]));
  json_object_set_string_member (object, "id", reply->id);
  json_object_set_object_member (object, "iceParameters",
      sfu_shape_ice_parameters (info->ufrag, info->pwd));
  json_object_set_array_member (object, "iceCandidates", candidates);
  json_object_set_object_member (
      object, "dtlsParameters", encode_dtls_parameters (info->fingerprints));
  sfu_shape_add_ice_servers (object, reply);
}

JsonObject *
sfu_shape_transport (const SfuReply *reply)
{
  JsonObject *object = json_object_new ();

  sfu_shape_set_transport (object, reply);
  return object;
}

void
sfu_shape_set_consumer (JsonObject *object, const SfuRoomConsumer *consumer)
{
  const SfuRoomProducer *producer = consumer->producer;

  json_object_set_string_member (object, "id", consumer->id);
  json_object_set_string_member (object, "producerId", producer->id);
  json_object_set_string_member (
      object, "kind", sfu_media_kind_name (producer->kind));
  json_object_set_member (object, "rtpParameters",
      sfu_json_from_rtp_parameters (consumer->parameters));
}

JsonObject *
sfu_shape_consumer (const SfuRoomConsumer *consumer)
{
  const SfuRoomProducer *producer = consumer->producer;
  JsonObject *object = json_object_new ();

  sfu_shape_set_consumer (object, consumer);
  json_object_set_string_member (object, "type", producer->type);
  json_object_set_boolean_member (object, "producerPaused", producer->paused);
  return object;
}
