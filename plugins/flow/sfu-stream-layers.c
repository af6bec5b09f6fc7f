/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which encoding, and which layers in it, a consumer gets. The target is the
 * best encoding being sent that is not above the wish, or the lowest one above;
 * what is forwarded follows it at a key frame of the target and stays as it is
 * until then.
 *
 * Threads: under the lock of the consumer that owns it. */
#include "sfu-stream-sender-private.h"

/* Two reports of one clock never disagree by this much about a moment; if they
 * do they are not of one clock, and arrival is the better measure. */
#define MAX_REPORT_ERROR_US (500 * 1000)

/* ---- choosing ---- */

gint
sfu_choose_encoding (guint active, guint n, gint preferred)
{
  gint best = -1;
  gint i;

  for (i = (gint)n - 1; i >= 0; i--) {
    if (!(active >> i & 1))
      continue;
    if (preferred < 0 || i <= preferred)
      return i;
    best = i;
  }
  return best;
}

static guint
bit (gint encoding)
{
  return encoding < 0 ? 0 : 1u << encoding;
}

static guint
layer (gint preferred)
{
  return preferred < 0 ? SFU_LAYER_MAX : (guint)preferred;
}

static guint
n_encodings (const SfuStreamSender *self)
{
  return self->track ? sfu_track_n_encodings (self->track) : 1;
}

void
sfu_stream_sender_choose (SfuStreamSender *self)
{
  guint n = n_encodings (self);
  guint active = 1;
  gint was = self->target;

  if (self->track)
    self->generation = sfu_track_generation (self->track);
  if (n > 1)
    active = sfu_track_active (self->track);
  self->target = sfu_choose_encoding (active, n, self->preferred_spatial);
  self->wanted = bit (self->target);
  if (self->gate.open)
    self->wanted |= bit ((gint)self->now.encoding);
  if (self->target != was)
    self->last_keyframe_want_us = 0; /* ask for the new one's at once */
}

gboolean
sfu_stream_sender_is_switching (const SfuStreamSender *self)
{
  return self->gate.open && self->target >= 0 &&
      self->target != (gint)self->now.encoding;
}

/* Up inside a stream of spatial layers. */
static gboolean
is_climbing (const SfuStreamSender *self)
{
  return self->now.filter.spatial < self->now.filter.target_spatial;
}

static gboolean
needs_keyframe (const SfuStreamSender *self)
{
  return self->gate.has_keyframes && !self->paused && self->connected &&
      (!self->gate.open || sfu_stream_sender_is_switching (self) ||
          is_climbing (self));
}

gboolean
sfu_stream_sender_retry_keyframe (SfuStreamSender *self, gint64 now_us)
{
  if (!needs_keyframe (self) ||
      now_us - self->last_keyframe_want_us < SFU_KEYFRAME_RETRY_US)
    return FALSE;
  self->last_keyframe_want_us = now_us;
  return TRUE;
}

/* Inside one of several encodings there are no spatial layers to choose. */
static void
aim_filter (SfuStreamSender *self)
{
  guint spatial =
      n_encodings (self) > 1 ? SFU_LAYER_MAX : layer (self->preferred_spatial);

  sfu_layer_filter_set_target (
      &self->now.filter, spatial, layer (self->preferred_temporal));
}

gboolean
sfu_stream_sender_set_preferred_layers (
    SfuStreamSender *self, gint spatial, gint temporal, gint64 now_us)
{
  self->preferred_spatial = spatial;
  self->preferred_temporal = temporal;
  aim_filter (self);
  sfu_stream_sender_choose (self);
  if (!needs_keyframe (self))
    return FALSE;
  self->last_keyframe_want_us = now_us;
  return TRUE;
}

void
sfu_stream_sender_get_preferred_layers (
    const SfuStreamSender *self, gint *spatial, gint *temporal)
{
  *spatial = self->preferred_spatial;
  *temporal = self->preferred_temporal;
}

gboolean
sfu_stream_sender_update (SfuStreamSender *self, gint64 now_us)
{
  if (self->track && sfu_track_generation (self->track) != self->generation)
    sfu_stream_sender_choose (self);
  return sfu_stream_sender_retry_keyframe (self, now_us);
}

guint32
sfu_stream_sender_keyframe_ssrc (const SfuStreamSender *self)
{
  return self->track && self->target >= 0
      ? sfu_track_ssrc (self->track, (guint)self->target)
      : 0;
}

