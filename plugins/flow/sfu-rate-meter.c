/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Buckets by absolute number: a bucket that was not touched for a whole window
 * is emptied when time passes it, so nothing runs while nothing flows.
 *
 * Threads: owned by one thread. Time is an argument. */
#include "sfu-rate-meter.h"

#include <string.h>

#define BITS_PER_BYTE 8

void
sfu_rate_meter_init (SfuRateMeter *meter, gint64 window_us)
{
  memset (meter, 0, sizeof *meter);
  meter->bucket_us = MAX (window_us / SFU_RATE_METER_BUCKETS, 1);
  meter->newest = -1;
}

static void
advance (SfuRateMeter *meter, gint64 bucket)
{
  if (meter->newest == -1 || bucket - meter->newest >= SFU_RATE_METER_BUCKETS) {
    memset (meter->bytes, 0, sizeof meter->bytes);
    meter->newest = bucket;
  }
  while (meter->newest < bucket)
    meter->bytes[++meter->newest % SFU_RATE_METER_BUCKETS] = 0;
}

void
sfu_rate_meter_add (SfuRateMeter *meter, gsize bytes, gint64 now_us)
{
  gint64 bucket = now_us / meter->bucket_us;

  advance (meter, bucket);
  if (bucket > meter->newest - SFU_RATE_METER_BUCKETS)
    meter->bytes[bucket % SFU_RATE_METER_BUCKETS] += bytes;
}

guint64
sfu_rate_meter_bps (SfuRateMeter *meter, gint64 now_us)
{
  guint64 bytes = 0;
  gint64 begin, span;

  if (meter->newest == -1)
    return 0;
  advance (meter, now_us / meter->bucket_us);
  for (guint i = 0; i < SFU_RATE_METER_BUCKETS; i++)
    bytes += meter->bytes[i];
  /* The newest bucket is still filling: divide by the time it has had. */
  begin = (meter->newest - (SFU_RATE_METER_BUCKETS - 1)) * meter->bucket_us;
  span = MAX (now_us - begin, meter->bucket_us);
  return bytes * BITS_PER_BYTE * G_USEC_PER_SEC / (guint64)span;
}
