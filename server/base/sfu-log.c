/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-log.h. The log is the process's, and so is what stands here.
 *
 * Threads: any; a line is one write, so lines of threads do not mix. */
#include "sfu-log.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Domains of our folders begin so; tags do not. */
#define DOMAIN_PREFIX "sfu-"
/* A line of another process: was judged there. */
#define RELAY_FIELD "SFU_TAG"

static GMutex lock;
static SfuLogLevels *current; /* owned; under lock */
/* Written once by sfu_log_init, before other threads. */
static SfuLogFormat current_format = SFU_LOG_TEXT;

gboolean
sfu_log_format_from_name (const gchar *name, SfuLogFormat *format)
{
  static const gchar *const names[] = {
    [SFU_LOG_AUTO] = "auto",
    [SFU_LOG_TEXT] = "text",
    [SFU_LOG_JSON] = "json",
    [SFU_LOG_JOURNALD] = "journald",
  };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    if (strcmp (names[i], name) == 0) {
      *format = i;
      return TRUE;
    }
  }
  return FALSE;
}

SfuLogLevels *
sfu_log_dup_levels (void)
{
  SfuLogLevels *levels;

  g_mutex_lock (&lock);
  levels = current != NULL ? sfu_log_levels_ref (current) : NULL;
  g_mutex_unlock (&lock);
  return levels;
}

void
sfu_log_set_levels (SfuLogLevels *levels)
{
  SfuLogLevels *old;

  g_mutex_lock (&lock);
  old = current;
  current = levels;
  g_mutex_unlock (&lock);
  sfu_log_levels_unref (old);
}

static gboolean
is_wanted (GLogLevelFlags level, const gchar *tag)
{
  gboolean wanted;

  g_mutex_lock (&lock);
  wanted = (level & G_LOG_LEVEL_MASK) <= sfu_log_levels_get (current, tag);
  g_mutex_unlock (&lock);
  return wanted;
}

static const gchar *
find_field (const GLogField *fields, gsize n, const gchar *key)
{
  for (gsize i = 0; i < n; i++)
    if (strcmp (fields[i].key, key) == 0 && fields[i].length < 0)
      return fields[i].value;
  return NULL;
}

/* journald's names of fields are upper case. */
static GLogWriterOutput
write_journald (const SfuLogRecord *record)
{
  gchar priority[] = { sfu_log_priority (record->level), '\0' };
  g_auto (SfuLogFields) parsed = { { NULL } };
  g_autofree gchar *message = sfu_log_escape (record->message);
  gchar names[SFU_LOG_MAX_FIELDS][32];
  GLogField fields[4 + SFU_LOG_MAX_FIELDS] = { { "MESSAGE", message, -1 },
    { "PRIORITY", priority, -1 }, { "SYSLOG_IDENTIFIER", "sfu-server", -1 },
    { RELAY_FIELD, record->tag != NULL ? record->tag : "-", -1 } };
  gsize n = 4;

  sfu_log_fields_parse (&parsed, message);
  for (guint i = 0; i < parsed.n; i++) {
    g_snprintf (names[i], sizeof names[i], "SFU_%s", parsed.keys[i]);
    for (gchar *c = names[i]; *c != '\0'; c++)
      *c = g_ascii_toupper (*c);
    fields[n++] = (GLogField){ names[i], parsed.values[i], -1 };
  }
  return g_log_writer_journald (record->level, fields, n, NULL);
}

static void
write_record (const SfuLogRecord *record)
{
  g_autofree gchar *line = NULL;
  gssize ignored G_GNUC_UNUSED;

  /* No journal there: then as text. */
  if (current_format == SFU_LOG_JOURNALD &&
      write_journald (record) == G_LOG_WRITER_HANDLED)
    return;
  line = current_format == SFU_LOG_JSON ? sfu_log_line_json (record)
                                        : sfu_log_line_text (record);
  ignored = write (STDERR_FILENO, line, strlen (line));
}

static GLogWriterOutput
on_message (GLogLevelFlags level, const GLogField *fields, gsize n_fields,
    gpointer data)
{
  const gchar *domain = find_field (fields, n_fields, "GLIB_DOMAIN");
  const gchar *relayed = find_field (fields, n_fields, RELAY_FIELD);
  SfuLogRecord record = { .level = level,
    .tag = domain,
    .message = find_field (fields, n_fields, "MESSAGE") };

  if (domain != NULL && g_str_has_prefix (domain, DOMAIN_PREFIX))
    record.tag = domain + strlen (DOMAIN_PREFIX);
  if (relayed != NULL)
    record.tag = relayed;
  if (record.message == NULL ||
      (relayed == NULL && !is_wanted (level, record.tag)))
    return G_LOG_WRITER_HANDLED;
  record.time_us = g_get_real_time ();
  write_record (&record);
  return G_LOG_WRITER_HANDLED;
}

void
sfu_log_relay (GLogLevelFlags level, const gchar *tag, const gchar *message)
{
  g_log_structured (
      G_LOG_DOMAIN, level, RELAY_FIELD, tag, "MESSAGE", "%s", message);
}

/* systemd.exec(5): who writes to the journal is told which file it is; a child
 * whose stderr is another's has the variable, too. */
static gboolean
is_journal (void)
{
  const gchar *stream = g_getenv ("JOURNAL_STREAM");
  guint64 device, inode;
  struct stat own;

  return stream != NULL &&
      sscanf (stream, "%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT, &device,
          &inode) == 2 &&
      fstat (STDERR_FILENO, &own) == 0 && own.st_dev == device &&
      own.st_ino == inode;
}

void
sfu_log_init (SfuLogLevels *levels, SfuLogFormat format)
{
  if (format == SFU_LOG_AUTO)
    format = is_journal () ? SFU_LOG_JOURNALD : SFU_LOG_TEXT;
  current_format = format;
  sfu_log_set_levels (levels);
  g_log_set_writer_func (on_message, NULL, NULL);
}
