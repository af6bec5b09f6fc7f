/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A Socket.IO client over WebSocket, one namespace each, for tests of the
 * dialects that speak it. It answers pings and keeps what comes.
 *
 * Payloads and answers are JSON text, so that tests can compare answers to the
 * letter.
 *
 * Threads: the test's. */
#pragma once

#include "server-fixture.h"

G_BEGIN_DECLS

typedef struct {
  SoupWebsocketConnection *ws;
  gchar *namespace;
  gchar *id; /* of the socket, as the server calls it; NULL = not connected */
  gchar *error;          /* message of a connect_error, or NULL */
  gboolean disconnected; /* the server has ended the namespace */
  gboolean closed;       /* the connection is gone */
  gint64 next_ack;
  GHashTable *acks; /* id -> JsonNode, owned: the first argument, or null */
  GQueue inbox;     /* of SioEvent */
} SioClient;

typedef struct {
  gchar *name;
  JsonNode *data; /* the first argument; NULL = none */
} SioEvent;

/* Connects and asks for the namespace; auth: JSON text or NULL. Comes back when
 * the server has answered: id or error is set, or it is closed. path: of the
 * mount, "/socket.io/"; may have more of a query behind "?". */
SioClient *sio_try (
    Fixture *f, const gchar *path, const gchar *namespace, const gchar *auth);
/* The same, and must be taken. */
SioClient *sio_new (
    Fixture *f, const gchar *path, const gchar *namespace, const gchar *auth);
/* Leaves in good order, when it is still connected. NULL safe. */
void sio_free (SioClient *c);
/* Breaks the connection, as a lost network does. */
void sio_break (SioClient *c);
/* Leaves the namespace (packet 1); the connection stays. */
void sio_leave (SioClient *c);

/* Sends a packet as it is; Engine.IO's "4" is put before it. */
void sio_send_raw (SioClient *c, const gchar *packet);
/* payload: JSON text of the arguments ("{...}" or "{...},7"); NULL = none. */
void sio_emit (SioClient *c, const gchar *event, const gchar *payload);
/* With an ack; returns its id. */
gint64 sio_send (SioClient *c, const gchar *event, const gchar *payload);
JsonNode *sio_wait_ack (SioClient *c, gint64 id);
/* Sends and waits; what the ack says. */
JsonNode *sio_request (SioClient *c, const gchar *event, const gchar *payload);
/* The same as compact text. */
gchar *sio_request_text (
    SioClient *c, const gchar *event, const gchar *payload);

/* Waits for an event and takes it out; its data. */
JsonNode *sio_wait_event (SioClient *c, const gchar *event);
gchar *sio_wait_event_text (SioClient *c, const gchar *event);
/* Waits for one with exactly this data. */
void sio_assert_event (SioClient *c, const gchar *event, const gchar *data);
/* Is there one by now? */
gboolean sio_has_event (SioClient *c, const gchar *event);
/* How many are there by now? */
guint sio_n_events (SioClient *c, const gchar *event);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SioClient, sio_free)

G_END_DECLS
