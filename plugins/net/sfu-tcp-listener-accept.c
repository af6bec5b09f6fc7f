/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How connections of SfuTcpListener come and go: who may enter, what happens
 * when there is no room, and who proves nothing in time.
 *
 * Threads: media thread; the table of connections is changed under the lock. */
#include "sfu-tcp-listener-private.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <sys/epoll.h>

#include "sfu-counter.h"

GST_DEBUG_CATEGORY_STATIC (sfu_ice_debug);
#define GST_CAT_DEFAULT sfu_ice_debug

/* What is done before others in the loop have their turn. */
#define ACCEPTS_MAX 16
#define TICK_US (250 * G_TIME_SPAN_MILLISECOND)
/* An IPv6 host has this much of the address at least. */
#define IPV6_HOST_BYTES 8

static void ensure_timer (SfuTcpListener *self);

void
sfu_tcp_listener_init_debug (void)
{
  static gsize once;

  if (g_once_init_enter (&once)) {
    GST_DEBUG_CATEGORY_INIT (sfu_ice_debug, "sfuice", 0, "ICE-lite");
    g_once_init_leave (&once, 1);
  }
}

/* ---- connections come and go ---- */

void
sfu_tcp_listener_close_connection (
    SfuTcpListener *self, SfuTcpConnection *connection, gboolean tell)
{
  SfuAddress from = connection->from;

  if (connection->closed)
    return;
  connection->closed = TRUE;
  g_mutex_lock (&self->lock);
  sfu_tcp_connection_close (connection);
  g_hash_table_remove (
      self->connections, GUINT_TO_POINTER (from.path.connection));
  g_mutex_unlock (&self->lock);
  if (tell && self->callbacks)
    self->callbacks->closed (self->owner, &from);
}

static gboolean
is_same_host (const SfuAddress *a, const SfuAddress *b)
{
  SfuAddress x = sfu_address_unmapped (a), y = sfu_address_unmapped (b);

  if (x.any.sa_family != y.any.sa_family)
    return FALSE;
  if (x.any.sa_family == AF_INET)
    return x.v4.sin_addr.s_addr == y.v4.sin_addr.s_addr;
  return memcmp (&x.v6.sin6_addr, &y.v6.sin6_addr, IPV6_HOST_BYTES) == 0;
}

static gboolean
may_enter (SfuTcpListener *self, const SfuAddress *from)
{
  guint of_host = 0;
  GHashTableIter iter;
  gpointer value;

  if (g_hash_table_size (self->connections) >= self->limits.connections)
    return FALSE;
  g_hash_table_iter_init (&iter, self->connections);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    of_host += is_same_host (&((SfuTcpConnection *)value)->from, from);
  return of_host < self->limits.connections_per_host;
}

/* Numbers are used again after 2^32 connections, but never two at a time. */
static guint32
next_number (SfuTcpListener *self)
{
  do
    self->last++;
  while (self->last == SFU_TCP_LISTENER_NUMBER ||
      g_hash_table_contains (self->connections, GUINT_TO_POINTER (self->last)));
  return self->last;
}

static void
enter (SfuTcpListener *self, gint fd, SfuAddress *from)
{
  SfuTcpConnection *connection = NULL;

  if (may_enter (self, from)) {
    from->path.connection = next_number (self);
    connection = sfu_tcp_connection_new (fd, self->epoll, from);
  }
  if (!connection) {
    /* In this order: whoever sees the end finds it counted. */
    sfu_counter_add (&self->stats.refused, 1);
    close (fd);
    return;
  }
  g_mutex_lock (&self->lock);
  g_hash_table_insert (
      self->connections, GUINT_TO_POINTER (from->path.connection), connection);
  g_mutex_unlock (&self->lock);
  ensure_timer (self);
}

void
sfu_tcp_listener_set_accepting (SfuTcpListener *self, gboolean accepting)
{
  struct epoll_event event = { .events = EPOLLIN,
    .data.u64 = SFU_TCP_LISTENER_NUMBER };

  if (self->accepting == accepting)
    return;
  self->accepting = accepting;
  epoll_ctl (
      self->epoll, accepting ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, self->fd, &event);
}

/* Out of files or memory: what waits would wake us for ever, so it waits for
 * the next tick. */
static void
pause_accepting (SfuTcpListener *self)
{
  GST_WARNING ("port=%u no connection can be accepted: %s",
      sfu_address_get_port (&self->address), g_strerror (errno));
  sfu_counter_add (&self->stats.refused, 1);
  sfu_tcp_listener_set_accepting (self, FALSE);
  ensure_timer (self);
}

void
sfu_tcp_listener_accept_connections (SfuTcpListener *self)
{
  for (guint i = 0; i < ACCEPTS_MAX; i++) {
    SfuAddress from = { .path = { .connection = 0 } };
    socklen_t length = sizeof from.v6;
    gint fd =
        accept4 (self->fd, &from.any, &length, SOCK_CLOEXEC | SOCK_NONBLOCK);

    if (fd >= 0) {
      enter (self, fd, &from);
    } else if (errno == EAGAIN) {
      return;
    } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
        errno == ENOMEM) {
      pause_accepting (self);
      return;
    }
    /* Anything else is about the one that came. */
  }
}

/* ---- time ---- */

static void
close_unproven (SfuTcpListener *self, gint64 now_us)
{
  g_autoptr (GPtrArray) late = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->connections);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    const SfuTcpConnection *connection = value;

    if (!connection->proven &&
        now_us - connection->accepted_us >= self->limits.unproven_us)
      g_ptr_array_add (late, value);
  }
  for (guint i = 0; i < late->len; i++) {
    sfu_counter_add (&self->stats.unproven, 1);
    /* Nobody knows it. */
    sfu_tcp_listener_close_connection (self, late->pdata[i], FALSE);
  }
}

static gboolean
on_tick (gpointer data)
{
  SfuTcpListener *self = data;

  sfu_tcp_listener_set_accepting (self, TRUE);
  close_unproven (self, g_get_monotonic_time ());
  if (g_hash_table_size (self->connections) > 0)
    return G_SOURCE_CONTINUE;
  g_clear_pointer (&self->timer, g_source_unref);
  return G_SOURCE_REMOVE;
}

static void
ensure_timer (SfuTcpListener *self)
{
  if (!self->timer)
    self->timer = sfu_media_loop_add_timer (self->loop, TICK_US, on_tick, self);
}
