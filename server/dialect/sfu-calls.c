/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls.
 *
 * Threads: the server's one thread. */
#include "sfu-calls.h"

#include "sfu-calls-webhook.h"
#include "sfu-error.h"
#include "sfu-json-rtp.h"
#include "sfu-ortc.h"
#include "sfu-room-media.h"
#include "sfu-room.h"

/* A call that was made is kept for so long for who made it: the time to ask
 * somebody for a camera. */
#define WAIT_S 60

/* A call that the client has made and not joined yet; one at a time. */
typedef struct {
  SfuRoom *room; /* owned and held; NULL = none */
  guint timeout_id;
} Waiting;

static void
stop_waiting (Waiting *waiting)
{
  g_clear_handle_id (&waiting->timeout_id, g_source_remove);
  if (waiting->room == NULL)
    return;
  sfu_room_release (waiting->room);
  g_clear_pointer (&waiting->room, sfu_room_unref);
}

static void
waiting_free (gpointer data)
{
  stop_waiting (data);
  g_free (data);
}

static gboolean
on_wait_over (gpointer data)
{
  Waiting *waiting = data;

  waiting->timeout_id = 0;
  stop_waiting (waiting);
  return G_SOURCE_REMOVE;
}

static void
wait_for_join (SfuEventSession *session, SfuRoom *room)
{
  Waiting *waiting = session->data;

  sfu_room_hold (room);
  stop_waiting (waiting);
  waiting->room = sfu_room_ref (room);
  waiting->timeout_id = g_timeout_add_seconds (WAIT_S, on_wait_over, waiting);
}

/* ---- shapes ---- */

/* Whoever joined by another protocol may have no user id. */
static void
set_user (JsonObject *object, const SfuPeer *peer)
{
  json_object_set_string_member (object, "peerId", peer->id);
  json_object_set_string_member (
      object, "userId", peer->user_id != NULL ? peer->user_id : peer->id);
}

static JsonObject *
encode_producer (const SfuPeer *peer, const SfuRoomProducer *producer)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "producerId", producer->id);
  set_user (object, peer);
  json_object_set_string_member (
      object, "kind", sfu_media_kind_name (producer->kind));
  return object;
}

static void
decode_call (SfuJsonReader *reader, JsonObject *data, SfuRequest *request)
{
  request->id = sfu_shape_read_name (reader, data, "callId");
}

static void
decode_join (SfuJsonReader *reader, JsonObject *data, SfuRequest *request)
{
  decode_call (reader, data, request);
  request->user_id = sfu_shape_read_name (reader, data, "userId");
  request->display_name = g_strdup (request->user_id);
  request->capabilities = sfu_shape_read_capabilities (reader, data);
}

static void
decode_consume (SfuJsonReader *reader, JsonObject *data, SfuRequest *request)
{
  sfu_shape_read_consume (reader, data, request);
  request->paused = TRUE;
}

static void
encode_peers (SfuEventSession *session, const SfuRequest *request,
    const SfuReply *reply, JsonObject *data)
{
  JsonArray *peers = json_array_new ();

  for (guint i = 0; i < reply->peers->len; i++) {
    JsonObject *peer = json_object_new ();

    set_user (peer, reply->peers->pdata[i]);
    json_array_add_object_element (peers, peer);
  }
  json_object_set_array_member (data, "peers", peers);
}

static void
encode_transport (SfuEventSession *session, const SfuRequest *request,
    const SfuReply *reply, JsonObject *data)
{
  sfu_shape_set_transport (data, reply);
}

/* ---- calls are made, joined and left ---- */

/* Borrowed. */
static SfuRoom *
open_call (SfuEventSession *session, const gchar *call_id, GError **error)
{
  const SfuServices *services = session->services;
  SfuRoom *room = sfu_rooms_find (services->rooms, call_id);

  if (!sfu_grant_allows_room (session->grant, call_id)) {
    g_set_error_literal (error, SFU_ERROR, SFU_ERROR_FORBIDDEN,
        "the token is not for this call");
    return NULL;
  }
  if (room != NULL)
    return room;
  room = sfu_rooms_get_or_create (services->rooms, call_id, error);
  if (room != NULL)
    sfu_calls_webhook_tell (
        services->webhook, call_id, sfu_room_router (room)->id);
  return room;
}

static void
handle_create_room (SfuEventSession *session, const SfuEvent *event,
    gint64 ack_id, SfuRequest *taken)
{
  g_autoptr (SfuRequest) request = taken;
  GError *error = NULL;
  SfuRoom *room = open_call (session, request->id, &error);
  JsonObject *data;

  if (room == NULL) {
    sfu_event_session_fail (session, event, ack_id, error);
    return;
  }
  wait_for_join (session, room);
  data = json_object_new ();
  json_object_set_member (data, "rtpCapabilities",
      sfu_json_from_rtp_capabilities (
          sfu_rooms_get_capabilities (session->services->rooms)));
  sfu_event_session_succeed (session, ack_id, data);
}

static gboolean
enter_call (SfuEventSession *session, const SfuRequest *request, GError **error)
{
  if (session->peer != NULL) {
    g_set_error_literal (
        error, SFU_ERROR, SFU_ERROR_WRONG_STATE, "Already in a call");
    return FALSE;
  }
  /* Before anything is made for it. */
  if (request->capabilities != NULL &&
      !sfu_ortc_validate_capabilities (request->capabilities, error))
    return FALSE;
  return open_call (session, request->id, error) != NULL &&
      sfu_event_session_enter (
          session, request->id, sfu_sio_socket_get_id (session->socket), error);
}

