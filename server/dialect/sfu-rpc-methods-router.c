/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Methods of the media-server RPC: routers and statistics.
 *
 * Threads: the server's one thread. */
#include "sfu-rpc-call.h"

#include "sfu-json-rtp.h"

/* ---- routers ---- */

void
sfu_rpc_create_router (SfuRpcCall *call)
{
  GError *error = NULL;
  SfuRpcRouter *router =
      sfu_rpc_get_or_create_router (call->hub, call->rpc->router_id, &error);
  JsonObject *result;

  if (router == NULL) {
    sfu_rpc_call_fail (call, error);
    return;
  }
  sfu_rpc_router_use (router, call->client);
  result = json_object_new ();
  json_object_set_string_member (result, "routerId", router->id);
  json_object_set_member (result, "rtpCapabilities",
      sfu_json_from_rtp_capabilities (
          sfu_rooms_get_capabilities (call->hub->services->rooms)));
  sfu_rpc_call_succeed (call, result);
}

/* Some callers take the result for the capabilities, others look for them in
 * it, as in the answer of createRouter: both are right. */
void
sfu_rpc_get_router_rtp_capabilities (SfuRpcCall *call)
{
  SfuRpcRouter *router = sfu_rpc_call_find_router (call);
  g_autoptr (JsonNode) capabilities = NULL;
  JsonObject *result;

  if (router == NULL)
    return;
  capabilities = sfu_json_from_rtp_capabilities (
      sfu_rooms_get_capabilities (call->hub->services->rooms));
  result = json_node_dup_object (capabilities);
  json_object_set_string_member (result, "routerId", router->id);
  json_object_set_member (result, "rtpCapabilities",
      sfu_json_from_rtp_capabilities (
          sfu_rooms_get_capabilities (call->hub->services->rooms)));
  sfu_rpc_call_succeed (call, result);
}

void
sfu_rpc_close_router (SfuRpcCall *call)
{
  SfuRpcRouter *router = sfu_rpc_call_find_router (call);

  if (router == NULL)
    return;
  sfu_rpc_shut_router (router);
  sfu_rpc_call_succeed_empty (call);
}

void
sfu_rpc_list_producers (SfuRpcCall *call)
{
  SfuRpcRouter *router = sfu_rpc_call_find_router (call);

  if (router != NULL)
    sfu_rpc_call_succeed (call, sfu_rpc_producer_list (router));
}

/* ---- statistics ---- */

/* As mediasoup's getStats: an array of reports. */
static void
on_stats (
    gpointer owner, SfuCall *room, const SfuReply *reply, const GError *error)
{
  SfuRpcCall *call = owner;
  JsonNode *node;
  JsonArray *reports;

  if (reply == NULL) {
    sfu_rpc_call_fail (call, g_error_copy (error));
    return;
  }
  node = sfu_json_from_variant (reply->stats);
  reports = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (reports); i++) {
    JsonObject *report = json_array_get_object_element (reports, i);

    if (json_object_has_member (report, "transportId"))
      json_object_set_string_member (report, "transportId", call->record->id);
  }
  sfu_rpc_call_answer (call, node, NULL);
}

void
sfu_rpc_get_stats (SfuRpcCall *call)
{
  const SfuRpcRequest *rpc = call->rpc;
  SfuRpcRouter *router;

  if (rpc->transport_id != NULL) {
    sfu_rpc_call_find_and_ask (
        call, SFU_RPC_TRANSPORT, rpc->transport_id, on_stats);
  } else if (rpc->producer_id != NULL) {
    sfu_rpc_call_find_and_ask (
        call, SFU_RPC_PRODUCER, rpc->producer_id, on_stats);
  } else if (rpc->consumer_id != NULL) {
    sfu_rpc_call_find_and_ask (
        call, SFU_RPC_CONSUMER, rpc->consumer_id, on_stats);
  } else if (rpc->router_id != NULL) {
    router = sfu_rpc_call_find_router (call);
    if (router != NULL)
      sfu_rpc_call_succeed (call, sfu_rpc_router_stats (router));
  } else {
    sfu_rpc_call_succeed (call, sfu_rpc_server_stats (call->hub));
  }
}
