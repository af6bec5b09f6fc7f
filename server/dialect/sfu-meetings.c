/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Meetings: who gets in, joining and coming back, and the table of events.
 *
 *   in the room ──connection breaks──► away ──grace over──► gone (user-left)
 *        ▲                              │
 *        └── joinRoom of the same user ─┘  nobody is told
 *
 * Threads: the server's one thread. */
#include "sfu-meetings-private.h"

#include "sfu-error.h"
#include "sfu-log-line.h"
#include "sfu-room-media.h"
#include "sfu-room.h"

#include <string.h>

/* To the letter what clients of this protocol look for. */
#define AUTHENTICATION_ERROR "Authentication error"

/* What a session has beside its peer. */
typedef struct {
  guint grace_id; /* source; the session is held while it is set */
} Member;

/* ---- away and back ---- */

static gboolean
on_grace_over (gpointer data)
{
  SfuEventSession *session = data;
  Member *member = session->data;

  member->grace_id = 0;
  g_info ("%s did not come back", session->label);
  sfu_event_session_leave (session);
  sfu_event_session_release (session);
  return G_SOURCE_REMOVE;
}

/* Leaving the namespace is leaving on purpose; a connection that breaks is
 * not. */
static void
on_disconnected (SfuEventSession *session, SfuSioCloseReason reason)
{
  Member *member = session->data;
  guint grace_s = session->services->config->meetings_grace_s;
  gboolean broke = reason == SFU_SIO_CLOSED_TRANSPORT ||
      reason == SFU_SIO_CLOSED_PING_TIMEOUT;

  if (session->peer == NULL)
    return;
  if (!broke || grace_s == 0) {
    sfu_event_session_leave (session);
    return;
  }
  g_info ("%s keeps its place for %u s", session->label, grace_s);
  sfu_event_session_hold (session);
  member->grace_id = g_timeout_add_seconds (grace_s, on_grace_over, session);
}

static void
on_put_out (SfuEventSession *session)
{
  Member *member = session->data;

  if (member->grace_id == 0)
    return;
  g_clear_handle_id (&member->grace_id, g_source_remove);
  sfu_event_session_release (session);
}

/* ---- joinRoom ---- */

static void
replace (gchar **field, gchar **value)
{
  if (*value == NULL)
    return;
  g_free (*field);
  *field = g_steal_pointer (value);
}

/* The session has a peer that has joined before. */
static void
go_on (SfuEventSession *session, const SfuEvent *event, gint64 ack_id,
    SfuRequest *request)
{
  SfuPeer *peer = session->peer;
  g_autoptr (GPtrArray) others = sfu_room_participants (peer->room, peer);
  SfuReply reply = { .kind = SFU_REPLY_PEERS, .peers = others };
  JsonObject *data = json_object_new ();

  /* As with the first JOIN: what the account says stays. */
  if (session->grant->email == NULL)
    replace (&peer->email, &request->email);
  if (session->grant->picture == NULL)
    replace (&peer->picture, &request->picture);
  if (request->display_name != NULL &&
      strcmp (peer->display_name, request->display_name) != 0)
    sfu_room_set_display_name (peer, request->display_name);
  event->encode (session, request, &reply, data);
  sfu_event_session_succeed (session, ack_id, data);
}

/* The place that this user has in the room and may have again; NULL = none.
 * Somebody of another protocol with the same name is not the same user. */
static SfuPeer *
find_place (SfuEventSession *session, const gchar *room_id)
{
  const SfuServices *services = session->services;
  const SfuGrant *grant = session->grant;
  SfuRoom *room = sfu_grant_allows_room (grant, room_id)
      ? sfu_rooms_find (services->rooms, room_id)
      : NULL;
  SfuPeer *peer =
      room != NULL ? g_hash_table_lookup (room->peers, grant->user_id) : NULL;
  const SfuEventSession *holder =
      peer != NULL ? sfu_event_session_of (peer) : NULL;

  if (holder == NULL || holder->dialect != session->dialect || !peer->joined)
    return NULL;
  if (holder->socket != NULL &&
      services->config->duplicate_peers == SFU_DUPLICATE_REFUSE)
    return NULL;
  return peer;
}

