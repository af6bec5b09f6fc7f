/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A Socket.IO 5 server (over Engine.IO 4), as socket.io-client 4 speaks to it:
 * long-polling with upgrade, or WebSocket only. What dialects build on.
 *
 * A server is one mount: one path with its namespaces. A client that asks for a
 * namespace becomes a socket; whoever added the namespace accepts or refuses
 * it. Framing, sessions, pings and bounds are the server's business.
 *
 * Reference: docs/engine.io-protocol/v4-current.md and
 * docs/socket.io-protocol/v5-current.md of the socket.io repository.
 *
 * Threads: the server's one thread. */
#pragma once

#include <json-glib/json-glib.h>
#include <libsoup/soup.h>

G_BEGIN_DECLS

typedef struct _SfuSioServer SfuSioServer; /* one mount: one path */
typedef struct _SfuSioSocket SfuSioSocket; /* one client in one namespace */

/* No event wants to be answered with this id. */
#define SFU_SIO_NO_ACK G_GINT64_CONSTANT (-1)
/* Questions to one socket that are not answered yet. */
#define SFU_SIO_MAX_ASKED 256

typedef enum {
  SFU_SIO_CLOSED_BY_CLIENT, /* it left the namespace (packet 1): on purpose */
  SFU_SIO_CLOSED_TRANSPORT, /* the connection broke, or ended without leaving */
  SFU_SIO_CLOSED_PING_TIMEOUT, /* nothing was heard from it for too long */
  SFU_SIO_CLOSED_BY_SERVER,    /* disconnect, or the server stops */
  SFU_SIO_CLOSED_ABUSE         /* parse errors, too slow a reader, too long */
} SfuSioCloseReason;

typedef struct {
  /* args: what follows the event's name; borrowed. ack_id SFU_SIO_NO_ACK = no
   * answer is wanted. */
  void (*event) (
      gpointer owner, const gchar *event, JsonArray *args, gint64 ack_id);
  /* An event that is not taken: it is binary, too long, or nests too deep.
   * Answer with sfu_sio_socket_ack, in the dialect's form; without an ack_id
   * the protocol has no way to tell the client. NULL = {"error": text}. */
  void (*refused) (gpointer owner, gint64 ack_id, const GError *error);
  /* The client's answer to sfu_sio_socket_ask; args: borrowed. NULL = none is
   * expected. */
  void (*answered) (gpointer owner, gint64 id, JsonArray *args);
  /* Once, the last call; never from inside a call of ours, but
   * sfu_sio_server_free. The socket is freed after it. */
  void (*closed) (gpointer owner, SfuSioCloseReason reason);
} SfuSioCallbacks;

/* A client asks for the namespace of socket, with auth (NULL = none; borrowed).
 * Answer with sfu_sio_socket_accept or sfu_sio_socket_refuse, now or later. If
 * the client goes away before the answer, socket stays valid until it is
 * answered (accept then calls closed soon). */
typedef void (*SfuSioConnect) (
    gpointer user, SfuSioSocket *socket, JsonObject *auth);

/* 0 or NULL = the default that stands behind the field; path and times are the
 * reference server's. */
typedef struct {
  const gchar *path;      /* "/socket.io"; with or without a slash at its end */
  guint ping_interval_ms; /* 25000 */
  guint ping_timeout_ms;  /* 20000 */
  guint upgrade_timeout_ms; /* 10000; from polling to a WebSocket */
  guint connect_timeout_ms; /* 45000; closed when no namespace is joined */
  gsize max_payload_bytes;  /* 64 KiB; a message. A longer one is refused; four
                             * times that, in a body too, ends the session. */
  gsize max_queue_bytes;    /* 1 MiB; what waits for a slow reader */
  guint max_sessions;       /* 10000 */
  guint max_namespaces_per_session; /* 16 */
  /* NULL-terminated; NULL = any, "*" in it = any. */
  const gchar *const *allowed_origins;
  gboolean allow_credentials; /* cookies of other origins */
} SfuSioOptions;

/* Copies options. NULL = all defaults. */
SfuSioServer *sfu_sio_server_new (const SfuSioOptions *options);
/* From now on, also for who is connected already; but the path stays. */
void sfu_sio_server_set_options (
    SfuSioServer *server, const SfuSioOptions *options);
