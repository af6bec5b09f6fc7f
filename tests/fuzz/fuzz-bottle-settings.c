/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzz target: the settings of the network in a bottle, as its commands and the
 * command line have them.
 *
 * Threads: one. */
#include "bottle-settings.h"
#include "fuzz-target.h"

#include <string.h>

static gboolean
is_share (gdouble value)
{
  return value >= 0 && value <= 1;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree gchar *text = g_strndup ((const gchar *)data, size);
  g_autoptr (GError) error = NULL;
  SfuBottleSettings before, s;
  gboolean ok;

  sfu_bottle_settings_init (&before);
  s = before;
  ok = sfu_bottle_settings_parse (&s, text, &error);
  g_assert (ok == (error == NULL));
  if (!ok)
    g_assert (memcmp (&s, &before, sizeof s) == 0);
  g_assert (is_share (s.loss) && is_share (s.burst) && is_share (s.duplicate));
  g_assert (s.burst_length >= 1);
  g_assert (s.delay_us >= 0 && s.jitter_us >= 0 && s.queue_us >= 0);
  g_assert (s.blackout_from_us >= 0);
  g_assert (s.blackout_to_us >= s.blackout_from_us);
  return 0;
}
