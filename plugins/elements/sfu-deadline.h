/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One moment in the future at which a function runs on the media thread: the
 * timer of things that are usually idle. Costs nothing while it is off.
 *
 * Threads: made and freed on any thread; set and fired on the media thread or
 * under the owner's lock. */
#pragma once

#include "sfu-media-loop.h"

G_BEGIN_DECLS

typedef struct _SfuDeadline SfuDeadline;

/* func (data) returns G_SOURCE_CONTINUE; it may set the deadline again. */
SfuDeadline *sfu_deadline_new (
    SfuMediaLoop *loop, GSourceFunc func, gpointer data);
/* When it returns, func does not run and never will, unless it is func that
 * calls. NULL is allowed. */
void sfu_deadline_free (SfuDeadline *self);

/* at_us: g_get_monotonic_time; -1: off. Replaces what was set. */
void sfu_deadline_set (SfuDeadline *self, gint64 at_us);

G_END_DECLS
