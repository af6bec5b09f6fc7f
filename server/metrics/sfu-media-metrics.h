/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The metrics that a worker counts and the server writes, in the form in which
 * they cross the seam. Both ends are of one version, so one table says what
 * there is; the server adds the label "worker".
 *
 * Threads: constant data and pure functions. */
#pragma once

#include "sfu-exposition.h"

G_BEGIN_DECLS

typedef enum {
  /* direction "in" (from publishers) or "out" (to receivers), kind "audio" or
   * "video" */
  SFU_MEDIA_RTP_PACKETS,
  SFU_MEDIA_RTP_BYTES,
  SFU_MEDIA_RTX_PACKETS,
  SFU_MEDIA_NACKS,
  SFU_MEDIA_NACKED_PACKETS,
  SFU_MEDIA_PLIS,
  SFU_MEDIA_FIRS,
  SFU_MEDIA_RTT,  /* direction */
  SFU_MEDIA_LOSS, /* direction, kind */
  /* kind */
  SFU_MEDIA_MISSED_PACKETS,
  SFU_MEDIA_RECOVERED_PACKETS,
  SFU_MEDIA_KEYFRAMES,
  SFU_MEDIA_DROPPED_PACKETS, /* stage, reason */
  /* direction */
  SFU_MEDIA_RTCP_PACKETS,
  SFU_MEDIA_TRANSPORT_PACKETS,
  SFU_MEDIA_TRANSPORT_BYTES,
  SFU_MEDIA_SOCKET_PACKETS,
  SFU_MEDIA_SOCKET_BYTES,
  SFU_MEDIA_TCP_REFUSED, /* reason */
  SFU_MEDIA_TURN_MAX,    /* gauge */
  SFU_MEDIA_N_METRICS
} SfuMediaMetric;

/* With "worker" as the first label. */
const SfuMetricFamily *sfu_media_metric_family (SfuMediaMetric metric);

/* How GetMetrics returns them: (a(yasd)a(yasatd)) without the parentheses
 * around; metric, values of the labels but "worker", and a number, or counts
 * and a sum. */
#define SFU_MEDIA_METRICS_VALUES "a(yasd)"
#define SFU_MEDIA_METRICS_HISTOGRAMS "a(yasatd)"

/* What one worker said; both variants are owned, NULL = it said nothing. */
typedef struct {
  gchar worker[12]; /* value of the label */
  GVariant *values, *histograms;
} SfuMediaMetrics;

/* All families, each over all workers, as the format wants it. A number of a
 * metric that there is not, or with other labels, is left out. */
void sfu_media_metrics_write (
    const SfuMediaMetrics *workers, guint n, SfuExposition *exposition);

G_END_DECLS
