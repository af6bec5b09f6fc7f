/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The worker's log: one line per message on stderr, "<N>text" with the syslog
 * number of its level (sd-daemon(3)), which the server reads and puts into its
 * own log, and which journald understands when nobody does. GStreamer's own
 * messages go the same way, "<N>gst: category=... element=... text".
 *
 * Threads: any, after install. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Of messages of this folder when nothing is said. */
#define SFU_WORKER_LOG_DEFAULT "message"

/* Once, before other threads exist, with what is logged: as
 * sfu_log_levels_parse takes it, the tag of the worker's own is "worker". */
gboolean sfu_worker_log_install (const gchar *levels, GError **error);
/* After gst_init: until then, and when the environment has GST_DEBUG_FILE,
 * GStreamer logs as it always does. */
void sfu_worker_log_install_gst (void);
/* From now on, in all threads. FALSE and SFU_ERROR_INVALID_ARGUMENT: nothing
 * has changed. */
gboolean sfu_worker_log_set_levels (const gchar *levels, GError **error);

G_END_DECLS
