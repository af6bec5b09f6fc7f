/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Meetings: Socket.IO events in the default namespace, for users with a token.
 * docs/dialects/meetings.md is its contract.
 *
 * Who loses the connection keeps the place in the room for a while
 * (meetings-grace) and goes on as the same peer when he comes back.
 *
 * Threads: the server's one thread. */
#pragma once

#include "sfu-event-session.h"

G_BEGIN_DECLS

/* Longest chat message, in bytes. */
#define SFU_MEETINGS_MAX_TEXT 8192
/* What a participant says of himself. A picture may be a small data: URL. */
#define SFU_MEETINGS_MAX_EMAIL 320
#define SFU_MEETINGS_MAX_PICTURE 8192

/* Serves mount; services must live longer. */
void sfu_meetings_open (SfuSioServer *mount, const SfuServices *services);

/* The table of events, for its page and for tests. */
const SfuEventDialect *sfu_meetings_get_dialect (void);

G_END_DECLS
