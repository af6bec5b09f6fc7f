/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The media-server RPC: JSON to typed requests, errors to JSON. One table: word,
 * method, decoder.
 *
 * Threads: pure functions over data of the caller. */
#include "sfu-rpc.h"

#include "sfu-error.h"

#include <string.h>

#define MAX_DIRECTION 8

/* ---- params ---- */

static gchar *
read_optional_name (
    SfuJsonReader *reader, JsonObject *params, const gchar *name)
{
  return sfu_json_member (params, name) != NULL
      ? sfu_shape_read_name (reader, params, name)
      : NULL;
}

static void
decode_router (SfuJsonReader *reader, JsonObject *params, SfuRpcRequest *rpc)
{
  rpc->router_id = sfu_shape_read_name (reader, params, "routerId");
}

static void
decode_transport (SfuJsonReader *reader, JsonObject *params, SfuRpcRequest *rpc)
{
  rpc->transport_id = sfu_shape_read_name (reader, params, "transportId");
}

static void
decode_producer (SfuJsonReader *reader, JsonObject *params, SfuRpcRequest *rpc)
{
  rpc->producer_id = sfu_shape_read_name (reader, params, "producerId");
}

static void
decode_consumer (SfuJsonReader *reader, JsonObject *params, SfuRpcRequest *rpc)
{
  rpc->consumer_id = sfu_shape_read_name (reader, params, "consumerId");
}

void
sfu_rpc_read_direction (SfuJsonReader *reader, JsonObject *params,
    gboolean may_be_missing, SfuRequest *request)
{
  const gchar *direction = may_be_missing
      ? sfu_json_string_or (reader, params, "direction", MAX_DIRECTION, "both")
      : sfu_json_string (reader, params, "direction", MAX_DIRECTION);

  if (reader->error != NULL)
    return;
  request->producing = strcmp (direction, "recv") != 0;
  request->consuming = strcmp (direction, "send") != 0;
  if (request->producing && request->consuming &&
      strcmp (direction, "both") != 0)
    sfu_json_fail (
        reader, "direction", "must be \"send\", \"recv\" or \"both\"");
}

static void
decode_create_transport (
    SfuJsonReader *reader, JsonObject *params, SfuRpcRequest *rpc)
{
  g_autofree gchar *other_user_id = NULL;

  decode_router (reader, params, rpc);
  decode_transport (reader, params, rpc);
  rpc->user_id = sfu_shape_read_name (reader, params, "requesterUserId");
  /* A room may have more than two: who the other one is changes nothing. */
  other_user_id = sfu_shape_read_name (reader, params, "otherUserId");
  sfu_rpc_read_direction (reader, params, TRUE, rpc->request);
}

/* The shapes read a transport's id into the request; it belongs to the hub. */
static void
take_transport_id (SfuRpcRequest *rpc)
{
  rpc->transport_id = g_steal_pointer (&rpc->request->id);
}

static void
decode_connect (SfuJsonReader *reader, JsonObject *params, SfuRpcRequest *rpc)
{
  sfu_shape_read_connect (reader, params, rpc->request);
  take_transport_id (rpc);
}

static void
decode_produce (SfuJsonReader *reader, JsonObject *params, SfuRpcRequest *rpc)
{
  sfu_shape_read_produce (reader, params, rpc->request);
  take_transport_id (rpc);
  rpc->producer_id = read_optional_name (reader, params, "producerId");
}

static void
decode_consume (SfuJsonReader *reader, JsonObject *params, SfuRpcRequest *rpc)
{
  sfu_shape_read_consume (reader, params, rpc->request);
  take_transport_id (rpc);
  rpc->producer_id = g_steal_pointer (&rpc->request->producer_id);
  rpc->consumer_id = read_optional_name (reader, params, "consumerId");
  if (reader->error == NULL && rpc->request->capabilities == NULL)
    sfu_json_fail (reader, "rtpCapabilities", "missing");
  rpc->request->paused = TRUE;
}

