/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The methods of org.gstsfu.Worker1 for who operates the server: metrics and
 * log levels. The others stand in sfu-worker-calls.c.
 *
 * Threads: as sfu-worker-client.h. */
#include "sfu-worker-client-private.h"

void
sfu_worker_client_get_metrics_async (SfuWorkerClient *self,
    GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  sfu_worker_client_call (self, "GetMetrics", g_variant_new ("()"), cancellable,
      callback, data, sfu_worker_client_get_metrics_async);
}

gboolean
sfu_worker_client_get_metrics_finish (SfuWorkerClient *self,
    GAsyncResult *result, GVariant **values, GVariant **histograms,
    GError **error)
{
  g_autoptr (GVariant) reply = sfu_worker_client_call_finish (
      self, result, sfu_worker_client_get_metrics_async, error);
  if (!reply)
    return FALSE;
  *values = g_variant_get_child_value (reply, 0);
  *histograms = g_variant_get_child_value (reply, 1);
  return TRUE;
}

void
sfu_worker_client_set_log_levels_async (SfuWorkerClient *self,
    const gchar *levels, GCancellable *cancellable,
    GAsyncReadyCallback callback, gpointer data)
{
  sfu_worker_client_call (self, "SetLogLevels", g_variant_new ("(s)", levels),
      cancellable, callback, data, sfu_worker_client_set_log_levels_async);
}

gboolean
sfu_worker_client_set_log_levels_finish (
    SfuWorkerClient *self, GAsyncResult *result, GError **error)
{
  g_autoptr (GVariant) reply = sfu_worker_client_call_finish (
      self, result, sfu_worker_client_set_log_levels_async, error);
  return reply != NULL;
}
