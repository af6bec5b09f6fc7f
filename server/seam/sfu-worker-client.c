/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-worker-client.h: the object, its connection on the process's
 * socketpair, and how it ends. It begins in sfu-worker-client-start.c; how one
 * call goes is said in sfu-worker-client-call.c, the methods stand in
 * sfu-worker-calls.c.
 *
 * A start that fails is reported when the process is gone, so that the error
 * can say how it ended:
 *
 *   IDLE -start-> STARTING -Start answered-> RUNNING -exit-> ENDED ("died")
 *     |              ^
 *     +--prepare-> PREPARED -exit-> ENDED
 *
 *                    | failed: kill            | stop
 *                    v                         v
 *                 FAILING -exit-> ENDED     STOPPING -exit-> ENDED
 *
 * Threads: as sfu-worker-client.h. */
#include "sfu-worker-client-private.h"

#include "sfu-error.h"

/* A worker that hangs says where within milliseconds, if it can at all. */
#define SAY_WHERE_MS 100

G_DEFINE_TYPE (SfuWorkerClient, sfu_worker_client, G_TYPE_OBJECT)

enum {
  SIGNAL_TRANSPORT_STATE,
  SIGNAL_ACTIVE_SPEAKER,
  SIGNAL_LAYERS_CHANGED,
  SIGNAL_PRODUCER_SCORES,
  SIGNAL_CONSUMER_SCORES,
  SIGNAL_DIED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

/* ---- connection ---- */

static void
on_transport_state (SfuWorkerClient *self, const gchar *transport_id,
    const gchar *ice_state, const gchar *dtls_state, const gchar *reason)
{
  g_signal_emit (self, signals[SIGNAL_TRANSPORT_STATE], 0, transport_id,
      ice_state, dtls_state, reason);
}

static void
on_active_speaker (SfuWorkerClient *self, const gchar *router_id,
    const gchar *producer_id, gint volume_dbov)
{
  g_signal_emit (self, signals[SIGNAL_ACTIVE_SPEAKER], 0, router_id,
      producer_id, volume_dbov);
}

static void
on_layers_changed (SfuWorkerClient *self, const gchar *consumer_id,
    gint spatial, gint temporal)
{
  g_signal_emit (
      self, signals[SIGNAL_LAYERS_CHANGED], 0, consumer_id, spatial, temporal);
}

static void
on_producer_scores (SfuWorkerClient *self, GVariant *producers)
{
  g_signal_emit (self, signals[SIGNAL_PRODUCER_SCORES], 0, producers);
}

static void
on_consumer_scores (SfuWorkerClient *self, GVariant *consumers)
{
  g_signal_emit (self, signals[SIGNAL_CONSUMER_SCORES], 0, consumers);
}

static void
on_connection_closed (SfuWorkerClient *self)
{
  if (self->process)
    sfu_worker_process_kill_after (
        self->process, SFU_WORKER_CLIENT_BROKEN_EXIT_MS);
}

void
sfu_worker_client_drop_connection (SfuWorkerClient *self)
{
  if (self->proxy)
    g_signal_handlers_disconnect_by_data (self->proxy, self);
  g_clear_object (&self->proxy);
  if (self->connection) {
    g_signal_handlers_disconnect_by_data (self->connection, self);
    if (!g_dbus_connection_is_closed (self->connection))
      g_dbus_connection_close (self->connection, NULL, NULL, NULL);
  }
  g_clear_object (&self->connection);
  /* Fails: whoever waits for it hears that the worker is gone. */
  sfu_worker_client_send_batch (self);
}

/* No message is exchanged: there is no bus, and no properties. */
gboolean
sfu_worker_client_make_proxy (
    SfuWorkerClient *self, GDBusConnection *connection, GError **error)
{
  self->proxy = sfu_dbus_worker1_proxy_new_sync (connection,
      G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES, NULL, SFU_SEAM_OBJECT_PATH,
      NULL, error);
  if (!self->proxy)
    return FALSE;
  self->connection = g_object_ref (connection);
  g_signal_connect_swapped (
      self->proxy, "transport-state", G_CALLBACK (on_transport_state), self);
  g_signal_connect_swapped (
      self->proxy, "active-speaker", G_CALLBACK (on_active_speaker), self);
  g_signal_connect_swapped (self->proxy, "consumer-layers-changed",
      G_CALLBACK (on_layers_changed), self);
  g_signal_connect_swapped (
      self->proxy, "producer-scores", G_CALLBACK (on_producer_scores), self);
  g_signal_connect_swapped (
      self->proxy, "consumer-scores", G_CALLBACK (on_consumer_scores), self);
  g_signal_connect_swapped (
      connection, "closed", G_CALLBACK (on_connection_closed), self);
  return TRUE;
}

/* ---- end of the process ---- */

static void
finish_failed_start (SfuWorkerClient *self, gint exit_status, gint term_signal)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->start_task);
  g_autoptr (GError) error = g_steal_pointer (&self->start_error);
  if (self->start_refused ||
      g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
    g_task_return_error (task, g_steal_pointer (&error));
    return;
  }
  g_autofree gchar *how =
      sfu_worker_process_describe_exit (exit_status, term_signal);
  g_task_return_new_error (task, SFU_ERROR, SFU_ERROR_FAILED,
      "the worker could not start: %s (the process %s)",
      error ? error->message : "it ended too early", how);
}

