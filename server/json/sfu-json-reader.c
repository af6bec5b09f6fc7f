/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading the members of JSON that a stranger wrote: bounded, typed, the first
 * error with its path.
 *
 * Threads: one owner. */
#include "sfu-json.h"

#include "sfu-error.h"

#include <math.h>
#include <string.h>

void
sfu_json_reader_init (SfuJsonReader *reader, const gchar *root)
{
  reader->path = g_string_new (root);
  reader->error = NULL;
}

void
sfu_json_reader_clear (SfuJsonReader *reader)
{
  if (reader->path != NULL)
    g_string_free (reader->path, TRUE);
  reader->path = NULL;
  g_clear_error (&reader->error);
}

gboolean
sfu_json_reader_finish (SfuJsonReader *reader, GError **error)
{
  if (reader->error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&reader->error));
  return FALSE;
}

void
sfu_json_fail (
    SfuJsonReader *reader, const gchar *name, const gchar *format, ...)
{
  g_autofree gchar *text = NULL;
  gboolean dot;
  va_list args;

  if (reader->error != NULL)
    return;
  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  dot = reader->path->len > 0 && name != NULL;
  reader->error =
      g_error_new (SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT, "%s%s%s: %s",
          reader->path->str, dot ? "." : "", name != NULL ? name : "", text);
}

gsize
sfu_json_push (SfuJsonReader *reader, const gchar *name)
{
  gsize mark = reader->path->len;

  if (mark > 0)
    g_string_append_c (reader->path, '.');
  g_string_append (reader->path, name);
  return mark;
}

gsize
sfu_json_push_index (SfuJsonReader *reader, const gchar *name, guint index)
{
  gsize mark = sfu_json_push (reader, name);

  g_string_append_printf (reader->path, "[%u]", index);
  return mark;
}

void
sfu_json_pop (SfuJsonReader *reader, gsize mark)
{
  g_string_truncate (reader->path, mark);
}

JsonNode *
sfu_json_member (JsonObject *object, const gchar *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node == NULL || JSON_NODE_HOLDS_NULL (node) ? NULL : node;
}

/* The member when the reader may go on; notes a missing one. */
static JsonNode *
required (SfuJsonReader *reader, JsonObject *object, const gchar *name)
{
  JsonNode *node;

  if (reader->error != NULL || object == NULL)
    return NULL;
  node = sfu_json_member (object, name);
  if (node == NULL)
    sfu_json_fail (reader, name, "missing");
  return node;
}

static JsonNode *
optional (SfuJsonReader *reader, JsonObject *object, const gchar *name)
{
  if (reader->error != NULL || object == NULL)
    return NULL;
  return sfu_json_member (object, name);
}

static const gchar *
read_string (SfuJsonReader *reader, JsonNode *node, const gchar *name,
    gsize max_len, const gchar *fallback)
{
  const gchar *text;

  if (node == NULL)
    return fallback;
  if (!JSON_NODE_HOLDS_VALUE (node) ||
      json_node_get_value_type (node) != G_TYPE_STRING) {
    sfu_json_fail (reader, name, "must be a string");
    return fallback;
  }
  text = json_node_get_string (node);
  if (strnlen (text, max_len + 1) > max_len) {
    sfu_json_fail (
        reader, name, "longer than %" G_GSIZE_FORMAT " bytes", max_len);
    return fallback;
  }
  return text;
}

const gchar *
sfu_json_string (
    SfuJsonReader *reader, JsonObject *object, const gchar *name, gsize max_len)
{
  const gchar *text =
      read_string (reader, required (reader, object, name), name, max_len, "");

  if (*text == '\0')
    sfu_json_fail (reader, name, "must not be empty");
  return text;
}

const gchar *
sfu_json_string_or (SfuJsonReader *reader, JsonObject *object,
    const gchar *name, gsize max_len, const gchar *fallback)
{
  return read_string (
      reader, optional (reader, object, name), name, max_len, fallback);
}

