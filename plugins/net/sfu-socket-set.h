/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The sockets of a SfuWebRtcServer: on each address that it listens on one for
 * UDP and, if wanted, one for TCP, all with one port number (so that clients are
 * told one, whatever address they use). An SfuAddress that came from here knows
 * which of them it came by.
 *
 * Threads: made and freed on any; send_now and the statistics from any; all
 * else, the callbacks included, on the media thread. */
#pragma once

#include "sfu-tcp-listener.h"
#include "sfu-udp-socket.h"

G_BEGIN_DECLS

/* More than one worker needs; a number of them travels in an SfuAddress. */
#define SFU_SOCKET_SET_MAX 16

typedef struct _SfuSocketSet SfuSocketSet;

/* listen: IPv4 or IPv6 literals with commas between; what a wildcard among them
 * covers counts once ("::" covers IPv4, too). port_min == port_max: that port, 0
 * = a free one; else the first of the range that is free on all of them, from a
 * random one on. GError: G_IO_ERROR with a text for an operator. */
SfuSocketSet *sfu_socket_set_new (SfuMediaLoop *loop, const gchar *listen,
    guint16 port_min, guint16 port_max, GError **error);
/* From now on packets arrive. */
void sfu_socket_set_start (
    SfuSocketSet *self, const SfuTcpCallbacks *callbacks, gpointer owner);
/* On the same number, or when that is taken on another. Behind start. */
gboolean sfu_socket_set_listen_tcp (SfuSocketSet *self, GError **error);
/* Waits for the media thread: no callback after it returns. NULL is allowed. */
void sfu_socket_set_free (SfuSocketSet *self);

guint16 sfu_socket_set_get_port (const SfuSocketSet *self);
/* 0: no TCP. */
guint16 sfu_socket_set_get_tcp_port (const SfuSocketSet *self);
/* NULL-terminated; what it listens on, without what is covered. */
const gchar *const *sfu_socket_set_get_addresses (const SfuSocketSet *self);
/* One of them is every address of the machine. */
gboolean sfu_socket_set_is_wildcard (const SfuSocketSet *self);

/* Takes the packet; it leaves at the end of this turn of the loop. */
void sfu_socket_set_queue (
    SfuSocketSet *self, const SfuPacket *packet, const SfuAddress *to);
void sfu_socket_set_flush (SfuSocketSet *self);
/* At once, without blocking. FALSE: it was not taken, and that is counted. */
gboolean sfu_socket_set_send_now (
    SfuSocketSet *self, const guint8 *data, gsize size, const SfuAddress *to);

/* Of TCP; nothing for UDP: see sfu_tcp_listener_keep and _close. */
void sfu_socket_set_keep (SfuSocketSet *self, const SfuAddress *from);
void sfu_socket_set_close (SfuSocketSet *self, const SfuAddress *from);

/* Sums. */
void sfu_socket_set_get_stats (
    SfuSocketSet *self, SfuUdpSocketStats *udp, SfuTcpListenerStats *tcp);

G_END_DECLS
