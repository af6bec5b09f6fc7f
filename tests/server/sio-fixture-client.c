/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The clients of sio-fixture.h.
 *
 * Threads: the test's. */
#include "sio-fixture.h"
#include "test-result.h"

#include <string.h>

#define MAX_CLIENT_PAYLOAD (16 * 1024 * 1024)
#define POLLING "/socket.io/?EIO=4&transport=polling"
#define WEBSOCKET "/socket.io/?EIO=4&transport=websocket"

/* ---- HTTP ---- */

static void
on_response (GObject *source, GAsyncResult *result, gpointer data)
{
  Request *request = data;
  g_autoptr (GBytes) bytes =
      soup_session_send_and_read_finish (SOUP_SESSION (source), result, NULL);
  gsize len = 0;
  const gchar *text = bytes != NULL ? g_bytes_get_data (bytes, &len) : NULL;

  request->done = TRUE;
  /* 0 = the connection broke. */
  request->status =
      bytes != NULL ? soup_message_get_status (request->message) : 0;
  request->body = g_strndup (text != NULL ? text : "", len);
}

static void
add_header (SoupMessage *message, const gchar *header)
{
  g_auto (GStrv) parts = NULL;

  if (header == NULL)
    return;
  parts = g_strsplit (header, ": ", 2);
  soup_message_headers_append (
      soup_message_get_request_headers (message), parts[0], parts[1]);
}

static SoupMessage *
new_message (
    SioFixture *f, const gchar *scheme, const gchar *method, const gchar *path)
{
  g_autofree gchar *text =
      g_strdup_printf ("%s://127.0.0.1:%u%s", scheme, f->port, path);
  g_autoptr (GError) error = NULL;
  g_autoptr (GUri) uri = g_uri_parse (
      text, G_URI_FLAGS_ENCODED_PATH | G_URI_FLAGS_ENCODED_QUERY, &error);

  g_assert_no_error (error);
  return soup_message_new_from_uri (method, uri);
}

Request *
sio_request (SioFixture *f, const gchar *method, const gchar *query,
    const gchar *header, const gchar *header2, const gchar *body)
{
  Request *request = g_new0 (Request, 1);
  g_autofree gchar *path =
      g_strconcat (query[0] == '/' ? "" : POLLING, query, NULL);

  request->message = new_message (f, "http", method, path);
  add_header (request->message, header);
  add_header (request->message, header2);
  if (body != NULL) {
    g_autoptr (GBytes) bytes = g_bytes_new (body, strlen (body));

    soup_message_set_request_body_from_bytes (request->message, NULL, bytes);
  }
  soup_session_send_and_read_async (f->session, request->message,
      G_PRIORITY_DEFAULT, NULL, on_response, request);
  return request;
}

Request *
sio_get (SioFixture *f, const gchar *sid)
{
  g_autofree gchar *query = g_strdup_printf ("&sid=%s", sid);

  return sio_request (f, "GET", query, NULL, NULL, NULL);
}

Request *
sio_poll (SioFixture *f, const gchar *sid)
{
  guint before = f->n_requests;
  Request *request = sio_get (f, sid);

  SIO_WAIT_UNTIL (f->n_requests > before);
  return request;
}

Request *
sio_post (SioFixture *f, const gchar *sid, const gchar *body)
{
  g_autofree gchar *query = g_strdup_printf ("&sid=%s", sid);

  return sio_request (
      f, "POST", query, "Content-Type: text/plain;charset=UTF-8", NULL, body);
}

void
request_wait (Request *request)
{
  SIO_WAIT_UNTIL (request->done);
}

const gchar *
request_header (Request *request, const gchar *name)
{
  return soup_message_headers_get_list (
      soup_message_get_response_headers (request->message), name);
}

void
request_free (Request *request)
{
  request_wait (request);
  g_object_unref (request->message);
  g_free (request->body);
  g_free (request);
}

void
sio_expect (Request *request, guint status, const gchar *body)
{
  request_wait (request);
  if (body != NULL)
    g_assert_cmpstr (request->body, ==, body);
  g_assert_cmpuint (request->status, ==, status);
  request_free (request);
}

/* Text of a member of what follows the type of an open packet. */
static gchar *
read_sid (const gchar *packet)
{
  g_autoptr (JsonNode) node = NULL;

  g_assert_cmpint (packet[0], ==, '0');
  node = sfu_json_parse_object (packet + 1, -1, NULL);
  return g_strdup (
      json_object_get_string_member (json_node_get_object (node), "sid"));
}

gchar *
sio_open (SioFixture *f)
{
  g_autoptr (Request) request = sio_request (f, "GET", "", NULL, NULL, NULL);

  request_wait (request);
  g_assert_cmpuint (request->status, ==, 200);
  return read_sid (request->body);
}

/* "40{...}" or "40/ns,{...}" */
static void
check_connected (const gchar *ns, const gchar *answer)
{
  g_autofree gchar *expect = strcmp (ns, "/") == 0
      ? g_strdup ("40{\"sid\":\"")
      : g_strdup_printf ("40%s,{\"sid\":\"", ns);

  if (!g_str_has_prefix (answer, expect))
    g_error ("joining %s: %s", ns, answer);
}

static gchar *
connect_packet (const gchar *ns)
{
  return strcmp (ns, "/") == 0 ? g_strdup ("40")
                               : g_strdup_printf ("40%s,", ns);
}

gchar *
sio_open_joined (SioFixture *f, const gchar *ns)
{
  gchar *sid = sio_open (f);
  g_autofree gchar *packet = connect_packet (ns);
  g_autoptr (Request) answer = NULL;

  sio_expect (sio_post (f, sid, packet), 200, "ok");
  answer = sio_get (f, sid);
  request_wait (answer);
  check_connected (ns, answer->body);
  return sid;
}

