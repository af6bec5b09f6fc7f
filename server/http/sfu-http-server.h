/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The HTTP side: listens, serves the page and the REST routes, and hands
 * WebSockets to their dialect.
 *
 * Threads: the server's one thread. */
#pragma once

#include "sfu-cluster.h"
#include "sfu-config.h"
#include "sfu-services.h"
#include "sfu-webhook.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

typedef struct _SfuHttpServer SfuHttpServer;

/* config and rooms are borrowed and must live longer. Listens at once. NULL
 * and an error whose text says what to do (port busy, bad certificate). */
SfuHttpServer *sfu_http_server_new (
    const SfuConfig *config, SfuRooms *rooms, GError **error);
/* Closes all. NULL safe. */
void sfu_http_server_free (SfuHttpServer *server);

/* What health and statistics tell of other servers. NULL = nothing. Borrowed;
 * must live longer. */
void sfu_http_server_set_cluster (SfuHttpServer *server, SfuCluster *cluster);

/* What a configuration read anew needs, all that can fail: keys of tokens, ICE
 * servers, the certificate. NULL and an error that names the key. */
typedef struct _SfuHttpReload SfuHttpReload;
SfuHttpReload *sfu_http_reload_new (const SfuConfig *fresh, GError **error);
void sfu_http_reload_free (SfuHttpReload *reload);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuHttpReload, sfu_http_reload_free)
/* After the server's configuration has taken over fresh. taken: gets
 * "certificate" when the same file had another one in it. */
void sfu_http_server_reload (
    SfuHttpServer *server, SfuHttpReload *reload, GPtrArray *taken);

/* Whose queue metrics tell of. NULL = there is none. Borrowed; must live
 * longer. */
void sfu_http_server_set_webhook (
    SfuHttpServer *server, const SfuWebhook *webhook);

/* Takes no new connections from now on; those that are open stay. */
void sfu_http_server_stop_accepting (SfuHttpServer *server);

/* Tells clients that are in no room, too, that the server stops. */
void sfu_http_server_disconnect_all (SfuHttpServer *server);
/* Nobody is connected who would be told. */
gboolean sfu_http_server_is_idle (SfuHttpServer *server);

/* The ports that are listened on, in the order of the configuration. Borrowed;
 * of guint16. */
const GArray *sfu_http_server_get_ports (SfuHttpServer *server);
/* Of the page, for people. */
gchar *sfu_http_server_get_url (SfuHttpServer *server);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuHttpServer, sfu_http_server_free)

G_END_DECLS
