/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-stream-sender.h.
 *
 * Threads: under the lock of the consumer that owns it. */
#include "sfu-stream-sender-private.h"

#include "sfu-rtp.h"

#define RATE_WINDOW_US (1 * G_USEC_PER_SEC)
/* A packet that is missing longer is given up. */
#define MAX_LATE_US (2 * G_USEC_PER_SEC)

SfuStreamSender *
sfu_stream_sender_new (
    guint16 first_seq, guint32 first_timestamp, guint16 first_rtx_seq)
{
  SfuStreamSender *self = g_new0 (SfuStreamSender, 1);

  sfu_stream_config_init (&self->config);
  sfu_seq_map_init (&self->now.map, first_seq, first_timestamp);
  sfu_picture_numbers_init (&self->now.pictures, first_seq);
  sfu_frame_numbers_init (&self->now.frames, first_seq);
  sfu_layer_filter_init (&self->now.filter);
  sfu_keyframe_gate_init (&self->gate, SFU_CODEC_UNKNOWN);
  sfu_rate_meter_init (&self->rate, RATE_WINDOW_US);
  sfu_rtx_guard_init (&self->rtx);
  self->rtx_seq = first_rtx_seq;
  self->connected = TRUE; /* a pipeline without transports is always so */
  self->preferred_spatial = self->preferred_temporal = -1;
  sfu_stream_sender_choose (self);
  return self;
}

void
sfu_stream_sender_free (SfuStreamSender *self)
{
  if (!self)
    return;
  g_clear_pointer (&self->track, sfu_track_unref);
  g_clear_pointer (&self->now.track, sfu_track_unref);
  g_clear_pointer (&self->before.track, sfu_track_unref);
  g_free (self);
}

void
sfu_stream_sender_set_config (
    SfuStreamSender *self, const SfuStreamConfig *config)
{
  self->config = *config;
}

const SfuStreamConfig *
sfu_stream_sender_get_config (const SfuStreamSender *self)
{
  return &self->config;
}

void
sfu_stream_sender_set_track (SfuStreamSender *self, SfuTrack *track)
{
  if (track == self->track)
    return;
  g_clear_pointer (&self->track, sfu_track_unref);
  self->track = sfu_track_ref (track);
  sfu_keyframe_gate_init (&self->gate, sfu_track_codec (track));
  self->gap = self->rebase = TRUE;
  sfu_stream_sender_choose (self);
}

/* Something was not forwarded on purpose: what follows must be decodable
 * alone and follow in number. TRUE: a key frame is wanted. */
static gboolean
interrupt (SfuStreamSender *self)
{
  self->gap = TRUE;
  sfu_keyframe_gate_close (&self->gate);
  sfu_stream_sender_choose (self);
  return self->gate.has_keyframes && !self->paused && self->connected;
}

gboolean
sfu_stream_sender_set_paused (SfuStreamSender *self, gboolean paused)
{
  if (self->paused == paused)
    return FALSE;
  self->paused = paused;
  return interrupt (self);
}

gboolean
sfu_stream_sender_get_paused (const SfuStreamSender *self)
{
  return self->paused;
}

gboolean
sfu_stream_sender_set_connected (SfuStreamSender *self, gboolean connected)
{
  if (self->connected == connected)
    return FALSE;
  self->connected = connected;
  return interrupt (self);
}

/* ---- deciding ---- */

/* A picture of the stream that is forwarded already, from before the last one
 * that was sent: a retransmission that a pause overtook. */
static gboolean
is_behind (const SfuStreamSender *self, const SfuRtpMeta *meta, gint64 now_us)
{
  const SfuSpan *now = &self->now;

  return sfu_stream_sender_continues (self, meta) && now->map.started &&
      now_us - self->last_sent_us < MAX_LATE_US &&
      (gint32)(sfu_seq_map_timestamp (&now->map, meta->header.timestamp) -
          now->map.max_ts_out) <= 0;
}

/* A picture of the target where a decoder can start: from here on it is
 * forwarded instead of the one before. */
static gboolean
may_switch (SfuStreamSender *self, const SfuRtpMeta *meta, gint64 now_us)
{
  if ((gint)meta->encoding != self->target || is_behind (self, meta, now_us))
    return FALSE;
  return self->gate.open ? meta->info.keyframe_start
                         : sfu_keyframe_gate_pass (&self->gate, &meta->info);
}

