/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Between the files of this folder.
 *
 * Threads: the server's one thread. */
#pragma once

#include "sfu-http-server.h"

#include "sfu-address-limits.h"
#include "sfu-json.h"
#include "sfu-listener.h"
#include "sfu-sio.h"
#include "sfu-rpc-hub.h"

G_BEGIN_DECLS

typedef struct _SfuHttpMount SfuHttpMount;

struct _SfuHttpServer {
  SoupServer *soup;             /* owned */
  const SfuConfig *config;      /* borrowed */
  SfuRooms *rooms;              /* borrowed */
  SfuCluster *cluster;          /* borrowed; NULL = alone */
  GArray *ports;                /* of guint16 */
  GPtrArray *listeners;         /* of SfuListener, owned */
  GTlsCertificate *certificate; /* owned; NULL = http */
  gchar *web_root;              /* NULL = nowhere */
  SfuServices services;
  SfuAddressLimits *limits; /* owned */
  GPtrArray *mounts;        /* of SfuHttpMount */
  SfuRpcHub *rpc;           /* owned */
  gint64 started_us;
  const SfuWebhook *webhook; /* borrowed; NULL = none */
};

/* The configured one. NULL and an error that names the keys. */
GTlsCertificate *sfu_http_load_certificate (
    const SfuConfig *config, GError **error);
SfuAddressLimitsOptions sfu_http_address_limits (const SfuConfig *config);

/* ---- answers ---- */

/* Takes node. */
void sfu_http_reply_json (
    SoupServerMessage *message, guint status, JsonNode *node);
/* {"error": text}. */
void sfu_http_reply_error (
    SoupServerMessage *message, guint status, const gchar *text);
void sfu_http_reply_gerror (SoupServerMessage *message, const GError *error);
/* Takes text. */
void sfu_http_reply_text (SoupServerMessage *message, guint status,
    const gchar *content_type, gchar *text);

/* For an answer that comes later: a reference that keeps the client waiting,
 * until it is given back behind the answer. */
SoupServerMessage *sfu_http_hold (SoupServerMessage *message);
void sfu_http_release (SoupServerMessage *message);

/* The body, which must be an object; NULL = it is empty. FALSE = answered. */
gboolean sfu_http_read_json (SoupServerMessage *message, JsonNode **body);

/* ---- the gate: before any protocol; FALSE = it has been answered ---- */

/* The client's, also behind a trusted proxy. Free it. */
GInetAddress *sfu_http_client_address (
    SfuHttpServer *server, SoupServerMessage *message);
/* A new signalling connection. The message carries its place, until the
 * connection keeps it. */
gboolean sfu_http_gate_connection (
    SfuHttpServer *server, SoupServerMessage *message);
void sfu_http_gate_keep (
    SoupServerMessage *message, SoupWebsocketConnection *connection);
/* There will be no connection. */
void sfu_http_gate_leave (SoupServerMessage *message);
/* A request that costs something. */
gboolean sfu_http_gate_request (
    SfuHttpServer *server, SoupServerMessage *message);
/* May pages of its origin connect? */
gboolean sfu_http_gate_origin (
    SfuHttpServer *server, SoupServerMessage *message);
/* A connection was accepted, or has answered: it has some time for the next
 * request. */
void sfu_http_gate_watch (SfuHttpServer *server, SoupServerMessage *message);

/* ---- doors of the protocols ---- */

/* TRUE = it was for one of them and has been answered, or will be; or it is a
 * WebSocket, and when that was not answered here the handshake may go on. */
gboolean sfu_http_doors_handle (
    SfuHttpServer *server, SoupServerMessage *message);
/* After the handshake. */
void sfu_http_doors_accept (SfuHttpServer *server, SoupServerMessage *message,
    SoupWebsocketConnection *connection);

/* ---- mounts of Socket.IO ---- */

void sfu_http_mounts_open (SfuHttpServer *server);
/* path: without a slash at its end. NULL = there is none. */
SfuSioServer *sfu_http_mounts_find (
    SfuHttpServer *server, const gchar *path, guint port);
/* Bounds and origins have changed in the configuration. */
void sfu_http_mounts_reload (SfuHttpServer *server);
gboolean sfu_http_mounts_are_empty (SfuHttpServer *server);
void sfu_http_mounts_close_all (SfuHttpServer *server);
/* Is the message on this port? 0 = any. */
gboolean sfu_http_is_port (guint wanted, SoupServerMessage *message);

/* The media-server RPC, for the table of doors. */
gboolean sfu_http_wants_rpc (SfuHttpServer *server, SoupServerMessage *message);
gboolean sfu_http_check_rpc (SfuHttpServer *server, SoupServerMessage *message);
void sfu_http_accept_rpc (SfuHttpServer *server, SoupServerMessage *message,
    SoupWebsocketConnection *connection);

/* ---- routes ---- */

/* rtc/...: each answers, now or later. */
void sfu_http_reply_rtc_preflight (
    SfuHttpServer *server, SoupServerMessage *message);
