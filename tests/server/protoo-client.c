/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The clients of server-fixture.h.
 *
 * Threads: the test's. */
#include "server-fixture.h"

#include "sfu-protoo.h"
#include "test-result.h"

#define MAX_CLIENT_PAYLOAD (16 * 1024 * 1024)

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
  g_autoptr (GUri) uri = fixture_uri (f, "ws", path_and_query);
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
