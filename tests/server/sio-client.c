/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sio-client.h. Packets: docs/socket.io-protocol/v5-current.md of the
 * socket.io repository.
 *
 * Threads: the test's. */
#include "sio-client.h"

#include <string.h>

#define MAX_PAYLOAD (16 * 1024 * 1024)

static void
event_free (gpointer data)
{
  SioEvent *event = data;

  g_free (event->name);
  g_clear_pointer (&event->data, json_node_unref);
  g_free (event);
}

static JsonNode *
parse (const gchar *text)
{
  g_autoptr (GError) error = NULL;
  JsonNode *node = json_from_string (text, &error);

  g_assert_no_error (error);
  return node;
}

static JsonNode *
argument (JsonArray *array, guint i)
{
  return i < json_array_get_length (array)
      ? json_node_copy (json_array_get_element (array, i))
      : NULL;
}

static void
on_event (SioClient *c, const gchar *text)
{
  g_autoptr (JsonNode) node = parse (text);
  JsonArray *array = json_node_get_array (node);
  SioEvent *event = g_new0 (SioEvent, 1);

  event->name = g_strdup (json_array_get_string_element (array, 0));
  event->data = argument (array, 1);
  g_queue_push_tail (&c->inbox, event);
}

static void
on_ack (SioClient *c, gint64 id, const gchar *text)
{
  g_autoptr (JsonNode) node = parse (text);
  JsonNode *data = argument (json_node_get_array (node), 0);
  gint64 *key = g_new (gint64, 1);

  *key = id;
  if (data == NULL)
    data = json_node_new (JSON_NODE_NULL);
  if (g_hash_table_contains (c->acks, &id))
    g_error ("ack %" G_GINT64_FORMAT " came twice", id);
  g_hash_table_insert (c->acks, key, data);
}

/* What stands behind "4": TYPE[NAMESPACE,][ID][DATA]. */
static void
on_packet (SioClient *c, const gchar *packet)
{
  gchar type = *packet++;
  gint64 id = -1;

  if (*packet == '/') {
    gsize len = strlen (c->namespace);

    g_assert_true (strncmp (packet, c->namespace, len) == 0);
    packet += len;
    if (*packet == ',')
      packet++;
  }
  if (g_ascii_isdigit (*packet))
    id = g_ascii_strtoll (packet, (gchar **)&packet, 10);
  if (type == '0') {
    g_autoptr (JsonNode) node = parse (packet);

    c->id = g_strdup (get_string (node, "sid"));
  } else if (type == '1') {
    c->disconnected = TRUE;
  } else if (type == '2') {
    on_event (c, packet);
  } else if (type == '3') {
    on_ack (c, id, packet);
  } else if (type == '4') {
    g_autoptr (JsonNode) node = parse (packet);

    c->error = g_strdup (get_string (node, "message"));
  } else {
    g_error ("unknown packet %c%s", type, packet);
  }
}

static void
on_message (SoupWebsocketConnection *ws, gint type, GBytes *bytes, SioClient *c)
{
  const gchar *text = g_bytes_get_data (bytes, NULL);

  g_assert_cmpint (type, ==, SOUP_WEBSOCKET_DATA_TEXT);
  if (*text == '2') /* ping */
    soup_websocket_connection_send_text (ws, "3");
  else if (*text == '4')
    on_packet (c, text + 1);
  else if (*text != '0') /* open */
    g_error ("unknown Engine.IO packet %s", text);
}

static void
on_closed (SoupWebsocketConnection *ws, SioClient *c)
{
  c->closed = TRUE;
}

static void
on_connected (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **)data = g_object_ref (result);
}

static SoupWebsocketConnection *
connect_websocket (Fixture *f, const gchar *path)
{
  g_autofree gchar *address =
      g_strdup_printf ("ws://127.0.0.1:%u%s%sEIO=4&transport=websocket",
          f->port, path, strchr (path, '?') != NULL ? "&" : "?");
  g_autoptr (SoupMessage) message = soup_message_new ("GET", address);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  SoupWebsocketConnection *ws;

  soup_session_websocket_connect_async (f->session, message, NULL, NULL,
      G_PRIORITY_DEFAULT, NULL, on_connected, &result);
  WAIT_UNTIL (result != NULL);
  ws = soup_session_websocket_connect_finish (f->session, result, &error);
  g_assert_no_error (error);
  soup_websocket_connection_set_max_incoming_payload_size (ws, MAX_PAYLOAD);
  return ws;
}

void
sio_send_raw (SioClient *c, const gchar *packet)
{
  g_autofree gchar *text = g_strconcat ("4", packet, NULL);

  soup_websocket_connection_send_text (c->ws, text);
}

/* TYPE, and NAMESPACE with its comma. */
static void
send_packet (SioClient *c, const gchar *type, const gchar *rest)
{
  gboolean is_default = strcmp (c->namespace, "/") == 0;
  g_autofree gchar *packet = g_strconcat (
      type, is_default ? "" : c->namespace, is_default ? "" : ",", rest, NULL);

  sio_send_raw (c, packet);
}