void
sio_expect_unknown (SioFixture *f, const gchar *sid)
{
  sio_expect (
      sio_get (f, sid), 400, "{\"code\":1,\"message\":\"Session ID unknown\"}");
}

/* ---- WebSocket ---- */

static void
on_ws_message (
    SoupWebsocketConnection *connection, gint type, GBytes *bytes, Ws *ws)
{
  g_assert_cmpint (type, ==, SOUP_WEBSOCKET_DATA_TEXT);
  g_queue_push_tail (&ws->inbox,
      g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes)));
}

static void
on_ws_closed (SoupWebsocketConnection *connection, Ws *ws)
{
  ws->closed = TRUE;
  ws->code = soup_websocket_connection_get_close_code (connection);
}

Ws *
ws_try (SioFixture *f, const gchar *query, const gchar *header, guint *status)
{
  g_autofree gchar *path =
      g_strconcat (query[0] == '/' ? "" : WEBSOCKET, query, NULL);
  g_autoptr (SoupMessage) message = new_message (f, "ws", "GET", path);
  g_autoptr (GAsyncResult) result = NULL;
  SoupWebsocketConnection *connection;
  Ws *ws;

  add_header (message, header);
  soup_session_websocket_connect_async (f->session, message, NULL, NULL,
      G_PRIORITY_DEFAULT, NULL, on_result, &result);
  SIO_WAIT_UNTIL (result != NULL);
  connection = soup_session_websocket_connect_finish (f->session, result, NULL);
  if (status != NULL)
    *status = soup_message_get_status (message);
  if (connection == NULL)
    return NULL;
  soup_websocket_connection_set_max_incoming_payload_size (
      connection, MAX_CLIENT_PAYLOAD);
  ws = g_new0 (Ws, 1);
  ws->ws = connection;
  g_signal_connect (connection, "message", G_CALLBACK (on_ws_message), ws);
  g_signal_connect (connection, "closed", G_CALLBACK (on_ws_closed), ws);
  return ws;
}

Ws *
ws_open (SioFixture *f)
{
  Ws *ws = ws_try (f, "", NULL, NULL);
  g_autofree gchar *packet = NULL;
  g_autofree gchar *sid = NULL;

  g_assert_nonnull (ws);
  packet = ws_read (ws);
  sid = read_sid (packet);
  return ws;
}

Ws *
ws_open_joined (SioFixture *f, const gchar *ns)
{
  Ws *ws = ws_open (f);
  g_autofree gchar *packet = connect_packet (ns);
  g_autofree gchar *answer = NULL;

  ws_send (ws, packet);
  answer = ws_read (ws);
  check_connected (ns, answer);
  return ws;
}

void
ws_send (Ws *ws, const gchar *text)
{
  soup_websocket_connection_send_text (ws->ws, text);
}

gchar *
ws_read (Ws *ws)
{
  SIO_WAIT_UNTIL (!g_queue_is_empty (&ws->inbox));
  return g_queue_pop_head (&ws->inbox);
}

void
ws_expect (Ws *ws, const gchar *text)
{
  g_autofree gchar *got = ws_read (ws);

  g_assert_cmpstr (got, ==, text);
}

void
ws_expect_closed (Ws *ws, gushort code)
{
  SIO_WAIT_UNTIL (ws->closed);
  if (code != 0)
    g_assert_cmpuint (ws->code, ==, code);
}

void
ws_free (Ws *ws)
{
  if (ws == NULL)
    return;
  if (soup_websocket_connection_get_state (ws->ws) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_close (ws->ws, SOUP_WEBSOCKET_CLOSE_NORMAL, NULL);
  SIO_WAIT_UNTIL (ws->closed);
  g_signal_handlers_disconnect_by_data (ws->ws, ws);
  g_object_unref (ws->ws);
  g_queue_clear_full (&ws->inbox, g_free);
  g_free (ws);
}

/* ---- bytes ---- */

GSocketConnection *
raw_connect (SioFixture *f)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GError) error = NULL;
  GSocketConnection *connection = g_socket_client_connect_to_host (
      client, "127.0.0.1", f->port, NULL, &error);

  g_assert_no_error (error);
  return connection;
}

void
raw_write (GSocketConnection *connection, const void *data, gsize len)
{
  g_autoptr (GError) error = NULL;

  g_output_stream_write_all (
      g_io_stream_get_output_stream (G_IO_STREAM (connection)), data, len, NULL,
      NULL, &error);
  g_assert_no_error (error);
}

void
raw_poll (SioFixture *f, GSocketConnection *connection, const gchar *sid)
{
  guint before = f->n_requests;
  g_autofree gchar *text = g_strdup_printf (
      "GET " POLLING "&sid=%s HTTP/1.1\r\nHost: x\r\n\r\n", sid);

  raw_write (connection, text, strlen (text));
  SIO_WAIT_UNTIL (f->n_requests > before);
}

void
raw_handshake (GSocketConnection *connection)
{
  static const gchar text[] =
      "GET " WEBSOCKET " HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
      "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
      "Sec-WebSocket-Version: 13\r\n\r\n";

  raw_write (connection, text, strlen (text));
}

void
raw_send_text (GSocketConnection *connection, const gchar *text)
{
  gsize len = strlen (text);
  guint8 frame[6 + 125] = { 0x81, 0x80 | (guint8)len, 0, 0, 0, 0 };

  g_assert_cmpuint (len, <, 126);
  memcpy (frame + 6, text, len);
  raw_write (connection, frame, 6 + len);
}
