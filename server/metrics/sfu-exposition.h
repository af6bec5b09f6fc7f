/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Metrics as text: the format of Prometheus (0.0.4), or OpenMetrics 1.0. Pure
 * text building: what is written twice, or under labels of two kinds, is the
 * caller's mistake.
 *
 * Threads: plain data of one owner. */
#pragma once

#include "sfu-histogram.h"

G_BEGIN_DECLS

typedef enum {
  SFU_EXPOSITION_TEXT,
  SFU_EXPOSITION_OPENMETRICS
} SfuExpositionFormat;

typedef struct {
  GString *text; /* owned */
  SfuExpositionFormat format;
  const SfuMetricFamily *family; /* of what comes next */
} SfuExposition;

/* The value of Content-Type. */
const gchar *sfu_exposition_content_type (SfuExpositionFormat format);

void sfu_exposition_init (SfuExposition *self, SfuExpositionFormat format);
/* The text, to be freed; self is empty then. */
gchar *sfu_exposition_finish (SfuExposition *self);

/* The head of a family; its samples follow. */
void sfu_exposition_family (SfuExposition *self, const SfuMetricFamily *family);
/* values: of the family's labels, in their order; NULL for a family without
 * any. UTF-8. */
void sfu_exposition_value (
    SfuExposition *self, const gchar *const *values, gdouble value);
void sfu_exposition_histogram (SfuExposition *self, const gchar *const *values,
    const SfuHistogram *histogram);

/* A family with one sample, or as many as it has no labels for. */
void sfu_exposition_single (
    SfuExposition *self, const SfuMetricFamily *family, gdouble value);

G_END_DECLS
