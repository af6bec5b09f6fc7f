/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-broadcaster-words.h.
 *
 * Threads: pure functions over data of the caller. */
#include "sfu-broadcaster-words.h"

#include "sfu-error.h"
#include "sfu-json-rtp.h"
#include "sfu-ortc.h"

#include <string.h>

/* An IPv6 literal with a scope. */
#define MAX_IP 64
#define MAX_PORT 65535
#define MAX_TYPE 16
#define MAX_SUITE 64
/* Of 44 bytes, the longest key and salt. */
#define MAX_KEY 64
#define DEFAULT_SUITE "AES_CM_128_HMAC_SHA1_80"

typedef struct {
  SfuJsonReader reader;
  JsonObject *object; /* owned */
  SfuRequest *request;
} Decode;

static void
begin (Decode *decode, JsonNode *body, SfuMethod method)
{
  sfu_json_reader_init (&decode->reader, "");
  decode->object =
      body != NULL ? json_node_dup_object (body) : json_object_new ();
  decode->request = sfu_request_new (method);
}

static SfuRequest *
end (Decode *decode, GError **error)
{
  if (!sfu_json_reader_finish (&decode->reader, error))
    g_clear_pointer (&decode->request, sfu_request_free);
  sfu_json_reader_clear (&decode->reader);
  json_object_unref (decode->object);
  return decode->request;
}

/* ---- from JSON ---- */

/* As the demo makes it: every client shows who is a program. */
static gchar *
read_device (SfuJsonReader *reader, JsonObject *object)
{
  JsonObject *given = sfu_json_object_or_null (reader, object, "device");
  g_autoptr (JsonObject) none = json_object_new ();
  g_autoptr (JsonNode) node = NULL;
  JsonObject *device = json_object_new ();
  const gchar *version;
  gsize mark = sfu_json_push (reader, "device");

  if (given == NULL)
    given = none;
  version =
      sfu_json_string_or (reader, given, "version", SFU_SHAPE_MAX_NAME, NULL);
  json_object_set_string_member (device, "flag", "broadcaster");
  json_object_set_string_member (device, "name",
      sfu_json_string_or (
          reader, given, "name", SFU_SHAPE_MAX_NAME, "Unknown device"));
  if (version != NULL)
    json_object_set_string_member (device, "version", version);
  sfu_json_pop (reader, mark);
  node = sfu_shape_node (device);
  return sfu_json_to_string (node);
}

SfuRequest *
sfu_broadcaster_decode_join (JsonNode *body, gchar **id, GError **error)
{
  Decode d;
  SfuRequest *request;

  begin (&d, body, SFU_METHOD_JOIN);
  *id = sfu_shape_read_name (&d.reader, d.object, "id");
  d.request->display_name = g_strdup (sfu_json_string_or (
      &d.reader, d.object, "displayName", SFU_SHAPE_MAX_NAME, NULL));
  d.request->device = read_device (&d.reader, d.object);
  d.request->capabilities = sfu_shape_read_capabilities (&d.reader, d.object);
  request = end (&d, error);
  if (request == NULL)
    g_clear_pointer (id, g_free);
  return request;
}

SfuRequest *
sfu_broadcaster_decode_transport (JsonNode *body, GError **error)
{
  const gchar *type, *suite;
  Decode d;

  begin (&d, body, SFU_METHOD_CREATE_TRANSPORT);
  type = sfu_json_string (&d.reader, d.object, "type", MAX_TYPE);
  d.request->plain = g_strcmp0 (type, "plain") == 0;
  if (!d.request->plain && g_strcmp0 (type, "webrtc") != 0)
    sfu_json_fail (&d.reader, "type", "must be \"plain\" or \"webrtc\"");
  /* It is told nothing without asking, so both may stand. */
  d.request->producing = d.request->consuming = TRUE;
  d.request->rtcp_mux =
      sfu_json_bool_or (&d.reader, d.object, "rtcpMux", FALSE);
  d.request->comedia = sfu_json_bool_or (&d.reader, d.object, "comedia", TRUE);
  suite = sfu_json_string_or (&d.reader, d.object, "srtpCryptoSuite", MAX_SUITE,
      sfu_json_bool_or (&d.reader, d.object, "enableSrtp", FALSE)
          ? DEFAULT_SUITE
          : NULL);
  if (suite != NULL && !d.request->plain)
    sfu_json_fail (&d.reader, "srtpCryptoSuite", "only for type \"plain\"");
  d.request->srtp_suite = g_strdup (suite);
  return end (&d, error);
}

static void
read_srtp (SfuJsonReader *reader, JsonObject *object, SfuRequest *request)
{
  JsonObject *srtp = sfu_json_object_or_null (reader, object, "srtpParameters");
  gsize mark;

  if (srtp == NULL)
    return;
  mark = sfu_json_push (reader, "srtpParameters");
  request->srtp_suite =
      g_strdup (sfu_json_string (reader, srtp, "cryptoSuite", MAX_SUITE));
  request->srtp_key =
      g_strdup (sfu_json_string (reader, srtp, "keyBase64", MAX_KEY));
  sfu_json_pop (reader, mark);
}

