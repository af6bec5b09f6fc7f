/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The worker processes of the server: how they start, die and start again.
 *
 * Threads: the server's one thread. */
#include "sfu-worker-pool-private.h"

#include "sfu-error.h"

/* Rooms that come back are busy for so long. */
#define SPARE_DELAY_S 3

SfuWorkerPool *
sfu_worker_pool_new (const SfuWorkerPoolOptions *options)
{
  SfuWorkerPool *pool = g_new0 (SfuWorkerPool, 1);

  pool->program = g_strdup (options->program);
  pool->log_level = g_strdup (options->log_level);
  pool->listen_ip = g_strdup (options->listen_ip);
  pool->announced = g_strdupv ((gchar **)options->announced);
  pool->port_min = options->port_min;
  pool->port_max = options->port_max;
  pool->plain_port_min = options->plain_port_min;
  pool->plain_port_max = options->plain_port_max;
  pool->allow_impairment = options->allow_impairment;
  pool->ice_tcp = options->ice_tcp;
  pool->stock_dtls = options->stock_dtls;
  pool->consent_timeout_s = options->consent_timeout_s;
  pool->media_priority = options->media_priority;
  pool->keep_spare = options->keep_spare;
  pool->watchdog_ms = options->watchdog_ms;
  pool->overload = options->overload;
  pool->n_slots = MAX (options->n_workers, 1);
  pool->slots = g_new0 (SfuWorkerSlot, pool->n_slots);
  for (guint i = 0; i < pool->n_slots; i++) {
    pool->slots[i].pool = pool;
    pool->slots[i].index = i;
  }
  return pool;
}

static void
drop_client (SfuWorkerSlot *slot)
{
  sfu_worker_pool_forget (slot);
  if (slot->client != NULL)
    g_signal_handlers_disconnect_by_data (slot->client, slot);
  g_clear_object (&slot->client);
}

static void
drop_spare (SfuWorkerPool *pool)
{
  g_clear_handle_id (&pool->spare_id, g_source_remove);
  g_clear_object (&pool->spare);
}

void
sfu_worker_pool_free (SfuWorkerPool *pool)
{
  if (pool == NULL)
    return;
  g_clear_handle_id (&pool->watch_id, g_source_remove);
  drop_spare (pool);
  for (guint i = 0; i < pool->n_slots; i++) {
    if (pool->slots[i].restart_id != 0)
      g_source_remove (pool->slots[i].restart_id);
    drop_client (&pool->slots[i]);
  }
  g_clear_error (&pool->first_error);
  g_free (pool->slots);
  g_free (pool->program);
  g_free (pool->log_level);
  g_free (pool->listen_ip);
  g_strfreev (pool->announced);
  g_free (pool);
}

void
sfu_worker_pool_set_callbacks (SfuWorkerPool *pool,
    const SfuWorkerPoolCallbacks *callbacks, gpointer owner)
{
  pool->callbacks = callbacks;
  pool->owner = owner;
}

static void
on_transport_state (SfuWorkerClient *client, const gchar *transport_id,
    const gchar *ice_state, const gchar *dtls_state, const gchar *reason,
    SfuWorkerSlot *slot)
{
  if (slot->pool->callbacks != NULL)
    slot->pool->callbacks->transport_state (
        slot->pool->owner, transport_id, ice_state, dtls_state, reason);
}

static void
on_active_speaker (SfuWorkerClient *client, const gchar *router_id,
    const gchar *producer_id, gint volume, SfuWorkerSlot *slot)
{
  if (slot->pool->callbacks != NULL)
    slot->pool->callbacks->active_speaker (
        slot->pool->owner, router_id, producer_id, volume);
}

static void
on_layers_changed (SfuWorkerClient *client, const gchar *consumer_id,
    gint spatial, gint temporal, SfuWorkerSlot *slot)
{
  if (slot->pool->callbacks != NULL)
    slot->pool->callbacks->layers_changed (
        slot->pool->owner, consumer_id, spatial, temporal);
}

static void
on_producer_scores (
    SfuWorkerClient *client, GVariant *producers, SfuWorkerSlot *slot)
{
  if (slot->pool->callbacks != NULL)
    slot->pool->callbacks->producer_scores (slot->pool->owner, producers);
}

static void
on_consumer_scores (
    SfuWorkerClient *client, GVariant *consumers, SfuWorkerSlot *slot)
{
  if (slot->pool->callbacks != NULL)
    slot->pool->callbacks->consumer_scores (slot->pool->owner, consumers);
}

/* ---- a spare one ---- */

static gboolean
on_make_spare (gpointer data)
{
  SfuWorkerPool *pool = data;
  g_autoptr (GError) error = NULL;

  pool->spare_id = 0;
  g_clear_object (&pool->spare);
  pool->spare = sfu_worker_client_new (pool->program, pool->log_level);
  if (!sfu_worker_client_prepare (pool->spare, &error)) {
    g_message ("no spare worker: %s", error->message);
    g_clear_object (&pool->spare);
  }
  return G_SOURCE_REMOVE;
}

