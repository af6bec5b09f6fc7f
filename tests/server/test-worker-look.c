/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Looking at a real worker, and impairing it: statistics, dump, graph.
 *
 * Threads: main only. */
#include <string.h>

#include "room-fixture.h"

static void
check_stats (SfuWorkerClient *client, const gchar *id, const gchar *type,
    const gchar *kind, guint32 ssrc)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) stats = worker_get_stats (client, id, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_variant_n_children (stats), ==, 1);
  g_autoptr (GVariant) report = g_variant_get_child_value (stats, 0);
  const gchar *text;
  gint64 timestamp;
  g_assert_true (g_variant_lookup (report, "type", "&s", &text));
  g_assert_cmpstr (text, ==, type);
  g_assert_true (g_variant_lookup (report, "timestamp", "x", &timestamp));
  g_assert_cmpint (ABS (timestamp - g_get_real_time () / 1000), <, 60000);
  if (!kind)
    return;
  guint64 packets;
  guint32 reported_ssrc;
  g_assert_true (g_variant_lookup (report, "ssrc", "u", &reported_ssrc));
  g_assert_cmpuint (reported_ssrc, ==, ssrc);
  g_assert_true (g_variant_lookup (report, "kind", "&s", &text));
  g_assert_cmpstr (text, ==, kind);
  g_assert_true (g_variant_lookup (report, "mimeType", "&s", &text));
  g_assert_cmpstr (text, ==, "video/VP8");
  g_assert_true (g_variant_lookup (report, "packetCount", "t", &packets));
  g_assert_cmpuint (packets, ==, 0);
}

static void
test_stats (void)
{
  g_autoptr (SfuWorkerClient) client = room_new ();
  check_stats (client, "a-send", "webrtc-transport", NULL, 0);
  check_stats (client, "a-video", "inbound-rtp", "video", 1);
  check_stats (client, "b1", "outbound-rtp", "video", 11);
  assert_fails (worker_get_stats (client, "r", &error), SFU_ERROR_NOT_FOUND);
  assert_fails (
      worker_get_stats (client, "other", &error), SFU_ERROR_NOT_FOUND);
  assert_fails (worker_dump (client, "other", &error), SFU_ERROR_NOT_FOUND);
  worker_stop (client, SFU_WORKER_STOP_TIMEOUT_MS);
}

/* ---- that it lives ---- */

#define MANY_CALLS 100

static void
on_router_closed (GObject *source, GAsyncResult *result, gpointer n_answers)
{
  sfu_worker_client_close_router_finish (
      SFU_WORKER_CLIENT (source), result, NULL);
  ++*(guint *)n_answers;
}

/* Each call counts as a sign of life: no timer runs between those that have
 * come together. */
static void
test_life_between_calls (void)
{
  g_autoptr (SfuWorkerClient) client = worker_new_started (NULL);
  SfuPulse *pulse = sfu_worker_client_get_pulse (client);
  gint64 before = sfu_pulse_get (pulse, SFU_PULSE_CONTROL);
  guint n_answers = 0;

  for (guint i = 0; i < MANY_CALLS; i++)
    sfu_worker_client_close_router_async (
        client, "none", NULL, on_router_closed, &n_answers);
  WORKER_WAIT_UNTIL (n_answers == MANY_CALLS);
  g_assert_cmpint (
      sfu_pulse_get (pulse, SFU_PULSE_CONTROL) - before, >=, MANY_CALLS);
  worker_stop (client, SFU_WORKER_STOP_TIMEOUT_MS);
}

