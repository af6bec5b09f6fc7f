/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The numbers inside VP8 packets of one consumer: picture id, TL0PICIDX and
 * KEYIDX (RFC 7741 4.2). A receiver takes a gap in them for loss, so pictures
 * left out on purpose must leave none, and they go on over a switch of encoding,
 * a pause or a publisher that started anew. All packets of a picture, late or
 * sent again, get the same numbers.
 *
 * Threads: owned by its consumer, no locking. */
#pragma once

#include "sfu-codec.h"
#include "sfu-seq-map.h"

G_BEGIN_DECLS

typedef struct {
  SfuSeqMap pictures; /* picture ids, counted on in 16 bits */
  guint16 last_in;    /* the newest, counted on */
  gboolean started;
  gboolean resync; /* the next packet begins a new span */
  guint8 tl0_offset, key_offset;
  guint8 max_tl0_out, max_key_out;
} SfuVp8Numbers;

/* In the consumer's numbers. */
typedef struct {
  guint16 picture_id;
  guint8 tl0_picture_id;
  guint8 key_index;
} SfuVp8Picture;

/* first_picture_id: where they begin, random. */
void sfu_vp8_numbers_init (SfuVp8Numbers *numbers, guint16 first_picture_id);
/* The next picture forwarded follows the last one, whatever its own number. */
void sfu_vp8_numbers_resync (SfuVp8Numbers *numbers);
/* A packet to forward. FALSE: its picture was left out, or is of before. */
gboolean sfu_vp8_numbers_forward (
    SfuVp8Numbers *numbers, const SfuPayloadInfo *info, SfuVp8Picture *picture);
/* A packet of a picture that is left out. */
void sfu_vp8_numbers_drop (SfuVp8Numbers *numbers, const SfuPayloadInfo *info);
/* The numbers with which a packet was forwarded. FALSE: it was not. */
gboolean sfu_vp8_numbers_lookup (const SfuVp8Numbers *numbers,
    const SfuPayloadInfo *info, SfuVp8Picture *picture);

/* Writes them into a copy of the payload that info speaks of. */
void sfu_vp8_picture_write (
    const SfuVp8Picture *picture, const SfuPayloadInfo *info, guint8 *payload);

G_END_DECLS
