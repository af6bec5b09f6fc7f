/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-socket-set.h.
 *
 * Threads: as the header says; members are constant once it is started. */
#include "sfu-socket-set.h"

#include <string.h>
#include <gio/gio.h>

GST_DEBUG_CATEGORY_STATIC (sfu_ice_debug);
#define GST_CAT_DEFAULT sfu_ice_debug

/* The kernel's choice for one address is taken at another only on a machine
 * whose ports are nearly used up. */
#define FREE_PORT_TRIES 64

typedef struct {
  SfuSocketSet *set; /* its owner */
  guint16 number;
  SfuAddress listen;
  SfuUdpSocket *udp;   /* owned */
  SfuTcpListener *tcp; /* owned; NULL: UDP alone */
} Member;

struct _SfuSocketSet {
  SfuMediaLoop *loop; /* owned */
  Member members[SFU_SOCKET_SET_MAX];
  guint n;
  gchar *texts[SFU_SOCKET_SET_MAX + 1]; /* owned */
  const SfuTcpCallbacks *callbacks;     /* borrowed from the owner */
  gpointer owner;
};

/* ---- which addresses? ---- */

static gboolean
covers (const SfuAddress *a, const SfuAddress *b)
{
  if (sfu_address_equal (a, b))
    return TRUE;
  return sfu_address_is_wildcard (a) &&
      (a->any.sa_family == AF_INET6 || b->any.sa_family == AF_INET);
}

static gboolean
is_covered (const SfuAddress *all, guint n, guint i)
{
  for (guint other = 0; other < n; other++) {
    if (other != i && covers (&all[other], &all[i]) &&
        /* Of two equal ones the first stays. */
        (other < i || !covers (&all[i], &all[other])))
      return TRUE;
  }
  return FALSE;
}

static gboolean
read_addresses (gchar **texts, SfuAddress *addresses, guint *n, GError **error)
{
  for (*n = 0; texts[*n]; (*n)++) {
    if (*n == SFU_SOCKET_SET_MAX) {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
          "more than %d addresses in listen-ip", SFU_SOCKET_SET_MAX);
      return FALSE;
    }
    if (!sfu_address_parse (&addresses[*n], g_strstrip (texts[*n]), 0)) {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
          "listen-ip \"%s\" is not an IPv4 or IPv6 address; a host name goes "
          "into announced-address",
          texts[*n]);
      return FALSE;
    }
  }
  return TRUE;
}

static gboolean
fill (SfuSocketSet *self, const gchar *listen, GError **error)
{
  g_auto (GStrv) texts = g_strsplit (*listen ? listen : " ", ",", -1);
  SfuAddress addresses[SFU_SOCKET_SET_MAX];
  guint n;

  if (!read_addresses (texts, addresses, &n, error))
    return FALSE;
  for (guint i = 0; i < n; i++) {
    Member *member = &self->members[self->n];

    if (is_covered (addresses, n, i))
      continue;
    member->set = self;
    member->number = (guint16)self->n;
    member->listen = addresses[i];
    self->texts[self->n++] = g_strdup (texts[i]);
  }
  return TRUE;
}

/* ---- which port? ---- */

static void
close_udp (SfuSocketSet *self)
{
  for (guint i = 0; i < self->n; i++)
    g_clear_pointer (&self->members[i].udp, sfu_udp_socket_free);
}

/* All of them, or none. Port 0: what the first one gets is for all. */
static gboolean
open_at (SfuSocketSet *self, guint port, GError **error)
{
  for (guint i = 0; i < self->n; i++) {
    Member *member = &self->members[i];

    member->listen.v4.sin_port = g_htons ((guint16)port);
    member->udp = sfu_udp_socket_new (self->loop, &member->listen, error);
    if (!member->udp) {
      close_udp (self);
      return FALSE;
    }
    port = sfu_socket_set_get_port (self);
  }
  return TRUE;
}

