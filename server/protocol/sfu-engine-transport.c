/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What carries an Engine.IO session: GETs that hang, POSTs, a WebSocket, and the
 * way from the ones to the other.
 *
 * Threads: the server's one thread. */
#include "sfu-engine-session-private.h"

/* A body above this many times the limit of a packet ends the session; it is
 * SfuSocket's factor, too. */
#define HARD_LIMIT_FACTOR 4
#define PROBE "probe"

/* ---- WebSocket ---- */

static void
abandon_probe (SfuEngineSession *session)
{
  g_clear_handle_id (&session->upgrade_id, g_source_remove);
  session->probed = FALSE;
  sfu_socket_close (session->ws, SOUP_WEBSOCKET_CLOSE_NORMAL, NULL);
}

static gboolean
on_upgrade_timeout (gpointer data)
{
  SfuEngineSession *session = data;

  session->upgrade_id = 0;
  abandon_probe (session);
  return G_SOURCE_REMOVE;
}

static void
finish_upgrade (SfuEngineSession *session)
{
  gchar *text;

  g_clear_handle_id (&session->upgrade_id, g_source_remove);
  session->probed = FALSE;
  session->on_ws = TRUE;
  if (session->poll != NULL)
    sfu_engine_session_answer_poll (
        session, sfu_engine_packet_text (SFU_ENGINE_PACKET_NOOP, NULL));
  while ((text = g_queue_pop_head (&session->queue)) != NULL)
    sfu_socket_send (session->ws, text);
  session->queue_bytes = 0;
  if (session->state == SFU_ENGINE_STATE_CLOSING)
    sfu_engine_session_end (session, session->reason, SFU_ENGINE_PACKET_CLOSE);
}

static void
on_probe_packet (SfuEngineSession *session, const SfuEnginePacket *packet)
{
  if (packet->type == SFU_ENGINE_PACKET_PING &&
      sfu_engine_packet_is (packet, PROBE)) {
    session->probed = TRUE;
    sfu_socket_send (
        session->ws, sfu_engine_packet_text (SFU_ENGINE_PACKET_PONG, PROBE));
    /* The client waits for its GET to come back. */
    if (session->poll != NULL && g_queue_is_empty (&session->queue))
      sfu_engine_session_answer_poll (
          session, sfu_engine_packet_text (SFU_ENGINE_PACKET_NOOP, NULL));
  } else if (packet->type == SFU_ENGINE_PACKET_UPGRADE) {
    finish_upgrade (session);
  } else {
    abandon_probe (session);
  }
}

static void
on_ws_message (gpointer owner, const gchar *text, gsize len, gboolean oversized)
{
  SfuEngineSession *session = owner;
  SfuEnginePacket packet;
  gboolean ok = sfu_engine_packet_parse (&packet, text, len);

  if (session->on_ws && ok)
    sfu_engine_session_packet (session, &packet);
  else if (session->on_ws)
    sfu_engine_session_abort (session, SFU_ENGINE_CLOSED_ABUSE);
  else if (ok)
    on_probe_packet (session, &packet);
  else
    abandon_probe (session);
}

static void
on_ws_binary (gpointer owner)
{
  SfuEngineSession *session = owner;

  if (!session->on_ws)
    abandon_probe (session);
  else if (session->state == SFU_ENGINE_STATE_OPEN)
    session->callbacks->binary (session->owner);
}

static void
on_ws_closed (gpointer owner)
{
  SfuEngineSession *session = owner;

  g_clear_pointer (&session->ws, sfu_socket_free);
  session->probed = FALSE;
  g_clear_handle_id (&session->upgrade_id, g_source_remove);
  if (session->on_ws)
    sfu_engine_session_end (
        session, SFU_ENGINE_CLOSED_TRANSPORT, SFU_ENGINE_PACKET_NOOP);
  if (session->state == SFU_ENGINE_STATE_CLOSED)
    sfu_engine_session_wake (session);
}

static const SfuSocketCallbacks ws_callbacks = {
  .message = on_ws_message,
  .binary = on_ws_binary,
  .closed = on_ws_closed,
};

