/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RFC 3550 appendix A.1 without probation: whoever sends here passed DTLS, so
 * the first packet is believed.
 *
 * Threads: owned by the transport's demultiplexer. Time is an argument. */
#include "sfu-receive-stats.h"

#define MAX_DROPOUT 3000 /* RFC 3550 A.1 */
#define MAX_MISORDER 100
#define NO_BAD_SEQ (G_MAXUINT16 + 1u)
#define JITTER_SCALE_BITS 4
/* A stream that was paused is not late: a step of more than this many seconds
 * between clock and timestamps is no jitter. */
#define MAX_JITTER_STEP_S 5
#define FRACTION_UNITS 256
#define DLSR_UNITS 65536 /* per second, as those of LSR */
#define MAX_RTT (30 * DLSR_UNITS)
/* An answer may seem to come before its question by this much: both ends round
 * their clocks. 1 ms. */
#define RTT_ROUNDING (DLSR_UNITS / 1000)
#define MIN_WIRE_LOST (-0x800000) /* 24 bits, signed */
#define MAX_WIRE_LOST 0x7fffff

void
sfu_receive_stats_init (SfuReceiveStats *stats, guint32 clock_rate)
{
  *stats = (SfuReceiveStats){ 0 };
  stats->clock_rate = clock_rate;
  stats->bad_seq = NO_BAD_SEQ;
}

static void
begin (SfuReceiveStats *stats, guint32 extended_seq)
{
  stats->base_seq = stats->max_seq = extended_seq;
  stats->bad_seq = NO_BAD_SEQ;
  stats->base_packets = stats->packets;
  stats->expected_prior = 0;
  stats->received_prior = 0;
}

/* A.1 update_seq. FALSE: a jump that nothing confirmed yet. *in_order: newer
 * than all before. */
static gboolean
update_seq (SfuReceiveStats *stats, guint16 seq, gboolean *in_order)
{
  guint16 delta = (guint16)(seq - stats->max_seq);

  *in_order = FALSE;
  if (delta < MAX_DROPOUT) {
    *in_order = delta > 0;
    stats->max_seq += delta; /* carries into the cycles */
  } else if (delta <= G_MAXUINT16 + 1 - MAX_MISORDER) {
    if (seq != stats->bad_seq) {
      stats->bad_seq = (guint16)(seq + 1);
      return FALSE;
    }
    /* Cycles only ever grow: an extended number must not repeat. */
    begin (stats, stats->max_seq + delta);
  }
  return TRUE;
}

/* A.8. Packets of one picture share a timestamp and leave one after the other
 * on purpose; only a new timestamp says something about the network. */
static void
update_jitter (SfuReceiveStats *stats, guint32 timestamp, gint64 now_us)
{
  gint64 arrival =
      (now_us - stats->last_arrival_us) * stats->clock_rate / G_USEC_PER_SEC;
  gint64 d = ABS (arrival - (gint32)(timestamp - stats->last_timestamp));
  guint32 half = 1u << (JITTER_SCALE_BITS - 1);

  if (d <= (gint64)stats->clock_rate * MAX_JITTER_STEP_S)
    stats->jitter_q4 +=
        (guint32)d - ((stats->jitter_q4 + half) >> JITTER_SCALE_BITS);
  stats->last_timestamp = timestamp;
  stats->last_arrival_us = now_us;
}

void
sfu_receive_stats_packet (SfuReceiveStats *stats, guint16 seq,
    guint32 timestamp, gsize payload_len, gint64 now_us)
{
  gboolean in_order = FALSE;

  if (!stats->started) {
    stats->started = TRUE;
    begin (stats, seq);
    stats->last_timestamp = timestamp;
    stats->last_arrival_us = now_us;
  } else if (!update_seq (stats, seq, &in_order)) {
    return;
  }
  stats->packets++;
  stats->bytes += payload_len;
  if (in_order && timestamp != stats->last_timestamp)
    update_jitter (stats, timestamp, now_us);
}

void
sfu_receive_stats_sender_report (
    SfuReceiveStats *stats, guint64 ntp, gint64 now_us)
{
  stats->last_sr = (guint32)(ntp >> 16);
  stats->last_sr_us = now_us;
}

static guint32
expected (const SfuReceiveStats *stats)
{
  return stats->max_seq - stats->base_seq + 1;
}

/* Negative when duplicates outnumber losses. */
static gint64
lost (const SfuReceiveStats *stats)
{
  return (gint64)expected (stats) -
      (gint64)(stats->packets - stats->base_packets);
}

/* A.3 */
static guint8
begin_fraction (SfuReceiveStats *stats)
{
  guint64 received = stats->packets - stats->base_packets;
  gint64 expected_interval = (gint64)(expected (stats) - stats->expected_prior);
  gint64 lost_interval =
      expected_interval - (gint64)(received - stats->received_prior);

  stats->expected_prior = expected (stats);
  stats->received_prior = received;
  if (expected_interval == 0 || lost_interval <= 0)
    return 0;
  return (guint8)MIN (
      lost_interval * FRACTION_UNITS / expected_interval, G_MAXUINT8);
}

gboolean
sfu_receive_stats_report (SfuReceiveStats *stats, guint32 ssrc, gint64 now_us,
    SfuRtcpReportBlock *block)
{
  if (!stats->started)
    return FALSE;
  stats->fraction_lost = begin_fraction (stats);
  *block = (SfuRtcpReportBlock){
    .ssrc = ssrc,
    .fraction_lost = stats->fraction_lost,
    .cumulative_lost =
        (gint32)CLAMP (lost (stats), MIN_WIRE_LOST, MAX_WIRE_LOST),
    .highest_seq = stats->max_seq,
    .jitter = sfu_receive_stats_jitter (stats),
    .last_sr = stats->last_sr,
  };
  if (stats->last_sr != 0)
    block->delay_since_last_sr =
        (guint32)((now_us - stats->last_sr_us) * DLSR_UNITS / G_USEC_PER_SEC);
  return TRUE;
}

guint64
sfu_receive_stats_lost (const SfuReceiveStats *stats)
{
  return stats->started ? (guint64)MAX (lost (stats), 0) : 0;
}

guint32
sfu_receive_stats_jitter (const SfuReceiveStats *stats)
{
  return stats->jitter_q4 >> JITTER_SCALE_BITS;
}

gint64
sfu_rtt_from_report_block_us (const SfuRtcpReportBlock *block, guint64 now_ntp)
{
  gint32 rtt = (gint32)((guint32)(now_ntp >> 16) - block->last_sr -
      block->delay_since_last_sr);

  if (block->last_sr == 0 || rtt < -RTT_ROUNDING || rtt > MAX_RTT)
    return -1;
  return (gint64)MAX (rtt, 0) * G_USEC_PER_SEC / DLSR_UNITS;
}
