/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A Socket.IO server for real clients to talk to:
 *
 *   /        message, message-with-ack as the protocol's test suite wants them;
 *            tells "auth" after connecting, and all that /echo has
 *   /custom  the same
 *   /echo    echo -> ack with the arguments; say -> "said" with them;
 *            ask-me -> asks "question", tells "answered" with the answer;
 *            disconnect-me, close-me; burst N -> N events "count"; whoami;
 *            anything else is never answered
 *   /room/X  the same
 *   /auth    wants auth.token "secret", refuses with data
 *   /slow    accepts when somebody says "let-in" in another namespace
 *
 *   sio-echo-server [OPTION...]     prints "port N"; ends with its stdin
 *
 * Threads: one. */
#include "sfu-json.h"
#include "sfu-sio.h"

#include <glib-unix.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct {
  SfuSioServer *sio;
  GMainLoop *loop;
  GPtrArray *waiting; /* of SfuSioSocket: asked for /slow */
} Echo;

typedef struct {
  Echo *echo;
  SfuSioSocket *socket; /* borrowed: until closed */
} Session;

static JsonNode *
text_node (const gchar *text)
{
  return json_node_init_string (json_node_alloc (), text);
}

static void let_in (Echo *echo);

static void
who_am_i (Session *session, gint64 ack_id)
{
  SfuSioSocket *socket = session->socket;
  JsonObject *object = json_object_new ();
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  const gchar *origin = sfu_sio_socket_get_origin (socket);
  const gchar *query = sfu_sio_socket_get_query (socket, "name");

  json_object_set_string_member (object, "id", sfu_sio_socket_get_id (socket));
  json_object_set_string_member (
      object, "namespace", sfu_sio_socket_get_namespace (socket));
  json_object_set_string_member (
      object, "address", sfu_sio_socket_get_address (socket));
  json_object_set_string_member (
      object, "origin", origin != NULL ? origin : "");
  json_object_set_string_member (object, "name", query != NULL ? query : "");
  json_node_take_object (node, object);
  sfu_sio_socket_ack (socket, ack_id, node);
}

static void
burst (Session *session, JsonArray *args, gint64 ack_id)
{
  gint64 n = json_array_get_length (args) > 0
      ? json_node_get_int (json_array_get_element (args, 0))
      : 0;

  for (gint64 i = 0; i < n; i++)
    sfu_sio_socket_emit (
        session->socket, "count", json_node_init_int (json_node_alloc (), i));
  sfu_sio_socket_ack (session->socket, ack_id, NULL);
}

static void
on_event (gpointer owner, const gchar *event, JsonArray *args, gint64 ack_id)
{
  Session *session = owner;
  SfuSioSocket *socket = session->socket;

  if (strcmp (event, "message-with-ack") == 0 || strcmp (event, "echo") == 0)
    sfu_sio_socket_ack_args (socket, ack_id, json_array_ref (args));
  else if (strcmp (event, "message") == 0)
    sfu_sio_socket_emit_args (socket, "message-back", json_array_ref (args));
  else if (strcmp (event, "say") == 0)
    sfu_sio_socket_emit_args (socket, "said", json_array_ref (args));
  else if (strcmp (event, "whoami") == 0)
    who_am_i (session, ack_id);
  else if (strcmp (event, "ask-me") == 0)
    sfu_sio_socket_ask (socket, "question", text_node ("how old?"));
  else if (strcmp (event, "burst") == 0)
    burst (session, args, ack_id);
  else if (strcmp (event, "let-in") == 0)
    let_in (session->echo);
  else if (strcmp (event, "disconnect-me") == 0)
    sfu_sio_socket_disconnect (socket, FALSE);
  else if (strcmp (event, "close-me") == 0)
    sfu_sio_socket_disconnect (socket, TRUE);
}

static void
on_answered (gpointer owner, gint64 id, JsonArray *args)
{
  Session *session = owner;

  sfu_sio_socket_emit_args (session->socket, "answered", json_array_ref (args));
}

