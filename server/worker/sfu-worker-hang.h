/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* For tests: a worker whose threads can be made to hang. With SFU_WORKER_HANG=1
 * in its environment SIGUSR1 blocks its media thread for ever, SIGUSR2 its
 * control thread. Without that both signals kill it, as they do anybody.
 *
 * Threads: control thread. */
#pragma once

#include "sfu-media-loop.h"

G_BEGIN_DECLS

void sfu_worker_hang_install (SfuMediaLoop *loop);

G_END_DECLS
