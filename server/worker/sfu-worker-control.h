/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The worker's end of the seam: org.gstsfu.Worker1 on a connection, each method
 * handed to the verb of SfuWorker with its name.
 *
 * Threads: control thread. */
#pragma once

#include <gio/gio.h>

#include "sfu-pulse.h"

G_BEGIN_DECLS

typedef struct _SfuWorkerControl SfuWorkerControl;

/* Messages of the connection are not processed yet, so that none is missed.
 * pulse: as sfu_worker_new. */
SfuWorkerControl *sfu_worker_control_new (
    GDBusConnection *connection, SfuPulse *pulse, GError **error);
/* Closes everything the worker holds. */
void sfu_worker_control_free (SfuWorkerControl *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuWorkerControl, sfu_worker_control_free)

G_END_DECLS
