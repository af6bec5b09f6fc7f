/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Life, timer and everything that goes out. What comes in: sfu-rtcp-input.c.
 *
 * Threads: media thread. */
#include "sfu-rtcp-session-private.h"

/* RFC 3550's five seconds are for groups; between two the reports drive the
 * sender's estimator and are as frequent as libwebrtc's. */
#define AUDIO_REPORT_US (1000 * 1000)
#define VIDEO_REPORT_US (750 * 1000)
#define SENDER_REPORT_US (1000 * 1000)
/* 6.2: randomised, so that transports do not fall into step. */
#define REPORT_SPREAD 0.25
/* The first report of a stream: soon, but after a burst. */
#define FIRST_REPORT_US (100 * 1000)
/* What is due within this goes along in the same compound. */
#define COALESCE_US (150 * 1000)
/* libwebrtc's own interval at good rates. */
#define TRANSPORT_CC_US (100 * 1000)
#define REMB_US (1000 * 1000)
#define MAX_REPORT_BLOCKS 31 /* 5 bit count */
/* So that one compound has room for a few sender reports as well. */
#define BLOCKS_PER_COMPOUND 24
/* Reports end this long after the last packet and begin with the next one. */
#define SILENCE_US (5 * 1000 * 1000)
#define NEVER G_MAXINT64

/* ---- timer ---- */

static void
arm (SfuRtcpSession *self, gint64 due_us)
{
  if (!self->running || due_us >= self->due_us)
    return;
  self->due_us = due_us;
  sfu_deadline_set (self->deadline, due_us);
}

static void
on_deadline (gpointer data)
{
  SfuRtcpSession *self = data;
  gint64 next_us;

  self->due_us = NEVER;
  next_us = sfu_rtcp_session_poll (self, g_get_monotonic_time ());
  if (next_us >= 0)
    arm (self, next_us);
}

/* ---- life ---- */

SfuRtcpSession *
sfu_rtcp_session_new (SfuMediaLoop *loop, SfuRtpDemux *demux, SfuRtpMux *mux,
    const SfuRtcpCallbacks *callbacks, gpointer owner, const gchar *cname)
{
  SfuRtcpSession *self = g_new0 (SfuRtcpSession, 1);

  self->demux = demux;
  self->mux = mux;
  self->callbacks = callbacks;
  self->owner = owner;
  self->cname = g_strdup (cname);
  do
    self->local_ssrc = g_random_int ();
  while (self->local_ssrc == 0);
  self->due_us = NEVER;
  self->rtt_us = -1;
  self->deadline = sfu_deadline_new (loop, on_deadline, self);
  return self;
}

void
sfu_rtcp_session_free (SfuRtcpSession *self)
{
  if (!self)
    return;
  sfu_deadline_free (self->deadline);
  g_clear_pointer (&self->transport_cc, sfu_twcc_recorder_free);
  g_free (self->cname);
  g_free (self);
}

void
sfu_rtcp_session_set_running (
    SfuRtcpSession *self, gboolean running, gint64 now_us)
{
  if (!running) {
    self->due_us = NEVER;
    sfu_deadline_set (self->deadline, SFU_DEADLINE_NEVER);
  }
  self->running = running;
  if (running)
    arm (self, now_us + FIRST_REPORT_US);
}

void
sfu_rtcp_session_set_max_incoming_bitrate (
    SfuRtcpSession *self, guint64 bps, gint64 now_us)
{
  self->max_incoming_bps = bps;
  self->remb_due_us = bps ? now_us : 0;
  if (bps)
    arm (self, now_us);
}

const SfuRtcpStats *
sfu_rtcp_session_stats (const SfuRtcpSession *self)
{
  return &self->stats;
}

/* ---- facts from the other two ---- */

static gint64
spread (gint64 interval_us)
{
  return interval_us *
      g_random_double_range (1.0 - REPORT_SPREAD, 1.0 + REPORT_SPREAD);
}

static gint64
report_interval (const SfuRtpStream *stream)
{
  return spread (stream->pad->caps.audio ? AUDIO_REPORT_US : VIDEO_REPORT_US);
}

