/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-worker-beat.h.
 *
 * Threads: control thread; on_media_beat: media thread. */
#include "sfu-worker-beat.h"

#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

/* Memory changes slowly, and reading it is a system call or four; so do the
 * limits. */
#define BEATS_PER_LOOK 10

struct _SfuWorkerBeat {
  SfuPulse *pulse; /* borrowed */
  guint timer;
  guint n_beats;
  SfuMediaLoop *loop; /* owned; NULL = not started */
  GSource *media_timer;
};

static gint64
microseconds (const struct timeval *time)
{
  return (gint64)time->tv_sec * G_USEC_PER_SEC + time->tv_usec;
}

static void
write_cpu (SfuPulse *pulse)
{
  struct rusage usage;
  if (getrusage (RUSAGE_SELF, &usage) == 0)
    sfu_pulse_set (pulse, SFU_PULSE_CPU_US,
        microseconds (&usage.ru_utime) + microseconds (&usage.ru_stime));
}

static void
write_rss (SfuPulse *pulse)
{
  g_autofree gchar *text = NULL;
  unsigned long pages, resident;
  if (g_file_get_contents ("/proc/self/statm", &text, NULL, NULL) &&
      sscanf (text, "%lu %lu", &pages, &resident) == 2)
    sfu_pulse_set (pulse, SFU_PULSE_RSS,
        (gint64)resident * (gint64)sysconf (_SC_PAGESIZE));
}

void
sfu_worker_beat_set_lacking (SfuWorkerBeat *self, SfuLimit lacking)
{
  if (self)
    sfu_pulse_set (self->pulse, SFU_PULSE_LACKING, lacking);
}

static gboolean
on_control_beat (gpointer data)
{
  SfuWorkerBeat *self = data;
  sfu_pulse_beat (self->pulse, SFU_PULSE_CONTROL);
  write_cpu (self->pulse);
  if (self->n_beats++ % BEATS_PER_LOOK == 0) {
    write_rss (self->pulse);
    sfu_worker_beat_set_lacking (self, sfu_limits_lacking ());
  }
  return G_SOURCE_CONTINUE;
}

static gboolean
on_media_beat (gpointer data)
{
  SfuPulse *pulse = data;
  if (sfu_pulse_get (pulse, SFU_PULSE_MEDIA_TID) == 0)
    sfu_pulse_set (pulse, SFU_PULSE_MEDIA_TID, gettid ());
  sfu_pulse_beat (pulse, SFU_PULSE_MEDIA);
  return G_SOURCE_CONTINUE;
}

/* A media thread with too much to do lets the control thread wait, again and
 * again. Others who wait say nothing about that. */
static void
on_waited (gpointer data)
{
  if (g_main_context_is_owner (NULL))
    sfu_pulse_beat (data, SFU_PULSE_CONTROL);
}

SfuWorkerBeat *
sfu_worker_beat_new (SfuPulse *pulse)
{
  SfuWorkerBeat *self = g_new0 (SfuWorkerBeat, 1);
  self->pulse = pulse;
  sfu_pulse_set (pulse, SFU_PULSE_CONTROL_TID, gettid ());
  /* In front of the messages of the seam, however many wait. */
  if (pulse)
    self->timer = g_timeout_add_full (
        G_PRIORITY_HIGH, SFU_PULSE_INTERVAL_MS, on_control_beat, self, NULL);
  return self;
}

void
sfu_worker_beat_free (SfuWorkerBeat *self)
{
  if (!self)
    return;
  g_clear_handle_id (&self->timer, g_source_remove);
  if (self->loop)
    sfu_media_loop_set_waited (self->loop, NULL, NULL);
  if (self->media_timer)
    sfu_media_loop_remove_timer (self->loop, self->media_timer);
  g_clear_object (&self->loop);
  g_free (self);
}

void
sfu_worker_beat_add_media (SfuWorkerBeat *self, SfuMediaLoop *loop)
{
  if (!self->pulse || self->media_timer)
    return;
  self->loop = g_object_ref (loop);
  sfu_media_loop_set_waited (loop, on_waited, self->pulse);
  self->media_timer = sfu_media_loop_add_timer (loop,
      SFU_PULSE_INTERVAL_MS * G_GINT64_CONSTANT (1000), on_media_beat,
      self->pulse);
}

void
sfu_worker_beat_set_streams (SfuWorkerBeat *self, guint n)
{
  if (self)
    sfu_pulse_set (self->pulse, SFU_PULSE_STREAMS, n);
}
