/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What comes in from the other servers, and the clock of all of it.
 *
 * Threads: the server's one thread. */
#include "sfu-cluster.h"

#include "sfu-cluster-foreign.h"
#include "sfu-cluster-nodes.h"
#include "sfu-cluster-state.h"
#include "sfu-id.h"

#include <string.h>

/* Of the liveness: so often a server says that it lives. Six, so that two may
 * be lost, and the silence is noticed soon after it is long enough. */
#define BEATS_PER_LIVENESS 6
#define GOODBYE_MS 1000
/* Messages for meetings that wait for the state of one of our own nodes. */
#define MAX_HELD_BACK 4096
/* One line about malformed messages in so long. */
#define COMPLAIN_US (10 * G_USEC_PER_SEC)

struct _SfuCluster {
  SfuPresence *presence; /* borrowed */
  gchar *node, *channel;
  guint liveness_ms;
  SfuClusterLink *link;
  SfuClusterState *state;
  SfuClusterNodes *nodes;
  SfuClusterForeign *foreign;
  GQueue held_back; /* of SfuClusterMeetings, owned */
  guint tick_id;
  guint64 n_malformed, n_left_out;
  gint64 complained_us;
  /* saying goodbye */
  void (*done) (gpointer data);
  gpointer done_data;
  guint done_id;
};

/* ---- from rooms ---- */

static void
on_left (gpointer owner, SfuPeer *peer)
{
  sfu_cluster_state_left (((SfuCluster *)owner)->state, peer);
}

static void
on_changed (gpointer owner, SfuPeer *peer)
{
  sfu_cluster_state_changed (((SfuCluster *)owner)->state, peer);
}

static void
on_producer_live (gpointer owner, SfuPeer *peer, SfuRoomProducer *producer)
{
  sfu_cluster_state_producer_live (
      ((SfuCluster *)owner)->state, peer, producer);
}

static void
on_producer_closed (gpointer owner, SfuPeer *peer, SfuRoomProducer *producer)
{
  sfu_cluster_state_changed (((SfuCluster *)owner)->state, peer);
}

static const SfuPresenceListener listener = {
  .joined = on_changed,
  .left = on_left,
  .changed = on_changed,
  .producer_live = on_producer_live,
  .producer_closed = on_producer_closed,
};

/* ---- states of nodes ---- */

typedef struct {
  SfuCluster *cluster; /* borrowed: its link owns us */
  gchar *node;
} StateRead;

static void
state_read_free (gpointer data)
{
  StateRead *read = data;

  g_free (read->node);
  g_free (read);
}

static void
malformed (SfuCluster *cluster, const gchar *where, const GError *error)
{
  gint64 now_us = g_get_monotonic_time ();

  cluster->n_malformed++;
  if (cluster->complained_us != 0 &&
      now_us - cluster->complained_us < COMPLAIN_US)
    return;
  cluster->complained_us = now_us;
  g_warning ("channel=%s malformed (%" G_GUINT64_FORMAT " by now): %s", where,
      cluster->n_malformed, error->message);
}

/* What waited until it was known which connections are ours. */
static void
take_held_back (SfuCluster *cluster)
{
  while (!g_queue_is_empty (&cluster->held_back) &&
      !sfu_cluster_nodes_is_reading (cluster->nodes)) {
    g_autoptr (SfuClusterMeetings) message =
        g_queue_pop_head (&cluster->held_back);

    sfu_cluster_foreign_message (
        cluster->foreign, message, g_get_monotonic_time ());
  }
}

/* The hash: its number, and its participants. FALSE = it is not there. */
static gboolean
parse_state (
    SfuCluster *cluster, const redisReply *hash, guint64 *seq, GPtrArray *peers)
{
  gboolean found = FALSE;

  for (gsize i = 0; i + 1 < hash->elements; i += 2) {
    const redisReply *field = hash->element[i], *value = hash->element[i + 1];
    g_autoptr (GError) error = NULL;
    SfuClusterMessage *peer;

    if (field->type != REDIS_REPLY_STRING || value->type != REDIS_REPLY_STRING)
      continue;
    if (strcmp (field->str, SFU_CLUSTER_SEQ_FIELD) == 0) {
      found =
          g_ascii_string_to_unsigned (value->str, 10, 0, G_MAXINT64, seq, NULL);
      continue;
    }
    peer =
        sfu_cluster_message_parse_peer (value->str, (gsize)value->len, &error);
    if (peer != NULL)
      g_ptr_array_add (peers, peer);
    else
      malformed (cluster, SFU_CLUSTER_NODE_KEY, error);
  }
  return found;
}

static void
forget_node_key (SfuCluster *cluster, const gchar *node)
{
  const gchar *const args[] = { "SREM", SFU_CLUSTER_NODES_KEY, node, NULL };

  sfu_cluster_link_send (cluster->link, NULL, NULL, NULL, args);
}

