/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The inside of a room, for its operator: dump and graph.
 *
 * Threads: the server's one thread. */
#include "sfu-http-private.h"

#include "sfu-error.h"
#include "sfu-room.h"

typedef struct {
  SoupServerMessage *message; /* held */
  gchar *dot_program;
  gboolean svg;
} Job;

static Job *
job_new (SoupServerMessage *message)
{
  Job *job = g_new0 (Job, 1);

  job->message = sfu_http_hold (message);
  return job;
}

static void
job_finish (Job *job)
{
  sfu_http_release (job->message);
  g_free (job->dot_program);
  g_free (job);
}

static void
job_fail (Job *job, GError *error)
{
  sfu_error_strip_remote (error);
  sfu_http_reply_gerror (job->message, error);
  g_error_free (error);
  job_finish (job);
}

static void
on_dump (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GVariant) dump = NULL;
  GError *error = NULL;
  Job *job = data;

  dump = sfu_worker_client_dump_finish (
      SFU_WORKER_CLIENT (source), result, &error);
  if (dump == NULL) {
    job_fail (job, error);
    return;
  }
  sfu_http_reply_json (
      job->message, SOUP_STATUS_OK, sfu_json_from_variant (dump));
  job_finish (job);
}

void
sfu_http_reply_dump (SfuRoom *room, SoupServerMessage *message)
{
  sfu_worker_client_dump_async (sfu_room_router (room)->worker,
      sfu_room_router (room)->id, NULL, on_dump, job_new (message));
}

static void
on_svg (GObject *source, GAsyncResult *result, gpointer data)
{
  Job *job = data;
  GError *error = NULL;
  gchar *svg = sfu_graphviz_render_finish (result, &error);

  if (svg == NULL) {
    job_fail (job, error);
    return;
  }
  /* Names of elements are not markup, but a drawing needs no scripts. */
  soup_message_headers_replace (
      soup_server_message_get_response_headers (job->message),
      "Content-Security-Policy",
      "default-src 'none'; style-src 'unsafe-inline'");
  sfu_http_reply_text (job->message, SOUP_STATUS_OK, "image/svg+xml", svg);
  job_finish (job);
}

static void
on_dot (GObject *source, GAsyncResult *result, gpointer data)
{
  Job *job = data;
  GError *error = NULL;
  gchar *dot = sfu_worker_client_graph_dot_finish (
      SFU_WORKER_CLIENT (source), result, &error);

  if (dot == NULL) {
    job_fail (job, error);
  } else if (job->svg) {
    sfu_graphviz_render_async (job->dot_program, dot, on_svg, job);
    g_free (dot);
  } else {
    sfu_http_reply_text (
        job->message, SOUP_STATUS_OK, "text/vnd.graphviz", dot);
    job_finish (job);
  }
}

void
sfu_http_reply_graph (SfuHttpServer *server, SfuRoom *room,
    SoupServerMessage *message, gboolean svg)
{
  Job *job = job_new (message);

  job->svg = svg;
  job->dot_program = g_strdup (server->config->dot_program);
  sfu_worker_client_graph_dot_async (sfu_room_router (room)->worker,
      sfu_room_router (room)->id, NULL, on_dot, job);
}
