/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A real worker through SfuWorkerClient: routers, transports, producers and
 * consumers come and go; every error has its code; nothing is left behind.
 *
 * Threads: main only. */
#include <string.h>

#include "room-fixture.h"

/* How many there are of what in all routers; ~0 when the worker is gone. */
static guint
count (SfuWorkerClient *client, const gchar *what)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) dump = worker_dump (client, NULL, &error);
  g_assert_no_error (error);
  g_autoptr (GVariant) routers =
      g_variant_lookup_value (dump, "routers", G_VARIANT_TYPE ("aa{sv}"));
  if (g_str_equal (what, "routers"))
    return g_variant_n_children (routers);
  guint n = 0;
  for (gsize i = 0; i < g_variant_n_children (routers); i++) {
    g_autoptr (GVariant) router = g_variant_get_child_value (routers, i);
    g_autoptr (GVariant) list =
        g_variant_lookup_value (router, what, G_VARIANT_TYPE ("aa{sv}"));
    n += g_variant_n_children (list);
  }
  return n;
}

static void
check_counts (SfuWorkerClient *client, guint routers, guint transports,
    guint producers, guint consumers)
{
  g_assert_cmpuint (count (client, "routers"), ==, routers);
  g_assert_cmpuint (count (client, "transports"), ==, transports);
  g_assert_cmpuint (count (client, "producers"), ==, producers);
  g_assert_cmpuint (count (client, "consumers"), ==, consumers);
}

/* ---- routers ---- */

static void
test_routers (void)
{
  g_autofree gchar *longest = g_strnfill (SFU_SEAM_MAX_ID, 'x');
  g_autofree gchar *too_long = g_strnfill (SFU_SEAM_MAX_ID + 1, 'x');
  g_autoptr (SfuWorkerClient) client = worker_new_started (NULL);
  assert_works (worker_create_router (client, "r", &error));
  assert_fails (worker_create_router (client, "r", &error), SFU_ERROR_EXISTS);
  assert_fails (
      worker_create_router (client, "", &error), SFU_ERROR_INVALID_ARGUMENT);
  assert_fails (worker_create_router (client, too_long, &error),
      SFU_ERROR_INVALID_ARGUMENT);
  assert_works (worker_create_router (client, longest, &error));
  check_counts (client, 2, 0, 0, 0);
  assert_fails (
      worker_close_router (client, "other", &error), SFU_ERROR_NOT_FOUND);
  assert_works (worker_close_router (client, "r", &error));
  assert_fails (worker_close_router (client, "r", &error), SFU_ERROR_NOT_FOUND);
  assert_works (worker_create_router (client, "r", &error));
  check_counts (client, 2, 0, 0, 0);
  worker_stop (client, SFU_WORKER_STOP_TIMEOUT_MS);
}

/* ---- transports ---- */

static void
check_fingerprints (GPtrArray *fingerprints)
{
  g_assert_cmpuint (fingerprints->len, >=, 1);
  const SfuSeamFingerprint *last = fingerprints->pdata[fingerprints->len - 1];
  g_assert_cmpstr (last->algorithm, ==, "sha-256");
  g_assert_cmpuint (strlen (last->value), ==, 32 * 3 - 1);
}

static void
test_transport_info (void)
{
  static const gchar *const announced[] = { "192.0.2.1", "", "2001:db8::1",
    NULL };
  SfuWorkerStartOptions options = { .listen_ip = "127.0.0.1",
    .announced = announced };
  g_autoptr (SfuWorkerClient) client = worker_new ();
  guint16 port = 0;
  assert_works (worker_start (client, &options, &port, &error));
  g_assert_cmpuint (port, >, 0);
  assert_works (worker_create_router (client, "r", &error));
  g_autoptr (SfuSeamTransportInfo) info =
      worker_create_transport (client, "r", "t", NULL);
  g_autoptr (SfuSeamTransportInfo) other =
      worker_create_transport (client, "r", "t2", NULL);
  g_assert_cmpuint (strlen (info->ufrag), >=, 4);
  g_assert_cmpuint (strlen (info->pwd), >=, 22); /* RFC 8445 5.3 */
  g_assert_cmpstr (info->ufrag, !=, other->ufrag);
  g_assert_cmpstr (info->pwd, !=, other->pwd);
  g_assert_cmpuint (info->candidates->len, ==, 2);
  for (guint i = 0; i < 2; i++) {
    const SfuSeamCandidate *c = info->candidates->pdata[i];
    g_assert_cmpstr (c->address, ==, announced[i * 2]);
    g_assert_cmpuint (c->port, ==, port);
    g_assert_cmpstr (c->protocol, ==, "udp");
    g_assert_cmpstr (c->type, ==, "host");
  }
  check_fingerprints (info->fingerprints);
  worker_stop (client, SFU_WORKER_STOP_TIMEOUT_MS);
}

