/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* NACK list: scripts, bounds, and a long random run against a model that keeps
 * a row for every number.
 *
 * Threads: one. */
#include "sfu-nack-list.h"
#include "test-util.h"

#define MS(n) ((gint64)(n)*1000)
#define RETRIES 3
#define MAX_AGE MS (1000)
#define RTT MS (100)

typedef struct {
  SfuNackList *list;
  guint16 seqs[SFU_NACK_LIST_MAX];
  guint n;
  gboolean give_up;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->list = sfu_nack_list_new (RETRIES, MAX_AGE);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  sfu_nack_list_free (f->list);
}

static void
collect (Fixture *f, gint64 now_us)
{
  f->n = sfu_nack_list_collect (
      f->list, now_us, RTT, f->seqs, G_N_ELEMENTS (f->seqs), &f->give_up);
}

static void
test_receive (Fixture *f, gconstpointer data)
{
  static const struct {
    guint16 seq;
    SfuNackReceived expect;
  } steps[] = {
    { 65530, SFU_NACK_NEW },
    { 65530, SFU_NACK_DUPLICATE },
    { 65529, SFU_NACK_DUPLICATE }, /* before the first */
    { 65531, SFU_NACK_NEW },
    { 65534, SFU_NACK_NEW },
    { 65533, SFU_NACK_RECOVERED },
    { 65533, SFU_NACK_DUPLICATE },
    { 2, SFU_NACK_NEW },
    { 65535, SFU_NACK_RECOVERED },
    { 1, SFU_NACK_RECOVERED },
    { 65532, SFU_NACK_RECOVERED },
    { 0, SFU_NACK_RECOVERED },
    { 0, SFU_NACK_DUPLICATE },
    { 2, SFU_NACK_DUPLICATE },
    { 3, SFU_NACK_NEW },
  };

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++) {
    g_test_message ("step %u", i);
    g_assert_cmpint (
        sfu_nack_list_receive (f->list, steps[i].seq, 0), ==, steps[i].expect);
  }
  g_assert_cmpint (sfu_nack_list_next_due_us (f->list, RTT), ==, -1);
  g_assert_cmpuint (sfu_nack_list_stats (f->list)->lost, ==, 5);
  g_assert_cmpuint (sfu_nack_list_stats (f->list)->recovered, ==, 5);
  sfu_nack_list_reset (f->list);
  g_assert_cmpint (sfu_nack_list_receive (f->list, 9, 0), ==, SFU_NACK_NEW);
}

static void
test_retries (Fixture *f, gconstpointer data)
{
  sfu_nack_list_receive (f->list, 65534, 0);
  collect (f, 0);
  g_assert_cmpuint (f->n, ==, 0);
  sfu_nack_list_receive (f->list, 1, MS (5));
  g_assert_cmpint (sfu_nack_list_next_due_us (f->list, RTT), ==, MS (5));
  for (guint try = 0; try < RETRIES; try++) {
    gint64 now = MS (5) + try * RTT;

    if (try > 0) {
      collect (f, now - 1);
      g_assert_cmpuint (f->n, ==, 0);
    }
    collect (f, now);
    g_assert_cmpuint (f->n, ==, 2);
    g_assert_cmpuint (f->seqs[0], ==, 65535);
    g_assert_cmpuint (f->seqs[1], ==, 0);
    g_assert_false (f->give_up);
    g_assert_cmpint (sfu_nack_list_next_due_us (f->list, RTT), ==, now + RTT);
    collect (f, now);
    g_assert_cmpuint (f->n, ==, 0);
  }
  sfu_nack_list_receive (f->list, 0, MS (300));
  collect (f, MS (5) + RETRIES * RTT);
  g_assert_cmpuint (f->n, ==, 0);
  g_assert_true (f->give_up);
  collect (f, MS (5) + RETRIES * RTT);
  g_assert_false (f->give_up); /* said once */
  g_assert_cmpint (sfu_nack_list_next_due_us (f->list, RTT), ==, -1);
  g_assert_cmpint (
      sfu_nack_list_receive (f->list, 65535, 0), ==, SFU_NACK_DUPLICATE);
  g_assert_cmpuint (sfu_nack_list_stats (f->list)->requested, ==, 6);
  g_assert_cmpuint (sfu_nack_list_stats (f->list)->given_up, ==, 1);
  g_assert_cmpuint (sfu_nack_list_stats (f->list)->recovered, ==, 1);
}

