/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Counters since the last reset, over all endpoints.
 *
 * Threads: the program has one. */
#pragma once

#include "lg-histogram.h"
#include "lg-sender.h"

typedef struct {
  uint64_t started_ns;
  double cpu_seconds; /* used when the window began */
  uint64_t sent[LG_KINDS], sent_bytes, send_errors, would_block;
  uint64_t received, received_bytes, decrypted, auth_failed, unexpected;
  uint64_t bad, bad_stun;
  uint64_t pli, fir, nack, remb, transport_cc;
  uint64_t rr_sent, sr_received, rtcp_received, rtcp_failed;
  LgHistogram user_latency;   /* until the packet was read */
  LgHistogram kernel_latency; /* until the kernel had it */
} LgStats;

extern LgStats lg_stats;

void lg_stats_reset (void);
/* One line; before it, when detail, one per received stream. */
void lg_stats_say (const char *seq, bool detail);
