/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* At which of this machine's addresses a datagram arrived, for a UDP socket that
 * is bound to all of them: an answer must leave from there. The kernel would take
 * the address of the route to the peer, and a client (or its NAT) that asked
 * another one drops what comes from a stranger.
 *
 * Each address gets a small number, which travels in an SfuAddress. A number is
 * never another address's.
 *
 * Threads: read on the media thread; write on any that got the number by way of
 * a lock or of the media thread's mailbox (an entry is written once, before its
 * number is known to anybody). */
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>
#include <glib.h>

G_BEGIN_DECLS

/* Far above the addresses of a host. Those behind it are answered as the kernel
 * likes. */
#define SFU_LOCAL_ADDRESSES_MAX 64
/* Of the control data of one message, in and out. */
#define SFU_LOCAL_ADDRESSES_SPACE CMSG_SPACE (sizeof (struct in6_pktinfo))

typedef union {
  struct in_addr v4;
  struct in6_addr v6;
} SfuLocalAddress;

typedef struct {
  gint family; /* of the socket; AF_UNSPEC = not asked for */
  SfuLocalAddress addresses[SFU_LOCAL_ADDRESSES_MAX];
  guint n;
  guint16 last; /* number of the last datagram's: bursts arrive at one */
} SfuLocalAddresses;

/* Asks the kernel to tell. FALSE: it does not. */
gboolean sfu_local_addresses_init (
    SfuLocalAddresses *self, gint fd, gint family);
/* Of a received message; 0 = not told, or no address to answer from. */
guint16 sfu_local_addresses_read (
    SfuLocalAddresses *self, struct msghdr *message);
/* Writes to where a message's control data goes on. Returns the bytes, 0 for
 * the number 0. */
gsize sfu_local_addresses_write (
    const SfuLocalAddresses *self, guint16 number, gpointer control);

G_END_DECLS
