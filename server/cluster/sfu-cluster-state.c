/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What this server tells the others.
 *
 * Threads: the server's one thread. */
#include "sfu-cluster-state.h"

#include "sfu-cluster-meetings.h"
#include "sfu-room.h"

#include <string.h>

/* Participants in one command; a command waits for nothing while it is read. */
#define CHUNK 64

typedef struct {
  SfuClusterMeetingsChannel channel;
  gchar *text;
} Letter;

struct _SfuClusterState {
  SfuRooms *rooms;      /* borrowed */
  SfuClusterLink *link; /* borrowed */
  gchar *node, *key, *channel, *liveness_ms;
  guint64 seq;
  gboolean publishing;   /* all of it, and Redis has not answered yet */
  GHashTable *announced; /* field -> connection that has joined; both owned */
  GQueue outbox;         /* of Letter, owned; those that were sent come first */
  guint n_sent;
};

static void
letter_free (gpointer data)
{
  Letter *letter = data;

  g_free (letter->text);
  g_free (letter);
}

SfuClusterState *
sfu_cluster_state_new (SfuRooms *rooms, SfuClusterLink *link, const gchar *node,
    const gchar *channel, guint liveness_ms)
{
  SfuClusterState *state = g_new0 (SfuClusterState, 1);

  state->rooms = rooms;
  state->link = link;
  state->node = g_strdup (node);
  state->key = g_strconcat (SFU_CLUSTER_NODE_KEY, node, NULL);
  state->channel = g_strdup (channel);
  state->announced =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  state->liveness_ms = g_strdup_printf ("%u", liveness_ms);
  return state;
}

void
sfu_cluster_state_free (SfuClusterState *state)
{
  if (state == NULL)
    return;
  g_hash_table_unref (state->announced);
  g_queue_clear_full (&state->outbox, letter_free);
  g_free (state->node);
  g_free (state->key);
  g_free (state->channel);
  g_free (state->liveness_ms);
  g_free (state);
}

/* ---- commands ---- */

static void
send_texts (SfuClusterState *state, const gchar *const *args)
{
  sfu_cluster_link_send (state->link, NULL, NULL, NULL, args);
}

#define SEND(state, ...)                                                       \
  send_texts (state, (const gchar *const[]){ __VA_ARGS__, NULL })

static void
commit (SfuClusterState *state, SfuRedisReply on_reply, gpointer data)
{
  static const gchar *const exec[] = { "EXEC", NULL };

  sfu_cluster_link_send (state->link, on_reply, data, NULL, exec);
}

static void
send_plain (SfuClusterState *state, SfuClusterKind kind)
{
  g_autofree gchar *text =
      sfu_cluster_encode_plain (kind, state->node, state->seq);

  SEND (state, "PUBLISH", state->channel, text);
}

static void
send_seq (SfuClusterState *state)
{
  g_autofree gchar *number = g_strdup_printf ("%" G_GUINT64_FORMAT, state->seq);

  SEND (state, "HSET", state->key, SFU_CLUSTER_SEQ_FIELD, number);
  SEND (state, "PEXPIRE", state->key, state->liveness_ms);
  SEND (state, "SADD", SFU_CLUSTER_NODES_KEY, state->node);
}

static gchar *
make_field (const SfuPeer *peer)
{
  return g_strconcat (peer->room->id, "\n", peer->id, NULL);
}

/* ---- all of it ---- */

static void
collect_peers (SfuRoom *room, gpointer data)
{
  g_autoptr (GPtrArray) peers = sfu_room_joined_peers (room, NULL);
  GPtrArray *fields = data; /* field, value, field, value ... */

  for (guint i = 0; i < peers->len; i++) {
    gchar *value = sfu_cluster_encode_peer (peers->pdata[i]);

    if (value == NULL)
      continue;
    g_ptr_array_add (fields, make_field (peers->pdata[i]));
    g_ptr_array_add (fields, value);
  }
}

static void
send_peers (SfuClusterState *state)
{
  g_autoptr (GPtrArray) fields = g_ptr_array_new_with_free_func (g_free);

  sfu_rooms_foreach (state->rooms, collect_peers, fields);
  for (guint i = 0; i < fields->len; i += 2 * CHUNK) {
    g_autoptr (GPtrArray) args = g_ptr_array_new ();

    g_ptr_array_add (args, (gpointer) "HSET");
    g_ptr_array_add (args, state->key);
    for (guint j = i; j < fields->len && j < i + 2 * CHUNK; j++)
      g_ptr_array_add (args, fields->pdata[j]);
    g_ptr_array_add (args, NULL);
    send_texts (state, (const gchar *const *)args->pdata);
  }
}

static void
on_published (gpointer link, const redisReply *reply, gpointer data)
{
  ((SfuClusterState *)data)->publishing = FALSE;
}

static void
publish_all (SfuClusterState *state)
{
  state->publishing = TRUE;
  state->seq++;
  SEND (state, "MULTI");
  SEND (state, "DEL", state->key);
  send_peers (state);
  send_seq (state);
  send_plain (state, SFU_CLUSTER_STATE);
  commit (state, on_published, state);
}

/* The first command of the transaction asked whether our hash is there. It is
 * not when somebody emptied the database, or we slept for too long. */
static void
on_committed (gpointer link, const redisReply *reply, gpointer data)
{
  SfuClusterState *state = data;

  if (!state->publishing && reply->type == REDIS_REPLY_ARRAY &&
      reply->elements > 0 && reply->element[0]->type == REDIS_REPLY_INTEGER &&
      reply->element[0]->integer == 0) {
    g_message ("our state was lost: publishing it anew");
    publish_all (state);
  }
}

