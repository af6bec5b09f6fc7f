/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An RTP stream that an endpoint receives: counts, order, latency.
 *
 * Threads: the program has one. */
#pragma once

#include "lg-endpoint.h"
#include "lg-sender.h"

/* Packets that a duplicate is recognised within; a power of two. */
#define LG_SEEN_WINDOW 1024

struct _LgReceiver {
  uint32_t ssrc;
  LgKind kind;
  bool expected; /* was announced */
  bool started;

  uint16_t max_seq;
  uint32_t roc;
  uint64_t first; /* extended sequence number */
  uint64_t seen[LG_SEEN_WINDOW / 64];
  uint64_t packets; /* all in all, for reports */

  /* since the last reset of the statistics */
  uint64_t window_first;
  uint64_t window_packets;
  uint64_t window_bytes;
  uint64_t duplicates;
  uint64_t reordered;
  bool numbers_started;
  uint64_t number_first; /* the sender's own numbering, in the trailer */
  uint64_t number_last;
  uint64_t numbers;

  /* RTCP */
  uint64_t reported_expected;
  uint64_t reported_packets;
  uint32_t last_sr;
  uint64_t last_sr_ns;
};

/* NULL when there is none and add is false. The pointer is good until the next
 * one is added. */
LgReceiver *lg_receiver_find (LgEndpoint *endpoint, uint32_t ssrc, bool add);
void lg_receiver_packet (
    LgEndpoint *endpoint, uint8_t *packet, int length, uint64_t arrival_ns);
/* Highest extended sequence number. */
uint64_t lg_receiver_max (const LgReceiver *self);
/* Begins a new window of statistics. */
void lg_receiver_reset (LgReceiver *self);
