/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-worker-client.h: the process, the connection on its socketpair, and
 * how one call goes. The methods stand in sfu-worker-calls.c.
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
#include "sfu-worker-client.h"

#include "sfu-dbus.h"
#include "sfu-error.h"
#include "sfu-worker-client-private.h"
#include "sfu-worker-process.h"

/* A worker whose connection broke is about to exit, and how it does is worth
 * knowing; one that is not is killed. Its rooms wait for that: not long. */
#define BROKEN_EXIT_MS 500
/* And one that hangs says where within milliseconds, if it can at all. */
#define SAY_WHERE_MS 100
/* Calls that wait for a worker that starts: all that the rooms of its
 * predecessor may ask at once, and a bound. */
#define MAX_WAITING_CALLS 10000

typedef enum {
  STATE_IDLE,
  STATE_PREPARED, /* has a process; connected or about to be */
  STATE_STARTING,
  STATE_FAILING,
  STATE_RUNNING,
  STATE_STOPPING,
  STATE_ENDED
} State;

struct _SfuWorkerClient {
  GObject parent;
  gchar *program;
  gchar *log_level;
  State state;
  SfuWorkerProcess *process;   /* owned; from start to the end of its life */
  GDBusConnection *connection; /* owned */
  SfuDBusWorker1 *proxy;       /* owned; from connect to stop or death */
  GTask *start_task;           /* owned; STARTING and FAILING */
  GVariant *start_args;        /* owned; STARTING */
  GError *start_error;         /* owned; FAILING */
  gboolean start_refused;      /* start_error is what the worker answered */
  GPtrArray *stop_tasks;       /* of GTask; STOPPING */
  GQueue waiting;              /* of GTask, owned: calls; STARTING */
  gchar *kill_reason;          /* owned; NULL = nobody killed it */
  guint16 port_min, port_max;
  gint call_timeout_ms;
};

G_DEFINE_TYPE (SfuWorkerClient, sfu_worker_client, G_TYPE_OBJECT)

enum {
  SIGNAL_TRANSPORT_STATE,
  SIGNAL_ACTIVE_SPEAKER,
  SIGNAL_LAYERS_CHANGED,
  SIGNAL_PRODUCER_SCORE,
  SIGNAL_CONSUMER_SCORE,
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
on_producer_score (
    SfuWorkerClient *self, const gchar *producer_id, GVariant *scores)
{
  g_signal_emit (self, signals[SIGNAL_PRODUCER_SCORE], 0, producer_id, scores);
}

static void
on_consumer_score (SfuWorkerClient *self, const gchar *consumer_id,
    guchar score, guchar producer_score, GVariant *producer_scores)
{
  g_signal_emit (self, signals[SIGNAL_CONSUMER_SCORE], 0, consumer_id,
      (guint)score, (guint)producer_score, producer_scores);
}

static void
on_connection_closed (SfuWorkerClient *self)
{
  if (self->process)
    sfu_worker_process_kill_after (self->process, BROKEN_EXIT_MS);
}

static void
drop_connection (SfuWorkerClient *self)
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
}

/* No message is exchanged: there is no bus, and no properties. */
static gboolean
make_proxy (SfuWorkerClient *self, GDBusConnection *connection, GError **error)
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
      self->proxy, "producer-score", G_CALLBACK (on_producer_score), self);
  g_signal_connect_swapped (
      self->proxy, "consumer-score", G_CALLBACK (on_consumer_score), self);
  g_signal_connect_swapped (
      connection, "closed", G_CALLBACK (on_connection_closed), self);
  return TRUE;
}

/* ---- one call ---- */

/* Every error that leaves this object is an SFU_ERROR or a cancellation. */
static GError *
translate (GError *error, const gchar *method, gint timeout_ms)
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
    g_task_return_error (
        task, translate (error, call->method, call->timeout_ms));
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

static void
call_for (SfuWorkerClient *self, const gchar *method, GVariant *args,
    gint timeout_ms, GCancellable *cancellable, GAsyncReadyCallback callback,
    gpointer data, gpointer tag)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  Call *call = g_new (Call, 1);
  call->method = method;
  call->timeout_ms = timeout_ms;
  call->args = g_variant_ref_sink (args);
  g_task_set_source_tag (task, tag);
  g_task_set_task_data (task, call, call_free);
  gboolean waits =
      self->state == STATE_STARTING && tag != sfu_worker_client_start_async;
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
static void
send_waiting (SfuWorkerClient *self)
{
  GTask *task;
  while ((task = g_queue_pop_head (&self->waiting)))
    send_call (self, task);
}

static void
fail_waiting (SfuWorkerClient *self)
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
  call_for (self, method, args, self->call_timeout_ms, cancellable, callback,
      data, tag);
}

