/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The parts of SfuWorker: sfu-worker.c (its start, limits, closing; routers),
 * sfu-worker-transports.c, sfu-worker-streams.c (producers and consumers) and
 * sfu-worker-look.c (what only looks).
 *
 * Threads: control thread. */
#pragma once

#include "sfu-media-loop.h"
#include "sfu-webrtc-server.h"
#include "sfu-worker-beat.h"
#include "sfu-worker-consumer.h"
#include "sfu-worker-metrics.h"
#include "sfu-worker-node.h"
#include "sfu-worker-producer.h"
#include "sfu-worker-transport.h"
#include "sfu-worker.h"

G_BEGIN_DECLS

struct _SfuWorker {
  const SfuWorkerCallbacks *callbacks;
  gpointer owner; /* borrowed: outlives the worker */
  SfuWorkerConfig config;
  SfuMediaLoop *loop;      /* owned; NULL = not started */
  SfuWebRtcServer *server; /* owned; of all transports; NULL = one each */
  gchar *listen_ip;        /* owned */
  gchar **announced;       /* owned */
  guint16 port_min, port_max;
  gdouble impair_in, impair_out; /* percent */
  SfuNodeTable *nodes;           /* owned: everything there is */
  guint score_timer;             /* 0 = not started */
  SfuWorkerBeat *beat;           /* owned */
  SfuWorkerMetrics *metrics;     /* owned */
  guint sample_timer;            /* 0 = not started */
};

/* sfu-worker.c */
/* FALSE: one more than max; what: "routers". */
gboolean sfu_worker_check_limit (
    guint n, guint max, const gchar *what, GError **error);
/* FALSE: too little memory, threads or descriptors are left. */
gboolean sfu_worker_check_resources (SfuWorker *self, GError **error);
/* A port for transports; owned by the caller. */
SfuWebRtcServer *sfu_worker_open_server (
    SfuWorker *self, SfuMediaLoop *loop, GError **error);
/* After each change of the producers or consumers. */
void sfu_worker_count_streams (SfuWorker *self);
/* Closes it and what hangs on it; its counters stay. */
void sfu_worker_drop_consumer (SfuWorker *self, SfuWorkerConsumer *consumer);
void sfu_worker_drop_producer (SfuWorker *self, SfuWorkerProducer *producer);
void sfu_worker_drop_transport (SfuWorker *self, SfuWorkerTransport *transport);

G_END_DECLS
