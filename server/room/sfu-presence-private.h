/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Between the files of SfuPresence: sfu-presence.c keeps the data, which other
 * servers fill, sfu-presence-rooms.c is what rooms ask.
 *
 * Threads: the server's one thread. */
#pragma once

#include "sfu-presence.h"

G_BEGIN_DECLS

typedef struct {
  gchar *id;
  GHashTable *entries; /* key -> SfuPresenceEntry, owned */
  guint n_producers;
  guint generation; /* of the state that is being put in */
} SfuPresenceNode;

typedef struct {
  gchar *key; /* "room\npeer": names have no control characters */
  gchar *room_id;
  SfuPresenceNode *node; /* borrowed: owns the entry */
  SfuPeer *peer;         /* owned */
  guint generation;
} SfuPresenceEntry;

struct _SfuPresence {
  SfuPresenceFindRoom find_room;
  gpointer find_owner;
  const SfuPresenceListener *listener; /* NULL = nobody */
  gpointer listener_owner;
  GHashTable *nodes; /* id -> SfuPresenceNode, owned */
  GHashTable
      *rooms; /* id (owned) -> GHashTable: peer id (owned) -> GPtrArray */
  guint n_peers;
};

/* NULL = nobody here is in it. */
SfuRoom *sfu_presence_open_room (SfuPresence *presence, const gchar *room_id);
/* The joined peer of this server that has the id; NULL = none. room NULL safe.
 */
SfuPeer *sfu_presence_find_local (SfuRoom *room, const gchar *peer_id);
/* Of all with this id, who came last; NULL = none. */
SfuPresenceEntry *sfu_presence_find_last (
    SfuPresence *presence, const gchar *room_id, const gchar *peer_id);

/* A notice of this kind for each producer of peer. */
void sfu_presence_tell_producers (
    SfuRoom *room, SfuNoticeKind kind, SfuPeer *peer, const SfuPeer *except);
/* When it is not what it was. */
void sfu_presence_tell_display_name (
    SfuRoom *room, SfuPeer *peer, const gchar *old);

G_END_DECLS
