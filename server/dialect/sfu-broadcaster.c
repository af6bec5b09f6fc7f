/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-broadcaster.h. A broadcaster is found by its peer: the peer whose
 * sink is ours. The peer, the look at the counters that is under way and
 * nothing else keep it.
 *
 * Threads: the server's one thread. */
#include "sfu-broadcaster.h"

#include "sfu-dispatch.h"
#include "sfu-error.h"
#include "sfu-room-media.h"

/* Looks at the counters that many times in the idle time, but not rarer than
 * this. It is looks that are counted, not seconds: when we are out of breath
 * ourselves, nobody else has to go for it. */
#define LOOKS 4
#define MAX_INTERVAL_S 10

struct _SfuBroadcaster {
  SfuPeer *peer;       /* owned; NULL once it has left */
  GHashTable *carried; /* transport id -> owned guint64: packets at last look */
  guint silent_looks;  /* since something was carried or asked */
  guint max_looks;
  guint timer_id;
};

static void
broadcaster_clear (gpointer data)
{
  SfuBroadcaster *self = data;

  g_hash_table_unref (self->carried);
}

static void
broadcaster_unref (SfuBroadcaster *self)
{
  g_rc_box_release_full (self, broadcaster_clear);
}

/* The room has let go of it, or it of the room. */
static void
part (SfuBroadcaster *self)
{
  g_clear_handle_id (&self->timer_id, g_source_remove);
  g_clear_pointer (&self->peer, sfu_peer_unref);
  broadcaster_unref (self);
}

/* ---- the room speaks ---- */

/* Nobody listens. */
static void
on_notify (gpointer owner, const SfuNotice *notice)
{
}

/* It asks for its consumers: the room never offers any (auto_consume). */
static void
on_offer_consumer (gpointer owner, SfuRoomConsumer *consumer)
{
}

static void
on_room_closed (gpointer owner, SfuCloseReason reason)
{
  part (owner);
}

static const SfuPeerSink sink = {
  .notify = on_notify,
  .offer_consumer = on_offer_consumer,
  .closed = on_room_closed,
};

/* ---- is it still there? ---- */

/* Without what we send by ourselves: reports go on for a while to who has
 * gone. */
static guint64
count_packets (GVariant *stats)
{
  static const gchar *const counters[] = { "rtpPacketsReceived",
    "rtpPacketsSent", "rtcpPacketsReceived" };
  g_autoptr (GVariant) report = NULL;
  guint64 sum = 0;

  if (g_variant_n_children (stats) == 0)
    return 0;
  report = g_variant_get_child_value (stats, 0);
  for (guint i = 0; i < G_N_ELEMENTS (counters); i++) {
    guint64 count = 0;

    g_variant_lookup (report, counters[i], "t", &count);
    sum += count;
  }
  return sum;
}

typedef struct {
  SfuBroadcaster *broadcaster; /* owned share */
  gchar *transport_id;
} Look;

static void
on_stats (GObject *source, GAsyncResult *result, gpointer data)
{
  Look *look = data;
  SfuBroadcaster *self = look->broadcaster;
  g_autoptr (GVariant) stats = sfu_worker_client_get_stats_finish (
      SFU_WORKER_CLIENT (source), result, NULL);
  guint64 packets = stats != NULL ? count_packets (stats) : 0;
  guint64 *last = g_hash_table_lookup (self->carried, look->transport_id);

  if (last == NULL) {
    last = g_new0 (guint64, 1);
    g_hash_table_insert (
        self->carried, g_steal_pointer (&look->transport_id), last);
  }
  if (packets > *last)
    self->silent_looks = 0;
  *last = MAX (*last, packets);
  g_free (look->transport_id);
  broadcaster_unref (self);
  g_free (look);
}

static void
look_at_transports (SfuBroadcaster *self)
{
  g_autoptr (GPtrArray) transports =
      sfu_peer_table_values (self->peer->transports);

  for (guint i = 0; i < transports->len; i++) {
    const SfuRoomTransport *transport = transports->pdata[i];
    Look *look;

    if (!transport->live)
      continue;
    look = g_new0 (Look, 1);
    look->broadcaster = g_rc_box_acquire (self);
    look->transport_id = g_strdup (transport->id);
    sfu_worker_client_get_stats_async (
        sfu_room_router (self->peer->room)->worker, transport->id, NULL,
        on_stats, look);
  }
}

static gboolean
on_look (gpointer data)
{
  SfuBroadcaster *self = data;

  if (self->silent_looks++ < self->max_looks) {
    look_at_transports (self);
    return G_SOURCE_CONTINUE;
  }
  g_message ("room=%s peer=%s broadcaster carries nothing: gone",
      self->peer->room->label, self->peer->label);
  self->timer_id = 0;
  sfu_broadcaster_leave (self);
  return G_SOURCE_REMOVE;
}

/* ---- coming and going ---- */

SfuBroadcaster *
sfu_broadcaster_enter (const SfuServices *services, const SfuGrant *grant,
    const gchar *room_id, const gchar *id, GError **error)
{
  SfuBroadcaster *self = g_rc_box_new0 (SfuBroadcaster);
  guint idle_s = services->config->broadcaster_idle_s;
  guint interval_s = CLAMP (idle_s / LOOKS, 1, MAX_INTERVAL_S);

  self->carried =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->peer =
      sfu_services_enter (services, grant, room_id, id, &sink, self, error);
  if (self->peer == NULL) {
    broadcaster_unref (self);
    return NULL;
  }
  self->max_looks = idle_s / interval_s;
  self->timer_id = g_timeout_add_seconds (interval_s, on_look, self);
  self->peer->dialect = "broadcaster";
  g_info ("room=%s peer=%s broadcaster", self->peer->room->label,
      self->peer->label);
  return self;
}

SfuBroadcaster *
sfu_broadcaster_find (const SfuServices *services, const SfuGrant *grant,
    const gchar *room_id, const gchar *id, GError **error)
{
  SfuRoom *room = sfu_rooms_find (services->rooms, room_id);
  SfuPeer *peer = room != NULL ? g_hash_table_lookup (room->peers, id) : NULL;

  if (peer == NULL || peer->sink != &sink) {
    g_set_error (error, SFU_ERROR, SFU_ERROR_NOT_FOUND,
        "broadcaster with id \"%s\" does not exist", id);
    return NULL;
  }
  if (peer->account &&
      (grant == NULL ||
          (!grant->moderator &&
              g_strcmp0 (grant->user_id, peer->user_id) != 0))) {
    g_set_error (error, SFU_ERROR, SFU_ERROR_FORBIDDEN,
        "broadcaster with id \"%s\" belongs to another account", id);
    return NULL;
  }
  return peer->sink_owner;
}

SfuPeer *
sfu_broadcaster_get_peer (SfuBroadcaster *self)
{
  return self->peer;
}

void
sfu_broadcaster_ask (
    SfuBroadcaster *self, SfuRequest *request, SfuCallDone done, gpointer owner)
{
  self->silent_looks = 0;
  sfu_dispatch (sfu_call_new (self->peer, request, 0, done, owner));
}

void
sfu_broadcaster_leave (SfuBroadcaster *self)
{
  sfu_room_remove_peer (self->peer);
  part (self);
}
