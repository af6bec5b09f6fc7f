/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-transport-src-pad.h.
 *
 * Threads: see sfu-transport-src-pad.h. */
#include "sfu-transport-src-pad.h"

#include "sfu-stats-structure.h"

enum { PROP_0, PROP_STATS };

G_DEFINE_TYPE (SfuTransportSrcPad, sfu_transport_src_pad, GST_TYPE_PAD)

/* ---- statistics ---- */

/* Of the first media stream, "" while none is known. */
static const gchar *
ssrc_origin (SfuTransportSrcPad *self)
{
  static const gchar *const names[] = { "signalled", "extension",
    "payload-type" };
  guint i;

  for (i = 0; i < self->caps.n_encodings; i++) {
    if (self->media[i])
      return names[self->media[i]->origin];
  }
  return "";
}

/* Of one encoding; what is not known yet is 0. */
static GstStructure *
encoding_stats (SfuTransportSrcPad *self, guint encoding, gint64 now_us)
{
  SfuRtpStream *m = self->media[encoding], *r = self->rtx[encoding];
  guint64 bitrate = (m ? sfu_rate_meter_bps (&m->rate, now_us) : 0) +
      (r ? sfu_rate_meter_bps (&r->rate, now_us) : 0);

  return gst_structure_new ("encoding", "rid", G_TYPE_STRING,
      self->caps.encodings[encoding].rid, "ssrc", G_TYPE_UINT, m ? m->ssrc : 0,
      "rtx-ssrc", G_TYPE_UINT, r ? r->ssrc : 0, "packets", G_TYPE_UINT64,
      m ? m->packets : 0, "bytes", G_TYPE_UINT64, m ? m->bytes : 0,
      "rtx-packets", G_TYPE_UINT64, r ? r->packets : 0, "packets-lost",
      G_TYPE_INT64, m ? (gint64)sfu_receive_stats_lost (&m->stats) : (gint64)0,
      "fraction-lost", G_TYPE_DOUBLE, m ? m->stats.fraction_lost / 256.0 : 0.0,
      "jitter", G_TYPE_UINT, m ? sfu_receive_stats_jitter (&m->stats) : 0,
      "bitrate", G_TYPE_UINT64, bitrate, NULL);
}

static void
add_encodings (SfuTransportSrcPad *self, GstStructure *s, gint64 now_us)
{
  GValue list = G_VALUE_INIT;
  guint i;

  gst_value_array_init (&list, self->caps.n_encodings);
  for (i = 0; i < self->caps.n_encodings; i++) {
    GValue item = G_VALUE_INIT;

    g_value_init (&item, GST_TYPE_STRUCTURE);
    g_value_take_boxed (&item, encoding_stats (self, i, now_us));
    gst_value_array_append_and_take_value (&list, &item);
  }
  gst_structure_take_value (s, "encodings", &list);
}

static GstStructure *
collect_stats (gpointer data)
{
  SfuTransportSrcPad *self = data;
  GstStructure *s;
  gint64 now_us = g_get_monotonic_time ();
  guint64 packets = 0, bytes = 0, rtx_packets = 0, lost = 0, bitrate = 0;
  guint32 ssrc = 0, rtx_ssrc = 0, jitter = 0;
  gdouble fraction = 0;
  guint i;

  for (i = 0; i < self->caps.n_encodings; i++) {
    SfuRtpStream *m = self->media[i], *r = self->rtx[i];

    if (m) {
      packets += m->packets;
      bytes += m->bytes;
      lost += sfu_receive_stats_lost (&m->stats);
      bitrate += sfu_rate_meter_bps (&m->rate, now_us);
      jitter = MAX (jitter, sfu_receive_stats_jitter (&m->stats));
      fraction = MAX (fraction, m->stats.fraction_lost / 256.0);
      ssrc = ssrc ? ssrc : m->ssrc;
    }
    if (r) {
      rtx_packets += r->packets;
      bitrate += sfu_rate_meter_bps (&r->rate, now_us);
      rtx_ssrc = rtx_ssrc ? rtx_ssrc : r->ssrc;
    }
  }
  s = gst_structure_new ("sfu-transport-src-pad-stats", "ssrc", G_TYPE_UINT,
      ssrc, "ssrc-origin", G_TYPE_STRING, ssrc_origin (self), "rtx-ssrc",
      G_TYPE_UINT, rtx_ssrc, "packets", G_TYPE_UINT64, packets, "bytes",
      G_TYPE_UINT64, bytes, "rtx-packets", G_TYPE_UINT64, rtx_packets,
      "packets-lost", G_TYPE_INT64, (gint64)lost, "fraction-lost",
      G_TYPE_DOUBLE, fraction, "jitter", G_TYPE_UINT, jitter, "clock-rate",
      G_TYPE_UINT, self->caps.clock_rate, "bitrate", G_TYPE_UINT64, bitrate,
      "nack-messages", G_TYPE_UINT64, self->nack_messages, "nack-count",
      G_TYPE_UINT64, self->nack_count, "pli-count", G_TYPE_UINT64,
      self->pli_count, "fir-count", G_TYPE_UINT64, self->fir_count, "rtt",
      G_TYPE_INT64, self->rtt_us, NULL);
  add_encodings (self, s, now_us);
  sfu_stats_add_drops (s, &self->drops);
  return s;
}

