/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Native dialect: JSON to typed requests. One table: word, method, decoder.
 *
 * Threads: pure functions over data of the caller. */
#include "sfu-native.h"

#include "sfu-error.h"
#include "sfu-json-rtp.h"

#include <string.h>

#define MAX_LAYER 255
/* mediasoup: a byte, 1 is the lowest. */
#define MAX_PRIORITY 255
#define MAX_PERCENT 100

static void
decode_nothing (SfuJsonReader *reader, JsonObject *data, SfuRequest *request)
{
}

static void
decode_display_name (
    SfuJsonReader *reader, JsonObject *data, SfuRequest *request)
{
  request->display_name = g_strdup (
      sfu_json_string (reader, data, "displayName", SFU_SHAPE_MAX_NAME));
}

static void
decode_join (SfuJsonReader *reader, JsonObject *data, SfuRequest *request)
{
  /* An account may bring one. */
  if (sfu_json_member (data, "displayName") != NULL)
    decode_display_name (reader, data, request);
  request->device = sfu_shape_read_opaque (reader, data, "device");
  request->capabilities = sfu_shape_read_capabilities (reader, data);
}

static void
decode_create_transport (
    SfuJsonReader *reader, JsonObject *data, SfuRequest *request)
{
  request->force_tcp = sfu_json_bool_or (reader, data, "forceTcp", FALSE);
  request->producing = sfu_json_bool_or (reader, data, "producing", FALSE);
  request->consuming = sfu_json_bool_or (reader, data, "consuming", FALSE);
  request->sctp =
      sfu_json_object_or_null (reader, data, "sctpCapabilities") != NULL;
}

static void
decode_preferred_layers (
    SfuJsonReader *reader, JsonObject *data, SfuRequest *request)
{
  sfu_shape_read_consumer_id (reader, data, request);
  request->spatial_layer =
      (gint)sfu_json_int (reader, data, "spatialLayer", 0, MAX_LAYER);
  request->temporal_layer =
      (gint)sfu_json_int_or (reader, data, "temporalLayer", 0, MAX_LAYER, -1);
}

static void
decode_priority (SfuJsonReader *reader, JsonObject *data, SfuRequest *request)
{
  sfu_shape_read_consumer_id (reader, data, request);
  request->priority =
      (guint)sfu_json_int (reader, data, "priority", 1, MAX_PRIORITY);
}

static void
decode_throttle (SfuJsonReader *reader, JsonObject *data, SfuRequest *request)
{
  request->packet_loss =
      (gdouble)sfu_json_int_or (reader, data, "packetLoss", 0, MAX_PERCENT, 0);
}

static const struct {
  const gchar *word;
  SfuMethod method;
  void (*decode) (SfuJsonReader *reader, JsonObject *data, SfuRequest *request);
} table[] = {
  { "getRouterRtpCapabilities", SFU_METHOD_GET_ROUTER_RTP_CAPABILITIES,
      decode_nothing },
  { "join", SFU_METHOD_JOIN, decode_join },
  { "createWebRtcTransport", SFU_METHOD_CREATE_TRANSPORT,
      decode_create_transport },
  { "connectWebRtcTransport", SFU_METHOD_CONNECT_TRANSPORT,
      sfu_shape_read_connect },
  { "restartIce", SFU_METHOD_RESTART_ICE, sfu_shape_read_transport_id },
  { "produce", SFU_METHOD_PRODUCE, sfu_shape_read_produce },
  { "closeProducer", SFU_METHOD_CLOSE_PRODUCER, sfu_shape_read_producer_id },
  { "pauseProducer", SFU_METHOD_PAUSE_PRODUCER, sfu_shape_read_producer_id },
  { "resumeProducer", SFU_METHOD_RESUME_PRODUCER, sfu_shape_read_producer_id },
  { "pauseConsumer", SFU_METHOD_PAUSE_CONSUMER, sfu_shape_read_consumer_id },
  { "resumeConsumer", SFU_METHOD_RESUME_CONSUMER, sfu_shape_read_consumer_id },
  { "setConsumerPreferredLayers", SFU_METHOD_SET_CONSUMER_PREFERRED_LAYERS,
      decode_preferred_layers },
  { "setConsumerPriority", SFU_METHOD_SET_CONSUMER_PRIORITY, decode_priority },
  { "requestConsumerKeyFrame", SFU_METHOD_REQUEST_CONSUMER_KEY_FRAME,
      sfu_shape_read_consumer_id },
  { "changeDisplayName", SFU_METHOD_CHANGE_DISPLAY_NAME, decode_display_name },
  { "getTransportStats", SFU_METHOD_GET_TRANSPORT_STATS,
      sfu_shape_read_transport_id },
  { "getProducerStats", SFU_METHOD_GET_PRODUCER_STATS,
      sfu_shape_read_producer_id },
  { "getConsumerStats", SFU_METHOD_GET_CONSUMER_STATS,
      sfu_shape_read_consumer_id },
  { "produceData", SFU_METHOD_PRODUCE_DATA, decode_nothing },
  { "getDataProducerStats", SFU_METHOD_GET_DATA_PRODUCER_STATS,
      decode_nothing },
  { "getDataConsumerStats", SFU_METHOD_GET_DATA_CONSUMER_STATS,
      decode_nothing },
  { "applyNetworkThrottle", SFU_METHOD_APPLY_NETWORK_THROTTLE,
      decode_throttle },
  { "resetNetworkThrottle", SFU_METHOD_RESET_NETWORK_THROTTLE, decode_nothing },
  { "kickPeer", SFU_METHOD_KICK_PEER, sfu_shape_read_peer_id },
  { "mutePeer", SFU_METHOD_MUTE_PEER, sfu_shape_read_mute },
  { "lockRoom", SFU_METHOD_LOCK_ROOM, sfu_shape_read_lock },
  { "closeRoom", SFU_METHOD_CLOSE_ROOM, decode_nothing },
};

const gchar *
sfu_native_method (guint i)
{
  return i < G_N_ELEMENTS (table) ? table[i].word : NULL;
}

SfuRequest *
sfu_native_decode (const gchar *method, JsonNode *data, GError **error)
{
  g_autoptr (SfuRequest) request = NULL;
  g_autoptr (JsonObject) empty = json_object_new ();
  g_auto (SfuJsonReader) reader = { NULL };
  JsonObject *object = empty;

  if (data != NULL && !JSON_NODE_HOLDS_OBJECT (data)) {
    g_set_error_literal (error, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT,
        "data: must be an object");
    return NULL;
  }
  if (data != NULL)
    object = json_node_get_object (data);
  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    if (strcmp (method, table[i].word) != 0)
      continue;
    request = sfu_request_new (table[i].method);
    sfu_json_reader_init (&reader, "");
    table[i].decode (&reader, object, request);
    if (!sfu_json_reader_finish (&reader, error))
      return NULL;
    return g_steal_pointer (&request);
  }
  g_set_error (error, SFU_ERROR, SFU_ERROR_NOT_FOUND,
      "unknown request.method \"%s\"", method);
  return NULL;
}
