/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a receiver misses of one stream and when to ask for it (again). After
 * mediasoup's and libwebrtc's NACK generators: ask at once, ask again every
 * RTT (later less often: a line that lost three answers is busy), give up after
 * max_retries or max_age_us; when the list overflows, or the stream comes back
 * from a silence in which more than max_age_us of it was lost, forget
 * everything and ask for a key frame.
 *
 * Threads: owned by its producer, no locking. Time is an argument. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SFU_NACK_LIST_MAX 512 /* missing packets remembered */
/* A jump forward larger than this is a new start at once; one backward when the
 * next packet follows it (RFC 3550 A.1), since a single packet can be that
 * late. */
#define SFU_NACK_MAX_GAP 1000
/* Asked again no sooner than this, however short the round trip: the sender's
 * own pace and the jitter of the network are not in it. */
#define SFU_NACK_MIN_INTERVAL_US 10000
/* Requests of one number at the pace of the round trip; each further one waits
 * twice as long as the one before. */
#define SFU_NACK_QUICK_TRIES 3
/* So many missing after a silence longer than max_age_us: they are too old as
 * well. Fewer may be the end of a picture of a stream that sends few. */
#define SFU_NACK_SILENT_GAP 16

typedef enum {
  SFU_NACK_NEW,       /* in order, or first of all */
  SFU_NACK_RECOVERED, /* was missing: came late or retransmitted */
  SFU_NACK_DUPLICATE, /* seen already, or given up on */
  SFU_NACK_RESTART    /* the sequence jumped: state starts anew */
} SfuNackReceived;

typedef struct _SfuNackList SfuNackList;

typedef struct {
  guint64 lost; /* gaps seen, in packets */
  guint64 recovered;
  guint64 given_up;
  guint64 requested; /* numbers asked for, retries included */
} SfuNackStats;

/* max_retries: how often one number is asked for (10); max_age_us: after that
 * it is given up (1 s). */
SfuNackList *sfu_nack_list_new (guint max_retries, gint64 max_age_us);
void sfu_nack_list_free (SfuNackList *list);
void sfu_nack_list_reset (SfuNackList *list);

SfuNackReceived sfu_nack_list_receive (
    SfuNackList *list, guint16 seq, gint64 now_us);

/* Fills seqs with the numbers to ask for now, oldest first (new ones, and those
 * whose last request is rtt_us ago). *give_up: some were given up since the
 * last call, or the list overflowed: a decoder may need a key frame. Returns
 * how many; when that is max there may be more. */
guint sfu_nack_list_collect (SfuNackList *list, gint64 now_us, gint64 rtt_us,
    guint16 *seqs, guint max, gboolean *give_up);

/* When collect has something to do next; -1: nothing is missing. */
gint64 sfu_nack_list_next_due_us (const SfuNackList *list, gint64 rtt_us);

const SfuNackStats *sfu_nack_list_stats (const SfuNackList *list);

G_END_DECLS
