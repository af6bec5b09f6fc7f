/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-transport-sink-pad.h.
 *
 * Threads: see sfu-transport-sink-pad.h. */
#include "sfu-transport-sink-pad.h"

#include "sfu-receive-stats.h"
#include "sfu-stats-structure.h"

#define RATE_WINDOW_US (1 * G_USEC_PER_SEC)
/* LSR is the middle of the 64 bit NTP time (RFC 3550 6.4.1). */
#define NTP_MIDDLE(ntp) ((guint32)((ntp) >> 16))

enum { PROP_0, PROP_STATS };

G_DEFINE_TYPE (SfuTransportSinkPad, sfu_transport_sink_pad, GST_TYPE_PAD)

/* ---- statistics ---- */

static GstStructure *
collect_stats (gpointer data)
{
  SfuTransportSinkPad *self = data;
  GstStructure *s;
  guint64 bitrate = sfu_rate_meter_bps (&self->rate, g_get_monotonic_time ());

  self->drops.n[SFU_DROP_QUEUE_FULL] +=
      g_atomic_int_exchange (&self->overflowed, 0);
  s = gst_structure_new ("sfu-transport-sink-pad-stats", "ssrc", G_TYPE_UINT,
      self->caps.encodings[0].ssrc, "rtx-ssrc", G_TYPE_UINT,
      self->caps.encodings[0].rtx_ssrc, "packets", G_TYPE_UINT64, self->packets,
      "bytes", G_TYPE_UINT64, self->bytes, "rtx-packets", G_TYPE_UINT64,
      self->rtx_packets, "rtx-bytes", G_TYPE_UINT64, self->rtx_bytes,
      "packets-lost", G_TYPE_INT64, (gint64)self->packets_lost, "fraction-lost",
      G_TYPE_DOUBLE, self->fraction_lost / 256.0, "jitter", G_TYPE_UINT,
      self->jitter, "clock-rate", G_TYPE_UINT, self->caps.clock_rate, "rtt",
      G_TYPE_INT64, self->rtt_us, "bitrate", G_TYPE_UINT64, bitrate,
      "nack-messages", G_TYPE_UINT64, self->nack_messages, "nack-count",
      G_TYPE_UINT64, self->nack_count, "pli-count", G_TYPE_UINT64,
      self->pli_count, "fir-count", G_TYPE_UINT64, self->fir_count, NULL);
  sfu_stats_add_drops (s, &self->drops);
  return s;
}

static void
sfu_transport_sink_pad_get_property (
    GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  SfuTransportSinkPad *self = SFU_TRANSPORT_SINK_PAD (object);

  if (id == PROP_STATS)
    g_value_take_boxed (
        value, sfu_stats_collect (self->loop, collect_stats, self));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

/* ---- life ---- */

static void
sfu_transport_sink_pad_finalize (GObject *object)
{
  SfuTransportSinkPad *self = SFU_TRANSPORT_SINK_PAD (object);

  g_clear_object (&self->loop);
  sfu_pad_caps_clear (&self->caps);
  G_OBJECT_CLASS (sfu_transport_sink_pad_parent_class)->finalize (object);
}

static void
sfu_transport_sink_pad_class_init (SfuTransportSinkPadClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = sfu_transport_sink_pad_get_property;
  object_class->finalize = sfu_transport_sink_pad_finalize;
  /**
   * SfuTransportSinkPad:stats:
   *
   * What was sent: `ssrc`, `rtx-ssrc`, `packets`, `bytes` (RTP of the media
   * stream), `rtx-packets`, `rtx-bytes`, `bitrate` (bit/s, last second, both);
   * what the receiver reported: `packets-lost`, `fraction-lost` (0..1),
   * `jitter` (units of `clock-rate`), `rtt` (µs, -1 = not known),
   * `nack-count`, `pli-count`, `fir-count`; and `drops` (packets by reason).
   */
  g_object_class_install_property (object_class, PROP_STATS,
      g_param_spec_boxed ("stats", "Statistics",
          "What was sent to this consumer (counts; bit/s; µs; RTP units)",
          GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

static void
sfu_transport_sink_pad_init (SfuTransportSinkPad *self)
{
  sfu_pad_caps_parse (NULL, &self->caps, NULL);
  sfu_rate_meter_init (&self->rate, RATE_WINDOW_US);
  self->rtt_us = -1;
  self->last_fir_seq = -1;
}

GstPad *
sfu_transport_sink_pad_new (
    GstPadTemplate *templ, const gchar *name, SfuMediaLoop *loop)
{
  SfuTransportSinkPad *self = g_object_new (SFU_TYPE_TRANSPORT_SINK_PAD, "name",
      name, "direction", GST_PAD_SINK, "template", templ, NULL);

  self->loop = g_object_ref (loop);
  return GST_PAD (self);
}

/* ---- reports ---- */

/* The publisher's wall clock stands in our reports (capture time), so a round
 * trip is measured from when we sent that report, not from what it says. The
 * same report may go out several times: the answer is to the last one that
 * could have been there. */
static void
measure_rtt (
    SfuTransportSinkPad *self, const SfuRtcpReportBlock *block, gint64 now_us)
{
  gint64 best = -1;
  guint i;

  for (i = 0; i < MIN (self->n_sent, SFU_SENT_REPORTS); i++) {
    const SfuSentReport *sent = &self->sent[i];
    guint64 now_ntp;
    gint64 rtt_us;

    if (NTP_MIDDLE (sent->ntp) != block->last_sr)
      continue;
    now_ntp = sent->ntp +
        gst_util_uint64_scale (now_us - sent->sent_us,
            G_GUINT64_CONSTANT (1) << 32, G_USEC_PER_SEC);
    rtt_us = sfu_rtt_from_report_block_us (block, now_ntp);
    if (rtt_us >= 0 && (best < 0 || rtt_us < best))
      best = rtt_us;
  }
  if (best >= 0)
    self->rtt_us = best;
}

void
sfu_transport_sink_pad_report_block (
    SfuTransportSinkPad *self, const SfuRtcpReportBlock *block, gint64 now_us)
{
  self->fraction_lost = block->fraction_lost;
  self->packets_lost = block->cumulative_lost;
  self->jitter = block->jitter;
  if (block->last_sr)
    measure_rtt (self, block, now_us);
}

gboolean
sfu_transport_sink_pad_sender_info (
    SfuTransportSinkPad *self, SfuRtcpSenderInfo *info)
{
  if (!self->have_report)
    return FALSE;
  info->ssrc = self->caps.encodings[0].ssrc;
  info->ntp = self->report.ntp;
  info->rtp_timestamp = self->report.rtp_timestamp;
  info->packets = self->packets;
  info->octets = self->payload_bytes;
  return TRUE;
}

void
sfu_transport_sink_pad_sender_info_sent (
    SfuTransportSinkPad *self, const SfuRtcpSenderInfo *info, gint64 now_us)
{
  SfuSentReport *sent = &self->sent[self->n_sent++ % SFU_SENT_REPORTS];

  sent->ntp = info->ntp;
  sent->sent_us = now_us;
}
