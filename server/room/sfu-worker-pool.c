/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The worker processes of the server.
 *
 * Threads: the server's one thread. */
#include "sfu-worker-pool.h"

#include "sfu-error.h"

/* A worker that dies young is started again later and later. */
#define FIRST_BACKOFF_MS 500
#define MAX_BACKOFF_MS 30000
#define OLD_ENOUGH_US (60 * G_USEC_PER_SEC)

typedef struct {
  SfuWorkerPool *pool;     /* borrowed */
  SfuWorkerClient *client; /* owned; NULL between death and the next start */
  guint index;
  guint n_users;
  gboolean running;
  guint16 port_min, port_max; /* in use */
  gint64 started_us;
  guint backoff_ms;
  guint restart_id;
} Slot;

struct _SfuWorkerPool {
  gchar *program, *log_level, *listen_ip;
  GStrv announced;
  guint16 port_min, port_max, plain_port_min, plain_port_max;
  gboolean allow_impairment;
  gboolean ice_tcp;
  guint consent_timeout_s;
  Slot *slots;
  guint n_slots;
  const SfuWorkerPoolCallbacks *callbacks; /* NULL = nobody listens */
  gpointer owner;
  gboolean stopping;
  GTask *starting; /* owned; while sfu_worker_pool_start_async runs */
  GTask *stopping_task;
  guint n_pending;
  GError *first_error;
};

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
  pool->consent_timeout_s = options->consent_timeout_s;
  pool->n_slots = MAX (options->n_workers, 1);
  pool->slots = g_new0 (Slot, pool->n_slots);
  for (guint i = 0; i < pool->n_slots; i++) {
    pool->slots[i].pool = pool;
    pool->slots[i].index = i;
    pool->slots[i].backoff_ms = FIRST_BACKOFF_MS;
  }
  return pool;
}

static void
drop_client (Slot *slot)
{
  slot->running = FALSE;
  slot->n_users = 0;
  if (slot->client != NULL)
    g_signal_handlers_disconnect_by_data (slot->client, slot);
  g_clear_object (&slot->client);
}

void
sfu_worker_pool_free (SfuWorkerPool *pool)
{
  if (pool == NULL)
    return;
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
    Slot *slot)
{
  if (slot->pool->callbacks != NULL)
    slot->pool->callbacks->transport_state (
        slot->pool->owner, transport_id, ice_state, dtls_state, reason);
}

static void
on_active_speaker (SfuWorkerClient *client, const gchar *router_id,
    const gchar *producer_id, gint volume, Slot *slot)
{
  if (slot->pool->callbacks != NULL)
    slot->pool->callbacks->active_speaker (
        slot->pool->owner, router_id, producer_id, volume);
}

static void
on_layers_changed (SfuWorkerClient *client, const gchar *consumer_id,
    gint spatial, gint temporal, Slot *slot)
{
  if (slot->pool->callbacks != NULL)
    slot->pool->callbacks->layers_changed (
        slot->pool->owner, consumer_id, spatial, temporal);
}

static void
on_producer_score (SfuWorkerClient *client, const gchar *producer_id,
    GVariant *scores, Slot *slot)
{
  if (slot->pool->callbacks != NULL)
    slot->pool->callbacks->producer_score (
        slot->pool->owner, producer_id, scores);
}

static void
on_consumer_score (SfuWorkerClient *client, const gchar *consumer_id,
    guint score, guint producer_score, GVariant *producer_scores, Slot *slot)
{
  if (slot->pool->callbacks != NULL)
    slot->pool->callbacks->consumer_score (
        slot->pool->owner, consumer_id, score, producer_score, producer_scores);
}

static void start_slot (Slot *slot); /* a cycle: start, die, start */

static gboolean
on_restart (gpointer data)
{
  Slot *slot = data;

  slot->restart_id = 0;
  start_slot (slot);
  return G_SOURCE_REMOVE;
}

static void
restart_later (Slot *slot)
{
  if (slot->pool->stopping)
    return;
  slot->restart_id = g_timeout_add (slot->backoff_ms, on_restart, slot);
  slot->backoff_ms = MIN (slot->backoff_ms * 2, MAX_BACKOFF_MS);
}

