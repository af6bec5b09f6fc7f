/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Between sfu-worker-client.c (the process and the connection) and
 * sfu-worker-calls.c (the methods).
 *
 * Threads: as sfu-worker-client.h. */
#pragma once

#include "sfu-worker-client.h"

G_BEGIN_DECLS

/* Calls method with a tuple (floating: consumed). tag: the calling _async. */
void sfu_worker_client_call (SfuWorkerClient *self, const gchar *method,
    GVariant *args, GCancellable *cancellable, GAsyncReadyCallback callback,
    gpointer data, gpointer tag);
/* The reply tuple, its type checked against the interface description. */
GVariant *sfu_worker_client_call_finish (
    SfuWorkerClient *self, GAsyncResult *result, gpointer tag, GError **error);

G_END_DECLS
