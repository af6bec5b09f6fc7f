/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Levels are averaged as decibels, which is how loud speech feels; a producer
 * that sent nothing in an interval leaves the table, so that it holds those
 * alone who send.
 *
 * Threads: as the header says; nothing is called out. */
#include "sfu-audio-level.h"

#define HYSTERESIS_DB 3

typedef struct {
  guint sum; /* of levels, -dBov */
  guint n;
} Level;

struct _SfuAudioLevelObserver {
  gint threshold_db;
  GHashTable *levels;    /* owned; key (borrowed, never read) -> Level */
  gconstpointer speaker; /* borrowed, never read; NULL when removed, or none */
  gboolean speaking;     /* the last poll named a speaker */
  gconstpointer floor;   /* borrowed, never read; NULL = nobody has it */
  gint floor_db;         /* its mean in the interval that ends */
};

SfuAudioLevelObserver *
sfu_audio_level_observer_new (gint threshold_db)
{
  SfuAudioLevelObserver *observer = g_new0 (SfuAudioLevelObserver, 1);

  observer->threshold_db = threshold_db;
  observer->levels = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  return observer;
}

void
sfu_audio_level_observer_free (SfuAudioLevelObserver *observer)
{
  if (observer == NULL)
    return;
  g_hash_table_unref (observer->levels);
  g_free (observer);
}

void
sfu_audio_level_observer_add (
    SfuAudioLevelObserver *observer, gconstpointer key, guint8 level)
{
  Level *entry = g_hash_table_lookup (observer->levels, key);

  if (entry == NULL) {
    entry = g_new0 (Level, 1);
    g_hash_table_insert (observer->levels, (gpointer)key, entry);
  }
  entry->sum += MIN (level, SFU_AUDIO_LEVEL_SILENT);
  entry->n++;
}

void
sfu_audio_level_observer_remove (
    SfuAudioLevelObserver *observer, gconstpointer key)
{
  g_hash_table_remove (observer->levels, key);
  if (observer->speaker == key)
    observer->speaker = NULL;
  if (observer->floor == key)
    observer->floor = NULL;
}

void
sfu_audio_level_observer_set_floor (
    SfuAudioLevelObserver *observer, gconstpointer key)
{
  observer->floor = key;
}

static gint
mean_db (const Level *level)
{
  return -(gint)((level->sum + level->n / 2) / level->n);
}

/* Empties the table for the next interval. speaker_db: the present speaker's
 * mean, or below the threshold when that one is silent. */
static gconstpointer
find_loudest (
    SfuAudioLevelObserver *observer, gint *loudest_db, gint *speaker_db)
{
  gconstpointer loudest = NULL;
  GHashTableIter iter;
  gpointer key, value;

  *loudest_db = *speaker_db = -SFU_AUDIO_LEVEL_SILENT - 1;
  observer->floor_db = -SFU_AUDIO_LEVEL_SILENT;
  g_hash_table_iter_init (&iter, observer->levels);
  while (g_hash_table_iter_next (&iter, &key, &value)) {
    Level *level = value;
    gint db;

    if (level->n == 0) {
      g_hash_table_iter_remove (&iter);
      continue;
    }
    db = mean_db (level);
    level->sum = level->n = 0;
    if (key == observer->floor)
      observer->floor_db = db;
    if (db < observer->threshold_db)
      continue;
    if (key == observer->speaker)
      *speaker_db = db;
    if (db > *loudest_db) {
      *loudest_db = db;
      loudest = key;
    }
  }
  return loudest;
}

gboolean
sfu_audio_level_observer_poll (
    SfuAudioLevelObserver *observer, gconstpointer *key, gint *volume_db)
{
  gint loudest_db, speaker_db;
  gconstpointer loudest = find_loudest (observer, &loudest_db, &speaker_db);
  gboolean was_speaking = observer->speaking;

  if (loudest != NULL && observer->floor != NULL) {
    loudest = observer->floor;
    loudest_db = observer->floor_db;
  } else if (loudest != NULL && speaker_db >= observer->threshold_db &&
      loudest_db < speaker_db + HYSTERESIS_DB) {
    loudest = observer->speaker;
    loudest_db = speaker_db;
  }
  observer->speaker = loudest;
  observer->speaking = loudest != NULL;
  *key = loudest;
  *volume_db = loudest != NULL ? loudest_db : -SFU_AUDIO_LEVEL_SILENT;
  return observer->speaking || was_speaking;
}
