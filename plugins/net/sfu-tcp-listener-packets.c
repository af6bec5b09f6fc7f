/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What connections of SfuTcpListener carry: packets out of what was read, and
 * packets into what waits to be sent.
 *
 * Threads: reading and the queue on the media thread; sending at once from any,
 * so what waits is touched under the lock. */
#include "sfu-tcp-listener-private.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "sfu-counter.h"

/* What is done before others in the loop have their turn. */
#define READS_MAX 4
/* Answers to checks and DTLS still find room behind media. */
#define CONTROL_RESERVE_BYTES (16 * 1024)

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
    sfu_tcp_listener_close_connection (self, connection, FALSE);
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
      sfu_tcp_listener_close_connection (self, connection, TRUE);
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

void
sfu_tcp_listener_serve_connection (
    SfuTcpListener *self, guint32 number, guint32 events)
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
  connection = sfu_tcp_listener_find (self, to);
  taken = connection &&
      sfu_tcp_connection_append (
          connection, packet->data, packet->size, self->limits.queue_bytes);
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
  connection = sfu_tcp_listener_find (self, to);
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
