/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-worker-metrics.h.
 *
 * Threads: control thread. */
#include "sfu-worker-metrics.h"

#include "sfu-media-metrics.h"
#include "sfu-worker-reading.h"
#include "sfu-worker-transport.h"

struct _SfuWorkerMetrics {
  SfuTotals closed; /* of what is gone */
  SfuTotals shown;  /* as last told: no less is told later */
  SfuHistogram rtt[SFU_N_DIRECTIONS];
  SfuHistogram loss[SFU_N_DIRECTIONS][SFU_N_KINDS];
};

SfuWorkerMetrics *
sfu_worker_metrics_new (void)
{
  return g_new0 (SfuWorkerMetrics, 1);
}

void
sfu_worker_metrics_free (SfuWorkerMetrics *self)
{
  g_free (self);
}

/* ---- counters ---- */

static void
add_server (SfuTotals *totals, SfuWebRtcServer *server)
{
  SfuWebRtcServerStats stats;
  sfu_webrtc_server_get_stats (server, &stats);
  totals->socket_packets[SFU_IN] += stats.packets_received;
  totals->socket_bytes[SFU_IN] += stats.bytes_received;
  totals->socket_packets[SFU_OUT] += stats.packets_sent;
  totals->socket_bytes[SFU_OUT] += stats.bytes_sent;
  totals->tcp_refused += stats.tcp_refused;
  totals->tcp_unproven += stats.tcp_unproven;
  for (guint i = 0; i < SFU_VERDICT_COUNT; i++)
    totals->drops[SFU_STAGE_SOCKET].n[i] += stats.drops.n[i];
}

typedef struct {
  SfuTotals totals;
  SfuWebRtcServer *shared; /* borrowed; not to be counted for each */
} Sum;

static void
add_reading (const SfuWorkerReading *reading, gpointer data)
{
  Sum *sum = data;
  sfu_totals_add (&sum->totals, &reading->totals);
  if (reading->node->kind == SFU_NODE_TRANSPORT) {
    const SfuWorkerTransport *transport =
        (const SfuWorkerTransport *)reading->node;
    if (transport->server && transport->server != sum->shared)
      add_server (&sum->totals, transport->server);
  }
}

void
sfu_worker_metrics_retire (SfuWorkerMetrics *self, SfuNode *node,
    SfuMediaLoop *loop, SfuWebRtcServer *shared)
{
  g_autoptr (GPtrArray) nodes = g_ptr_array_new ();
  Sum sum = { .shared = shared };
  g_ptr_array_add (nodes, node);
  sfu_worker_readings_take (nodes, loop, add_reading, &sum);
  sfu_totals_add (&self->closed, &sum.totals);
}

/* ---- samples ---- */

typedef struct {
  SfuWorkerMetrics *metrics;
  gint64 since_us;
  /* Of whose transport the last round trip was: one is enough. */
  const SfuNode *measured[SFU_N_DIRECTIONS];
} Sampling;

static void
take_sample (const SfuWorkerReading *reading, gpointer data)
{
  Sampling *sampling = data;
  SfuWorkerMetrics *self = sampling->metrics;
  const SfuMetricFamily *rtt = sfu_media_metric_family (SFU_MEDIA_RTT);
  const SfuMetricFamily *loss = sfu_media_metric_family (SFU_MEDIA_LOSS);
  SfuDirection direction = reading->direction;
  /* What was reported of a stream that has stopped is no news. */
  if (reading->last_packet_us < sampling->since_us)
    return;
  sfu_histogram_observe (&self->loss[direction][reading->kind], loss->bounds,
      loss->n_bounds, reading->loss);
  if (reading->rtt_us < 0 ||
      sampling->measured[direction] == reading->transport)
    return;
  sampling->measured[direction] = reading->transport;
  sfu_histogram_observe (&self->rtt[direction], rtt->bounds, rtt->n_bounds,
      reading->rtt_us / (gdouble)G_USEC_PER_SEC);
}

static void
add_all (GPtrArray *to, const GPtrArray *from)
{
  for (guint i = 0; i < from->len; i++)
    g_ptr_array_add (to, from->pdata[i]);
}

void
sfu_worker_metrics_sample (SfuWorkerMetrics *self, SfuNodeTable *nodes,
    SfuMediaLoop *loop, gint64 now_us)
{
  g_autoptr (GPtrArray) transports =
      sfu_node_table_list (nodes, SFU_NODE_TRANSPORT);
  g_autoptr (GPtrArray) tracks = g_ptr_array_new ();
  Sampling sampling = { .metrics = self,
    .since_us = now_us - SFU_WORKER_METRICS_SAMPLE_S * G_USEC_PER_SEC };
  /* Those of one transport stand together. */
  for (guint i = 0; i < transports->len; i++) {
    const SfuWorkerTransport *transport = transports->pdata[i];
    add_all (tracks, transport->producers);
    add_all (tracks, transport->consumers);
  }
  sfu_worker_readings_take (tracks, loop, take_sample, &sampling);
}

/* ---- for the seam ---- */

static void
add_histogram (GVariantBuilder *builder, SfuMediaMetric metric,
    const gchar *direction, const gchar *kind, const SfuHistogram *histogram)
{
  const gchar *labels[] = { direction, kind };
  guint n = sfu_media_metric_family (metric)->n_bounds + 1;
  g_variant_builder_add (builder, "(y@as@atd)", (guint8)metric,
      g_variant_new_strv (labels, kind ? 2 : 1),
      g_variant_new_fixed_array (
          G_VARIANT_TYPE_UINT64, histogram->counts, n, sizeof (guint64)),
      histogram->sum);
}

static GVariant *
histograms_to_variant (const SfuWorkerMetrics *self)
{
  GVariantBuilder builder;
  g_variant_builder_init (
      &builder, G_VARIANT_TYPE (SFU_MEDIA_METRICS_HISTOGRAMS));
  for (guint i = 0; i < SFU_N_DIRECTIONS; i++) {
    const gchar *direction = sfu_direction_name (i);
    add_histogram (&builder, SFU_MEDIA_RTT, direction, NULL, &self->rtt[i]);
    for (guint j = 0; j < SFU_N_KINDS; j++)
      add_histogram (&builder, SFU_MEDIA_LOSS, direction,
          sfu_media_kind_name (j), &self->loss[i][j]);
  }
  return g_variant_builder_end (&builder);
}

void
sfu_worker_metrics_read (SfuWorkerMetrics *self, SfuNodeTable *nodes,
    SfuMediaLoop *loop, SfuWebRtcServer *server, GVariant **values,
    GVariant **histograms)
{
  Sum sum = { .totals = self->closed, .shared = server };
  for (guint kind = SFU_NODE_TRANSPORT; kind < SFU_NODE_N_KINDS; kind++) {
    g_autoptr (GPtrArray) list = sfu_node_table_list (nodes, kind);
    sfu_worker_readings_take (list, loop, add_reading, &sum);
  }
  if (server)
    add_server (&sum.totals, server);
  sfu_totals_lift (&sum.totals, &self->shown, &self->closed);
  *values = sfu_totals_to_variant (
      &sum.totals, sfu_media_loop_longest_us (loop) / (gdouble)G_USEC_PER_SEC);
  *histograms = histograms_to_variant (self);
}
