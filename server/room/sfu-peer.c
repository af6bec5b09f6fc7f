/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One participant of a room.
 *
 * Threads: the server's one thread. */
#include "sfu-peer.h"

#include "sfu-id.h"
#include "sfu-log-line.h"
#include "sfu-room-media.h"
#include "sfu-room.h"

/* mediasoup's: short, and shown to nobody. */
#define CNAME_LEN 8

void
sfu_memo_clear (SfuMemo *memo)
{
  if (memo->free != NULL)
    memo->free (memo->data);
  *memo = (SfuMemo){ NULL };
}

void
sfu_memo_set (
    SfuMemo *memo, gconstpointer maker, gpointer data, GDestroyNotify free)
{
  sfu_memo_clear (memo);
  *memo = (SfuMemo){ maker, data, free };
}

gpointer
sfu_memo_get (const SfuMemo *memo, gconstpointer maker)
{
  return memo->maker == maker ? memo->data : NULL;
}

static SfuPeer *
peer_new (const gchar *id)
{
  SfuPeer *peer = g_rc_box_new0 (SfuPeer);

  peer->id = g_strdup (id);
  peer->label = sfu_log_quote (id);
  peer->transports = g_hash_table_new_full (
      g_str_hash, g_str_equal, NULL, (GDestroyNotify)sfu_room_transport_unref);
  peer->producers = g_hash_table_new_full (
      g_str_hash, g_str_equal, NULL, (GDestroyNotify)sfu_room_producer_unref);
  peer->consumers = g_hash_table_new_full (
      g_str_hash, g_str_equal, NULL, (GDestroyNotify)sfu_room_consumer_unref);
  return peer;
}

SfuPeer *
sfu_peer_new (SfuRoom *room, const gchar *id, const SfuPeerSink *sink,
    gpointer sink_owner)
{
  SfuPeer *peer = peer_new (id);

  peer->room = sfu_room_ref (room);
  peer->connection_id = sfu_id_new ();
  peer->rights = SFU_RIGHTS_ALL;
  peer->sink = sink;
  peer->sink_owner = sink_owner;
  return peer;
}

SfuPeer *
sfu_peer_new_remote (const gchar *id, const gchar *node)
{
  SfuPeer *peer = peer_new (id);

  peer->node = g_strdup (node);
  peer->joined = TRUE;
  return peer;
}

SfuPeer *
sfu_peer_ref (SfuPeer *peer)
{
  return g_rc_box_acquire (peer);
}

static void
peer_clear (gpointer data)
{
  SfuPeer *peer = data;

  g_free (peer->id);
  g_free (peer->label);
  g_free (peer->node);
  g_free (peer->connection_id);
  g_free (peer->user_id);
  g_free (peer->email);
  g_free (peer->picture);
  g_free (peer->display_name);
  g_free (peer->device);
  g_free (peer->cname);
  sfu_memo_clear (&peer->shown);
  sfu_rtp_capabilities_free (peer->capabilities);
  g_hash_table_unref (peer->consumers);
  g_hash_table_unref (peer->producers);
  g_hash_table_unref (peer->transports);
  sfu_room_unref (peer->room);
}

void
sfu_peer_unref (SfuPeer *peer)
{
  if (peer != NULL)
    g_rc_box_release_full (peer, peer_clear);
}

void
sfu_peer_notify (SfuPeer *peer, const SfuNotice *notice)
{
  if (peer->sink != NULL)
    peer->sink->notify (peer->sink_owner, notice);
}

SfuRoomTransport *
sfu_peer_consuming_transport (SfuPeer *peer)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, peer->transports);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    SfuRoomTransport *transport = value;

    if (transport->live && transport->consuming)
      return transport;
  }
  return NULL;
}

const gchar *
sfu_peer_cname (SfuPeer *peer, const gchar *suggestion)
{
  if (peer->cname == NULL && suggestion != NULL && *suggestion != '\0')
    peer->cname = g_strdup (suggestion);
  if (peer->cname == NULL) {
    g_autofree gchar *id = sfu_id_new ();

    peer->cname = g_strndup (id, CNAME_LEN);
  }
  return peer->cname;
}

/* GLib has this since 2.76. */
GPtrArray *
sfu_peer_table_values (GHashTable *table)
{
  GPtrArray *values = g_ptr_array_sized_new (g_hash_table_size (table));
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, table);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    g_ptr_array_add (values, value);
  return values;
}
