/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What systemd is told.
 *
 * Threads: the server's one thread. */
#include "sfu-systemd.h"

#ifdef SFU_HAVE_LIBSYSTEMD
#include <systemd/sd-daemon.h>

void
sfu_systemd_ready (void)
{
  sd_notify (0, "READY=1");
}

/* The time is what Type=notify-reload wants; Type=notify does not look. */
void
sfu_systemd_reloading (void)
{
  sd_notifyf (0, "RELOADING=1\nMONOTONIC_USEC=%" G_GINT64_FORMAT,
      g_get_monotonic_time ());
}

void
sfu_systemd_stopping (void)
{
  sd_notify (0, "STOPPING=1");
}

void
sfu_systemd_status (const gchar *text)
{
  sd_notifyf (0, "STATUS=%s", text);
}

static gboolean
on_alive (gpointer data)
{
  sd_notify (0, "WATCHDOG=1");
  return G_SOURCE_CONTINUE;
}

guint
sfu_systemd_watch (void)
{
  uint64_t interval_us = 0;

  if (sd_watchdog_enabled (0, &interval_us) <= 0)
    return 0;
  return g_timeout_add (
      (guint)CLAMP (interval_us / 2 / 1000, 1, G_MAXINT), on_alive, NULL);
}

#else

void
sfu_systemd_ready (void)
{
}

void
sfu_systemd_reloading (void)
{
}

void
sfu_systemd_stopping (void)
{
}

void
sfu_systemd_status (const gchar *text)
{
}

guint
sfu_systemd_watch (void)
{
  return 0;
}

#endif
