/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzz target: what comes in from a Redis. Input: the text of a message, which
 * is read as each kind that there is; what is taken ends up in a presence.
 *
 * Threads: one. */
#include "fuzz-target.h"
#include "sfu-cluster-foreign.h"
#include "sfu-cluster-nodes.h"
#include "sfu-id.h"

#include <string.h>

#define SELF "00000000-0000-4000-8000-000000000000"
#define NODE "11111111-1111-4111-8111-111111111111"

static SfuRoom *
find_no_room (gpointer owner, const gchar *room_id)
{
  return NULL;
}

static void
on_read_state (gpointer owner, const gchar *node)
{
}

static const SfuClusterNodesCallbacks callbacks = {
  .read_state = on_read_state,
};

static void
check_peer (const SfuRemotePeer *peer)
{
  g_assert (sfu_name_is_valid (peer->room_id) && sfu_name_is_valid (peer->id));
  g_assert (strlen (peer->display_name) <= SFU_CLUSTER_MAX_NAME);
  g_assert (
      peer->device == NULL || strlen (peer->device) <= SFU_CLUSTER_MAX_DEVICE);
  g_assert (peer->n_producers <= SFU_PRESENCE_MAX_PRODUCERS_PER_PEER);
  for (guint i = 0; i < peer->n_producers; i++)
    g_assert (sfu_name_is_valid (peer->producers[i].id));
}

/* As a message, and as a part of the state of a node. */
static void
run_nodes (SfuPresence *presence, const gchar *text, gsize len)
{
  g_autoptr (SfuClusterNodes) nodes =
      sfu_cluster_nodes_new (presence, SELF, 1, &callbacks, NULL);
  g_autoptr (GPtrArray) peers =
      g_ptr_array_new_with_free_func ((GDestroyNotify)sfu_cluster_message_free);
  SfuClusterMessage *message = sfu_cluster_message_parse (text, len, NULL);
  SfuClusterMessage *peer = sfu_cluster_message_parse_peer (text, len, NULL);

  if (peer != NULL) {
    check_peer (&peer->peer);
    g_ptr_array_add (peers, peer);
  }
  if (message != NULL) {
    g_autofree gchar *node = g_strdup (message->node);
    guint64 seq = message->seq;

    g_assert (sfu_id_is_valid (node));
    if (message->kind == SFU_CLUSTER_PUT)
      check_peer (&message->peer);
    sfu_cluster_nodes_message (nodes, message, 0);
    if (seq > 0)
      sfu_cluster_nodes_state (nodes, node, seq - 1, peers, 0);
  }
  sfu_cluster_nodes_found (nodes, NODE, 0);
  sfu_cluster_nodes_state (nodes, NODE, 0, peers, 0);
  sfu_cluster_nodes_expire (nodes, 2);
  g_assert (sfu_cluster_nodes_n_nodes (nodes) == 0);
  g_assert (sfu_presence_n_peers (presence) == 0);
}

static void
run_meetings (SfuPresence *presence, const gchar *text, gsize len)
{
  g_autoptr (SfuClusterForeign) foreign = sfu_cluster_foreign_new (presence);

  for (guint i = 0; i < SFU_CLUSTER_MEETINGS_N_CHANNELS; i++) {
    g_autoptr (SfuClusterMeetings) message =
        sfu_cluster_meetings_parse (i, text, len, NULL);

    if (message == NULL)
      continue;
    g_assert (sfu_name_is_valid (message->room_id));
    g_assert (sfu_name_is_valid (message->user_id));
    sfu_cluster_foreign_message (foreign, message, 0);
  }
  sfu_cluster_foreign_expire (foreign, SFU_CLUSTER_FOREIGN_EXPIRY_US);
  g_assert (sfu_presence_n_peers (presence) == 0);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (SfuPresence) presence = sfu_presence_new (find_no_room, NULL);
  /* Redis gives texts with a NUL behind them. */
  g_autofree gchar *text = g_malloc (size + 1);

  memcpy (text, data, size);
  text[size] = '\0';
  run_nodes (presence, text, size);
  run_meetings (presence, text, size);
  return 0;
}
