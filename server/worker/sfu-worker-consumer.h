/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One subscription: a source pad of sfurouter into a transport.
 *
 * Threads: control thread. */
#pragma once

#include "sfu-worker-producer.h"

G_BEGIN_DECLS

typedef struct {
  SfuNode node;
  SfuWorkerTransport *transport; /* borrowed: outlives the consumer */
  SfuWorkerProducer *producer;   /* borrowed: outlives the consumer */
  gchar *mime_type;              /* owned */
  guint32 ssrc, rtx_ssrc;        /* rtx_ssrc 0 = no RTX */
  gboolean paused;
  SfuWorkerTrack track;
  SfuStreamScore score;
  /* What was told: its own score, the producer's, those of all encodings. */
  guint8 told_scores[2 + SFU_MAX_ENCODINGS];
} SfuWorkerConsumer;

/* transport and producer belong to one router. */
SfuWorkerConsumer *sfu_worker_consumer_new (SfuWorkerTransport *transport,
    SfuWorkerProducer *producer, const gchar *id,
    const SfuRtpParameters *parameters, gboolean paused, GError **error);
void sfu_worker_consumer_free (SfuWorkerConsumer *self);

void sfu_worker_consumer_set_paused (SfuWorkerConsumer *self, gboolean paused);
/* -1 = the best there is. */
void sfu_worker_consumer_set_preferred_layers (
    SfuWorkerConsumer *self, gint spatial, gint temporal);
void sfu_worker_consumer_request_key_frame (SfuWorkerConsumer *self);

G_END_DECLS
