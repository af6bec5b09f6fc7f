/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One connection of an application server that speaks the media-server RPC. It
 * owns itself: it goes when the socket has gone and nothing is under way any
 * more. What it made stays with the hub.
 *
 * Threads: the server's one thread. */
#pragma once

#include "sfu-rpc-hub.h"

G_BEGIN_DECLS

/* Whether it may connect at all has been decided before. services is borrowed
 * and must live longer. */
void sfu_rpc_session_start (const SfuServices *services, SfuRpcHub *hub,
    SoupWebsocketConnection *connection);

G_END_DECLS
