/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-stream-sender.h.
 *
 * Threads: under the lock of the consumer that owns it. */
#include "sfu-stream-sender.h"

#include <string.h>

#define RATE_WINDOW_US (1 * G_USEC_PER_SEC)
#define RTX_OSN_SIZE 2
/* Room behind the packet for the SRTP tag (16 with AES-GCM) and what SRTCP-like
 * trailers an encryptor may want, so that it can work in place. */
#define TAIL_ROOM 32
/* How many recent retransmissions are remembered to suppress repeats. */
#define RTX_MEMORY 256
/* While packets are dropped for want of a key frame: ask again this often. */
#define KEYFRAME_RETRY_US (500 * 1000)

typedef struct {
  gboolean used;
  guint16 seq;
  gint64 sent_us;
} RtxMemory;

struct _SfuStreamSender {
  SfuStreamConfig config;
  SfuTrack *track; /* owned; NULL until a producer is known */
  SfuSeqMap map;
  SfuKeyframeGate gate;
  SfuRateMeter rate;
  SfuStreamSenderStats stats;
  guint16 rtx_seq;
  gboolean paused;
  gboolean connected;
  gboolean gap;    /* something was dropped: the next packet is a new span */
  gboolean rebase; /* and its timestamps come from another clock */
  gint64 last_sent_us;
  gint64 last_keyframe_want_us;
  RtxMemory rtx_memory[RTX_MEMORY];
};

SfuStreamSender *
sfu_stream_sender_new (
    guint16 first_seq, guint32 first_timestamp, guint16 first_rtx_seq)
{
  SfuStreamSender *self = g_new0 (SfuStreamSender, 1);

  sfu_stream_config_init (&self->config);
  sfu_seq_map_init (&self->map, first_seq, first_timestamp);
  sfu_keyframe_gate_init (&self->gate, SFU_CODEC_UNKNOWN);
  sfu_rate_meter_init (&self->rate, RATE_WINDOW_US);
  self->rtx_seq = first_rtx_seq;
  self->connected = TRUE; /* a pipeline without transports is always so */
  return self;
}

void
sfu_stream_sender_free (SfuStreamSender *self)
{
  if (!self)
    return;
  g_clear_pointer (&self->track, sfu_track_unref);
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
}

/* Something was not forwarded on purpose: what follows must be decodable
 * alone and follow in number. TRUE: a key frame is wanted. */
