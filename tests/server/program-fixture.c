/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See program-fixture.h.
 *
 * Threads: the test's. */
#include "program-fixture.h"
#include "test-result.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define DEADLINE_S 60

static gboolean
on_deadline (gpointer data)
{
  g_error ("the program does not answer");
  return G_SOURCE_REMOVE;
}

/* Waits for an asynchronous operation that ends in on_result. */
static GAsyncResult *
wait_for (GAsyncResult **result)
{
  guint id = g_timeout_add_seconds (DEADLINE_S, on_deadline, NULL);

  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (id);
  return *result;
}

/* In the child: a session of its own, so that it hears when the terminal goes. */
static void
take_terminal (gpointer data)
{
  setsid ();
  ioctl (STDIN_FILENO, TIOCSCTTY, 0);
}

static GSubprocessLauncher *
make_launcher (const ProgramOptions *options)
{
  GSubprocessFlags flags = G_SUBPROCESS_FLAGS_STDOUT_PIPE;
  GSubprocessLauncher *launcher;
  g_auto (GStrv) lines = NULL;

  if (options->log_path == NULL)
    flags |= G_SUBPROCESS_FLAGS_STDERR_PIPE;
  launcher = g_subprocess_launcher_new (flags);
  if (options->log_path != NULL)
    g_subprocess_launcher_set_stderr_file_path (launcher, options->log_path);
  if (options->terminal > 0) {
    g_subprocess_launcher_take_stdin_fd (launcher, options->terminal);
    g_subprocess_launcher_set_child_setup (launcher, take_terminal, NULL, NULL);
  }
  if (!options->plain)
    g_subprocess_launcher_setenv (
        launcher, "SFU_WORKER_PROGRAM", g_getenv ("SFU_TEST_WORKER"), TRUE);
  lines = g_strsplit (
      options->environment != NULL ? options->environment : "", "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++) {
    g_auto (GStrv) parts = g_strsplit (lines[i], "=", 2);

    if (g_strv_length (parts) == 2)
      g_subprocess_launcher_setenv (launcher, parts[0], parts[1], TRUE);
  }
  return launcher;
}

Program
program_start_with (const gchar *const *flags, const ProgramOptions *options)
{
  g_autoptr (GSubprocessLauncher) launcher = make_launcher (options);
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  Program p;

  g_ptr_array_add (argv,
      (gpointer)(options->program != NULL ? options->program
                                          : g_getenv ("SFU_TEST_SERVER")));
  for (guint i = 0; flags[i] != NULL; i++)
    g_ptr_array_add (argv, (gpointer)flags[i]);
  g_ptr_array_add (argv, NULL);
  p.process = g_subprocess_launcher_spawnv (
      launcher, (const gchar *const *)argv->pdata, &error);
  g_assert_no_error (error);
  p.out = g_data_input_stream_new (g_subprocess_get_stdout_pipe (p.process));
  return p;
}

Program
program_start (const gchar *const *flags)
{
  ProgramOptions options = { NULL };

  return program_start_with (flags, &options);
}

gchar *
program_read_line (Program *p)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  gchar *line;

  g_data_input_stream_read_line_async (
      p->out, G_PRIORITY_DEFAULT, NULL, on_result, &result);
  line = g_data_input_stream_read_line_finish (
      p->out, wait_for (&result), NULL, &error);
  g_assert_no_error (error);
  return line;
}

gchar *
program_wait_ready (Program *p)
{
  g_autofree gchar *line = program_read_line (p);

  g_assert_nonnull (line);
  if (!g_regex_match_simple (
          "^sfu-server ready http=[0-9]+ rtc=[0-9-]+ workers=[1-9][0-9]*$",
          line, 0, 0))
    g_error ("\"%s\"", line);
  return g_steal_pointer (&line);
}

guint
program_port (const gchar *ready)
{
  return (guint)g_ascii_strtoull (strstr (ready, "http=") + 5, NULL, 10);
}

void
program_signal (Program *p, gint signal)
{
  g_subprocess_send_signal (p->process, signal);
}

static gint
status_of (Program *p)
{
  if (g_subprocess_get_if_signaled (p->process))
    return 128 + g_subprocess_get_term_sig (p->process);
  return g_subprocess_get_exit_status (p->process);
}

gint
program_wait (Program *p)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_subprocess_wait_async (p->process, NULL, on_result, &result);
  g_subprocess_wait_finish (p->process, wait_for (&result), &error);
  g_assert_no_error (error);
  return status_of (p);
}

gint
program_finish (Program *p, gchar **out, gchar **err)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_subprocess_communicate_utf8_async (
      p->process, NULL, NULL, on_result, &result);
  g_subprocess_communicate_utf8_finish (
      p->process, wait_for (&result), out, err, &error);
  g_assert_no_error (error);
  return status_of (p);
}

void
program_clear (Program *p)
{
  g_object_unref (p->out);
  g_object_unref (p->process);
}

gint
program_run_with (const gchar *const *flags, const ProgramOptions *options,
    gchar **out, gchar **err)
{
  Program p = program_start_with (flags, options);
  gint status = program_finish (&p, out, err);

  program_clear (&p);
  return status;
}

gint
program_run (const gchar *const *flags, gchar **out, gchar **err)
{
  ProgramOptions options = { NULL };

  return program_run_with (flags, &options, out, err);
}

gboolean
program_make_certificate (const gchar *cert, const gchar *key)
{
  g_autofree gchar *openssl = g_find_program_in_path ("openssl");
  const gchar *argv[] = { openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt",
    "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=localhost",
    "-keyout", key, "-out", cert, NULL };
  g_autoptr (GError) error = NULL;
  gint status = -1;

  if (openssl == NULL)
    return FALSE;
  g_spawn_sync (NULL, (gchar **)argv, NULL,
      G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, NULL,
      NULL, &status, &error);
  g_assert_no_error (error);
  g_assert_cmpint (status, ==, 0);
  return TRUE;
}
