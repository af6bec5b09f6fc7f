/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the server counts: labels of requests, reasons of failures.
 *
 * Threads: one; the test owns the clock. */
#include "exposition-check.h"
#include "sfu-metrics.h"

static gchar *
write_all (SfuMetrics *metrics, SfuExpositionFormat format)
{
  SfuExposition exposition;
  g_autofree gchar *wrong = NULL;
  gchar *text;

  sfu_exposition_init (&exposition, format);
  sfu_metrics_write (metrics, &exposition);
  text = sfu_exposition_finish (&exposition);
  wrong = exposition_check (text, format == SFU_EXPOSITION_OPENMETRICS);
  g_assert_cmpstr (wrong, ==, NULL);
  return text;
}

static void
test_requests (void)
{
  g_autoptr (SfuMetrics) metrics = sfu_metrics_new ();
  g_autofree gchar *text = NULL;
  g_autofree gchar *open = NULL;

  sfu_metrics_request (metrics, "native", "join", NULL, 1000000, 1001500);
  sfu_metrics_request (metrics, "native", "join", NULL, 1000000, 1300000);
  sfu_metrics_request (metrics, "native", NULL, "not-found", 0, 1300000);
  sfu_metrics_request (metrics, NULL, "produce", "forbidden", 0, 0);
  sfu_metrics_request (NULL, "native", "join", NULL, 0, 0);
  text = write_all (metrics, SFU_EXPOSITION_TEXT);
  open = write_all (metrics, SFU_EXPOSITION_OPENMETRICS);
#define REQUESTS(d, m, r)                                                      \
  exposition_value (text,                                                      \
      "sfu_signalling_requests_total{dialect=\"" d "\",method=\"" m            \
      "\",result=\"" r "\"}")
#define BUCKET(le)                                                             \
  exposition_value (text,                                                      \
      "sfu_signalling_request_duration_seconds_bucket{dialect=\"native\","     \
      "le=\"" le "\"}")
  g_assert_cmpfloat (REQUESTS ("native", "join", "ok"), ==, 2);
  g_assert_cmpfloat (REQUESTS ("native", "other", "not-found"), ==, 1);
  g_assert_cmpfloat (REQUESTS ("other", "produce", "forbidden"), ==, 1);
  g_assert_cmpfloat (BUCKET ("0.001"), ==, 0);
  g_assert_cmpfloat (BUCKET ("0.0025"), ==, 1);
  g_assert_cmpfloat (BUCKET ("+Inf"), ==, 2);
}

static void
test_failures (void)
{
  static const struct {
    const gchar *reason, *label;
  } cases[] = {
    { "consent expired", "consent-expired" },
    { "fingerprint mismatch", "fingerprint-mismatch" },
    { "DTLS failed: handshake timed out", "dtls-failed" },
    { "something else with room=x", "other" },
  };
  g_autoptr (SfuMetrics) metrics = sfu_metrics_new ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    sfu_metrics_transport_failed (metrics, cases[i].reason);
    g_assert_cmpfloat (sfu_metrics_get (metrics, SFU_METRIC_TRANSPORT_FAILURES,
                           cases[i].label),
        ==, 1);
  }
  sfu_metrics_transport_failed (metrics, "close_notify by peer");
  sfu_metrics_transport_failed (metrics, "closed");
  g_assert_cmpfloat (
      sfu_metrics_get (metrics, SFU_METRIC_TRANSPORT_FAILURES, "other"), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/metrics/requests", test_requests);
  g_test_add_func ("/metrics/failures", test_failures);
  return g_test_run ();
}
