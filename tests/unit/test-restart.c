/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SfuRestart: how long to wait after each death.
 *
 * Threads: main only. */
#include "sfu-restart.h"

#define SECOND G_USEC_PER_SEC

static void
test_waits (void)
{
  static const struct {
    gint64 lived_us;
    guint wait_ms;
  } deaths[] = {
    { 0, 0 },
    { 0, 500 },
    { 4 * SECOND, 1000 },
    { 0, 2000 },
    { 0, 4000 },
    { 0, 8000 },
    { 0, 16000 },
    { 0, 30000 },
    { 0, 30000 },
    { SFU_RESTART_YOUNG_US, 0 }, /* it has been well */
    { 0, 0 },
    { 0, 500 },
  };
  SfuRestart restart = { 0 };
  gint64 now_us = SECOND;

  for (guint i = 0; i < G_N_ELEMENTS (deaths); i++) {
    gint64 born_us = now_us;

    now_us += deaths[i].lived_us;
    g_assert_cmpuint (
        sfu_restart_died (&restart, born_us, now_us), ==, deaths[i].wait_ms);
    now_us += deaths[i].wait_ms * 1000;
  }
}

/* A hundred deaths in a row are not a hundred forks in a moment. */
static void
test_no_storm (void)
{
  SfuRestart restart = { 0 };
  gint64 now_us = SECOND, end_us = now_us + 60 * SECOND;
  guint n = 0;

  while (now_us < end_us) {
    now_us +=
        sfu_restart_died (&restart, now_us, now_us) * G_GINT64_CONSTANT (1000);
    n++;
  }
  g_assert_cmpuint (n, <=, 10);
}

static void
test_looping (void)
{
  SfuRestart restart = { 0 };
  gint64 now_us = SECOND;

  g_assert_false (sfu_restart_is_looping (&restart, now_us));
  for (guint i = 1; i <= SFU_RESTART_LOOP_DEATHS; i++) {
    now_us += 10 * SECOND;
    sfu_restart_died (&restart, now_us - 10 * SECOND, now_us);
    g_assert_cmpint (sfu_restart_is_looping (&restart, now_us), ==,
        i == SFU_RESTART_LOOP_DEATHS);
  }
  /* the first of the three is a minute ago */
  now_us += SFU_RESTART_LOOP_US - 20 * SECOND;
  g_assert_false (sfu_restart_is_looping (&restart, now_us));
  g_assert_true (sfu_restart_is_looping (&restart, now_us - 1));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/restart/waits", test_waits);
  g_test_add_func ("/restart/no-storm", test_no_storm);
  g_test_add_func ("/restart/looping", test_looping);
  return g_test_run ();
}
