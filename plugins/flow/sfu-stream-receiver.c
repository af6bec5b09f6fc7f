/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-stream-receiver.h.
 *
 * Threads: under the lock of the producer that owns it. */
#include "sfu-stream-receiver.h"

#include <string.h>

#include "sfu-bytes.h"
#include "sfu-dependency-descriptor.h"
#include "sfu-h264-start.h"
#include "sfu-red.h"

#define RATE_WINDOW_US (1 * G_USEC_PER_SEC)
#define MAX_KEYFRAME_RETRIES 10
/* RFC 4588 4: the original sequence number stands in front of the payload. */
#define RTX_OSN_SIZE 2

struct _SfuStreamReceiver {
  SfuStreamConfig config;
  guint encoding;       /* which of config's */
  SfuTrack *track;      /* owned */
  SfuNackList *missing; /* owned */
  SfuKeyframeRequester keyframes;
  SfuDependencyParser dependencies;
  SfuH264Start h264;
  SfuRateMeter rate;
  SfuStreamReceiverStats stats;
  gboolean discont;   /* the next packet is of another clock */
  gboolean after_gap; /* or of the same one, but some were kept back */
};

SfuStreamReceiver *
sfu_stream_receiver_new (const SfuStreamConfig *config, guint encoding,
    SfuTrack *track, guint max_retries, gint64 max_age_us,
    gint64 keyframe_interval_us, gint64 keyframe_retry_us)
{
  SfuStreamReceiver *self = g_new0 (SfuStreamReceiver, 1);

  self->config = *config;
  self->encoding = encoding;
  self->track = sfu_track_ref (track);
  self->missing = sfu_nack_list_new (max_retries, max_age_us);
  sfu_keyframe_requester_init (&self->keyframes, keyframe_interval_us,
      keyframe_retry_us, MAX_KEYFRAME_RETRIES);
  sfu_rate_meter_init (&self->rate, RATE_WINDOW_US);
  self->stats.ssrc = config->encodings[encoding].ssrc;
  self->stats.rtx_ssrc = config->encodings[encoding].rtx_ssrc;
  return self;
}

/* What comes now must be readable by itself. */
static void
forget (SfuStreamReceiver *self)
{
  self->dependencies = (SfuDependencyParser){ 0 };
  self->h264 = (SfuH264Start){ FALSE };
}

/* Nothing of before belongs to what comes now. */
static void
begin_anew (SfuStreamReceiver *self)
{
  forget (self);
  sfu_track_clear (self->track, self->encoding);
  self->stats.restarts++;
  self->discont = TRUE;
}

/* The publisher began anew. */
static void
restart (SfuStreamReceiver *self)
{
  sfu_nack_list_reset (self->missing);
  begin_anew (self);
}

void
sfu_stream_receiver_set_config (
    SfuStreamReceiver *self, const SfuStreamConfig *config)
{
  const SfuEncodingConfig *encoding = &config->encodings[self->encoding];

  self->config = *config;
  if (encoding->rtx_ssrc)
    self->stats.rtx_ssrc = encoding->rtx_ssrc;
  if (!encoding->ssrc || encoding->ssrc == self->stats.ssrc)
    return;
  if (self->stats.ssrc)
    restart (self);
  self->stats.ssrc = encoding->ssrc;
  sfu_track_set_ssrc (self->track, self->encoding, encoding->ssrc);
}

void
sfu_stream_receiver_free (SfuStreamReceiver *self)
{
  if (!self)
    return;
  sfu_track_unref (self->track);
  sfu_nack_list_free (self->missing);
  g_free (self);
}

SfuTrack *
sfu_stream_receiver_get_track (SfuStreamReceiver *self)
{
  return self->track;
}

gboolean
sfu_stream_receiver_is_video (const SfuStreamReceiver *self)
{
  return self->config.is_video;
}

guint32
sfu_stream_receiver_ssrc (const SfuStreamReceiver *self)
{
  return self->stats.ssrc;
}

/* Payloaders make a packet of two memories (header, payload) and may keep a
 * reference; behind the producer a packet is one memory, so that offsets hold,
 * and its metas are ours to write. Takes buffer. */