static gint64
read_int (SfuJsonReader *reader, JsonNode *node, const gchar *name, gint64 min,
    gint64 max, gint64 fallback)
{
  gboolean ok = FALSE;
  gint64 value = 0;

  if (node == NULL)
    return fallback;
  if (JSON_NODE_HOLDS_VALUE (node)) {
    GType type = json_node_get_value_type (node);

    if (type == G_TYPE_INT64) {
      value = json_node_get_int (node);
      ok = TRUE;
    } else if (type == G_TYPE_DOUBLE) {
      gdouble number = json_node_get_double (node);

      /* The comparison also keeps NaN and what no gint64 can hold out. */
      ok = number >= (gdouble)min && number <= (gdouble)max &&
          floor (number) == number;
      value = ok ? (gint64)number : 0;
    }
  }
  if (!ok || value < min || value > max) {
    sfu_json_fail (reader, name,
        "must be a whole number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT,
        min, max);
    return fallback;
  }
  return value;
}

gint64
sfu_json_int (SfuJsonReader *reader, JsonObject *object, const gchar *name,
    gint64 min, gint64 max)
{
  return read_int (
      reader, required (reader, object, name), name, min, max, min);
}

gint64
sfu_json_int_or (SfuJsonReader *reader, JsonObject *object, const gchar *name,
    gint64 min, gint64 max, gint64 fallback)
{
  return read_int (
      reader, optional (reader, object, name), name, min, max, fallback);
}

static gboolean
read_bool (
    SfuJsonReader *reader, JsonNode *node, const gchar *name, gboolean fallback)
{
  if (node == NULL)
    return fallback;
  if (!JSON_NODE_HOLDS_VALUE (node) ||
      json_node_get_value_type (node) != G_TYPE_BOOLEAN) {
    sfu_json_fail (reader, name, "must be true or false");
    return fallback;
  }
  return json_node_get_boolean (node);
}

gboolean
sfu_json_bool (SfuJsonReader *reader, JsonObject *object, const gchar *name)
{
  return read_bool (reader, required (reader, object, name), name, FALSE);
}

gboolean
sfu_json_bool_or (SfuJsonReader *reader, JsonObject *object, const gchar *name,
    gboolean fallback)
{
  return read_bool (reader, optional (reader, object, name), name, fallback);
}

static JsonObject *
read_object (SfuJsonReader *reader, JsonNode *node, const gchar *name)
{
  if (node == NULL)
    return NULL;
  if (!JSON_NODE_HOLDS_OBJECT (node)) {
    sfu_json_fail (reader, name, "must be an object");
    return NULL;
  }
  return json_node_get_object (node);
}

JsonObject *
sfu_json_object (SfuJsonReader *reader, JsonObject *object, const gchar *name)
{
  return read_object (reader, required (reader, object, name), name);
}

JsonObject *
sfu_json_object_or_null (
    SfuJsonReader *reader, JsonObject *object, const gchar *name)
{
  return read_object (reader, optional (reader, object, name), name);
}

static JsonArray *
read_array (
    SfuJsonReader *reader, JsonNode *node, const gchar *name, guint max_len)
{
  JsonArray *array;

  if (node == NULL)
    return NULL;
  if (!JSON_NODE_HOLDS_ARRAY (node)) {
    sfu_json_fail (reader, name, "must be an array");
    return NULL;
  }
  array = json_node_get_array (node);
  if (json_array_get_length (array) > max_len) {
    sfu_json_fail (reader, name, "more than %u elements", max_len);
    return NULL;
  }
  return array;
}

JsonArray *
sfu_json_array (
    SfuJsonReader *reader, JsonObject *object, const gchar *name, guint max_len)
{
  return read_array (reader, required (reader, object, name), name, max_len);
}

JsonArray *
sfu_json_array_or_null (
    SfuJsonReader *reader, JsonObject *object, const gchar *name, guint max_len)
{
  return read_array (reader, optional (reader, object, name), name, max_len);
}

JsonObject *
sfu_json_element_object (SfuJsonReader *reader, JsonArray *array, guint index)
{
  JsonNode *node = json_array_get_element (array, index);

  if (reader->error != NULL)
    return NULL;
  if (!JSON_NODE_HOLDS_OBJECT (node)) {
    sfu_json_fail (reader, NULL, "must be an object");
    return NULL;
  }
  return json_node_get_object (node);
}
