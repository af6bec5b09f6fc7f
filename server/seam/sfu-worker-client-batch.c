/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls of SfuWorkerClient that come in twos and tens when somebody enters a
 * room: the consumers that a transport gets in one turn of the loop are one
 * message, and those that may begin to send another one, which nobody answers.
 * Every other call takes what has been gathered along first, so that the worker
 * hears everything in the order in which it was asked.
 *
 * Threads: as sfu-worker-client.h. */
#include "sfu-worker-client-private.h"

#include "sfu-error.h"

/* The worker answers nothing else while it makes them. */
#define MAX_BATCH 16

typedef struct {
  gchar *transport_id; /* owned */
  GVariant *consumer;  /* owned; an element of Consume's array */
} Item;

static void
item_free (gpointer data)
{
  Item *item = data;

  g_free (item->transport_id);
  g_variant_unref (item->consumer);
  g_free (item);
}

void
sfu_worker_client_batch_init (SfuWorkerBatch *batch)
{
  batch->consumes = g_ptr_array_new_with_free_func (g_object_unref);
  batch->resumes = g_ptr_array_new_with_free_func (g_free);
}

void
sfu_worker_client_batch_clear (SfuWorkerBatch *batch)
{
  g_ptr_array_unref (batch->consumes);
  g_ptr_array_unref (batch->resumes);
}

/* errors NULL: what went wrong is the whole call's, error. */
static void
finish_one (GTask *task, guint i, GVariant *errors, const GError *error)
{
  const gchar *name, *text;
  GError *own;

  if (errors == NULL) {
    g_task_return_error (task, g_error_copy (error));
    return;
  }
  g_variant_get_child (errors, i, "(&s&s)", &name, &text);
  if (*name == '\0') {
    g_task_return_boolean (task, TRUE);
    return;
  }
  own = g_dbus_error_new_for_dbus_error (name, text);
  g_task_return_error (task, sfu_worker_client_translate (own, "Consume", 0));
}

static void
on_consumed (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GPtrArray) tasks = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) errors = NULL;
  g_autoptr (GVariant) reply = sfu_worker_client_call_finish (
      SFU_WORKER_CLIENT (source), result, on_consumed, &error);

  if (reply != NULL) {
    errors = g_variant_get_child_value (reply, 0);
    if (g_variant_n_children (errors) != tasks->len) {
      g_clear_pointer (&errors, g_variant_unref);
      error = g_error_new_literal (SFU_ERROR, SFU_ERROR_FAILED,
          "Consume: not as many answers as consumers");
    }
  }
  for (guint i = 0; i < tasks->len; i++)
    finish_one (tasks->pdata[i], i, errors, error);
}

static void
send_consumes (SfuWorkerClient *self)
{
  GPtrArray *tasks = self->batch.consumes;
  const Item *first = g_task_get_task_data (tasks->pdata[0]);
  GVariantBuilder builder;

  self->batch.consumes = g_ptr_array_new_with_free_func (g_object_unref);
  g_variant_builder_init (
      &builder, G_VARIANT_TYPE ("a(ss" SFU_RTP_PARAMETERS_SIGNATURE "b)"));
  for (guint i = 0; i < tasks->len; i++)
    g_variant_builder_add_value (&builder,
        ((const Item *)g_task_get_task_data (tasks->pdata[i]))->consumer);
  sfu_worker_client_call (self, "Consume",
      g_variant_new ("(s@a(ss" SFU_RTP_PARAMETERS_SIGNATURE "b))",
          first->transport_id, g_variant_builder_end (&builder)),
      NULL, on_consumed, tasks, on_consumed);
}

static void
send_resumes (SfuWorkerClient *self)
{
  g_autoptr (GPtrArray) ids = self->batch.resumes;

  self->batch.resumes = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (ids, NULL);
  /* Without somebody to hear it GDBus asks for no answer. */
  if (self->proxy != NULL)
    g_dbus_proxy_call (G_DBUS_PROXY (self->proxy), "ResumeConsumers",
        g_variant_new ("(^as)", (const gchar *const *)ids->pdata),
        G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL, NULL);
}

void
sfu_worker_client_send_batch (SfuWorkerClient *self)
{
  g_clear_handle_id (&self->batch.id, g_source_remove);
  if (self->batch.consumes->len > 0)
    send_consumes (self);
  if (self->batch.resumes->len > 0)
    send_resumes (self);
}

static gboolean
on_turn_over (gpointer data)
{
  SfuWorkerClient *self = data;

  self->batch.id = 0;
  sfu_worker_client_send_batch (self);
  return G_SOURCE_REMOVE;
}

static void
send_later (SfuWorkerClient *self)
{
  if (self->batch.id == 0)
    self->batch.id = g_idle_add_full (
        G_PRIORITY_DEFAULT, on_turn_over, g_object_ref (self), g_object_unref);
}

/* Does it belong into the message that is being gathered? */
static gboolean
fits (SfuWorkerClient *self, const gchar *transport_id)
{
  const GPtrArray *tasks = self->batch.consumes;
  const Item *first =
      tasks->len > 0 ? g_task_get_task_data (tasks->pdata[0]) : NULL;

  return first == NULL ||
      (tasks->len < MAX_BATCH &&
          g_str_equal (first->transport_id, transport_id));
}

void
sfu_worker_client_consume_async (SfuWorkerClient *self,
    const gchar *transport_id, const gchar *consumer_id,
    const gchar *producer_id, const SfuRtpParameters *parameters,
    gboolean paused, GCancellable *cancellable, GAsyncReadyCallback callback,
    gpointer data)
{
  GTask *task = g_task_new (self, cancellable, callback, data);
  Item *item = g_new (Item, 1);

  item->transport_id = g_strdup (transport_id);
  item->consumer = g_variant_ref_sink (
      g_variant_new ("(ss@" SFU_RTP_PARAMETERS_SIGNATURE "b)", consumer_id,
          producer_id, sfu_rtp_parameters_to_variant (parameters), paused));
  g_task_set_source_tag (task, sfu_worker_client_consume_async);
  g_task_set_task_data (task, item, item_free);
  if (!fits (self, transport_id))
    sfu_worker_client_send_batch (self);
  g_ptr_array_add (self->batch.consumes, task);
  send_later (self);
}

gboolean
sfu_worker_client_consume_finish (
    SfuWorkerClient *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
sfu_worker_client_resume_consumer (
    SfuWorkerClient *self, const gchar *consumer_id)
{
  if (self->state != SFU_WORKER_CLIENT_RUNNING)
    return;
  g_ptr_array_add (self->batch.resumes, g_strdup (consumer_id));
  send_later (self);
}