static void
decode_stats (SfuJsonReader *reader, JsonObject *params, SfuRpcRequest *rpc)
{
  rpc->router_id = read_optional_name (reader, params, "routerId");
  rpc->transport_id = read_optional_name (reader, params, "transportId");
  rpc->producer_id = read_optional_name (reader, params, "producerId");
  rpc->consumer_id = read_optional_name (reader, params, "consumerId");
  if ((rpc->router_id != NULL) + (rpc->transport_id != NULL) +
          (rpc->producer_id != NULL) + (rpc->consumer_id != NULL) >
      1)
    sfu_json_fail (reader, NULL, "only one id at a time");
  if (rpc->producer_id != NULL)
    rpc->request->method = SFU_METHOD_GET_PRODUCER_STATS;
  else if (rpc->consumer_id != NULL)
    rpc->request->method = SFU_METHOD_GET_CONSUMER_STATS;
}

/* ---- words ---- */

/* In place of a method of the room: the hub does it alone. */
#define ALONE SFU_N_METHODS

static const struct {
  const gchar *word;
  SfuRpcMethod method;
  SfuMethod room_method;
  void (*decode) (
      SfuJsonReader *reader, JsonObject *params, SfuRpcRequest *rpc);
} table[] = {
  { "createRouter", SFU_RPC_CREATE_ROUTER, ALONE, decode_router },
  { "getRouterRtpCapabilities", SFU_RPC_GET_ROUTER_RTP_CAPABILITIES, ALONE,
      decode_router },
  { "createTransport", SFU_RPC_CREATE_TRANSPORT, SFU_METHOD_CREATE_TRANSPORT,
      decode_create_transport },
  { "connectTransport", SFU_RPC_CONNECT_TRANSPORT, SFU_METHOD_CONNECT_TRANSPORT,
      decode_connect },
  { "createProducer", SFU_RPC_CREATE_PRODUCER, SFU_METHOD_PRODUCE,
      decode_produce },
  { "produce", SFU_RPC_CREATE_PRODUCER, SFU_METHOD_PRODUCE, decode_produce },
  { "createConsumer", SFU_RPC_CREATE_CONSUMER, SFU_METHOD_CONSUME,
      decode_consume },
  { "consume", SFU_RPC_CREATE_CONSUMER, SFU_METHOD_CONSUME, decode_consume },
  { "pauseProducer", SFU_RPC_PAUSE_PRODUCER, SFU_METHOD_PAUSE_PRODUCER,
      decode_producer },
  { "resumeProducer", SFU_RPC_RESUME_PRODUCER, SFU_METHOD_RESUME_PRODUCER,
      decode_producer },
  { "pauseConsumer", SFU_RPC_PAUSE_CONSUMER, SFU_METHOD_PAUSE_CONSUMER,
      decode_consumer },
  { "resumeConsumer", SFU_RPC_RESUME_CONSUMER, SFU_METHOD_RESUME_CONSUMER,
      decode_consumer },
  { "closeConsumer", SFU_RPC_CLOSE_CONSUMER, SFU_METHOD_CLOSE_CONSUMER,
      decode_consumer },
  { "closeProducer", SFU_RPC_CLOSE_PRODUCER, SFU_METHOD_CLOSE_PRODUCER,
      decode_producer },
  { "closeTransport", SFU_RPC_CLOSE_TRANSPORT, SFU_METHOD_CLOSE_TRANSPORT,
      decode_transport },
  { "closeRouter", SFU_RPC_CLOSE_ROUTER, ALONE, decode_router },
  { "getStats", SFU_RPC_GET_STATS, SFU_METHOD_GET_TRANSPORT_STATS,
      decode_stats },
  { "listProducers", SFU_RPC_LIST_PRODUCERS, ALONE, decode_router },
};

const gchar *
sfu_rpc_word (guint i)
{
  return i < G_N_ELEMENTS (table) ? table[i].word : NULL;
}

void
sfu_rpc_request_free (SfuRpcRequest *rpc)
{
  if (rpc == NULL)
    return;
  g_free (rpc->router_id);
  g_free (rpc->transport_id);
  g_free (rpc->producer_id);
  g_free (rpc->consumer_id);
  g_free (rpc->user_id);
  sfu_request_free (rpc->request);
  g_free (rpc);
}

