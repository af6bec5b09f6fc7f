/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who may come into a room, and what moderators may do there: kick, mute, lock.
 *
 * What a moderator decided about somebody is remembered in the room under the
 * account, or under the peer's id when there is none, so that it outlives a
 * reload of the page; it goes with the room.
 *
 * Threads: the server's one thread. */
#pragma once

#include "sfu-room-media.h"
#include "sfu-room.h"

G_BEGIN_DECLS

/* Records of one room; further decisions are not remembered. */
#define SFU_ROOM_MAX_RECORDS 1024

/* For SfuRoom: FALSE and an error when somebody with this id must stay out:
 * SFU_ERROR_FORBIDDEN (kicked a moment ago, or the room is locked),
 * SFU_ERROR_EXISTS (the id is taken and its owner not to be replaced),
 * SFU_ERROR_LIMIT_EXCEEDED (full). */
gboolean sfu_room_check_entry (
    SfuRoom *room, const gchar *id, const SfuPeerTerms *terms, GError **error);
/* For SfuRoom: what was decided about peer before it came. */
void sfu_room_recall (SfuPeer *peer);

/* Whom a moderator names: a peer of the room on this server. NULL and
 * SFU_ERROR_NOT_FOUND, or SFU_ERROR_NOT_SUPPORTED for one of another server.
 * Borrowed. */
SfuPeer *sfu_room_find_peer (SfuRoom *room, const gchar *id, GError **error);
/* The peer is closed (SFU_CLOSE_KICKED) and stays out for a while
 * (SfuRoomLimits.kick_ban_s). */
void sfu_room_kick (SfuPeer *peer);
/* What peer produces of these kinds (SFU_KIND_BIT), now and later, is paused
 * for all until it is unmuted; then what its owner does not pause goes on. */
void sfu_room_mute (SfuPeer *peer, guint kinds, gboolean muted);
/* The room's joined peers are told. */
void sfu_room_set_locked (SfuRoom *room, gboolean locked);

G_END_DECLS
