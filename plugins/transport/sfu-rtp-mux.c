/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-rtp-mux.h.
 *
 * Threads: media thread. */
#include "sfu-rtp-mux.h"

#include "sfu-bytes.h"
#include "sfu-rtp.h"

GST_DEBUG_CATEGORY_EXTERN (sfutransport);
#define GST_CAT_DEFAULT sfutransport

/* abs-send-time: seconds as 6.18 fixed point in 24 bits. */
#define ABS_SEND_TIME_FRACTION 18
#define ABS_SEND_TIME_MASK 0xffffff

struct _SfuRtpMux {
  SfuMediaLoop *loop;                  /* owned */
  const SfuRtpMuxCallbacks *callbacks; /* static */
  gpointer owner;                      /* borrowed: owns us */
  GPtrArray *pads;                     /* references */
  GHashTable *by_ssrc; /* SSRC -> SfuTransportSinkPad, borrowed from pads */
  SfuPacket packets[SFU_RTP_MUX_LIST_MAX]; /* gathered in this burst */
  guint n_packets;
  SfuFlushHook flush;
  gboolean connected;
  guint16 transport_cc_seq; /* next */
  SfuTwccHistory *history;  /* owned; NULL until first used */
};

static void
flush (gpointer data)
{
  SfuRtpMux *self = data;

  guint n = self->n_packets;

  self->n_packets = 0;
  if (n > 0)
    self->callbacks->send (self->owner, self->packets, n);
}

SfuRtpMux *
sfu_rtp_mux_new (
    SfuMediaLoop *loop, const SfuRtpMuxCallbacks *callbacks, gpointer owner)
{
  SfuRtpMux *self = g_new0 (SfuRtpMux, 1);

  self->loop = g_object_ref (loop);
  self->callbacks = callbacks;
  self->owner = owner;
  self->pads = g_ptr_array_new_with_free_func (gst_object_unref);
  self->by_ssrc = g_hash_table_new (NULL, NULL);
  self->flush.func = flush;
  self->flush.data = self;
  self->flush.phase = SFU_FLUSH_TRANSPORTS;
  return self;
}

void
sfu_rtp_mux_free (SfuRtpMux *self)
{
  if (!self)
    return;
  sfu_media_loop_cancel_flush (self->loop, &self->flush);
  sfu_packets_clear (self->packets, self->n_packets);
  g_hash_table_unref (self->by_ssrc);
  g_ptr_array_unref (self->pads);
  sfu_twcc_history_free (self->history);
  g_object_unref (self->loop);
  g_free (self);
}

/* ---- pads ---- */

static void
forget_ssrc (SfuRtpMux *self, SfuTransportSinkPad *pad, guint32 ssrc)
{
  if (g_hash_table_lookup (self->by_ssrc, GUINT_TO_POINTER (ssrc)) == pad)
    g_hash_table_remove (self->by_ssrc, GUINT_TO_POINTER (ssrc));
}

static void
forget_ssrcs (SfuRtpMux *self, SfuTransportSinkPad *pad)
{
  forget_ssrc (self, pad, pad->caps.encodings[0].ssrc);
  forget_ssrc (self, pad, pad->caps.encodings[0].rtx_ssrc);
}

static void
add_ssrc (SfuRtpMux *self, SfuTransportSinkPad *pad, guint32 ssrc)
{
  if (ssrc)
    g_hash_table_insert (self->by_ssrc, GUINT_TO_POINTER (ssrc), pad);
}

void
sfu_rtp_mux_add_pad (SfuRtpMux *self, SfuTransportSinkPad *pad)
{
  g_ptr_array_add (self->pads, gst_object_ref (pad));
}

void
sfu_rtp_mux_remove_pad (SfuRtpMux *self, SfuTransportSinkPad *pad)
{
  forget_ssrcs (self, pad);
  g_ptr_array_remove (self->pads, pad);
}

SfuTransportSinkPad *
sfu_rtp_mux_find (SfuRtpMux *self, guint32 ssrc, gboolean *rtx)
{
  SfuTransportSinkPad *pad =
      g_hash_table_lookup (self->by_ssrc, GUINT_TO_POINTER (ssrc));

  *rtx = pad && pad->caps.encodings[0].ssrc != ssrc;
  return pad;
}

void
sfu_rtp_mux_foreach (
    SfuRtpMux *self, SfuTransportSinkPadFunc func, gpointer data)
{
  guint i;

  for (i = 0; i < self->pads->len; i++)
    func (g_ptr_array_index (self->pads, i), data);
}

void
sfu_rtp_mux_tell_state (SfuRtpMux *self, SfuTransportSinkPad *pad)
{
  gst_pad_push_event (
      GST_PAD (pad), sfu_event_new_transport_state (self->connected));
}

static gpointer
ref_pad (gconstpointer pad, gpointer unused)
{
  return gst_object_ref ((gpointer)pad);
}

/* A pad that is told may go away in answer: walk a copy. */
void
sfu_rtp_mux_set_connected (SfuRtpMux *self, gboolean connected)
{
  g_autoptr (GPtrArray) pads = NULL;
  guint i;

  if (self->connected == connected)
    return;
  self->connected = connected;
  pads = g_ptr_array_new_with_free_func (gst_object_unref);
  g_ptr_array_extend (pads, self->pads, ref_pad, NULL);
  for (i = 0; i < pads->len; i++)
    sfu_rtp_mux_tell_state (self, g_ptr_array_index (pads, i));
}

/* ---- events ---- */