/* Every socket that is accepted gets its closed call before this returns. NULL
 * safe. Sockets that are not answered yet must still be answered. */
void sfu_sio_server_free (SfuSioServer *server);

/* pattern: "/", "/name", or "/room/" and a star: the star is one part of the
 * path, never empty, as it came (percent-decoding is up to the caller). The
 * first pattern that fits is taken. */
void sfu_sio_server_add_namespace (SfuSioServer *server, const gchar *pattern,
    SfuSioConnect connect, gpointer user);

/* TRUE when a path of an address is this mount's. */
gboolean sfu_sio_server_has_path (SfuSioServer *server, const gchar *path);

/* The HTTP side, for requests on the mount's path that want no WebSocket.
 * Answers in any case, now or later: polls, posts, preflights (CORS). */
void sfu_sio_server_handle_request (
    SfuSioServer *server, SoupServerMessage *message);
/* Before the handshake of a WebSocket: FALSE = it was answered with an error
 * (protocol version, unknown session, origin, ...). */
gboolean sfu_sio_server_check_websocket (
    SfuSioServer *server, SoupServerMessage *message);
/* After the handshake. */
void sfu_sio_server_handle_websocket (SfuSioServer *server,
    SoupServerMessage *message, SoupWebsocketConnection *connection);

/* Ends every session and takes no new one: the process stops. */
void sfu_sio_server_close_all (SfuSioServer *server);
guint sfu_sio_server_n_sessions (SfuSioServer *server);

/* The id that the client sees, too. Unguessable, url-safe. */
const gchar *sfu_sio_socket_get_id (SfuSioSocket *socket);
/* As the client wrote it. */
const gchar *sfu_sio_socket_get_namespace (SfuSioSocket *socket);
/* The client's IP address as text; never NULL. */
const gchar *sfu_sio_socket_get_address (SfuSioSocket *socket);
/* Of the handshake, or NULL. */
const gchar *sfu_sio_socket_get_origin (SfuSioSocket *socket);
/* A parameter of the handshake's address; NULL when there is none, or it is not
 * UTF-8. */
const gchar *sfu_sio_socket_get_query (SfuSioSocket *socket, const gchar *name);

/* callbacks must live as long as the socket. */
void sfu_sio_socket_accept (
    SfuSioSocket *socket, const SfuSioCallbacks *callbacks, gpointer owner);
/* connect_error on the client's side; frees socket. data: taken or NULL, what
 * the client finds as "data" of the error. */
void sfu_sio_socket_refuse (
    SfuSioSocket *socket, const gchar *message, JsonNode *data);

/* After a socket has ended these do nothing. data: taken; NULL = no argument.
 * An array is one argument. */
void sfu_sio_socket_emit (
    SfuSioSocket *socket, const gchar *event, JsonNode *data);
/* The same, and wants the client's answer: returns the id that answered() will
 * bring, at most once. SFU_SIO_NO_ACK: nothing was sent, because the socket has
 * ended or SFU_SIO_MAX_ASKED answers are missing. */
gint64 sfu_sio_socket_ask (
    SfuSioSocket *socket, const gchar *event, JsonNode *data);
/* ack_id SFU_SIO_NO_ACK = nothing to answer. */
void sfu_sio_socket_ack (SfuSioSocket *socket, gint64 ack_id, JsonNode *data);
/* The same with any number of arguments. args: taken. */
void sfu_sio_socket_emit_args (
    SfuSioSocket *socket, const gchar *event, JsonArray *args);
void sfu_sio_socket_ack_args (
    SfuSioSocket *socket, gint64 ack_id, JsonArray *args);
/* After what is queued. close_connection: all namespaces of the client end, and
 * the connection with them. closed() follows, later. */
void sfu_sio_socket_disconnect (
    SfuSioSocket *socket, gboolean close_connection);
/* After what is queued: ends the connection with all its namespaces, but tells
 * none of them. To the client it is a broken connection, after which it comes
 * again by itself; after a disconnect it does not. closed() follows, later. */
void sfu_sio_socket_drop (SfuSioSocket *socket);

G_END_DECLS
