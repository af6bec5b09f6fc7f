/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One request on its way.
 *
 * Threads: the server's one thread. */
#include "sfu-call.h"

#include "sfu-dispatch.h"
#include "sfu-error.h"
#include "sfu-room-media.h"

SfuCall *
sfu_call_new (SfuPeer *peer, SfuRequest *request, gint64 tag, SfuCallDone done,
    gpointer owner)
{
  SfuCall *call = g_new0 (SfuCall, 1);

  call->peer = sfu_peer_ref (peer);
  call->request = request;
  call->tag = tag;
  call->started_us = g_get_monotonic_time ();
  if (peer->room->rooms != NULL)
    call->metrics = sfu_metrics_ref (sfu_rooms_get_metrics (peer->room->rooms));
  call->done = done;
  call->owner = owner;
  return call;
}

static void
count (const SfuCall *call, const GError *error)
{
  const gchar *name = NULL;

  if (error != NULL)
    name = error->domain == SFU_ERROR ? sfu_error_name (error->code) : "failed";
  sfu_metrics_request (call->metrics, call->peer->dialect,
      sfu_dispatch_lookup (call->request->method)->name, name, call->started_us,
      g_get_monotonic_time ());
}

static void
answer (SfuCall *call, const SfuReply *reply, const GError *error)
{
  count (call, error);
  call->done (call->owner, call, reply, error);
  if (call->thing != NULL)
    call->free_thing (call->thing);
  sfu_request_free (call->request);
  sfu_peer_unref (call->peer);
  sfu_metrics_unref (call->metrics);
  g_free (call);
}

void
sfu_call_reply (SfuCall *call, const SfuReply *reply)
{
  answer (call, reply, NULL);
}

void
sfu_call_reply_empty (SfuCall *call)
{
  SfuReply reply = { .kind = SFU_REPLY_EMPTY };

  answer (call, &reply, NULL);
}

/* Whatever a room that could not be made is asked for fails for that reason; what
 * else is wrong follows from it. */
void
sfu_call_fail (SfuCall *call, GError *error)
{
  const GError *refusal = call->peer->room->refusal;

  sfu_error_strip_remote (error);
  answer (call, NULL, refusal != NULL ? refusal : error);
  g_error_free (error);
}

void
sfu_call_fail_literal (SfuCall *call, gint code, const gchar *message)
{
  sfu_call_fail (call, g_error_new_literal (SFU_ERROR, code, message));
}

SfuWorkerClient *
sfu_call_worker (SfuCall *call)
{
  return sfu_room_router (call->peer->room)->worker;
}

static gpointer
find (SfuCall *call, GHashTable *table, const gchar *what)
{
  gpointer thing = g_hash_table_lookup (table, call->request->id);

  if (thing == NULL)
    sfu_call_fail (call,
        g_error_new (SFU_ERROR, SFU_ERROR_NOT_FOUND,
            "%s with id \"%s\" not found", what, call->request->id));
  return thing;
}

static void
not_ready (SfuCall *call, const gchar *what)
{
  sfu_call_fail (call,
      g_error_new (SFU_ERROR, SFU_ERROR_WRONG_STATE,
          "%s with id \"%s\" is not ready yet", what, call->request->id));
}

SfuRoomTransport *
sfu_call_find_transport (SfuCall *call)
{
  SfuRoomTransport *transport =
      find (call, call->peer->transports, "transport");

  if (transport != NULL && !transport->live) {
    not_ready (call, "transport");
    return NULL;
  }
  return transport;
}

SfuRoomProducer *
sfu_call_find_producer (SfuCall *call)
{
  SfuRoomProducer *producer = find (call, call->peer->producers, "producer");

  if (producer != NULL && !producer->live) {
    not_ready (call, "producer");
    return NULL;
  }
  return producer;
}

SfuRoomConsumer *
sfu_call_find_consumer (SfuCall *call)
{
  SfuRoomConsumer *consumer = find (call, call->peer->consumers, "consumer");

  if (consumer != NULL && !consumer->live) {
    not_ready (call, "consumer");
    return NULL;
  }
  return consumer;
}
