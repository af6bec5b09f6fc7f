/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the server counts while it happens. What can be looked up when somebody
 * asks (rooms, peers, processes, what workers counted) is not kept here.
 *
 * Threads: the server's one thread. */
#pragma once

#include "sfu-exposition.h"

G_BEGIN_DECLS

typedef enum {
  SFU_METRIC_REQUESTS,            /* dialect, method, result */
  SFU_METRIC_REQUEST_DURATION,    /* dialect */
  SFU_METRIC_CONNECTIONS_REFUSED, /* reason */
  SFU_METRIC_TRANSPORT_FAILURES,  /* reason */
  SFU_METRIC_WORKER_RESTARTS,
  SFU_METRIC_WEBHOOK_DELIVERIES, /* result */
  SFU_METRIC_WEBHOOK_DROPPED,    /* reason */
  SFU_N_METRICS
} SfuMetric;

typedef struct _SfuMetrics SfuMetrics;

SfuMetrics *sfu_metrics_new (void);
SfuMetrics *sfu_metrics_ref (SfuMetrics *self);
void sfu_metrics_unref (SfuMetrics *self); /* NULL safe */

/* n more; then the values of the metric's labels in the order above, all
 * (const gchar *), of which there are only so many: never what a stranger
 * sent. self may be NULL: nobody counts. */
void sfu_metrics_add (SfuMetrics *self, SfuMetric metric, guint n, ...);

/* A signalling request was answered. method: of the dispatch table; NULL = none
 * of it. error_name NULL = it succeeded. started_us: monotonic; 0 = it did not
 * get so far that its time would say something. */
void sfu_metrics_request (SfuMetrics *self, const gchar *dialect,
    const gchar *method, const gchar *error_name, gint64 started_us,
    gint64 now_us);

/* A transport failed or was closed by the network; the reason as a worker says
 * it becomes one of a few. */
void sfu_metrics_transport_failed (SfuMetrics *self, const gchar *reason);

gdouble sfu_metrics_get (SfuMetrics *self, SfuMetric metric, ...);

void sfu_metrics_write (SfuMetrics *self, SfuExposition *exposition);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuMetrics, sfu_metrics_unref)

G_END_DECLS