SfuRpcRequest *
sfu_rpc_decode (const gchar *word, JsonNode *params, GError **error)
{
  g_autoptr (SfuRpcRequest) rpc = NULL;
  g_autoptr (JsonObject) empty = json_object_new ();
  g_auto (SfuJsonReader) reader = { NULL };
  JsonObject *object = empty;
  guint i = 0;

  while (i < G_N_ELEMENTS (table) && strcmp (word, table[i].word) != 0)
    i++;
  if (i == G_N_ELEMENTS (table)) {
    g_set_error (error, SFU_ERROR, SFU_ERROR_NOT_FOUND,
        "there is no method \"%s\"", word);
    return NULL;
  }
  if (params != NULL && !JSON_NODE_HOLDS_OBJECT (params)) {
    sfu_error_invalid (error, "params: must be an object, with named params");
    return NULL;
  }
  if (params != NULL)
    object = json_node_get_object (params);
  rpc = g_new0 (SfuRpcRequest, 1);
  rpc->method = table[i].method;
  if (table[i].room_method != ALONE)
    rpc->request = sfu_request_new (table[i].room_method);
  sfu_json_reader_init (&reader, "");
  table[i].decode (&reader, object, rpc);
  if (!sfu_json_reader_finish (&reader, error))
    return NULL;
  return g_steal_pointer (&rpc);
}

/* ---- errors ---- */

static const struct {
  gint code;
  const gchar *message; /* NULL = the specification's, and what is wrong */
} errors[] = {
  [SFU_ERROR_FAILED] = { SFU_JSON_RPC_INTERNAL_ERROR, NULL },
  [SFU_ERROR_NOT_FOUND] = { SFU_JSON_RPC_SERVER_ERROR, SFU_RPC_INVALID_STATE },
  [SFU_ERROR_EXISTS] = { SFU_JSON_RPC_SERVER_ERROR, SFU_RPC_INVALID_STATE },
  [SFU_ERROR_INVALID_ARGUMENT] = { SFU_JSON_RPC_INVALID_PARAMS, NULL },
  [SFU_ERROR_WRONG_STATE] = { SFU_JSON_RPC_SERVER_ERROR,
      SFU_RPC_INVALID_STATE },
  [SFU_ERROR_NOT_SUPPORTED] = { SFU_JSON_RPC_SERVER_ERROR - 1,
      "NOT_SUPPORTED" },
  [SFU_ERROR_LIMIT_EXCEEDED] = { SFU_JSON_RPC_SERVER_ERROR - 2,
      "LIMIT_EXCEEDED" },
  [SFU_ERROR_FORBIDDEN] = { SFU_JSON_RPC_SERVER_ERROR - 3, "FORBIDDEN" },
  [SFU_ERROR_UNAUTHORIZED] = { SFU_JSON_RPC_SERVER_ERROR - 4, "UNAUTHORIZED" },
  [SFU_ERROR_TIMEOUT] = { SFU_JSON_RPC_SERVER_ERROR - 5, "TIMEOUT" },
  [SFU_ERROR_DRAINING] = { SFU_JSON_RPC_SERVER_ERROR - 6, "DRAINING" },
};
G_STATIC_ASSERT (G_N_ELEMENTS (errors) == SFU_ERROR_N_CODES);

static JsonNode *
make_error (JsonNode *id, gint code, const gchar *message, const gchar *kind,
    const gchar *reason)
{
  g_autofree gchar *text = NULL;
  JsonObject *data = json_object_new ();

  json_object_set_string_member (data, "reason", reason);
  if (kind != NULL)
    json_object_set_string_member (data, "kind", kind);
  if (message == NULL)
    message = text =
        g_strdup_printf ("%s: %s", sfu_json_rpc_message_of (code), reason);
  return sfu_json_rpc_error (id, code, message, sfu_shape_node (data));
}

JsonNode *
sfu_rpc_error (JsonNode *id, const GError *error)
{
  gint code = error->domain == SFU_ERROR && error->code >= 0 &&
          error->code < SFU_ERROR_N_CODES
      ? error->code
      : SFU_ERROR_FAILED;

  return make_error (id, errors[code].code, errors[code].message,
      sfu_error_name (code), error->message);
}

JsonNode *
sfu_rpc_refusal (JsonNode *id, gint code, const gchar *reason)
{
  return make_error (id, code, NULL, NULL, reason);
}
