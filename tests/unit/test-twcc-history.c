/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is found lost in transport-wide feedback. The feedback is what the
 * recorder of the other end writes, and where the format itself is the matter,
 * bytes. Time is the test's.
 *
 * Threads: one. */
#include "sfu-twcc-history.h"

#include <string.h>

#include "sfu-bytes.h"
#include "sfu-twcc-recorder.h"

#define MS G_GINT64_CONSTANT (1000)
#define SSRC 7
#define MAX_LOST 16

typedef struct {
  SfuTwccHistory *history;
  SfuTwccRecorder *recorder;
  gint64 now_us;
  guint16 twcc_seq, seq; /* of the next packet */
  SfuTwccPacket lost[MAX_LOST];
  guint n_lost;
} World;

static void
world_init (World *w)
{
  memset (w, 0, sizeof *w);
  w->history = sfu_twcc_history_new ();
  w->recorder = sfu_twcc_recorder_new ();
  w->now_us = (G_GINT64_CONSTANT (1) << 32) * MS - 100 * MS; /* wraps soon */
  w->twcc_seq = 65530;
  w->seq = 65533;
}

static void
world_clear (World *w)
{
  sfu_twcc_history_free (w->history);
  sfu_twcc_recorder_free (w->recorder);
}

static void
send_packet (World *w, guint16 seq, gboolean again, gboolean arrives)
{
  SfuTwccPacket packet = { SSRC, seq };

  sfu_twcc_history_sent (w->history, w->twcc_seq, &packet, again, w->now_us);
  if (arrives)
    sfu_twcc_recorder_packet (w->recorder, w->twcc_seq, w->now_us);
  w->twcc_seq++;
}

/* One each 10 ms. */
static void
send_new (World *w, guint n, gboolean arrive)
{
  for (; n > 0; n--) {
    w->now_us += 10 * MS;
    send_packet (w, w->seq++, FALSE, arrive);
  }
}

static void
take (World *w, const guint8 *data, gsize len, guint max)
{
  SfuRtcpReader reader;
  SfuRtcpPacket packet;

  sfu_rtcp_reader_init (&reader, data, len);
  g_assert_true (sfu_rtcp_reader_next (&reader, &packet));
  w->n_lost =
      sfu_twcc_history_feedback (w->history, &packet, w->now_us, w->lost, max);
}

static void
feedback (World *w)
{
  guint8 data[1500];
  SfuRtcpWriter writer;

  sfu_rtcp_writer_init (&writer, data, sizeof data);
  g_assert_true (sfu_twcc_recorder_feedback (w->recorder, 1, 2, &writer));
  take (w, data, writer.len, MAX_LOST);
}

static void
assert_lost (const World *w, const guint16 *seqs, guint n)
{
  g_assert_cmpuint (w->n_lost, ==, n);
  for (guint i = 0; i < n; i++) {
    g_assert_cmpuint (w->lost[i].ssrc, ==, SSRC);
    g_assert_cmpuint (w->lost[i].seq, ==, seqs[i]);
  }
}

/* Over the wraparound of all numbers; each of them once. */
static void
test_lost (void)
{
  static const guint16 seqs[] = { 65535, 1 };
  World w;

  world_init (&w);
  send_new (&w, 2, TRUE);
  send_new (&w, 1, FALSE);
  send_new (&w, 1, TRUE);
  send_new (&w, 1, FALSE);
  send_new (&w, 20, TRUE);
  feedback (&w);
  assert_lost (&w, seqs, 2);
  send_new (&w, 20, TRUE);
  feedback (&w);
  assert_lost (&w, NULL, 0);
  world_clear (&w);
}

/* Jitter changes the order: what is missing is lost when one that was sent
 * SFU_TWCC_REORDER_US later has come, and not if it came meanwhile. */
static void
test_reordered (void)
{
  static const guint16 seqs[] = { 65533 + 2 };
  World w;

  world_init (&w);
  send_new (&w, 1, TRUE);
  send_new (&w, 2, FALSE);
  send_new (&w, 1, TRUE);
  feedback (&w);
  assert_lost (&w, NULL, 0);
  sfu_twcc_recorder_packet (w.recorder, (guint16)(w.twcc_seq - 3), w.now_us);
  send_new (&w, 5, TRUE);
  feedback (&w);
  if (sfu_twcc_recorder_pending (w.recorder)) {
    assert_lost (&w, NULL, 0);
    feedback (&w);
  }
  assert_lost (&w, seqs, 1);
  world_clear (&w);
}

/* A NACK came first and was answered: what counts is the answer. */
static void
test_again (void)
{
  static const guint16 seqs[] = { 65534 };
  World w;

  world_init (&w);
  send_new (&w, 1, TRUE);
  send_new (&w, 1, FALSE);
  send_new (&w, 1, TRUE);
  send_packet (&w, 65534, TRUE, TRUE);
  send_new (&w, 10, TRUE);
  feedback (&w);
  assert_lost (&w, NULL, 0);

  world_clear (&w);
  world_init (&w);
  send_new (&w, 1, TRUE);
  send_new (&w, 1, FALSE);
  send_new (&w, 1, TRUE);
  send_packet (&w, 65534, TRUE, FALSE);
  send_new (&w, 10, TRUE);
  feedback (&w);
  assert_lost (&w, seqs, 1);
  world_clear (&w);
}

