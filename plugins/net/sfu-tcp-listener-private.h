/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The inside of SfuTcpListener, for its files: sfu-tcp-listener.c (its life and
 * its turns of the loop), -accept.c (connections come and go) and -packets.c
 * (what they carry).
 *
 * Threads: as said at the fields; the functions on the media thread. */
#pragma once

#include "sfu-tcp-connection.h"
#include "sfu-tcp-listener.h"

G_BEGIN_DECLS

/* What epoll says of the listening socket, in place of the number of a
 * connection. */
#define SFU_TCP_LISTENER_NUMBER 0

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

/* sfu-tcp-listener.c */
/* Under the lock, or on the media thread. NULL: it is gone. */
SfuTcpConnection *sfu_tcp_listener_find (
    SfuTcpListener *self, const SfuAddress *address);

/* sfu-tcp-listener-accept.c */
void sfu_tcp_listener_init_debug (void);
void sfu_tcp_listener_accept_connections (SfuTcpListener *self);
void sfu_tcp_listener_set_accepting (SfuTcpListener *self, gboolean accepting);
/* tell: the owner, too. Once; later calls do nothing. */
void sfu_tcp_listener_close_connection (
    SfuTcpListener *self, SfuTcpConnection *connection, gboolean tell);

/* sfu-tcp-listener-packets.c */
/* events: what epoll said of the connection with this number. */
void sfu_tcp_listener_serve_connection (
    SfuTcpListener *self, guint32 number, guint32 events);

G_END_DECLS
