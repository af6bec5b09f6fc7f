/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the producer read in a packet, attached to the buffer, so that none of
 * its consumers parses it again. Offsets are in the buffer's first memory; the
 * producer guarantees that a packet is one memory.
 *
 * Threads: written once by the producer before the buffer is shared. */
#pragma once

#include <gst/gst.h>
#include "sfu-codec.h"
#include "sfu-rtp-ext.h"
#include "sfu-rtp.h"

G_BEGIN_DECLS

typedef struct {
  GstMeta meta;
  SfuRtpHeader header;
  SfuExtIndex ext;
  SfuPayloadInfo info;
  gint64 arrival_us;  /* monotonic */
  gboolean fec;       /* ULPFEC: only its number matters, nobody gets it */
  guint8 encoding;    /* which of the producer's, 0 when there is but one */
  gboolean after_gap; /* what came before it was kept back; one clock */
} SfuRtpMeta;

GType sfu_rtp_meta_api_get_type (void);
const GstMetaInfo *sfu_rtp_meta_get_info (void);

/* The buffer must be writable as to its metas (refcount 1). All zero: fill it
 * in before the buffer is shared. Copies of the whole buffer keep it. */
SfuRtpMeta *sfu_buffer_add_rtp_meta (GstBuffer *buffer);
/* NULL when there is none, or when the buffer's size is no longer the one the
 * meta speaks of (somebody rewrote the packet): its offsets can be trusted. */
SfuRtpMeta *sfu_buffer_get_rtp_meta (GstBuffer *buffer);

G_END_DECLS