/* Not now: whoever starts now has better use for the CPU. */
static void
make_spare_later (SfuWorkerPool *pool)
{
  if (pool->keep_spare && !pool->stopping && pool->spare_id == 0 &&
      (pool->spare == NULL || !sfu_worker_client_is_prepared (pool->spare)))
    pool->spare_id = g_timeout_add_seconds (SPARE_DELAY_S, on_make_spare, pool);
}

static SfuWorkerClient *
new_client (SfuWorkerPool *pool)
{
  if (pool->spare != NULL && sfu_worker_client_is_prepared (pool->spare))
    return g_steal_pointer (&pool->spare);
  return sfu_worker_client_new (pool->program, pool->log_level);
}

static void start_slot (SfuWorkerSlot *slot); /* a cycle: start, die, start */

static gboolean
on_restart (gpointer data)
{
  SfuWorkerSlot *slot = data;

  slot->restart_id = 0;
  start_slot (slot);
  return G_SOURCE_REMOVE;
}

static void
restart (SfuWorkerSlot *slot)
{
  guint wait_ms = sfu_restart_died (
      &slot->restart, slot->started_us, g_get_monotonic_time ());

  if (slot->pool->stopping)
    return;
  if (wait_ms == 0) {
    start_slot (slot);
    return;
  }
  g_warning (
      "worker=%u dies young: started again in %u ms", slot->index, wait_ms);
  slot->restart_id = g_timeout_add (wait_ms, on_restart, slot);
}

static void
on_died (SfuWorkerClient *client, gint exit_status, gint term_signal,
    const gchar *reason, SfuWorkerSlot *slot)
{
  SfuWorkerPool *pool = slot->pool;
  g_autoptr (SfuWorkerClient) keep = g_object_ref (client);

  g_warning ("worker=%u %s; another is started", slot->index, reason);
  pool->n_deaths++;
  drop_client (slot);
  /* Before its rooms hear of it: they go on with the next one. */
  restart (slot);
  if (pool->callbacks != NULL)
    pool->callbacks->died (pool->owner, client, slot->index);
}

/* One port each, or an equal part of the range. */
static void
slot_ports (const SfuWorkerSlot *slot, guint16 *min, guint16 *max)
{
  const SfuWorkerPool *pool = slot->pool;
  guint part;

  *min = pool->port_min;
  *max = pool->port_max;
  if (pool->port_min == 0)
    return;
  if (pool->port_min == pool->port_max) {
    *min = *max = (guint16)(pool->port_min + slot->index);
    return;
  }
  part = (pool->port_max - pool->port_min + 1u) / pool->n_slots;
  *min = (guint16)(pool->port_min + slot->index * part);
  *max = slot->index + 1 == pool->n_slots ? pool->port_max
                                          : (guint16)(*min + part - 1);
}

static void
finish_starting (SfuWorkerPool *pool)
{
  g_autoptr (GTask) task = NULL;

  if (pool->starting == NULL || pool->n_pending > 0)
    return;
  task = g_steal_pointer (&pool->starting);
  if (pool->first_error == NULL) {
    g_task_return_boolean (task, TRUE);
    return;
  }
  pool->stopping = TRUE;
  for (guint i = 0; i < pool->n_slots; i++)
    drop_client (&pool->slots[i]);
  g_task_return_error (task, g_steal_pointer (&pool->first_error));
}

static void
on_started (GObject *source, GAsyncResult *result, gpointer data)
{
  SfuWorkerSlot *slot = data;
  SfuWorkerPool *pool = slot->pool;
  g_autoptr (GError) error = NULL;

  if (sfu_worker_client_start_finish (SFU_WORKER_CLIENT (source), result,
          &slot->port_min, &slot->port_max, &error)) {
    slot->running = TRUE;
    make_spare_later (pool);
    g_message ("worker %u/%u created (PID: %d)", slot->index + 1, pool->n_slots,
        sfu_worker_client_get_pid (slot->client));
    g_info ("worker=%u pid=%d rtc=%u-%u runs", slot->index,
        sfu_worker_client_get_pid (slot->client), slot->port_min,
        slot->port_max);
  } else if (pool->starting != NULL) {
    if (pool->first_error == NULL)
      pool->first_error = g_steal_pointer (&error);
  } else if (!pool->stopping) {
    g_warning ("worker=%u does not start: %s", slot->index, error->message);
    drop_client (slot);
    restart (slot);
  }
  if (pool->starting != NULL) {
    pool->n_pending--;
    finish_starting (pool);
  }
}

