/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One client of the native protocol: its socket, its peer, the requests that
 * are under way in both directions. It owns itself: it goes when the socket has
 * gone and nothing is under way any more.
 *
 * Threads: the server's one thread. */
#pragma once

#include "sfu-rooms.h"
#include "sfu-socket.h"
#include "sfu-token-bucket.h"

G_BEGIN_DECLS

typedef struct {
  SfuSocketLimits socket;
  gdouble requests_per_second; /* 0 = no limit */
  gdouble request_burst;
  guint max_pending;       /* requests of the client under way */
  guint request_timeout_s; /* of ours: how long a client may think */
} SfuNativeLimits;

/* Joins the connection to the room. On failure it is closed with the reason
 * and NULL returned: nothing else is to be done. */
typedef struct _SfuNativeSession SfuNativeSession;
SfuNativeSession *sfu_native_session_new (SfuRooms *rooms,
    const SfuNativeLimits *limits, SoupWebsocketConnection *connection,
    const gchar *room_id, const gchar *peer_id);

/* Is this the name of a room or a peer? 1 to SFU_NATIVE_MAX_ID bytes of valid
 * UTF-8 without control characters. NULL safe. */
gboolean sfu_native_name_is_valid (const gchar *name);

G_END_DECLS
