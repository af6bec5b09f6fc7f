/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All connections stand behind one epoll descriptor, which is the one source
 * that the loop sees: GLib walks every source in every turn. A writer on another
 * thread may ask it for EPOLLOUT, which a GSource would not allow.
 *
 * Threads: connections come and go on the media thread under the lock, so that
 * thread looks without it; what is to be sent is touched under the lock. */
#include "sfu-tcp-listener.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <sys/epoll.h>
#include <gio/gio.h>
#include <glib-unix.h>

#include "sfu-counter.h"
#include "sfu-tcp-connection.h"

GST_DEBUG_CATEGORY_STATIC (sfu_ice_debug);
#define GST_CAT_DEFAULT sfu_ice_debug

/* What is done before others in the loop have their turn. */
#define EVENTS_MAX 64
#define ACCEPTS_MAX 16
#define READS_MAX 4
#define BACKLOG 128
#define TICK_US (250 * G_TIME_SPAN_MILLISECOND)
/* Answers to checks and DTLS still find room behind media. */
#define CONTROL_RESERVE_BYTES (16 * 1024)
/* In place of the number of a connection. */
#define LISTENER 0
/* An IPv6 host has this much of the address at least. */
#define IPV6_HOST_BYTES 8

struct _SfuTcpListener {
  SfuMediaLoop *loop; /* owned */
  SfuAddress address;
  SfuTcpLimits limits;
  gint fd, epoll; /* owned */

  /* Media thread. */
  GSource *source;                  /* owned */
  GSource *timer;                   /* owned; while there is what expires */
  grefcount refs;                   /* the user's and running dispatches' */
  const SfuTcpCallbacks *callbacks; /* NULL before start and after free */
  gpointer owner;
  SfuFlushHook flush;
  GArray *dirty; /* of guint32: numbers of connections */
  guint32 last;  /* number given to a connection */
  gboolean accepting;

  GMutex lock;
  GHashTable *connections; /* number -> SfuTcpConnection, owned */

  SfuTcpListenerStats stats; /* sfu-counter.h; sent: by any thread */
};

static void ensure_timer (SfuTcpListener *self);

static void
init_debug (void)
{
  static gsize once;

  if (g_once_init_enter (&once)) {
    GST_DEBUG_CATEGORY_INIT (sfu_ice_debug, "sfuice", 0, "ICE-lite");
    g_once_init_leave (&once, 1);
  }
}

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

static SfuTcpConnection *
find (SfuTcpListener *self, const SfuAddress *address)
{
  return g_hash_table_lookup (
      self->connections, GUINT_TO_POINTER (address->path.connection));
}

/* ---- connections come and go ---- */

static void
close_connection (
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
  while (self->last == LISTENER ||
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

static void
set_accepting (SfuTcpListener *self, gboolean accepting)
{
  struct epoll_event event = { .events = EPOLLIN, .data.u64 = LISTENER };

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
  set_accepting (self, FALSE);
  ensure_timer (self);
}

static void
accept_connections (SfuTcpListener *self)
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
    close_connection (self, late->pdata[i], FALSE);
  }
}

static gboolean
on_tick (gpointer data)
{
  SfuTcpListener *self = data;

  set_accepting (self, TRUE);
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

/* ---- receiving ---- */

/* Whether there is a packet. What was too large before it is counted before
 * anybody is told of it. */
static gboolean
next_packet (SfuTcpListener *self, SfuTcpConnection *connection,
    const guint8 **data, gsize *size)
{
  guint oversized = connection->reader.oversized;
  gboolean found = sfu_frame_reader_next (&connection->reader, data, size);

  sfu_counter_add (
      &self->stats.truncated, connection->reader.oversized - oversized);
  return found;
}

/* FALSE: nothing more is to be read of it. */
static gboolean
deliver (SfuTcpListener *self, SfuTcpConnection *connection)
{
  guint oversized = connection->reader.oversized;
  const guint8 *data;
  gsize size;

  while (!connection->closed && self->callbacks &&
      next_packet (self, connection, &data, &size)) {
    sfu_counter_add (&self->stats.packets_received, 1);
    sfu_counter_add (&self->stats.bytes_received, size);
    self->callbacks->received (self->owner, data, size, &connection->from);
  }
  /* Not one of ours: another protocol's first bytes are a large length. */
  if (connection->reader.oversized != oversized && !connection->proven) {
    if (!connection->closed)
      sfu_counter_add (&self->stats.unproven, 1);
    close_connection (self, connection, FALSE);
  }
  return !connection->closed && self->callbacks;
}

static void
read_connection (SfuTcpListener *self, SfuTcpConnection *connection)
{
  for (guint i = 0; i < READS_MAX; i++) {
    gsize room;
    guint8 *to = sfu_frame_reader_get_room (&connection->reader, &room);
    gssize n = recv (connection->fd, to, room, MSG_DONTWAIT);

    sfu_counter_add (&self->stats.receive_calls, 1);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0 && errno == EAGAIN)
      return;
    if (n <= 0) {
      close_connection (self, connection, TRUE);
      return;
    }
    sfu_frame_reader_add (&connection->reader, (gsize)n);
    if (!deliver (self, connection) || (gsize)n < room)
      return;
  }
}

