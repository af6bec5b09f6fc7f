/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One connection of an application server.
 *
 * Threads: the server's one thread. */
#include "sfu-rpc-session.h"

#include "sfu-error.h"
#include "sfu-log-line.h"

typedef struct {
  const SfuServices *services; /* borrowed */
  SfuRpcHub *hub;              /* borrowed: as long as the socket */
  SfuSocket *socket;           /* owned; NULL once closed */
  SfuRpcClient *client;        /* owned; NULL once closed, or refused */
  SfuTokenBucket bucket;
  guint n_malformed, n_too_fast;
  guint n_pending; /* calls that will still be answered */
} SfuRpcSession;

/* The answers to one message. */
typedef struct {
  SfuRpcSession *session; /* borrowed: it waits for us */
  guint n_left;           /* calls without an answer; one more while reading */
  gboolean batch;
  JsonArray *answers; /* owned */
} Answers;

/* A call under way. */
typedef struct {
  Answers *answers;
  JsonNode *id; /* owned; NULL = a notification */
  gchar *method;
} Pending;

static void
session_free_when_idle (SfuRpcSession *session)
{
  if (session->socket == NULL && session->n_pending == 0)
    g_free (session);
}

static void
send_node (SfuRpcSession *session, JsonNode *node)
{
  if (session->socket != NULL)
    sfu_socket_send (session->socket, sfu_json_to_string (node));
}

/* ---- answers ---- */

static Answers *
answers_new (SfuRpcSession *session, gboolean batch)
{
  Answers *answers = g_new0 (Answers, 1);

  answers->session = session;
  answers->n_left = 1;
  answers->batch = batch;
  answers->answers = json_array_new ();
  return answers;
}

/* One less to wait for. Those of a batch go out together, the others when they
 * come; where there is nothing to say nothing is sent. */
static void
answers_done (Answers *answers)
{
  g_autoptr (JsonNode) batch = NULL;

  if (--answers->n_left > 0)
    return;
  if (answers->batch && json_array_get_length (answers->answers) > 0) {
    batch = json_node_new (JSON_NODE_ARRAY);
    json_node_set_array (batch, answers->answers);
    send_node (answers->session, batch);
  } else if (json_array_get_length (answers->answers) > 0) {
    send_node (answers->session, json_array_get_element (answers->answers, 0));
  }
  json_array_unref (answers->answers);
  g_free (answers);
}

/* Takes node. A notification is not answered, whatever becomes of it. */
static void
add_answer (Answers *answers, JsonNode *id, JsonNode *node)
{
  if (id != NULL)
    json_array_add_element (answers->answers, node);
  else
    json_node_unref (node);
}

static void
on_called (gpointer data, JsonNode *result, GError *error)
{
  Pending *pending = data;
  Answers *answers = pending->answers;
  SfuRpcSession *session = answers->session;

  if (error != NULL) {
    g_info ("dialect=rpc method=%s error=%s %s", pending->method,
        error->domain == SFU_ERROR ? sfu_error_name (error->code) : "other",
        error->message);
    add_answer (answers, pending->id, sfu_rpc_error (pending->id, error));
    g_error_free (error);
  } else {
    add_answer (
        answers, pending->id, sfu_json_rpc_result (pending->id, result));
  }
  answers_done (answers);
  g_clear_pointer (&pending->id, json_node_unref);
  g_free (pending->method);
  g_free (pending);
  session->n_pending--;
  session_free_when_idle (session);
}

/* ---- calls ---- */

static void
hang_up (SfuRpcSession *session, const gchar *why)
{
  g_message ("an application server %s: closing", why);
  sfu_socket_close (session->socket, SFU_SOCKET_CLOSE_POLICY, why);
}

/* What was no request. */
static void
refuse (SfuRpcSession *session, Answers *answers, const SfuJsonRpcCall *call)
{
  g_info ("rpc malformed message: %s", call->reason);
  add_answer (answers, call->id,
      sfu_rpc_refusal (call->id, call->error_code, call->reason));
  if (++session->n_malformed == SFU_SESSION_MAX_MALFORMED)
    hang_up (session, "sends too many malformed messages");
}

/* NULL = the call may go on. */
static GError *
check_limits (SfuRpcSession *session)
{
  const SfuConfig *config = session->services->config;

  if (!sfu_token_bucket_take (&session->bucket, g_get_monotonic_time ())) {
    if (++session->n_too_fast == SFU_SESSION_MAX_TOO_FAST)
      hang_up (session, "sends too many requests");
    return g_error_new_literal (
        SFU_ERROR, SFU_ERROR_LIMIT_EXCEEDED, "too many requests a second");
  }
  session->n_too_fast = 0;
  if (session->n_pending >= config->rpc_max_pending)
    return g_error_new_literal (
        SFU_ERROR, SFU_ERROR_LIMIT_EXCEEDED, "too many requests are pending");
  return NULL;
}

