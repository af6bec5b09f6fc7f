/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Between the files of a session of the native protocol.
 *
 * Threads: the server's one thread. */
#pragma once

#include "sfu-native-session.h"
#include "sfu-outbox.h"
#include "sfu-protoo.h"

G_BEGIN_DECLS

struct _SfuNativeSession {
  const SfuServices *services; /* borrowed */
  SfuSocket *socket;           /* owned; NULL once closed */
  SfuPeer *peer; /* owned; NULL once the room or the socket let go */
  gchar *label;  /* "room=R peer=P", for logs */
  SfuTokenBucket bucket;
  guint n_malformed, n_too_fast;
  guint n_pending;    /* calls that will still be answered */
  GHashTable *offers; /* id -> Offer, owned */
  guint offers_id;    /* while one of them has a time */
  gint64 next_id;
  /* Of a session that can be resumed; else NULL. */
  gchar *secret;
  SfuOutbox *outbox;
  GHashTable *reoffered; /* id of an offer -> id of its consumer, owned */
  guint grace_id;        /* while it waits for its client */
  guint overflow_id;
};

extern const SfuSocketCallbacks sfu_native_socket_callbacks;

/* Takes text. Without a connection it is kept, when the session can be
 * resumed. */
void sfu_native_session_send (SfuNativeSession *session, gchar *text);
/* tag: of an offer, or one of these. */
#define SFU_NATIVE_NO_OFFER -1
#define SFU_NATIVE_ONCE -2 /* about this connection: never sent again */
void sfu_native_session_send_tagged (
    SfuNativeSession *session, gchar *text, gint64 tag);
void sfu_native_session_notify (
    SfuNativeSession *session, const SfuNotice *notice);
/* Leaves the room, and is gone when nothing is under way any more. */
void sfu_native_session_leave (SfuNativeSession *session);

/* ---- sfu-native-offers.c: what the client is asked to take ---- */

GHashTable *sfu_native_offers_new (void);
void sfu_native_offer (SfuNativeSession *session, SfuRoomConsumer *consumer);
void sfu_native_offer_answered (
    SfuNativeSession *session, const SfuProtooMessage *message);

/* While the session waits for its client, time does not run for the offers. */
void sfu_native_offers_wait (SfuNativeSession *session);
void sfu_native_offers_go_on (SfuNativeSession *session);
/* Was this one made while there was no connection, and is it still to be
 * answered? */
gboolean sfu_native_offer_is_unsent (SfuNativeSession *session, gint64 id);
/* What was asked over the connection that broke and is not answered: the client
 * may have been asked or not. Its consumers are closed and offered anew. */
void sfu_native_offers_renew (SfuNativeSession *session);

/* ---- sfu-native-resume.c ---- */

/* The connection has gone. TRUE = the session waits for its client. */
gboolean sfu_native_session_wait (SfuNativeSession *session);
/* A message was added to the outbox. */
void sfu_native_session_check_outbox (SfuNativeSession *session);
/* Gives a session that may have lost its connection a new one. FALSE = that is
 * not possible: the client begins anew, and the session has gone. */
gboolean sfu_native_session_resume (
    SfuNativeSession *session, SoupWebsocketConnection *connection);

G_END_DECLS
