/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The REST of broadcasters, as mediasoup's demo has it: rooms/R/broadcasters.
 * Who may come in by the native protocol may come in here.
 *
 * Threads: the server's one thread. */
#include "sfu-http-private.h"

#include "sfu-broadcaster-words.h"
#include "sfu-broadcaster.h"
#include "sfu-error.h"
#include "sfu-name.h"
#include "sfu-ortc.h"
#include "sfu-room-media.h"

#include <string.h>

/* Places in the path. */
enum {
  PART_ROOM = 1,
  PART_BROADCASTER = 3,
  PART_TRANSPORT = 5,
  PART_CONSUMER = 5
};

/* ---- answers ---- */

static void
on_done (
    gpointer owner, SfuCall *call, const SfuReply *reply, const GError *error)
{
  SoupServerMessage *message = owner;

  if (reply != NULL) {
    sfu_http_reply_json (message, SOUP_STATUS_OK,
        sfu_broadcaster_encode (reply, call->peer->capabilities));
  } else {
    g_info ("room=%s peer=%s broadcaster refused: %s", call->peer->room->label,
        call->peer->label, error->message);
    sfu_http_reply_gerror (message, error);
  }
  sfu_http_release (message);
}

/* ---- what is asked ---- */

typedef struct {
  SfuHttpServer *server;
  SoupServerMessage *message;
  GStrv parts;     /* borrowed */
  SfuGrant *grant; /* owned; NULL = no account */
  JsonNode *body;  /* owned; NULL = there is none */
} Ask;

static void
ask_clear (Ask *ask)
{
  g_clear_pointer (&ask->grant, sfu_grant_unref);
  g_clear_pointer (&ask->body, json_node_unref);
}

/* FALSE = answered. */
static gboolean
ask_init (
    Ask *ask, SfuHttpServer *server, SoupServerMessage *message, GStrv parts)
{
  *ask = (Ask){ server, message, parts, NULL, NULL };
  if (!server->config->native.enabled) {
    sfu_http_reply_error (message, SOUP_STATUS_NOT_FOUND,
        "broadcasters belong to the native protocol, which is switched off");
    return FALSE;
  }
  if (sfu_http_admit (server, message, parts[PART_ROOM], &ask->grant) &&
      sfu_http_read_json (message, &ask->body))
    return TRUE;
  ask_clear (ask);
  return FALSE;
}

/* NULL = answered. */
static SfuBroadcaster *
find (Ask *ask)
{
  g_autoptr (GError) error = NULL;
  SfuBroadcaster *broadcaster = sfu_broadcaster_find (&ask->server->services,
      ask->grant, ask->parts[PART_ROOM], ask->parts[PART_BROADCASTER], &error);

  if (broadcaster == NULL)
    sfu_http_reply_gerror (ask->message, error);
  return broadcaster;
}

/* Takes request (NULL = error says why, taken). */
static void
pass_on (
    Ask *ask, SfuBroadcaster *broadcaster, SfuRequest *request, GError *error)
{
  if (request != NULL) {
    sfu_broadcaster_ask (
        broadcaster, request, on_done, sfu_http_hold (ask->message));
    return;
  }
  sfu_http_reply_gerror (ask->message, error);
  g_error_free (error);
}

/* ---- routes ---- */

/* Who cannot join must not have replaced anybody: all is checked before. */
static void
create (Ask *ask)
{
  g_autofree gchar *id = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (SfuRequest) request =
      sfu_broadcaster_decode_join (ask->body, &id, &error);
  SfuBroadcaster *broadcaster = NULL;

  if (request != NULL && request->display_name == NULL &&
      (ask->grant == NULL || ask->grant->name == NULL))
    sfu_error_invalid (&error, "displayName: missing");
  if (error == NULL &&
      (request->capabilities == NULL ||
          sfu_ortc_validate_capabilities (request->capabilities, &error)))
    broadcaster = sfu_broadcaster_enter (
        &ask->server->services, ask->grant, ask->parts[PART_ROOM], id, &error);
  if (broadcaster == NULL)
    sfu_http_reply_gerror (ask->message, error);
  else
    pass_on (ask, broadcaster, g_steal_pointer (&request), NULL);
}

static void delete (Ask *ask)
{
  SfuBroadcaster *broadcaster = find (ask);

  if (broadcaster == NULL)
    return;
  sfu_broadcaster_leave (broadcaster);
  sfu_http_reply_text (ask->message, SOUP_STATUS_OK, "text/plain",
      g_strdup ("broadcaster deleted"));
}

static void
create_transport (Ask *ask)
{
  SfuBroadcaster *broadcaster = find (ask);
  SfuRequest *request;
  GError *error = NULL;

  if (broadcaster == NULL)
    return;
  request = sfu_broadcaster_decode_transport (ask->body, &error);
  pass_on (ask, broadcaster, request, error);
}