void
sfu_rtcp_session_packet (SfuRtcpSession *self, SfuRtpStream *stream,
    gint transport_cc_seq, gint64 now_us)
{
  if (!stream->report_due_us) {
    stream->report_due_us = now_us + FIRST_REPORT_US;
    arm (self, stream->report_due_us);
  }
  if (transport_cc_seq < 0)
    return;
  if (!self->transport_cc)
    self->transport_cc = sfu_twcc_recorder_new ();
  sfu_twcc_recorder_packet (self->transport_cc, transport_cc_seq, now_us);
  self->transport_cc_ssrc = stream->ssrc;
  if (!self->transport_cc_due_us) {
    self->transport_cc_due_us = now_us + TRANSPORT_CC_US;
    arm (self, self->transport_cc_due_us);
  }
}

void
sfu_rtcp_session_started (
    SfuRtcpSession *self, SfuTransportSinkPad *pad, gint64 now_us)
{
  pad->report_due_us = now_us + FIRST_REPORT_US;
  arm (self, pad->report_due_us);
}

/* ---- sending ---- */

static gboolean
send (SfuRtcpSession *self, SfuRtcpWriter *writer)
{
  if (!self->running || writer->len == 0)
    return FALSE;
  self->stats.packets_sent++;
  self->stats.bytes_sent += writer->len;
  self->callbacks->send (
      self->owner, gst_buffer_new_memdup (writer->data, writer->len));
  return TRUE;
}

/* What is said at once to the publisher of pad: alone if that one understands
 * it, else in the least compound there is (RFC 3550 6.1). */
static void
begin_feedback (SfuRtcpSession *self, const SfuTransportSrcPad *pad,
    SfuRtcpWriter *writer, guint8 *data)
{
  sfu_rtcp_writer_init (writer, data, SFU_RTCP_MAX_SIZE);
  if (pad->caps.reduced_size)
    return;
  sfu_rtcp_add_rr (writer, self->local_ssrc, NULL, 0);
  sfu_rtcp_add_sdes_cname (writer, self->local_ssrc, self->cname);
}

static gboolean
send_keyframe_request (SfuRtcpSession *self, SfuRtpStream *stream)
{
  SfuTransportSrcPad *pad = stream->pad;
  gboolean fir = pad->caps.fir && !pad->caps.pli;
  guint8 data[SFU_RTCP_MAX_SIZE];
  SfuRtcpWriter writer;

  begin_feedback (self, pad, &writer, data);
  if (fir)
    sfu_rtcp_add_fir (&writer, self->local_ssrc, stream->ssrc, stream->fir_seq);
  else
    sfu_rtcp_add_pli (&writer, self->local_ssrc, stream->ssrc);
  if (!send (self, &writer))
    return FALSE;
  if (fir) {
    stream->fir_seq++;
    pad->fir_count++;
    self->stats.fir_sent++;
  } else {
    pad->pli_count++;
    self->stats.pli_sent++;
  }
  return TRUE;
}

gboolean
sfu_rtcp_session_request_keyframe (
    SfuRtcpSession *self, SfuTransportSrcPad *pad, guint32 ssrc)
{
  gboolean sent = FALSE;
  guint i;

  for (i = 0; i < pad->caps.n_encodings; i++) {
    if (pad->media[i] && (!ssrc || pad->media[i]->ssrc == ssrc))
      sent |= send_keyframe_request (self, pad->media[i]);
  }
  return sent;
}

gboolean
sfu_rtcp_session_nack (SfuRtcpSession *self, SfuTransportSrcPad *pad,
    guint32 ssrc, const guint16 *seqs, guint n)
{
  SfuRtpStream *stream = sfu_rtp_demux_find (self->demux, ssrc);
  guint8 data[SFU_RTCP_MAX_SIZE];
  SfuRtcpWriter writer;

  if (!stream || stream->pad != pad || !n)
    return FALSE;
  begin_feedback (self, pad, &writer, data);
  if (!sfu_rtcp_add_nack (&writer, self->local_ssrc, ssrc, seqs, n) ||
      !send (self, &writer))
    return FALSE;
  pad->nack_messages++;
  pad->nack_count += n;
  self->stats.nack_sent++;
  return TRUE;
}

