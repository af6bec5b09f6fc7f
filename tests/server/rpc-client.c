/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See rpc-client.h.
 *
 * Threads: the test's. */
#include "rpc-client.h"
#include "test-result.h"

#include <string.h>

#define MAX_PAYLOAD (16 * 1024 * 1024)

/* ---- connection ---- */

static void
on_message (SoupWebsocketConnection *ws, gint type, GBytes *bytes, RpcClient *c)
{
  g_autoptr (GError) error = NULL;
  JsonNode *node = json_from_string (g_bytes_get_data (bytes, NULL), &error);

  g_assert_no_error (error);
  g_queue_push_tail (&c->inbox, node);
}

static void
on_closed (SoupWebsocketConnection *ws, RpcClient *c)
{
  c->closed = TRUE;
  c->close_code = soup_websocket_connection_get_close_code (ws);
}

static SoupMessage *
make_message (Fixture *f, const gchar *scheme, const gchar *method,
    const gchar *path, const gchar *const *headers)
{
  g_autofree gchar *uri =
      g_strdup_printf ("%s://127.0.0.1:%u%s", scheme, f->port, path);
  SoupMessage *message = soup_message_new (method, uri);

  for (guint i = 0; headers != NULL && headers[i] != NULL; i++) {
    g_auto (GStrv) parts = g_strsplit (headers[i], ": ", 2);

    soup_message_headers_append (
        soup_message_get_request_headers (message), parts[0], parts[1]);
  }
  return message;
}

RpcClient *
rpc_try (Fixture *f, const gchar *path, const gchar *const *headers)
{
  g_autoptr (SoupMessage) message =
      make_message (f, "ws", SOUP_METHOD_GET, path, headers);
  g_autoptr (GAsyncResult) result = NULL;
  SoupWebsocketConnection *ws;
  RpcClient *c;

  soup_session_websocket_connect_async (f->session, message, NULL, NULL,
      G_PRIORITY_DEFAULT, NULL, on_result, &result);
  WAIT_UNTIL (result != NULL);
  ws = soup_session_websocket_connect_finish (f->session, result, NULL);
  if (ws == NULL)
    return NULL;
  soup_websocket_connection_set_max_incoming_payload_size (ws, MAX_PAYLOAD);
  c = g_new0 (RpcClient, 1);
  c->ws = ws;
  c->next_id = 1;
  g_signal_connect (ws, "message", G_CALLBACK (on_message), c);
  g_signal_connect (ws, "closed", G_CALLBACK (on_closed), c);
  return c;
}

RpcClient *
rpc_new (Fixture *f)
{
  RpcClient *c = rpc_try (f, "/rpc", NULL);

  g_assert_nonnull (c);
  return c;
}

void
rpc_wait_closed (RpcClient *c)
{
  WAIT_UNTIL (c->closed);
}

