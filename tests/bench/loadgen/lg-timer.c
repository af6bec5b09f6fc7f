/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Binary heap of timers; slot 0 stays empty so that 0 means "not armed".
 *
 * Threads: the program has one. */
#include "lg-timer.h"

static LgTimer **heap;
static int used;
static int capacity;

static void
place (int index, LgTimer *timer)
{
  heap[index] = timer;
  timer->index = index;
}

static void
sift_up (int index)
{
  LgTimer *timer = heap[index];

  for (; index > 1 && heap[index / 2]->due_ns > timer->due_ns; index /= 2)
    place (index, heap[index / 2]);
  place (index, timer);
}

static void
sift_down (int index)
{
  LgTimer *timer = heap[index];

  for (;;) {
    int child = 2 * index;

    if (child > used)
      break;
    if (child < used && heap[child + 1]->due_ns < heap[child]->due_ns)
      child++;
    if (heap[child]->due_ns >= timer->due_ns)
      break;
    place (index, heap[child]);
    index = child;
  }
  place (index, timer);
}

void
lg_timer_init (LgTimer *self, void (*fire) (void *owner), void *owner)
{
  *self = (LgTimer){ .fire = fire, .owner = owner };
}

void
lg_timer_cancel (LgTimer *self)
{
  int index = self->index;
  LgTimer *last;

  if (index == 0)
    return;
  self->index = 0;
  last = heap[used--];
  if (last == self)
    return;
  place (index, last);
  sift_up (index);
  sift_down (last->index);
}

void
lg_timer_arm (LgTimer *self, uint64_t due_ns)
{
  lg_timer_cancel (self);
  if (used + 2 > capacity) {
    capacity = capacity ? 2 * capacity : 1024;
    heap = g_renew (LgTimer *, heap, capacity);
  }
  self->due_ns = due_ns;
  place (++used, self);
  sift_up (used);
}

bool
lg_timer_armed (const LgTimer *self)
{
  return self->index != 0;
}

void
lg_timer_run_due (uint64_t now_ns, bool only_one)
{
  while (used > 0 && heap[1]->due_ns <= now_ns) {
    LgTimer *timer = heap[1];

    lg_timer_cancel (timer);
    timer->fire (timer->owner);
    if (only_one)
      return;
    now_ns = lg_now_ns ();
  }
}

uint64_t
lg_timer_next (uint64_t now_ns, uint64_t limit_ns)
{
  if (used == 0)
    return limit_ns;
  if (heap[1]->due_ns <= now_ns)
    return 0;
  return MIN (heap[1]->due_ns - now_ns, limit_ns);
}
