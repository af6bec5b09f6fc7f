/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The whole server as one object: workers, rooms, HTTP. main.c runs one; tests
 * run several in one process.
 *
 * Threads: the server's one thread, whose default main context must run. */
#pragma once

#include "sfu-http-server.h"

G_BEGIN_DECLS

typedef struct _SfuServer SfuServer;

/* Takes config. Starts nothing yet. NULL and an error for codecs that do not
 * fit. */
SfuServer *sfu_server_new (SfuConfig *config, GError **error);
/* Ends at once what still runs. NULL safe. */
void sfu_server_free (SfuServer *server);

/* Workers, then HTTP. After a failure only sfu_server_free is left. The error
 * says what an operator has to do. */
void sfu_server_start_async (
    SfuServer *server, GAsyncReadyCallback callback, gpointer data);
gboolean sfu_server_start_finish (
    SfuServer *server, GAsyncResult *result, GError **error);

/* Tells clients, closes rooms, asks workers to exit. */
void sfu_server_stop_async (
    SfuServer *server, GAsyncReadyCallback callback, gpointer data);
void sfu_server_stop_finish (SfuServer *server, GAsyncResult *result);

/* A configuration read anew, of a server that has started: what can be taken of
 * it is (names of keys in taken), the rest waits for a restart (in left). FALSE
 * and an error that names the key: nothing has changed. fresh is still the
 * caller's. */
gboolean sfu_server_reload (SfuServer *server, SfuConfig *fresh,
    GPtrArray *taken, GPtrArray *left, GError **error);
/* Borrowed. */
const SfuConfig *sfu_server_get_config (SfuServer *server);

/* "http=4443 rtc=40000 workers=1", of a server that has started. */
gchar *sfu_server_describe (SfuServer *server);
/* NULL before it has started. */
SfuHttpServer *sfu_server_get_http (SfuServer *server);
SfuRooms *sfu_server_get_rooms (SfuServer *server);
/* NULL when the server is alone, or has not started. */
SfuCluster *sfu_server_get_cluster (SfuServer *server);
SfuWorkerPool *sfu_server_get_pool (SfuServer *server);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuServer, sfu_server_free)

G_END_DECLS