static void
start_slot (SfuWorkerSlot *slot)
{
  SfuWorkerPool *pool = slot->pool;
  SfuWorkerStartOptions options = {
    .listen_ip = pool->listen_ip,
    .announced = (const gchar *const *)pool->announced,
    .allow_impairment = pool->allow_impairment,
    .ice_tcp = pool->ice_tcp,
    .stock_dtls = pool->stock_dtls,
    .consent_timeout_s = pool->consent_timeout_s,
    .media_priority = pool->media_priority,
    .plain_port_min = pool->plain_port_min,
    .plain_port_max = pool->plain_port_max,
  };

  slot_ports (slot, &options.port_min, &options.port_max);
  slot->started_us = g_get_monotonic_time ();
  slot->client = new_client (pool);
  g_signal_connect (
      slot->client, "transport-state", G_CALLBACK (on_transport_state), slot);
  g_signal_connect (
      slot->client, "active-speaker", G_CALLBACK (on_active_speaker), slot);
  g_signal_connect (
      slot->client, "layers-changed", G_CALLBACK (on_layers_changed), slot);
  g_signal_connect (
      slot->client, "producer-scores", G_CALLBACK (on_producer_scores), slot);
  g_signal_connect (
      slot->client, "consumer-scores", G_CALLBACK (on_consumer_scores), slot);
  g_signal_connect (slot->client, "died", G_CALLBACK (on_died), slot);
  sfu_worker_client_start_async (
      slot->client, &options, NULL, on_started, slot);
}

void
sfu_worker_pool_start_async (
    SfuWorkerPool *pool, GAsyncReadyCallback callback, gpointer data)
{
  /* These lines are read by programs: see docs/dialects/study-rooms.md. Each
   * worker keeps one core busy at most; how many there are is configured. */
  g_message ("Initializing %u workers (one per CPU core)", pool->n_slots);
  pool->starting = g_task_new (NULL, NULL, callback, data);
  sfu_worker_pool_watch (pool);
  pool->n_pending = pool->n_slots;
  for (guint i = 0; i < pool->n_slots; i++)
    start_slot (&pool->slots[i]);
}

gboolean
sfu_worker_pool_start_finish (
    SfuWorkerPool *pool, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
on_stopped (GObject *source, GAsyncResult *result, gpointer data)
{
  SfuWorkerPool *pool = data;
  g_autoptr (GTask) task = NULL;

  sfu_worker_client_stop_finish (SFU_WORKER_CLIENT (source), result, NULL);
  if (--pool->n_pending > 0)
    return;
  task = g_steal_pointer (&pool->stopping_task);
  g_task_return_boolean (task, TRUE);
}

void
sfu_worker_pool_stop_async (SfuWorkerPool *pool, guint deadline_ms,
    GAsyncReadyCallback callback, gpointer data)
{
  pool->stopping = TRUE;
  g_clear_handle_id (&pool->watch_id, g_source_remove);
  drop_spare (pool);
  pool->stopping_task = g_task_new (NULL, NULL, callback, data);
  pool->n_pending = 1; /* ours, so that none finishes too early */
  for (guint i = 0; i < pool->n_slots; i++) {
    SfuWorkerSlot *slot = &pool->slots[i];

    g_clear_handle_id (&slot->restart_id, g_source_remove);
    slot->running = FALSE;
    if (slot->client == NULL)
      continue;
    pool->n_pending++;
    sfu_worker_client_stop_async (
        slot->client, deadline_ms, NULL, on_stopped, pool);
  }
  if (--pool->n_pending == 0) {
    g_autoptr (GTask) task = g_steal_pointer (&pool->stopping_task);

    g_task_return_boolean (task, TRUE);
  }
}

void
sfu_worker_pool_stop_finish (SfuWorkerPool *pool, GAsyncResult *result)
{
  g_task_propagate_boolean (G_TASK (result), NULL);
}

gchar *
sfu_worker_pool_describe_ports (SfuWorkerPool *pool)
{
  guint16 min = G_MAXUINT16, max = 0;

  for (guint i = 0; i < pool->n_slots; i++) {
    if (!pool->slots[i].running)
      continue;
    min = MIN (min, pool->slots[i].port_min);
    max = MAX (max, pool->slots[i].port_max);
  }
  if (min >= max)
    return g_strdup_printf ("%u", max);
  return g_strdup_printf ("%u-%u", min, max);
}

guint
sfu_worker_pool_n_workers (const SfuWorkerPool *pool)
{
  return pool->n_slots;
}

SfuWorkerClient *
sfu_worker_pool_peek (SfuWorkerPool *pool, guint index)
{
  return pool->slots[index].running ? pool->slots[index].client : NULL;
}

static void
on_log_levels_set (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  if (!sfu_worker_client_set_log_levels_finish (
          SFU_WORKER_CLIENT (source), result, &error))
    g_message ("a worker logs as before: %s", error->message);
}

void
sfu_worker_pool_set_log_levels (SfuWorkerPool *pool, const gchar *levels)
{
  g_free (pool->log_level);
  pool->log_level = g_strdup (levels);
  for (guint i = 0; i < pool->n_slots; i++) {
    SfuWorkerClient *client = sfu_worker_pool_peek (pool, i);

    if (client != NULL)
      sfu_worker_client_set_log_levels_async (
          client, levels, NULL, on_log_levels_set, NULL);
  }
  if (pool->spare != NULL)
    sfu_worker_client_set_log_levels_async (
        pool->spare, levels, NULL, on_log_levels_set, NULL);
}
