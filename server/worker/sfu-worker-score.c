/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-worker-score.h.
 *
 * Threads: control thread; read_producers and read_consumers on the media
 * thread. */
#include "sfu-worker-score.h"

#include <string.h>

#include "sfu-router-pad.h"
#include "sfu-seam.h"
#include "sfu-transport-sink-pad.h"
#include "sfu-transport-src-pad.h"
#include "sfu-worker-consumer.h"
#include "sfu-worker-producer.h"

typedef struct {
  SfuWorkerProducer *producer; /* borrowed */
  SfuScoreCounts counts[SFU_MAX_ENCODINGS];
  guint32 ssrcs[SFU_MAX_ENCODINGS];
} ProducerLook;

typedef struct {
  SfuWorkerConsumer *consumer; /* borrowed */
  SfuScoreCounts counts;
} ConsumerLook;

typedef struct {
  ProducerLook looks[SFU_WORKER_SCORE_BATCH];
  guint n;
} ProducerBatch;

typedef struct {
  ConsumerLook looks[SFU_WORKER_SCORE_BATCH];
  guint n;
} ConsumerBatch;

/* What is to be told, and of whom. Both are sent when they are full. */
typedef struct {
  const SfuWorkerScoreCallbacks *callbacks;
  gpointer owner; /* borrowed */
  GVariant *producers[SFU_SEAM_MAX_SCORES];
  guint n_producers;
  const gchar *consumers[SFU_SEAM_MAX_SCORES]; /* ids, borrowed */
  guint8 scores[SFU_SEAM_MAX_SCORES], forwarded[SFU_SEAM_MAX_SCORES];
  guint n_consumers;
} Report;

/* ---- media thread: loads, nothing else ---- */

static void
read_producers (gpointer data, gpointer unused)
{
  ProducerBatch *batch = data;
  for (guint b = 0; b < batch->n; b++) {
    ProducerLook *look = &batch->looks[b];
    SfuTransportSrcPad *pad = SFU_TRANSPORT_SRC_PAD (look->producer->track.src);
    for (guint i = 0; i < look->producer->n_encodings; i++) {
      const SfuRtpStream *media = pad->media[i], *rtx = pad->rtx[i];
      if (media) {
        look->counts[i].received = media->packets;
        look->counts[i].lost = sfu_receive_stats_lost (&media->stats);
        look->ssrcs[i] = media->ssrc;
      }
      if (rtx)
        look->counts[i].retransmitted = rtx->packets;
    }
  }
}

static void
read_consumers (gpointer data, gpointer unused)
{
  ConsumerBatch *batch = data;
  for (guint b = 0; b < batch->n; b++) {
    ConsumerLook *look = &batch->looks[b];
    SfuTransportSinkPad *pad =
        SFU_TRANSPORT_SINK_PAD (look->consumer->track.sink);
    look->counts.received = pad->packets;
    look->counts.lost = (guint64)MAX (pad->packets_lost, 0);
    /* Whether they arrived is not known; mediasoup takes them for repaired. */
    look->counts.repaired = look->counts.retransmitted = pad->rtx_packets;
  }
}

/* ---- control thread: what is told ---- */

static void
tell_producers (Report *report)
{
  if (report->n_producers == 0)
    return;
  report->callbacks->producer_scores (report->owner,
      g_variant_new_array (NULL, report->producers, report->n_producers));
  report->n_producers = 0;
}

static void
tell_consumers (Report *report)
{
  guint n = report->n_consumers;
  if (n == 0)
    return;
  report->callbacks->consumer_scores (report->owner,
      g_variant_new ("(@as@ay@ay)", g_variant_new_strv (report->consumers, n),
          g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, report->scores, n, 1),
          g_variant_new_fixed_array (
              G_VARIANT_TYPE_BYTE, report->forwarded, n, 1)));
  report->n_consumers = 0;
}

static GVariant *
producer_entry (const ProducerLook *look)
{
  const SfuWorkerProducer *producer = look->producer;
  GVariantBuilder scores;
  g_variant_builder_init (&scores, G_VARIANT_TYPE ("a(suy)"));
  for (guint i = 0; i < producer->n_encodings; i++)
    g_variant_builder_add (&scores, "(suy)", producer->rids[i], look->ssrcs[i],
        producer->scores[i].score);
  return g_variant_new ("(sa(suy))", producer->node.id, &scores);
}

/* ---- control thread: scores ---- */

