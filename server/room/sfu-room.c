/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A room: peers, and a router in a worker.
 *
 * Threads: the server's one thread. */
#include "sfu-room.h"

#include "sfu-error.h"
#include "sfu-log-line.h"
#include "sfu-presence.h"
#include "sfu-room-calls.h"
#include "sfu-room-event.h"
#include "sfu-room-media.h"
#include "sfu-room-overload.h"
#include "sfu-room-rules.h"

/* Clients that lost their worker come back within seconds; protoo-client and
 * socket.io-client try again every five at last. */
#define RECOVERY_S 15
/* Who comes and goes in a room of so many is told to each with what follows, when
 * that is not long: everybody who enters would cost a message to everybody. */
#define CROWD 16

SfuRoomRouter *
sfu_room_router (const SfuRoom *room)
{
  return room->routers->pdata[0];
}

static void
on_router_created (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (SfuRoom) room = data;
  g_autoptr (GError) error = NULL;

  if (sfu_worker_client_create_router_finish (
          SFU_WORKER_CLIENT (source), result, &error) ||
      room->closed ||
      /* it goes on with another, or will in a moment */
      sfu_worker_client_is_lost (SFU_WORKER_CLIENT (source)) ||
      sfu_room_router (room)->worker != SFU_WORKER_CLIENT (source))
    return;
  g_message ("room=%s router=%s cannot be made: %s", room->label,
      sfu_room_router (room)->id, error->message);
  sfu_error_strip_remote (error);
  /* What others have to say of it is for the log. */
  room->refusal = error->domain == SFU_ERROR
      ? g_steal_pointer (&error)
      : g_error_new_literal (
            SFU_ERROR, SFU_ERROR_FAILED, "room could not be opened");
  sfu_room_close (room, SFU_CLOSE_REFUSED);
}

gboolean
sfu_room_is_idle (const SfuRoom *room)
{
  return g_hash_table_size (room->peers) == 0 && room->holds == 0;
}

static gboolean
on_linger_over (gpointer data)
{
  SfuRoom *room = data;

  room->linger_id = 0;
  sfu_room_close (room, SFU_CLOSE_ROOM);
  return G_SOURCE_REMOVE;
}

/* Of a server that is to be empty nobody waits for who may come back. */
static guint
get_linger_s (SfuRoom *room)
{
  if (sfu_drain_is_on (sfu_rooms_get_drain (room->rooms)))
    return 0;
  return sfu_rooms_get_limits (room->rooms)->linger_s;
}

/* Also with 0 s the room stays for this turn of the loop. */
static void
start_linger (SfuRoom *room)
{
  guint linger_s = get_linger_s (room);

  g_clear_handle_id (&room->linger_id, g_source_remove);
  room->linger_id = linger_s > 0
      ? g_timeout_add_seconds (linger_s, on_linger_over, room)
      : g_idle_add (on_linger_over, room);
}

static void
let_go_when_idle (SfuRoom *room)
{
  if (room->closed || !sfu_room_is_idle (room))
    return;
  if (get_linger_s (room) > 0)
    start_linger (room);
  else
    sfu_room_close (room, SFU_CLOSE_ROOM);
}

void
sfu_room_hold (SfuRoom *room)
{
  room->holds++;
  g_clear_handle_id (&room->linger_id, g_source_remove);
}

void
sfu_room_release (SfuRoom *room)
{
  g_assert (room->holds > 0);
  room->holds--;
  let_go_when_idle (room);
}

static void
add_router (SfuRoom *room, SfuWorkerClient *worker)
{
  SfuRoomRouter *router = sfu_room_router_new (worker);

  g_ptr_array_add (room->routers, router);
  sfu_worker_client_create_router_async (
      worker, router->id, NULL, on_router_created, sfu_room_ref (room));
  if (sfu_rooms_get_limits (room->rooms)->loudest > 0)
    sfu_room_tell_loudest (
        worker, router->id, sfu_rooms_get_limits (room->rooms)->loudest);
}

