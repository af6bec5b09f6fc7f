/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What this server tells the others. In Redis:
 *
 *   sfu:nodes        set of the ids of all nodes
 *   sfu:node:UUID    hash, one a node: "@" = number of the last message,
 *                    "ROOM\nPEER" = PEER (sfu-cluster-message.h); goes by itself
 *                    when it is not refreshed
 *   sfu:cluster:DB   channel of the messages
 *
 * Hash and message change in one transaction, so that a state and the messages
 * after its number fit without a seam.
 *
 * And on the channels of the meetings system, what happened; these messages
 * wait while Redis is away.
 *
 * Threads: the server's one thread. */
#pragma once

#include "sfu-cluster-link.h"
#include "sfu-cluster-message.h"
#include "sfu-rooms.h"

G_BEGIN_DECLS

#define SFU_CLUSTER_NODES_KEY "sfu:nodes"
#define SFU_CLUSTER_NODE_KEY "sfu:node:"
#define SFU_CLUSTER_CHANNEL "sfu:cluster:"
/* The field of a state that is no participant. */
#define SFU_CLUSTER_SEQ_FIELD "@"

/* Messages for meetings that wait; then the oldest are dropped. */
#define SFU_CLUSTER_MAX_OUTBOX 4096

typedef struct _SfuClusterState SfuClusterState;

/* rooms and link are borrowed. */
SfuClusterState *sfu_cluster_state_new (SfuRooms *rooms, SfuClusterLink *link,
    const gchar *node, const gchar *channel, guint liveness_ms);
/* NULL safe. */
void sfu_cluster_state_free (SfuClusterState *state);

/* Everything, and what waited; after the link came up. */
void sfu_cluster_state_link_up (SfuClusterState *state);
void sfu_cluster_state_link_down (SfuClusterState *state);
/* We live. */
void sfu_cluster_state_refresh (SfuClusterState *state);
/* Takes everything back; on_reply gets data when it is done, and not when the
 * link breaks. */
void sfu_cluster_state_goodbye (
    SfuClusterState *state, SfuRedisReply on_reply, gpointer data);

/* It joined, or its name or connection changed, or a producer closed. */
void sfu_cluster_state_changed (SfuClusterState *state, SfuPeer *peer);
void sfu_cluster_state_left (SfuClusterState *state, SfuPeer *peer);
void sfu_cluster_state_producer_live (
    SfuClusterState *state, SfuPeer *peer, SfuRoomProducer *producer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuClusterState, sfu_cluster_state_free)

G_END_DECLS