static void
test_age (Fixture *f, gconstpointer data)
{
  sfu_nack_list_receive (f->list, 1, 0);
  sfu_nack_list_receive (f->list, 3, MS (1));
  collect (f, MS (1) + MAX_AGE);
  g_assert_cmpuint (f->n, ==, 0);
  g_assert_true (f->give_up);

  /* a round trip longer than the age */
  sfu_nack_list_receive (f->list, 5, MS (2000));
  collect (f, MS (2000));
  g_assert_cmpuint (f->n, ==, 1);
  g_assert_cmpint (
      sfu_nack_list_next_due_us (f->list, MS (5000)), ==, MS (2000) + MAX_AGE);
}

static void
test_no_rtt (Fixture *f, gconstpointer data)
{
  sfu_nack_list_receive (f->list, 1, 0);
  sfu_nack_list_receive (f->list, 3, 0);
  collect (f, 0);
  g_assert_cmpint (
      sfu_nack_list_next_due_us (f->list, 0), ==, SFU_NACK_MIN_INTERVAL_US);
  g_assert_cmpuint (
      sfu_nack_list_collect (f->list, MS (1), 0, f->seqs, 9, &f->give_up), ==,
      0);
}

static void
test_less_often (Fixture *f, gconstpointer data)
{
  static const gint64 asked_ms[] = { 0, 20, 40, 60, 100, 180, 340, 660 };
  SfuNackList *list = sfu_nack_list_new (20, MAX_AGE);

  sfu_nack_list_receive (list, 1, 0);
  sfu_nack_list_receive (list, 3, 0);
  for (guint i = 0; i < G_N_ELEMENTS (asked_ms); i++) {
    g_assert_cmpint (
        sfu_nack_list_next_due_us (list, MS (20)), ==, MS (asked_ms[i]));
    g_assert_cmpuint (sfu_nack_list_collect (list, MS (asked_ms[i]), MS (20),
                          f->seqs, 9, &f->give_up),
        ==, 1);
  }
  g_assert_cmpint (sfu_nack_list_next_due_us (list, MS (20)), ==, MAX_AGE);
  sfu_nack_list_free (list);
}

/* Nothing came for longer than the age: what is missing is older than that. */
static void
test_silence (Fixture *f, gconstpointer data)
{
  const guint16 first = 65530;
  guint16 next = (guint16)(first + SFU_NACK_SILENT_GAP + 1);

  sfu_nack_list_receive (f->list, first, 0);
  sfu_nack_list_receive (f->list, next, MAX_AGE + 1);
  collect (f, MAX_AGE + 1);
  g_assert_cmpuint (f->n, ==, 0);
  g_assert_true (f->give_up);
  g_assert_cmpuint (
      sfu_nack_list_stats (f->list)->given_up, ==, SFU_NACK_SILENT_GAP);

  /* Fewer, or sooner: they are asked for. */
  sfu_nack_list_receive (f->list, next + SFU_NACK_SILENT_GAP, 2 * MAX_AGE + 2);
  collect (f, 2 * MAX_AGE + 2);
  g_assert_cmpuint (f->n, ==, SFU_NACK_SILENT_GAP - 1);
  sfu_nack_list_receive (
      f->list, next + 2 * SFU_NACK_SILENT_GAP + 1, 3 * MAX_AGE + 2);
  collect (f, 3 * MAX_AGE + 2);
  g_assert_cmpuint (f->n, ==, SFU_NACK_SILENT_GAP);
}

static void
test_little_room (Fixture *f, gconstpointer data)
{
  sfu_nack_list_receive (f->list, 0, 0);
  sfu_nack_list_receive (f->list, 6, 0);
  for (guint i = 0; i < 3; i++) {
    guint n = i < 2 ? 2 : 1;

    g_assert_cmpint (sfu_nack_list_next_due_us (f->list, RTT), ==, 0);
    g_assert_cmpuint (
        sfu_nack_list_collect (f->list, 0, RTT, f->seqs, 2, &f->give_up), ==,
        n);
    g_assert_cmpuint (f->seqs[0], ==, 1 + 2 * i);
  }
  g_assert_cmpint (sfu_nack_list_next_due_us (f->list, RTT), ==, RTT);
}

static void
test_overflow (Fixture *f, gconstpointer data)
{
  sfu_nack_list_receive (f->list, 0, 0);
  sfu_nack_list_receive (f->list, SFU_NACK_LIST_MAX + 1, MS (1));
  collect (f, MS (1));
  g_assert_cmpuint (f->n, ==, SFU_NACK_LIST_MAX);
  g_assert_false (f->give_up);

  sfu_nack_list_receive (f->list, SFU_NACK_LIST_MAX + 3, MS (2));
  g_assert_cmpint (sfu_nack_list_next_due_us (f->list, RTT), ==, MS (2));
  collect (f, MS (2));
  g_assert_cmpuint (f->n, ==, 0);
  g_assert_true (f->give_up);
  g_assert_cmpuint (
      sfu_nack_list_stats (f->list)->given_up, ==, SFU_NACK_LIST_MAX + 1);
  g_assert_cmpint (sfu_nack_list_next_due_us (f->list, RTT), ==, -1);
  g_assert_cmpint (
      sfu_nack_list_receive (f->list, 5, 0), ==, SFU_NACK_DUPLICATE);
}

