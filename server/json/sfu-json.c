/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON that a stranger wrote: text to nodes, and nodes to text. What is in the
 * nodes is read by sfu-json-reader.c.
 *
 * Threads: one owner. */
#include "sfu-json.h"

#include "sfu-error.h"

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

  if (strstr (text, ".0") != NULL || strstr (text, "inf") != NULL)
    return repair_numbers (text);
  return g_steal_pointer (&text);
}
