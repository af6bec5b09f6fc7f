/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sequence map: scripts that read like a consumer's life, and a long random run
 * against a model that remembers every number.
 *
 * Threads: one. */
#include "sfu-seq-map.h"
#include "test-util.h"

typedef enum { FWD, LATE, DROP, SYNC, BACK, LOST } Verb;

typedef struct {
  Verb verb;
  guint16 in; /* SYNC: ts_step */
  guint16 out;
} Step;

#define MAX_STEPS 16

/* FWD in -> out; LATE: refused; DROP; SYNC; BACK: out maps back to in; LOST:
 * out has no way back. Timestamps are in * 10. */
static const struct {
  const gchar *name;
  guint16 first_out;
  Step steps[MAX_STEPS];
  guint n;
} scripts[] = {
  { "straight", 100,
      { { FWD, 7, 100 }, { FWD, 8, 101 }, { FWD, 9, 102 }, { BACK, 8, 101 },
          { LOST, 0, 99 }, { LOST, 0, 103 }, { LATE, 6 } },
      7 },
  { "wrap of both", 65535,
      { { FWD, 65534, 65535 }, { FWD, 65535, 0 }, { FWD, 0, 1 },
          { BACK, 65535, 0 }, { BACK, 0, 1 }, { BACK, 65534, 65535 },
          { FWD, 65535, 0 }, { LATE, 65533 } },
      8 },
  { "a gap stays a gap", 100,
      { { FWD, 10, 100 }, { FWD, 13, 103 }, { BACK, 11, 101 }, { FWD, 12, 102 },
          { FWD, 11, 101 } },
      5 },
  { "a drop closes its gap", 100,
      { { FWD, 10, 100 }, { DROP, 11 }, { FWD, 12, 101 }, { FWD, 13, 102 },
          { BACK, 10, 100 }, { BACK, 12, 101 }, { LATE, 11 } },
      7 },
  { "drops in a row share a cut", 100,
      { { FWD, 10, 100 }, { DROP, 11 }, { DROP, 12 }, { DROP, 13 },
          { FWD, 14, 101 }, { LATE, 12 }, { FWD, 10, 100 }, { BACK, 14, 101 },
          { LATE, 11 }, { LATE, 13 } },
      10 },
  { "a drop behind a gap", 100,
      { { FWD, 10, 100 }, { DROP, 12 }, { FWD, 13, 102 }, { FWD, 11, 101 },
          { BACK, 11, 101 }, { LATE, 12 } },
      6 },
  { "drop, gap, drop over the wrap", 65534,
      { { FWD, 65533, 65534 }, { DROP, 65534 }, { DROP, 0 }, { FWD, 1, 0 },
          { FWD, 65535, 65535 }, { BACK, 65535, 65535 }, { BACK, 1, 0 },
          { LATE, 0 }, { LATE, 65534 } },
      9 },
  { "a late drop changes nothing", 100,
      { { FWD, 10, 100 }, { FWD, 12, 102 }, { DROP, 11 }, { FWD, 13, 103 },
          { DROP, 13 }, { FWD, 14, 104 } },
      6 },
  { "drop before the first is nothing", 100,
      { { DROP, 5 }, { FWD, 10, 100 }, { LOST, 0, 99 } }, 3 },
  { "the newest dropped, then back", 100,
      { { FWD, 10, 100 }, { DROP, 11 }, { LOST, 0, 101 }, { BACK, 10, 100 } },
      4 },
  { "resync", 100,
      { { FWD, 10, 100 }, { FWD, 11, 101 }, { SYNC, 9 }, { BACK, 11, 101 },
          { FWD, 20000, 102 }, { LATE, 19999 }, { LATE, 11 }, { LOST, 0, 101 },
          { FWD, 20002, 104 }, { FWD, 20001, 103 }, { BACK, 20000, 102 } },
      11 },
  { "resync backwards over the wrap", 65534,
      { { FWD, 10, 65534 }, { FWD, 11, 65535 }, { SYNC, 9 }, { FWD, 3, 0 },
          { FWD, 4, 1 }, { BACK, 3, 0 }, { LOST, 0, 65535 } },
      7 },
  { "resync before the first, and twice", 100,
      { { SYNC, 9 }, { FWD, 10, 100 }, { SYNC, 9 }, { SYNC, 9 }, { DROP, 11 },
          { FWD, 12, 101 } },
      6 },
  { "resync after a drop", 100,
      { { FWD, 10, 100 }, { DROP, 11 }, { SYNC, 9 }, { FWD, 12, 101 },
          { BACK, 12, 101 }, { LOST, 0, 100 } },
      6 },
  { "late, behind it only drops: its number is not given again", 100,
      { { FWD, 10, 100 }, { DROP, 12 }, { LOST, 0, 101 }, { FWD, 11, 101 },
          { BACK, 11, 101 }, { SYNC, 9 }, { FWD, 13, 102 } },
      7 },
  { "half the circle looks old", 100,
      { { FWD, 10, 100 }, { LATE, 10 + 32768 }, { FWD, 10 + 32767, 32867 } },
      3 },
};

