/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The worker's log: one line per message on stderr, "<N>text" with the syslog
 * number of its level (sd-daemon(3)), which the server reads and puts into its
 * own log, and which journald understands when nobody does.
 *
 * Threads: any, after install. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* "error", "warning", "message", "info", "debug". FALSE for other texts. */
gboolean sfu_worker_log_level_from_name (
    const gchar *name, GLogLevelFlags *level);

/* Once, before other threads exist. Less important messages than level are
 * dropped. */
void sfu_worker_log_install (GLogLevelFlags level);

G_END_DECLS
