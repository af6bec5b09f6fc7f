/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Latency histogram: logarithmic buckets, each power of two cut in 64, so a
 * quantile is right to 1.6 %.
 *
 * Threads: the program has one. */
#pragma once

#include "lg-base.h"

#define LG_HISTOGRAM_SUB 64
#define LG_HISTOGRAM_BUCKETS (40 * LG_HISTOGRAM_SUB)

typedef struct {
  uint64_t buckets[LG_HISTOGRAM_BUCKETS];
  uint64_t count;
  uint64_t max;
} LgHistogram;

void lg_histogram_add (LgHistogram *self, uint64_t value);
/* q: 0..1. 0 when nothing was added. */
double lg_histogram_quantile (const LgHistogram *self, double q);
