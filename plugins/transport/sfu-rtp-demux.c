/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-rtp-demux.h.
 *
 * Threads: media thread. */
#include "sfu-rtp-demux.h"

#include <string.h>
#include "sfu-bytes.h"

#define RATE_WINDOW_US (1 * G_USEC_PER_SEC)

struct _SfuRtpDemux {
  const SfuRtpDemuxCallbacks *callbacks; /* static */
  gpointer owner;                        /* borrowed: owns us */
  GHashTable *streams;                   /* SSRC -> SfuRtpStream, owned */
  GPtrArray *pads;                       /* references */
};

SfuRtpDemux *
sfu_rtp_demux_new (const SfuRtpDemuxCallbacks *callbacks, gpointer owner)
{
  SfuRtpDemux *self = g_new0 (SfuRtpDemux, 1);

  self->callbacks = callbacks;
  self->owner = owner;
  self->streams = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self->pads = g_ptr_array_new_with_free_func (gst_object_unref);
  return self;
}

void
sfu_rtp_demux_free (SfuRtpDemux *self)
{
  if (!self)
    return;
  while (self->pads->len > 0)
    sfu_rtp_demux_remove_pad (self, g_ptr_array_index (self->pads, 0));
  g_ptr_array_unref (self->pads);
  g_hash_table_unref (self->streams);
  g_free (self);
}

SfuRtpStream *
sfu_rtp_demux_find (SfuRtpDemux *self, guint32 ssrc)
{
  return g_hash_table_lookup (self->streams, GUINT_TO_POINTER (ssrc));
}

void
sfu_rtp_demux_foreach (SfuRtpDemux *self, SfuRtpStreamFunc func, gpointer data)
{
  GHashTableIter iter;
  gpointer stream;

  g_hash_table_iter_init (&iter, self->streams);
  while (g_hash_table_iter_next (&iter, NULL, &stream))
    func (stream, data);
}

/* ---- pads and their streams ---- */

static SfuRtpStream **
slot_of (SfuTransportSrcPad *pad, guint encoding, gboolean rtx)
{
  return rtx ? &pad->rtx[encoding] : &pad->media[encoding];
}

static void
remove_stream (SfuRtpDemux *self, SfuRtpStream *stream)
{
  *slot_of (stream->pad, stream->encoding, stream->rtx) = NULL;
  g_hash_table_remove (self->streams, GUINT_TO_POINTER (stream->ssrc));
}

static SfuRtpStream *
add_stream (SfuRtpDemux *self, SfuTransportSrcPad *pad, guint encoding,
    gboolean rtx, guint32 ssrc, SfuSsrcOrigin origin)
{
  SfuRtpStream *stream = g_new0 (SfuRtpStream, 1);

  stream->ssrc = ssrc;
  stream->rtx = rtx;
  stream->encoding = encoding;
  stream->pad = pad;
  stream->origin = origin;
  sfu_receive_stats_init (&stream->stats, pad->caps.clock_rate);
  sfu_rate_meter_init (&stream->rate, RATE_WINDOW_US);
  g_hash_table_insert (self->streams, GUINT_TO_POINTER (ssrc), stream);
  *slot_of (pad, encoding, rtx) = stream;
  pad->announced = FALSE;
  return stream;
}

/* A learned stream gives way to a producer that claims its SSRC. */
static gboolean
claim (SfuRtpDemux *self, guint32 ssrc)
{
  SfuRtpStream *stream = ssrc ? sfu_rtp_demux_find (self, ssrc) : NULL;

  if (!stream)
    return TRUE;
  if (stream->origin == SFU_SSRC_SIGNALLED)
    return FALSE;
  remove_stream (self, stream);
  return TRUE;
}

gboolean
sfu_rtp_demux_add_pad (
    SfuRtpDemux *self, SfuTransportSrcPad *pad, guint32 *conflict)
{
  guint i;

  for (i = 0; i < pad->caps.n_encodings; i++) {
    SfuPadEncoding *e = &pad->caps.encodings[i];

    if (!claim (self, e->ssrc)) {
      *conflict = e->ssrc;
      goto conflicting;
    }
    if (e->ssrc)
      add_stream (self, pad, i, FALSE, e->ssrc, SFU_SSRC_SIGNALLED);
    if (!claim (self, e->rtx_ssrc)) {
      *conflict = e->rtx_ssrc;
      goto conflicting;
    }
    if (e->rtx_ssrc)
      add_stream (self, pad, i, TRUE, e->rtx_ssrc, SFU_SSRC_SIGNALLED);
  }
  g_ptr_array_add (self->pads, gst_object_ref (pad));
  return TRUE;

conflicting:
  sfu_rtp_demux_remove_pad (self, pad);
  return FALSE;
}

