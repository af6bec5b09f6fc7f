/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A whole sfu-server in the test's process, on free ports, with a real
 * sfu-worker (SFU_TEST_WORKER), and clients that speak protoo to it.
 *
 * Everything that waits runs the main context and gives up at a deadline; no
 * test sleeps.
 *
 * Threads: the test's. */
#pragma once

#include "sfu-json.h"
#include "sfu-server.h"
#include "test-patience.h"

G_BEGIN_DECLS

#define TEST_DEADLINE_US (20 * G_USEC_PER_SEC)

/* Runs the main context until condition is true; fails the test at the
 * deadline. */
#define WAIT_UNTIL(condition)                                                  \
  G_STMT_START                                                                 \
  {                                                                            \
    TestPatience wait_patience_ = test_patience (TEST_DEADLINE_US);            \
    while (!(condition)) {                                                     \
      if (test_patience_is_over (&wait_patience_))                             \
        g_error ("%s:%d: never true: %s", __FILE__, __LINE__, #condition);     \
      test_iterate ();                                                         \
    }                                                                          \
  }                                                                            \
  G_STMT_END

/* One turn of the main context, at most 50 ms long. */
void test_iterate (void);

typedef struct {
  SfuServer *server;
  guint16 port;
  SoupSession *session;
} Fixture;

/* flags: further flags of sfu-server, NULL-terminated; NULL = none. Rooms go
 * with their last peer (--room-linger=0), unless flags say otherwise. */
void fixture_start (Fixture *f, const gchar *const *flags);
/* Stops the server in good order. */
void fixture_stop (Fixture *f);

/* ---- HTTP ---- */

/* scheme "http" or "ws". path_and_query: from the slash on, as it is. */
GUri *fixture_uri (
    Fixture *f, const gchar *scheme, const gchar *path_and_query);

typedef struct {
  guint status;
  gchar *type, *body, *etag;
  gchar *origin; /* that may read it, for browsers; or NULL */
} Answer;

/* path: from the slash on, sent as it is. header: "Name: value" or NULL. */
Answer fixture_http (
    Fixture *f, const gchar *method, const gchar *path, const gchar *header);
/* The same with a JSON body; NULL = none. */
Answer fixture_send (Fixture *f, const gchar *method, const gchar *path,
    const gchar *header, const gchar *text);
void answer_clear (Answer *answer);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Answer, answer_clear)

/* How many "transports", "producers" or "consumers" the room's worker has for
 * it, as its dump says. The server needs --admin-open. */
guint fixture_count (Fixture *f, const gchar *room, const gchar *what);
/* Does that one of them say so, for instance "paused"? */
gboolean fixture_says (Fixture *f, const gchar *room, const gchar *what,
    const gchar *id, const gchar *member);

/* ---- protoo ---- */

typedef struct {
  SoupWebsocketConnection *ws;
  gint64 next_id;
  GQueue inbox; /* of JsonNode: notifications, requests, responses */
  gboolean closed;
  gushort close_code;
  gchar *close_reason;
  gboolean auto_accept; /* answer newConsumer with ok (default) */
  GPtrArray *offers;    /* of JsonNode: data of every newConsumer */
} Client;

/* Connects; fails the test when refused. */
Client *client_new (Fixture *f, const gchar *room, const gchar *peer);
/* NULL when the handshake is refused; *error says how. */
Client *client_try (Fixture *f, const gchar *path_and_query,
    const gchar *protocol, GError **error);
/* Closes the connection, when it is open, and waits for it. */
void client_free (Client *c);

/* Sends text as it is. */
void client_send (Client *c, const gchar *text);
/* Waits for the response. data NULL = none is sent. */
JsonNode *client_request (Client *c, const gchar *method, const gchar *data);
/* Sends a request and returns its id. */
gint64 client_send_request (Client *c, const gchar *method, const gchar *data);
JsonNode *client_wait_response (Client *c, gint64 id);
/* The same, must succeed; returns data. */
JsonNode *client_ok (Client *c, const gchar *method, const gchar *data);
/* The same, must fail with this code; returns the reason. */
gchar *client_fails (
    Client *c, const gchar *method, const gchar *data, gint code);
/* Waits for a notification; returns data. */
JsonNode *client_wait_notification (Client *c, const gchar *method);
/* Is there one by now? */
gboolean client_has_notification (Client *c, const gchar *method);
/* Waits for n newConsumer in all; returns data of the last. Borrowed. */
JsonObject *client_wait_offer (Client *c, guint n);
void client_wait_closed (Client *c);

/* join with all that the server's capabilities have. */
void client_join (Client *c);
/* createWebRtcTransport; returns the id. */
gchar *client_create_transport (
    Client *c, gboolean producing, gboolean consuming);
/* produce; returns the id. */
gchar *client_produce (
    Client *c, const gchar *transport_id, const gchar *kind, guint32 ssrc);
/* Data of produce. */
gchar *produce_data (
    const gchar *transport_id, const gchar *kind, guint32 ssrc);
/* Data of connectWebRtcTransport with a well-formed fingerprint. */
gchar *connect_data (const gchar *transport_id);

/* Members of objects, in few words. */
const gchar *get_string (JsonNode *node, const gchar *name);
/* "id,kind": in the order of the text. */
gchar *get_members (JsonNode *node);
gint64 get_int (JsonNode *node, const gchar *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Client, client_free)

G_END_DECLS
