/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON -> typed requests of the native dialect: one table of words.
 *
 * Threads: pure functions over data of the caller. */
#include "sfu-native.h"

#include "sfu-error.h"
#include "sfu-json-rtp.h"

#include <string.h>

#define MAX_FINGERPRINTS 8
#define MAX_ALGORITHM 16
/* sha-512: 64 bytes, three characters each. */
#define MAX_FINGERPRINT 192
#define MAX_ROLE 8
#define MAX_KIND 8
#define MAX_LAYER 255
/* mediasoup: a byte, 1 is the lowest. */
#define MAX_PRIORITY 255
#define MAX_PERCENT 100

/* An object that is passed on unread, as text; "{}" when missing. */
static gchar *
read_opaque (SfuJsonReader *reader, JsonObject *object, const gchar *name)
{
  JsonObject *member = sfu_json_object_or_null (reader, object, name);
  g_autofree gchar *text = NULL;

  if (member == NULL)
    return g_strdup ("{}");
  text = sfu_json_to_string (json_object_get_member (object, name));
  if (strlen (text) > SFU_NATIVE_MAX_OPAQUE)
    sfu_json_fail (reader, name, "longer than %u bytes", SFU_NATIVE_MAX_OPAQUE);
  return g_steal_pointer (&text);
}

static void
decode_nothing (SfuJsonReader *reader, JsonObject *data, SfuRequest *request)
{
}

static void
decode_display_name (
    SfuJsonReader *reader, JsonObject *data, SfuRequest *request)
{
  request->display_name = g_strdup (sfu_json_string (
      reader, data, "displayName", SFU_NATIVE_MAX_DISPLAY_NAME));
}

static void
decode_join (SfuJsonReader *reader, JsonObject *data, SfuRequest *request)
{
  JsonObject *capabilities;
  gsize mark;

  decode_display_name (reader, data, request);
  request->device = read_opaque (reader, data, "device");
  capabilities = sfu_json_object_or_null (reader, data, "rtpCapabilities");
  mark = sfu_json_push (reader, "rtpCapabilities");
  if (capabilities != NULL)
    request->capabilities =
        sfu_json_read_rtp_capabilities (reader, capabilities);
  sfu_json_pop (reader, mark);
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
decode_transport_id (
    SfuJsonReader *reader, JsonObject *data, SfuRequest *request)
{
  request->id = g_strdup (
      sfu_json_string (reader, data, "transportId", SFU_NATIVE_MAX_ID));
}

static void
decode_producer_id (
    SfuJsonReader *reader, JsonObject *data, SfuRequest *request)
{
  request->id = g_strdup (
      sfu_json_string (reader, data, "producerId", SFU_NATIVE_MAX_ID));
}

static void
decode_consumer_id (
    SfuJsonReader *reader, JsonObject *data, SfuRequest *request)
{
  request->id = g_strdup (
      sfu_json_string (reader, data, "consumerId", SFU_NATIVE_MAX_ID));
}

static void
decode_fingerprints (
    SfuJsonReader *reader, JsonObject *dtls, SfuRequest *request)
{
  JsonArray *array =
      sfu_json_array (reader, dtls, "fingerprints", MAX_FINGERPRINTS);

  request->fingerprints = g_ptr_array_new_with_free_func (
      (GDestroyNotify)sfu_seam_fingerprint_free);
  if (array != NULL && json_array_get_length (array) == 0)
    sfu_json_fail (reader, "fingerprints", "must not be empty");
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++) {
    gsize mark = sfu_json_push_index (reader, "fingerprints", i);
    JsonObject *fingerprint = sfu_json_element_object (reader, array, i);
    const gchar *algorithm =
        sfu_json_string (reader, fingerprint, "algorithm", MAX_ALGORITHM);
    const gchar *value =
        sfu_json_string (reader, fingerprint, "value", MAX_FINGERPRINT);

    g_ptr_array_add (
        request->fingerprints, sfu_seam_fingerprint_new (algorithm, value));
    sfu_json_pop (reader, mark);
  }
}

static void
decode_connect_transport (
    SfuJsonReader *reader, JsonObject *data, SfuRequest *request)
{
  static const gchar *const roles[] = { "auto", "client", "server", NULL };
  JsonObject *dtls;
  gsize mark;

  decode_transport_id (reader, data, request);
  dtls = sfu_json_object (reader, data, "dtlsParameters");
  mark = sfu_json_push (reader, "dtlsParameters");
  request->dtls_role =
      g_strdup (sfu_json_string_or (reader, dtls, "role", MAX_ROLE, "auto"));
  if (!g_strv_contains (roles, request->dtls_role))
    sfu_json_fail (
        reader, "role", "must be \"auto\", \"client\" or \"server\"");
  decode_fingerprints (reader, dtls, request);
  sfu_json_pop (reader, mark);
}

