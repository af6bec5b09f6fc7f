/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a worker has counted since it began, of things that are there and of
 * things that are gone.
 *
 * Threads: plain data of one owner. */
#pragma once

#include "sfu-rtp-parameters.h"
#include "sfu-verdict.h"

G_BEGIN_DECLS

/* As seen from the worker: media of publishers comes in, their NACKs go out. */
typedef enum { SFU_IN, SFU_OUT, SFU_N_DIRECTIONS } SfuDirection;

/* Where a packet was dropped. */
typedef enum {
  SFU_STAGE_SOCKET,
  SFU_STAGE_TRANSPORT,
  SFU_STAGE_PRODUCER,
  SFU_STAGE_CONSUMER,
  SFU_N_STAGES
} SfuStage;

#define SFU_N_KINDS 2

typedef struct {
  guint64 packets, bytes, rtx_packets;
  guint64 nacks, nacked_packets, plis, firs;
} SfuStreamTotals;

/* Nothing but guint64: it is added up as an array. */
typedef struct {
  SfuStreamTotals streams[SFU_N_DIRECTIONS][SFU_N_KINDS];
  guint64 missed[SFU_N_KINDS], recovered[SFU_N_KINDS], keyframes[SFU_N_KINDS];
  SfuVerdictCounters drops[SFU_N_STAGES];
  guint64 rtcp_packets[SFU_N_DIRECTIONS];
  guint64 rtp_packets[SFU_N_DIRECTIONS], rtp_bytes[SFU_N_DIRECTIONS];
  guint64 socket_packets[SFU_N_DIRECTIONS], socket_bytes[SFU_N_DIRECTIONS];
  guint64 tcp_refused, tcp_unproven;
} SfuTotals;

void sfu_totals_add (SfuTotals *sum, const SfuTotals *more);

/* Makes sum what it was before, wherever it is less: a counter never falls, also
 * when something is gone that could not be asked in time. What is lifted is
 * added to closed, so that all counts on from there. before becomes sum. */
void sfu_totals_lift (SfuTotals *sum, SfuTotals *before, SfuTotals *closed);

/* As SFU_MEDIA_METRICS_VALUES, floating; turn_max_s: of the media thread. */
GVariant *sfu_totals_to_variant (const SfuTotals *totals, gdouble turn_max_s);

const gchar *sfu_direction_name (SfuDirection direction);

G_END_DECLS