static SfuVerdict
admit (
    SfuStreamSender *self, GstBuffer *in, const SfuRtpMeta *meta, gint64 now_us)
{
  gboolean discont = GST_BUFFER_FLAG_IS_SET (in, GST_BUFFER_FLAG_DISCONT);

  if ((discont || meta->after_gap) && meta->encoding == self->now.encoding) {
    self->rebase |= discont; /* else the clock went on */
    interrupt (self);
    self->last_keyframe_want_us = 0; /* without waiting for the retry */
  }
  if (self->paused)
    return SFU_DROP_CONSUMER_PAUSED;
  if (!self->connected)
    return SFU_DROP_NOT_CONNECTED;
  if (self->gate.open && meta->encoding == self->now.encoding)
    return SFU_VERDICT_FORWARD;
  if (!may_switch (self, meta, now_us))
    return SFU_DROP_WAIT_KEYFRAME;
  self->gap = TRUE;
  return SFU_VERDICT_FORWARD;
}

/* One picture, or a packet of it, that this consumer does not get while the
 * span goes on: no gap is left. */
static SfuVerdict
leave_out (SfuStreamSender *self, const SfuRtpMeta *meta, SfuVerdict verdict)
{
  sfu_seq_map_drop (&self->now.map, meta->header.seq);
  if (verdict != SFU_DROP_PADDING && sfu_payload_has_numbers (&meta->info))
    sfu_picture_numbers_drop (&self->now.pictures, &meta->info);
  return verdict;
}

/* Nothing behind it has been looked at in this span. */
static gboolean
is_newest (const SfuStreamSender *self, const SfuRtpMeta *meta)
{
  const SfuSeqMap *map = &self->now.map;

  return !map->started || map->resync ||
      sfu_seq_after (meta->header.seq, map->max_in);
}

/* A publisher may count anew with a key frame, but not with one that is late. */
static gboolean
number_picture (
    SfuStreamSender *self, const SfuRtpMeta *meta, SfuStreamNumbers *numbers)
{
  SfuPictureNumbers *pictures = &self->now.pictures;

  numbers->has_picture = sfu_payload_has_numbers (&meta->info);
  if (!numbers->has_picture ||
      sfu_picture_numbers_forward (pictures, &meta->info, &numbers->picture))
    return TRUE;
  if (!meta->info.keyframe_start || !is_newest (self, meta))
    return FALSE;
  sfu_picture_numbers_resync (pictures);
  return sfu_picture_numbers_forward (pictures, &meta->info, &numbers->picture);
}

static SfuVerdict
number (SfuStreamSender *self, const SfuRtpMeta *meta, gint64 now_us,
    SfuStreamNumbers *numbers)
{
  SfuSpan *now = &self->now;
  SfuVerdict verdict;

  if (self->gap)
    sfu_stream_sender_begin_span (self, meta, now_us);
  if (meta->fec)
    return leave_out (self, meta, SFU_DROP_FEC);
  if (meta->header.payload_len == 0)
    return leave_out (self, meta, SFU_DROP_PADDING);
  if (is_newest (self, meta))
    sfu_layer_filter_begin (&now->filter, &meta->info);
  verdict = sfu_layer_filter_pass (&now->filter, &meta->info);
  if (verdict != SFU_VERDICT_FORWARD)
    return leave_out (self, meta, verdict);
  if (!number_picture (self, meta, numbers))
    return leave_out (self, meta, SFU_DROP_TOO_OLD);
  if (!sfu_seq_map_forward (&now->map, meta->header.seq, meta->header.timestamp,
          &numbers->seq, &numbers->timestamp))
    return SFU_DROP_TOO_OLD;
  numbers->frame = meta->info.has_frame_number
      ? sfu_frame_numbers_forward (&now->frames, meta->info.frame_number)
      : 0;
  numbers->marker =
      sfu_layer_filter_marker (&now->filter, &meta->info, meta->header.marker);
  numbers->rtx = FALSE;
  return SFU_VERDICT_FORWARD;
}

/* First of all what costs a consumer of one layer nothing for the packets of
 * the others. */