static void
test_restart (Fixture *f, gconstpointer data)
{
  sfu_nack_list_receive (f->list, 65000, 0);
  g_assert_cmpint (
      sfu_nack_list_receive (f->list, (guint16)(65000 + SFU_NACK_MAX_GAP), 0),
      ==, SFU_NACK_NEW);
  g_assert_cmpint (sfu_nack_list_receive (
                       f->list, (guint16)(65000 + 2 * SFU_NACK_MAX_GAP + 1), 0),
      ==, SFU_NACK_RESTART);
  /* What was missing is forgotten, and it was not loss. */
  g_assert_cmpint (sfu_nack_list_next_due_us (f->list, RTT), ==, -1);
  g_assert_cmpuint (
      sfu_nack_list_stats (f->list)->lost, ==, SFU_NACK_MAX_GAP - 1);

  /* Backwards: one straggler is not a restart, two in a row are. */
  g_assert_cmpint (
      sfu_nack_list_receive (f->list, 40000, 0), ==, SFU_NACK_DUPLICATE);
  g_assert_cmpint (sfu_nack_list_receive (
                       f->list, (guint16)(65000 + 2 * SFU_NACK_MAX_GAP + 2), 0),
      ==, SFU_NACK_NEW);
  g_assert_cmpint (
      sfu_nack_list_receive (f->list, 40001, 0), ==, SFU_NACK_DUPLICATE);
  g_assert_cmpint (
      sfu_nack_list_receive (f->list, 50000, 0), ==, SFU_NACK_DUPLICATE);
  g_assert_cmpint (
      sfu_nack_list_receive (f->list, 50001, 0), ==, SFU_NACK_RESTART);
  g_assert_cmpint (sfu_nack_list_receive (f->list, 50002, 0), ==, SFU_NACK_NEW);
}

/* Nobody collects: the list stays in order and bounded over the whole circle.
 */
static void
test_never_collected (Fixture *f, gconstpointer data)
{
  for (guint seq = 0; seq < 300000; seq += seq % 1000 == 0 ? 2 : 1)
    g_assert_cmpint (
        sfu_nack_list_receive (f->list, (guint16)seq, 0), ==, SFU_NACK_NEW);
  collect (f, MS (1));
  g_assert_cmpuint (f->n, >, 10);
  g_assert_cmpuint (f->n, <=, 17); /* one in 1000, 16384 packets back */
  for (guint i = 1; i < f->n; i++)
    g_assert_cmpuint ((guint16)(f->seqs[i] - f->seqs[i - 1]), ==, 1000);
}

/* ---- random run against a model ---- */
#define MODEL_SIZE 200000

typedef enum { NEVER, MISSING, DONE } State;

typedef struct {
  guint8 state;
  guint8 tries;
  gint64 missed_us, asked_us;
} Row;

typedef struct {
  Row rows[MODEL_SIZE];
  gint64 newest;
  guint missing;
  gboolean gave_up;
  SfuNackStats stats;
} Model;

static SfuNackReceived
model_receive (Model *m, gint64 seq, gint64 now_us)
{
  Row *row = &m->rows[seq];

  if (seq <= m->newest) {
    if (row->state != MISSING)
      return SFU_NACK_DUPLICATE;
    row->state = DONE;
    m->missing--;
    m->stats.recovered++;
    return SFU_NACK_RECOVERED;
  }
  for (gint64 i = m->newest + 1; i < seq; i++) {
    m->rows[i] = (Row){ MISSING, 0, now_us, 0 };
    m->missing++;
    m->stats.lost++;
  }
  if (m->missing > SFU_NACK_LIST_MAX) {
    for (gint64 i = 0; i < seq; i++)
      m->rows[i].state = DONE;
    m->stats.given_up += m->missing;
    m->missing = 0;
    m->gave_up = TRUE;
  }
  row->state = DONE;
  m->newest = seq;
  return SFU_NACK_NEW;
}

