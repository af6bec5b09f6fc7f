/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One WebSocket, with bounds.
 *
 * Threads: the server's one thread. */
#include "sfu-socket.h"

#include "sfu-flush.h"
#include "sfu-ping-marks.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

/* libsoup closes the connection above this many times the limit. */
#define HARD_LIMIT_FACTOR 4
/* A client that was told to go and stays is cut off after this time. */
#define CLOSE_TIMEOUT_S 3
/* Far below what the kernel's buffer has free when it is writable. */
#define MAX_TURN_BYTES (16 * 1024)

struct _SfuSocket {
  SoupWebsocketConnection *connection; /* owned */
  GSocket *tcp;                        /* owned; NULL = not known */
  SfuSocketLimits limits;
  const SfuSocketCallbacks *callbacks;
  gpointer owner; /* borrowed: it frees us */
  GQueue queue;   /* of gchar *, owned */
  gsize queued_bytes;
  SfuFlushItem flush; /* while the queue is not empty: this, */
  GSource *writable;  /* or, when the kernel takes no more, this; owned */
  guint fail_id;      /* idle source that closes for being too slow */
  GList pinged;       /* in the list of those that are, when limits say so */
  guint kill_id;
  gint64 last_seen_us;
  gboolean closing; /* close was asked for: the queue drains first */
  guint16 close_code;
  gchar *close_reason;
  gboolean close_sent, closed;
  gboolean broken; /* closed, and nobody said goodbye */
};

static gboolean
is_open (SfuSocket *socket)
{
  return soup_websocket_connection_get_state (socket->connection) ==
      SOUP_WEBSOCKET_STATE_OPEN;
}

static void
drop_queue (SfuSocket *socket)
{
  g_queue_clear_full (&socket->queue, g_free);
  socket->queued_bytes = 0;
  sfu_flush_forget (&socket->flush);
  if (socket->writable != NULL) {
    g_source_destroy (socket->writable);
    g_clear_pointer (&socket->writable, g_source_unref);
  }
}

/* Every turn of the loop looks at every timer, so all have one. */
static GQueue pinged = G_QUEUE_INIT;
static guint pinged_id, pinged_s; /* while somebody is; the shortest interval */

static void
forget_pings (SfuSocket *socket)
{
  if (socket->pinged.data == NULL)
    return;
  g_queue_unlink (&pinged, &socket->pinged);
  socket->pinged.data = NULL;
  if (g_queue_is_empty (&pinged))
    g_clear_handle_id (&pinged_id, g_source_remove);
}

static void
stop_timers (SfuSocket *socket)
{
  g_clear_handle_id (&socket->fail_id, g_source_remove);
  forget_pings (socket);
  g_clear_handle_id (&socket->kill_id, g_source_remove);
}

static void
finish (SfuSocket *socket)
{
  if (socket->closed)
    return;
  socket->closed = TRUE;
  socket->broken = !socket->closing && socket->fail_id == 0 &&
      soup_websocket_connection_get_close_code (socket->connection) == 0;
  drop_queue (socket);
  stop_timers (socket);
  socket->callbacks->closed (socket->owner);
}

static void
cut_off (SfuSocket *socket)
{
  GIOStream *stream =
      soup_websocket_connection_get_io_stream (socket->connection);

  if (stream != NULL)
    g_io_stream_close_async (stream, G_PRIORITY_DEFAULT, NULL, NULL, NULL);
}

static gboolean
on_kill (gpointer data)
{
  SfuSocket *socket = data;

  socket->kill_id = 0;
  cut_off (socket);
  finish (socket);
  return G_SOURCE_REMOVE;
}

static void
send_close (SfuSocket *socket)
{
  if (socket->close_sent || socket->closed)
    return;
  socket->close_sent = TRUE;
  if (is_open (socket))
    soup_websocket_connection_close (
        socket->connection, socket->close_code, socket->close_reason);
}

/* libsoup shows a stream of its own, and what is below it as a property. */
static GSocket *
find_tcp (SoupWebsocketConnection *connection)
{
  GIOStream *shown = soup_websocket_connection_get_io_stream (connection);
  g_autoptr (GIOStream) below = NULL;

  if (shown == NULL)
    return NULL;
  if (g_object_class_find_property (
          G_OBJECT_GET_CLASS (shown), "base-iostream") != NULL)
    g_object_get (shown, "base-iostream", &below, NULL);
  if (below != NULL)
    shown = below;
  return G_IS_SOCKET_CONNECTION (shown)
      ? g_object_ref (
            g_socket_connection_get_socket (G_SOCKET_CONNECTION (shown)))
      : NULL;
}

/* The kernel keeps what is written until uncork: several messages in one segment
 * instead of one each, which is most of what a small one costs here and there. */
