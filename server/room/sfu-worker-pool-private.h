/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Between sfu-worker-pool.c (workers start, die and are started again) and
 * sfu-worker-pool-watch.c (how they are, and who gets the next room).
 *
 * Threads: the server's one thread. */
#pragma once

#include "sfu-restart.h"
#include "sfu-watchdog.h"
#include "sfu-worker-pool.h"

G_BEGIN_DECLS

typedef struct {
  SfuWorkerPool *pool;     /* borrowed */
  SfuWorkerClient *client; /* owned; NULL between death and the next start */
  guint index;
  gboolean running;           /* has started, and nobody is killing it */
  guint16 port_min, port_max; /* in use */
  gint64 started_us;
  SfuRestart restart;
  guint restart_id;
  SfuWatchdog control, media;
  SfuWorkerLoad load;
  SfuOverload overload;
} SfuWorkerSlot;

struct _SfuWorkerPool {
  gchar *program, *log_level, *listen_ip;
  GStrv announced;
  guint16 port_min, port_max, plain_port_min, plain_port_max;
  gboolean allow_impairment;
  gboolean ice_tcp;
  gboolean stock_dtls;
  guint consent_timeout_s;
  guint media_priority;
  guint watchdog_ms;
  SfuOverloadLimits overload;
  SfuWorkerSlot *slots;
  guint n_slots;
  const SfuWorkerPoolCallbacks *callbacks; /* NULL = nobody listens */
  gpointer owner;
  guint watch_id;
  gboolean keep_spare;
  SfuWorkerClient *spare; /* owned; takes the place of the next that dies */
  guint spare_id;         /* source that makes it */
  guint64 n_deaths, n_hangs;
  gboolean stopping;
  GTask *starting; /* owned; while sfu_worker_pool_start_async runs */
  GTask *stopping_task;
  guint n_pending;
  GError *first_error;
};

/* Looks at all workers from now on. */
void sfu_worker_pool_watch (SfuWorkerPool *pool);
/* The slot's worker is another. */
void sfu_worker_pool_forget (SfuWorkerSlot *slot);

G_END_DECLS
