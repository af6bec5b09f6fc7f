/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What application/x-rtp caps say about one stream (fields: plugins/README.md),
 * read once into numbers.
 *
 * Threads: plain data, owned by its element. */
#pragma once

#include <gst/gst.h>
#include "sfu-codec.h"
#include "sfu-rtp-ext.h"

G_BEGIN_DECLS

#define SFU_PAYLOAD_NONE (-1)
/* RFC 3550 gives a CNAME 255 bytes; a MID longer than 16 would need the
 * two-byte header extension form that few receivers negotiate. */
#define SFU_MID_MAX 16
/* libwebrtc sends at most three encodings of a track. */
#define SFU_MAX_ENCODINGS 4
/* RFC 8852 lets a RID be longer; the one-byte header extension does not. */
#define SFU_RID_MAX 16

/* One of several streams of the same pictures (simulcast), or the only one. */
typedef struct {
  gchar rid[SFU_RID_MAX + 1]; /* "" = none */
  guint32 ssrc;               /* 0 = not known yet */
  guint32 rtx_ssrc;
  /* Layers inside it, of "L2T3", "L3T3_KEY", ...; 0 = not said. */
  guint8 spatial_layers, temporal_layers;
} SfuEncodingConfig;

typedef struct {
  SfuCodec codec;
  gboolean is_video;
  guint32 clock_rate; /* Hz; 90000 when the caps have none */
  gint payload;       /* 0..127 or SFU_PAYLOAD_NONE */
  gint rtx_payload;
  /* What may come instead of, or beside, the media's payload type: RED (RFC
   * 2198), its RTX, and ULPFEC (RFC 5109). */
  gint red_payload, red_rtx_payload, ulpfec_payload;
  guint32 ssrc; /* 0 = unknown */
  guint32 rtx_ssrc;
  gchar mid[SFU_MID_MAX + 1]; /* "" = none */
  SfuExtMap ext;
  gboolean nack;
  gboolean pli;
  /* Never none; the best quality is the last. The only one repeats ssrc and
   * rtx_ssrc. */
  SfuEncodingConfig encodings[SFU_MAX_ENCODINGS];
  guint n_encodings;
} SfuStreamConfig;

/* "L3T2_KEY" -> 3, 2. FALSE: not a scalability mode (W3C webrtc-svc), or with
 * more layers than any format has. NULL safe. */
gboolean sfu_scalability_mode_parse (
    const gchar *mode, guint8 *spatial_layers, guint8 *temporal_layers);

/* No stream yet: everything unknown. */
void sfu_stream_config_init (SfuStreamConfig *config);

/* Overlays the fields that caps have; what they lack stays. FALSE with the
 * offending field in *field (static string) for values out of range; config is
 * then unchanged. caps: fixed application/x-rtp. */
gboolean sfu_stream_config_apply (
    SfuStreamConfig *config, const GstCaps *caps, const gchar **field);

G_END_DECLS
