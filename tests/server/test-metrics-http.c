/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* /metrics, /health/live and ready, /admin/log-level of a whole server.
 *
 * Threads: one; the worker is another process. */
#include "exposition-check.h"
#include "server-fixture.h"

#include <signal.h>
#include <string.h>

#define OPENMETRICS                                                            \
  "Accept: "                                                                   \
  "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;q=0.3,*/"       \
  "*;q=0.1"

/* promtool, where it is: it lints, too. */
static void
check_with_promtool (const gchar *text)
{
  const gchar *program = g_getenv ("SFU_TEST_PROMTOOL");
  g_autoptr (GSubprocess) process = NULL;
  g_autofree gchar *said = NULL;
  g_autoptr (GError) error = NULL;

  if (program == NULL || *program == '\0') {
    g_test_message ("promtool is not installed: not asked");
    return;
  }
  process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE |
          G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_PIPE,
      &error, program, "check", "metrics", NULL);
  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (process, text, NULL, NULL, &said, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (said, ==, "");
  g_assert_cmpint (g_subprocess_get_exit_status (process), ==, 0);
}

static gchar *
scrape (Fixture *f, const gchar *header)
{
  g_auto (Answer) answer = fixture_http (f, "GET", "/metrics", header);
  gboolean openmetrics =
      g_str_has_prefix (answer.type, "application/openmetrics-text");
  g_autofree gchar *wrong = NULL;

  g_assert_cmpuint (answer.status, ==, 200);
  wrong = exposition_check (answer.body, openmetrics);
  g_assert_cmpstr (wrong, ==, NULL);
  return g_steal_pointer (&answer.body);
}

static void
test_formats (void)
{
  static const struct {
    const gchar *header, *type;
  } cases[] = {
    { NULL, "text/plain; version=0.0.4; charset=utf-8" },
    { "Accept: */*", "text/plain; version=0.0.4; charset=utf-8" },
    { "Accept: text/html", "text/plain; version=0.0.4; charset=utf-8" },
    { "Accept: text/plain;q=0.9,application/openmetrics-text;q=0.1",
        "text/plain; version=0.0.4; charset=utf-8" },
    { "Accept: application/openmetrics-text;version=0.0.1",
        "text/plain; version=0.0.4; charset=utf-8" },
    { "Accept: application/openmetrics-text",
        "application/openmetrics-text; version=1.0.0; charset=utf-8" },
    { OPENMETRICS,
        "application/openmetrics-text; version=1.0.0; charset=utf-8" },
  };
  Fixture f;

  fixture_start (&f, (const gchar *[]){ "--metrics-open", NULL });
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_auto (Answer) answer =
        fixture_http (&f, "GET", "/metrics", cases[i].header);
    gboolean openmetrics = g_str_has_prefix (cases[i].type, "application");
    g_autofree gchar *wrong = exposition_check (answer.body, openmetrics);

    g_test_message ("%s", cases[i].header);
    g_assert_cmpuint (answer.status, ==, 200);
    g_assert_cmpstr (answer.type, ==, cases[i].type);
    g_assert_cmpstr (wrong, ==, NULL);
    if (!openmetrics)
      check_with_promtool (answer.body);
  }
  fixture_stop (&f);
}

static void
test_access (void)
{
  Fixture f;

  fixture_start (&f, NULL);
  {
    g_auto (Answer) closed = fixture_http (&f, "GET", "/metrics", NULL);
    g_auto (Answer) level = fixture_http (&f, "GET", "/admin/log-level", NULL);

    g_assert_cmpuint (closed.status, ==, 403);
    g_assert_cmpuint (level.status, ==, 403);
  }
  fixture_stop (&f);
  /* What is open on a loopback address is all of it. */
  fixture_start (&f, (const gchar *[]){ "--admin-open", NULL });
  {
    g_autofree gchar *text = scrape (&f, NULL);

    g_assert_nonnull (strstr (text, "\nsfu_worker_answered{worker=\"0\"} 1\n"));
  }
  fixture_stop (&f);
}

#define VALUE(series) exposition_value (text, series)

/* Strangers' words make no series, and no name of a room or participant is in
 * it. */
