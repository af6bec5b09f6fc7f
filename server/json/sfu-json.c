/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading JSON that a stranger wrote.
 *
 * Threads: one owner. */
#include "sfu-json.h"

#include "sfu-error.h"

#include <math.h>
#include <string.h>

/* Counts brackets outside of strings. Everything else about the syntax is the
 * parser's business; this only has to be never too low. */
static gboolean
depth_is_ok (const gchar *text, gsize len)
{
  gboolean in_string = FALSE;
  guint depth = 0;

  for (gsize i = 0; i < len; i++) {
    gchar c = text[i];

    if (in_string) {
      if (c == '\\')
        i++;
      else if (c == '"')
        in_string = FALSE;
    } else if (c == '"') {
      in_string = TRUE;
    } else if (c == '[' || c == '{') {
      if (++depth > SFU_JSON_MAX_DEPTH)
        return FALSE;
    } else if ((c == ']' || c == '}') && depth > 0) {
      depth--;
    }
  }
  return TRUE;
}

/* How long the escape at text is; 0 = it is none of JSON's. json-glib makes any
 * bytes of "\uXYZ!", and what it makes of it goes to other clients. */
static gsize
escape_len (const gchar *text, const gchar *end)
{
  if (end - text < 2)
    return 0;
  if (text[1] != 'u')
    return text[1] != '\0' && strchr ("\"\\/bfnrt", text[1]) != NULL ? 2 : 0;
  if (end - text < 6)
    return 0;
  for (guint i = 2; i < 6; i++)
    if (!g_ascii_isxdigit (text[i]))
      return 0;
  return 6;
}

/* json-glib reads more than JSON: comments and single quotes could hide
 * brackets from depth_is_ok. Outside of strings JSON has neither. */
static gboolean
has_extras (const gchar *text, gsize len)
{
  const gchar *end = text + len;
  gboolean in_string = FALSE;

  for (const gchar *p = text; p < end; p++) {
    if (in_string && *p == '\\') {
      gsize escape = escape_len (p, end);

      if (escape == 0)
        return TRUE;
      p += escape - 1;
    } else if (*p == '"') {
      in_string = !in_string;
    } else if (!in_string && (*p == '\0' || strchr ("/#'", *p) != NULL)) {
      return TRUE;
    }
  }
  return FALSE;
}

/* Is there an escape of half a character at text, of this half? */
static gboolean
is_surrogate (const gchar *text, const gchar *end, gboolean high)
{
  gchar c;

  if (end - text < 6 || text[0] != '\\' || text[1] != 'u' ||
      (text[2] != 'd' && text[2] != 'D'))
    return FALSE;
  c = g_ascii_tolower (text[3]);
  if (high)
    return c == '8' || c == '9' || c == 'a' || c == 'b';
  return c == 'c' || c == 'd' || c == 'e' || c == 'f';
}

/* JavaScript's strings may end in the middle of a character, and JSON.stringify
 * writes such a half as an escape, which json-glib refuses. They become U+FFFD,
 * as anywhere where text turns into bytes. NULL = there are none. */
static gchar *
repair_halves (const gchar *text, gsize len)
{
  const gchar *end = text + len;
  gchar *copy = NULL;

  for (const gchar *p = text; (p = memchr (p, '\\', end - p)) != NULL;) {
    if (is_surrogate (p, end, TRUE) && is_surrogate (p + 6, end, FALSE)) {
      p += 12;
    } else if (is_surrogate (p, end, TRUE) || is_surrogate (p, end, FALSE)) {
      if (copy == NULL)
        copy = g_memdup2 (text, len);
      memcpy (copy + (p - text) + 2, "fffd", 4);
      p += 6;
    } else {
      p += MIN (2, end - p);
    }
  }
  return copy;
}

JsonNode *
sfu_json_parse (const gchar *text, gssize len, GError **error)
{
  g_autoptr (JsonParser) parser = NULL;
  g_autoptr (GError) local = NULL;
  g_autofree gchar *repaired = NULL;
  JsonNode *root;

  if (len < 0)
    len = (gssize)strlen (text);
  if (!depth_is_ok (text, (gsize)len)) {
    g_set_error (error, SFU_ERROR, SFU_ERROR_LIMIT_EXCEEDED,
        "JSON nests deeper than %u", SFU_JSON_MAX_DEPTH);
    return NULL;
  }
  parser = json_parser_new_immutable ();
  repaired = repair_halves (text, (gsize)len);
  if (has_extras (text, (gsize)len) ||
      !json_parser_load_from_data (
          parser, repaired != NULL ? repaired : text, len, &local)) {
    g_set_error (error, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT,
        "not valid JSON%s%s", local != NULL ? ": " : "",
        local != NULL ? local->message : "");
    return NULL;
  }
  root = json_parser_get_root (parser);
  if (root == NULL) {
    g_set_error_literal (
        error, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT, "no JSON at all");
    return NULL;
  }
  return json_node_ref (root);
}

JsonNode *
sfu_json_parse_object (const gchar *text, gssize len, GError **error)
{
  g_autoptr (JsonNode) root = sfu_json_parse (text, len, error);

  if (root == NULL)
    return NULL;
  if (!JSON_NODE_HOLDS_OBJECT (root)) {
    g_set_error_literal (
        error, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT, "not a JSON object");
    return NULL;
  }
  return g_steal_pointer (&root);
}

/* json-glib writes 1e21 as 1e+21.0 and what is too large for a double as inf:
 * nobody can read that. The latter is null, as JavaScript writes it. */
static gchar *
repair_numbers (const gchar *text)
{
  GString *good = g_string_sized_new (strlen (text));
  gboolean in_string = FALSE, in_exponent = FALSE;

  for (const gchar *p = text; *p != '\0'; p++) {
    if (in_string) {
      if (*p == '\\')
        g_string_append_c (good, *p++);
      else if (*p == '"')
        in_string = FALSE;
    } else if (in_exponent && g_str_has_prefix (p, ".0")) {
      p++;
      continue;
    } else if (g_str_has_prefix (p, "inf") || g_str_has_prefix (p, "-inf")) {
      g_string_append (good, "null");
      p += *p == '-' ? 3 : 2;
      in_exponent = TRUE; /* inf.0 */
      continue;
    } else if (*p == '"') {
      in_string = TRUE;
    } else if (*p == '+' || *p == '-') {
      in_exponent = p > text && p[-1] == 'e';
    } else if (!g_ascii_isdigit (*p)) {
      in_exponent = FALSE;
    }
    g_string_append_c (good, *p);
  }
  return g_string_free (good, FALSE);
}

gchar *
sfu_json_to_string (JsonNode *node)
{
  g_autofree gchar *text = json_to_string (node, FALSE);

  if (strstr (text, "e+") != NULL || strstr (text, "e-") != NULL ||
      strstr (text, "inf") != NULL)
    return repair_numbers (text);
  return g_steal_pointer (&text);
}

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
