/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-udp-receive.h.
 *
 * Threads: as the header says. */
#include "sfu-udp-receive.h"

#include <errno.h>
#include "sfu-counter.h"

GST_DEBUG_CATEGORY_STATIC (sfu_ice_debug);
#define GST_CAT_DEFAULT sfu_ice_debug

#define BURST SFU_UDP_RECEIVE_BURST

static void
deliver (SfuUdpReceiver *self, guint n)
{
  guint64 bytes = 0;

  for (guint i = 0; i < n; i++)
    bytes += self->messages[i].msg_len;
  sfu_counter_add (&self->stats->packets_received, n);
  sfu_counter_add (&self->stats->bytes_received, bytes);
  for (guint i = 0; i < n && self->received; i++) {
    if (self->locals->family != AF_UNSPEC)
      self->from[i].path.local =
          sfu_local_addresses_read (self->locals, &self->messages[i].msg_hdr);
    if (self->messages[i].msg_hdr.msg_flags & MSG_TRUNC)
      sfu_counter_add (&self->stats->truncated, 1);
    else
      self->received (self->owner, self->data[i], self->messages[i].msg_len,
          &self->from[i]);
  }
}

/* The kernel writes how much it filled into these. */
static void
prepare_burst (SfuUdpReceiver *self)
{
  for (guint i = 0; i < BURST; i++)
    self->messages[i].msg_hdr.msg_namelen = sizeof self->from[i].v6;
  if (self->locals->family == AF_UNSPEC)
    return;
  for (guint i = 0; i < BURST; i++) {
    self->messages[i].msg_hdr.msg_control = &self->control[i];
    self->messages[i].msg_hdr.msg_controllen = sizeof self->control[i];
  }
}

void
sfu_udp_receiver_read (SfuUdpReceiver *self)
{
  gint n;

  prepare_burst (self);
  n = recvmmsg (self->fd, self->messages, BURST, MSG_DONTWAIT, NULL);
  sfu_counter_add (&self->stats->receive_calls, 1);
  if (n < 0)
    /* Errors of earlier sends that ICMP brought are read here, too. */
    GST_LOG ("fd=%d reason=%s", self->fd, g_strerror (errno));
  else
    deliver (self, (guint)n);
}

void
sfu_udp_receiver_init (SfuUdpReceiver *self, gint fd, SfuLocalAddresses *locals,
    SfuUdpSocketStats *stats)
{
  GST_DEBUG_CATEGORY_INIT (sfu_ice_debug, "sfuice", 0, "ICE-lite");
  self->fd = fd;
  self->locals = locals;
  self->stats = stats;
  for (guint i = 0; i < BURST; i++) {
    struct msghdr *header = &self->messages[i].msg_hdr;

    self->iov[i].iov_base = self->data[i];
    self->iov[i].iov_len = sizeof self->data[i];
    header->msg_iov = &self->iov[i];
    header->msg_iovlen = 1;
    header->msg_name = &self->from[i];
  }
}