static void
handle_join_room (SfuEventSession *session, const SfuEvent *event,
    gint64 ack_id, SfuRequest *request)
{
  GError *error = NULL;

  if (!enter_call (session, request, &error)) {
    sfu_request_free (request);
    sfu_event_session_fail (session, event, ack_id, error);
    return;
  }
  stop_waiting (session->data);
  sfu_event_session_request (session, event, ack_id, request);
}

static void
handle_leave_room (SfuEventSession *session, const SfuEvent *event,
    gint64 ack_id, SfuRequest *request)
{
  sfu_request_free (request);
  sfu_event_session_leave (session);
  sfu_event_session_succeed (session, ack_id, json_object_new ());
}

static JsonArray *
list_producers (SfuPeer *self)
{
  g_autoptr (GPtrArray) others = sfu_room_participants (self->room, self);
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < others->len; i++) {
    const SfuPeer *other = others->pdata[i];
    g_autoptr (GPtrArray) producers = sfu_peer_table_values (other->producers);

    for (guint j = 0; j < producers->len; j++) {
      const SfuRoomProducer *producer = producers->pdata[j];

      if (producer->live)
        json_array_add_object_element (
            array, encode_producer (other, producer));
    }
  }
  return array;
}

static void
handle_get_producers (SfuEventSession *session, const SfuEvent *event,
    gint64 ack_id, SfuRequest *taken)
{
  g_autoptr (SfuRequest) request = taken;
  JsonObject *data;

  if (g_strcmp0 (request->id, session->peer->room->id) != 0) {
    sfu_event_session_fail (session, event, ack_id,
        g_error_new_literal (
            SFU_ERROR, SFU_ERROR_NOT_FOUND, "Not in this call"));
    return;
  }
  data = json_object_new ();
  json_object_set_array_member (
      data, "producers", list_producers (session->peer));
  sfu_event_session_succeed (session, ack_id, data);
}

/* Where a method stands beside a handler, it is the one that the handler asks
 * the room for. */
static const SfuEvent events[] = {
  { "createRoom", SFU_METHOD_GET_ROUTER_RTP_CAPABILITIES, decode_call, NULL,
      handle_create_room, TRUE },
  { "joinRoom", SFU_METHOD_JOIN, decode_join, encode_peers, handle_join_room,
      TRUE },
  { "createTransport", SFU_METHOD_CREATE_TRANSPORT, sfu_shape_read_direction,
      encode_transport, NULL, FALSE },
  { "connectTransport", SFU_METHOD_CONNECT_TRANSPORT, sfu_shape_read_connect,
      NULL, NULL, FALSE },
  { "produce", SFU_METHOD_PRODUCE, sfu_shape_read_produce,
      sfu_event_encode_producer_id, NULL, FALSE },
  { "consume", SFU_METHOD_CONSUME, decode_consume, sfu_event_encode_consumer,
      NULL, FALSE },
  { "resumeConsumer", SFU_METHOD_RESUME_CONSUMER, sfu_shape_read_consumer_id,
      NULL, NULL, FALSE },
  { "getProducers", SFU_METHOD_GET_ROUTER_RTP_CAPABILITIES, decode_call, NULL,
      handle_get_producers, FALSE },
  { "leaveRoom", SFU_METHOD_GET_ROUTER_RTP_CAPABILITIES, NULL, NULL,
      handle_leave_room, FALSE },
};

/* ---- envelopes ---- */

static JsonNode *
succeed (SfuEventSession *session, JsonObject *data)
{
  JsonObject *envelope = json_object_new ();

  json_object_set_boolean_member (envelope, "success", TRUE);
  json_object_set_object_member (envelope, "data", data);
  return sfu_shape_node (envelope);
}

static JsonNode *
fail (SfuEventSession *session, const SfuEvent *event, const GError *error)
{
  JsonObject *envelope = json_object_new ();

  json_object_set_boolean_member (envelope, "success", FALSE);
  json_object_set_string_member (envelope, "error", error->message);
  return sfu_shape_node (envelope);
}

/* ---- what clients are told ---- */

static void
on_notify (SfuEventSession *session, const SfuNotice *notice)
{
  const gchar *event;
  JsonObject *data;

  switch (notice->kind) {
    case SFU_NOTICE_NEW_PEER:
    case SFU_NOTICE_PEER_CLOSED:
      event = notice->kind == SFU_NOTICE_NEW_PEER ? "peerJoined" : "peerLeft";
      data = json_object_new ();
      set_user (data, notice->peer);
      break;
    case SFU_NOTICE_NEW_PRODUCER:
      event = "newProducer";
      data = encode_producer (notice->peer, notice->producer);
      break;
    case SFU_NOTICE_PRODUCER_CLOSED:
      event = "producerClosed";
      data = json_object_new ();
      json_object_set_string_member (data, "producerId", notice->producer->id);
      set_user (data, notice->peer);
      break;
    default:
      return;
  }
  sfu_event_session_emit (session, event, data);
}

static const SfuEventDialect dialect = {
  .name = "calls",
  .events = events,
  .n_events = G_N_ELEMENTS (events),
  .not_joined = "Not in a call",
  .succeed = succeed,
  .fail = fail,
  .notify = on_notify,
  .free_data = waiting_free,
};

static void
on_connect (gpointer user, SfuSioSocket *socket, JsonObject *auth)
{
  SfuEventSession *session =
      sfu_event_session_prepare (&dialect, user, socket, g_new0 (Waiting, 1));
  GError *error = NULL;

  if (sfu_event_session_admit (session, auth, NULL, &error))
    sfu_event_session_accept (session);
  else
    sfu_event_session_refuse (session, error);
}

void
sfu_calls_open (SfuSioServer *mount, const SfuServices *services)
{
  sfu_sio_server_add_namespace (mount, "/", on_connect, (gpointer)services);
}

const SfuEventDialect *
sfu_calls_get_dialect (void)
{
  return &dialect;
}
