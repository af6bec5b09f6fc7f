/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Transport-wide feedback, read back by twcc-decoder.h: what arrived is told
 * once, to the tick, and what did not is told as lost.
 *
 * Threads: one. */
#include "sfu-twcc-recorder.h"
#include "test-util.h"
#include "twcc-decoder.h"

#define TICK_US 250
#define MTU 1200
#define MS(n) ((gint64)(n)*1000)

static gboolean
feedback (SfuTwccRecorder *r, gsize room, Feedback *f)
{
  guint8 *out = malloc (room);
  SfuRtcpWriter writer;
  gboolean ok;

  memset (out, 0x55, room);
  sfu_rtcp_writer_init (&writer, out, room);
  ok = sfu_twcc_recorder_feedback (r, 0xa1a2a3a4, 0xb1b2b3b4, &writer);
  if (ok)
    *f = decode (out, writer.len);
  else
    g_assert_cmpuint (writer.len, ==, 0);
  free (out);
  return ok;
}

/* ---- table: what arrives -> what the next feedbacks say ---- */
typedef struct {
  gint seq; /* -1 ends */
  gint64 at_ms;
} Arrival;

typedef struct {
  const gchar *name;
  Arrival arrivals[16];
  struct {
    guint base, n;
    guint8 symbols[24];
  } feedbacks[3];
  guint n_feedbacks;
} Case;

static const Case cases[] = {
  { "one", { { 7, 1000 }, { -1 } }, { { 7, 1, { 1 } } }, 1 },
  { "three and a loss", { { 7, 0 }, { 8, 1 }, { 10, 2 }, { -1 } },
      { { 7, 4, { 1, 1, 0, 1 } } }, 1 },
  { "over the wrap", { { 65534, 0 }, { 0, 1 }, { 1, 2 }, { -1 } },
      { { 65534, 4, { 1, 0, 1, 1 } } }, 1 },
  { "a delta of 63 ms is small, of 64 large",
      { { 1, 0 }, { 2, 63 }, { 3, 127 }, { -1 } }, { { 1, 3, { 1, 1, 2 } } },
      1 },
  { "reordered: a negative delta is large",
      { { 1, 0 }, { 3, 10 }, { 2, 11 }, { -1 } }, { { 1, 3, { 1, 1, 2 } } },
      1 },
  { "a duplicate counts once", { { 1, 0 }, { 1, 90 }, { 2, 1 }, { -1 } },
      { { 1, 2, { 1, 1 } } }, 1 },
  { "a pause of eight seconds still fits", { { 1, 0 }, { 2, 8191 }, { -1 } },
      { { 1, 2, { 1, 2 } } }, 1 },
  { "a pause of nine needs a reference of its own",
      { { 1, 0 }, { 3, 9000 }, { 4, 9001 }, { -1 } },
      { { 1, 2, { 1, 0 } }, { 3, 2, { 1, 1 } } }, 2 },
  { "reordered over nine seconds",
      { { 1, 20000 }, { 3, 20000 }, { 2, 30000 }, { -1 } },
      { { 1, 1, { 1 } }, { 2, 1, { 1 } }, { 3, 1, { 1 } } }, 3 },
  { "before the first: a feedback of its own",
      { { 10, 5 }, { 9, 6 }, { 8, 7 }, { -1 } },
      { { 8, 2, { 1, 2 } }, { 10, 1, { 1 } } }, 2 },
};

static gint64
expected_ticks (const Case *c, guint16 seq)
{
  for (const Arrival *a = c->arrivals; a->seq >= 0; a++) {
    if (a->seq == seq) /* the first of duplicates */
      return a->at_ms * 1000 / TICK_US;
  }
  return LOST;
}