static void
score_producer (ProducerLook *look, Report *report)
{
  SfuWorkerProducer *producer = look->producer;
  guint64 recovered[SFU_MAX_ENCODINGS];
  gboolean changed = FALSE;
  /* The element knows what was repaired. */
  sfu_router_sink_pad_get_recovered (SFU_ROUTER_SINK_PAD (producer->track.sink),
      recovered, producer->n_encodings);
  for (guint i = 0; i < producer->n_encodings; i++) {
    SfuStreamScore *score = &producer->scores[i];
    guint8 before = score->score;
    look->counts[i].repaired = recovered[i];
    sfu_stream_score_look (score, &look->counts[i], !producer->paused);
    changed |= score->score != before;
  }
  if (!changed)
    return;
  report->producers[report->n_producers++] = producer_entry (look);
  if (report->n_producers == G_N_ELEMENTS (report->producers))
    tell_producers (report);
}

static void
take_producers (ProducerBatch *batch, SfuMediaLoop *loop, Report *report)
{
  sfu_media_loop_call (loop, read_producers, batch);
  for (guint i = 0; i < batch->n; i++)
    score_producer (&batch->looks[i], report);
  batch->n = 0;
}

static guint8
forwarded_score (const SfuWorkerConsumer *consumer)
{
  const SfuWorkerProducer *producer = consumer->producer;
  gint spatial = 0;
  if (producer->n_encodings > 1)
    spatial = sfu_router_src_pad_get_spatial_layer (
        SFU_ROUTER_SRC_PAD (consumer->track.src));
  return spatial < 0 ? 0 : producer->scores[spatial].score;
}

static void
score_consumer (const ConsumerLook *look, Report *report)
{
  SfuWorkerConsumer *consumer = look->consumer;
  SfuWorkerProducer *producer = consumer->producer;
  guint8 told[2 + SFU_MAX_ENCODINGS] = { 0 };
  told[0] = sfu_stream_score_look (&consumer->score, &look->counts, FALSE);
  told[1] = forwarded_score (consumer);
  for (guint i = 0; i < producer->n_encodings; i++)
    told[2 + i] = producer->scores[i].score;
  if (memcmp (told, consumer->told_scores, sizeof told) == 0)
    return;
  memcpy (consumer->told_scores, told, sizeof told);
  report->consumers[report->n_consumers] = consumer->node.id;
  report->scores[report->n_consumers] = told[0];
  report->forwarded[report->n_consumers++] = told[1];
  if (report->n_consumers == G_N_ELEMENTS (report->consumers))
    tell_consumers (report);
}

static void
take_consumers (ConsumerBatch *batch, SfuMediaLoop *loop, Report *report)
{
  sfu_media_loop_call (loop, read_consumers, batch);
  for (guint i = 0; i < batch->n; i++)
    score_consumer (&batch->looks[i], report);
  batch->n = 0;
}

/* ---- a look ---- */

static void
look_at_producers (
    const GPtrArray *transports, SfuMediaLoop *loop, Report *report)
{
  ProducerBatch batch = { .n = 0 };
  for (guint i = 0; i < transports->len; i++) {
    const SfuWorkerTransport *transport = transports->pdata[i];
    for (guint j = 0; j < transport->producers->len; j++) {
      batch.looks[batch.n++] =
          (ProducerLook){ .producer = transport->producers->pdata[j] };
      if (batch.n == G_N_ELEMENTS (batch.looks))
        take_producers (&batch, loop, report);
    }
  }
  if (batch.n > 0)
    take_producers (&batch, loop, report);
}

static void
look_at_consumers (
    const GPtrArray *transports, SfuMediaLoop *loop, Report *report)
{
  ConsumerBatch batch = { .n = 0 };
  for (guint i = 0; i < transports->len; i++) {
    const SfuWorkerTransport *transport = transports->pdata[i];
    for (guint j = 0; j < transport->consumers->len; j++) {
      batch.looks[batch.n++] =
          (ConsumerLook){ .consumer = transport->consumers->pdata[j] };
      if (batch.n == G_N_ELEMENTS (batch.looks))
        take_consumers (&batch, loop, report);
    }
  }
  if (batch.n > 0)
    take_consumers (&batch, loop, report);
}

/* Consumers after the producers, whose scores theirs contain; by transport, so
 * that what one client is to be told stands together. Nothing is made or closed
 * in between: the calls do not run the control thread's main loop. */
void
sfu_worker_scores_look (SfuNodeTable *nodes, SfuMediaLoop *loop,
    const SfuWorkerScoreCallbacks *callbacks, gpointer owner)
{
  if (sfu_node_table_count (nodes, SFU_NODE_PRODUCER) == 0)
    return;
  Report report;
  report.callbacks = callbacks;
  report.owner = owner;
  report.n_producers = report.n_consumers = 0;
  g_autoptr (GPtrArray) transports =
      sfu_node_table_list (nodes, SFU_NODE_TRANSPORT);
  look_at_producers (transports, loop, &report);
  tell_producers (&report);
  look_at_consumers (transports, loop, &report);
  tell_consumers (&report);
}
