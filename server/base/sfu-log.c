/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One line a message, on stderr.
 *
 * Threads: any; a line is one write, so lines of threads do not mix. */
#include "sfu-log.h"

#include <string.h>
#include <unistd.h>

static const struct {
  const gchar *name;
  const gchar *label;
  GLogLevelFlags flag;
} levels[] = {
  { "error", "ERROR", G_LOG_LEVEL_ERROR },
  { "error", "CRITICAL", G_LOG_LEVEL_CRITICAL },
  { "warning", "WARNING", G_LOG_LEVEL_WARNING },
  { "message", "MESSAGE", G_LOG_LEVEL_MESSAGE },
  { "info", "INFO", G_LOG_LEVEL_INFO },
  { "debug", "DEBUG", G_LOG_LEVEL_DEBUG },
};

/* Written by the main thread; another that reads the old one is late, not
 * wrong. */
static GLogLevelFlags max_level = G_LOG_LEVEL_INFO;

gboolean
sfu_log_level_is_valid (const gchar *level)
{
  for (guint i = 0; i < G_N_ELEMENTS (levels); i++)
    if (g_strcmp0 (level, levels[i].name) == 0)
      return TRUE;
  return FALSE;
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

static const gchar *
find_field (const GLogField *fields, gsize n, const gchar *key)
{
  for (gsize i = 0; i < n; i++)
    if (strcmp (fields[i].key, key) == 0 && fields[i].length < 0)
      return fields[i].value;
  return NULL;
}

static GLogWriterOutput
write_line (GLogLevelFlags level, const GLogField *fields, gsize n_fields,
    gpointer data)
{
  const gchar *message = find_field (fields, n_fields, "MESSAGE");
  const gchar *domain = find_field (fields, n_fields, "GLIB_DOMAIN");
  g_autoptr (GDateTime) now = NULL;
  g_autofree gchar *time = NULL;
  g_autofree gchar *text = NULL;
  g_autofree gchar *line = NULL;
  const gchar *label = "DEBUG";
  gssize ignored G_GNUC_UNUSED;

  if ((level & G_LOG_LEVEL_MASK) > max_level || message == NULL)
    return G_LOG_WRITER_HANDLED;
  for (guint i = G_N_ELEMENTS (levels); i-- > 0;)
    if ((level & levels[i].flag) != 0)
      label = levels[i].label;
  now = g_date_time_new_now_utc ();
  time = g_date_time_format (now, "%Y-%m-%dT%H:%M:%S");
  text = sfu_log_escape (message);
  line = g_strdup_printf ("%s.%03dZ %s %s: %s\n", time,
      g_date_time_get_microsecond (now) / 1000, label,
      domain != NULL ? domain : "-", text);
  ignored = write (STDERR_FILENO, line, strlen (line));
  return G_LOG_WRITER_HANDLED;
}

void
sfu_log_set_level (const gchar *level)
{
  for (guint i = 0; i < G_N_ELEMENTS (levels); i++)
    if (g_strcmp0 (level, levels[i].name) == 0)
      max_level = levels[i].flag;
}

void
sfu_log_init (const gchar *level)
{
  sfu_log_set_level (level);
  g_log_set_writer_func (write_line, NULL, NULL);
}
