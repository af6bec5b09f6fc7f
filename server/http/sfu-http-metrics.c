/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* /metrics: what the server knows, and what its workers answer in time. A
 * worker that does not is left out, and is seen by that.
 *
 * Threads: the server's one thread. */
#include "sfu-http-private.h"

#include "sfu-media-metrics.h"

#include <string.h>

/* Prometheus waits 10 s by default; a worker answers in milliseconds, or it
 * hangs. */
#define DEADLINE_MS 1000

static const SfuMetricFamily answered_family = { "sfu_worker_answered",
  SFU_METRIC_GAUGE, NULL,
  "1 when this worker answered in time: what it counts is in here.",
  { "worker" } };

/* Needs nothing of the server when the answers come: that may have gone. */
typedef struct {
  SoupServerMessage *message; /* held */
  SfuExposition exposition;   /* what the server knows is in it */
  SfuMediaMetrics *workers;
  guint n_workers, n_pending;
  GCancellable *deadline;
  guint deadline_id;
} Scrape;

typedef struct {
  Scrape *scrape;
  guint index;
} Question;

static void
write_answered (Scrape *scrape)
{
  sfu_exposition_family (&scrape->exposition, &answered_family);
  for (guint i = 0; i < scrape->n_workers; i++) {
    const gchar *name = scrape->workers[i].worker;

    sfu_exposition_value (
        &scrape->exposition, &name, scrape->workers[i].values != NULL);
  }
}

static void
finish (Scrape *scrape)
{
  SfuExpositionFormat format = scrape->exposition.format;

  g_clear_handle_id (&scrape->deadline_id, g_source_remove);
  write_answered (scrape);
  sfu_media_metrics_write (
      scrape->workers, scrape->n_workers, &scrape->exposition);
  sfu_http_reply_text (scrape->message, SOUP_STATUS_OK,
      sfu_exposition_content_type (format),
      sfu_exposition_finish (&scrape->exposition));
  sfu_http_release (scrape->message);
  for (guint i = 0; i < scrape->n_workers; i++) {
    g_clear_pointer (&scrape->workers[i].values, g_variant_unref);
    g_clear_pointer (&scrape->workers[i].histograms, g_variant_unref);
  }
  g_object_unref (scrape->deadline);
  g_free (scrape->workers);
  g_free (scrape);
}

static void
on_metrics (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Question *question = data;
  Scrape *scrape = question->scrape;
  SfuMediaMetrics *worker = &scrape->workers[question->index];
  g_autoptr (GError) error = NULL;

  if (!sfu_worker_client_get_metrics_finish (SFU_WORKER_CLIENT (source), result,
          &worker->values, &worker->histograms, &error))
    g_info ("worker=%u has no metrics: %s", question->index, error->message);
  if (--scrape->n_pending == 0)
    finish (scrape);
}

static gboolean
on_deadline (gpointer data)
{
  Scrape *scrape = data;

  scrape->deadline_id = 0;
  g_cancellable_cancel (scrape->deadline);
  return G_SOURCE_REMOVE;
}

/* Prometheus lists all it can read, best first. */
static SfuExpositionFormat
choose_format (SoupServerMessage *message)
{
  const gchar *accept = soup_message_headers_get_list (
      soup_server_message_get_request_headers (message), "Accept");
  GSList *types =
      accept != NULL ? soup_header_parse_quality_list (accept, NULL) : NULL;
  SfuExpositionFormat format = SFU_EXPOSITION_TEXT;

  for (GSList *l = types; l != NULL; l = l->next) {
    const gchar *type = l->data;

    if (g_str_has_prefix (type, "application/openmetrics-text") &&
        (strstr (type, "version=") == NULL ||
            strstr (type, "version=1.0.0") != NULL)) {
      format = SFU_EXPOSITION_OPENMETRICS;
      break;
    }
    if (g_str_has_prefix (type, "text/plain") || g_str_has_prefix (type, "*/*"))
      break;
  }
  soup_header_free_list (types);
  return format;
}

static void
ask_workers (SfuHttpServer *server, Scrape *scrape)
{
  SfuWorkerPool *pool = sfu_rooms_get_pool (server->rooms);

  scrape->n_workers = sfu_worker_pool_n_workers (pool);
  scrape->workers = g_new0 (SfuMediaMetrics, scrape->n_workers);
  scrape->n_pending = 1; /* ours, so that none finishes too early */
  for (guint i = 0; i < scrape->n_workers; i++) {
    SfuWorkerClient *client = sfu_worker_pool_peek (pool, i);
    Question *question;

    g_snprintf (
        scrape->workers[i].worker, sizeof scrape->workers[i].worker, "%u", i);
    if (client == NULL)
      continue;
    question = g_new (Question, 1);
    question->scrape = scrape;
    question->index = i;
    scrape->n_pending++;
    sfu_worker_client_get_metrics_async (
        client, scrape->deadline, on_metrics, question);
  }
  if (--scrape->n_pending == 0)
    finish (scrape);
}

void
sfu_http_reply_metrics (SfuHttpServer *server, SoupServerMessage *message)
{
  Scrape *scrape;

  if (!sfu_http_is_port (server->config->metrics_port, message)) {
    sfu_http_reply_error (
        message, SOUP_STATUS_NOT_FOUND, "on another port: see metrics-port");
    return;
  }
  if (!server->config->metrics_open && !sfu_http_check_admin (server, message))
    return;
  scrape = g_new0 (Scrape, 1);
  sfu_exposition_init (&scrape->exposition, choose_format (message));
  sfu_http_write_snapshot (server, &scrape->exposition);
  sfu_metrics_write (
      sfu_rooms_get_metrics (server->rooms), &scrape->exposition);
  scrape->message = sfu_http_hold (message);
  scrape->deadline = g_cancellable_new ();
  scrape->deadline_id = g_timeout_add (DEADLINE_MS, on_deadline, scrape);
  ask_workers (server, scrape);
}