static void
test_transport_ids (void)
{
  g_autoptr (SfuWorkerClient) client = worker_new_started (NULL);
  assert_works (worker_create_router (client, "r", &error));
  room_add_transport (client, "r", "t");
  assert_fails (worker_create_transport (client, "other", "t2", &error),
      SFU_ERROR_NOT_FOUND);
  assert_fails (
      worker_create_transport (client, "t", "t2", &error), SFU_ERROR_NOT_FOUND);
  assert_fails (
      worker_create_transport (client, "r", "t", &error), SFU_ERROR_EXISTS);
  assert_fails (
      worker_create_transport (client, "r", "r", &error), SFU_ERROR_EXISTS);
  assert_fails (worker_create_transport (client, "r", "", &error),
      SFU_ERROR_INVALID_ARGUMENT);
  assert_fails (
      worker_close_transport (client, "r", &error), SFU_ERROR_NOT_FOUND);
  check_counts (client, 1, 1, 0, 0);
  assert_works (worker_close_transport (client, "t", &error));
  assert_fails (
      worker_close_transport (client, "t", &error), SFU_ERROR_NOT_FOUND);
  check_counts (client, 1, 0, 0, 0);
  worker_stop (client, SFU_WORKER_STOP_TIMEOUT_MS);
}

static void
test_connect (void)
{
  static const struct {
    const gchar *role, *algorithm, *value;
  } bad[] = {
    { "auto", NULL, NULL },
    { "auto", "sha-256", "" },
    { "auto", "sha-256", "00:11" },
    { "auto", "sha-256", FINGERPRINT ":00" },
    { "auto", "sha-1", FINGERPRINT },
    { "auto", "md5", FINGERPRINT },
    { "auto", "", FINGERPRINT },
    { "active", "sha-256", FINGERPRINT },
    { "", "sha-256", FINGERPRINT },
  };
  static const struct {
    const gchar *role, *ours;
  } good[] = { { "auto", "server" }, { "client", "server" },
    { "server", "client" } };
  g_autoptr (SfuWorkerClient) client = worker_new_started (NULL);
  assert_works (worker_create_router (client, "r", &error));
  for (guint i = 0; i < G_N_ELEMENTS (good); i++) {
    room_add_transport (client, "r", "t");
    for (guint j = 0; j < G_N_ELEMENTS (bad); j++)
      assert_fails (worker_connect_transport (client, "t", bad[j].role,
                        bad[j].algorithm, bad[j].value, &error),
          SFU_ERROR_INVALID_ARGUMENT);
    g_autoptr (GError) failure = NULL;
    g_autofree gchar *role = worker_connect_transport (
        client, "t", good[i].role, "sha-256", FINGERPRINT, &failure);
    g_assert_no_error (failure);
    g_assert_cmpstr (role, ==, good[i].ours);
    assert_fails (worker_connect_transport (
                      client, "t", "auto", "sha-256", FINGERPRINT, &error),
        SFU_ERROR_WRONG_STATE);
    assert_works (worker_close_transport (client, "t", &error));
    assert_fails (worker_connect_transport (
                      client, "t", "auto", "sha-256", FINGERPRINT, &error),
        SFU_ERROR_NOT_FOUND);
  }
  worker_stop (client, SFU_WORKER_STOP_TIMEOUT_MS);
}

