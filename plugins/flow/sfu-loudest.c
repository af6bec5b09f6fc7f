/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Most packets are of somebody who has no place and is not loud: they must not
 * cost a walk over those who have one. So the least loudness found on the last
 * walk is kept. As nobody's falls faster than FALL, it is a bound for as long as
 * nobody else gets a place, and one comparison with it refuses nearly all.
 *
 * Threads: under the owner's lock. */
#include "sfu-loudest.h"

#define MAX_LEVEL 127
/* Loudness is 127 - level, in parts of a dB so that a fall of a packet's length
 * is not rounded away. */
#define UNITS_PER_DB 256
#define FALL_PER_S (30 * UNITS_PER_DB)
#define MARGIN (6 * UNITS_PER_DB)

typedef struct {
  gint loudness; /* at at_us */
  gint64 at_us;
  gboolean has_place;
} Speaker;

struct _SfuLoudest {
  guint n;
  GHashTable *speakers; /* owned; key (borrowed, never read) -> Speaker */
  GPtrArray *places;    /* Speaker, borrowed from speakers; at most n */
  /* None of places is less loud. */
  gint bound;
  gint64 bound_us;
};

SfuLoudest *
sfu_loudest_new (void)
{
  SfuLoudest *self = g_new0 (SfuLoudest, 1);

  self->speakers = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self->places = g_ptr_array_new ();
  return self;
}

void
sfu_loudest_free (SfuLoudest *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->places);
  g_hash_table_unref (self->speakers);
  g_free (self);
}

guint
sfu_loudest_n (const SfuLoudest *self)
{
  return self->n;
}

/* Packets of one clock come in order, but two threads may have read it. */
static gint
fallen (gint loudness, gint64 from_us, gint64 now_us)
{
  gint64 fall = MAX (now_us - from_us, 0) * FALL_PER_S / G_USEC_PER_SEC;

  return (gint)MAX (loudness - fall, 0);
}

static void
leave (SfuLoudest *self, Speaker *speaker)
{
  speaker->has_place = FALSE;
  g_ptr_array_remove_fast (self->places, speaker);
}

static void
enter (SfuLoudest *self, Speaker *speaker, gint64 now_us)
{
  speaker->has_place = TRUE;
  g_ptr_array_add (self->places, speaker);
  self->bound = self->places->len == 1
      ? speaker->loudness
      : MIN (fallen (self->bound, self->bound_us, now_us), speaker->loudness);
  self->bound_us = now_us;
}

/* Of those who have a place, of whom there is one; the bound becomes its
 * loudness. */
static Speaker *
find_least (SfuLoudest *self, gint64 now_us)
{
  Speaker *least = NULL;

  for (guint i = 0; i < self->places->len; i++) {
    Speaker *speaker = g_ptr_array_index (self->places, i);
    gint loudness = fallen (speaker->loudness, speaker->at_us, now_us);

    if (least == NULL || loudness < self->bound) {
      least = speaker;
      self->bound = loudness;
    }
  }
  self->bound_us = now_us;
  return least;
}

void
sfu_loudest_set_n (SfuLoudest *self, guint n, gint64 now_us)
{
  self->n = n;
  if (n == 0) {
    g_ptr_array_set_size (self->places, 0);
    g_hash_table_remove_all (self->speakers);
  }
  while (self->places->len > n)
    leave (self, find_least (self, now_us));
}

static Speaker *
hear (SfuLoudest *self, gconstpointer key, guint8 level, gint64 now_us)
{
  Speaker *speaker = g_hash_table_lookup (self->speakers, key);
  gint loudness = (MAX_LEVEL - MIN (level, MAX_LEVEL)) * UNITS_PER_DB;
  gint before;

  if (speaker == NULL) {
    speaker = g_new0 (Speaker, 1);
    speaker->at_us = now_us;
    g_hash_table_insert (self->speakers, (gpointer)key, speaker);
  }
  before = fallen (speaker->loudness, speaker->at_us, now_us);
  speaker->loudness = before + MAX (loudness - before, 0) / 2;
  speaker->at_us = now_us;
  return speaker;
}

gboolean
sfu_loudest_add (
    SfuLoudest *self, gconstpointer key, guint8 level, gint64 now_us)
{
  Speaker *speaker, *least;
  gint beyond;

  if (self->n == 0)
    return TRUE;
  speaker = hear (self, key, level, now_us);
  if (speaker->has_place)
    return TRUE;
  if (self->places->len < self->n) {
    enter (self, speaker, now_us);
    return TRUE;
  }
  beyond = speaker->loudness - MARGIN;
  if (beyond <= fallen (self->bound, self->bound_us, now_us))
    return FALSE;
  least = find_least (self, now_us);
  if (beyond <= self->bound)
    return FALSE;
  leave (self, least);
  enter (self, speaker, now_us);
  return TRUE;
}

void
sfu_loudest_remove (SfuLoudest *self, gconstpointer key)
{
  Speaker *speaker = g_hash_table_lookup (self->speakers, key);

  if (speaker == NULL)
    return;
  if (speaker->has_place)
    leave (self, speaker);
  g_hash_table_remove (self->speakers, key);
}
