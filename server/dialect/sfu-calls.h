/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls: Socket.IO in the default namespace; every ack is an envelope. A socket
 * joins a call, leaves it and may join another one. See docs/dialects/calls.md.
 *
 * Threads: the server's one thread. */
#pragma once

#include "sfu-event-session.h"

G_BEGIN_DECLS

/* Serves mount; services must live longer. */
void sfu_calls_open (SfuSioServer *mount, const SfuServices *services);

/* The table of events, for its page and for tests. */
const SfuEventDialect *sfu_calls_get_dialect (void);

G_END_DECLS