static void
connect_transport (Ask *ask)
{
  SfuBroadcaster *broadcaster = find (ask);
  const gchar *id = ask->parts[PART_TRANSPORT];
  const SfuRoomTransport *transport;
  SfuRequest *request;
  GError *error = NULL;

  if (broadcaster == NULL)
    return;
  transport = g_hash_table_lookup (
      sfu_broadcaster_get_peer (broadcaster)->transports, id);
  request = sfu_broadcaster_decode_connect (
      id, transport == NULL || transport->plain, ask->body, &error);
  pass_on (ask, broadcaster, request, error);
}

static void
produce (Ask *ask)
{
  SfuBroadcaster *broadcaster = find (ask);
  SfuRequest *request;
  GError *error = NULL;

  if (broadcaster == NULL)
    return;
  request = sfu_broadcaster_decode_produce (
      ask->parts[PART_TRANSPORT], ask->body, &error);
  pass_on (ask, broadcaster, request, error);
}

static void
consume (Ask *ask)
{
  SfuBroadcaster *broadcaster = find (ask);
  const gchar *query =
      g_uri_get_query (soup_server_message_get_uri (ask->message));
  g_autoptr (GHashTable) form = query != NULL ? soup_form_decode (query) : NULL;
  const gchar *producer_id =
      form != NULL ? g_hash_table_lookup (form, "producerId") : NULL;
  SfuRequest *request = NULL;
  GError *error = NULL;

  if (broadcaster == NULL)
    return;
  /* Bytes of an address may be anything. */
  if (producer_id != NULL && !sfu_name_is_valid (producer_id))
    sfu_error_invalid (&error, "producerId: no id");
  else
    request = sfu_broadcaster_decode_consume (
        ask->parts[PART_TRANSPORT], producer_id, ask->body, &error);
  pass_on (ask, broadcaster, request, error);
}

static void
set_paused (Ask *ask, SfuMethod method)
{
  SfuBroadcaster *broadcaster = find (ask);
  SfuRequest *request;

  if (broadcaster == NULL)
    return;
  request = sfu_request_new (method);
  request->id = g_strdup (ask->parts[PART_CONSUMER]);
  pass_on (ask, broadcaster, request, NULL);
}

static void
pause_consumer (Ask *ask)
{
  set_paused (ask, SFU_METHOD_PAUSE_CONSUMER);
}

static void
resume_consumer (Ask *ask)
{
  set_paused (ask, SFU_METHOD_RESUME_CONSUMER);
}

/* Answered as in the native protocol. */
static void
data (Ask *ask)
{
  SfuBroadcaster *broadcaster = find (ask);

  if (broadcaster != NULL)
    pass_on (ask, broadcaster, sfu_request_new (SFU_METHOD_PRODUCE_DATA), NULL);
}

/* Behind rooms/R/broadcasters; "*" is any name. */
static const struct {
  const gchar *method;
  const gchar *path;
  void (*handle) (Ask *ask);
} routes[] = {
  { "POST", "", create },
  { "DELETE", "*", delete },
  { "POST", "*/transports", create_transport },
  { "POST", "*/transports/*/connect", connect_transport },
  { "POST", "*/transports/*/producers", produce },
  { "POST", "*/transports/*/consume", consume },
  { "POST", "*/transports/*/consume/data", data },
  { "POST", "*/transports/*/produce/data", data },
  { "POST", "*/consumers/*/pause", pause_consumer },
  { "POST", "*/consumers/*/resume", resume_consumer },
};

static gboolean
matches (const gchar *path, GStrv parts)
{
  g_auto (GStrv) wanted = g_strsplit (path, "/", -1);
  guint i;

  for (i = 0; wanted[i] != NULL && parts[i] != NULL; i++)
    if (strcmp (wanted[i], "*") != 0 ? strcmp (wanted[i], parts[i]) != 0
                                     : !sfu_name_is_valid (parts[i]))
      return FALSE;
  return wanted[i] == NULL && parts[i] == NULL;
}

static void
run (SfuHttpServer *server, SoupServerMessage *message, GStrv parts,
    void (*handle) (Ask *ask))
{
  Ask ask;

  if (!ask_init (&ask, server, message, parts))
    return;
  handle (&ask);
  ask_clear (&ask);
}

void
sfu_http_handle_broadcasters (
    SfuHttpServer *server, SoupServerMessage *message, GStrv parts)
{
  const gchar *method = soup_server_message_get_method (message);
  gboolean other_method = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (routes); i++) {
    if (!matches (routes[i].path, parts + PART_BROADCASTER))
      continue;
    if (strcmp (routes[i].method, method) == 0) {
      run (server, message, parts, routes[i].handle);
      return;
    }
    other_method = TRUE;
  }
  if (other_method)
    sfu_http_reply_error (
        message, SOUP_STATUS_METHOD_NOT_ALLOWED, "not with this method");
  else
    sfu_http_reply_error (
        message, SOUP_STATUS_NOT_FOUND, "there is nothing of this name");
}
