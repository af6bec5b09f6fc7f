/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of the Socket.IO server share: a mount has clients (one for
 * each Engine.IO session), a client has sockets (one for each namespace it is
 * in, or has asked for).
 *
 * A socket can outlive its client: until it is answered, and until its owner
 * has been told that it is closed.
 *
 * Threads: the server's one thread. */
#pragma once

#include "sfu-engine-server.h"
#include "sfu-sio.h"

G_BEGIN_DECLS

typedef struct _SfuSioClient SfuSioClient;

typedef struct {
  gchar *pattern; /* owned */
  SfuSioConnect connect;
  gpointer user; /* borrowed: the caller's */
} SfuSioNamespace;

struct _SfuSioServer {
  gchar *path; /* owned; without a slash at its end */
  guint connect_timeout_ms;
  gsize max_payload_bytes;
  guint max_namespaces;
  SfuEngineServer *engine; /* owned */
  GPtrArray *namespaces;   /* of SfuSioNamespace, owned */
  GHashTable *clients;     /* set of SfuSioClient, owned */
  GHashTable *sockets;     /* set of SfuSioSocket: all that are not freed */
};

/* NULL = there is none. */
const SfuSioNamespace *sfu_sio_server_find_namespace (
    SfuSioServer *server, const gchar *ns);

struct _SfuSioClient {
  SfuSioServer *server;      /* borrowed: it frees us */
  SfuEngineSession *session; /* borrowed: tells us when it is closed */
  GHashTable *sockets;       /* namespace -> SfuSioSocket, borrowed */
  gboolean joined;           /* some namespace has been */
  guint n_attachments;       /* binary messages of a refused packet to come */
  guint connect_id;
};

/* Becomes the owner of session, and frees itself with it. */
void sfu_sio_client_new (SfuSioServer *server, SfuEngineSession *session);
/* Without a word to its sockets. */
void sfu_sio_client_free (SfuSioClient *client);
/* text: taken. */
void sfu_sio_client_send (SfuSioClient *client, gchar *text);
/* disconnect with close_connection. */
void sfu_sio_client_close (SfuSioClient *client);
void sfu_sio_client_drop (SfuSioClient *client);

typedef enum {
  SFU_SIO_PENDING, /* to be accepted or refused */
  SFU_SIO_JOINED,
  SFU_SIO_ENDED /* the owner is, or will soon be, told */
} SfuSioState;

struct _SfuSioSocket {
  SfuSioServer *server; /* borrowed; NULL when it is freed */
  SfuSioClient *client; /* borrowed; NULL when the client is gone or has left */
  SfuEngineHandshake *handshake; /* owned */
  gchar *id, *ns;                /* owned */
  const SfuSioCallbacks *callbacks;
  gpointer owner; /* borrowed: the caller's */
  SfuSioState state;
  gint64 next_id;    /* of a question */
  GHashTable *asked; /* set of them, without an answer yet; NULL = none ever */
  gboolean left;     /* while it was pending: the client does not want it now */
  SfuSioCloseReason reason;
  guint closed_id;
};

SfuSioSocket *sfu_sio_socket_new (SfuSioClient *client, const gchar *ns);
/* Its client will not be there any more. A joined one is told now when now is
 * set: only from the main loop. */
void sfu_sio_socket_end (
    SfuSioSocket *socket, SfuSioCloseReason reason, gboolean now);
/* An ack of the client's. */
void sfu_sio_socket_answered (SfuSioSocket *socket, gint64 id, JsonArray *args);
/* An event that is not taken. */
void sfu_sio_socket_refused (
    SfuSioSocket *socket, gint64 ack_id, const GError *error);
/* The server goes: tells and frees, unless it is pending. */
void sfu_sio_socket_orphan (SfuSioSocket *socket);

G_END_DECLS
