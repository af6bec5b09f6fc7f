/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How often values fell between which bounds, and their sum.
 *
 * Threads: plain data of one owner. */
#pragma once

#include "sfu-metric-family.h"

G_BEGIN_DECLS

typedef struct {
  /* Of values up to bound i and above the one before; the last one of those
   * above all. */
  guint64 counts[SFU_METRIC_MAX_BOUNDS + 1];
  gdouble sum;
} SfuHistogram;

/* bounds: rising, at most SFU_METRIC_MAX_BOUNDS. What is no number is not
 * counted. */
void sfu_histogram_observe (SfuHistogram *histogram, const gdouble *bounds,
    guint n_bounds, gdouble value);
/* Of all values. */
guint64 sfu_histogram_count (const SfuHistogram *histogram, guint n_bounds);

G_END_DECLS