static void
come_in (SfuEventSession *session, const SfuEvent *event, gint64 ack_id,
    SfuRequest *request)
{
  SfuPeer *place = find_place (session, request->id);
  GError *error = NULL;

  if (place != NULL) {
    sfu_event_session_take_over (session, place);
    go_on (session, event, ack_id, request);
    sfu_request_free (request);
    /* The client makes new ones. */
    sfu_room_close_media (session->peer);
  } else if (sfu_event_session_enter (
                 session, request->id, session->grant->user_id, &error)) {
    sfu_event_session_request (session, event, ack_id, request);
  } else {
    sfu_request_free (request);
    sfu_event_session_fail (session, event, ack_id, error);
  }
}

/* Into another room: out of this one first. Into the same one: nothing
 * changes. */
static void
handle_join (SfuEventSession *session, const SfuEvent *event, gint64 ack_id,
    SfuRequest *request)
{
  if (request->display_name == NULL && session->grant->name == NULL) {
    sfu_request_free (request);
    sfu_event_session_fail (session, event, ack_id,
        g_error_new_literal (
            SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT, "name: missing"));
    return;
  }
  if (session->peer != NULL &&
      strcmp (session->peer->room->id, request->id) == 0) {
    go_on (session, event, ack_id, request);
    sfu_request_free (request);
    return;
  }
  sfu_event_session_leave (session);
  come_in (session, event, ack_id, request);
}

/* ---- other events ---- */

static void
handle_leave (SfuEventSession *session, const SfuEvent *event, gint64 ack_id,
    SfuRequest *request)
{
  JsonObject *data = json_object_new ();

  sfu_meetings_encode_success (session, request, NULL, data);
  sfu_request_free (request);
  sfu_event_session_leave (session);
  sfu_event_session_succeed (session, ack_id, data);
}

/* The contract's words for what can be seen from here; what cannot be consumed
 * for another reason is found by the room. */
static void
handle_consume (SfuEventSession *session, const SfuEvent *event, gint64 ack_id,
    SfuRequest *request)
{
  SfuPeer *peer = session->peer;
  const SfuRoomProducer *producer =
      sfu_room_find_producer (peer->room, request->producer_id);
  const gchar *text = NULL;

  if (!g_hash_table_contains (peer->transports, request->id))
    text = "Router or transport not found";
  else if (producer != NULL && producer->peer->node != NULL)
    text = "Cannot consume: the producer is on another server";
  if (text == NULL) {
    sfu_event_session_request (session, event, ack_id, request);
    return;
  }
  sfu_request_free (request);
  sfu_event_session_fail (session, event, ack_id,
      g_error_new_literal (SFU_ERROR, SFU_ERROR_FAILED, text));
}

static const SfuEvent events[] = {
  { "joinRoom", SFU_METHOD_JOIN, sfu_meetings_decode_join,
      sfu_meetings_encode_join, handle_join, .outside = TRUE },
  { "leaveRoom", .handle = handle_leave, .outside = TRUE },
  { "createTransport", SFU_METHOD_CREATE_TRANSPORT,
      sfu_meetings_decode_create_transport, sfu_meetings_encode_transport },
  { "connectTransport", SFU_METHOD_CONNECT_TRANSPORT, sfu_shape_read_connect,
      sfu_meetings_encode_success },
  { "produce", SFU_METHOD_PRODUCE, sfu_shape_read_produce,
      sfu_meetings_encode_id },
  { "consume", SFU_METHOD_CONSUME, sfu_shape_read_consume,
      sfu_meetings_encode_consumer, handle_consume },
  { "closeProducer", SFU_METHOD_CLOSE_PRODUCER, sfu_shape_read_producer_id,
      sfu_meetings_encode_success },
  { "chat-message", SFU_METHOD_SEND_CHAT, sfu_meetings_decode_chat,
      sfu_meetings_encode_success },
  { "chat", SFU_METHOD_SEND_CHAT, sfu_meetings_decode_chat,
      sfu_meetings_encode_success },
};

/* ---- acks and notifications ---- */

static JsonNode *
succeed (SfuEventSession *session, JsonObject *data)
{
  return sfu_shape_node (data);
}

