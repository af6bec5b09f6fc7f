/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The frame numbers in dependency descriptors of one consumer. A receiver
 * refuses a key frame that is numbered before the last one (libwebrtc: "older
 * than the latest received key frame"), so the numbers go on over a switch of
 * encoding or a publisher that started anew. Inside a span they keep their
 * distances, gaps included: what a frame depends on is said as a distance.
 *
 * Threads: owned by its consumer, no locking. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  guint16 offset;  /* added to what the publisher wrote */
  guint16 max_out; /* the newest */
  gboolean resync; /* the next frame begins a new span */
} SfuFrameNumbers;

/* first: where they begin. */
void sfu_frame_numbers_init (SfuFrameNumbers *numbers, guint16 first);
/* The next frame forwarded follows the newest, whatever its own number. */
void sfu_frame_numbers_resync (SfuFrameNumbers *numbers);
/* Of a frame to forward, in the order of arrival. */
guint16 sfu_frame_numbers_forward (SfuFrameNumbers *numbers, guint16 in);
/* The number a frame of this span was forwarded with. */
guint16 sfu_frame_numbers_lookup (const SfuFrameNumbers *numbers, guint16 in);

G_END_DECLS
