/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reception statistics: loss over the wrap, jumps, jitter after RFC 3550 A.8,
 * reports and round trips.
 *
 * Threads: one. */
#include "sfu-receive-stats.h"
#include "test-util.h"

#define RATE 8000
#define TS_STEP 160 /* 20 ms */
#define MS(n) ((gint64)(n)*1000)

static void
test_loss (void)
{
  static const struct {
    const gchar *name;
    guint16 seqs[10];
    guint n;
    guint32 highest;
    gint32 lost;
    guint fraction;
  } cases[] = {
    { "one", { 7 }, 1, 7, 0, 0 },
    { "in order", { 7, 8, 9, 10 }, 4, 10, 0, 0 },
    { "one of four", { 7, 8, 10 }, 3, 10, 1, 64 },
    { "reordered", { 7, 9, 8, 10 }, 4, 10, 0, 0 },
    { "over the wrap", { 65534, 65535, 1 }, 3, 0x10001, 1, 64 },
    { "late over the wrap", { 65535, 1, 0 }, 3, 0x10001, 0, 0 },
    { "a duplicate hides a loss", { 7, 7, 9 }, 3, 9, 0, 0 },
    { "duplicates alone", { 7, 7, 7 }, 3, 7, -2, 0 },
    { "all but two", { 0, 2999 }, 2, 2999, 2998, 255 },
    { "a jump alone does not count", { 7, 20000, 8 }, 3, 8, 0, 0 },
    { "a jump confirmed", { 7, 20000, 20001, 20002 }, 4, 20002, 0, 0 },
    { "a jump back confirmed", { 20000, 7, 8, 9 }, 4, 0x10009, 0, 0 },
    { "a jump over the wrap", { 65000, 4000, 4001 }, 3, 0x10000 + 4001, 0, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    SfuReceiveStats stats;
    SfuRtcpReportBlock block;

    g_test_message ("%s", cases[i].name);
    sfu_receive_stats_init (&stats, RATE);
    for (guint k = 0; k < cases[i].n; k++)
      sfu_receive_stats_packet (&stats, cases[i].seqs[k], 0, 10, 0);
    g_assert_cmpuint (
        sfu_receive_stats_lost (&stats), ==, MAX (cases[i].lost, 0));
    g_assert_true (sfu_receive_stats_report (&stats, 5, 0, &block));
    g_assert_cmpuint (block.ssrc, ==, 5);
    g_assert_cmpuint (block.highest_seq, ==, cases[i].highest);
    g_assert_cmpint (block.cumulative_lost, ==, cases[i].lost);
    g_assert_cmpuint (block.fraction_lost, ==, cases[i].fraction);
  }
}

static void
test_fraction_intervals (void)
{
  SfuReceiveStats stats;
  SfuRtcpReportBlock block;
  guint16 seq = 65000;

  sfu_receive_stats_init (&stats, RATE);
  g_assert_false (sfu_receive_stats_report (&stats, 1, 0, &block));
  g_assert_cmpuint (sfu_receive_stats_lost (&stats), ==, 0);
  for (guint interval = 0; interval < 20; interval++) {
    for (guint i = 0; i < 100; i++, seq++) {
      if (interval % 2 == 0 || i % 10 != 5)
        sfu_receive_stats_packet (&stats, seq, 0, 100, 0);
    }
    g_assert_true (sfu_receive_stats_report (&stats, 1, 0, &block));
    g_assert_cmpuint (
        block.fraction_lost, ==, interval % 2 == 0 ? 0 : 256 / 10);
    g_assert_cmpuint (stats.fraction_lost, ==, block.fraction_lost);
    g_assert_cmpint (block.cumulative_lost, ==, (interval + 1) / 2 * 10);
  }
  /* an interval without a packet */
  g_assert_true (sfu_receive_stats_report (&stats, 1, 0, &block));
  g_assert_cmpuint (block.fraction_lost, ==, 0);
  g_assert_cmpuint (stats.packets, ==, 1900);
  g_assert_cmpuint (stats.bytes, ==, 190000);
}

/* More packets than a cycle has: the extended number goes on. */
static void
test_cycles (void)
{
  SfuReceiveStats stats;
  SfuRtcpReportBlock block;

  sfu_receive_stats_init (&stats, RATE);
  for (guint seq = 0; seq < 200000; seq++)
    sfu_receive_stats_packet (&stats, (guint16)seq, 0, 1, 0);
  g_assert_true (sfu_receive_stats_report (&stats, 1, 0, &block));
  g_assert_cmpuint (block.highest_seq, ==, 199999);
  g_assert_cmpint (block.cumulative_lost, ==, 0);
}

static void
test_jitter (void)
{
  SfuReceiveStats stats;
  gdouble expect = 0;

  /* evenly spaced: none, over the wrap of the timestamp */
  sfu_receive_stats_init (&stats, RATE);
  for (guint i = 0; i < 100; i++)
    sfu_receive_stats_packet (
        &stats, (guint16)i, 0xffffff00u + i * TS_STEP, 1, MS (20 * i));
  g_assert_cmpuint (sfu_receive_stats_jitter (&stats), ==, 0);

  /* each second one 5 ms late: D is 40 units each time; J += (D - J) / 16 */
  sfu_receive_stats_init (&stats, RATE);
  for (guint i = 0; i < 200; i++) {
    sfu_receive_stats_packet (
        &stats, (guint16)i, i * TS_STEP, 1, MS (20 * i + i % 2 * 5));
    if (i > 0)
      expect += (40 - expect) / 16;
    /* one for cutting off, a half for the rounding inside */
    g_assert_cmpfloat_with_epsilon (
        sfu_receive_stats_jitter (&stats), expect, 1.5);
  }
  g_assert_cmpuint (sfu_receive_stats_jitter (&stats), ==, 39);

  /* one of before, retransmitted: its way was another */
  sfu_receive_stats_packet (&stats, 150, 150 * TS_STEP, 1, MS (4000));
  g_assert_cmpuint (sfu_receive_stats_jitter (&stats), ==, 39);

  /* a pause of a minute in which the timestamps stood still */
  sfu_receive_stats_packet (&stats, 200, 200 * TS_STEP, 1, MS (64000));
  g_assert_cmpuint (sfu_receive_stats_jitter (&stats), ==, 39);
}

/* Opus DTX: numbers go on, timestamps and packets jump by 400 ms together; a
 * talkspurt follows. Nothing is lost, nothing late. */
static void
test_dtx (void)
{
  SfuReceiveStats stats;
  SfuRtcpReportBlock block;
  gint64 now_ms = 0;
  guint16 seq = 65500;

  sfu_receive_stats_init (&stats, RATE);
  for (guint i = 0; i < 200; i++) {
    sfu_receive_stats_packet (&stats, seq++,
        0xffff0000u + (guint32)(now_ms * RATE / 1000), 1, MS (now_ms));
    now_ms += i / 50 % 2 == 0 ? 20 : 400;
  }
  g_assert_true (sfu_receive_stats_report (&stats, 1, MS (now_ms), &block));
  g_assert_cmpuint (block.fraction_lost, ==, 0);
  g_assert_cmpint (block.cumulative_lost, ==, 0);
  g_assert_cmpuint (block.jitter, ==, 0);
  g_assert_cmpuint (sfu_receive_stats_lost (&stats), ==, 0);
}

/* Packets of one picture, spread by the sender's pacer. */
static void
test_jitter_of_pictures (void)
{
  SfuReceiveStats stats;
  guint16 seq = 0;

  sfu_receive_stats_init (&stats, 90000);
  for (guint picture = 0; picture < 50; picture++) {
    for (guint i = 0; i < 10; i++)
      sfu_receive_stats_packet (
          &stats, seq++, picture * 3600, 1, MS (40 * picture + 2 * i));
  }
  g_assert_cmpuint (sfu_receive_stats_jitter (&stats), ==, 0);
}

static void
test_sender_report (void)
{
  SfuReceiveStats stats;
  SfuRtcpReportBlock block;

  sfu_receive_stats_init (&stats, RATE);
  sfu_receive_stats_packet (&stats, 1, 0, 1, 0);
  g_assert_true (sfu_receive_stats_report (&stats, 1, MS (1), &block));
  g_assert_cmphex (block.last_sr, ==, 0);
  g_assert_cmpuint (block.delay_since_last_sr, ==, 0);
  sfu_receive_stats_sender_report (
      &stats, G_GUINT64_CONSTANT (0x1122334455667788), MS (100));
  g_assert_true (sfu_receive_stats_report (&stats, 1, MS (1600), &block));
  g_assert_cmphex (block.last_sr, ==, 0x33445566);
  g_assert_cmpuint (block.delay_since_last_sr, ==, 65536 * 3 / 2);
}

static void
test_rtt (void)
{
  static const struct {
    const gchar *name;
    guint32 last_sr, delay;
    guint64 now_ntp;
    gint64 rtt_us;
  } cases[] = {
    { "RFC 3550 figure 2", 0xb7052000, 0x00054000,
        G_GUINT64_CONSTANT (0xb44db71080000000), 6125000 },
    { "no LSR", 0, 0, G_GUINT64_CONSTANT (0x100000000), -1 },
    { "none", 0x10000, 0, G_GUINT64_CONSTANT (0x100000000), 0 },
    { "half a second", 0x10000, 0x8000, G_GUINT64_CONSTANT (0x200000000),
        500000 },
    { "over the wrap of the middle bits", 0xffff8000, 0x4000,
        G_GUINT64_CONSTANT (0x100004000) << 16, 500000 },
    { "a rounding before the question", 0x10000, 1,
        G_GUINT64_CONSTANT (0x100000000), 0 },
    { "a second before the question", 0x10000, 0x10000,
        G_GUINT64_CONSTANT (0x100000000), -1 },
    { "a minute", 0x10000, 0, G_GUINT64_CONSTANT (61) << 32, -1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    SfuRtcpReportBlock block = { .last_sr = cases[i].last_sr,
      .delay_since_last_sr = cases[i].delay };

    g_test_message ("%s", cases[i].name);
    g_assert_cmpint (sfu_rtt_from_report_block_us (&block, cases[i].now_ntp),
        ==, cases[i].rtt_us);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/receive-stats/loss", test_loss);
  g_test_add_func ("/receive-stats/fraction", test_fraction_intervals);
  g_test_add_func ("/receive-stats/cycles", test_cycles);
  g_test_add_func ("/receive-stats/jitter", test_jitter);
  g_test_add_func ("/receive-stats/jitter/pictures", test_jitter_of_pictures);
  g_test_add_func ("/receive-stats/sender-report", test_sender_report);
  g_test_add_func ("/receive-stats/rtt", test_rtt);
  g_test_add_func ("/receive-stats/dtx", test_dtx);
  return g_test_run ();
}
