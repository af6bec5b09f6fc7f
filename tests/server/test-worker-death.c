/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every way a worker, or the server of a worker, can end; and sockets that
 * cannot be had.
 *
 * Threads: main only. */
#include <errno.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "sfu-error.h"
#include "sfu-worker-process.h"
#include "worker-fixture.h"

/* Far below any timeout of the client, far above what a loaded machine needs
 * to answer. */
#define SHORT_TIMEOUT_MS 300

typedef struct {
  guint n;
  gint exit_status, term_signal;
  gchar *reason;
} Died;

static void
on_died (SfuWorkerClient *client, gint exit_status, gint term_signal,
    const gchar *reason, Died *died)
{
  died->n++;
  died->exit_status = exit_status;
  died->term_signal = term_signal;
  died->reason = g_strdup (reason);
}

static SfuWorkerClient *
new_watched (Died *died)
{
  SfuWorkerClient *client = worker_new_started (NULL);
  g_signal_connect (client, "died", G_CALLBACK (on_died), died);
  return client;
}

/* A zombie is dead: who reaps orphans is not ours to decide. */
static gboolean
is_alive (gint pid)
{
  g_autofree gchar *path = g_strdup_printf ("/proc/%d/stat", pid);
  g_autofree gchar *stat = NULL;
  if (!g_file_get_contents (path, &stat, NULL, NULL))
    return FALSE;
  const gchar *state = strrchr (stat, ')');
  return state && state[2] != 'Z';
}

static void
test_killed (void)
{
  Died died = { 0 };
  g_autoptr (SfuWorkerClient) client = new_watched (&died);
  g_autoptr (GError) error = NULL;
  g_assert_true (sfu_worker_client_is_running (client));
  kill (sfu_worker_client_get_pid (client), SIGKILL);
  WORKER_WAIT_UNTIL (died.n > 0);
  g_assert_cmpint (died.exit_status, ==, -1);
  g_assert_cmpint (died.term_signal, ==, SIGKILL);
  g_assert_nonnull (strstr (died.reason, "signal 9"));
  g_assert_false (sfu_worker_client_is_running (client));
  g_assert_cmpint (sfu_worker_client_get_pid (client), ==, 0);
  g_assert_false (worker_create_router (client, "r", &error));
  g_assert_error (error, SFU_ERROR, SFU_ERROR_FAILED);
  worker_stop (client, 0);
  g_assert_cmpuint (died.n, ==, 1);
  g_free (died.reason);
}

static void
test_killed_in_a_call (void)
{
  Died died = { 0 };
  g_autoptr (SfuWorkerClient) client = new_watched (&died);
  gint pid = sfu_worker_client_get_pid (client);
  WorkerWait wait = { 0 };
  g_autoptr (GError) error = NULL;
  kill (pid, SIGSTOP);
  sfu_worker_client_create_router_async (
      client, "r", NULL, worker_wait_cb, &wait);
  kill (pid, SIGKILL);
  worker_wait (&wait);
  g_assert_false (
      sfu_worker_client_create_router_finish (client, wait.result, &error));
  g_assert_error (error, SFU_ERROR, SFU_ERROR_FAILED);
  worker_wait_clear (&wait);
  WORKER_WAIT_UNTIL (died.n > 0);
  g_free (died.reason);
}

static void
test_terminated (void)
{
  Died died = { 0 };
  g_autoptr (SfuWorkerClient) client = new_watched (&died);
  kill (sfu_worker_client_get_pid (client), SIGTERM);
  WORKER_WAIT_UNTIL (died.n > 0);
  g_assert_cmpint (died.exit_status, ==, 0);
  g_assert_cmpint (died.term_signal, ==, 0);
  g_free (died.reason);
}

static void
test_timeout (void)
{
  Died died = { 0 };
  g_autoptr (SfuWorkerClient) client = new_watched (&died);
  gint pid = sfu_worker_client_get_pid (client);
  g_autoptr (GError) error = NULL;
  sfu_worker_client_set_call_timeout (client, SHORT_TIMEOUT_MS);
  kill (pid, SIGSTOP);
  g_assert_false (worker_create_router (client, "r", &error));
  g_assert_error (error, SFU_ERROR, SFU_ERROR_TIMEOUT);
  g_assert_nonnull (strstr (error->message, "CreateRouter"));
  g_clear_error (&error);
  kill (pid, SIGCONT);
  sfu_worker_client_set_call_timeout (client, SFU_WORKER_CALL_TIMEOUT_MS);
  /* The late call had its effect. */
  g_assert_false (worker_create_router (client, "r", &error));
  g_assert_error (error, SFU_ERROR, SFU_ERROR_EXISTS);
  worker_stop (client, SFU_WORKER_STOP_TIMEOUT_MS);
  g_assert_cmpuint (died.n, ==, 0);
}

