/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-worker-control.h.
 *
 * Threads: control thread. */
#include "sfu-worker-control-private.h"

#include "sfu-error.h"
#include "sfu-seam.h"
#include "sfu-worker-log.h"

/* ---- answers ---- */

/* The one place where an error becomes an answer. Takes error. */
static gboolean
refuse (GDBusMethodInvocation *invocation, GError *error)
{
  g_autoptr (GError) owned = error;
  /* A text that was cut in the middle of a character must not reach D-Bus. */
  g_autofree gchar *text = g_utf8_make_valid (error->message, -1);
  g_info ("%s refused: %s",
      g_dbus_method_invocation_get_method_name (invocation), text);
  if (error->domain == SFU_ERROR)
    g_dbus_method_invocation_return_error_literal (
        invocation, SFU_ERROR, error->code, text);
  else
    g_dbus_method_invocation_return_error_literal (
        invocation, SFU_ERROR, SFU_ERROR_FAILED, text);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

gboolean
sfu_worker_control_answer (
    GDBusMethodInvocation *invocation, gboolean ok, GError *error)
{
  if (!ok)
    return refuse (invocation, error);
  g_dbus_method_invocation_return_value (invocation, NULL);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* ---- methods, in the order of the interface description ---- */

/* Calls that have come together are answered in one turn of the main loop,
 * however long each takes, and no timer runs between them: a control thread
 * that has forty consumers to make is busy, not dead. */
static gboolean
on_any_method (SfuWorkerControl *self)
{
  sfu_pulse_beat (self->pulse, SFU_PULSE_CONTROL);
  return G_DBUS_METHOD_INVOCATION_UNHANDLED;
}

static gboolean
on_start (SfuWorkerControl *self, GDBusMethodInvocation *invocation,
    const gchar *listen_ip, const gchar *const *announced, guint16 port_min,
    guint16 port_max, GVariant *options)
{
  SfuWorkerConfig config;
  GError *error = NULL;
  sfu_worker_config_init (&config);
  if (!sfu_worker_config_read (&config, options, &error) ||
      !sfu_worker_start (self->worker, listen_ip, announced, port_min, port_max,
          &config, &port_min, &port_max, &error))
    return refuse (invocation, error);
  sfu_dbus_worker1_complete_start (
      self->skeleton, invocation, port_min, port_max);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_create_router (
    SfuWorkerControl *self, GDBusMethodInvocation *invocation, const gchar *id)
{
  GError *error = NULL;
  gboolean ok = sfu_worker_create_router (self->worker, id, &error);
  return sfu_worker_control_answer (invocation, ok, error);
}

static gboolean
on_close_router (
    SfuWorkerControl *self, GDBusMethodInvocation *invocation, const gchar *id)
{
  GError *error = NULL;
  gboolean ok = sfu_worker_close_router (self->worker, id, &error);
  return sfu_worker_control_answer (invocation, ok, error);
}

static gboolean
on_set_router_loudest (SfuWorkerControl *self,
    GDBusMethodInvocation *invocation, const gchar *id, guint n)
{
  GError *error = NULL;
  gboolean ok = sfu_worker_set_router_loudest (self->worker, id, n, &error);
  return sfu_worker_control_answer (invocation, ok, error);
}

/* "initial-outgoing-bitrate" has no effect before bandwidth is estimated. */
static gboolean
check_transport_options (GVariant *options, GError **error)
{
  gboolean sctp = FALSE;
  g_variant_lookup (options, "sctp", "b", &sctp);
  if (sctp)
    g_set_error (error, SFU_ERROR, SFU_ERROR_NOT_SUPPORTED,
        "data channels are not supported yet");
  return !sctp;
}

static gboolean
on_create_web_rtc_transport (SfuWorkerControl *self,
    GDBusMethodInvocation *invocation, const gchar *router_id, const gchar *id,
    GVariant *options)
{
  GError *error = NULL;
  if (!check_transport_options (options, &error))
    return refuse (invocation, error);
  g_autoptr (SfuSeamTransportInfo) info = sfu_worker_create_transport (
      self->worker, router_id, id, options, &error);
  if (!info)
    return refuse (invocation, error);
  sfu_dbus_worker1_complete_create_web_rtc_transport (self->skeleton,
      invocation, info->ufrag, info->pwd,
      sfu_seam_candidates_to_variant (info->candidates),
      sfu_seam_fingerprints_to_variant (info->fingerprints));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_connect_web_rtc_transport (SfuWorkerControl *self,
    GDBusMethodInvocation *invocation, const gchar *id, const gchar *role,
    GVariant *fingerprints)
{
  g_autoptr (GPtrArray) list =
      sfu_seam_fingerprints_from_variant (fingerprints);
  const gchar *local_role = NULL;
  GError *error = NULL;
  if (!sfu_worker_connect_transport (
          self->worker, id, role, list, &local_role, &error))
    return refuse (invocation, error);
  sfu_dbus_worker1_complete_connect_web_rtc_transport (
      self->skeleton, invocation, local_role);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_create_plain_transport (SfuWorkerControl *self,
    GDBusMethodInvocation *invocation, const gchar *router_id, const gchar *id,
    GVariant *options)
{
  GError *error = NULL;
  g_autoptr (SfuSeamPlainInfo) info = sfu_worker_create_plain_transport (
      self->worker, router_id, id, options, &error);
  if (!info)
    return refuse (invocation, error);
  sfu_dbus_worker1_complete_create_plain_transport (self->skeleton, invocation,
      info->ip, info->port, info->rtcp_port, info->srtp_suite, info->srtp_key);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_connect_plain_transport (SfuWorkerControl *self,
    GDBusMethodInvocation *invocation, const gchar *id, GVariant *options)
{
  GError *error = NULL;
  g_autoptr (SfuSeamPlainInfo) info =
      sfu_worker_connect_plain_transport (self->worker, id, options, &error);
  if (!info)
    return refuse (invocation, error);
  sfu_dbus_worker1_complete_connect_plain_transport (
      self->skeleton, invocation, info->srtp_suite, info->srtp_key);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_restart_ice (
    SfuWorkerControl *self, GDBusMethodInvocation *invocation, const gchar *id)
{
  g_autofree gchar *ufrag = NULL;
  g_autofree gchar *pwd = NULL;
  GError *error = NULL;
  if (!sfu_worker_restart_ice (self->worker, id, &ufrag, &pwd, &error))
    return refuse (invocation, error);
  sfu_dbus_worker1_complete_restart_ice (
      self->skeleton, invocation, ufrag, pwd);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_close_transport (
    SfuWorkerControl *self, GDBusMethodInvocation *invocation, const gchar *id)
{
  GError *error = NULL;
  gboolean ok = sfu_worker_close_transport (self->worker, id, &error);
  return sfu_worker_control_answer (invocation, ok, error);
}

static gboolean
on_produce (SfuWorkerControl *self, GDBusMethodInvocation *invocation,
    const gchar *transport_id, const gchar *id, const gchar *kind_name,
    GVariant *rtp_parameters, gboolean paused)
{
  SfuMediaKind kind;
  GError *error = NULL;
  if (!sfu_media_kind_from_name (kind_name, &kind)) {
    g_set_error (&error, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT,
        "kind must be 'audio' or 'video'");
    return refuse (invocation, error);
  }
  g_autoptr (SfuRtpParameters) parameters =
      sfu_rtp_parameters_from_variant (rtp_parameters, &error);
  gboolean ok = parameters &&
      sfu_worker_produce (
          self->worker, transport_id, id, kind, parameters, paused, &error);
  return sfu_worker_control_answer (invocation, ok, error);
}

static gboolean
on_set_producer_paused (SfuWorkerControl *self,
    GDBusMethodInvocation *invocation, const gchar *id, gboolean paused)
{
  GError *error = NULL;
  gboolean ok =
      sfu_worker_set_producer_paused (self->worker, id, paused, &error);
  return sfu_worker_control_answer (invocation, ok, error);
}

static gboolean
on_close_producer (
    SfuWorkerControl *self, GDBusMethodInvocation *invocation, const gchar *id)
{
  GError *error = NULL;
  gboolean ok = sfu_worker_close_producer (self->worker, id, &error);
  return sfu_worker_control_answer (invocation, ok, error);
}

static gboolean
on_get_stats (
    SfuWorkerControl *self, GDBusMethodInvocation *invocation, const gchar *id)
{
  GError *error = NULL;
  GVariant *value = sfu_worker_get_stats (self->worker, id, &error);
  if (!value)
    return refuse (invocation, error);
  sfu_dbus_worker1_complete_get_stats (self->skeleton, invocation, value);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_get_producer_activity (SfuWorkerControl *self,
    GDBusMethodInvocation *invocation, const gchar *const *router_ids)
{
  sfu_dbus_worker1_complete_get_producer_activity (self->skeleton, invocation,
      sfu_worker_get_producer_activity (self->worker, router_ids));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_get_metrics (SfuWorkerControl *self, GDBusMethodInvocation *invocation)
{
  GVariant *values, *histograms;
  GError *error = NULL;
  if (!sfu_worker_get_metrics (self->worker, &values, &histograms, &error))
    return refuse (invocation, error);
  sfu_dbus_worker1_complete_get_metrics (
      self->skeleton, invocation, values, histograms);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_set_log_levels (SfuWorkerControl *self, GDBusMethodInvocation *invocation,
    const gchar *levels)
{
  GError *error = NULL;
  gboolean ok = sfu_worker_log_set_levels (levels, &error);
  return sfu_worker_control_answer (invocation, ok, error);
}

static gboolean
on_dump (
    SfuWorkerControl *self, GDBusMethodInvocation *invocation, const gchar *id)
{
  GError *error = NULL;
  GVariant *value = sfu_worker_dump (self->worker, id, &error);
  if (!value)
    return refuse (invocation, error);
  sfu_dbus_worker1_complete_dump (self->skeleton, invocation, value);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_graph_dot (
    SfuWorkerControl *self, GDBusMethodInvocation *invocation, const gchar *id)
{
  GError *error = NULL;
  g_autofree gchar *dot = sfu_worker_graph_dot (self->worker, id, &error);
  if (!dot)
    return refuse (invocation, error);
  sfu_dbus_worker1_complete_graph_dot (self->skeleton, invocation, dot);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_set_impairment (SfuWorkerControl *self, GDBusMethodInvocation *invocation,
    gdouble percent_in, gdouble percent_out)
{
  GError *error = NULL;
  gboolean ok =
      sfu_worker_set_impairment (self->worker, percent_in, percent_out, &error);
  return sfu_worker_control_answer (invocation, ok, error);
}

static const struct {
  const gchar *signal;
  GCallback handler;
} handlers[] = {
  { "handle-start", G_CALLBACK (on_start) },
  { "handle-create-router", G_CALLBACK (on_create_router) },
  { "handle-close-router", G_CALLBACK (on_close_router) },
  { "handle-set-router-loudest", G_CALLBACK (on_set_router_loudest) },
  { "handle-create-web-rtc-transport",
      G_CALLBACK (on_create_web_rtc_transport) },
  { "handle-connect-web-rtc-transport",
      G_CALLBACK (on_connect_web_rtc_transport) },
  { "handle-create-plain-transport", G_CALLBACK (on_create_plain_transport) },
  { "handle-connect-plain-transport", G_CALLBACK (on_connect_plain_transport) },
  { "handle-restart-ice", G_CALLBACK (on_restart_ice) },
  { "handle-close-transport", G_CALLBACK (on_close_transport) },
  { "handle-produce", G_CALLBACK (on_produce) },
  { "handle-set-producer-paused", G_CALLBACK (on_set_producer_paused) },
  { "handle-close-producer", G_CALLBACK (on_close_producer) },
  { "handle-consume", G_CALLBACK (sfu_worker_control_on_consume) },
  { "handle-resume-consumers",
      G_CALLBACK (sfu_worker_control_on_resume_consumers) },
  { "handle-set-consumer-paused",
      G_CALLBACK (sfu_worker_control_on_set_consumer_paused) },
  { "handle-set-consumer-preferred-layers",
      G_CALLBACK (sfu_worker_control_on_set_consumer_preferred_layers) },
  { "handle-request-key-frame",
      G_CALLBACK (sfu_worker_control_on_request_key_frame) },
  { "handle-close-consumer",
      G_CALLBACK (sfu_worker_control_on_close_consumer) },
  { "handle-get-stats", G_CALLBACK (on_get_stats) },
  { "handle-get-producer-activity", G_CALLBACK (on_get_producer_activity) },
  { "handle-get-metrics", G_CALLBACK (on_get_metrics) },
  { "handle-set-log-levels", G_CALLBACK (on_set_log_levels) },
  { "handle-dump", G_CALLBACK (on_dump) },
  { "handle-graph-dot", G_CALLBACK (on_graph_dot) },
  { "handle-set-impairment", G_CALLBACK (on_set_impairment) },
};

/* ---- signals ---- */

static void
on_transport_state (gpointer owner, const gchar *transport_id,
    const gchar *ice_state, const gchar *dtls_state, const gchar *reason)
{
  SfuWorkerControl *self = owner;
  sfu_dbus_worker1_emit_transport_state (
      self->skeleton, transport_id, ice_state, dtls_state, reason);
}

static void
on_active_speaker (gpointer owner, const gchar *router_id,
    const gchar *producer_id, gint volume_dbov)
{
  SfuWorkerControl *self = owner;
  sfu_dbus_worker1_emit_active_speaker (
      self->skeleton, router_id, producer_id, volume_dbov);
}

static void
on_layers_changed (
    gpointer owner, const gchar *consumer_id, gint spatial, gint temporal)
{
  SfuWorkerControl *self = owner;
  sfu_dbus_worker1_emit_consumer_layers_changed (
      self->skeleton, consumer_id, spatial, temporal);
}

static void
on_producer_scores (gpointer owner, GVariant *producers)
{
  SfuWorkerControl *self = owner;
  sfu_dbus_worker1_emit_producer_scores (self->skeleton, producers);
}

static void
on_consumer_scores (gpointer owner, GVariant *consumers)
{
  SfuWorkerControl *self = owner;
  sfu_dbus_worker1_emit_consumer_scores (self->skeleton, consumers);
}

static const SfuWorkerCallbacks worker_callbacks = {
  .transport_state = on_transport_state,
  .active_speaker = on_active_speaker,
  .layers_changed = on_layers_changed,
  .scores = { on_producer_scores, on_consumer_scores },
};

/* ---- life ---- */

SfuWorkerControl *
sfu_worker_control_new (
    GDBusConnection *connection, SfuPulse *pulse, GError **error)
{
  SfuWorkerControl *self = g_new0 (SfuWorkerControl, 1);
  self->skeleton = sfu_dbus_worker1_skeleton_new ();
  self->worker = sfu_worker_new (pulse, &worker_callbacks, self);
  self->pulse = pulse;
  for (guint i = 0; i < G_N_ELEMENTS (handlers); i++) {
    g_signal_connect_swapped (
        self->skeleton, handlers[i].signal, G_CALLBACK (on_any_method), self);
    g_signal_connect_swapped (
        self->skeleton, handlers[i].signal, handlers[i].handler, self);
  }
  if (!g_dbus_interface_skeleton_export (
          G_DBUS_INTERFACE_SKELETON (self->skeleton), connection,
          SFU_SEAM_OBJECT_PATH, error)) {
    sfu_worker_control_free (self);
    return NULL;
  }
  return self;
}

void
sfu_worker_control_free (SfuWorkerControl *self)
{
  if (!self)
    return;
  g_signal_handlers_disconnect_by_data (self->skeleton, self);
  g_clear_pointer (&self->worker, sfu_worker_free);
  g_dbus_interface_skeleton_unexport (
      G_DBUS_INTERFACE_SKELETON (self->skeleton));
  g_object_unref (self->skeleton);
  g_free (self);
}
