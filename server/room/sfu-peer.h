/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One participant of a room, and what it owns: transports, producers and
 * consumers. The connection behind it is a sink (a table of functions): the
 * room tells the sink what happened and never learns what protocol it speaks.
 *
 * Everything here is reference counted and has a closed flag: an answer of the
 * worker that arrives late finds the flag instead of freed memory. The server
 * names everything itself, so that closing can be asked for before the answer
 * to creating has come.
 *
 * Threads: the server's one thread. */
#pragma once

#include "sfu-rights.h"
#include "sfu-rtp-parameters.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _SfuRoom SfuRoom;
typedef struct _SfuPeer SfuPeer;
typedef struct _SfuRoomTransport SfuRoomTransport;
typedef struct _SfuRoomProducer SfuRoomProducer;
typedef struct _SfuRoomConsumer SfuRoomConsumer;

/* What a peer is told without having asked. */
typedef enum {
  SFU_NOTICE_NEW_PEER,             /* peer */
  SFU_NOTICE_PEER_CLOSED,          /* peer */
  SFU_NOTICE_DISPLAY_NAME_CHANGED, /* peer, old_display_name */
  SFU_NOTICE_CONSUMER_CLOSED,      /* consumer */
  SFU_NOTICE_CONSUMER_PAUSED,      /* consumer: its producer paused */
  SFU_NOTICE_CONSUMER_RESUMED,     /* consumer */
  SFU_NOTICE_CONSUMER_SCORE,       /* consumer: its score, the producer's */
  SFU_NOTICE_CONSUMER_LAYERS,      /* consumer: its current layers */
  SFU_NOTICE_PRODUCER_SCORE,       /* producer: its scores */
  SFU_NOTICE_ACTIVE_SPEAKER,       /* peer (NULL = silence), volume */
  /* For those who ask for consumers themselves. */
  SFU_NOTICE_NEW_PRODUCER,    /* peer, producer: live from now on */
  SFU_NOTICE_PRODUCER_CLOSED, /* peer, producer */
  SFU_NOTICE_CHAT,            /* peer: who wrote; text, timestamp_ms */
  SFU_NOTICE_PRODUCER_MUTED,  /* producer (one's own), on: by a moderator */
  SFU_NOTICE_ROOM_LOCKED,     /* on */
  SFU_NOTICE_AUDIO_ONLY,      /* on: video is more than the server can do */
  /* One's own: by its owner, or because the connection ended. What ran over it
   * is closed already. */
  SFU_NOTICE_TRANSPORT_CLOSED /* peer, transport */
} SfuNoticeKind;

/* What somebody made of something and may want again: the text of a notice that
 * goes to a whole room, say. Only maker reads it. */
typedef struct {
  gconstpointer maker; /* NULL: nothing yet */
  gpointer data;
  GDestroyNotify free;
} SfuMemo;

void sfu_memo_set (
    SfuMemo *memo, gconstpointer maker, gpointer data, GDestroyNotify free);
void sfu_memo_clear (SfuMemo *memo);
/* NULL: somebody else's, or nothing yet. */
gpointer sfu_memo_get (const SfuMemo *memo, gconstpointer maker);

typedef struct {
  SfuNoticeKind kind;
  /* All borrowed: alive during the call. */
  SfuPeer *peer;
  SfuRoomTransport *transport;
  SfuRoomProducer *producer;
  SfuRoomConsumer *consumer;
  const gchar *old_display_name;
  gint volume; /* dBov, -127..0 */
  const gchar *text;
  gint64 timestamp_ms; /* since 1970 */
  gboolean on;
  SfuMemo *memo; /* of one that goes to several; else NULL */
  gboolean calm; /* it may wait a moment for others */
} SfuNotice;

typedef enum {
  SFU_CLOSE_REPLACED,   /* the same id joined again */
  SFU_CLOSE_ROOM,       /* the room was closed */
  SFU_CLOSE_KICKED,     /* by a moderator */
  SFU_CLOSE_WORKER,     /* the room's worker died: come again */
  SFU_CLOSE_GOING_AWAY, /* the server stops */
  SFU_CLOSE_REFUSED     /* the room could not be made: see its refusal */
} SfuCloseReason;

