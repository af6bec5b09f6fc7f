/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who takes part on other servers: nodes (servers), their participants, the
 * producers of these. Pure data in the shapes of the room layer (an SfuPeer
 * with its node set, SfuRoomProducers without a transport), so that a dialect
 * needs no second encoder, and the same notices to who is here. How the facts
 * travel is somebody else's business: it puts them in, and hears through
 * SfuPresenceListener what is to be told of this server.
 *
 * A participant is known by its id, in a room everywhere. When several servers
 * have the same one (somebody moved to another server, and the old one has not
 * noticed yet), one of them is shown: who is here, else who came last. Moving
 * is therefore no leaving: others hear of the producers that went and came, and
 * of the participant nothing.
 *
 * Threads: the server's one thread. */
#pragma once

#include "sfu-peer.h"
#include "sfu-room-media.h"

G_BEGIN_DECLS

typedef struct _SfuPresence SfuPresence;

/* Bounds, against a server that has gone mad. */
#define SFU_PRESENCE_MAX_NODES 64
#define SFU_PRESENCE_MAX_PEERS_PER_NODE 10000
#define SFU_PRESENCE_MAX_PRODUCERS_PER_NODE 40000
#define SFU_PRESENCE_MAX_PRODUCERS_PER_PEER 256

typedef struct {
  const gchar *id;
  SfuMediaKind kind;
} SfuRemoteProducer;

/* All borrowed: read during the call. */
typedef struct {
  const gchar *room_id, *id, *display_name;
  const gchar *connection_id;                      /* NULL = it says none */
  const gchar *device, *user_id, *email, *picture; /* each may be NULL */
  gboolean account;                                /* user_id was checked */
  const SfuRemoteProducer *producers;              /* all that it has */
  guint n_producers;
} SfuRemotePeer;

/* What happens on this server; peers that have joined only. None of these may
 * call back into the room. */
typedef struct {
  void (*joined) (gpointer owner, SfuPeer *peer);
  /* Its producers went with it. */
  void (*left) (gpointer owner, SfuPeer *peer);
  /* What it says of itself, or its connection. */
  void (*changed) (gpointer owner, SfuPeer *peer);
  void (*producer_live) (
      gpointer owner, SfuPeer *peer, SfuRoomProducer *producer);
  /* Of a peer that stays. */
  void (*producer_closed) (
      gpointer owner, SfuPeer *peer, SfuRoomProducer *producer);
} SfuPresenceListener;

/* The open room of that name, borrowed; NULL = nobody here is in it. */
typedef SfuRoom *(*SfuPresenceFindRoom) (gpointer owner, const gchar *room_id);

SfuPresence *sfu_presence_new (SfuPresenceFindRoom find_room, gpointer owner);
/* Tells nobody anything. NULL safe. */
void sfu_presence_free (SfuPresence *presence);

/* ---- for who talks with other servers ---- */

/* NULL = nobody listens. */
void sfu_presence_set_listener (
    SfuPresence *presence, const SfuPresenceListener *listener, gpointer owner);

/* A participant of that node as it is now, new or changed. FALSE = it would
 * pass a bound, and all or some of its producers are left out. */
gboolean sfu_presence_put (
    SfuPresence *presence, const gchar *node, const SfuRemotePeer *peer);
/* Nothing happens when there is none. */
void sfu_presence_remove (SfuPresence *presence, const gchar *node,
    const gchar *room_id, const gchar *peer_id);
/* All of that node that is not put between the two is removed by the second. */
void sfu_presence_begin (SfuPresence *presence, const gchar *node);
void sfu_presence_end (SfuPresence *presence, const gchar *node);
/* With all it has. */
void sfu_presence_remove_node (SfuPresence *presence, const gchar *node);
/* Has anybody in the room, here or on another server but this node, that
 * connection? */
gboolean sfu_presence_has_connection (SfuPresence *presence,
    const gchar *room_id, const gchar *connection_id, const gchar *except_node);

/* ---- for rooms ---- */

/* Adds to participants (of SfuPeer, borrowed) those of other servers that are
 * shown in the room, but for one of this id (NULL = none). */
void sfu_presence_add_participants (SfuPresence *presence, const gchar *room_id,
    const gchar *except_id, GPtrArray *participants);
/* Who is shown under this id; borrowed, NULL = nobody of another server. */
SfuPeer *sfu_presence_find_peer (
    SfuPresence *presence, const gchar *room_id, const gchar *peer_id);
/* Of one that is shown; borrowed, NULL = there is none. */
SfuRoomProducer *sfu_presence_find_producer (
    SfuPresence *presence, const gchar *room_id, const gchar *producer_id);
/* A peer of this server has joined, or a joined one is out of its room's
 * table. TRUE = one of its id was shown before, or is shown now: who is here is
 * not to hear that somebody came or went. */
gboolean sfu_presence_peer_joined (SfuPresence *presence, SfuPeer *peer);
gboolean sfu_presence_peer_left (SfuPresence *presence, SfuPeer *peer);
/* Nothing happens when it has not joined. */
void sfu_presence_peer_changed (SfuPresence *presence, SfuPeer *peer);
void sfu_presence_producer_live (
    SfuPresence *presence, SfuRoomProducer *producer);
void sfu_presence_producer_closed (
    SfuPresence *presence, SfuPeer *peer, SfuRoomProducer *producer);

/* ---- for statistics ---- */

/* Other servers, and their participants, shown or not. */
guint sfu_presence_n_nodes (SfuPresence *presence);
guint sfu_presence_n_peers (SfuPresence *presence);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuPresence, sfu_presence_free)

G_END_DECLS
