/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The other servers of the cluster: which there are, whether they live, and
 * whether we know all that they have said. What they say ends up in
 * SfuPresence.
 *
 * Messages of a node are numbered. Who is new, or from whom one is missing, has
 * its whole state read; messages that come meanwhile wait:
 *
 *   unknown ──► reading ──► known ──► silent for too long, or bye: forgotten
 *                  ▲          │
 *                  └── gap ◄──┘
 *
 * Threads: one owner; time is an argument. */
#pragma once

#include "sfu-cluster-message.h"

G_BEGIN_DECLS

typedef struct _SfuClusterNodes SfuClusterNodes;

/* Messages of a node that wait for its state; more are dropped, and the state
 * is read once more. */
#define SFU_CLUSTER_MAX_WAITING 1024

typedef struct {
  /* Get the state of node; then call sfu_cluster_nodes_state. Never called
   * from inside that with the same node. */
  void (*read_state) (gpointer owner, const gchar *node);
} SfuClusterNodesCallbacks;

/* presence is borrowed. self: our own id, whose messages are passed over. */
SfuClusterNodes *sfu_cluster_nodes_new (SfuPresence *presence,
    const gchar *self, gint64 liveness_us,
    const SfuClusterNodesCallbacks *callbacks, gpointer owner);
/* Leaves the presence as it is. NULL safe. */
void sfu_cluster_nodes_free (SfuClusterNodes *nodes);

/* Takes message. */
void sfu_cluster_nodes_message (
    SfuClusterNodes *nodes, SfuClusterMessage *message, gint64 now_us);
/* There is a node of this id. */
void sfu_cluster_nodes_found (
    SfuClusterNodes *nodes, const gchar *node, gint64 now_us);
/* The state that read_state asked for: peers (of SfuClusterMessage, as
 * sfu_cluster_message_parse_peer makes them) after message seq, last refreshed
 * at refreshed_us. */
void sfu_cluster_nodes_state (SfuClusterNodes *nodes, const gchar *node,
    guint64 seq, const GPtrArray *peers, gint64 refreshed_us);
/* There is none. Whom we did not know is forgotten; the others have their time
 * to make it anew (a Redis that restarted has forgotten all). */
void sfu_cluster_nodes_no_state (SfuClusterNodes *nodes, const gchar *node);
/* The link is up again: the state of all is read anew, and nobody's silence
 * until now counts. */
void sfu_cluster_nodes_link_up (SfuClusterNodes *nodes, gint64 now_us);
/* Forgets who was silent for too long. */
void sfu_cluster_nodes_expire (SfuClusterNodes *nodes, gint64 now_us);

/* Is the state of any being read? */
gboolean sfu_cluster_nodes_is_reading (SfuClusterNodes *nodes);
/* Others than us. */
guint sfu_cluster_nodes_n_nodes (SfuClusterNodes *nodes);
/* What had to be left out, for it would have passed a bound. */
guint64 sfu_cluster_nodes_n_left_out (SfuClusterNodes *nodes);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuClusterNodes, sfu_cluster_nodes_free)

G_END_DECLS
