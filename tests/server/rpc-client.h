/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An application server that speaks the media-server RPC, in the test's
 * process; and HTTP with what the routes beside it need.
 *
 * Threads: the test's. */
#pragma once

#include "server-fixture.h"

G_BEGIN_DECLS

typedef struct {
  SoupWebsocketConnection *ws;
  gint64 next_id;
  GQueue inbox; /* of JsonNode: answers, batches and notifications */
  gboolean closed;
  gushort close_code;
} RpcClient;

/* Connects; fails the test when refused. */
RpcClient *rpc_new (Fixture *f);
/* headers: "Name: value", ..., NULL. NULL when the handshake is refused. */
RpcClient *rpc_try (Fixture *f, const gchar *path, const gchar *const *headers);
/* Closes the connection, when it is open, and waits for it. */
void rpc_free (RpcClient *c);
void rpc_wait_closed (RpcClient *c);

void rpc_send (RpcClient *c, const gchar *text);
/* Waits for the next message that is no notification. */
JsonNode *rpc_receive (RpcClient *c);
/* Sends text and compares the answer to the letter. */
void rpc_expect (RpcClient *c, const gchar *text, const gchar *answer);

/* params NULL = none are sent. */
gint64 rpc_send_call (RpcClient *c, const gchar *method, const gchar *params);
JsonNode *rpc_wait_answer (RpcClient *c, gint64 id);
/* The call must succeed; returns its result. */
JsonNode *rpc_ok (RpcClient *c, const gchar *method, const gchar *params);
/* The same, and the result must be this text. */
void rpc_ok_is (RpcClient *c, const gchar *method, const gchar *params,
    const gchar *result);
/* The call must fail with this code and message (a part of it); returns
 * data.reason. */
gchar *rpc_fails (RpcClient *c, const gchar *method, const gchar *params,
    gint code, const gchar *message);
/* The same: INVALID_STATE, and reason must be a part of data.reason. */
void rpc_invalid_state (RpcClient *c, const gchar *method, const gchar *params,
    const gchar *reason);
/* Waits for a notification; returns its params. */
JsonNode *rpc_wait_notification (RpcClient *c, const gchar *method);
/* Takes it out; NULL = there is none by now. */
JsonNode *rpc_take_notification (RpcClient *c, const gchar *method);

/* createTransport; result. */
JsonNode *rpc_transport (RpcClient *c, const gchar *router,
    const gchar *transport, const gchar *user);
/* createProducer. */
void rpc_produce (RpcClient *c, const gchar *transport, const gchar *producer,
    const gchar *kind, guint32 ssrc);
/* createConsumer with all that the server can; result. */
JsonNode *rpc_consume (
    RpcClient *c, const gchar *transport, const gchar *producer);
/* Params of createConsumer. */
gchar *rpc_consume_params (
    RpcClient *c, const gchar *transport, const gchar *producer);

typedef struct {
  guint status;
  gchar *body;
  SoupMessageHeaders *headers;
} RpcHttp;

/* headers as rpc_try, or NULL; body NULL = none. */
RpcHttp rpc_http (Fixture *f, const gchar *method, const gchar *path,
    const gchar *const *headers, const gchar *body);
void rpc_http_clear (RpcHttp *http);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (RpcHttp, rpc_http_clear)

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RpcClient, rpc_free)

G_END_DECLS