/* [hash, milliseconds that it has left]. */
static void
on_state_read (gpointer link, const redisReply *reply, gpointer data)
{
  StateRead *read = data;
  SfuCluster *cluster = read->cluster;
  gint64 now_us = g_get_monotonic_time ();
  g_autoptr (GPtrArray) peers =
      g_ptr_array_new_with_free_func ((GDestroyNotify)sfu_cluster_message_free);
  gint64 left_ms;
  guint64 seq = 0;

  if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 2 ||
      reply->element[0]->type != REDIS_REPLY_ARRAY ||
      reply->element[1]->type != REDIS_REPLY_INTEGER ||
      !parse_state (cluster, reply->element[0], &seq, peers)) {
    forget_node_key (cluster, read->node);
    sfu_cluster_nodes_no_state (cluster->nodes, read->node);
  } else {
    left_ms =
        CLAMP (reply->element[1]->integer, 0, (gint64)cluster->liveness_ms);
    sfu_cluster_nodes_state (cluster->nodes, read->node, seq, peers,
        now_us - ((gint64)cluster->liveness_ms - left_ms) * 1000);
  }
  take_held_back (cluster);
}

/* The link may be down: then it is read when it is up again. */
static void
on_read_state (gpointer owner, const gchar *node)
{
  SfuCluster *cluster = owner;
  g_autofree gchar *key = g_strconcat (SFU_CLUSTER_NODE_KEY, node, NULL);
  const gchar *const multi[] = { "MULTI", NULL };
  const gchar *const get[] = { "HGETALL", key, NULL };
  const gchar *const ttl[] = { "PTTL", key, NULL };
  const gchar *const exec[] = { "EXEC", NULL };
  StateRead *read = g_new (StateRead, 1);

  read->cluster = cluster;
  read->node = g_strdup (node);
  sfu_cluster_link_send (cluster->link, NULL, NULL, NULL, multi);
  sfu_cluster_link_send (cluster->link, NULL, NULL, NULL, get);
  sfu_cluster_link_send (cluster->link, NULL, NULL, NULL, ttl);
  sfu_cluster_link_send (
      cluster->link, on_state_read, read, state_read_free, exec);
}

static const SfuClusterNodesCallbacks nodes_callbacks = {
  .read_state = on_read_state,
};

/* ---- the link ---- */

static void
on_nodes_listed (gpointer link, const redisReply *reply, gpointer data)
{
  SfuCluster *cluster = data;
  gint64 now_us = g_get_monotonic_time ();

  for (gsize i = 0; reply->type == REDIS_REPLY_ARRAY && i < reply->elements;
       i++) {
    const redisReply *node = reply->element[i];

    if (node->type == REDIS_REPLY_STRING && sfu_id_is_valid (node->str))
      sfu_cluster_nodes_found (cluster->nodes, node->str, now_us);
  }
}

/* What we are comes first: whoever hears of us can then read it. */
static void
on_up (gpointer owner)
{
  SfuCluster *cluster = owner;
  static const gchar *const list[] = { "SMEMBERS", SFU_CLUSTER_NODES_KEY,
    NULL };

  sfu_cluster_state_link_up (cluster->state);
  sfu_cluster_nodes_link_up (cluster->nodes, g_get_monotonic_time ());
  sfu_cluster_link_send (cluster->link, on_nodes_listed, cluster, NULL, list);
}

static void
on_down (gpointer owner)
{
  SfuCluster *cluster = owner;

  sfu_cluster_state_link_down (cluster->state);
}

static void
on_meetings_message (SfuCluster *cluster, SfuClusterMeetingsChannel channel,
    const gchar *text, gsize len)
{
  g_autoptr (GError) error = NULL;
  SfuClusterMeetings *message =
      sfu_cluster_meetings_parse (channel, text, len, &error);

  if (message == NULL) {
    malformed (cluster, sfu_cluster_meetings_channel_name (channel), error);
    return;
  }
  if (cluster->held_back.length >= MAX_HELD_BACK) {
    cluster->n_left_out++;
    sfu_cluster_meetings_free (message);
    return;
  }
  g_queue_push_tail (&cluster->held_back, message);
  take_held_back (cluster);
}

static void
on_message (gpointer owner, const gchar *channel, const gchar *text, gsize len)
{
  SfuCluster *cluster = owner;
  g_autoptr (GError) error = NULL;
  SfuClusterMessage *message;
  SfuClusterMeetingsChannel meetings;

  if (sfu_cluster_meetings_channel_from_name (channel, &meetings)) {
    on_meetings_message (cluster, meetings, text, len);
    return;
  }
  message = sfu_cluster_message_parse (text, len, &error);
  if (message == NULL)
    malformed (cluster, channel, error);
  else
    sfu_cluster_nodes_message (
        cluster->nodes, message, g_get_monotonic_time ());
}

static const SfuClusterLinkCallbacks link_callbacks = {
  .up = on_up,
  .down = on_down,
  .message = on_message,
};

