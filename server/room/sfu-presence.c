/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who takes part on other servers.
 *
 *   nodes: node id ──► node ──► "room\npeer" ──► entry (owned)
 *   rooms: room id ──► peer id ──► entries, who came last at the end
 *
 * The last entry of such a list is shown, unless a peer of this server has the
 * id.
 *
 * Threads: the server's one thread. */
#include "sfu-presence-private.h"

#include "sfu-room.h"

#include <string.h>

static gchar *
make_key (const gchar *room_id, const gchar *peer_id)
{
  return g_strconcat (room_id, "\n", peer_id, NULL);
}

static void
entry_free (gpointer data)
{
  SfuPresenceEntry *entry = data;

  g_free (entry->key);
  g_free (entry->room_id);
  sfu_peer_unref (entry->peer);
  g_free (entry);
}

static void
node_free (gpointer data)
{
  SfuPresenceNode *node = data;

  g_hash_table_unref (node->entries);
  g_free (node->id);
  g_free (node);
}

SfuPresence *
sfu_presence_new (SfuPresenceFindRoom find_room, gpointer owner)
{
  SfuPresence *presence = g_new0 (SfuPresence, 1);

  presence->find_room = find_room;
  presence->find_owner = owner;
  presence->nodes =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, node_free);
  presence->rooms = g_hash_table_new_full (
      g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_hash_table_unref);
  return presence;
}

void
sfu_presence_free (SfuPresence *presence)
{
  if (presence == NULL)
    return;
  g_hash_table_unref (presence->rooms);
  g_hash_table_unref (presence->nodes);
  g_free (presence);
}

/* ---- who is shown ---- */

SfuRoom *
sfu_presence_open_room (SfuPresence *presence, const gchar *room_id)
{
  SfuRoom *room = presence->find_room (presence->find_owner, room_id);

  return room != NULL && !room->closed ? room : NULL;
}

SfuPeer *
sfu_presence_find_local (SfuRoom *room, const gchar *peer_id)
{
  SfuPeer *peer =
      room != NULL ? g_hash_table_lookup (room->peers, peer_id) : NULL;

  return peer != NULL && peer->joined ? peer : NULL;
}

SfuPresenceEntry *
sfu_presence_find_last (
    SfuPresence *presence, const gchar *room_id, const gchar *peer_id)
{
  GHashTable *room = g_hash_table_lookup (presence->rooms, room_id);
  GPtrArray *list = room != NULL ? g_hash_table_lookup (room, peer_id) : NULL;

  return list != NULL ? list->pdata[list->len - 1] : NULL;
}

static gboolean
is_shown (SfuPresence *presence, SfuRoom *room, const SfuPresenceEntry *entry)
{
  return sfu_presence_find_last (presence, entry->room_id, entry->peer->id) ==
      entry &&
      sfu_presence_find_local (room, entry->peer->id) == NULL;
}

static void
list_append (SfuPresence *presence, SfuPresenceEntry *entry)
{
  GHashTable *room = g_hash_table_lookup (presence->rooms, entry->room_id);
  GPtrArray *list;

  if (room == NULL) {
    room = g_hash_table_new_full (
        g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_ptr_array_unref);
    g_hash_table_insert (presence->rooms, g_strdup (entry->room_id), room);
  }
  list = g_hash_table_lookup (room, entry->peer->id);
  if (list == NULL) {
    list = g_ptr_array_new ();
    g_hash_table_insert (room, g_strdup (entry->peer->id), list);
  }
  g_ptr_array_add (list, entry);
}

static void
list_remove (SfuPresence *presence, SfuPresenceEntry *entry)
{
  GHashTable *room = g_hash_table_lookup (presence->rooms, entry->room_id);
  GPtrArray *list = g_hash_table_lookup (room, entry->peer->id);

  g_ptr_array_remove (list, entry);
  if (list->len == 0)
    g_hash_table_remove (room, entry->peer->id);
  if (g_hash_table_size (room) == 0)
    g_hash_table_remove (presence->rooms, entry->room_id);
}

