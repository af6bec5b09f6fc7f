/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Events, acks, and the peer behind a Socket.IO socket.
 *
 * Threads: the server's one thread. */
#include "sfu-event-session.h"

#include "sfu-dispatch.h"
#include "sfu-error.h"
#include "sfu-room.h"

#include <string.h>

/* Of an event's name that nobody knows. */
#define MAX_SHOWN_CHARS 64

/* A request that waits for the room. */
typedef struct {
  SfuEventSession *session; /* borrowed: it waits for us */
  const SfuEvent *event;
} Pending;

static void
session_free_when_idle (SfuEventSession *session)
{
  if (session->socket != NULL || session->n_pending > 0 || session->holds > 0)
    return;
  if (session->dialect->free_data != NULL)
    session->dialect->free_data (session->data);
  g_clear_pointer (&session->peer, sfu_peer_unref);
  g_clear_pointer (&session->grant, sfu_grant_unref);
  g_free (session->label);
  g_free (session);
}

const SfuEvent *
sfu_event_dialect_find (const SfuEventDialect *dialect, const gchar *event)
{
  for (guint i = 0; i < dialect->n_events; i++)
    if (strcmp (dialect->events[i].event, event) == 0)
      return &dialect->events[i];
  return NULL;
}

SfuRequest *
sfu_event_decode (const SfuEvent *event, JsonObject *data, GError **error)
{
  g_autoptr (SfuRequest) request = sfu_request_new (event->method);
  g_auto (SfuJsonReader) reader = { NULL };

  sfu_json_reader_init (&reader, "");
  if (event->decode != NULL)
    event->decode (&reader, data, request);
  if (!sfu_json_reader_finish (&reader, error))
    return NULL;
  return g_steal_pointer (&request);
}

/* ---- to the client ---- */

void
sfu_event_session_emit (
    SfuEventSession *session, const gchar *event, JsonObject *data)
{
  JsonNode *node = data != NULL ? sfu_shape_node (data) : NULL;

  if (session->socket != NULL)
    sfu_sio_socket_emit (session->socket, event, node);
  else
    g_clear_pointer (&node, json_node_unref);
}

static void
send_ack (SfuEventSession *session, gint64 ack_id, JsonNode *node)
{
  if (session->socket != NULL)
    sfu_sio_socket_ack (session->socket, ack_id, node);
  else
    json_node_unref (node);
}

void
sfu_event_session_succeed (
    SfuEventSession *session, gint64 ack_id, JsonObject *data)
{
  send_ack (session, ack_id, session->dialect->succeed (session, data));
}

static void
fail (SfuEventSession *session, const SfuEvent *event, gint64 ack_id,
    GError *error)
{
  g_info ("%s event=%s error=%s %s", session->label,
      event != NULL ? event->event : "?",
      error->domain == SFU_ERROR ? sfu_error_name (error->code) : "other",
      error->message);
  send_ack (session, ack_id, session->dialect->fail (session, event, error));
  g_error_free (error);
}

/* What came to the room is counted there. */
void
sfu_event_session_fail (SfuEventSession *session, const SfuEvent *event,
    gint64 ack_id, GError *error)
{
  const gchar *method = event != NULL && event->handle == NULL
      ? sfu_dispatch_lookup (event->method)->name
      : NULL;

  sfu_metrics_request (sfu_rooms_get_metrics (session->services->rooms),
      session->dialect->name, method,
      error->domain == SFU_ERROR ? sfu_error_name (error->code) : "failed", 0,
      0);
  fail (session, event, ack_id, error);
}

/* ---- the room speaks ---- */

static void
on_notify (gpointer owner, const SfuNotice *notice)
{
  SfuEventSession *session = owner;

  if (session->dialect->notify != NULL)
    session->dialect->notify (session, notice);
}

/* Its peers ask for each consumer. */
static void
on_offer_consumer (gpointer owner, SfuRoomConsumer *consumer)
{
}

/* Who was replaced stays away; the others come again by themselves when the
 * connection breaks. So does who was in a room that could not be made: there is no
 * word for that, but one when it comes again, should it be no better then. */
static void
on_room_closed (gpointer owner, SfuCloseReason reason)
{
  SfuEventSession *session = owner;

  g_clear_pointer (&session->peer, sfu_peer_unref);
  if (session->socket != NULL) {
    if (reason == SFU_CLOSE_WORKER || reason == SFU_CLOSE_GOING_AWAY ||
        reason == SFU_CLOSE_REFUSED)
      sfu_sio_socket_drop (session->socket);
    else
      sfu_sio_socket_disconnect (session->socket, FALSE);
  }
  /* Last: it may let go of a session that it held. */
  if (session->dialect->put_out != NULL)
    session->dialect->put_out (session);
}