static gboolean
is_in_use (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
}

/* Any other error than a taken port would be the same on all ports. */
static gboolean
open_range (SfuSocketSet *self, guint16 min, guint16 max, GError **error)
{
  gboolean any = min == 0;
  guint count = any ? FREE_PORT_TRIES : (guint)max - min + 1;
  guint first = any ? 0 : (guint)g_random_int_range (0, (gint32)count);

  for (guint i = 0; i < count; i++) {
    g_autoptr (GError) failure = NULL;

    if (open_at (self, any ? 0 : min + (first + i) % count, &failure))
      return TRUE;
    if (!is_in_use (failure) || count == 1) {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  }
  if (any)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE,
        "no UDP port is free on all of listen-ip");
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE,
        "all UDP ports %u-%u of %s are in use: widen the range", min, max,
        self->texts[0]);
  return FALSE;
}

SfuSocketSet *
sfu_socket_set_new (SfuMediaLoop *loop, const gchar *listen, guint16 port_min,
    guint16 port_max, GError **error)
{
  SfuSocketSet *self = g_new0 (SfuSocketSet, 1);

  GST_DEBUG_CATEGORY_INIT (sfu_ice_debug, "sfuice", 0, "ICE-lite");
  self->loop = g_object_ref (loop);
  if (fill (self, listen, error) &&
      open_range (self, port_min, port_max, error)) {
    for (guint i = 0; i < self->n; i++)
      sfu_udp_socket_answer_from_there (self->members[i].udp);
    return self;
  }
  sfu_socket_set_free (self);
  return NULL;
}

/* ---- TCP ---- */

static gboolean
listen_at (SfuSocketSet *self, guint16 port, GError **error)
{
  for (guint i = 0; i < self->n; i++) {
    Member *member = &self->members[i];
    SfuAddress address = member->listen;

    address.v4.sin_port = g_htons (port);
    member->tcp = sfu_tcp_listener_new (self->loop, &address, NULL, error);
    if (!member->tcp) {
      while (i-- > 0)
        g_clear_pointer (&self->members[i].tcp, sfu_tcp_listener_free);
      return FALSE;
    }
    port = sfu_socket_set_get_tcp_port (self);
  }
  return TRUE;
}

/* ---- receiving ---- */

/* The first socket's packets are passed on as they are: nearly always it is the
 * only one. */
static void
on_received (
    gpointer owner, const guint8 *data, gsize size, const SfuAddress *from)
{
  const Member *member = owner;
  SfuSocketSet *self = member->set;
  SfuAddress named;

  if (member->number == 0) {
    self->callbacks->received (self->owner, data, size, from);
    return;
  }
  named = *from;
  named.path.socket = member->number;
  self->callbacks->received (self->owner, data, size, &named);
}

static void
on_closed (gpointer owner, const SfuAddress *from)
{
  const Member *member = owner;
  SfuAddress named = *from;

  named.path.socket = member->number;
  member->set->callbacks->closed (member->set->owner, &named);
}

void
sfu_socket_set_start (
    SfuSocketSet *self, const SfuTcpCallbacks *callbacks, gpointer owner)
{
  self->callbacks = callbacks;
  self->owner = owner;
  for (guint i = 0; i < self->n; i++)
    sfu_udp_socket_start (self->members[i].udp, on_received, &self->members[i]);
}