static SfuVerdict
decide (SfuStreamSender *self, GstBuffer *in, const SfuRtpMeta *meta,
    gint64 now_us, SfuStreamNumbers *numbers, gboolean *want_keyframe)
{
  SfuVerdict verdict;

  if (self->track && sfu_track_generation (self->track) != self->generation)
    sfu_stream_sender_choose (self);
  if (!(self->wanted >> meta->encoding & 1))
    return SFU_DROP_UNUSED_ENCODING;
  verdict = admit (self, in, meta, now_us);
  if (verdict == SFU_VERDICT_FORWARD)
    verdict = number (self, meta, now_us, numbers);
  else if (meta->encoding == self->now.encoding)
    self->gap = TRUE;
  *want_keyframe |= sfu_stream_sender_retry_keyframe (self, now_us);
  return verdict;
}

SfuVerdict
sfu_stream_sender_packet (SfuStreamSender *self, GstBuffer *in, gint64 now_us,
    SfuPacket *out, gboolean *want_keyframe)
{
  SfuRtpMeta *meta = sfu_buffer_get_rtp_meta (in);
  SfuStreamNumbers numbers;
  SfuVerdict verdict;

  /* Without the meta it did not come from an sfuproducer. */
  verdict = meta ? decide (self, in, meta, now_us, &numbers, want_keyframe)
                 : SFU_DROP_MALFORMED;
  if (verdict == SFU_VERDICT_FORWARD) {
    sfu_stream_sender_rewrite (self, in, meta, &numbers, out);
    /* It comes late to the receiver too, who may have asked by now. */
    if (numbers.seq != self->now.map.max_out)
      sfu_rtx_guard_sent (&self->rtx, numbers.seq, now_us);
    self->last_sent_us = now_us;
    self->stats.packets++;
    self->stats.bytes += meta->header.payload_len;
    sfu_rate_meter_add (&self->rate, meta->header.payload_len, now_us);
  }
  sfu_verdict_count (&self->stats.verdicts, verdict);
  return verdict;
}

void
sfu_stream_sender_add_lines (const SfuStreamSender *self, SfuHotLines *lines)
{
  const SfuSeqMap *maps[] = { &self->now.map, &self->now.pictures.pictures };

  sfu_hot_lines_add (lines, self, G_STRUCT_OFFSET (SfuStreamSender, config));
  sfu_hot_lines_add (
      lines, &self->config, G_STRUCT_OFFSET (SfuStreamConfig, ext.kind_of_id));
  sfu_hot_lines_add (lines, &self->now, G_STRUCT_OFFSET (SfuSpan, map));
  sfu_hot_lines_add (lines, &self->now.pictures,
      G_STRUCT_OFFSET (SfuPictureNumbers, pictures));
  for (guint i = 0; i < G_N_ELEMENTS (maps); i++)
    sfu_hot_lines_add (
        lines, maps[i], G_STRUCT_OFFSET (SfuSeqMap, cuts) + sizeof (SfuSeqCut));
  sfu_hot_lines_add (lines, &self->rate, sizeof self->rate);
  sfu_hot_lines_add (lines, &self->stats,
      G_STRUCT_OFFSET (SfuStreamSenderStats, verdicts) + sizeof (guint64));
}

/* ---- retransmission ---- */

void
sfu_stream_sender_set_rtt (SfuStreamSender *self, gint64 rtt_us)
{
  sfu_rtx_guard_set_rtt (&self->rtx, rtt_us);
}

/* The packet that had out_seq, referenced, with its span; NULL: it is not kept.
 */
static GstBuffer *
find_sent (const SfuStreamSender *self, guint16 out_seq, gint64 now_us,
    const SfuSpan **span)
{
  const SfuSpan *spans[] = { &self->now, &self->before };
  guint16 in_seq;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (spans); i++) {
    *span = spans[i];
    if (spans[i]->track &&
        spans[i]->epoch ==
            sfu_track_epoch (spans[i]->track, spans[i]->encoding) &&
        sfu_seq_map_reverse (&spans[i]->map, out_seq, &in_seq))
      return sfu_track_get (
          spans[i]->track, spans[i]->encoding, in_seq, now_us);
  }
  return NULL;
}

/* As it was numbered when it was sent, or would have been. */
static gboolean
renumber (const SfuStreamSender *self, const SfuSpan *span,
    const SfuRtpMeta *meta, guint16 out_seq, SfuStreamNumbers *numbers)
{
  numbers->rtx =
      self->config.rtx_ssrc && self->config.rtx_payload != SFU_PAYLOAD_NONE;
  numbers->osn = numbers->seq = out_seq;
  numbers->timestamp =
      sfu_seq_map_timestamp (&span->map, meta->header.timestamp);
  numbers->marker =
      sfu_layer_filter_marker (&span->filter, &meta->info, meta->header.marker);
  numbers->frame =
      sfu_frame_numbers_lookup (&span->frames, meta->info.frame_number);
  numbers->has_picture = sfu_payload_has_numbers (&meta->info);
  return meta->header.payload_len > 0 &&
      (!numbers->has_picture ||
          sfu_picture_numbers_lookup (
              &span->pictures, &meta->info, &numbers->picture));
}

