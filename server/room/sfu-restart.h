/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* When a process that has died is started again. Once: at once, for rooms wait
 * for it. One that dies young again: later and later, so that a worker that
 * cannot live costs next to nothing.
 *
 * Threads: pure, of one owner; time is an argument. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* One that has lived so long was well. */
#define SFU_RESTART_YOUNG_US (5 * G_USEC_PER_SEC)
/* So many deaths in this time are a loop, whatever their age. */
#define SFU_RESTART_LOOP_DEATHS 3
#define SFU_RESTART_LOOP_US (60 * G_USEC_PER_SEC)

typedef struct {
  guint n_young; /* deaths in a row of such as did not live long */
  gint64 deaths_us[SFU_RESTART_LOOP_DEATHS]; /* the newest first; 0 = none */
} SfuRestart;

/* It has died, born_us being when it was started. Returns how many ms to wait
 * before the next is started: 0, then 500, 1000, ... 30000. */
guint sfu_restart_died (SfuRestart *self, gint64 born_us, gint64 now_us);
/* Does it die again and again? */
gboolean sfu_restart_is_looping (const SfuRestart *self, gint64 now_us);

G_END_DECLS
