/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A page of memory that a worker writes and the server reads: that its threads
 * are alive, and what it uses. Not messages of the seam: those queue up behind
 * each other, and a worker with a thousand of them to answer is busy, not dead;
 * and looking at a page costs nothing, however many workers there are.
 *
 * A worker may be killed, stopped or broken at any time: each value is one
 * word, what it says is taken for a number and nothing else, and the page cannot
 * be made smaller under the reader.
 *
 * Threads: any; each value is written by one thread and is atomic. */
#pragma once

#include <glib.h>
#include <signal.h>

G_BEGIN_DECLS

typedef struct _SfuPulse SfuPulse;

typedef enum {
  SFU_PULSE_CONTROL, /* beats of the control thread */
  SFU_PULSE_MEDIA,   /* beats of the media thread; 0 = not started */
  SFU_PULSE_CPU_US,  /* used by the process so far */
  SFU_PULSE_RSS,     /* bytes */
  SFU_PULSE_STREAMS,
  SFU_PULSE_LACKING,     /* SfuLimit */
  SFU_PULSE_CONTROL_TID, /* gettid(2) of the control thread */
  SFU_PULSE_MEDIA_TID,   /* of the media thread; 0 = not started */
  SFU_PULSE_N_FIELDS
} SfuPulseField;

/* To one of a worker's threads: it says in the log where it is. */
#define SFU_PULSE_SIGNAL SIGRTMIN

/* How often each of a worker's threads beats. */
#define SFU_PULSE_INTERVAL_MS 100

/* The server's side. *fd: what the worker is given; the caller closes it. */
SfuPulse *sfu_pulse_new (gint *fd, GError **error);
/* The worker's side. Takes fd. */
SfuPulse *sfu_pulse_open (gint fd, GError **error);
void sfu_pulse_free (SfuPulse *self);

/* All: NULL = nobody looks; nothing happens, everything is 0. */
void sfu_pulse_beat (SfuPulse *self, SfuPulseField field);
void sfu_pulse_set (SfuPulse *self, SfuPulseField field, gint64 value);
gint64 sfu_pulse_get (SfuPulse *self, SfuPulseField field);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfuPulse, sfu_pulse_free)

G_END_DECLS
