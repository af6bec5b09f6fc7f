/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-worker-producer.h.
 *
 * Threads: control thread. */
#include "sfu-worker-producer.h"

#include "sfu-worker-caps.h"

/* The caps were made of the same parameters, so there are not too many. */
static void
take_encodings (SfuWorkerProducer *self, const SfuRtpParameters *parameters)
{
  self->n_encodings = MAX (parameters->encodings->len, 1);
  for (guint i = 0; i < self->n_encodings; i++) {
    const SfuRtpEncoding *encoding =
        parameters->encodings->len ? parameters->encodings->pdata[i] : NULL;
    self->rids[i] = g_strdup (encoding ? encoding->rid : "");
    sfu_stream_score_init (&self->scores[i]);
  }
}

SfuWorkerProducer *
sfu_worker_producer_new (SfuWorkerTransport *transport, const gchar *id,
    SfuMediaKind kind, const SfuRtpParameters *parameters, gboolean paused,
    GError **error)
{
  g_autoptr (GstCaps) caps =
      sfu_worker_caps_from_parameters (kind, parameters, error);
  if (!caps)
    return NULL;
  SfuWorkerProducer *self = g_new0 (SfuWorkerProducer, 1);
  self->node.kind = SFU_NODE_PRODUCER;
  self->node.id = g_strdup (id);
  self->transport = transport;
  self->kind = kind;
  self->created_us = g_get_monotonic_time ();
  self->mime_type = sfu_worker_caps_dup_mime_type (caps);
  self->consumers = g_ptr_array_new ();
  take_encodings (self, parameters);
  g_ptr_array_add (transport->producers, self);
  SfuWorkerRouter *router = transport->router;
  if (!sfu_worker_track_request (
          &self->track, transport->element, router->element, caps, error)) {
    sfu_worker_producer_free (self);
    return NULL;
  }
  sfu_worker_router_name_pad (self->track.sink, id);
  sfu_worker_producer_set_paused (self, paused);
  if (!sfu_worker_track_link (&self->track, router->loop, error)) {
    sfu_worker_producer_free (self);
    return NULL;
  }
  return self;
}

void
sfu_worker_producer_free (SfuWorkerProducer *self)
{
  if (!self)
    return;
  g_assert (self->consumers->len == 0);
  sfu_worker_track_clear (&self->track, self->transport->router->loop);
  g_ptr_array_remove (self->transport->producers, self);
  g_ptr_array_unref (self->consumers);
  for (guint i = 0; i < self->n_encodings; i++)
    g_free (self->rids[i]);
  g_free (self->mime_type);
  g_free (self->node.id);
  g_free (self);
}

void
sfu_worker_producer_set_paused (SfuWorkerProducer *self, gboolean paused)
{
  self->paused = paused;
  g_object_set (self->track.sink, "paused", paused, NULL);
}
