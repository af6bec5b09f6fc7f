/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What application servers have made by the media-server RPC, under the ids
 * they chose: one hub per server, because a connection that comes back, another
 * connection and the REST routes all find the same things.
 *
 *   client ──uses──► router ──► room, held open
 *                      └─► peer (a user) ──► transport ──► producer, consumer
 *
 * A router is a room of that name, so that people who join it by another
 * protocol see and hear the users in it. Ids of transports, producers and
 * consumers are unique in the hub: calls name them without their router.
 *
 * Threads: the server's one thread. */
#pragma once

#include "sfu-rpc.h"
#include "sfu-services.h"

G_BEGIN_DECLS

typedef struct _SfuRpcHub SfuRpcHub;
/* A connection, as the hub sees it. */
typedef struct _SfuRpcClient SfuRpcClient;

typedef struct {
  /* params is taken. */
  void (*notify) (gpointer owner, const gchar *method, JsonNode *params);
  /* The server stops. */
  void (*stop) (gpointer owner);
} SfuRpcClientCallbacks;

/* services is borrowed and must live as long as rooms do. */
SfuRpcHub *sfu_rpc_hub_new (const SfuServices *services);
/* Tells all clients that the server stops. */
void sfu_rpc_hub_stop (SfuRpcHub *hub);
/* Nobody is connected. */
gboolean sfu_rpc_hub_is_idle (SfuRpcHub *hub);
/* Everything goes; clients are forgotten and must make no more calls. The rooms
 * are closed by then, or stay. Calls under way are still answered. NULL
 * safe. */
void sfu_rpc_hub_free (SfuRpcHub *hub);

/* NULL: too many. */
SfuRpcClient *sfu_rpc_hub_connect (
    SfuRpcHub *hub, const SfuRpcClientCallbacks *callbacks, gpointer owner);
/* What it used stays for rpc_grace_s unless another client uses it, too. */
void sfu_rpc_client_free (SfuRpcClient *client);

/* result NULL = failed with error. Both are taken. */
typedef void (*SfuRpcDone) (gpointer data, JsonNode *result, GError *error);

/* Takes request. done is called once, now or later. */
void sfu_rpc_hub_call (SfuRpcHub *hub, SfuRpcClient *client,
    SfuRpcRequest *request, SfuRpcDone done, gpointer data);

/* A transport for a user who asks for it himself (REST): one for each user,
 * router and direction. request: SFU_METHOD_CREATE_TRANSPORT, taken. grant: of
 * the user. The result is that of createTransport. SFU_ERROR_WRONG_STATE: the
 * router was closed by closeRouter a while ago, or anything else that makes it
 * impossible now. */
void sfu_rpc_hub_call_for_user (SfuRpcHub *hub, const gchar *router_id,
    const SfuGrant *grant, SfuRequest *request, SfuRpcDone done, gpointer data);

/* Application servers at a time. */
#define SFU_RPC_MAX_CLIENTS 256

G_END_DECLS
