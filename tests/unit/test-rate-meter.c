/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rate meter: a steady stream reads exactly, silence fades, gaps empty it.
 *
 * Threads: one. */
#include "sfu-rate-meter.h"
#include "test-util.h"

#define SECOND G_GINT64_CONSTANT (1000000)
#define MS(n) ((gint64)(n)*1000)

static void
test_steady (void)
{
  SfuRateMeter meter;

  sfu_rate_meter_init (&meter, SECOND);
  g_assert_cmpuint (sfu_rate_meter_bps (&meter, 5 * SECOND), ==, 0);
  for (guint ms = 0; ms < 3000; ms++) {
    sfu_rate_meter_add (&meter, 125, MS (ms)); /* 1 Mbit/s */
    if (ms >= 1000) {
      guint64 bps = sfu_rate_meter_bps (&meter, MS (ms + 1) - 1);

      g_assert_cmpuint (bps, >=, 999000);
      g_assert_cmpuint (bps, <=, 1001000);
    }
  }
}

static void
test_fades (void)
{
  SfuRateMeter meter;
  guint64 before = G_MAXUINT64;

  sfu_rate_meter_init (&meter, SECOND);
  for (guint ms = 0; ms < 1000; ms += 10)
    sfu_rate_meter_add (&meter, 100, MS (ms));
  for (guint ms = 1000; ms < 2000; ms += 100) {
    guint64 bps = sfu_rate_meter_bps (&meter, MS (ms));

    g_assert_cmpuint (bps, <, before);
    before = bps;
  }
  g_assert_cmpuint (sfu_rate_meter_bps (&meter, MS (1900)), ==, 0);
  g_assert_cmpuint (sfu_rate_meter_bps (&meter, MS (3600000)), ==, 0);
}

static void
test_gap_and_late (void)
{
  SfuRateMeter meter;

  sfu_rate_meter_init (&meter, SECOND);
  sfu_rate_meter_add (&meter, 1000000, 0);
  sfu_rate_meter_add (&meter, 1000, 100 * SECOND); /* an hour of nothing */
  sfu_rate_meter_add (&meter, 7000, 100 * SECOND - MS (500));
  sfu_rate_meter_add (&meter, 1000000, 99 * SECOND); /* out of the window */
  g_assert_cmpuint (
      sfu_rate_meter_bps (&meter, 100 * SECOND + MS (100) - 1), ==, 64000);
}

static void
test_tiny_window (void)
{
  SfuRateMeter meter;

  sfu_rate_meter_init (&meter, 0);
  sfu_rate_meter_add (&meter, 1, 5);
  g_assert_cmpuint (sfu_rate_meter_bps (&meter, 5), >, 0);
  g_assert_cmpuint (sfu_rate_meter_bps (&meter, 50), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rate-meter/steady", test_steady);
  g_test_add_func ("/rate-meter/fades", test_fades);
  g_test_add_func ("/rate-meter/gap-and-late", test_gap_and_late);
  g_test_add_func ("/rate-meter/tiny-window", test_tiny_window);
  return g_test_run ();
}