SfuRoom *
sfu_room_new (SfuRooms *rooms, const gchar *id, SfuWorkerClient *worker)
{
  SfuRoom *room = g_rc_box_new0 (SfuRoom);

  room->id = g_strdup (id);
  room->label = sfu_log_quote (id);
  room->rooms = rooms;
  room->routers =
      g_ptr_array_new_with_free_func ((GDestroyNotify)sfu_room_router_free);
  room->peers = g_hash_table_new_full (
      g_str_hash, g_str_equal, NULL, (GDestroyNotify)sfu_peer_unref);
  add_router (room, worker);
  /* Whoever made it may find no way in. */
  start_linger (room);
  return room;
}

SfuRoom *
sfu_room_ref (SfuRoom *room)
{
  return g_rc_box_acquire (room);
}

static void
room_clear (gpointer data)
{
  SfuRoom *room = data;

  g_free (room->id);
  g_free (room->label);
  g_ptr_array_unref (room->routers);
  g_hash_table_unref (room->peers);
  g_clear_pointer (&room->records, g_hash_table_unref);
  g_clear_error (&room->refusal);
}

void
sfu_room_unref (SfuRoom *room)
{
  if (room != NULL)
    g_rc_box_release_full (room, room_clear);
}

static SfuPresence *
get_presence (SfuRoom *room)
{
  return sfu_rooms_get_presence (room->rooms);
}

void
sfu_room_close_media (SfuPeer *peer)
{
  g_autoptr (GPtrArray) transports = sfu_peer_table_values (peer->transports);

  for (guint i = 0; i < transports->len; i++)
    sfu_room_transport_close (transports->pdata[i]);
}

/* Takes the peer out of the room; an empty room stays. */
static void
detach_peer (SfuPeer *peer)
{
  SfuNotice notice = { .kind = SFU_NOTICE_PEER_CLOSED, .peer = peer };
  g_autoptr (SfuPeer) keep = sfu_peer_ref (peer);

  peer->closed = TRUE;
  peer->sink = NULL;
  g_hash_table_remove (peer->room->peers, peer->id);
  if (peer->joined && !sfu_presence_peer_left (get_presence (peer->room), peer))
    sfu_room_notify (peer->room, &notice, peer);
  sfu_room_close_media (peer);
  if (peer->joined)
    sfu_rooms_tell_peer (peer, SFU_PEER_LEFT, NULL);
}

void
sfu_room_remove_peer (SfuPeer *peer)
{
  SfuRoom *room = peer->room;

  if (peer->closed)
    return;
  detach_peer (peer);
  let_go_when_idle (room);
}

static void
replace_peer (SfuPeer *old)
{
  const SfuPeerSink *sink = old->sink;
  gpointer owner = old->sink_owner;

  g_info ("room=%s peer=%s replaced by a new connection", old->room->label,
      old->label);
  detach_peer (old);
  if (sink != NULL)
    sink->closed (owner, SFU_CLOSE_REPLACED);
}

SfuPeer *
sfu_room_add_peer_as (SfuRoom *room, const gchar *id, const SfuPeerTerms *terms,
    const SfuPeerSink *sink, gpointer sink_owner, GError **error)
{
  SfuPeer *old = g_hash_table_lookup (room->peers, id), *peer;

  if (!sfu_room_check_entry (room, id, terms, error))
    return NULL;
  if (old != NULL)
    replace_peer (old);
  g_clear_handle_id (&room->linger_id, g_source_remove);
  peer = sfu_peer_new (room, id, sink, sink_owner);
  peer->rights = terms->rights;
  peer->moderator = terms->moderator;
  peer->account = terms->account != NULL;
  peer->user_id = g_strdup (terms->account);
  sfu_room_recall (peer);
  g_hash_table_insert (room->peers, peer->id, sfu_peer_ref (peer));
  return peer;
}

SfuPeer *
sfu_room_add_peer (SfuRoom *room, const gchar *id, const SfuPeerSink *sink,
    gpointer sink_owner, GError **error)
{
  static const SfuPeerTerms terms = { .rights = SFU_RIGHTS_ALL };

  return sfu_room_add_peer_as (room, id, &terms, sink, sink_owner, error);
}