gboolean
sfu_socket_set_listen_tcp (SfuSocketSet *self, GError **error)
{
  static const SfuTcpCallbacks own = { on_received, on_closed };
  g_autoptr (GError) failure = NULL;

  if (!listen_at (self, sfu_socket_set_get_port (self), &failure)) {
    if (!is_in_use (failure)) {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
    if (!listen_at (self, 0, error))
      return FALSE;
    GST_WARNING ("%s: port %u instead", failure->message,
        sfu_socket_set_get_tcp_port (self));
  }
  for (guint i = 0; i < self->n; i++)
    sfu_tcp_listener_start (self->members[i].tcp, &own, &self->members[i]);
  return TRUE;
}

void
sfu_socket_set_free (SfuSocketSet *self)
{
  if (!self)
    return;
  close_udp (self);
  for (guint i = 0; i < self->n; i++) {
    sfu_tcp_listener_free (self->members[i].tcp);
    g_free (self->texts[i]);
  }
  g_object_unref (self->loop);
  g_free (self);
}

/* ---- sending ---- */

void
sfu_socket_set_queue (
    SfuSocketSet *self, const SfuPacket *packet, const SfuAddress *to)
{
  const Member *member = &self->members[to->path.socket];

  if (sfu_address_is_tcp (to))
    sfu_tcp_listener_queue (member->tcp, packet, to);
  else
    sfu_udp_socket_queue (member->udp, packet, to);
}

void
sfu_socket_set_flush (SfuSocketSet *self)
{
  for (guint i = 0; i < self->n; i++) {
    sfu_udp_socket_flush (self->members[i].udp);
    if (self->members[i].tcp)
      sfu_tcp_listener_flush (self->members[i].tcp);
  }
}

gboolean
sfu_socket_set_send_now (
    SfuSocketSet *self, const guint8 *data, gsize size, const SfuAddress *to)
{
  const Member *member = &self->members[to->path.socket];

  return sfu_address_is_tcp (to)
      ? sfu_tcp_listener_send_now (member->tcp, data, size, to)
      : sfu_udp_socket_send_now (member->udp, data, size, to);
}

void
sfu_socket_set_keep (SfuSocketSet *self, const SfuAddress *from)
{
  if (sfu_address_is_tcp (from))
    sfu_tcp_listener_keep (self->members[from->path.socket].tcp, from);
}

void
sfu_socket_set_close (SfuSocketSet *self, const SfuAddress *from)
{
  if (sfu_address_is_tcp (from))
    sfu_tcp_listener_close (self->members[from->path.socket].tcp, from);
}

/* ---- what it is asked ---- */

guint16
sfu_socket_set_get_port (const SfuSocketSet *self)
{
  return sfu_address_get_port (
      sfu_udp_socket_get_address (self->members[0].udp));
}

guint16
sfu_socket_set_get_tcp_port (const SfuSocketSet *self)
{
  SfuTcpListener *tcp = self->members[0].tcp;

  return tcp ? sfu_address_get_port (sfu_tcp_listener_get_address (tcp)) : 0;
}

const gchar *const *
sfu_socket_set_get_addresses (const SfuSocketSet *self)
{
  return (const gchar *const *)self->texts;
}

gboolean
sfu_socket_set_is_wildcard (const SfuSocketSet *self)
{
  for (guint i = 0; i < self->n; i++) {
    if (sfu_address_is_wildcard (&self->members[i].listen))
      return TRUE;
  }
  return FALSE;
}

/* Structures of nothing but guint64. */
static void
add_up (gpointer sum, gconstpointer more, gsize size)
{
  guint64 *to = sum;
  const guint64 *from = more;

  for (gsize i = 0; i < size / sizeof *to; i++)
    to[i] += from[i];
}

void
sfu_socket_set_get_stats (
    SfuSocketSet *self, SfuUdpSocketStats *udp, SfuTcpListenerStats *tcp)
{
  memset (udp, 0, sizeof *udp);
  memset (tcp, 0, sizeof *tcp);
  for (guint i = 0; i < self->n; i++) {
    SfuUdpSocketStats of_udp;
    SfuTcpListenerStats of_tcp;

    sfu_udp_socket_get_stats (self->members[i].udp, &of_udp);
    add_up (udp, &of_udp, sizeof *udp);
    if (!self->members[i].tcp)
      continue;
    sfu_tcp_listener_get_stats (self->members[i].tcp, &of_tcp);
    add_up (tcp, &of_tcp, sizeof *tcp);
  }
}
