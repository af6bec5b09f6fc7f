/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The other servers of the cluster.
 *
 * Threads: one owner; time is an argument. */
#include "sfu-cluster-nodes.h"

#include <string.h>

typedef struct {
  gchar *id;
  guint64 seq; /* the last message that is in the presence */
  gint64 heard_us;
  gboolean known;  /* its state was read once */
  gboolean silent; /* not one message since it appeared or the link came up */
  gboolean reading;
  gboolean read_again; /* messages were dropped meanwhile */
  GQueue waiting;      /* of SfuClusterMessage, owned */
} Node;

struct _SfuClusterNodes {
  SfuPresence *presence; /* borrowed */
  gchar *self;
  gint64 liveness_us;
  const SfuClusterNodesCallbacks *callbacks;
  gpointer owner;
  GHashTable *nodes; /* id -> Node, owned */
  guint n_reading;
  guint64 n_left_out;
};

static void
node_free (gpointer data)
{
  Node *node = data;

  g_queue_clear_full (&node->waiting, (GDestroyNotify)sfu_cluster_message_free);
  g_free (node->id);
  g_free (node);
}

SfuClusterNodes *
sfu_cluster_nodes_new (SfuPresence *presence, const gchar *self,
    gint64 liveness_us, const SfuClusterNodesCallbacks *callbacks,
    gpointer owner)
{
  SfuClusterNodes *nodes = g_new0 (SfuClusterNodes, 1);

  nodes->presence = presence;
  nodes->self = g_strdup (self);
  nodes->liveness_us = liveness_us;
  nodes->callbacks = callbacks;
  nodes->owner = owner;
  nodes->nodes =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, node_free);
  return nodes;
}

void
sfu_cluster_nodes_free (SfuClusterNodes *nodes)
{
  if (nodes == NULL)
    return;
  g_hash_table_unref (nodes->nodes);
  g_free (nodes->self);
  g_free (nodes);
}

static void
read_state (SfuClusterNodes *nodes, Node *node)
{
  if (!node->reading)
    nodes->n_reading++;
  node->reading = TRUE;
  node->read_again = FALSE;
  nodes->callbacks->read_state (nodes->owner, node->id);
}

static void
done_reading (SfuClusterNodes *nodes, Node *node)
{
  if (node->reading)
    nodes->n_reading--;
  node->reading = FALSE;
}

static void
forget (SfuClusterNodes *nodes, Node *node)
{
  done_reading (nodes, node);
  sfu_presence_remove_node (nodes->presence, node->id);
  g_hash_table_remove (nodes->nodes, node->id);
}

/* New ones are read. NULL = there are too many. */
static Node *
get_node (SfuClusterNodes *nodes, const gchar *id, gint64 now_us)
{
  Node *node = g_hash_table_lookup (nodes->nodes, id);

  if (node == NULL) {
    if (g_hash_table_size (nodes->nodes) >= SFU_PRESENCE_MAX_NODES) {
      nodes->n_left_out++;
      return NULL;
    }
    g_info ("node=%s appeared", id);
    node = g_new0 (Node, 1);
    node->id = g_strdup (id);
    node->heard_us = now_us;
    node->silent = TRUE;
    g_hash_table_insert (nodes->nodes, node->id, node);
    read_state (nodes, node);
  }
  return node;
}

static void
put (SfuClusterNodes *nodes, Node *node, const SfuRemotePeer *peer)
{
  if (!sfu_presence_put (nodes->presence, node->id, peer))
    nodes->n_left_out++;
}

static void
wait_for_state (Node *node, SfuClusterMessage *message)
{
  if (node->waiting.length >= SFU_CLUSTER_MAX_WAITING) {
    node->read_again = TRUE;
    sfu_cluster_message_free (message);
  } else {
    g_queue_push_tail (&node->waiting, message);
  }
}

/* Takes message, of a node whose state is not being read. */
static void
apply (SfuClusterNodes *nodes, Node *node, SfuClusterMessage *message)
{
  g_autoptr (SfuClusterMessage) keep = message;
  gboolean changes = message->kind != SFU_CLUSTER_ALIVE;

  if (message->seq < node->seq + (changes ? 1 : 0))
    return;
  if (message->kind == SFU_CLUSTER_STATE ||
      message->seq > node->seq + (changes ? 1 : 0)) {
    read_state (nodes, node);
    wait_for_state (node, g_steal_pointer (&keep));
    return;
  }
  node->seq = message->seq;
  if (message->kind == SFU_CLUSTER_PUT)
    put (nodes, node, &message->peer);
  else if (message->kind == SFU_CLUSTER_DEL)
    sfu_presence_remove (
        nodes->presence, node->id, message->room_id, message->peer_id);
}