static const SfuPeerSink sink = {
  .notify = on_notify,
  .offer_consumer = on_offer_consumer,
  .closed = on_room_closed,
};

static void
set_names (SfuEventSession *session)
{
  SfuPeer *peer = session->peer;

  g_free (peer->connection_id);
  peer->connection_id = g_strdup (sfu_sio_socket_get_id (session->socket));
  g_free (session->label);
  session->label = g_strdup_printf ("room=%s peer=%s dialect=%s",
      peer->room->label, peer->label, session->dialect->name);
  peer->dialect = session->dialect->name;
}

gboolean
sfu_event_session_enter (SfuEventSession *session, const gchar *room_id,
    const gchar *peer_id, GError **error)
{
  session->peer = sfu_services_enter (session->services, session->grant,
      room_id, peer_id, &sink, session, error);
  if (session->peer == NULL)
    return FALSE;
  set_names (session);
  g_info ("%s entered", session->label);
  return TRUE;
}

SfuEventSession *
sfu_event_session_of (const SfuPeer *peer)
{
  return peer->sink == &sink ? peer->sink_owner : NULL;
}

void
sfu_event_session_take_over (SfuEventSession *session, SfuPeer *peer)
{
  session->peer = sfu_peer_ref (peer);
  peer->rights = session->grant != NULL
      ? session->grant->rights
      : session->services->config->default_rights;
  peer->moderator = session->grant != NULL && session->grant->moderator;
  set_names (session);
  sfu_room_take_over (peer, &sink, session);
}

void
sfu_event_session_leave (SfuEventSession *session)
{
  g_autoptr (SfuPeer) peer = g_steal_pointer (&session->peer);

  if (peer != NULL)
    sfu_room_remove_peer (peer);
}

/* ---- the client speaks ---- */

static void
on_call_done (
    gpointer owner, SfuCall *call, const SfuReply *reply, const GError *error)
{
  g_autofree Pending *pending = owner;
  SfuEventSession *session = pending->session;
  const SfuEvent *event = pending->event;

  if (reply != NULL) {
    JsonObject *data = json_object_new ();

    if (event->encode != NULL)
      event->encode (session, call->request, reply, data);
    sfu_event_session_succeed (session, call->tag, data);
  } else {
    if (call->request->method == SFU_METHOD_JOIN && session->peer == call->peer)
      sfu_event_session_leave (session);
    fail (session, event, call->tag, g_error_copy (error));
  }
  session->n_pending--;
  session_free_when_idle (session);
}

void
sfu_event_session_request (SfuEventSession *session, const SfuEvent *event,
    gint64 ack_id, SfuRequest *request)
{
  Pending *pending = g_new (Pending, 1);

  pending->session = session;
  pending->event = event;
  session->n_pending++;
  sfu_dispatch (
      sfu_call_new (session->peer, request, ack_id, on_call_done, pending));
}

static void
handle_event (SfuEventSession *session, const SfuEvent *event, gint64 ack_id,
    JsonObject *data)
{
  GError *error = NULL;
  SfuRequest *request;

  if (session->peer == NULL && !event->outside) {
    sfu_event_session_fail (session, event, ack_id,
        g_error_new_literal (
            SFU_ERROR, SFU_ERROR_WRONG_STATE, session->dialect->not_joined));
    return;
  }
  request = sfu_event_decode (event, data, &error);
  if (request == NULL)
    sfu_event_session_fail (session, event, ack_id, error);
  else if (event->handle != NULL)
    event->handle (session, event, ack_id, request);
  else
    sfu_event_session_request (session, event, ack_id, request);
}

static gboolean
is_too_fast (SfuEventSession *session, const SfuEvent *event, gint64 ack_id)
{
  const gchar *text = NULL;

  if (!sfu_token_bucket_take (&session->bucket, g_get_monotonic_time ())) {
    text = "too many requests a second";
    if (++session->n_too_fast >= SFU_SESSION_MAX_TOO_FAST) {
      g_message ("%s sends too much: closing", session->label);
      sfu_sio_socket_disconnect (session->socket, TRUE);
      return TRUE;
    }
  } else {
    session->n_too_fast = 0;
    if (session->n_pending >= session->services->limits.max_pending)
      text = "too many requests are pending";
  }
  if (text != NULL)
    sfu_event_session_fail (session, event, ack_id,
        g_error_new_literal (SFU_ERROR, SFU_ERROR_LIMIT_EXCEEDED, text));
  return text != NULL;
}

/* A name may be as long as a message. */
static GError *
unknown_event (const gchar *name)
{
  g_autofree gchar *shown = g_utf8_substring (
      name, 0, MIN (g_utf8_strlen (name, -1), MAX_SHOWN_CHARS));

  return g_error_new (
      SFU_ERROR, SFU_ERROR_NOT_FOUND, "unknown event \"%s\"", shown);
}