static void
test_scripts (void)
{
  for (guint s = 0; s < G_N_ELEMENTS (scripts); s++) {
    SfuSeqMap map;

    sfu_seq_map_init (&map, scripts[s].first_out, 0);
    for (guint i = 0; i < scripts[s].n; i++) {
      const Step *step = &scripts[s].steps[i];
      guint16 seq = 0;
      guint32 ts;

      g_test_message ("%s: step %u", scripts[s].name, i);
      switch (step->verb) {
        case FWD:
          g_assert_true (
              sfu_seq_map_forward (&map, step->in, step->in * 10u, &seq, &ts));
          g_assert_cmpuint (seq, ==, step->out);
          break;
        case LATE:
          g_assert_false (
              sfu_seq_map_forward (&map, step->in, step->in * 10u, &seq, &ts));
          break;
        case DROP:
          sfu_seq_map_drop (&map, step->in);
          break;
        case SYNC:
          sfu_seq_map_resync (&map, step->in);
          break;
        case BACK:
          g_assert_true (sfu_seq_map_reverse (&map, step->out, &seq));
          g_assert_cmpuint (seq, ==, step->in);
          break;
        case LOST:
          g_assert_false (sfu_seq_map_reverse (&map, step->out, &seq));
          break;
      }
    }
  }
}

static void
test_timestamps (void)
{
  SfuSeqMap map;
  guint16 seq;
  guint32 ts;

  sfu_seq_map_init (&map, 0, 0xffffff00);
  g_assert_false (sfu_seq_map_reverse (&map, 0, &seq));
  g_assert_true (sfu_seq_map_forward (&map, 1, 5000, &seq, &ts));
  g_assert_cmphex (ts, ==, 0xffffff00);
  g_assert_true (sfu_seq_map_forward (&map, 2, 5300, &seq, &ts));
  g_assert_cmphex (ts, ==, 0xffffff00 + 300u); /* over the wrap */
  g_assert_cmphex (sfu_seq_map_timestamp (&map, 5300), ==, ts);
  g_assert_cmphex (sfu_seq_map_timestamp (&map, 4999), ==, 0xfffffeff);

  /* A late packet of an older picture does not set the clock back. */
  g_assert_true (sfu_seq_map_forward (&map, 1, 5000, &seq, &ts));
  g_assert_cmphex (ts, ==, 0xffffff00);
  sfu_seq_map_resync (&map, 3000);
  g_assert_cmphex (sfu_seq_map_timestamp (&map, 5300), ==, 44);
  g_assert_true (sfu_seq_map_forward (&map, 9, 0x80000000, &seq, &ts));
  g_assert_cmphex (ts, ==, 44 + 3000);
  g_assert_cmphex (sfu_seq_map_timestamp (&map, 0x80000001), ==, 3045);

  /* Step 0: a pause of the same stream, whose clock went on. */
  sfu_seq_map_resync (&map, 0);
  g_assert_true (sfu_seq_map_forward (&map, 20, 0x80000000 + 90000, &seq, &ts));
  g_assert_cmphex (ts, ==, 44 + 3000 + 90000);
}

/* One cut, then more than half the circle: what is near still maps, what is far
 * is refused and not taken for the future. */
