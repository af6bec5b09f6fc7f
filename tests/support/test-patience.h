/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How long a test waits, in time that it had. Where a machine stands still (its
 * host has others to serve) the clock goes on, and a deadline would pass before
 * anybody could do anything about it.
 *
 * Threads: one. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* More between two looks is time that nobody had. */
#define TEST_PATIENCE_STEP_US G_USEC_PER_SEC

typedef struct {
  gint64 left_us, looked_us;
} TestPatience;

static inline TestPatience
test_patience (gint64 us)
{
  return (TestPatience){ us, g_get_monotonic_time () };
}

/* To be asked often. */
static inline gboolean
test_patience_is_over (TestPatience *self)
{
  gint64 now_us = g_get_monotonic_time ();

  self->left_us -= MIN (now_us - self->looked_us, TEST_PATIENCE_STEP_US);
  self->looked_us = now_us;
  return self->left_us < 0;
}

G_END_DECLS