static GstBuffer *
make_single (GstBuffer *buffer)
{
  GstBuffer *copy;

  if (gst_buffer_n_memory (buffer) <= 1) /* none: malformed, seen later */
    return gst_buffer_make_writable (buffer);
  copy = gst_buffer_new ();
  gst_buffer_copy_into (
      copy, buffer, GST_BUFFER_COPY_FLAGS | GST_BUFFER_COPY_TIMESTAMPS, 0, -1);
  gst_buffer_append_memory (copy, gst_buffer_get_all_memory (buffer));
  gst_buffer_unref (buffer);
  return copy;
}

/* A copy without the first bytes of the payload and of another type. */
static GstBuffer *
without_front (GstBuffer *from, const guint8 *data, const SfuRtpHeader *header,
    gsize front, gint payload_type)
{
  gsize size = header->payload_len - front;
  GstBuffer *buffer =
      gst_buffer_new_allocate (NULL, header->header_len + size, NULL);
  GstMapInfo map;

  gst_buffer_copy_into (buffer, from, GST_BUFFER_COPY_TIMESTAMPS, 0, -1);
  gst_buffer_map (buffer, &map, GST_MAP_WRITE);
  memcpy (map.data, data, header->header_len);
  map.data[0] &= ~0x20; /* the padding, if any, stays behind */
  map.data[1] = (data[1] & 0x80) | (payload_type & 0x7f);
  memcpy (
      map.data + header->header_len, data + header->header_len + front, size);
  gst_buffer_unmap (buffer, &map);
  return buffer;
}

/* RFC 4588 the other way round: the packet as it was sent first. NULL when
 * there is no media in it (padding to probe for bandwidth). */
static GstBuffer *
unwrap_rtx (SfuStreamReceiver *self, GstBuffer *rtx, const guint8 *data,
    const SfuRtpHeader *header)
{
  gint payload_type = header->payload_type == self->config.red_rtx_payload
      ? self->config.red_payload
      : self->config.payload;
  GstBuffer *buffer =
      without_front (rtx, data, header, RTX_OSN_SIZE, payload_type);
  GstMapInfo map;

  gst_buffer_map (buffer, &map, GST_MAP_WRITE);
  memcpy (map.data + 2, data + header->header_len, RTX_OSN_SIZE);
  sfu_put_u32 (map.data + 8, self->stats.ssrc);
  gst_buffer_unmap (buffer, &map);
  return buffer;
}

static gboolean
is_rtx (const SfuStreamReceiver *self, const SfuRtpHeader *header)
{
  gint payload_type = header->payload_type;

  return (payload_type == self->config.rtx_payload ||
             payload_type == self->config.red_rtx_payload) &&
      header->ssrc != self->stats.ssrc;
}

/* Which stream the packet belongs to; learns the SSRC of a stream whose caps
 * named none. */
static SfuVerdict
claim (SfuStreamReceiver *self, const SfuRtpHeader *header)
{
  const SfuStreamConfig *config = &self->config;

  /* RED is padding here: of what had a payload it is undone. */
  if (config->payload != SFU_PAYLOAD_NONE &&
      header->payload_type != config->payload &&
      header->payload_type != config->red_payload &&
      header->payload_type != config->ulpfec_payload)
    return SFU_DROP_UNKNOWN_PAYLOAD_TYPE;
  if (header->ssrc == self->stats.ssrc)
    return SFU_VERDICT_FORWARD;
  if (self->config.encodings[self->encoding].ssrc)
    return SFU_DROP_UNKNOWN_SSRC;
  if (self->stats.ssrc)
    restart (self);
  self->stats.ssrc = header->ssrc;
  sfu_track_set_ssrc (self->track, self->encoding, header->ssrc);
  return SFU_VERDICT_FORWARD;
}

/* RED: what it repeats is of the hop, as retransmissions are. Inside it may be
 * ULPFEC as well as the media. */
static SfuVerdict
undo_red (SfuStreamReceiver *self, GstBuffer **buffer)
{
  SfuVerdict verdict = SFU_VERDICT_FORWARD;
  GstBuffer *media = NULL;
  SfuRtpHeader header;
  guint8 payload_type;
  GstMapInfo map;
  gsize at;

  if (self->config.red_payload == SFU_PAYLOAD_NONE)
    return verdict;
  gst_buffer_map (*buffer, &map, GST_MAP_READ);
  if (sfu_rtp_parse (map.data, map.size, &header) &&
      header.payload_type == self->config.red_payload &&
      header.payload_len > 0) { /* else padding */
    if (sfu_red_find_primary (map.data + header.header_len, header.payload_len,
            &payload_type, &at))
      media = without_front (*buffer, map.data, &header, at, payload_type);
    else
      verdict = SFU_DROP_MALFORMED;
  }
  gst_buffer_unmap (*buffer, &map);
  if (media) {
    self->stats.red_packets++;
    gst_buffer_unref (*buffer);
    *buffer = media;
  }
  return verdict;
}

