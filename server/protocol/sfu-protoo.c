/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* protoo's framing.
 *
 * Threads: pure functions over data of the caller. */
#include "sfu-protoo.h"

#include "sfu-error.h"

#define MAX_REASON 1024

/* Read as codes of HTTP, which is what protoo's are. */
static const gint codes[] = {
  [SFU_ERROR_FAILED] = 500,
  [SFU_ERROR_NOT_FOUND] = 404,
  [SFU_ERROR_EXISTS] = 409,
  [SFU_ERROR_INVALID_ARGUMENT] = 400,
  [SFU_ERROR_WRONG_STATE] = 409,
  [SFU_ERROR_NOT_SUPPORTED] = 501,
  [SFU_ERROR_LIMIT_EXCEEDED] = 429,
  [SFU_ERROR_FORBIDDEN] = 403,
  [SFU_ERROR_UNAUTHORIZED] = 401,
  [SFU_ERROR_TIMEOUT] = 504,
  [SFU_ERROR_DRAINING] = 503,
};
G_STATIC_ASSERT (G_N_ELEMENTS (codes) == SFU_ERROR_N_CODES);

/* JavaScript's idea of true, for the three marks. */
static gboolean
is_true (JsonObject *object, const gchar *name)
{
  JsonNode *node = sfu_json_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) &&
      json_node_get_value_type (node) == G_TYPE_BOOLEAN &&
      json_node_get_boolean (node);
}

static void
read_response (
    SfuProtooMessage *message, SfuJsonReader *reader, JsonObject *object)
{
  message->kind = SFU_PROTOO_RESPONSE;
  message->id = sfu_json_int (reader, object, "id", 0, SFU_PROTOO_MAX_ID);
  message->ok = is_true (object, "ok");
  if (message->ok)
    return;
  message->error_code =
      sfu_json_int_or (reader, object, "errorCode", G_MININT32, G_MAXINT32, 0);
  message->error_reason =
      sfu_json_string_or (reader, object, "errorReason", MAX_REASON, "");
}

static void
read_request (SfuProtooMessage *message, SfuJsonReader *reader,
    JsonObject *object, gint64 *id)
{
  message->kind = SFU_PROTOO_REQUEST;
  message->id = sfu_json_int (reader, object, "id", 0, SFU_PROTOO_MAX_ID);
  if (reader->error == NULL)
    *id = message->id;
  message->method =
      sfu_json_string (reader, object, "method", SFU_PROTOO_MAX_METHOD);
}

gboolean
sfu_protoo_parse (SfuProtooMessage *message, const gchar *text, gsize len,
    gint64 *id, GError **error)
{
  g_auto (SfuJsonReader) reader = { NULL };
  JsonObject *object;

  *message = (SfuProtooMessage){ .error_reason = "" };
  *id = -1;
  message->root = sfu_json_parse_object (text, (gssize)len, error);
  if (message->root == NULL)
    return FALSE;
  object = json_node_get_object (message->root);
  sfu_json_reader_init (&reader, "");
  message->data = sfu_json_member (object, "data");
  if (is_true (object, "request")) {
    read_request (message, &reader, object, id);
  } else if (is_true (object, "response")) {
    read_response (message, &reader, object);
  } else if (is_true (object, "notification")) {
    message->kind = SFU_PROTOO_NOTIFICATION;
    message->method =
        sfu_json_string (&reader, object, "method", SFU_PROTOO_MAX_METHOD);
  } else {
    sfu_json_fail (&reader, NULL, "neither request, response nor notification");
  }
  return sfu_json_reader_finish (&reader, error);
}

void
sfu_protoo_message_clear (SfuProtooMessage *message)
{
  g_clear_pointer (&message->root, json_node_unref);
}

static gchar *
to_text (JsonObject *object)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);

  json_node_take_object (node, object);
  return sfu_json_to_string (node);
}

static void
set_data (JsonObject *object, JsonNode *data)
{
  if (data != NULL)
    json_object_set_member (object, "data", data);
  else
    json_object_set_object_member (object, "data", json_object_new ());
}

gchar *
sfu_protoo_request (gint64 id, const gchar *method, JsonNode *data)
{
  JsonObject *object = json_object_new ();

  json_object_set_boolean_member (object, "request", TRUE);
  json_object_set_int_member (object, "id", id);
  json_object_set_string_member (object, "method", method);
  set_data (object, data);
  return to_text (object);
}

gchar *
sfu_protoo_notification (const gchar *method, JsonNode *data)
{
  JsonObject *object = json_object_new ();

  json_object_set_boolean_member (object, "notification", TRUE);
  json_object_set_string_member (object, "method", method);
  set_data (object, data);
  return to_text (object);
}

gchar *
sfu_protoo_response (gint64 id, JsonNode *data)
{
  JsonObject *object = json_object_new ();

  json_object_set_boolean_member (object, "response", TRUE);
  json_object_set_int_member (object, "id", id);
  json_object_set_boolean_member (object, "ok", TRUE);
  set_data (object, data);
  return to_text (object);
}

/* method: a word of ours, which needs no escapes. */
gchar *
sfu_protoo_notification_of (const gchar *method, const gchar *data)
{
  return g_strconcat ("{\"notification\":true,\"method\":\"", method,
      "\",\"data\":", data, "}", NULL);
}

gchar *
sfu_protoo_response_of (gint64 id, const gchar *data)
{
  g_autofree gchar *head = g_strdup_printf (
      "{\"response\":true,\"id\":%" G_GINT64_FORMAT ",\"ok\":true,\"data\":",
      id);

  return g_strconcat (head, data, "}", NULL);
}

gchar *
sfu_protoo_error (gint64 id, gint code, const gchar *reason)
{
  JsonObject *object = json_object_new ();

  json_object_set_boolean_member (object, "response", TRUE);
  json_object_set_int_member (object, "id", id);
  json_object_set_boolean_member (object, "ok", FALSE);
  json_object_set_int_member (object, "errorCode", code);
  json_object_set_string_member (object, "errorReason", reason);
  return to_text (object);
}

gchar *
sfu_protoo_error_from_gerror (gint64 id, const GError *error)
{
  gint code = codes[SFU_ERROR_FAILED];

  if (error->domain == SFU_ERROR && error->code >= 0 &&
      error->code < SFU_ERROR_N_CODES)
    code = codes[error->code];
  return sfu_protoo_error (id, code, error->message);
}
