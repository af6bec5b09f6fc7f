/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-worker-hang.h.
 *
 * Threads: control thread; hang also on the media thread. */
#include "sfu-worker-hang.h"

#include <glib-unix.h>
#include <signal.h>
#include <unistd.h>

static void
hang (gpointer data, gpointer unused)
{
  for (;;)
    pause ();
}

static gboolean
on_hang_media (gpointer loop)
{
  sfu_media_loop_invoke (loop, hang, NULL, NULL);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_hang_control (gpointer loop)
{
  hang (NULL, NULL);
  return G_SOURCE_CONTINUE;
}

void
sfu_worker_hang_install (SfuMediaLoop *loop)
{
  if (g_strcmp0 (g_getenv ("SFU_WORKER_HANG"), "1") != 0)
    return;
  g_unix_signal_add (SIGUSR1, on_hang_media, loop);
  g_unix_signal_add (SIGUSR2, on_hang_control, loop);
}
