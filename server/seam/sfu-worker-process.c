/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-worker-process.h.
 *
 * Threads: the spawning thread only. Pending reads and the wait hold a
 * reference each, so that free never waits for them. */
#include "sfu-worker-process.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sfu-error.h"
#include "sfu-install.h"
#include "sfu-log.h"
#include "sfu-seam.h"

#define PROGRAM_NAME "sfu-worker"
/* A log line that is longer is passed on in pieces. */
#define MAX_LINE 4096
#define READ_SIZE 4096
/* Of lines that are GStreamer's (sfu-worker-log.c). */
#define GST_PREFIX "gst: "

struct _SfuWorkerProcess {
  GSubprocess *process;    /* owned */
  GInputStream *log;       /* borrowed: lives while process does */
  GString *line;           /* owned: what came of an unfinished line */
  GCancellable *canceller; /* owned: ends the reads */
  SfuPulse *pulse;         /* owned */
  const SfuWorkerProcessCallbacks *callbacks;
  gpointer owner;  /* borrowed: lives until sfu_worker_process_free */
  GSource *killer; /* owned: armed by kill_after */
  gint64 kill_at_us;
  gint pid;
  gboolean running;
  gboolean freed;
};

static void
process_clear (gpointer data)
{
  SfuWorkerProcess *self = data;
  g_clear_object (&self->process);
  g_clear_object (&self->canceller);
  g_string_free (self->line, TRUE);
  sfu_pulse_free (self->pulse);
}

static void
process_unref (SfuWorkerProcess *self)
{
  g_rc_box_release_full (self, process_clear);
}

/* The worker writes sd-daemon(3) lines: "<N>text" with N of syslog. Errors
 * become warnings: a fatal-criticals run of the server must not die of what
 * happened in another process. */
static void
log_line (SfuWorkerProcess *self, const gchar *line)
{
  static const GLogLevelFlags levels[] = { G_LOG_LEVEL_WARNING,
    G_LOG_LEVEL_WARNING, G_LOG_LEVEL_WARNING, G_LOG_LEVEL_WARNING,
    G_LOG_LEVEL_WARNING, G_LOG_LEVEL_MESSAGE, G_LOG_LEVEL_INFO,
    G_LOG_LEVEL_DEBUG };
  GLogLevelFlags level = G_LOG_LEVEL_MESSAGE;
  if (line[0] == '<' && line[1] >= '0' && line[1] <= '7' && line[2] == '>') {
    level = levels[line[1] - '0'];
    line += 3;
  }
  if (line[0] == '\0')
    return;
  const gchar *tag = "worker";
  if (g_str_has_prefix (line, GST_PREFIX)) {
    tag = "gst";
    line += strlen (GST_PREFIX);
  }
  g_autofree gchar *valid = g_utf8_make_valid (line, -1);
  g_autofree gchar *text = g_strdup_printf ("worker[%d]: %s", self->pid, valid);
  sfu_log_relay (level, tag, text);
}

static void
take_log (SfuWorkerProcess *self, const gchar *data, gsize len)
{
  for (gsize i = 0; i < len; i++) {
    if (data[i] != '\n' && data[i] != '\0')
      g_string_append_c (self->line, data[i]);
    if (data[i] == '\n' || self->line->len >= MAX_LINE) {
      log_line (self, self->line->str);
      g_string_truncate (self->line, 0);
    }
  }
}

static void
on_log_read (GObject *source, GAsyncResult *result, gpointer data)
{
  SfuWorkerProcess *self = data;
  g_autoptr (GBytes) bytes =
      g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, NULL);
  if (!bytes || g_bytes_get_size (bytes) == 0 || self->freed) {
    if (!self->freed)
      take_log (self, "\n", 1);
    process_unref (self);
    return;
  }
  gsize len;
  const gchar *text = g_bytes_get_data (bytes, &len);
  take_log (self, text, len);
  g_input_stream_read_bytes_async (self->log, READ_SIZE, G_PRIORITY_DEFAULT,
      self->canceller, on_log_read, self);
}

static void
disarm (SfuWorkerProcess *self)
{
  if (self->killer) {
    g_source_destroy (self->killer);
    g_clear_pointer (&self->killer, g_source_unref);
  }
}

