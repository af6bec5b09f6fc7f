/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Threads: pure functions. */
#include "sfu-address.h"

#include <string.h>
#include <arpa/inet.h>
#include <gio/gio.h>

/* 2^64 / golden ratio: spreads neighbouring addresses and ports (Knuth 6.4). */
#define HASH_FACTOR G_GUINT64_CONSTANT (0x9e3779b97f4a7c15)

gboolean
sfu_address_parse (SfuAddress *self, const gchar *literal, guint16 port)
{
  g_autoptr (GSocketAddress) address =
      g_inet_socket_address_new_from_string (literal, port);

  memset (self, 0, sizeof *self);
  return address &&
      g_socket_address_to_native (address, self, sizeof *self, NULL);
}

socklen_t
sfu_address_length (const SfuAddress *self)
{
  return self->any.sa_family == AF_INET6 ? sizeof self->v6 : sizeof self->v4;
}

guint16
sfu_address_get_port (const SfuAddress *self)
{
  /* Both families have it at the same place. */
  return g_ntohs (self->v4.sin_port);
}

gboolean
sfu_address_is_tcp (const SfuAddress *self)
{
  return self->path.connection != 0;
}

gboolean
sfu_address_is_wildcard (const SfuAddress *self)
{
  if (self->any.sa_family == AF_INET6)
    return IN6_IS_ADDR_UNSPECIFIED (&self->v6.sin6_addr);
  return self->v4.sin_addr.s_addr == htonl (INADDR_ANY);
}

void
sfu_address_to_text (const SfuAddress *self, gchar *text, gsize size)
{
  SfuAddress plain = sfu_address_unmapped (self);
  const void *bytes = plain.any.sa_family == AF_INET6
      ? (const void *)&plain.v6.sin6_addr
      : (const void *)&plain.v4.sin_addr;

  if (!inet_ntop (plain.any.sa_family, bytes, text, (socklen_t)size))
    g_strlcpy (text, "", size);
}

SfuAddress
sfu_address_unmapped (const SfuAddress *self)
{
  SfuAddress plain = *self;

  if (self->any.sa_family != AF_INET6 ||
      !IN6_IS_ADDR_V4MAPPED (&self->v6.sin6_addr))
    return plain;
  memset (&plain, 0, sizeof plain);
  plain.v4.sin_family = AF_INET;
  plain.v4.sin_port = self->v6.sin6_port;
  /* The last four of the sixteen bytes. */
  memcpy (&plain.v4.sin_addr, &self->v6.sin6_addr.s6_addr[12],
      sizeof plain.v4.sin_addr);
  return plain;
}

SfuAddress
sfu_address_mapped (const SfuAddress *self)
{
  SfuAddress mapped = *self;

  if (self->any.sa_family == AF_INET6)
    return mapped;
  memset (&mapped, 0, sizeof mapped);
  mapped.v6.sin6_family = AF_INET6;
  mapped.v6.sin6_port = self->v4.sin_port;
  mapped.v6.sin6_addr.s6_addr[10] = mapped.v6.sin6_addr.s6_addr[11] = 0xff;
  memcpy (&mapped.v6.sin6_addr.s6_addr[12], &self->v4.sin_addr,
      sizeof self->v4.sin_addr);
  return mapped;
}

guint
sfu_address_hash (gconstpointer self)
{
  const SfuAddress *a = self;
  guint64 key = a->v4.sin_port ^ (guint64)a->path.connection << 32 ^
      (guint64)a->path.local << 24 ^ (guint64)a->path.socket << 40;

  if (a->any.sa_family == AF_INET6) {
    guint64 half[2];

    memcpy (half, &a->v6.sin6_addr, sizeof half);
    key ^= (half[0] * HASH_FACTOR) ^ half[1];
  } else {
    key ^= (guint64)a->v4.sin_addr.s_addr << 16;
  }
  return (guint)((key * HASH_FACTOR) >> 32);
}

gboolean
sfu_address_equal (gconstpointer a, gconstpointer b)
{
  const SfuAddress *x = a, *y = b;

  if (x->any.sa_family != y->any.sa_family ||
      x->v4.sin_port != y->v4.sin_port ||
      x->path.connection != y->path.connection ||
      x->path.local != y->path.local || x->path.socket != y->path.socket)
    return FALSE;
  if (x->any.sa_family == AF_INET)
    return x->v4.sin_addr.s_addr == y->v4.sin_addr.s_addr;
  return memcmp (&x->v6.sin6_addr, &y->v6.sin6_addr, sizeof x->v6.sin6_addr) ==
      0 &&
      x->v6.sin6_scope_id == y->v6.sin6_scope_id;
}