/* Takes what it costs. FALSE: retransmissions have had their share. */
static gboolean
spend (SfuStreamSender *self, GstBuffer *cached, gint64 now_us)
{
  return sfu_rtx_guard_spend (&self->rtx, gst_buffer_get_size (cached),
      sfu_rate_meter_bps (&self->rate, now_us), now_us);
}

static void
send_again (SfuStreamSender *self, GstBuffer *cached, guint16 out_seq,
    SfuStreamNumbers *numbers, gint64 now_us, SfuPacket *out)
{
  SfuRtpMeta *meta = sfu_buffer_get_rtp_meta (cached);

  sfu_rtx_guard_sent (&self->rtx, out_seq, now_us);
  if (numbers->rtx)
    numbers->seq = self->rtx_seq++;
  self->stats.rtx_packets++;
  self->stats.rtx_bytes += meta->header.payload_len;
  sfu_stream_sender_rewrite (self, cached, meta, numbers, out);
}

gboolean
sfu_stream_sender_retransmit (
    SfuStreamSender *self, guint16 out_seq, gint64 now_us, SfuPacket *out)
{
  g_autoptr (GstBuffer) cached = NULL;
  const SfuSpan *span;
  SfuRtpMeta *meta;
  SfuStreamNumbers numbers;

  self->stats.nacked++;
  if (sfu_rtx_guard_is_repeat (&self->rtx, out_seq, now_us)) {
    self->stats.nack_repeated++;
    return FALSE;
  }
  cached = find_sent (self, out_seq, now_us, &span);
  meta = cached ? sfu_buffer_get_rtp_meta (cached) : NULL;
  if (!meta || !renumber (self, span, meta, out_seq, &numbers)) {
    self->stats.nack_missed++;
    return FALSE;
  }
  if (!spend (self, cached, now_us)) {
    self->stats.nack_limited++;
    return FALSE;
  }
  send_again (self, cached, out_seq, &numbers, now_us, out);
  return TRUE;
}

gboolean
sfu_stream_sender_resend_lost (
    SfuStreamSender *self, guint16 out_seq, gint64 now_us, SfuPacket *out)
{
  g_autoptr (GstBuffer) cached = NULL;
  const SfuSpan *span;
  SfuRtpMeta *meta;
  SfuStreamNumbers numbers;

  if (sfu_rtx_guard_is_repeat (&self->rtx, out_seq, now_us))
    return FALSE;
  cached = find_sent (self, out_seq, now_us, &span);
  meta = cached ? sfu_buffer_get_rtp_meta (cached) : NULL;
  if (!meta || meta->info.spatial == 0 ||
      !renumber (self, span, meta, out_seq, &numbers) || !numbers.rtx ||
      !spend (self, cached, now_us))
    return FALSE;
  self->stats.lost_resent++;
  send_again (self, cached, out_seq, &numbers, now_us, out);
  return TRUE;
}

gboolean
sfu_stream_sender_map_report (const SfuStreamSender *self, SfuSenderReport *out)
{
  SfuSenderReport in;

  if (!self->now.map.started || self->rebase || !self->now.track ||
      self->now.track != self->track ||
      !sfu_track_get_report (self->track, self->now.encoding, &in))
    return FALSE;
  *out = in;
  out->ssrc = self->config.ssrc;
  out->rtp_timestamp = sfu_seq_map_timestamp (&self->now.map, in.rtp_timestamp);
  return TRUE;
}

guint
sfu_stream_sender_report_serial (const SfuStreamSender *self)
{
  return self->track
      ? (guint)sfu_track_reports (self->track, self->now.encoding)
      : 0;
}

guint
sfu_stream_sender_span (const SfuStreamSender *self)
{
  return (guint)self->stats.spans;
}

void
sfu_stream_sender_get_stats (
    const SfuStreamSender *self, SfuStreamSenderStats *stats)
{
  *stats = self->stats;
}

guint64
sfu_stream_sender_bitrate_bps (SfuStreamSender *self, gint64 now_us)
{
  return sfu_rate_meter_bps (&self->rate, now_us);
}
