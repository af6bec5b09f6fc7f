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

typedef struct {
  SfuCodec codec;
  gboolean is_video;
  guint32 clock_rate; /* Hz; 90000 when the caps have none */
  gint payload;       /* 0..127 or SFU_PAYLOAD_NONE */
  gint rtx_payload;
  guint32 ssrc; /* 0 = unknown */
  guint32 rtx_ssrc;
  SfuExtMap ext;
  gchar mid[SFU_MID_MAX + 1]; /* "" = none */
  gboolean nack;
  gboolean pli;
} SfuStreamConfig;

/* No stream yet: everything unknown. */
void sfu_stream_config_init (SfuStreamConfig *config);

/* Overlays the fields that caps have; what they lack stays. FALSE with the
 * offending field in *field (static string) for values out of range; config is
 * then unchanged. caps: fixed application/x-rtp. */
gboolean sfu_stream_config_apply (
    SfuStreamConfig *config, const GstCaps *caps, const gchar **field);

G_END_DECLS
