/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What GetMetrics tells: counters since the worker began, and how round trips
 * and losses are spread.
 *
 * Threads: control thread. */
#pragma once

#include "sfu-webrtc-server.h"
#include "sfu-worker-node.h"
#include "sfu-worker-router.h"

G_BEGIN_DECLS

/* Between two samples of round trip and loss: about as often as receivers
 * report. */
#define SFU_WORKER_METRICS_SAMPLE_S 5

typedef struct _SfuWorkerMetrics SfuWorkerMetrics;

SfuWorkerMetrics *sfu_worker_metrics_new (void);
void sfu_worker_metrics_free (SfuWorkerMetrics *self);

/* node is about to be freed: its counters stay in the sums. shared: as server
 * below. */
void sfu_worker_metrics_retire (SfuWorkerMetrics *self, SfuNode *node,
    SfuMediaLoop *loop, SfuWebRtcServer *shared);

/* Every SFU_WORKER_METRICS_SAMPLE_S: round trip and loss of what carries
 * media. */
void sfu_worker_metrics_sample (SfuWorkerMetrics *self, SfuNodeTable *nodes,
    SfuMediaLoop *loop, gint64 now_us);

/* server: that all transports share; NULL = each has its own. Both floating, as
 * in sfu-media-metrics.h. */
void sfu_worker_metrics_read (SfuWorkerMetrics *self, SfuNodeTable *nodes,
    SfuMediaLoop *loop, SfuWebRtcServer *server, GVariant **values,
    GVariant **histograms);

G_END_DECLS