static void
on_closed (gpointer owner, SfuSioCloseReason reason)
{
  static const gchar *const names[] = { "client", "transport", "ping", "server",
    "abuse" };
  Session *session = owner;

  g_print ("closed %s %s\n", sfu_sio_socket_get_namespace (session->socket),
      names[reason]);
  g_free (session);
}

static const SfuSioCallbacks callbacks = {
  .event = on_event,
  .answered = on_answered,
  .closed = on_closed,
};

static Session *
accept_socket (Echo *echo, SfuSioSocket *socket)
{
  Session *session = g_new0 (Session, 1);

  session->echo = echo;
  session->socket = socket;
  sfu_sio_socket_accept (socket, &callbacks, session);
  return session;
}

static void
on_connect (gpointer user, SfuSioSocket *socket, JsonObject *auth)
{
  accept_socket (user, socket);
}

/* As the protocol's test suite wants it. */
static void
on_connect_telling (gpointer user, SfuSioSocket *socket, JsonObject *auth)
{
  g_autoptr (JsonObject) none = json_object_new ();

  accept_socket (user, socket);
  sfu_sio_socket_emit (socket, "auth",
      json_node_init_object (json_node_alloc (), auth != NULL ? auth : none));
}

static void
on_connect_auth (gpointer user, SfuSioSocket *socket, JsonObject *auth)
{
  JsonNode *token = auth != NULL ? sfu_json_member (auth, "token") : NULL;

  if (token != NULL && JSON_NODE_HOLDS_VALUE (token) &&
      g_strcmp0 (json_node_get_string (token), "secret") == 0)
    accept_socket (user, socket);
  else
    sfu_sio_socket_refuse (
        socket, "Authentication error", text_node ("the token is wrong"));
}

static void
on_connect_slow (gpointer user, SfuSioSocket *socket, JsonObject *auth)
{
  Echo *echo = user;

  g_ptr_array_add (echo->waiting, socket);
}

static void
let_in (Echo *echo)
{
  for (guint i = 0; i < echo->waiting->len; i++)
    accept_socket (echo, echo->waiting->pdata[i]);
  g_ptr_array_set_size (echo->waiting, 0);
}

/* ---- HTTP ---- */

static gboolean
wants_websocket (SoupServerMessage *message)
{
  const gchar *upgrade = soup_message_headers_get_one (
      soup_server_message_get_request_headers (message), "Upgrade");

  return upgrade != NULL && g_ascii_strcasecmp (upgrade, "websocket") == 0;
}

static void
on_request (SoupServer *soup, SoupServerMessage *message, const char *path,
    GHashTable *query, gpointer data)
{
  Echo *echo = data;

  if (!sfu_sio_server_has_path (echo->sio, path))
    soup_server_message_set_status (message, SOUP_STATUS_NOT_FOUND, NULL);
  else if (wants_websocket (message))
    sfu_sio_server_check_websocket (echo->sio, message);
  else
    sfu_sio_server_handle_request (echo->sio, message);
}

static void
on_websocket (SoupServer *soup, SoupServerMessage *message, const char *path,
    SoupWebsocketConnection *connection, gpointer data)
{
  Echo *echo = data;

  sfu_sio_server_handle_websocket (echo->sio, message, connection);
}

static SoupServer *
listen_for (Echo *echo, gint port)
{
  SoupServer *soup = soup_server_new ("raw-paths", TRUE, NULL);
  g_autoptr (GError) error = NULL;
  GSList *uris;

  soup_server_remove_websocket_extension (
      soup, SOUP_TYPE_WEBSOCKET_EXTENSION_DEFLATE);
  soup_server_add_handler (soup, NULL, on_request, echo, NULL);
  soup_server_add_websocket_handler (
      soup, NULL, NULL, NULL, on_websocket, echo, NULL);
  if (!soup_server_listen_local (
          soup, (guint)port, SOUP_SERVER_LISTEN_IPV4_ONLY, &error))
    g_error ("%s", error->message);
  uris = soup_server_get_uris (soup);
  g_print ("port %d\n", g_uri_get_port (uris->data));
  g_slist_free_full (uris, (GDestroyNotify)g_uri_unref);
  return soup;
}

