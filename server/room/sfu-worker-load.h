/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How busy a worker is, from what it has used so far; and which of two has more
 * room. CPU is what runs out first, so CPU decides; what is nearly equal is
 * equal, and then streams decide, then rooms. A room that was placed a moment
 * ago costs nothing yet and will: it counts beforehand.
 *
 * Threads: pure, of one owner; time is an argument. */
#pragma once

#include "sfu-limits.h"

G_BEGIN_DECLS

typedef struct {
  gint64 cpu_us, at_us; /* the last sample; at_us 0 = none */
  gdouble cpu_percent;  /* of one core, over the last second or so */
  gdouble reserved;     /* percent, for rooms that begin; fades */
  guint n_streams;      /* producers and consumers */
  gint64 rss;           /* bytes */
  SfuLimit lacking;     /* what it has too little of by its own account */
  guint n_rooms;
} SfuWorkerLoad;

/* Another process: nothing is known of it. n_rooms stays. */
void sfu_worker_load_reset (SfuWorkerLoad *self);
/* cpu_us: used so far. */
void sfu_worker_load_sample (SfuWorkerLoad *self, gint64 now_us, gint64 cpu_us,
    guint n_streams, gint64 rss);
void sfu_worker_load_add_room (SfuWorkerLoad *self);
void sfu_worker_load_remove_room (SfuWorkerLoad *self);
/* Negative: a has more room than b. 0: no difference. */
gint sfu_worker_load_compare (const SfuWorkerLoad *a, const SfuWorkerLoad *b);

G_END_DECLS
