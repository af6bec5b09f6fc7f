/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Takes secrets out of what GStreamer writes: DOT graphs, log messages.
 *
 * Threads: pure function. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Replaces the values of properties and caps fields whose names say that they
 * are secret (keys, passwords, certificates) by "…". */
gchar *sfu_worker_redact_dot (const gchar *dot);
/* The same for one message of the log, whose end is lost with the secret. */
gchar *sfu_worker_redact_log (const gchar *message);

G_END_DECLS
