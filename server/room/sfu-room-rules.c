/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rules of a room, and its moderators.
 *
 * Threads: the server's one thread. */
#include "sfu-room-rules.h"

#include "sfu-error.h"

#include <string.h>
#include "sfu-presence.h"
#include "sfu-room-overload.h"

/* A moderator's decisions about one peer id or account. */
typedef struct {
  guint muted_kinds;
  gint64 banned_until_us; /* monotonic; 0 = not */
} Record;

static gchar *
record_key (const gchar *id, const gchar *account)
{
  return account != NULL ? g_strconcat ("account:", account, NULL)
                         : g_strconcat ("id:", id, NULL);
}

static Record *
find_record (SfuRoom *room, const gchar *id, const gchar *account)
{
  g_autofree gchar *key = record_key (id, account);

  return room->records != NULL ? g_hash_table_lookup (room->records, key)
                               : NULL;
}

static gboolean
is_void (gpointer key, gpointer value, gpointer now_us)
{
  const Record *record = value;

  return record->muted_kinds == 0 &&
      record->banned_until_us <= *(const gint64 *)now_us;
}

/* NULL = there are too many. */
static Record *
get_record (const SfuPeer *peer)
{
  SfuRoom *room = peer->room;
  const gchar *account = peer->account ? peer->user_id : NULL;
  Record *record = find_record (room, peer->id, account);
  gint64 now_us = g_get_monotonic_time ();

  if (record != NULL)
    return record;
  if (room->records == NULL)
    room->records =
        g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  if (g_hash_table_size (room->records) >= SFU_ROOM_MAX_RECORDS)
    g_hash_table_foreach_remove (room->records, is_void, &now_us);
  if (g_hash_table_size (room->records) >= SFU_ROOM_MAX_RECORDS) {
    g_message ("room=%s remembers no more decisions", room->label);
    return NULL;
  }
  record = g_new0 (Record, 1);
  g_hash_table_insert (room->records, record_key (peer->id, account), record);
  return record;
}

/* ---- coming in ---- */

static gboolean
is_same_account (const SfuPeer *old, const SfuPeerTerms *terms)
{
  return old->account && g_strcmp0 (old->user_id, terms->account) == 0;
}

/* Knowing somebody's id is not being somebody. */
static gboolean
check_account (const SfuPeer *old, const SfuPeerTerms *terms, GError **error)
{
  if (!old->account || is_same_account (old, terms))
    return TRUE;
  g_set_error_literal (
      error, SFU_ERROR, SFU_ERROR_FORBIDDEN, "another user has this peer id");
  return FALSE;
}

static gboolean
check_duplicate (SfuRoom *room, const SfuPeer *old, const SfuPeerTerms *terms,
    GError **error)
{
  if (!check_account (old, terms, error))
    return FALSE;
  if (old->exclusive || sfu_rooms_get_limits (room->rooms)->refuse_duplicates) {
    g_set_error (error, SFU_ERROR, SFU_ERROR_EXISTS,
        "\"%s\" is in room \"%s\" already", old->id, room->id);
    return FALSE;
  }
  return TRUE;
}

gboolean
sfu_room_check_entry (
    SfuRoom *room, const gchar *id, const SfuPeerTerms *terms, GError **error)
{
  const SfuPeer *old = g_hash_table_lookup (room->peers, id);
  const SfuPeer *elsewhere = sfu_presence_find_peer (
      sfu_rooms_get_presence (room->rooms), room->id, id);
  const Record *record = find_record (room, id, terms->account);

  if (record != NULL && record->banned_until_us > g_get_monotonic_time ()) {
    g_set_error (error, SFU_ERROR, SFU_ERROR_FORBIDDEN,
        "kicked from room \"%s\" a moment ago", room->id);
    return FALSE;
  }
  if (old != NULL && !check_duplicate (room, old, terms, error))
    return FALSE;
  if (elsewhere != NULL && !check_account (elsewhere, terms, error))
    return FALSE;
  /* Whoever goes and comes back is new, unless an account proves the
   * opposite. */
  if (room->locked && !terms->moderator &&
      !(old != NULL && is_same_account (old, terms))) {
    g_set_error (error, SFU_ERROR, SFU_ERROR_FORBIDDEN, "room \"%s\" is locked",
        room->id);
    return FALSE;
  }
  if (old == NULL &&
      g_hash_table_size (room->peers) >=
          sfu_rooms_get_limits (room->rooms)->max_peers) {
    g_set_error (error, SFU_ERROR, SFU_ERROR_LIMIT_EXCEEDED,
        "room \"%s\" is full", room->id);
    return FALSE;
  }
  /* Whoever takes one's own place takes no more of it. */
  return old != NULL || sfu_room_check_load (room, error);
}