/* What an event needs and does not find. */
static const gchar *
missing_text (const SfuEvent *event)
{
  switch (event->method) {
    case SFU_METHOD_CREATE_TRANSPORT:
      return "Router not found";
    case SFU_METHOD_CONNECT_TRANSPORT:
    case SFU_METHOD_PRODUCE:
      return "Transport not found";
    case SFU_METHOD_CONSUME:
      return "Router or transport not found";
    case SFU_METHOD_CLOSE_PRODUCER:
      return "Producer not found";
    default:
      return "Not in a room";
  }
}

static const gchar *
error_text (
    const SfuEventSession *session, const SfuEvent *event, const GError *error)
{
  if (event == NULL || error->domain != SFU_ERROR)
    return error->message;
  if (session->peer == NULL && error->code == SFU_ERROR_WRONG_STATE)
    return missing_text (event);
  if (event->method == SFU_METHOD_CONSUME &&
      (error->code == SFU_ERROR_NOT_FOUND ||
          error->code == SFU_ERROR_NOT_SUPPORTED))
    return "Cannot consume";
  if (error->code == SFU_ERROR_NOT_FOUND)
    return missing_text (event);
  return error->message;
}

static JsonNode *
fail (SfuEventSession *session, const SfuEvent *event, const GError *error)
{
  JsonObject *object = json_object_new ();

  if (event != NULL &&
      (event->method == SFU_METHOD_JOIN ||
          event->method == SFU_METHOD_SEND_CHAT))
    json_object_set_boolean_member (object, "success", FALSE);
  json_object_set_string_member (
      object, "error", error_text (session, event, error));
  return sfu_shape_node (object);
}

static void
on_notify (SfuEventSession *session, const SfuNotice *notice)
{
  const gchar *event;
  JsonObject *data = sfu_meetings_encode_notice (notice, &event);

  if (event != NULL)
    sfu_event_session_emit (session, event, data);
}

static const SfuEventDialect dialect = {
  .name = "meetings",
  .events = events,
  .n_events = G_N_ELEMENTS (events),
  .not_joined = "Not in a room",
  .succeed = succeed,
  .fail = fail,
  .notify = on_notify,
  .disconnected = on_disconnected,
  .put_out = on_put_out,
  .free_data = g_free,
};

const SfuEventDialect *
sfu_meetings_get_dialect (void)
{
  return &dialect;
}

/* ---- getting in ---- */

static SfuGrant *
check_token (const SfuServices *services, JsonObject *auth, GError **error)
{
  JsonNode *node = auth != NULL ? sfu_json_member (auth, "token") : NULL;
  const gchar *token = NULL;

  if (services->verifier == NULL) {
    g_warning_once (
        "meetings: nobody can connect before tokens can be checked: "
        "set jwt-secret-file, jwt-secret or jwt-public-key-file");
    g_set_error_literal (
        error, SFU_ERROR, SFU_ERROR_UNAUTHORIZED, "no secret is configured");
    return NULL;
  }
  if (node != NULL && JSON_NODE_HOLDS_VALUE (node) &&
      json_node_get_value_type (node) == G_TYPE_STRING)
    token = json_node_get_string (node);
  return sfu_token_verifier_check (
      services->verifier, token, g_get_real_time () / G_USEC_PER_SEC, error);
}

/* The client learns nothing but that it failed; the reason is for the
 * operator, the token for nobody. */
static void
on_connect (gpointer user, SfuSioSocket *socket, JsonObject *auth)
{
  const SfuServices *services = user;
  g_autoptr (GError) error = NULL;
  SfuGrant *grant = check_token (services, auth, &error);
  g_autofree gchar *user_label = NULL;
  SfuEventSession *session;

  if (grant == NULL) {
    g_info ("dialect=meetings address=%s refused: %s",
        sfu_sio_socket_get_address (socket), error->message);
    sfu_sio_socket_refuse (socket, AUTHENTICATION_ERROR, NULL);
    return;
  }
  session =
      sfu_event_session_new (&dialect, services, socket, g_new0 (Member, 1));
  session->grant = grant;
  user_label = sfu_log_quote (grant->user_id);
  g_info ("%s user=%s connected", session->label, user_label);
}

void
sfu_meetings_open (SfuSioServer *mount, const SfuServices *services)
{
  sfu_sio_server_add_namespace (mount, "/", on_connect, (gpointer)services);
}
