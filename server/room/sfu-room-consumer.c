/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A consumer of a room, as the server keeps it:
 *
 *   create ──► worker has it (paused) ──► offered to the client
 *     ──► accepted: resumed, media flows
 *
 * Nothing is sent before the client is ready for it: packets that arrive before
 * the client knows their SSRC may be taken for another track.
 *
 * Threads: the server's one thread. */
#include "sfu-room-media.h"

#include "sfu-error.h"
#include "sfu-id.h"
#include "sfu-ortc.h"
#include "sfu-room-calls.h"
#include "sfu-room.h"

#define BEST_SCORE 10
/* mediasoup's bound, far below what a MID extension can carry. */
#define MAX_MID 100000000

SfuRoomConsumer *
sfu_room_consumer_ref (SfuRoomConsumer *consumer)
{
  return g_rc_box_acquire (consumer);
}

static void
consumer_clear (gpointer data)
{
  SfuRoomConsumer *consumer = data;

  g_free (consumer->id);
  sfu_rtp_parameters_free (consumer->parameters);
  sfu_room_transport_unref (consumer->transport);
}

void
sfu_room_consumer_unref (SfuRoomConsumer *consumer)
{
  if (consumer != NULL)
    g_rc_box_release_full (consumer, consumer_clear);
}

static void
on_consume_done (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (SfuRoomConsumer) consumer = data;
  g_autoptr (GError) error = NULL;

  if (!sfu_worker_client_consume_finish (
          SFU_WORKER_CLIENT (source), result, &error)) {
    /* The producer or the transport may have gone on the way. */
    if (!consumer->closed) {
      g_message ("room=%s peer=%s consumer=%s producer=%s cannot consume: %s",
          consumer->peer->room->label, consumer->peer->label, consumer->id,
          consumer->producer->id, error->message);
      sfu_room_consumer_close (consumer, FALSE);
    }
    return;
  }
  if (consumer->closed)
    return;
  consumer->live = TRUE;
  if (consumer->peer->sink != NULL)
    consumer->peer->sink->offer_consumer (consumer->peer->sink_owner, consumer);
}

static SfuRtpParameters *
make_parameters (SfuRoomTransport *transport, SfuRoomProducer *producer,
    const SfuRtpCapabilities *capabilities, GError **error)
{
  g_autofree gchar *mid = g_strdup_printf ("%u", transport->next_mid);
  SfuRtpParameters *parameters = sfu_ortc_consumer_parameters (
      producer->consumable, capabilities, mid, error);

  if (parameters != NULL)
    transport->next_mid = (transport->next_mid + 1) % MAX_MID;
  return parameters;
}

SfuRoomConsumer *
sfu_room_consumer_new (SfuRoomTransport *transport, SfuRoomProducer *producer,
    const SfuRtpCapabilities *capabilities, GError **error)
{
  SfuPeer *peer = transport->peer;
  SfuRtpParameters *parameters =
      make_parameters (transport, producer, capabilities, error);
  SfuRoomConsumer *consumer;

  if (parameters == NULL)
    return NULL;
  consumer = g_rc_box_new0 (SfuRoomConsumer);
  consumer->id = sfu_id_new ();
  consumer->peer = peer;
  consumer->transport = sfu_room_transport_ref (transport);
  consumer->producer = producer;
  consumer->parameters = parameters;
  consumer->spatial_layer = consumer->temporal_layer = -1;
  consumer->current_spatial = consumer->current_temporal = -1;
  consumer->score = consumer->producer_score = BEST_SCORE;
  g_hash_table_insert (peer->consumers, consumer->id, consumer);
  g_ptr_array_add (producer->consumers, sfu_room_consumer_ref (consumer));
  if (peer->room->rooms != NULL)
    sfu_rooms_add_consumer (peer->room->rooms, consumer);
  return consumer;
}

