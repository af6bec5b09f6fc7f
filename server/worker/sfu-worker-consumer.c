/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-worker-consumer.h.
 *
 * Threads: control thread. */
#include "sfu-worker-consumer.h"

#include "sfu-error.h"
#include "sfu-worker-caps.h"

/* A consumer must know what to send; a producer may learn it. */
static gboolean
read_ssrcs (
    const GstCaps *caps, guint32 *ssrc, guint32 *rtx_ssrc, GError **error)
{
  const GstStructure *s = gst_caps_get_structure (caps, 0);
  gst_structure_get_uint (s, "rtx-ssrc", rtx_ssrc);
  if (gst_structure_get_uint (s, "ssrc", ssrc))
    return TRUE;
  g_set_error (error, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT,
      "rtpParameters of a consumer: no ssrc");
  return FALSE;
}

SfuWorkerConsumer *
sfu_worker_consumer_new (SfuWorkerTransport *transport,
    SfuWorkerProducer *producer, const gchar *id,
    const SfuRtpParameters *parameters, gboolean paused, GError **error)
{
  g_autoptr (GstCaps) caps =
      sfu_worker_caps_from_parameters (producer->kind, parameters, error);
  guint32 ssrc = 0, rtx_ssrc = 0;
  if (!caps || !read_ssrcs (caps, &ssrc, &rtx_ssrc, error))
    return NULL;
  SfuWorkerConsumer *self = g_new0 (SfuWorkerConsumer, 1);
  self->node.kind = SFU_NODE_CONSUMER;
  self->node.id = g_strdup (id);
  self->transport = transport;
  self->producer = producer;
  self->ssrc = ssrc;
  self->rtx_ssrc = rtx_ssrc;
  sfu_stream_score_init (&self->score);
  self->mime_type = sfu_worker_caps_dup_mime_type (caps);
  g_ptr_array_add (transport->consumers, self);
  g_ptr_array_add (producer->consumers, self);
  SfuWorkerRouter *router = transport->router;
  if (!sfu_worker_track_request (
          &self->track, router->element, transport->element, caps, error)) {
    sfu_worker_consumer_free (self);
    return NULL;
  }
  sfu_worker_router_watch_layers (router, self->track.src, id);
  /* Paused before it follows anybody: a consumer that was asked for paused
   * sends nothing, not even the first packet. */
  sfu_worker_consumer_set_paused (self, paused);
  g_object_set (
      self->track.src, "producer", GST_PAD_NAME (producer->track.sink), NULL);
  if (!sfu_worker_track_link (&self->track, router->loop, error)) {
    sfu_worker_consumer_free (self);
    return NULL;
  }
  return self;
}

void
sfu_worker_consumer_free (SfuWorkerConsumer *self)
{
  if (!self)
    return;
  sfu_worker_track_clear (&self->track, self->transport->router->loop);
  g_ptr_array_remove (self->producer->consumers, self);
  g_ptr_array_remove (self->transport->consumers, self);
  g_free (self->mime_type);
  g_free (self->node.id);
  g_free (self);
}

void
sfu_worker_consumer_set_paused (SfuWorkerConsumer *self, gboolean paused)
{
  self->paused = paused;
  g_object_set (self->track.src, "paused", paused, NULL);
}

/* One after the other: only the spatial one may cost a key frame. */
void
sfu_worker_consumer_set_preferred_layers (
    SfuWorkerConsumer *self, gint spatial, gint temporal)
{
  g_object_set (self->track.src, "preferred-temporal-layer", temporal,
      "preferred-spatial-layer", spatial, NULL);
}

void
sfu_worker_consumer_request_key_frame (SfuWorkerConsumer *self)
{
  gboolean sent = FALSE;
  g_signal_emit_by_name (self->transport->router->element, "request-key-frame",
      GST_PAD_NAME (self->track.src), &sent);
}
