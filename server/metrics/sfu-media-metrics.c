/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-media-metrics.h.
 *
 * Threads: constant data and pure functions. */
#include "sfu-media-metrics.h"

#define DIRECTION_AND_KIND                                                     \
  {                                                                            \
    "worker", "direction", "kind"                                              \
  }
#define DIRECTION                                                              \
  {                                                                            \
    "worker", "direction"                                                      \
  }
#define KIND                                                                   \
  {                                                                            \
    "worker", "kind"                                                           \
  }

static const SfuMetricFamily families[] = {
  [SFU_MEDIA_RTP_PACKETS] = { "sfu_rtp_packets", SFU_METRIC_COUNTER, NULL,
      "RTP packets of media from publishers (in) and to receivers (out), "
      "retransmissions not counted.",
      DIRECTION_AND_KIND },
  [SFU_MEDIA_RTP_BYTES] = { "sfu_rtp_bytes", SFU_METRIC_COUNTER, "bytes",
      "The same in bytes, RTP headers included.", DIRECTION_AND_KIND },
  [SFU_MEDIA_RTX_PACKETS] = { "sfu_rtx_packets", SFU_METRIC_COUNTER, NULL,
      "Retransmissions that came (in) and were sent (out).",
      DIRECTION_AND_KIND },
  [SFU_MEDIA_NACKS] = { "sfu_nacks", SFU_METRIC_COUNTER, NULL,
      "NACK messages from receivers (in) and to publishers (out).",
      DIRECTION_AND_KIND },
  [SFU_MEDIA_NACKED_PACKETS] = { "sfu_nacked_packets", SFU_METRIC_COUNTER, NULL,
      "Packets that NACK messages asked for.", DIRECTION_AND_KIND },
  [SFU_MEDIA_PLIS] = { "sfu_plis", SFU_METRIC_COUNTER, NULL,
      "Picture loss indications from receivers (in) and to publishers (out).",
      DIRECTION_AND_KIND },
  [SFU_MEDIA_FIRS] = { "sfu_firs", SFU_METRIC_COUNTER, NULL,
      "Full intra requests from receivers (in) and to publishers (out).",
      DIRECTION_AND_KIND },
  /* From a local network to where nobody talks any more. */
  [SFU_MEDIA_RTT] = { "sfu_rtt_seconds", SFU_METRIC_HISTOGRAM, "seconds",
      "Round trip times to publishers (in) and receivers (out): of each "
      "transport that carries media, every 5 seconds.",
      DIRECTION,
      { 0.005, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0, 2.0 }, 11 },
  [SFU_MEDIA_LOSS] = { "sfu_packet_loss_ratio", SFU_METRIC_HISTOGRAM, "ratio",
      "Share of packets lost on the way in and out as last reported: of each "
      "stream that carries media, every 5 seconds.",
      DIRECTION_AND_KIND, { 0.0, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5 }, 8 },
  [SFU_MEDIA_MISSED_PACKETS] = { "sfu_rtp_missed_packets", SFU_METRIC_COUNTER,
      NULL, "Packets of publishers that did not come when expected.", KIND },
  [SFU_MEDIA_RECOVERED_PACKETS] = { "sfu_rtp_recovered_packets",
      SFU_METRIC_COUNTER, NULL,
      "Of the missed packets: those that came later, or again.", KIND },
  [SFU_MEDIA_KEYFRAMES] = { "sfu_keyframes", SFU_METRIC_COUNTER, NULL,
      "Key frames of publishers.", KIND },
  [SFU_MEDIA_DROPPED_PACKETS] = { "sfu_dropped_packets", SFU_METRIC_COUNTER,
      NULL,
      "Packets that were not forwarded. stage: socket, transport, producer "
      "(none of these was forwarded to anybody), consumer (to one receiver).",
      { "worker", "stage", "reason" } },
  [SFU_MEDIA_RTCP_PACKETS] = { "sfu_rtcp_packets", SFU_METRIC_COUNTER, NULL,
      "RTCP datagrams.", DIRECTION },
  [SFU_MEDIA_TRANSPORT_PACKETS] = { "sfu_transport_rtp_packets",
      SFU_METRIC_COUNTER, NULL,
      "RTP packets that transports received and sent, whosever they are.",
      DIRECTION },
  [SFU_MEDIA_TRANSPORT_BYTES] = { "sfu_transport_rtp_bytes", SFU_METRIC_COUNTER,
      "bytes", "The same in bytes.", DIRECTION },
  [SFU_MEDIA_SOCKET_PACKETS] = { "sfu_socket_packets", SFU_METRIC_COUNTER, NULL,
      "Datagrams of all kinds on the sockets of WebRTC transports.",
      DIRECTION },
  [SFU_MEDIA_SOCKET_BYTES] = { "sfu_socket_bytes", SFU_METRIC_COUNTER, "bytes",
      "The same in bytes.", DIRECTION },
  [SFU_MEDIA_TCP_REFUSED] = { "sfu_ice_tcp_refused", SFU_METRIC_COUNTER, NULL,
      "TCP connections for media that were closed: above a limit, or without a "
      "valid check in time.",
      { "worker", "reason" } },
  [SFU_MEDIA_TURN_MAX] = { "sfu_media_loop_turn_max_seconds", SFU_METRIC_GAUGE,
      "seconds",
      "Longest turn of the media thread in its last second: packets waited so "
      "long.",
      { "worker" } },
};
G_STATIC_ASSERT (G_N_ELEMENTS (families) == SFU_MEDIA_N_METRICS);

