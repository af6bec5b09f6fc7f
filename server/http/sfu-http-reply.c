/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Answers, and the JSON of questions.
 *
 * Threads: the server's one thread. */
#include "sfu-http-private.h"

#include "sfu-error.h"

#include <string.h>

static const guint statuses[] = {
  [SFU_ERROR_FAILED] = SOUP_STATUS_INTERNAL_SERVER_ERROR,
  [SFU_ERROR_NOT_FOUND] = SOUP_STATUS_NOT_FOUND,
  [SFU_ERROR_EXISTS] = SOUP_STATUS_CONFLICT,
  [SFU_ERROR_INVALID_ARGUMENT] = SOUP_STATUS_BAD_REQUEST,
  [SFU_ERROR_WRONG_STATE] = SOUP_STATUS_CONFLICT,
  [SFU_ERROR_NOT_SUPPORTED] = SOUP_STATUS_NOT_IMPLEMENTED,
  [SFU_ERROR_LIMIT_EXCEEDED] = SOUP_STATUS_SERVICE_UNAVAILABLE,
  [SFU_ERROR_FORBIDDEN] = SOUP_STATUS_FORBIDDEN,
  [SFU_ERROR_UNAUTHORIZED] = SOUP_STATUS_UNAUTHORIZED,
  [SFU_ERROR_TIMEOUT] = SOUP_STATUS_GATEWAY_TIMEOUT,
  [SFU_ERROR_DRAINING] = SOUP_STATUS_SERVICE_UNAVAILABLE,
};
G_STATIC_ASSERT (G_N_ELEMENTS (statuses) == SFU_ERROR_N_CODES);

void
sfu_http_reply_text (SoupServerMessage *message, guint status,
    const gchar *content_type, gchar *text)
{
  SoupMessageHeaders *headers =
      soup_server_message_get_response_headers (message);

  soup_message_headers_replace (headers, "Cache-Control", "no-store");
  soup_message_headers_replace (headers, "X-Content-Type-Options", "nosniff");
  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (
      message, content_type, SOUP_MEMORY_TAKE, text, strlen (text));
}

void
sfu_http_reply_json (SoupServerMessage *message, guint status, JsonNode *node)
{
  sfu_http_reply_text (
      message, status, "application/json", sfu_json_to_string (node));
  json_node_unref (node);
}

void
sfu_http_reply_error (
    SoupServerMessage *message, guint status, const gchar *text)
{
  JsonObject *object = json_object_new ();
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);

  json_object_set_string_member (object, "error", text);
  json_node_take_object (node, object);
  sfu_http_reply_json (message, status, node);
}

void
sfu_http_reply_gerror (SoupServerMessage *message, const GError *error)
{
  guint status = SOUP_STATUS_INTERNAL_SERVER_ERROR;

  if (error->domain == SFU_ERROR && error->code >= 0 &&
      error->code < SFU_ERROR_N_CODES)
    status = statuses[error->code];
  sfu_http_reply_error (message, status, error->message);
}

gboolean
sfu_http_read_json (SoupServerMessage *message, JsonNode **body)
{
  SoupMessageBody *raw = soup_server_message_get_request_body (message);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  gsize len;
  const gchar *text;

  *body = NULL;
  /* It was cut off: sfu-http-server.c. */
  if (!soup_message_body_get_accumulate (raw)) {
    sfu_http_reply_error (
        message, SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE, "the body is too long");
    return FALSE;
  }
  bytes = soup_message_body_flatten (raw);
  text = g_bytes_get_data (bytes, &len);
  if (len == 0)
    return TRUE;
  *body = sfu_json_parse_object (text, (gssize)len, &error);
  if (*body != NULL)
    return TRUE;
  g_prefix_error (&error, "body: ");
  sfu_http_reply_gerror (message, error);
  return FALSE;
}

SoupServerMessage *
sfu_http_hold (SoupServerMessage *message)
{
  /* libsoup takes a request without a status for a failed WebSocket. */
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  soup_server_message_pause (message);
  return g_object_ref (message);
}

void
sfu_http_release (SoupServerMessage *message)
{
  soup_server_message_unpause (message);
  g_object_unref (message);
}