void
sfu_room_recall (SfuPeer *peer)
{
  const Record *record =
      find_record (peer->room, peer->id, peer->account ? peer->user_id : NULL);

  if (record != NULL)
    peer->muted_kinds = record->muted_kinds;
}

/* ---- moderators ---- */

SfuPeer *
sfu_room_find_peer (SfuRoom *room, const gchar *id, GError **error)
{
  SfuPeer *peer = g_hash_table_lookup (room->peers, id);
  g_autoptr (GPtrArray) all = NULL;

  if (peer != NULL)
    return peer;
  all = sfu_room_participants (room, NULL);
  for (guint i = 0; i < all->len; i++) {
    const SfuPeer *other = all->pdata[i];

    if (strcmp (other->id, id) != 0)
      continue;
    g_set_error (error, SFU_ERROR, SFU_ERROR_NOT_SUPPORTED,
        "peer with id \"%s\" is on server %s: ask there", id, other->node);
    return NULL;
  }
  g_set_error (error, SFU_ERROR, SFU_ERROR_NOT_FOUND,
      "peer with id \"%s\" not found", id);
  return NULL;
}

void
sfu_room_kick (SfuPeer *peer)
{
  g_autoptr (SfuPeer) keep = sfu_peer_ref (peer);
  const SfuPeerSink *sink = peer->sink;
  gpointer owner = peer->sink_owner;
  guint ban_s;
  Record *record;

  if (peer->closed)
    return;
  g_message ("room=%s peer=%s kicked", peer->room->label, peer->label);
  ban_s = sfu_rooms_get_limits (peer->room->rooms)->kick_ban_s;
  record = ban_s > 0 ? get_record (peer) : NULL;
  if (record != NULL)
    record->banned_until_us = g_get_monotonic_time () + ban_s * G_USEC_PER_SEC;
  sfu_room_remove_peer (peer);
  if (sink != NULL)
    sink->closed (owner, SFU_CLOSE_KICKED);
}

void
sfu_room_mute (SfuPeer *peer, guint kinds, gboolean muted)
{
  g_autoptr (GPtrArray) producers = NULL;
  Record *record;

  if (peer->closed)
    return;
  g_message ("room=%s peer=%s kinds=%x %s", peer->room->label, peer->label,
      kinds, muted ? "muted" : "unmuted");
  if (muted)
    peer->muted_kinds |= kinds;
  else
    peer->muted_kinds &= ~kinds;
  record = get_record (peer);
  if (record != NULL)
    record->muted_kinds = peer->muted_kinds;
  producers = sfu_peer_table_values (peer->producers);
  for (guint i = 0; i < producers->len; i++) {
    SfuRoomProducer *producer = producers->pdata[i];

    if ((SFU_KIND_BIT (producer->kind) & kinds) != 0)
      sfu_room_producer_set_muted (producer, muted);
  }
}

void
sfu_room_set_locked (SfuRoom *room, gboolean locked)
{
  SfuNotice notice = { .kind = SFU_NOTICE_ROOM_LOCKED, .on = locked };

  if (room->closed || room->locked == locked)
    return;
  g_message ("room=%s %s", room->label, locked ? "locked" : "unlocked");
  room->locked = locked;
  sfu_room_notify (room, &notice, NULL);
}