static void
test_table (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    const Case *c = &cases[i];
    SfuTwccRecorder *r = sfu_twcc_recorder_new ();
    Feedback f;

    g_test_message ("%s", c->name);
    g_assert_false (sfu_twcc_recorder_pending (r));
    g_assert_false (feedback (r, MTU, &f));
    for (const Arrival *a = c->arrivals; a->seq >= 0; a++)
      sfu_twcc_recorder_packet (r, (guint16)a->seq, MS (a->at_ms));
    for (guint k = 0; k < c->n_feedbacks; k++) {
      g_assert_true (sfu_twcc_recorder_pending (r));
      g_assert_true (feedback (r, MTU, &f));
      g_assert_cmpuint (f.counter, ==, k);
      g_assert_cmpuint (f.statuses->len, ==, c->feedbacks[k].n);
      for (guint s = 0; s < f.statuses->len; s++) {
        Status *status = &g_array_index (f.statuses, Status, s);

        g_assert_cmpuint (status->seq, ==, (guint16)(c->feedbacks[k].base + s));
        g_assert_cmpuint (status->symbol, ==, c->feedbacks[k].symbols[s]);
        g_assert_cmpint (status->ticks, ==, expected_ticks (c, status->seq));
      }
      g_array_unref (f.statuses);
    }
    g_assert_false (sfu_twcc_recorder_pending (r));
    sfu_twcc_recorder_free (r);
  }
  sfu_twcc_recorder_free (NULL);
}

/* The edges of both kinds of delta, in ticks; 0: it does not fit. */
static void
test_delta_edges (void)
{
  static const struct {
    gint32 delta;
    guint8 symbol;
  } edges[] = { { 0, 1 }, { 255, 1 }, { 256, 2 }, { -1, 2 }, { 32767, 2 },
    { 32768, 0 }, { -32768, 2 }, { -32769, 0 } };

  for (guint i = 0; i < G_N_ELEMENTS (edges); i++) {
    SfuTwccRecorder *r = sfu_twcc_recorder_new ();
    gint64 first = 256 * 1000; /* a reference time, so its own delta is 0 */
    gint64 second = first + edges[i].delta;
    Feedback f;

    sfu_twcc_recorder_packet (r, 1, first * TICK_US);
    sfu_twcc_recorder_packet (r, 2, second * TICK_US);
    g_assert_true (feedback (r, MTU, &f));
    g_assert_cmpuint (f.statuses->len, ==, edges[i].symbol == 0 ? 1 : 2);
    if (edges[i].symbol == 0) {
      g_array_unref (f.statuses);
      g_assert_true (feedback (r, MTU, &f));
      g_assert_cmpuint (f.statuses->len, ==, 1);
    } else {
      g_assert_cmpuint (
          g_array_index (f.statuses, Status, 1).symbol, ==, edges[i].symbol);
    }
    g_assert_cmpint (
        g_array_index (f.statuses, Status, f.statuses->len - 1).ticks, ==,
        second);
    g_array_unref (f.statuses);
    sfu_twcc_recorder_free (r);
  }
}

/* Bytes by hand: two received 1 ms apart, one lost, one 100 ms later. */
static void
test_bytes (void)
{
  static const guint8 expect[] = { 0x8f, 205, 0, 6, 0, 0, 0, 1, 0, 0, 0, 2,
    0xff, 0xfe, 0, 4, 0, 0, 2, 0, 0xd4, 0x80, 4, 4, 0x01, 0x90, 0, 0 };
  SfuTwccRecorder *r = sfu_twcc_recorder_new ();
  guint8 out[64];
  SfuRtcpWriter writer;

  /* 2 * 64 ms + 1 ms */
  sfu_twcc_recorder_packet (r, 65534, MS (129));
  sfu_twcc_recorder_packet (r, 65535, MS (130));
  sfu_twcc_recorder_packet (r, 1, MS (230));
  sfu_rtcp_writer_init (&writer, out, sizeof out);
  g_assert_true (sfu_twcc_recorder_feedback (r, 1, 2, &writer));
  g_assert_cmpmem (out, writer.len, expect, sizeof expect);
  sfu_twcc_recorder_free (r);
}