static void
on_process_exited (GObject *source, GAsyncResult *result, gpointer data)
{
  SfuWorkerProcess *self = data;
  GSubprocess *process = G_SUBPROCESS (source);
  g_subprocess_wait_finish (process, result, NULL);
  disarm (self);
  self->running = FALSE;
  gint exit_status = -1, term_signal = 0;
  if (g_subprocess_get_if_exited (process))
    exit_status = g_subprocess_get_exit_status (process);
  else if (g_subprocess_get_if_signaled (process))
    term_signal = g_subprocess_get_term_sig (process);
  if (!self->freed)
    self->callbacks->exited (self->owner, exit_status, term_signal);
  process_unref (self);
}

static gboolean
is_program (const gchar *path)
{
  return g_file_test (path, G_FILE_TEST_IS_EXECUTABLE) &&
      !g_file_test (path, G_FILE_TEST_IS_DIR);
}

gchar *
sfu_worker_process_find (const gchar *path, GError **error)
{
  if (path && path[0]) {
    if (is_program (path))
      return g_strdup (path);
    g_set_error (error, SFU_ERROR, SFU_ERROR_NOT_FOUND,
        "worker program '%s' is not there or not executable", path);
    return NULL;
  }
  /* Beside the program first: an unpacked or uninstalled copy must not pick an
   * installed worker of another version. */
  static const gchar *const near[] = { "", "worker", "../worker",
    "../server/worker", "../../server/worker" };
  g_autofree gchar *self_path = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree gchar *dir =
      self_path ? g_path_get_dirname (self_path) : g_get_current_dir ();
  for (guint i = 0; i < G_N_ELEMENTS (near); i++) {
    g_autofree gchar *candidate =
        g_build_filename (dir, near[i], PROGRAM_NAME, NULL);
    if (is_program (candidate))
      return g_canonicalize_filename (candidate, NULL);
  }
  g_autofree gchar *folder = sfu_install_path (SFU_LIBEXECDIR);
  g_autofree gchar *installed = g_build_filename (folder, PROGRAM_NAME, NULL);
  if (is_program (installed))
    return g_steal_pointer (&installed);
  g_set_error (error, SFU_ERROR, SFU_ERROR_NOT_FOUND,
      PROGRAM_NAME " was found neither beside the server in '%s' nor as '%s'",
      dir, installed);
  return NULL;
}

static gboolean
make_socketpair (GIOStream **ours, gint *theirs, GError **error)
{
  gint fds[2];
  /* Close-on-exec also on theirs: the launcher duplicates it, and a worker
   * must not inherit the ends of its brothers, or their EOF never comes. */
  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0) {
    gint saved = errno;
    g_set_error (error, SFU_ERROR, SFU_ERROR_FAILED,
        "cannot make a socket pair for a worker: %s", g_strerror (saved));
    return FALSE;
  }
  g_autoptr (GSocket) socket = g_socket_new_from_fd (fds[0], error);
  if (!socket) {
    close (fds[0]);
    close (fds[1]);
    return FALSE;
  }
  *ours = G_IO_STREAM (g_socket_connection_factory_create_connection (socket));
  *theirs = fds[1];
  return TRUE;
}

static GSubprocess *
launch (const gchar *program, const gchar *log_level, gint fd, gint pulse_fd,
    GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_subprocess_launcher_take_fd (launcher, fd, SFU_SEAM_FD);
  g_subprocess_launcher_take_fd (launcher, pulse_fd, SFU_SEAM_PULSE_FD);
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_ptr_array_add (argv, (gpointer)program);
  g_ptr_array_add (argv, (gpointer) "--control-fd");
  g_ptr_array_add (argv, (gpointer)G_STRINGIFY (SFU_SEAM_FD));
  g_ptr_array_add (argv, (gpointer) "--pulse-fd");
  g_ptr_array_add (argv, (gpointer)G_STRINGIFY (SFU_SEAM_PULSE_FD));
  if (log_level) {
    g_ptr_array_add (argv, (gpointer) "--log-level");
    g_ptr_array_add (argv, (gpointer)log_level);
  }
  g_ptr_array_add (argv, NULL);
  return g_subprocess_launcher_spawnv (
      launcher, (const gchar *const *)argv->pdata, error);
}

