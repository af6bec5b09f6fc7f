/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A consumer among the encodings and layers of a track. What comes out is one
 * stream all the while: sequence numbers without gaps, timestamps that neither go
 * back nor run ahead, VP8 numbers that follow each other; every packet is checked
 * for that. Three encodings of the same pictures, with clocks and numbers of their
 * own. Time is the test's.
 *
 * Threads: one. */
#pragma once

#include "sender-buffers.h"

G_BEGIN_DECLS

#define CLOCK 90000
#define FRAME 3000
#define FRAME_US (33333)
#define N 3
#define MS G_GINT64_CONSTANT (1000)
#define HEADER 12
#define DESCRIPTOR 6

/* What a publisher counts, for each encoding. */
typedef struct {
  guint16 seq, picture;
  guint32 clock; /* timestamp of time 0 */
  guint8 tl0, key;
} Source;

typedef struct {
  guint16 seq, picture;
  guint32 timestamp;
  guint8 tl0, key;
  guint64 n; /* packets so far */
  gint64 at_us;
} Out;

typedef struct {
  SfuStreamSender *sender;
  SfuTrack *track;
  gint64 now_us, start_us;
  Source sources[N];
  Out out; /* the newest */
  gboolean want;
  guint errors;
} Fixture;

void fixture_init (Fixture *f);
void fixture_clear (Fixture *f);
/* Now, in that encoding. */
guint32 timestamp_of (const Fixture *f, guint encoding);
/* The next packet of an encoding; it is in the track's cache, too. */
GstBuffer *make (
    Fixture *f, guint encoding, gboolean start, gboolean key, guint temporal);
/* What a subscriber must never see; the first packet has nothing before it. */
void check (Fixture *f, GstBuffer *buffer, gboolean start, gboolean key);
/* One packet of encoding. */
SfuVerdict packet (
    Fixture *f, guint encoding, gboolean start, gboolean key, guint temporal);
/* A picture of two packets in each active encoding, keys: bit i = a key frame.
 * Returns the encodings that were forwarded. */
guint picture (Fixture *f, guint keys, guint temporal);
/* Those that it follows. */
void assert_layers (Fixture *f, gint spatial, gint temporal);

G_END_DECLS
