/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Members of what a server says, which may be one of another version, or none
 * of ours: what is missing or of another type is the fallback.
 *
 * Threads: pure. */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

gint64 sfu_ctl_int (JsonObject *object, const gchar *name, gint64 fallback);
gdouble sfu_ctl_double (JsonObject *object, const gchar *name);
gboolean sfu_ctl_flag (JsonObject *object, const gchar *name);
/* Borrowed; NULL. */
const gchar *sfu_ctl_text (JsonObject *object, const gchar *name);
/* Borrowed; NULL. */
JsonObject *sfu_ctl_object (JsonObject *object, const gchar *name);
/* Of JsonObject, borrowed; what is no object is left out. Never NULL: free the
 * array only. */
GPtrArray *sfu_ctl_list (JsonObject *object, const gchar *name);

G_END_DECLS
