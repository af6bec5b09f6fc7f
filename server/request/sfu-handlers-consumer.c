/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a client wants of a track it receives.
 *
 * Threads: the server's one thread. */
#include "sfu-handlers.h"

#include "sfu-error.h"
#include "sfu-ortc.h"
#include "sfu-room-media.h"

static void
on_consumed (GObject *source, GAsyncResult *result, gpointer data)
{
  SfuCall *call = data;
  SfuRoomConsumer *consumer = call->thing;
  SfuReply reply = { .kind = SFU_REPLY_CONSUMER, .consumer = consumer };
  GError *error = NULL;

  if (!sfu_worker_client_consume_finish (
          SFU_WORKER_CLIENT (source), result, &error)) {
    sfu_room_consumer_close (consumer, FALSE);
    sfu_call_fail (call, error);
    return;
  }
  if (consumer->closed) {
    sfu_call_fail_literal (call, SFU_ERROR_NOT_FOUND, "Producer closed");
    return;
  }
  consumer->live = TRUE;
  consumer->accepted = TRUE;
  sfu_call_reply (call, &reply);
}

/* What may be consumed: anything live of somebody else in the room. NULL = the
 * call has failed and is gone. */
static SfuRoomProducer *
find_consumable (SfuCall *call)
{
  const SfuRequest *request = call->request;
  SfuPeer *peer = call->peer;
  SfuRoomProducer *producer =
      sfu_room_find_producer (peer->room, request->producer_id);

  if (producer == NULL) {
    sfu_call_fail (call,
        g_error_new (SFU_ERROR, SFU_ERROR_NOT_FOUND,
            "producer with id \"%s\" not found", request->producer_id));
    return NULL;
  }
  if (producer->peer->node != NULL) {
    sfu_call_fail (call,
        g_error_new (SFU_ERROR, SFU_ERROR_NOT_SUPPORTED,
            "producer with id \"%s\" is on server %s: media between servers "
            "is not supported yet",
            producer->id, producer->peer->node));
    return NULL;
  }
  return producer;
}

void
sfu_handle_consume (SfuCall *call)
{
  const SfuRequest *request = call->request;
  const SfuRtpCapabilities *capabilities = request->capabilities != NULL
      ? request->capabilities
      : call->peer->capabilities;
  SfuRoomTransport *transport = sfu_call_find_transport (call);
  SfuRoomProducer *producer;
  SfuRoomConsumer *consumer;
  GError *error = NULL;

  producer = transport != NULL ? find_consumable (call) : NULL;
  if (producer == NULL)
    return;
  if (g_hash_table_size (call->peer->consumers) >=
      sfu_rooms_get_limits (call->peer->room->rooms)->max_consumers_per_peer) {
    sfu_call_fail_literal (
        call, SFU_ERROR_LIMIT_EXCEEDED, "too many consumers of this peer");
    return;
  }
  if (capabilities == NULL) {
    sfu_call_fail_literal (
        call, SFU_ERROR_INVALID_ARGUMENT, "rtpCapabilities: missing");
    return;
  }
  if (!sfu_ortc_validate_capabilities (capabilities, &error)) {
    sfu_call_fail (call, error);
    return;
  }
  consumer = sfu_room_consumer_new (transport, producer, capabilities, &error);
  if (consumer == NULL) {
    sfu_call_fail (call, error);
    return;
  }
  consumer->paused = request->paused;
  call->thing = sfu_room_consumer_ref (consumer);
  call->free_thing = (GDestroyNotify)sfu_room_consumer_unref;
  sfu_worker_client_consume_async (sfu_call_worker (call), transport->id,
      consumer->id, producer->id, consumer->parameters, request->paused, NULL,
      on_consumed, call);
}

void
sfu_handle_close_consumer (SfuCall *call)
{
  SfuRoomConsumer *consumer = sfu_call_find_consumer (call);

  if (consumer == NULL)
    return;
  sfu_room_consumer_close (consumer, FALSE);
  sfu_call_reply_empty (call);
}

static void
on_paused (GObject *source, GAsyncResult *result, gpointer data)
{
  SfuCall *call = data;
  GError *error = NULL;

  if (sfu_worker_client_set_consumer_paused_finish (
          SFU_WORKER_CLIENT (source), result, &error))
    sfu_call_reply_empty (call);
  else
    sfu_call_fail (call, error);
}

static void
set_paused (SfuCall *call, gboolean paused)
{
  SfuRoomConsumer *consumer = sfu_call_find_consumer (call);

  if (consumer == NULL)
    return;
  consumer->paused = paused;
  sfu_worker_client_set_consumer_paused_async (
      sfu_call_worker (call), consumer->id, paused, NULL, on_paused, call);
}

void
sfu_handle_pause_consumer (SfuCall *call)
{
  set_paused (call, TRUE);
}

void
sfu_handle_resume_consumer (SfuCall *call)
{
  set_paused (call, FALSE);
}

static void
on_preferred_layers_set (GObject *source, GAsyncResult *result, gpointer data)
{
  SfuCall *call = data;
  GError *error = NULL;

  if (sfu_worker_client_set_preferred_layers_finish (
          SFU_WORKER_CLIENT (source), result, &error))
    sfu_call_reply_empty (call);
  else
    sfu_call_fail (call, error);
}

/* As mediasoup: what is above the highest layer is the highest one, and a track
 * without layers has nothing to choose from. */
void
sfu_handle_set_consumer_preferred_layers (SfuCall *call)
{
  SfuRoomConsumer *consumer = sfu_call_find_consumer (call);
  const SfuRtpEncoding *encoding;
  guint spatial, temporal;

  if (consumer == NULL)
    return;
  encoding = consumer->parameters->encodings->pdata[0];
  sfu_ortc_parse_scalability_mode (
      encoding->scalability_mode, &spatial, &temporal);
  consumer->spatial_layer =
      MIN (call->request->spatial_layer, (gint)spatial - 1);
  consumer->temporal_layer =
      MIN (call->request->temporal_layer, (gint)temporal - 1);
  if (g_str_equal (consumer->producer->type, "simple")) {
    sfu_call_reply_empty (call);
    return;
  }
  sfu_worker_client_set_preferred_layers_async (sfu_call_worker (call),
      consumer->id, consumer->spatial_layer, consumer->temporal_layer, NULL,
      on_preferred_layers_set, call);
}

void
sfu_handle_set_consumer_priority (SfuCall *call)
{
  SfuRoomConsumer *consumer = sfu_call_find_consumer (call);

  if (consumer == NULL)
    return;
  consumer->priority = call->request->priority;
  sfu_call_reply_empty (call);
}

static void
on_key_frame_requested (GObject *source, GAsyncResult *result, gpointer data)
{
  SfuCall *call = data;
  GError *error = NULL;

  if (sfu_worker_client_request_key_frame_finish (
          SFU_WORKER_CLIENT (source), result, &error))
    sfu_call_reply_empty (call);
  else
    sfu_call_fail (call, error);
}

void
sfu_handle_request_consumer_key_frame (SfuCall *call)
{
  SfuRoomConsumer *consumer = sfu_call_find_consumer (call);

  if (consumer != NULL)
    sfu_worker_client_request_key_frame_async (sfu_call_worker (call),
        consumer->id, NULL, on_key_frame_requested, call);
}
