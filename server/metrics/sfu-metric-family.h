/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a metric is: its name, its unit and what its labels are called. Names
 * follow https://prometheus.io/docs/practices/naming: base units, the unit at
 * the end.
 *
 * Threads: constant data. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  SFU_METRIC_COUNTER, /* only rises; samples are called NAME_total */
  SFU_METRIC_GAUGE,
  SFU_METRIC_HISTOGRAM
} SfuMetricType;

#define SFU_METRIC_MAX_LABELS 4
#define SFU_METRIC_MAX_BOUNDS 16

typedef struct {
  const gchar *name; /* without "_total" */
  SfuMetricType type;
  const gchar *unit; /* "seconds", "bytes": the end of name; NULL = a number */
  const gchar *help;
  const gchar *labels[SFU_METRIC_MAX_LABELS]; /* NULL behind the last one */
  /* Of a histogram: upper bounds, rising; the last one is not +Inf. */
  gdouble bounds[SFU_METRIC_MAX_BOUNDS];
  guint n_bounds;
} SfuMetricFamily;

static inline guint
sfu_metric_family_n_labels (const SfuMetricFamily *family)
{
  guint n = 0;

  while (n < SFU_METRIC_MAX_LABELS && family->labels[n] != NULL)
    n++;
  return n;
}

G_END_DECLS
