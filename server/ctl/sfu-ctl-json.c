/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Members of what a server says.
 *
 * Threads: pure. */
#include "sfu-ctl-json.h"

static JsonNode *
value_of (JsonObject *object, const gchar *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) ? node : NULL;
}

static gboolean
is_number (JsonNode *node)
{
  GType type = node != NULL ? json_node_get_value_type (node) : G_TYPE_INVALID;

  return type == G_TYPE_INT64 || type == G_TYPE_DOUBLE;
}

gint64
sfu_ctl_int (JsonObject *object, const gchar *name, gint64 fallback)
{
  JsonNode *node = value_of (object, name);

  return is_number (node) ? json_node_get_int (node) : fallback;
}

gdouble
sfu_ctl_double (JsonObject *object, const gchar *name)
{
  JsonNode *node = value_of (object, name);

  return is_number (node) ? json_node_get_double (node) : 0;
}

gboolean
sfu_ctl_flag (JsonObject *object, const gchar *name)
{
  JsonNode *node = value_of (object, name);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_BOOLEAN &&
      json_node_get_boolean (node);
}

const gchar *
sfu_ctl_text (JsonObject *object, const gchar *name)
{
  JsonNode *node = value_of (object, name);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
      ? json_node_get_string (node)
      : NULL;
}

JsonObject *
sfu_ctl_object (JsonObject *object, const gchar *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node)
      ? json_node_get_object (node)
      : NULL;
}

GPtrArray *
sfu_ctl_list (JsonObject *object, const gchar *name)
{
  JsonNode *node = json_object_get_member (object, name);
  GPtrArray *objects = g_ptr_array_new ();
  JsonArray *array;

  if (node == NULL || !JSON_NODE_HOLDS_ARRAY (node))
    return objects;
  array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array); i++) {
    JsonNode *element = json_array_get_element (array, i);

    if (JSON_NODE_HOLDS_OBJECT (element))
      g_ptr_array_add (objects, json_node_get_object (element));
  }
  return objects;
}
