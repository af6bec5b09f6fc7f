/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-worker-load.h.
 *
 * Threads: pure, of one owner. */
#include "sfu-worker-load.h"

#include <math.h>

/* Of the running mean: what a second ago was counts a third. */
#define MEAN_US 1000000.0
/* A room of four with video takes about so much, and until it has begun a few
 * seconds. */
#define ROOM_PERCENT 5.0
#define FADE_US 3000000.0
/* Less is noise. */
#define STEP_PERCENT 5.0
/* What a worker says is only a number. */
#define MAX_PERCENT 100000.0

void
sfu_worker_load_reset (SfuWorkerLoad *self)
{
  *self = (SfuWorkerLoad){ .n_rooms = self->n_rooms };
}

void
sfu_worker_load_sample (SfuWorkerLoad *self, gint64 now_us, gint64 cpu_us,
    guint n_streams, gint64 rss)
{
  gdouble passed_us = (gdouble)(now_us - self->at_us);

  if (self->at_us != 0 && passed_us > 0) {
    gdouble used_us = (gdouble)MAX (cpu_us - self->cpu_us, 0);
    gdouble weight = 1 - exp (-passed_us / MEAN_US);

    self->cpu_percent += weight *
        (MIN (100 * used_us / passed_us, MAX_PERCENT) - self->cpu_percent);
    self->reserved *= exp (-passed_us / FADE_US);
  }
  self->at_us = now_us;
  self->cpu_us = cpu_us;
  self->n_streams = n_streams;
  self->rss = rss;
}

void
sfu_worker_load_add_room (SfuWorkerLoad *self)
{
  self->n_rooms++;
  self->reserved += ROOM_PERCENT;
}

void
sfu_worker_load_remove_room (SfuWorkerLoad *self)
{
  if (self->n_rooms > 0)
    self->n_rooms--;
}

static gint
compare (gint64 a, gint64 b)
{
  return (a > b) - (a < b);
}

gint
sfu_worker_load_compare (const SfuWorkerLoad *a, const SfuWorkerLoad *b)
{
  gint64 cpu_a = llround ((a->cpu_percent + a->reserved) / STEP_PERCENT);
  gint64 cpu_b = llround ((b->cpu_percent + b->reserved) / STEP_PERCENT);
  gint order = compare (cpu_a, cpu_b);

  if (order == 0)
    order = compare (a->n_streams, b->n_streams);
  return order != 0 ? order : compare (a->n_rooms, b->n_rooms);
}