static void
on_process_exited (gpointer owner, gint exit_status, gint term_signal)
{
  /* A handler may drop the last reference. */
  g_autoptr (SfuWorkerClient) self = g_object_ref (owner);
  SfuWorkerClientState before = self->state;
  self->state = SFU_WORKER_CLIENT_ENDED;
  g_clear_pointer (&self->process, sfu_worker_process_free);
  sfu_worker_client_drop_connection (self);
  sfu_worker_client_fail_waiting (self);
  if (self->start_task)
    finish_failed_start (self, exit_status, term_signal);
  for (guint i = 0; i < self->stop_tasks->len; i++)
    g_task_return_boolean (self->stop_tasks->pdata[i], TRUE);
  g_ptr_array_set_size (self->stop_tasks, 0);
  if (before != SFU_WORKER_CLIENT_RUNNING)
    return;
  g_autofree gchar *how =
      sfu_worker_process_describe_exit (exit_status, term_signal);
  g_autofree gchar *reason = self->kill_reason
      ? g_strdup_printf ("%s: it %s", self->kill_reason, how)
      : g_strdup (how);
  g_signal_emit (
      self, signals[SIGNAL_DIED], 0, exit_status, term_signal, reason);
}

const SfuWorkerProcessCallbacks sfu_worker_client_process_callbacks = {
  .exited = on_process_exited,
};

/* ---- stop ---- */

void
sfu_worker_client_stop_async (SfuWorkerClient *self, guint deadline_ms,
    GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  g_return_if_fail (SFU_IS_WORKER_CLIENT (self));
  GTask *task = g_task_new (self, cancellable, callback, data);
  g_task_set_source_tag (task, sfu_worker_client_stop_async);
  if (!self->process) {
    self->state = SFU_WORKER_CLIENT_ENDED;
    g_task_return_boolean (task, TRUE);
    g_object_unref (task);
    return;
  }
  g_ptr_array_add (self->stop_tasks, task);
  self->state = SFU_WORKER_CLIENT_STOPPING;
  sfu_worker_client_fail_waiting (self);
  /* The end of the connection is the message: it also comes when the server
   * is not there any more to send one. */
  sfu_worker_client_drop_connection (self);
  sfu_worker_process_kill_after (self->process, deadline_ms);
}

