/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The scores of everything that flows, looked at once a second and told when
 * they have changed.
 *
 * Threads: control thread; each look visits the media thread once. */
#pragma once

#include "sfu-media-loop.h"
#include "sfu-worker-node.h"

G_BEGIN_DECLS

#define SFU_WORKER_SCORE_INTERVAL_S 1

typedef struct {
  /* scores: a(suy): rid, SSRC, score of each encoding */
  void (*producer_score) (
      gpointer owner, const gchar *producer_id, GVariant *scores);
  /* producer_scores: ay */
  void (*consumer_score) (gpointer owner, const gchar *consumer_id,
      guint8 score, guint8 producer_score, GVariant *producer_scores);
} SfuWorkerScoreCallbacks;

void sfu_worker_scores_look (SfuNodeTable *nodes, SfuMediaLoop *loop,
    const SfuWorkerScoreCallbacks *callbacks, gpointer owner);

G_END_DECLS