/* ---- notices ---- */

void
sfu_presence_tell_producers (
    SfuRoom *room, SfuNoticeKind kind, SfuPeer *peer, const SfuPeer *except)
{
  g_autoptr (GPtrArray) producers = sfu_peer_table_values (peer->producers);
  SfuNotice notice = { .kind = kind, .peer = peer };

  for (guint i = 0; i < producers->len; i++) {
    notice.producer = producers->pdata[i];
    sfu_room_notify (room, &notice, except);
  }
}

static void
tell_peer (SfuRoom *room, SfuNoticeKind kind, SfuPeer *peer)
{
  SfuNotice notice = { .kind = kind, .peer = peer };

  sfu_room_notify (room, &notice, NULL);
}

void
sfu_presence_tell_display_name (SfuRoom *room, SfuPeer *peer, const gchar *old)
{
  SfuNotice notice = { .kind = SFU_NOTICE_DISPLAY_NAME_CHANGED,
    .peer = peer,
    .old_display_name = old };

  if (g_strcmp0 (peer->display_name, old) != 0)
    sfu_room_notify (room, &notice, peer);
}

/* ---- producers ---- */

static gboolean
has_producer (const SfuRemotePeer *facts, const gchar *id)
{
  for (guint i = 0; i < facts->n_producers; i++)
    if (strcmp (facts->producers[i].id, id) == 0)
      return TRUE;
  return FALSE;
}

static void
close_producer (
    SfuPresenceEntry *entry, SfuRoomProducer *producer, SfuRoom *room)
{
  g_autoptr (SfuRoomProducer) keep = sfu_room_producer_ref (producer);
  SfuNotice notice = { .kind = SFU_NOTICE_PRODUCER_CLOSED,
    .peer = entry->peer,
    .producer = producer };

  producer->closed = TRUE;
  producer->live = FALSE;
  g_hash_table_remove (entry->peer->producers, producer->id);
  entry->node->n_producers--;
  if (room != NULL)
    sfu_room_notify (room, &notice, NULL);
  producer->peer = NULL;
}

/* room: who is to hear of it; NULL = nobody. */
static gboolean
update_producers (
    SfuPresenceEntry *entry, const SfuRemotePeer *facts, SfuRoom *room)
{
  g_autoptr (GPtrArray) old = sfu_peer_table_values (entry->peer->producers);
  GHashTable *producers = entry->peer->producers;

  for (guint i = 0; i < old->len; i++)
    if (!has_producer (facts, ((SfuRoomProducer *)old->pdata[i])->id))
      close_producer (entry, old->pdata[i], room);
  for (guint i = 0; i < facts->n_producers; i++) {
    SfuNotice notice = { .kind = SFU_NOTICE_NEW_PRODUCER, .peer = entry->peer };

    if (g_hash_table_contains (producers, facts->producers[i].id))
      continue;
    if (g_hash_table_size (producers) >= SFU_PRESENCE_MAX_PRODUCERS_PER_PEER ||
        entry->node->n_producers >= SFU_PRESENCE_MAX_PRODUCERS_PER_NODE)
      return FALSE;
    notice.producer = sfu_room_producer_new_remote (
        entry->peer, facts->producers[i].id, facts->producers[i].kind);
    entry->node->n_producers++;
    if (room != NULL)
      sfu_room_notify (room, &notice, NULL);
  }
  return TRUE;
}

/* ---- from other servers ---- */

static void
replace (gchar **field, const gchar *value)
{
  g_free (*field);
  *field = g_strdup (value);
}

static void
update_facts (SfuPeer *peer, const SfuRemotePeer *facts)
{
  replace (&peer->connection_id, facts->connection_id);
  replace (&peer->display_name, facts->display_name);
  replace (&peer->device, facts->device);
  replace (&peer->user_id, facts->user_id);
  replace (&peer->email, facts->email);
  replace (&peer->picture, facts->picture);
  peer->account = facts->account;
}

