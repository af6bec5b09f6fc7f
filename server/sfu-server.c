/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The whole server as one object.
 *
 * Threads: the server's one thread. */
#include "sfu-server.h"

#include "sfu-error.h"
#include "sfu-ortc.h"
#include "sfu-webhook-rooms.h"

/* A worker that was asked to exit has media to wind up, not more. */
#define WORKER_STOP_MS 3000
/* Clients get this long to read why they are disconnected. */
#define GOODBYE_MS 300

struct _SfuServer {
  SfuConfig *config;   /* owned */
  SfuWorkerPool *pool; /* owned */
  SfuRooms *rooms;     /* owned */
  SfuHttpServer *http; /* owned; NULL before start */
  SfuCluster *cluster; /* owned; NULL = alone, or before start */
  SfuWebhook *webhook; /* owned; NULL = nobody is told */
  guint goodbye_id;
  GTask *stopping; /* owned, until it is answered */
};

static SfuRoomLimits
read_limits (const SfuConfig *config)
{
  return (SfuRoomLimits){
    .max_rooms = config->max_rooms,
    .max_peers = config->max_peers_per_room,
    .max_transports_per_peer = config->max_transports_per_peer,
    .max_producers_per_peer = config->max_producers_per_peer,
    .max_consumers_per_peer = config->max_consumers_per_peer,
    .linger_s = config->room_linger_s,
    .kick_ban_s = config->kick_ban_s,
    .loudest = config->loudest,
    .max_incoming_bps = config->max_incoming_bps,
    .refuse_duplicates = config->duplicate_peers == SFU_DUPLICATE_REFUSE,
    .allow_impairment = config->allow_network_throttle,
  };
}

static gboolean
make_webhook (SfuServer *server, GError **error)
{
  SfuWebhookOptions options = { .url = server->config->webhook_url,
    .secret = server->config->webhook_secret };

  if (options.url == NULL)
    return TRUE;
  server->webhook =
      sfu_webhook_new (&options, sfu_rooms_get_metrics (server->rooms), error);
  if (server->webhook == NULL)
    return FALSE;
  sfu_webhook_watch_rooms (server->webhook, server->rooms);
  return TRUE;
}

SfuServer *
sfu_server_new (SfuConfig *config, GError **error)
{
  g_autoptr (SfuServer) server = g_new0 (SfuServer, 1);
  g_autoptr (SfuRtpCapabilities) router = NULL;
  g_autofree gchar *listen_ip = g_strjoinv (",", config->listen_ips);
  SfuWorkerPoolOptions options = {
    .program = config->worker_program,
    .log_level = config->log_level,
    .listen_ip = listen_ip,
    .announced = (const gchar *const *)config->announced_addresses,
    .port_min = config->rtc_port_min,
    .port_max = config->rtc_port_max,
    .plain_port_min = config->plain_port_min,
    .plain_port_max = config->plain_port_max,
    .n_workers = config->workers,
    .allow_impairment = config->allow_network_throttle,
    .ice_tcp = config->ice_tcp,
    .stock_dtls = config->stock_dtls,
    .consent_timeout_s = config->consent_timeout_s,
    .keep_spare = config->spare_worker,
    .watchdog_ms = config->worker_watchdog_ms,
    .media_priority = config->media_priority,
    .overload = { .cpu_percent = config->worker_cpu_limit,
        .streams = config->worker_stream_limit,
        .memory_mib = config->worker_memory_limit_mib,
        .audio_only_percent = config->audio_only_above_cpu },
  };
  SfuRoomLimits limits = read_limits (config);

  server->config = config;
  router = sfu_ortc_router_capabilities (config->codecs, error);
  if (router == NULL)
    return NULL;
  server->pool = sfu_worker_pool_new (&options);
  server->rooms = sfu_rooms_new (server->pool, router, &limits);
  if (!make_webhook (server, error))
    return NULL;
  return g_steal_pointer (&server);
}

void
sfu_server_free (SfuServer *server)
{
  if (server == NULL)
    return;
  g_clear_handle_id (&server->goodbye_id, g_source_remove);
  g_clear_object (&server->stopping);
  sfu_cluster_free (server->cluster);
  sfu_rooms_free (server->rooms);
  sfu_http_server_free (server->http);
  sfu_webhook_free (server->webhook);
  sfu_worker_pool_free (server->pool);
  sfu_config_free (server->config);
  g_free (server);
}

