/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The REST routes: one table of method, path pattern and handler.
 *
 * Threads: the server's one thread. */
#include "sfu-http-private.h"

#include "sfu-json-rtp.h"
#include "sfu-room-media.h"
#include "sfu-room.h"
#include "sfu-shapes.h"

#include <string.h>

/* Parts of a path: more than any route has. */
#define MAX_PARTS 9

typedef struct {
  SfuHttpServer *server;
  SoupServerMessage *message;
  const gchar *room_id; /* NULL for routes without */
  GStrv parts;          /* of the path */
} Context;

static JsonNode *
node_of_object (JsonObject *object)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);

  json_node_take_object (node, object);
  return node;
}

/* A server that is cut off from the others works on: it is healthy. */
static void
add_redis (SfuHttpServer *server, JsonObject *object)
{
  SfuClusterStatus status;

  if (server->cluster == NULL)
    return;
  sfu_cluster_get_status (server->cluster, &status);
  json_object_set_string_member (
      object, "redis", status.connected ? "connected" : "disconnected");
}

static void
handle_health (const Context *c)
{
  JsonObject *object = json_object_new ();
  SfuWorkerPoolHealth workers;
  guint running;
  gboolean ok;
  gboolean draining = sfu_drain_is_on (sfu_rooms_get_drain (c->server->rooms));
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree gchar *timestamp = g_date_time_format_iso8601 (now);

  sfu_worker_pool_get_health (sfu_rooms_get_pool (c->server->rooms), &workers);
  running = workers.ready;
  ok = workers.restarting == 0 && workers.crash_looping == 0;
  json_object_set_string_member (object, "status",
      draining          ? "draining"
          : ok          ? "healthy"
          : running > 0 ? "degraded"
                        : "failed");
  json_object_set_string_member (object, "timestamp", timestamp);
  /* What the clients of calls look for. */
  json_object_set_string_member (object, "service", "webrtc");
  json_object_set_string_member (object, "server", "gst-sfu");
  json_object_set_string_member (object, "version", SFU_VERSION);
  json_object_set_int_member (object, "uptime",
      (g_get_monotonic_time () - c->server->started_us) / G_USEC_PER_SEC);
  json_object_set_int_member (object, "workers", running);
  json_object_set_int_member (object, "restarting", workers.restarting);
  json_object_set_int_member (object, "crashLooping", workers.crash_looping);
  json_object_set_int_member (
      object, "rooms", sfu_rooms_n_rooms (c->server->rooms));
  json_object_set_int_member (
      object, "peers", sfu_rooms_n_peers (c->server->rooms));
  add_redis (c->server, object);
  sfu_http_reply_json (c->message,
      running > 0 && !draining ? SOUP_STATUS_OK
                               : SOUP_STATUS_SERVICE_UNAVAILABLE,
      node_of_object (object));
}

static void
add_cluster (SfuHttpServer *server, JsonObject *object)
{
  JsonObject *cluster;
  SfuClusterStatus status;

  if (server->cluster == NULL)
    return;
  sfu_cluster_get_status (server->cluster, &status);
  cluster = json_object_new ();
  json_object_set_int_member (cluster, "nodes", status.n_nodes);
  json_object_set_int_member (cluster, "remotePeers", status.n_remote_peers);
  json_object_set_boolean_member (cluster, "connected", status.connected);
  json_object_set_int_member (cluster, "malformed", (gint64)status.n_malformed);
  json_object_set_int_member (cluster, "leftOut", (gint64)status.n_left_out);
  json_object_set_object_member (object, "cluster", cluster);
}

/* Numbers only: names of rooms are what lets one in. */
static void
handle_stats (const Context *c)
{
  JsonObject *object = json_object_new ();
  SfuRoomsTotals totals;

  sfu_rooms_count (c->server->rooms, &totals);
  json_object_set_int_member (
      object, "rooms", sfu_rooms_n_rooms (c->server->rooms));
  json_object_set_int_member (
      object, "peers", sfu_rooms_n_peers (c->server->rooms));
  json_object_set_int_member (object, "workers",
      sfu_worker_pool_n_running (sfu_rooms_get_pool (c->server->rooms)));
  json_object_set_int_member (object, "joined", totals.joined);
  json_object_set_int_member (object, "connections",
      sfu_address_limits_n_connections (c->server->limits));
  json_object_set_int_member (object, "uptime",
      (g_get_monotonic_time () - c->server->started_us) / G_USEC_PER_SEC);
  json_object_set_int_member (object, "transports", totals.transports);
  json_object_set_int_member (object, "producers", totals.producers);
  json_object_set_int_member (object, "consumers", totals.consumers);
  add_cluster (c->server, object);
  sfu_http_reply_json (c->message, SOUP_STATUS_OK, node_of_object (object));
}

