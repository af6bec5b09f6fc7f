/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pings that say how many messages went before them.
 *
 * Threads: the server's one thread. */
#include "sfu-ping-marks.h"

#include <string.h>

/* Opcodes, RFC 6455 section 5.2. */
#define OPCODE_MASK 0x0f
#define OPCODE_TEXT 0x1
#define OPCODE_BINARY 0x2
#define OPCODE_PING 0x9
#define OPCODE_PONG 0xa

/* Digits of the largest mark; less than what a ping may carry (125). */
#define MAX_MARK 20

struct _SfuPingMarks {
  SoupWebsocketExtension parent;
  guint64 n_sent, n_arrived; /* messages */
};

G_DEFINE_TYPE (SfuPingMarks, sfu_ping_marks, SOUP_TYPE_WEBSOCKET_EXTENSION)

static GBytes *
process_outgoing (SoupWebsocketExtension *extension, guint8 *header,
    GBytes *payload, GError **error)
{
  SfuPingMarks *self = SFU_PING_MARKS (extension);
  guint8 opcode = header[0] & OPCODE_MASK;
  gchar *mark;

  /* libsoup sends each message as one frame. */
  if (opcode == OPCODE_TEXT || opcode == OPCODE_BINARY)
    self->n_sent++;
  if (opcode != OPCODE_PING)
    return payload;
  g_bytes_unref (payload);
  mark = g_strdup_printf ("%" G_GUINT64_FORMAT, self->n_sent);
  return g_bytes_new_take (mark, strlen (mark));
}

static void
read_mark (SfuPingMarks *self, GBytes *payload)
{
  gsize len;
  const gchar *data = g_bytes_get_data (payload, &len);
  g_autofree gchar *text = g_strndup (data, MIN (len, MAX_MARK));
  guint64 n;

  /* A client may send pongs that nobody asked for. */
  if (g_ascii_string_to_unsigned (text, 10, 0, self->n_sent, &n, NULL))
    self->n_arrived = MAX (self->n_arrived, n);
}

/* Not from the signal "pong": it hands out a GByteArray as GBytes. */
static GBytes *
process_incoming (SoupWebsocketExtension *extension, guint8 *header,
    GBytes *payload, GError **error)
{
  if ((header[0] & OPCODE_MASK) == OPCODE_PONG)
    read_mark (SFU_PING_MARKS (extension), payload);
  return payload;
}

static void
sfu_ping_marks_class_init (SfuPingMarksClass *klass)
{
  SoupWebsocketExtensionClass *extension_class =
      SOUP_WEBSOCKET_EXTENSION_CLASS (klass);

  extension_class->process_outgoing_message = process_outgoing;
  extension_class->process_incoming_message = process_incoming;
}

static void
sfu_ping_marks_init (SfuPingMarks *self)
{
}

SfuPingMarks *
sfu_ping_marks_of (SoupWebsocketConnection *connection)
{
  GList *list = soup_websocket_connection_get_extensions (connection);

  return list != NULL && SFU_IS_PING_MARKS (list->data) ? list->data : NULL;
}

guint64
sfu_ping_marks_get_arrived (SfuPingMarks *marks)
{
  return marks->n_arrived;
}

typedef struct {
  void (*accept) (SoupServerMessage *message,
      SoupWebsocketConnection *connection, gpointer data);
  gpointer data;
} Upgrade;

static void
free_upgrade (gpointer data, GClosure *closure)
{
  g_free (data);
}

/* As SoupServer ends a handshake, but for the extension. */
static void
on_handshake_sent (SoupServerMessage *message, gpointer data)
{
  Upgrade upgrade = *(Upgrade *)data;
  g_autoptr (SoupServerMessage) keep = g_object_ref (message);
  g_autoptr (GIOStream) stream = soup_server_message_steal_connection (message);
  g_autoptr (SoupWebsocketConnection) connection = NULL;
  SoupMessageHeaders *request =
      soup_server_message_get_request_headers (message);
  SoupMessageHeaders *response =
      soup_server_message_get_response_headers (message);

  if (stream == NULL)
    return;
  connection = soup_websocket_connection_new (stream,
      soup_server_message_get_uri (message), SOUP_WEBSOCKET_CONNECTION_SERVER,
      soup_message_headers_get_one (request, "Origin"),
      soup_message_headers_get_one (response, "Sec-WebSocket-Protocol"),
      g_list_append (NULL, g_object_new (SFU_TYPE_PING_MARKS, NULL)));
  upgrade.accept (message, connection, upgrade.data);
}

gboolean
sfu_ping_marks_upgrade (SoupServerMessage *message, const gchar *protocol,
    void (*accept) (SoupServerMessage *message,
        SoupWebsocketConnection *connection, gpointer data),
    gpointer data)
{
  gchar *protocols[] = { (gchar *)protocol, NULL };
  Upgrade *upgrade;

  if (!soup_websocket_server_process_handshake (
          message, NULL, protocols, NULL, NULL))
    return FALSE;
  upgrade = g_new (Upgrade, 1);
  upgrade->accept = accept;
  upgrade->data = data;
  g_signal_connect_data (message, "wrote-informational",
      G_CALLBACK (on_handshake_sent), upgrade, free_upgrade, 0);
  return TRUE;
}
