/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-watchdog.h.
 *
 * Threads: pure, of one owner. */
#include "sfu-watchdog.h"

#include <stdio.h>

/* Of the time between two looks, from which on it was the machine's fault. */
#define STARVED_SHARE 2
/* And how much less it counts then: a hang on a busy machine is noticed, too,
 * only later. */
#define STARVED_DISCOUNT 10

void
sfu_watchdog_init (SfuWatchdog *self)
{
  *self = (SfuWatchdog){ 0 };
}

gboolean
sfu_watchdog_is_worried (const SfuWatchdog *self, gint64 beats)
{
  return self->looked_us != 0 && beats == self->beats;
}

gint64
sfu_watchdog_look (SfuWatchdog *self, gint64 now_us, gint64 interval_us,
    gint64 beats, guint64 waited_ns)
{
  if (self->looked_us == 0 || beats != self->beats) {
    self->silent_us = 0;
    self->waited_ns = 0;
  } else {
    gint64 passed_us = MIN (now_us - self->looked_us, interval_us);
    gboolean starved = self->waited_ns != 0 && waited_ns > self->waited_ns &&
        (gint64)((waited_ns - self->waited_ns) / 1000) >=
            passed_us / STARVED_SHARE;
    self->silent_us += starved ? passed_us / STARVED_DISCOUNT : passed_us;
    self->waited_ns = waited_ns;
  }
  self->beats = beats;
  self->looked_us = now_us;
  return self->silent_us;
}

guint64
sfu_watchdog_read_waited (gint pid)
{
  g_autofree gchar *folder = g_strdup_printf ("/proc/%d/task", pid);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint64 sum_ns = 0;
  const gchar *tid;
  while (dir && (tid = g_dir_read_name (dir))) {
    g_autofree gchar *path = g_build_filename (folder, tid, "schedstat", NULL);
    g_autofree gchar *text = NULL;
    guint64 ran_ns, waited_ns;
    if (g_file_get_contents (path, &text, NULL, NULL) &&
        sscanf (text, "%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT, &ran_ns,
            &waited_ns) == 2)
      sum_ns += waited_ns;
  }
  return sum_ns;
}
