/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What workers report, and what becomes of the rooms of one that dies or has too
 * much to do.
 *
 * Threads: the server's one thread. */
#include "sfu-rooms-private.h"

#include "sfu-room-media.h"
#include "sfu-room-overload.h"

/* If a room is what kills workers it shall not kill one after the other: whose
 * worker has died stays in that worker's place for a while, where the others
 * that had bad luck with it are, too. */
#define HOME_US (60 * G_USEC_PER_SEC)
#define MAX_HOMES 10000

/* ---- its streams ---- */

static void
on_transport_state (gpointer owner, const gchar *transport_id,
    const gchar *ice_state, const gchar *dtls_state, const gchar *reason)
{
  SfuRooms *rooms = owner;
  SfuRoomTransport *transport =
      g_hash_table_lookup (rooms->transports, transport_id);
  gboolean failed, closed;

  if (transport == NULL) /* closed on the way */
    return;
  g_info ("room=%s peer=%s transport=%s ice=%s dtls=%s reason=\"%s\"",
      transport->peer->room->label, transport->peer->label, transport->id,
      ice_state, dtls_state, reason);
  failed = g_str_equal (dtls_state, "failed");
  closed =
      g_str_equal (dtls_state, "closed") || g_str_equal (ice_state, "closed");
  if (failed)
    g_warning ("room=%s peer=%s transport=%s failed: %s",
        transport->peer->room->label, transport->peer->label, transport->id,
        reason);
  if (failed || closed) {
    sfu_metrics_transport_failed (rooms->metrics, reason);
    sfu_room_transport_close (transport);
  }
}

static void
on_active_speaker (gpointer owner, const gchar *router_id,
    const gchar *producer_id, gint volume)
{
  SfuRooms *rooms = owner;
  SfuRoom *room = g_hash_table_lookup (rooms->routers, router_id);

  if (room != NULL)
    sfu_room_active_speaker (room, producer_id, volume);
}

static void
on_layers_changed (
    gpointer owner, const gchar *consumer_id, gint spatial, gint temporal)
{
  SfuRooms *rooms = owner;
  SfuRoomConsumer *consumer =
      g_hash_table_lookup (rooms->consumers, consumer_id);

  if (consumer != NULL) /* else closed on the way */
    sfu_room_consumer_set_layers (consumer, spatial, temporal);
}

static void
on_producer_scores (gpointer owner, GVariant *producers)
{
  SfuRooms *rooms = owner;
  GVariantIter iter;
  const gchar *id;
  GVariant *scores;

  g_variant_iter_init (&iter, producers);
  while (g_variant_iter_next (&iter, "(&s@a(suy))", &id, &scores)) {
    SfuRoomProducer *producer = g_hash_table_lookup (rooms->producers, id);

    if (producer != NULL)
      sfu_room_producer_set_scores (producer, scores);
    g_variant_unref (scores);
  }
}

static void
on_consumer_scores (gpointer owner, GVariant *consumers)
{
  SfuRooms *rooms = owner;
  g_autoptr (GVariant) ids = g_variant_get_child_value (consumers, 0);
  g_autoptr (GVariant) scores = g_variant_get_child_value (consumers, 1);
  g_autoptr (GVariant) forwarded = g_variant_get_child_value (consumers, 2);
  gsize n_scores, n_forwarded, n = g_variant_n_children (ids);
  const guint8 *score = g_variant_get_fixed_array (scores, &n_scores, 1);
  const guint8 *producer_score =
      g_variant_get_fixed_array (forwarded, &n_forwarded, 1);

  n = MIN (n, MIN (n_scores, n_forwarded));
  for (gsize i = 0; i < n; i++) {
    g_autoptr (GVariant) id = g_variant_get_child_value (ids, i);
    SfuRoomConsumer *consumer =
        g_hash_table_lookup (rooms->consumers, g_variant_get_string (id, NULL));

    if (consumer != NULL)
      sfu_room_consumer_set_score (consumer, score[i], producer_score[i]);
  }
}

/* ---- a worker is gone ---- */

