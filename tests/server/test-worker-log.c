/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a real worker logs, and that it can be changed while it runs:
 * GStreamer's categories included; and what it says when it dies.
 *
 * Threads: one; the worker is another process. */
#include "room-fixture.h"

#include <signal.h>
#include <string.h>

static GString *said;

static GLogWriterOutput
on_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields,
    gpointer data)
{
  const gchar *message = "", *tag = "";
  for (gsize i = 0; i < n_fields; i++) {
    if (strcmp (fields[i].key, "MESSAGE") == 0)
      message = fields[i].value;
    else if (strcmp (fields[i].key, "SFU_TAG") == 0)
      tag = fields[i].value;
  }
  g_string_append_printf (said, "%s|%s\n", tag, message);
  return G_LOG_WRITER_HANDLED;
}

static gboolean
set_levels (SfuWorkerClient *client, const gchar *levels, GError **error)
{
  WorkerWait wait = { 0 };
  sfu_worker_client_set_log_levels_async (
      client, levels, NULL, worker_wait_cb, &wait);
  worker_wait (&wait);
  gboolean ok =
      sfu_worker_client_set_log_levels_finish (client, wait.result, error);
  worker_wait_clear (&wait);
  return ok;
}

static gboolean
on_deadline (gpointer data)
{
  /* Not by the log: on_log keeps that. */
  g_printerr ("\"%s\" was not logged: %s\n", (const gchar *)data, said->str);
  g_abort ();
  return G_SOURCE_REMOVE;
}

/* The log comes another way than answers. */
static void
wait_said (const gchar *text)
{
  guint id = g_timeout_add_seconds (20, on_deadline, (gpointer)text);
  while (!strstr (said->str, text))
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (id);
}

static void
test_levels (void)
{
  g_autoptr (SfuWorkerClient) client = worker_new_started (NULL);
  assert_works (worker_create_router (client, "quiet", &error));
  assert_works (set_levels (client, "worker=info,warning", &error));
  wait_said ("worker|worker[");
  wait_said ("log levels are now worker=info,warning");
  assert_works (worker_create_router (client, "loud", &error));
  wait_said ("router=loud created");
  g_assert_null (strstr (said->str, "router=quiet created"));
  g_assert_null (strstr (said->str, "gst|"));

  assert_works (set_levels (client, "warning,gst:sfurouter=info", &error));
  assert_works (worker_create_router (client, "third", &error));
  room_add_transport (client, "third", "t");
  room_add_producer (client, "t", "p", 1);
  room_add_consumer (client, "t", "c1", "p", 11);
  wait_said ("category=sfurouter element=");
  g_assert_null (strstr (said->str, "router=third created"));

  assert_fails (
      set_levels (client, "nonsense", &error), SFU_ERROR_INVALID_ARGUMENT);
  /* Refused: as before. */
  g_string_truncate (said, 0);
  room_add_consumer (client, "t", "c2", "p", 12);
  wait_said ("category=sfurouter element=");
  worker_stop (client, SFU_WORKER_STOP_TIMEOUT_MS);
}

/* ---- where it died ---- */

static void
test_crash (void)
{
  static const struct {
    gint signal;
    const gchar *said;
  } cases[] = {
    { SIGSEGV, "SIGSEGV in thread sfu-worker" },
    { SIGABRT, "SIGABRT in thread sfu-worker" },
    { SIGTRAP, "SIGTRAP in thread sfu-worker" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (SfuWorkerClient) client = worker_new_started (NULL);
    GPid pid = sfu_worker_client_get_pid (client);

    g_string_truncate (said, 0);
    /* To the main thread. A signal for the process goes to any thread, if that
     * one is busy starting another, with all signals blocked. */
    g_assert_cmpint (tgkill (pid, pid, cases[i].signal), ==, 0);
    wait_said (cases[i].said);
    /* The calls that led there: it was in its main loop. */
    wait_said ("g_main_loop_run");
    WORKER_WAIT_UNTIL (!sfu_worker_client_is_running (client));
  }
}

/* Before it is killed. */
static void
test_hang (void)
{
  g_autoptr (SfuWorkerClient) client = worker_new_started (NULL);
  SfuPulse *pulse = sfu_worker_client_get_pulse (client);

  WORKER_WAIT_UNTIL (sfu_pulse_get (pulse, SFU_PULSE_MEDIA_TID) != 0);
  g_string_truncate (said, 0);
  sfu_worker_client_kill (client, "hung");
  wait_said ("hangs in thread sfu-worker");
  wait_said ("hangs in thread sfu-media");
  wait_said ("sfu-media: ");
  WORKER_WAIT_UNTIL (!sfu_worker_client_is_running (client));
}

int
main (int argc, char **argv)
{
  worker_test_init (&argc, &argv);
  said = g_string_new (NULL);
  g_log_set_writer_func (on_log, NULL, NULL);
  g_test_add_func ("/worker/log/levels", test_levels);
  g_test_add_func ("/worker/log/crash", test_crash);
  g_test_add_func ("/worker/log/hang", test_hang);
  gint status = g_test_run ();
  g_string_free (said, TRUE);
  return status;
}
