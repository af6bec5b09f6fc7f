/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-log-line.h.
 *
 * Threads: pure functions. */
#include "sfu-log-line.h"

#include <string.h>

#define MAX_KEY 24
/* Before the fields of a line that a worker wrote. */
#define WORKER_PREFIX "worker["

static const struct {
  GLogLevelFlags flag;
  const gchar *label, *name;
  gchar priority;
} levels[] = {
  { G_LOG_LEVEL_ERROR, "ERROR", "error", '3' },
  { G_LOG_LEVEL_CRITICAL, "CRITICAL", "critical", '3' },
  { G_LOG_LEVEL_WARNING, "WARNING", "warning", '4' },
  { G_LOG_LEVEL_MESSAGE, "MESSAGE", "message", '5' },
  { G_LOG_LEVEL_INFO, "INFO", "info", '6' },
  { G_LOG_LEVEL_DEBUG, "DEBUG", "debug", '7' },
};

/* The most important one that is in it; debug when none is. */
static guint
find_level (GLogLevelFlags level)
{
  for (guint i = 0; i < G_N_ELEMENTS (levels); i++)
    if ((level & levels[i].flag) != 0)
      return i;
  return G_N_ELEMENTS (levels) - 1;
}

gchar
sfu_log_priority (GLogLevelFlags level)
{
  return levels[find_level (level)].priority;
}

gchar *
sfu_log_escape (const gchar *message)
{
  GString *out = g_string_sized_new (strlen (message));

  for (const gchar *p = message; *p != '\0'; p++) {
    if ((guchar)*p < ' ' || *p == 0x7f)
      g_string_append_printf (out, "\\x%02x", (guchar)*p);
    else
      g_string_append_c (out, *p);
  }
  return g_string_free (out, FALSE);
}

gchar *
sfu_log_quote (const gchar *value)
{
  GString *out;

  if (*value != '\0' && strpbrk (value, " =\"\\") == NULL)
    return g_strdup (value);
  out = g_string_new ("\"");
  for (const gchar *p = value; *p != '\0'; p++) {
    if (*p == '"' || *p == '\\')
      g_string_append_c (out, '\\');
    g_string_append_c (out, *p);
  }
  g_string_append_c (out, '"');
  return g_string_free (out, FALSE);
}

/* ---- fields ---- */

/* In quotes, with \" and \\ inside; *p: behind the first quote. NULL: it does
 * not end. */
static gchar *
read_quoted (const gchar **p)
{
  g_autoptr (GString) value = g_string_new (NULL);

  for (; **p != '"'; (*p)++) {
    if (**p == '\\')
      (*p)++;
    if (**p == '\0')
      return NULL;
    g_string_append_c (value, **p);
  }
  (*p)++;
  return g_strdup (value->str);
}

/* One "key=value", *p moves behind it. FALSE: there is none. */
static gboolean
read_field (const gchar **p, gchar **key, gchar **value)
{
  gsize key_len = strspn (*p, G_CSET_a_2_z "_"), len;
  const gchar *v = *p + key_len + 1;

  if (key_len == 0 || key_len > MAX_KEY || (*p)[key_len] != '=')
    return FALSE;
  if (*v == '"') {
    v++;
    *value = read_quoted (&v);
    if (*value == NULL)
      return FALSE;
  } else {
    len = strcspn (v, " ");
    *value = g_strndup (v, len);
    v += len;
  }
  *key = g_strndup (*p, key_len);
  *p = v;
  return TRUE;
}

static void
add_field (SfuLogFields *fields, gchar *key, gchar *value)
{
  fields->keys[fields->n] = key;
  fields->values[fields->n++] = value;
}