/* Nobody waits for what is old, nor for what the ring no longer has. */
static void
test_old (void)
{
  World w;

  world_init (&w);
  send_new (&w, 1, TRUE);
  send_new (&w, 1, FALSE);
  send_new (&w, 1, TRUE);
  w.now_us += SFU_TWCC_MAX_AGE_US;
  send_new (&w, 1, TRUE);
  feedback (&w);
  assert_lost (&w, NULL, 0);

  send_new (&w, 1, FALSE);
  for (guint i = 0; i < SFU_TWCC_HISTORY; i++)
    send_packet (&w, w.seq++, FALSE, FALSE);
  send_new (&w, 1, TRUE);
  w.now_us += 50 * MS;
  feedback (&w);
  for (guint i = 0; i < w.n_lost; i++)
    g_assert_cmpuint (w.lost[i].seq, >, 4);
  world_clear (&w);
}

/* The rest comes with the next one. */
static void
test_many (void)
{
  guint found = 0;
  World w;

  world_init (&w);
  send_new (&w, 1, TRUE);
  send_new (&w, 40, FALSE);
  send_new (&w, 5, TRUE);
  for (guint i = 0; i < 5; i++) {
    feedback (&w);
    for (guint k = 0; k < w.n_lost; k++)
      g_assert_cmpuint (w.lost[k].seq, ==, (guint16)(65534 + found + k));
    found += w.n_lost;
    send_new (&w, 1, TRUE);
  }
  g_assert_cmpuint (found, ==, 40);
  world_clear (&w);
}

/* Base 65530; all three kinds of chunk say that the third of ten is lost, and
 * what is behind the count does not count. */
static void
test_chunks (void)
{
  static const guint16 chunks[][5] = {
    { 0x2002, 0x0001, 0x2007, 0, 0 },      /* runs of 2, 1, 7 */
    { 0xb7f0, 0, 0, 0, 0 },                /* one bit each */
    { 0xd455, 0xd400, 0, 0, 0 },           /* two bits each */
    { 0x2002, 0x0001, 0x4002, 0xd500, 0 }, /* all of them, large deltas */
    { 0x2002, 0x0001, 0x3fff, 0, 0 },      /* a run beyond the count */
  };
  static const guint16 seqs[] = { 65535 };

  for (guint i = 0; i < G_N_ELEMENTS (chunks); i++) {
    guint8 data[32] = { 0x8f, 205, 0, 7 };
    World w;

    world_init (&w);
    send_new (&w, 14, FALSE);
    sfu_put_u16 (data + 12, 65530);
    sfu_put_u16 (data + 14, 10);
    for (guint k = 0; k < G_N_ELEMENTS (chunks[i]); k++)
      sfu_put_u16 (data + 20 + 2 * k, chunks[i][k]);
    take (&w, data, sizeof data, MAX_LOST);
    assert_lost (&w, seqs, 1);
    world_clear (&w);
  }
}

/* What is there is read, and nothing behind the end. */
static void
test_cut_off (void)
{
  static const guint8 whole[24] = { 0x8f, 205, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0,
    0xff, 0xfa, 0xff, 0xff, 0, 0, 0, 0, 0xb7, 0xf0, 0x20, 0x01 };

  for (gsize len = 4; len <= sizeof whole; len += 4) {
    g_autofree guint8 *data = g_memdup2 (whole, len);
    World w;

    world_init (&w);
    send_new (&w, 14, FALSE);
    data[3] = (guint8)(len / 4 - 1);
    take (&w, data, len, MAX_LOST);
    g_assert_cmpuint (w.n_lost > 0, ==, len == sizeof whole);
    world_clear (&w);
  }
}

/* Any loss and any order of feedback: found is what was lost, once. */
static void
test_random (void)
{
  guint lost = 0, found = 0;
  World w;

  world_init (&w);
  send_new (&w, 1, TRUE);
  for (guint i = 0; i < 20000; i++) {
    gboolean arrives = g_test_rand_int_range (0, 100) >= 10;

    lost += !arrives;
    send_new (&w, 1, arrives);
    if (i % 8 == 7 && sfu_twcc_recorder_pending (w.recorder)) {
      feedback (&w);
      found += w.n_lost;
    }
  }
  send_new (&w, 10, TRUE);
  feedback (&w);
  found += w.n_lost;
  g_assert_cmpuint (found, ==, lost);
  world_clear (&w);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/twcc-history/lost", test_lost);
  g_test_add_func ("/twcc-history/reordered", test_reordered);
  g_test_add_func ("/twcc-history/again", test_again);
  g_test_add_func ("/twcc-history/old", test_old);
  g_test_add_func ("/twcc-history/many", test_many);
  g_test_add_func ("/twcc-history/chunks", test_chunks);
  g_test_add_func ("/twcc-history/cut-off", test_cut_off);
  g_test_add_func ("/twcc-history/random", test_random);
  return g_test_run ();
}
