/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The deadlines of one media loop. Private to plugins/loop.
 *
 * Threads: any; one leaf mutex. Funcs run on the media thread without it. */
#pragma once

#include "sfu-deadline.h"

G_BEGIN_DECLS

typedef struct _SfuDeadlineHeap SfuDeadlineHeap;

/* Attaches its one source to context. */
SfuDeadlineHeap *sfu_deadline_heap_new (GMainContext *context);
/* After the media thread has ended; no deadline is left, for each keeps the
 * loop alive. */
void sfu_deadline_heap_free (SfuDeadlineHeap *self);

/* Of the loop, borrowed (sfu-media-loop.c). */
SfuDeadlineHeap *sfu_media_loop_get_deadlines (SfuMediaLoop *loop);

G_END_DECLS
