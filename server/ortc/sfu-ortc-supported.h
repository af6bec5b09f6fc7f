/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tables of what this SFU can carry. Internal to this folder.
 *
 * Threads: constant data. */
#pragma once

#include "sfu-rtp-parameters.h"

G_BEGIN_DECLS

/* Which feedback messages a codec gets, in this order. */
typedef enum {
  SFU_ORTC_FB_NACK = 1 << 0,
  SFU_ORTC_FB_PLI = 1 << 1,
  SFU_ORTC_FB_FIR = 1 << 2,
  SFU_ORTC_FB_REMB = 1 << 3,
  SFU_ORTC_FB_TRANSPORT_CC = 1 << 4
} SfuOrtcFeedbackFlags;

typedef struct {
  const gchar *mime_type;
  gint payload_type; /* a static one (RFC 3551) or SFU_PAYLOAD_TYPE_NONE */
  guint32 clock_rate;
  guint16 channels; /* 0 = video */
  guint feedback;   /* SfuOrtcFeedbackFlags */
} SfuOrtcSupportedCodec;

extern const SfuOrtcSupportedCodec sfu_ortc_supported_codecs[];
extern const guint sfu_ortc_n_supported_codecs;

typedef struct {
  const gchar *uri;
  guint8 id;
  gboolean audio, video;
  SfuRtpDirection direction;
} SfuOrtcSupportedExtension;

extern const SfuOrtcSupportedExtension sfu_ortc_supported_extensions[];
extern const guint sfu_ortc_n_supported_extensions;

/* The supported codec as capabilities, parameters that are always there
 * included. */
SfuRtpCodec *sfu_ortc_supported_codec_new (const SfuOrtcSupportedCodec *entry);

G_END_DECLS