static void
test_dump_process (void)
{
  g_autoptr (SfuWorkerClient) client = worker_new_started (NULL);
  g_autoptr (GVariant) dump = worker_dump (client, NULL, NULL);
  gint pid;
  guint64 rss;
  guint threads, fds;
  g_assert_true (g_variant_lookup (dump, "pid", "i", &pid));
  g_assert_cmpint (pid, ==, sfu_worker_client_get_pid (client));
  g_assert_true (g_variant_lookup (dump, "rss", "t", &rss));
  g_assert_cmpuint (rss, >, 1000 * 1000);
  g_assert_true (g_variant_lookup (dump, "threads", "u", &threads));
  g_assert_cmpuint (threads, >, 1);
  g_assert_true (g_variant_lookup (dump, "fds", "u", &fds));
  g_assert_cmpuint (fds, >, 3);
  worker_stop (client, SFU_WORKER_STOP_TIMEOUT_MS);
}

static void
test_graph (void)
{
  g_autoptr (SfuWorkerClient) client = worker_new_started (NULL);
  g_autoptr (GError) failure = NULL;
  assert_works (worker_create_router (client, "r", &error));
  g_autoptr (SfuSeamTransportInfo) info =
      worker_create_transport (client, "r", "t", NULL);
  room_add_producer (client, "t", "p", 1);
  g_autofree gchar *role = worker_connect_transport (
      client, "t", "auto", "sha-256", FINGERPRINT, &failure);
  g_assert_no_error (failure);
  g_autofree gchar *dot = worker_graph_dot (client, "r", &failure);
  g_assert_no_error (failure);
  g_assert_true (g_str_has_prefix (dot, "digraph"));
  g_assert_nonnull (strstr (dot, "SfuRouter"));
  g_assert_nonnull (strstr (dot, "SfuProducer"));
  g_assert_nonnull (strstr (dot, "SfuTransport"));
  g_assert_nonnull (strstr (dot, "GstWebRTCBin"));
  g_assert_null (strstr (dot, info->pwd));
  g_assert_null (strstr (dot, "BEGIN"));
  assert_fails (
      worker_graph_dot (client, "other", &error), SFU_ERROR_NOT_FOUND);
  worker_stop (client, SFU_WORKER_STOP_TIMEOUT_MS);
}

/* ---- impairment ---- */

static gboolean
impair (SfuWorkerClient *client, gdouble in, gdouble out, GError **error)
{
  WorkerWait wait = { 0 };
  sfu_worker_client_set_impairment_async (
      client, in, out, NULL, worker_wait_cb, &wait);
  worker_wait (&wait);
  gboolean ok =
      sfu_worker_client_set_impairment_finish (client, wait.result, error);
  worker_wait_clear (&wait);
  return ok;
}

static void
test_impairment (void)
{
  static const gdouble bad[][2] = { { -1, 0 }, { 0, 100.5 }, { 101, 0 },
    { 0.0 / 0.0, 0 }, { 0, 1.0 / 0.0 } };
  SfuWorkerStartOptions options = { .listen_ip = "127.0.0.1",
    .allow_impairment = TRUE };
  g_autoptr (SfuWorkerClient) plain = worker_new_started (NULL);
  g_autoptr (SfuWorkerClient) client = worker_new_started (&options);
  assert_fails (impair (plain, 1, 1, &error), SFU_ERROR_NOT_SUPPORTED);
  assert_works (impair (client, 0, 100, &error));
  assert_works (impair (client, 0, 0, &error));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    assert_fails (impair (client, bad[i][0], bad[i][1], &error),
        SFU_ERROR_INVALID_ARGUMENT);
  worker_stop (plain, SFU_WORKER_STOP_TIMEOUT_MS);
  worker_stop (client, SFU_WORKER_STOP_TIMEOUT_MS);
}

int
main (int argc, char **argv)
{
  worker_test_init (&argc, &argv);
  g_test_add_func ("/worker/look/stats", test_stats);
  g_test_add_func ("/worker/look/life-between-calls", test_life_between_calls);
  g_test_add_func ("/worker/look/dump-process", test_dump_process);
  g_test_add_func ("/worker/look/graph", test_graph);
  g_test_add_func ("/worker/look/impairment", test_impairment);
  return g_test_run ();
}
