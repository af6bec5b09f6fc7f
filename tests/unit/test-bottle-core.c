/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One line of the network in a bottle: shares of loss, runs, order, rate,
 * blackout, and that a seed makes it the same again.
 *
 * Threads: one. */
#include "bottle-core.h"
#include "test-util.h"

#define MS(n) ((gint64)(n)*1000)
#define PACKETS 20000
#define PACKET_SIZE 972 /* with 28 bytes of headers: 8000 bits */
/* Packets of all tests but the rate's come 1 ms apart. */
#define STEP_US MS (1)

typedef struct {
  SfuBottleLine *line;
  gint64 now_us;
  GArray *numbers; /* guint, as given back */
  GArray *times;   /* gint64, when */
  SfuBottleStats stats;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->line = sfu_bottle_line_new (TEST_SEED);
  f->now_us = MS (5000);
  f->numbers = g_array_new (FALSE, FALSE, sizeof (guint));
  f->times = g_array_new (FALSE, FALSE, sizeof (gint64));
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  sfu_bottle_line_free (f->line);
  g_array_unref (f->numbers);
  g_array_unref (f->times);
}

static void
set (Fixture *f, const gchar *text)
{
  GError *error = NULL;

  sfu_bottle_line_set (f->line, text, f->now_us, &error);
  g_assert_no_error (error);
}

/* Takes out all that is due up to until_us, each at its own time. */
static void
drain (Fixture *f, gint64 until_us)
{
  gint64 next_us;

  while ((next_us = sfu_bottle_line_next_us (f->line)) >= 0 &&
      next_us <= until_us) {
    gint64 at_us = MAX (next_us, f->now_us);
    gpointer route = NULL;
    GBytes *packet = sfu_bottle_line_pop (f->line, at_us, &route);
    guint number = GPOINTER_TO_UINT (route);

    g_assert_nonnull (packet);
    g_assert_cmpuint (g_bytes_get_size (packet), ==, PACKET_SIZE);
    g_bytes_unref (packet);
    g_array_append_val (f->numbers, number);
    g_array_append_val (f->times, at_us);
  }
}

static void
send_packets (Fixture *f, guint n, gint64 step_us)
{
  static const guint8 zeros[PACKET_SIZE];
  g_autoptr (GBytes) packet = g_bytes_new_static (zeros, sizeof zeros);
  static guint number;

  for (guint i = 0; i < n; i++, f->now_us += step_us) {
    drain (f, f->now_us);
    sfu_bottle_line_push (
        f->line, packet, GUINT_TO_POINTER (++number), f->now_us);
  }
  drain (f, f->now_us);
}

static void
finish (Fixture *f)
{
  drain (f, G_MAXINT64);
  sfu_bottle_line_get_stats (f->line, &f->stats);
  g_assert_cmpuint (f->stats.waiting, ==, 0);
  g_assert_cmpuint (f->stats.sent, ==, f->numbers->len);
  g_assert_cmpuint (f->stats.sent, ==,
      f->stats.received + f->stats.duplicated - f->stats.lost - f->stats.burst -
          f->stats.blackout - f->stats.tail);
}

static gdouble
part (const Fixture *f, guint64 packets)
{
  return (gdouble)packets / f->stats.received;
}

static void
test_clean (Fixture *f, gconstpointer data)
{
  send_packets (f, 10, STEP_US);
  /* Nothing waits: a packet is due when it comes. */
  g_assert_cmpuint (f->numbers->len, ==, 10);
  finish (f);
  g_assert_cmpint (sfu_bottle_line_next_us (f->line), ==, -1);
}

