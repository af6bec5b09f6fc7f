/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What comes in of SfuRtcpSession.
 *
 * Threads: media thread. */
#include "sfu-rtcp-session-private.h"

GST_DEBUG_CATEGORY_EXTERN (sfutransport);
#define GST_CAT_DEFAULT sfutransport

/* Numbers taken from one NACK; a full one of 300 pairs is no honest receiver's.
 */
#define MAX_NACK_SEQS 1024
/* Losses taken from one transport-wide feedback; more of them at once are no
 * accident that sending again would mend. */
#define MAX_LOST 64
/* One in so many of a new round trip time counts, as for TCP (RFC 6298), but
 * sooner: there is one a second. */
#define RTT_SMOOTHING 4

static void
on_sender_report (
    SfuRtcpSession *self, const SfuRtcpPacket *packet, gint64 now_us)
{
  SfuRtcpSenderInfo info;
  SfuRtpStream *stream;
  SfuSenderReport report;

  if (!sfu_rtcp_get_sender_info (packet, &info))
    return;
  stream = sfu_rtp_demux_find (self->demux, info.ssrc);
  if (!stream) {
    sfu_verdict_count (&self->stats.drops, SFU_DROP_UNKNOWN_SSRC);
    return;
  }
  sfu_receive_stats_sender_report (&stream->stats, info.ntp, now_us);
  if (stream->rtx)
    return;
  report = (SfuSenderReport){ info.ssrc, info.ntp, info.rtp_timestamp, now_us };
  sfu_transport_src_pad_push_event (
      stream->pad, sfu_event_new_sender_report (&report));
}

static void
push_upstream (SfuTransportSinkPad *pad, GstEvent *event)
{
  /* The consumer's answer may be to take its pad away. */
  gst_object_ref (pad);
  gst_pad_push_event (GST_PAD (pad), event);
  gst_object_unref (pad);
}

static void
take_report_block (
    SfuTransportSinkPad *pad, const SfuRtcpReportBlock *block, gint64 now_us)
{
  gint64 before_us = pad->rtt_us;

  sfu_transport_sink_pad_report_block (pad, block, now_us);
  if (pad->rtt_us != before_us)
    push_upstream (pad, sfu_event_new_rtt (TRUE, pad->rtt_us));
}

static void
on_report_blocks (
    SfuRtcpSession *self, const SfuRtcpPacket *packet, gint64 now_us)
{
  SfuRtcpReportBlock block;
  guint i;

  for (i = 0; sfu_rtcp_get_report_block (packet, i, &block); i++) {
    gboolean rtx;
    SfuTransportSinkPad *pad = sfu_rtp_mux_find (self->mux, block.ssrc, &rtx);

    if (!pad)
      sfu_verdict_count (&self->stats.drops, SFU_DROP_UNKNOWN_SSRC);
    else if (!rtx)
      take_report_block (pad, &block, now_us);
  }
}

static void
tell_rtt (SfuRtpStream *stream, gpointer data)
{
  const SfuRtcpSession *self = data;

  if (stream->rtx || stream->pad->rtt_us == self->rtt_us)
    return;
  stream->pad->rtt_us = self->rtt_us;
  sfu_transport_src_pad_push_event (
      stream->pad, sfu_event_new_rtt (FALSE, self->rtt_us));
}

/* The answer to our receiver reference time. */
static void
on_extended_report (
    SfuRtcpSession *self, const SfuRtcpPacket *packet, gint64 now_us)
{
  SfuRtcpReportBlock times = { 0 };
  gint64 rtt_us;

  if (!sfu_rtcp_get_xr_dlrr (
          packet, self->local_ssrc, &times.last_sr, &times.delay_since_last_sr))
    return;
  rtt_us =
      sfu_rtt_from_report_block_us (&times, sfu_rtcp_reference_time (now_us));
  if (rtt_us < 0)
    return;
  self->rtt_us = self->rtt_us < 0
      ? rtt_us
      : self->rtt_us + (rtt_us - self->rtt_us) / RTT_SMOOTHING;
  sfu_rtp_demux_foreach (self->demux, tell_rtt, self);
}

static void
on_nack (SfuRtcpSession *self, const SfuRtcpPacket *packet, guint32 ssrc)
{
  guint16 seqs[MAX_NACK_SEQS];
  guint n = sfu_rtcp_get_nack (packet, seqs, MAX_NACK_SEQS);
  gboolean rtx;
  SfuTransportSinkPad *pad = sfu_rtp_mux_find (self->mux, ssrc, &rtx);

  self->stats.nack_received++;
  if (!pad) {
    sfu_verdict_count (&self->stats.drops, SFU_DROP_UNKNOWN_SSRC);
    return;
  }
  if (rtx || n == 0)
    return;
  pad->nack_messages++;
  pad->nack_count += n;
  GST_LOG_OBJECT (pad, "ssrc=%u nack=%u first=%u", ssrc, n, seqs[0]);
  push_upstream (pad, sfu_event_new_nack (ssrc, seqs, n));
}

/* The packets of one consumer among the lost, from the first on, which is of
 * it. They are taken out. Returns how many are left. */