GVariant *
sfu_worker_client_call_finish (
    SfuWorkerClient *self, GAsyncResult *result, gpointer tag, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, tag), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
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
  State before = self->state;
  self->state = STATE_ENDED;
  g_clear_pointer (&self->process, sfu_worker_process_free);
  drop_connection (self);
  fail_waiting (self);
  if (self->start_task)
    finish_failed_start (self, exit_status, term_signal);
  for (guint i = 0; i < self->stop_tasks->len; i++)
    g_task_return_boolean (self->stop_tasks->pdata[i], TRUE);
  g_ptr_array_set_size (self->stop_tasks, 0);
  if (before != STATE_RUNNING)
    return;
  g_autofree gchar *how =
      sfu_worker_process_describe_exit (exit_status, term_signal);
  g_autofree gchar *reason = self->kill_reason
      ? g_strdup_printf ("%s: it %s", self->kill_reason, how)
      : g_strdup (how);
  g_signal_emit (
      self, signals[SIGNAL_DIED], 0, exit_status, term_signal, reason);
}

static const SfuWorkerProcessCallbacks process_callbacks = {
  .exited = on_process_exited,
};

/* ---- start ---- */

static void
fail_start (SfuWorkerClient *self, GError *error)
{
  if (self->state != STATE_STARTING) { /* stopped meanwhile, or a spare one */
    g_error_free (error);
    if (self->state == STATE_PREPARED)
      sfu_worker_process_kill_after (self->process, 0);
    return;
  }
  self->state = STATE_FAILING;
  self->start_error = error;
  drop_connection (self);
  fail_waiting (self);
  sfu_worker_process_kill_after (self->process, BROKEN_EXIT_MS);
}

static void
on_started (GObject *source, GAsyncResult *result, gpointer data)
{
  SfuWorkerClient *self = SFU_WORKER_CLIENT (source);
  GError *error = NULL;
  g_autoptr (GVariant) reply = sfu_worker_client_call_finish (
      self, result, sfu_worker_client_start_async, &error);
  if (!reply) {
    self->start_refused =
        self->connection && !g_dbus_connection_is_closed (self->connection);
    fail_start (self, error);
    return;
  }
  if (self->state != STATE_STARTING)
    return;
  g_variant_get (reply, "(qq)", &self->port_min, &self->port_max);
  sfu_worker_process_keep (self->process);
  self->state = STATE_RUNNING;
  send_waiting (self);
  g_autoptr (GTask) task = g_steal_pointer (&self->start_task);
  g_task_return_boolean (task, TRUE);
}

static void
send_start (SfuWorkerClient *self)
{
  call_for (self, "Start", self->start_args, SFU_WORKER_START_TIMEOUT_MS,
      g_task_get_cancellable (self->start_task), on_started, NULL,
      sfu_worker_client_start_async);
  g_clear_pointer (&self->start_args, g_variant_unref);
}

static void
on_connected (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (SfuWorkerClient) self = data;
  GError *error = NULL;
  g_autoptr (GDBusConnection) connection =
      g_dbus_connection_new_finish (result, &error);
  if (self->state != STATE_STARTING && self->state != STATE_PREPARED) {
    g_clear_error (&error);
    return;
  }
  if (!connection || !make_proxy (self, connection, &error)) {
    fail_start (self, error);
    return;
  }
  if (self->state == STATE_STARTING)
    send_start (self);
}

static GVariant *
start_args (const SfuWorkerStartOptions *options)
{
  static const gchar *const none[] = { NULL };
  const struct {
    const gchar *name;
    guint value;
  } limits[] = {
    { "max-routers", options->max_routers },
    { "max-transports-per-router", options->max_transports_per_router },
    { "max-producers-per-transport", options->max_producers_per_transport },
    { "max-consumers-per-transport", options->max_consumers_per_transport },
    { "consent-timeout", options->consent_timeout_s },
  };
  GVariantDict dict;
  g_variant_dict_init (&dict, NULL);
  if (options->allow_impairment)
    g_variant_dict_insert (&dict, "allow-impairment", "b", TRUE);
  if (options->ice_tcp)
    g_variant_dict_insert (&dict, "ice-tcp", "b", TRUE);
  if (options->stock_dtls)
    g_variant_dict_insert (&dict, "stock-dtls", "b", TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (limits); i++) {
    if (limits[i].value)
      g_variant_dict_insert (&dict, limits[i].name, "u", limits[i].value);
  }
  if (options->plain_port_max) {
    g_variant_dict_insert (
        &dict, "plain-port-min", "q", options->plain_port_min);
    g_variant_dict_insert (
        &dict, "plain-port-max", "q", options->plain_port_max);
  }
  return g_variant_new ("(s^asqq@a{sv})",
      options->listen_ip ? options->listen_ip : "",
      options->announced ? options->announced : none, options->port_min,
      options->port_max, g_variant_dict_end (&dict));
}

static gboolean
spawn (SfuWorkerClient *self, GIOStream **stream, GError **error)
{
  g_autofree gchar *program = sfu_worker_process_find (self->program, error);
  if (!program)
    return FALSE;
  self->process = sfu_worker_process_spawn (
      program, self->log_level, &process_callbacks, self, stream, error);
  return self->process != NULL;
}

