/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One published track: a source pad of its transport into sfurouter.
 *
 * Threads: control thread. */
#pragma once

#include "sfu-rtp-parameters.h"
#include "sfu-stream-config.h"
#include "sfu-stream-score.h"
#include "sfu-worker-track.h"
#include "sfu-worker-transport.h"

G_BEGIN_DECLS

typedef struct {
  SfuNode node;
  SfuWorkerTransport *transport; /* borrowed: outlives the producer */
  SfuMediaKind kind;
  gchar *mime_type; /* owned */
  gboolean paused;
  gint64 created_us;
  SfuWorkerTrack track;
  guint n_encodings;              /* at least 1 */
  gchar *rids[SFU_MAX_ENCODINGS]; /* owned; "" = none */
  SfuStreamScore scores[SFU_MAX_ENCODINGS];
  GPtrArray *consumers; /* of SfuWorkerConsumer, borrowed */
} SfuWorkerProducer;

SfuWorkerProducer *sfu_worker_producer_new (SfuWorkerTransport *transport,
    const gchar *id, SfuMediaKind kind, const SfuRtpParameters *parameters,
    gboolean paused, GError **error);
/* Its consumers are freed before. */
void sfu_worker_producer_free (SfuWorkerProducer *self);

void sfu_worker_producer_set_paused (SfuWorkerProducer *self, gboolean paused);

G_END_DECLS
