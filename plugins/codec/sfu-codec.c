/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names of codecs, and the way to the inspector of each.
 *
 * Threads: pure functions. */
#include "sfu-codec-private.h"

#include <string.h>

typedef struct {
  const gchar *name; /* encoding-name of GStreamer's caps */
  /* NULL: every packet with anything in it starts a picture and a stream. */
  void (*inspect) (const guint8 *payload, gsize len, SfuPayloadInfo *info);
} Codec;

static const Codec codecs[SFU_CODEC_COUNT] = {
  [SFU_CODEC_UNKNOWN] = { "unknown", NULL },
  [SFU_CODEC_OPUS] = { "OPUS", NULL },
  [SFU_CODEC_VP8] = { "VP8", sfu_codec_inspect_vp8 },
  [SFU_CODEC_VP9] = { "VP9", sfu_codec_inspect_vp9 },
  [SFU_CODEC_H264] = { "H264", sfu_codec_inspect_h264 },
  [SFU_CODEC_AV1] = { "AV1", sfu_codec_inspect_av1 },
};

static const Codec *
codec_of (SfuCodec codec)
{
  return &codecs[(guint)codec < SFU_CODEC_COUNT ? codec : SFU_CODEC_UNKNOWN];
}

SfuCodec
sfu_codec_from_name (const gchar *encoding_name)
{
  if (encoding_name == NULL)
    return SFU_CODEC_UNKNOWN;
  for (guint i = SFU_CODEC_UNKNOWN + 1; i < SFU_CODEC_COUNT; i++) {
    if (g_ascii_strcasecmp (codecs[i].name, encoding_name) == 0)
      return (SfuCodec)i;
  }
  return SFU_CODEC_UNKNOWN;
}

const gchar *
sfu_codec_name (SfuCodec codec)
{
  return codec_of (codec)->name;
}

gboolean
sfu_codec_has_keyframes (SfuCodec codec)
{
  return codec_of (codec)->inspect != NULL;
}

void
sfu_codec_inspect (
    SfuCodec codec, const guint8 *payload, gsize len, SfuPayloadInfo *info)
{
  const Codec *c = codec_of (codec);

  memset (info, 0, sizeof *info);
  if (c->inspect != NULL)
    c->inspect (payload, len, info);
  else
    info->frame_start = info->keyframe_start = len > 0;
}
