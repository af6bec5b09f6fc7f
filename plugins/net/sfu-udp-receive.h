/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The receiving half of a SfuUdpSocket: bursts of datagrams by recvmmsg; what
 * the kernel coalesced (UDP GRO, Linux 5.0) taken apart again; what is too late
 * thrown away (SfuUdpBacklog).
 *
 * Threads: init on any, before the rest, which is the media thread's; counters
 * by sfu-counter.h. */
#pragma once

#include <time.h>
#include "sfu-local-addresses.h"
#include "sfu-udp-backlog.h"
#include "sfu-udp-socket.h"

G_BEGIN_DECLS

/* Messages per recvmmsg. Each has room for 64 kB, which all sockets of a thread
 * share: a megabyte, of which the kernel gives only pages that were written. */
#define SFU_UDP_RECEIVE_MESSAGES 16
/* Datagrams after which no further recvmmsg follows in a turn: enough that the
 * cost of the turn disappears, few enough that what they cause leaves again
 * within a millisecond. */
#define SFU_UDP_RECEIVE_BURST 64
/* And calls in a turn, when all that they bring is thrown away. */
#define SFU_UDP_RECEIVE_CALLS 64
/* Above any path MTU: what is larger is nothing a WebRTC peer may send. */
#define SFU_UDP_DATAGRAM_MAX 2048

/* Room for a time, a segment size and a local address, aligned for their
 * headers. */
#define SFU_UDP_RECEIVE_SPACE                                                  \
  (CMSG_SPACE (sizeof (struct timespec)) + CMSG_SPACE (sizeof (gint)) +        \
      SFU_LOCAL_ADDRESSES_SPACE)
typedef union {
  gchar bytes[SFU_UDP_RECEIVE_SPACE];
  struct cmsghdr alignment;
} SfuUdpReceiveControl;

typedef struct {
  gint fd; /* borrowed from the socket, like these two */
  SfuLocalAddresses *locals;
  SfuUdpSocketStats *stats;
  SfuUdpReceiveFunc received; /* NULL: nobody wants any, or no longer */
  gpointer owner;
  gboolean coalescing; /* the kernel may; for reading */
  /* The clock of the kernel's time stamps, g_get_real_time unless a test has
   * its own. */
  gint64 (*now_us) (void);
  gint64 warned_us; /* when last */
  SfuUdpBacklog backlog;

  /* Not shared: what the kernel does not write must stay 0 in an address. */
  struct mmsghdr messages[SFU_UDP_RECEIVE_MESSAGES];
  struct iovec iov[SFU_UDP_RECEIVE_MESSAGES];
  SfuAddress from[SFU_UDP_RECEIVE_MESSAGES];
  SfuUdpReceiveControl control[SFU_UDP_RECEIVE_MESSAGES];
} SfuUdpReceiver;

/* coalesce: ask the kernel to. */
void sfu_udp_receiver_init (SfuUdpReceiver *self, gint fd,
    SfuLocalAddresses *locals, SfuUdpSocketStats *stats, gboolean coalesce);
/* A burst of what there is. The callback may set received to NULL; the
 * receiver has to live until this returns. Not from the callback of another
 * one. */
void sfu_udp_receiver_read (SfuUdpReceiver *self);

G_END_DECLS
