/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See server-fixture.h.
 *
 * Threads: the test's. */
#include "server-fixture.h"

#include "sfu-protoo.h"

#include <string.h>

#define ITERATE_MS 50
#define MAX_CLIENT_PAYLOAD (16 * 1024 * 1024)

static gboolean
on_tick (gpointer data)
{
  *(gboolean *)data = TRUE;
  return G_SOURCE_REMOVE;
}

void
test_iterate (void)
{
  gboolean ticked = FALSE;
  guint id = g_timeout_add (ITERATE_MS, on_tick, &ticked);

  g_main_context_iteration (NULL, TRUE);
  if (!ticked)
    g_source_remove (id);
}

static void
on_result (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **)data = g_object_ref (result);
}

void
fixture_start (Fixture *f, const gchar *const *flags)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autofree gchar *worker =
      g_strdup_printf ("--worker-program=%s", g_getenv ("SFU_TEST_WORKER"));
  gchar *environment[] = { NULL };
  g_autofree gchar *text = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  SfuConfigAction action;
  SfuConfig *config;

  g_ptr_array_add (argv, "sfu-server");
  g_ptr_array_add (argv, "--http-port=0");
  g_ptr_array_add (argv, "--rtc-port=0");
  g_ptr_array_add (argv, "--room-linger=0");
  g_ptr_array_add (argv, "--workers=1");
  g_ptr_array_add (argv, "--no-spare-worker");
  /* How busy this machine is says nothing about the server. */
  g_ptr_array_add (argv, "--worker-cpu-limit=0");
  g_ptr_array_add (argv, worker);
  for (guint i = 0; flags != NULL && flags[i] != NULL; i++)
    g_ptr_array_add (argv, (gpointer)flags[i]);
  config = sfu_config_load ((gint)argv->len, (gchar **)argv->pdata, environment,
      &action, &text, &error);
  g_assert_no_error (error);
  f->server = sfu_server_new (config, &error);
  g_assert_no_error (error);
  sfu_server_start_async (f->server, on_result, &result);
  WAIT_UNTIL (result != NULL);
  sfu_server_start_finish (f->server, result, &error);
  g_assert_no_error (error);
  f->port = g_array_index (
      sfu_http_server_get_ports (sfu_server_get_http (f->server)), guint16, 0);
  f->session = soup_session_new ();
}

void
fixture_stop (Fixture *f)
{
  g_autoptr (GAsyncResult) result = NULL;

  sfu_server_stop_async (f->server, on_result, &result);
  WAIT_UNTIL (result != NULL);
  sfu_server_stop_finish (f->server, result);
  soup_session_abort (f->session);
  g_clear_object (&f->session);
  g_clear_pointer (&f->server, sfu_server_free);
}

/* ---- HTTP ---- */

static GUri *
make_uri (Fixture *f, const gchar *scheme, const gchar *path_and_query)
{
  g_autofree gchar *text =
      g_strdup_printf ("%s://127.0.0.1:%u%s", scheme, f->port, path_and_query);
  g_autoptr (GError) error = NULL;
  GUri *uri = g_uri_parse (
      text, G_URI_FLAGS_ENCODED_PATH | G_URI_FLAGS_ENCODED_QUERY, &error);

  g_assert_no_error (error);
  return uri;
}

Answer
fixture_send (Fixture *f, const gchar *method, const gchar *path,
    const gchar *header, const gchar *text)
{
  g_autoptr (GUri) uri = make_uri (f, "http", path);
  g_autoptr (SoupMessage) message = soup_message_new_from_uri (method, uri);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) body = NULL;
  SoupMessageHeaders *headers;
  Answer answer = { 0 };

  if (text != NULL) {
    g_autoptr (GBytes) sent = g_bytes_new (text, strlen (text));

    soup_message_set_request_body_from_bytes (
        message, "application/json", sent);
  }
  if (header != NULL) {
    g_auto (GStrv) parts = g_strsplit (header, ": ", 2);

    soup_message_headers_append (
        soup_message_get_request_headers (message), parts[0], parts[1]);
  }
  soup_session_send_and_read_async (
      f->session, message, G_PRIORITY_DEFAULT, NULL, on_result, &result);
  WAIT_UNTIL (result != NULL);
  body = soup_session_send_and_read_finish (f->session, result, &error);
  g_assert_no_error (error);
  headers = soup_message_get_response_headers (message);
  answer.status = soup_message_get_status (message);
  answer.type =
      g_strdup (soup_message_headers_get_one (headers, "Content-Type"));
  answer.etag = g_strdup (soup_message_headers_get_one (headers, "ETag"));
  answer.origin = g_strdup (
      soup_message_headers_get_one (headers, "Access-Control-Allow-Origin"));
  answer.body = g_strndup (
      g_bytes_get_size (body) > 0 ? g_bytes_get_data (body, NULL) : "",
      g_bytes_get_size (body));
  return answer;
}

