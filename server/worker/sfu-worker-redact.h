/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Takes secrets out of a DOT graph.
 *
 * Threads: pure function. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Replaces the values of properties and caps fields whose names say that they
 * are secret (keys, passwords, certificates) by "…". */
gchar *sfu_worker_redact_dot (const gchar *dot);

G_END_DECLS
