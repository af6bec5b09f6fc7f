/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-exposition.h; the formats:
 * https://prometheus.io/docs/instrumenting/exposition_formats and
 * https://github.com/prometheus/OpenMetrics (1.0.0).
 *
 * Threads: plain data of one owner. */
#include "sfu-exposition.h"

#include <math.h>
#include <string.h>

/* Numbers up to here are exact, and are written as whole ones. */
#define MAX_WHOLE 9007199254740992.0 /* 2^53 */

static const gchar *const type_names[] = {
  [SFU_METRIC_COUNTER] = "counter",
  [SFU_METRIC_GAUGE] = "gauge",
  [SFU_METRIC_HISTOGRAM] = "histogram",
};

const gchar *
sfu_exposition_content_type (SfuExpositionFormat format)
{
  return format == SFU_EXPOSITION_OPENMETRICS
      ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
      : "text/plain; version=0.0.4; charset=utf-8";
}

void
sfu_exposition_init (SfuExposition *self, SfuExpositionFormat format)
{
  self->text = g_string_new (NULL);
  self->format = format;
  self->family = NULL;
}

gchar *
sfu_exposition_finish (SfuExposition *self)
{
  if (self->format == SFU_EXPOSITION_OPENMETRICS)
    g_string_append (self->text, "# EOF\n");
  self->family = NULL;
  return g_string_free (g_steal_pointer (&self->text), FALSE);
}

/* In the older format, the head names the samples of a counter. */
static const gchar *
head_suffix (const SfuExposition *self)
{
  return self->format == SFU_EXPOSITION_TEXT &&
          self->family->type == SFU_METRIC_COUNTER
      ? "_total"
      : "";
}

/* quote: labels' values are quoted, and only OpenMetrics escapes quotes in help
 * texts, too. */
static void
append_escaped (GString *text, const gchar *value, gboolean quote)
{
  for (const gchar *p = value; *p != '\0'; p++) {
    if (*p == '\n')
      g_string_append (text, "\\n");
    else if (*p == '\\' || (*p == '"' && quote))
      g_string_append_printf (text, "\\%c", *p);
    else
      g_string_append_c (text, *p);
  }
}

void
sfu_exposition_family (SfuExposition *self, const SfuMetricFamily *family)
{
  const gchar *suffix;

  self->family = family;
  suffix = head_suffix (self);
  g_string_append_printf (self->text, "# HELP %s%s ", family->name, suffix);
  append_escaped (
      self->text, family->help, self->format == SFU_EXPOSITION_OPENMETRICS);
  g_string_append_printf (self->text, "\n# TYPE %s%s %s\n", family->name,
      suffix, type_names[family->type]);
  /* In the older format it would only be a comment. */
  if (self->format == SFU_EXPOSITION_OPENMETRICS && family->unit != NULL)
    g_string_append_printf (
        self->text, "# UNIT %s %s\n", family->name, family->unit);
}

/* The shortest text that is read as the same number. */
static void
append_number (GString *text, gdouble value)
{
  gchar buffer[G_ASCII_DTOSTR_BUF_SIZE];

  if (isnan (value)) {
    g_string_append (text, "NaN");
  } else if (isinf (value)) {
    g_string_append (text, value > 0 ? "+Inf" : "-Inf");
  } else if (value == floor (value) && fabs (value) < MAX_WHOLE) {
    g_string_append_printf (text, "%" G_GINT64_FORMAT, (gint64)value);
  } else {
    g_ascii_formatd (buffer, sizeof buffer, "%.15g", value);
    if (g_ascii_strtod (buffer, NULL) != value)
      g_ascii_formatd (buffer, sizeof buffer, "%.17g", value);
    g_string_append (text, buffer);
  }
}

/* Bounds are the same text everywhere, or they are other series: a whole one
 * is written "1.0". */
static void
append_bound (GString *text, gdouble bound)
{
  append_number (text, bound);
  if (bound == floor (bound))
    g_string_append (text, ".0");
}

static void
append_label (GString *text, guint *n, const gchar *name, const gchar *value)
{
  g_string_append_printf (text, "%c%s=\"", (*n)++ == 0 ? '{' : ',', name);
  append_escaped (text, value, TRUE);
  g_string_append_c (text, '"');
}

/* Up to the number. bound NULL = none. */
static void
begin_sample (SfuExposition *self, const gchar *suffix,
    const gchar *const *values, const gdouble *bound)
{
  guint n = 0, n_labels = sfu_metric_family_n_labels (self->family);

  g_string_append_printf (self->text, "%s%s", self->family->name, suffix);
  for (guint i = 0; i < n_labels; i++)
    append_label (self->text, &n, self->family->labels[i], values[i]);
  if (bound != NULL) {
    g_string_append (self->text, n == 0 ? "{le=\"" : ",le=\"");
    n++;
    if (isinf (*bound))
      g_string_append (self->text, "+Inf");
    else
      append_bound (self->text, *bound);
    g_string_append_c (self->text, '"');
  }
  g_string_append (self->text, n == 0 ? " " : "} ");
}

static void
end_sample (SfuExposition *self, gdouble value)
{
  append_number (self->text, value);
  g_string_append_c (self->text, '\n');
}

void
sfu_exposition_value (
    SfuExposition *self, const gchar *const *values, gdouble value)
{
  begin_sample (self, self->family->type == SFU_METRIC_COUNTER ? "_total" : "",
      values, NULL);
  end_sample (self, value);
}

void
sfu_exposition_histogram (SfuExposition *self, const gchar *const *values,
    const SfuHistogram *histogram)
{
  const SfuMetricFamily *family = self->family;
  const gdouble infinity = INFINITY;
  guint64 n = 0;

  for (guint i = 0; i <= family->n_bounds; i++) {
    n += histogram->counts[i];
    begin_sample (self, "_bucket", values,
        i < family->n_bounds ? &family->bounds[i] : &infinity);
    end_sample (self, (gdouble)n);
  }
  begin_sample (self, "_sum", values, NULL);
  end_sample (self, histogram->sum);
  begin_sample (self, "_count", values, NULL);
  end_sample (self, (gdouble)n);
}

void
sfu_exposition_single (
    SfuExposition *self, const SfuMetricFamily *family, gdouble value)
{
  sfu_exposition_family (self, family);
  sfu_exposition_value (self, NULL, value);
}