Answer
fixture_http (
    Fixture *f, const gchar *method, const gchar *path, const gchar *header)
{
  return fixture_send (f, method, path, header, NULL);
}

void
answer_clear (Answer *answer)
{
  g_clear_pointer (&answer->type, g_free);
  g_clear_pointer (&answer->body, g_free);
  g_clear_pointer (&answer->etag, g_free);
  g_clear_pointer (&answer->origin, g_free);
}

/* Things of one kind, of the room's one router. */
static JsonArray *
get_things (JsonNode *dump, const gchar *what)
{
  JsonArray *routers =
      json_object_get_array_member (json_node_get_object (dump), "routers");

  g_assert_cmpuint (json_array_get_length (routers), ==, 1);
  return json_object_get_array_member (
      json_array_get_object_element (routers, 0), what);
}

static JsonNode *
get_dump (Fixture *f, const gchar *room)
{
  g_autofree gchar *path = g_strdup_printf ("/rooms/%s/dump", room);
  g_auto (Answer) answer = fixture_http (f, "GET", path, NULL);
  g_autoptr (GError) error = NULL;
  JsonNode *node;

  g_assert_cmpuint (answer.status, ==, 200);
  node = json_from_string (answer.body, &error);
  g_assert_no_error (error);
  return node;
}

guint
fixture_count (Fixture *f, const gchar *room, const gchar *what)
{
  g_autoptr (JsonNode) dump = get_dump (f, room);

  return json_array_get_length (get_things (dump, what));
}

gboolean
fixture_says (Fixture *f, const gchar *room, const gchar *what, const gchar *id,
    const gchar *member)
{
  g_autoptr (JsonNode) dump = get_dump (f, room);
  JsonArray *things = get_things (dump, what);

  for (guint i = 0; i < json_array_get_length (things); i++) {
    JsonObject *thing = json_array_get_object_element (things, i);

    if (strcmp (json_object_get_string_member (thing, "id"), id) == 0)
      return json_object_get_boolean_member (thing, member);
  }
  g_error ("the worker has no %s of id %s", what, id);
  return FALSE;
}

/* ---- protoo ---- */

const gchar *
get_string (JsonNode *node, const gchar *name)
{
  JsonNode *member = json_object_get_member (json_node_get_object (node), name);

  g_assert_nonnull (member);
  return json_node_get_string (member);
}

gchar *
get_members (JsonNode *node)
{
  g_autoptr (GList) names =
      json_object_get_members (json_node_get_object (node));
  GString *text = g_string_new (NULL);

  for (GList *l = names; l != NULL; l = l->next)
    g_string_append_printf (
        text, "%s%s", l == names ? "" : ",", (const gchar *)l->data);
  return g_string_free (text, FALSE);
}

gint64
get_int (JsonNode *node, const gchar *name)
{
  JsonNode *member = json_object_get_member (json_node_get_object (node), name);

  g_assert_nonnull (member);
  return json_node_get_int (member);
}

static JsonNode *
get_data (JsonNode *node)
{
  return json_node_ref (
      json_object_get_member (json_node_get_object (node), "data"));
}

static gboolean
has_mark (JsonNode *node, const gchar *name)
{
  return json_object_get_boolean_member_with_default (
      json_node_get_object (node), name, FALSE);
}

static void
on_message (SoupWebsocketConnection *ws, gint type, GBytes *bytes, Client *c)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node =
      json_from_string (g_bytes_get_data (bytes, NULL), &error);

  g_assert_no_error (error);
  if (has_mark (node, "request")) {
    g_assert_cmpstr (get_string (node, "method"), ==, "newConsumer");
    g_ptr_array_add (c->offers, get_data (node));
    if (c->auto_accept) {
      g_autofree gchar *text = sfu_protoo_response (get_int (node, "id"), NULL);

      client_send (c, text);
      return;
    }
  }
  g_queue_push_tail (&c->inbox, g_steal_pointer (&node));
}

