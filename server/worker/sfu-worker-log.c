/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-worker-log.h.
 *
 * Threads: any; one write(2) per line, so that lines of several threads do not
 * mix. */
#include "sfu-worker-log.h"

#include <string.h>
#include <unistd.h>

static const struct {
  const gchar *name;
  GLogLevelFlags level;
  gchar number; /* syslog */
} levels[] = {
  { "error", G_LOG_LEVEL_CRITICAL, '3' },
  { "warning", G_LOG_LEVEL_WARNING, '4' },
  { "message", G_LOG_LEVEL_MESSAGE, '5' },
  { "info", G_LOG_LEVEL_INFO, '6' },
  { "debug", G_LOG_LEVEL_DEBUG, '7' },
};

gboolean
sfu_worker_log_level_from_name (const gchar *name, GLogLevelFlags *level)
{
  for (guint i = 0; i < G_N_ELEMENTS (levels); i++) {
    if (g_strcmp0 (name, levels[i].name) == 0) {
      *level = levels[i].level;
      return TRUE;
    }
  }
  return FALSE;
}

static gchar
number_of (GLogLevelFlags level)
{
  for (guint i = 0; i < G_N_ELEMENTS (levels); i++) {
    if (level & levels[i].level)
      return levels[i].number;
  }
  return '3'; /* G_LOG_LEVEL_ERROR */
}

static GLogWriterOutput
write_line (GLogLevelFlags level, const GLogField *fields, gsize n_fields,
    gpointer data)
{
  GLogLevelFlags least = GPOINTER_TO_INT (data);
  /* In GLib a less important level is a larger bit. */
  if ((level & G_LOG_LEVEL_MASK) > least)
    return G_LOG_WRITER_HANDLED;
  const gchar *message = "", *domain = NULL;
  for (gsize i = 0; i < n_fields; i++) {
    if (strcmp (fields[i].key, "MESSAGE") == 0)
      message = fields[i].value;
    else if (strcmp (fields[i].key, "GLIB_DOMAIN") == 0 &&
        strcmp (fields[i].value, G_LOG_DOMAIN) != 0)
      domain = fields[i].value; /* another library's */
  }
  g_autofree gchar *line = g_strdup_printf ("<%c>%s%s%s\n", number_of (level),
      domain ? domain : "", domain ? ": " : "", message);
  /* A newline inside would pass for a line of its own. */
  for (gchar *c = line; c[1]; c++) {
    if (*c == '\n')
      *c = ' ';
  }
  if (write (STDERR_FILENO, line, strlen (line)) < 0)
    return G_LOG_WRITER_UNHANDLED;
  return G_LOG_WRITER_HANDLED;
}

void
sfu_worker_log_install (GLogLevelFlags level)
{
  g_log_set_writer_func (write_line, GINT_TO_POINTER (level), NULL);
}
