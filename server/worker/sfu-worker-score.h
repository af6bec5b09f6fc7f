/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The scores of everything that flows, looked at once a second and told when
 * they have changed: those of one look together.
 *
 * Threads: control thread; each look visits the media thread for a bounded number
 * of streams at a time, so that a packet does not wait for it. */
#pragma once

#include "sfu-media-loop.h"
#include "sfu-worker-node.h"

G_BEGIN_DECLS

#define SFU_WORKER_SCORE_INTERVAL_S 1

/* Streams that one visit of the media thread reads. */
#define SFU_WORKER_SCORE_BATCH 128

/* Both are floating and have 1 to SFU_SEAM_MAX_SCORES entries. */
typedef struct {
  /* SFU_SEAM_PRODUCER_SCORES */
  void (*producer_scores) (gpointer owner, GVariant *producers);
  /* SFU_SEAM_CONSUMER_SCORES */
  void (*consumer_scores) (gpointer owner, GVariant *consumers);
} SfuWorkerScoreCallbacks;

void sfu_worker_scores_look (SfuNodeTable *nodes, SfuMediaLoop *loop,
    const SfuWorkerScoreCallbacks *callbacks, gpointer owner);

G_END_DECLS
