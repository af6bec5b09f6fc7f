/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The way to Redis and back.
 *
 * Threads: one owner. */
#include "sfu-cluster-link.h"

/* How far a wait is off at most, in percent: servers that lost the same Redis
 * are not to come back all at once. */
#define JITTER 25

struct _SfuClusterLink {
  SfuRedisUrl *url;
  GStrv channels;
  const SfuClusterLinkCallbacks *callbacks;
  gpointer owner;
  SfuRedis *in;  /* subscribed; NULL = waiting */
  SfuRedis *out; /* for commands; NULL before in is subscribed */
  gboolean up;
  gboolean complained; /* of this failure */
  guint wait_ms;       /* before the next try */
  guint retry_id;
  gint64 heard_us; /* when something last came in */
};

static void connect_link (SfuClusterLink *link);

static gboolean
on_retry (gpointer data)
{
  SfuClusterLink *link = data;

  link->retry_id = 0;
  connect_link (link);
  return G_SOURCE_REMOVE;
}

/* Once for each time that it breaks, not for each try. */
static void
on_closed (gpointer owner, const gchar *reason)
{
  SfuClusterLink *link = owner;
  gboolean was_up = link->up;
  guint wait_ms = link->wait_ms * (100 - JITTER) / 100 +
      (guint)g_random_int_range (0, (gint)(link->wait_ms * JITTER / 50) + 1);

  if (was_up || !link->complained)
    g_warning ("redis=%s:%u lost or not to be had: %s", link->url->host,
        link->url->port, reason);
  else
    g_debug (
        "redis=%s:%u still not: %s", link->url->host, link->url->port, reason);
  link->complained = TRUE;
  link->up = FALSE;
  g_clear_pointer (&link->in, sfu_redis_free);
  g_clear_pointer (&link->out, sfu_redis_free);
  link->retry_id = g_timeout_add (wait_ms, on_retry, link);
  link->wait_ms = MIN (link->wait_ms * 2, SFU_CLUSTER_LINK_MAX_WAIT_MS);
  if (was_up)
    link->callbacks->down (link->owner);
}

static void
on_message (gpointer owner, const gchar *channel, const gchar *text, gsize len)
{
  SfuClusterLink *link = owner;

  link->heard_us = g_get_monotonic_time ();
  link->callbacks->message (link->owner, channel, text, len);
}

static void
on_out_ready (gpointer owner)
{
  SfuClusterLink *link = owner;

  link->up = TRUE;
  link->complained = FALSE;
  link->wait_ms = SFU_CLUSTER_LINK_MIN_WAIT_MS;
  link->heard_us = g_get_monotonic_time ();
  g_message ("redis=%s:%u connected", link->url->host, link->url->port);
  link->callbacks->up (link->owner);
}

static const SfuRedisCallbacks out_callbacks = {
  .ready = on_out_ready,
  .closed = on_closed,
};

/* What is published from now on is heard. */
static void
on_subscribed (gpointer owner, const redisReply *reply, gpointer data)
{
  SfuClusterLink *link = owner;

  link->out = sfu_redis_new (link->url, &out_callbacks, link);
}

static void
on_in_ready (gpointer owner)
{
  SfuClusterLink *link = owner;

  sfu_redis_subscribe (
      link->in, on_subscribed, (const gchar *const *)link->channels);
}

static const SfuRedisCallbacks in_callbacks = {
  .ready = on_in_ready,
  .message = on_message,
  .closed = on_closed,
};

static void
connect_link (SfuClusterLink *link)
{
  link->in = sfu_redis_new (link->url, &in_callbacks, link);
}

SfuClusterLink *
sfu_cluster_link_new (const SfuRedisUrl *url, const gchar *const *channels,
    const SfuClusterLinkCallbacks *callbacks, gpointer owner)
{
  SfuClusterLink *link = g_new0 (SfuClusterLink, 1);

  link->url = sfu_redis_url_copy (url);
  link->channels = g_strdupv ((gchar **)channels);
  link->callbacks = callbacks;
  link->owner = owner;
  link->wait_ms = SFU_CLUSTER_LINK_MIN_WAIT_MS;
  connect_link (link);
  return link;
}

void
sfu_cluster_link_free (SfuClusterLink *link)
{
  if (link == NULL)
    return;
  g_clear_handle_id (&link->retry_id, g_source_remove);
  sfu_redis_free (link->in);
  sfu_redis_free (link->out);
  g_strfreev (link->channels);
  sfu_redis_url_free (link->url);
  g_free (link);
}

gboolean
sfu_cluster_link_is_up (SfuClusterLink *link)
{
  return link->up;
}

void
sfu_cluster_link_send (SfuClusterLink *link, SfuRedisReply on_reply,
    gpointer data, GDestroyNotify free_data, const gchar *const *args)
{
  if (link->up)
    sfu_redis_send (link->out, on_reply, data, free_data, args);
  else if (free_data != NULL)
    free_data (data);
}

void
sfu_cluster_link_check (SfuClusterLink *link, gint64 silent_since_us)
{
  if (link->up && link->heard_us < silent_since_us)
    on_closed (link, "nothing comes in though we publish");
}
