/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Methods of the media-server RPC: transports.
 *
 * Threads: the server's one thread. */
#include "sfu-rpc-call.h"

#include "sfu-dispatch.h"
#include "sfu-id.h"
#include "sfu-room-media.h"

/* Credentials of TURN servers end: who gets the transport once more gets new
 * ones. */
static void
renew_ice_servers (const SfuRpcRecord *record, JsonObject *result)
{
  const SfuPeer *peer = record->member->peer;
  g_autoptr (GPtrArray) servers =
      sfu_rooms_mint_ice_servers (peer->room->rooms, peer);
  SfuReply reply = { .kind = SFU_REPLY_TRANSPORT, .ice_servers = servers };

  sfu_shape_add_ice_servers (result, &reply);
}

static void
succeed_transport (
    SfuRpcCall *call, const SfuRpcRecord *record, gboolean reused)
{
  g_autoptr (GList) names = json_object_get_members (record->reply);
  JsonObject *result = json_object_new ();

  for (GList *l = names; l != NULL; l = l->next)
    json_object_set_member (
        result, l->data, json_object_dup_member (record->reply, l->data));
  if (reused)
    renew_ice_servers (record, result);
  json_object_set_boolean_member (result, "reused", reused);
  sfu_rpc_call_succeed (call, result);
}

/* Owner: the record. Everybody who waits for the transport gets it. */
static void
on_transport_made (
    gpointer owner, SfuCall *room, const SfuReply *reply, const GError *error)
{
  g_autoptr (SfuRpcRecord) record = owner;
  g_autoptr (SfuRpcMember) member = sfu_rpc_member_ref (record->member);
  g_autoptr (GPtrArray) waiting = g_steal_pointer (&record->waiting);

  member->n_pending--;
  if (reply != NULL && !record->dropped) {
    record->thing = sfu_room_transport_ref (
        g_hash_table_lookup (member->peer->transports, reply->id));
    record->reply = sfu_shape_transport (reply);
    json_object_set_string_member (record->reply, "id", record->id);
  } else {
    sfu_rpc_drop (record);
    sfu_rpc_member_tidy_later (member);
  }
  for (guint i = 0; i < waiting->len; i++) {
    if (record->thing != NULL)
      succeed_transport (waiting->pdata[i], record, i > 0);
    else if (error != NULL)
      sfu_rpc_call_fail (waiting->pdata[i], g_error_copy (error));
    else
      sfu_rpc_call_fail_state (waiting->pdata[i], "the router was closed");
  }
}

/* Takes call. */
static void
make_transport (SfuRpcCall *call, SfuRpcMember *member, const gchar *id)
{
  SfuRpcRecord *record = sfu_rpc_add (member, SFU_RPC_TRANSPORT, id);
  SfuRequest *request = g_steal_pointer (&call->rpc->request);

  record->waiting = g_ptr_array_new ();
  g_ptr_array_add (record->waiting, call);
  member->n_pending++;
  sfu_dispatch (sfu_call_new (member->peer, request, 0, on_transport_made,
      sfu_rpc_record_ref (record)));
}

static void
reuse_transport (SfuRpcCall *call, SfuRpcRecord *record)
{
  if (record->thing != NULL)
    succeed_transport (call, record, TRUE);
  else
    g_ptr_array_add (record->waiting, call);
}

void
sfu_rpc_create_transport (SfuRpcCall *call)
{
  const SfuRpcRequest *rpc = call->rpc;
  SfuRpcRouter *router = sfu_rpc_call_find_router (call);
  SfuRpcRecord *record;
  SfuRpcMember *member;
  GError *error = NULL;

  if (router == NULL)
    return;
  record = sfu_rpc_lookup (call->hub, SFU_RPC_TRANSPORT, rpc->transport_id);
  if (record != NULL && record->member->router != router) {
    sfu_rpc_call_fail_state (call, "transport \"%s\" belongs to router \"%s\"",
        record->id, record->member->router->id);
  } else if (record != NULL &&
      !g_str_equal (record->member->peer->id, rpc->user_id)) {
    sfu_rpc_call_fail_state (call, "transport \"%s\" belongs to user \"%s\"",
        record->id, record->member->peer->id);
  } else if (record != NULL) {
    reuse_transport (call, record);
  } else {
    member = sfu_rpc_get_or_join (router, rpc->user_id, NULL, &error);
    if (member != NULL)
      make_transport (call, member, rpc->transport_id);
    else
      sfu_rpc_call_fail (call, error);
  }
}

void
sfu_rpc_connect_transport (SfuRpcCall *call)
{
  sfu_rpc_call_find_and_ask (
      call, SFU_RPC_TRANSPORT, call->rpc->transport_id, sfu_rpc_call_on_done);
}

void
sfu_rpc_close_transport (SfuRpcCall *call)
{
  sfu_rpc_call_find_and_ask (call, SFU_RPC_TRANSPORT, call->rpc->transport_id,
      sfu_rpc_call_on_record_closed);
}

void
sfu_rpc_hub_call_for_user (SfuRpcHub *hub, const gchar *router_id,
    const SfuGrant *grant, SfuRequest *request, SfuRpcDone done, gpointer data)
{
  guint direction = request->producing + 2 * request->consuming - 1;
  SfuRpcRequest *rpc = g_new0 (SfuRpcRequest, 1);
  SfuRpcRouter *router;
  SfuRpcMember *member;
  SfuRpcRecord *record;
  GError *error = NULL;
  SfuRpcCall *call;

  rpc->request = request;
  call = sfu_rpc_call_new (hub, NULL, rpc, done, data);
  if (hub->stopping || sfu_rpc_was_closed (hub, router_id)) {
    sfu_rpc_call_fail_state (call, "the call was closed");
    return;
  }
  router = sfu_rpc_get_or_create_router (hub, router_id, &error);
  if (router != NULL)
    sfu_rpc_router_use (router, NULL);
  member = router != NULL
      ? sfu_rpc_get_or_join (router, grant->user_id, grant, &error)
      : NULL;
  if (member == NULL) {
    sfu_rpc_call_fail (call, error);
    return;
  }
  record = member->own[direction] != NULL
      ? sfu_rpc_lookup (hub, SFU_RPC_TRANSPORT, member->own[direction])
      : NULL;
  if (record != NULL) {
    reuse_transport (call, record);
    return;
  }
  g_free (member->own[direction]);
  member->own[direction] = sfu_id_new ();
  make_transport (call, member, member->own[direction]);
}
