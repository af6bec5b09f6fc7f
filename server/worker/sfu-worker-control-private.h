/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Between the files of SfuWorkerControl: sfu-worker-control.c (answers, most
 * methods, signals) and -consumers.c.
 *
 * Threads: control thread. */
#pragma once

#include "sfu-dbus.h"
#include "sfu-worker-control.h"
#include "sfu-worker.h"

G_BEGIN_DECLS

struct _SfuWorkerControl {
  SfuDBusWorker1 *skeleton; /* owned */
  SfuWorker *worker;        /* owned */
  SfuPulse *pulse;          /* borrowed; NULL = nobody looks */
};

/* For methods that return nothing. Takes error. */
gboolean sfu_worker_control_answer (
    GDBusMethodInvocation *invocation, gboolean ok, GError *error);

/* ---- sfu-worker-control-consumers.c: handlers of the methods ---- */

gboolean sfu_worker_control_on_consume (SfuWorkerControl *self,
    GDBusMethodInvocation *invocation, const gchar *transport_id,
    GVariant *consumers);
gboolean sfu_worker_control_on_resume_consumers (SfuWorkerControl *self,
    GDBusMethodInvocation *invocation, const gchar *const *ids);
gboolean sfu_worker_control_on_set_consumer_paused (SfuWorkerControl *self,
    GDBusMethodInvocation *invocation, const gchar *id, gboolean paused);
gboolean sfu_worker_control_on_set_consumer_preferred_layers (
    SfuWorkerControl *self, GDBusMethodInvocation *invocation, const gchar *id,
    gint spatial, gint temporal);
gboolean sfu_worker_control_on_request_key_frame (
    SfuWorkerControl *self, GDBusMethodInvocation *invocation, const gchar *id);
gboolean sfu_worker_control_on_close_consumer (
    SfuWorkerControl *self, GDBusMethodInvocation *invocation, const gchar *id);

G_END_DECLS