static void
on_closed (SoupWebsocketConnection *ws, Client *c)
{
  c->closed = TRUE;
  c->close_code = soup_websocket_connection_get_close_code (ws);
  c->close_reason = g_strdup (soup_websocket_connection_get_close_data (ws));
}

Client *
client_try (Fixture *f, const gchar *path_and_query, const gchar *protocol,
    GError **error)
{
  g_autoptr (GUri) uri = make_uri (f, "ws", path_and_query);
  g_autoptr (SoupMessage) message =
      soup_message_new_from_uri (SOUP_METHOD_GET, uri);
  gchar *protocols[] = { (gchar *)protocol, NULL };
  g_autoptr (GAsyncResult) result = NULL;
  SoupWebsocketConnection *ws;
  Client *c;

  soup_session_websocket_connect_async (f->session, message, NULL,
      protocol != NULL ? protocols : NULL, G_PRIORITY_DEFAULT, NULL, on_result,
      &result);
  WAIT_UNTIL (result != NULL);
  ws = soup_session_websocket_connect_finish (f->session, result, error);
  if (ws == NULL)
    return NULL;
  soup_websocket_connection_set_max_incoming_payload_size (
      ws, MAX_CLIENT_PAYLOAD);
  c = g_new0 (Client, 1);
  c->ws = ws;
  c->next_id = 1000;
  c->auto_accept = TRUE;
  c->offers = g_ptr_array_new_with_free_func ((GDestroyNotify)json_node_unref);
  g_signal_connect (ws, "message", G_CALLBACK (on_message), c);
  g_signal_connect (ws, "closed", G_CALLBACK (on_closed), c);
  return c;
}

Client *
client_new (Fixture *f, const gchar *room, const gchar *peer)
{
  g_autofree gchar *query =
      g_strdup_printf ("/?roomId=%s&peerId=%s", room, peer);
  g_autoptr (GError) error = NULL;
  Client *c = client_try (f, query, SFU_PROTOO_SUBPROTOCOL, &error);

  g_assert_no_error (error);
  return c;
}