static SfuPresenceNode *
get_node (SfuPresence *presence, const gchar *id)
{
  SfuPresenceNode *node = g_hash_table_lookup (presence->nodes, id);

  if (node == NULL &&
      g_hash_table_size (presence->nodes) < SFU_PRESENCE_MAX_NODES) {
    node = g_new0 (SfuPresenceNode, 1);
    node->id = g_strdup (id);
    node->entries =
        g_hash_table_new_full (g_str_hash, g_str_equal, NULL, entry_free);
    g_hash_table_insert (presence->nodes, node->id, node);
  }
  return node;
}

/* NULL = the node has too many. */
static SfuPresenceEntry *
add_entry (
    SfuPresence *presence, SfuPresenceNode *node, const SfuRemotePeer *facts)
{
  SfuPresenceEntry *entry;

  if (g_hash_table_size (node->entries) >= SFU_PRESENCE_MAX_PEERS_PER_NODE)
    return NULL;
  entry = g_new0 (SfuPresenceEntry, 1);
  entry->key = make_key (facts->room_id, facts->id);
  entry->room_id = g_strdup (facts->room_id);
  entry->node = node;
  entry->peer = sfu_peer_new_remote (facts->id, node->id);
  update_facts (entry->peer, facts);
  g_hash_table_insert (node->entries, entry->key, entry);
  presence->n_peers++;
  return entry;
}

/* A participant that we did not know of that node. */
static SfuPresenceEntry *
put_new (
    SfuPresence *presence, SfuPresenceNode *node, const SfuRemotePeer *facts)
{
  SfuRoom *room = sfu_presence_open_room (presence, facts->room_id);
  SfuPresenceEntry *before =
      sfu_presence_find_last (presence, facts->room_id, facts->id);
  SfuPresenceEntry *entry = add_entry (presence, node, facts);

  if (entry == NULL)
    return NULL;
  list_append (presence, entry);
  if (room == NULL || sfu_presence_find_local (room, facts->id) != NULL)
    return entry;
  if (before == NULL) {
    tell_peer (room, SFU_NOTICE_NEW_PEER, entry->peer);
  } else {
    sfu_presence_tell_producers (
        room, SFU_NOTICE_PRODUCER_CLOSED, before->peer, NULL);
    sfu_presence_tell_display_name (
        room, entry->peer, before->peer->display_name);
  }
  return entry;
}

gboolean
sfu_presence_put (
    SfuPresence *presence, const gchar *node_id, const SfuRemotePeer *facts)
{
  SfuPresenceNode *node = get_node (presence, node_id);
  g_autofree gchar *key = make_key (facts->room_id, facts->id);
  SfuPresenceEntry *entry =
      node != NULL ? g_hash_table_lookup (node->entries, key) : NULL;
  SfuRoom *room = sfu_presence_open_room (presence, facts->room_id);

  if (node == NULL)
    return FALSE;
  if (entry == NULL) {
    entry = put_new (presence, node, facts);
    if (entry == NULL)
      return FALSE;
  } else {
    g_autofree gchar *old = g_strdup (entry->peer->display_name);

    update_facts (entry->peer, facts);
    if (room != NULL && is_shown (presence, room, entry))
      sfu_presence_tell_display_name (room, entry->peer, old);
  }
  entry->generation = node->generation;
  if (room != NULL && !is_shown (presence, room, entry))
    room = NULL;
  return update_producers (entry, facts, room);
}

static void
remove_entry (SfuPresence *presence, SfuPresenceEntry *entry)
{
  SfuRoom *room = sfu_presence_open_room (presence, entry->room_id);
  gboolean shown = room != NULL && is_shown (presence, room, entry);
  g_autoptr (GPtrArray) producers =
      sfu_peer_table_values (entry->peer->producers);
  SfuPresenceEntry *next;

  list_remove (presence, entry);
  presence->n_peers--;
  next = sfu_presence_find_last (presence, entry->room_id, entry->peer->id);
  entry->peer->closed = TRUE;
  if (shown && next == NULL)
    tell_peer (room, SFU_NOTICE_PEER_CLOSED, entry->peer);
  for (guint i = 0; i < producers->len; i++)
    close_producer (entry, producers->pdata[i], shown ? room : NULL);
  if (shown && next != NULL) {
    sfu_presence_tell_display_name (
        room, next->peer, entry->peer->display_name);
    sfu_presence_tell_producers (
        room, SFU_NOTICE_NEW_PRODUCER, next->peer, NULL);
  }
  g_hash_table_remove (entry->node->entries, entry->key);
}

