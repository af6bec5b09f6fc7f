/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON-RPC 2.0.
 *
 * Threads: pure functions over data of the caller. */
#include "sfu-json-rpc.h"

#include <string.h>

static void
call_free (gpointer data)
{
  SfuJsonRpcCall *call = data;

  g_clear_pointer (&call->id, json_node_unref);
  g_free (call->reason);
  g_free (call);
}

static SfuJsonRpcCall *
add_call (SfuJsonRpcMessage *message)
{
  SfuJsonRpcCall *call = g_new0 (SfuJsonRpcCall, 1);

  g_ptr_array_add (message->calls, call);
  return call;
}

/* Later errors of the same call do not count. */
static void G_GNUC_PRINTF (3, 4)
    fail (SfuJsonRpcCall *call, gint code, const gchar *format, ...)
{
  va_list args;

  if (call->error_code != 0)
    return;
  call->error_code = code;
  va_start (args, format);
  call->reason = g_strdup_vprintf (format, args);
  va_end (args);
}

static gboolean
is_id (JsonNode *node)
{
  GType type;

  if (JSON_NODE_HOLDS_NULL (node))
    return TRUE;
  if (!JSON_NODE_HOLDS_VALUE (node))
    return FALSE;
  type = json_node_get_value_type (node);
  if (type == G_TYPE_STRING)
    return strlen (json_node_get_string (node)) <= SFU_JSON_RPC_MAX_ID;
  return type == G_TYPE_INT64 || type == G_TYPE_DOUBLE;
}

/* "id": null is an id (the specification only advises against it); a missing
 * one makes a notification. */
static void
read_id (SfuJsonRpcCall *call, JsonObject *object)
{
  JsonNode *id = json_object_get_member (object, "id");

  if (id == NULL)
    return;
  if (is_id (id)) {
    call->id = json_node_ref (id);
    return;
  }
  call->id = json_node_new (JSON_NODE_NULL);
  fail (call, SFU_JSON_RPC_INVALID_REQUEST,
      "id: must be a string of at most %u bytes, a number or null",
      SFU_JSON_RPC_MAX_ID);
}

static void
read_version (SfuJsonRpcCall *call, JsonObject *object)
{
  JsonNode *version = sfu_json_member (object, "jsonrpc");

  if (version == NULL)
    return;
  if (!JSON_NODE_HOLDS_VALUE (version) ||
      json_node_get_value_type (version) != G_TYPE_STRING ||
      strcmp (json_node_get_string (version), "2.0") != 0)
    fail (call, SFU_JSON_RPC_INVALID_REQUEST, "jsonrpc: must be \"2.0\"");
}

static void
read_call (SfuJsonRpcCall *call, JsonNode *node)
{
  g_auto (SfuJsonReader) reader = { NULL };
  g_autoptr (GError) error = NULL;
  JsonObject *object;
  const gchar *method;

  if (!JSON_NODE_HOLDS_OBJECT (node)) {
    fail (call, SFU_JSON_RPC_INVALID_REQUEST, "a request is an object");
    return;
  }
  object = json_node_get_object (node);
  read_id (call, object);
  read_version (call, object);
  sfu_json_reader_init (&reader, "");
  method = sfu_json_string (&reader, object, "method", SFU_JSON_RPC_MAX_METHOD);
  if (!sfu_json_reader_finish (&reader, &error))
    fail (call, SFU_JSON_RPC_INVALID_REQUEST, "%s", error->message);
  call->params = sfu_json_member (object, "params");
  if (call->params != NULL && JSON_NODE_HOLDS_VALUE (call->params))
    fail (call, SFU_JSON_RPC_INVALID_REQUEST, "params: must be an object");
  if (call->error_code == 0)
    call->method = method;
}

