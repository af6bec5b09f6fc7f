/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a key frame of H.264 begins, when its parameter sets and its slices come
 * in packets of their own: one packet alone cannot tell. A decoder that starts
 * at the slices and never gets the sets in front of them shows nothing, so the
 * slices count as a start only where no sets belong to them.
 *
 * Threads: owned by one thread. */
#pragma once

#include "sfu-codec.h"

G_BEGIN_DECLS

/* All zero: nothing was seen yet. */
typedef struct {
  gboolean started;
  guint16 seq;       /* the newest */
  guint32 timestamp; /* its picture, and of that: */
  gboolean whole;    /* nothing is missing so far */
  gboolean has_sps;
  gboolean in_band; /* this stream has sent parameter sets */
} SfuH264Start;

/* A packet in the order of arrival, duplicates left out, as inspected. Takes
 * keyframe_start from all but one packet of a key frame: the sequence parameter
 * set's, or the first slice's when the picture has none. */
void sfu_h264_start_packet (
    SfuH264Start *self, guint16 seq, guint32 timestamp, SfuPayloadInfo *info);

G_END_DECLS
