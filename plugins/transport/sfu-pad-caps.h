/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The caps of a transport's request pad, read once: which SSRCs, payload types,
 * MID and RIDs belong to the producer or consumer behind the pad, how header
 * extensions are numbered and which RTCP feedback the other side understands.
 * The fields are listed in plugins/README.md. Of several encodings of one track
 * (simulcast) `ssrc`, `rtx-ssrc` and `rid` stand in the list `encodings`.
 *
 * Threads: pure functions over data of the caller. */
#pragma once

#include <gst/gst.h>
#include "sfu-rtp-ext.h"
#include "sfu-stream-config.h"

G_BEGIN_DECLS

#define SFU_PAD_MAX_ENCODINGS SFU_MAX_ENCODINGS
/* One-byte header extensions carry at most 16 bytes; longer names would need
 * the two-byte form, which no client uses for MID and RID. */
#define SFU_PAD_NAME_SIZE (16 + 1)

typedef struct {
  guint32 ssrc;                 /* 0 = not known: learned */
  guint32 rtx_ssrc;             /* 0 = not known: learned */
  gchar rid[SFU_PAD_NAME_SIZE]; /* "" = none */
} SfuPadEncoding;

typedef struct {
  gboolean audio;
  gint payload;                                      /* -1 = any */
  gint rtx_payload;                                  /* -1 = no RTX */
  gint red_payload, red_rtx_payload, ulpfec_payload; /* -1 = none */
  guint32 clock_rate;
  gboolean nack, pli, fir, transport_cc, remb;
  gboolean reduced_size; /* RTCP need not be compound (RFC 5506) */
  SfuExtMap ext;
  gchar mid[SFU_PAD_NAME_SIZE]; /* "" = none */
  gchar *cname;                 /* owned, NULL = none */
  SfuPadEncoding encodings[SFU_PAD_MAX_ENCODINGS];
  guint n_encodings; /* >= 1 */
} SfuPadCaps;

/* caps: NULL, ANY or without fields: a pad that takes or learns anything.
 * GError: GST_CORE_ERROR_CAPS, says which field is wrong. */
gboolean sfu_pad_caps_parse (
    const GstCaps *caps, SfuPadCaps *pad_caps, GError **error);
/* May a packet with this payload type come on the stream of media or of its
 * retransmissions? */
gboolean sfu_pad_caps_takes (
    const SfuPadCaps *pad_caps, gint payload_type, gboolean rtx);
void sfu_pad_caps_clear (SfuPadCaps *pad_caps);

G_END_DECLS
