/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One accepted connection of SfuTcpListener: what was read of it and what still
 * waits to be sent. Private to the listener.
 *
 * Threads: as said at the fields. */
#pragma once

#include <gst/gst.h>

#include "sfu-address.h"
#include "sfu-frame-reader.h"

G_BEGIN_DECLS

typedef struct {
  SfuAddress from; /* constant */

  /* Media thread. */
  grefcount refs; /* the table's and those of running reads */
  gint64 accepted_us;
  gboolean proven, closed;
  gboolean dirty; /* in the list of those to be flushed */
  SfuFrameReader reader;

  /* Under the listener's lock. */
  gint fd, epoll;  /* fd: owned */
  GByteArray *out; /* owned: packets with their headers */
  gsize done;      /* of out, already sent */
  gboolean waits;  /* for the kernel to take more */
} SfuTcpConnection;

/* Takes fd and has epoll tell when there is something to read; the number of
 * the connection is what epoll says. NULL: it did not take it. */
SfuTcpConnection *sfu_tcp_connection_new (
    gint fd, gint epoll, const SfuAddress *from);
SfuTcpConnection *sfu_tcp_connection_ref (SfuTcpConnection *self);
void sfu_tcp_connection_unref (SfuTcpConnection *self);

/* Under the lock: */
void sfu_tcp_connection_close (SfuTcpConnection *self);
/* FALSE: more than max bytes would wait. */
gboolean sfu_tcp_connection_append (
    SfuTcpConnection *self, const guint8 *data, gsize size, gsize max);
/* Returns the number of system calls. */
guint sfu_tcp_connection_send (SfuTcpConnection *self);

G_END_DECLS
