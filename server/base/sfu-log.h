/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where g_debug(), g_info(), g_message(), g_warning() of the server go: one
 * line each on stderr, "TIME LEVEL domain: room=... peer=... what happened".
 * Control characters that came from outside are escaped, so that nobody can
 * write lines of his own. Nothing secret is ever put into a message.
 *
 * Threads: any, after sfu_log_init. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* "error", "warning", "message", "info" or "debug": this level and the more
 * important ones are written. FALSE for another name. NULL safe. */
gboolean sfu_log_level_is_valid (const gchar *level);

/* Once, early; level as above. */
void sfu_log_init (const gchar *level);

/* From now on; level as above. */
void sfu_log_set_level (const gchar *level);

/* message as it is written: control characters escaped. */
gchar *sfu_log_escape (const gchar *message);

G_END_DECLS
