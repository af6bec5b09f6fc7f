/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A producer of a room, as the server keeps it.
 *
 * Threads: the server's one thread. */
#include "sfu-room-media.h"

#include "sfu-id.h"
#include "sfu-ortc.h"
#include "sfu-presence.h"
#include "sfu-room-calls.h"
#include "sfu-room-event.h"
#include "sfu-room.h"

/* Until the worker measures one. */
#define BEST_SCORE 10

SfuRoomProducer *
sfu_room_producer_new (SfuRoomTransport *transport, SfuMediaKind kind,
    const SfuRtpParameters *parameters, SfuRtpParameters *consumable,
    const gchar *app_data, gboolean paused)
{
  SfuRoomProducer *producer = g_rc_box_new0 (SfuRoomProducer);

  producer->id = sfu_id_new ();
  producer->peer = transport->peer;
  producer->transport = sfu_room_transport_ref (transport);
  producer->kind = kind;
  producer->type = sfu_ortc_producer_type (parameters);
  producer->parameters = sfu_rtp_parameters_copy (parameters);
  producer->consumable = consumable;
  producer->app_data = g_strdup (app_data);
  producer->paused_by_owner = paused;
  producer->muted = (producer->peer->muted_kinds & SFU_KIND_BIT (kind)) != 0;
  producer->paused = paused || producer->muted;
  producer->consumers =
      g_ptr_array_new_with_free_func ((GDestroyNotify)sfu_room_consumer_unref);
  for (guint i = 0; i < SFU_ROOM_MAX_ENCODINGS; i++)
    producer->scores[i] = BEST_SCORE;
  g_hash_table_insert (producer->peer->producers, producer->id,
      sfu_room_producer_ref (producer));
  if (producer->peer->room->rooms != NULL)
    sfu_rooms_add_producer (producer->peer->room->rooms, producer);
  return producer;
}

SfuRoomProducer *
sfu_room_producer_new_remote (SfuPeer *peer, const gchar *id, SfuMediaKind kind)
{
  SfuRoomProducer *producer = g_rc_box_new0 (SfuRoomProducer);

  producer->id = g_strdup (id);
  producer->peer = peer;
  producer->kind = kind;
  producer->type = "simple";
  producer->live = TRUE;
  producer->consumers =
      g_ptr_array_new_with_free_func ((GDestroyNotify)sfu_room_consumer_unref);
  g_hash_table_insert (peer->producers, producer->id, producer);
  return producer;
}

SfuRoomProducer *
sfu_room_producer_ref (SfuRoomProducer *producer)
{
  return g_rc_box_acquire (producer);
}

static void
producer_clear (gpointer data)
{
  SfuRoomProducer *producer = data;

  g_free (producer->id);
  g_free (producer->app_data);
  sfu_rtp_parameters_free (producer->parameters);
  sfu_rtp_parameters_free (producer->consumable);
  g_ptr_array_unref (producer->consumers);
  sfu_room_transport_unref (producer->transport);
}

void
sfu_room_producer_unref (SfuRoomProducer *producer)
{
  if (producer != NULL)
    g_rc_box_release_full (producer, producer_clear);
}

void
sfu_room_producer_close (SfuRoomProducer *producer)
{
  g_autoptr (SfuRoomProducer) keep = NULL;
  SfuPeer *peer = producer->peer;
  SfuNotice notice = {
    .kind = SFU_NOTICE_PRODUCER_CLOSED, .peer = peer, .producer = producer
  };
  gboolean was_live = producer->live;

  if (producer->closed)
    return;
  keep = sfu_room_producer_ref (producer);
  producer->closed = TRUE;
  producer->live = FALSE;
  if (peer->room->rooms != NULL)
    sfu_rooms_forget_producer (peer->room->rooms, producer);
  /* Each close takes one out of the list. */
  while (producer->consumers->len > 0)
    sfu_room_consumer_close (
        producer->consumers->pdata[producer->consumers->len - 1], TRUE);
  if (!peer->room->closed && !producer->transport->closed)
    sfu_room_tell_close_producer (
        sfu_room_router (peer->room)->worker, producer->id);
  if (was_live && !peer->room->closed)
    sfu_room_notify (peer->room, &notice, peer);
  if (was_live && peer->room->rooms != NULL)
    sfu_presence_producer_closed (
        sfu_rooms_get_presence (peer->room->rooms), peer, producer);
  if (was_live)
    sfu_rooms_tell_peer (peer, SFU_PRODUCER_ENDED, producer);
  producer->peer = NULL;
  g_hash_table_remove (peer->producers, producer->id);
}