/* The process, and the connection to it. */
static gboolean
begin (SfuWorkerClient *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GIOStream) stream = NULL;
  if (!spawn (self, &stream, error)) {
    self->state = STATE_ENDED;
    g_prefix_error (error, "cannot start a worker: ");
    return FALSE;
  }
  g_autofree gchar *guid = g_dbus_generate_guid ();
  g_dbus_connection_new (stream, guid,
      G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_SERVER |
          G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_REQUIRE_SAME_USER,
      NULL, cancellable, on_connected, g_object_ref (self));
  return TRUE;
}

gboolean
sfu_worker_client_prepare (SfuWorkerClient *self, GError **error)
{
  g_return_val_if_fail (self->state == STATE_IDLE, FALSE);
  if (!begin (self, NULL, error))
    return FALSE;
  self->state = STATE_PREPARED;
  return TRUE;
}

void
sfu_worker_client_start_async (SfuWorkerClient *self,
    const SfuWorkerStartOptions *options, GCancellable *cancellable,
    GAsyncReadyCallback callback, gpointer data)
{
  g_return_if_fail (SFU_IS_WORKER_CLIENT (self));
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  g_task_set_source_tag (task, sfu_worker_client_start_async);
  if (self->state != STATE_IDLE && self->state != STATE_PREPARED) {
    g_task_return_new_error (task, SFU_ERROR, SFU_ERROR_WRONG_STATE,
        "the worker was started before");
    return;
  }
  GError *error = NULL;
  if (self->state == STATE_IDLE && !begin (self, cancellable, &error)) {
    g_task_return_error (task, error);
    return;
  }
  self->state = STATE_STARTING;
  self->start_task = g_steal_pointer (&task);
  self->start_args = g_variant_ref_sink (start_args (options));
  /* Covers the handshake, which has no timeout of its own. */
  sfu_worker_process_kill_after (self->process, SFU_WORKER_START_TIMEOUT_MS);
  if (self->proxy)
    send_start (self);
}

gboolean
sfu_worker_client_start_finish (SfuWorkerClient *self, GAsyncResult *result,
    guint16 *port_min, guint16 *port_max, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  if (!g_task_propagate_boolean (G_TASK (result), error))
    return FALSE;
  if (port_min)
    *port_min = self->port_min;
  if (port_max)
    *port_max = self->port_max;
  return TRUE;
}

/* ---- stop ---- */

void
sfu_worker_client_stop_async (SfuWorkerClient *self, guint deadline_ms,
    GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  g_return_if_fail (SFU_IS_WORKER_CLIENT (self));
  GTask *task = g_task_new (self, cancellable, callback, data);
  g_task_set_source_tag (task, sfu_worker_client_stop_async);
  if (!self->process) {
    self->state = STATE_ENDED;
    g_task_return_boolean (task, TRUE);
    g_object_unref (task);
    return;
  }
  g_ptr_array_add (self->stop_tasks, task);
  self->state = STATE_STOPPING;
  fail_waiting (self);
  /* The end of the connection is the message: it also comes when the server
   * is not there any more to send one. */
  drop_connection (self);
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
  return self->state == STATE_RUNNING;
}

gboolean
sfu_worker_client_is_prepared (SfuWorkerClient *self)
{
  return self->state == STATE_PREPARED && self->proxy &&
      !g_dbus_connection_is_closed (self->connection);
}

gboolean
sfu_worker_client_is_lost (SfuWorkerClient *self)
{
  return self->state == STATE_RUNNING &&
      g_dbus_connection_is_closed (self->connection);
}

gboolean
sfu_worker_client_is_starting (SfuWorkerClient *self)
{
  return self->state == STATE_STARTING;
}

SfuPulse *
sfu_worker_client_get_pulse (SfuWorkerClient *self)
{
  return self->process ? sfu_worker_process_get_pulse (self->process) : NULL;
}

void
sfu_worker_client_kill (SfuWorkerClient *self, const gchar *reason)
{
  if (self->state != STATE_RUNNING || self->kill_reason)
    return;
  self->kill_reason = g_strdup (reason);
  sfu_worker_process_ask_where (self->process);
  sfu_worker_process_kill_after (self->process, SAY_WHERE_MS);
}

static void
sfu_worker_client_dispose (GObject *object)
{
  SfuWorkerClient *self = SFU_WORKER_CLIENT (object);
  self->state = STATE_ENDED;
  drop_connection (self);
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
  signals[SIGNAL_PRODUCER_SCORE] =
      g_signal_new ("producer-score", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
          NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_VARIANT);
  signals[SIGNAL_CONSUMER_SCORE] = g_signal_new ("consumer-score", type,
      G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 4, G_TYPE_STRING,
      G_TYPE_UINT, G_TYPE_UINT, G_TYPE_VARIANT);
  signals[SIGNAL_DIED] = g_signal_new ("died", type, G_SIGNAL_RUN_LAST, 0, NULL,
      NULL, NULL, G_TYPE_NONE, 3, G_TYPE_INT, G_TYPE_INT, G_TYPE_STRING);
}

static void
sfu_worker_client_init (SfuWorkerClient *self)
{
  self->stop_tasks = g_ptr_array_new_with_free_func (g_object_unref);
  g_queue_init (&self->waiting);
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