static void
send_transport_cc (SfuRtcpSession *self)
{
  const SfuRtpStream *stream =
      sfu_rtp_demux_find (self->demux, self->transport_cc_ssrc);
  guint8 data[SFU_RTCP_MAX_SIZE];
  SfuRtcpWriter writer;

  while (sfu_twcc_recorder_pending (self->transport_cc)) {
    if (stream)
      begin_feedback (self, stream->pad, &writer, data);
    else
      sfu_rtcp_writer_init (&writer, data, sizeof data);
    if (!sfu_twcc_recorder_feedback (self->transport_cc, self->local_ssrc,
            self->transport_cc_ssrc, &writer))
      break;
    send (self, &writer);
    self->stats.transport_cc_sent++;
  }
}

/* ---- compounds ---- */

typedef struct {
  SfuRtcpSession *self;
  gint64 now_us, horizon_us;
  GArray *blocks;  /* SfuRtcpReportBlock, due */
  GPtrArray *pads; /* SfuTransportSinkPad, due; borrowed */
  guint32 remb_ssrcs[MAX_REPORT_BLOCKS];
  guint n_remb;
} Round;

static void
collect_stream (SfuRtpStream *stream, gpointer data)
{
  Round *round = data;
  SfuRtcpReportBlock block;

  if (!stream->rtx && stream->pad->caps.remb &&
      round->n_remb < G_N_ELEMENTS (round->remb_ssrcs))
    round->remb_ssrcs[round->n_remb++] = stream->ssrc;
  if (!stream->report_due_us || stream->report_due_us > round->horizon_us)
    return;
  stream->report_due_us = round->now_us - stream->last_packet_us > SILENCE_US
      ? 0
      : round->now_us + report_interval (stream);
  if (sfu_receive_stats_report (
          &stream->stats, stream->ssrc, round->now_us, &block))
    g_array_append_val (round->blocks, block);
}

static void
collect_pad (SfuTransportSinkPad *pad, gpointer data)
{
  Round *round = data;

  if (!pad->report_due_us || pad->report_due_us > round->horizon_us)
    return;
  pad->report_due_us = round->now_us - pad->last_packet_us > SILENCE_US
      ? 0
      : round->now_us + spread (SENDER_REPORT_US);
  if (pad->caps.encodings[0].ssrc)
    g_ptr_array_add (round->pads, pad);
}

/* SR and SDES of one consumer, or neither. Without a report of the publisher
 * there is no capture time to speak of: then only SDES. */
static gboolean
add_sender (Round *round, SfuTransportSinkPad *pad, SfuRtcpWriter *writer)
{
  SfuRtcpSession *self = round->self;
  const gchar *cname = pad->caps.cname ? pad->caps.cname : self->cname;
  gsize before = writer->len;
  SfuRtcpSenderInfo info;
  gboolean report;

  report = sfu_transport_sink_pad_sender_info (pad, &info);
  if ((report && !sfu_rtcp_add_sr (writer, &info, NULL, 0)) ||
      !sfu_rtcp_add_sdes_cname (writer, pad->caps.encodings[0].ssrc, cname)) {
    writer->len = before;
    return FALSE;
  }
  if (report) {
    sfu_transport_sink_pad_sender_info_sent (pad, &info, round->now_us);
    self->stats.sr_sent++;
  }
  return TRUE;
}

static void
add_remb (Round *round, SfuRtcpWriter *writer)
{
  SfuRtcpSession *self = round->self;

  if (!self->remb_due_us || self->remb_due_us > round->horizon_us)
    return;
  self->remb_due_us = round->now_us + REMB_US;
  if (round->n_remb > 0 &&
      sfu_rtcp_add_remb (writer, self->local_ssrc, self->max_incoming_bps,
          round->remb_ssrcs, round->n_remb))
    self->stats.remb_sent++;
}

