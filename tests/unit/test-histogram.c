/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Histograms: which bucket, and what is no value.
 *
 * Threads: one. */
#include "sfu-histogram.h"

#include <float.h>
#include <math.h>
#include <string.h>

static void
test_buckets (void)
{
  static const gdouble bounds[] = { 0.0, 0.1, 1.0 };
  static const struct {
    gdouble value;
    guint bucket;
  } cases[] = {
    { -1, 0 },
    { 0, 0 },
    { 0.05, 1 },
    { 0.1, 1 },                    /* up to and with the bound */
    { 0.1 + DBL_EPSILON / 16, 2 }, /* the next number above */
    { 1.0, 2 },
    { 1.5, 3 },
    { INFINITY, 3 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    SfuHistogram histogram = { { 0 } };

    g_test_message ("%g", cases[i].value);
    sfu_histogram_observe (
        &histogram, bounds, G_N_ELEMENTS (bounds), cases[i].value);
    g_assert_cmpuint (histogram.counts[cases[i].bucket], ==, 1);
    g_assert_cmpuint (
        sfu_histogram_count (&histogram, G_N_ELEMENTS (bounds)), ==, 1);
    g_assert_true (histogram.sum == cases[i].value);
  }
}

static void
test_no_number (void)
{
  SfuHistogram histogram = { { 0 } };
  gdouble bound = 1;

  sfu_histogram_observe (&histogram, &bound, 1, NAN);
  g_assert_cmpuint (sfu_histogram_count (&histogram, 1), ==, 0);
  sfu_histogram_observe (&histogram, &bound, 1, 0.25);
  sfu_histogram_observe (&histogram, &bound, 1, 2);
  g_assert_cmpuint (sfu_histogram_count (&histogram, 1), ==, 2);
  g_assert_cmpfloat (histogram.sum, ==, 2.25);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/histogram/buckets", test_buckets);
  g_test_add_func ("/histogram/no-number", test_no_number);
  return g_test_run ();
}
