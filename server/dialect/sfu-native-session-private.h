/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Between the files of a session of the native protocol.
 *
 * Threads: the server's one thread. */
#pragma once

#include "sfu-native-session.h"
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
  gint64 next_id;
};

/* Takes text. */
void sfu_native_session_send (SfuNativeSession *session, gchar *text);

/* ---- sfu-native-offers.c: what the client is asked to take ---- */

GHashTable *sfu_native_offers_new (void);
void sfu_native_offer (SfuNativeSession *session, SfuRoomConsumer *consumer);
void sfu_native_offer_answered (
    SfuNativeSession *session, const SfuProtooMessage *message);

G_END_DECLS