static void
test_stop (void)
{
  Died died = { 0 };
  g_autoptr (SfuWorkerClient) client = new_watched (&died);
  gint pid = sfu_worker_client_get_pid (client);
  g_autoptr (GError) error = NULL;
  g_assert_true (worker_create_router (client, "r", &error));
  gint64 begin_us = g_get_monotonic_time ();
  worker_stop (client, SFU_WORKER_STOP_TIMEOUT_MS);
  gint64 took_us = g_get_monotonic_time () - begin_us;
  g_assert_cmpint (
      took_us, <, SFU_WORKER_STOP_TIMEOUT_MS * G_TIME_SPAN_MILLISECOND);
  g_assert_false (is_alive (pid));
  g_assert_cmpuint (died.n, ==, 0);
  worker_stop (client, 0);
}

static void
test_stop_hanging (void)
{
  Died died = { 0 };
  g_autoptr (SfuWorkerClient) client = new_watched (&died);
  gint pid = sfu_worker_client_get_pid (client);
  kill (pid, SIGSTOP);
  worker_stop (client, SHORT_TIMEOUT_MS);
  g_assert_false (is_alive (pid));
  g_assert_cmpuint (died.n, ==, 0);
}

static void
test_drop (void)
{
  SfuWorkerClient *client = worker_new_started (NULL);
  gint pid = sfu_worker_client_get_pid (client);
  g_object_unref (client);
  WORKER_WAIT_UNTIL (!is_alive (pid));
}

/* A spare one: it starts when it is wanted, as the process that it is. */
static void
test_prepared (void)
{
  Died died = { 0 };
  g_autoptr (SfuWorkerClient) client = worker_new ();
  g_autoptr (GError) error = NULL;
  g_signal_connect (client, "died", G_CALLBACK (on_died), &died);
  g_assert_true (sfu_worker_client_prepare (client, &error));
  g_assert_no_error (error);
  WORKER_WAIT_UNTIL (sfu_worker_client_is_prepared (client));
  g_assert_false (sfu_worker_client_is_running (client));
  gint pid = sfu_worker_client_get_pid (client);
  g_assert_true (worker_start (client, NULL, NULL, &error));
  g_assert_cmpint (sfu_worker_client_get_pid (client), ==, pid);
  g_assert_false (sfu_worker_client_is_prepared (client));
  g_assert_true (worker_create_router (client, "r", &error));
  worker_stop (client, SFU_WORKER_STOP_TIMEOUT_MS);
  g_assert_cmpuint (died.n, ==, 0);
}

/* And nobody misses it before that. */
static void
test_prepared_killed (void)
{
  Died died = { 0 };
  g_autoptr (SfuWorkerClient) client = worker_new ();
  g_autoptr (GError) error = NULL;
  g_signal_connect (client, "died", G_CALLBACK (on_died), &died);
  g_assert_true (sfu_worker_client_prepare (client, &error));
  WORKER_WAIT_UNTIL (sfu_worker_client_is_prepared (client));
  kill (sfu_worker_client_get_pid (client), SIGKILL);
  WORKER_WAIT_UNTIL (!sfu_worker_client_is_prepared (client) &&
      sfu_worker_client_get_pid (client) == 0);
  g_assert_cmpuint (died.n, ==, 0);
  g_assert_false (worker_start (client, NULL, NULL, &error));
  g_assert_error (error, SFU_ERROR, SFU_ERROR_WRONG_STATE);
}

/* Started before it is connected: that is a start like any other. */
static void
test_prepared_early (void)
{
  g_autoptr (SfuWorkerClient) client = worker_new ();
  g_autoptr (GError) error = NULL;
  g_assert_true (sfu_worker_client_prepare (client, &error));
  g_assert_true (worker_start (client, NULL, NULL, &error));
  g_assert_no_error (error);
  worker_stop (client, SFU_WORKER_STOP_TIMEOUT_MS);
}

/* ---- the server ends ---- */

static void
on_exited (gpointer owner, gint exit_status, gint term_signal)
{
  Died *died = owner;
  died->n++;
  died->exit_status = exit_status;
  died->term_signal = term_signal;
}

/* A server that went away before it said anything. */
static void
test_socket_closed (void)
{
  static const SfuWorkerProcessCallbacks callbacks = { on_exited };
  Died died = { 0 };
  g_autoptr (GIOStream) stream = NULL;
  g_autoptr (GError) error = NULL;
  SfuWorkerProcess *process =
      sfu_worker_process_spawn (g_getenv ("SFU_TEST_WORKER"), "error",
          &callbacks, &died, &stream, &error);
  g_assert_no_error (error);
  g_io_stream_close (stream, NULL, NULL);
  WORKER_WAIT_UNTIL (died.n > 0);
  g_assert_cmpint (died.term_signal, ==, 0);
  g_assert_cmpint (died.exit_status, ==, EXIT_FAILURE);
  sfu_worker_process_free (process);
}