/* Long runs of one symbol, and patterns that make each kind of vector. */
static void
test_chunks (void)
{
  SfuTwccRecorder *r = sfu_twcc_recorder_new ();
  Feedback f;

  for (guint seq = 0; seq < 500; seq++)
    sfu_twcc_recorder_packet (r, (guint16)seq, MS (seq));
  g_assert_true (feedback (r, MTU, &f));
  g_assert_cmpuint (f.statuses->len, ==, 500);
  g_assert_cmpuint (f.n_chunks, ==, 1);
  g_array_unref (f.statuses);

  sfu_twcc_recorder_packet (r, 8000, MS (501)); /* 7500 lost */
  g_assert_true (feedback (r, MTU, &f));
  g_assert_cmpuint (f.statuses->len, ==, 7501);
  g_assert_cmpuint (f.n_chunks, ==, 2);
  g_array_unref (f.statuses);

  for (guint i = 0; i < 70; i++) /* every second one lost */
    sfu_twcc_recorder_packet (r, (guint16)(8002 + 2 * i), MS (502 + i));
  g_assert_true (feedback (r, MTU, &f));
  g_assert_cmpuint (f.statuses->len, ==, 140);
  g_assert_cmpuint (f.one_bit_chunks, ==, 10);
  g_assert_cmpuint (f.n_chunks, ==, 10);
  g_array_unref (f.statuses);

  for (guint i = 0; i < 70; i++) /* every second one late */
    sfu_twcc_recorder_packet (r, (guint16)(8141 + i), MS (600 + 100 * (i / 2)));
  g_assert_true (feedback (r, MTU, &f));
  g_assert_cmpuint (f.statuses->len, ==, 70);
  g_assert_cmpuint (f.two_bit_chunks, ==, 10);
  g_array_unref (f.statuses);

  /* all late but the first, which is the reference */
  for (guint i = 0; i < 50; i++)
    sfu_twcc_recorder_packet (r, (guint16)(8211 + i), MS (10000 + 100 * i));
  g_assert_true (feedback (r, MTU, &f));
  g_assert_cmpuint (f.statuses->len, ==, 50);
  g_assert_cmpuint (f.run_chunks, ==, 1);
  g_assert_cmpuint (f.two_bit_chunks, ==, 1);
  g_array_unref (f.statuses);
  g_assert_false (sfu_twcc_recorder_pending (r));
  sfu_twcc_recorder_free (r);
}

static void
test_late (void)
{
  SfuTwccRecorder *r = sfu_twcc_recorder_new ();
  Feedback f;

  sfu_twcc_recorder_packet (r, 65534, MS (1));
  sfu_twcc_recorder_packet (r, 2, MS (2));
  g_assert_true (feedback (r, MTU, &f)); /* 65535, 0 and 1 are lost */
  g_assert_cmpuint (f.statuses->len, ==, 5);
  g_array_unref (f.statuses);

  sfu_twcc_recorder_packet (r, 2, MS (3)); /* duplicate of a reported one */
  g_assert_false (sfu_twcc_recorder_pending (r));
  sfu_twcc_recorder_packet (r, 1, MS (4));
  sfu_twcc_recorder_packet (r, 65535, MS (5));
  sfu_twcc_recorder_packet (r, 65535, MS (6));
  sfu_twcc_recorder_packet (r, 3, MS (7));
  for (guint i = 0; i < 3; i++) {
    static const guint16 seqs[] = { 65535, 1, 3 };
    static const gint64 ticks[] = { 20, 16, 28 };

    g_assert_true (feedback (r, MTU, &f));
    g_assert_cmpuint (f.statuses->len, ==, 1);
    g_assert_cmpuint (g_array_index (f.statuses, Status, 0).seq, ==, seqs[i]);
    g_assert_cmpint (g_array_index (f.statuses, Status, 0).ticks, ==, ticks[i]);
    g_array_unref (f.statuses);
  }
  g_assert_false (sfu_twcc_recorder_pending (r));
  g_assert_false (feedback (r, MTU, &f));
  sfu_twcc_recorder_free (r);
}

static void
test_reference_wrap (void)
{
  /* 24 bits of 64 ms, a bit more than 12 days */
  const gint64 wrap_us = (G_GINT64_CONSTANT (1) << 24) * 64000;
  SfuTwccRecorder *r = sfu_twcc_recorder_new ();
  Feedback f;

  sfu_twcc_recorder_packet (r, 1, wrap_us - MS (10));
  sfu_twcc_recorder_packet (r, 2, wrap_us + MS (10));
  sfu_twcc_recorder_packet (r, 3, wrap_us - MS (5));
  g_assert_true (feedback (r, MTU, &f));
  g_assert_cmpuint (f.statuses->len, ==, 3);
  g_assert_cmpint (g_array_index (f.statuses, Status, 0).ticks, ==,
      (wrap_us - MS (10)) / TICK_US);
  g_assert_cmpint (g_array_index (f.statuses, Status, 1).ticks, ==,
      (wrap_us + MS (10)) / TICK_US);
  g_assert_cmpint (g_array_index (f.statuses, Status, 2).ticks, ==,
      (wrap_us - MS (5)) / TICK_US);
  g_array_unref (f.statuses);

  sfu_twcc_recorder_packet (r, 4, wrap_us + MS (200));
  g_assert_true (feedback (r, MTU, &f));
  g_assert_cmpint (g_array_index (f.statuses, Status, 0).ticks, ==, 200 * 4);
  g_array_unref (f.statuses);
  sfu_twcc_recorder_free (r);
}

