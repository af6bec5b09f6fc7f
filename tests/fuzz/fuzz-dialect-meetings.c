/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzz target: events of the meetings' protocol, ["EVENT", PAYLOAD], as far as
 * the typed request.
 *
 * Threads: one. */
#include "fuzz-target.h"
#include "sfu-meetings.h"
#include "sfu-name.h"

#include <string.h>

static void
check (const SfuEvent *event, const SfuRequest *request)
{
  if (event->method == SFU_METHOD_JOIN) {
    g_assert (sfu_name_is_valid (request->id));
    g_assert (request->display_name == NULL || *request->display_name != '\0');
  }
  if (event->method == SFU_METHOD_SEND_CHAT) {
    g_assert (*request->text != '\0');
    g_assert (strlen (request->text) <= SFU_MEETINGS_MAX_TEXT);
  }
  if (event->method == SFU_METHOD_PRODUCE ||
      event->method == SFU_METHOD_CONSUME ||
      event->method == SFU_METHOD_CONNECT_TRANSPORT)
    g_assert (request->id != NULL && *request->id != '\0');
  if (event->method == SFU_METHOD_PRODUCE)
    g_assert (request->parameters != NULL);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (SfuRequest) request = NULL;
  g_autoptr (GError) error = NULL;
  const SfuEvent *event;
  JsonArray *array;

  /* A WebSocket hands out nothing else. */
  if (!g_utf8_validate_len ((const gchar *)data, size, NULL))
    return 0;
  node = sfu_json_parse ((const gchar *)data, (gssize)size, NULL);
  if (node == NULL || !JSON_NODE_HOLDS_ARRAY (node))
    return 0;
  array = json_node_get_array (node);
  if (json_array_get_length (array) != 2 ||
      !JSON_NODE_HOLDS_VALUE (json_array_get_element (array, 0)) ||
      !JSON_NODE_HOLDS_OBJECT (json_array_get_element (array, 1)) ||
      json_array_get_string_element (array, 0) == NULL)
    return 0;
  event = sfu_event_dialect_find (
      sfu_meetings_get_dialect (), json_array_get_string_element (array, 0));
  if (event == NULL)
    return 0;
  request = sfu_event_decode (
      event, json_array_get_object_element (array, 1), &error);
  g_assert ((request == NULL) == (error != NULL));
  if (request != NULL)
    check (event, request);
  return 0;
}