const SfuMetricFamily *
sfu_media_metric_family (SfuMediaMetric metric)
{
  return &families[metric];
}

/* The labels of one number. FALSE: they do not fit. */
static gboolean
read_labels (const SfuMetricFamily *family, const gchar *worker,
    GVariant *labels, const gchar **values)
{
  guint n = sfu_metric_family_n_labels (family);

  if (g_variant_n_children (labels) != n - 1)
    return FALSE;
  values[0] = worker;
  for (guint i = 1; i < n; i++)
    g_variant_get_child (labels, i - 1, "&s", &values[i]);
  return TRUE;
}

static void
write_values (
    const SfuMediaMetrics *worker, guint metric, SfuExposition *exposition)
{
  const SfuMetricFamily *family = &families[metric];
  const gchar *values[SFU_METRIC_MAX_LABELS];
  GVariantIter iter;
  GVariant *labels;
  guint8 id;
  gdouble number;

  if (worker->values == NULL)
    return;
  g_variant_iter_init (&iter, worker->values);
  while (g_variant_iter_loop (&iter, "(y@asd)", &id, &labels, &number))
    if (id == metric && read_labels (family, worker->worker, labels, values))
      sfu_exposition_value (exposition, values, number);
}

static void
write_histograms (
    const SfuMediaMetrics *worker, guint metric, SfuExposition *exposition)
{
  const SfuMetricFamily *family = &families[metric];
  const gchar *values[SFU_METRIC_MAX_LABELS];
  GVariantIter iter;
  GVariant *labels, *counts;
  guint8 id;
  gdouble sum;

  if (worker->histograms == NULL)
    return;
  g_variant_iter_init (&iter, worker->histograms);
  while (
      g_variant_iter_loop (&iter, "(y@as@atd)", &id, &labels, &counts, &sum)) {
    SfuHistogram histogram = { .sum = sum };

    if (id != metric || g_variant_n_children (counts) != family->n_bounds + 1 ||
        !read_labels (family, worker->worker, labels, values))
      continue;
    for (guint i = 0; i <= family->n_bounds; i++)
      g_variant_get_child (counts, i, "t", &histogram.counts[i]);
    sfu_exposition_histogram (exposition, values, &histogram);
  }
}

void
sfu_media_metrics_write (
    const SfuMediaMetrics *workers, guint n, SfuExposition *exposition)
{
  for (guint metric = 0; metric < SFU_MEDIA_N_METRICS; metric++) {
    sfu_exposition_family (exposition, &families[metric]);
    for (guint i = 0; i < n; i++)
      if (families[metric].type == SFU_METRIC_HISTOGRAM)
        write_histograms (&workers[i], metric, exposition);
      else
        write_values (&workers[i], metric, exposition);
  }
}
