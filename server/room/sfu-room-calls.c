/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls to the worker that nobody waits for.
 *
 * Threads: the server's one thread. */
#include "sfu-room-calls.h"

#include "sfu-error.h"

typedef struct {
  const gchar *name;
  gboolean (*finish) (
      SfuWorkerClient *worker, GAsyncResult *result, GError **error);
} Call;

static const Call close_router = { "CloseRouter",
  sfu_worker_client_close_router_finish };
static const Call set_loudest = { "SetRouterLoudest",
  sfu_worker_client_set_router_loudest_finish };
static const Call close_transport = { "CloseTransport",
  sfu_worker_client_close_transport_finish };
static const Call close_producer = { "CloseProducer",
  sfu_worker_client_close_producer_finish };
static const Call pause_producer = { "SetProducerPaused",
  sfu_worker_client_set_producer_paused_finish };
static const Call close_consumer = { "CloseConsumer",
  sfu_worker_client_close_consumer_finish };

static void
on_done (GObject *source, GAsyncResult *result, gpointer data)
{
  SfuWorkerClient *worker = SFU_WORKER_CLIENT (source);
  const Call *call = data;
  g_autoptr (GError) error = NULL;

  if (call->finish (worker, result, &error))
    return;
  /* It may have gone by itself, or with its worker, which has been warned of
   * then. */
  if (g_error_matches (error, SFU_ERROR, SFU_ERROR_NOT_FOUND) ||
      !sfu_worker_client_is_running (worker) ||
      sfu_worker_client_is_lost (worker))
    g_debug ("call=%s %s", call->name, error->message);
  else
    g_message ("call=%s %s", call->name, error->message);
}

void
sfu_room_tell_close_router (SfuWorkerClient *worker, const gchar *router_id)
{
  sfu_worker_client_close_router_async (
      worker, router_id, NULL, on_done, (gpointer)&close_router);
}

void
sfu_room_tell_loudest (SfuWorkerClient *worker, const gchar *router_id, guint n)
{
  sfu_worker_client_set_router_loudest_async (
      worker, router_id, n, NULL, on_done, (gpointer)&set_loudest);
}

void
sfu_room_tell_close_transport (
    SfuWorkerClient *worker, const gchar *transport_id)
{
  sfu_worker_client_close_transport_async (
      worker, transport_id, NULL, on_done, (gpointer)&close_transport);
}

void
sfu_room_tell_close_producer (SfuWorkerClient *worker, const gchar *producer_id)
{
  sfu_worker_client_close_producer_async (
      worker, producer_id, NULL, on_done, (gpointer)&close_producer);
}

void
sfu_room_tell_pause_producer (
    SfuWorkerClient *worker, const gchar *producer_id, gboolean paused)
{
  sfu_worker_client_set_producer_paused_async (
      worker, producer_id, paused, NULL, on_done, (gpointer)&pause_producer);
}

void
sfu_room_tell_close_consumer (SfuWorkerClient *worker, const gchar *consumer_id)
{
  sfu_worker_client_close_consumer_async (
      worker, consumer_id, NULL, on_done, (gpointer)&close_consumer);
}
