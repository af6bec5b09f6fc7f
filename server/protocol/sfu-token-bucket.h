/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How many messages a second somebody may send, with room for a burst.
 *
 * Threads: one owner; time is an argument. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  gdouble per_second; /* 0 = no limit */
  gdouble burst;      /* at least 1 */
  gdouble tokens;
  gint64 last_us;
} SfuTokenBucket;

/* Starts full. */
void sfu_token_bucket_init (
    SfuTokenBucket *bucket, gdouble per_second, gdouble burst, gint64 now_us);
/* FALSE = over the limit; nothing was taken. A clock that steps back counts
 * as one that stands still. */
gboolean sfu_token_bucket_take (SfuTokenBucket *bucket, gint64 now_us);

G_END_DECLS
