/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which protocol a request is for. All protocols are served on every port and
 * told apart by what the client does; the configuration can bind a door to one
 * port, move its path or close it.
 *
 * Threads: the server's one thread. */
#include "sfu-http-private.h"

#include "sfu-native-session.h"
#include "sfu-ping-marks.h"
#include "sfu-protoo.h"
#include "sfu-shapes.h"

#include <string.h>

typedef struct {
  const gchar *name;
  gsize config; /* offset of its SfuDoorConfig in SfuConfig */
  /* Is this request, whose port and path are right, for this door? NULL = all
   * are. */
  gboolean (*wants) (SfuHttpServer *server, SoupServerMessage *message);
  /* Before a WebSocket's handshake, while there is still a way to say why not:
   * FALSE = it has been answered. NULL = it takes no WebSockets. */
  gboolean (*check) (SfuHttpServer *server, SoupServerMessage *message);
  void (*accept) (SfuHttpServer *server, SoupServerMessage *message,
      SoupWebsocketConnection *connection);
  /* Not a WebSocket; answers, now or later. NULL = only WebSockets. */
  void (*handle) (SfuHttpServer *server, SoupServerMessage *message);
  const gchar *path; /* instead of the configured one; NULL = that one */
} Door;

/* ---- native ---- */

static gboolean
offers_protoo (SfuHttpServer *server, SoupServerMessage *message)
{
  const gchar *header = soup_message_headers_get_list (
      soup_server_message_get_request_headers (message),
      "Sec-WebSocket-Protocol");
  g_auto (GStrv) offers = g_strsplit (header != NULL ? header : "", ",", -1);

  for (guint i = 0; offers[i] != NULL; i++)
    if (strcmp (g_strstrip (offers[i]), SFU_PROTOO_SUBPROTOCOL) == 0)
      return TRUE;
  return FALSE;
}

/* FALSE = the address says nothing that we take; *text: why. */
static gboolean
read_entry (
    SoupServerMessage *message, SfuNativeEntry *entry, const gchar **text)
{
  const gchar *query = g_uri_get_query (soup_server_message_get_uri (message));
  g_autoptr (GHashTable) form = query != NULL ? soup_form_decode (query) : NULL;

  *text = "roomId and peerId are needed in the address: 1 to 128 bytes each, "
          "without control characters";
  if (form == NULL)
    return FALSE;
  entry->room_id = g_strdup (g_hash_table_lookup (form, "roomId"));
  entry->peer_id = g_strdup (g_hash_table_lookup (form, "peerId"));
  entry->resume = g_strdup (g_hash_table_lookup (form, "resume"));
  if (!sfu_name_is_valid (entry->room_id) ||
      !sfu_name_is_valid (entry->peer_id))
    return FALSE;
  *text = "resume must be 16 to 128 letters, digits, \"-\" and \"_\"";
  return entry->resume == NULL || sfu_native_is_secret (entry->resume);
}

/* Where the grant waits for the end of the handshake. */
#define GRANT_KEY "sfu-grant"

static void
accept_native (SfuHttpServer *server, SoupServerMessage *message,
    SoupWebsocketConnection *connection)
{
  g_auto (SfuNativeEntry) entry = { NULL };
  const gchar *text;

  if (read_entry (message, &entry, &text))
    sfu_native_session_new (&server->services, connection, &entry,
        g_object_get_data (G_OBJECT (message), GRANT_KEY));
}

static void
on_marked (SoupServerMessage *message, SoupWebsocketConnection *connection,
    gpointer data)
{
  sfu_http_gate_keep (message, connection);
  accept_native (data, message, connection);
}

static gboolean
check_native (SfuHttpServer *server, SoupServerMessage *message)
{
  g_auto (SfuNativeEntry) entry = { NULL };
  const gchar *text;
  SfuGrant *grant;

  if (!sfu_http_gate_origin (server, message))
    return FALSE;
  if (!read_entry (message, &entry, &text)) {
    sfu_http_reply_error (message, SOUP_STATUS_BAD_REQUEST, text);
    return FALSE;
  }
  if (!sfu_http_admit (server, message, entry.room_id, &grant))
    return FALSE;
  if (grant != NULL)
    g_object_set_data_full (
        G_OBJECT (message), GRANT_KEY, grant, (GDestroyNotify)sfu_grant_unref);
  /* A session that can be resumed must know what has arrived. */
  return entry.resume == NULL ||
      sfu_ping_marks_upgrade (
          message, SFU_PROTOO_SUBPROTOCOL, on_marked, server);
}

/* ---- Socket.IO: the mount knows which protocols are there ---- */

static guint
port_of (SoupServerMessage *message)
{
  GSocketAddress *local = soup_server_message_get_local_address (message);

  return G_IS_INET_SOCKET_ADDRESS (local)
      ? g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (local))
      : 0;
}

static SfuSioServer *
find_mount (SfuHttpServer *server, SoupServerMessage *message)
{
  g_autofree gchar *path =
      g_strdup (g_uri_get_path (soup_server_message_get_uri (message)));
  gsize len = strlen (path);

  if (len > 1 && path[len - 1] == '/')
    path[len - 1] = '\0';
  return sfu_http_mounts_find (server, path, port_of (message));
}

