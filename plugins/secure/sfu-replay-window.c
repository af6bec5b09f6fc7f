/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-replay-window.h.
 *
 * Threads: plain data. */
#include "sfu-replay-window.h"

#include <string.h>

#define WORD_BITS 64

static guint64 *
word_of (SfuReplayWindow *self, guint64 index)
{
  return &self->bits[index % SFU_REPLAY_WINDOW_SIZE / WORD_BITS];
}

static guint64
bit_of (guint64 index)
{
  return G_GUINT64_CONSTANT (1) << (index % WORD_BITS);
}

guint64
sfu_replay_window_guess (const SfuReplayWindow *self, guint16 seq)
{
  gint64 index;

  if (!self->started)
    return seq;
  index = (gint64)self->highest + (gint16)(guint16)(seq - self->highest);
  /* Nothing is before the first turn of the counter. */
  return index < 0 ? seq : (guint64)index;
}

SfuReplay
sfu_replay_window_check (const SfuReplayWindow *self, guint64 index)
{
  if (!self->started || index > self->highest)
    return SFU_REPLAY_NEW;
  if (self->highest - index >= SFU_REPLAY_WINDOW_SIZE)
    return SFU_REPLAY_TOO_OLD;
  return *word_of ((SfuReplayWindow *)self, index) & bit_of (index)
      ? SFU_REPLAY_SEEN
      : SFU_REPLAY_NEW;
}

static void
move_to (SfuReplayWindow *self, guint64 index)
{
  if (index - self->highest >= SFU_REPLAY_WINDOW_SIZE) {
    memset (self->bits, 0, sizeof self->bits);
  } else {
    for (guint64 i = self->highest + 1; i < index; i++)
      *word_of (self, i) &= ~bit_of (i);
  }
  self->highest = index;
}

void
sfu_replay_window_add (SfuReplayWindow *self, guint64 index)
{
  if (!self->started) {
    self->started = TRUE;
    self->highest = index;
  } else if (index > self->highest) {
    move_to (self, index);
  }
  *word_of (self, index) |= bit_of (index);
}
