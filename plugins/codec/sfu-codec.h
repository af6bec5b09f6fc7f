/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a forwarder must know of a payload: does a picture start here, and is it
 * one that can be decoded alone. Nothing else of the payload is looked at.
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
} SfuPayloadInfo;

/* payload: RTP payload without padding. Truncated or nonsense payload: both
 * FALSE, never an error; forwarding does not depend on it.
 * Codecs without key frames: both TRUE for every payload that is not empty.
 * H264: SPS in a single NAL, STAP-A or as first fragment counts as key frame
 * start, and the first slice of an IDR picture (type 5 single, in STAP-A, or
 * FU-A with S bit). */
void sfu_codec_inspect (
    SfuCodec codec, const guint8 *payload, gsize len, SfuPayloadInfo *info);

G_END_DECLS