/* One that is there, or is said to be. */
static gboolean
names_session (SoupServerMessage *message)
{
  const gchar *query = g_uri_get_query (soup_server_message_get_uri (message));
  g_autoptr (GHashTable) form = query != NULL ? soup_form_decode (query) : NULL;

  const gchar *id = form != NULL ? g_hash_table_lookup (form, "sid") : NULL;

  return id != NULL && *id != '\0';
}

/* While no worker runs or starts nobody can join anything. A client that is refused by a
 * protocol stays away; one that cannot connect tries again. FALSE = answered. */
static gboolean
may_begin (SfuHttpServer *server, SoupServerMessage *message)
{
  if (sfu_worker_pool_is_open (sfu_rooms_get_pool (server->rooms)) ||
      names_session (message))
    return TRUE;
  sfu_http_reply_error (message, SOUP_STATUS_SERVICE_UNAVAILABLE,
      "no media worker runs; try again in a few seconds");
  return FALSE;
}

static gboolean
check_sio (SfuHttpServer *server, SoupServerMessage *message)
{
  return may_begin (server, message) &&
      sfu_sio_server_check_websocket (find_mount (server, message), message);
}

static void
accept_sio (SfuHttpServer *server, SoupServerMessage *message,
    SoupWebsocketConnection *connection)
{
  sfu_sio_server_handle_websocket (
      find_mount (server, message), message, connection);
}

static void
handle_sio (SfuHttpServer *server, SoupServerMessage *message)
{
  if (may_begin (server, message))
    sfu_sio_server_handle_request (find_mount (server, message), message);
}

/* ---- all ---- */

static const Door doors[] = {
  { "native", G_STRUCT_OFFSET (SfuConfig, native), offers_protoo, check_native,
      accept_native, NULL },
  { "study-rooms", G_STRUCT_OFFSET (SfuConfig, study), NULL, check_sio,
      accept_sio, handle_sio },
  { "meetings", G_STRUCT_OFFSET (SfuConfig, meetings), NULL, check_sio,
      accept_sio, handle_sio },
  { "calls", G_STRUCT_OFFSET (SfuConfig, calls), NULL, check_sio, accept_sio,
      handle_sio },
  { "rpc", G_STRUCT_OFFSET (SfuConfig, rpc), sfu_http_wants_rpc,
      sfu_http_check_rpc, sfu_http_accept_rpc, NULL },
  { "rpc", G_STRUCT_OFFSET (SfuConfig, rpc), sfu_http_wants_rpc,
      sfu_http_check_rpc, sfu_http_accept_rpc, NULL, "/" },
};

static gboolean
wants_websocket (SoupServerMessage *message)
{
  const gchar *upgrade = soup_message_headers_get_one (
      soup_server_message_get_request_headers (message), "Upgrade");

  return upgrade != NULL && g_ascii_strcasecmp (upgrade, "websocket") == 0;
}

/* With or without a slash at its end. */
static gboolean
is_path (const gchar *wanted, const gchar *path)
{
  gsize len = strlen (wanted);

  return strncmp (path, wanted, len) == 0 &&
      (path[len] == '\0' || strcmp (path + len, "/") == 0);
}

gboolean
sfu_http_is_port (guint wanted, SoupServerMessage *message)
{
  return wanted == 0 || port_of (message) == wanted;
}

static const Door *
find_door (SfuHttpServer *server, SoupServerMessage *message)
{
  const gchar *path = g_uri_get_path (soup_server_message_get_uri (message));
  gboolean websocket = wants_websocket (message);

  for (guint i = 0; i < G_N_ELEMENTS (doors); i++) {
    const Door *door = &doors[i];
    const SfuDoorConfig *config =
        G_STRUCT_MEMBER_P (server->config, door->config);

    if (config->enabled && sfu_http_is_port (config->port, message) &&
        is_path (door->path != NULL ? door->path : config->path, path) &&
        (websocket ? door->check != NULL : door->handle != NULL) &&
        (door->wants == NULL || door->wants (server, message)))
      return door;
  }
  return NULL;
}

/* A request of a Socket.IO session that is there already is nothing new. */
static gboolean
is_new_connection (const Door *door, SoupServerMessage *message)
{
  return door->handle == NULL ||
      (!names_session (message) &&
          soup_server_message_get_method (message) == SOUP_METHOD_GET);
}

gboolean
sfu_http_doors_handle (SfuHttpServer *server, SoupServerMessage *message)
{
  const Door *door = find_door (server, message);

  if (door != NULL && is_new_connection (door, message) &&
      !sfu_http_gate_connection (server, message))
    return TRUE;
  if (wants_websocket (message)) {
    if (door != NULL && !door->check (server, message))
      sfu_http_gate_leave (message);
    else if (door == NULL)
      sfu_http_reply_error (message, SOUP_STATUS_NOT_FOUND,
          "no WebSocket here; the native protocol wants the subprotocol "
          "\"protoo\", Socket.IO its path, the media-server RPC neither");
    return TRUE;
  }
  if (door == NULL)
    return FALSE;
  door->handle (server, message);
  /* No session took it. */
  sfu_http_gate_leave (message);
  return TRUE;
}

void
sfu_http_doors_accept (SfuHttpServer *server, SoupServerMessage *message,
    SoupWebsocketConnection *connection)
{
  const Door *door = find_door (server, message);

  if (door == NULL)
    return;
  /* A session of Socket.IO takes its place itself. */
  if (door->handle == NULL)
    sfu_http_gate_keep (message, connection);
  door->accept (server, message, connection);
}