void
sfu_engine_session_attach (
    SfuEngineSession *session, SoupWebsocketConnection *connection)
{
  /* One byte is the packet's type. Pings are ours. */
  const SfuSocketLimits limits = {
    .max_message_bytes = session->limits->max_payload_bytes + 1,
    .max_queue_bytes = session->limits->max_queue_bytes,
  };

  session->ws = sfu_socket_new (connection, &limits, &ws_callbacks, session);
}

void
sfu_engine_session_upgrade (
    SfuEngineSession *session, SoupWebsocketConnection *connection)
{
  g_return_if_fail (!session->on_ws && session->ws == NULL);
  sfu_engine_session_attach (session, connection);
  session->upgrade_id = g_timeout_add (
      session->limits->upgrade_timeout_ms, on_upgrade_timeout, session);
}

gboolean
sfu_engine_session_can_upgrade (SfuEngineSession *session)
{
  return session->ws == NULL && !session->on_ws;
}

/* ---- polling ---- */

static void
on_poll_gone (gpointer owner)
{
  SfuEngineSession *session = owner;

  g_clear_pointer (&session->poll, sfu_engine_poll_free);
  sfu_engine_session_end (
      session, SFU_ENGINE_CLOSED_TRANSPORT, SFU_ENGINE_PACKET_CLOSE);
}

void
sfu_engine_session_handle_get (
    SfuEngineSession *session, SoupServerMessage *message)
{
  if (session->poll != NULL) {
    sfu_engine_reply_error (message, SFU_ENGINE_BAD_REQUEST);
    sfu_engine_session_end (
        session, SFU_ENGINE_CLOSED_TRANSPORT, SFU_ENGINE_PACKET_CLOSE);
  } else if (!g_queue_is_empty (&session->queue)) {
    sfu_engine_reply_packets (message, sfu_engine_session_take_queue (session));
  } else if (session->state == SFU_ENGINE_STATE_CLOSING) {
    sfu_engine_reply_packets (
        message, sfu_engine_packet_text (SFU_ENGINE_PACKET_CLOSE, NULL));
    sfu_engine_session_end (session, session->reason, SFU_ENGINE_PACKET_CLOSE);
  } else if (session->probed) {
    sfu_engine_reply_packets (
        message, sfu_engine_packet_text (SFU_ENGINE_PACKET_NOOP, NULL));
  } else {
    session->poll = sfu_engine_poll_new (message, on_poll_gone, session);
  }
}

static gboolean
read_payload (SfuEngineSession *session, GBytes *bytes)
{
  gsize len;
  const gchar *text = g_bytes_get_data (bytes, &len);
  SfuEnginePayload payload;
  SfuEnginePacket packet;
  SfuEnginePayloadStep step;

  if (!sfu_engine_payload_init (&payload, text != NULL ? text : "", len))
    return FALSE;
  while ((step = sfu_engine_payload_next (&payload, &packet)) ==
      SFU_ENGINE_PAYLOAD_PACKET)
    sfu_engine_session_packet (session, &packet);
  return step == SFU_ENGINE_PAYLOAD_END;
}

void
sfu_engine_session_handle_post (
    SfuEngineSession *session, SoupServerMessage *message)
{
  SoupMessageBody *body = soup_server_message_get_request_body (message);
  const gchar *type = soup_message_headers_get_content_type (
      soup_server_message_get_request_headers (message), NULL);
  g_autoptr (GBytes) bytes = NULL;

  if (body->length >
          (goffset)session->limits->max_payload_bytes * HARD_LIMIT_FACTOR ||
      !soup_message_body_get_accumulate (body)) {
    sfu_engine_reply_too_long (message);
    sfu_engine_session_abort (session, SFU_ENGINE_CLOSED_ABUSE);
    return;
  }
  bytes = soup_message_body_flatten (body);
  if (g_strcmp0 (type, "application/octet-stream") != 0 &&
      read_payload (session, bytes)) {
    sfu_engine_reply_ok (message);
    return;
  }
  sfu_engine_reply_error (message, SFU_ENGINE_BAD_REQUEST);
  sfu_engine_session_abort (session, SFU_ENGINE_CLOSED_ABUSE);
}
