/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which encodings of a track are being sent. A publisher that is short of
 * bandwidth, or asked to, stops the upper ones without a word; consumers of such
 * a one must come down soon. But a publisher with nothing to show (a still
 * screen) sends none of them for a while, and that is no reason to change
 * anything: an encoding has stopped when others go on without it, or when
 * nothing has come for long.
 *
 * A publisher whose estimate of its bandwidth swings stops the upper ones again
 * and again, and each time a consumer stands still until it is noticed. So one
 * that has stopped more than once lately must go on for a while before it counts.
 *
 * Threads: owned by its producer, no locking. Time is an argument. */
#pragma once

#include "sfu-stream-config.h"

G_BEGIN_DECLS

/* Five pictures a second are the least that encoders make of a moving scene: one
 * may be late, or left out. With the interval of polls it is what a consumer waits
 * at least, and half a second of that is seen. Whoever is taken for stopped wrongly
 * costs a key frame of another encoding and is forwarded until that comes. */
#define SFU_ENCODING_SILENT_US (400 * 1000)
#define SFU_ENCODING_POLL_US (100 * 1000)
/* A still screen is repeated once a second. */
#define SFU_ENCODINGS_ALL_SILENT_US (1500 * 1000)
/* How long one must go on that has stopped for the second time; twice as long with
 * each further one, up to the most. */
#define SFU_ENCODING_STEADY_US (2 * G_USEC_PER_SEC)
#define SFU_ENCODING_STEADY_MAX_US (8 * G_USEC_PER_SEC)
/* After so long without a stop all is forgotten. */
#define SFU_ENCODING_FORGET_US (20 * G_USEC_PER_SEC)

typedef struct {
  gint64 last_us[SFU_MAX_ENCODINGS];
  gint64
      since_us[SFU_MAX_ENCODINGS]; /* it comes without a silence since then */
  gint64 stopped_us[SFU_MAX_ENCODINGS]; /* the last time */
  guint8 stops[SFU_MAX_ENCODINGS];      /* lately */
  gint64 newest_us;                     /* of any; 0 = nothing yet */
  gint64 resumed_us; /* the first after all had been silent */
  guint active;      /* bit i: encoding i is being sent */
  guint before;      /* active, when all fell silent */
  gint64 poll_us;    /* when to look next; 0 = nothing to look at */
} SfuEncodingActivity;

/* Nothing is sent yet. */
void sfu_encoding_activity_init (SfuEncodingActivity *activity);
/* All three: TRUE when active has changed. bye: the publisher says that this one
 * is no longer sent (RTCP BYE); should a packet come, it is again. */
gboolean sfu_encoding_activity_packet (
    SfuEncodingActivity *activity, guint encoding, gint64 now_us);
gboolean sfu_encoding_activity_bye (
    SfuEncodingActivity *activity, guint encoding);
gboolean sfu_encoding_activity_poll (
    SfuEncodingActivity *activity, gint64 now_us);

G_END_DECLS