static void
on_caps (SfuRtpMux *self, SfuTransportSinkPad *pad, GstEvent *event)
{
  g_autoptr (GError) error = NULL;
  SfuPadCaps parsed;
  GstCaps *caps;

  gst_event_parse_caps (event, &caps);
  if (!sfu_pad_caps_parse (caps, &parsed, &error)) {
    GST_WARNING_OBJECT (pad, "caps ignored: %s", error->message);
    return;
  }
  forget_ssrcs (self, pad);
  sfu_pad_caps_clear (&pad->caps);
  pad->caps = parsed;
  pad->configured = TRUE;
  add_ssrc (self, pad, parsed.encodings[0].ssrc);
  add_ssrc (self, pad, parsed.encodings[0].rtx_ssrc);
  if (self->connected)
    sfu_rtp_mux_tell_state (self, pad);
}

void
sfu_rtp_mux_event (SfuRtpMux *self, SfuTransportSinkPad *pad, GstEvent *event)
{
  SfuSenderReport report;

  if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS) {
    on_caps (self, pad, event);
  } else if (sfu_event_parse_sender_report (event, &report)) {
    pad->have_report = TRUE;
    pad->report = report;
  }
  gst_event_unref (event);
}

/* ---- packets ---- */

/* Feedback will come, and what is lost can be sent again. */
static gboolean
wants_history (const SfuTransportSinkPad *pad)
{
  return pad->caps.transport_cc && pad->caps.encodings[0].ssrc &&
      pad->caps.encodings[0].rtx_ssrc;
}

static void
remember (SfuRtpMux *self, const SfuTransportSinkPad *pad, const guint8 *data,
    const SfuRtpHeader *header, gint64 now_us)
{
  SfuTwccPacket packet = { pad->caps.encodings[0].ssrc, header->seq };
  gboolean again = header->ssrc == pad->caps.encodings[0].rtx_ssrc;

  if (again && header->payload_len < sizeof (guint16))
    return;
  if (again)
    packet.seq = sfu_get_u16 (data + header->header_len);
  if (!self->history)
    self->history = sfu_twcc_history_new ();
  sfu_twcc_history_sent (
      self->history, self->transport_cc_seq, &packet, again, now_us);
}

static void
stamp (SfuRtpMux *self, SfuTransportSinkPad *pad, guint8 *data,
    const SfuRtpHeader *header, gint64 now_us)
{
  SfuExtIndex index;
  guint32 send_time;

  if (!header->ext_len)
    return;
  sfu_ext_index (data, header, &pad->caps.ext, &index);
  if (index.len[SFU_EXT_TRANSPORT_CC] == 2) {
    if (wants_history (pad))
      remember (self, pad, data, header, now_us);
    sfu_put_u16 (
        data + index.offset[SFU_EXT_TRANSPORT_CC], self->transport_cc_seq++);
  }
  if (index.len[SFU_EXT_ABS_SEND_TIME] == 3) {
    send_time = gst_util_uint64_scale (
        now_us, 1 << ABS_SEND_TIME_FRACTION, G_USEC_PER_SEC);
    sfu_put_u24 (data + index.offset[SFU_EXT_ABS_SEND_TIME],
        send_time & ABS_SEND_TIME_MASK);
  }
}

static gboolean
needs_stamp (const SfuTransportSinkPad *pad)
{
  return pad->caps.ext.id_of_kind[SFU_EXT_TRANSPORT_CC] ||
      pad->caps.ext.id_of_kind[SFU_EXT_ABS_SEND_TIME];
}

static void
count_packet (SfuRtpMux *self, SfuTransportSinkPad *pad,
    const SfuRtpHeader *header, gsize size, gint64 now_us)
{
  if (pad->caps.encodings[0].rtx_ssrc &&
      header->ssrc == pad->caps.encodings[0].rtx_ssrc) {
    pad->rtx_packets++;
    pad->rtx_bytes += size;
  } else {
    pad->packets++;
    pad->bytes += size;
    pad->payload_bytes += header->payload_len;
  }
  sfu_rate_meter_add (&pad->rate, size, now_us);
  pad->last_packet_us = now_us;
  if (!pad->report_due_us)
    self->callbacks->started (self->owner, pad, now_us);
}

static SfuVerdict
prepare (SfuRtpMux *self, SfuTransportSinkPad *pad, const SfuPacket *packet,
    gint64 now_us)
{
  SfuRtpHeader header;

  if (!self->connected)
    return SFU_DROP_NOT_AUTHENTICATED;
  if (!sfu_rtp_parse (packet->data, packet->size, &header))
    return SFU_DROP_MALFORMED;
  if (needs_stamp (pad))
    stamp (self, pad, packet->data, &header, now_us);
  count_packet (self, pad, &header, packet->size, now_us);
  return SFU_VERDICT_FORWARD;
}

void
sfu_rtp_mux_push (SfuRtpMux *self, SfuTransportSinkPad *pad,
    const SfuPacket *packet, gint64 now_us)
{
  SfuVerdict verdict = prepare (self, pad, packet, now_us);

  if (verdict != SFU_VERDICT_FORWARD) {
    sfu_verdict_count (&pad->drops, verdict);
    gst_buffer_unref (packet->buffer);
    return;
  }
  self->packets[self->n_packets++] = *packet;
  sfu_media_loop_gather (self->loop, &self->flush);
  /* While others send nothing is sent in between. */
  if (self->n_packets == SFU_RTP_MUX_LIST_MAX)
    flush (self);
}

guint
sfu_rtp_mux_feedback (SfuRtpMux *self, const SfuRtcpPacket *feedback,
    gint64 now_us, SfuTwccPacket *lost, guint max)
{
  return self->history
      ? sfu_twcc_history_feedback (self->history, feedback, now_us, lost, max)
      : 0;
}
