/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A room: peers, and a router in a worker. It lives while it has peers or
 * somebody holds it, and a little longer (SfuRoomLimits.linger_s).
 *
 * Threads: the server's one thread. */
#pragma once

#include "sfu-peer.h"
#include "sfu-room-router.h"
#include "sfu-rooms.h"

G_BEGIN_DECLS

struct _SfuRoom {
  gchar *id;           /* the name people use */
  gchar *label;        /* the same as logs write it: sfu_log_quote */
  GPtrArray *routers;  /* of SfuRoomRouter, owned; never empty */
  SfuRooms *rooms;     /* borrowed: NULL once closed */
  GHashTable *peers;   /* id -> SfuPeer, owned */
  guint holds;         /* reasons to stay open without peers */
  guint linger_id;     /* source that closes it; while nobody needs it */
  guint recovery_id;   /* source that lets go of a room that was moved */
  gboolean locked;     /* nobody new but moderators comes in */
  GHashTable *records; /* of moderators' decisions; sfu-room-rules.c's */
  GError *refusal;     /* why it could not be made; NULL = it could */
  gboolean closed;
};

/* For SfuRooms only. Asks the worker for the router; what is asked for next
 * is answered after it. */
SfuRoom *sfu_room_new (
    SfuRooms *rooms, const gchar *id, SfuWorkerClient *worker);
SfuRoom *sfu_room_ref (SfuRoom *room);
void sfu_room_unref (SfuRoom *room);
/* Where everything of the room is, as long as it has one router. Borrowed. */
SfuRoomRouter *sfu_room_router (const SfuRoom *room);

/* A held room stays open without peers: a call that was made and nobody has
 * joined yet, a router of an application server. Each hold needs a reference of
 * its own for as long as it lasts, and one release, which does nothing to a
 * room that has been closed in the meantime (see closed). */
void sfu_room_hold (SfuRoom *room);
void sfu_room_release (SfuRoom *room);
/* Nobody is in it and nobody holds it. */
gboolean sfu_room_is_idle (const SfuRoom *room);

/* A peer with this id is closed first (SFU_CLOSE_REPLACED). NULL and an error
 * when the rules of the room (sfu-room-rules.h) keep it out. The caller gets a
 * reference. */
SfuPeer *sfu_room_add_peer_as (SfuRoom *room, const gchar *id,
    const SfuPeerTerms *terms, const SfuPeerSink *sink, gpointer sink_owner,
    GError **error);
/* The same for somebody without an account, who may do all but moderate. */
SfuPeer *sfu_room_add_peer (SfuRoom *room, const gchar *id,
    const SfuPeerSink *sink, gpointer sink_owner, GError **error);

/* The connection is gone: close what the peer owns, tell the others, and let
 * the room go when it was the last one. The sink is not called. */
void sfu_room_remove_peer (SfuPeer *peer);

/* Another connection of the same user takes the place of peer's: nobody in the
 * room is told, and what the peer owns stays. The old sink gets its last call,
 * with SFU_CLOSE_REPLACED. peer must not be closed. */
void sfu_room_take_over (
    SfuPeer *peer, const SfuPeerSink *sink, gpointer sink_owner);
/* Closes all its transports, and what runs over them. */
void sfu_room_close_media (SfuPeer *peer);
/* The others are told. */
void sfu_room_set_display_name (SfuPeer *peer, const gchar *name);

/* Joined peers of this server but this one (NULL = all). Borrowed; free the
 * array only. */
GPtrArray *sfu_room_joined_peers (SfuRoom *room, const SfuPeer *except);
/* The same with those of other servers: whom clients are shown. */
GPtrArray *sfu_room_participants (SfuRoom *room, const SfuPeer *except);
/* A live producer of any participant; borrowed, NULL = there is none. */
SfuRoomProducer *sfu_room_find_producer (SfuRoom *room, const gchar *id);
/* peer learns of all that others produce (SFU_NOTICE_NEW_PRODUCER each). */
void sfu_room_announce_producers (SfuPeer *peer);

/* peer takes part from now on: others are told, and it gets consumers for
 * what they produce. Sets nothing else. */
void sfu_room_peer_joined (SfuPeer *peer);
/* Consumers for all that others produce. */
void sfu_room_consume_all (SfuPeer *peer);

/* Tells all joined peers but one. */
void sfu_room_notify (
    SfuRoom *room, const SfuNotice *notice, const SfuPeer *except);

/* producer_id NULL or "" = silence. */
void sfu_room_active_speaker (
    SfuRoom *room, const gchar *producer_id, gint volume);

/* For SfuRooms: the worker is gone, and everything with it. All peers are closed
 * (SFU_CLOSE_WORKER) and may come again at once: the room is the same, with
 * what moderators decided, and has a new router in this worker. It waits for
 * them for a while also when it is empty. */
void sfu_room_move (SfuRoom *room, SfuWorkerClient *worker);

/* Closes all peers with this reason, and the router. Idempotent. */
void sfu_room_close (SfuRoom *room, SfuCloseReason reason);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuRoom, sfu_room_unref)

G_END_DECLS
