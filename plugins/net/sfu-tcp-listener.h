/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A listening TCP socket in the media loop and the connections that came in by
 * it: for ICE over TCP (RFC 6544, the passive side), what SfuUdpSocket is for
 * UDP. A packet has RFC 4571's length before it. The address of a peer is that
 * of its connection and has the connection's number in it.
 *
 * A connection that is slow to take what is sent loses packets, as a slow line
 * does; a connection that proves nothing is closed.
 *
 * Threads: made and freed on any; sfu_tcp_listener_send_now and the statistics
 * from any; all else, the callbacks included, on the media thread. */
#pragma once

#include "sfu-address.h"
#include "sfu-media-loop.h"
#include "sfu-packet.h"

G_BEGIN_DECLS

typedef struct _SfuTcpListener SfuTcpListener;

/* Both may free the listener. */
typedef struct {
  /* data lives during the call. */
  void (*received) (
      gpointer owner, const guint8 *data, gsize size, const SfuAddress *from);
  /* The other end closed it, it broke, or it proved nothing in time. */
  void (*closed) (gpointer owner, const SfuAddress *from);
} SfuTcpCallbacks;

typedef struct {
  guint connections;          /* in all */
  guint connections_per_host; /* from one IPv4 address or IPv6 /64 */
  gint64 unproven_us;         /* until sfu_tcp_listener_keep */
  gsize queue_bytes;          /* waiting to be sent, of each connection */
} SfuTcpLimits;

/* A university behind one address still fits. */
#define SFU_TCP_LIMITS_DEFAULT                                                 \
  {                                                                            \
    4096, 256, 10 * G_USEC_PER_SEC, 256 * 1024                                 \
  }

/* Port 0: a free one. limits NULL: the default. Errors are G_IO_ERROR. */
SfuTcpListener *sfu_tcp_listener_new (SfuMediaLoop *loop,
    const SfuAddress *address, const SfuTcpLimits *limits, GError **error);
/* From now on connections are accepted. */
void sfu_tcp_listener_start (
    SfuTcpListener *self, const SfuTcpCallbacks *callbacks, gpointer owner);
/* Waits for the media thread: no callback after it returns. NULL is allowed. */
void sfu_tcp_listener_free (SfuTcpListener *self);

/* With the port the kernel chose. */
const SfuAddress *sfu_tcp_listener_get_address (SfuTcpListener *self);

/* It has proven whose it is: it may stay. */
void sfu_tcp_listener_keep (SfuTcpListener *self, const SfuAddress *from);
/* Nothing is told of it. */
void sfu_tcp_listener_close (SfuTcpListener *self, const SfuAddress *from);

/* Takes the packet; it leaves at the end of this turn of the loop. */
void sfu_tcp_listener_queue (
    SfuTcpListener *self, const SfuPacket *packet, const SfuAddress *to);
void sfu_tcp_listener_flush (SfuTcpListener *self);
/* At once, without blocking, or as soon as the other end takes it. FALSE: the
 * connection is gone or its queue is full (and it is counted). */
gboolean sfu_tcp_listener_send_now (
    SfuTcpListener *self, const guint8 *data, gsize size, const SfuAddress *to);

typedef struct {
  guint64 packets_received, bytes_received, receive_calls;
  guint64 packets_sent, bytes_sent, send_calls;
  guint64 queue_full; /* packets: the other end is too slow */
  guint64 gone;       /* packets: there is no such connection any more */
  guint64 truncated;  /* packets larger than anything a peer may send */
  guint64 refused;    /* connections above a limit, or out of files */
  guint64 unproven;   /* connections closed because they proved nothing */
} SfuTcpListenerStats;

void sfu_tcp_listener_get_stats (
    SfuTcpListener *self, SfuTcpListenerStats *stats);

G_END_DECLS
