/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See fuzz-events.h.
 *
 * Threads: one. */
#include "fuzz-events.h"

#include "sfu-error.h"

#include <string.h>

static gboolean
is_id (const gchar *id)
{
  return id != NULL && *id != '\0' && strlen (id) <= SFU_SHAPE_MAX_ID;
}

static void
check (const SfuEvent *event, const SfuRequest *request)
{
  switch (event->method) {
    case SFU_METHOD_CREATE_TRANSPORT:
      g_assert_true (request->producing != request->consuming);
      break;
    case SFU_METHOD_CONNECT_TRANSPORT:
      g_assert_true (is_id (request->id));
      g_assert_cmpuint (request->fingerprints->len, >, 0);
      break;
    case SFU_METHOD_PRODUCE:
      g_assert_true (is_id (request->id));
      g_assert_nonnull (request->parameters);
      g_assert_cmpuint (strlen (request->app_data), <=, SFU_SHAPE_MAX_OPAQUE);
      break;
    case SFU_METHOD_CONSUME:
      g_assert_true (is_id (request->id) && is_id (request->producer_id));
      g_assert_true (request->paused);
      break;
    case SFU_METHOD_RESUME_CONSUMER:
    case SFU_METHOD_CLOSE_PRODUCER:
    case SFU_METHOD_CLOSE_CONSUMER:
      g_assert_true (is_id (request->id));
      break;
    default:
      break;
  }
}

SfuRequest *
fuzz_event (const SfuEventDialect *dialect, const guint8 *data, gsize size,
    const SfuEvent **event)
{
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GError) error = NULL;
  const gchar *name;
  SfuRequest *request;
  JsonArray *array;

  /* As both transports guarantee it. */
  if (!g_utf8_validate_len ((const gchar *)data, size, NULL))
    return NULL;
  node = sfu_json_parse ((const gchar *)data, (gssize)size, NULL);
  if (node == NULL || !JSON_NODE_HOLDS_ARRAY (node))
    return NULL;
  array = json_node_get_array (node);
  if (json_array_get_length (array) != 2 ||
      !JSON_NODE_HOLDS_VALUE (json_array_get_element (array, 0)) ||
      !JSON_NODE_HOLDS_OBJECT (json_array_get_element (array, 1)))
    return NULL;
  name = json_array_get_string_element (array, 0);
  *event = name != NULL ? sfu_event_dialect_find (dialect, name) : NULL;
  if (*event == NULL)
    return NULL;
  request = sfu_event_decode (
      *event, json_array_get_object_element (array, 1), &error);
  g_assert_true ((request == NULL) == (error != NULL));
  if (request == NULL)
    g_assert_error (error, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT);
  else
    check (*event, request);
  return request;
}
