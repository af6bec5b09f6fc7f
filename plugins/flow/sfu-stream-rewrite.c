/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a packet becomes the consumer's own, see sfu-stream-sender-private.h.
 *
 * Threads: under the lock of the consumer that owns it. */
#include "sfu-stream-sender-private.h"

#include <string.h>

#include "sfu-bytes.h"
#include "sfu-dependency-descriptor.h"

#define RTX_OSN_SIZE 2

/* The extensions that mean the same to every receiver of the packet: they say
 * something of the picture, the capture system's clock or an interval, so that
 * timestamps of another base change nothing in them. Those of the publisher's
 * session (rid) are not carried over. */
static const SfuExtKind carried[] = {
  SFU_EXT_AUDIO_LEVEL,
  SFU_EXT_VIDEO_ORIENTATION,
  SFU_EXT_TOFFSET,
  SFU_EXT_ABS_CAPTURE_TIME,
  SFU_EXT_PLAYOUT_DELAY,
};

/* Of the hop: room for what the transport stamps when it sends. */
static const struct {
  SfuExtKind kind;
  guint8 len;
} reserved[] = {
  { SFU_EXT_ABS_SEND_TIME, 3 },
  { SFU_EXT_TRANSPORT_CC, 2 },
};

typedef struct {
  SfuExtWriter writer;
  guint8 descriptor[G_MAXUINT8]; /* what the writer has borrowed */
} Extensions;

/* One that could not be read is not passed on: its number would be another's. */
static void
add_descriptor (const SfuStreamSender *self, const guint8 *data,
    const SfuRtpMeta *meta, const SfuStreamNumbers *numbers, Extensions *ext)
{
  guint8 id = self->config.ext.id_of_kind[SFU_EXT_DEPENDENCY_DESCRIPTOR];
  guint8 len = meta->ext.len[SFU_EXT_DEPENDENCY_DESCRIPTOR];

  if (id == 0 || !meta->info.has_frame_number)
    return;
  memcpy (ext->descriptor,
      data + meta->ext.offset[SFU_EXT_DEPENDENCY_DESCRIPTOR], len);
  sfu_put_u16 (ext->descriptor + SFU_DD_FRAME_NUMBER_AT, numbers->frame);
  sfu_ext_writer_add (&ext->writer, id, ext->descriptor, len);
}

static void
collect_extensions (const SfuStreamSender *self, const guint8 *data,
    const SfuRtpMeta *meta, const SfuStreamNumbers *numbers, Extensions *out)
{
  static const guint8 zeros[3] = { 0 };
  const SfuExtMap *ext = &self->config.ext;
  const SfuExtIndex *index = &meta->ext;
  SfuExtWriter *writer = &out->writer;
  gsize i;

  sfu_ext_writer_init (writer);
  sfu_ext_writer_add (writer, ext->id_of_kind[SFU_EXT_MID],
      (const guint8 *)self->config.mid, strlen (self->config.mid));
  for (i = 0; i < G_N_ELEMENTS (reserved); i++)
    sfu_ext_writer_add (
        writer, ext->id_of_kind[reserved[i].kind], zeros, reserved[i].len);
  for (i = 0; i < G_N_ELEMENTS (carried); i++)
    sfu_ext_writer_add (writer, ext->id_of_kind[carried[i]],
        data + index->offset[carried[i]], index->len[carried[i]]);
  add_descriptor (self, data, meta, numbers, out);
}

static void
write_header (const SfuStreamSender *self, guint8 *out,
    const SfuStreamNumbers *numbers, gboolean has_ext)
{
  gint payload = numbers->rtx ? self->config.rtx_payload : self->config.payload;

  out[0] = SFU_RTP_VERSION << 6 | (has_ext ? 0x10 : 0);
  out[1] = (numbers->marker ? 0x80 : 0) | (payload & 0x7f);
  sfu_put_u16 (out + 2, numbers->seq);
  sfu_put_u32 (out + 4, numbers->timestamp);
  sfu_put_u32 (
      out + 8, numbers->rtx ? self->config.rtx_ssrc : self->config.ssrc);
}

void
sfu_stream_sender_rewrite (const SfuStreamSender *self, GstBuffer *in,
    const SfuRtpMeta *meta, const SfuStreamNumbers *numbers, SfuPacket *out)
{
  GstMapInfo src;
  Extensions ext;
  gsize ext_size;
  guint8 *p;

  gst_buffer_map (in, &src, GST_MAP_READ);
  collect_extensions (self, src.data, meta, numbers, &ext);
  ext_size = sfu_ext_writer_size (&ext.writer);
  sfu_packet_new (out,
      SFU_RTP_MIN_HEADER + ext_size + (numbers->rtx ? RTX_OSN_SIZE : 0) +
          meta->header.payload_len);
  p = out->data;
  write_header (self, p, numbers, ext_size > 0);
  p += SFU_RTP_MIN_HEADER;
  p += sfu_ext_writer_write (&ext.writer, p);
  if (numbers->rtx) {
    sfu_put_u16 (p, numbers->osn);
    p += RTX_OSN_SIZE;
  }
  memcpy (p, src.data + meta->header.header_len, meta->header.payload_len);
  if (numbers->has_picture)
    sfu_picture_write (&numbers->picture, &meta->info, p);
  gst_buffer_unmap (in, &src);
  GST_BUFFER_PTS (out->buffer) = GST_BUFFER_PTS (in);
  GST_BUFFER_DTS (out->buffer) = GST_BUFFER_DTS (in);
}
