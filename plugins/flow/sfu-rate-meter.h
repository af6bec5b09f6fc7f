/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bits per second over a sliding window of ten buckets.
 *
 * Threads: owned by one thread. Time is an argument. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SFU_RATE_METER_BUCKETS 10

typedef struct {
  gint64 bucket_us;
  gint64 newest; /* number of the newest bucket; -1 = empty */
  guint64 bytes[SFU_RATE_METER_BUCKETS];
} SfuRateMeter;

/* window_us: e.g. one second. */
void sfu_rate_meter_init (SfuRateMeter *meter, gint64 window_us);
void sfu_rate_meter_add (SfuRateMeter *meter, gsize bytes, gint64 now_us);
guint64 sfu_rate_meter_bps (SfuRateMeter *meter, gint64 now_us);

G_END_DECLS