static void
test_bounds (void)
{
  SfuTwccRecorder *r = sfu_twcc_recorder_new ();
  Feedback f;
  guint seen = 0;

  /* Nobody asks for feedback for three circles. */
  for (guint seq = 0; seq < 200000; seq++)
    sfu_twcc_recorder_packet (r, (guint16)seq, MS (1) + seq * 100);
  while (feedback (r, MTU, &f)) {
    for (guint i = 0; i < f.statuses->len; i++) {
      Status *status = &g_array_index (f.statuses, Status, i);
      guint seq = 200000 - SFU_TWCC_MAX_PENDING + seen++;

      g_assert_cmpuint (status->seq, ==, (guint16)seq);
      g_assert_cmpint (status->ticks, ==, (MS (1) + seq * 100) / TICK_US);
    }
    g_array_unref (f.statuses);
  }
  g_assert_cmpuint (seen, ==, SFU_TWCC_MAX_PENDING);

  /* A jump of nearly half the circle: the last 8192 numbers are left. */
  sfu_twcc_recorder_packet (r, (guint16)(199999 + 32767), MS (30000));
  seen = 0;
  while (feedback (r, 24, &f)) {
    seen += f.statuses->len;
    g_array_unref (f.statuses);
  }
  g_assert_cmpuint (seen, ==, SFU_TWCC_MAX_PENDING);

  /* Many late ones: a bounded number of feedbacks. */
  for (guint i = 2; i < 2000; i += 2)
    sfu_twcc_recorder_packet (r, (guint16)(199999 + 32767 - i), MS (30001));
  for (seen = 0; feedback (r, MTU, &f); seen++)
    g_array_unref (f.statuses);
  g_assert_cmpuint (seen, ==, 64);
  sfu_twcc_recorder_free (r);
}

static void
test_sender_restart (void)
{
  SfuTwccRecorder *r = sfu_twcc_recorder_new ();
  Feedback f;

  sfu_twcc_recorder_packet (r, 30000, MS (1));
  g_assert_true (feedback (r, MTU, &f));
  g_array_unref (f.statuses);
  sfu_twcc_recorder_packet (r, 100, MS (2)); /* one straggler: nothing */
  g_assert_false (sfu_twcc_recorder_pending (r));
  sfu_twcc_recorder_packet (r, 30001, MS (3));
  sfu_twcc_recorder_packet (r, 101, MS (4));
  sfu_twcc_recorder_packet (r, 102, MS (5)); /* the second in a row */
  g_assert_true (feedback (r, MTU, &f));
  g_assert_cmpuint (f.statuses->len, ==, 1);
  g_assert_cmpuint (g_array_index (f.statuses, Status, 0).seq, ==, 102);
  g_array_unref (f.statuses);
  sfu_twcc_recorder_free (r);
}

static void
test_no_room (void)
{
  SfuTwccRecorder *r = sfu_twcc_recorder_new ();
  Feedback f;

  sfu_twcc_recorder_packet (r, 1, MS (1));
  for (gsize room = 0; room < 24; room++)
    g_assert_false (feedback (r, room, &f));
  g_assert_true (feedback (r, 24, &f));
  g_assert_cmpuint (f.counter, ==, 0); /* refused ones do not count */
  g_array_unref (f.statuses);
  sfu_twcc_recorder_free (r);
}

/* ---- random: every number once, every arrival to the tick ---- */
#define N_RANDOM 150000

typedef struct {
  gint64 arrived[N_RANDOM]; /* us; LOST */
  guint8 told[N_RANDOM];    /* 1 as lost, 2 as received */
} Truth;

