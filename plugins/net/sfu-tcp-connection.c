/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-tcp-connection.h.
 *
 * Threads: as the header says. */
#include "sfu-tcp-connection.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>

/* What the kernel keeps beside what is on its way: the rest waits here, where
 * it is counted, and late packets are lost instead of coming seconds late. */
#define KERNEL_UNSENT_BYTES (64 * 1024)
/* An empty queue keeps this much memory. */
#define KEEP_BYTES (16 * 1024)

static gboolean
watch (SfuTcpConnection *self, gint operation, guint32 events)
{
  struct epoll_event event = { .events = events,
    .data.u64 = self->from.path.connection };

  return epoll_ctl (self->epoll, operation, self->fd, &event) == 0;
}

SfuTcpConnection *
sfu_tcp_connection_new (gint fd, gint epoll, const SfuAddress *from)
{
  SfuTcpConnection *self = g_new0 (SfuTcpConnection, 1);
  gint on = 1, unsent = KERNEL_UNSENT_BYTES;

  g_ref_count_init (&self->refs);
  self->fd = fd;
  self->epoll = epoll;
  self->from = *from;
  self->accepted_us = g_get_monotonic_time ();
  self->out = g_byte_array_new ();
  sfu_frame_reader_init (&self->reader);
  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt (fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof unsent);
  if (watch (self, EPOLL_CTL_ADD, EPOLLIN))
    return self;
  sfu_tcp_connection_unref (self);
  return NULL;
}

SfuTcpConnection *
sfu_tcp_connection_ref (SfuTcpConnection *self)
{
  g_ref_count_inc (&self->refs);
  return self;
}

void
sfu_tcp_connection_unref (SfuTcpConnection *self)
{
  if (!g_ref_count_dec (&self->refs))
    return;
  g_byte_array_unref (self->out);
  g_free (self);
}

void
sfu_tcp_connection_close (SfuTcpConnection *self)
{
  /* epoll forgets it by itself. */
  close (self->fd);
  self->fd = -1;
}

/* Where size bytes behind a header may be written; NULL: no room. */
static guint8 *
reserve (SfuTcpConnection *self, gsize size, gsize max)
{
  gsize at = self->out->len;
  gsize needed = SFU_FRAME_HEADER + size;

  if (size > G_MAXUINT16 || at - self->done + needed > max)
    return NULL;
  g_byte_array_set_size (self->out, (guint)(at + needed));
  sfu_frame_write_header (self->out->data + at, size);
  return self->out->data + at + SFU_FRAME_HEADER;
}

gboolean
sfu_tcp_connection_append (
    SfuTcpConnection *self, const guint8 *data, gsize size, gsize max)
{
  guint8 *room = reserve (self, size, max);

  if (room && size > 0)
    memcpy (room, data, size);
  return room != NULL;
}

/* Everything is sent, or never will be. */
static void
empty (SfuTcpConnection *self)
{
  if (self->out->len > KEEP_BYTES) {
    g_byte_array_unref (self->out);
    self->out = g_byte_array_new ();
  }
  g_byte_array_set_size (self->out, 0);
  self->done = 0;
}

static void
set_waits (SfuTcpConnection *self, gboolean waits)
{
  if (self->waits == waits)
    return;
  self->waits = waits;
  watch (self, EPOLL_CTL_MOD, waits ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

guint
sfu_tcp_connection_send (SfuTcpConnection *self)
{
  guint calls = 0;

  while (self->done < self->out->len) {
    gssize n = send (self->fd, self->out->data + self->done,
        self->out->len - self->done, MSG_NOSIGNAL | MSG_DONTWAIT);

    calls++;
    if (n >= 0) {
      self->done += (gsize)n;
    } else if (errno == EAGAIN) {
      /* Moving costs as much as it frees room, on the average. */
      if (self->done >= self->out->len / 2) {
        g_byte_array_remove_range (self->out, 0, (guint)self->done);
        self->done = 0;
      }
      set_waits (self, TRUE);
      return calls;
    } else if (errno != EINTR) {
      /* Broken: reading finds it out, too, and closes it. */
      break;
    }
  }
  empty (self);
  set_waits (self, FALSE);
  return calls;
}
