/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An IPv4 or IPv6 address with port, as the kernel gives and takes it, and the
 * way to it where there are several: key of the table that finds a transport by
 * its peer's address.
 *
 * Threads: pure data. */
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>
#include <glib.h>

G_BEGIN_DECLS

typedef union {
  struct sockaddr any;
  struct sockaddr_in v4;
  struct sockaddr_in6 v6;
  /* Behind what the kernel knows: a peer that reaches two of our addresses from
   * one of its own has two ways to us, as two ICE candidate pairs. */
  struct {
    struct sockaddr_in6 space;
    guint32 connection; /* number of the TCP connection, 0 = UDP */
    guint16 local;      /* of SfuLocalAddresses; 0 = the kernel chooses */
    guint16 socket;     /* of SfuSocketSet */
  } path;
} SfuAddress;

/* Enough for an IPv6 literal with a scope. */
#define SFU_ADDRESS_TEXT_SIZE 64

/* literal: IPv4 or IPv6, with "%scope" where needed; no host names. */
gboolean sfu_address_parse (
    SfuAddress *self, const gchar *literal, guint16 port);
socklen_t sfu_address_length (const SfuAddress *self);
guint16 sfu_address_get_port (const SfuAddress *self);
gboolean sfu_address_is_tcp (const SfuAddress *self);
/* 0.0.0.0 or :: */
gboolean sfu_address_is_wildcard (const SfuAddress *self);
/* The address without its port. */
void sfu_address_to_text (const SfuAddress *self, gchar *text, gsize size);
/* What the peer knows itself as: ::ffff:1.2.3.4 becomes 1.2.3.4. A socket
 * bound to :: cannot send to the result. */
SfuAddress sfu_address_unmapped (const SfuAddress *self);
/* For a socket of IPv6: 1.2.3.4 becomes ::ffff:1.2.3.4. */
SfuAddress sfu_address_mapped (const SfuAddress *self);

/* GHashFunc and GEqualFunc over SfuAddress. */
guint sfu_address_hash (gconstpointer self);
gboolean sfu_address_equal (gconstpointer a, gconstpointer b);

G_END_DECLS
