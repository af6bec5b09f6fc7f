/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-worker-reading.h.
 *
 * Threads: control thread; read_batch and what it calls on the media thread. */
#include "sfu-worker-reading.h"

#include "sfu-base-transport.h"
#include "sfu-router-pad.h"
#include "sfu-transport-sink-pad.h"
#include "sfu-transport-src-pad.h"
#include "sfu-worker-consumer.h"
#include "sfu-worker-producer.h"

/* In RTCP a fraction has 256 parts. */
#define FRACTION_PARTS 256.0

typedef struct {
  SfuWorkerReading *readings;
  guint n;
} Batch;

static void
add_drops (SfuVerdictCounters *sum, const SfuVerdictCounters *more)
{
  for (guint i = 0; i < SFU_VERDICT_COUNT; i++)
    sum->n[i] += more->n[i];
}

/* ---- media thread: loads and additions, nothing else ---- */

static void
read_producer (SfuWorkerReading *reading, const SfuWorkerProducer *producer)
{
  SfuTransportSrcPad *pad = SFU_TRANSPORT_SRC_PAD (producer->track.src);
  SfuStreamTotals *in = &reading->totals.streams[SFU_IN][producer->kind];
  SfuStreamTotals *out = &reading->totals.streams[SFU_OUT][producer->kind];
  for (guint i = 0; i < producer->n_encodings; i++) {
    const SfuRtpStream *media = pad->media[i], *rtx = pad->rtx[i];
    if (media) {
      in->packets += media->packets;
      in->bytes += media->bytes;
      reading->loss =
          MAX (reading->loss, media->stats.fraction_lost / FRACTION_PARTS);
    }
    if (rtx)
      in->rtx_packets += rtx->packets;
  }
  out->nacks = pad->nack_messages;
  out->nacked_packets = pad->nack_count;
  out->plis = pad->pli_count;
  out->firs = pad->fir_count;
  reading->rtt_us = pad->rtt_us;
  reading->last_packet_us = sfu_transport_src_pad_last_packet_us (pad);
  add_drops (&reading->totals.drops[SFU_STAGE_PRODUCER], &pad->drops);
}

static void
read_consumer (SfuWorkerReading *reading, const SfuWorkerConsumer *consumer)
{
  SfuTransportSinkPad *pad = SFU_TRANSPORT_SINK_PAD (consumer->track.sink);
  SfuStreamTotals *in = &reading->totals.streams[SFU_IN][reading->kind];
  SfuStreamTotals *out = &reading->totals.streams[SFU_OUT][reading->kind];
  out->packets = pad->packets;
  out->bytes = pad->bytes;
  out->rtx_packets = pad->rtx_packets;
  in->nacks = pad->nack_messages;
  in->nacked_packets = pad->nack_count;
  in->plis = pad->pli_count;
  in->firs = pad->fir_count;
  reading->rtt_us = pad->rtt_us;
  reading->loss = pad->fraction_lost / FRACTION_PARTS;
  reading->last_packet_us = pad->last_packet_us;
  add_drops (&reading->totals.drops[SFU_STAGE_CONSUMER], &pad->drops);
  reading->totals.drops[SFU_STAGE_CONSUMER].n[SFU_DROP_QUEUE_FULL] +=
      (guint)g_atomic_int_get (&pad->overflowed);
}

static void
read_transport (SfuWorkerReading *reading, const SfuWorkerTransport *transport)
{
  const SfuTransportMedia *media =
      ((SfuBaseTransport *)transport->element)->media;
  SfuTotals *totals = &reading->totals;
  if (!media)
    return;
  totals->rtp_packets[SFU_IN] = media->rtp_packets_received;
  totals->rtp_packets[SFU_OUT] = media->rtp_packets_sent;
  totals->rtp_bytes[SFU_IN] = media->rtp_bytes_received;
  totals->rtp_bytes[SFU_OUT] = media->rtp_bytes_sent;
  add_drops (&totals->drops[SFU_STAGE_TRANSPORT], &media->drops);
  if (media->rtcp) {
    const SfuRtcpStats *rtcp = sfu_rtcp_session_stats (media->rtcp);
    totals->rtcp_packets[SFU_IN] = rtcp->packets_received;
    totals->rtcp_packets[SFU_OUT] = rtcp->packets_sent;
    add_drops (&totals->drops[SFU_STAGE_TRANSPORT], &rtcp->drops);
  }
}

