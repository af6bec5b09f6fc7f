/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the kernel knows of a process of ours, see proc(5): also of one that
 * does not answer any more.
 *
 * Threads: any. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  gdouble cpu_s; /* used so far, user and system */
  guint64 resident_bytes;
  guint threads;
  guint fds, max_fds; /* open; the soft limit, 0 = unlimited */
  gdouble start_s;    /* since 1970 */
} SfuProcessStats;

/* FALSE: there is none, or it is not ours to look at. */
gboolean sfu_process_stats_read (gint pid, SfuProcessStats *stats);

/* "123 (name) S 1 ..." of /proc/PID/stat, without what it does not say;
 * ticks_per_s and boot_s (since 1970) as this machine has them. */
gboolean sfu_process_stats_parse (const gchar *text, glong ticks_per_s,
    gdouble boot_s, glong page_bytes, SfuProcessStats *stats);

G_END_DECLS
