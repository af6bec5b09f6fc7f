/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzz target: bodies of the broadcasters' REST, ["ROUTE", BODY], as far as the
 * typed request.
 *
 * Threads: one. */
#include "fuzz-target.h"
#include "sfu-broadcaster-words.h"

#include <string.h>

static SfuRequest *
decode (const gchar *route, JsonNode *body, GError **error)
{
  g_autofree gchar *id = NULL;
  SfuRequest *request;

  if (strcmp (route, "join") == 0) {
    request = sfu_broadcaster_decode_join (body, &id, error);
    g_assert ((request != NULL) == (id != NULL));
    return request;
  }
  if (strcmp (route, "transport") == 0)
    return sfu_broadcaster_decode_transport (body, error);
  if (strcmp (route, "plain") == 0 || strcmp (route, "webrtc") == 0)
    return sfu_broadcaster_decode_connect ("t", *route == 'p', body, error);
  if (strcmp (route, "produce") == 0)
    return sfu_broadcaster_decode_produce ("t", body, error);
  return sfu_broadcaster_decode_consume ("t", NULL, body, error);
}

static void
check (const SfuRequest *request)
{
  if (request->method == SFU_METHOD_PRODUCE)
    g_assert (request->parameters != NULL);
  if (request->method == SFU_METHOD_CONSUME)
    g_assert (request->producer_id != NULL);
  if (request->method == SFU_METHOD_CREATE_TRANSPORT)
    g_assert (request->plain || request->srtp_suite == NULL);
  if (request->srtp_key != NULL)
    g_assert (request->srtp_suite != NULL);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (SfuRequest) request = NULL;
  g_autoptr (GError) error = NULL;
  JsonArray *array;

  node = sfu_json_parse ((const gchar *)data, (gssize)size, NULL);
  if (node == NULL || !JSON_NODE_HOLDS_ARRAY (node))
    return 0;
  array = json_node_get_array (node);
  if (json_array_get_length (array) != 2 ||
      !JSON_NODE_HOLDS_VALUE (json_array_get_element (array, 0)) ||
      !JSON_NODE_HOLDS_OBJECT (json_array_get_element (array, 1)) ||
      json_array_get_string_element (array, 0) == NULL)
    return 0;
  request = decode (json_array_get_string_element (array, 0),
      json_array_get_element (array, 1), &error);
  g_assert ((request == NULL) == (error != NULL));
  if (request != NULL)
    check (request);
  return 0;
}
