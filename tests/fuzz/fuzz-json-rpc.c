/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzz target: sfu_json_rpc_parse, and an answer to each call.
 *
 * Threads: one. */
#include "fuzz-target.h"
#include "sfu-json-rpc.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_auto (SfuJsonRpcMessage) message = { NULL };

  /* A WebSocket hands out nothing else. */
  if (!g_utf8_validate_len ((const gchar *)data, size, NULL))
    return 0;
  sfu_json_rpc_parse (&message, (const gchar *)data, size);
  g_assert (message.calls->len > 0);
  g_assert (message.calls->len <= SFU_JSON_RPC_MAX_BATCH);
  g_assert (message.batch || message.calls->len == 1);
  for (guint i = 0; i < message.calls->len; i++) {
    const SfuJsonRpcCall *call = message.calls->pdata[i];
    g_autoptr (JsonNode) answer = NULL;
    g_autofree gchar *text = NULL;

    g_assert ((call->error_code == 0) == (call->method != NULL));
    g_assert ((call->error_code == 0) == (call->reason == NULL));
    g_assert (call->error_code == 0 || call->id != NULL);
    answer = sfu_json_rpc_result (call->id, NULL);
    text = sfu_json_to_string (answer);
    g_assert (text[0] == '{');
  }
  return 0;
}
