/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is logged: "info,seam=debug,gst:sfuconsumer=log". A level alone is that
 * of all tags without one of their own; a tag is a folder of the server (room,
 * http, dialect, seam, ...), "worker", or the log domain of a library; gst and
 * gst:CATEGORY are GStreamer's, inside the workers.
 *
 * Threads: immutable; references from any thread. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Nobody lists more. */
#define SFU_LOG_LEVELS_MAX_ENTRIES 64

typedef struct _SfuLogLevels SfuLogLevels;

/* Levels: error, warning, message, info, debug; of gst besides none, fixme,
 * log, trace. NULL and SFU_ERROR_INVALID_ARGUMENT, which says what is wrong. */
SfuLogLevels *sfu_log_levels_parse (const gchar *text, GError **error);
SfuLogLevels *sfu_log_levels_ref (SfuLogLevels *self);
void sfu_log_levels_unref (SfuLogLevels *self); /* NULL safe */

/* The least important level that is logged for tag. */
GLogLevelFlags sfu_log_levels_get (const SfuLogLevels *self, const gchar *tag);
/* As it was parsed. */
const gchar *sfu_log_levels_get_text (const SfuLogLevels *self);
/* For gst_debug_set_threshold_from_string; NULL = nothing is said of
 * GStreamer. */
const gchar *sfu_log_levels_get_gst (const SfuLogLevels *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuLogLevels, sfu_log_levels_unref)

G_END_DECLS