static void
test_counts (void)
{
  g_autofree gchar *transport = NULL;
  g_autofree gchar *producer = NULL;
  g_autofree gchar *text = NULL;
  g_autofree gchar *why = NULL;
  Client *a, *b;
  Fixture f;

  fixture_start (&f, (const gchar *[]){ "--metrics-open", NULL });
  a = client_new (&f, "secret-room", "secret-peer");
  b = client_new (&f, "secret-room", "other-peer");
  client_join (a);
  transport = client_create_transport (a, TRUE, FALSE);
  producer = client_produce (a, transport, "audio", 77);
  for (guint i = 0; i < 20; i++) {
    g_autofree gchar *method = g_strdup_printf ("stranger%u", i);
    g_autofree gchar *reason = client_fails (a, method, NULL, 404);
  }
  why = client_fails (a, "join", "{\"displayName\":\"x\"}", 409);
  text = scrape (&f, NULL);
  g_assert_cmpfloat (VALUE ("sfu_rooms"), ==, 1);
  g_assert_cmpfloat (VALUE ("sfu_peers{state=\"joined\"}"), ==, 1);
  g_assert_cmpfloat (VALUE ("sfu_peers{state=\"waiting\"}"), ==, 1);
  g_assert_cmpfloat (VALUE ("sfu_transports"), ==, 1);
  g_assert_cmpfloat (VALUE ("sfu_producers{kind=\"audio\"}"), ==, 1);
  g_assert_cmpfloat (VALUE ("sfu_producers{kind=\"video\"}"), ==, 0);
  g_assert_cmpfloat (VALUE ("sfu_connections"), ==, 2);
  g_assert_cmpfloat (VALUE ("sfu_worker_up{worker=\"0\"}"), ==, 1);
  g_assert_cmpfloat (VALUE ("sfu_ready"), ==, 1);
  g_assert_cmpfloat (VALUE ("sfu_redis_up"), ==, 0);
#define REQUESTS(method, result)                                               \
  VALUE ("sfu_signalling_requests_total{dialect=\"native\",method=\"" method   \
         "\",result=\"" result "\"}")
  g_assert_cmpfloat (REQUESTS ("join", "ok"), ==, 1);
  g_assert_cmpfloat (REQUESTS ("produce", "ok"), ==, 1);
  g_assert_cmpfloat (REQUESTS ("other", "not-found"), ==, 20);
  g_assert_null (strstr (text, "stranger"));
  g_assert_null (strstr (text, "secret-"));
  g_assert_null (strstr (text, producer));
  g_assert_cmpfloat (
      VALUE ("sfu_process_cpu_seconds_total{process=\"worker-0\"}"), >=, 0);
  g_assert_cmpfloat (
      VALUE ("sfu_process_resident_memory_bytes{process=\"worker-0\"}"), >,
      1000000);
  g_assert_cmpfloat (VALUE ("sfu_signalling_request_duration_seconds_count{"
                            "dialect=\"native\"}"),
      >=, 4);
  client_free (a);
  client_free (b);
  fixture_stop (&f);
}

/* A worker that hangs costs the others nothing. */
static void
test_hanging_worker (void)
{
  g_autofree gchar *text = NULL;
  g_autofree gchar *after = NULL;
  gint pid;
  Fixture f;

  /* Else it would be killed for that. */
  fixture_start (&f,
      (const gchar *[]){
          "--metrics-open", "--workers=2", "--worker-watchdog=0", NULL });
  pid = sfu_worker_client_get_pid (
      sfu_worker_pool_peek (sfu_server_get_pool (f.server), 0));
  kill (pid, SIGSTOP);
  text = scrape (&f, OPENMETRICS);
  kill (pid, SIGCONT);
  g_assert_cmpfloat (VALUE ("sfu_worker_answered{worker=\"0\"}"), ==, 0);
  g_assert_cmpfloat (VALUE ("sfu_worker_answered{worker=\"1\"}"), ==, 1);
  g_assert_cmpfloat (
      VALUE ("sfu_socket_packets_total{worker=\"0\",direction=\"in\"}"), ==,
      -1);
  g_assert_cmpfloat (
      VALUE ("sfu_socket_packets_total{worker=\"1\",direction=\"in\"}"), ==, 0);
  /* The kernel knows it still. */
  g_assert_cmpfloat (
      VALUE ("sfu_process_threads{process=\"worker-0\"}"), >=, 1);
  fixture_stop (&f);
}

