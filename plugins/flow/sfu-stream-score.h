/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How well a stream arrives, 0 to 10, as mediasoup reckons it
 * (RtpStreamRecv::UpdateScore, RtpStream::UpdateScore): of each second the
 * delivered share to the fourth power, where what was repaired counts the less
 * the more of it there was; averaged over the last ones, the newest counting
 * most.
 *
 * Threads: owned by whoever looks, no locking. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SFU_SCORE_MAX 10
#define SFU_SCORE_HISTORY 24

/* Since the stream began. */
typedef struct {
  guint64 received;      /* retransmissions not included */
  guint64 lost;          /* on the wire: repaired or not */
  guint64 repaired;      /* of them: came after all */
  guint64 retransmitted; /* what was spent on that */
} SfuScoreCounts;

typedef struct {
  SfuScoreCounts before;
  guint8 history[SFU_SCORE_HISTORY]; /* ring */
  guint n, next;
  guint silent; /* looks in a row that saw nothing */
  guint8 score;
} SfuStreamScore;

/* The best, until something is known. */
void sfu_stream_score_init (SfuStreamScore *score);
/* Once a second. must_flow: a stream of which nothing comes has 0 after the
 * second look, and begins with 10 when it is back; else it keeps its score.
 * Returns the score. */
guint8 sfu_stream_score_look (
    SfuStreamScore *score, const SfuScoreCounts *counts, gboolean must_flow);

G_END_DECLS