static gboolean
interrupt (SfuStreamSender *self)
{
  self->gap = TRUE;
  sfu_keyframe_gate_close (&self->gate);
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

/* ---- rewriting ---- */

/* The extensions that mean the same to every receiver of the packet. Those of
 * the hop (abs-send-time, transport-cc) and of the publisher's session (rid)
 * are not carried over. */
static const SfuExtKind carried[] = {
  SFU_EXT_AUDIO_LEVEL,
  SFU_EXT_VIDEO_ORIENTATION,
  SFU_EXT_TOFFSET,
  SFU_EXT_ABS_CAPTURE_TIME,
  SFU_EXT_PLAYOUT_DELAY,
  SFU_EXT_DEPENDENCY_DESCRIPTOR,
};

static void
collect_extensions (const SfuStreamSender *self, const guint8 *data,
    const SfuExtIndex *index, SfuExtWriter *writer)
{
  const SfuExtMap *ext = &self->config.ext;
  gsize i;

  sfu_ext_writer_init (writer);
  sfu_ext_writer_add (writer, ext->id_of_kind[SFU_EXT_MID],
      (const guint8 *)self->config.mid, strlen (self->config.mid));
  for (i = 0; i < G_N_ELEMENTS (carried); i++)
    sfu_ext_writer_add (writer, ext->id_of_kind[carried[i]],
        data + index->offset[carried[i]], index->len[carried[i]]);
}

typedef struct {
  guint16 seq;
  guint32 timestamp;
  gboolean rtx;
  guint16 osn; /* with rtx: the number it was sent with first */
} Numbers;

static void
write_header (const SfuStreamSender *self, guint8 *out, const SfuRtpMeta *meta,
    const Numbers *numbers, gboolean has_ext)
{
  gint payload = numbers->rtx ? self->config.rtx_payload : self->config.payload;

  out[0] = SFU_RTP_VERSION << 6 | (has_ext ? 0x10 : 0);
  out[1] = (meta->header.marker ? 0x80 : 0) | (payload & 0x7f);
  GST_WRITE_UINT16_BE (out + 2, numbers->seq);
  GST_WRITE_UINT32_BE (out + 4, numbers->timestamp);
  GST_WRITE_UINT32_BE (
      out + 8, numbers->rtx ? self->config.rtx_ssrc : self->config.ssrc);
}

/* A new packet; in stays as it is, other consumers read it too. CSRCs (only
 * mixers write them) and padding are left behind. */
static GstBuffer *
rewrite (const SfuStreamSender *self, GstBuffer *in, const SfuRtpMeta *meta,
    const Numbers *numbers)
{
  GstBuffer *out;
  GstMapInfo src, dst;
  SfuExtWriter ext;
  gsize size, ext_size;
  guint8 *p;

  gst_buffer_map (in, &src, GST_MAP_READ);
  collect_extensions (self, src.data, &meta->ext, &ext);
  ext_size = sfu_ext_writer_size (&ext);
  size = SFU_RTP_MIN_HEADER + ext_size + (numbers->rtx ? RTX_OSN_SIZE : 0) +
      meta->header.payload_len;
  out = gst_buffer_new_allocate (NULL, size + TAIL_ROOM, NULL);
  gst_buffer_map (out, &dst, GST_MAP_WRITE);
  p = dst.data;
  write_header (self, p, meta, numbers, ext_size > 0);
  p += SFU_RTP_MIN_HEADER;
  p += sfu_ext_writer_write (&ext, p);
  if (numbers->rtx) {
    GST_WRITE_UINT16_BE (p, numbers->osn);
    p += RTX_OSN_SIZE;
  }
  memcpy (p, src.data + meta->header.header_len, meta->header.payload_len);
  gst_buffer_unmap (out, &dst);
  gst_buffer_unmap (in, &src);
  gst_buffer_set_size (out, size);
  GST_BUFFER_PTS (out) = GST_BUFFER_PTS (in);
  GST_BUFFER_DTS (out) = GST_BUFFER_DTS (in);
  return out;
}

/* ---- deciding ---- */

static SfuVerdict
admit (SfuStreamSender *self, GstBuffer *in, const SfuRtpMeta *meta,
    gint64 now_us, gboolean *want_keyframe)
{
  if (GST_BUFFER_FLAG_IS_SET (in, GST_BUFFER_FLAG_DISCONT)) {
    self->rebase = TRUE;
    *want_keyframe |= interrupt (self);
  }
  if (self->paused)
    return SFU_DROP_CONSUMER_PAUSED;
  if (!self->connected)
    return SFU_DROP_NOT_CONNECTED;
  if (sfu_keyframe_gate_pass (&self->gate, &meta->info))
    return SFU_VERDICT_FORWARD;
  if (now_us - self->last_keyframe_want_us >= KEYFRAME_RETRY_US) {
    self->last_keyframe_want_us = now_us;
    *want_keyframe = TRUE;
  }
  return SFU_DROP_WAIT_KEYFRAME;
}

/* Timestamps of the same publisher go on as they are, whatever was left out:
 * they are its clock, and its sender reports stay true. Those of another one
 * are put where this consumer's own clock would be by now. */
static guint32
rebase_step (const SfuStreamSender *self, gint64 now_us)
{
  gint64 elapsed_us = MAX (now_us - self->last_sent_us, 0);

  if (!self->rebase)
    return 0;
  return MAX (gst_util_uint64_scale (
                  elapsed_us, self->config.clock_rate, G_USEC_PER_SEC),
      1);
}

static SfuVerdict
number (SfuStreamSender *self, const SfuRtpMeta *meta, gint64 now_us,
    Numbers *numbers)
{
  if (self->gap)
    sfu_seq_map_resync (&self->map, rebase_step (self, now_us));
  self->gap = self->rebase = FALSE;
  if (meta->header.payload_len == 0) {
    sfu_seq_map_drop (&self->map, meta->header.seq);
    return SFU_DROP_PADDING;
  }
  if (!sfu_seq_map_forward (&self->map, meta->header.seq,
          meta->header.timestamp, &numbers->seq, &numbers->timestamp))
    return SFU_DROP_TOO_OLD;
  numbers->rtx = FALSE;
  return SFU_VERDICT_FORWARD;
}

SfuVerdict
sfu_stream_sender_packet (SfuStreamSender *self, GstBuffer *in, gint64 now_us,
    GstBuffer **out, gboolean *want_keyframe)
{
  SfuRtpMeta *meta = sfu_buffer_get_rtp_meta (in);
  Numbers numbers;
  SfuVerdict verdict;

  /* Without the meta it did not come from an sfuproducer. */
  verdict =
      meta ? admit (self, in, meta, now_us, want_keyframe) : SFU_DROP_MALFORMED;
  if (verdict == SFU_VERDICT_FORWARD)
    verdict = number (self, meta, now_us, &numbers);
  else
    self->gap = TRUE;
  if (verdict == SFU_VERDICT_FORWARD) {
    *out = rewrite (self, in, meta, &numbers);
    self->last_sent_us = now_us;
    self->stats.packets++;
    self->stats.bytes += meta->header.payload_len;
    sfu_rate_meter_add (&self->rate, meta->header.payload_len, now_us);
  }
  sfu_verdict_count (&self->stats.verdicts, verdict);
  return verdict;
}

/* ---- retransmission ---- */

static gboolean
is_repeat (SfuStreamSender *self, guint16 seq, gint64 now_us)
{
  RtxMemory *memory = &self->rtx_memory[seq % RTX_MEMORY];

  if (memory->used && memory->seq == seq &&
      now_us - memory->sent_us < SFU_RTX_MIN_INTERVAL_US)
    return TRUE;
  *memory = (RtxMemory){ TRUE, seq, now_us };
  return FALSE;
}

GstBuffer *
sfu_stream_sender_retransmit (
    SfuStreamSender *self, guint16 out_seq, gint64 now_us)
{
  g_autoptr (GstBuffer) cached = NULL;
  GstBuffer *out;
  SfuRtpMeta *meta;
  Numbers numbers;
  guint16 in_seq;

  self->stats.nacked++;
  if (is_repeat (self, out_seq, now_us)) {
    self->stats.nack_repeated++;
    return NULL;
  }
  if (self->track && sfu_seq_map_reverse (&self->map, out_seq, &in_seq))
    cached = sfu_track_get (self->track, in_seq, now_us);
  meta = cached ? sfu_buffer_get_rtp_meta (cached) : NULL;
  if (!meta || meta->header.payload_len == 0) {
    self->stats.nack_missed++;
    return NULL;
  }
  numbers.rtx =
      self->config.rtx_ssrc && self->config.rtx_payload != SFU_PAYLOAD_NONE;
  numbers.osn = out_seq;
  numbers.seq = numbers.rtx ? self->rtx_seq++ : out_seq;
  numbers.timestamp =
      sfu_seq_map_timestamp (&self->map, meta->header.timestamp);
  out = rewrite (self, cached, meta, &numbers);
  self->stats.rtx_packets++;
  self->stats.rtx_bytes += meta->header.payload_len;
  return out;
}

gboolean
sfu_stream_sender_map_report (const SfuStreamSender *self,
    const SfuSenderReport *in, SfuSenderReport *out)
{
  if (!self->map.started || self->rebase)
    return FALSE;
  *out = *in;
  out->ssrc = self->config.ssrc;
  out->rtp_timestamp = sfu_seq_map_timestamp (&self->map, in->rtp_timestamp);
  return TRUE;
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
