/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* With UDP_GRO the kernel hands out datagrams of one sender that came together
 * as one message: segments of one size, of which the last may be shorter.
 *
 * Threads: as the header says; the room for data belongs to the thread. */
#include "sfu-udp-receive.h"

#include <errno.h>
#include <string.h>
#include <netinet/udp.h>
#include "sfu-counter.h"

GST_DEBUG_CATEGORY_STATIC (sfu_ice_debug);
#define GST_CAT_DEFAULT sfu_ice_debug

#define MESSAGES SFU_UDP_RECEIVE_MESSAGES
/* The length of an IP packet. */
#define MESSAGE_MAX 65535
/* No multiple of 64 kB: the first bytes of all would share a few cache lines. */
#define STRIDE (64 * 1024 + SFU_UDP_DATAGRAM_MAX)

typedef struct {
  guint8 data[MESSAGES][STRIDE];
} Room;

/* Sockets of a thread are read one after the other. Not cleared: that would
 * touch all pages. */
static Room *
get_room (void)
{
  static GPrivate private = G_PRIVATE_INIT (g_free);
  Room *room = g_private_get (&private);

  if (G_UNLIKELY (!room)) {
    room = g_malloc (sizeof *room);
    g_private_set (&private, room);
  }
  return room;
}

/* The kernel writes how much it filled into these. */
static void
prepare_burst (SfuUdpReceiver *self)
{
  gboolean control = self->coalescing || self->locals->family != AF_UNSPEC;
  Room *room = get_room ();

  for (guint i = 0; i < MESSAGES; i++) {
    struct msghdr *header = &self->messages[i].msg_hdr;

    self->iov[i].iov_base = room->data[i];
    header->msg_namelen = sizeof self->from[i].v6;
    header->msg_control = control ? &self->control[i] : NULL;
    header->msg_controllen = control ? sizeof self->control[i] : 0;
  }
}

/* 0: it is one datagram. */
static gsize
get_segment_size (struct msghdr *header)
{
  struct cmsghdr *cmsg;

  for (cmsg = CMSG_FIRSTHDR (header); cmsg; cmsg = CMSG_NXTHDR (header, cmsg)) {
    gint segment;

    if (cmsg->cmsg_level != SOL_UDP || cmsg->cmsg_type != UDP_GRO)
      continue;
    memcpy (&segment, CMSG_DATA (cmsg), sizeof segment);
    return segment > 0 ? (gsize)segment : 0;
  }
  return 0;
}

/* Returns the datagrams in it. */
static guint
deliver (SfuUdpReceiver *self, guint i)
{
  struct msghdr *header = &self->messages[i].msg_hdr;
  const guint8 *data = self->iov[i].iov_base;
  gsize rest = self->messages[i].msg_len;
  gsize segment = self->coalescing ? get_segment_size (header) : 0;
  guint n = 1;

  if (segment == 0 || segment > rest)
    segment = rest;
  if (rest > segment) {
    n = (guint)((rest + segment - 1) / segment);
    sfu_counter_add (&self->stats->coalesced_messages, 1);
  }
  sfu_counter_add (&self->stats->packets_received, n);
  sfu_counter_add (&self->stats->bytes_received, rest);
  if (self->locals->family != AF_UNSPEC)
    self->from[i].path.local = sfu_local_addresses_read (self->locals, header);
  if (header->msg_flags & MSG_TRUNC) {
    sfu_counter_add (&self->stats->truncated, n);
    return n;
  }
  for (guint left = n; left > 0 && self->received; left--) {
    gsize size = MIN (segment, rest);

    if (size > SFU_UDP_DATAGRAM_MAX)
      sfu_counter_add (&self->stats->truncated, 1);
    else
      self->received (self->owner, data, size, &self->from[i]);
    data += size;
    rest -= size;
  }
  return n;
}

void
sfu_udp_receiver_read (SfuUdpReceiver *self)
{
  guint datagrams = 0;
  gint n;

  do {
    prepare_burst (self);
    n = recvmmsg (self->fd, self->messages, MESSAGES, MSG_DONTWAIT, NULL);
    sfu_counter_add (&self->stats->receive_calls, 1);
    /* Errors of earlier sends that ICMP brought are read here, too. */
    if (n < 0 && errno != EAGAIN)
      GST_LOG ("fd=%d reason=%s", self->fd, g_strerror (errno));
    for (gint i = 0; i < n && self->received; i++)
      datagrams += deliver (self, (guint)i);
  } while (
      n == MESSAGES && datagrams < SFU_UDP_RECEIVE_BURST && self->received);
}

/* Linux 5.0 and later. */
static gboolean
ask_for_coalescing (gint fd)
{
  gint on = 1;

  return setsockopt (fd, SOL_UDP, UDP_GRO, &on, sizeof on) == 0;
}

void
sfu_udp_receiver_init (SfuUdpReceiver *self, gint fd, SfuLocalAddresses *locals,
    SfuUdpSocketStats *stats, gboolean coalesce)
{
  GST_DEBUG_CATEGORY_INIT (sfu_ice_debug, "sfuice", 0, "ICE-lite");
  self->fd = fd;
  self->locals = locals;
  self->stats = stats;
  self->coalescing = coalesce && ask_for_coalescing (fd);
  for (guint i = 0; i < MESSAGES; i++) {
    struct msghdr *header = &self->messages[i].msg_hdr;

    /* What is longer comes with MSG_TRUNC, without being copied. */
    self->iov[i].iov_len =
        self->coalescing ? MESSAGE_MAX : SFU_UDP_DATAGRAM_MAX;
    header->msg_iov = &self->iov[i];
    header->msg_iovlen = 1;
    header->msg_name = &self->from[i];
  }
}
