/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Frame numbers of dependency descriptors over the end of 16 bits and over
 * switches.
 *
 * Threads: one. */
#include "sfu-frame-numbers.h"

static void
test_spans (void)
{
  static const struct {
    gboolean resync;
    guint16 in, expect;
  } steps[] = {
    { FALSE, 500, 65534 }, /* the first is where they begin */
    { FALSE, 501, 65535 },
    { FALSE, 503, 1 }, /* one was left out: its place stays free */
    { FALSE, 502, 0 }, /* it came late */
    { FALSE, 504, 2 }, { TRUE, 3, 3 },   /* another encoding, numbered below */
    { FALSE, 4, 4 }, { TRUE, 65535, 5 }, /* and another, about to begin anew */
    { FALSE, 0, 6 }, { FALSE, 1, 7 },
    { TRUE, 1, 8 }, /* the same again: a publisher that restarted */
  };
  SfuFrameNumbers numbers;

  sfu_frame_numbers_init (&numbers, 65534);
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++) {
    g_test_message ("step %u", i);
    if (steps[i].resync)
      sfu_frame_numbers_resync (&numbers);
    g_assert_cmpuint (
        sfu_frame_numbers_forward (&numbers, steps[i].in), ==, steps[i].expect);
    g_assert_cmpuint (
        sfu_frame_numbers_lookup (&numbers, steps[i].in), ==, steps[i].expect);
  }
}

/* Whatever comes: a new span is numbered behind all before it, and inside one
 * every distance is the publisher's. */
static void
test_distances (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (9);
  SfuFrameNumbers numbers;
  guint16 newest = 99;

  sfu_frame_numbers_init (&numbers, 100);
  for (guint span = 0; span < 2000; span++) {
    guint16 in = (guint16)g_rand_int (rand);
    guint16 begin, out;

    sfu_frame_numbers_resync (&numbers);
    begin = sfu_frame_numbers_forward (&numbers, in);
    g_assert_cmpuint (begin, ==, (guint16)(newest + 1));
    newest = begin;
    for (guint i = 0; i < 20; i++) {
      guint16 step = (guint16)g_rand_int_range (rand, 0, 40);

      out = sfu_frame_numbers_forward (&numbers, (guint16)(in + step));
      g_assert_cmpuint (out, ==, (guint16)(begin + step));
      if ((gint16)(out - newest) > 0)
        newest = out;
    }
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/frame-numbers/spans", test_spans);
  g_test_add_func ("/frame-numbers/distances", test_distances);
  return g_test_run ();
}
