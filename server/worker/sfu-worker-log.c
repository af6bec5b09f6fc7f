/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-worker-log.h. The log is the process's, and so is what stands here.
 *
 * Threads: any; one write(2) per line, so that lines of several threads do not
 * mix. */
#include "sfu-worker-log.h"

#include <gst/gst.h>
#include <string.h>
#include <unistd.h>

#include "sfu-log-levels.h"
#include "sfu-log-line.h"
#include "sfu-worker-redact.h"

#define DOMAIN_PREFIX "sfu-"
/* What a server takes as one line (sfu-worker-process.c). */
#define MAX_LINE 4000

static GMutex lock;
static SfuLogLevels *current; /* owned; under lock */

static void
write_line (gchar priority, const gchar *tag, const gchar *message)
{
  g_autofree gchar *text = sfu_log_escape (message);
  g_autofree gchar *line = g_strdup_printf ("<%c>%s%s%.*s\n", priority,
      tag ? tag : "", tag ? ": " : "", MAX_LINE, text);
  gssize ignored G_GNUC_UNUSED = write (STDERR_FILENO, line, strlen (line));
}

/* ---- our own, and other libraries' ---- */

static gboolean
is_wanted (GLogLevelFlags level, const gchar *tag)
{
  g_mutex_lock (&lock);
  /* In GLib a less important level is a larger bit. */
  gboolean wanted =
      (level & G_LOG_LEVEL_MASK) <= sfu_log_levels_get (current, tag);
  g_mutex_unlock (&lock);
  return wanted;
}

static GLogWriterOutput
on_message (GLogLevelFlags level, const GLogField *fields, gsize n_fields,
    gpointer data)
{
  const gchar *message = "", *domain = G_LOG_DOMAIN;
  for (gsize i = 0; i < n_fields; i++) {
    if (strcmp (fields[i].key, "MESSAGE") == 0)
      message = fields[i].value;
    else if (strcmp (fields[i].key, "GLIB_DOMAIN") == 0)
      domain = fields[i].value;
  }
  const gchar *tag = g_str_has_prefix (domain, DOMAIN_PREFIX)
      ? domain + strlen (DOMAIN_PREFIX)
      : domain;
  if (is_wanted (level, tag))
    write_line (sfu_log_priority (level),
        strcmp (domain, G_LOG_DOMAIN) == 0 ? NULL : domain, message);
  return G_LOG_WRITER_HANDLED;
}

/* ---- GStreamer ---- */

static gchar
priority_of (GstDebugLevel level)
{
  switch (level) {
    case GST_LEVEL_ERROR:
      return '3';
    case GST_LEVEL_WARNING:
      return '4';
    case GST_LEVEL_FIXME:
      return '5';
    case GST_LEVEL_INFO:
      return '6';
    default:
      return '7';
  }
}

/* Only what passed the thresholds comes here. */
static void
on_gst_message (GstDebugCategory *category, GstDebugLevel level,
    const gchar *file, const gchar *function, gint line, GObject *object,
    GstDebugMessage *message, gpointer data)
{
  const gchar *text = gst_debug_message_get (message);
  g_autofree gchar *redacted = sfu_worker_redact_log (text ? text : "");
  g_autofree gchar *name = GST_IS_OBJECT (object)
      ? gst_object_get_name (GST_OBJECT (object))
      : g_strdup (object ? G_OBJECT_TYPE_NAME (object) : "-");
  g_autofree gchar *quoted = sfu_log_quote (name);
  g_autofree gchar *all = g_strdup_printf ("category=%s element=%s %s (%s:%d)",
      gst_debug_category_get_name (category), quoted, redacted, file, line);
  write_line (priority_of (level), "gst", all);
}

static void
apply_gst (const gchar *thresholds)
{
  const gchar *environment = g_getenv ("GST_DEBUG");
  if (!thresholds)
    thresholds = environment ? environment : "0";
  gst_debug_set_threshold_from_string (thresholds, TRUE);
  gst_debug_set_active (strcmp (thresholds, "0") != 0);
}

void
sfu_worker_log_install_gst (void)
{
  if (g_getenv ("GST_DEBUG_FILE"))
    return;
  gst_debug_remove_log_function (gst_debug_log_default);
  gst_debug_add_log_function (on_gst_message, NULL, NULL);
  g_mutex_lock (&lock);
  g_autofree gchar *thresholds = g_strdup (sfu_log_levels_get_gst (current));
  g_mutex_unlock (&lock);
  apply_gst (thresholds);
}

/* ---- levels ---- */

static gboolean
take_levels (const gchar *text, GError **error)
{
  SfuLogLevels *levels = sfu_log_levels_parse (text, error);
  if (!levels)
    return FALSE;
  g_mutex_lock (&lock);
  SfuLogLevels *old = current;
  current = levels;
  g_mutex_unlock (&lock);
  sfu_log_levels_unref (old);
  return TRUE;
}

gboolean
sfu_worker_log_install (const gchar *levels, GError **error)
{
  if (!take_levels (levels, error))
    return FALSE;
  g_log_set_writer_func (on_message, NULL, NULL);
  return TRUE;
}

gboolean
sfu_worker_log_set_levels (const gchar *text, GError **error)
{
  g_autoptr (SfuLogLevels) levels = sfu_log_levels_parse (text, error);
  if (!levels || !take_levels (text, error))
    return FALSE;
  if (!g_getenv ("GST_DEBUG_FILE"))
    apply_gst (sfu_log_levels_get_gst (levels));
  g_message ("log levels are now %s", text);
  return TRUE;
}
