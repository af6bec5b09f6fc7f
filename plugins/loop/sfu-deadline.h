/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One moment in the future at which a function runs on the media thread: the
 * timer of things of which there are many and which are usually idle. All of a
 * loop stand in one heap behind one GSource, because GLib walks every source in
 * every turn.
 *
 * Threads: made, set and freed on any thread; fires on the media thread. */
#pragma once

#include "sfu-media-loop.h"

G_BEGIN_DECLS

#define SFU_DEADLINE_NEVER (-1)

typedef struct _SfuDeadline SfuDeadline;

/* func (data) runs when the time has come; it may set the deadline again. */
SfuDeadline *sfu_deadline_new (
    SfuMediaLoop *loop, void (*func) (gpointer data), gpointer data);
/* When it returns, func does not run and never will, unless it is func that
 * calls. Not under a lock that func takes. NULL is allowed. */
void sfu_deadline_free (SfuDeadline *self);

/* at_us: g_get_monotonic_time, or SFU_DEADLINE_NEVER. Replaces what was set. */
void sfu_deadline_set (SfuDeadline *self, gint64 at_us);

G_END_DECLS
