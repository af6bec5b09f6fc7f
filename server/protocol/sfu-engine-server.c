/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The Engine.IO 4 sessions of one path.
 *
 * Threads: the server's one thread. */
#include "sfu-engine-server.h"

#include <string.h>

struct _SfuEngineServer {
  SfuEngineLimits limits;
  guint max_sessions;
  SfuEngineCors cors;
  void (*opened) (gpointer owner, SfuEngineSession *session);
  gpointer owner;       /* borrowed: it frees us */
  GHashTable *sessions; /* id -> SfuEngineSession, owned */
  gboolean stopped;
};

static void
on_gone (gpointer data, SfuEngineSession *session)
{
  SfuEngineServer *server = data;

  g_hash_table_remove (server->sessions, sfu_engine_session_get_id (session));
}

void
sfu_engine_server_set_options (
    SfuEngineServer *server, const SfuEngineOptions *options)
{
  server->limits = options->limits;
  server->max_sessions = options->max_sessions;
  sfu_engine_cors_clear (&server->cors);
  sfu_engine_cors_init (
      &server->cors, options->allowed_origins, options->allow_credentials);
}

SfuEngineServer *
sfu_engine_server_new (const SfuEngineOptions *options,
    void (*opened) (gpointer owner, SfuEngineSession *session), gpointer owner)
{
  SfuEngineServer *server = g_new0 (SfuEngineServer, 1);

  sfu_engine_server_set_options (server, options);
  server->opened = opened;
  server->owner = owner;
  /* The key is the session's own. */
  server->sessions = g_hash_table_new_full (
      g_str_hash, g_str_equal, NULL, (GDestroyNotify)sfu_engine_session_free);
  return server;
}

void
sfu_engine_server_free (SfuEngineServer *server)
{
  if (server == NULL)
    return;
  g_hash_table_unref (server->sessions);
  sfu_engine_cors_clear (&server->cors);
  g_free (server);
}

/* ---- may it? ---- */

static SfuEngineError
verify_session (SfuEngineServer *server, const gchar *id, gboolean websocket,
    gboolean upgrade, SfuEngineSession **session)
{
  *session = g_hash_table_lookup (server->sessions, id);
  if (*session == NULL || !sfu_engine_session_is_known (*session))
    return SFU_ENGINE_UNKNOWN_SESSION;
  /* HTTP is for polling, and only as long as the session is not upgraded. */
  if (websocket != upgrade ||
      (!upgrade && !sfu_engine_session_is_polling (*session)))
    return SFU_ENGINE_BAD_REQUEST;
  return SFU_ENGINE_OK;
}

/* In the order of the reference's questions. *session NULL = a new one. */
static SfuEngineError
verify (SfuEngineServer *server, SoupServerMessage *message,
    SfuEngineHandshake *handshake, gboolean upgrade, SfuEngineSession **session)
{
  const gchar *transport = g_hash_table_lookup (handshake->query, "transport");
  const gchar *id = g_hash_table_lookup (handshake->query, "sid");
  const gchar *version = g_hash_table_lookup (handshake->query, "EIO");
  gboolean websocket = g_strcmp0 (transport, "websocket") == 0;

  *session = NULL;
  if (!websocket && g_strcmp0 (transport, "polling") != 0)
    return SFU_ENGINE_UNKNOWN_TRANSPORT;
  if (id != NULL && *id != '\0')
    return verify_session (server, id, websocket, upgrade, session);
  if (soup_server_message_get_method (message) != SOUP_METHOD_GET)
    return SFU_ENGINE_BAD_HANDSHAKE_METHOD;
  if (websocket != upgrade)
    return SFU_ENGINE_BAD_REQUEST;
  if (g_strcmp0 (version, "4") != 0)
    return SFU_ENGINE_BAD_VERSION;
  if (server->stopped ||
      g_hash_table_size (server->sessions) >= server->max_sessions)
    return SFU_ENGINE_TOO_MANY;
  return SFU_ENGINE_OK;
}