static gboolean
on_tick (gpointer data)
{
  SfuCluster *cluster = data;
  gint64 now_us = g_get_monotonic_time ();

  if (cluster->done == NULL)
    sfu_cluster_state_refresh (cluster->state);
  sfu_cluster_nodes_expire (cluster->nodes, now_us);
  sfu_cluster_foreign_expire (cluster->foreign, now_us);
  sfu_cluster_link_check (
      cluster->link, now_us - (gint64)cluster->liveness_ms * 1000);
  take_held_back (cluster);
  return G_SOURCE_CONTINUE;
}

/* ---- beginning and end ---- */

static void
make_link (SfuCluster *cluster, const SfuRedisUrl *url)
{
  const gchar *channels[SFU_CLUSTER_MEETINGS_N_CHANNELS + 2] = { NULL };

  channels[0] = cluster->channel;
  for (guint i = 0; i < SFU_CLUSTER_MEETINGS_N_CHANNELS; i++)
    channels[i + 1] = sfu_cluster_meetings_channel_name (i);
  cluster->link =
      sfu_cluster_link_new (url, channels, &link_callbacks, cluster);
}

SfuCluster *
sfu_cluster_new (
    SfuRooms *rooms, const gchar *redis_url, guint liveness_s, GError **error)
{
  g_autoptr (SfuRedisUrl) url = sfu_redis_url_parse (redis_url, error);
  SfuCluster *cluster;

  if (url == NULL)
    return NULL;
  cluster = g_new0 (SfuCluster, 1);
  cluster->presence = sfu_rooms_get_presence (rooms);
  cluster->node = sfu_id_new ();
  /* Unlike keys, channels are the same in all databases of a Redis. */
  cluster->channel =
      g_strdup_printf ("%s%u", SFU_CLUSTER_CHANNEL, url->database);
  cluster->liveness_ms = liveness_s * 1000;
  make_link (cluster, url);
  cluster->state = sfu_cluster_state_new (rooms, cluster->link, cluster->node,
      cluster->channel, cluster->liveness_ms);
  cluster->nodes = sfu_cluster_nodes_new (cluster->presence, cluster->node,
      (gint64)cluster->liveness_ms * 1000, &nodes_callbacks, cluster);
  cluster->foreign = sfu_cluster_foreign_new (cluster->presence);
  cluster->tick_id = g_timeout_add (
      cluster->liveness_ms / BEATS_PER_LIVENESS, on_tick, cluster);
  sfu_presence_set_listener (cluster->presence, &listener, cluster);
  g_info ("node=%s", cluster->node);
  return cluster;
}

void
sfu_cluster_free (SfuCluster *cluster)
{
  if (cluster == NULL)
    return;
  sfu_presence_set_listener (cluster->presence, NULL, NULL);
  g_clear_handle_id (&cluster->tick_id, g_source_remove);
  g_clear_handle_id (&cluster->done_id, g_source_remove);
  sfu_cluster_link_free (cluster->link);
  sfu_cluster_state_free (cluster->state);
  sfu_cluster_nodes_free (cluster->nodes);
  sfu_cluster_foreign_free (cluster->foreign);
  g_queue_clear_full (
      &cluster->held_back, (GDestroyNotify)sfu_cluster_meetings_free);
  g_free (cluster->node);
  g_free (cluster->channel);
  g_free (cluster);
}

static gboolean
on_goodbye_over (gpointer data)
{
  SfuCluster *cluster = data;

  cluster->done_id = 0;
  cluster->done (cluster->done_data);
  return G_SOURCE_REMOVE;
}

static void
on_goodbye_said (gpointer link, const redisReply *reply, gpointer data)
{
  SfuCluster *cluster = data;

  g_clear_handle_id (&cluster->done_id, g_source_remove);
  cluster->done_id = g_idle_add (on_goodbye_over, cluster);
}

void
sfu_cluster_say_goodbye (
    SfuCluster *cluster, void (*done) (gpointer data), gpointer data)
{
  gboolean up = sfu_cluster_link_is_up (cluster->link);

  sfu_presence_set_listener (cluster->presence, NULL, NULL);
  cluster->done = done;
  cluster->done_data = data;
  sfu_cluster_state_goodbye (cluster->state, on_goodbye_said, cluster);
  cluster->done_id =
      g_timeout_add (up ? GOODBYE_MS : 0, on_goodbye_over, cluster);
}

void
sfu_cluster_get_status (SfuCluster *cluster, SfuClusterStatus *status)
{
  status->connected = sfu_cluster_link_is_up (cluster->link);
  status->n_nodes = sfu_cluster_nodes_n_nodes (cluster->nodes) + 1;
  status->n_remote_peers = sfu_presence_n_peers (cluster->presence);
  status->n_malformed = cluster->n_malformed;
  status->n_left_out = cluster->n_left_out +
      sfu_cluster_nodes_n_left_out (cluster->nodes) +
      sfu_cluster_foreign_n_left_out (cluster->foreign);
}

const gchar *
sfu_cluster_get_node (SfuCluster *cluster)
{
  return cluster->node;
}
