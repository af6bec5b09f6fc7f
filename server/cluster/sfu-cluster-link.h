/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The way to Redis and back: a connection that is subscribed and one for
 * commands, which are up or down together. When one breaks both are made anew,
 * after half a second at first and after up to five when that fails again.
 *
 * Threads: one owner, whose main context runs. */
#pragma once

#include "sfu-redis.h"

G_BEGIN_DECLS

typedef struct _SfuClusterLink SfuClusterLink;

#define SFU_CLUSTER_LINK_MIN_WAIT_MS 500
#define SFU_CLUSTER_LINK_MAX_WAIT_MS 5000

typedef struct {
  /* Everything is subscribed and commands may be sent. */
  void (*up) (gpointer owner);
  /* It was up and is not any more: replies that are still missing do not come.
   */
  void (*down) (gpointer owner);
  void (*message) (
      gpointer owner, const gchar *channel, const gchar *text, gsize len);
} SfuClusterLinkCallbacks;

/* url and channels are read during the call. Starts at once. */
SfuClusterLink *sfu_cluster_link_new (const SfuRedisUrl *url,
    const gchar *const *channels, const SfuClusterLinkCallbacks *callbacks,
    gpointer owner);
/* Calls nobody. NULL safe. */
void sfu_cluster_link_free (SfuClusterLink *link);

gboolean sfu_cluster_link_is_up (SfuClusterLink *link);
/* As sfu_redis_send. Nothing is sent while the link is down. */
void sfu_cluster_link_send (SfuClusterLink *link, SfuRedisReply on_reply,
    gpointer data, GDestroyNotify free_data, const gchar *const *args);
/* When nothing came in since so long ago, though it should have, the link is
 * made anew. */
void sfu_cluster_link_check (SfuClusterLink *link, gint64 silent_since_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuClusterLink, sfu_cluster_link_free)

G_END_DECLS
