/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pings that say how many messages went before them. A WebSocket delivers in
 * order and every client answers a ping with what was in it (RFC 6455 section
 * 5.5.3): so a pong tells which messages have arrived, through any number of
 * proxies, and nothing in the client has to know of it.
 *
 * It is a SoupWebsocketExtension because that is where libsoup shows each frame
 * before it goes out; it is never negotiated, as nothing on the wire is unlike
 * a plain WebSocket.
 *
 * Threads: the server's one thread. */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

#define SFU_TYPE_PING_MARKS (sfu_ping_marks_get_type ())
G_DECLARE_FINAL_TYPE (
    SfuPingMarks, sfu_ping_marks, SFU, PING_MARKS, SoupWebsocketExtension)

/* Does the handshake of message with this subprotocol and ends in a connection
 * with marked pings, which accept gets, once; it keeps a reference when it wants
 * the connection. FALSE = it was no good handshake and has been answered. */
gboolean sfu_ping_marks_upgrade (SoupServerMessage *message,
    const gchar *protocol,
    void (*accept) (SoupServerMessage *message,
        SoupWebsocketConnection *connection, gpointer data),
    gpointer data);

/* Of such a connection; NULL = its pings are not marked. Borrowed. */
SfuPingMarks *sfu_ping_marks_of (SoupWebsocketConnection *connection);
/* How many messages had been sent before the last ping that was answered. */
guint64 sfu_ping_marks_get_arrived (SfuPingMarks *marks);

G_END_DECLS
