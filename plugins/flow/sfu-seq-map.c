/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A cut says: from this input number on, out = in + offset. A packet that is
 * left out makes a cut behind itself whose offset is one less; neighbours share
 * a cut. So the numbers left out lie directly before a cut, as many as its
 * offset is less than the one before, and nothing else has to be remembered of
 * them.
 *
 * Threads: owned by its consumer, no locking. */
#include "sfu-seq-map.h"
#include "sfu-rtp.h"

void
sfu_seq_map_init (SfuSeqMap *map, guint16 first_out, guint32 first_ts_out)
{
  *map = (SfuSeqMap){ 0 };
  map->first_out = first_out;
  map->max_ts_out = first_ts_out;
}

/* i-th cut, 0 is the oldest. */
static SfuSeqCut *
cut_at (const SfuSeqMap *map, guint i)
{
  return (SfuSeqCut *)&map->cuts[(map->cuts_first + i) % SFU_SEQ_MAP_CUTS];
}

static void
forget_oldest (SfuSeqMap *map)
{
  map->cuts_first = (map->cuts_first + 1) % SFU_SEQ_MAP_CUTS;
  map->cuts_n--;
}

static void
add_cut (SfuSeqMap *map, guint16 from_in, guint16 offset)
{
  if (map->cuts_n == SFU_SEQ_MAP_CUTS)
    forget_oldest (map);
  map->cuts_n++;
  *cut_at (map, map->cuts_n - 1) = (SfuSeqCut){ from_in, offset };
}

/* How many numbers directly before cut i (not the oldest) were left out. */
static guint16
dropped_before (const SfuSeqMap *map, guint i)
{
  return (guint16)(cut_at (map, i - 1)->offset - cut_at (map, i)->offset);
}

/* From a cut to the packet behind the newest: a cut begins there at most. */
static guint16
age_of (const SfuSeqMap *map, const SfuSeqCut *cut)
{
  return (guint16)(map->max_in + 1 - cut->from_in);
}

/* Keeps every cut within the horizon, so that no comparison on the circle ever
 * meets a number that could be old or new. */
static void
forget_beyond_horizon (SfuSeqMap *map)
{
  while (map->cuts_n > 1 &&
      (age_of (map, cut_at (map, 1)) > SFU_SEQ_MAP_HORIZON ||
          dropped_before (map, 1) > SFU_SEQ_MAP_HORIZON))
    forget_oldest (map);
  if (age_of (map, cut_at (map, 0)) > SFU_SEQ_MAP_HORIZON)
    cut_at (map, 0)->from_in = (guint16)(map->max_in + 1 - SFU_SEQ_MAP_HORIZON);
}

void
sfu_seq_map_resync (SfuSeqMap *map, guint32 ts_step)
{
  if (!map->started)
    return;
  map->resync = TRUE;
  map->ts_step = ts_step;
}

static void
begin_span (SfuSeqMap *map, guint16 in_seq, guint32 in_ts)
{
  guint16 out_seq = map->started ? (guint16)(map->max_out + 1) : map->first_out;
  guint32 out_ts = map->max_ts_out + (map->started ? map->ts_step : 0);

  if (map->started && map->ts_step == 0)
    out_ts = in_ts + map->ts_offset; /* the same clock goes on */

  map->cuts_first = map->cuts_n = 0;
  add_cut (map, in_seq, (guint16)(out_seq - in_seq));
  map->max_in = in_seq;
  map->max_out = out_seq;
  map->max_ts_out = out_ts;
  map->ts_offset = out_ts - in_ts;
  map->started = TRUE;
  map->resync = FALSE;
}

/* A number not newer than max_in. */
static gboolean
map_late (const SfuSeqMap *map, guint16 in_seq, guint16 *out_seq)
{
  if ((guint16)(map->max_in - in_seq) >= SFU_SEQ_MAP_HORIZON)
    return FALSE;
  for (guint i = map->cuts_n; i-- > 0;) {
    const SfuSeqCut *cut = cut_at (map, i);

    if (sfu_seq_after (cut->from_in, in_seq))
      continue;
    if (i + 1 < map->cuts_n) {
      guint16 before = (guint16)(cut_at (map, i + 1)->from_in - 1 - in_seq);

      if (before < dropped_before (map, i + 1))
        return FALSE;
    }
    *out_seq = (guint16)(in_seq + cut->offset);
    return TRUE;
  }
  return FALSE;
}

gboolean
sfu_seq_map_forward (SfuSeqMap *map, guint16 in_seq, guint32 in_ts,
    guint16 *out_seq, guint32 *out_ts)
{
  if (!map->started || map->resync) {
    begin_span (map, in_seq, in_ts);
    *out_seq = map->max_out;
  } else if (sfu_seq_after (in_seq, map->max_in)) {
    map->max_in = in_seq;
    *out_seq = (guint16)(in_seq + cut_at (map, map->cuts_n - 1)->offset);
    map->max_out = *out_seq;
    forget_beyond_horizon (map);
  } else if (!map_late (map, in_seq, out_seq)) {
    return FALSE;
  } else if (sfu_seq_after (*out_seq, map->max_out)) {
    /* late, but all that was newer had been dropped */
    map->max_out = *out_seq;
  }

  *out_ts = in_ts + map->ts_offset;
  if ((gint32)(*out_ts - map->max_ts_out) > 0)
    map->max_ts_out = *out_ts;
  return TRUE;
}

void
sfu_seq_map_drop (SfuSeqMap *map, guint16 in_seq)
{
  SfuSeqCut *newest;

  if (!map->started || map->resync || !sfu_seq_after (in_seq, map->max_in))
    return;
  newest = cut_at (map, map->cuts_n - 1);
  map->max_in = in_seq;
  if (newest->from_in == in_seq) {
    newest->from_in++;
    newest->offset--;
  } else {
    add_cut (map, (guint16)(in_seq + 1), (guint16)(newest->offset - 1));
  }
  forget_beyond_horizon (map);
}

gboolean
sfu_seq_map_reverse (const SfuSeqMap *map, guint16 out_seq, guint16 *in_seq)
{
  if (!map->started || (guint16)(map->max_out - out_seq) >= SFU_SEQ_MAP_HORIZON)
    return FALSE;
  for (guint i = map->cuts_n; i-- > 0;) {
    const SfuSeqCut *cut = cut_at (map, i);

    if (sfu_seq_after ((guint16)(cut->from_in + cut->offset), out_seq))
      continue;
    *in_seq = (guint16)(out_seq - cut->offset);
    return TRUE;
  }
  return FALSE;
}

guint32
sfu_seq_map_timestamp (const SfuSeqMap *map, guint32 in_ts)
{
  return in_ts + map->ts_offset;
}
