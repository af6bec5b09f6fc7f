/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The worker processes of the server: started together, handed out by load,
 * watched, and replaced when one dies or hangs.
 *
 * Threads: the server's one thread. */
#pragma once

#include "sfu-overload.h"
#include "sfu-worker-client.h"

G_BEGIN_DECLS

typedef struct _SfuWorkerPool SfuWorkerPool;

typedef struct {
  const gchar *program; /* NULL = look for it */
  const gchar *log_level;
  const gchar *listen_ip;
  const gchar *const *announced;
  /* As SfuWorkerStartOptions; with several workers and one port, each gets the
   * next one; a range is cut into equal parts. */
  guint16 port_min, port_max;
  guint16 plain_port_min, plain_port_max; /* the same for all workers */
  guint n_workers;                        /* at least 1 */
  gboolean allow_impairment;
  gboolean ice_tcp;
  gboolean stock_dtls;
  guint consent_timeout_s; /* 0 = the default */
  guint media_priority;
  gboolean keep_spare; /* one more process, for the next that dies */
  guint watchdog_ms;   /* a thread without life for so long hangs; 0 = never */
  SfuOverloadLimits overload;
} SfuWorkerPoolOptions;

/* Reports of workers, with the worker that made them. */
typedef struct {
  void (*transport_state) (gpointer owner, const gchar *transport_id,
      const gchar *ice_state, const gchar *dtls_state, const gchar *reason);
  void (*active_speaker) (gpointer owner, const gchar *router_id,
      const gchar *producer_id, gint volume);
  void (*layers_changed) (
      gpointer owner, const gchar *consumer_id, gint spatial, gint temporal);
  /* SFU_SEAM_PRODUCER_SCORES */
  void (*producer_scores) (gpointer owner, GVariant *producers);
  /* SFU_SEAM_CONSUMER_SCORES */
  void (*consumer_scores) (gpointer owner, GVariant *consumers);
  /* index: of its place, where the next one starts already, or will later (see
   * sfu_worker_pool_acquire_at). */
  void (*died) (gpointer owner, SfuWorkerClient *worker, guint index);
  /* Its rooms should do without video, or need not any more. */
  void (*audio_only) (gpointer owner, SfuWorkerClient *worker, gboolean on);
} SfuWorkerPoolCallbacks;

/* Copies options. Starts nothing yet. */
SfuWorkerPool *sfu_worker_pool_new (const SfuWorkerPoolOptions *options);
/* Kills what still runs. NULL safe. */
void sfu_worker_pool_free (SfuWorkerPool *pool);

/* One listener. callbacks NULL = none any more. */
void sfu_worker_pool_set_callbacks (SfuWorkerPool *pool,
    const SfuWorkerPoolCallbacks *callbacks, gpointer owner);

/* Ready when all run; after a failure none does. */
void sfu_worker_pool_start_async (
    SfuWorkerPool *pool, GAsyncReadyCallback callback, gpointer data);
gboolean sfu_worker_pool_start_finish (
    SfuWorkerPool *pool, GAsyncResult *result, GError **error);
/* Asks all to exit, kills them after deadline_ms. */
void sfu_worker_pool_stop_async (SfuWorkerPool *pool, guint deadline_ms,
    GAsyncReadyCallback callback, gpointer data);
void sfu_worker_pool_stop_finish (SfuWorkerPool *pool, GAsyncResult *result);

/* The one with the most room, a reference; NULL and an error when none runs
 * (SFU_ERROR_FAILED) or all have too much to do (SFU_ERROR_LIMIT_EXCEEDED). It
 * may still be starting: calls wait. Give it back with
 * sfu_worker_pool_release. */
SfuWorkerClient *sfu_worker_pool_acquire (SfuWorkerPool *pool, GError **error);
/* The same for the one in this place, however busy it is. */
SfuWorkerClient *sfu_worker_pool_acquire_at (
    SfuWorkerPool *pool, guint index, GError **error);
void sfu_worker_pool_release (SfuWorkerPool *pool, SfuWorkerClient *worker);

/* May somebody new come into a room of this worker, or a track? *refusal: why
 * not. SFU_ERROR_LIMIT_EXCEEDED. */
gboolean sfu_worker_pool_check (SfuWorkerPool *pool, SfuWorkerClient *worker,
    SfuRefusal *refusal, GError **error);
gboolean sfu_worker_pool_is_audio_only (
    SfuWorkerPool *pool, SfuWorkerClient *worker);

/* Does one run, or will in a moment? */
gboolean sfu_worker_pool_is_open (SfuWorkerPool *pool);
/* Running ones. */
guint sfu_worker_pool_n_running (SfuWorkerPool *pool);
/* A running one, borrowed; NULL when index is too high. */
SfuWorkerClient *sfu_worker_pool_get_running (SfuWorkerPool *pool, guint index);
typedef struct {
  guint configured;
  guint ready;
  guint restarting;      /* starting, or waiting for that */
  guint crash_looping;   /* died again and again in the last minute */
  guint64 deaths, hangs; /* so far; a hang is a death, too */
} SfuWorkerPoolHealth;
void sfu_worker_pool_get_health (
    SfuWorkerPool *pool, SfuWorkerPoolHealth *health);

/* One worker's place. FALSE when index is too high. */
typedef struct {
  gboolean running, crash_looping;
  gint pid; /* 0 = none */
  SfuWorkerLoad load;
  SfuRefusal refusal;
  gboolean audio_only;
} SfuWorkerPoolState;
gboolean sfu_worker_pool_get_state (
    SfuWorkerPool *pool, guint index, SfuWorkerPoolState *state);

/* "40000", or "40000-40010". What clients send media to. */
gchar *sfu_worker_pool_describe_ports (SfuWorkerPool *pool);

/* Slots, running or not. */
guint sfu_worker_pool_n_workers (const SfuWorkerPool *pool);
/* Of slot index, borrowed; NULL while none runs there. */
SfuWorkerClient *sfu_worker_pool_peek (SfuWorkerPool *pool, guint index);
/* Of all workers that run, and of those to come. levels: was parsed. */
void sfu_worker_pool_set_log_levels (SfuWorkerPool *pool, const gchar *levels);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuWorkerPool, sfu_worker_pool_free)

G_END_DECLS
