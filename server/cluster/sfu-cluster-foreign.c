/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Participants of another implementation of the meetings system.
 *
 * Threads: one owner; time is an argument. */
#include "sfu-cluster-foreign.h"

#include "sfu-log-line.h"

#include <string.h>

typedef struct {
  gchar *key; /* "room\nuser": names have no control characters */
  gchar *room_id, *user_id, *socket_id;
  gchar *name, *email, *picture;
  GArray *producers; /* of SfuRemoteProducer; they own their ids */
  gint64 heard_us;
} Participant;

struct _SfuClusterForeign {
  SfuPresence *presence;    /* borrowed */
  GHashTable *participants; /* key -> Participant, owned */
  guint64 n_left_out;
};

static void
clear_producer (gpointer data)
{
  g_free ((gchar *)((SfuRemoteProducer *)data)->id);
}

static void
participant_free (gpointer data)
{
  Participant *p = data;

  g_free (p->key);
  g_free (p->room_id);
  g_free (p->user_id);
  g_free (p->socket_id);
  g_free (p->name);
  g_free (p->email);
  g_free (p->picture);
  g_array_unref (p->producers);
  g_free (p);
}

SfuClusterForeign *
sfu_cluster_foreign_new (SfuPresence *presence)
{
  SfuClusterForeign *foreign = g_new0 (SfuClusterForeign, 1);

  foreign->presence = presence;
  foreign->participants =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, participant_free);
  return foreign;
}

void
sfu_cluster_foreign_free (SfuClusterForeign *foreign)
{
  if (foreign == NULL)
    return;
  g_hash_table_unref (foreign->participants);
  g_free (foreign);
}

static Participant *
find (SfuClusterForeign *foreign, const SfuClusterMeetings *message)
{
  g_autofree gchar *key =
      g_strconcat (message->room_id, "\n", message->user_id, NULL);

  return g_hash_table_lookup (foreign->participants, key);
}

static void
show (SfuClusterForeign *foreign, const Participant *p)
{
  SfuRemotePeer peer = {
    .room_id = p->room_id,
    .id = p->user_id,
    .connection_id = p->socket_id,
    .display_name = p->name,
    .user_id = p->user_id,
    .account = TRUE, /* nobody takes part in that system without */
    .email = p->email,
    .picture = p->picture,
    .producers = (SfuRemoteProducer *)p->producers->data,
    .n_producers = p->producers->len,
  };

  if (!sfu_presence_put (foreign->presence, SFU_CLUSTER_FOREIGN_NODE, &peer))
    foreign->n_left_out++;
}

static void
forget (SfuClusterForeign *foreign, Participant *p)
{
  sfu_presence_remove (
      foreign->presence, SFU_CLUSTER_FOREIGN_NODE, p->room_id, p->user_id);
  g_hash_table_remove (foreign->participants, p->key);
  if (g_hash_table_size (foreign->participants) == 0)
    sfu_presence_remove_node (foreign->presence, SFU_CLUSTER_FOREIGN_NODE);
}

static void
replace (gchar **field, const gchar *value)
{
  g_free (*field);
  *field = g_strdup (value);
}

/* NULL = there are too many. */
static Participant *
add (SfuClusterForeign *foreign, const SfuClusterMeetings *message)
{
  Participant *p;

  if (g_hash_table_size (foreign->participants) >=
      SFU_PRESENCE_MAX_PEERS_PER_NODE) {
    foreign->n_left_out++;
    return NULL;
  }
  p = g_new0 (Participant, 1);
  p->key = g_strconcat (message->room_id, "\n", message->user_id, NULL);
  p->room_id = g_strdup (message->room_id);
  p->user_id = g_strdup (message->user_id);
  p->producers = g_array_new (FALSE, FALSE, sizeof (SfuRemoteProducer));
  g_array_set_clear_func (p->producers, clear_producer);
  g_hash_table_insert (foreign->participants, p->key, p);
  return p;
}

static void
on_join (SfuClusterForeign *foreign, const SfuClusterMeetings *message,
    gint64 now_us)
{
  Participant *p = find (foreign, message);

  if (sfu_presence_has_connection (foreign->presence, message->room_id,
          message->socket_id, SFU_CLUSTER_FOREIGN_NODE)) {
    /* One of ours. Had its user been elsewhere, it is here now. */
    if (p != NULL)
      forget (foreign, p);
    return;
  }
  if (p == NULL)
    p = add (foreign, message);
  if (p == NULL)
    return;
  /* A new connection has none of the old one's producers. */
  if (g_strcmp0 (p->socket_id, message->socket_id) != 0)
    g_array_set_size (p->producers, 0);
  replace (&p->socket_id, message->socket_id);
  replace (&p->name, message->name);
  replace (&p->email, message->email);
  replace (&p->picture, message->picture);
  p->heard_us = now_us;
  show (foreign, p);
}

/* Of another connection than the last one: the old one, late. */
static void
on_leave (SfuClusterForeign *foreign, const SfuClusterMeetings *message)
{
  Participant *p = find (foreign, message);

  if (p != NULL && strcmp (p->socket_id, message->socket_id) == 0)
    forget (foreign, p);
}

static void
on_producer (SfuClusterForeign *foreign, const SfuClusterMeetings *message,
    gint64 now_us)
{
  Participant *p = find (foreign, message);
  SfuRemoteProducer producer = { .kind = message->kind };

  if (p == NULL)
    return;
  p->heard_us = now_us;
  for (guint i = 0; i < p->producers->len; i++)
    if (strcmp (g_array_index (p->producers, SfuRemoteProducer, i).id,
            message->producer_id) == 0)
      return;
  if (p->producers->len >= SFU_PRESENCE_MAX_PRODUCERS_PER_PEER) {
    foreign->n_left_out++;
    return;
  }
  producer.id = g_strdup (message->producer_id);
  g_array_append_val (p->producers, producer);
  show (foreign, p);
}

void
sfu_cluster_foreign_message (SfuClusterForeign *foreign,
    const SfuClusterMeetings *message, gint64 now_us)
{
  switch (message->channel) {
    case SFU_CLUSTER_MEETINGS_JOIN:
      on_join (foreign, message, now_us);
      break;
    case SFU_CLUSTER_MEETINGS_LEAVE:
      on_leave (foreign, message);
      break;
    default:
      on_producer (foreign, message, now_us);
      break;
  }
}

void
sfu_cluster_foreign_expire (SfuClusterForeign *foreign, gint64 now_us)
{
  g_autoptr (GPtrArray) all = sfu_peer_table_values (foreign->participants);

  for (guint i = 0; i < all->len; i++) {
    Participant *p = all->pdata[i];
    g_autofree gchar *room = sfu_log_quote (p->room_id);
    g_autofree gchar *user = sfu_log_quote (p->user_id);

    if (now_us - p->heard_us < SFU_CLUSTER_FOREIGN_EXPIRY_US)
      continue;
    g_info (
        "room=%s user=%s of another system not heard of for hours", room, user);
    forget (foreign, p);
  }
}

guint
sfu_cluster_foreign_n_peers (SfuClusterForeign *foreign)
{
  return g_hash_table_size (foreign->participants);
}

guint64
sfu_cluster_foreign_n_left_out (SfuClusterForeign *foreign)
{
  return foreign->n_left_out;
}
