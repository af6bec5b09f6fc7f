/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keeps the turns of a busy main loop apart.
 *
 * A turn of a GMainContext looks at every source and every descriptor, whatever
 * happened: 50 to 70 µs with the sockets of 200 clients. When hundreds of them
 * come at once something happens every few µs, and a loop that turns for each
 * spends its time with turning. So the next turn begins a little after the last
 * one, by how many descriptors there are, and finds more to do. Who has been idle
 * for that long is not kept waiting.
 *
 * Threads: the loop's. One loop in a process. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

void sfu_turn_pace_install (GMainContext *context);

/* How long to wait before looking at n_fds descriptors, since_us after the last
 * look; timeout_ms as poll's: no longer than that. */
gint64 sfu_turn_pace_wait_us (guint n_fds, gint64 since_us, gint timeout_ms);

G_END_DECLS
