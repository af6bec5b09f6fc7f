/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reception statistics of one SSRC, RFC 3550 A.1, A.3, A.8, and the report
 * block made of them.
 *
 * Threads: owned by the transport's demultiplexer. Time is an argument. */
#pragma once

#include "sfu-rtcp.h"

G_BEGIN_DECLS

typedef struct {
  guint32 clock_rate;
  gboolean started;
  guint32 base_seq; /* extended */
  guint32 max_seq;  /* extended: cycles << 16 | seq */
  guint32 bad_seq;  /* next number that confirms a jump (A.1) */
  guint64 packets;
  guint64 bytes;        /* RTP payload bytes */
  guint64 base_packets; /* packets before base_seq */
  guint32 expected_prior;
  guint64 received_prior;
  gint64 last_arrival_us; /* of the first packet with last_timestamp */
  guint32 last_timestamp;
  guint32 jitter_q4; /* A.8: scaled by 16 */
  guint32 last_sr;   /* middle 32 bits */
  gint64 last_sr_us;
  guint8 fraction_lost; /* of the last report */
} SfuReceiveStats;

void sfu_receive_stats_init (SfuReceiveStats *stats, guint32 clock_rate);
/* A number that jumps (A.1: 3000 ahead, 100 behind) counts when the next one
 * follows it; loss then begins anew. */
void sfu_receive_stats_packet (SfuReceiveStats *stats, guint16 seq,
    guint32 timestamp, gsize payload_len, gint64 now_us);
void sfu_receive_stats_sender_report (
    SfuReceiveStats *stats, guint64 ntp, gint64 now_us);
/* Starts a new fraction interval. FALSE: nothing received yet. */
gboolean sfu_receive_stats_report (SfuReceiveStats *stats, guint32 ssrc,
    gint64 now_us, SfuRtcpReportBlock *block);
/* Cumulative loss as of now, >= 0, without starting an interval. */
guint64 sfu_receive_stats_lost (const SfuReceiveStats *stats);
guint32 sfu_receive_stats_jitter (const SfuReceiveStats *stats);

/* Sender side: RTT from a report block that answers one of our SRs, in µs, or
 * -1 (no LSR, or nonsense). */
gint64 sfu_rtt_from_report_block_us (
    const SfuRtcpReportBlock *block, guint64 now_ntp);

G_END_DECLS