void
sfu_room_producer_set_scores (SfuRoomProducer *producer, GVariant *scores)
{
  SfuNotice notice = { .kind = SFU_NOTICE_PRODUCER_SCORE,
    .producer = producer };
  GVariantIter iter;
  const gchar *rid;
  guint32 ssrc;
  guint8 score;
  guint i = 0;

  g_variant_iter_init (&iter, scores);
  while (i < SFU_ROOM_MAX_ENCODINGS &&
      g_variant_iter_next (&iter, "(&suy)", &rid, &ssrc, &score)) {
    producer->scores[i] = score;
    producer->ssrcs[i++] = ssrc;
  }
  if (producer->live)
    sfu_peer_notify (producer->peer, &notice);
}

void
sfu_room_producer_update_paused (SfuRoomProducer *producer)
{
  gboolean paused = producer->paused_by_owner || producer->muted;

  if (producer->closed || producer->paused == paused)
    return;
  producer->paused = paused;
  for (guint i = 0; i < producer->consumers->len; i++) {
    SfuRoomConsumer *consumer = producer->consumers->pdata[i];
    SfuNotice notice = { .kind = paused ? SFU_NOTICE_CONSUMER_PAUSED
                                        : SFU_NOTICE_CONSUMER_RESUMED,
      .consumer = consumer };

    if (consumer->live)
      sfu_peer_notify (consumer->peer, &notice);
  }
}

static void
tell_muted (SfuRoomProducer *producer)
{
  SfuNotice notice = { .kind = SFU_NOTICE_PRODUCER_MUTED,
    .producer = producer,
    .on = producer->muted };

  sfu_peer_notify (producer->peer, &notice);
}

void
sfu_room_producer_set_muted (SfuRoomProducer *producer, gboolean muted)
{
  if (producer->closed || producer->muted == muted)
    return;
  producer->muted = muted;
  /* In any case: something else may be on its way to the worker. */
  sfu_room_tell_pause_producer (sfu_room_router (producer->peer->room)->worker,
      producer->id, producer->paused_by_owner || muted);
  sfu_room_producer_update_paused (producer);
  if (producer->live)
    tell_muted (producer);
}

void
sfu_room_producer_went_live (SfuRoomProducer *producer)
{
  SfuPeer *peer = producer->peer;
  SfuNotice notice = { .kind = SFU_NOTICE_PRODUCER_SCORE,
    .producer = producer };
  SfuNotice live = {
    .kind = SFU_NOTICE_NEW_PRODUCER, .peer = peer, .producer = producer
  };
  g_autoptr (GPtrArray) others = NULL;

  if (producer->closed || producer->live)
    return;
  producer->live = TRUE;
  sfu_rooms_tell_peer (peer, SFU_PRODUCER_STARTED, producer);
  sfu_peer_notify (peer, &notice);
  if (producer->muted)
    tell_muted (producer);
  others = sfu_room_joined_peers (peer->room, peer);
  for (guint i = 0; i < others->len; i++) {
    SfuPeer *other = others->pdata[i];

    if (other->auto_consume)
      sfu_room_consumer_offer (other, producer);
    sfu_peer_notify (other, &live);
  }
  sfu_presence_producer_live (
      sfu_rooms_get_presence (peer->room->rooms), producer);
}