void
sfu_cluster_state_refresh (SfuClusterState *state)
{
  SEND (state, "MULTI");
  SEND (state, "PEXPIRE", state->key, state->liveness_ms);
  SEND (state, "SADD", SFU_CLUSTER_NODES_KEY, state->node);
  send_plain (state, SFU_CLUSTER_ALIVE);
  commit (state, on_committed, state);
}

void
sfu_cluster_state_goodbye (
    SfuClusterState *state, SfuRedisReply on_reply, gpointer data)
{
  SEND (state, "MULTI");
  SEND (state, "DEL", state->key);
  SEND (state, "SREM", SFU_CLUSTER_NODES_KEY, state->node);
  send_plain (state, SFU_CLUSTER_BYE);
  commit (state, on_reply, data);
}

/* ---- one participant ---- */

static void
publish_del (SfuClusterState *state, const SfuPeer *peer, const gchar *field)
{
  g_autofree gchar *text = NULL;

  state->seq++;
  text = sfu_cluster_encode_del (
      state->node, state->seq, peer->room->id, peer->id);
  SEND (state, "MULTI");
  SEND (state, "EXISTS", state->key);
  SEND (state, "HDEL", state->key, field);
  send_seq (state);
  SEND (state, "PUBLISH", state->channel, text);
  commit (state, on_committed, state);
}

static void
publish_put (SfuClusterState *state, const SfuPeer *peer, const gchar *field,
    const gchar *value)
{
  g_autofree gchar *text = NULL;

  state->seq++;
  text = sfu_cluster_encode_put (state->node, state->seq, value);
  SEND (state, "MULTI");
  SEND (state, "EXISTS", state->key);
  SEND (state, "HSET", state->key, field, value);
  send_seq (state);
  SEND (state, "PUBLISH", state->channel, text);
  commit (state, on_committed, state);
}

/* Without a link it waits for publish_all. */
static void
publish_peer (SfuClusterState *state, SfuPeer *peer)
{
  g_autofree gchar *field = make_field (peer);
  g_autofree gchar *value = sfu_cluster_encode_peer (peer);

  if (!sfu_cluster_link_is_up (state->link))
    return;
  if (value != NULL)
    publish_put (state, peer, field, value);
  else
    publish_del (state, peer, field);
}

/* ---- meetings ---- */

static void flush_outbox (SfuClusterState *state);

/* Redis has it. */
static void
on_letter_sent (gpointer link, const redisReply *reply, gpointer data)
{
  SfuClusterState *state = data;

  letter_free (g_queue_pop_head (&state->outbox));
  state->n_sent--;
}

static void
flush_outbox (SfuClusterState *state)
{
  GList *l = g_queue_peek_nth_link (&state->outbox, state->n_sent);

  for (; l != NULL && sfu_cluster_link_is_up (state->link); l = l->next) {
    const Letter *letter = l->data;
    const gchar *const args[] = { "PUBLISH",
      sfu_cluster_meetings_channel_name (letter->channel), letter->text, NULL };

    state->n_sent++;
    sfu_cluster_link_send (state->link, on_letter_sent, state, NULL, args);
  }
}

/* Takes text. */
static void
post (SfuClusterState *state, SfuClusterMeetingsChannel channel, gchar *text)
{
  Letter *letter = g_new (Letter, 1);

  letter->channel = channel;
  letter->text = text;
  if (state->outbox.length >= SFU_CLUSTER_MAX_OUTBOX && state->n_sent == 0)
    letter_free (g_queue_pop_head (&state->outbox));
  g_queue_push_tail (&state->outbox, letter);
  flush_outbox (state);
}

/* Whoever has names that others would refuse is not told of. */
static gboolean
is_told (const SfuPeer *peer)
{
  return sfu_name_is_valid (peer->room->id) && sfu_name_is_valid (peer->id);
}

/* A connection that takes over joins, as far as others can see. */
static void
announce (SfuClusterState *state, SfuPeer *peer)
{
  g_autofree gchar *field = make_field (peer);
  const gchar *before = g_hash_table_lookup (state->announced, field);

  if (g_strcmp0 (before, peer->connection_id) == 0)
    return;
  g_hash_table_replace (state->announced, g_steal_pointer (&field),
      g_strdup (peer->connection_id));
  post (state, SFU_CLUSTER_MEETINGS_JOIN,
      sfu_cluster_meetings_encode_join (peer));
}

void
sfu_cluster_state_changed (SfuClusterState *state, SfuPeer *peer)
{
  if (!is_told (peer))
    return;
  publish_peer (state, peer);
  announce (state, peer);
}

void
sfu_cluster_state_left (SfuClusterState *state, SfuPeer *peer)
{
  g_autofree gchar *field = make_field (peer);
  const gchar *socket_id = g_hash_table_lookup (state->announced, field);

  if (!is_told (peer))
    return;
  if (sfu_cluster_link_is_up (state->link))
    publish_del (state, peer, field);
  post (state, SFU_CLUSTER_MEETINGS_LEAVE,
      sfu_cluster_meetings_encode_leave (peer, socket_id));
  g_hash_table_remove (state->announced, field);
}

void
sfu_cluster_state_producer_live (
    SfuClusterState *state, SfuPeer *peer, SfuRoomProducer *producer)
{
  if (!is_told (peer))
    return;
  publish_peer (state, peer);
  post (state, SFU_CLUSTER_MEETINGS_PRODUCER,
      sfu_cluster_meetings_encode_producer (peer, producer));
}

/* ---- the link ---- */

void
sfu_cluster_state_link_up (SfuClusterState *state)
{
  publish_all (state);
  flush_outbox (state);
}

void
sfu_cluster_state_link_down (SfuClusterState *state)
{
  state->n_sent = 0;
  state->publishing = FALSE;
}