void sfu_http_reply_rtc_capabilities (
    SfuHttpServer *server, SoupServerMessage *message);
void sfu_http_reply_rtc_transport (
    SfuHttpServer *server, SoupServerMessage *message);

/* /metrics; asks for the admin token unless metrics-open says otherwise, and
 * answers in any case, soon. */
void sfu_http_reply_metrics (SfuHttpServer *server, SoupServerMessage *message);
/* What there is now, from the server's side. */
void sfu_http_write_snapshot (SfuHttpServer *server, SfuExposition *exposition);

/* /health/live and /health/ready; in sfu-http-health.c. */
void sfu_http_reply_live (SfuHttpServer *server, SoupServerMessage *message);
void sfu_http_reply_ready (SfuHttpServer *server, SoupServerMessage *message);
/* "draining", "no-worker"; NULL = it is ready. */
const gchar *sfu_http_why_not_ready (SfuHttpServer *server);

/* /admin/log-level: asks for the admin token. */
void sfu_http_reply_log_levels (
    SfuHttpServer *server, SoupServerMessage *message);
void sfu_http_set_log_levels (
    SfuHttpServer *server, SoupServerMessage *message);

/* TRUE = it was one of ours and has been answered, or will be. */
gboolean sfu_http_handle_api (
    SfuHttpServer *server, SoupServerMessage *message, const gchar *path);

/* rooms/R/broadcasters and all below; parts: of the path. Answers in any
 * case, now or later. */
void sfu_http_handle_broadcasters (
    SfuHttpServer *server, SoupServerMessage *message, GStrv parts);

/* rooms/R/kick, mute, lock, and rooms/R itself; in sfu-http-moderator.c. */
void sfu_http_kick (
    SfuHttpServer *server, SoupServerMessage *message, const gchar *room_id);
void sfu_http_mute (
    SfuHttpServer *server, SoupServerMessage *message, const gchar *room_id);
void sfu_http_lock (
    SfuHttpServer *server, SoupServerMessage *message, const gchar *room_id);
void sfu_http_close_room (
    SfuHttpServer *server, SoupServerMessage *message, const gchar *room_id);

/* The page's files; answers in any case. */
void sfu_http_handle_static (
    SfuHttpServer *server, SoupServerMessage *message, const gchar *path);
/* Where the page is: what is configured, else as built, else as installed.
 * NULL when it is nowhere. */
gchar *sfu_http_find_web_root (const gchar *configured);

/* Authorization: Bearer TOKEN, else ?token=TOKEN; NULL = there is none. */
gchar *sfu_http_given_token (SoupServerMessage *message);
/* May a client with the token of this message in? room_id and *grant: as
 * sfu_services_admit. FALSE = it has been answered with 401 or 403. */
gboolean sfu_http_admit (SfuHttpServer *server, SoupServerMessage *message,
    const gchar *room_id, SfuGrant **grant);

/* May this message have what is for the operator only? FALSE = it has been
 * answered with 401 or 403. */
gboolean sfu_http_check_admin (
    SfuHttpServer *server, SoupServerMessage *message);

/* The same for what changes something: with admin-open, not for pages in
 * browsers, which any page could do in somebody's name. */
gboolean sfu_http_check_operator (
    SfuHttpServer *server, SoupServerMessage *message);

/* /admin/server, /admin/rooms, /admin/drain; in sfu-http-operator.c. Each asks
 * for the token itself. */
void sfu_http_reply_server (SfuHttpServer *server, SoupServerMessage *message);
void sfu_http_reply_rooms (SfuHttpServer *server, SoupServerMessage *message);
void sfu_http_reply_drain (SfuHttpServer *server, SoupServerMessage *message);
void sfu_http_set_drain (SfuHttpServer *server, SoupServerMessage *message);
/* /admin/rooms/ID, for whom the token has been checked. */
void sfu_http_reply_room_look (SfuRoom *room, SoupServerMessage *message);

/* Graph and dump of a room. router_id is borrowed. */
void sfu_http_reply_dump (SfuRoom *room, SoupServerMessage *message);
void sfu_http_reply_graph (SfuHttpServer *server, SfuRoom *room,
    SoupServerMessage *message, gboolean svg);

/* /api/rooms, and one of them; in sfu-http-study.c. */
void sfu_http_reply_study_rooms (
    SfuHttpServer *server, SoupServerMessage *message);
void sfu_http_reply_study_room (
    SfuHttpServer *server, SoupServerMessage *message, const gchar *room_id);
/* A browser asks whether a page of another origin may ask. */
void sfu_http_reply_study_preflight (
    SfuHttpServer *server, SoupServerMessage *message);

/* dot -Tsvg over text. */
void sfu_graphviz_render_async (const gchar *program, const gchar *dot,
    GAsyncReadyCallback callback, gpointer data);
/* g_free it. SFU_ERROR_NOT_SUPPORTED when Graphviz is not installed. */
gchar *sfu_graphviz_render_finish (GAsyncResult *result, GError **error);

G_END_DECLS
