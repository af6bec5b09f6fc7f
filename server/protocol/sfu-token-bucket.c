/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How many messages a second somebody may send.
 *
 * Threads: one owner. */
#include "sfu-token-bucket.h"

void
sfu_token_bucket_init (
    SfuTokenBucket *bucket, gdouble per_second, gdouble burst, gint64 now_us)
{
  bucket->per_second = per_second;
  bucket->burst = MAX (burst, 1);
  bucket->tokens = bucket->burst;
  bucket->last_us = now_us;
}

gboolean
sfu_token_bucket_take (SfuTokenBucket *bucket, gint64 now_us)
{
  if (bucket->per_second <= 0)
    return TRUE;
  if (now_us > bucket->last_us) {
    gdouble elapsed_s =
        (gdouble)(now_us - bucket->last_us) / (gdouble)G_USEC_PER_SEC;

    bucket->tokens =
        MIN (bucket->burst, bucket->tokens + elapsed_s * bucket->per_second);
    bucket->last_us = now_us;
  }
  if (bucket->tokens < 1)
    return FALSE;
  bucket->tokens -= 1;
  return TRUE;
}