void
rpc_free (RpcClient *c)
{
  if (c == NULL)
    return;
  if (soup_websocket_connection_get_state (c->ws) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_close (c->ws, SOUP_WEBSOCKET_CLOSE_NORMAL, NULL);
  rpc_wait_closed (c);
  g_signal_handlers_disconnect_by_data (c->ws, c);
  g_object_unref (c->ws);
  g_queue_clear_full (&c->inbox, (GDestroyNotify)json_node_unref);
  g_free (c);
}

/* ---- messages ---- */

void
rpc_send (RpcClient *c, const gchar *text)
{
  soup_websocket_connection_send_text (c->ws, text);
}

static JsonNode *
member (JsonNode *node, const gchar *name)
{
  return JSON_NODE_HOLDS_OBJECT (node)
      ? json_object_get_member (json_node_get_object (node), name)
      : NULL;
}

static JsonNode *
take_answer (RpcClient *c, gint64 id)
{
  for (GList *l = c->inbox.head; l != NULL; l = l->next) {
    JsonNode *node = l->data, *got = member (node, "id");

    if (member (node, "method") != NULL ||
        (id >= 0 && (got == NULL || json_node_get_int (got) != id)))
      continue;
    g_queue_delete_link (&c->inbox, l);
    return node;
  }
  return NULL;
}

JsonNode *
rpc_receive (RpcClient *c)
{
  JsonNode *node;

  WAIT_UNTIL ((node = take_answer (c, -1)) != NULL || c->closed);
  g_assert_nonnull (node);
  return node;
}

static void
assert_text (JsonNode *node, const gchar *text)
{
  g_autofree gchar *got = json_to_string (node, FALSE);

  g_assert_cmpstr (got, ==, text);
  json_node_unref (node);
}

void
rpc_expect (RpcClient *c, const gchar *text, const gchar *answer)
{
  rpc_send (c, text);
  assert_text (rpc_receive (c), answer);
}

gint64
rpc_send_call (RpcClient *c, const gchar *method, const gchar *params)
{
  gint64 id = c->next_id++;
  g_autofree gchar *text = g_strdup_printf (
      "{\"jsonrpc\":\"2.0\",\"id\":%" G_GINT64_FORMAT ",\"method\":\"%s\"%s%s}",
      id, method, params != NULL ? ",\"params\":" : "",
      params != NULL ? params : "");

  rpc_send (c, text);
  return id;
}

JsonNode *
rpc_wait_answer (RpcClient *c, gint64 id)
{
  JsonNode *node;

  WAIT_UNTIL ((node = take_answer (c, id)) != NULL || c->closed);
  g_assert_nonnull (node);
  g_assert_cmpstr (get_string (node, "jsonrpc"), ==, "2.0");
  return node;
}

JsonNode *
rpc_ok (RpcClient *c, const gchar *method, const gchar *params)
{
  g_autoptr (JsonNode) node =
      rpc_wait_answer (c, rpc_send_call (c, method, params));
  g_autofree gchar *text = json_to_string (node, FALSE);

  if (member (node, "result") == NULL)
    g_error ("%s failed: %s", method, text);
  return json_node_ref (member (node, "result"));
}

void
rpc_ok_is (
    RpcClient *c, const gchar *method, const gchar *params, const gchar *result)
{
  assert_text (rpc_ok (c, method, params), result);
}

gchar *
rpc_fails (RpcClient *c, const gchar *method, const gchar *params, gint code,
    const gchar *message)
{
  g_autoptr (JsonNode) node =
      rpc_wait_answer (c, rpc_send_call (c, method, params));
  JsonNode *error = member (node, "error");

  if (error == NULL)
    g_error ("%s succeeded with %s", method, params);
  g_test_message ("%s", get_string (error, "message"));
  g_assert_cmpint (get_int (error, "code"), ==, code);
  g_assert_nonnull (strstr (get_string (error, "message"), message));
  g_assert_null (member (node, "result"));
  return g_strdup (get_string (member (error, "data"), "reason"));
}

void
rpc_invalid_state (
    RpcClient *c, const gchar *method, const gchar *params, const gchar *reason)
{
  g_autofree gchar *got =
      rpc_fails (c, method, params, -32000, "INVALID_STATE");

  if (strstr (got, reason) == NULL)
    g_error ("%s: \"%s\" does not say \"%s\"", method, got, reason);
}

JsonNode *
rpc_take_notification (RpcClient *c, const gchar *method)
{
  for (GList *l = c->inbox.head; l != NULL; l = l->next) {
    g_autoptr (JsonNode) node = json_node_ref (l->data);

    if (member (node, "method") == NULL ||
        strcmp (get_string (node, "method"), method) != 0)
      continue;
    g_assert_null (member (node, "id"));
    g_assert_cmpstr (get_string (node, "jsonrpc"), ==, "2.0");
    json_node_unref (l->data);
    g_queue_delete_link (&c->inbox, l);
    return json_node_ref (member (node, "params"));
  }
  return NULL;
}

JsonNode *
rpc_wait_notification (RpcClient *c, const gchar *method)
{
  JsonNode *params;

  WAIT_UNTIL ((params = rpc_take_notification (c, method)) != NULL);
  return params;
}

/* ---- calls ---- */

JsonNode *
rpc_transport (RpcClient *c, const gchar *router, const gchar *transport,
    const gchar *user)
{
  g_autofree gchar *params = g_strdup_printf (
      "{\"routerId\":\"%s\",\"transportId\":\"%s\",\"requesterUserId\":\"%s\","
      "\"otherUserId\":\"somebody\"}",
      router, transport, user);

  return rpc_ok (c, "createTransport", params);
}

void
rpc_produce (RpcClient *c, const gchar *transport, const gchar *producer,
    const gchar *kind, guint32 ssrc)
{
  g_autofree gchar *data = produce_data (transport, kind, ssrc);
  g_autofree gchar *params = g_strdup_printf (
      "{\"producerId\":\"%s\",%s", producer, data + strlen ("{"));
  g_autofree gchar *result = g_strdup_printf ("{\"id\":\"%s\"}", producer);

  rpc_ok_is (c, "createProducer", params, result);
}

gchar *
rpc_consume_params (RpcClient *c, const gchar *transport, const gchar *producer)
{
  g_autoptr (JsonNode) router =
      rpc_ok (c, "createRouter", "{\"routerId\":\"capabilities\"}");
  g_autofree gchar *capabilities =
      json_to_string (member (router, "rtpCapabilities"), FALSE);

  json_node_unref (
      rpc_ok (c, "closeRouter", "{\"routerId\":\"capabilities\"}"));
  return g_strdup_printf (
      "{\"transportId\":\"%s\",\"producerId\":\"%s\",\"rtpCapabilities\":%s}",
      transport, producer, capabilities);
}

JsonNode *
rpc_consume (RpcClient *c, const gchar *transport, const gchar *producer)
{
  g_autofree gchar *params = rpc_consume_params (c, transport, producer);

  return rpc_ok (c, "createConsumer", params);
}

/* ---- HTTP ---- */

RpcHttp
rpc_http (Fixture *f, const gchar *method, const gchar *path,
    const gchar *const *headers, const gchar *body)
{
  g_autoptr (SoupMessage) message =
      make_message (f, "http", method, path, headers);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  RpcHttp http = { 0 };

  if (body != NULL) {
    g_autoptr (GBytes) sent = g_bytes_new (body, strlen (body));

    soup_message_set_request_body_from_bytes (
        message, "application/json", sent);
  }
  soup_session_send_and_read_async (
      f->session, message, G_PRIORITY_DEFAULT, NULL, on_result, &result);
  WAIT_UNTIL (result != NULL);
  bytes = soup_session_send_and_read_finish (f->session, result, &error);
  g_assert_no_error (error);
  http.status = soup_message_get_status (message);
  http.headers =
      soup_message_headers_ref (soup_message_get_response_headers (message));
  http.body = g_strndup (
      g_bytes_get_size (bytes) > 0 ? g_bytes_get_data (bytes, NULL) : "",
      g_bytes_get_size (bytes));
  return http;
}

void
rpc_http_clear (RpcHttp *http)
{
  g_clear_pointer (&http->body, g_free);
  g_clear_pointer (&http->headers, soup_message_headers_unref);
}
