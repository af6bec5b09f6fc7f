/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GVariant -> JSON, for statistics and dumps. json_gvariant_serialize() would
 * do, but for NaN and infinities, which it writes as text that is no JSON.
 *
 * Threads: pure functions over data of the caller. */
#include "sfu-json.h"

#include <math.h>

static JsonNode *
from_dictionary (GVariant *value)
{
  JsonObject *object = json_object_new ();
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  gsize n = g_variant_n_children (value);

  for (gsize i = 0; i < n; i++) {
    g_autoptr (GVariant) entry = g_variant_get_child_value (value, i);
    g_autoptr (GVariant) key = g_variant_get_child_value (entry, 0);
    g_autoptr (GVariant) member = g_variant_get_child_value (entry, 1);

    json_object_set_member (object, g_variant_get_string (key, NULL),
        sfu_json_from_variant (member));
  }
  json_node_take_object (node, object);
  return node;
}

static JsonNode *
from_sequence (GVariant *value)
{
  JsonArray *array = json_array_new ();
  JsonNode *node = json_node_new (JSON_NODE_ARRAY);
  gsize n = g_variant_n_children (value);

  for (gsize i = 0; i < n; i++) {
    g_autoptr (GVariant) child = g_variant_get_child_value (value, i);

    json_array_add_element (array, sfu_json_from_variant (child));
  }
  json_node_take_array (node, array);
  return node;
}

static JsonNode *
from_int (gint64 value)
{
  return json_node_init_int (json_node_alloc (), value);
}

static JsonNode *
from_double (gdouble value)
{
  if (!isfinite (value))
    return json_node_init_null (json_node_alloc ());
  return json_node_init_double (json_node_alloc (), value);
}

JsonNode *
sfu_json_from_variant (GVariant *value)
{
  g_autoptr (GVariant) inner = NULL;

  switch (g_variant_classify (value)) {
    case G_VARIANT_CLASS_BOOLEAN:
      return json_node_init_boolean (
          json_node_alloc (), g_variant_get_boolean (value));
    case G_VARIANT_CLASS_BYTE:
      return from_int (g_variant_get_byte (value));
    case G_VARIANT_CLASS_INT16:
      return from_int (g_variant_get_int16 (value));
    case G_VARIANT_CLASS_UINT16:
      return from_int (g_variant_get_uint16 (value));
    case G_VARIANT_CLASS_INT32:
      return from_int (g_variant_get_int32 (value));
    case G_VARIANT_CLASS_UINT32:
      return from_int (g_variant_get_uint32 (value));
    case G_VARIANT_CLASS_INT64:
      return from_int (g_variant_get_int64 (value));
    case G_VARIANT_CLASS_UINT64:
      return from_int (
          (gint64)MIN (g_variant_get_uint64 (value), (guint64)G_MAXINT64));
    case G_VARIANT_CLASS_DOUBLE:
      return from_double (g_variant_get_double (value));
    case G_VARIANT_CLASS_STRING:
    case G_VARIANT_CLASS_OBJECT_PATH:
    case G_VARIANT_CLASS_SIGNATURE:
      return json_node_init_string (
          json_node_alloc (), g_variant_get_string (value, NULL));
    case G_VARIANT_CLASS_VARIANT:
      inner = g_variant_get_variant (value);
      return sfu_json_from_variant (inner);
    case G_VARIANT_CLASS_ARRAY:
      if (g_variant_is_of_type (value, G_VARIANT_TYPE ("a{s*}")))
        return from_dictionary (value);
      return from_sequence (value);
    case G_VARIANT_CLASS_TUPLE:
      return from_sequence (value);
    default: /* handles, maybes: nothing of ours has them */
      return json_node_init_null (json_node_alloc ());
  }
}