/* The same for every room, so that asking makes none. */
static void
handle_room (const Context *c)
{
  sfu_http_reply_json (c->message, SOUP_STATUS_OK,
      sfu_json_from_rtp_capabilities (
          sfu_rooms_get_capabilities (c->server->rooms)));
}

/* NULL = answered. */
static SfuRoom *
admin_room (const Context *c)
{
  SfuRoom *room;

  if (!sfu_http_check_admin (c->server, c->message))
    return NULL;
  room = sfu_rooms_find (c->server->rooms, c->room_id);
  if (room == NULL)
    sfu_http_reply_error (
        c->message, SOUP_STATUS_NOT_FOUND, "nobody is in this room");
  return room;
}

static void
handle_dump (const Context *c)
{
  SfuRoom *room = admin_room (c);

  if (room != NULL)
    sfu_http_reply_dump (room, c->message);
}

static void
handle_graph_dot (const Context *c)
{
  SfuRoom *room = admin_room (c);

  if (room != NULL)
    sfu_http_reply_graph (c->server, room, c->message, FALSE);
}

static void
handle_graph_svg (const Context *c)
{
  SfuRoom *room = admin_room (c);

  if (room != NULL)
    sfu_http_reply_graph (c->server, room, c->message, TRUE);
}

static void
handle_admin_server (const Context *c)
{
  sfu_http_reply_server (c->server, c->message);
}

static void
handle_admin_rooms (const Context *c)
{
  sfu_http_reply_rooms (c->server, c->message);
}

static void
handle_admin_room (const Context *c)
{
  SfuRoom *room = admin_room (c);

  if (room != NULL)
    sfu_http_reply_room_look (room, c->message);
}

static void
handle_admin_get_drain (const Context *c)
{
  sfu_http_reply_drain (c->server, c->message);
}

static void
handle_admin_set_drain (const Context *c)
{
  sfu_http_set_drain (c->server, c->message);
}

static void
handle_kick (const Context *c)
{
  sfu_http_kick (c->server, c->message, c->room_id);
}

static void
handle_mute (const Context *c)
{
  sfu_http_mute (c->server, c->message, c->room_id);
}

static void
handle_lock (const Context *c)
{
  sfu_http_lock (c->server, c->message, c->room_id);
}

static void
handle_close_room (const Context *c)
{
  sfu_http_close_room (c->server, c->message, c->room_id);
}

static void
handle_broadcaster (const Context *c)
{
  sfu_http_handle_broadcasters (c->server, c->message, c->parts);
}

static void
handle_study_rooms (const Context *c)
{
  sfu_http_reply_study_rooms (c->server, c->message);
}

static void
handle_study_preflight (const Context *c)
{
  sfu_http_reply_study_preflight (c->server, c->message);
}

static void
handle_study_room (const Context *c)
{
  sfu_http_reply_study_room (c->server, c->message, c->room_id);
}

static void
handle_live (const Context *c)
{
  sfu_http_reply_live (c->server, c->message);
}

static void
handle_ready (const Context *c)
{
  sfu_http_reply_ready (c->server, c->message);
}

static void
handle_metrics (const Context *c)
{
  sfu_http_reply_metrics (c->server, c->message);
}

static void
handle_log_levels (const Context *c)
{
  sfu_http_reply_log_levels (c->server, c->message);
}

static void
handle_set_log_levels (const Context *c)
{
  sfu_http_set_log_levels (c->server, c->message);
}

static void
handle_rtc_preflight (const Context *c)
{
  sfu_http_reply_rtc_preflight (c->server, c->message);
}

static void
handle_rtc_capabilities (const Context *c)
{
  sfu_http_reply_rtc_capabilities (c->server, c->message);
}

static void
handle_rtc_transport (const Context *c)
{
  sfu_http_reply_rtc_transport (c->server, c->message);
}

