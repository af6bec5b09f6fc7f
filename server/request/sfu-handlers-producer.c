/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Producing: a client's track into the room.
 *
 * Threads: the server's one thread. */
#include "sfu-handlers.h"

#include "sfu-error.h"
#include "sfu-ortc.h"
#include "sfu-room-media.h"
#include "sfu-room-overload.h"

/* The answer first, then the producer's score, then the consumers of others. */
static void
on_produced (GObject *source, GAsyncResult *result, gpointer data)
{
  SfuCall *call = data;
  g_autoptr (SfuRoomProducer) producer = sfu_room_producer_ref (call->thing);
  SfuReply reply = { .kind = SFU_REPLY_ID, .id = producer->id };
  GError *error = NULL;

  if (!sfu_worker_client_produce_finish (
          SFU_WORKER_CLIENT (source), result, &error)) {
    sfu_room_producer_close (producer);
    sfu_call_fail (call, error);
    return;
  }
  if (producer->closed) {
    sfu_call_fail_literal (call, SFU_ERROR_WRONG_STATE, "Transport closed");
    return;
  }
  g_info ("room=%s peer=%s producer=%s kind=%s type=%s",
      call->peer->room->label, call->peer->label, producer->id,
      sfu_media_kind_name (producer->kind), producer->type);
  sfu_call_reply (call, &reply);
  sfu_room_producer_went_live (producer);
}

/* A second track with the MID or an SSRC of a first one could not be told
 * apart from it on the wire. */
static gboolean
is_distinct (SfuRoomTransport *transport, const SfuRtpParameters *parameters,
    GError **error)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, transport->peer->producers);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    SfuRoomProducer *other = value;

    if (other->transport != transport)
      continue;
    if (*parameters->mid != '\0' &&
        g_str_equal (parameters->mid, other->parameters->mid)) {
      g_set_error (error, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT,
          "rtpParameters.mid: \"%s\" already exists in this transport",
          parameters->mid);
      return FALSE;
    }
    if (sfu_rtp_parameters_share_ssrc (parameters, other->parameters)) {
      g_set_error_literal (error, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT,
          "rtpParameters.encodings: an ssrc already exists in this transport");
      return FALSE;
    }
  }
  return TRUE;
}

void
sfu_handle_produce (SfuCall *call)
{
  SfuPeer *peer = call->peer;
  SfuRequest *request = call->request;
  SfuRoomTransport *transport = sfu_call_find_transport (call);
  SfuRoomProducer *producer;
  SfuRtpParameters *consumable;
  GError *error = NULL;

  if (transport == NULL)
    return;
  if (g_hash_table_size (peer->producers) >=
      sfu_rooms_get_limits (peer->room->rooms)->max_producers_per_peer) {
    sfu_call_fail_literal (
        call, SFU_ERROR_LIMIT_EXCEEDED, "too many producers of this peer");
    return;
  }
  if (!sfu_room_check_track (peer->room, request->kind, &error)) {
    sfu_call_fail (call, error);
    return;
  }
  consumable = sfu_ortc_consumable_parameters (request->parameters,
      request->kind, sfu_rooms_get_capabilities (peer->room->rooms),
      sfu_peer_cname (peer, request->parameters->cname), &error);
  if (consumable == NULL ||
      !is_distinct (transport, request->parameters, &error)) {
    sfu_rtp_parameters_free (consumable);
    sfu_call_fail (call, error);
    return;
  }
  producer = sfu_room_producer_new (transport, request->kind,
      request->parameters, consumable, request->app_data, request->paused);
  call->thing = producer;
  call->free_thing = (GDestroyNotify)sfu_room_producer_unref;
  sfu_worker_client_produce_async (sfu_call_worker (call), transport->id,
      producer->id, request->kind, request->parameters, producer->paused, NULL,
      on_produced, call);
}

void
sfu_handle_close_producer (SfuCall *call)
{
  SfuRoomProducer *producer = sfu_call_find_producer (call);

  if (producer == NULL)
    return;
  sfu_room_producer_close (producer);
  sfu_call_reply_empty (call);
}

/* Consumers are told when the worker has done it. */
static void
on_paused (GObject *source, GAsyncResult *result, gpointer data)
{
  SfuCall *call = data;
  GError *error = NULL;

  if (!sfu_worker_client_set_producer_paused_finish (
          SFU_WORKER_CLIENT (source), result, &error)) {
    sfu_call_fail (call, error);
    return;
  }
  sfu_room_producer_update_paused (call->thing);
  sfu_call_reply_empty (call);
}

static void
set_paused (SfuCall *call, gboolean paused)
{
  SfuRoomProducer *producer = sfu_call_find_producer (call);

  if (producer == NULL)
    return;
  if (producer->muted && !paused) {
    sfu_call_fail_literal (call, SFU_ERROR_FORBIDDEN, "muted by a moderator");
    return;
  }
  producer->paused_by_owner = paused;
  call->thing = sfu_room_producer_ref (producer);
  call->free_thing = (GDestroyNotify)sfu_room_producer_unref;
  sfu_worker_client_set_producer_paused_async (sfu_call_worker (call),
      producer->id, paused || producer->muted, NULL, on_paused, call);
}

void
sfu_handle_pause_producer (SfuCall *call)
{
  set_paused (call, TRUE);
}

void
sfu_handle_resume_producer (SfuCall *call)
{
  set_paused (call, FALSE);
}
