/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One message of the log, as a line of text or of JSON, or as fields for
 * journald.
 *
 * Messages begin with what they are about, "room=a peer=\"b c\" transport=..."
 * (values that come from outside through sfu_log_quote): these become fields.
 * They end at the first word that is none, so that the free text behind them,
 * in which a stranger's words may be, adds none.
 *
 * Threads: pure functions. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* No message names more. */
#define SFU_LOG_MAX_FIELDS 12

typedef struct {
  GLogLevelFlags level;
  const gchar *tag;     /* NULL = none */
  const gchar *message; /* any bytes */
  gint64 time_us;       /* since 1970 */
} SfuLogRecord;

typedef struct {
  gchar *keys[SFU_LOG_MAX_FIELDS], *values[SFU_LOG_MAX_FIELDS]; /* owned */
  guint n;
} SfuLogFields;

void sfu_log_fields_parse (SfuLogFields *fields, const gchar *message);
void sfu_log_fields_clear (SfuLogFields *fields);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SfuLogFields, sfu_log_fields_clear)

/* "2026-11-30T19:00:00.000Z INFO room: room=a ...\n" */
gchar *sfu_log_line_text (const SfuLogRecord *record);
/* {"time":...,"level":"info","tag":"room","message":"...","room":"a"}\n */
gchar *sfu_log_line_json (const SfuLogRecord *record);

/* message as it is written: control characters escaped. */
gchar *sfu_log_escape (const gchar *message);

/* A value from outside (a room's name, a method) for a message: as it is when
 * nothing in it could be taken for something else, else in quotes. */
gchar *sfu_log_quote (const gchar *value);

/* The journal's number of a level (sd-daemon(3)): '3' to '7'. */
gchar sfu_log_priority (GLogLevelFlags level);

G_END_DECLS