void
sfu_cluster_nodes_message (
    SfuClusterNodes *nodes, SfuClusterMessage *message, gint64 now_us)
{
  g_autoptr (SfuClusterMessage) keep = message;
  Node *node;

  if (strcmp (message->node, nodes->self) == 0)
    return;
  if (message->kind == SFU_CLUSTER_BYE) {
    node = g_hash_table_lookup (nodes->nodes, message->node);
    if (node != NULL) {
      g_info ("node=%s said good bye", node->id);
      forget (nodes, node);
    }
    return;
  }
  node = get_node (nodes, message->node, now_us);
  if (node == NULL)
    return;
  node->heard_us = now_us;
  node->silent = FALSE;
  if (node->reading)
    wait_for_state (node, g_steal_pointer (&keep));
  else
    apply (nodes, node, g_steal_pointer (&keep));
}

void
sfu_cluster_nodes_found (
    SfuClusterNodes *nodes, const gchar *node, gint64 now_us)
{
  if (strcmp (node, nodes->self) != 0)
    get_node (nodes, node, now_us);
}

/* What waited for the state. */
static void
apply_waiting (SfuClusterNodes *nodes, Node *node)
{
  GQueue waiting = node->waiting;

  g_queue_init (&node->waiting);
  if (node->read_again)
    read_state (nodes, node);
  while (!g_queue_is_empty (&waiting)) {
    SfuClusterMessage *message = g_queue_pop_head (&waiting);

    if (node->reading)
      wait_for_state (node, message);
    else
      apply (nodes, node, message);
  }
}

void
sfu_cluster_nodes_state (SfuClusterNodes *nodes, const gchar *id, guint64 seq,
    const GPtrArray *peers, gint64 refreshed_us)
{
  Node *node = g_hash_table_lookup (nodes->nodes, id);

  if (node == NULL || !node->reading) /* it said good bye meanwhile */
    return;
  done_reading (nodes, node);
  if (node->silent)
    node->heard_us = refreshed_us;
  node->known = TRUE;
  node->seq = seq;
  sfu_presence_begin (nodes->presence, id);
  for (guint i = 0; i < peers->len; i++)
    put (nodes, node, &((SfuClusterMessage *)peers->pdata[i])->peer);
  sfu_presence_end (nodes->presence, id);
  apply_waiting (nodes, node);
}

void
sfu_cluster_nodes_no_state (SfuClusterNodes *nodes, const gchar *id)
{
  Node *node = g_hash_table_lookup (nodes->nodes, id);

  if (node == NULL || !node->reading)
    return;
  done_reading (nodes, node);
  if (!node->known) {
    forget (nodes, node);
    return;
  }
  /* They follow on what we do not have; the node's next one shows the gap. */
  g_queue_clear_full (&node->waiting, (GDestroyNotify)sfu_cluster_message_free);
}

static GPtrArray *
all_nodes (SfuClusterNodes *nodes)
{
  return sfu_peer_table_values (nodes->nodes);
}

void
sfu_cluster_nodes_link_up (SfuClusterNodes *nodes, gint64 now_us)
{
  g_autoptr (GPtrArray) all = all_nodes (nodes);

  for (guint i = 0; i < all->len; i++) {
    Node *node = all->pdata[i];

    node->heard_us = now_us;
    node->silent = TRUE;
    read_state (nodes, node);
  }
}

void
sfu_cluster_nodes_expire (SfuClusterNodes *nodes, gint64 now_us)
{
  g_autoptr (GPtrArray) all = all_nodes (nodes);

  for (guint i = 0; i < all->len; i++) {
    Node *node = all->pdata[i];

    if (now_us - node->heard_us < nodes->liveness_us)
      continue;
    g_message ("node=%s is silent: its participants are gone", node->id);
    forget (nodes, node);
  }
}

gboolean
sfu_cluster_nodes_is_reading (SfuClusterNodes *nodes)
{
  return nodes->n_reading > 0;
}

guint
sfu_cluster_nodes_n_nodes (SfuClusterNodes *nodes)
{
  return g_hash_table_size (nodes->nodes);
}

guint64
sfu_cluster_nodes_n_left_out (SfuClusterNodes *nodes)
{
  return nodes->n_left_out;
}
