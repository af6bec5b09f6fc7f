/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-turn-pace.h.
 *
 * Threads: the loop's. */
#include "sfu-turn-pace.h"

/* A turn takes about a third of a µs for each descriptor and the sources that
 * belong to it, and twice that where a worker has the CPU in between; with this
 * the turning takes a fifteenth of the time at most. */
#define US_PER_FD 10
/* A request crosses the loop a few times, and people wait for the answer. */
#define MAX_WAIT_US 2000

gint64
sfu_turn_pace_wait_us (guint n_fds, gint64 since_us, gint timeout_ms)
{
  gint64 wait_us = MIN ((gint64)n_fds * US_PER_FD, MAX_WAIT_US) - since_us;

  if (since_us < 0 || wait_us <= 0)
    return 0;
  /* 0: something is ready that no descriptor tells of, mostly an answer of a
   * worker, and more of them are on their way. */
  return timeout_ms > 0 ? MIN (wait_us, timeout_ms * G_GINT64_CONSTANT (1000))
                        : wait_us;
}

static gint
paced_poll (GPollFD *fds, guint n_fds, gint timeout_ms)
{
  static gint64 last_us; /* when the last look ended */
  gint64 wait_us = sfu_turn_pace_wait_us (
      n_fds, g_get_monotonic_time () - last_us, timeout_ms);
  gint n;

  if (wait_us > 0)
    g_usleep (wait_us);
  n = g_poll (fds, n_fds, timeout_ms);
  last_us = g_get_monotonic_time ();
  return n;
}

void
sfu_turn_pace_install (GMainContext *context)
{
  g_main_context_set_poll_func (context, paced_poll);
}
