/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An array of missing numbers, oldest first. It is short (nothing is missing
 * most of the time) and bounded, so a search by halves and a memmove are all it
 * takes.
 *
 * Threads: owned by its producer, no locking. Time is an argument. */
#include "sfu-nack-list.h"
#include "sfu-rtp.h"

#include <string.h>

/* An entry this far behind is given up even when nobody collects: numbers on
 * the circle must stay comparable. */
#define HORIZON 16384

typedef struct {
  gint64 missed_us;
  gint64 asked_us; /* last request; valid when tries > 0 */
  guint16 seq;
  guint16 tries;
} Missing;

struct _SfuNackList {
  guint max_retries;
  gint64 max_age_us;
  gboolean started;
  guint16 newest;
  gint64 newest_us;     /* when it came */
  gboolean suspect;     /* an old packet came; this one would confirm: */
  guint16 suspect_next; /* RFC 3550 A.1 bad_seq */
  gboolean gave_up;     /* since the last collect */
  gint64 gave_up_us;
  Missing missing[SFU_NACK_LIST_MAX]; /* oldest first */
  guint n;
  SfuNackStats stats;
};

SfuNackList *
sfu_nack_list_new (guint max_retries, gint64 max_age_us)
{
  SfuNackList *list = g_new0 (SfuNackList, 1);

  list->max_retries = max_retries;
  list->max_age_us = max_age_us;
  return list;
}

void
sfu_nack_list_free (SfuNackList *list)
{
  g_free (list);
}

void
sfu_nack_list_reset (SfuNackList *list)
{
  list->started = FALSE;
  list->suspect = FALSE;
  list->gave_up = FALSE;
  list->n = 0;
}

static void
abandon (SfuNackList *list, guint how_many, gint64 now_us)
{
  if (how_many == 0)
    return;
  list->stats.given_up += how_many;
  if (!list->gave_up)
    list->gave_up_us = now_us;
  list->gave_up = TRUE;
}

static void
remove_range (SfuNackList *list, guint from, guint n)
{
  memmove (&list->missing[from], &list->missing[from + n],
      (list->n - from - n) * sizeof list->missing[0]);
  list->n -= n;
}

static void
forget_beyond_horizon (SfuNackList *list, gint64 now_us)
{
  guint n = 0;

  while (
      n < list->n && (guint16)(list->newest - list->missing[n].seq) > HORIZON)
    n++;
  if (n == 0)
    return;
  remove_range (list, 0, n);
  abandon (list, n, now_us);
}

/* Notes the gap numbers behind newest. */
static void
add_missing (SfuNackList *list, guint gap, gint64 now_us)
{
  gboolean stale =
      gap >= SFU_NACK_SILENT_GAP && now_us - list->newest_us > list->max_age_us;

  list->stats.lost += gap;
  if (stale || list->n + gap > SFU_NACK_LIST_MAX) {
    abandon (list, list->n + gap, now_us);
    list->n = 0;
    return;
  }
  for (guint i = 1; i <= gap; i++) {
    list->missing[list->n++] = (Missing){
      .missed_us = now_us,
      .seq = (guint16)(list->newest + i),
    };
  }
}

/* FALSE: it is not missing. */
static gboolean
remove_missing (SfuNackList *list, guint16 seq)
{
  guint low = 0, high = list->n;

  while (low < high) {
    guint middle = (low + high) / 2;

    if (sfu_seq_after (seq, list->missing[middle].seq))
      low = middle + 1;
    else
      high = middle;
  }
  if (low == list->n || list->missing[low].seq != seq)
    return FALSE;
  remove_range (list, low, 1);
  return TRUE;
}

static SfuNackReceived
restart (SfuNackList *list, guint16 seq, gint64 now_us)
{
  sfu_nack_list_reset (list);
  list->started = TRUE;
  list->newest = seq;
  list->newest_us = now_us;
  return SFU_NACK_RESTART;
}

static SfuNackReceived
receive_old (SfuNackList *list, guint16 seq, gint64 now_us)
{
  if (remove_missing (list, seq)) {
    list->stats.recovered++;
    return SFU_NACK_RECOVERED;
  }
  if ((guint16)(list->newest - seq) <= SFU_NACK_MAX_GAP)
    return SFU_NACK_DUPLICATE;
  if (list->suspect && seq == list->suspect_next)
    return restart (list, seq, now_us);
  list->suspect = TRUE;
  list->suspect_next = (guint16)(seq + 1);
  return SFU_NACK_DUPLICATE;
}

SfuNackReceived
sfu_nack_list_receive (SfuNackList *list, guint16 seq, gint64 now_us)
{
  guint16 step;

  if (!list->started) {
    list->started = TRUE;
    list->newest = seq;
    list->newest_us = now_us;
    return SFU_NACK_NEW;
  }
  if (!sfu_seq_after (seq, list->newest))
    return receive_old (list, seq, now_us);

  step = (guint16)(seq - list->newest);
  if (step > SFU_NACK_MAX_GAP)
    return restart (list, seq, now_us);
  if (step > 1)
    add_missing (list, step - 1u, now_us);
  list->newest = seq;
  list->newest_us = now_us;
  list->suspect = FALSE;
  forget_beyond_horizon (list, now_us);
  return SFU_NACK_NEW;
}

static gint64
due_us (const SfuNackList *list, const Missing *missing, gint64 rtt_us)
{
  gint64 interval_us = MAX (rtt_us, SFU_NACK_MIN_INTERVAL_US);
  gint64 again;

  if (missing->tries == 0)
    return missing->missed_us;
  for (guint i = SFU_NACK_QUICK_TRIES;
       i < missing->tries && interval_us < list->max_age_us; i++)
    interval_us *= 2;
  again = missing->asked_us + interval_us;
  return MIN (again, missing->missed_us + list->max_age_us);
}

guint
sfu_nack_list_collect (SfuNackList *list, gint64 now_us, gint64 rtt_us,
    guint16 *seqs, guint max, gboolean *give_up)
{
  guint n = 0, kept = 0;

  for (guint i = 0; i < list->n; i++) {
    Missing *missing = &list->missing[i];

    if (due_us (list, missing, rtt_us) <= now_us) {
      if (missing->tries >= list->max_retries ||
          now_us - missing->missed_us >= list->max_age_us) {
        abandon (list, 1, now_us);
        continue;
      }
      if (n < max) {
        missing->tries++;
        missing->asked_us = now_us;
        seqs[n++] = missing->seq;
      }
    }
    list->missing[kept++] = *missing;
  }
  list->n = kept;
  list->stats.requested += n;
  *give_up = list->gave_up;
  list->gave_up = FALSE;
  return n;
}

gint64
sfu_nack_list_next_due_us (const SfuNackList *list, gint64 rtt_us)
{
  gint64 next = G_MAXINT64;

  if (list->gave_up)
    next = list->gave_up_us;
  for (guint i = 0; i < list->n; i++)
    next = MIN (next, due_us (list, &list->missing[i], rtt_us));
  return next == G_MAXINT64 ? -1 : next;
}

const SfuNackStats *
sfu_nack_list_stats (const SfuNackList *list)
{
  return &list->stats;
}