static void
test_health (void)
{
  static const struct {
    const gchar *path;
    gboolean draining;
    guint status;
    const gchar *body;
  } cases[] = {
    { "/health/live", FALSE, 200, "{\"status\":\"live\"}" },
    { "/health/ready", FALSE, 200, "{\"status\":\"ready\"}" },
    { "/health/live", TRUE, 200, "{\"status\":\"live\"}" },
    { "/health/ready", TRUE, 503, "{\"status\":\"draining\"}" },
    { "/health/ready", FALSE, 200, "{\"status\":\"ready\"}" },
  };
  Fixture f;
  SfuRooms *rooms;

  fixture_start (&f, NULL);
  rooms = sfu_server_get_rooms (f.server);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_auto (Answer) answer = { 0 };

    if (cases[i].draining)
      sfu_rooms_drain (rooms, &(SfuDrainOrder){ .exit = FALSE });
    else
      sfu_drain_cancel (sfu_rooms_get_drain (rooms));
    answer = fixture_http (&f, "GET", cases[i].path, NULL);
    g_assert_cmpuint (answer.status, ==, cases[i].status);
    g_assert_cmpstr (answer.body, ==, cases[i].body);
  }
  fixture_stop (&f);
}

static void
test_log_level (void)
{
  static const struct {
    const gchar *body;
    guint status;
  } bad[] = {
    { NULL, 400 },
    { "{}", 400 },
    { "{\"levels\":5}", 400 },
    { "{\"levels\":\"loud\"}", 400 },
    { "{\"levels\":\"info\"", 400 },
  };
  Fixture f;

  fixture_start (&f, (const gchar *[]){ "--admin-open", NULL });
  {
    g_auto (Answer) put = fixture_send (&f, "PUT", "/admin/log-level", NULL,
        "{\"levels\":\"warning,seam=error\"}");
    g_auto (Answer) get = fixture_http (&f, "GET", "/admin/log-level", NULL);

    g_assert_cmpuint (put.status, ==, 200);
    g_assert_cmpstr (put.body, ==, "{\"levels\":\"warning,seam=error\"}");
    g_assert_cmpstr (get.body, ==, put.body);
  }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_auto (Answer) put =
        fixture_send (&f, "PUT", "/admin/log-level", NULL, bad[i].body);
    g_auto (Answer) get = fixture_http (&f, "GET", "/admin/log-level", NULL);

    g_test_message ("%s", bad[i].body);
    g_assert_cmpuint (put.status, ==, bad[i].status);
    g_assert_cmpstr (get.body, ==, "{\"levels\":\"warning,seam=error\"}");
  }
  fixture_stop (&f);
}

/* Not a test: figures, with "-m perf". */
static void
measure_scrape (void)
{
  enum { N_ROOMS = 500, N_SCRAPES = 20 };
  g_autoptr (GPtrArray) clients =
      g_ptr_array_new_with_free_func ((GDestroyNotify)client_free);
  gint64 best_us = G_MAXINT64;
  gsize n_bytes = 0;
  Fixture f;

  fixture_start (&f, (const gchar *[]){ "--metrics-open", NULL });
  for (guint i = 0; i < N_ROOMS; i++) {
    g_autofree gchar *room = g_strdup_printf ("r%u", i);
    Client *c = client_new (&f, room, "p");
    g_autofree gchar *transport = NULL;
    g_autofree gchar *audio = NULL;
    g_autofree gchar *video = NULL;

    client_join (c);
    transport = client_create_transport (c, TRUE, FALSE);
    audio = client_produce (c, transport, "audio", 10 * i + 1);
    video = client_produce (c, transport, "video", 10 * i + 2);
    g_ptr_array_add (clients, c);
  }
  for (guint i = 0; i < N_SCRAPES; i++) {
    g_auto (Answer) answer = { 0 };
    gint64 started_us = g_get_monotonic_time ();

    answer = fixture_http (&f, "GET", "/metrics", NULL);
    best_us = MIN (best_us, g_get_monotonic_time () - started_us);
    n_bytes = strlen (answer.body);
  }
  g_test_minimized_result (best_us / 1000.0,
      "%u rooms, each with a transport and two producers: %.1f ms the fastest "
      "of %u scrapes, %" G_GSIZE_FORMAT " bytes",
      N_ROOMS, best_us / 1000.0, N_SCRAPES, n_bytes);
  g_ptr_array_set_size (clients, 0);
  fixture_stop (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/metrics-http/formats", test_formats);
  g_test_add_func ("/metrics-http/access", test_access);
  g_test_add_func ("/metrics-http/counts", test_counts);
  g_test_add_func ("/metrics-http/hanging-worker", test_hanging_worker);
  g_test_add_func ("/metrics-http/health", test_health);
  g_test_add_func ("/metrics-http/log-level", test_log_level);
  if (g_test_perf ())
    g_test_add_func ("/metrics-http/scrape", measure_scrape);
  return g_test_run ();
}
