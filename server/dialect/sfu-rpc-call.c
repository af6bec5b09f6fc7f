/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls of the media-server RPC: their answers, what they name, the way to the
 * room, and the table of methods.
 *
 * Threads: the server's one thread. */
#include "sfu-rpc-call.h"

#include "sfu-dispatch.h"
#include "sfu-error.h"
#include "sfu-room-media.h"

SfuRpcCall *
sfu_rpc_call_new (SfuRpcHub *hub, SfuRpcClient *client, SfuRpcRequest *rpc,
    SfuRpcDone done, gpointer data)
{
  SfuRpcCall *call = g_new0 (SfuRpcCall, 1);

  call->hub = sfu_rpc_hub_ref (hub);
  call->client = client;
  call->rpc = rpc;
  call->done = done;
  call->data = data;
  return call;
}

/* ---- answers: each ends the call ---- */

void
sfu_rpc_call_answer (SfuRpcCall *call, JsonNode *result, GError *error)
{
  call->done (call->data, result, error);
  if (call->record != NULL)
    sfu_rpc_record_unref (call->record);
  sfu_rpc_request_free (call->rpc);
  sfu_rpc_hub_unref (call->hub);
  g_free (call);
}

void
sfu_rpc_call_succeed (SfuRpcCall *call, JsonObject *result)
{
  sfu_rpc_call_answer (call, sfu_shape_node (result), NULL);
}

void
sfu_rpc_call_succeed_empty (SfuRpcCall *call)
{
  JsonObject *result = json_object_new ();

  json_object_set_boolean_member (result, "success", TRUE);
  sfu_rpc_call_succeed (call, result);
}

/* Takes error. */
void
sfu_rpc_call_fail (SfuRpcCall *call, GError *error)
{
  sfu_rpc_call_answer (call, NULL, error);
}

void
sfu_rpc_call_fail_state (SfuRpcCall *call, const gchar *format, ...)
{
  GError *error;
  va_list args;

  va_start (args, format);
  error = g_error_new_valist (SFU_ERROR, SFU_ERROR_WRONG_STATE, format, args);
  va_end (args);
  sfu_rpc_call_fail (call, error);
}

/* ---- what a call names; NULL = the call has failed and is gone ---- */

SfuRpcRouter *
sfu_rpc_call_find_router (SfuRpcCall *call)
{
  GError *error = NULL;
  SfuRpcRouter *router =
      sfu_rpc_find_router (call->hub, call->rpc->router_id, &error);

  if (router == NULL)
    sfu_rpc_call_fail (call, error);
  else
    sfu_rpc_router_use (router, call->client);
  return router;
}

/* Keeps it for the answer. */
SfuRpcRecord *
sfu_rpc_call_find (SfuRpcCall *call, SfuRpcKind kind, const gchar *id)
{
  GError *error = NULL;
  SfuRpcRecord *record = sfu_rpc_find (call->hub, kind, id, &error);

  if (record == NULL) {
    sfu_rpc_call_fail (call, error);
    return NULL;
  }
  call->record = sfu_rpc_record_ref (record);
  sfu_rpc_router_use (record->member->router, call->client);
  return record;
}

/* ---- to the room ---- */

/* id: ours. What is asked for is in the call's request. */
void
sfu_rpc_call_ask (
    SfuRpcCall *call, SfuRpcMember *member, const gchar *id, SfuCallDone done)
{
  SfuRequest *request = g_steal_pointer (&call->rpc->request);

  request->id = g_strdup (id);
  sfu_dispatch (sfu_call_new (member->peer, request, 0, done, call));
}

void
sfu_rpc_call_on_done (
    gpointer owner, SfuCall *room, const SfuReply *reply, const GError *error)
{
  SfuRpcCall *call = owner;

  if (reply == NULL) {
    sfu_rpc_call_fail (call, g_error_copy (error));
    return;
  }
  sfu_rpc_call_succeed_empty (call);
}

void
sfu_rpc_call_on_record_closed (
    gpointer owner, SfuCall *room, const SfuReply *reply, const GError *error)
{
  SfuRpcCall *call = owner;

  if (reply != NULL)
    sfu_rpc_drop (call->record);
  sfu_rpc_call_on_done (call, room, reply, error);
}

const gchar *
sfu_rpc_record_thing_id (const SfuRpcRecord *record)
{
  switch (record->kind) {
    case SFU_RPC_TRANSPORT:
      return ((SfuRoomTransport *)record->thing)->id;
    case SFU_RPC_PRODUCER:
      return ((SfuRoomProducer *)record->thing)->id;
    case SFU_RPC_CONSUMER:
    case SFU_RPC_N_KINDS:
    default:
      return ((SfuRoomConsumer *)record->thing)->id;
  }
}

void
sfu_rpc_call_find_and_ask (
    SfuRpcCall *call, SfuRpcKind kind, const gchar *id, SfuCallDone done)
{
  SfuRpcRecord *record = sfu_rpc_call_find (call, kind, id);

  if (record != NULL)
    sfu_rpc_call_ask (
        call, record->member, sfu_rpc_record_thing_id (record), done);
}

/* ---- all ---- */

static void (*const methods[]) (SfuRpcCall *call) = {
  [SFU_RPC_CREATE_ROUTER] = sfu_rpc_create_router,
  [SFU_RPC_GET_ROUTER_RTP_CAPABILITIES] = sfu_rpc_get_router_rtp_capabilities,
  [SFU_RPC_CREATE_TRANSPORT] = sfu_rpc_create_transport,
  [SFU_RPC_CONNECT_TRANSPORT] = sfu_rpc_connect_transport,
  [SFU_RPC_CREATE_PRODUCER] = sfu_rpc_create_producer,
  [SFU_RPC_CREATE_CONSUMER] = sfu_rpc_create_consumer,
  [SFU_RPC_PAUSE_PRODUCER] = sfu_rpc_pause_or_resume_producer,
  [SFU_RPC_RESUME_PRODUCER] = sfu_rpc_pause_or_resume_producer,
  [SFU_RPC_PAUSE_CONSUMER] = sfu_rpc_pause_or_resume_consumer,
  [SFU_RPC_RESUME_CONSUMER] = sfu_rpc_pause_or_resume_consumer,
  [SFU_RPC_CLOSE_CONSUMER] = sfu_rpc_close_consumer,
  [SFU_RPC_CLOSE_PRODUCER] = sfu_rpc_close_producer,
  [SFU_RPC_CLOSE_TRANSPORT] = sfu_rpc_close_transport,
  [SFU_RPC_CLOSE_ROUTER] = sfu_rpc_close_router,
  [SFU_RPC_GET_STATS] = sfu_rpc_get_stats,
  [SFU_RPC_LIST_PRODUCERS] = sfu_rpc_list_producers,
};
G_STATIC_ASSERT (G_N_ELEMENTS (methods) == SFU_RPC_N_METHODS);

void
sfu_rpc_hub_call (SfuRpcHub *hub, SfuRpcClient *client, SfuRpcRequest *request,
    SfuRpcDone done, gpointer data)
{
  SfuRpcCall *call = sfu_rpc_call_new (hub, client, request, done, data);

  if (hub->stopping)
    sfu_rpc_call_fail_state (call, "the server stops");
  else
    methods[request->method](call);
}
