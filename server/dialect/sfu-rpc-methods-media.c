/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Methods of the media-server RPC: producers and consumers.
 *
 * Threads: the server's one thread. */
#include "sfu-rpc-call.h"

#include "sfu-error.h"
#include "sfu-id.h"
#include "sfu-room-media.h"

/* ---- producers ---- */

static void
on_produced (
    gpointer owner, SfuCall *room, const SfuReply *reply, const GError *error)
{
  SfuRpcCall *call = owner;
  SfuRpcRecord *record = call->record;
  JsonObject *result;

  if (reply == NULL || record->dropped) {
    sfu_rpc_drop (record);
    if (error != NULL)
      sfu_rpc_call_fail (call, g_error_copy (error));
    else
      sfu_rpc_call_fail_state (call, "the router was closed");
    return;
  }
  record->thing = sfu_room_producer_ref (
      g_hash_table_lookup (room->peer->producers, reply->id));
  result = json_object_new ();
  json_object_set_string_member (result, "id", record->id);
  sfu_rpc_call_succeed (call, result);
}

/* A record for what the call makes on transport; it takes the place of the
 * transport in the call. NULL: the call has failed. */
static SfuRpcRecord *
reserve (
    SfuRpcCall *call, SfuRpcMember *member, SfuRpcKind kind, const gchar *id)
{
  g_autofree gchar *made = id == NULL ? sfu_id_new () : NULL;
  SfuRpcRecord *record;

  if (id != NULL && sfu_rpc_lookup (call->hub, kind, id) != NULL) {
    sfu_rpc_call_fail_state (call, "%s \"%s\" exists already",
        kind == SFU_RPC_PRODUCER ? "producer" : "consumer", id);
    return NULL;
  }
  record = sfu_rpc_add (member, kind, id != NULL ? id : made);
  sfu_rpc_record_unref (call->record);
  call->record = sfu_rpc_record_ref (record);
  return record;
}

void
sfu_rpc_create_producer (SfuRpcCall *call)
{
  SfuRpcRecord *transport =
      sfu_rpc_call_find (call, SFU_RPC_TRANSPORT, call->rpc->transport_id);
  g_autofree gchar *transport_id = NULL;
  SfuRpcMember *member;

  if (transport == NULL)
    return;
  transport_id = g_strdup (sfu_rpc_record_thing_id (transport));
  member = transport->member;
  if (reserve (call, member, SFU_RPC_PRODUCER, call->rpc->producer_id) != NULL)
    sfu_rpc_call_ask (call, member, transport_id, on_produced);
}

void
sfu_rpc_pause_or_resume_producer (SfuRpcCall *call)
{
  sfu_rpc_call_find_and_ask (
      call, SFU_RPC_PRODUCER, call->rpc->producer_id, sfu_rpc_call_on_done);
}

void
sfu_rpc_close_producer (SfuRpcCall *call)
{
  sfu_rpc_call_find_and_ask (call, SFU_RPC_PRODUCER, call->rpc->producer_id,
      sfu_rpc_call_on_record_closed);
}

/* ---- consumers ---- */

static void
on_consumed (
    gpointer owner, SfuCall *room, const SfuReply *reply, const GError *error)
{
  SfuRpcCall *call = owner;
  SfuRpcRecord *record = call->record;
  JsonObject *result;

  if (reply == NULL || record->dropped) {
    sfu_rpc_drop (record);
    if (error != NULL)
      sfu_rpc_call_fail (call, g_error_copy (error));
    else
      sfu_rpc_call_fail_state (call, "the router was closed");
    return;
  }
  record->thing = sfu_room_consumer_ref ((gpointer)reply->consumer);
  result = sfu_shape_consumer (reply->consumer);
  json_object_set_string_member (result, "id", record->id);
  json_object_set_string_member (result, "producerId", record->producer_id);
  sfu_rpc_call_succeed (call, result);
}

/* By the id of the one who made it, or, of somebody who came by another
 * protocol, by ours. NULL: the call has failed. */
static const gchar *
find_consumable (SfuRpcCall *call, SfuRpcMember *member)
{
  const gchar *id = call->rpc->producer_id;
  SfuRpcRecord *record = sfu_rpc_lookup (call->hub, SFU_RPC_PRODUCER, id);
  SfuRoomProducer *producer;

  if (record != NULL && record->member->router != member->router) {
    sfu_rpc_call_fail_state (call, "producer \"%s\" is in router \"%s\"", id,
        record->member->router->id);
    return NULL;
  }
  if (record != NULL && record->thing == NULL) {
    sfu_rpc_call_fail_state (call, "producer \"%s\" is still being made", id);
    return NULL;
  }
  producer = record != NULL ? record->thing
                            : sfu_room_find_producer (member->router->room, id);
  if (producer != NULL)
    return producer->id;
  sfu_rpc_call_fail (call,
      g_error_new (SFU_ERROR, SFU_ERROR_NOT_FOUND,
          "producer \"%s\" is not known, or closed", id));
  return NULL;
}

void
sfu_rpc_create_consumer (SfuRpcCall *call)
{
  SfuRpcRecord *transport =
      sfu_rpc_call_find (call, SFU_RPC_TRANSPORT, call->rpc->transport_id);
  g_autofree gchar *transport_id = NULL;
  const gchar *producer_id;
  SfuRpcMember *member;
  SfuRpcRecord *record;

  if (transport == NULL)
    return;
  member = transport->member;
  producer_id = find_consumable (call, member);
  if (producer_id == NULL)
    return;
  call->rpc->request->producer_id = g_strdup (producer_id);
  transport_id = g_strdup (sfu_rpc_record_thing_id (transport));
  record = reserve (call, member, SFU_RPC_CONSUMER, call->rpc->consumer_id);
  if (record == NULL)
    return;
  record->producer_id = g_strdup (call->rpc->producer_id);
  sfu_rpc_call_ask (call, member, transport_id, on_consumed);
}

void
sfu_rpc_pause_or_resume_consumer (SfuRpcCall *call)
{
  sfu_rpc_call_find_and_ask (
      call, SFU_RPC_CONSUMER, call->rpc->consumer_id, sfu_rpc_call_on_done);
}

void
sfu_rpc_close_consumer (SfuRpcCall *call)
{
  sfu_rpc_call_find_and_ask (call, SFU_RPC_CONSUMER, call->rpc->consumer_id,
      sfu_rpc_call_on_record_closed);
}
