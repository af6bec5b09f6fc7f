/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How one call of SfuWorkerClient goes: sent at once, or kept until the worker
 * has answered Start; its error is one of ours.
 *
 * Threads: as sfu-worker-client.h. */
#include "sfu-worker-client-private.h"

#include "sfu-error.h"

/* Calls that wait for a worker that starts: all that the rooms of its
 * predecessor may ask at once, and a bound. */
#define MAX_WAITING_CALLS 10000

/* Every error that leaves this object is an SFU_ERROR or a cancellation. */
GError *
sfu_worker_client_translate (
    GError *error, const gchar *method, gint timeout_ms)
{
  g_autoptr (GError) owned = error;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return g_steal_pointer (&owned);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT) ||
      g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_NO_REPLY))
    return g_error_new (SFU_ERROR, SFU_ERROR_TIMEOUT,
        "the worker did not answer %s in %d ms", method, timeout_ms);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED))
    return g_error_new (SFU_ERROR, SFU_ERROR_FAILED,
        "the worker went away before it answered %s", method);
  sfu_error_strip_remote (error);
  if (error->domain == SFU_ERROR)
    return g_steal_pointer (&owned);
  return g_error_new (
      SFU_ERROR, SFU_ERROR_FAILED, "%s: %s", method, error->message);
}

typedef struct {
  const gchar *method; /* a literal of the caller */
  gint timeout_ms;
  GVariant *args; /* owned; NULL once sent */
} Call;

static void
call_free (gpointer data)
{
  Call *call = data;
  g_clear_pointer (&call->args, g_variant_unref);
  g_free (call);
}

static void
on_call_answered (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  const Call *call = g_task_get_task_data (task);
  GError *error = NULL;
  GVariant *reply =
      g_dbus_proxy_call_finish (G_DBUS_PROXY (source), result, &error);
  if (reply)
    g_task_return_pointer (task, reply, (GDestroyNotify)g_variant_unref);
  else
    g_task_return_error (task,
        sfu_worker_client_translate (error, call->method, call->timeout_ms));
}

/* Takes task. */
static void
send_call (SfuWorkerClient *self, GTask *task)
{
  Call *call = g_task_get_task_data (task);
  g_autoptr (GVariant) args = g_steal_pointer (&call->args);
  g_dbus_proxy_call (G_DBUS_PROXY (self->proxy), call->method, args,
      G_DBUS_CALL_FLAGS_NONE, call->timeout_ms, g_task_get_cancellable (task),
      on_call_answered, task);
}

void
sfu_worker_client_call_for (SfuWorkerClient *self, const gchar *method,
    GVariant *args, gint timeout_ms, GCancellable *cancellable,
    GAsyncReadyCallback callback, gpointer data, gpointer tag)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  Call *call = g_new (Call, 1);
  sfu_worker_client_send_batch (self);
  call->method = method;
  call->timeout_ms = timeout_ms;
  call->args = g_variant_ref_sink (args);
  g_task_set_source_tag (task, tag);
  g_task_set_task_data (task, call, call_free);
  gboolean waits = self->state == SFU_WORKER_CLIENT_STARTING &&
      tag != sfu_worker_client_start_async;
  if (self->proxy && !waits)
    send_call (self, g_steal_pointer (&task));
  else if (waits && g_queue_get_length (&self->waiting) < MAX_WAITING_CALLS)
    g_queue_push_tail (&self->waiting, g_steal_pointer (&task));
  else
    g_task_return_new_error (
        task, SFU_ERROR, SFU_ERROR_FAILED, "the worker is not running");
}

/* Once Start was answered, however long that took: the time they have begins
 * now. */
void
sfu_worker_client_send_waiting (SfuWorkerClient *self)
{
  GTask *task;
  while ((task = g_queue_pop_head (&self->waiting)))
    send_call (self, task);
}

void
sfu_worker_client_fail_waiting (SfuWorkerClient *self)
{
  GTask *task;
  while ((task = g_queue_pop_head (&self->waiting))) {
    g_task_return_new_error (
        task, SFU_ERROR, SFU_ERROR_FAILED, "the worker could not start");
    g_object_unref (task);
  }
}

void
sfu_worker_client_call (SfuWorkerClient *self, const gchar *method,
    GVariant *args, GCancellable *cancellable, GAsyncReadyCallback callback,
    gpointer data, gpointer tag)
{
  sfu_worker_client_call_for (self, method, args, self->call_timeout_ms,
      cancellable, callback, data, tag);
}

GVariant *
sfu_worker_client_call_finish (
    SfuWorkerClient *self, GAsyncResult *result, gpointer tag, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, tag), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