SfuRequest *
sfu_broadcaster_decode_connect (
    const gchar *transport_id, gboolean plain, JsonNode *body, GError **error)
{
  Decode d;

  begin (&d, body, SFU_METHOD_CONNECT_TRANSPORT);
  json_object_set_string_member (d.object, "transportId", transport_id);
  if (!plain) {
    sfu_shape_read_connect (&d.reader, d.object, d.request);
    return end (&d, error);
  }
  sfu_shape_read_transport_id (&d.reader, d.object, d.request);
  /* With comedia neither is needed; the worker knows. */
  d.request->ip =
      g_strdup (sfu_json_string_or (&d.reader, d.object, "ip", MAX_IP, NULL));
  d.request->port =
      (guint16)sfu_json_int_or (&d.reader, d.object, "port", 1, MAX_PORT, 0);
  d.request->rtcp_port = (guint16)sfu_json_int_or (
      &d.reader, d.object, "rtcpPort", 1, MAX_PORT, 0);
  read_srtp (&d.reader, d.object, d.request);
  return end (&d, error);
}

SfuRequest *
sfu_broadcaster_decode_produce (
    const gchar *transport_id, JsonNode *body, GError **error)
{
  Decode d;

  begin (&d, body, SFU_METHOD_PRODUCE);
  json_object_set_string_member (d.object, "transportId", transport_id);
  sfu_shape_read_produce (&d.reader, d.object, d.request);
  return end (&d, error);
}

SfuRequest *
sfu_broadcaster_decode_consume (const gchar *transport_id,
    const gchar *producer_id, JsonNode *body, GError **error)
{
  Decode d;

  begin (&d, body, SFU_METHOD_CONSUME);
  json_object_set_string_member (d.object, "transportId", transport_id);
  if (producer_id != NULL)
    json_object_set_string_member (d.object, "producerId", producer_id);
  sfu_shape_read_consume (&d.reader, d.object, d.request);
  d.request->paused = sfu_json_bool_or (&d.reader, d.object, "paused", FALSE);
  return end (&d, error);
}

/* ---- to JSON ---- */

static JsonArray *
encode_producers (const SfuPeer *peer, const SfuRtpCapabilities *capabilities)
{
  g_autoptr (GPtrArray) producers = sfu_peer_table_values (peer->producers);
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < producers->len; i++) {
    const SfuRoomProducer *producer = producers->pdata[i];
    JsonObject *object;

    if (!producer->live || producer->consumable == NULL ||
        !sfu_ortc_can_consume (producer->consumable, capabilities))
      continue;
    object = json_object_new ();
    json_object_set_string_member (object, "id", producer->id);
    json_object_set_string_member (
        object, "kind", sfu_media_kind_name (producer->kind));
    json_array_add_object_element (array, object);
  }
  return array;
}

static JsonObject *
encode_peers (const GPtrArray *peers, const SfuRtpCapabilities *capabilities)
{
  JsonObject *object = json_object_new ();
  JsonArray *array = json_array_new ();

  for (guint i = 0; capabilities != NULL && i < peers->len; i++) {
    const SfuPeer *peer = peers->pdata[i];
    JsonObject *member = json_object_new ();

    json_object_set_string_member (member, "id", peer->id);
    json_object_set_string_member (
        member, "displayName", peer->display_name ? peer->display_name : "");
    json_object_set_object_member (
        member, "device", sfu_shape_opaque (peer->device));
    json_object_set_array_member (
        member, "producers", encode_producers (peer, capabilities));
    json_array_add_object_element (array, member);
  }
  json_object_set_array_member (object, "peers", array);
  return object;
}

static void
set_srtp (JsonObject *object, const gchar *suite, const gchar *key)
{
  JsonObject *srtp;

  if (suite == NULL || *suite == '\0')
    return;
  srtp = json_object_new ();
  json_object_set_string_member (srtp, "cryptoSuite", suite);
  json_object_set_string_member (srtp, "keyBase64", key);
  json_object_set_object_member (object, "srtpParameters", srtp);
}

static JsonObject *
encode_plain (const SfuReply *reply)
{
  JsonObject *object = json_object_new ();
  const SfuSeamPlainInfo *plain = reply->plain;

  json_object_set_string_member (object, "id", reply->id);
  json_object_set_string_member (object, "ip", plain->ip);
  json_object_set_int_member (object, "port", plain->port);
  if (plain->rtcp_port != 0)
    json_object_set_int_member (object, "rtcpPort", plain->rtcp_port);
  set_srtp (object, plain->srtp_suite, plain->srtp_key);
  return object;
}

JsonNode *
sfu_broadcaster_encode (
    const SfuReply *reply, const SfuRtpCapabilities *capabilities)
{
  JsonObject *object;

  switch (reply->kind) {
    case SFU_REPLY_PEERS:
      object = encode_peers (reply->peers, capabilities);
      break;
    case SFU_REPLY_TRANSPORT:
      object = sfu_shape_transport (reply);
      break;
    case SFU_REPLY_PLAIN:
      object = encode_plain (reply);
      break;
    case SFU_REPLY_SRTP:
      object = json_object_new ();
      set_srtp (object, reply->srtp_suite, reply->srtp_key);
      break;
    case SFU_REPLY_CONSUMER:
      object = sfu_shape_consumer (reply->consumer);
      break;
    case SFU_REPLY_ID:
      object = json_object_new ();
      json_object_set_string_member (object, "id", reply->id);
      break;
    default:
      object = json_object_new ();
      break;
  }
  return sfu_shape_node (object);
}
