/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The parts of SfuWorker: sfu-worker.c (what is made and closed) and
 * sfu-worker-look.c (what only looks).
 *
 * Threads: control thread. */
#pragma once

#include "sfu-media-loop.h"
#include "sfu-webrtc-server.h"
#include "sfu-worker-beat.h"
#include "sfu-worker-metrics.h"
#include "sfu-worker-node.h"
#include "sfu-worker.h"

G_BEGIN_DECLS

struct _SfuWorker {
  const SfuWorkerCallbacks *callbacks;
  gpointer owner; /* borrowed: outlives the worker */
  SfuWorkerConfig config;
  SfuMediaLoop *loop;      /* owned; NULL = not started */
  SfuWebRtcServer *server; /* owned; of all transports; NULL = one each */
  gchar *listen_ip;        /* owned */
  gchar **announced;       /* owned */
  guint16 port_min, port_max;
  gdouble impair_in, impair_out; /* percent */
  SfuNodeTable *nodes;           /* owned: everything there is */
  guint score_timer;             /* 0 = not started */
  SfuWorkerBeat *beat;           /* owned */
  SfuWorkerMetrics *metrics;     /* owned */
  guint sample_timer;            /* 0 = not started */
};

G_END_DECLS