static void
test_horizon (void)
{
  SfuSeqMap map;
  guint16 seq;
  guint32 ts;

  sfu_seq_map_init (&map, 1000, 0);
  for (guint in = 0; in < 200000; in++) {
    guint16 expect = (guint16)(1000 + in - in / 50000);

    if (in % 50000 == 49999) {
      sfu_seq_map_drop (&map, (guint16)in);
      continue;
    }
    g_assert_true (sfu_seq_map_forward (&map, (guint16)in, in, &seq, &ts));
    g_assert_cmpuint (seq, ==, expect);
    g_assert_true (sfu_seq_map_reverse (&map, expect, &seq));
    g_assert_cmpuint (seq, ==, (guint16)in);
    if (in > SFU_SEQ_MAP_HORIZON) {
      g_assert_false (sfu_seq_map_forward (
          &map, (guint16)(in - SFU_SEQ_MAP_HORIZON), in, &seq, &ts));
      g_assert_false (sfu_seq_map_reverse (
          &map, (guint16)(expect - SFU_SEQ_MAP_HORIZON), &seq));
    }
  }
}

/* Everything dropped for longer than the circle is wide. */
static void
test_long_drop (void)
{
  for (guint n = 65530; n < 65540; n++) {
    SfuSeqMap map;
    guint16 seq;
    guint32 ts;

    sfu_seq_map_init (&map, 500, 0);
    g_assert_true (sfu_seq_map_forward (&map, 0, 0, &seq, &ts));
    for (guint i = 1; i <= n; i++)
      sfu_seq_map_drop (&map, (guint16)i);
    g_assert_false (sfu_seq_map_forward (&map, (guint16)n, 0, &seq, &ts));
    g_assert_false (
        sfu_seq_map_forward (&map, (guint16)(n - 100), 0, &seq, &ts));
    g_assert_true (sfu_seq_map_forward (&map, (guint16)(n + 1), 0, &seq, &ts));
    g_assert_cmpuint (seq, ==, 501);
  }
}

/* ---- random run against a model ---- */
#define MODEL_SIZE 400000

/* Everything in numbers that never wrap. */
typedef struct {
  gboolean dropped[MODEL_SIZE]; /* per input number: closed gap */
  gint64 out[MODEL_SIZE];       /* per input number not dropped */
  gint64 first_in, max_in, max_out, next_out;
  gint64 cuts[MODEL_SIZE]; /* input numbers where the offset changes */
  guint cuts_n;
} Model;

static gboolean
model_knows (const Model *m, gint64 in)
{
  guint newer = 0;

  if (in < m->first_in || m->dropped[in] ||
      m->max_in - in >= SFU_SEQ_MAP_HORIZON)
    return FALSE;
  for (guint i = m->cuts_n; i-- > 0 && m->cuts[i] > in;)
    newer++;
  return newer < SFU_SEQ_MAP_CUTS;
}

static void
model_begin (Model *m, gint64 in, gint64 out)
{
  m->first_in = m->max_in = in;
  m->out[in] = m->max_out = out;
  m->next_out = out + 1;
  m->cuts[0] = in;
  m->cuts_n = 1;
}

/* Every number up to in gets its output number, whether it came or not. */
static void
model_advance (Model *m, gint64 in)
{
  for (gint64 i = m->max_in + 1; i <= in; i++)
    m->out[i] = m->next_out++;
  m->max_in = in;
}

static void
model_drop (Model *m, gint64 in)
{
  if (in <= m->max_in)
    return;
  model_advance (m, in);
  m->next_out--;
  m->dropped[in] = TRUE;
  if (m->cuts[m->cuts_n - 1] == in)
    m->cuts[m->cuts_n - 1]++;
  else
    m->cuts[m->cuts_n++] = in + 1;
}

static gint64
model_reverse (const Model *m, gint64 out)
{
  if (out > m->max_out || m->max_out - out >= SFU_SEQ_MAP_HORIZON)
    return -1;
  for (gint64 in = m->max_in; in >= m->first_in; in--) {
    if (!m->dropped[in] && m->out[in] == out)
      return model_knows (m, in) ? in : -1;
  }
  return -1;
}