/* It takes the place among the connections that message may have. */
static SfuEngineSession *
add_session (SfuEngineServer *server, SoupServerMessage *message,
    SfuEngineHandshake *handshake)
{
  SfuEngineSession *session =
      sfu_engine_session_new (&server->limits, handshake, on_gone, server);

  sfu_engine_session_set_slot (
      session, sfu_address_slot_steal (G_OBJECT (message)));
  g_hash_table_insert (
      server->sessions, (gpointer)sfu_engine_session_get_id (session), session);
  return session;
}

/* ---- HTTP ---- */

static void
route (SfuEngineServer *server, SoupServerMessage *message,
    SfuEngineHandshake *handshake, SfuEngineSession *session)
{
  const gchar *method = soup_server_message_get_method (message);

  if (session == NULL) {
    session = add_session (server, message, handshake);
    sfu_engine_session_open_polling (session, message);
    server->opened (server->owner, session);
  } else if (method == SOUP_METHOD_GET) {
    sfu_engine_session_handle_get (session, message);
  } else if (method == SOUP_METHOD_POST) {
    sfu_engine_session_handle_post (session, message);
  } else {
    sfu_engine_reply_error (message, SFU_ENGINE_BAD_REQUEST);
  }
}

void
sfu_engine_server_handle_request (
    SfuEngineServer *server, SoupServerMessage *message)
{
  SfuEngineError error = sfu_engine_cors_apply (&server->cors, message);
  g_autoptr (SfuEngineHandshake) handshake = NULL;
  SfuEngineSession *session = NULL;

  if (error == SFU_ENGINE_OK &&
      soup_server_message_get_method (message) == SOUP_METHOD_OPTIONS) {
    sfu_engine_reply_preflight (message);
    return;
  }
  handshake = sfu_engine_handshake_new (message);
  if (error == SFU_ENGINE_OK)
    error = verify (server, message, handshake, FALSE, &session);
  if (error == SFU_ENGINE_OK)
    route (server, message, handshake, session);
  else
    sfu_engine_reply_error (message, error);
}

/* ---- WebSocket ---- */

gboolean
sfu_engine_server_check_websocket (
    SfuEngineServer *server, SoupServerMessage *message)
{
  g_autoptr (SfuEngineHandshake) handshake = sfu_engine_handshake_new (message);
  SfuEngineSession *session;
  /* Browsers ask nobody before they open a WebSocket to another origin. */
  SfuEngineError error = sfu_engine_cors_apply (&server->cors, message);

  if (error == SFU_ENGINE_OK)
    error = verify (server, message, handshake, TRUE, &session);
  if (error == SFU_ENGINE_OK)
    return TRUE;
  sfu_engine_reply_error (message, error);
  return FALSE;
}

/* Politely. libsoup lets go of it when the client does not answer. */
static void
turn_away (SoupWebsocketConnection *connection)
{
  g_signal_connect (
      g_object_ref (connection), "closed", G_CALLBACK (g_object_unref), NULL);
  soup_websocket_connection_close (
      connection, SOUP_WEBSOCKET_CLOSE_NORMAL, NULL);
}

void
sfu_engine_server_handle_websocket (SfuEngineServer *server,
    SoupServerMessage *message, SoupWebsocketConnection *connection)
{
  g_autoptr (SfuEngineHandshake) handshake = sfu_engine_handshake_new (message);
  SfuEngineSession *session;

  /* Again: the handshake took a while. */
  if (verify (server, message, handshake, TRUE, &session) != SFU_ENGINE_OK) {
    turn_away (connection);
  } else if (session == NULL) {
    session = add_session (server, message, handshake);
    sfu_engine_session_open_websocket (session, connection);
    server->opened (server->owner, session);
  } else if (sfu_engine_session_can_upgrade (session)) {
    sfu_engine_session_upgrade (session, connection);
  } else {
    turn_away (connection);
  }
}

void
sfu_engine_server_stop (SfuEngineServer *server)
{
  GHashTableIter iter;
  gpointer session;

  server->stopped = TRUE;
  g_hash_table_iter_init (&iter, server->sessions);
  while (g_hash_table_iter_next (&iter, NULL, &session))
    sfu_engine_session_abort (session, SFU_ENGINE_CLOSED_BY_SERVER);
}

guint
sfu_engine_server_n_sessions (SfuEngineServer *server)
{
  return g_hash_table_size (server->sessions);
}
