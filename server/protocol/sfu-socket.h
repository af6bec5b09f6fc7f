/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One WebSocket, with bounds: the size of what comes in, the bytes that wait to
 * go out, and how long it may be silent.
 *
 * libsoup queues without a bound and does not say how much. So messages wait
 * here, and libsoup gets the next one only when the kernel takes more: what a
 * slow reader makes us keep is what this counts.
 *
 * Threads: the server's one thread. */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

typedef struct _SfuSocket SfuSocket;

typedef struct {
  /* Above it a message is passed on as oversized; far above it (four times)
   * the connection is closed. */
  gsize max_message_bytes;
  gsize max_queue_bytes;
  guint ping_interval_s; /* 0 = no pings */
  guint ping_timeout_s;  /* without any sign of life */
} SfuSocketLimits;

/* WebSocket close codes we use (RFC 6455 section 7.4.1). The later ones for
 * "restart" and "try later" would fit, but some clients, libsoup's among them,
 * take them for a protocol error. */
#define SFU_SOCKET_CLOSE_GOING_AWAY 1001
#define SFU_SOCKET_CLOSE_POLICY 1008
#define SFU_SOCKET_CLOSE_SERVER_ERROR 1011

typedef struct {
  /* text is NUL-terminated UTF-8. oversized: longer than the limit. */
  void (*message) (
      gpointer owner, const gchar *text, gsize len, gboolean oversized);
  /* Something that is no text message. */
  void (*binary) (gpointer owner);
  /* Once, never from inside a call of ours: the connection is gone or will not
   * be used any more. */
  void (*closed) (gpointer owner);
  /* The first n messages have arrived. Only for connections with ping marks;
   * may be NULL. */
  void (*arrived) (gpointer owner, guint64 n);
} SfuSocketCallbacks;

/* Takes a reference of connection. */
SfuSocket *sfu_socket_new (SoupWebsocketConnection *connection,
    const SfuSocketLimits *limits, const SfuSocketCallbacks *callbacks,
    gpointer owner);
/* Calls nothing any more. A connection that is open is closed. NULL safe. */
void sfu_socket_free (SfuSocket *socket);

/* Takes text. After a close it is dropped. A queue that gets too long closes
 * the connection (SFU_SOCKET_CLOSE_POLICY, "too slow"), a little later. */
void sfu_socket_send (SfuSocket *socket, gchar *text);
/* The same for what is in no hurry: it may wait for company, for
 * SFU_FLUSH_LATER_MS. Order is kept: whatever is sent after it takes it along. */
void sfu_socket_send_later (SfuSocket *socket, gchar *text);

/* Sends what is queued as far as possible, then closes. Idempotent. */
void sfu_socket_close (SfuSocket *socket, guint16 code, const gchar *reason);

/* Closes without sending what is queued; calls nothing any more and frees
 * itself when it is done. */
void sfu_socket_abandon (SfuSocket *socket, guint16 code, const gchar *reason);

/* Has it been told to close? */
gboolean sfu_socket_is_closing (SfuSocket *socket);
/* In closed: did the connection break, so that neither side said goodbye? */
gboolean sfu_socket_is_broken (SfuSocket *socket);

/* Bytes that wait. */
gsize sfu_socket_get_queued (SfuSocket *socket);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuSocket, sfu_socket_free)

G_END_DECLS
