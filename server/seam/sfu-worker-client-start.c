/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How SfuWorkerClient begins: the process, the connection to it, and Start with
 * its options. The states it goes through are drawn in sfu-worker-client.c.
 *
 * Threads: as sfu-worker-client.h. */
#include "sfu-worker-client-private.h"

#include "sfu-error.h"

static void
fail_start (SfuWorkerClient *self, GError *error)
{
  if (self->state !=
      SFU_WORKER_CLIENT_STARTING) { /* stopped meanwhile, or a spare one */
    g_error_free (error);
    if (self->state == SFU_WORKER_CLIENT_PREPARED)
      sfu_worker_process_kill_after (self->process, 0);
    return;
  }
  self->state = SFU_WORKER_CLIENT_FAILING;
  self->start_error = error;
  sfu_worker_client_drop_connection (self);
  sfu_worker_client_fail_waiting (self);
  sfu_worker_process_kill_after (
      self->process, SFU_WORKER_CLIENT_BROKEN_EXIT_MS);
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
  if (self->state != SFU_WORKER_CLIENT_STARTING)
    return;
  g_variant_get (reply, "(qq)", &self->port_min, &self->port_max);
  sfu_worker_process_keep (self->process);
  self->state = SFU_WORKER_CLIENT_RUNNING;
  sfu_worker_client_send_waiting (self);
  g_autoptr (GTask) task = g_steal_pointer (&self->start_task);
  g_task_return_boolean (task, TRUE);
}

static void
send_start (SfuWorkerClient *self)
{
  sfu_worker_client_call_for (self, "Start", self->start_args,
      SFU_WORKER_START_TIMEOUT_MS, g_task_get_cancellable (self->start_task),
      on_started, NULL, sfu_worker_client_start_async);
  g_clear_pointer (&self->start_args, g_variant_unref);
}

static void
on_connected (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (SfuWorkerClient) self = data;
  GError *error = NULL;
  g_autoptr (GDBusConnection) connection =
      g_dbus_connection_new_finish (result, &error);
  if (self->state != SFU_WORKER_CLIENT_STARTING &&
      self->state != SFU_WORKER_CLIENT_PREPARED) {
    g_clear_error (&error);
    return;
  }
  if (!connection || !sfu_worker_client_make_proxy (self, connection, &error)) {
    fail_start (self, error);
    return;
  }
  if (self->state == SFU_WORKER_CLIENT_STARTING)
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
    { "media-priority", options->media_priority },
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
  self->process = sfu_worker_process_spawn (program, self->log_level,
      &sfu_worker_client_process_callbacks, self, stream, error);
  return self->process != NULL;
}

/* The process, and the connection to it. */
static gboolean
begin (SfuWorkerClient *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GIOStream) stream = NULL;
  if (!spawn (self, &stream, error)) {
    self->state = SFU_WORKER_CLIENT_ENDED;
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
  g_return_val_if_fail (self->state == SFU_WORKER_CLIENT_IDLE, FALSE);
  if (!begin (self, NULL, error))
    return FALSE;
  self->state = SFU_WORKER_CLIENT_PREPARED;
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
  if (self->state != SFU_WORKER_CLIENT_IDLE &&
      self->state != SFU_WORKER_CLIENT_PREPARED) {
    g_task_return_new_error (task, SFU_ERROR, SFU_ERROR_WRONG_STATE,
        "the worker was started before");
    return;
  }
  GError *error = NULL;
  if (self->state == SFU_WORKER_CLIENT_IDLE &&
      !begin (self, cancellable, &error)) {
    g_task_return_error (task, error);
    return;
  }
  self->state = SFU_WORKER_CLIENT_STARTING;
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
