/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a forwarder must know of a payload: does a picture start here, is it one
 * that can be decoded alone, to which layer does it belong. Nothing else of the
 * payload is looked at.
 *
 * Threads: pure functions. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  SFU_CODEC_UNKNOWN, /* forwarded as it is; every packet may start a stream */
  SFU_CODEC_OPUS,
  SFU_CODEC_VP8,  /* RFC 7741 */
  SFU_CODEC_VP9,  /* RFC 9628 */
  SFU_CODEC_H264, /* RFC 6184 */
  SFU_CODEC_AV1,  /* AV1 RTP payload specification */
  SFU_CODEC_COUNT
} SfuCodec;

/* GStreamer's encoding-name or the subtype of a mimeType, any case: "VP8".
 * SFU_CODEC_UNKNOWN for others and NULL. */
SfuCodec sfu_codec_from_name (const gchar *encoding_name);
/* As encoding-name; "unknown", never NULL. */
const gchar *sfu_codec_name (SfuCodec codec);

/* FALSE for audio and for unknown codecs: such a stream has no key frames and
 * its gate is open. */
gboolean sfu_codec_has_keyframes (SfuCodec codec);

typedef struct {
  gboolean frame_start; /* first packet of a picture, as far as one can tell */
  gboolean keyframe_start; /* first packet of a key frame: a decoder that has
                            * seen nothing can start here */
  gboolean has_sps; /* H264: of that, a sequence parameter set; else slices */
  /* Layers inside the stream; 0 where there are none. */
  guint8 spatial, temporal;
  gboolean layer_end;   /* last packet of the picture's spatial layer, where the
                       * payload says so (VP9, dependency descriptor) */
  guint8 switch_layers; /* bit t: who has decoded only the layers up to
                         * switch_from so far can take all up to t from here */
  guint8 switch_from;
  /* VP8 and VP9: what a forwarder must renumber. Offsets into the payload, 0 =
   * absent. */
  guint8 picture_id_at, tl0_picture_id_at, key_index_at;
  gboolean long_picture_id; /* 15 bits in two bytes, else 7 in one */
  /* References are told as differences of picture ids (VP9): those of pictures
   * that are left out must stay free. */
  gboolean refers_by_picture_id;
  guint16 picture_id;
  guint8 tl0_picture_id;
  guint8 key_index; /* 5 bits; the upper three of its byte are TID and Y */
  /* Of a dependency descriptor that could be read. */
  gboolean has_frame_number;
  guint16 frame_number;
} SfuPayloadInfo;

/* payload: RTP payload without padding. Truncated or nonsense payload: all
 * zero, never an error; forwarding does not depend on it.
 * Codecs without key frames: both TRUE for every payload that is not empty.
 * H264: SPS in a single NAL, STAP-A or as first fragment counts as key frame
 * start, and the first slice of an IDR picture (type 5 single, in STAP-A, or
 * FU-A with S bit); which of them it is in fact: SfuH264Start. What interleaved
 * mode has (STAP-B, MTAP, FU-B) is not looked at: nobody negotiates it. */
void sfu_codec_inspect (
    SfuCodec codec, const guint8 *payload, gsize len, SfuPayloadInfo *info);

G_END_DECLS