/* "worker[123]: ": FALSE: it does not begin so. */
static gboolean
read_worker (const gchar **p, SfuLogFields *fields)
{
  const gchar *number = *p + strlen (WORKER_PREFIX);
  gsize len;

  if (!g_str_has_prefix (*p, WORKER_PREFIX))
    return FALSE;
  len = strspn (number, G_CSET_DIGITS);
  if (len == 0 || !g_str_has_prefix (number + len, "]: "))
    return FALSE;
  add_field (fields, g_strdup ("worker_pid"), g_strndup (number, len));
  *p = number + len + strlen ("]: ");
  return TRUE;
}

static gboolean
is_known (const SfuLogFields *fields, const gchar *key)
{
  static const gchar *const taken[] = { "time", "level", "tag", "message" };

  for (guint i = 0; i < G_N_ELEMENTS (taken); i++)
    if (strcmp (taken[i], key) == 0)
      return TRUE;
  for (guint i = 0; i < fields->n; i++)
    if (strcmp (fields->keys[i], key) == 0)
      return TRUE;
  return FALSE;
}

void
sfu_log_fields_parse (SfuLogFields *fields, const gchar *message)
{
  const gchar *p = message;
  gchar *key, *value;

  fields->n = 0;
  read_worker (&p, fields);
  while (fields->n < SFU_LOG_MAX_FIELDS && read_field (&p, &key, &value)) {
    if (is_known (fields, key)) {
      g_free (key);
      g_free (value);
    } else {
      add_field (fields, key, value);
    }
    if (*p != ' ')
      break;
    p++;
  }
}

void
sfu_log_fields_clear (SfuLogFields *fields)
{
  for (guint i = 0; i < fields->n; i++) {
    g_free (fields->keys[i]);
    g_free (fields->values[i]);
  }
  fields->n = 0;
}

/* ---- lines ---- */

static gchar *
format_time (gint64 time_us)
{
  g_autoptr (GDateTime) time =
      g_date_time_new_from_unix_utc (time_us / G_USEC_PER_SEC);
  g_autofree gchar *text = g_date_time_format (time, "%Y-%m-%dT%H:%M:%S");

  return g_strdup_printf (
      "%s.%03dZ", text, (gint)(time_us % G_USEC_PER_SEC / 1000));
}

gchar *
sfu_log_line_text (const SfuLogRecord *record)
{
  g_autofree gchar *time = format_time (record->time_us);
  g_autofree gchar *text = sfu_log_escape (record->message);

  return g_strdup_printf ("%s %s %s: %s\n", time,
      levels[find_level (record->level)].label,
      record->tag != NULL ? record->tag : "-", text);
}

/* text: UTF-8. */
static void
append_json_string (GString *out, const gchar *text)
{
  g_string_append_c (out, '"');
  for (const gchar *p = text; *p != '\0'; p++) {
    if (*p == '"' || *p == '\\')
      g_string_append_printf (out, "\\%c", *p);
    else if ((guchar)*p < ' ' || *p == 0x7f)
      g_string_append_printf (out, "\\u%04x", (guchar)*p);
    else
      g_string_append_c (out, *p);
  }
  g_string_append_c (out, '"');
}

static void
append_member (GString *out, const gchar *key, const gchar *value)
{
  if (out->len > 1) /* more than the brace */
    g_string_append_c (out, ',');
  append_json_string (out, key);
  g_string_append_c (out, ':');
  append_json_string (out, value);
}

gchar *
sfu_log_line_json (const SfuLogRecord *record)
{
  g_autofree gchar *time = format_time (record->time_us);
  g_autofree gchar *message = g_utf8_make_valid (record->message, -1);
  g_auto (SfuLogFields) fields = { { NULL } };
  GString *out = g_string_new ("{");

  append_member (out, "time", time);
  append_member (out, "level", levels[find_level (record->level)].name);
  if (record->tag != NULL)
    append_member (out, "tag", record->tag);
  append_member (out, "message", message);
  sfu_log_fields_parse (&fields, message);
  for (guint i = 0; i < fields.n; i++)
    append_member (out, fields.keys[i], fields.values[i]);
  g_string_append (out, "}\n");
  return g_string_free (out, FALSE);
}