static void
make_call (SfuRpcSession *session, Answers *answers, const SfuJsonRpcCall *call)
{
  g_autoptr (SfuRpcRequest) request = NULL;
  g_autoptr (GError) error = check_limits (session);
  Pending *pending;

  if (error == NULL)
    request = sfu_rpc_decode (call->method, call->params, &error);
  if (request == NULL) {
    gboolean unknown = g_error_matches (error, SFU_ERROR, SFU_ERROR_NOT_FOUND);

    g_autofree gchar *shown = sfu_log_quote (call->method);

    g_info ("dialect=rpc method=%s refused: %s", shown, error->message);
    sfu_metrics_request (sfu_rooms_get_metrics (session->services->rooms),
        "rpc", NULL,
        error->domain == SFU_ERROR ? sfu_error_name (error->code) : "failed", 0,
        0);
    add_answer (answers, call->id,
        unknown ? sfu_rpc_refusal (
                      call->id, SFU_JSON_RPC_METHOD_NOT_FOUND, error->message)
                : sfu_rpc_error (call->id, error));
    return;
  }
  pending = g_new (Pending, 1);
  pending->answers = answers;
  pending->id = call->id != NULL ? json_node_ref (call->id) : NULL;
  pending->method = g_strdup (call->method);
  answers->n_left++;
  session->n_pending++;
  sfu_rpc_hub_call (session->hub, session->client, g_steal_pointer (&request),
      on_called, pending);
}

static void
on_message (gpointer owner, const gchar *text, gsize len, gboolean oversized)
{
  SfuRpcSession *session = owner;
  g_auto (SfuJsonRpcMessage) message = { NULL };
  Answers *answers;

  if (session->client == NULL)
    return;
  sfu_json_rpc_parse (&message, text, len);
  answers = answers_new (session, message.batch && !oversized);
  for (guint i = 0; i < message.calls->len && !oversized; i++) {
    const SfuJsonRpcCall *call = message.calls->pdata[i];

    if (call->error_code != 0) {
      refuse (session, answers, call);
    } else {
      session->n_malformed = 0;
      make_call (session, answers, call);
    }
  }
  if (oversized) {
    SfuJsonRpcCall call = { .error_code = SFU_JSON_RPC_INVALID_REQUEST };
    g_autofree gchar *reason = g_strdup_printf (
        "message of %" G_GSIZE_FORMAT " bytes is longer than %" G_GSIZE_FORMAT,
        len, session->services->limits.socket.max_message_bytes);
    const SfuJsonRpcCall *first = message.calls->pdata[0];
    g_autoptr (JsonNode) null = json_node_new (JSON_NODE_NULL);

    call.id = !message.batch && first->id != NULL ? first->id : null;
    call.reason = reason;
    refuse (session, answers, &call);
  }
  answers_done (answers);
}

static void
on_binary (gpointer owner)
{
  SfuRpcSession *session = owner;
  g_autoptr (JsonNode) null = json_node_new (JSON_NODE_NULL);
  SfuJsonRpcCall call = { .id = null,
    .error_code = SFU_JSON_RPC_PARSE_ERROR,
    .reason = (gchar *)"binary messages are not understood" };
  Answers *answers = answers_new (session, FALSE);

  refuse (session, answers, &call);
  answers_done (answers);
}

static void
on_closed (gpointer owner)
{
  SfuRpcSession *session = owner;

  g_info ("an application server disconnected");
  g_clear_pointer (&session->client, sfu_rpc_client_free);
  g_clear_pointer (&session->socket, sfu_socket_free);
  session_free_when_idle (session);
}

static const SfuSocketCallbacks socket_callbacks = {
  .message = on_message,
  .binary = on_binary,
  .closed = on_closed,
};

/* ---- the hub speaks ---- */

static void
on_notify (gpointer owner, const gchar *method, JsonNode *params)
{
  g_autoptr (JsonNode) node = sfu_json_rpc_notification (method, params);

  send_node (owner, node);
}

static void
on_stop (gpointer owner)
{
  SfuRpcSession *session = owner;

  sfu_socket_close (
      session->socket, SFU_SOCKET_CLOSE_GOING_AWAY, "server stops");
}

static const SfuRpcClientCallbacks client_callbacks = {
  .notify = on_notify,
  .stop = on_stop,
};

void
sfu_rpc_session_start (const SfuServices *services, SfuRpcHub *hub,
    SoupWebsocketConnection *connection)
{
  const SfuConfig *config = services->config;
  SfuRpcSession *session = g_new0 (SfuRpcSession, 1);

  session->services = services;
  session->hub = hub;
  sfu_token_bucket_init (&session->bucket, config->rpc_requests_per_second,
      config->rpc_requests_per_second, g_get_monotonic_time ());
  session->socket = sfu_socket_new (
      connection, &services->limits.socket, &socket_callbacks, session);
  session->client = sfu_rpc_hub_connect (hub, &client_callbacks, session);
  if (session->client == NULL)
    hang_up (session, "is one too many");
  else
    g_info ("an application server connected");
}
