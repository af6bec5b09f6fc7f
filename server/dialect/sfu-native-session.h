/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One client of the native protocol: its socket, its peer, the requests that
 * are under way in both directions. It owns itself: it goes when the socket has
 * gone and nothing is under way any more.
 *
 * A session whose client brought a secret outlives a connection that breaks: it
 * keeps its peer and what there is to say for SfuConfig.resume_grace_s, and goes
 * on over the next connection that brings the same names and secret.
 *
 * Threads: the server's one thread. */
#pragma once

#include "sfu-services.h"

G_BEGIN_DECLS

typedef struct _SfuNativeSession SfuNativeSession;

/* What the address says. */
typedef struct {
  gchar *room_id, *peer_id; /* owned */
  gchar *resume;            /* a secret; NULL = no wish to be resumed */
} SfuNativeEntry;

/* Is it one? 16 to 128 url-safe characters. NULL safe. */
gboolean sfu_native_is_secret (const gchar *text);
void sfu_native_entry_clear (SfuNativeEntry *entry);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SfuNativeEntry, sfu_native_entry_clear)

/* Joins the connection to the room, or to the session that it resumes. grant:
 * NULL = no account. On failure it is closed with the reason and NULL returned:
 * nothing else is to be done. */
SfuNativeSession *sfu_native_session_new (const SfuServices *services,
    SoupWebsocketConnection *connection, const SfuNativeEntry *entry,
    const SfuGrant *grant);

G_END_DECLS