static void
cork (SfuSocket *socket, gboolean on)
{
  if (socket->tcp != NULL && !g_socket_is_closed (socket->tcp))
    g_socket_set_option (socket->tcp, IPPROTO_TCP, TCP_CORK, on, NULL);
}

/* As much as surely fits: libsoup writes it at once. */
static void
send_some (SfuSocket *socket)
{
  gboolean several = g_queue_get_length (&socket->queue) > 1;
  gsize given = 0;

  if (several)
    cork (socket, TRUE);
  while (given < MAX_TURN_BYTES && !g_queue_is_empty (&socket->queue)) {
    g_autofree gchar *text = g_queue_pop_head (&socket->queue);
    gsize len = strlen (text);

    given += len;
    socket->queued_bytes -= len;
    if (is_open (socket))
      soup_websocket_connection_send_text (socket->connection, text);
  }
  if (several)
    cork (socket, FALSE);
}

static gboolean
on_writable (GObject *stream, gpointer data)
{
  SfuSocket *socket = data;

  send_some (socket);
  if (!g_queue_is_empty (&socket->queue))
    return G_SOURCE_CONTINUE;
  g_clear_pointer (&socket->writable, g_source_unref);
  if (socket->closing)
    send_close (socket);
  return G_SOURCE_REMOVE;
}

static void
watch_writable (SfuSocket *socket, GOutputStream *output)
{
  socket->writable = g_pollable_output_stream_create_source (
      G_POLLABLE_OUTPUT_STREAM (output), NULL);
  g_source_set_callback (
      socket->writable, G_SOURCE_FUNC (on_writable), socket, NULL);
  g_source_attach (socket->writable, g_main_context_get_thread_default ());
}

static void
on_flush (gpointer data)
{
  SfuSocket *socket = data;
  GIOStream *stream =
      soup_websocket_connection_get_io_stream (socket->connection);
  GOutputStream *output;

  if (stream == NULL || !is_open (socket)) {
    drop_queue (socket); /* libsoup says so in a moment */
    return;
  }
  output = g_io_stream_get_output_stream (stream);
  if (g_pollable_output_stream_is_writable (G_POLLABLE_OUTPUT_STREAM (output)))
    send_some (socket);
  if (!g_queue_is_empty (&socket->queue))
    watch_writable (socket, output);
  else if (socket->closing)
    send_close (socket);
}

static gboolean
on_too_slow (gpointer data)
{
  SfuSocket *socket = data;

  socket->fail_id = 0;
  drop_queue (socket);
  sfu_socket_close (socket, SFU_SOCKET_CLOSE_POLICY, "too slow");
  return G_SOURCE_REMOVE;
}

/* Takes text; FALSE = it was dropped. */
static gboolean
enqueue (SfuSocket *socket, gchar *text)
{
  gsize len = strlen (text);

  /* Between the end of the connection and libsoup's "closed" its GSocket is
   * closed already, and a source on that is a critical of GLib's. */
  if (socket->closing || socket->closed || socket->fail_id != 0 ||
      !is_open (socket)) {
    g_free (text);
    return FALSE;
  }
  if (socket->queued_bytes + len > socket->limits.max_queue_bytes) {
    g_message ("%" G_GSIZE_FORMAT " bytes wait for a slow reader: closing",
        socket->queued_bytes);
    g_free (text);
    /* Later: the caller may be in the middle of telling a whole room. */
    socket->fail_id = g_idle_add (on_too_slow, socket);
    return FALSE;
  }
  g_queue_push_tail (&socket->queue, text);
  socket->queued_bytes += len;
  return TRUE;
}

void
sfu_socket_send (SfuSocket *socket, gchar *text)
{
  if (enqueue (socket, text) && socket->writable == NULL)
    sfu_flush_soon (&socket->flush);
}

void
sfu_socket_send_later (SfuSocket *socket, gchar *text)
{
  if (enqueue (socket, text) && socket->writable == NULL)
    sfu_flush_later (&socket->flush);
}

void
sfu_socket_close (SfuSocket *socket, guint16 code, const gchar *reason)
{
  if (socket->closing || socket->closed)
    return;
  socket->closing = TRUE;
  socket->close_code = code;
  socket->close_reason = g_strdup (reason);
  g_clear_handle_id (&socket->fail_id, g_source_remove);
  socket->kill_id = g_timeout_add_seconds (CLOSE_TIMEOUT_S, on_kill, socket);
  if (g_queue_is_empty (&socket->queue))
    send_close (socket);
  else if (socket->writable == NULL)
    sfu_flush_soon (&socket->flush);
}

static void
on_abandoned_closed (gpointer owner)
{
  sfu_socket_free (owner);
}

/* One that closes gets no messages any more. */
static const SfuSocketCallbacks abandoned = {
  .closed = on_abandoned_closed,
};