static void
decode_produce (SfuJsonReader *reader, JsonObject *data, SfuRequest *request)
{
  const gchar *kind;
  JsonObject *parameters;
  gsize mark;

  decode_transport_id (reader, data, request);
  kind = sfu_json_string (reader, data, "kind", MAX_KIND);
  if (!sfu_media_kind_from_name (kind, &request->kind))
    sfu_json_fail (reader, "kind", "must be \"audio\" or \"video\"");
  parameters = sfu_json_object (reader, data, "rtpParameters");
  mark = sfu_json_push (reader, "rtpParameters");
  request->parameters = sfu_json_read_rtp_parameters (reader, parameters);
  sfu_json_pop (reader, mark);
  request->app_data = read_opaque (reader, data, "appData");
  request->paused = sfu_json_bool_or (reader, data, "paused", FALSE);
}

static void
decode_preferred_layers (
    SfuJsonReader *reader, JsonObject *data, SfuRequest *request)
{
  decode_consumer_id (reader, data, request);
  request->spatial_layer =
      (gint)sfu_json_int (reader, data, "spatialLayer", 0, MAX_LAYER);
  request->temporal_layer =
      (gint)sfu_json_int_or (reader, data, "temporalLayer", 0, MAX_LAYER, -1);
}

static void
decode_priority (SfuJsonReader *reader, JsonObject *data, SfuRequest *request)
{
  decode_consumer_id (reader, data, request);
  request->priority =
      (guint)sfu_json_int (reader, data, "priority", 1, MAX_PRIORITY);
}

static void
decode_throttle (SfuJsonReader *reader, JsonObject *data, SfuRequest *request)
{
  request->packet_loss =
      (gdouble)sfu_json_int_or (reader, data, "packetLoss", 0, MAX_PERCENT, 0);
}

typedef void (*Decoder) (
    SfuJsonReader *reader, JsonObject *data, SfuRequest *request);

static const struct {
  SfuMethod method;
  Decoder decode;
} decoders[] = {
  { SFU_METHOD_GET_ROUTER_RTP_CAPABILITIES, decode_nothing },
  { SFU_METHOD_JOIN, decode_join },
  { SFU_METHOD_CREATE_TRANSPORT, decode_create_transport },
  { SFU_METHOD_CONNECT_TRANSPORT, decode_connect_transport },
  { SFU_METHOD_RESTART_ICE, decode_transport_id },
  { SFU_METHOD_PRODUCE, decode_produce },
  { SFU_METHOD_CLOSE_PRODUCER, decode_producer_id },
  { SFU_METHOD_PAUSE_PRODUCER, decode_producer_id },
  { SFU_METHOD_RESUME_PRODUCER, decode_producer_id },
  { SFU_METHOD_PAUSE_CONSUMER, decode_consumer_id },
  { SFU_METHOD_RESUME_CONSUMER, decode_consumer_id },
  { SFU_METHOD_SET_CONSUMER_PREFERRED_LAYERS, decode_preferred_layers },
  { SFU_METHOD_SET_CONSUMER_PRIORITY, decode_priority },
  { SFU_METHOD_REQUEST_CONSUMER_KEY_FRAME, decode_consumer_id },
  { SFU_METHOD_CHANGE_DISPLAY_NAME, decode_display_name },
  { SFU_METHOD_GET_TRANSPORT_STATS, decode_transport_id },
  { SFU_METHOD_GET_PRODUCER_STATS, decode_producer_id },
  { SFU_METHOD_GET_CONSUMER_STATS, decode_consumer_id },
  { SFU_METHOD_PRODUCE_DATA, decode_nothing },
  { SFU_METHOD_GET_DATA_PRODUCER_STATS, decode_nothing },
  { SFU_METHOD_GET_DATA_CONSUMER_STATS, decode_nothing },
  { SFU_METHOD_APPLY_NETWORK_THROTTLE, decode_throttle },
  { SFU_METHOD_RESET_NETWORK_THROTTLE, decode_nothing },
};
G_STATIC_ASSERT (G_N_ELEMENTS (decoders) == SFU_N_METHODS);

/* In the order of SfuMethod. */
static const gchar *const words[] = {
  "getRouterRtpCapabilities",
  "join",
  "createWebRtcTransport",
  "connectWebRtcTransport",
  "restartIce",
  "produce",
  "closeProducer",
  "pauseProducer",
  "resumeProducer",
  "pauseConsumer",
  "resumeConsumer",
  "setConsumerPreferredLayers",
  "setConsumerPriority",
  "requestConsumerKeyFrame",
  "changeDisplayName",
  "getTransportStats",
  "getProducerStats",
  "getConsumerStats",
  "produceData",
  "getDataProducerStats",
  "getDataConsumerStats",
  "applyNetworkThrottle",
  "resetNetworkThrottle",
  NULL,
};
G_STATIC_ASSERT (G_N_ELEMENTS (words) == SFU_N_METHODS + 1);

const gchar *const *
sfu_native_methods (void)
{
  return words;
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
  for (guint i = 0; i < G_N_ELEMENTS (decoders); i++) {
    if (strcmp (method, words[decoders[i].method]) != 0)
      continue;
    request = sfu_request_new (decoders[i].method);
    sfu_json_reader_init (&reader, "");
    decoders[i].decode (&reader, object, request);
    if (!sfu_json_reader_finish (&reader, error))
      return NULL;
    return g_steal_pointer (&request);
  }
  g_set_error (error, SFU_ERROR, SFU_ERROR_NOT_FOUND,
      "unknown request.method \"%s\"", method);
  return NULL;
}