static void
write_connection (SfuTcpListener *self, SfuTcpConnection *connection)
{
  guint calls;

  g_mutex_lock (&self->lock);
  calls = sfu_tcp_connection_send (connection);
  g_mutex_unlock (&self->lock);
  sfu_counter_add_shared (&self->stats.send_calls, calls);
}

static void
serve (SfuTcpListener *self, guint32 number, guint32 events)
{
  SfuTcpConnection *connection =
      g_hash_table_lookup (self->connections, GUINT_TO_POINTER (number));

  /* An earlier event of this turn may have closed it. */
  if (!connection)
    return;
  sfu_tcp_connection_ref (connection);
  if (events & EPOLLOUT)
    write_connection (self, connection);
  if (events & ~(guint32)EPOLLOUT)
    read_connection (self, connection);
  sfu_tcp_connection_unref (connection);
}

static gboolean
on_ready (gint fd, GIOCondition condition, gpointer data)
{
  SfuTcpListener *self = data;
  struct epoll_event events[EVENTS_MAX];
  gint n = epoll_wait (self->epoll, events, EVENTS_MAX, 0);

  g_ref_count_inc (&self->refs);
  for (gint i = 0; i < n && self->callbacks; i++) {
    if (events[i].data.u64 == LISTENER)
      accept_connections (self);
    else
      serve (self, (guint32)events[i].data.u64, events[i].events);
  }
  unref (self);
  return G_SOURCE_CONTINUE;
}

/* ---- sending ---- */

/* Before the peer can have it. */
static void
count_sent (
    SfuTcpListener *self, SfuTcpConnection *to, gboolean taken, gsize size)
{
  if (taken) {
    sfu_counter_add_shared (&self->stats.packets_sent, 1);
    sfu_counter_add_shared (&self->stats.bytes_sent, size);
  } else if (to) {
    sfu_counter_add_shared (&self->stats.queue_full, 1);
  } else {
    sfu_counter_add_shared (&self->stats.gone, 1);
  }
}

void
sfu_tcp_listener_queue (
    SfuTcpListener *self, const SfuPacket *packet, const SfuAddress *to)
{
  SfuTcpConnection *connection;
  gboolean taken;

  g_mutex_lock (&self->lock);
  connection = find (self, to);
  taken = connection &&
      sfu_tcp_connection_append (connection, packet->data, packet->size,
          self->limits.queue_bytes);
  g_mutex_unlock (&self->lock);
  count_sent (self, connection, taken, packet->size);
  gst_buffer_unref (packet->buffer);
  if (!taken || connection->dirty)
    return;
  connection->dirty = TRUE;
  g_array_append_val (self->dirty, to->path.connection);
  sfu_media_loop_queue_flush (self->loop, &self->flush);
}

void
sfu_tcp_listener_flush (SfuTcpListener *self)
{
  for (guint i = 0; i < self->dirty->len; i++) {
    SfuTcpConnection *connection = g_hash_table_lookup (self->connections,
        GUINT_TO_POINTER (g_array_index (self->dirty, guint32, i)));

    if (!connection)
      continue;
    connection->dirty = FALSE;
    write_connection (self, connection);
  }
  g_array_set_size (self->dirty, 0);
}

gboolean
sfu_tcp_listener_send_now (
    SfuTcpListener *self, const guint8 *data, gsize size, const SfuAddress *to)
{
  SfuTcpConnection *connection;
  gboolean taken;
  guint calls = 0;

  g_mutex_lock (&self->lock);
  connection = find (self, to);
  taken = connection &&
      sfu_tcp_connection_append (connection, data, size,
          self->limits.queue_bytes + CONTROL_RESERVE_BYTES);
  count_sent (self, connection, taken, size);
  if (taken && !connection->waits)
    calls = sfu_tcp_connection_send (connection);
  g_mutex_unlock (&self->lock);
  sfu_counter_add_shared (&self->stats.send_calls, calls);
  return taken;
}

void
sfu_tcp_listener_keep (SfuTcpListener *self, const SfuAddress *from)
{
  SfuTcpConnection *connection = find (self, from);

  if (connection)
    connection->proven = TRUE;
}

void
sfu_tcp_listener_close (SfuTcpListener *self, const SfuAddress *from)
{
  SfuTcpConnection *connection = find (self, from);

  if (connection)
    close_connection (self, connection, FALSE);
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

  init_debug ();
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
  set_accepting (self, TRUE);
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
