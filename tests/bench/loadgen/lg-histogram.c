/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values below 64 have a bucket each; above, the exponent and the next six
 * bits choose the bucket.
 *
 * Threads: the program has one. */
#include "lg-histogram.h"

#define SUB_BITS 6

void
lg_histogram_add (LgHistogram *self, uint64_t value)
{
  int index = (int)value;

  if (value >= LG_HISTOGRAM_SUB) {
    int exponent = 63 - __builtin_clzll (value);
    int rest = (int)((value >> (exponent - SUB_BITS)) & (LG_HISTOGRAM_SUB - 1));

    index = (exponent - SUB_BITS + 1) * LG_HISTOGRAM_SUB + rest;
  }
  self->buckets[MIN (index, LG_HISTOGRAM_BUCKETS - 1)]++;
  self->count++;
  self->max = MAX (self->max, value);
}

/* The middle of a bucket. */
static double
bucket_value (int index)
{
  int shift = index / LG_HISTOGRAM_SUB - 1;
  double low;

  if (index < LG_HISTOGRAM_SUB)
    return index;
  low = (double)((uint64_t)(LG_HISTOGRAM_SUB + index % LG_HISTOGRAM_SUB)
      << shift);
  return low * (1 + 0.5 / LG_HISTOGRAM_SUB);
}

double
lg_histogram_quantile (const LgHistogram *self, double q)
{
  uint64_t wanted = (uint64_t)(q * (double)self->count);
  uint64_t seen = 0;

  if (self->count == 0)
    return 0;
  for (int i = 0; i < LG_HISTOGRAM_BUCKETS; i++) {
    seen += self->buckets[i];
    if (seen > wanted)
      return bucket_value (i);
  }
  return (double)self->max;
}
