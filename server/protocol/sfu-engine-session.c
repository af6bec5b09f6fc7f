/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One Engine.IO 4 session. Where the protocol's document is silent this does
 * what the reference server (engine.io 6) does.
 *
 * A session that ends tells its owner from the main loop, and lives on until
 * its WebSocket is closed, too.
 *
 * Threads: the server's one thread. */
#include "sfu-engine-session-private.h"

#include "sfu-id.h"

#include <string.h>

/* The reference's: how long a closing session waits for the GET that it can
 * say goodbye to. */
#define LINGER_MS 30000
/* In one answer. python-engineio takes no more, and drops the connection. */
#define MAX_PACKETS 16

/* ---- the end ---- */

static gboolean
on_wake (gpointer data)
{
  SfuEngineSession *session = data;

  session->wake_id = 0;
  if (!session->told) {
    session->told = TRUE;
    if (session->callbacks != NULL)
      session->callbacks->closed (session->owner, session->reason);
  }
  if (session->state == SFU_ENGINE_STATE_CLOSED && session->ws == NULL)
    session->gone (session->server, session);
  return G_SOURCE_REMOVE;
}

void
sfu_engine_session_wake (SfuEngineSession *session)
{
  if (session->wake_id == 0)
    session->wake_id =
        g_idle_add_full (G_PRIORITY_DEFAULT, on_wake, session, NULL);
}

static void
stop_timers (SfuEngineSession *session)
{
  g_clear_handle_id (&session->flush_id, g_source_remove);
  g_clear_handle_id (&session->ping_id, g_source_remove);
  g_clear_handle_id (&session->upgrade_id, g_source_remove);
  g_clear_handle_id (&session->linger_id, g_source_remove);
}

static void
drop_queue (SfuEngineSession *session)
{
  g_queue_clear_full (&session->queue, g_free);
  session->queue_bytes = 0;
}

void
sfu_engine_session_answer_poll (SfuEngineSession *session, gchar *text)
{
  sfu_engine_poll_answer (g_steal_pointer (&session->poll), text);
}

static guint16
close_code (SfuEngineCloseReason reason)
{
  switch (reason) {
    case SFU_ENGINE_CLOSED_ABUSE:
      return SFU_SOCKET_CLOSE_POLICY;
    case SFU_ENGINE_CLOSED_BY_SERVER:
      return SFU_SOCKET_CLOSE_GOING_AWAY;
    case SFU_ENGINE_CLOSED_TRANSPORT:
    case SFU_ENGINE_CLOSED_PING_TIMEOUT:
      break;
  }
  return SOUP_WEBSOCKET_CLOSE_NORMAL;
}

void
sfu_engine_session_end (SfuEngineSession *session, SfuEngineCloseReason reason,
    SfuEnginePacketType goodbye)
{
  if (session->state == SFU_ENGINE_STATE_CLOSED)
    return;
  if (session->state == SFU_ENGINE_STATE_OPEN)
    session->reason = reason;
  session->state = SFU_ENGINE_STATE_CLOSED;
  stop_timers (session);
  drop_queue (session);
  if (session->poll != NULL)
    sfu_engine_session_answer_poll (
        session, sfu_engine_packet_text (goodbye, NULL));
  if (session->ws != NULL)
    sfu_socket_close (session->ws, close_code (session->reason), NULL);
  sfu_engine_session_wake (session);
}

void
sfu_engine_session_abort (
    SfuEngineSession *session, SfuEngineCloseReason reason)
{
  sfu_engine_session_end (session, reason, SFU_ENGINE_PACKET_CLOSE);
}

/* ---- sending ---- */

gchar *
sfu_engine_session_take_queue (SfuEngineSession *session)
{
  GString *payload = g_string_sized_new (session->queue_bytes);
  gchar *text;

  for (guint n = 0;
       n < MAX_PACKETS && (text = g_queue_pop_head (&session->queue)) != NULL;
       n++) {
    if (payload->len > 0)
      g_string_append_c (payload, SFU_ENGINE_SEPARATOR);
    g_string_append (payload, text);
    session->queue_bytes -= strlen (text) + 1;
    g_free (text);
  }
  return g_string_free (payload, FALSE);
}

