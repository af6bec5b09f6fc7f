/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Several servers that share a Redis know each other's participants and
 * producers: what happens here is published, what others publish ends up in
 * the SfuPresence of the rooms. Redis may come and go: rooms of this server do
 * not notice.
 *
 * Threads: the server's one thread. */
#pragma once

#include "sfu-rooms.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _SfuCluster SfuCluster;

/* rooms is borrowed and must live longer. redis_url: as sfu_redis_url_parse
 * takes it. Starts at once; NULL and an error for an address that is none. */
SfuCluster *sfu_cluster_new (
    SfuRooms *rooms, const gchar *redis_url, guint liveness_s, GError **error);
/* Without a word: others find out when it is silent. NULL safe. */
void sfu_cluster_free (SfuCluster *cluster);

/* Tells the others that this server stops; nothing is published afterwards.
 * done is called when Redis has it, or has it not after a second; never from
 * inside this, and not after sfu_cluster_free. */
void sfu_cluster_say_goodbye (
    SfuCluster *cluster, void (*done) (gpointer data), gpointer data);

typedef struct {
  gboolean connected;
  guint n_nodes;        /* servers, this one included */
  guint n_remote_peers; /* of others; who is on two of them counts twice */
  guint64 n_malformed;  /* messages that were none */
  guint64 n_left_out;   /* what passed a bound */
} SfuClusterStatus;

void sfu_cluster_get_status (SfuCluster *cluster, SfuClusterStatus *status);
/* The id by which others know this server. */
const gchar *sfu_cluster_get_node (SfuCluster *cluster);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuCluster, sfu_cluster_free)

G_END_DECLS