gint64
sfu_transport_src_pad_last_packet_us (SfuTransportSrcPad *self)
{
  gint64 last_us = 0;
  guint i;

  for (i = 0; i < self->caps.n_encodings; i++) {
    if (self->media[i])
      last_us = MAX (last_us, self->media[i]->last_packet_us);
    if (self->rtx[i])
      last_us = MAX (last_us, self->rtx[i]->last_packet_us);
  }
  return last_us;
}

static void
sfu_transport_src_pad_get_property (
    GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  SfuTransportSrcPad *self = SFU_TRANSPORT_SRC_PAD (object);

  if (id == PROP_STATS)
    g_value_take_boxed (
        value, sfu_stats_collect (self->loop, collect_stats, self));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

/* ---- life ---- */

static void
sfu_transport_src_pad_finalize (GObject *object)
{
  SfuTransportSrcPad *self = SFU_TRANSPORT_SRC_PAD (object);

  sfu_shortcut_clear (&self->shortcut);
  g_clear_object (&self->loop);
  gst_clear_caps (&self->base_caps);
  sfu_pad_caps_clear (&self->caps);
  G_OBJECT_CLASS (sfu_transport_src_pad_parent_class)->finalize (object);
}

static void
sfu_transport_src_pad_class_init (SfuTransportSrcPadClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = sfu_transport_src_pad_get_property;
  object_class->finalize = sfu_transport_src_pad_finalize;
  /**
   * SfuTransportSrcPad:stats:
   *
   * What was received: `ssrc`, `rtx-ssrc` (0 = not known yet),
   * `ssrc-origin` (signalled, or learned from an extension or by
   * payload-type), `packets`, `bytes` (RTP), `rtx-packets`, `packets-lost`, `fraction-lost` (0..1, of
   * the last receiver report), `jitter` (units of `clock-rate`), `bitrate`
   * (bit/s, last second), `nack-count`, `pli-count`, `fir-count` (sent), `rtt`
   * (µs, -1 = not known) and `drops` (packets by reason); sums of all encodings,
   * and `encodings`, the same of each.
   */
  g_object_class_install_property (object_class, PROP_STATS,
      g_param_spec_boxed ("stats", "Statistics",
          "What was received of this producer (counts; bit/s; RTP units)",
          GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

static void
sfu_transport_src_pad_init (SfuTransportSrcPad *self)
{
  self->rtt_us = -1;
}

static gboolean
has_fields (const GstCaps *caps)
{
  return caps && !gst_caps_is_any (caps) && !gst_caps_is_empty (caps);
}

/* The caps event needs fixed caps. */
static void
set_base_caps (SfuTransportSrcPad *self, const GstCaps *caps)
{
  gst_clear_caps (&self->base_caps);
  if (has_fields (caps))
    self->base_caps = gst_caps_new_full (
        gst_structure_copy (gst_caps_get_structure (caps, 0)), NULL);
  else
    self->base_caps = gst_caps_new_empty_simple ("application/x-rtp");
  self->base_caps = gst_caps_fixate (self->base_caps);
}

GstPad *
sfu_transport_src_pad_new (GstPadTemplate *templ, const gchar *name,
    const GstCaps *caps, SfuPadCaps *pad_caps, SfuMediaLoop *loop)
{
  SfuTransportSrcPad *self = g_object_new (SFU_TYPE_TRANSPORT_SRC_PAD, "name",
      name, "direction", GST_PAD_SRC, "template", templ, NULL);

  self->caps = *pad_caps;
  self->open_caps = !has_fields (caps);
  self->loop = g_object_ref (loop);
  set_base_caps (self, caps);
  return GST_PAD (self);
}

void
sfu_transport_src_pad_set_caps (
    SfuTransportSrcPad *self, const GstCaps *caps, SfuPadCaps *pad_caps)
{
  sfu_pad_caps_clear (&self->caps);
  self->caps = *pad_caps;
  set_base_caps (self, caps);
  self->announced = FALSE;
}

/* ---- pushing ---- */

static void
push_start (SfuTransportSrcPad *self)
{
  GstPad *pad = GST_PAD (self);
  /* gst_pad_create_stream_id is for sources and demuxers of one stream. */
  g_autofree gchar *stream_id = g_strdup_printf (
      "%s:%s", GST_OBJECT_NAME (GST_OBJECT_PARENT (pad)), GST_PAD_NAME (pad));

  gst_pad_push_event (pad, gst_event_new_stream_start (stream_id));
}

static void
set_ssrcs (SfuTransportSrcPad *self, GstStructure *s, guint encoding)
{
  if (self->media[encoding])
    gst_structure_set (
        s, "ssrc", G_TYPE_UINT, self->media[encoding]->ssrc, NULL);
  if (self->rtx[encoding])
    gst_structure_set (
        s, "rtx-ssrc", G_TYPE_UINT, self->rtx[encoding]->ssrc, NULL);
}

/* The list of the caps with the SSRCs that have been learned. */
static void
set_encodings (SfuTransportSrcPad *self, GstStructure *s)
{
  GValue list = G_VALUE_INIT;
  const GValue *wanted = gst_structure_get_value (s, "encodings");
  guint i;

  gst_value_array_init (&list, self->caps.n_encodings);
  for (i = 0; i < self->caps.n_encodings; i++) {
    const GValue *item = gst_value_array_get_value (wanted, i);
    GstStructure *encoding =
        gst_structure_copy (gst_value_get_structure (item));
    GValue value = G_VALUE_INIT;

    set_ssrcs (self, encoding, i);
    g_value_init (&value, GST_TYPE_STRUCTURE);
    g_value_take_boxed (&value, encoding);
    gst_value_array_append_and_take_value (&list, &value);
  }
  gst_structure_take_value (s, "encodings", &list);
}

static void
push_caps (SfuTransportSrcPad *self)
{
  g_autoptr (GstCaps) caps = gst_caps_copy (self->base_caps);
  GstStructure *s = gst_caps_get_structure (caps, 0);

  if (gst_structure_has_field (s, "encodings"))
    set_encodings (self, s);
  else
    set_ssrcs (self, s, 0);
  gst_pad_push_event (GST_PAD (self), gst_event_new_caps (caps));
}

static void
announce (SfuTransportSrcPad *self)
{
  GstPad *pad = GST_PAD (self);
  g_autoptr (GstEvent) segment_event = NULL;
  GstSegment segment;

  self->announced = TRUE;
  segment_event = gst_pad_get_sticky_event (pad, GST_EVENT_SEGMENT, 0);
  if (!segment_event)
    push_start (self);
  push_caps (self);
  if (segment_event)
    return;
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (pad, gst_event_new_segment (&segment));
}

SfuVerdict
sfu_transport_src_pad_push (SfuTransportSrcPad *self, GstBuffer *buffer)
{
  if (!gst_pad_is_linked (GST_PAD (self))) {
    gst_buffer_unref (buffer);
    return SFU_DROP_NOT_LINKED;
  }
  if (!self->announced)
    announce (self);
  /* Whatever comes back (a producer that is being taken down is flushing), one
   * producer must not stop the others of this transport. */
  return sfu_shortcut_push_buffer (&self->shortcut, GST_PAD (self), buffer) ==
          GST_FLOW_OK
      ? SFU_VERDICT_FORWARD
      : SFU_DROP_NOT_LINKED;
}

void
sfu_transport_src_pad_push_event (SfuTransportSrcPad *self, GstEvent *event)
{
  if (!self->announced && gst_pad_is_linked (GST_PAD (self)))
    announce (self);
  if (self->announced)
    gst_pad_push_event (GST_PAD (self), event);
  else
    gst_event_unref (event);
}