void
sfu_rtp_demux_remove_pad (SfuRtpDemux *self, SfuTransportSrcPad *pad)
{
  guint i;

  for (i = 0; i < pad->caps.n_encodings; i++) {
    if (pad->media[i])
      remove_stream (self, pad->media[i]);
    if (pad->rtx[i])
      remove_stream (self, pad->rtx[i]);
  }
  g_ptr_array_remove (self->pads, pad);
}

/* ---- learning ---- */

typedef struct {
  const guint8 *data;
  const SfuRtpHeader *header;
  gint64 now_us;
} Packet;

static gboolean
ext_equal (const Packet *packet, const SfuExtIndex *index, SfuExtKind kind,
    const gchar *name)
{
  gsize len = strlen (name);

  return len > 0 && index->len[kind] == len &&
      memcmp (packet->data + index->offset[kind], name, len) == 0;
}

static gboolean
takes_payload (const SfuTransportSrcPad *pad, guint8 payload, gboolean *rtx)
{
  *rtx =
      pad->caps.rtx_payload == payload || pad->caps.red_rtx_payload == payload;
  return *rtx || sfu_pad_caps_takes (&pad->caps, payload, FALSE);
}

/* May this slot learn an SSRC? Not when signalling gave it one, nor while the
 * one it learned before is alive. */
static gboolean
free_to_learn (
    SfuTransportSrcPad *pad, guint encoding, gboolean rtx, gint64 now_us)
{
  SfuRtpStream *stream = *slot_of (pad, encoding, rtx);

  return !stream ||
      (stream->origin != SFU_SSRC_SIGNALLED &&
          (stream->said_bye ||
              now_us - stream->last_packet_us > SFU_RTP_RELEARN_US));
}

static SfuRtpStream *
learn (SfuRtpDemux *self, SfuTransportSrcPad *pad, guint encoding, gboolean rtx,
    const Packet *packet, SfuSsrcOrigin origin)
{
  SfuRtpStream *old = *slot_of (pad, encoding, rtx);

  if (old)
    remove_stream (self, old);
  return add_stream (self, pad, encoding, rtx, packet->header->ssrc, origin);
}

/* The encoding whose RID the packet names, or the only one when there is no
 * RID to go by; -1: none. */
static gint
match_encoding (SfuTransportSrcPad *pad, const Packet *packet,
    const SfuExtIndex *index, gboolean rtx)
{
  SfuExtKind kind =
      rtx && index->len[SFU_EXT_RRID] ? SFU_EXT_RRID : SFU_EXT_RID;
  guint i;

  if (pad->caps.n_encodings == 1 &&
      (!pad->caps.encodings[0].rid[0] || !index->len[kind]))
    return 0;
  for (i = 0; i < pad->caps.n_encodings; i++) {
    if (ext_equal (packet, index, kind, pad->caps.encodings[i].rid))
      return i;
  }
  return -1;
}

static SfuRtpStream *
learn_by_extension (SfuRtpDemux *self, const Packet *packet)
{
  guint i;

  for (i = 0; i < self->pads->len; i++) {
    SfuTransportSrcPad *pad = g_ptr_array_index (self->pads, i);
    SfuExtIndex index;
    gboolean rtx;
    gint encoding;

    if (!takes_payload (pad, packet->header->payload_type, &rtx))
      continue;
    sfu_ext_index (packet->data, packet->header, &pad->caps.ext, &index);
    if (pad->caps.mid[0]) {
      if (!ext_equal (packet, &index, SFU_EXT_MID, pad->caps.mid))
        continue;
    } else if (!index.len[SFU_EXT_RID] && !index.len[SFU_EXT_RRID]) {
      continue;
    }
    encoding = match_encoding (pad, packet, &index, rtx);
    if (encoding >= 0 && free_to_learn (pad, encoding, rtx, packet->now_us))
      return learn (self, pad, encoding, rtx, packet, SFU_SSRC_BY_EXTENSION);
  }
  return NULL;
}

/* Senders without BUNDLE extensions (aiortc, plain GStreamer) can only be told
 * apart by payload type, if that is unambiguous. */