static void
read_batch (gpointer data, gpointer unused)
{
  Batch *batch = data;
  for (guint i = 0; i < batch->n; i++) {
    SfuWorkerReading *reading = &batch->readings[i];
    switch (reading->node->kind) {
      case SFU_NODE_TRANSPORT:
        read_transport (reading, (const SfuWorkerTransport *)reading->node);
        break;
      case SFU_NODE_PRODUCER:
        read_producer (reading, (const SfuWorkerProducer *)reading->node);
        break;
      case SFU_NODE_CONSUMER:
        read_consumer (reading, (const SfuWorkerConsumer *)reading->node);
        break;
      case SFU_NODE_ROUTER:
      case SFU_NODE_N_KINDS:
        break;
    }
  }
}

/* ---- control thread ---- */

/* A socket that only this transport has; a shared one is the worker's. */
static void
add_carrier (SfuWorkerReading *reading, const SfuWorkerTransport *transport)
{
  SfuCarrierStats stats = { 0 };
  SfuTotals *totals = &reading->totals;
  sfu_base_transport_get_carrier_stats (
      (SfuBaseTransport *)transport->element, &stats);
  add_drops (&totals->drops[SFU_STAGE_SOCKET], &stats.drops);
  if (!transport->plain)
    return;
  totals->socket_packets[SFU_IN] += stats.packets_received;
  totals->socket_bytes[SFU_IN] += stats.bytes_received;
  totals->socket_packets[SFU_OUT] += stats.packets_sent;
  totals->socket_bytes[SFU_OUT] += stats.bytes_sent;
}

/* What the elements know, under their own locks. */
static void
add_producer_element (
    SfuWorkerReading *reading, const SfuWorkerProducer *producer)
{
  SfuStreamReceiverStats stats;
  SfuTotals *totals = &reading->totals;
  sfu_router_sink_pad_get_stats (
      SFU_ROUTER_SINK_PAD (producer->track.sink), &stats);
  totals->missed[producer->kind] = stats.nack.lost;
  totals->recovered[producer->kind] = stats.nack.recovered;
  totals->keyframes[producer->kind] = stats.keyframes;
  add_drops (&totals->drops[SFU_STAGE_PRODUCER], &stats.verdicts);
}

static void
add_consumer_element (
    SfuWorkerReading *reading, const SfuWorkerConsumer *consumer)
{
  SfuStreamSenderStats stats;
  sfu_router_src_pad_get_stats (
      SFU_ROUTER_SRC_PAD (consumer->track.src), &stats);
  add_drops (&reading->totals.drops[SFU_STAGE_CONSUMER], &stats.verdicts);
}

static SfuWorkerReading
begin (const SfuNode *node)
{
  SfuWorkerReading reading = { .node = node, .transport = node, .rtt_us = -1 };
  if (node->kind == SFU_NODE_PRODUCER) {
    const SfuWorkerProducer *producer = (const SfuWorkerProducer *)node;
    reading.transport = &producer->transport->node;
    reading.kind = producer->kind;
    reading.direction = SFU_IN;
  } else if (node->kind == SFU_NODE_CONSUMER) {
    const SfuWorkerConsumer *consumer = (const SfuWorkerConsumer *)node;
    reading.transport = &consumer->transport->node;
    reading.kind = consumer->producer->kind;
    reading.direction = SFU_OUT;
  }
  return reading;
}

static void
finish (SfuWorkerReading *reading)
{
  if (reading->node->kind == SFU_NODE_TRANSPORT)
    add_carrier (reading, (const SfuWorkerTransport *)reading->node);
  else if (reading->node->kind == SFU_NODE_PRODUCER)
    add_producer_element (reading, (const SfuWorkerProducer *)reading->node);
  else
    add_consumer_element (reading, (const SfuWorkerConsumer *)reading->node);
}

void
sfu_worker_readings_take (GPtrArray *nodes, SfuMediaLoop *loop,
    void (*func) (const SfuWorkerReading *reading, gpointer data),
    gpointer data)
{
  guint max = MIN (nodes->len, SFU_WORKER_READING_BATCH);
  g_autofree SfuWorkerReading *readings = g_new (SfuWorkerReading, max);
  for (guint done = 0; done < nodes->len;) {
    Batch batch = { readings, MIN (nodes->len - done, max) };
    for (guint i = 0; i < batch.n; i++)
      readings[i] = begin (nodes->pdata[done + i]);
    sfu_media_loop_call (loop, read_batch, &batch);
    for (guint i = 0; i < batch.n; i++) {
      finish (&readings[i]);
      func (&readings[i], data);
    }
    done += batch.n;
  }
}
