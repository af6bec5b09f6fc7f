/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The RTP monitor of the media-server RPC: heartbeats, and word of producers
 * that fall silent and come back. It runs while somebody listens.
 *
 * Silence is asked for, not reported: a worker that is busy forwarding keeps no
 * timers for it. One call for each worker and second, about all routers at
 * once.
 *
 * Threads: the server's one thread. */
#include "sfu-rpc-private.h"

#include "sfu-room-media.h"

/* How often workers are asked; more often for a short threshold, so that word
 * comes at most a quarter of it late. */
#define MAX_INTERVAL_MS 1000
#define MIN_INTERVAL_MS 20
#define ASKS_PER_THRESHOLD 4

struct _SfuRpcMonitor {
  SfuRpcHub *hub; /* borrowed */
  guint heartbeat_id, ask_id;
  guint n_pending; /* workers that have not answered yet */
};

/* ---- silence ---- */

static void
tell (SfuRpcHub *hub, const SfuRpcRecord *record, gint64 silent_ms)
{
  JsonObject *params = json_object_new ();

  json_object_set_string_member (params, "producerId", record->id);
  if (record->silent)
    json_object_set_int_member (params, "silentMs", silent_ms);
  g_info ("router=%s producer=%s %s", record->member->router->id, record->id,
      record->silent ? "silent" : "active");
  sfu_rpc_hub_notify (
      hub, record->silent ? "producerSilent" : "producerActive", params);
}

/* idle_ms: since its last packet. */
static void
judge (SfuRpcHub *hub, SfuRpcRecord *record, gint64 idle_ms)
{
  gint64 now_us = g_get_monotonic_time ();
  gint64 threshold_ms = hub->services->config->rpc_silence_ms;
  gint64 silent_ms;

  if (((SfuRoomProducer *)record->thing)->paused) {
    record->counts_from_us = now_us;
    return;
  }
  silent_ms = MIN (idle_ms, (now_us - record->counts_from_us) / 1000);
  if (record->silent ? idle_ms >= threshold_ms : silent_ms < threshold_ms)
    return;
  record->silent = !record->silent;
  tell (hub, record, silent_ms);
}

static GPtrArray *
open_producers (SfuRpcHub *hub)
{
  GPtrArray *records = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer record;

  g_hash_table_iter_init (&iter, hub->records[SFU_RPC_PRODUCER]);
  while (g_hash_table_iter_next (&iter, NULL, &record))
    if (sfu_rpc_record_is_open (record))
      g_ptr_array_add (records, record);
  return records;
}

static void
judge_all (SfuRpcHub *hub, GVariant *activity)
{
  g_autoptr (GHashTable) idle = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) records = open_producers (hub);
  GVariantIter iter;
  const gchar *id;
  guint64 ms;

  g_variant_iter_init (&iter, activity);
  /* 49 days are enough for anybody. */
  while (g_variant_iter_next (&iter, "(&st)", &id, &ms))
    g_hash_table_insert (
        idle, (gpointer)id, GUINT_TO_POINTER ((guint)MIN (ms, G_MAXUINT)));
  for (guint i = 0; i < records->len; i++) {
    SfuRpcRecord *record = records->pdata[i];
    gpointer value;

    if (g_hash_table_lookup_extended (
            idle, ((SfuRoomProducer *)record->thing)->id, NULL, &value))
      judge (hub, record, GPOINTER_TO_UINT (value));
  }
}

/* The monitor may be gone by now. */
static void
on_activity (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (SfuRpcHub) hub = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) activity =
      sfu_worker_client_get_producer_activity_finish (
          SFU_WORKER_CLIENT (source), result, &error);

  if (hub->monitor == NULL)
    return;
  hub->monitor->n_pending--;
  if (activity != NULL)
    judge_all (hub, activity);
  else
    g_debug ("no word of producers: %s", error->message);
}

/* Routers with producers, by their worker. */
static GHashTable *
routers_by_worker (SfuRpcHub *hub)
{
  GHashTable *workers = g_hash_table_new_full (
      NULL, NULL, NULL, (GDestroyNotify)g_hash_table_unref);
  g_autoptr (GPtrArray) records = open_producers (hub);

  for (guint i = 0; i < records->len; i++) {
    const SfuRoom *room =
        ((SfuRpcRecord *)records->pdata[i])->member->router->room;
    GHashTable *ids =
        g_hash_table_lookup (workers, sfu_room_router (room)->worker);

    if (ids == NULL) {
      ids = g_hash_table_new (g_str_hash, g_str_equal);
      g_hash_table_insert (workers, sfu_room_router (room)->worker, ids);
    }
    g_hash_table_add (ids, sfu_room_router (room)->id);
  }
  return workers;
}

static gboolean
on_ask (gpointer data)
{
  SfuRpcMonitor *monitor = data;
  g_autoptr (GHashTable) workers = NULL;
  GHashTableIter iter;
  gpointer worker, ids;

  if (monitor->n_pending > 0)
    return G_SOURCE_CONTINUE;
  workers = routers_by_worker (monitor->hub);
  g_hash_table_iter_init (&iter, workers);
  while (g_hash_table_iter_next (&iter, &worker, &ids)) {
    g_autofree gpointer *routers = g_hash_table_get_keys_as_array (ids, NULL);

    monitor->n_pending++;
    sfu_worker_client_get_producer_activity_async (worker,
        (const gchar *const *)routers, NULL, on_activity,
        sfu_rpc_hub_ref (monitor->hub));
  }
  return G_SOURCE_CONTINUE;
}

/* ---- heartbeats ---- */

static gboolean
on_heartbeat (gpointer data)
{
  SfuRpcMonitor *monitor = data;

  sfu_rpc_hub_notify (
      monitor->hub, "heartbeat", sfu_rpc_server_stats (monitor->hub));
  return G_SOURCE_CONTINUE;
}

/* ---- life ---- */

static void
stop (SfuRpcMonitor *monitor)
{
  g_clear_handle_id (&monitor->heartbeat_id, g_source_remove);
  g_clear_handle_id (&monitor->ask_id, g_source_remove);
}

/* Whoever comes next knows nothing of what was told before. */
static void
forget_silence (SfuRpcHub *hub)
{
  g_autoptr (GPtrArray) records = open_producers (hub);

  for (guint i = 0; i < records->len; i++)
    ((SfuRpcRecord *)records->pdata[i])->silent = FALSE;
}

void
sfu_rpc_monitor_set_running (SfuRpcMonitor *monitor, gboolean running)
{
  const SfuConfig *config = monitor->hub->services->config;

  if (!running) {
    stop (monitor);
    forget_silence (monitor->hub);
    return;
  }
  if (monitor->heartbeat_id == 0 && config->rpc_heartbeat_ms > 0)
    monitor->heartbeat_id =
        g_timeout_add (config->rpc_heartbeat_ms, on_heartbeat, monitor);
  if (monitor->ask_id == 0 && config->rpc_silence_ms > 0)
    monitor->ask_id =
        g_timeout_add (CLAMP (config->rpc_silence_ms / ASKS_PER_THRESHOLD,
                           MIN_INTERVAL_MS, MAX_INTERVAL_MS),
            on_ask, monitor);
}

SfuRpcMonitor *
sfu_rpc_monitor_new (SfuRpcHub *hub)
{
  SfuRpcMonitor *monitor = g_new0 (SfuRpcMonitor, 1);

  monitor->hub = hub;
  return monitor;
}

void
sfu_rpc_monitor_free (SfuRpcMonitor *monitor)
{
  if (monitor == NULL)
    return;
  stop (monitor);
  g_free (monitor);
}
