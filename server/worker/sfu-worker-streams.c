/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verbs of SfuWorker about producers and consumers: what is made, paused,
 * switched to other layers and closed.
 *
 * Threads: control thread. */
#include "sfu-worker-private.h"

#include "sfu-error.h"
#include "sfu-layer-filter.h"
#include "sfu-worker-consumer.h"
#include "sfu-worker-producer.h"
#include "sfu-worker-transport.h"

/* ---- producers ---- */

gboolean
sfu_worker_produce (SfuWorker *self, const gchar *transport_id, const gchar *id,
    SfuMediaKind kind, const SfuRtpParameters *parameters, gboolean paused,
    GError **error)
{
  SfuWorkerTransport *transport = sfu_node_table_find (
      self->nodes, SFU_NODE_TRANSPORT, transport_id, error);
  if (!transport || !sfu_node_table_check_new (self->nodes, id, error) ||
      !sfu_worker_check_limit (transport->producers->len,
          self->config.max_producers_per_transport, "producers in a transport",
          error))
    return FALSE;
  SfuWorkerProducer *producer =
      sfu_worker_producer_new (transport, id, kind, parameters, paused, error);
  if (!producer)
    return FALSE;
  sfu_node_table_add (self->nodes, producer);
  sfu_worker_count_streams (self);
  g_info ("transport=%s producer=%s created: %s", transport_id, id,
      producer->mime_type);
  return TRUE;
}

gboolean
sfu_worker_set_producer_paused (
    SfuWorker *self, const gchar *id, gboolean paused, GError **error)
{
  SfuWorkerProducer *producer =
      sfu_node_table_find (self->nodes, SFU_NODE_PRODUCER, id, error);
  if (!producer)
    return FALSE;
  sfu_worker_producer_set_paused (producer, paused);
  return TRUE;
}

gboolean
sfu_worker_close_producer (SfuWorker *self, const gchar *id, GError **error)
{
  SfuWorkerProducer *producer =
      sfu_node_table_find (self->nodes, SFU_NODE_PRODUCER, id, error);
  if (!producer)
    return FALSE;
  sfu_worker_drop_producer (self, producer);
  g_info ("producer=%s closed", id);
  return TRUE;
}

/* ---- consumers ---- */

gboolean
sfu_worker_consume (SfuWorker *self, const gchar *transport_id, const gchar *id,
    const gchar *producer_id, const SfuRtpParameters *parameters,
    gboolean paused, GError **error)
{
  SfuWorkerTransport *transport = sfu_node_table_find (
      self->nodes, SFU_NODE_TRANSPORT, transport_id, error);
  SfuWorkerProducer *producer = transport
      ? sfu_node_table_find (self->nodes, SFU_NODE_PRODUCER, producer_id, error)
      : NULL;
  if (!producer || !sfu_node_table_check_new (self->nodes, id, error) ||
      !sfu_worker_check_limit (transport->consumers->len,
          self->config.max_consumers_per_transport, "consumers in a transport",
          error))
    return FALSE;
  if (transport->router != producer->transport->router) {
    g_set_error (error, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT,
        "producer %s belongs to another router", producer_id);
    return FALSE;
  }
  SfuWorkerConsumer *consumer = sfu_worker_consumer_new (
      transport, producer, id, parameters, paused, error);
  if (!consumer)
    return FALSE;
  sfu_node_table_add (self->nodes, consumer);
  sfu_worker_count_streams (self);
  g_info ("transport=%s consumer=%s producer=%s created", transport_id, id,
      producer_id);
  return TRUE;
}

gboolean
sfu_worker_set_consumer_paused (
    SfuWorker *self, const gchar *id, gboolean paused, GError **error)
{
  SfuWorkerConsumer *consumer =
      sfu_node_table_find (self->nodes, SFU_NODE_CONSUMER, id, error);
  if (!consumer)
    return FALSE;
  sfu_worker_consumer_set_paused (consumer, paused);
  return TRUE;
}

static gboolean
check_layer (gint layer, const gchar *what, GError **error)
{
  if (layer >= -1 && layer <= SFU_LAYER_MAX)
    return TRUE;
  g_set_error (error, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT,
      "%s layer %d, must be -1..%d", what, layer, SFU_LAYER_MAX);
  return FALSE;
}

gboolean
sfu_worker_set_consumer_preferred_layers (SfuWorker *self, const gchar *id,
    gint spatial, gint temporal, GError **error)
{
  SfuWorkerConsumer *consumer =
      sfu_node_table_find (self->nodes, SFU_NODE_CONSUMER, id, error);
  if (!consumer || !check_layer (spatial, "spatial", error) ||
      !check_layer (temporal, "temporal", error))
    return FALSE;
  sfu_worker_consumer_set_preferred_layers (consumer, spatial, temporal);
  return TRUE;
}

gboolean
sfu_worker_request_key_frame (SfuWorker *self, const gchar *id, GError **error)
{
  SfuWorkerConsumer *consumer =
      sfu_node_table_find (self->nodes, SFU_NODE_CONSUMER, id, error);
  if (!consumer)
    return FALSE;
  sfu_worker_consumer_request_key_frame (consumer);
  return TRUE;
}

gboolean
sfu_worker_close_consumer (SfuWorker *self, const gchar *id, GError **error)
{
  SfuWorkerConsumer *consumer =
      sfu_node_table_find (self->nodes, SFU_NODE_CONSUMER, id, error);
  if (!consumer)
    return FALSE;
  sfu_worker_drop_consumer (self, consumer);
  g_info ("consumer=%s closed", id);
  return TRUE;
}
