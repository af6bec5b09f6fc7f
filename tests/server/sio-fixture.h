/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A Socket.IO server in the test's process, and clients that speak Engine.IO by
 * hand: polls, posts, WebSockets, and bytes on a socket.
 *
 * Namespaces: "/" and "/room/ANY" let everybody in; "/auth" wants the token
 * "secret"; "/slow" leaves it to the test. In each: event "echo" is acked with
 * its arguments, "say" comes back as "said", anything else is only counted.
 *
 * Everything that waits runs the main context and gives up at a deadline.
 *
 * Threads: the test's. */
#pragma once

#include "sfu-json.h"
#include "sfu-sio.h"
#include "test-patience.h"

G_BEGIN_DECLS

#define SIO_DEADLINE_US (20 * G_USEC_PER_SEC)

#define SIO_WAIT_UNTIL(condition)                                              \
  G_STMT_START                                                                 \
  {                                                                            \
    TestPatience wait_patience_ = test_patience (SIO_DEADLINE_US);             \
    while (!(condition)) {                                                     \
      if (test_patience_is_over (&wait_patience_))                             \
        g_error ("%s:%d: never true: %s", __FILE__, __LINE__, #condition);     \
      sio_iterate ();                                                          \
    }                                                                          \
  }                                                                            \
  G_STMT_END

/* One turn of the main context, at most 50 ms long. */
void sio_iterate (void);

typedef struct {
  SoupServer *soup;
  SfuSioServer *sio;
  SoupSession *session;
  guint16 port;
  guint n_requests;   /* that the server has seen */
  GPtrArray *members; /* of Member: all that were let in, in order */
  GPtrArray *pending; /* of SfuSioSocket: those of /slow */
} SioFixture;

/* One accepted socket, as the server's side sees it. */
typedef struct {
  SioFixture *f;
  SfuSioSocket *socket; /* NULL once closed */
  gchar *ns, *id;
  guint n_events, n_refused, n_answered, n_closed;
  SfuSioCloseReason reason;
} Member;

/* options NULL = defaults. */
void sio_start (SioFixture *f, const SfuSioOptions *options);
void sio_stop (SioFixture *f);
/* Lets socket in. */
Member *sio_accept (SioFixture *f, SfuSioSocket *socket);
/* Waits until there are so many members in all; returns the last of them. */
Member *sio_wait_member (SioFixture *f, guint n);
/* Waits until it is closed, for this reason. */
void sio_wait_closed (Member *member, SfuSioCloseReason reason);

/* ---- HTTP ---- */

typedef struct {
  SoupMessage *message;
  gboolean done;
  guint status;
  gchar *body; /* NULL until done */
} Request;

/* query: what follows "/socket.io/?EIO=4&transport=polling"; or the whole path
 * when it begins with a slash. header: "Name: value" or NULL, two at most.
 * body NULL = none. */
Request *sio_request (SioFixture *f, const gchar *method, const gchar *query,
    const gchar *header, const gchar *header2, const gchar *body);
Request *sio_get (SioFixture *f, const gchar *sid);
/* The same, and returns when the server has it. */
Request *sio_poll (SioFixture *f, const gchar *sid);
Request *sio_post (SioFixture *f, const gchar *sid, const gchar *body);
void request_wait (Request *request);
/* Of the answer; NULL = none. */
const gchar *request_header (Request *request, const gchar *name);
void request_free (Request *request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Request, request_free)

/* Waits for the answer, checks it, frees request. body NULL = any. */
void sio_expect (Request *request, guint status, const gchar *body);
/* Opens a polling session; returns its id. */
gchar *sio_open (SioFixture *f);
/* The same, and joins a namespace; the answer is read. */
gchar *sio_open_joined (SioFixture *f, const gchar *ns);
/* Is the session's id unknown? */
void sio_expect_unknown (SioFixture *f, const gchar *sid);

/* ---- WebSocket ---- */

typedef struct {
  SoupWebsocketConnection *ws;
  GQueue inbox; /* of gchar * */
  gboolean closed;
  gushort code;
} Ws;

/* query: what follows "/socket.io/?EIO=4&transport=websocket". NULL when it is
 * refused; *status says how. */
Ws *ws_try (
    SioFixture *f, const gchar *query, const gchar *header, guint *status);
/* A new session; its open packet is read. */
Ws *ws_open (SioFixture *f);
/* The same, and joins a namespace; the answer is read. */
Ws *ws_open_joined (SioFixture *f, const gchar *ns);
void ws_send (Ws *ws, const gchar *text);
/* The next message; g_free it. */
gchar *ws_read (Ws *ws);
void ws_expect (Ws *ws, const gchar *text);
/* Waits for the end; code 0 = any. */
void ws_expect_closed (Ws *ws, gushort code);
void ws_free (Ws *ws);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Ws, ws_free)

/* ---- bytes ---- */

GSocketConnection *raw_connect (SioFixture *f);
void raw_write (GSocketConnection *connection, const void *data, gsize len);
/* A GET; returns when the server has it. No answer is read. */
void raw_poll (SioFixture *f, GSocketConnection *connection, const gchar *sid);
/* The handshake of a WebSocket without a session. */
void raw_handshake (GSocketConnection *connection);
/* A masked text frame of less than 126 bytes. */
void raw_send_text (GSocketConnection *connection, const gchar *text);

G_END_DECLS
