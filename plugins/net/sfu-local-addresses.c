/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-local-addresses.h; ip(7) and RFC 3542 6.
 *
 * Threads: as the header says. */
#include "sfu-local-addresses.h"

#include <string.h>

gboolean
sfu_local_addresses_init (SfuLocalAddresses *self, gint fd, gint family)
{
  gint on = 1;
  gboolean told = family == AF_INET6
      ? setsockopt (fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof on) == 0
      : setsockopt (fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof on) == 0;

  memset (self, 0, sizeof *self);
  if (told)
    self->family = family;
  return told;
}

/* FALSE: nothing can be sent from there. Unlike ipi_addr, ipi_spec_dst is an
 * address of ours even when the datagram went to a broadcast address. */
static gboolean
get_address (struct msghdr *message, SfuLocalAddress *address)
{
  struct cmsghdr *cmsg;

  memset (address, 0, sizeof *address);
  for (cmsg = CMSG_FIRSTHDR (message); cmsg;
       cmsg = CMSG_NXTHDR (message, cmsg)) {
    if (cmsg->cmsg_level == IPPROTO_IP && cmsg->cmsg_type == IP_PKTINFO) {
      struct in_pktinfo info;

      memcpy (&info, CMSG_DATA (cmsg), sizeof info);
      address->v4 = info.ipi_spec_dst;
      return address->v4.s_addr != htonl (INADDR_ANY);
    }
    if (cmsg->cmsg_level == IPPROTO_IPV6 && cmsg->cmsg_type == IPV6_PKTINFO) {
      struct in6_pktinfo info;

      memcpy (&info, CMSG_DATA (cmsg), sizeof info);
      address->v6 = info.ipi6_addr;
      return !IN6_IS_ADDR_MULTICAST (&address->v6) &&
          !IN6_IS_ADDR_UNSPECIFIED (&address->v6);
    }
  }
  return FALSE;
}

static gboolean
is_number (
    const SfuLocalAddresses *self, guint number, const SfuLocalAddress *address)
{
  return number > 0 && number <= self->n &&
      memcmp (&self->addresses[number - 1], address, sizeof *address) == 0;
}

guint16
sfu_local_addresses_read (SfuLocalAddresses *self, struct msghdr *message)
{
  SfuLocalAddress address;

  if (!get_address (message, &address))
    return 0;
  if (G_LIKELY (is_number (self, self->last, &address)))
    return self->last;
  for (guint number = 1; number <= self->n; number++) {
    if (is_number (self, number, &address))
      return self->last = (guint16)number;
  }
  if (self->n == SFU_LOCAL_ADDRESSES_MAX)
    return 0;
  self->addresses[self->n++] = address;
  return self->last = (guint16)self->n;
}

/* The interface stays 0: the route to the peer decides it. */
gsize
sfu_local_addresses_write (
    const SfuLocalAddresses *self, guint16 number, gpointer control)
{
  struct cmsghdr *cmsg = control;
  struct in6_pktinfo v6 = { 0 };
  struct in_pktinfo v4 = { 0 };
  gboolean is_v6 = self->family == AF_INET6;
  gsize size = is_v6 ? sizeof v6 : sizeof v4;

  if (number == 0)
    return 0;
  v6.ipi6_addr = self->addresses[number - 1].v6;
  v4.ipi_spec_dst = self->addresses[number - 1].v4;
  memset (cmsg, 0, CMSG_SPACE (size));
  cmsg->cmsg_level = is_v6 ? IPPROTO_IPV6 : IPPROTO_IP;
  cmsg->cmsg_type = is_v6 ? IPV6_PKTINFO : IP_PKTINFO;
  cmsg->cmsg_len = CMSG_LEN (size);
  memcpy (CMSG_DATA (cmsg), is_v6 ? (gpointer)&v6 : (gpointer)&v4, size);
  return CMSG_SPACE (size);
}