static void
push (SfuEngineSession *session, gchar *text)
{
  g_queue_push_tail (&session->queue, text);
  session->queue_bytes += strlen (text) + 1;
}

/* Later, so that what is said in one go travels in one answer. */
static gboolean
on_flush (gpointer data)
{
  SfuEngineSession *session = data;

  session->flush_id = 0;
  if (session->poll != NULL && !g_queue_is_empty (&session->queue))
    sfu_engine_session_answer_poll (
        session, sfu_engine_session_take_queue (session));
  return G_SOURCE_REMOVE;
}

static gsize
queued_bytes (SfuEngineSession *session)
{
  return session->on_ws ? sfu_socket_get_queued (session->ws)
                        : session->queue_bytes;
}

/* text: taken. */
static void
send_packet (SfuEngineSession *session, gchar *text)
{
  if (session->state != SFU_ENGINE_STATE_OPEN) {
    g_free (text);
    return;
  }
  if (queued_bytes (session) + strlen (text) >
      session->limits->max_queue_bytes) {
    g_message ("%s: %" G_GSIZE_FORMAT " bytes wait for a slow reader: closing",
        session->handshake->address, queued_bytes (session));
    g_free (text);
    sfu_engine_session_end (
        session, SFU_ENGINE_CLOSED_ABUSE, SFU_ENGINE_PACKET_CLOSE);
    return;
  }
  if (session->on_ws) {
    sfu_socket_send (session->ws, text);
    return;
  }
  push (session, text);
  if (session->poll != NULL && session->flush_id == 0)
    session->flush_id =
        g_idle_add_full (G_PRIORITY_DEFAULT, on_flush, session, NULL);
}

void
sfu_engine_session_send (SfuEngineSession *session, const gchar *text)
{
  send_packet (
      session, sfu_engine_packet_text (SFU_ENGINE_PACKET_MESSAGE, text));
}

static gboolean
on_linger (gpointer data)
{
  SfuEngineSession *session = data;

  session->linger_id = 0;
  sfu_engine_session_end (session, session->reason, SFU_ENGINE_PACKET_CLOSE);
  return G_SOURCE_REMOVE;
}

/* The goodbye travels alone: socket.io-client takes a close for what happened
 * before the packets that came with it. So while there is something to be said,
 * the session waits for the GETs that fetch it. */
void
sfu_engine_session_close (SfuEngineSession *session)
{
  if (session->state != SFU_ENGINE_STATE_OPEN)
    return;
  if (session->on_ws ||
      (session->poll != NULL && g_queue_is_empty (&session->queue))) {
    sfu_engine_session_abort (session, SFU_ENGINE_CLOSED_BY_SERVER);
    return;
  }
  if (session->poll != NULL)
    sfu_engine_session_answer_poll (
        session, sfu_engine_session_take_queue (session));
  session->state = SFU_ENGINE_STATE_CLOSING;
  session->reason = SFU_ENGINE_CLOSED_BY_SERVER;
  g_clear_handle_id (&session->ping_id, g_source_remove);
  g_clear_handle_id (&session->flush_id, g_source_remove);
  session->linger_id = g_timeout_add (LINGER_MS, on_linger, session);
  sfu_engine_session_wake (session);
}

/* ---- pings ---- */

static gboolean
on_pong_missing (gpointer data)
{
  SfuEngineSession *session = data;

  session->ping_id = 0;
  g_info ("%s: no pong for %u ms: closing", session->handshake->address,
      session->limits->ping_timeout_ms);
  sfu_engine_session_end (
      session, SFU_ENGINE_CLOSED_PING_TIMEOUT, SFU_ENGINE_PACKET_CLOSE);
  return G_SOURCE_REMOVE;
}

static gboolean
on_ping_due (gpointer data)
{
  SfuEngineSession *session = data;

  session->ping_id = g_timeout_add (
      session->limits->ping_timeout_ms, on_pong_missing, session);
  send_packet (session, sfu_engine_packet_text (SFU_ENGINE_PACKET_PING, NULL));
  return G_SOURCE_REMOVE;
}

static void
schedule_ping (SfuEngineSession *session)
{
  g_clear_handle_id (&session->ping_id, g_source_remove);
  session->ping_id =
      g_timeout_add (session->limits->ping_interval_ms, on_ping_due, session);
}

/* ---- packets ---- */

