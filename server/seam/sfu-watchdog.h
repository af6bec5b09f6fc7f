/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Does a thread of a worker still live? It is looked at now and then: has it
 * beaten since the last time?
 *
 * A thread that is ready to run and gets no CPU does not hang; killing workers
 * is the wrong answer to a busy machine. Nor does one that waits for another
 * which gets none: the control thread for the media thread, anybody for a lock.
 * So time in which the kernel says that threads of the process waited for a CPU
 * counts a tenth. And a look that comes late says that it
 * is the looker who had no time: no look counts for more than the interval of
 * looks.
 *
 * Threads: pure, of one owner. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  gint64 beats;      /* at the last look */
  gint64 looked_us;  /* when that was; 0 = never */
  gint64 silent_us;  /* without a beat, as counted */
  guint64 waited_ns; /* for a CPU, in all, at the last look; 0 = unknown */
} SfuWatchdog;

/* At first, and whenever the thread is another. */
void sfu_watchdog_init (SfuWatchdog *self);

/* Whether the next look needs waited_ns, which costs a read of /proc. */
gboolean sfu_watchdog_is_worried (const SfuWatchdog *self, gint64 beats);

/* waited_ns: how long the process has waited for a CPU so far; 0 = not asked.
 * Returns for how long it has been silent, in µs, as far as that counts. */
gint64 sfu_watchdog_look (SfuWatchdog *self, gint64 now_us, gint64 interval_us,
    gint64 beats, guint64 waited_ns);

/* All its threads together, from /proc/PID/task/.../schedstat; 0 = not
 * known. */
guint64 sfu_watchdog_read_waited (gint pid);

G_END_DECLS
