/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The numbers of one consumer: maps the producer's sequence numbers and
 * timestamps to a space of its own without gaps for what was not forwarded on
 * purpose, and sequence numbers back again for NACKs.
 *
 * Threads: owned by its consumer, no locking. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How many cuts (drops, resyncs) the map remembers for reordered packets and
 * for the way back; older numbers are refused. */
#define SFU_SEQ_MAP_CUTS 64
/* Nor does it look back further than this many packets; far enough from half
 * the circle that comparisons stay exact after a jump of nearly that. */
#define SFU_SEQ_MAP_HORIZON 16384

typedef struct {
  guint16 from_in; /* first input number this offset is for */
  guint16 offset;  /* out = in + offset (mod 2^16) */
} SfuSeqCut;

typedef struct {
  gboolean started;
  gboolean resync;    /* the next forwarded packet opens a new span */
  guint16 first_out;  /* number of the very first packet */
  guint16 max_in;     /* highest input number seen, dropped ones included */
  guint16 max_out;    /* highest number given out */
  guint32 ts_offset;  /* out = in + ts_offset (mod 2^32) */
  guint32 max_ts_out; /* before the first packet: where to begin */
  guint32 ts_step;    /* of the resync that waits */
  guint cuts_first;
  guint cuts_n;
  SfuSeqCut cuts[SFU_SEQ_MAP_CUTS]; /* ring, newest last */
} SfuSeqMap;

/* first_out, first_ts_out: where this consumer's numbers begin (random, RFC
 * 3550 5.1). */
void sfu_seq_map_init (SfuSeqMap *map, guint16 first_out, guint32 first_ts_out);

/* The next packet forwarded begins a new span (after pause, key-frame wait,
 * switch of producer): its number follows max_out by one and its timestamp
 * follows the last one by ts_step (timestamp units; 0: the clock is the same as
 * before, timestamps keep their offset). Packets of before that arrive late
 * afterwards are refused. The very first span needs none. A
 * stream that starts anew (SFU_NACK_RESTART) needs one: numbers that jump by
 * half the circle or more look old. */
void sfu_seq_map_resync (SfuSeqMap *map, guint32 ts_step);

/* A packet to forward. FALSE: it lies before the current span or before what
 * the cuts remember (TOO_OLD), or was dropped already. Late packets inside the
 * span get the number they would have had. */
gboolean sfu_seq_map_forward (SfuSeqMap *map, guint16 in_seq, guint32 in_ts,
    guint16 *out_seq, guint32 *out_ts);

/* A packet that was received but is not forwarded while the span goes on
 * (padding, filtered layer): closes the gap it would leave. A late one leaves
 * its gap: those behind it have their numbers already. */
void sfu_seq_map_drop (SfuSeqMap *map, guint16 in_seq);

/* For a NACK: the input number that got out_seq, or would have, had it come.
 * FALSE: none in this span, or not given out yet. */
gboolean sfu_seq_map_reverse (
    const SfuSeqMap *map, guint16 out_seq, guint16 *in_seq);

/* Timestamp of the producer -> of the consumer (current span). */
guint32 sfu_seq_map_timestamp (const SfuSeqMap *map, guint32 in_ts);

G_END_DECLS
