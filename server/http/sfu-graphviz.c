/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* DOT -> SVG, by Graphviz as a child process with bounds on input, output and
 * time.
 *
 * Threads: the server's one thread; GSubprocess waits elsewhere. */
#include "sfu-http-private.h"

#include "sfu-error.h"

#include <string.h>

#define MAX_DOT_BYTES (4u * 1024u * 1024u)
#define MAX_SVG_BYTES (64u * 1024u * 1024u)
#define TIMEOUT_S 20
/* Layouts at a time: each takes a processor while it runs. */
#define MAX_RUNNING 2

static guint n_running;

typedef struct {
  GSubprocess *process; /* owned */
  guint timeout_id;
  gboolean timed_out;
} Job;

static void
job_free (gpointer data)
{
  Job *job = data;

  g_clear_handle_id (&job->timeout_id, g_source_remove);
  g_clear_object (&job->process);
  g_free (job);
  n_running--;
}

static gboolean
on_timeout (gpointer data)
{
  Job *job = data;

  job->timeout_id = 0;
  job->timed_out = TRUE;
  g_subprocess_force_exit (job->process);
  return G_SOURCE_REMOVE;
}

static void
on_rendered (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Job *job = g_task_get_task_data (task);
  g_autofree gchar *svg = NULL;
  g_autofree gchar *complaint = NULL;
  GError *error = NULL;

  if (!g_subprocess_communicate_utf8_finish (
          G_SUBPROCESS (source), result, &svg, &complaint, &error)) {
    g_task_return_error (task, error);
  } else if (job->timed_out) {
    g_task_return_new_error (task, SFU_ERROR, SFU_ERROR_TIMEOUT,
        "Graphviz took more than %u s", TIMEOUT_S);
  } else if (!g_subprocess_get_successful (job->process)) {
    g_task_return_new_error (task, SFU_ERROR, SFU_ERROR_FAILED,
        "Graphviz failed: %.200s", complaint != NULL ? complaint : "");
  } else if (svg == NULL || strlen (svg) > MAX_SVG_BYTES) {
    g_task_return_new_error (
        task, SFU_ERROR, SFU_ERROR_LIMIT_EXCEEDED, "the drawing is too large");
  } else {
    g_task_return_pointer (task, g_steal_pointer (&svg), g_free);
  }
}

void
sfu_graphviz_render_async (const gchar *program, const gchar *dot,
    GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, data);
  g_autofree gchar *path = g_find_program_in_path (program);
  GError *error = NULL;
  Job *job;

  if (path == NULL) {
    g_task_return_new_error (task, SFU_ERROR, SFU_ERROR_NOT_SUPPORTED,
        "Graphviz is not installed (Debian: apt install graphviz); graph.dot "
        "works without it");
    return;
  }
  if (strlen (dot) > MAX_DOT_BYTES || n_running >= MAX_RUNNING) {
    g_task_return_new_error (task, SFU_ERROR, SFU_ERROR_LIMIT_EXCEEDED, "%s",
        n_running >= MAX_RUNNING ? "busy with other drawings"
                                 : "the graph is too large to draw");
    return;
  }
  job = g_new0 (Job, 1);
  n_running++;
  g_task_set_task_data (task, job, job_free);
  job->process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE |
          G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE,
      &error, path, "-Tsvg", NULL);
  if (job->process == NULL) {
    g_task_return_error (task, error);
    return;
  }
  job->timeout_id = g_timeout_add_seconds (TIMEOUT_S, on_timeout, job);
  g_subprocess_communicate_utf8_async (
      job->process, dot, NULL, on_rendered, g_object_ref (task));
}

gchar *
sfu_graphviz_render_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
