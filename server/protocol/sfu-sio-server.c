/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A Socket.IO mount: its options and namespaces.
 *
 * Threads: the server's one thread. */
#include "sfu-sio-private.h"

#include <string.h>

/* The reference's. */
#define DEFAULT_PATH "/socket.io"
#define DEFAULT_PING_INTERVAL_MS 25000
#define DEFAULT_PING_TIMEOUT_MS 20000
#define DEFAULT_UPGRADE_TIMEOUT_MS 10000
#define DEFAULT_CONNECT_TIMEOUT_MS 45000
/* Ours; the reference takes a megabyte and queues without a bound. */
#define DEFAULT_MAX_PAYLOAD (64 * 1024)
#define DEFAULT_MAX_QUEUE (1024 * 1024)
#define DEFAULT_MAX_SESSIONS 10000
#define DEFAULT_MAX_NAMESPACES 16

static void
namespace_free (gpointer data)
{
  SfuSioNamespace *ns = data;

  g_free (ns->pattern);
  g_free (ns);
}

static void
on_session_opened (gpointer owner, SfuEngineSession *session)
{
  sfu_sio_client_new (owner, session);
}

static guint
or_default (guint value, guint fallback)
{
  return value != 0 ? value : fallback;
}

static SfuEngineOptions
engine_options (const SfuSioOptions *o)
{
  return (SfuEngineOptions){
    .limits = {
      .ping_interval_ms =
          or_default (o->ping_interval_ms, DEFAULT_PING_INTERVAL_MS),
      .ping_timeout_ms =
          or_default (o->ping_timeout_ms, DEFAULT_PING_TIMEOUT_MS),
      .upgrade_timeout_ms =
          or_default (o->upgrade_timeout_ms, DEFAULT_UPGRADE_TIMEOUT_MS),
      .max_payload_bytes = o->max_payload_bytes != 0 ? o->max_payload_bytes
                                                     : DEFAULT_MAX_PAYLOAD,
      .max_queue_bytes =
          o->max_queue_bytes != 0 ? o->max_queue_bytes : DEFAULT_MAX_QUEUE,
    },
    .max_sessions = or_default (o->max_sessions, DEFAULT_MAX_SESSIONS),
    .allowed_origins = o->allowed_origins,
    .allow_credentials = o->allow_credentials,
  };
}

void
sfu_sio_server_set_options (SfuSioServer *server, const SfuSioOptions *options)
{
  SfuEngineOptions engine = engine_options (options);

  server->connect_timeout_ms =
      or_default (options->connect_timeout_ms, DEFAULT_CONNECT_TIMEOUT_MS);
  server->max_payload_bytes = engine.limits.max_payload_bytes;
  server->max_namespaces =
      or_default (options->max_namespaces_per_session, DEFAULT_MAX_NAMESPACES);
  sfu_engine_server_set_options (server->engine, &engine);
}

SfuSioServer *
sfu_sio_server_new (const SfuSioOptions *options)
{
  static const SfuSioOptions defaults = { 0 };
  const SfuSioOptions *o = options != NULL ? options : &defaults;
  SfuSioServer *server = g_new0 (SfuSioServer, 1);
  SfuEngineOptions engine = engine_options (o);

  server->path = g_strdup (o->path != NULL ? o->path : DEFAULT_PATH);
  if (g_str_has_suffix (server->path, "/"))
    server->path[strlen (server->path) - 1] = '\0';
  server->namespaces = g_ptr_array_new_with_free_func (namespace_free);
  server->clients = g_hash_table_new_full (
      NULL, NULL, (GDestroyNotify)sfu_sio_client_free, NULL);
  server->sockets = g_hash_table_new (NULL, NULL);
  server->engine = sfu_engine_server_new (&engine, on_session_opened, server);
  sfu_sio_server_set_options (server, o);
  return server;
}

void
sfu_sio_server_free (SfuSioServer *server)
{
  GHashTableIter iter;
  gpointer socket;

  if (server == NULL)
    return;
  sfu_engine_server_stop (server->engine);
  /* One by one: who is told that one is closed may answer another. */
  g_hash_table_iter_init (&iter, server->sockets);
  while (g_hash_table_iter_next (&iter, &socket, NULL)) {
    g_hash_table_iter_remove (&iter);
    sfu_sio_socket_orphan (socket);
    g_hash_table_iter_init (&iter, server->sockets);
  }
  g_hash_table_unref (server->clients);
  sfu_engine_server_free (server->engine);
  g_hash_table_unref (server->sockets);
  g_ptr_array_unref (server->namespaces);
  g_free (server->path);
  g_free (server);
}

void
sfu_sio_server_add_namespace (SfuSioServer *server, const gchar *pattern,
    SfuSioConnect connect, gpointer user)
{
  SfuSioNamespace *ns = g_new0 (SfuSioNamespace, 1);

  g_return_if_fail (pattern[0] == '/');
  ns->pattern = g_strdup (pattern);
  ns->connect = connect;
  ns->user = user;
  g_ptr_array_add (server->namespaces, ns);
}

static gboolean
fits (const gchar *pattern, const gchar *ns)
{
  const gchar *star = strchr (pattern, '*');
  gsize before = star != NULL ? (gsize)(star - pattern) : 0;
  gsize part;

  if (star == NULL)
    return strcmp (pattern, ns) == 0;
  if (strncmp (pattern, ns, before) != 0)
    return FALSE;
  part = strcspn (ns + before, "/");
  return part > 0 && strcmp (ns + before + part, star + 1) == 0;
}

const SfuSioNamespace *
sfu_sio_server_find_namespace (SfuSioServer *server, const gchar *ns)
{
  for (guint i = 0; i < server->namespaces->len; i++) {
    const SfuSioNamespace *candidate = server->namespaces->pdata[i];

    if (fits (candidate->pattern, ns))
      return candidate;
  }
  return NULL;
}

gboolean
sfu_sio_server_has_path (SfuSioServer *server, const gchar *path)
{
  gsize len = strlen (server->path);

  return strncmp (path, server->path, len) == 0 &&
      (path[len] == '\0' || strcmp (path + len, "/") == 0);
}

void
sfu_sio_server_handle_request (SfuSioServer *server, SoupServerMessage *message)
{
  sfu_engine_server_handle_request (server->engine, message);
}

gboolean
sfu_sio_server_check_websocket (
    SfuSioServer *server, SoupServerMessage *message)
{
  return sfu_engine_server_check_websocket (server->engine, message);
}

void
sfu_sio_server_handle_websocket (SfuSioServer *server,
    SoupServerMessage *message, SoupWebsocketConnection *connection)
{
  sfu_engine_server_handle_websocket (server->engine, message, connection);
}

void
sfu_sio_server_close_all (SfuSioServer *server)
{
  sfu_engine_server_stop (server->engine);
}

guint
sfu_sio_server_n_sessions (SfuSioServer *server)
{
  return sfu_engine_server_n_sessions (server->engine);
}