/* "*" is any part; the first one is the room. "**" is any rest. */
static const struct {
  const gchar *method; /* NULL = any */
  const gchar *path;
  void (*handle) (const Context *context);
} routes[] = {
  { "GET", "health", handle_health },
  { "GET", "health/live", handle_live },
  { "GET", "health/ready", handle_ready },
  { "GET", "metrics", handle_metrics },
  { "GET", "admin/log-level", handle_log_levels },
  { "PUT", "admin/log-level", handle_set_log_levels },
  { "GET", "stats", handle_stats },
  { "GET", "admin/server", handle_admin_server },
  { "GET", "admin/rooms", handle_admin_rooms },
  { "GET", "admin/rooms/*", handle_admin_room },
  { "GET", "admin/drain", handle_admin_get_drain },
  { "PUT", "admin/drain", handle_admin_set_drain },
  { "GET", "api/rooms", handle_study_rooms },
  { "GET", "api/rooms/*", handle_study_room },
  { "OPTIONS", "api/rooms", handle_study_preflight },
  { "OPTIONS", "api/rooms/*", handle_study_preflight },
  { "OPTIONS", "rtc/**", handle_rtc_preflight },
  { "GET", "rtc/capabilities", handle_rtc_capabilities },
  { "POST", "rtc/transports", handle_rtc_transport },
  { "GET", "rooms/*", handle_room },
  { "DELETE", "rooms/*", handle_close_room },
  { "POST", "rooms/*/kick", handle_kick },
  { "POST", "rooms/*/mute", handle_mute },
  { "POST", "rooms/*/lock", handle_lock },
  { "GET", "rooms/*/dump", handle_dump },
  { "GET", "rooms/*/graph.dot", handle_graph_dot },
  { "GET", "rooms/*/graph.svg", handle_graph_svg },
  { NULL, "rooms/*/broadcasters", handle_broadcaster },
  { NULL, "rooms/*/broadcasters/**", handle_broadcaster },
};

static gboolean
matches (const gchar *pattern, GStrv parts, const gchar **room_id)
{
  g_auto (GStrv) wanted = g_strsplit (pattern, "/", -1);
  guint i;

  *room_id = NULL;
  for (i = 0; wanted[i] != NULL; i++) {
    if (strcmp (wanted[i], "**") == 0)
      return parts[i] != NULL;
    if (parts[i] == NULL)
      return FALSE;
    if (strcmp (wanted[i], "*") == 0) {
      if (*room_id == NULL)
        *room_id = parts[i];
    } else if (strcmp (wanted[i], parts[i]) != 0) {
      return FALSE;
    }
  }
  return parts[i] == NULL;
}

/* Split first, then decoded: %2F is part of a name. */
static GStrv
split_path (SoupServerMessage *message)
{
  const gchar *path = g_uri_get_path (soup_server_message_get_uri (message));
  GStrv parts = g_strsplit (*path == '/' ? path + 1 : path, "/", MAX_PARTS);

  for (guint i = 0; parts[i] != NULL; i++) {
    gchar *decoded = g_uri_unescape_string (parts[i], NULL);

    if (decoded != NULL) {
      g_free (parts[i]);
      parts[i] = decoded;
    }
  }
  return parts;
}

/* Whoever watches the server asks as often as it wants. */
static gboolean
is_health (const gchar *pattern)
{
  return g_str_has_prefix (pattern, "health");
}

gboolean
sfu_http_handle_api (
    SfuHttpServer *server, SoupServerMessage *message, const gchar *path)
{
  const gchar *method = soup_server_message_get_method (message);
  g_auto (GStrv) parts = split_path (message);
  Context context = { server, message, NULL, parts };
  gboolean other_method = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (routes); i++) {
    if (!matches (routes[i].path, parts, &context.room_id))
      continue;
    if (routes[i].method != NULL && strcmp (routes[i].method, method) != 0) {
      other_method = TRUE;
      continue;
    }
    if (!is_health (routes[i].path) && !sfu_http_gate_request (server, message))
      return TRUE;
    if (context.room_id != NULL && !sfu_name_is_valid (context.room_id))
      sfu_http_reply_error (
          message, SOUP_STATUS_BAD_REQUEST, "not the name of a room");
    else
      routes[i].handle (&context);
    return TRUE;
  }
  if (!other_method)
    return FALSE;
  sfu_http_reply_error (
      message, SOUP_STATUS_METHOD_NOT_ALLOWED, "not with this method");
  return TRUE;
}