void
sfu_room_take_over (SfuPeer *peer, const SfuPeerSink *sink, gpointer sink_owner)
{
  const SfuPeerSink *old_sink = peer->sink;
  gpointer old_owner = peer->sink_owner;

  g_info ("room=%s peer=%s goes on with a new connection", peer->room->label,
      peer->label);
  peer->sink = sink;
  peer->sink_owner = sink_owner;
  sfu_presence_peer_changed (get_presence (peer->room), peer);
  old_sink->closed (old_owner, SFU_CLOSE_REPLACED);
}

void
sfu_room_set_display_name (SfuPeer *peer, const gchar *name)
{
  g_autofree gchar *old = peer->display_name;
  SfuNotice notice = { .kind = SFU_NOTICE_DISPLAY_NAME_CHANGED,
    .peer = peer,
    .old_display_name = old };

  peer->display_name = g_strdup (name);
  sfu_room_notify (peer->room, &notice, peer);
  if (!peer->closed)
    sfu_presence_peer_changed (get_presence (peer->room), peer);
}

GPtrArray *
sfu_room_joined_peers (SfuRoom *room, const SfuPeer *except)
{
  GPtrArray *peers = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, room->peers);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (value != except && ((SfuPeer *)value)->joined)
      g_ptr_array_add (peers, value);
  return peers;
}

GPtrArray *
sfu_room_participants (SfuRoom *room, const SfuPeer *except)
{
  GPtrArray *participants = sfu_room_joined_peers (room, except);

  if (room->rooms != NULL)
    sfu_presence_add_participants (get_presence (room), room->id,
        except != NULL ? except->id : NULL, participants);
  return participants;
}

void
sfu_room_notify (SfuRoom *room, const SfuNotice *notice, const SfuPeer *except)
{
  g_autoptr (GPtrArray) peers = sfu_room_joined_peers (room, except);
  SfuMemo memo = { NULL };
  SfuNotice shared = *notice;

  shared.memo = &memo;
  shared.calm = peers->len >= CROWD &&
      (notice->kind == SFU_NOTICE_NEW_PEER ||
          notice->kind == SFU_NOTICE_PEER_CLOSED);
  for (guint i = 0; i < peers->len; i++)
    sfu_peer_notify (peers->pdata[i], &shared);
  sfu_memo_clear (&memo);
}

SfuRoomProducer *
sfu_room_find_producer (SfuRoom *room, const gchar *id)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, room->peers);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    SfuPeer *peer = value;
    SfuRoomProducer *producer = g_hash_table_lookup (peer->producers, id);

    if (producer != NULL && producer->live && peer->joined)
      return producer;
  }
  if (room->rooms == NULL)
    return NULL;
  return sfu_presence_find_producer (get_presence (room), room->id, id);
}

void
sfu_room_announce_producers (SfuPeer *peer)
{
  g_autoptr (GPtrArray) others = sfu_room_participants (peer->room, peer);

  for (guint i = 0; i < others->len; i++) {
    SfuPeer *other = others->pdata[i];
    g_autoptr (GPtrArray) producers = sfu_peer_table_values (other->producers);

    for (guint j = 0; j < producers->len; j++) {
      SfuNotice notice = { .kind = SFU_NOTICE_NEW_PRODUCER,
        .peer = other,
        .producer = producers->pdata[j] };

      if (notice.producer->live)
        sfu_peer_notify (peer, &notice);
    }
  }
}

void
sfu_room_consume_all (SfuPeer *peer)
{
  g_autoptr (GPtrArray) others = sfu_room_joined_peers (peer->room, peer);

  for (guint i = 0; i < others->len; i++) {
    SfuPeer *other = others->pdata[i];
    g_autoptr (GPtrArray) producers = sfu_peer_table_values (other->producers);

    for (guint j = 0; j < producers->len; j++)
      sfu_room_consumer_offer (peer, producers->pdata[j]);
  }
}