static void
on_event (gpointer owner, const gchar *name, JsonArray *args, gint64 ack_id)
{
  SfuEventSession *session = owner;
  const SfuEvent *event = sfu_event_dialect_find (session->dialect, name);
  g_autoptr (JsonObject) empty = json_object_new ();
  JsonObject *data = empty;
  JsonNode *first = json_array_get_length (args) > 0
      ? json_array_get_element (args, 0)
      : NULL;

  if (is_too_fast (session, event, ack_id))
    return;
  if (event == NULL) {
    sfu_event_session_fail (session, NULL, ack_id, unknown_event (name));
    return;
  }
  if (first != NULL && !JSON_NODE_HOLDS_NULL (first)) {
    if (!JSON_NODE_HOLDS_OBJECT (first)) {
      sfu_event_session_fail (session, event, ack_id,
          g_error_new_literal (SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT,
              "the payload must be an object"));
      return;
    }
    data = json_node_get_object (first);
  }
  handle_event (session, event, ack_id, data);
}

static void
on_refused (gpointer owner, gint64 ack_id, const GError *error)
{
  SfuEventSession *session = owner;

  if (!is_too_fast (session, NULL, ack_id))
    sfu_event_session_fail (session, NULL, ack_id, g_error_copy (error));
}

static void
on_closed (gpointer owner, SfuSioCloseReason reason)
{
  SfuEventSession *session = owner;

  session->socket = NULL;
  g_info ("%s disconnected", session->label);
  if (session->dialect->disconnected != NULL)
    session->dialect->disconnected (session, reason);
  else
    sfu_event_session_leave (session);
  session_free_when_idle (session);
}

static const SfuSioCallbacks socket_callbacks = {
  .event = on_event,
  .refused = on_refused,
  .closed = on_closed,
};

void
sfu_event_session_hold (SfuEventSession *session)
{
  session->holds++;
}

void
sfu_event_session_release (SfuEventSession *session)
{
  session->holds--;
  session_free_when_idle (session);
}

SfuEventSession *
sfu_event_session_prepare (const SfuEventDialect *dialect,
    const SfuServices *services, SfuSioSocket *socket, gpointer data)
{
  SfuEventSession *session = g_new0 (SfuEventSession, 1);
  const SfuSessionLimits *limits = &services->limits;

  session->dialect = dialect;
  session->services = services;
  session->socket = socket;
  session->data = data;
  session->label = g_strdup_printf (
      "dialect=%s socket=%s", dialect->name, sfu_sio_socket_get_id (socket));
  sfu_token_bucket_init (&session->bucket, limits->requests_per_second,
      limits->request_burst, g_get_monotonic_time ());
  return session;
}

void
sfu_event_session_accept (SfuEventSession *session)
{
  sfu_sio_socket_accept (session->socket, &socket_callbacks, session);
}

void
sfu_event_session_refuse (SfuEventSession *session, GError *error)
{
  SfuSioSocket *socket = g_steal_pointer (&session->socket);

  g_message ("%s address=%s refused: %s", session->label,
      sfu_sio_socket_get_address (socket), error->message);
  sfu_sio_socket_refuse (socket, error->message, NULL);
  g_error_free (error);
  sfu_event_session_leave (session);
  session_free_when_idle (session);
}

gboolean
sfu_event_session_admit (SfuEventSession *session, JsonObject *auth,
    const gchar *room_id, GError **error)
{
  JsonNode *node = auth != NULL ? sfu_json_member (auth, "token") : NULL;
  const gchar *token = NULL;

  if (node != NULL && json_node_get_value_type (node) != G_TYPE_STRING) {
    g_set_error_literal (
        error, SFU_ERROR, SFU_ERROR_UNAUTHORIZED, "token: must be a string");
    return FALSE;
  }
  if (node != NULL)
    token = json_node_get_string (node);
  return sfu_services_admit (
      session->services, token, room_id, &session->grant, error);
}

SfuEventSession *
sfu_event_session_new (const SfuEventDialect *dialect,
    const SfuServices *services, SfuSioSocket *socket, gpointer data)
{
  SfuEventSession *session =
      sfu_event_session_prepare (dialect, services, socket, data);

  sfu_event_session_accept (session);
  return session;
}

void
sfu_event_encode_producer_id (SfuEventSession *session,
    const SfuRequest *request, const SfuReply *reply, JsonObject *data)
{
  json_object_set_string_member (data, "producerId", reply->id);
}

void
sfu_event_encode_consumer (SfuEventSession *session, const SfuRequest *request,
    const SfuReply *reply, JsonObject *data)
{
  JsonObject *consumer = json_object_new ();

  sfu_shape_set_consumer (data, reply->consumer);
  sfu_shape_set_consumer (consumer, reply->consumer);
  json_object_set_object_member (data, "consumer", consumer);
}