void
sfu_room_consumer_offer (SfuPeer *peer, SfuRoomProducer *producer)
{
  g_autoptr (GError) error = NULL;
  SfuRoomTransport *transport;
  SfuRoomConsumer *consumer;

  if (peer->closed || peer->capabilities == NULL || !producer->live ||
      (peer->rights & SFU_RIGHT_SUBSCRIBE) == 0)
    return;
  transport = sfu_peer_consuming_transport (peer);
  if (transport == NULL) {
    g_debug ("room=%s peer=%s has no transport to receive on",
        peer->room->label, peer->label);
    return;
  }
  if (g_hash_table_size (peer->consumers) >=
      sfu_rooms_get_limits (peer->room->rooms)->max_consumers_per_peer) {
    g_info ("room=%s peer=%s producer=%s too many consumers", peer->room->label,
        peer->label, producer->id);
    return;
  }
  consumer =
      sfu_room_consumer_new (transport, producer, peer->capabilities, &error);
  if (consumer == NULL) {
    g_info ("room=%s peer=%s producer=%s cannot consume: %s", peer->room->label,
        peer->label, producer->id, error->message);
    return;
  }
  sfu_worker_client_consume_async (sfu_room_router (peer->room)->worker,
      transport->id, consumer->id, producer->id, consumer->parameters, TRUE,
      NULL, on_consume_done, sfu_room_consumer_ref (consumer));
}

void
sfu_room_consumer_accept (SfuRoomConsumer *consumer)
{
  SfuNotice notice = { .kind = SFU_NOTICE_CONSUMER_SCORE,
    .consumer = consumer };

  if (consumer->closed || consumer->accepted)
    return;
  consumer->accepted = TRUE;
  if (!consumer->paused)
    sfu_worker_client_resume_consumer (
        sfu_room_router (consumer->peer->room)->worker, consumer->id);
  sfu_peer_notify (consumer->peer, &notice);
}

void
sfu_room_consumer_set_layers (
    SfuRoomConsumer *consumer, gint spatial, gint temporal)
{
  SfuNotice notice = { .kind = SFU_NOTICE_CONSUMER_LAYERS,
    .consumer = consumer };

  consumer->current_spatial = spatial;
  consumer->current_temporal = temporal;
  if (consumer->accepted && !g_str_equal (consumer->producer->type, "simple"))
    sfu_peer_notify (consumer->peer, &notice);
}

void
sfu_room_consumer_set_score (
    SfuRoomConsumer *consumer, guint score, guint producer_score)
{
  SfuNotice notice = { .kind = SFU_NOTICE_CONSUMER_SCORE,
    .consumer = consumer };

  consumer->score = score;
  consumer->producer_score = producer_score;
  if (consumer->accepted)
    sfu_peer_notify (consumer->peer, &notice);
}

void
sfu_room_consumer_close (SfuRoomConsumer *consumer, gboolean tell_client)
{
  g_autoptr (SfuRoomConsumer) keep = NULL;
  SfuNotice notice = { .kind = SFU_NOTICE_CONSUMER_CLOSED,
    .consumer = consumer };
  SfuRoomProducer *producer = consumer->producer;
  SfuPeer *peer = consumer->peer;

  if (consumer->closed)
    return;
  keep = sfu_room_consumer_ref (consumer);
  consumer->closed = TRUE;
  if (peer->room->rooms != NULL)
    sfu_rooms_forget_consumer (peer->room->rooms, consumer);
  if (tell_client && consumer->live)
    sfu_peer_notify (peer, &notice);
  consumer->live = FALSE;
  if (!peer->room->closed && !consumer->transport->closed)
    sfu_room_tell_close_consumer (
        sfu_room_router (peer->room)->worker, consumer->id);
  consumer->producer = NULL;
  consumer->peer = NULL;
  g_ptr_array_remove_fast (producer->consumers, consumer);
  g_hash_table_remove (peer->consumers, consumer->id);
}
