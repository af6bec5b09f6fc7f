/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The worker's side of its page (sfu-pulse.h): both threads beat, and what the
 * process uses is written down, several times a second.
 *
 * Threads: made, changed and freed on the control thread. */
#pragma once

#include "sfu-limits.h"
#include "sfu-media-loop.h"
#include "sfu-pulse.h"

G_BEGIN_DECLS

typedef struct _SfuWorkerBeat SfuWorkerBeat;

/* pulse is borrowed; NULL = nobody looks. The control thread beats from now on,
 * in the default main context. */
SfuWorkerBeat *sfu_worker_beat_new (SfuPulse *pulse);
/* NULL is allowed. */
void sfu_worker_beat_free (SfuWorkerBeat *self);
/* The media thread beats, too, and the control thread whenever it has waited for
 * it: what takes long is made of that. Not after free. Once. */
void sfu_worker_beat_add_media (SfuWorkerBeat *self, SfuMediaLoop *loop);
/* There is one stream more, or fewer. */
void sfu_worker_beat_set_streams (SfuWorkerBeat *self, guint n);
/* Somebody has looked what is left, which happens once a second anyway. */
void sfu_worker_beat_set_lacking (SfuWorkerBeat *self, SfuLimit lacking);

G_END_DECLS
