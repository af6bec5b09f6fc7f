/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-restart.h.
 *
 * Threads: pure, of one owner. */
#include "sfu-restart.h"

#define FIRST_WAIT_MS 500
#define MAX_WAIT_MS 30000

guint
sfu_restart_died (SfuRestart *self, gint64 born_us, gint64 now_us)
{
  guint wait_ms = FIRST_WAIT_MS;

  for (guint i = SFU_RESTART_LOOP_DEATHS - 1; i > 0; i--)
    self->deaths_us[i] = self->deaths_us[i - 1];
  self->deaths_us[0] = now_us;
  if (now_us - born_us >= SFU_RESTART_YOUNG_US) {
    self->n_young = 0;
    return 0;
  }
  self->n_young++;
  if (self->n_young == 1)
    return 0;
  for (guint i = 2; i < self->n_young && wait_ms < MAX_WAIT_MS; i++)
    wait_ms *= 2;
  return MIN (wait_ms, MAX_WAIT_MS);
}

gboolean
sfu_restart_is_looping (const SfuRestart *self, gint64 now_us)
{
  gint64 oldest_us = self->deaths_us[SFU_RESTART_LOOP_DEATHS - 1];

  return oldest_us != 0 && now_us - oldest_us < SFU_RESTART_LOOP_US;
}
