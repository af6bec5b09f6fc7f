/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A worker that dies of a signal says where: the calls that led there go to the
 * log, one line each, before the process ends of that signal as it would have
 * anyway (core file included). Programs without symbols give addresses, which
 * addr2line(1) translates.
 *
 * A thread that gets SFU_PULSE_SIGNAL says the same and goes on: so does the
 * server learn where a worker hangs before it kills it.
 *
 * Threads: control thread, before there are others. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

void sfu_worker_crash_install (void);

G_END_DECLS