static gboolean
on_stdin (gint fd, GIOCondition condition, gpointer data)
{
  Echo *echo = data;
  gchar buf[64];

  if (read (fd, buf, sizeof buf) > 0)
    return G_SOURCE_CONTINUE;
  g_main_loop_quit (echo->loop);
  return G_SOURCE_REMOVE;
}

static void
flush_stdout (const gchar *text)
{
  fputs (text, stdout);
  fflush (stdout);
}

int
main (int argc, char **argv)
{
  SfuSioOptions options = { 0 };
  gint port = 0, interval = 0, timeout = 0, connect = 0, payload = 0, queue = 0;
  g_auto (GStrv) origins = NULL;
  const GOptionEntry entries[] = {
    { "port", 0, 0, G_OPTION_ARG_INT, &port, "0 = any", "N" },
    { "ping-interval", 0, 0, G_OPTION_ARG_INT, &interval, "ms", "N" },
    { "ping-timeout", 0, 0, G_OPTION_ARG_INT, &timeout, "ms", "N" },
    { "connect-timeout", 0, 0, G_OPTION_ARG_INT, &connect, "ms", "N" },
    { "max-payload", 0, 0, G_OPTION_ARG_INT, &payload, "bytes", "N" },
    { "max-queue", 0, 0, G_OPTION_ARG_INT, &queue, "bytes", "N" },
    { "path", 0, 0, G_OPTION_ARG_STRING, &options.path, "mount", "PATH" },
    { "origin", 0, 0, G_OPTION_ARG_STRING_ARRAY, &origins, "allowed", "O" },
    { "credentials", 0, 0, G_OPTION_ARG_NONE, &options.allow_credentials,
        "allow them", NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (SoupServer) soup = NULL;
  g_autoptr (GError) error = NULL;
  Echo echo = { 0 };

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    g_error ("%s", error->message);
  g_set_print_handler (flush_stdout);
  options.ping_interval_ms = (guint)interval;
  options.ping_timeout_ms = (guint)timeout;
  options.connect_timeout_ms = (guint)connect;
  options.max_payload_bytes = (gsize)payload;
  options.max_queue_bytes = (gsize)queue;
  options.allowed_origins = (const gchar *const *)origins;
  echo.loop = g_main_loop_new (NULL, FALSE);
  echo.waiting = g_ptr_array_new ();
  echo.sio = sfu_sio_server_new (&options);
  sfu_sio_server_add_namespace (echo.sio, "/", on_connect_telling, &echo);
  sfu_sio_server_add_namespace (echo.sio, "/custom", on_connect_telling, &echo);
  sfu_sio_server_add_namespace (echo.sio, "/echo", on_connect, &echo);
  sfu_sio_server_add_namespace (echo.sio, "/room/*", on_connect, &echo);
  sfu_sio_server_add_namespace (echo.sio, "/auth", on_connect_auth, &echo);
  sfu_sio_server_add_namespace (echo.sio, "/slow", on_connect_slow, &echo);
  soup = listen_for (&echo, port);
  g_unix_fd_add (STDIN_FILENO, G_IO_IN | G_IO_HUP, on_stdin, &echo);
  g_main_loop_run (echo.loop);
  sfu_sio_server_close_all (echo.sio);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  let_in (&echo);
  sfu_sio_server_free (echo.sio);
  soup_server_disconnect (soup);
  g_ptr_array_unref (echo.waiting);
  g_main_loop_unref (echo.loop);
  g_free ((gpointer)options.path);
  return EXIT_SUCCESS;
}
