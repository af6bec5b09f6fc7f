/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-speakers.h.
 *
 * Threads: one mutex around the observer and the timer's pointer; the callback
 * runs without it. */
#include "sfu-speakers.h"

#include "sfu-audio-level.h"
#include "sfu-dominant-speaker.h"
#include "sfu-loudest.h"

/* Quieter than this is silence. */
#define THRESHOLD_DB (-55)
#define INTERVAL_US (300 * 1000)
/* No level for so long: the timer stops until the next one. */
#define IDLE_US (2 * G_USEC_PER_SEC)

struct _SfuSpeakers {
  SfuSpeakersFunc func;
  gpointer owner;     /* borrowed: owns us */
  SfuMediaLoop *loop; /* owned; NULL: never polled */

  GMutex lock;
  /* under lock */
  SfuAudioLevelObserver *observer; /* owned */
  SfuDominantSpeaker *dominant;    /* owned */
  SfuLoudest *loudest;             /* owned */
  GSource *timer;                  /* owned; NULL while nobody sends */
  gint64 last_level_us;
};

SfuSpeakers *
sfu_speakers_new (SfuSpeakersFunc func, gpointer owner)
{
  SfuSpeakers *self = g_new0 (SfuSpeakers, 1);

  g_mutex_init (&self->lock);
  self->func = func;
  self->owner = owner;
  self->observer = sfu_audio_level_observer_new (THRESHOLD_DB);
  self->dominant = sfu_dominant_speaker_new ();
  self->loudest = sfu_loudest_new ();
  return self;
}

void
sfu_speakers_free (SfuSpeakers *self)
{
  g_assert (self->timer == NULL);
  sfu_audio_level_observer_free (self->observer);
  sfu_dominant_speaker_free (self->dominant);
  sfu_loudest_free (self->loudest);
  g_clear_object (&self->loop);
  g_mutex_clear (&self->lock);
  g_free (self);
}

void
sfu_speakers_set_loop (SfuSpeakers *self, SfuMediaLoop *loop)
{
  self->loop = g_object_ref (loop);
}

static gboolean
on_timer (gpointer data)
{
  SfuSpeakers *self = data;
  gconstpointer key = NULL;
  GObject *speaker = NULL;
  gint volume_db = 0;
  gint64 now_us = g_get_monotonic_time ();
  gboolean tell, idle;

  g_mutex_lock (&self->lock);
  sfu_audio_level_observer_set_floor (
      self->observer, sfu_dominant_speaker_poll (self->dominant, now_us));
  tell = sfu_audio_level_observer_poll (self->observer, &key, &volume_db);
  idle = now_us - self->last_level_us > IDLE_US;
  if (idle)
    g_clear_pointer (&self->timer, g_source_unref);
  if (tell && key)
    speaker = g_object_ref ((gpointer)key);
  g_mutex_unlock (&self->lock);
  if (tell)
    self->func (self->owner, speaker, volume_db);
  g_clear_object (&speaker);
  return idle ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
}

void
sfu_speakers_set_loudest (SfuSpeakers *self, guint n)
{
  g_mutex_lock (&self->lock);
  sfu_loudest_set_n (self->loudest, n, g_get_monotonic_time ());
  g_mutex_unlock (&self->lock);
}

guint
sfu_speakers_get_loudest (SfuSpeakers *self)
{
  guint n;

  g_mutex_lock (&self->lock);
  n = sfu_loudest_n (self->loudest);
  g_mutex_unlock (&self->lock);
  return n;
}

gboolean
sfu_speakers_add (SfuSpeakers *self, GObject *speaker, guint8 level)
{
  gint64 now_us = g_get_monotonic_time ();
  gboolean forward;

  g_mutex_lock (&self->lock);
  sfu_audio_level_observer_add (self->observer, speaker, level);
  sfu_dominant_speaker_add (self->dominant, speaker, level, now_us);
  forward = sfu_loudest_add (self->loudest, speaker, level, now_us);
  self->last_level_us = now_us;
  if (self->loop && !self->timer)
    self->timer =
        sfu_media_loop_add_timer (self->loop, INTERVAL_US, on_timer, self);
  g_mutex_unlock (&self->lock);
  return forward;
}

void
sfu_speakers_remove (SfuSpeakers *self, GObject *speaker)
{
  g_mutex_lock (&self->lock);
  sfu_audio_level_observer_remove (self->observer, speaker);
  sfu_dominant_speaker_remove (self->dominant, speaker);
  sfu_loudest_remove (self->loudest, speaker);
  g_mutex_unlock (&self->lock);
}

void
sfu_speakers_stop (SfuSpeakers *self)
{
  GSource *timer;

  g_mutex_lock (&self->lock);
  timer = g_steal_pointer (&self->timer);
  g_mutex_unlock (&self->lock);
  if (timer)
    sfu_media_loop_remove_timer (self->loop, timer);
}
