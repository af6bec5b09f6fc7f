/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A bound UDP socket in the media loop: reads a burst of datagrams with one
 * system call, and sends what was queued during a turn of the loop with one.
 *
 * Threads: made and freed on any; sfu_udp_socket_send_now and the statistics
 * from any; all else, the callback included, on the media thread. */
#pragma once

#include "sfu-address.h"
#include "sfu-media-loop.h"
#include "sfu-packet.h"

G_BEGIN_DECLS

typedef struct _SfuUdpSocket SfuUdpSocket;

/* data lives during the call. May free the socket. */
typedef void (*SfuUdpReceiveFunc) (
    gpointer owner, const guint8 *data, gsize size, const SfuAddress *from);

/* Port 0: a free one. Errors are G_IO_ERROR with a text for an operator. */
SfuUdpSocket *sfu_udp_socket_new (
    SfuMediaLoop *loop, const SfuAddress *address, GError **error);
/* For a socket that is bound to all addresses: what is sent to an address that
 * came with a datagram leaves from where that arrived. Such an address is not
 * equal to the same one without the way it came by. Before start. */
void sfu_udp_socket_answer_from_there (SfuUdpSocket *self);
/* From now on datagrams arrive. */
void sfu_udp_socket_start (
    SfuUdpSocket *self, SfuUdpReceiveFunc received, gpointer owner);
/* Sends what is queued and waits for the media thread: no call of received
 * after it returns. NULL is allowed. */
void sfu_udp_socket_free (SfuUdpSocket *self);

/* With the port the kernel chose. */
const SfuAddress *sfu_udp_socket_get_address (SfuUdpSocket *self);

/* Takes the packet; it leaves at the end of this turn of the loop, or as soon
 * as the queue is full. */
void sfu_udp_socket_queue (
    SfuUdpSocket *self, const SfuPacket *packet, const SfuAddress *to);
void sfu_udp_socket_flush (SfuUdpSocket *self);
/* At once, without blocking. FALSE: the kernel refused it (and it is counted
 * as send_errors). */
gboolean sfu_udp_socket_send_now (
    SfuUdpSocket *self, const guint8 *data, gsize size, const SfuAddress *to);

typedef struct {
  guint64 packets_received, bytes_received, receive_calls;
  guint64 packets_sent, bytes_sent, send_calls;
  guint64 send_errors;        /* datagrams */
  guint64 coalesced_messages; /* received with several datagrams in them */
  guint64 truncated;          /* larger than anything a peer may send */
  guint64 overload;           /* dropped: the media thread is behind */
} SfuUdpSocketStats;

void sfu_udp_socket_get_stats (SfuUdpSocket *self, SfuUdpSocketStats *stats);

G_END_DECLS
