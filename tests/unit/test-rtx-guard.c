/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What keeps retransmissions in bounds: repeats within a round trip, bytes a
 * second.
 *
 * Threads: one. */
#include "sfu-rtx-guard.h"

#define MS(n) ((gint64)(n)*1000)
#define SIZE 1000
#define BPS 800000 /* 100 packets a second */

static void
test_repeat (void)
{
  static const struct {
    gint64 rtt_ms, after_ms;
    gboolean expect;
  } cases[] = {
    { 0, 0, TRUE },
    { 0, 19, TRUE },
    { 0, 20, FALSE },
    { 5, 19, TRUE },
    { 5, 20, FALSE },
    { 200, 20, TRUE },
    { 200, 199, TRUE },
    { 200, 200, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    SfuRtxGuard guard;

    g_test_message ("case %u", i);
    sfu_rtx_guard_init (&guard);
    sfu_rtx_guard_set_rtt (&guard, MS (cases[i].rtt_ms));
    g_assert_false (sfu_rtx_guard_is_repeat (&guard, 0, MS (1)));
    sfu_rtx_guard_sent (&guard, 0, MS (1));
    g_assert_cmpint (
        sfu_rtx_guard_is_repeat (&guard, 0, MS (1 + cases[i].after_ms)), ==,
        cases[i].expect);
    /* Only that number. */
    g_assert_false (sfu_rtx_guard_is_repeat (&guard, 1, MS (1)));
    g_assert_false (sfu_rtx_guard_is_repeat (&guard, SFU_RTX_MEMORY, MS (1)));
    g_assert_false (sfu_rtx_guard_is_repeat (&guard, 65535, MS (1)));
  }
}

/* The newest that shares a place is remembered. */
static void
test_memory (void)
{
  SfuRtxGuard guard;

  sfu_rtx_guard_init (&guard);
  for (guint i = 0; i < 70000; i++)
    sfu_rtx_guard_sent (&guard, (guint16)i, 0);
  for (guint i = 0; i < SFU_RTX_MEMORY; i++)
    g_assert_true (
        sfu_rtx_guard_is_repeat (&guard, (guint16)(69999 - i), MS (1)));
  g_assert_false (sfu_rtx_guard_is_repeat (
      &guard, (guint16)(69999 - SFU_RTX_MEMORY), MS (1)));
}

static guint
spend_all (SfuRtxGuard *guard, guint64 bps, gint64 now_us)
{
  guint n = 0;

  while (sfu_rtx_guard_spend (guard, SIZE, bps, now_us))
    g_assert_cmpuint (++n, <, 100000);
  return n;
}

static void
test_spend (void)
{
  SfuRtxGuard guard;

  sfu_rtx_guard_init (&guard);
  /* A second of it at once, though nothing was there before. */
  g_assert_cmpuint (spend_all (&guard, BPS, 0), ==, 100);
  g_assert_cmpuint (spend_all (&guard, BPS, MS (9)), ==, 0);
  g_assert_cmpuint (spend_all (&guard, BPS, MS (10)), ==, 1);
  g_assert_cmpuint (spend_all (&guard, BPS, MS (510)), ==, 50);
  /* Saved, but not for longer than a second. */
  g_assert_cmpuint (spend_all (&guard, BPS, MS (10000)), ==, 100);
  /* A stream that sends little still may ask. */
  g_assert_cmpuint (
      spend_all (&guard, 0, MS (20000)), ==, SFU_RTX_MIN_BPS / 8 / SIZE);
  /* A clock that stands still or goes back gives nothing. */
  g_assert_cmpuint (spend_all (&guard, BPS, MS (20000)), ==, 0);
  g_assert_cmpuint (spend_all (&guard, BPS, MS (19000)), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rtx-guard/repeat", test_repeat);
  g_test_add_func ("/rtx-guard/memory", test_memory);
  g_test_add_func ("/rtx-guard/spend", test_spend);
  return g_test_run ();
}