static SfuRtpStream *
learn_by_payload (SfuRtpDemux *self, const Packet *packet)
{
  SfuTransportSrcPad *found = NULL;
  gboolean found_rtx = FALSE;
  guint i;

  for (i = 0; i < self->pads->len; i++) {
    SfuTransportSrcPad *pad = g_ptr_array_index (self->pads, i);
    SfuExtIndex index;
    gboolean rtx;

    if (pad->caps.n_encodings != 1 ||
        !takes_payload (pad, packet->header->payload_type, &rtx) ||
        !free_to_learn (pad, 0, rtx, packet->now_us))
      continue;
    sfu_ext_index (packet->data, packet->header, &pad->caps.ext, &index);
    if (found || index.len[SFU_EXT_MID] || index.len[SFU_EXT_RID] ||
        index.len[SFU_EXT_RRID])
      return NULL;
    found = pad;
    found_rtx = rtx;
  }
  return found ? learn (self, found, 0, found_rtx, packet, SFU_SSRC_BY_PAYLOAD)
               : NULL;
}

/* ---- receiving ---- */

static gint
transport_cc_seq (SfuTransportSrcPad *pad, const Packet *packet)
{
  SfuExtIndex index;

  if (!pad->caps.transport_cc ||
      !pad->caps.ext.id_of_kind[SFU_EXT_TRANSPORT_CC])
    return -1;
  sfu_ext_index (packet->data, packet->header, &pad->caps.ext, &index);
  if (index.len[SFU_EXT_TRANSPORT_CC] != sizeof (guint16))
    return -1;
  return sfu_get_u16 (packet->data + index.offset[SFU_EXT_TRANSPORT_CC]);
}

static void
count_packet (SfuRtpStream *stream, const Packet *packet, gsize size)
{
  const SfuRtpHeader *header = packet->header;

  stream->packets++;
  stream->bytes += size;
  stream->last_packet_us = packet->now_us;
  stream->said_bye = FALSE;
  sfu_receive_stats_packet (&stream->stats, header->seq, header->timestamp,
      header->payload_len, packet->now_us);
  sfu_rate_meter_add (&stream->rate, size, packet->now_us);
}

static SfuVerdict
find_stream (SfuRtpDemux *self, const Packet *packet, SfuRtpStream **stream)
{
  guint8 payload = packet->header->payload_type;

  *stream = sfu_rtp_demux_find (self, packet->header->ssrc);
  if (!*stream)
    *stream = learn_by_extension (self, packet);
  if (!*stream)
    *stream = learn_by_payload (self, packet);
  if (!*stream)
    return SFU_DROP_UNKNOWN_SSRC;
  return sfu_pad_caps_takes (&(*stream)->pad->caps, payload, (*stream)->rtx)
      ? SFU_VERDICT_FORWARD
      : SFU_DROP_UNKNOWN_PAYLOAD_TYPE;
}

SfuVerdict
sfu_rtp_demux_receive (SfuRtpDemux *self, GstBuffer *buffer, gint64 now_us)
{
  SfuRtpStream *stream = NULL;
  SfuTransportSrcPad *pad;
  SfuRtpHeader header;
  GstMapInfo map;
  Packet packet;
  SfuVerdict verdict = SFU_DROP_MALFORMED;

  if (gst_buffer_map (buffer, &map, GST_MAP_READ)) {
    packet = (Packet){ map.data, &header, now_us };
    if (sfu_rtp_parse (map.data, map.size, &header))
      verdict = find_stream (self, &packet, &stream);
    if (verdict == SFU_VERDICT_FORWARD) {
      count_packet (stream, &packet, map.size);
      self->callbacks->packet (
          self->owner, stream, transport_cc_seq (stream->pad, &packet), now_us);
    }
    gst_buffer_unmap (buffer, &map);
  }
  if (!stream) {
    gst_buffer_unref (buffer);
    return verdict;
  }
  /* Downstream may release the pad, and with it the stream. */
  pad = gst_object_ref (stream->pad);
  if (verdict == SFU_VERDICT_FORWARD)
    verdict = sfu_transport_src_pad_push (pad, buffer);
  else
    gst_buffer_unref (buffer);
  if (verdict != SFU_VERDICT_FORWARD)
    sfu_verdict_count (&pad->drops, verdict);
  gst_object_unref (pad);
  return verdict;
}
