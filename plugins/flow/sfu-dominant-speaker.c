/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The names N1..N3, C1..C3 and lambda are the paper's; their values are those
 * that conference servers use with levels of RFC 6464.
 *
 *   level  every 20 ms      loudness above the speaker's own noise floor, 0..N1
 *   medium of N2 levels     how many of them were loud, 0..N2
 *   long   of N3 mediums    how many of them were busy, 0..N3
 *
 * Threads: under the owner's lock. */
#include "sfu-dominant-speaker.h"

#include <math.h>

#define MAX_LEVEL 127
#define FRAME_US (20 * 1000)
/* Sends nothing for so long: silent. */
#define IDLE_US (2 * FRAME_US)
#define N1 13
#define N2 5
#define N3 10
#define N_LEVELS (N2 * N3)
#define LEVELS_OF_STEP ((MAX_LEVEL + N1 - 1) / N1)
#define LOUD 7 /* of N1 */
#define BUSY 4 /* of N2 */
#define C1 3
#define C2 2
#define C3 0
/* The noise floor is the least of so many levels: 15 s. */
#define FLOOR_LEVELS 750
/* Before there are so many, it is the least there was, once that is a second:
 * speech has closures by then. */
#define FIRST_FLOOR_LEVELS 50
/* Of somebody who is silent; a score is the argument of a logarithm. */
#define MIN_SCORE 1e-10

typedef struct {
  guint8 levels[N_LEVELS]; /* ring; loudness, 127 - RFC 6464 */
  guint newest;
  guint8 floor, next_floor;
  gboolean floor_known; /* of a whole time */
  guint n_floor;        /* levels in next_floor */
  gint64 last_us;
  gdouble immediate, medium, long_; /* scores */
} Speaker;

struct _SfuDominantSpeaker {
  GHashTable *speakers;   /* owned; key (borrowed, never read) -> Speaker */
  gconstpointer dominant; /* borrowed, never read */
};

SfuDominantSpeaker *
sfu_dominant_speaker_new (void)
{
  SfuDominantSpeaker *self = g_new0 (SfuDominantSpeaker, 1);

  self->speakers = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  return self;
}

void
sfu_dominant_speaker_free (SfuDominantSpeaker *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->speakers);
  g_free (self);
}

static void
track_floor (Speaker *speaker, guint8 loudness)
{
  speaker->next_floor = MIN (speaker->next_floor, loudness);
  speaker->n_floor++;
  if (!speaker->floor_known && speaker->n_floor >= FIRST_FLOOR_LEVELS)
    speaker->floor = speaker->next_floor;
  if (speaker->n_floor < FLOOR_LEVELS)
    return;
  speaker->floor_known = TRUE;
  speaker->floor = speaker->next_floor;
  speaker->next_floor = MAX_LEVEL;
  speaker->n_floor = 0;
}

static void
push_level (Speaker *speaker, guint8 loudness)
{
  speaker->newest = (speaker->newest + 1) % N_LEVELS;
  speaker->levels[speaker->newest] = loudness;
}

/* Silence for as long as nothing came. */
static void
fill_gap (Speaker *speaker, gint64 now_us)
{
  guint n = 0;

  if (now_us - speaker->last_us < IDLE_US)
    return;
  while (speaker->last_us + FRAME_US <= now_us && n++ < N_LEVELS) {
    push_level (speaker, 0);
    speaker->last_us += FRAME_US;
  }
  if (n > N_LEVELS)
    speaker->last_us = now_us;
}

void
sfu_dominant_speaker_add (
    SfuDominantSpeaker *self, gconstpointer key, guint8 level, gint64 now_us)
{
  Speaker *speaker = g_hash_table_lookup (self->speakers, key);
  guint8 loudness = (guint8)(MAX_LEVEL - MIN (level, MAX_LEVEL));

  if (speaker == NULL) {
    speaker = g_new0 (Speaker, 1);
    speaker->next_floor = MAX_LEVEL;
    speaker->last_us = now_us;
    g_hash_table_insert (self->speakers, (gpointer)key, speaker);
  }
  fill_gap (speaker, now_us);
  track_floor (speaker, loudness);
  push_level (speaker, loudness);
  speaker->last_us = now_us;
}

void
sfu_dominant_speaker_remove (SfuDominantSpeaker *self, gconstpointer key)
{
  g_hash_table_remove (self->speakers, key);
  if (self->dominant == key)
    self->dominant = NULL;
}

/* The paper's (8): how much likelier it is that v of n are active because
 * somebody speaks than because nobody does. */
static gdouble
score_of (guint v, guint n, gdouble lambda)
{
  gdouble score = lgamma (n + 1.0) - lgamma (v + 1.0) - lgamma (n - v + 1.0) +
      n * log (0.5) - log (lambda) + lambda * v;

  return MAX (score, MIN_SCORE);
}

static guint
step_of (const Speaker *speaker, guint age)
{
  guint8 loudness =
      speaker->levels[(speaker->newest + N_LEVELS - age) % N_LEVELS];

  if (loudness < speaker->floor + LEVELS_OF_STEP)
    return 0;
  return MIN (loudness / LEVELS_OF_STEP, N1);
}

static void
judge (Speaker *speaker)
{
  guint busy = 0, newest_medium = 0;

  for (guint m = 0; m < N3; m++) {
    guint loud = 0;

    for (guint i = 0; i < N2; i++)
      loud += step_of (speaker, m * N2 + i) > LOUD;
    busy += loud > BUSY;
    if (m == 0)
      newest_medium = loud;
  }
  speaker->immediate = score_of (step_of (speaker, 0), N1, 0.78);
  speaker->medium = score_of (newest_medium, N2, 24);
  speaker->long_ = score_of (busy, N3, 47);
}

static gboolean
outdoes (const Speaker *speaker, const Speaker *dominant, gdouble *by)
{
  gdouble c1 = log (speaker->immediate / dominant->immediate);
  gdouble c2 = log (speaker->medium / dominant->medium);
  gdouble c3 = log (speaker->long_ / dominant->long_);

  if (!(c1 > C1 && c2 > C2 && c3 > C3) || c2 <= *by)
    return FALSE;
  *by = c2;
  return TRUE;
}

gconstpointer
sfu_dominant_speaker_poll (SfuDominantSpeaker *self, gint64 now_us)
{
  static const Speaker nobody = {
    .immediate = MIN_SCORE, .medium = MIN_SCORE, .long_ = MIN_SCORE
  };
  const Speaker *dominant = &nobody;
  gconstpointer best = self->dominant;
  gdouble by = 0;
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, self->speakers);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    fill_gap (value, now_us);
    judge (value);
  }
  if (self->dominant != NULL)
    dominant = g_hash_table_lookup (self->speakers, self->dominant);
  g_hash_table_iter_init (&iter, self->speakers);
  while (g_hash_table_iter_next (&iter, &key, &value))
    if (value != dominant && outdoes (value, dominant, &by))
      best = key;
  self->dominant = best;
  return best;
}
