/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The counters of transports, producers and consumers, read without building
 * statistics of each: the media thread copies numbers, a bounded number of nodes
 * at a time, so that a packet does not wait for it.
 *
 * Threads: control thread; a part of sfu_worker_readings_take runs on the media
 * thread. */
#pragma once

#include "sfu-totals.h"
#include "sfu-worker-node.h"
#include "sfu-worker-router.h"

G_BEGIN_DECLS

typedef struct {
  const SfuNode *node;           /* borrowed; a transport, or a track */
  const SfuNode *transport;      /* borrowed; the node's, or itself */
  SfuTotals totals;              /* of this node alone */
  SfuDirection direction;        /* of a track's media */
  SfuMediaKind kind;             /* of a track */
  gint64 last_packet_us, rtt_us; /* of a track; 0 and -1 = none */
  gdouble loss;                  /* of a track, 0..1, as last reported */
} SfuWorkerReading;

/* Nodes of which one visit of the media thread reads the counters. */
#define SFU_WORKER_READING_BATCH 64

/* Calls func for each of nodes (of SfuNode, no routers), in their order. The
 * reading lives during the call only. */
void sfu_worker_readings_take (GPtrArray *nodes, SfuMediaLoop *loop,
    void (*func) (const SfuWorkerReading *reading, gpointer data),
    gpointer data);

G_END_DECLS
