/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One client of the native protocol: its socket, its peer, the requests that
 * are under way in both directions. It owns itself: it goes when the socket has
 * gone and nothing is under way any more.
 *
 * Threads: the server's one thread. */
#pragma once

#include "sfu-services.h"

G_BEGIN_DECLS

/* Joins the connection to the room. grant: NULL = no account. On failure it is
 * closed with the reason and NULL returned: nothing else is to be done. */
typedef struct _SfuNativeSession SfuNativeSession;
SfuNativeSession *sfu_native_session_new (const SfuServices *services,
    SoupWebsocketConnection *connection, const gchar *room_id,
    const gchar *peer_id, const SfuGrant *grant);

G_END_DECLS
