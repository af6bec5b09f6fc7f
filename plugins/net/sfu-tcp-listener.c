/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All connections stand behind one epoll descriptor, which is the one source
 * that the loop sees: GLib walks every source in every turn. A writer on another
 * thread may ask it for EPOLLOUT, which a GSource would not allow. How they come
 * and go stands in sfu-tcp-listener-accept.c, what they carry in
 * sfu-tcp-listener-packets.c.
 *
 * Threads: connections come and go on the media thread under the lock, so that
 * thread looks without it; what is to be sent is touched under the lock. */
#include "sfu-tcp-listener-private.h"

#include <errno.h>
#include <unistd.h>
#include <sys/epoll.h>
#include <gio/gio.h>
#include <glib-unix.h>

#include "sfu-counter.h"

/* What is done before others in the loop have their turn. */
#define EVENTS_MAX 64
#define BACKLOG 128

static void
unref (SfuTcpListener *self)
{
  if (!g_ref_count_dec (&self->refs))
    return;
  close (self->epoll);
  g_hash_table_unref (self->connections);
  g_array_unref (self->dirty);
  g_mutex_clear (&self->lock);
  g_object_unref (self->loop);
  g_free (self);
}

/* ---- connections ---- */

SfuTcpConnection *
sfu_tcp_listener_find (SfuTcpListener *self, const SfuAddress *address)
{
  return g_hash_table_lookup (
      self->connections, GUINT_TO_POINTER (address->path.connection));
}

void
sfu_tcp_listener_keep (SfuTcpListener *self, const SfuAddress *from)
{
  SfuTcpConnection *connection = sfu_tcp_listener_find (self, from);

  if (connection)
    connection->proven = TRUE;
}

void
sfu_tcp_listener_close (SfuTcpListener *self, const SfuAddress *from)
{
  SfuTcpConnection *connection = sfu_tcp_listener_find (self, from);

  if (connection)
    sfu_tcp_listener_close_connection (self, connection, FALSE);
}

/* ---- turns of the loop ---- */

static gboolean
on_ready (gint fd, GIOCondition condition, gpointer data)
{
  SfuTcpListener *self = data;
  struct epoll_event events[EVENTS_MAX];
  gint n = epoll_wait (self->epoll, events, EVENTS_MAX, 0);

  g_ref_count_inc (&self->refs);
  for (gint i = 0; i < n && self->callbacks; i++) {
    if (events[i].data.u64 == SFU_TCP_LISTENER_NUMBER)
      sfu_tcp_listener_accept_connections (self);
    else
      sfu_tcp_listener_serve_connection (
          self, (guint32)events[i].data.u64, events[i].events);
  }
  unref (self);
  return G_SOURCE_CONTINUE;
}

/* ---- life ---- */

static gboolean
open_socket (SfuTcpListener *self, const SfuAddress *address)
{
  gint both_families = 0, on = 1;
  socklen_t length = sizeof self->address.v6;

  self->fd = socket (
      address->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (self->fd < 0)
    return FALSE;
  /* Connections of an earlier process may linger. */
  setsockopt (self->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (address->any.sa_family == AF_INET6)
    setsockopt (self->fd, IPPROTO_IPV6, IPV6_V6ONLY, &both_families,
        sizeof both_families);
  self->epoll = epoll_create1 (EPOLL_CLOEXEC);
  return self->epoll >= 0 &&
      bind (self->fd, &address->any, sfu_address_length (address)) == 0 &&
      listen (self->fd, BACKLOG) == 0 &&
      getsockname (self->fd, &self->address.any, &length) == 0;
}

static void
refuse (SfuTcpListener *self, const SfuAddress *address, GError **error)
{
  gint code = errno;
  gchar host[SFU_ADDRESS_TEXT_SIZE];

  sfu_address_to_text (address, host, sizeof host);
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code),
      "cannot bind TCP %s:%u: %s", host, sfu_address_get_port (address),
      g_strerror (code));
  if (self->fd >= 0)
    close (self->fd);
  if (self->epoll >= 0)
    close (self->epoll);
  g_free (self);
}