gboolean
sfu_worker_client_stop_finish (
    SfuWorkerClient *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* ---- object ---- */

void
sfu_worker_client_set_call_timeout (SfuWorkerClient *self, guint timeout_ms)
{
  g_return_if_fail (timeout_ms > 0 && timeout_ms <= G_MAXINT);
  self->call_timeout_ms = timeout_ms;
}

gint
sfu_worker_client_get_pid (SfuWorkerClient *self)
{
  return self->process ? sfu_worker_process_get_pid (self->process) : 0;
}

gboolean
sfu_worker_client_is_running (SfuWorkerClient *self)
{
  return self->state == SFU_WORKER_CLIENT_RUNNING;
}

gboolean
sfu_worker_client_is_prepared (SfuWorkerClient *self)
{
  return self->state == SFU_WORKER_CLIENT_PREPARED && self->proxy &&
      !g_dbus_connection_is_closed (self->connection);
}

gboolean
sfu_worker_client_is_lost (SfuWorkerClient *self)
{
  return self->state == SFU_WORKER_CLIENT_RUNNING &&
      g_dbus_connection_is_closed (self->connection);
}

gboolean
sfu_worker_client_is_starting (SfuWorkerClient *self)
{
  return self->state == SFU_WORKER_CLIENT_STARTING;
}

SfuPulse *
sfu_worker_client_get_pulse (SfuWorkerClient *self)
{
  return self->process ? sfu_worker_process_get_pulse (self->process) : NULL;
}

void
sfu_worker_client_kill (SfuWorkerClient *self, const gchar *reason)
{
  if (self->state != SFU_WORKER_CLIENT_RUNNING || self->kill_reason)
    return;
  self->kill_reason = g_strdup (reason);
  sfu_worker_process_ask_where (self->process);
  sfu_worker_process_kill_after (self->process, SAY_WHERE_MS);
}

static void
sfu_worker_client_dispose (GObject *object)
{
  SfuWorkerClient *self = SFU_WORKER_CLIENT (object);
  self->state = SFU_WORKER_CLIENT_ENDED;
  sfu_worker_client_drop_connection (self);
  g_clear_pointer (&self->process, sfu_worker_process_free);
  G_OBJECT_CLASS (sfu_worker_client_parent_class)->dispose (object);
}

static void
sfu_worker_client_finalize (GObject *object)
{
  SfuWorkerClient *self = SFU_WORKER_CLIENT (object);
  g_free (self->program);
  g_free (self->log_level);
  g_free (self->kill_reason);
  g_clear_pointer (&self->start_args, g_variant_unref);
  g_clear_error (&self->start_error);
  g_ptr_array_unref (self->stop_tasks);
  sfu_worker_client_batch_clear (&self->batch);
  G_OBJECT_CLASS (sfu_worker_client_parent_class)->finalize (object);
}

static void
sfu_worker_client_class_init (SfuWorkerClientClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GType type = G_TYPE_FROM_CLASS (klass);
  /* Registers its D-Bus names, without which a reply is just an error. */
  sfu_error_quark ();
  object_class->dispose = sfu_worker_client_dispose;
  object_class->finalize = sfu_worker_client_finalize;
  signals[SIGNAL_TRANSPORT_STATE] = g_signal_new ("transport-state", type,
      G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 4, G_TYPE_STRING,
      G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING);
  signals[SIGNAL_ACTIVE_SPEAKER] =
      g_signal_new ("active-speaker", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
          NULL, G_TYPE_NONE, 3, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_INT);
  signals[SIGNAL_LAYERS_CHANGED] =
      g_signal_new ("layers-changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
          NULL, G_TYPE_NONE, 3, G_TYPE_STRING, G_TYPE_INT, G_TYPE_INT);
  signals[SIGNAL_PRODUCER_SCORES] = g_signal_new ("producer-scores", type,
      G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_VARIANT);
  signals[SIGNAL_CONSUMER_SCORES] = g_signal_new ("consumer-scores", type,
      G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_VARIANT);
  signals[SIGNAL_DIED] = g_signal_new ("died", type, G_SIGNAL_RUN_LAST, 0, NULL,
      NULL, NULL, G_TYPE_NONE, 3, G_TYPE_INT, G_TYPE_INT, G_TYPE_STRING);
}

static void
sfu_worker_client_init (SfuWorkerClient *self)
{
  self->stop_tasks = g_ptr_array_new_with_free_func (g_object_unref);
  g_queue_init (&self->waiting);
  sfu_worker_client_batch_init (&self->batch);
  self->call_timeout_ms = SFU_WORKER_CALL_TIMEOUT_MS;
}

SfuWorkerClient *
sfu_worker_client_new (const gchar *program, const gchar *log_level)
{
  SfuWorkerClient *self = g_object_new (SFU_TYPE_WORKER_CLIENT, NULL);
  self->program = g_strdup (program);
  self->log_level = g_strdup (log_level);
  return self;
}
