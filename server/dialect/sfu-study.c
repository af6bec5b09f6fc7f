/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Study rooms.
 *
 * Threads: the server's one thread. */
#include "sfu-study.h"

#include "sfu-error.h"
#include "sfu-json-rtp.h"
#include "sfu-room.h"

#include <string.h>

/* Of who gives no name: so much of the socket's id. */
#define SHORT_ID 8

/* ---- events: payloads and acks ---- */

static void
decode_consume (SfuJsonReader *reader, JsonObject *data, SfuRequest *request)
{
  sfu_shape_read_consume (reader, data, request);
  request->paused = TRUE;
}

static void
encode_capabilities (SfuEventSession *session, const SfuRequest *request,
    const SfuReply *reply, JsonObject *data)
{
  json_object_set_member (data, "rtpCapabilities",
      sfu_json_from_rtp_capabilities (reply->capabilities));
}

static void
encode_transport (SfuEventSession *session, const SfuRequest *request,
    const SfuReply *reply, JsonObject *data)
{
  json_object_set_object_member (
      data, "transport", sfu_shape_transport (reply));
}

static void
encode_success (SfuEventSession *session, const SfuRequest *request,
    const SfuReply *reply, JsonObject *data)
{
  json_object_set_boolean_member (data, "success", TRUE);
}

static const SfuEvent events[] = {
  { "get-rtp-capabilities", SFU_METHOD_GET_ROUTER_RTP_CAPABILITIES, NULL,
      encode_capabilities, NULL, FALSE },
  { "create-transport", SFU_METHOD_CREATE_TRANSPORT, sfu_shape_read_direction,
      encode_transport, NULL, FALSE },
  { "connect-transport", SFU_METHOD_CONNECT_TRANSPORT, sfu_shape_read_connect,
      encode_success, NULL, FALSE },
  { "produce", SFU_METHOD_PRODUCE, sfu_shape_read_produce,
      sfu_event_encode_producer_id, NULL, FALSE },
  { "consume", SFU_METHOD_CONSUME, decode_consume, sfu_event_encode_consumer,
      NULL, FALSE },
  { "resume-consumer", SFU_METHOD_RESUME_CONSUMER, sfu_shape_read_consumer_id,
      encode_success, NULL, FALSE },
  { "close-producer", SFU_METHOD_CLOSE_PRODUCER, sfu_shape_read_producer_id,
      encode_success, NULL, FALSE },
  { "close-consumer", SFU_METHOD_CLOSE_CONSUMER, sfu_shape_read_consumer_id,
      encode_success, NULL, FALSE },
};

static JsonNode *
succeed (SfuEventSession *session, JsonObject *data)
{
  return sfu_shape_node (data);
}

static JsonNode *
fail (SfuEventSession *session, const SfuEvent *event, const GError *error)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "error", error->message);
  return sfu_shape_node (object);
}

/* ---- what clients are told ---- */

static void
emit_audio_only (SfuEventSession *session, guint n)
{
  JsonObject *data = json_object_new ();

  json_object_set_int_member (data, "participantCount", n);
  json_object_set_int_member (
      data, "threshold", session->services->config->study_audio_only_above);
  sfu_event_session_emit (session, "recommend-audio-only", data);
}

static guint
count_joined (SfuEventSession *session)
{
  g_autoptr (GPtrArray) all = sfu_room_joined_peers (session->peer->room, NULL);

  return all->len;
}

static void
recommend_audio_only (SfuEventSession *session)
{
  guint n = count_joined (session);

  if (n > session->services->config->study_audio_only_above)
    emit_audio_only (session, n);
}

static void
on_notify (SfuEventSession *session, const SfuNotice *notice)
{
  gboolean is_new = notice->kind == SFU_NOTICE_NEW_PRODUCER;
  JsonObject *data;

  /* There is no word for its end. */
  if (notice->kind == SFU_NOTICE_AUDIO_ONLY && notice->on)
    emit_audio_only (session, count_joined (session));
  if (!is_new && notice->kind != SFU_NOTICE_PRODUCER_CLOSED)
    return;
  data = json_object_new ();
  json_object_set_string_member (data, "producerId", notice->producer->id);
  json_object_set_string_member (data, "participantId", notice->peer->id);
  if (is_new)
    json_object_set_string_member (
        data, "kind", sfu_media_kind_name (notice->producer->kind));
  sfu_event_session_emit (
      session, is_new ? "new-producer" : "producer-closed", data);
}