SioClient *
sio_try (
    Fixture *f, const gchar *path, const gchar *namespace, const gchar *auth)
{
  SioClient *c = g_new0 (SioClient, 1);

  c->namespace = g_strdup (namespace);
  c->acks = g_hash_table_new_full (
      g_int64_hash, g_int64_equal, g_free, (GDestroyNotify)json_node_unref);
  c->ws = connect_websocket (f, path);
  g_signal_connect (c->ws, "message", G_CALLBACK (on_message), c);
  g_signal_connect (c->ws, "closed", G_CALLBACK (on_closed), c);
  send_packet (c, "0", auth != NULL ? auth : "");
  WAIT_UNTIL (c->id != NULL || c->error != NULL || c->closed);
  return c;
}

SioClient *
sio_new (
    Fixture *f, const gchar *path, const gchar *namespace, const gchar *auth)
{
  SioClient *c = sio_try (f, path, namespace, auth);

  if (c->id == NULL)
    g_error ("%s refused: %s", namespace, c->error);
  return c;
}

void
sio_leave (SioClient *c)
{
  send_packet (c, "1", "");
}

void
sio_break (SioClient *c)
{
  g_autoptr (GIOStream) stream =
      g_object_ref (soup_websocket_connection_get_io_stream (c->ws));

  g_io_stream_close (stream, NULL, NULL);
  c->closed = TRUE;
}

void
sio_free (SioClient *c)
{
  if (c == NULL)
    return;
  if (!c->closed &&
      soup_websocket_connection_get_state (c->ws) ==
          SOUP_WEBSOCKET_STATE_OPEN) {
    soup_websocket_connection_close (c->ws, SOUP_WEBSOCKET_CLOSE_NORMAL, NULL);
    WAIT_UNTIL (c->closed);
  }
  g_signal_handlers_disconnect_by_data (c->ws, c);
  g_object_unref (c->ws);
  g_queue_clear_full (&c->inbox, event_free);
  g_hash_table_unref (c->acks);
  g_free (c->namespace);
  g_free (c->id);
  g_free (c->error);
  g_free (c);
}

/* ---- events ---- */

static void
send_event (
    SioClient *c, const gchar *id, const gchar *event, const gchar *payload)
{
  g_autofree gchar *rest = g_strdup_printf ("%s[\"%s\"%s%s]", id, event,
      payload != NULL ? "," : "", payload != NULL ? payload : "");

  send_packet (c, "2", rest);
}

void
sio_emit (SioClient *c, const gchar *event, const gchar *payload)
{
  send_event (c, "", event, payload);
}

gint64
sio_send (SioClient *c, const gchar *event, const gchar *payload)
{
  gint64 id = c->next_ack++;
  g_autofree gchar *text = g_strdup_printf ("%" G_GINT64_FORMAT, id);

  send_event (c, text, event, payload);
  return id;
}

JsonNode *
sio_wait_ack (SioClient *c, gint64 id)
{
  JsonNode *node;

  WAIT_UNTIL (g_hash_table_contains (c->acks, &id));
  node = json_node_ref (g_hash_table_lookup (c->acks, &id));
  g_hash_table_remove (c->acks, &id);
  return node;
}

JsonNode *
sio_request (SioClient *c, const gchar *event, const gchar *payload)
{
  return sio_wait_ack (c, sio_send (c, event, payload));
}

gchar *
sio_request_text (SioClient *c, const gchar *event, const gchar *payload)
{
  g_autoptr (JsonNode) node = sio_request (c, event, payload);

  return json_to_string (node, FALSE);
}

static GList *
find_event (SioClient *c, const gchar *event)
{
  for (GList *l = c->inbox.head; l != NULL; l = l->next)
    if (strcmp (((SioEvent *)l->data)->name, event) == 0)
      return l;
  return NULL;
}

JsonNode *
sio_wait_event (SioClient *c, const gchar *event)
{
  GList *link;
  SioEvent *taken;
  JsonNode *data;

  WAIT_UNTIL ((link = find_event (c, event)) != NULL);
  taken = link->data;
  g_queue_delete_link (&c->inbox, link);
  data = g_steal_pointer (&taken->data);
  event_free (taken);
  return data != NULL ? data : json_node_new (JSON_NODE_NULL);
}

gchar *
sio_wait_event_text (SioClient *c, const gchar *event)
{
  g_autoptr (JsonNode) node = sio_wait_event (c, event);

  return json_to_string (node, FALSE);
}

void
sio_assert_event (SioClient *c, const gchar *event, const gchar *data)
{
  g_autofree gchar *text = sio_wait_event_text (c, event);

  g_assert_cmpstr (text, ==, data);
}

gboolean
sio_has_event (SioClient *c, const gchar *event)
{
  return find_event (c, event) != NULL;
}

guint
sio_n_events (SioClient *c, const gchar *event)
{
  guint n = 0;

  for (GList *l = c->inbox.head; l != NULL; l = l->next)
    n += strcmp (((SioEvent *)l->data)->name, event) == 0;
  return n;
}
