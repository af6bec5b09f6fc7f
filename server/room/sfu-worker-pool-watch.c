/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How the workers are, and who gets the next room.
 *
 * Threads: the server's one thread. */
#include "sfu-worker-pool-private.h"

#include "sfu-error.h"

/* Twice that of the beats, so that each look finds one; a hang is noticed this
 * plus the watchdog's time after it began, which has to be below a second. */
#define LOOK_INTERVAL_MS (2 * SFU_PULSE_INTERVAL_MS)

void
sfu_worker_pool_forget (SfuWorkerSlot *slot)
{
  slot->running = FALSE;
  sfu_watchdog_init (&slot->control);
  sfu_watchdog_init (&slot->media);
  slot->load.n_rooms = 0;
  sfu_worker_load_reset (&slot->load);
  sfu_overload_reset (&slot->overload);
}

/* For how long a thread has shown no life, in ms. */
static guint
look_at_thread (SfuWorkerSlot *slot, SfuWatchdog *dog, SfuPulse *pulse,
    SfuPulseField field, gint64 now_us)
{
  gint64 beats = sfu_pulse_get (pulse, field);
  guint64 waited_ns = 0;

  if (sfu_watchdog_is_worried (dog, beats))
    waited_ns =
        sfu_watchdog_read_waited (sfu_worker_client_get_pid (slot->client));
  return (guint)(sfu_watchdog_look (dog, now_us,
                     LOOK_INTERVAL_MS * G_GINT64_CONSTANT (1000), beats,
                     waited_ns) /
      1000);
}

static void
kill_hanging (SfuWorkerSlot *slot, const gchar *thread, guint silent_ms)
{
  g_autofree gchar *reason = g_strdup_printf (
      "hung (its %s thread showed no life for %u ms)", thread, silent_ms);

  slot->running = FALSE;
  slot->pool->n_hangs++;
  sfu_worker_client_kill (slot->client, reason);
}

static void
look_for_life (SfuWorkerSlot *slot, SfuPulse *pulse, gint64 now_us)
{
  guint limit_ms = slot->pool->watchdog_ms;
  guint control_ms =
      look_at_thread (slot, &slot->control, pulse, SFU_PULSE_CONTROL, now_us);
  guint media_ms =
      look_at_thread (slot, &slot->media, pulse, SFU_PULSE_MEDIA, now_us);

  if (limit_ms == 0)
    return;
  /* The media thread first: the control thread may wait for it. */
  if (media_ms >= limit_ms)
    kill_hanging (slot, "media", media_ms);
  else if (control_ms >= limit_ms)
    kill_hanging (slot, "control", control_ms);
}

static void
look_at_load (SfuWorkerSlot *slot, SfuPulse *pulse, gint64 now_us)
{
  SfuWorkerPool *pool = slot->pool;
  gint64 streams = sfu_pulse_get (pulse, SFU_PULSE_STREAMS);
  gint64 lacking = sfu_pulse_get (pulse, SFU_PULSE_LACKING);
  SfuRefusal before = slot->overload.refusal;

  sfu_worker_load_sample (&slot->load, now_us,
      sfu_pulse_get (pulse, SFU_PULSE_CPU_US),
      (guint)CLAMP (streams, 0, G_MAXINT),
      sfu_pulse_get (pulse, SFU_PULSE_RSS));
  slot->load.lacking = (SfuLimit)CLAMP (lacking, 0, SFU_LIMIT_N - 1);
  if (sfu_overload_look (
          &slot->overload, &pool->overload, &slot->load, now_us) &&
      pool->callbacks != NULL)
    pool->callbacks->audio_only (
        pool->owner, slot->client, slot->overload.audio_only.over);
  if (slot->overload.refusal != before)
    g_message ("worker=%u cpu=%.0f%% streams=%u rss=%" G_GINT64_FORMAT
               " refuses=%s",
        slot->index, slot->load.cpu_percent, slot->load.n_streams,
        slot->load.rss, sfu_refusal_name (slot->overload.refusal));
}

static gboolean
on_look (gpointer data)
{
  SfuWorkerPool *pool = data;
  gint64 now_us = g_get_monotonic_time ();

  for (guint i = 0; i < pool->n_slots; i++) {
    SfuWorkerSlot *slot = &pool->slots[i];
    SfuPulse *pulse =
        slot->running ? sfu_worker_client_get_pulse (slot->client) : NULL;

    if (pulse == NULL)
      continue;
    look_at_load (slot, pulse, now_us);
    look_for_life (slot, pulse, now_us);
  }
  return G_SOURCE_CONTINUE;
}

void
sfu_worker_pool_watch (SfuWorkerPool *pool)
{
  pool->watch_id = g_timeout_add (LOOK_INTERVAL_MS, on_look, pool);
}

/* ---- who gets the next room ---- */

/* Or will be in a moment: calls wait for a worker that starts. */
static gboolean
is_usable (const SfuWorkerSlot *slot)
{
  return slot->client != NULL &&
      (slot->running || sfu_worker_client_is_starting (slot->client));
}

static SfuWorkerClient *
take (SfuWorkerSlot *slot)
{
  sfu_worker_load_add_room (&slot->load);
  return g_object_ref (slot->client);
}