/* ---- telling ---- */

static gint
top (guint8 forwarded, guint layers)
{
  return (gint)MIN (forwarded, MAX (layers, 1) - 1);
}

gboolean
sfu_stream_sender_get_layers (
    const SfuStreamSender *self, gint *spatial, gint *temporal)
{
  const SfuLayerFilter *filter = &self->now.filter;
  SfuTrack *track = self->track;
  guint encoding = self->now.encoding, spatial_layers, temporal_layers;

  *spatial = *temporal = -1;
  if (!track)
    return FALSE;
  if (encoding >= n_encodings (self))
    encoding = 0; /* of a track before this one */
  spatial_layers = sfu_track_spatial_layers (track, encoding);
  temporal_layers = sfu_track_temporal_layers (track, encoding);
  if (self->gate.open && !self->paused && self->connected &&
      self->now.track == track && self->target >= 0) {
    *spatial = n_encodings (self) > 1 ? (gint)encoding
                                      : top (filter->spatial, spatial_layers);
    *temporal = top (filter->temporal, temporal_layers);
  }
  return n_encodings (self) > 1 || spatial_layers > 1 || temporal_layers > 1;
}

/* ---- switching ---- */

gboolean
sfu_stream_sender_continues (
    const SfuStreamSender *self, const SfuRtpMeta *meta)
{
  const SfuSpan *now = &self->now;

  return !self->rebase && now->track && now->track == self->track &&
      now->encoding == meta->encoding &&
      now->epoch == sfu_track_epoch (now->track, now->encoding);
}

static gint64
ticks_of (const SfuStreamSender *self, gint64 us)
{
  return gst_util_uint64_scale (
      (guint64)us, self->config.clock_rate, G_USEC_PER_SEC);
}

/* By how much the first timestamp of another encoding follows the last one that
 * was sent, as both encodings' sender reports have it. */
static gboolean
step_by_reports (
    const SfuStreamSender *self, const SfuRtpMeta *meta, gint32 *step)
{
  SfuSenderReport from, to;
  guint32 in_from;
  gdouble seconds;

  if (self->now.track != self->track ||
      !sfu_track_get_report (self->track, self->now.encoding, &from) ||
      !sfu_track_get_report (self->track, meta->encoding, &to))
    return FALSE;
  seconds = (gdouble)(gint64)(to.ntp - from.ntp) / 4294967296.0;
  in_from = from.rtp_timestamp +
      (guint32)(gint64)(seconds * self->config.clock_rate) +
      (meta->header.timestamp - to.rtp_timestamp);
  *step =
      (gint32)(in_from + self->now.map.ts_offset - self->now.map.max_ts_out);
  return TRUE;
}

/* 0: the clock goes on, whatever was left out: it is the publisher's, and its
 * reports stay true. Otherwise the timestamp is put where this consumer's own
 * clock would be by now; never back, and never further than time has gone. */
static guint32
span_step (const SfuStreamSender *self, const SfuRtpMeta *meta, gint64 now_us)
{
  gint64 elapsed, error;
  gint32 step;

  if (sfu_stream_sender_continues (self, meta))
    return 0;
  elapsed = ticks_of (self, MAX (now_us - self->last_sent_us, 0));
  error = ticks_of (self, MAX_REPORT_ERROR_US);
  if (!self->rebase && step_by_reports (self, meta, &step) && step > -error &&
      step < elapsed + error)
    return (guint32)MAX (step, 1);
  return (guint32)MAX (elapsed, 1);
}

void
sfu_stream_sender_begin_span (
    SfuStreamSender *self, const SfuRtpMeta *meta, gint64 now_us)
{
  guint32 step = span_step (self, meta, now_us);

  g_clear_pointer (&self->before.track, sfu_track_unref);
  self->before = self->now;
  self->now.track = self->track ? sfu_track_ref (self->track) : NULL;
  self->now.encoding = meta->encoding;
  self->now.epoch =
      self->track ? sfu_track_epoch (self->track, meta->encoding) : 0;
  sfu_seq_map_resync (&self->now.map, step);
  sfu_picture_numbers_resync (&self->now.pictures);
  sfu_frame_numbers_resync (&self->now.frames);
  aim_filter (self);
  if (meta->info.keyframe_start)
    sfu_layer_filter_restart (&self->now.filter);
  self->gap = self->rebase = FALSE;
  self->stats.spans++;
  sfu_stream_sender_choose (self);
}