static const gchar *program;

/* What the subprocess of test_server_killed does. */
static void
hold_worker (void)
{
  SfuWorkerClient *client = worker_new_started (NULL);
  g_print ("%d\n", sfu_worker_client_get_pid (client));
  for (;;)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_server_killed (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) server = g_subprocess_new (
      G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, program, "--hold-worker", NULL);
  g_assert_no_error (error);
  g_autoptr (GDataInputStream) lines =
      g_data_input_stream_new (g_subprocess_get_stdout_pipe (server));
  g_autofree gchar *line =
      g_data_input_stream_read_line (lines, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (line);
  gint pid = atoi (line);
  g_assert_cmpint (pid, >, 0);
  g_assert_true (is_alive (pid));
  g_subprocess_force_exit (server);
  g_assert_true (g_subprocess_wait (server, NULL, NULL));
  WORKER_WAIT_UNTIL (!is_alive (pid));
}

/* ---- sockets ---- */

static void
check_start_error (
    const SfuWorkerStartOptions *options, gint code, const gchar *text)
{
  g_autoptr (SfuWorkerClient) client = worker_new ();
  g_autoptr (GError) error = NULL;
  g_assert_false (worker_start (client, options, NULL, &error));
  g_assert_error (error, SFU_ERROR, code);
  if (!strstr (error->message, text))
    g_error ("'%s' lacks '%s'", error->message, text);
  g_assert_cmpint (sfu_worker_client_get_pid (client), ==, 0);
}

static void
test_port_busy (void)
{
  g_autoptr (SfuWorkerClient) first = worker_new ();
  g_autoptr (GError) error = NULL;
  guint16 port = 0;
  g_assert_true (worker_start (first, NULL, &port, &error));
  SfuWorkerStartOptions options = {
    .listen_ip = "127.0.0.1", .port_min = port, .port_max = port
  };
  g_autofree gchar *text = g_strdup_printf ("%u", port);
  check_start_error (&options, SFU_ERROR_FAILED, text);
  worker_stop (first, SFU_WORKER_STOP_TIMEOUT_MS);
}

static void
test_bad_sockets (void)
{
  static const struct {
    SfuWorkerStartOptions options;
    gint code;
    const gchar *text;
  } cases[] = {
    { { .listen_ip = "192.0.2.1" }, SFU_ERROR_FAILED, "192.0.2.1" },
    { { .listen_ip = "0.0.0.0" }, SFU_ERROR_FAILED, "announced" },
    { { .listen_ip = "nonsense" }, SFU_ERROR_FAILED, "nonsense" },
    { { .listen_ip = "" }, SFU_ERROR_FAILED, "" },
    { { .listen_ip = "127.0.0.1", .port_min = 2, .port_max = 1 },
        SFU_ERROR_INVALID_ARGUMENT, "2-1" },
    { { .listen_ip = "127.0.0.1", .max_routers = 1000000 },
        SFU_ERROR_INVALID_ARGUMENT, "max-routers" },
  };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    check_start_error (&cases[i].options, cases[i].code, cases[i].text);
}

/* A machine without GStreamer's plugins: it is said what to install. */
static void
test_missing_plugins (void)
{
  const gchar *const packages[] = { "gstreamer1.0-plugins-bad",
    "gstreamer1.0-plugins-good", "gstreamer1.0-nice", "webrtcbin", "nicesrc" };
  g_autoptr (GError) error = NULL;
  g_autofree gchar *dir = g_dir_make_tmp ("sfu-test-XXXXXX", &error);
  g_assert_no_error (error);
  g_autofree gchar *registry = g_build_filename (dir, "registry", NULL);
  SfuWorkerStartOptions options = { .listen_ip = "127.0.0.1" };
  g_setenv ("GST_PLUGIN_SYSTEM_PATH_1_0", dir, TRUE);
  g_setenv ("GST_REGISTRY_1_0", registry, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (packages); i++)
    check_start_error (&options, SFU_ERROR_NOT_SUPPORTED, packages[i]);
  g_unsetenv ("GST_PLUGIN_SYSTEM_PATH_1_0");
  g_unsetenv ("GST_REGISTRY_1_0");
  g_remove (registry);
  g_rmdir (dir);
}

/* Two neighbouring ports that were free a moment ago: somebody else may take
 * them, so there are several tries. */
static SfuWorkerClient *
start_in_range (guint16 *port_min)
{
  for (guint i = 0; i < 20; i++) {
    g_autoptr (SfuWorkerClient) probe = worker_new ();
    guint16 port = 0;
    g_assert_true (worker_start (probe, NULL, &port, NULL));
    worker_stop (probe, SFU_WORKER_STOP_TIMEOUT_MS);
    SfuWorkerStartOptions options = {
      .listen_ip = "127.0.0.1", .port_min = port, .port_max = port + 1
    };
    g_autoptr (SfuWorkerClient) client = worker_new ();
    *port_min = port;
    if (port < G_MAXUINT16 && worker_start (client, &options, NULL, NULL))
      return g_steal_pointer (&client);
  }
  g_error ("no two neighbouring ports");
}

static void
test_range (void)
{
  guint16 port_min = 0;
  g_autoptr (SfuWorkerClient) client = start_in_range (&port_min);
  g_autoptr (GError) error = NULL;
  g_assert_true (worker_create_router (client, "r", &error));
  g_autoptr (SfuSeamTransportInfo) a =
      worker_create_transport (client, "r", "a", &error);
  g_assert_no_error (error);
  g_autoptr (SfuSeamTransportInfo) b =
      worker_create_transport (client, "r", "b", &error);
  g_assert_no_error (error);
  guint16 port_a = ((SfuSeamCandidate *)a->candidates->pdata[0])->port;
  guint16 port_b = ((SfuSeamCandidate *)b->candidates->pdata[0])->port;
  g_assert_cmpuint (port_a, !=, port_b);
  g_assert_cmpuint (MIN (port_a, port_b), ==, port_min);
  g_assert_cmpuint (MAX (port_a, port_b), ==, port_min + 1);
  g_assert_null (worker_create_transport (client, "r", "c", &error));
  g_assert_error (error, SFU_ERROR, SFU_ERROR_FAILED);
  g_clear_error (&error);
  /* a closed transport gives its port back */
  g_assert_true (worker_close_transport (client, "a", &error));
  g_autoptr (SfuSeamTransportInfo) c =
      worker_create_transport (client, "r", "c", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (
      ((SfuSeamCandidate *)c->candidates->pdata[0])->port, ==, port_a);
  worker_stop (client, SFU_WORKER_STOP_TIMEOUT_MS);
}

/* ---- the program by hand ---- */

static void
check_program (
    const gchar *option, gint exit_status, const gchar *out, const gchar *err)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *stdout_text = NULL;
  g_autofree gchar *stderr_text = NULL;
  g_autoptr (GSubprocess) process = g_subprocess_new (
      G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE, &error,
      g_getenv ("SFU_TEST_WORKER"), option, NULL);
  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (
      process, NULL, NULL, &stdout_text, &stderr_text, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_subprocess_get_exit_status (process), ==, exit_status);
  g_assert_nonnull (strstr (stdout_text, out));
  g_assert_nonnull (strstr (stderr_text, err));
}

static void
test_by_hand (void)
{
  check_program (NULL, 2, "", "started by sfu-server");
  check_program ("--help", 0, "sfu-server", "");
  check_program ("--version", 0, "sfu-worker ", "");
  check_program ("--nonsense", 2, "", "nonsense");
  check_program ("--control-fd=99", 1, "", "99");
}

int
main (int argc, char **argv)
{
  if (argc == 2 && g_str_equal (argv[1], "--hold-worker"))
    hold_worker ();
  program = argv[0];
  worker_test_init (&argc, &argv);
  g_test_add_func ("/worker/death/killed", test_killed);
  g_test_add_func ("/worker/death/killed-in-a-call", test_killed_in_a_call);
  g_test_add_func ("/worker/death/terminated", test_terminated);
  g_test_add_func ("/worker/death/timeout", test_timeout);
  g_test_add_func ("/worker/death/stop", test_stop);
  g_test_add_func ("/worker/death/stop-hanging", test_stop_hanging);
  g_test_add_func ("/worker/death/drop", test_drop);
  g_test_add_func ("/worker/death/prepared", test_prepared);
  g_test_add_func ("/worker/death/prepared-killed", test_prepared_killed);
  g_test_add_func ("/worker/death/prepared-early", test_prepared_early);
  g_test_add_func ("/worker/death/socket-closed", test_socket_closed);
  g_test_add_func ("/worker/death/server-killed", test_server_killed);
  g_test_add_func ("/worker/death/port-busy", test_port_busy);
  g_test_add_func ("/worker/death/bad-sockets", test_bad_sockets);
  g_test_add_func ("/worker/death/missing-plugins", test_missing_plugins);
  g_test_add_func ("/worker/death/range", test_range);
  g_test_add_func ("/worker/death/by-hand", test_by_hand);
  return g_test_run ();
}