static gboolean
refuse (const SfuWorkerSlot *slot, GError **error)
{
  const SfuOverloadLimits *limits = &slot->pool->overload;
  const gchar *name = sfu_refusal_name (slot->overload.refusal);

  if (slot->load.lacking != SFU_LIMIT_NONE) {
    g_set_error (error, SFU_ERROR, SFU_ERROR_LIMIT_EXCEEDED,
        "overloaded (%s): too little is left of it", name);
    return FALSE;
  }
  switch (slot->overload.refusal) {
    case SFU_REFUSAL_CPU:
      g_set_error (error, SFU_ERROR, SFU_ERROR_LIMIT_EXCEEDED,
          "overloaded (%s): %.0f %% of a core, limit %u", name,
          slot->load.cpu_percent, limits->cpu_percent);
      break;
    case SFU_REFUSAL_STREAMS:
      g_set_error (error, SFU_ERROR, SFU_ERROR_LIMIT_EXCEEDED,
          "overloaded (%s): %u streams, limit %u", name, slot->load.n_streams,
          limits->streams);
      break;
    default:
      g_set_error (error, SFU_ERROR, SFU_ERROR_LIMIT_EXCEEDED,
          "overloaded (%s): %" G_GINT64_FORMAT " MiB, limit %u", name,
          slot->load.rss >> 20, limits->memory_mib);
  }
  return FALSE;
}

/* One that starts has room, but its rooms have to wait. */
static gboolean
is_better (const SfuWorkerSlot *slot, const SfuWorkerSlot *best)
{
  if (best == NULL || slot->running != best->running)
    return best == NULL || slot->running;
  return sfu_worker_load_compare (&slot->load, &best->load) < 0;
}

SfuWorkerClient *
sfu_worker_pool_acquire (SfuWorkerPool *pool, GError **error)
{
  SfuWorkerSlot *best = NULL, *full = NULL;

  for (guint i = 0; i < pool->n_slots; i++) {
    SfuWorkerSlot *slot = &pool->slots[i];

    if (!is_usable (slot))
      continue;
    if (slot->overload.refusal != SFU_REFUSAL_NONE)
      full = slot;
    else if (is_better (slot, best))
      best = slot;
  }
  if (best != NULL)
    return take (best);
  if (full != NULL)
    refuse (full, error);
  else
    g_set_error_literal (error, SFU_ERROR, SFU_ERROR_FAILED,
        "no media worker runs; try again in a few seconds");
  return NULL;
}

SfuWorkerClient *
sfu_worker_pool_acquire_at (SfuWorkerPool *pool, guint index, GError **error)
{
  g_return_val_if_fail (index < pool->n_slots, NULL);
  if (is_usable (&pool->slots[index]))
    return take (&pool->slots[index]);
  g_set_error_literal (error, SFU_ERROR, SFU_ERROR_FAILED,
      "the media worker of this room dies again and again; try again in a few "
      "seconds");
  return NULL;
}

static SfuWorkerSlot *
find (SfuWorkerPool *pool, const SfuWorkerClient *worker)
{
  for (guint i = 0; i < pool->n_slots; i++)
    if (pool->slots[i].client == worker)
      return &pool->slots[i];
  return NULL;
}

void
sfu_worker_pool_release (SfuWorkerPool *pool, SfuWorkerClient *worker)
{
  SfuWorkerSlot *slot = find (pool, worker);

  if (slot != NULL)
    sfu_worker_load_remove_room (&slot->load);
}

gboolean
sfu_worker_pool_check (SfuWorkerPool *pool, SfuWorkerClient *worker,
    SfuRefusal *refusal, GError **error)
{
  const SfuWorkerSlot *slot = find (pool, worker);

  *refusal = slot != NULL ? slot->overload.refusal : SFU_REFUSAL_NONE;
  return *refusal == SFU_REFUSAL_NONE || refuse (slot, error);
}

gboolean
sfu_worker_pool_is_audio_only (SfuWorkerPool *pool, SfuWorkerClient *worker)
{
  const SfuWorkerSlot *slot = find (pool, worker);

  return slot != NULL && slot->overload.audio_only.over;
}

/* ---- for those who look from outside ---- */

gboolean
sfu_worker_pool_is_open (SfuWorkerPool *pool)
{
  for (guint i = 0; i < pool->n_slots; i++)
    if (is_usable (&pool->slots[i]))
      return TRUE;
  return FALSE;
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

void
sfu_worker_pool_get_health (SfuWorkerPool *pool, SfuWorkerPoolHealth *health)
{
  gint64 now_us = g_get_monotonic_time ();

  *health = (SfuWorkerPoolHealth){ .configured = pool->n_slots,
    .ready = sfu_worker_pool_n_running (pool),
    .deaths = pool->n_deaths,
    .hangs = pool->n_hangs };
  health->restarting = health->configured - health->ready;
  for (guint i = 0; i < pool->n_slots; i++)
    if (sfu_restart_is_looping (&pool->slots[i].restart, now_us))
      health->crash_looping++;
}

gboolean
sfu_worker_pool_get_state (
    SfuWorkerPool *pool, guint index, SfuWorkerPoolState *state)
{
  const SfuWorkerSlot *slot;

  if (index >= pool->n_slots)
    return FALSE;
  slot = &pool->slots[index];
  *state = (SfuWorkerPoolState){ .running = slot->running,
    .crash_looping =
        sfu_restart_is_looping (&slot->restart, g_get_monotonic_time ()),
    .pid = slot->client != NULL ? sfu_worker_client_get_pid (slot->client) : 0,
    .load = slot->load,
    .refusal = slot->overload.refusal,
    .audio_only = slot->overload.audio_only.over };
  return TRUE;
}