static guint
model_collect (Model *m, gint64 now_us, gint64 rtt_us, guint16 *seqs, guint max)
{
  guint n = 0;

  for (gint64 i = MAX (0, m->newest - 16384); i < m->newest; i++) {
    Row *row = &m->rows[i];
    gboolean old = now_us - row->missed_us >= MAX_AGE;

    if (row->state != MISSING ||
        (!old && row->tries > 0 &&
            now_us - row->asked_us < MAX (rtt_us, SFU_NACK_MIN_INTERVAL_US)))
      continue;
    if (old || row->tries >= RETRIES) {
      row->state = DONE;
      m->missing--;
      m->stats.given_up++;
      m->gave_up = TRUE;
    } else if (n < max) {
      row->tries++;
      row->asked_us = now_us;
      seqs[n++] = (guint16)i;
    }
  }
  m->stats.requested += n;
  return n;
}

static void
check_collect (Fixture *f, Model *m, gint64 now, gint64 rtt, guint max)
{
  static guint16 expect[SFU_NACK_LIST_MAX];
  guint n = model_collect (m, now, rtt, expect, max);

  f->n = sfu_nack_list_collect (f->list, now, rtt, f->seqs, max, &f->give_up);
  g_assert_cmpuint (f->n, ==, n);
  g_assert_cmpmem (f->seqs, 2 * n, expect, 2 * n);
  g_assert_cmpint (f->give_up, ==, m->gave_up);
  m->gave_up = FALSE;
}

static void
test_model (Fixture *f, gconstpointer data)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (TEST_SEED);
  g_autofree Model *m = g_new0 (Model, 1);
  const SfuNackStats *stats = sfu_nack_list_stats (f->list);
  gint64 now = 0;

  m->newest = 64000;
  m->rows[64000].state = DONE;
  sfu_nack_list_receive (f->list, 64000, 0);
  for (guint op = 0; op < 60000; op++) {
    gint64 seq = m->newest + 1;

    now += g_rand_int_range (rand, 0, MS (4));
    if (g_rand_int_range (rand, 0, 10) == 0)
      seq += g_rand_int_range (rand, 0, 5);
    if (g_rand_int_range (rand, 0, 2000) == 0)
      seq += g_rand_int_range (rand, 0, SFU_NACK_MAX_GAP - 10);
    if (g_rand_int_range (rand, 0, 4) == 0)
      seq = m->newest - g_rand_int_range (rand, 0, 60);
    g_assert_cmpint (sfu_nack_list_receive (f->list, (guint16)seq, now), ==,
        model_receive (m, seq, now));
    if (g_rand_int_range (rand, 0, 5) == 0)
      check_collect (f, m, now, g_rand_int_range (rand, 0, MS (200)),
          g_rand_int_range (rand, 0, 40));
    g_assert_cmpmem (stats, sizeof *stats, &m->stats, sizeof m->stats);
    g_assert_cmpint (m->newest + 2000, <, MODEL_SIZE);
  }
  g_assert_cmpint (m->newest, >, 65536);
  g_assert_cmpuint (stats->recovered, >, 1000);
  g_assert_cmpuint (stats->given_up, >, 1000);
}

/* Polled whenever it says so, and never otherwise, the list asks for everything
 * as often as it may and ends empty. */
static void
test_due (Fixture *f, gconstpointer data)
{
  gint64 now = 0;
  guint polls = 0;

  sfu_nack_list_receive (f->list, 0, 0);
  for (guint seq = 2; seq < 100; seq += 2)
    sfu_nack_list_receive (f->list, (guint16)seq, MS (seq));
  while ((now = sfu_nack_list_next_due_us (f->list, RTT)) != -1) {
    collect (f, now);
    polls++;
    g_assert_cmpuint (polls, <, 1000);
  }
  g_assert_cmpuint (sfu_nack_list_stats (f->list)->requested, ==,
      RETRIES * sfu_nack_list_stats (f->list)->lost);
  g_assert_cmpuint (sfu_nack_list_stats (f->list)->given_up, ==,
      sfu_nack_list_stats (f->list)->lost);
}

int
main (int argc, char **argv)
{
  static const struct {
    const gchar *path;
    void (*func) (Fixture *, gconstpointer);
  } tests[] = {
    { "/nack-list/receive", test_receive },
    { "/nack-list/retries", test_retries },
    { "/nack-list/age", test_age },
    { "/nack-list/no-rtt", test_no_rtt },
    { "/nack-list/less-often", test_less_often },
    { "/nack-list/silence", test_silence },
    { "/nack-list/little-room", test_little_room },
    { "/nack-list/overflow", test_overflow },
    { "/nack-list/restart", test_restart },
    { "/nack-list/never-collected", test_never_collected },
    { "/nack-list/due", test_due },
    { "/nack-list/model", test_model },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].func, tear_down);
  return g_test_run ();
}