static void
test_restart_ice (void)
{
  g_autoptr (SfuWorkerClient) client = worker_new_started (NULL);
  assert_works (worker_create_router (client, "r", &error));
  g_autoptr (SfuSeamTransportInfo) info =
      worker_create_transport (client, "r", "t", NULL);
  WorkerWait wait = { 0 };
  g_autofree gchar *ufrag = NULL;
  g_autofree gchar *pwd = NULL;
  sfu_worker_client_restart_ice_async (
      client, "t", NULL, worker_wait_cb, &wait);
  worker_wait (&wait);
  g_assert_true (sfu_worker_client_restart_ice_finish (
      client, wait.result, &ufrag, &pwd, NULL));
  worker_wait_clear (&wait);
  g_assert_cmpstr (ufrag, !=, info->ufrag);
  g_assert_cmpstr (pwd, !=, info->pwd);
  sfu_worker_client_restart_ice_async (
      client, "other", NULL, worker_wait_cb, &wait);
  worker_wait (&wait);
  assert_fails (sfu_worker_client_restart_ice_finish (
                    client, wait.result, NULL, NULL, &error),
      SFU_ERROR_NOT_FOUND);
  worker_wait_clear (&wait);
  worker_stop (client, SFU_WORKER_STOP_TIMEOUT_MS);
}

/* ---- producers and consumers ---- */

static void
test_produce_errors (void)
{
  g_autoptr (SfuRtpParameters) good = room_vp8 ("0", 1);
  g_autoptr (SfuRtpParameters) empty = sfu_rtp_parameters_new ();
  g_autoptr (SfuRtpParameters) no_ssrc = room_vp8 ("0", 0);
  g_autoptr (SfuWorkerClient) client = worker_new_started (NULL);
  assert_works (worker_create_router (client, "r", &error));
  assert_works (worker_create_router (client, "r2", &error));
  room_add_transport (client, "r", "t");
  room_add_transport (client, "r2", "t2");
  assert_fails (worker_produce (
                    client, "other", "p", SFU_MEDIA_VIDEO, good, FALSE, &error),
      SFU_ERROR_NOT_FOUND);
  assert_fails (
      worker_produce (client, "r", "p", SFU_MEDIA_VIDEO, good, FALSE, &error),
      SFU_ERROR_NOT_FOUND);
  assert_fails (
      worker_produce (client, "t", "t", SFU_MEDIA_VIDEO, good, FALSE, &error),
      SFU_ERROR_EXISTS);
  assert_fails (
      worker_produce (client, "t", "p", SFU_MEDIA_VIDEO, empty, FALSE, &error),
      SFU_ERROR_INVALID_ARGUMENT);
  assert_fails (
      worker_produce (client, "t", "p", SFU_MEDIA_AUDIO, good, FALSE, &error),
      SFU_ERROR_INVALID_ARGUMENT);
  check_counts (client, 2, 2, 0, 0);
  room_add_producer (client, "t", "p", 1);
  assert_fails (worker_consume (client, "t", "c", "other", good, TRUE, &error),
      SFU_ERROR_NOT_FOUND);
  assert_fails (worker_consume (client, "t", "c", "t", good, TRUE, &error),
      SFU_ERROR_NOT_FOUND);
  assert_fails (worker_consume (client, "t", "p", "p", good, TRUE, &error),
      SFU_ERROR_EXISTS);
  assert_fails (worker_consume (client, "t", "c", "p", no_ssrc, TRUE, &error),
      SFU_ERROR_INVALID_ARGUMENT);
  assert_fails (worker_consume (client, "t", "c", "p", empty, TRUE, &error),
      SFU_ERROR_INVALID_ARGUMENT);
  /* from a foreign room */
  assert_fails (worker_consume (client, "t2", "c", "p", good, TRUE, &error),
      SFU_ERROR_INVALID_ARGUMENT);
  check_counts (client, 2, 2, 1, 0);
  worker_stop (client, SFU_WORKER_STOP_TIMEOUT_MS);
}