static void
flush_hook (gpointer data)
{
  sfu_tcp_listener_flush (data);
}

SfuTcpListener *
sfu_tcp_listener_new (SfuMediaLoop *loop, const SfuAddress *address,
    const SfuTcpLimits *limits, GError **error)
{
  static const SfuTcpLimits defaults = SFU_TCP_LIMITS_DEFAULT;
  SfuTcpListener *self = g_new0 (SfuTcpListener, 1);

  sfu_tcp_listener_init_debug ();
  self->fd = self->epoll = -1;
  if (!open_socket (self, address)) {
    refuse (self, address, error);
    return NULL;
  }
  g_ref_count_init (&self->refs);
  g_mutex_init (&self->lock);
  self->loop = g_object_ref (loop);
  self->limits = limits ? *limits : defaults;
  self->dirty = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->connections = g_hash_table_new_full (
      NULL, NULL, NULL, (GDestroyNotify)sfu_tcp_connection_unref);
  self->flush.func = flush_hook;
  self->flush.data = self;
  self->flush.phase = SFU_FLUSH_SOCKETS;
  return self;
}

void
sfu_tcp_listener_start (
    SfuTcpListener *self, const SfuTcpCallbacks *callbacks, gpointer owner)
{
  GSource *source = g_unix_fd_source_new (self->epoll, G_IO_IN);

  self->callbacks = callbacks;
  self->owner = owner;
  self->source = source;
  sfu_tcp_listener_set_accepting (self, TRUE);
  g_source_set_static_name (source, "sfu-tcp-listener");
  g_source_set_callback (source, G_SOURCE_FUNC (on_ready), self, NULL);
  g_source_attach (source, sfu_media_loop_get_context (self->loop));
}

static void
stop_source (GSource **source)
{
  if (*source)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static void
stop (gpointer data, gpointer unused)
{
  SfuTcpListener *self = data;
  GHashTableIter iter;
  gpointer value;

  sfu_tcp_listener_flush (self);
  sfu_media_loop_cancel_flush (self->loop, &self->flush);
  self->callbacks = NULL;
  stop_source (&self->source);
  stop_source (&self->timer);
  g_mutex_lock (&self->lock);
  g_hash_table_iter_init (&iter, self->connections);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    ((SfuTcpConnection *)value)->closed = TRUE;
    sfu_tcp_connection_close (value);
    g_hash_table_iter_remove (&iter);
  }
  g_mutex_unlock (&self->lock);
  close (self->fd);
}

void
sfu_tcp_listener_free (SfuTcpListener *self)
{
  if (!self)
    return;
  sfu_media_loop_call (self->loop, stop, self);
  unref (self);
}

/* ---- what it is asked ---- */

const SfuAddress *
sfu_tcp_listener_get_address (SfuTcpListener *self)
{
  return &self->address;
}

void
sfu_tcp_listener_get_stats (SfuTcpListener *self, SfuTcpListenerStats *stats)
{
  const SfuTcpListenerStats *s = &self->stats;

  stats->packets_received = sfu_counter_get (&s->packets_received);
  stats->bytes_received = sfu_counter_get (&s->bytes_received);
  stats->receive_calls = sfu_counter_get (&s->receive_calls);
  stats->packets_sent = sfu_counter_get (&s->packets_sent);
  stats->bytes_sent = sfu_counter_get (&s->bytes_sent);
  stats->send_calls = sfu_counter_get (&s->send_calls);
  stats->queue_full = sfu_counter_get (&s->queue_full);
  stats->gone = sfu_counter_get (&s->gone);
  stats->truncated = sfu_counter_get (&s->truncated);
  stats->refused = sfu_counter_get (&s->refused);
  stats->unproven = sfu_counter_get (&s->unproven);
}
