/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Clients of the meetings' protocol against a server with a secret.
 *
 * Threads: the test's. */
#pragma once

#include "sio-client.h"

G_BEGIN_DECLS

#define MEETINGS_PATH "/socket/"
#define MEETINGS_SECRET "a secret of the tests, and of nobody else"

/* A server with the secret, and open for dumps. more: further flags. */
void meetings_start (Fixture *f, const gchar *const *more);

/* {"token": ...} for connecting; more: further claims (",\"exp\":1") or "". */
gchar *meetings_auth (const gchar *user_id, const gchar *more);
SioClient *meetings_connect (Fixture *f, const gchar *user_id);
/* joinRoom with the user's id as name; the ack, which is a success. */
JsonNode *meetings_join (SioClient *c, const gchar *room, const gchar *name);
/* Both. */
SioClient *meetings_enter (Fixture *f, const gchar *room, const gchar *user_id);
/* On purpose: closing alone is a connection that broke, and has its grace. Frees
 * the client. */
void meetings_leave (SioClient **c);

/* createTransport, produce, consume; each returns the id. */
gchar *meetings_transport (SioClient *c, gboolean producing);
gchar *meetings_produce (
    SioClient *c, const gchar *transport_id, const gchar *kind, guint32 ssrc);
gchar *meetings_consume (
    SioClient *c, const gchar *transport_id, const gchar *producer_id);
/* Payload of consume, with all that the server's capabilities have. */
gchar *meetings_consume_data (
    SioClient *c, const gchar *transport_id, const gchar *producer_id);

/* How many of "transports", "producers" or "consumers" the worker has in the
 * room. */
guint meetings_count (Fixture *f, const gchar *room, const gchar *what);

/* Waits until everything that the server has sent to c so far has come. */
void meetings_sync (SioClient *c);

G_END_DECLS
