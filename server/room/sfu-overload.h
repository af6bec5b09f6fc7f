/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Has a worker more to do than it should? Two things follow: nobody new is let
 * in, and, earlier, its rooms are told to do without video. CPU has to be above
 * the mark for a while, and below it by a margin for a while, before anything
 * changes: a room that fills up, or comes back after a worker's death, makes
 * handshakes for a second or two, and a decision that flaps is worse than none.
 *
 * Threads: pure, of one owner; time is an argument. */
#pragma once

#include "sfu-worker-load.h"

G_BEGIN_DECLS

/* 0 = no limit. */
typedef struct {
  guint cpu_percent; /* of one core */
  guint streams;     /* producers and consumers */
  guint memory_mib;
  guint audio_only_percent; /* CPU from which on video is too much */
} SfuOverloadLimits;

/* Why nobody new is let in. */
typedef enum {
  SFU_REFUSAL_NONE,
  SFU_REFUSAL_CPU,
  SFU_REFUSAL_STREAMS,
  SFU_REFUSAL_MEMORY,
  SFU_REFUSAL_DESCRIPTORS,
  SFU_REFUSAL_SERVER_DESCRIPTORS,
  SFU_REFUSAL_SERVER_MEMORY,
  SFU_REFUSAL_N
} SfuRefusal;

/* Stable, for people and programs: "worker-cpu". */
const gchar *sfu_refusal_name (SfuRefusal refusal);

/* A mark with a margin and a delay. */
typedef struct {
  gboolean over;
  gint64 since_us; /* on the other side of the mark; 0 = is not */
} SfuOverloadMark;

typedef struct {
  SfuOverloadMark cpu, audio_only;
  SfuRefusal refusal;
} SfuOverload;

/* How long CPU has to be on the other side of its mark. */
#define SFU_OVERLOAD_DELAY_US (3 * G_USEC_PER_SEC)
/* And by how many percent below it before it is over. */
#define SFU_OVERLOAD_MARGIN 10

/* Another process. */
void sfu_overload_reset (SfuOverload *self);
/* TRUE: audio_only.over has changed. */
gboolean sfu_overload_look (SfuOverload *self, const SfuOverloadLimits *limits,
    const SfuWorkerLoad *load, gint64 now_us);

G_END_DECLS