/* next: the number that the next regular feedback must begin with. */
static void
check_feedback (Truth *truth, Feedback *f, guint *next, guint highest)
{
  guint16 base = g_array_index (f->statuses, Status, 0).seq;
  guint first = *next + (gint16)(guint16)(base - *next);

  for (guint i = 0; i < f->statuses->len; i++) {
    Status *status = &g_array_index (f->statuses, Status, i);
    guint seq = first + i;

    g_assert_cmpuint (seq, <=, highest);
    g_assert_cmpuint (status->seq, ==, (guint16)seq);
    if (status->symbol == 0) {
      g_assert_cmpuint (truth->told[seq], ==, 0);
      g_assert_true (truth->arrived[seq] == LOST);
      truth->told[seq] = 1;
    } else {
      g_assert_cmpuint (truth->told[seq], <, 2);
      g_assert_cmpuint (
          (guint32)status->ticks, ==, (guint32)(truth->arrived[seq] / TICK_US));
      truth->told[seq] = 2;
    }
  }
  if (first < *next) /* late ones: all of them received */
    for (guint i = 0; i < f->statuses->len; i++)
      g_assert_cmpuint (g_array_index (f->statuses, Status, i).symbol, !=, 0);
  else
    g_assert_cmpuint (first, ==, *next);
  *next = MAX (*next, first + f->statuses->len);
}

static void
arrive (SfuTwccRecorder *r, Truth *truth, guint seq, gint64 now)
{
  if (truth->arrived[seq] == LOST)
    truth->arrived[seq] = now;
  sfu_twcc_recorder_packet (r, (guint16)seq, now);
}

static void
test_random (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (TEST_SEED);
  g_autofree Truth *truth = g_new0 (Truth, 1);
  SfuTwccRecorder *r = sfu_twcc_recorder_new ();
  guint seq = 1000, next = 1000, kinds[3] = { 0 };
  gint64 now = (G_GINT64_CONSTANT (1) << 24) * 64000 - MS (30000);
  Feedback f;

  for (guint i = 0; i < N_RANDOM; i++)
    truth->arrived[i] = LOST;
  arrive (r, truth, seq, now);
  while (seq < N_RANDOM - 10000) {
    guint dice = g_rand_int_range (rand, 0, 1000);

    now += g_rand_int_range (rand, 0, dice < 20 ? MS (200) : MS (2));
    if (dice == 0)
      now += MS (g_rand_int_range (rand, 0, 20000));
    if (dice < 50)
      seq += g_rand_int_range (rand, 0, dice < 2 ? 3000 : 40);
    if (dice < 900)
      arrive (r, truth, ++seq, now);
    else if (dice < 970) /* late or duplicate */
      arrive (r, truth, seq - g_rand_int_range (rand, 0, 100), now);
    else
      while (feedback (r, g_rand_int_range (rand, 24, 300), &f)) {
        kinds[0] += f.run_chunks;
        kinds[1] += f.one_bit_chunks;
        kinds[2] += f.two_bit_chunks;
        check_feedback (truth, &f, &next, seq);
        g_array_unref (f.statuses);
      }
  }
  while (feedback (r, MTU, &f)) {
    check_feedback (truth, &f, &next, seq);
    g_array_unref (f.statuses);
  }
  g_assert_cmpuint (next, ==, seq + 1);
  for (guint i = 1000; i <= seq; i++)
    g_assert_cmpuint (truth->told[i], ==, truth->arrived[i] == LOST ? 1 : 2);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpuint (kinds[i], >, 500);
  sfu_twcc_recorder_free (r);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/twcc/table", test_table);
  g_test_add_func ("/twcc/delta-edges", test_delta_edges);
  g_test_add_func ("/twcc/bytes", test_bytes);
  g_test_add_func ("/twcc/chunks", test_chunks);
  g_test_add_func ("/twcc/late", test_late);
  g_test_add_func ("/twcc/reference-wrap", test_reference_wrap);
  g_test_add_func ("/twcc/bounds", test_bounds);
  g_test_add_func ("/twcc/sender-restart", test_sender_restart);
  g_test_add_func ("/twcc/no-room", test_no_room);
  g_test_add_func ("/twcc/random", test_random);
  return g_test_run ();
}
