/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One Engine.IO 4 session: a client, over long-polling, over a WebSocket, or on
 * its way from the one to the other.
 *
 *   GET   -> poll, answered with what is queued ──┐
 *   POST  -> packets ──────────────────────────── session -> callbacks
 *   ws    -> packets; "2probe" "5" = upgrade ─────┘
 *
 * Everything has a bound: a message, a body, the bytes that wait for a slow
 * reader, the time without a pong, the time of an upgrade.
 *
 * Threads: the server's one thread. */
#pragma once

#include "sfu-address-limits.h"
#include "sfu-engine-http.h"

G_BEGIN_DECLS

typedef struct _SfuEngineSession SfuEngineSession;

typedef struct {
  guint ping_interval_ms, ping_timeout_ms, upgrade_timeout_ms;
  gsize max_payload_bytes; /* a packet; four times that in a body, or end */
  gsize max_queue_bytes;
} SfuEngineLimits;

typedef enum {
  SFU_ENGINE_CLOSED_TRANSPORT, /* gone, closed by the client, or overlapping */
  SFU_ENGINE_CLOSED_PING_TIMEOUT,
  SFU_ENGINE_CLOSED_BY_SERVER,
  SFU_ENGINE_CLOSED_ABUSE
} SfuEngineCloseReason;

typedef struct {
  /* text: not NUL-terminated; may be longer than max_payload_bytes, then it
   * must be refused. */
  void (*message) (gpointer owner, const gchar *text, gsize len);
  void (*binary) (gpointer owner);
  /* Once, the last call; from the main loop, never from inside a call. */
  void (*closed) (gpointer owner, SfuEngineCloseReason reason);
} SfuEngineCallbacks;

/* gone: once, from the main loop, after closed: free the session. limits:
 * borrowed. */
SfuEngineSession *sfu_engine_session_new (const SfuEngineLimits *limits,
    SfuEngineHandshake *handshake,
    void (*gone) (gpointer server, SfuEngineSession *session), gpointer server);
/* Ends it without a word to its owner; what hangs is let go. NULL safe. */
void sfu_engine_session_free (SfuEngineSession *session);

/* Takes slot, its place among the connections; NULL = it is not counted. */
void sfu_engine_session_set_slot (
    SfuEngineSession *session, SfuAddressSlot *slot);

/* Exactly one of these begins it. */
void sfu_engine_session_open_polling (
    SfuEngineSession *session, SoupServerMessage *message);
void sfu_engine_session_open_websocket (
    SfuEngineSession *session, SoupWebsocketConnection *connection);
/* Whoever wants its messages; right after opening. */
void sfu_engine_session_set_owner (SfuEngineSession *session,
    const SfuEngineCallbacks *callbacks, gpointer owner);

const gchar *sfu_engine_session_get_id (SfuEngineSession *session);
SfuEngineHandshake *sfu_engine_session_get_handshake (
    SfuEngineSession *session);
/* FALSE once it is closed for the client: its id is unknown from then on. */
gboolean sfu_engine_session_is_known (SfuEngineSession *session);
gboolean sfu_engine_session_is_polling (SfuEngineSession *session);

void sfu_engine_session_handle_get (
    SfuEngineSession *session, SoupServerMessage *message);
void sfu_engine_session_handle_post (
    SfuEngineSession *session, SoupServerMessage *message);
/* FALSE once there is, or was, a WebSocket. */
gboolean sfu_engine_session_can_upgrade (SfuEngineSession *session);
void sfu_engine_session_upgrade (
    SfuEngineSession *session, SoupWebsocketConnection *connection);

/* A message. Dropped once the session is not open any more. */
void sfu_engine_session_send (SfuEngineSession *session, const gchar *text);
/* Ends it after what is queued. */
void sfu_engine_session_close (SfuEngineSession *session);
/* Ends it now. */
void sfu_engine_session_abort (
    SfuEngineSession *session, SfuEngineCloseReason reason);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuEngineSession, sfu_engine_session_free)

G_END_DECLS
