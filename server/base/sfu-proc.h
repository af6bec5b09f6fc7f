/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a process of this machine uses, see proc(5).
 *
 * Threads: any. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  gdouble cpu_s; /* user and system, since it began */
  guint64 rss;   /* bytes */
  guint threads;
} SfuProc;

/* FALSE = there is none. */
gboolean sfu_proc_look (gint pid, SfuProc *proc);
/* The text of /proc/PID/stat. For tests: any text; FALSE = it is none. */
gboolean sfu_proc_parse (const gchar *text, SfuProc *proc);

G_END_DECLS
