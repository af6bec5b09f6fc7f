/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls to the worker that nobody waits for: closing, pausing and resuming,
 * and how many speakers a router forwards. An error is logged when it matters.
 *
 * Threads: the server's one thread. */
#pragma once

#include "sfu-worker-client.h"

G_BEGIN_DECLS

void sfu_room_tell_close_router (
    SfuWorkerClient *worker, const gchar *router_id);
void sfu_room_tell_loudest (
    SfuWorkerClient *worker, const gchar *router_id, guint n);
void sfu_room_tell_close_transport (
    SfuWorkerClient *worker, const gchar *transport_id);
void sfu_room_tell_close_producer (
    SfuWorkerClient *worker, const gchar *producer_id);
void sfu_room_tell_pause_producer (
    SfuWorkerClient *worker, const gchar *producer_id, gboolean paused);
void sfu_room_tell_close_consumer (
    SfuWorkerClient *worker, const gchar *consumer_id);

G_END_DECLS
