/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A network between clients and a server that can fail: a TCP relay in the
 * test's process.
 *
 * Threads: the test's. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _Relay Relay;

/* Listens on a free port and passes on to server_port, all on 127.0.0.1. */
Relay *relay_new (guint16 server_port);
void relay_free (Relay *relay);
guint16 relay_get_port (Relay *relay);

/* From now on what the server says is swallowed; connections stay. New ones are
 * not concerned. */
void relay_swallow (Relay *relay);
/* Cuts all connections: both sides see the end of TCP and nothing else. */
void relay_cut (Relay *relay);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Relay, relay_free)

G_END_DECLS