typedef void (*Async) (SfuWorkerClient *client, const gchar *id,
    GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
typedef gboolean (*Finish) (
    SfuWorkerClient *client, GAsyncResult *result, GError **error);

static gboolean
run (SfuWorkerClient *client, const gchar *id, Async async, Finish finish,
    GError **error)
{
  WorkerWait wait = { 0 };
  async (client, id, NULL, worker_wait_cb, &wait);
  worker_wait (&wait);
  gboolean ok = finish (client, wait.result, error);
  worker_wait_clear (&wait);
  return ok;
}

static gboolean
pause_producer (
    SfuWorkerClient *client, const gchar *id, gboolean paused, GError **error)
{
  WorkerWait wait = { 0 };
  sfu_worker_client_set_producer_paused_async (
      client, id, paused, NULL, worker_wait_cb, &wait);
  worker_wait (&wait);
  gboolean ok =
      sfu_worker_client_set_producer_paused_finish (client, wait.result, error);
  worker_wait_clear (&wait);
  return ok;
}

static gboolean
pause_consumer (
    SfuWorkerClient *client, const gchar *id, gboolean paused, GError **error)
{
  WorkerWait wait = { 0 };
  sfu_worker_client_set_consumer_paused_async (
      client, id, paused, NULL, worker_wait_cb, &wait);
  worker_wait (&wait);
  gboolean ok =
      sfu_worker_client_set_consumer_paused_finish (client, wait.result, error);
  worker_wait_clear (&wait);
  return ok;
}

#define RUN(id, verb)                                                          \
  run (client, id, sfu_worker_client_##verb##_async,                           \
      sfu_worker_client_##verb##_finish, &error)

static void
test_close_order (void)
{
  g_autoptr (SfuWorkerClient) client = room_new ();
  check_counts (client, 1, 4, 3, 4);
  assert_works (RUN ("b2", close_consumer));
  assert_fails (RUN ("b2", close_consumer), SFU_ERROR_NOT_FOUND);
  check_counts (client, 1, 4, 3, 3);
  assert_works (RUN ("a-video", close_producer));
  assert_fails (RUN ("a-video", close_producer), SFU_ERROR_NOT_FOUND);
  assert_fails (RUN ("b1", close_consumer), SFU_ERROR_NOT_FOUND);
  assert_fails (RUN ("a2", request_key_frame), SFU_ERROR_NOT_FOUND);
  check_counts (client, 1, 4, 2, 1);
  assert_works (worker_close_transport (client, "b-send", &error));
  assert_fails (RUN ("b-video", close_producer), SFU_ERROR_NOT_FOUND);
  assert_fails (RUN ("a1", close_consumer), SFU_ERROR_NOT_FOUND);
  check_counts (client, 1, 3, 1, 0);
  /* an id is free again */
  room_add_producer (client, "a-send", "a-video", 1);
  room_add_consumer (client, "b-recv", "b1", "a-video", 11);
  assert_works (worker_close_transport (client, "b-recv", &error));
  check_counts (client, 1, 2, 2, 0);
  assert_works (worker_close_router (client, "r", &error));
  check_counts (client, 0, 0, 0, 0);
  assert_fails (
      worker_close_transport (client, "a-send", &error), SFU_ERROR_NOT_FOUND);
  worker_stop (client, SFU_WORKER_STOP_TIMEOUT_MS);
}

static gboolean
is_paused (SfuWorkerClient *client, const gchar *what, const gchar *id)
{
  g_autoptr (GVariant) dump = worker_dump (client, "r", NULL);
  g_autoptr (GVariant) routers = g_variant_lookup_value (dump, "routers", NULL);
  g_autoptr (GVariant) router = g_variant_get_child_value (routers, 0);
  g_autoptr (GVariant) list = g_variant_lookup_value (router, what, NULL);
  for (gsize i = 0; i < g_variant_n_children (list); i++) {
    g_autoptr (GVariant) entry = g_variant_get_child_value (list, i);
    const gchar *entry_id;
    gboolean paused;
    g_assert_true (g_variant_lookup (entry, "id", "&s", &entry_id));
    g_assert_true (g_variant_lookup (entry, "paused", "b", &paused));
    if (g_str_equal (entry_id, id))
      return paused;
  }
  g_error ("no %s in %s", id, what);
}

static void
test_pause (void)
{
  g_autoptr (SfuWorkerClient) client = room_new ();
  g_assert_false (is_paused (client, "producers", "a-video"));
  g_assert_true (is_paused (client, "consumers", "b1"));
  assert_works (pause_producer (client, "a-video", TRUE, &error));
  assert_works (pause_consumer (client, "b1", FALSE, &error));
  g_assert_true (is_paused (client, "producers", "a-video"));
  g_assert_false (is_paused (client, "consumers", "b1"));
  assert_works (pause_producer (client, "a-video", TRUE, &error));
  assert_works (RUN ("b1", request_key_frame));
  assert_fails (
      pause_producer (client, "b1", TRUE, &error), SFU_ERROR_NOT_FOUND);
  assert_fails (
      pause_consumer (client, "a-video", TRUE, &error), SFU_ERROR_NOT_FOUND);
  assert_fails (RUN ("a-video", request_key_frame), SFU_ERROR_NOT_FOUND);
  worker_stop (client, SFU_WORKER_STOP_TIMEOUT_MS);
}

/* ---- limits ---- */

static void
test_limits (void)
{
  SfuWorkerStartOptions options = { .listen_ip = "127.0.0.1",
    .max_routers = 2,
    .max_transports_per_router = 2,
    .max_producers_per_transport = 1,
    .max_consumers_per_transport = 1 };
  g_autoptr (SfuRtpParameters) parameters = room_vp8 ("", 5);
  g_autoptr (SfuWorkerClient) client = worker_new_started (&options);
  assert_works (worker_create_router (client, "r1", &error));
  assert_works (worker_create_router (client, "r2", &error));
  assert_fails (
      worker_create_router (client, "r3", &error), SFU_ERROR_LIMIT_EXCEEDED);
  room_add_transport (client, "r1", "t1");
  room_add_transport (client, "r1", "t2");
  assert_fails (worker_create_transport (client, "r1", "t3", &error),
      SFU_ERROR_LIMIT_EXCEEDED);
  room_add_transport (client, "r2", "t3");
  room_add_producer (client, "t1", "p1", 1);
  assert_fails (worker_produce (client, "t1", "p2", SFU_MEDIA_VIDEO, parameters,
                    FALSE, &error),
      SFU_ERROR_LIMIT_EXCEEDED);
  room_add_consumer (client, "t2", "c1", "p1", 11);
  assert_fails (
      worker_consume (client, "t2", "c2", "p1", parameters, FALSE, &error),
      SFU_ERROR_LIMIT_EXCEEDED);
  assert_works (worker_close_router (client, "r2", &error));
  assert_works (worker_create_router (client, "r3", &error));
  worker_stop (client, SFU_WORKER_STOP_TIMEOUT_MS);
}

/* ---- sctp ---- */

static void
test_sctp_is_refused (void)
{
  g_autoptr (SfuWorkerClient) client = worker_new_started (NULL);
  SfuWorkerTransportOptions options = { .sctp = TRUE };
  WorkerWait wait = { 0 };
  assert_works (worker_create_router (client, "r", &error));
  sfu_worker_client_create_webrtc_transport_async (
      client, "r", "t", &options, NULL, worker_wait_cb, &wait);
  worker_wait (&wait);
  assert_fails (sfu_worker_client_create_webrtc_transport_finish (
                    client, wait.result, &error),
      SFU_ERROR_NOT_SUPPORTED);
  worker_wait_clear (&wait);
  check_counts (client, 1, 0, 0, 0);
  worker_stop (client, SFU_WORKER_STOP_TIMEOUT_MS);
}

int
main (int argc, char **argv)
{
  worker_test_init (&argc, &argv);
  g_test_add_func ("/worker/lifecycle/routers", test_routers);
  g_test_add_func ("/worker/lifecycle/transport-info", test_transport_info);
  g_test_add_func ("/worker/lifecycle/transport-ids", test_transport_ids);
  g_test_add_func ("/worker/lifecycle/connect", test_connect);
  g_test_add_func ("/worker/lifecycle/restart-ice", test_restart_ice);
  g_test_add_func ("/worker/lifecycle/produce-errors", test_produce_errors);
  g_test_add_func ("/worker/lifecycle/close-order", test_close_order);
  g_test_add_func ("/worker/lifecycle/pause", test_pause);
  g_test_add_func ("/worker/lifecycle/limits", test_limits);
  g_test_add_func ("/worker/lifecycle/sctp", test_sctp_is_refused);
  return g_test_run ();
}
