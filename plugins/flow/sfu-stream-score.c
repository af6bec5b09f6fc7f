/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-stream-score.h.
 *
 * Threads: owned by whoever looks, no locking. */
#include "sfu-stream-score.h"

#include <math.h>

/* mediasoup calls a stream inactive after 1.5 s. */
#define SILENT_LOOKS 2
/* Both shares. */
#define POWER 4

void
sfu_stream_score_init (SfuStreamScore *score)
{
  *score = (SfuStreamScore){ .score = SFU_SCORE_MAX };
}

/* Late packets take a loss back: that is no less than none. */
static guint64
grown (guint64 now, guint64 before)
{
  return now > before ? now - before : 0;
}

static guint8
score_of (guint64 received, guint64 lost, guint64 repaired, guint64 again)
{
  gdouble weight, delivered;

  if (received == 0)
    return lost > 0 ? 0 : SFU_SCORE_MAX;
  lost = MIN (lost, received);
  repaired = MIN (repaired, lost);
  weight = pow (1.0 / ((gdouble)repaired / received + 1.0), POWER);
  if (again > repaired)
    weight *= (gdouble)repaired / again;
  delivered = (received - (lost - repaired * weight)) / received;
  return (guint8)round (pow (delivered, POWER) * SFU_SCORE_MAX);
}

static void
remember (SfuStreamScore *score, guint8 value)
{
  guint i, weight = 0, weights = 0, sum = 0;

  score->history[score->next] = value;
  score->next = (score->next + 1) % SFU_SCORE_HISTORY;
  score->n = MIN (score->n + 1, SFU_SCORE_HISTORY);
  for (i = 0; i < score->n; i++) {
    guint at =
        (score->next + SFU_SCORE_HISTORY - score->n + i) % SFU_SCORE_HISTORY;

    weight++;
    weights += weight;
    sum += weight * score->history[at];
  }
  score->score = (guint8)round ((gdouble)sum / weights);
}

guint8
sfu_stream_score_look (
    SfuStreamScore *score, const SfuScoreCounts *counts, gboolean must_flow)
{
  const SfuScoreCounts before = score->before;
  guint64 received = grown (counts->received, before.received);

  score->before = *counts;
  score->silent = received ? 0 : score->silent + 1;
  if (!received && !must_flow)
    return score->score;
  if (score->silent >= SILENT_LOOKS) {
    score->n = score->next = 0;
    return score->score = 0;
  }
  if (received)
    remember (score,
        score_of (received, grown (counts->lost, before.lost),
            grown (counts->repaired, before.repaired),
            grown (counts->retransmitted, before.retransmitted)));
  return score->score;
}
