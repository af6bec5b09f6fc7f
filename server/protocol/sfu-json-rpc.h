/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON-RPC 2.0 (https://www.jsonrpc.org/specification), the side that is
 * called: requests, notifications and batches in, responses and our own
 * notifications out.
 *
 * Two liberties: the "jsonrpc" member may be missing, and "params": null is as
 * good as none.
 *
 * Threads: pure functions over data of the caller. */
#pragma once

#include "sfu-json.h"

G_BEGIN_DECLS

/* Requests in one batch. */
#define SFU_JSON_RPC_MAX_BATCH 64
/* Bytes of an id that is a string. */
#define SFU_JSON_RPC_MAX_ID 128
#define SFU_JSON_RPC_MAX_METHOD 64

/* Specification, section 5.1. */
#define SFU_JSON_RPC_PARSE_ERROR (-32700)
#define SFU_JSON_RPC_INVALID_REQUEST (-32600)
#define SFU_JSON_RPC_METHOD_NOT_FOUND (-32601)
#define SFU_JSON_RPC_INVALID_PARAMS (-32602)
#define SFU_JSON_RPC_INTERNAL_ERROR (-32603)
/* From here down to -32099 a server may say what it likes. */
#define SFU_JSON_RPC_SERVER_ERROR (-32000)

typedef struct {
  JsonNode *id;        /* owned; NULL = a notification: it is not answered */
  const gchar *method; /* borrowed from the message; NULL after an error */
  JsonNode *params;    /* borrowed; an object or an array, NULL = none */
  gint error_code;     /* 0, or why it is no request: to be answered */
  gchar *reason;       /* owned; NULL without an error */
} SfuJsonRpcCall;

typedef struct {
  JsonNode *root;   /* owned; NULL when it could not be parsed */
  gboolean batch;   /* the answers, if any, go into one array */
  GPtrArray *calls; /* of SfuJsonRpcCall; at least one */
} SfuJsonRpcMessage;

/* Whatever text is, there is something to do afterwards: a call each, some of
 * them with an error to be answered. */
void sfu_json_rpc_parse (
    SfuJsonRpcMessage *message, const gchar *text, gsize len);
void sfu_json_rpc_message_clear (SfuJsonRpcMessage *message);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SfuJsonRpcMessage, sfu_json_rpc_message_clear)

/* "Parse error", ...: the specification's words; "Server error" for others. */
const gchar *sfu_json_rpc_message_of (gint code);

/* Answers. id is copied, NULL = null; result and data are taken, NULL result =
 * {}, NULL data = none. */
JsonNode *sfu_json_rpc_result (JsonNode *id, JsonNode *result);
JsonNode *sfu_json_rpc_error (
    JsonNode *id, gint code, const gchar *message, JsonNode *data);
/* params is taken; NULL = {}. */
JsonNode *sfu_json_rpc_notification (const gchar *method, JsonNode *params);

G_END_DECLS