typedef struct {
  guint index; /* of the worker's place */
  gint64 until_us;
} Home;

static gboolean
is_old_home (gpointer name, gpointer home, gpointer now_us)
{
  return ((Home *)home)->until_us <= *(gint64 *)now_us;
}

static void
remember_home (SfuRooms *rooms, const gchar *name, guint index, gint64 now_us)
{
  Home *home;

  if (g_hash_table_size (rooms->homes) >= MAX_HOMES)
    return;
  home = g_new (Home, 1);
  *home = (Home){ .index = index, .until_us = now_us + HOME_US };
  g_hash_table_replace (rooms->homes, g_strdup (name), home);
}

SfuWorkerClient *
sfu_rooms_find_worker (SfuRooms *rooms, const gchar *name, GError **error)
{
  const Home *home = g_hash_table_lookup (rooms->homes, name);

  if (home != NULL && home->until_us > g_get_monotonic_time ())
    return sfu_worker_pool_acquire_at (rooms->pool, home->index, error);
  return sfu_worker_pool_acquire (rooms->pool, error);
}

static void
tell_worker_died (SfuRooms *rooms, const SfuWorkerClient *worker)
{
  SfuRoomEvent event = { .type = SFU_WORKER_DIED };
  GHashTableIter iter;
  gpointer room;

  g_hash_table_iter_init (&iter, rooms->rooms);
  while (g_hash_table_iter_next (&iter, NULL, &room))
    event.n_rooms += sfu_room_router (room)->worker == worker ? 1 : 0;
  sfu_rooms_tell (rooms, &event);
}

static void
on_worker_died (gpointer owner, SfuWorkerClient *worker, guint index)
{
  SfuRooms *rooms = owner;
  g_autoptr (GPtrArray) all = sfu_peer_table_values (rooms->rooms);
  gint64 now_us = g_get_monotonic_time ();

  sfu_metrics_add (rooms->metrics, SFU_METRIC_WORKER_RESTARTS, 1);
  tell_worker_died (rooms, worker);
  g_hash_table_foreach_remove (rooms->homes, is_old_home, &now_us);
  for (guint i = 0; i < all->len; i++) {
    SfuRoom *room = all->pdata[i];
    g_autoptr (SfuWorkerClient) next = NULL;

    if (sfu_room_router (room)->worker != worker)
      continue;
    remember_home (rooms, room->id, index, now_us);
    next = sfu_worker_pool_acquire_at (rooms->pool, index, NULL);
    if (next == NULL) {
      sfu_room_close (room, SFU_CLOSE_WORKER);
      continue;
    }
    g_hash_table_remove (rooms->routers, sfu_room_router (room)->id);
    sfu_room_move (room, next);
    g_hash_table_insert (rooms->routers, sfu_room_router (room)->id, room);
    if (rooms->moved != NULL)
      rooms->moved (rooms->moved_owner, room);
  }
}

void
sfu_rooms_watch_moves (SfuRooms *rooms,
    void (*moved) (gpointer owner, SfuRoom *room), gpointer owner,
    GDestroyNotify destroy)
{
  rooms->moved = moved;
  rooms->moved_owner = owner;
  rooms->moved_destroy = destroy;
}

/* ---- overload ---- */

static void
on_audio_only (gpointer owner, SfuWorkerClient *worker, gboolean on)
{
  SfuRooms *rooms = owner;
  g_autoptr (GPtrArray) all = sfu_peer_table_values (rooms->rooms);

  for (guint i = 0; i < all->len; i++)
    if (sfu_room_router (all->pdata[i])->worker == worker)
      sfu_room_recommend_audio_only (all->pdata[i], on);
}

const SfuWorkerPoolCallbacks sfu_rooms_pool_callbacks = {
  .transport_state = on_transport_state,
  .active_speaker = on_active_speaker,
  .layers_changed = on_layers_changed,
  .producer_scores = on_producer_scores,
  .consumer_scores = on_consumer_scores,
  .died = on_worker_died,
  .audio_only = on_audio_only,
};