static SfuVerdict
undo_rtx (SfuStreamReceiver *self, GstBuffer **buffer)
{
  GstBuffer *rtx = *buffer;
  GstBuffer *media = NULL;
  SfuRtpHeader header;
  SfuVerdict verdict = SFU_VERDICT_FORWARD;
  GstMapInfo map;

  gst_buffer_map (rtx, &map, GST_MAP_READ);
  if (!sfu_rtp_parse (map.data, map.size, &header))
    verdict = SFU_DROP_MALFORMED;
  else if (is_rtx (self, &header)) {
    self->stats.rtx_packets++;
    self->stats.rtx_ssrc = header.ssrc;
    if (header.payload_len <= RTX_OSN_SIZE)
      verdict = SFU_DROP_PADDING;
    else if (!self->stats.ssrc)
      verdict = SFU_DROP_UNKNOWN_SSRC;
    else
      media = unwrap_rtx (self, rtx, map.data, &header);
  }
  gst_buffer_unmap (rtx, &map);
  if (media) {
    gst_buffer_unref (rtx);
    *buffer = media;
  }
  return verdict;
}

static SfuVerdict
place (SfuStreamReceiver *self, const SfuRtpHeader *header, gint64 now_us)
{
  switch (sfu_nack_list_receive (self->missing, header->seq, now_us)) {
    case SFU_NACK_DUPLICATE:
      return SFU_DROP_DUPLICATE;
    case SFU_NACK_RESTART:
      begin_anew (self);
      break;
    case SFU_NACK_NEW:
    case SFU_NACK_RECOVERED:
      break;
  }
  return SFU_VERDICT_FORWARD;
}

static void
account (SfuStreamReceiver *self, const SfuRtpMeta *meta, gint64 now_us)
{
  if (meta->fec) {
    self->stats.fec_packets++;
    return;
  }
  self->stats.packets++;
  self->stats.bytes += meta->header.payload_len;
  sfu_rate_meter_add (&self->rate, meta->header.payload_len, now_us);
  if (meta->info.keyframe_start) {
    self->stats.keyframes++;
    sfu_keyframe_requester_received (&self->keyframes, now_us);
  }
}

/* Before the packet is shared. What the network or a payloader meant by the
 * flag means nothing here. */
static void
mark_discont (SfuStreamReceiver *self, GstBuffer *buffer)
{
  if (self->discont)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  else
    GST_BUFFER_FLAG_UNSET (buffer, GST_BUFFER_FLAG_DISCONT);
  self->discont = FALSE;
}

/* The dependency descriptor, where there is one, is asked before the payload,
 * which may be encrypted. */
static void
read_payload (SfuStreamReceiver *self, const guint8 *data, SfuRtpMeta *meta)
{
  SfuDependencyFrame frame;
  guint8 len = meta->ext.len[SFU_EXT_DEPENDENCY_DESCRIPTOR];

  sfu_codec_inspect (self->config.codec, data + meta->header.header_len,
      meta->header.payload_len, &meta->info);
  if (self->config.codec == SFU_CODEC_H264)
    sfu_h264_start_packet (
        &self->h264, meta->header.seq, meta->header.timestamp, &meta->info);
  if (len > 0 && meta->header.payload_len > 0 &&
      sfu_dependency_parse (&self->dependencies,
          data + meta->ext.offset[SFU_EXT_DEPENDENCY_DESCRIPTOR], len, &frame))
    sfu_dependency_frame_to_info (&frame, &meta->info);
}