/* Every compound begins with a receiver report of our own SSRC, empty if need
 * be, and our CNAME (RFC 3550 6.1). */
static void
send_compounds (Round *round)
{
  SfuRtcpSession *self = round->self;
  guint8 data[SFU_RTCP_MAX_SIZE];
  SfuRtcpWriter writer;
  guint block = 0, pad = 0;

  do {
    guint n = MIN (round->blocks->len - block, BLOCKS_PER_COMPOUND);
    guint first_pad = pad;

    sfu_rtcp_writer_init (&writer, data, sizeof data);
    sfu_rtcp_add_rr (&writer, self->local_ssrc,
        n ? &g_array_index (round->blocks, SfuRtcpReportBlock, block) : NULL,
        n);
    sfu_rtcp_add_sdes_cname (&writer, self->local_ssrc, self->cname);
    add_remb (round, &writer);
    /* Whoever sends to us answers it in its next report, which tells us the
     * round trip time (RFC 3611 4.4): we have no sender reports of our own on
     * that way. Any clock will do. */
    if (n > 0 && block == 0)
      sfu_rtcp_add_xr_rrtr (
          &writer, self->local_ssrc, sfu_rtcp_reference_time (round->now_us));
    while (pad < round->pads->len &&
        add_sender (round, g_ptr_array_index (round->pads, pad), &writer))
      pad++;
    block += n;
    self->stats.rr_sent++;
    /* A CNAME of 255 bytes still fits, so there is always progress; but a
     * loop must not depend on that. */
    if (!send (self, &writer) || (n == 0 && pad == first_pad))
      break;
  } while (block < round->blocks->len || pad < round->pads->len);
}

static void
send_reports (SfuRtcpSession *self, gint64 now_us)
{
  Round round = { self, now_us, now_us + COALESCE_US, NULL, NULL, { 0 }, 0 };
  gboolean remb;

  round.blocks = g_array_new (FALSE, FALSE, sizeof (SfuRtcpReportBlock));
  round.pads = g_ptr_array_new ();
  sfu_rtp_demux_foreach (self->demux, collect_stream, &round);
  sfu_rtp_mux_foreach (self->mux, collect_pad, &round);
  remb = round.n_remb > 0 && self->remb_due_us &&
      self->remb_due_us <= round.horizon_us;
  if (round.blocks->len || round.pads->len || remb)
    send_compounds (&round);
  g_array_unref (round.blocks);
  g_ptr_array_unref (round.pads);
}

/* ---- when ---- */

static void
earliest (gint64 *due_us, gint64 candidate_us)
{
  if (candidate_us && candidate_us < *due_us)
    *due_us = candidate_us;
}

static void
earliest_stream (SfuRtpStream *stream, gpointer due_us)
{
  earliest (due_us, stream->report_due_us);
}

static void
earliest_pad (SfuTransportSinkPad *pad, gpointer due_us)
{
  earliest (due_us, pad->report_due_us);
}

static gint64
report_due (SfuRtcpSession *self)
{
  gint64 due_us = NEVER;

  sfu_rtp_demux_foreach (self->demux, earliest_stream, &due_us);
  sfu_rtp_mux_foreach (self->mux, earliest_pad, &due_us);
  /* REMB alone does not wake us: without streams it says nothing. */
  if (due_us != NEVER)
    earliest (&due_us, self->remb_due_us);
  return due_us;
}

gint64
sfu_rtcp_session_poll (SfuRtcpSession *self, gint64 now_us)
{
  gint64 due_us;

  if (!self->running)
    return -1;
  if (self->transport_cc_due_us && self->transport_cc_due_us <= now_us) {
    self->transport_cc_due_us = 0;
    send_transport_cc (self);
  }
  if (report_due (self) <= now_us)
    send_reports (self, now_us);
  due_us = report_due (self);
  earliest (&due_us, self->transport_cc_due_us);
  return due_us == NEVER ? -1 : due_us;
}