void
sfu_socket_abandon (SfuSocket *socket, guint16 code, const gchar *reason)
{
  drop_queue (socket);
  socket->callbacks = &abandoned;
  socket->owner = socket;
  sfu_socket_close (socket, code, reason);
}

gboolean
sfu_socket_is_closing (SfuSocket *socket)
{
  return socket->closing || socket->fail_id != 0;
}

gboolean
sfu_socket_is_broken (SfuSocket *socket)
{
  return socket->broken;
}

gsize
sfu_socket_get_queued (SfuSocket *socket)
{
  return socket->queued_bytes;
}

static void
on_message (SoupWebsocketConnection *connection, gint type, GBytes *message,
    SfuSocket *socket)
{
  gsize len;
  const gchar *data;

  socket->last_seen_us = g_get_monotonic_time ();
  if (socket->closing)
    return;
  if (type != SOUP_WEBSOCKET_DATA_TEXT) {
    socket->callbacks->binary (socket->owner);
    return;
  }
  /* libsoup has checked that it is UTF-8, and ends it with a NUL that is not
   * counted. */
  data = g_bytes_get_data (message, &len);
  socket->callbacks->message (
      socket->owner, data, len, len > socket->limits.max_message_bytes);
}

static void
on_pong (
    SoupWebsocketConnection *connection, GBytes *message, SfuSocket *socket)
{
  SfuPingMarks *marks = sfu_ping_marks_of (connection);

  socket->last_seen_us = g_get_monotonic_time ();
  if (marks != NULL && socket->callbacks->arrived != NULL)
    socket->callbacks->arrived (
        socket->owner, sfu_ping_marks_get_arrived (marks));
}

static void
on_closed (SoupWebsocketConnection *connection, SfuSocket *socket)
{
  finish (socket);
}

static gboolean
is_silent (const SfuSocket *socket, gint64 now_us)
{
  return now_us - socket->last_seen_us >=
      socket->limits.ping_timeout_s * G_USEC_PER_SEC;
}

/* libsoup sends the pings but does not miss the pongs. One that ends may take
 * others with it: begins anew then. */
static gboolean
on_ping_check (gpointer unused)
{
  gint64 now_us = g_get_monotonic_time ();
  GList *l = pinged.head;

  while (l != NULL) {
    SfuSocket *socket = l->data;

    l = l->next;
    if (!is_silent (socket, now_us))
      continue;
    g_message (
        "nothing heard for %u s: closing", socket->limits.ping_timeout_s);
    forget_pings (socket);
    cut_off (socket);
    finish (socket);
    l = pinged.head;
  }
  return g_queue_is_empty (&pinged) ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
}

static void
watch_pings (SfuSocket *socket)
{
  guint interval_s = socket->limits.ping_interval_s;

  socket->pinged.data = socket;
  g_queue_push_tail_link (&pinged, &socket->pinged);
  if (pinged_id != 0 && pinged_s <= interval_s)
    return;
  g_clear_handle_id (&pinged_id, g_source_remove);
  pinged_s = interval_s;
  pinged_id = g_timeout_add_seconds (interval_s, on_ping_check, NULL);
}

SfuSocket *
sfu_socket_new (SoupWebsocketConnection *connection,
    const SfuSocketLimits *limits, const SfuSocketCallbacks *callbacks,
    gpointer owner)
{
  SfuSocket *socket = g_new0 (SfuSocket, 1);

  socket->connection = g_object_ref (connection);
  socket->tcp = find_tcp (connection);
  socket->limits = *limits;
  socket->callbacks = callbacks;
  socket->owner = owner;
  g_queue_init (&socket->queue);
  sfu_flush_item_init (&socket->flush, on_flush, socket);
  socket->last_seen_us = g_get_monotonic_time ();
  soup_websocket_connection_set_max_incoming_payload_size (
      connection, limits->max_message_bytes * HARD_LIMIT_FACTOR);
  g_signal_connect (connection, "message", G_CALLBACK (on_message), socket);
  g_signal_connect (connection, "pong", G_CALLBACK (on_pong), socket);
  g_signal_connect (connection, "closed", G_CALLBACK (on_closed), socket);
  if (limits->ping_interval_s > 0) {
    soup_websocket_connection_set_keepalive_interval (
        connection, limits->ping_interval_s);
    watch_pings (socket);
  }
  return socket;
}

void
sfu_socket_free (SfuSocket *socket)
{
  if (socket == NULL)
    return;
  socket->closed = TRUE;
  g_signal_handlers_disconnect_by_data (socket->connection, socket);
  drop_queue (socket);
  stop_timers (socket);
  if (soup_websocket_connection_get_state (socket->connection) !=
      SOUP_WEBSOCKET_STATE_CLOSED)
    cut_off (socket);
  g_clear_object (&socket->tcp);
  g_object_unref (socket->connection);
  g_free (socket->close_reason);
  g_free (socket);
}