/* One packet of the media stream, numbers undone: read it once for all. */
static SfuVerdict
inspect (SfuStreamReceiver *self, GstBuffer *buffer, gint64 now_us)
{
  SfuRtpMeta *meta;
  SfuRtpHeader header;
  SfuVerdict verdict;
  GstMapInfo map;

  gst_buffer_map (buffer, &map, GST_MAP_READ);
  verdict = sfu_rtp_parse (map.data, map.size, &header) ? claim (self, &header)
                                                        : SFU_DROP_MALFORMED;
  if (verdict == SFU_VERDICT_FORWARD)
    verdict = place (self, &header, now_us);
  if (verdict == SFU_VERDICT_FORWARD) {
    meta = sfu_buffer_add_rtp_meta (buffer);
    meta->header = header;
    meta->arrival_us = now_us;
    meta->encoding = (guint8)self->encoding;
    meta->after_gap = self->after_gap;
    self->after_gap = FALSE;
    sfu_ext_index (map.data, &header, &self->config.ext, &meta->ext);
    meta->fec = header.payload_type == self->config.ulpfec_payload;
    if (!meta->fec)
      read_payload (self, map.data, meta);
    account (self, meta, now_us);
  }
  gst_buffer_unmap (buffer, &map);
  if (verdict == SFU_VERDICT_FORWARD) {
    mark_discont (self, buffer);
    if (header.payload_type != self->config.ulpfec_payload)
      sfu_track_put (self->track, self->encoding, header.seq, buffer, now_us);
  }
  return verdict;
}

SfuVerdict
sfu_stream_receiver_packet (
    SfuStreamReceiver *self, GstBuffer **buffer, gint64 now_us)
{
  SfuVerdict verdict;

  *buffer = make_single (*buffer);
  verdict = undo_rtx (self, buffer);
  if (verdict == SFU_VERDICT_FORWARD)
    verdict = undo_red (self, buffer);
  if (verdict == SFU_VERDICT_FORWARD)
    verdict = inspect (self, *buffer, now_us);
  sfu_verdict_count (&self->stats.verdicts, verdict);
  if (verdict != SFU_VERDICT_FORWARD)
    gst_clear_buffer (buffer);
  return verdict;
}

void
sfu_stream_receiver_count (SfuStreamReceiver *self, SfuVerdict verdict)
{
  sfu_verdict_count (&self->stats.verdicts, verdict);
}

void
sfu_stream_receiver_keep_back (SfuStreamReceiver *self)
{
  self->after_gap = TRUE;
}

void
sfu_stream_receiver_resume (SfuStreamReceiver *self)
{
  sfu_nack_list_reset (self->missing);
  forget (self);
  self->after_gap = TRUE;
}

gboolean
sfu_stream_receiver_request_keyframe (SfuStreamReceiver *self, gint64 now_us)
{
  if (!sfu_codec_has_keyframes (self->config.codec))
    return FALSE;
  if (!sfu_keyframe_requester_request (&self->keyframes, now_us))
    return FALSE;
  self->stats.keyframe_requests++;
  return TRUE;
}

guint
sfu_stream_receiver_poll (SfuStreamReceiver *self, gint64 now_us, gint64 rtt_us,
    guint16 *seqs, guint max, gboolean *keyframe)
{
  gboolean gave_up = FALSE;
  guint n;

  *keyframe = sfu_keyframe_requester_poll (&self->keyframes, now_us);
  if (*keyframe)
    self->stats.keyframe_requests++;
  n = sfu_nack_list_collect (
      self->missing, now_us, rtt_us, seqs, max, &gave_up);
  if (gave_up && sfu_stream_receiver_request_keyframe (self, now_us))
    *keyframe = TRUE;
  return self->config.nack ? n : 0;
}

gint64
sfu_stream_receiver_next_due_us (const SfuStreamReceiver *self, gint64 rtt_us)
{
  gint64 keyframe = sfu_keyframe_requester_next_due_us (&self->keyframes);
  gint64 nack = -1;

  if (self->config.nack)
    nack = sfu_nack_list_next_due_us (self->missing, rtt_us);
  if (keyframe < 0)
    return nack;
  return nack < 0 ? keyframe : MIN (keyframe, nack);
}

void
sfu_stream_receiver_get_stats (
    const SfuStreamReceiver *self, SfuStreamReceiverStats *stats)
{
  *stats = self->stats;
  stats->nack = *sfu_nack_list_stats (self->missing);
}

guint64
sfu_stream_receiver_bitrate_bps (SfuStreamReceiver *self, gint64 now_us)
{
  return sfu_rate_meter_bps (&self->rate, now_us);
}