static void
test_loss (Fixture *f, gconstpointer data)
{
  static const struct {
    const gchar *text;
    gdouble least, most;
  } cases[] = {
    { "loss=0", 0, 0 },
    { "loss=5", 0.045, 0.055 },
    { "loss=50", 0.49, 0.51 },
    { "loss=100", 1, 1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    if (i > 0) {
      tear_down (f, NULL);
      set_up (f, NULL);
    }
    set (f, cases[i].text);
    send_packets (f, PACKETS, STEP_US);
    finish (f);
    g_assert_cmpfloat (part (f, f->stats.lost), >=, cases[i].least);
    g_assert_cmpfloat (part (f, f->stats.lost), <=, cases[i].most);
  }
}

static void
test_bursts (Fixture *f, gconstpointer data)
{
  gdouble mean;

  set (f, "burst=10,burst-length=8");
  send_packets (f, 10 * PACKETS, STEP_US);
  finish (f);
  mean = (gdouble)f->stats.burst / f->stats.bursts;
  g_assert_cmpfloat (part (f, f->stats.burst), >=, 0.09);
  g_assert_cmpfloat (part (f, f->stats.burst), <=, 0.11);
  g_assert_cmpfloat (mean, >=, 7.5);
  g_assert_cmpfloat (mean, <=, 8.5);
}

static void
test_duplicates (Fixture *f, gconstpointer data)
{
  set (f, "duplicate=10,delay=10");
  send_packets (f, PACKETS, STEP_US);
  finish (f);
  g_assert_cmpfloat (part (f, f->stats.duplicated), >=, 0.09);
  g_assert_cmpfloat (part (f, f->stats.duplicated), <=, 0.11);
}

static gint64
delay_of (const Fixture *f, guint i, gint64 first_us)
{
  guint first = g_array_index (f->numbers, guint, 0);
  guint number = g_array_index (f->numbers, guint, i);

  return g_array_index (f->times, gint64, i) - first_us -
      (gint64)(number - first) * STEP_US;
}

static void
test_delay_in_order (Fixture *f, gconstpointer data)
{
  gint64 first_us = f->now_us;

  set (f, "delay=100,jitter=30");
  send_packets (f, PACKETS, STEP_US);
  finish (f);
  g_assert_cmpuint (f->numbers->len, ==, PACKETS);
  g_assert_cmpuint (f->stats.reordered, ==, 0);
  for (guint i = 0; i < f->numbers->len; i++) {
    g_assert_cmpuint (g_array_index (f->numbers, guint, i), ==,
        g_array_index (f->numbers, guint, 0) + i);
    g_assert_cmpint (delay_of (f, i, first_us), >=, MS (70));
    g_assert_cmpint (delay_of (f, i, first_us), <=, MS (130));
  }
}

static void
test_delay_reordered (Fixture *f, gconstpointer data)
{
  gint64 sum_us = 0, least_us = G_MAXINT64, most_us = 0;
  guint smallest = G_MAXUINT;

  set (f, "delay=100,jitter=30,reorder");
  send_packets (f, PACKETS, STEP_US);
  finish (f);
  g_assert_cmpuint (f->numbers->len, ==, PACKETS);
  g_assert_cmpuint (f->stats.reordered, >, PACKETS / 4);
  for (guint i = 0; i < f->numbers->len; i++)
    smallest = MIN (smallest, g_array_index (f->numbers, guint, i));
  for (guint i = 0; i < f->numbers->len; i++) {
    guint number = g_array_index (f->numbers, guint, i);
    gint64 delay_us = g_array_index (f->times, gint64, i) - MS (5000) -
        (gint64)(number - smallest) * STEP_US;

    sum_us += delay_us;
    least_us = MIN (least_us, delay_us);
    most_us = MAX (most_us, delay_us);
  }
  g_assert_cmpint (least_us, >=, MS (70));
  g_assert_cmpint (least_us, <, MS (72));
  g_assert_cmpint (most_us, <=, MS (130));
  g_assert_cmpint (most_us, >, MS (128));
  g_assert_cmpint (ABS (sum_us / PACKETS - MS (100)), <, MS (1));
}

/* 8000 bits each at 1 Mbit/s: 8 ms; one a millisecond is eight times that. */
static void
test_rate (Fixture *f, gconstpointer data)
{
  set (f, "rate=1000,queue=40");
  send_packets (f, PACKETS, STEP_US);
  finish (f);
  g_assert_cmpfloat (part (f, f->stats.tail), >=, 0.87);
  g_assert_cmpfloat (part (f, f->stats.tail), <=, 0.88);
  for (guint i = 1; i < f->times->len; i++)
    g_assert_cmpint (g_array_index (f->times, gint64, i) -
            g_array_index (f->times, gint64, i - 1),
        ==, MS (8));
}

static void
test_rate_that_suffices (Fixture *f, gconstpointer data)
{
  set (f, "rate=1000,queue=40");
  send_packets (f, PACKETS, MS (8));
  finish (f);
  g_assert_cmpuint (f->stats.tail, ==, 0);
}

static void
test_blackout (Fixture *f, gconstpointer data)
{
  set (f, "blackout=300");
  send_packets (f, 1000, STEP_US);
  /* Again, later, with what came before still inside. */
  set (f, "delay=50,blackout=100..250");
  send_packets (f, 1000, STEP_US);
  /* Another setting leaves it alone, zero ends it. */
  set (f, "blackout=1000");
  send_packets (f, 10, STEP_US);
  set (f, "loss=0");
  send_packets (f, 10, STEP_US);
  set (f, "blackout=0");
  send_packets (f, 10, STEP_US);
  finish (f);
  g_assert_cmpuint (f->stats.blackout, ==, 300 + 150 + 20);
}

static void
test_same_again (Fixture *f, gconstpointer data)
{
  const gchar *text = "loss=5,burst=5,delay=20,jitter=20,reorder,duplicate=5";
  g_autoptr (GArray) first = g_array_new (FALSE, FALSE, sizeof (guint));
  guint base;

  set (f, text);
  send_packets (f, 1000, STEP_US);
  finish (f);
  g_array_append_vals (first, f->numbers->data, f->numbers->len);
  tear_down (f, NULL);
  set_up (f, NULL);
  set (f, text);
  send_packets (f, 1000, STEP_US);
  finish (f);
  g_assert_cmpuint (first->len, ==, f->numbers->len);
  base = g_array_index (f->numbers, guint, 0) - g_array_index (first, guint, 0);
  for (guint i = 0; i < first->len; i++)
    g_assert_cmpuint (g_array_index (first, guint, i) + base, ==,
        g_array_index (f->numbers, guint, i));
}

static void
test_freed_with_packets (Fixture *f, gconstpointer data)
{
  set (f, "delay=60000");
  send_packets (f, 10, STEP_US);
  sfu_bottle_line_get_stats (f->line, &f->stats);
  g_assert_cmpuint (f->stats.waiting, ==, 10);
}

static void
test_settings_good (void)
{
  SfuBottleSettings s;
  GError *error = NULL;

  sfu_bottle_settings_init (&s);
  g_assert_cmpfloat (s.burst_length, ==, 5);
  sfu_bottle_settings_parse (&s,
      "loss=2.5, burst=10,burst-length=3,delay=100,jitter=0.5,reorder,"
      "duplicate=1,rate=500,queue=200,blackout=10..20",
      &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (s.loss, ==, 0.025);
  g_assert_cmpfloat (s.burst, ==, 0.1);
  g_assert_cmpfloat (s.burst_length, ==, 3);
  g_assert_cmpint (s.delay_us, ==, MS (100));
  g_assert_cmpint (s.jitter_us, ==, 500);
  g_assert_true (s.reorder);
  g_assert_cmpfloat (s.duplicate, ==, 0.01);
  g_assert_cmpuint (s.rate_bps, ==, 500000);
  g_assert_cmpint (s.queue_us, ==, MS (200));
  g_assert_cmpint (s.blackout_from_us, ==, MS (10));
  g_assert_cmpint (s.blackout_to_us, ==, MS (20));
  g_assert_true (s.blackout_set);

  sfu_bottle_settings_parse (&s, "reorder=no", &error);
  g_assert_no_error (error);
  g_assert_false (s.reorder);
  g_assert_false (s.blackout_set);
  g_assert_cmpfloat (s.loss, ==, 0.025);
  sfu_bottle_settings_parse (&s, "clean,delay=1", &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (s.loss, ==, 0);
  g_assert_cmpint (s.delay_us, ==, MS (1));
  sfu_bottle_settings_parse (&s, "", &error);
  g_assert_no_error (error);
}

static void
test_settings_bad (void)
{
  static const gchar *const texts[] = {
    "los=5",
    "loss",
    "loss=",
    "loss=x",
    "loss=5x",
    "loss=-1",
    "loss=101",
    "loss=nan",
    "loss=inf",
    "burst=95",
    "burst-length=0.5",
    "delay=60001",
    "delay=-1",
    "rate=-1",
    "blackout",
    "blackout=",
    "blackout=20..10",
    "blackout=1..x",
    "reorder=maybe",
    "clean=1",
    "=",
    "=1",
    "loss=1,jitter=x",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    SfuBottleSettings before, after;
    g_autoptr (GError) error = NULL;

    sfu_bottle_settings_init (&before);
    after = before;
    g_test_message ("%s", texts[i]);
    g_assert_false (sfu_bottle_settings_parse (&after, texts[i], &error));
    g_assert_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE);
    g_assert_cmpmem (&before, sizeof before, &after, sizeof after);
  }
}

#define ADD(name, func)                                                        \
  g_test_add ("/bottle/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("clean", test_clean);
  ADD ("loss", test_loss);
  ADD ("bursts", test_bursts);
  ADD ("duplicates", test_duplicates);
  ADD ("delay-in-order", test_delay_in_order);
  ADD ("delay-reordered", test_delay_reordered);
  ADD ("rate", test_rate);
  ADD ("rate-that-suffices", test_rate_that_suffices);
  ADD ("blackout", test_blackout);
  ADD ("same-again", test_same_again);
  ADD ("freed-with-packets", test_freed_with_packets);
  g_test_add_func ("/bottle/settings-good", test_settings_good);
  g_test_add_func ("/bottle/settings-bad", test_settings_bad);
  return g_test_run ();
}
