/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Statistics: the worker's, passed on.
 *
 * Threads: the server's one thread. */
#include "sfu-handlers.h"

#include "sfu-room-media.h"

static void
on_stats (GObject *source, GAsyncResult *result, gpointer data)
{
  SfuCall *call = data;
  g_autoptr (GVariant) stats = NULL;
  SfuReply reply = { .kind = SFU_REPLY_STATS };
  GError *error = NULL;

  stats = sfu_worker_client_get_stats_finish (
      SFU_WORKER_CLIENT (source), result, &error);
  if (stats == NULL) {
    sfu_call_fail (call, error);
    return;
  }
  reply.stats = stats;
  sfu_call_reply (call, &reply);
}

static void
get_stats (SfuCall *call)
{
  sfu_worker_client_get_stats_async (
      sfu_call_worker (call), call->request->id, NULL, on_stats, call);
}

void
sfu_handle_get_transport_stats (SfuCall *call)
{
  if (sfu_call_find_transport (call) != NULL)
    get_stats (call);
}

void
sfu_handle_get_producer_stats (SfuCall *call)
{
  if (sfu_call_find_producer (call) != NULL)
    get_stats (call);
}

void
sfu_handle_get_consumer_stats (SfuCall *call)
{
  if (sfu_call_find_consumer (call) != NULL)
    get_stats (call);
}
