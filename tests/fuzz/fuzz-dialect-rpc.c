/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzz target: messages of the media-server RPC as far as typed requests, and
 * the answers to what is none.
 *
 * Threads: one. */
#include "fuzz-target.h"
#include "sfu-name.h"
#include "sfu-rpc.h"

/* What reaches the hub has all that its method needs. */
static void
check (const SfuRpcRequest *rpc)
{
  const gchar *const ids[] = { rpc->router_id, rpc->producer_id,
    rpc->consumer_id, rpc->user_id };

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    g_assert (rpc->method == SFU_RPC_CREATE_CONSUMER || ids[i] == NULL ||
        sfu_name_is_valid (ids[i]));
  switch (rpc->method) {
    case SFU_RPC_CREATE_TRANSPORT:
      g_assert (rpc->router_id != NULL && rpc->user_id != NULL);
      g_assert (sfu_name_is_valid (rpc->transport_id));
      g_assert (rpc->request->producing || rpc->request->consuming);
      break;
    case SFU_RPC_CONNECT_TRANSPORT:
      g_assert (rpc->transport_id != NULL);
      g_assert (rpc->request->fingerprints->len > 0);
      break;
    case SFU_RPC_CREATE_PRODUCER:
      g_assert (rpc->transport_id != NULL);
      g_assert (rpc->request->parameters != NULL);
      break;
    case SFU_RPC_CREATE_CONSUMER:
      g_assert (rpc->transport_id != NULL && rpc->producer_id != NULL);
      g_assert (rpc->request->capabilities != NULL && rpc->request->paused);
      break;
    default:
      break;
  }
  g_assert (rpc->request == NULL || rpc->request->id == NULL);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_auto (SfuJsonRpcMessage) message = { NULL };

  /* A WebSocket hands out nothing else. */
  if (!g_utf8_validate_len ((const gchar *)data, size, NULL))
    return 0;
  sfu_json_rpc_parse (&message, (const gchar *)data, size);
  for (guint i = 0; i < message.calls->len; i++) {
    const SfuJsonRpcCall *call = message.calls->pdata[i];
    g_autoptr (SfuRpcRequest) rpc = NULL;
    g_autoptr (JsonNode) answer = NULL;
    g_autoptr (GError) error = NULL;
    g_autofree gchar *text = NULL;

    if (call->error_code != 0) {
      answer = sfu_rpc_refusal (call->id, call->error_code, call->reason);
    } else {
      rpc = sfu_rpc_decode (call->method, call->params, &error);
      g_assert ((rpc == NULL) == (error != NULL));
      if (rpc != NULL) {
        check (rpc);
        continue;
      }
      answer = sfu_rpc_error (call->id, error);
    }
    text = sfu_json_to_string (answer);
    g_assert (g_utf8_validate (text, -1, NULL));
  }
  return 0;
}
