/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-worker-score.h.
 *
 * Threads: control thread; read_counts on the media thread. */
#include "sfu-worker-score.h"

#include <string.h>

#include "sfu-transport-sink-pad.h"
#include "sfu-transport-src-pad.h"
#include "sfu-worker-consumer.h"
#include "sfu-worker-producer.h"

typedef struct {
  SfuWorkerProducer *producer; /* borrowed */
  SfuScoreCounts counts[SFU_MAX_ENCODINGS];
  guint32 ssrcs[SFU_MAX_ENCODINGS];
  gboolean changed;
} ProducerLook;

typedef struct {
  SfuWorkerConsumer *consumer; /* borrowed */
  SfuScoreCounts counts;
} ConsumerLook;

typedef struct {
  GArray *producers; /* of ProducerLook */
  GArray *consumers; /* of ConsumerLook */
} Look;

/* ---- media thread ---- */

static void
read_producer (ProducerLook *look)
{
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

static void
read_consumer (ConsumerLook *look)
{
  SfuTransportSinkPad *pad =
      SFU_TRANSPORT_SINK_PAD (look->consumer->track.sink);
  look->counts.received = pad->packets;
  look->counts.lost = (guint64)MAX (pad->packets_lost, 0);
  /* Whether they arrived is not known; mediasoup takes them for repaired. */
  look->counts.repaired = look->counts.retransmitted = pad->rtx_packets;
}

static void
read_counts (gpointer data, gpointer unused)
{
  Look *look = data;
  for (guint i = 0; i < look->producers->len; i++)
    read_producer (&g_array_index (look->producers, ProducerLook, i));
  for (guint i = 0; i < look->consumers->len; i++)
    read_consumer (&g_array_index (look->consumers, ConsumerLook, i));
}

/* ---- control thread ---- */

/* sfuproducer knows what was repaired. */
static void
read_repaired (ProducerLook *look)
{
  g_autoptr (GstStructure) stats = NULL;
  g_object_get (look->producer->track.sink, "stats", &stats, NULL);
  const GValue *list = gst_structure_get_value (stats, "encodings");
  guint n = list ? gst_value_array_get_size (list) : 0;
  for (guint i = 0; i < MIN (n, look->producer->n_encodings); i++)
    gst_structure_get_uint64 (
        gst_value_get_structure (gst_value_array_get_value (list, i)),
        "recovered", &look->counts[i].repaired);
}

static void
score_producer (ProducerLook *look, const SfuWorkerScoreCallbacks *callbacks,
    gpointer owner)
{
  SfuWorkerProducer *producer = look->producer;
  GVariantBuilder builder;
  read_repaired (look);
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(suy)"));
  for (guint i = 0; i < producer->n_encodings; i++) {
    SfuStreamScore *score = &producer->scores[i];
    guint8 before = score->score;
    sfu_stream_score_look (score, &look->counts[i], !producer->paused);
    look->changed |= score->score != before;
    g_variant_builder_add (
        &builder, "(suy)", producer->rids[i], look->ssrcs[i], score->score);
  }
  g_autoptr (GVariant) scores =
      g_variant_ref_sink (g_variant_builder_end (&builder));
  if (look->changed)
    callbacks->producer_score (owner, producer->node.id, scores);
}

static guint8
forwarded_score (const SfuWorkerConsumer *consumer)
{
  const SfuWorkerProducer *producer = consumer->producer;
  gint spatial = 0;
  if (producer->n_encodings > 1)
    g_object_get (consumer->track.src, "current-spatial-layer", &spatial, NULL);
  return spatial < 0 ? 0 : producer->scores[spatial].score;
}

static void
score_consumer (const ConsumerLook *look,
    const SfuWorkerScoreCallbacks *callbacks, gpointer owner)
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
  callbacks->consumer_score (owner, consumer->node.id, told[0], told[1],
      g_variant_new_fixed_array (
          G_VARIANT_TYPE_BYTE, &told[2], producer->n_encodings, 1));
}

void
sfu_worker_scores_look (SfuNodeTable *nodes, SfuMediaLoop *loop,
    const SfuWorkerScoreCallbacks *callbacks, gpointer owner)
{
  g_autoptr (GPtrArray) producers =
      sfu_node_table_list (nodes, SFU_NODE_PRODUCER);
  g_autoptr (GPtrArray) consumers =
      sfu_node_table_list (nodes, SFU_NODE_CONSUMER);
  g_autoptr (GArray) p = g_array_new (FALSE, FALSE, sizeof (ProducerLook));
  g_autoptr (GArray) c = g_array_new (FALSE, FALSE, sizeof (ConsumerLook));
  Look look = { p, c };
  if (producers->len == 0)
    return;
  for (guint i = 0; i < producers->len; i++) {
    ProducerLook one = { .producer = producers->pdata[i] };
    g_array_append_val (p, one);
  }
  for (guint i = 0; i < consumers->len; i++) {
    ConsumerLook one = { .consumer = consumers->pdata[i] };
    g_array_append_val (c, one);
  }
  sfu_media_loop_call (loop, read_counts, &look);
  for (guint i = 0; i < p->len; i++)
    score_producer (&g_array_index (p, ProducerLook, i), callbacks, owner);
  for (guint i = 0; i < c->len; i++)
    score_consumer (&g_array_index (c, ConsumerLook, i), callbacks, owner);
}
