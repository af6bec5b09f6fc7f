/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the two files of an Engine.IO session share: sfu-engine-session.c has
 * its life, its queue and its pings, sfu-engine-transport.c the GETs, POSTs and
 * WebSockets that carry it.
 *
 * Threads: the server's one thread. */
#pragma once

#include "sfu-address-limits.h"
#include "sfu-engine-packet.h"
#include "sfu-engine-poll.h"
#include "sfu-engine-session.h"
#include "sfu-socket.h"

G_BEGIN_DECLS

typedef enum {
  SFU_ENGINE_STATE_OPEN,
  /* Polling: the queue is still to be fetched, and then the goodbye. */
  SFU_ENGINE_STATE_CLOSING,
  SFU_ENGINE_STATE_CLOSED
} SfuEngineState;

struct _SfuEngineSession {
  gchar *id;
  const SfuEngineLimits *limits; /* borrowed: the server's */
  SfuEngineHandshake *handshake; /* owned */
  SfuAddressSlot *slot;          /* owned; may be NULL */
  const SfuEngineCallbacks *callbacks;
  gpointer owner; /* borrowed: until closed */
  void (*gone) (gpointer server, SfuEngineSession *session);
  gpointer server; /* borrowed: it frees us */
  SfuEngineState state;
  SfuEngineCloseReason reason;
  gboolean told; /* the owner knows that it is closed */
  SfuEnginePoll *poll;
  SfuSocket *ws;     /* owned; in use, or still being probed */
  gboolean on_ws;    /* packets go over ws, not over polls */
  gboolean probed;   /* "2probe" has come: polls are let go at once */
  GQueue queue;      /* of gchar *: packets that wait for a GET */
  gsize queue_bytes; /* of them, with separators */
  guint flush_id, wake_id, ping_id, upgrade_id, linger_id;
};

/* Ends it now. goodbye: what a hanging GET is answered with. */
void sfu_engine_session_end (SfuEngineSession *session,
    SfuEngineCloseReason reason, SfuEnginePacketType goodbye);
/* Looks after what is to be done from the main loop: soon. */
void sfu_engine_session_wake (SfuEngineSession *session);
/* What waits, as a payload; not more of it than fits. */
gchar *sfu_engine_session_take_queue (SfuEngineSession *session);
/* text: taken. */
void sfu_engine_session_answer_poll (SfuEngineSession *session, gchar *text);
/* A packet that came over the transport in use. */
void sfu_engine_session_packet (
    SfuEngineSession *session, const SfuEnginePacket *packet);
/* Takes connection as the session's WebSocket. */
void sfu_engine_session_attach (
    SfuEngineSession *session, SoupWebsocketConnection *connection);

G_END_DECLS
