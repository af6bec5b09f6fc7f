/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The receiving half of a SfuUdpSocket.
 *
 * Threads: the media thread's; counters by sfu-counter.h. */
#pragma once

#include "sfu-local-addresses.h"
#include "sfu-udp-socket.h"

G_BEGIN_DECLS

/* Datagrams per recvmmsg: enough that the cost of the call disappears, few
 * enough that what they cause leaves again within a millisecond. */
#define SFU_UDP_RECEIVE_BURST 64
/* Above any path MTU: what is larger is nothing a WebRTC peer may send. */
#define SFU_UDP_DATAGRAM_MAX 2048

/* Room for one local address, aligned for its header. */
typedef union {
  gchar bytes[SFU_LOCAL_ADDRESSES_SPACE];
  struct cmsghdr alignment;
} SfuUdpReceiveControl;

typedef struct {
  gint fd; /* borrowed from the socket, like these two */
  SfuLocalAddresses *locals;
  SfuUdpSocketStats *stats;
  SfuUdpReceiveFunc received; /* NULL: nobody wants any, or no longer */
  gpointer owner;

  struct mmsghdr messages[SFU_UDP_RECEIVE_BURST];
  struct iovec iov[SFU_UDP_RECEIVE_BURST];
  SfuAddress from[SFU_UDP_RECEIVE_BURST];
  guint8 data[SFU_UDP_RECEIVE_BURST][SFU_UDP_DATAGRAM_MAX];
  SfuUdpReceiveControl control[SFU_UDP_RECEIVE_BURST];
} SfuUdpReceiver;

void sfu_udp_receiver_init (SfuUdpReceiver *self, gint fd,
    SfuLocalAddresses *locals, SfuUdpSocketStats *stats);
/* A burst of what there is. The callback may set received to NULL; the
 * receiver has to live until this returns. */
void sfu_udp_receiver_read (SfuUdpReceiver *self);

G_END_DECLS
