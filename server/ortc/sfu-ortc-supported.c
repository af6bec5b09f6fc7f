/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What this SFU can carry: codecs, feedback, header extensions.
 *
 * Threads: constant data. */
#include "sfu-ortc-supported.h"

#include <string.h>

#define AUDIO_FEEDBACK (SFU_ORTC_FB_NACK | SFU_ORTC_FB_TRANSPORT_CC)
#define VIDEO_FEEDBACK                                                         \
  (SFU_ORTC_FB_NACK | SFU_ORTC_FB_PLI | SFU_ORTC_FB_FIR | SFU_ORTC_FB_REMB |   \
      SFU_ORTC_FB_TRANSPORT_CC)

const SfuOrtcSupportedCodec sfu_ortc_supported_codecs[] = {
  { "audio/opus", SFU_PAYLOAD_TYPE_NONE, 48000, 2, AUDIO_FEEDBACK },
  { "audio/PCMU", 0, 8000, 1, SFU_ORTC_FB_TRANSPORT_CC },
  { "audio/PCMA", 8, 8000, 1, SFU_ORTC_FB_TRANSPORT_CC },
  /* The clock rate of G722 is 8000 by RFC 3551 section 4.5.2, though it
   * samples at 16000. */
  { "audio/G722", 9, 8000, 1, SFU_ORTC_FB_TRANSPORT_CC },
  { "video/VP8", SFU_PAYLOAD_TYPE_NONE, 90000, 0, VIDEO_FEEDBACK },
  { "video/VP9", SFU_PAYLOAD_TYPE_NONE, 90000, 0, VIDEO_FEEDBACK },
  { "video/H264", SFU_PAYLOAD_TYPE_NONE, 90000, 0, VIDEO_FEEDBACK },
  { "video/AV1", SFU_PAYLOAD_TYPE_NONE, 90000, 0, VIDEO_FEEDBACK },
};
const guint sfu_ortc_n_supported_codecs =
    G_N_ELEMENTS (sfu_ortc_supported_codecs);

/* Ids as mediasoup numbers them, so that a capture reads the same. Directions
 * are the router's: RID and RRID tell simulcast layers of a producer apart and
 * mean nothing to a consumer; send times are only measured on what we receive, as
 * long as nothing estimates the way down to consumers. Transport-wide sequence
 * numbers get those consumers that need them: sfu_ortc_consumer_parameters. */
const SfuOrtcSupportedExtension sfu_ortc_supported_extensions[] = {
  { "urn:ietf:params:rtp-hdrext:sdes:mid", 1, TRUE, TRUE, SFU_RTP_SENDRECV },
  { "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id", 2, FALSE, TRUE,
      SFU_RTP_RECVONLY },
  { "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id", 3, FALSE, TRUE,
      SFU_RTP_RECVONLY },
  { "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time", 4, TRUE, TRUE,
      SFU_RTP_RECVONLY },
  { "http://www.ietf.org/id/"
    "draft-holmer-rmcat-transport-wide-cc-extensions-01",
      5, TRUE, TRUE, SFU_RTP_SENDRECV },
  /* Which layer a picture belongs to. Its receivers need it, too: AV1 of which
   * layers are left out says there what is missing on purpose. */
  { "https://aomediacodec.github.io/av1-rtp-spec/"
    "#dependency-descriptor-rtp-header-extension",
      8, FALSE, TRUE, SFU_RTP_SENDRECV },
  { "urn:ietf:params:rtp-hdrext:ssrc-audio-level", 10, TRUE, FALSE,
      SFU_RTP_SENDRECV },
  { "urn:3gpp:video-orientation", 11, FALSE, TRUE, SFU_RTP_SENDRECV },
  { "urn:ietf:params:rtp-hdrext:toffset", 12, FALSE, TRUE, SFU_RTP_SENDRECV },
  { "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time", 13, TRUE,
      TRUE, SFU_RTP_SENDRECV },
  { "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay", 14, TRUE,
      TRUE, SFU_RTP_SENDRECV },
};
const guint sfu_ortc_n_supported_extensions =
    G_N_ELEMENTS (sfu_ortc_supported_extensions);

static const struct {
  guint flag;
  const gchar *type, *parameter;
} feedback_names[] = {
  { SFU_ORTC_FB_NACK, "nack", "" },
  { SFU_ORTC_FB_PLI, "nack", "pli" },
  { SFU_ORTC_FB_FIR, "ccm", "fir" },
  { SFU_ORTC_FB_REMB, "goog-remb", "" },
  { SFU_ORTC_FB_TRANSPORT_CC, "transport-cc", "" },
};

SfuRtpCodec *
sfu_ortc_supported_codec_new (const SfuOrtcSupportedCodec *entry)
{
  SfuRtpCodec *codec = sfu_rtp_codec_new (entry->mime_type, entry->payload_type,
      entry->clock_rate, entry->channels);

  for (guint i = 0; i < G_N_ELEMENTS (feedback_names); i++)
    if ((entry->feedback & feedback_names[i].flag) != 0)
      sfu_rtp_codec_add_feedback (
          codec, feedback_names[i].type, feedback_names[i].parameter);
  /* A sender may use a higher level than it can receive: an SFU decodes
   * nothing, so it allows what the ends allow. */
  if (strcmp (entry->mime_type, "video/H264") == 0)
    sfu_rtp_codec_set_parameter (
        codec, "level-asymmetry-allowed", g_variant_new_int64 (1));
  return codec;
}