void
sfu_room_peer_joined (SfuPeer *peer)
{
  SfuNotice notice = { .kind = SFU_NOTICE_NEW_PEER, .peer = peer };
  SfuNotice locked = { .kind = SFU_NOTICE_ROOM_LOCKED, .on = TRUE };
  SfuNotice audio_only = { .kind = SFU_NOTICE_AUDIO_ONLY, .on = TRUE };

  peer->joined = TRUE;
  sfu_rooms_tell_peer (peer, SFU_PEER_JOINED, NULL);
  if (peer->room->locked)
    sfu_peer_notify (peer, &locked);
  if (sfu_room_is_audio_only (peer->room))
    sfu_peer_notify (peer, &audio_only);
  if (peer->auto_consume)
    sfu_room_consume_all (peer);
  if (!sfu_presence_peer_joined (get_presence (peer->room), peer))
    sfu_room_notify (peer->room, &notice, peer);
}

void
sfu_room_active_speaker (SfuRoom *room, const gchar *producer_id, gint volume)
{
  SfuNotice notice = { .kind = SFU_NOTICE_ACTIVE_SPEAKER, .volume = volume };
  g_autoptr (GPtrArray) peers = NULL;

  if (producer_id != NULL && *producer_id != '\0') {
    peers = sfu_room_joined_peers (room, NULL);
    for (guint i = 0; i < peers->len && notice.peer == NULL; i++)
      if (g_hash_table_contains (
              ((SfuPeer *)peers->pdata[i])->producers, producer_id))
        notice.peer = peers->pdata[i];
    if (notice.peer == NULL) /* closed on the way */
      return;
  }
  sfu_room_notify (room, &notice, NULL);
}

static void
close_peers (SfuRoom *room, SfuCloseReason reason)
{
  g_autoptr (GPtrArray) peers = sfu_peer_table_values (room->peers);

  g_ptr_array_foreach (peers, (GFunc)(void (*) (void))sfu_peer_ref, NULL);
  for (guint i = 0; i < peers->len; i++) {
    SfuPeer *peer = peers->pdata[i];
    const SfuPeerSink *sink = peer->sink;
    gboolean joined = peer->joined;

    if (joined)
      sfu_presence_peer_left (sfu_rooms_get_presence (room->rooms), peer);
    /* Nobody is left to be told who left. */
    peer->joined = FALSE;
    sfu_room_remove_peer (peer);
    if (joined)
      sfu_rooms_tell_peer (peer, SFU_PEER_LEFT, NULL);
    if (sink != NULL)
      sink->closed (peer->sink_owner, reason);
    sfu_peer_unref (peer);
  }
}

static gboolean
on_recovery_over (gpointer data)
{
  SfuRoom *room = data;

  room->recovery_id = 0;
  sfu_room_release (room);
  return G_SOURCE_REMOVE;
}

void
sfu_room_move (SfuRoom *room, SfuWorkerClient *worker)
{
  if (room->recovery_id == 0)
    sfu_room_hold (room);
  else
    g_source_remove (room->recovery_id);
  room->recovery_id =
      g_timeout_add_seconds (RECOVERY_S, on_recovery_over, room);
  /* First: what closes asks a worker that is gone, which costs nothing. */
  close_peers (room, SFU_CLOSE_WORKER);
  g_ptr_array_set_size (room->routers, 0);
  add_router (room, worker);
  g_info ("room=%s router=%s goes on in another worker", room->label,
      sfu_room_router (room)->id);
}

void
sfu_room_close (SfuRoom *room, SfuCloseReason reason)
{
  g_autoptr (SfuRoom) keep = NULL;
  SfuRooms *rooms = room->rooms;

  if (room->closed)
    return;
  keep = sfu_room_ref (room);
  room->closed = TRUE;
  g_clear_handle_id (&room->linger_id, g_source_remove);
  g_clear_handle_id (&room->recovery_id, g_source_remove);
  close_peers (room, reason);
  if (sfu_worker_client_is_running (sfu_room_router (room)->worker))
    sfu_room_tell_close_router (
        sfu_room_router (room)->worker, sfu_room_router (room)->id);
  g_info ("room=%s router=%s closed", room->label, sfu_room_router (room)->id);
  room->rooms = NULL;
  sfu_rooms_forget_room (rooms, room);
}