static void
on_died (SfuWorkerClient *client, gint exit_status, gint term_signal,
    const gchar *reason, Slot *slot)
{
  g_autoptr (SfuWorkerClient) keep = g_object_ref (client);

  g_warning ("worker=%u %s; its rooms are closed, another is started",
      slot->index, reason);
  if (g_get_monotonic_time () - slot->started_us > OLD_ENOUGH_US)
    slot->backoff_ms = FIRST_BACKOFF_MS;
  slot->running = FALSE;
  if (slot->pool->callbacks != NULL)
    slot->pool->callbacks->died (slot->pool->owner, client);
  drop_client (slot);
  restart_later (slot);
}

/* One port each, or an equal part of the range. */
static void
slot_ports (const Slot *slot, guint16 *min, guint16 *max)
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
  Slot *slot = data;
  SfuWorkerPool *pool = slot->pool;
  g_autoptr (GError) error = NULL;

  if (sfu_worker_client_start_finish (SFU_WORKER_CLIENT (source), result,
          &slot->port_min, &slot->port_max, &error)) {
    slot->running = TRUE;
    g_message ("worker %u/%u created (PID: %d)", slot->index + 1, pool->n_slots,
        sfu_worker_client_get_pid (slot->client));
    g_info ("worker=%u pid=%d rtc=%u-%u runs", slot->index,
        sfu_worker_client_get_pid (slot->client), slot->port_min,
        slot->port_max);
  } else if (pool->starting != NULL) {
    if (pool->first_error == NULL)
      pool->first_error = g_steal_pointer (&error);
  } else {
    g_warning ("worker=%u does not start: %s", slot->index, error->message);
    drop_client (slot);
    restart_later (slot);
  }
  if (pool->starting != NULL) {
    pool->n_pending--;
    finish_starting (pool);
  }
}

static void
start_slot (Slot *slot)
{
  SfuWorkerPool *pool = slot->pool;
  SfuWorkerStartOptions options = {
    .listen_ip = pool->listen_ip,
    .announced = (const gchar *const *)pool->announced,
    .allow_impairment = pool->allow_impairment,
    .ice_tcp = pool->ice_tcp,
    .consent_timeout_s = pool->consent_timeout_s,
    .plain_port_min = pool->plain_port_min,
    .plain_port_max = pool->plain_port_max,
  };

  slot_ports (slot, &options.port_min, &options.port_max);
  slot->started_us = g_get_monotonic_time ();
  slot->client = sfu_worker_client_new (pool->program, pool->log_level);
  g_signal_connect (
      slot->client, "transport-state", G_CALLBACK (on_transport_state), slot);
  g_signal_connect (
      slot->client, "active-speaker", G_CALLBACK (on_active_speaker), slot);
  g_signal_connect (
      slot->client, "layers-changed", G_CALLBACK (on_layers_changed), slot);
  g_signal_connect (
      slot->client, "producer-score", G_CALLBACK (on_producer_score), slot);
  g_signal_connect (
      slot->client, "consumer-score", G_CALLBACK (on_consumer_score), slot);
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
  pool->stopping_task = g_task_new (NULL, NULL, callback, data);
  pool->n_pending = 1; /* ours, so that none finishes too early */
  for (guint i = 0; i < pool->n_slots; i++) {
    Slot *slot = &pool->slots[i];

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

SfuWorkerClient *
sfu_worker_pool_acquire (SfuWorkerPool *pool, GError **error)
{
  Slot *best = NULL;

  for (guint i = 0; i < pool->n_slots; i++) {
    Slot *slot = &pool->slots[i];

    if (slot->running && (best == NULL || slot->n_users < best->n_users))
      best = slot;
  }
  if (best == NULL) {
    g_set_error_literal (error, SFU_ERROR, SFU_ERROR_FAILED,
        "no media worker runs; try again in a few seconds");
    return NULL;
  }
  best->n_users++;
  return g_object_ref (best->client);
}

void
sfu_worker_pool_release (SfuWorkerPool *pool, SfuWorkerClient *worker)
{
  for (guint i = 0; i < pool->n_slots; i++)
    if (pool->slots[i].client == worker && pool->slots[i].n_users > 0)
      pool->slots[i].n_users--;
}

guint
sfu_worker_pool_n_running (SfuWorkerPool *pool)
{
  guint n = 0;

  for (guint i = 0; i < pool->n_slots; i++)
    n += pool->slots[i].running ? 1 : 0;
  return n;
}

SfuWorkerClient *
sfu_worker_pool_get_running (SfuWorkerPool *pool, guint index)
{
  for (guint i = 0; i < pool->n_slots; i++)
    if (pool->slots[i].running && index-- == 0)
      return pool->slots[i].client;
  return NULL;
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
