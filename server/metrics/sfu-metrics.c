/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-metrics.h.
 *
 * Threads: the server's one thread. */
#include "sfu-metrics.h"

#include "sfu-registry.h"

#include <stdarg.h>
#include <string.h>

static const SfuMetricFamily families[] = {
  [SFU_METRIC_REQUESTS] = { "sfu_signalling_requests", SFU_METRIC_COUNTER, NULL,
      "Requests of clients that were answered. Methods nobody knows are "
      "\"other\".",
      { "dialect", "method", "result" } },
  /* A millisecond is what the way through a worker takes; the last bound is
   * where clients give up. */
  [SFU_METRIC_REQUEST_DURATION] = { "sfu_signalling_request_duration_seconds",
      SFU_METRIC_HISTOGRAM, "seconds",
      "From a request to its answer, the worker's part included.",
      { "dialect" },
      { 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0,
          2.5, 10.0 },
      13 },
  [SFU_METRIC_CONNECTIONS_REFUSED] = { "sfu_connections_refused",
      SFU_METRIC_COUNTER, NULL,
      "Connections and HTTP requests that were turned away.", { "reason" } },
  [SFU_METRIC_TRANSPORT_FAILURES] = { "sfu_transport_failures",
      SFU_METRIC_COUNTER, NULL,
      "Transports that ICE or DTLS ended, and not their owner.", { "reason" } },
  [SFU_METRIC_WORKER_RESTARTS] = { "sfu_worker_restarts", SFU_METRIC_COUNTER,
      NULL, "Workers that died or hung, and were replaced." },
  [SFU_METRIC_WEBHOOK_DELIVERIES] = { "sfu_webhook_deliveries",
      SFU_METRIC_COUNTER, NULL,
      "Attempts to deliver an event to the webhook-url.", { "result" } },
  [SFU_METRIC_WEBHOOK_DROPPED] = { "sfu_webhook_dropped_events",
      SFU_METRIC_COUNTER, NULL, "Events that the webhook-url will never get.",
      { "reason" } },
};
G_STATIC_ASSERT (G_N_ELEMENTS (families) == SFU_N_METRICS);

/* Written as 0 from the beginning: a rate needs the value of before. */
static const struct {
  SfuMetric metric;
  const gchar *value;
} known[] = {
  { SFU_METRIC_CONNECTIONS_REFUSED, "server-full" },
  { SFU_METRIC_CONNECTIONS_REFUSED, "too-many" },
  { SFU_METRIC_CONNECTIONS_REFUSED, "too-fast" },
  { SFU_METRIC_CONNECTIONS_REFUSED, "origin" },
  { SFU_METRIC_CONNECTIONS_REFUSED, "token" },
  { SFU_METRIC_TRANSPORT_FAILURES, "consent-expired" },
  { SFU_METRIC_TRANSPORT_FAILURES, "dtls-failed" },
  { SFU_METRIC_TRANSPORT_FAILURES, "fingerprint-mismatch" },
  { SFU_METRIC_TRANSPORT_FAILURES, "other" },
  { SFU_METRIC_WEBHOOK_DELIVERIES, "ok" },
  { SFU_METRIC_WEBHOOK_DELIVERIES, "refused" },
  { SFU_METRIC_WEBHOOK_DELIVERIES, "unreachable" },
  { SFU_METRIC_WEBHOOK_DROPPED, "given-up" },
  { SFU_METRIC_WEBHOOK_DROPPED, "queue-full" },
};

struct _SfuMetrics {
  SfuRegistry *registry; /* owned */
};

SfuMetrics *
sfu_metrics_new (void)
{
  SfuMetrics *self = g_rc_box_new0 (SfuMetrics);

  self->registry = sfu_registry_new (families, SFU_N_METRICS);
  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    sfu_registry_add (self->registry, known[i].metric, &known[i].value, 0);
  return self;
}

SfuMetrics *
sfu_metrics_ref (SfuMetrics *self)
{
  return g_rc_box_acquire (self);
}

static void
metrics_clear (gpointer data)
{
  SfuMetrics *self = data;

  sfu_registry_free (self->registry);
}

void
sfu_metrics_unref (SfuMetrics *self)
{
  if (self != NULL)
    g_rc_box_release_full (self, metrics_clear);
}

static void
read_values (SfuMetric metric, const gchar **values, va_list args)
{
  guint n = sfu_metric_family_n_labels (&families[metric]);

  for (guint i = 0; i < n; i++)
    values[i] = va_arg (args, const gchar *);
}

void
sfu_metrics_add (SfuMetrics *self, SfuMetric metric, guint n, ...)
{
  const gchar *values[SFU_METRIC_MAX_LABELS];
  va_list args;

  if (self == NULL)
    return;
  va_start (args, n);
  read_values (metric, values, args);
  va_end (args);
  sfu_registry_add (self->registry, metric, values, n);
}

gdouble
sfu_metrics_get (SfuMetrics *self, SfuMetric metric, ...)
{
  const gchar *values[SFU_METRIC_MAX_LABELS];
  va_list args;

  va_start (args, metric);
  read_values (metric, values, args);
  va_end (args);
  return sfu_registry_get (self->registry, metric, values);
}

void
sfu_metrics_request (SfuMetrics *self, const gchar *dialect,
    const gchar *method, const gchar *error_name, gint64 started_us,
    gint64 now_us)
{
  if (self == NULL)
    return;
  if (dialect == NULL)
    dialect = "other";
  sfu_metrics_add (self, SFU_METRIC_REQUESTS, 1, dialect,
      method != NULL ? method : "other",
      error_name != NULL ? error_name : "ok");
  if (started_us > 0)
    sfu_registry_observe (self->registry, SFU_METRIC_REQUEST_DURATION, &dialect,
        (now_us - started_us) / (gdouble)G_USEC_PER_SEC);
}

void
sfu_metrics_transport_failed (SfuMetrics *self, const gchar *reason)
{
  static const struct {
    const gchar *start, *value;
  } reasons[] = {
    { "consent expired", "consent-expired" },
    { "fingerprint mismatch", "fingerprint-mismatch" },
    { "DTLS failed", "dtls-failed" },
  };
  const gchar *value = "other";

  /* Somebody went in good order. */
  if (g_str_has_prefix (reason, "close_notify") ||
      strcmp (reason, "closed") == 0)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    if (g_str_has_prefix (reason, reasons[i].start))
      value = reasons[i].value;
  sfu_metrics_add (self, SFU_METRIC_TRANSPORT_FAILURES, 1, value);
}

void
sfu_metrics_write (SfuMetrics *self, SfuExposition *exposition)
{
  sfu_registry_write (self->registry, exposition);
}
