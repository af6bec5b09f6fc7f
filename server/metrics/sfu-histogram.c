/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-histogram.h.
 *
 * Threads: plain data of one owner. */
#include "sfu-histogram.h"

#include <math.h>

void
sfu_histogram_observe (SfuHistogram *histogram, const gdouble *bounds,
    guint n_bounds, gdouble value)
{
  guint i = 0;

  if (isnan (value))
    return;
  while (i < n_bounds && value > bounds[i])
    i++;
  histogram->counts[i]++;
  histogram->sum += value;
}

guint64
sfu_histogram_count (const SfuHistogram *histogram, guint n_bounds)
{
  guint64 n = 0;

  for (guint i = 0; i <= n_bounds; i++)
    n += histogram->counts[i];
  return n;
}