/* The connection of a peer. None of these may call back into the room. */
typedef struct {
  void (*notify) (gpointer owner, const SfuNotice *notice);
  /* Ask the client to take this consumer; answer later with
   * sfu_room_consumer_accept or sfu_room_consumer_close. */
  void (*offer_consumer) (gpointer owner, SfuRoomConsumer *consumer);
  /* The room has let go of the peer. Last call. */
  void (*closed) (gpointer owner, SfuCloseReason reason);
} SfuPeerSink;

/* Who somebody is who wants in, and what it may do there. */
typedef struct {
  SfuRights rights;
  gboolean moderator;
  const gchar *account; /* its user_id, proven by a token; NULL = none */
} SfuPeerTerms;

/* A set of kinds of media. */
#define SFU_KIND_BIT(kind) (1u << (kind))
#define SFU_KINDS_ALL                                                          \
  (SFU_KIND_BIT (SFU_MEDIA_AUDIO) | SFU_KIND_BIT (SFU_MEDIA_VIDEO))

struct _SfuPeer {
  gchar *id;
  gchar *label;  /* the id as logs write it: sfu_log_quote */
  SfuRoom *room; /* owned; NULL for a peer of another server */
  gchar *node;   /* the server it is connected to; NULL = this one */
  /* What other servers are told that its connection is called; a dialect that
   * has names for its connections sets it before it joins or takes over. NULL
   * only for a remote one. */
  gchar *connection_id;
  const gchar *dialect; /* of its connection, for counting; static, or NULL */
  gboolean joined;
  gboolean closed;
  gchar *display_name; /* never NULL once joined; before that its account's */
  gchar *device;       /* JSON object as text, passed on unread; or NULL */
  /* From its account or as it says itself; each may be NULL. */
  gchar *user_id, *email, *picture;
  gboolean account; /* user_id is that of a token that was checked */
  SfuRights rights;
  gboolean moderator;
  guint muted_kinds; /* by a moderator */
  /* Only its own connection may replace it: others with its id are refused. */
  gboolean exclusive;
  /* Gets a consumer for all that others produce; else it asks for each. */
  gboolean auto_consume;
  gchar *cname; /* of all its producers; NULL until the first one */
  SfuRtpCapabilities *capabilities; /* NULL = consumes nothing */
  GHashTable *transports;           /* id -> SfuRoomTransport, owned */
  GHashTable *producers;            /* id -> SfuRoomProducer, owned */
  GHashTable *consumers;            /* id -> SfuRoomConsumer, owned */
  SfuMemo shown;                    /* how a dialect describes it to others */
  const SfuPeerSink *sink;          /* NULL once closed */
  gpointer sink_owner; /* borrowed: until sink->closed or peer_close */
};

/* For SfuRoom only; others use sfu_room_add_peer. */
SfuPeer *sfu_peer_new (SfuRoom *room, const gchar *id, const SfuPeerSink *sink,
    gpointer sink_owner);
/* For SfuPresence only: a participant of another server. It has joined. */
SfuPeer *sfu_peer_new_remote (const gchar *id, const gchar *node);
SfuPeer *sfu_peer_ref (SfuPeer *peer);
void sfu_peer_unref (SfuPeer *peer);

void sfu_peer_notify (SfuPeer *peer, const SfuNotice *notice);

/* The transport on which it wants to receive; NULL when it has none. */
SfuRoomTransport *sfu_peer_consuming_transport (SfuPeer *peer);

/* What all its tracks are called in RTCP, so that a client plays them in step:
 * the first name a producer brings, else a random one. */
const gchar *sfu_peer_cname (SfuPeer *peer, const gchar *suggestion);

/* The values of one of these tables, for a loop that may change the table.
 * Borrowed; free the array only. */
GPtrArray *sfu_peer_table_values (GHashTable *table);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuPeer, sfu_peer_unref)

G_END_DECLS