static gboolean
start_cluster (SfuServer *server, GError **error)
{
  if (server->config->redis_url == NULL)
    return TRUE;
  server->cluster = sfu_cluster_new (server->rooms, server->config->redis_url,
      server->config->cluster_liveness_s, error);
  if (server->cluster == NULL)
    return FALSE;
  sfu_http_server_set_cluster (server->http, server->cluster);
  return TRUE;
}

static void
on_pool_started (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  SfuServer *server = g_task_get_task_data (task);
  GError *error = NULL;

  if (sfu_worker_pool_start_finish (server->pool, result, &error))
    server->http = sfu_http_server_new (server->config, server->rooms, &error);
  if (server->http != NULL)
    sfu_http_server_set_webhook (server->http, server->webhook);
  if (error != NULL || !start_cluster (server, &error))
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

void
sfu_server_start_async (
    SfuServer *server, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (NULL, NULL, callback, data);

  g_task_set_task_data (task, server, NULL);
  sfu_worker_pool_start_async (server->pool, on_pool_started, task);
}

gboolean
sfu_server_start_finish (
    SfuServer *server, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
on_pool_stopped (GObject *source, GAsyncResult *result, gpointer data)
{
  SfuServer *server = data;
  g_autoptr (GTask) task = g_steal_pointer (&server->stopping);

  sfu_worker_pool_stop_finish (server->pool, result);
  g_clear_pointer (&server->http, sfu_http_server_free);
  g_clear_pointer (&server->cluster, sfu_cluster_free);
  g_task_return_boolean (task, TRUE);
}

static void
stop_pool (gpointer data)
{
  SfuServer *server = data;

  sfu_worker_pool_stop_async (
      server->pool, WORKER_STOP_MS, on_pool_stopped, server);
}

static gboolean
on_goodbye (gpointer data)
{
  SfuServer *server = data;

  server->goodbye_id = 0;
  if (server->cluster != NULL)
    sfu_cluster_say_goodbye (server->cluster, stop_pool, server);
  else
    stop_pool (server);
  return G_SOURCE_REMOVE;
}

void
sfu_server_stop_async (
    SfuServer *server, GAsyncReadyCallback callback, gpointer data)
{
  gboolean empty = sfu_rooms_n_peers (server->rooms) == 0 &&
      (server->http == NULL || sfu_http_server_is_idle (server->http));

  server->stopping = g_task_new (NULL, NULL, callback, data);
  if (server->http != NULL)
    sfu_http_server_stop_accepting (server->http);
  sfu_rooms_close_all (server->rooms, SFU_CLOSE_GOING_AWAY);
  if (server->http != NULL)
    sfu_http_server_disconnect_all (server->http);
  server->goodbye_id =
      g_timeout_add (empty ? 0 : GOODBYE_MS, on_goodbye, server);
}

void
sfu_server_stop_finish (SfuServer *server, GAsyncResult *result)
{
  g_task_propagate_boolean (G_TASK (result), NULL);
}

gboolean
sfu_server_reload (SfuServer *server, SfuConfig *fresh, GPtrArray *taken,
    GPtrArray *left, GError **error)
{
  g_autoptr (SfuHttpReload) reload = sfu_http_reload_new (fresh, error);
  SfuRoomLimits limits;

  if (reload == NULL)
    return FALSE;
  sfu_config_take_over (server->config, fresh, taken, left);
  sfu_http_server_reload (server->http, reload, taken);
  limits = read_limits (server->config);
  sfu_rooms_set_limits (server->rooms, &limits);
  sfu_worker_pool_set_log_levels (server->pool, server->config->log_level);
  return TRUE;
}

const SfuConfig *
sfu_server_get_config (SfuServer *server)
{
  return server->config;
}

gchar *
sfu_server_describe (SfuServer *server)
{
  const GArray *ports = sfu_http_server_get_ports (server->http);
  g_autofree gchar *rtc = sfu_worker_pool_describe_ports (server->pool);
  g_autoptr (GString) text = g_string_new ("http=");

  for (guint i = 0; i < ports->len; i++)
    g_string_append_printf (
        text, "%s%u", i > 0 ? "," : "", g_array_index (ports, guint16, i));
  g_string_append_printf (text, " rtc=%s workers=%u", rtc,
      sfu_worker_pool_n_running (server->pool));
  return g_strdup (text->str);
}

SfuHttpServer *
sfu_server_get_http (SfuServer *server)
{
  return server->http;
}

SfuCluster *
sfu_server_get_cluster (SfuServer *server)
{
  return server->cluster;
}

SfuRooms *
sfu_server_get_rooms (SfuServer *server)
{
  return server->rooms;
}

SfuWorkerPool *
sfu_server_get_pool (SfuServer *server)
{
  return server->pool;
}
