/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One call of the media-server RPC on its way. A method either answers at once
 * or asks the room, by ids of ours, and answers when that has answered.
 *
 * Threads: the server's one thread. */
#pragma once

#include "sfu-rpc-private.h"

#include "sfu-call.h"

G_BEGIN_DECLS

typedef struct {
  SfuRpcHub *hub; /* counted */
  /* Borrowed, until the method returns; NULL = REST. */
  SfuRpcClient *client;
  SfuRpcRequest *rpc;   /* owned */
  SfuRpcRecord *record; /* counted; what it makes, or is about; or NULL */
  SfuRpcDone done;
  gpointer data;
} SfuRpcCall;

/* Takes rpc. */
SfuRpcCall *sfu_rpc_call_new (SfuRpcHub *hub, SfuRpcClient *client,
    SfuRpcRequest *rpc, SfuRpcDone done, gpointer data);

/* Each of these answers and frees the call; what they are given is taken. */
void sfu_rpc_call_answer (SfuRpcCall *call, JsonNode *result, GError *error);
void sfu_rpc_call_succeed (SfuRpcCall *call, JsonObject *result);
/* {success: true} */
void sfu_rpc_call_succeed_empty (SfuRpcCall *call);
void sfu_rpc_call_fail (SfuRpcCall *call, GError *error);
/* SFU_ERROR_WRONG_STATE. */
void sfu_rpc_call_fail_state (SfuRpcCall *call, const gchar *format, ...)
    G_GNUC_PRINTF (2, 3);

/* What the call names; its client uses that router from now on. NULL = the call
 * has failed and is gone. Borrowed; a record is also kept in the call. */
SfuRpcRouter *sfu_rpc_call_find_router (SfuRpcCall *call);
SfuRpcRecord *sfu_rpc_call_find (
    SfuRpcCall *call, SfuRpcKind kind, const gchar *id);

/* Our id of what a record stands for, which must be there. */
const gchar *sfu_rpc_record_thing_id (const SfuRpcRecord *record);
/* Asks the room for what the call's request says, about the thing of this id of
 * ours. done gets the call as its owner. */
void sfu_rpc_call_ask (
    SfuRpcCall *call, SfuRpcMember *member, const gchar *id, SfuCallDone done);
/* The same about the thing that the call names. */
void sfu_rpc_call_find_and_ask (
    SfuRpcCall *call, SfuRpcKind kind, const gchar *id, SfuCallDone done);
/* For them: succeed_empty, or fail; the second one drops the record, too. */
void sfu_rpc_call_on_done (
    gpointer owner, SfuCall *room, const SfuReply *reply, const GError *error);
void sfu_rpc_call_on_record_closed (
    gpointer owner, SfuCall *room, const SfuReply *reply, const GError *error);

/* ---- the methods ---- */

/* sfu-rpc-methods-router.c */
void sfu_rpc_create_router (SfuRpcCall *call);
void sfu_rpc_get_router_rtp_capabilities (SfuRpcCall *call);
void sfu_rpc_close_router (SfuRpcCall *call);
void sfu_rpc_list_producers (SfuRpcCall *call);
void sfu_rpc_get_stats (SfuRpcCall *call);
/* sfu-rpc-methods-transport.c */
void sfu_rpc_create_transport (SfuRpcCall *call);
void sfu_rpc_connect_transport (SfuRpcCall *call);
void sfu_rpc_close_transport (SfuRpcCall *call);
/* sfu-rpc-methods-media.c */
void sfu_rpc_create_producer (SfuRpcCall *call);
void sfu_rpc_pause_or_resume_producer (SfuRpcCall *call);
void sfu_rpc_close_producer (SfuRpcCall *call);
void sfu_rpc_create_consumer (SfuRpcCall *call);
void sfu_rpc_pause_or_resume_consumer (SfuRpcCall *call);
void sfu_rpc_close_consumer (SfuRpcCall *call);

G_END_DECLS