void
sfu_engine_session_packet (
    SfuEngineSession *session, const SfuEnginePacket *packet)
{
  if (session->state != SFU_ENGINE_STATE_OPEN)
    return;
  switch (packet->type) {
    case SFU_ENGINE_PACKET_MESSAGE:
      session->callbacks->message (session->owner, packet->data, packet->len);
      break;
    case SFU_ENGINE_PACKET_BINARY:
      session->callbacks->binary (session->owner);
      break;
    case SFU_ENGINE_PACKET_PONG:
      schedule_ping (session);
      break;
    case SFU_ENGINE_PACKET_CLOSE:
      sfu_engine_session_end (
          session, SFU_ENGINE_CLOSED_TRANSPORT, SFU_ENGINE_PACKET_NOOP);
      break;
    case SFU_ENGINE_PACKET_PING:
      /* Since version 4 it is the server who pings. */
      sfu_engine_session_abort (session, SFU_ENGINE_CLOSED_ABUSE);
      break;
    case SFU_ENGINE_PACKET_OPEN:
    case SFU_ENGINE_PACKET_UPGRADE:
    case SFU_ENGINE_PACKET_NOOP:
      break;
  }
}

/* ---- the beginning ---- */

static gchar *
open_packet (SfuEngineSession *session, const gchar *upgrades)
{
  const SfuEngineLimits *limits = session->limits;
  g_autofree gchar *json =
      g_strdup_printf ("{\"sid\":\"%s\",\"upgrades\":[%s],\"pingInterval\":%u,"
                       "\"pingTimeout\":%u,\"maxPayload\":%" G_GSIZE_FORMAT "}",
          session->id, upgrades, limits->ping_interval_ms,
          limits->ping_timeout_ms, limits->max_payload_bytes);

  return sfu_engine_packet_text (SFU_ENGINE_PACKET_OPEN, json);
}

void
sfu_engine_session_open_polling (
    SfuEngineSession *session, SoupServerMessage *message)
{
  sfu_engine_reply_packets (message, open_packet (session, "\"websocket\""));
  schedule_ping (session);
}

void
sfu_engine_session_open_websocket (
    SfuEngineSession *session, SoupWebsocketConnection *connection)
{
  sfu_engine_session_attach (session, connection);
  session->on_ws = TRUE;
  send_packet (session, open_packet (session, ""));
  schedule_ping (session);
}

SfuEngineSession *
sfu_engine_session_new (const SfuEngineLimits *limits,
    SfuEngineHandshake *handshake,
    void (*gone) (gpointer server, SfuEngineSession *session), gpointer server)
{
  SfuEngineSession *session = g_new0 (SfuEngineSession, 1);

  session->id = sfu_id_new ();
  session->limits = limits;
  session->handshake = sfu_engine_handshake_ref (handshake);
  session->gone = gone;
  session->server = server;
  g_queue_init (&session->queue);
  return session;
}

void
sfu_engine_session_free (SfuEngineSession *session)
{
  if (session == NULL)
    return;
  stop_timers (session);
  g_clear_handle_id (&session->wake_id, g_source_remove);
  drop_queue (session);
  g_clear_pointer (&session->poll, sfu_engine_poll_free);
  g_clear_pointer (&session->ws, sfu_socket_free);
  sfu_engine_handshake_unref (session->handshake);
  sfu_address_slot_free (session->slot);
  g_free (session->id);
  g_free (session);
}

void
sfu_engine_session_set_slot (SfuEngineSession *session, SfuAddressSlot *slot)
{
  session->slot = slot;
}

void
sfu_engine_session_set_owner (SfuEngineSession *session,
    const SfuEngineCallbacks *callbacks, gpointer owner)
{
  session->callbacks = callbacks;
  session->owner = owner;
}

const gchar *
sfu_engine_session_get_id (SfuEngineSession *session)
{
  return session->id;
}

SfuEngineHandshake *
sfu_engine_session_get_handshake (SfuEngineSession *session)
{
  return session->handshake;
}

gboolean
sfu_engine_session_is_known (SfuEngineSession *session)
{
  return session->state != SFU_ENGINE_STATE_CLOSED;
}

gboolean
sfu_engine_session_is_polling (SfuEngineSession *session)
{
  return !session->on_ws;
}