typedef struct {
  guint forwarded, refused, reversed, unknown;
} Tally;

static void
check_forward (SfuSeqMap *map, Model *m, gint64 in, Tally *tally)
{
  guint16 seq;
  guint32 ts;
  gboolean ok =
      sfu_seq_map_forward (map, (guint16)in, (guint32)in * 10, &seq, &ts);

  if (in > m->max_in) {
    model_advance (m, in);
    g_assert_true (ok);
  }
  g_assert_cmpint (ok, ==, model_knows (m, in));
  if (ok) {
    g_assert_cmpuint (seq, ==, (guint16)m->out[in]);
    m->max_out = MAX (m->max_out, m->out[in]);
  }
  tally->forwarded += ok;
  tally->refused += !ok;
}

static void
check_reverse (SfuSeqMap *map, Model *m, gint64 out, Tally *tally)
{
  gint64 in = model_reverse (m, out);
  guint16 seq = 0;

  g_assert_cmpint (sfu_seq_map_reverse (map, (guint16)out, &seq), ==, in >= 0);
  if (in >= 0)
    g_assert_cmpuint (seq, ==, (guint16)in);
  tally->reversed += in >= 0;
  tally->unknown += in < 0;
}

static void
drop (SfuSeqMap *map, Model *m, gint64 in)
{
  sfu_seq_map_drop (map, (guint16)in);
  model_drop (m, in);
}

static void
check_resync (SfuSeqMap *map, Model *m, gint64 next)
{
  guint16 seq;
  guint32 ts;

  sfu_seq_map_resync (map, 1);
  model_begin (m, next, m->max_out + 1);
  g_assert_true (
      sfu_seq_map_forward (map, (guint16)next, (guint32)next * 10, &seq, &ts));
  g_assert_cmpuint (seq, ==, (guint16)m->max_out);
}

static void
test_model (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (TEST_SEED);
  g_autofree Model *m = g_new0 (Model, 1);
  Tally tally = { 0 };
  SfuSeqMap map;
  guint16 seq;
  guint32 ts;

  sfu_seq_map_init (&map, 65000, 0);
  model_begin (m, 65500, 65000);
  g_assert_true (sfu_seq_map_forward (&map, 65500, 0, &seq, &ts));
  for (guint op = 0; op < 60000; op++) {
    gint64 next = m->max_in + 1;

    switch (g_rand_int_range (rand, 0, 12)) {
      case 0: /* a gap, seldom a big one */
        next += g_rand_int_range (
            rand, 0, g_rand_int_range (rand, 0, 100) == 0 ? 700 : 4);
        /* fall through */
      case 1:
      case 2:
      case 3:
        check_forward (&map, m, next, &tally);
        break;
      case 4:
        next += g_rand_int_range (rand, 0, 2);
        /* fall through */
      case 5:
        drop (&map, m, next);
        break;
      case 6:
        drop (&map, m, m->max_in - g_rand_int_range (rand, 0, 300));
        break;
      case 7:
      case 8:
        check_forward (
            &map, m, m->max_in - g_rand_int_range (rand, 0, 600), &tally);
        break;
      case 9:
      case 10:
        check_reverse (
            &map, m, m->max_out - g_rand_int_range (rand, -2, 400), &tally);
        break;
      default:
        if (g_rand_int_range (rand, 0, 100) == 0)
          check_resync (&map, m, next);
    }
    g_assert_cmpint (m->max_in + 1000, <, MODEL_SIZE);
  }
  g_assert_cmpint (m->max_in, >, 65536); /* it did wrap */
  g_assert_cmpuint (tally.forwarded, >, 10000);
  g_assert_cmpuint (tally.refused, >, 1000);
  g_assert_cmpuint (tally.reversed, >, 1000);
  g_assert_cmpuint (tally.unknown, >, 50);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/seq-map/scripts", test_scripts);
  g_test_add_func ("/seq-map/timestamps", test_timestamps);
  g_test_add_func ("/seq-map/horizon", test_horizon);
  g_test_add_func ("/seq-map/long-drop", test_long_drop);
  g_test_add_func ("/seq-map/model", test_model);
  return g_test_run ();
}
