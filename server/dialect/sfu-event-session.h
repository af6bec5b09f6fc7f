/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One client of a dialect that speaks Socket.IO events with acks. What such
 * dialects share is here: the way from an event to a typed request and from the
 * reply to the ack, rate limits, the peer behind the socket. What is peculiar
 * to each stands in its SfuEventDialect: a table of events and a few functions.
 *
 * A session owns itself: it goes when the socket has gone, nothing is under way
 * any more and nobody holds it.
 *
 * Threads: the server's one thread. */
#pragma once

#include "sfu-services.h"
#include "sfu-shapes.h"
#include "sfu-sio.h"

G_BEGIN_DECLS

typedef struct _SfuEventSession SfuEventSession;
typedef struct _SfuEventDialect SfuEventDialect;
typedef struct _SfuEvent SfuEvent;

/* An event that clients send: a request to the room, or something that the
 * dialect does itself (handle). */
struct _SfuEvent {
  const gchar *event;
  SfuMethod method;
  /* A pure function; NULL = the payload is not looked at. */
  void (*decode) (SfuJsonReader *reader, JsonObject *data, SfuRequest *request);
  /* Fills the ack's data; NULL = it stays empty. */
  void (*encode) (SfuEventSession *session, const SfuRequest *request,
      const SfuReply *reply, JsonObject *data);
  /* Instead of asking the room. Takes request. Answer with
   * sfu_event_session_succeed, _fail or _request, now or later. */
  void (*handle) (SfuEventSession *session, const SfuEvent *event,
      gint64 ack_id, SfuRequest *request);
  gboolean outside; /* may be sent by who is in no room */
};

struct _SfuEventDialect {
  const gchar *name; /* for logs */
  const SfuEvent *events;
  guint n_events;
  /* Text of the error of an event that needs a room, without one. */
  const gchar *not_joined;
  /* The ack of a success; takes data. */
  JsonNode *(*succeed) (SfuEventSession *session, JsonObject *data);
  /* The ack of a failure. event NULL = there is none of that name. */
  JsonNode *(*fail) (
      SfuEventSession *session, const SfuEvent *event, const GError *error);
  /* The room tells; as SfuPeerSink.notify. */
  void (*notify) (SfuEventSession *session, const SfuNotice *notice);
  /* The socket has gone; session->socket is NULL. NULL = leave the room. */
  void (*disconnected) (SfuEventSession *session, SfuSioCloseReason reason);
  /* The room has let go of the peer; session->peer is NULL and the socket, if
   * there is one, will end. May be NULL. */
  void (*put_out) (SfuEventSession *session);
  void (*free_data) (gpointer data); /* may be NULL */
};

struct _SfuEventSession {
  const SfuEventDialect *dialect;
  const SfuServices *services; /* borrowed */
  SfuSioSocket *socket;        /* borrowed from its server; NULL once gone */
  SfuPeer *peer;               /* owned; NULL when in no room */
  SfuGrant *grant;             /* owned; NULL = the client has no account */
  gchar *label;                /* for logs */
  gpointer data;               /* the dialect's own, freed by free_data */
  /* private */
  SfuTokenBucket bucket;
  guint n_too_fast, n_pending;
  guint holds;
};

/* For a socket that is neither accepted nor refused yet: the next call is
 * sfu_event_session_accept or _refuse. data is taken. */
SfuEventSession *sfu_event_session_prepare (const SfuEventDialect *dialect,
    const SfuServices *services, SfuSioSocket *socket, gpointer data);
void sfu_event_session_accept (SfuEventSession *session);
/* The client gets a connect_error with the error's text; session is gone. Takes
 * error. */
void sfu_event_session_refuse (SfuEventSession *session, GError *error);
/* Is the token in auth (NULL = none was sent) good for this room (NULL = not
 * known yet)? Keeps what it grants; see sfu_services_admit. */
gboolean sfu_event_session_admit (SfuEventSession *session, JsonObject *auth,
    const gchar *room_id, GError **error);
/* Prepare and accept at once. */
SfuEventSession *sfu_event_session_new (const SfuEventDialect *dialect,
    const SfuServices *services, SfuSioSocket *socket, gpointer data);

/* Makes the client a peer of the room, which is opened when need be; JOIN is
 * still to be requested. FALSE and an error: no place. */
gboolean sfu_event_session_enter (SfuEventSession *session,
    const gchar *room_id, const gchar *peer_id, GError **error);
/* The session behind a peer; NULL for one of another kind of protocol. Its
 * socket is NULL when the connection has gone and the session is held. */
SfuEventSession *sfu_event_session_of (const SfuPeer *peer);
/* Goes on as this peer, which leaves its session: see sfu_room_take_over. The
 * session must be in no room. */
void sfu_event_session_take_over (SfuEventSession *session, SfuPeer *peer);
/* Leaves the room, if it is in one. */
void sfu_event_session_leave (SfuEventSession *session);

/* Hands request to the room; the reply becomes the ack as event says. Takes
 * request. Who is in a room (enter) and cannot JOIN is out of it again. */
void sfu_event_session_request (SfuEventSession *session, const SfuEvent *event,
    gint64 ack_id, SfuRequest *request);
/* Acks; data and error are taken. ack_id SFU_SIO_NO_ACK: nobody waits for it. */
void sfu_event_session_succeed (
    SfuEventSession *session, gint64 ack_id, JsonObject *data);
void sfu_event_session_fail (SfuEventSession *session, const SfuEvent *event,
    gint64 ack_id, GError *error);
/* Takes data (NULL = none). Nothing happens when the socket has gone. */
void sfu_event_session_emit (
    SfuEventSession *session, const gchar *event, JsonObject *data);

/* A held session stays when its socket has gone. */
void sfu_event_session_hold (SfuEventSession *session);
void sfu_event_session_release (SfuEventSession *session);

/* The event of that name; NULL = there is none. */
const SfuEvent *sfu_event_dialect_find (
    const SfuEventDialect *dialect, const gchar *event);
/* What event with this payload asks for. NULL and
 * SFU_ERROR_INVALID_ARGUMENT. */
SfuRequest *sfu_event_decode (
    const SfuEvent *event, JsonObject *data, GError **error);

/* Data of acks that several dialects have; for SfuEvent.encode. */
/* {producerId} */
void sfu_event_encode_producer_id (SfuEventSession *session,
    const SfuRequest *request, const SfuReply *reply, JsonObject *data);
/* The consumer's shape, and once more under "consumer": clients look in both
 * places. */
void sfu_event_encode_consumer (SfuEventSession *session,
    const SfuRequest *request, const SfuReply *reply, JsonObject *data);

G_END_DECLS
