/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The words and shapes of the media-server RPC: what application servers that
 * do their own signalling ask for. From JSON to a typed request, and from an
 * error to JSON-RPC's.
 *
 * All ids in here are the caller's. What they stand for is sfu-rpc-hub's
 * business.
 *
 * Threads: pure functions over data of the caller. */
#pragma once

#include "sfu-json-rpc.h"
#include "sfu-shapes.h"

G_BEGIN_DECLS

/* What a call in the wrong state says, and one about a thing that is not there:
 * whoever calls cannot know whether it never was or is no more. */
#define SFU_RPC_INVALID_STATE "INVALID_STATE"

typedef enum {
  SFU_RPC_CREATE_ROUTER,
  SFU_RPC_GET_ROUTER_RTP_CAPABILITIES,
  SFU_RPC_CREATE_TRANSPORT,
  SFU_RPC_CONNECT_TRANSPORT,
  SFU_RPC_CREATE_PRODUCER,
  SFU_RPC_CREATE_CONSUMER,
  SFU_RPC_PAUSE_PRODUCER,
  SFU_RPC_RESUME_PRODUCER,
  SFU_RPC_PAUSE_CONSUMER,
  SFU_RPC_RESUME_CONSUMER,
  SFU_RPC_CLOSE_CONSUMER,
  SFU_RPC_CLOSE_PRODUCER,
  SFU_RPC_CLOSE_TRANSPORT,
  SFU_RPC_CLOSE_ROUTER,
  SFU_RPC_GET_STATS,
  SFU_RPC_LIST_PRODUCERS,
  SFU_RPC_N_METHODS
} SfuRpcMethod;

/* Which fields count depends on the method; the others are NULL. */
typedef struct {
  SfuRpcMethod method;
  gchar *router_id, *transport_id, *producer_id, *consumer_id;
  gchar *user_id;      /* requesterUserId */
  SfuRequest *request; /* what the room is to do, without ids; NULL = nothing */
} SfuRpcRequest;

/* Word i of those that callers may use; NULL behind the last one. Some mean
 * the same. */
const gchar *sfu_rpc_word (guint i);

/* params NULL = {}. NULL and an error: SFU_ERROR_NOT_FOUND for a word that is
 * none, SFU_ERROR_INVALID_ARGUMENT for wrong params. */
SfuRpcRequest *sfu_rpc_decode (
    const gchar *word, JsonNode *params, GError **error);
void sfu_rpc_request_free (SfuRpcRequest *request);

/* "send", "recv" or "both", as the client sees it -> producing, consuming.
 * Missing is both when that is allowed. */
void sfu_rpc_read_direction (SfuJsonReader *reader, JsonObject *params,
    gboolean may_be_missing, SfuRequest *request);

/* The answer to a call that failed in the room or the hub; id NULL = null. Every
 * error has data.reason, a text for people. */
JsonNode *sfu_rpc_error (JsonNode *id, const GError *error);
/* The answer to what never became a call: a code of JSON-RPC. */
JsonNode *sfu_rpc_refusal (JsonNode *id, gint code, const gchar *reason);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuRpcRequest, sfu_rpc_request_free)

G_END_DECLS