void
sfu_presence_remove (SfuPresence *presence, const gchar *node_id,
    const gchar *room_id, const gchar *peer_id)
{
  SfuPresenceNode *node = g_hash_table_lookup (presence->nodes, node_id);
  g_autofree gchar *key = make_key (room_id, peer_id);
  SfuPresenceEntry *entry =
      node != NULL ? g_hash_table_lookup (node->entries, key) : NULL;

  if (entry != NULL)
    remove_entry (presence, entry);
}

void
sfu_presence_begin (SfuPresence *presence, const gchar *node_id)
{
  SfuPresenceNode *node = get_node (presence, node_id);

  if (node != NULL)
    node->generation++;
}

static void
remove_entries (SfuPresence *presence, SfuPresenceNode *node, gboolean all)
{
  g_autoptr (GPtrArray) entries = sfu_peer_table_values (node->entries);

  for (guint i = 0; i < entries->len; i++) {
    SfuPresenceEntry *entry = entries->pdata[i];

    if (all || entry->generation != node->generation)
      remove_entry (presence, entry);
  }
}

void
sfu_presence_end (SfuPresence *presence, const gchar *node_id)
{
  SfuPresenceNode *node = g_hash_table_lookup (presence->nodes, node_id);

  if (node != NULL)
    remove_entries (presence, node, FALSE);
}

void
sfu_presence_remove_node (SfuPresence *presence, const gchar *node_id)
{
  SfuPresenceNode *node = g_hash_table_lookup (presence->nodes, node_id);

  if (node == NULL)
    return;
  remove_entries (presence, node, TRUE);
  g_hash_table_remove (presence->nodes, node_id);
}

static gboolean
local_has_connection (SfuRoom *room, const gchar *connection_id)
{
  GHashTableIter iter;
  gpointer peer;

  g_hash_table_iter_init (&iter, room->peers);
  while (g_hash_table_iter_next (&iter, NULL, &peer))
    if (g_strcmp0 (((SfuPeer *)peer)->connection_id, connection_id) == 0)
      return TRUE;
  return FALSE;
}

gboolean
sfu_presence_has_connection (SfuPresence *presence, const gchar *room_id,
    const gchar *connection_id, const gchar *except_node)
{
  GHashTable *lists = g_hash_table_lookup (presence->rooms, room_id);
  SfuRoom *room = sfu_presence_open_room (presence, room_id);
  GHashTableIter iter;
  gpointer value;

  if (room != NULL && local_has_connection (room, connection_id))
    return TRUE;
  if (lists == NULL)
    return FALSE;
  g_hash_table_iter_init (&iter, lists);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    GPtrArray *list = value;

    for (guint i = 0; i < list->len; i++) {
      const SfuPresenceEntry *entry = list->pdata[i];

      if (g_strcmp0 (entry->peer->connection_id, connection_id) == 0 &&
          strcmp (entry->node->id, except_node) != 0)
        return TRUE;
    }
  }
  return FALSE;
}

/* ---- the rest ---- */

void
sfu_presence_set_listener (
    SfuPresence *presence, const SfuPresenceListener *listener, gpointer owner)
{
  presence->listener = listener;
  presence->listener_owner = owner;
}

guint
sfu_presence_n_nodes (SfuPresence *presence)
{
  return g_hash_table_size (presence->nodes);
}

guint
sfu_presence_n_peers (SfuPresence *presence)
{
  return presence->n_peers;
}
