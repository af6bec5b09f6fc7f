/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The Engine.IO 4 sessions of one path: which request belongs to which session,
 * and whether it may.
 *
 * Threads: the server's one thread. */
#pragma once

#include "sfu-engine-session.h"

G_BEGIN_DECLS

typedef struct _SfuEngineServer SfuEngineServer;

typedef struct {
  SfuEngineLimits limits;
  guint max_sessions;
  const gchar *const *allowed_origins; /* copied; NULL = any */
  gboolean allow_credentials;
} SfuEngineOptions;

/* opened: a session has begun; give it an owner (sfu_engine_session_set_owner),
 * at once. */
SfuEngineServer *sfu_engine_server_new (const SfuEngineOptions *options,
    void (*opened) (gpointer owner, SfuEngineSession *session), gpointer owner);
/* Drops every session without telling its owner. NULL safe. */
void sfu_engine_server_free (SfuEngineServer *server);

/* Also for the sessions that are there already. */
void sfu_engine_server_set_options (
    SfuEngineServer *server, const SfuEngineOptions *options);

/* See sfu-sio.h. */
void sfu_engine_server_handle_request (
    SfuEngineServer *server, SoupServerMessage *message);
gboolean sfu_engine_server_check_websocket (
    SfuEngineServer *server, SoupServerMessage *message);
void sfu_engine_server_handle_websocket (SfuEngineServer *server,
    SoupServerMessage *message, SoupWebsocketConnection *connection);

/* Ends every session, takes no new one. */
void sfu_engine_server_stop (SfuEngineServer *server);
/* Those that are closing are still counted. */
guint sfu_engine_server_n_sessions (SfuEngineServer *server);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuEngineServer, sfu_engine_server_free)

G_END_DECLS
