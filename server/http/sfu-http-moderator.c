/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Moderation over HTTP, for operators and application servers: kick, mute, lock
 * and close. With the admin token, or the token of a moderator of the room.
 *
 * Threads: the server's one thread. */
#include "sfu-http-private.h"

#include "sfu-id.h"
#include "sfu-room-rules.h"
#include "sfu-shapes.h"

static gboolean
is_operator (SfuHttpServer *server, SoupServerMessage *message)
{
  g_autofree gchar *token = sfu_http_given_token (message);

  if (server->config->admin_token != NULL &&
      sfu_secret_equal (token, server->config->admin_token))
    return TRUE;
  /* A page in a browser of this machine is on this machine, too. */
  return server->config->admin_open &&
      soup_message_headers_get_list (
          soup_server_message_get_request_headers (message), "Origin") == NULL;
}

static gboolean
refuse (SoupServerMessage *message, const gchar *text)
{
  sfu_http_reply_error (message, SOUP_STATUS_FORBIDDEN, text);
  return FALSE;
}

gboolean
sfu_http_check_operator (SfuHttpServer *server, SoupServerMessage *message)
{
  if (is_operator (server, message))
    return TRUE;
  if (server->config->admin_open)
    return refuse (message, "not for pages without a token");
  return sfu_http_check_admin (server, message);
}

/* FALSE = answered. */
static gboolean
check_moderator (
    SfuHttpServer *server, SoupServerMessage *message, const gchar *room_id)
{
  g_autofree gchar *token = sfu_http_given_token (message);
  g_autoptr (SfuGrant) grant = NULL;

  if (is_operator (server, message))
    return TRUE;
  if (server->services.verifier != NULL && token != NULL) {
    if (!sfu_http_admit (server, message, room_id, &grant))
      return FALSE;
    if (grant != NULL && grant->moderator)
      return TRUE;
    return refuse (message, "only for moderators of the room");
  }
  return sfu_http_check_operator (server, message);
}

typedef void (*ReadRequest) (
    SfuJsonReader *reader, JsonObject *object, SfuRequest *request);

/* NULL = answered. */
static SfuRequest *
read_request (SoupServerMessage *message, SfuMethod method, ReadRequest read)
{
  g_autoptr (JsonNode) body = NULL;
  g_autoptr (JsonObject) empty = json_object_new ();
  g_autoptr (SfuRequest) request = sfu_request_new (method);
  g_auto (SfuJsonReader) reader = { NULL };
  g_autoptr (GError) error = NULL;

  if (!sfu_http_read_json (message, &body))
    return NULL;
  sfu_json_reader_init (&reader, "");
  read (&reader, body != NULL ? json_node_get_object (body) : empty, request);
  if (sfu_json_reader_finish (&reader, &error))
    return g_steal_pointer (&request);
  sfu_http_reply_gerror (message, error);
  return NULL;
}

/* NULL = answered. */
static SfuRoom *
find_room (
    SfuHttpServer *server, SoupServerMessage *message, const gchar *room_id)
{
  SfuRoom *room;

  if (!check_moderator (server, message, room_id))
    return NULL;
  room = sfu_rooms_find (server->rooms, room_id);
  if (room == NULL)
    sfu_http_reply_error (
        message, SOUP_STATUS_NOT_FOUND, "nobody is in this room");
  return room;
}

static void
reply_done (SoupServerMessage *message)
{
  sfu_http_reply_json (
      message, SOUP_STATUS_OK, sfu_shape_node (json_object_new ()));
}

/* request: as read_request; NULL = answered. *peer: borrowed. */
static SfuRequest *
read_about_peer (SfuRoom *room, SoupServerMessage *message, SfuMethod method,
    ReadRequest read, SfuPeer **peer)
{
  g_autoptr (SfuRequest) request = read_request (message, method, read);
  g_autoptr (GError) error = NULL;

  if (request == NULL)
    return NULL;
  *peer = sfu_room_find_peer (room, request->peer_id, &error);
  if (*peer != NULL)
    return g_steal_pointer (&request);
  sfu_http_reply_gerror (message, error);
  return NULL;
}

void
sfu_http_kick (
    SfuHttpServer *server, SoupServerMessage *message, const gchar *room_id)
{
  SfuRoom *room = find_room (server, message, room_id);
  g_autoptr (SfuRequest) request = NULL;
  SfuPeer *peer;

  if (room == NULL)
    return;
  request = read_about_peer (
      room, message, SFU_METHOD_KICK_PEER, sfu_shape_read_peer_id, &peer);
  if (request == NULL)
    return;
  sfu_room_kick (peer);
  reply_done (message);
}

void
sfu_http_mute (
    SfuHttpServer *server, SoupServerMessage *message, const gchar *room_id)
{
  SfuRoom *room = find_room (server, message, room_id);
  g_autoptr (SfuRequest) request = NULL;
  SfuPeer *peer;

  if (room == NULL)
    return;
  request = read_about_peer (
      room, message, SFU_METHOD_MUTE_PEER, sfu_shape_read_mute, &peer);
  if (request == NULL)
    return;
  sfu_room_mute (peer, request->kinds, request->on);
  reply_done (message);
}

void
sfu_http_lock (
    SfuHttpServer *server, SoupServerMessage *message, const gchar *room_id)
{
  SfuRoom *room = find_room (server, message, room_id);
  g_autoptr (SfuRequest) request = NULL;

  if (room == NULL)
    return;
  request = read_request (message, SFU_METHOD_LOCK_ROOM, sfu_shape_read_lock);
  if (request == NULL)
    return;
  sfu_room_set_locked (room, request->on);
  reply_done (message);
}

void
sfu_http_close_room (
    SfuHttpServer *server, SoupServerMessage *message, const gchar *room_id)
{
  SfuRoom *room = find_room (server, message, room_id);

  if (room == NULL)
    return;
  g_message ("room=%s closed over HTTP", room->label);
  sfu_room_close (room, SFU_CLOSE_ROOM);
  reply_done (message);
}