static void
read_batch (SfuJsonRpcMessage *message, JsonArray *array)
{
  guint n = json_array_get_length (array);

  /* These two are answered by one object (section 6). */
  if (n == 0)
    fail (
        add_call (message), SFU_JSON_RPC_INVALID_REQUEST, "the batch is empty");
  else if (n > SFU_JSON_RPC_MAX_BATCH)
    fail (add_call (message), SFU_JSON_RPC_INVALID_REQUEST,
        "a batch has at most %u requests", SFU_JSON_RPC_MAX_BATCH);
  else
    message->batch = TRUE;
  for (guint i = 0; message->batch && i < n; i++)
    read_call (add_call (message), json_array_get_element (array, i));
}

void
sfu_json_rpc_parse (SfuJsonRpcMessage *message, const gchar *text, gsize len)
{
  g_autoptr (GError) error = NULL;

  *message = (SfuJsonRpcMessage){ NULL };
  message->calls = g_ptr_array_new_with_free_func (call_free);
  message->root = sfu_json_parse (text, (gssize)len, &error);
  if (message->root == NULL)
    fail (add_call (message), SFU_JSON_RPC_PARSE_ERROR, "%s", error->message);
  else if (JSON_NODE_HOLDS_ARRAY (message->root))
    read_batch (message, json_node_get_array (message->root));
  else
    read_call (add_call (message), message->root);
  /* What is wrong is answered, to null when it has no id. */
  for (guint i = 0; i < message->calls->len; i++) {
    SfuJsonRpcCall *call = message->calls->pdata[i];

    if (call->error_code != 0 && call->id == NULL)
      call->id = json_node_new (JSON_NODE_NULL);
  }
}

void
sfu_json_rpc_message_clear (SfuJsonRpcMessage *message)
{
  g_clear_pointer (&message->calls, g_ptr_array_unref);
  g_clear_pointer (&message->root, json_node_unref);
}

const gchar *
sfu_json_rpc_message_of (gint code)
{
  switch (code) {
    case SFU_JSON_RPC_PARSE_ERROR:
      return "Parse error";
    case SFU_JSON_RPC_INVALID_REQUEST:
      return "Invalid Request";
    case SFU_JSON_RPC_METHOD_NOT_FOUND:
      return "Method not found";
    case SFU_JSON_RPC_INVALID_PARAMS:
      return "Invalid params";
    case SFU_JSON_RPC_INTERNAL_ERROR:
      return "Internal error";
    default:
      return "Server error";
  }
}

static JsonNode *
node_of (JsonObject *object)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);

  json_node_take_object (node, object);
  return node;
}

static JsonObject *
new_object (void)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "jsonrpc", "2.0");
  return object;
}

static void
set_id (JsonObject *object, JsonNode *id)
{
  json_object_set_member (object, "id",
      id != NULL ? json_node_copy (id) : json_node_new (JSON_NODE_NULL));
}

static void
set_or_empty (JsonObject *object, const gchar *name, JsonNode *value)
{
  json_object_set_member (
      object, name, value != NULL ? value : node_of (json_object_new ()));
}

JsonNode *
sfu_json_rpc_result (JsonNode *id, JsonNode *result)
{
  JsonObject *object = new_object ();

  set_id (object, id);
  set_or_empty (object, "result", result);
  return node_of (object);
}

JsonNode *
sfu_json_rpc_error (
    JsonNode *id, gint code, const gchar *message, JsonNode *data)
{
  JsonObject *object = new_object (), *error = json_object_new ();

  set_id (object, id);
  json_object_set_int_member (error, "code", code);
  json_object_set_string_member (error, "message", message);
  if (data != NULL)
    json_object_set_member (error, "data", data);
  json_object_set_object_member (object, "error", error);
  return node_of (object);
}

JsonNode *
sfu_json_rpc_notification (const gchar *method, JsonNode *params)
{
  JsonObject *object = new_object ();

  json_object_set_string_member (object, "method", method);
  set_or_empty (object, "params", params);
  return node_of (object);
}
