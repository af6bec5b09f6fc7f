/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The worker processes of the server: started together, handed out by load,
 * and replaced when one dies.
 *
 * Threads: the server's one thread. */
#pragma once

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
  guint consent_timeout_s; /* 0 = the default */
} SfuWorkerPoolOptions;

/* Reports of workers, with the worker that made them. */
typedef struct {
  void (*transport_state) (gpointer owner, const gchar *transport_id,
      const gchar *ice_state, const gchar *dtls_state, const gchar *reason);
  void (*active_speaker) (gpointer owner, const gchar *router_id,
      const gchar *producer_id, gint volume);
  void (*layers_changed) (
      gpointer owner, const gchar *consumer_id, gint spatial, gint temporal);
  /* scores: a(suy) */
  void (*producer_score) (
      gpointer owner, const gchar *producer_id, GVariant *scores);
  /* producer_scores: ay */
  void (*consumer_score) (gpointer owner, const gchar *consumer_id, guint score,
      guint producer_score, GVariant *producer_scores);
  void (*died) (gpointer owner, SfuWorkerClient *worker);
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

/* The one with the fewest users, a reference; NULL and an error when none
 * runs. Give it back with sfu_worker_pool_release. */
SfuWorkerClient *sfu_worker_pool_acquire (SfuWorkerPool *pool, GError **error);
void sfu_worker_pool_release (SfuWorkerPool *pool, SfuWorkerClient *worker);

/* Running ones. */
guint sfu_worker_pool_n_running (SfuWorkerPool *pool);
/* A running one, borrowed; NULL when index is too high. */
SfuWorkerClient *sfu_worker_pool_get_running (SfuWorkerPool *pool, guint index);
/* "40000", or "40000-40010". What clients send media to. */
gchar *sfu_worker_pool_describe_ports (SfuWorkerPool *pool);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuWorkerPool, sfu_worker_pool_free)

G_END_DECLS
