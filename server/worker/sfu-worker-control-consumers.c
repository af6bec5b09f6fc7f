/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The methods about consumers, in the order of the interface description.
 *
 * Threads: control thread. */
#include "sfu-worker-control-private.h"

static gboolean
consume_one (SfuWorkerControl *self, const gchar *transport_id,
    GVariant *consumer, GError **error)
{
  const gchar *id, *producer_id;
  g_autoptr (GVariant) rtp_parameters = NULL;
  gboolean paused;
  g_variant_get (consumer, "(&s&s@" SFU_RTP_PARAMETERS_SIGNATURE "b)", &id,
      &producer_id, &rtp_parameters, &paused);
  g_autoptr (SfuRtpParameters) parameters =
      sfu_rtp_parameters_from_variant (rtp_parameters, error);
  return parameters &&
      sfu_worker_consume (self->worker, transport_id, id, producer_id,
          parameters, paused, error);
}

gboolean
sfu_worker_control_on_consume (SfuWorkerControl *self,
    GDBusMethodInvocation *invocation, const gchar *transport_id,
    GVariant *consumers)
{
  GVariantIter iter;
  GVariant *consumer;
  GVariantBuilder errors;
  g_variant_builder_init (&errors, G_VARIANT_TYPE ("a(ss)"));
  g_variant_iter_init (&iter, consumers);
  while ((consumer = g_variant_iter_next_value (&iter))) {
    g_autoptr (GError) error = NULL;
    g_autofree gchar *name = NULL;
    g_autofree gchar *text = NULL;
    if (!consume_one (self, transport_id, consumer, &error)) {
      name = g_dbus_error_encode_gerror (error);
      text = g_utf8_make_valid (error->message, -1);
      g_info ("Consume refused: %s", text);
    }
    g_variant_builder_add (&errors, "(ss)", name ? name : "", text ? text : "");
    g_variant_unref (consumer);
    sfu_pulse_beat (self->pulse, SFU_PULSE_CONTROL);
  }
  sfu_dbus_worker1_complete_consume (
      self->skeleton, invocation, g_variant_builder_end (&errors));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

gboolean
sfu_worker_control_on_resume_consumers (SfuWorkerControl *self,
    GDBusMethodInvocation *invocation, const gchar *const *ids)
{
  for (guint i = 0; ids[i]; i++) {
    g_autoptr (GError) error = NULL;
    if (!sfu_worker_set_consumer_paused (self->worker, ids[i], FALSE, &error))
      g_debug ("ResumeConsumers: %s", error->message);
  }
  g_dbus_method_invocation_return_value (invocation, NULL);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

gboolean
sfu_worker_control_on_set_consumer_paused (SfuWorkerControl *self,
    GDBusMethodInvocation *invocation, const gchar *id, gboolean paused)
{
  GError *error = NULL;
  gboolean ok =
      sfu_worker_set_consumer_paused (self->worker, id, paused, &error);
  return sfu_worker_control_answer (invocation, ok, error);
}

gboolean
sfu_worker_control_on_set_consumer_preferred_layers (SfuWorkerControl *self,
    GDBusMethodInvocation *invocation, const gchar *id, gint spatial,
    gint temporal)
{
  GError *error = NULL;
  gboolean ok = sfu_worker_set_consumer_preferred_layers (
      self->worker, id, spatial, temporal, &error);
  return sfu_worker_control_answer (invocation, ok, error);
}

gboolean
sfu_worker_control_on_request_key_frame (
    SfuWorkerControl *self, GDBusMethodInvocation *invocation, const gchar *id)
{
  GError *error = NULL;
  gboolean ok = sfu_worker_request_key_frame (self->worker, id, &error);
  return sfu_worker_control_answer (invocation, ok, error);
}

gboolean
sfu_worker_control_on_close_consumer (
    SfuWorkerControl *self, GDBusMethodInvocation *invocation, const gchar *id)
{
  GError *error = NULL;
  gboolean ok = sfu_worker_close_consumer (self->worker, id, &error);
  return sfu_worker_control_answer (invocation, ok, error);
}
