/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a client wants of a track it receives.
 *
 * Threads: the server's one thread. */
#include "sfu-handlers.h"

#include "sfu-room-media.h"

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

/* Remembered; a track of one layer has nothing to choose from. */
void
sfu_handle_set_consumer_preferred_layers (SfuCall *call)
{
  SfuRoomConsumer *consumer = sfu_call_find_consumer (call);

  if (consumer == NULL)
    return;
  consumer->spatial_layer = call->request->spatial_layer;
  consumer->temporal_layer = call->request->temporal_layer;
  sfu_call_reply_empty (call);
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