SfuWorkerProcess *
sfu_worker_process_spawn (const gchar *program, const gchar *log_level,
    const SfuWorkerProcessCallbacks *callbacks, gpointer owner,
    GIOStream **stream, GError **error)
{
  g_autoptr (GIOStream) ours = NULL;
  gint theirs, pulse_fd;
  g_autoptr (SfuPulse) pulse = sfu_pulse_new (&pulse_fd, error);
  if (!pulse)
    return NULL;
  if (!make_socketpair (&ours, &theirs, error)) {
    close (pulse_fd);
    return NULL;
  }
  GSubprocess *process = launch (program, log_level, theirs, pulse_fd, error);
  if (!process)
    return NULL;

  SfuWorkerProcess *self = g_rc_box_new0 (SfuWorkerProcess);
  self->process = process;
  self->log = g_subprocess_get_stderr_pipe (process);
  self->line = g_string_new (NULL);
  self->pulse = g_steal_pointer (&pulse);
  self->canceller = g_cancellable_new ();
  self->callbacks = callbacks;
  self->owner = owner;
  /* NULL when it has been reaped by now: GLib's own thread does that. */
  const gchar *identifier = g_subprocess_get_identifier (process);
  self->pid = identifier ? atoi (identifier) : 0;
  self->running = TRUE;
  g_subprocess_wait_async (
      process, NULL, on_process_exited, g_rc_box_acquire (self));
  g_input_stream_read_bytes_async (self->log, READ_SIZE, G_PRIORITY_DEFAULT,
      self->canceller, on_log_read, g_rc_box_acquire (self));
  *stream = g_steal_pointer (&ours);
  return self;
}

void
sfu_worker_process_free (SfuWorkerProcess *self)
{
  if (!self)
    return;
  self->freed = TRUE;
  disarm (self);
  if (self->running)
    g_subprocess_force_exit (self->process);
  g_cancellable_cancel (self->canceller);
  process_unref (self);
}

gint
sfu_worker_process_get_pid (SfuWorkerProcess *self)
{
  return self->running ? self->pid : 0;
}

SfuPulse *
sfu_worker_process_get_pulse (SfuWorkerProcess *self)
{
  return self->pulse;
}

void
sfu_worker_process_ask_where (SfuWorkerProcess *self)
{
  static const SfuPulseField threads[] = { SFU_PULSE_CONTROL_TID,
    SFU_PULSE_MEDIA_TID };

  for (guint i = 0; self->running && i < G_N_ELEMENTS (threads); i++) {
    gint64 tid = sfu_pulse_get (self->pulse, threads[i]);

    /* Of this process or none, whatever the page says. */
    if (tid > 0 && tid <= G_MAXINT)
      tgkill (self->pid, (gint)tid, SFU_PULSE_SIGNAL);
  }
}

static gboolean
on_deadline (gpointer data)
{
  SfuWorkerProcess *self = data;
  g_warning ("worker[%d]: is over its time, killing it", self->pid);
  disarm (self);
  g_subprocess_force_exit (self->process);
  return G_SOURCE_REMOVE;
}

void
sfu_worker_process_kill_after (SfuWorkerProcess *self, guint deadline_ms)
{
  gint64 at_us =
      g_get_monotonic_time () + deadline_ms * G_GINT64_CONSTANT (1000);
  if (!self->running || (self->killer && self->kill_at_us <= at_us))
    return;
  disarm (self);
  if (deadline_ms == 0) {
    g_subprocess_force_exit (self->process);
    return;
  }
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();
  self->kill_at_us = at_us;
  self->killer = g_timeout_source_new (deadline_ms);
  g_source_set_callback (self->killer, on_deadline, self, NULL);
  g_source_attach (self->killer, context);
}

void
sfu_worker_process_keep (SfuWorkerProcess *self)
{
  disarm (self);
}

gchar *
sfu_worker_process_describe_exit (gint exit_status, gint term_signal)
{
  if (term_signal)
    return g_strdup_printf (
        "was killed by signal %d (%s)", term_signal, g_strsignal (term_signal));
  return g_strdup_printf ("exited with status %d", exit_status);
}
