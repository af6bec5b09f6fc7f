/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What systemd is told (sd_notify(3)), when it is systemd that runs us; else,
 * or built without libsystemd, nothing happens.
 *
 * Threads: the server's one thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Started, or done with reloading. */
void sfu_systemd_ready (void);
void sfu_systemd_reloading (void);
void sfu_systemd_stopping (void);
/* One line for "systemctl status". */
void sfu_systemd_status (const gchar *text);
/* WatchdogSec=: says twice in that time that the main loop runs. A source, to
 * be removed; 0 = nobody asks. */
guint sfu_systemd_watch (void);

G_END_DECLS
