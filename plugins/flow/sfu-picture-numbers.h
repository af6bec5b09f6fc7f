/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The numbers inside a consumer's packets, beside RTP's own: picture id and
 * TL0PICIDX of VP8 (RFC 7741 4.2) and VP9 (RFC 9628 4.2), VP8's KEYIDX. They go
 * on over a switch of encoding, a pause or a publisher that started anew: a
 * receiver takes what jumps back for old. All packets of a picture, late or sent
 * again, get the same numbers.
 *
 * A receiver of VP8 takes a gap in them for loss, so pictures left out on purpose
 * leave none. VP9 says what a picture refers to as a difference of ids: there
 * those of pictures left out stay free.
 *
 * Threads: owned by its consumer, no locking. */
#pragma once

#include "sfu-codec.h"
#include "sfu-seq-map.h"

G_BEGIN_DECLS

typedef struct {
  guint16 distance_offset, max_picture_out; /* with distances */
  guint16 last_in;                          /* the newest, counted on */
  gboolean started;
  gboolean resync; /* the next packet begins a new span */
  guint8 tl0_offset, key_offset;
  guint8 max_tl0_out, max_key_out;
  SfuSeqMap pictures; /* picture ids, counted on in 16 bits; with distances:
                       * only which were left out */
} SfuPictureNumbers;

/* In the consumer's numbers. */
typedef struct {
  guint16 picture_id;
  guint8 tl0_picture_id;
  guint8 key_index;
} SfuPicture;

/* first_picture_id: where they begin, random. */
void sfu_picture_numbers_init (
    SfuPictureNumbers *numbers, guint16 first_picture_id);
/* The next picture forwarded follows the last one, whatever its own number. */
void sfu_picture_numbers_resync (SfuPictureNumbers *numbers);
/* A packet to forward. FALSE: its picture was left out, or is of before. */
gboolean sfu_picture_numbers_forward (SfuPictureNumbers *numbers,
    const SfuPayloadInfo *info, SfuPicture *picture);
/* A packet of a picture that is left out. */
void sfu_picture_numbers_drop (
    SfuPictureNumbers *numbers, const SfuPayloadInfo *info);
/* The numbers with which a packet was forwarded. FALSE: it was not. */
gboolean sfu_picture_numbers_lookup (const SfuPictureNumbers *numbers,
    const SfuPayloadInfo *info, SfuPicture *picture);

/* Has the packet any of them? */
gboolean sfu_payload_has_numbers (const SfuPayloadInfo *info);
/* Writes them into a copy of the payload that info speaks of. */
void sfu_picture_write (
    const SfuPicture *picture, const SfuPayloadInfo *info, guint8 *payload);

G_END_DECLS