void
client_free (Client *c)
{
  if (c == NULL)
    return;
  if (!c->closed &&
      soup_websocket_connection_get_state (c->ws) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_close (c->ws, SOUP_WEBSOCKET_CLOSE_NORMAL, NULL);
  client_wait_closed (c);
  g_signal_handlers_disconnect_by_data (c->ws, c);
  g_object_unref (c->ws);
  g_queue_clear_full (&c->inbox, (GDestroyNotify)json_node_unref);
  g_ptr_array_unref (c->offers);
  g_free (c->close_reason);
  g_free (c);
}

void
client_send (Client *c, const gchar *text)
{
  soup_websocket_connection_send_text (c->ws, text);
}

gint64
client_send_request (Client *c, const gchar *method, const gchar *data)
{
  gint64 id = c->next_id++;
  g_autofree gchar *text = g_strdup_printf (
      "{\"request\":true,\"id\":%" G_GINT64_FORMAT ",\"method\":\"%s\"%s%s}",
      id, method, data != NULL ? ",\"data\":" : "", data != NULL ? data : "");

  client_send (c, text);
  return id;
}

/* Takes it out of the inbox; NULL = not there. */
static JsonNode *
take (Client *c, const gchar *mark, gint64 id, const gchar *method)
{
  for (GList *l = c->inbox.head; l != NULL; l = l->next) {
    JsonNode *node = l->data;

    if (has_mark (node, mark) && (id < 0 || get_int (node, "id") == id) &&
        (method == NULL || strcmp (get_string (node, "method"), method) == 0)) {
      g_queue_delete_link (&c->inbox, l);
      return node;
    }
  }
  return NULL;
}

JsonNode *
client_wait_response (Client *c, gint64 id)
{
  JsonNode *node;

  WAIT_UNTIL ((node = take (c, "response", id, NULL)) != NULL);
  return node;
}

JsonNode *
client_request (Client *c, const gchar *method, const gchar *data)
{
  return client_wait_response (c, client_send_request (c, method, data));
}

JsonNode *
client_ok (Client *c, const gchar *method, const gchar *data)
{
  g_autoptr (JsonNode) node = client_request (c, method, data);

  if (!has_mark (node, "ok"))
    g_error ("%s failed: %s", method, get_string (node, "errorReason"));
  return get_data (node);
}

gchar *
client_fails (Client *c, const gchar *method, const gchar *data, gint code)
{
  g_autoptr (JsonNode) node = client_request (c, method, data);

  if (has_mark (node, "ok"))
    g_error ("%s succeeded with %s", method, data);
  if (get_int (node, "errorCode") != code)
    g_error ("%s %s: error %d \"%s\" instead of %d", method, data,
        (gint)get_int (node, "errorCode"), get_string (node, "errorReason"),
        code);
  return g_strdup (get_string (node, "errorReason"));
}

JsonNode *
client_wait_notification (Client *c, const gchar *method)
{
  g_autoptr (JsonNode) node = NULL;

  WAIT_UNTIL ((node = take (c, "notification", -1, method)) != NULL);
  return get_data (node);
}

gboolean
client_has_notification (Client *c, const gchar *method)
{
  for (GList *l = c->inbox.head; l != NULL; l = l->next)
    if (has_mark (l->data, "notification") &&
        strcmp (get_string (l->data, "method"), method) == 0)
      return TRUE;
  return FALSE;
}

JsonObject *
client_wait_offer (Client *c, guint n)
{
  WAIT_UNTIL (c->offers->len >= n);
  return json_node_get_object (c->offers->pdata[n - 1]);
}

void
client_wait_closed (Client *c)
{
  WAIT_UNTIL (c->closed);
}

void
client_join (Client *c)
{
  g_autoptr (JsonNode) caps = client_ok (c, "getRouterRtpCapabilities", NULL);
  g_autofree gchar *caps_text = sfu_json_to_string (caps);
  g_autofree gchar *data = g_strdup_printf (
      "{\"displayName\":\"Tester\",\"device\":{\"flag\":\"test\",\"name\":"
      "\"Test\",\"version\":\"1\"},\"rtpCapabilities\":%s}",
      caps_text);
  g_autoptr (JsonNode) reply = client_ok (c, "join", data);

  g_assert_true (
      json_object_has_member (json_node_get_object (reply), "peers"));
}

gchar *
client_create_transport (Client *c, gboolean producing, gboolean consuming)
{
  g_autofree gchar *data =
      g_strdup_printf ("{\"forceTcp\":false,\"producing\":%s,\"consuming\":%s}",
          producing ? "true" : "false", consuming ? "true" : "false");
  g_autoptr (JsonNode) reply = client_ok (c, "createWebRtcTransport", data);

  return g_strdup (get_string (reply, "id"));
}

gchar *
produce_data (const gchar *transport_id, const gchar *kind, guint32 ssrc)
{
  static const gchar audio[] =
      "{\"mimeType\":\"audio/opus\",\"payloadType\":111,\"clockRate\":48000,"
      "\"channels\":2,\"parameters\":{\"useinbandfec\":1}}";
  static const gchar video[] =
      "{\"mimeType\":\"video/VP8\",\"payloadType\":96,\"clockRate\":90000,"
      "\"rtcpFeedback\":[{\"type\":\"nack\"},{\"type\":\"nack\",\"parameter\":"
      "\"pli\"}]},{\"mimeType\":\"video/rtx\",\"payloadType\":97,\"clockRate\":"
      "90000,\"parameters\":{\"apt\":96}}";
  gboolean is_audio = strcmp (kind, "audio") == 0;
  g_autofree gchar *rtx = is_audio
      ? g_strdup ("")
      : g_strdup_printf (",\"rtx\":{\"ssrc\":%u}", ssrc + 1);

  return g_strdup_printf (
      "{\"transportId\":\"%s\",\"kind\":\"%s\",\"rtpParameters\":{\"codecs\":["
      "%s],\"headerExtensions\":[],\"encodings\":[{\"ssrc\":%u%s}],\"rtcp\":{"
      "\"cname\":\"tester\"}},\"appData\":{\"source\":\"%s\"}}",
      transport_id, kind, is_audio ? audio : video, ssrc, rtx, kind);
}

gchar *
client_produce (
    Client *c, const gchar *transport_id, const gchar *kind, guint32 ssrc)
{
  g_autofree gchar *data = produce_data (transport_id, kind, ssrc);
  g_autoptr (JsonNode) reply = client_ok (c, "produce", data);

  return g_strdup (get_string (reply, "id"));
}

gchar *
connect_data (const gchar *transport_id)
{
  return g_strdup_printf (
      "{\"transportId\":\"%s\",\"dtlsParameters\":{\"role\":\"client\","
      "\"fingerprints\":[{\"algorithm\":\"sha-256\",\"value\":\"00:11:22:33:44:"
      "55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:"
      "DD:EE:FF\"}]}}",
      transport_id);
}
