/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where g_debug(), g_info(), g_message(), g_warning() of the server go: one
 * line each on stderr, "TIME LEVEL tag: room=... peer=... what happened", or
 * the same as JSON, or to journald. Control characters that came from outside
 * are escaped, so that nobody can write lines of his own. Nothing secret is ever
 * put into a message.
 *
 * Threads: any, after sfu_log_init. */
#pragma once

#include "sfu-log-levels.h"
#include "sfu-log-line.h"

G_BEGIN_DECLS

typedef enum {
  SFU_LOG_AUTO, /* journald when stderr is its, else text */
  SFU_LOG_TEXT,
  SFU_LOG_JSON,
  SFU_LOG_JOURNALD
} SfuLogFormat;

/* "auto", "text", "json" or "journald". FALSE for another name. */
gboolean sfu_log_format_from_name (const gchar *name, SfuLogFormat *format);

/* Once, early. Takes levels. */
void sfu_log_init (SfuLogLevels *levels, SfuLogFormat format);
/* From now on, in all threads. Takes levels. */
void sfu_log_set_levels (SfuLogLevels *levels);
/* A reference. NULL before sfu_log_init. */
SfuLogLevels *sfu_log_dup_levels (void);

/* A line that another process of ours wrote, and which was worth it there:
 * tag is its own. message: UTF-8. */
void sfu_log_relay (
    GLogLevelFlags level, const gchar *tag, const gchar *message);

G_END_DECLS
