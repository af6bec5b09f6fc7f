/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Timers in a binary heap. A timer is embedded in what it belongs to and costs
 * no allocation: thousands of streams arm theirs for every frame.
 *
 * Threads: the program has one. */
#pragma once

#include "lg-base.h"

typedef struct {
  uint64_t due_ns;
  int index; /* in the heap; 0 = not armed */
  void (*fire) (void *owner);
  void *owner;
} LgTimer;

void lg_timer_init (LgTimer *self, void (*fire) (void *owner), void *owner);
/* Arms, or arms anew. */
void lg_timer_arm (LgTimer *self, uint64_t due_ns);
void lg_timer_cancel (LgTimer *self);
bool lg_timer_armed (const LgTimer *self);

/* Fires what is due at now_ns, the earliest first, at most one when
 * only_one. */
void lg_timer_run_due (uint64_t now_ns, bool only_one);
/* Nanoseconds until the next timer, at most limit_ns. */
uint64_t lg_timer_next (uint64_t now_ns, uint64_t limit_ns);
