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

/* Of the same socket. */
#define WARNING_INTERVAL_US (10 * G_USEC_PER_SEC)

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
  Room *room = get_room ();

  for (guint i = 0; i < MESSAGES; i++) {
    struct msghdr *header = &self->messages[i].msg_hdr;

    self->iov[i].iov_base = room->data[i];
    header->msg_namelen = sizeof self->from[i].v6;
    header->msg_control = &self->control[i];
    header->msg_controllen = sizeof self->control[i];
  }
}

static gconstpointer
get_control (struct msghdr *header, gint level, gint type)
{
  struct cmsghdr *cmsg;

  for (cmsg = CMSG_FIRSTHDR (header); cmsg; cmsg = CMSG_NXTHDR (header, cmsg)) {
    if (cmsg->cmsg_level == level && cmsg->cmsg_type == type)
      return CMSG_DATA (cmsg);
  }
  return NULL;
}

/* ---- what is late ---- */

/* How long message i waited in the kernel; 0: it does not say. */
static gint64
get_age (SfuUdpReceiver *self, guint i, gint64 now_us)
{
  struct timespec stamp;
  gconstpointer data =
      get_control (&self->messages[i].msg_hdr, SOL_SOCKET, SCM_TIMESTAMPNS);

  if (!data)
    return 0;
  memcpy (&stamp, data, sizeof stamp);
  return now_us - (gint64)stamp.tv_sec * G_USEC_PER_SEC - stamp.tv_nsec / 1000;
}

static void
look_at_backlog (SfuUdpReceiver *self)
{
  gint64 now_us = self->now_us (), age_us = get_age (self, 0, now_us);

  if (!sfu_udp_backlog_look (&self->backlog, age_us, now_us) ||
      ABS (now_us - self->warned_us) < WARNING_INTERVAL_US)
    return;
  self->warned_us = now_us;
  GST_WARNING ("fd=%d the media thread does not keep up: packets wait %d ms, "
               "some are dropped until it does (%" G_GUINT64_FORMAT
               " so far, reason=overload)",
      self->fd, (gint)(age_us / G_TIME_SPAN_MILLISECOND),
      self->stats->overload);
}

/* ---- handing on ---- */

typedef struct {
  const guint8 *data;
  gsize rest, segment;
  guint n;    /* datagrams */
  guint hash; /* of the sender, while it is late */
} Message;

static Message
open_message (SfuUdpReceiver *self, guint i)
{
  struct msghdr *header = &self->messages[i].msg_hdr;
  gsize size = self->messages[i].msg_len;
  Message message = { self->iov[i].iov_base, size, size, 1, 0 };
  gconstpointer data =
      self->coalescing ? get_control (header, SOL_UDP, UDP_GRO) : NULL;
  gint segment = 0;

  if (data)
    memcpy (&segment, data, sizeof segment);
  if (segment > 0 && (gsize)segment < size) {
    message.segment = (gsize)segment;
    message.n = (guint)((size + message.segment - 1) / message.segment);
    sfu_counter_add (&self->stats->coalesced_messages, 1);
  }
  sfu_counter_add (&self->stats->packets_received, message.n);
  sfu_counter_add (&self->stats->bytes_received, size);
  if (self->locals->family != AF_UNSPEC)
    self->from[i].path.local = sfu_local_addresses_read (self->locals, header);
  if (sfu_udp_backlog_is_late (&self->backlog)) {
    message.hash = sfu_address_hash (&self->from[i]);
    sfu_udp_backlog_count (&self->backlog, message.hash, message.n);
  }
  return message;
}

/* Returns how many datagrams were handed on. */
static guint
deliver (SfuUdpReceiver *self, guint i)
{
  Message message = open_message (self, i);
  guint delivered = 0;

  if (self->messages[i].msg_hdr.msg_flags & MSG_TRUNC) {
    sfu_counter_add (&self->stats->truncated, message.n);
    return 0;
  }
  for (guint left = message.n; left > 0 && self->received; left--) {
    gsize size = MIN (message.segment, message.rest);

    if (size > SFU_UDP_DATAGRAM_MAX) {
      sfu_counter_add (&self->stats->truncated, 1);
    } else if (sfu_udp_backlog_sheds (
                   &self->backlog, message.hash, message.data, size)) {
      sfu_counter_add (&self->stats->overload, 1);
    } else {
      self->received (self->owner, message.data, size, &self->from[i]);
      delivered++;
    }
    message.data += size;
    message.rest -= size;
  }
  return delivered;
}

void
sfu_udp_receiver_read (SfuUdpReceiver *self)
{
  guint delivered = 0, calls = 0;
  gint n;

  do {
    prepare_burst (self);
    n = recvmmsg (self->fd, self->messages, MESSAGES, MSG_DONTWAIT, NULL);
    sfu_counter_add (&self->stats->receive_calls, 1);
    /* Errors of earlier sends that ICMP brought are read here, too. */
    if (n < 0 && errno != EAGAIN)
      GST_LOG ("fd=%d reason=%s", self->fd, g_strerror (errno));
    if (n > 0)
      look_at_backlog (self);
    for (gint i = 0; i < n && self->received; i++)
      delivered += deliver (self, (guint)i);
  } while (n == MESSAGES && delivered < SFU_UDP_RECEIVE_BURST &&
      ++calls < SFU_UDP_RECEIVE_CALLS && self->received);
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
  gint on = 1;

  GST_DEBUG_CATEGORY_INIT (sfu_ice_debug, "sfuice", 0, "ICE-lite");
  self->fd = fd;
  self->locals = locals;
  self->stats = stats;
  self->now_us = g_get_real_time;
  setsockopt (fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
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