static const SfuEventDialect dialect = {
  .name = "study",
  .events = events,
  .n_events = G_N_ELEMENTS (events),
  .not_joined = "Not in a room",
  .succeed = succeed,
  .fail = fail,
  .notify = on_notify,
};

/* ---- connecting is joining ---- */

/* NULL and an error when it names no room. */
static gchar *
read_room_id (SfuSioSocket *socket, GError **error)
{
  const gchar *name = sfu_sio_socket_get_namespace (socket);
  g_autofree gchar *id =
      g_uri_unescape_string (name + strlen (SFU_STUDY_NAMESPACE), NULL);

  if (sfu_name_is_valid (id))
    return g_steal_pointer (&id);
  sfu_error_invalid (error,
      "not the name of a room: 1 to %u bytes without "
      "control characters are",
      SFU_SHAPE_MAX_ID);
  return NULL;
}

/* What auth or the address says; *name NULL = nothing. */
static gboolean
read_display_name (
    SfuSioSocket *socket, JsonObject *auth, gchar **name, GError **error)
{
  static const gchar *const members[] = { "displayName", "name" };
  g_auto (SfuJsonReader) reader = { NULL };
  const gchar *found = NULL;

  sfu_json_reader_init (&reader, "auth");
  for (guint i = 0; i < G_N_ELEMENTS (members) && found == NULL; i++) {
    if (auth != NULL)
      found = sfu_json_string_or (
          &reader, auth, members[i], SFU_SHAPE_MAX_NAME, NULL);
    if (found == NULL)
      found = sfu_sio_socket_get_query (socket, members[i]);
    if (found != NULL && *found == '\0')
      found = NULL;
  }
  if (found != NULL && !sfu_name_is_valid (found))
    sfu_json_fail (&reader, "displayName",
        "must have 1 to %u bytes without control characters",
        SFU_SHAPE_MAX_NAME);
  *name = g_strdup (found);
  return sfu_json_reader_finish (&reader, error);
}

static gboolean
has_place (const SfuServices *services, const gchar *room_id, GError **error)
{
  SfuRoom *room = sfu_rooms_find (services->rooms, room_id);
  guint max = services->config->study_max_peers;
  g_autoptr (GPtrArray) all = NULL;

  if (room == NULL)
    return TRUE;
  all = sfu_room_participants (room, NULL);
  if (all->len < max)
    return TRUE;
  g_set_error (error, SFU_ERROR, SFU_ERROR_LIMIT_EXCEEDED,
      "Room is full (%u participants)", max);
  return FALSE;
}

static gboolean
enter (SfuEventSession *session, const gchar *room_id, GError **error)
{
  return has_place (session->services, room_id, error) &&
      sfu_event_session_enter (
          session, room_id, sfu_sio_socket_get_id (session->socket), error);
}

/* Nobody can refuse it once the peer is in the room. Without a name of its own
 * it has that of its account, else a part of its id. */
static void
join (SfuEventSession *session, gchar *display_name)
{
  static const SfuEvent connecting = { .event = "connect" };
  SfuRequest *request = sfu_request_new (SFU_METHOD_JOIN);

  if (display_name == NULL && session->peer->display_name == NULL)
    display_name = g_strndup (session->peer->id, SHORT_ID);
  request->display_name = display_name;
  sfu_event_session_request (session, &connecting, SFU_SIO_NO_ACK, request);
  if (session->peer == NULL)
    return;
  recommend_audio_only (session);
  sfu_room_announce_producers (session->peer);
}

static void
on_connect (gpointer user, SfuSioSocket *socket, JsonObject *auth)
{
  SfuEventSession *session =
      sfu_event_session_prepare (&dialect, user, socket, NULL);
  g_autofree gchar *room_id = NULL;
  g_autofree gchar *name = NULL;
  GError *error = NULL;

  room_id = read_room_id (socket, &error);
  if (room_id == NULL || !read_display_name (socket, auth, &name, &error) ||
      !sfu_event_session_admit (session, auth, room_id, &error) ||
      !enter (session, room_id, &error)) {
    sfu_event_session_refuse (session, error);
    return;
  }
  sfu_event_session_accept (session);
  join (session, g_steal_pointer (&name));
}

void
sfu_study_open (SfuSioServer *mount, const SfuServices *services)
{
  sfu_sio_server_add_namespace (
      mount, SFU_STUDY_NAMESPACE "*", on_connect, (gpointer)services);
}

const SfuEventDialect *
sfu_study_get_dialect (void)
{
  return &dialect;
}
