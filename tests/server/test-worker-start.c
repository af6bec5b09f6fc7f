/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SfuWorkerClient against programs that are not a worker: every way a start can
 * fail before anybody speaks D-Bus.
 *
 * Threads: main only. */
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

#include "sfu-error.h"
#include "sfu-worker-client.h"
#include "sfu-worker-process.h"
#include "worker-fixture.h"

static void
check_start_fails (const gchar *program, gint code, const gchar *text)
{
  g_autoptr (SfuWorkerClient) client = sfu_worker_client_new (program, NULL);
  g_autoptr (GError) error = NULL;
  g_assert_false (worker_start (client, NULL, NULL, &error));
  g_assert_error (error, SFU_ERROR, code);
  if (!strstr (error->message, text))
    g_error ("'%s' lacks '%s'", error->message, text);
  g_assert_cmpint (sfu_worker_client_get_pid (client), ==, 0);
  g_assert_false (sfu_worker_client_is_running (client));
}

static void
test_bad_programs (void)
{
  static const struct {
    const gchar *program;
    gint code;
    const gchar *text;
  } cases[] = {
    { "/nonexistent/sfu-worker", SFU_ERROR_NOT_FOUND, "/nonexistent" },
    { "/etc/passwd", SFU_ERROR_NOT_FOUND, "not executable" },
    { "/tmp", SFU_ERROR_NOT_FOUND, "not executable" },
    { "/bin/false", SFU_ERROR_FAILED, "exited with status 1" },
    { "/bin/true", SFU_ERROR_FAILED, "exited with status 0" },
  };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    check_start_fails (cases[i].program, cases[i].code, cases[i].text);
}

/* Starting a second time is refused, whatever became of the first. */
static void
test_start_twice (void)
{
  g_autoptr (SfuWorkerClient) client =
      sfu_worker_client_new ("/nonexistent", NULL);
  g_autoptr (GError) error = NULL;
  g_assert_false (worker_start (client, NULL, NULL, &error));
  g_clear_error (&error);
  g_assert_false (worker_start (client, NULL, NULL, &error));
  g_assert_error (error, SFU_ERROR, SFU_ERROR_WRONG_STATE);
}

static void
test_call_before_start (void)
{
  g_autoptr (SfuWorkerClient) client = sfu_worker_client_new (NULL, NULL);
  g_autoptr (GError) error = NULL;
  g_assert_false (worker_create_router (client, "r", &error));
  g_assert_error (error, SFU_ERROR, SFU_ERROR_FAILED);
}

static void
test_stop_before_start (void)
{
  g_autoptr (SfuWorkerClient) client = sfu_worker_client_new (NULL, NULL);
  worker_stop (client, 0);
  g_autoptr (GError) error = NULL;
  g_assert_false (worker_start (client, NULL, NULL, &error));
  g_assert_error (error, SFU_ERROR, SFU_ERROR_WRONG_STATE);
}

/* A program that reads the socket and never answers ends with the client. */
static void
test_drop_while_starting (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *script =
      worker_write_script ("#!/bin/sh\nexec cat <&3 >/dev/null\n");
  SfuWorkerClient *client = sfu_worker_client_new (script, NULL);
  WorkerWait wait = { 0 };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  SfuWorkerStartOptions options = { .listen_ip = "127.0.0.1" };
  sfu_worker_client_start_async (
      client, &options, cancellable, worker_wait_cb, &wait);
  gint pid = sfu_worker_client_get_pid (client);
  g_assert_cmpint (pid, >, 0);
  g_cancellable_cancel (cancellable);
  worker_wait (&wait);
  g_assert_false (
      sfu_worker_client_start_finish (client, wait.result, NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  worker_wait_clear (&wait);
  g_object_unref (client);
  g_assert_cmpint (kill (pid, 0), ==, -1);
  g_remove (script);
}

static void
test_find (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *found = sfu_worker_process_find ("/bin/sh", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (found, ==, "/bin/sh");
}

static void
test_describe_exit (void)
{
  g_autofree gchar *exited = sfu_worker_process_describe_exit (3, 0);
  g_autofree gchar *killed = sfu_worker_process_describe_exit (-1, SIGKILL);
  g_assert_cmpstr (exited, ==, "exited with status 3");
  g_assert_nonnull (strstr (killed, "signal 9"));
}

int
main (int argc, char **argv)
{
  worker_test_init (&argc, &argv);
  g_test_add_func ("/worker/start/bad-programs", test_bad_programs);
  g_test_add_func ("/worker/start/twice", test_start_twice);
  g_test_add_func ("/worker/start/call-before", test_call_before_start);
  g_test_add_func ("/worker/start/stop-before", test_stop_before_start);
  g_test_add_func ("/worker/start/drop-while", test_drop_while_starting);
  g_test_add_func ("/worker/start/find", test_find);
  g_test_add_func ("/worker/start/describe-exit", test_describe_exit);
  return g_test_run ();
}
