/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which packet indices of one stream have been seen (RFC 3711 3.3.2), and what
 * index a sequence number of 16 bits means (3.3.1).
 *
 * Threads: plain data. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* RFC 3711 wants 64 at least; a packet that was asked for again after a lost
 * second of 4 Mbit/s is some 450 behind. */
#define SFU_REPLAY_WINDOW_SIZE 1024

/* All zero: nothing seen. */
typedef struct {
  guint64 bits[SFU_REPLAY_WINDOW_SIZE / 64]; /* a ring: index % size */
  guint64 highest;                           /* valid when started */
  gboolean started;
} SfuReplayWindow;

typedef enum { SFU_REPLAY_NEW, SFU_REPLAY_SEEN, SFU_REPLAY_TOO_OLD } SfuReplay;

/* Roll-over counter and number: the index nearest to the highest one. */
guint64 sfu_replay_window_guess (const SfuReplayWindow *self, guint16 seq);
SfuReplay sfu_replay_window_check (const SfuReplayWindow *self, guint64 index);
/* index has been found authentic and is SFU_REPLAY_NEW. */
void sfu_replay_window_add (SfuReplayWindow *self, guint64 index);

G_END_DECLS