static guint
tell_lost (SfuRtcpSession *self, SfuTwccPacket *lost, guint n)
{
  guint32 ssrc = lost[0].ssrc;
  guint16 seqs[MAX_LOST];
  guint n_seqs = 0, left = 0, i;
  gboolean rtx;
  SfuTransportSinkPad *pad = sfu_rtp_mux_find (self->mux, ssrc, &rtx);

  for (i = 0; i < n; i++) {
    if (lost[i].ssrc == ssrc)
      seqs[n_seqs++] = lost[i].seq;
    else
      lost[left++] = lost[i];
  }
  if (pad && !rtx)
    push_upstream (pad, sfu_event_new_lost (ssrc, seqs, n_seqs));
  return left;
}

static void
on_transport_cc (
    SfuRtcpSession *self, const SfuRtcpPacket *packet, gint64 now_us)
{
  SfuTwccPacket lost[MAX_LOST];
  guint n = sfu_rtp_mux_feedback (self->mux, packet, now_us, lost, MAX_LOST);

  self->stats.transport_cc_received++;
  self->stats.transport_cc_lost += n;
  while (n > 0)
    n = tell_lost (self, lost, n);
}

static void
on_pli (SfuRtcpSession *self, guint32 ssrc)
{
  gboolean rtx;
  SfuTransportSinkPad *pad = sfu_rtp_mux_find (self->mux, ssrc, &rtx);

  self->stats.pli_received++;
  if (!pad) {
    sfu_verdict_count (&self->stats.drops, SFU_DROP_UNKNOWN_SSRC);
    return;
  }
  pad->pli_count++;
  push_upstream (
      pad, sfu_event_new_keyframe_request (pad->caps.encodings[0].ssrc));
}

/* A FIR with the number of the one before is that one again (RFC 5104 4.3.1).
 */
static void
on_fir (SfuRtcpSession *self, const SfuRtcpPacket *packet)
{
  guint32 ssrc;
  guint8 seq;
  guint i;

  self->stats.fir_received++;
  for (i = 0; sfu_rtcp_get_fir (packet, i, &ssrc, &seq); i++) {
    gboolean rtx;
    SfuTransportSinkPad *pad = sfu_rtp_mux_find (self->mux, ssrc, &rtx);

    if (!pad) {
      sfu_verdict_count (&self->stats.drops, SFU_DROP_UNKNOWN_SSRC);
      continue;
    }
    if (pad->last_fir_seq == seq)
      continue;
    pad->last_fir_seq = seq;
    pad->fir_count++;
    push_upstream (
        pad, sfu_event_new_keyframe_request (pad->caps.encodings[0].ssrc));
  }
}

static void
on_feedback (SfuRtcpSession *self, const SfuRtcpPacket *packet, gint64 now_us)
{
  guint32 sender_ssrc, media_ssrc;
  guint64 remb_bps;

  if (!sfu_rtcp_get_feedback (packet, &sender_ssrc, &media_ssrc)) {
    sfu_verdict_count (&self->stats.drops, SFU_DROP_MALFORMED);
  } else if (packet->type == SFU_RTCP_RTPFB) {
    if (packet->count == SFU_RTPFB_NACK)
      on_nack (self, packet, media_ssrc);
    else if (packet->count == SFU_RTPFB_TRANSPORT_CC)
      on_transport_cc (self, packet, now_us);
  } else if (packet->count == SFU_PSFB_PLI) {
    on_pli (self, media_ssrc);
  } else if (packet->count == SFU_PSFB_FIR) {
    on_fir (self, packet);
  } else if (sfu_rtcp_get_remb (packet, &remb_bps)) {
    self->stats.remb_received++;
    self->stats.remb_bps = remb_bps;
  }
}

/* Not the end of the producer, which is signalled: a browser that says goodbye
 * for a track that was stopped may go on with the same SSRC. One we do not know
 * is that of the peer's receiver reports. */
static void
on_bye (SfuRtcpSession *self, const SfuRtcpPacket *packet)
{
  guint32 ssrc;
  guint i;

  self->stats.bye_received++;
  for (i = 0; sfu_rtcp_get_bye (packet, i, &ssrc); i++) {
    SfuRtpStream *stream = sfu_rtp_demux_find (self->demux, ssrc);

    if (!stream)
      continue;
    stream->said_bye = TRUE;
    if (!stream->rtx)
      sfu_transport_src_pad_push_event (stream->pad, sfu_event_new_bye (ssrc));
  }
}

void
sfu_rtcp_session_receive (
    SfuRtcpSession *self, const guint8 *data, gsize len, gint64 now_us)
{
  SfuRtcpReader reader;
  SfuRtcpPacket packet;
  guint n = 0;

  self->stats.packets_received++;
  self->stats.bytes_received += len;
  sfu_rtcp_reader_init (&reader, data, len);
  for (; sfu_rtcp_reader_next (&reader, &packet); n++) {
    if (packet.type == SFU_RTCP_SR) {
      self->stats.sr_received++;
      on_sender_report (self, &packet, now_us);
      on_report_blocks (self, &packet, now_us);
    } else if (packet.type == SFU_RTCP_RR) {
      self->stats.rr_received++;
      on_report_blocks (self, &packet, now_us);
    } else if (packet.type == SFU_RTCP_XR) {
      on_extended_report (self, &packet, now_us);
    } else if (packet.type == SFU_RTCP_RTPFB || packet.type == SFU_RTCP_PSFB) {
      on_feedback (self, &packet, now_us);
    } else if (packet.type == SFU_RTCP_BYE) {
      on_bye (self, &packet);
    }
    /* SDES, APP and what is not known: not used. */
  }
  if (n == 0)
    sfu_verdict_count (&self->stats.drops, SFU_DROP_MALFORMED);
}
