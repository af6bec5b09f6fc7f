/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SfuWatchdog: who hangs, and who only waits for a CPU.
 *
 * Threads: main only. */
#include "sfu-watchdog.h"

#include <unistd.h>

#define LOOK_US 200000
#define MS 1000
#define MS_IN_NS 1000000

static void
test_looks (void)
{
  static const struct {
    const gchar *what;
    gint64 passed_us; /* since the last look */
    gint64 beats;
    guint64 waited_ns;
    gint64 silent_us;
  } looks[] = {
    { "the first", 0, 0, 0, 0 },
    { "not started yet", LOOK_US, 0, 0, LOOK_US },
    { "alive", LOOK_US, 2, 0, 0 },
    { "alive", LOOK_US, 4, 0, 0 },
    { "silent", LOOK_US, 4, 1000 * MS_IN_NS, 200 * MS },
    { "asleep", LOOK_US, 4, 1000 * MS_IN_NS, 400 * MS },
    { "a little busy", LOOK_US, 4, 1050 * MS_IN_NS, 600 * MS },
    { "alive again", LOOK_US, 5, 1060 * MS_IN_NS, 0 },
    { "silent", LOOK_US, 5, 1100 * MS_IN_NS, 200 * MS },
    { "starved", LOOK_US, 5, 1290 * MS_IN_NS, 220 * MS },
    { "starved", LOOK_US, 5, 1390 * MS_IN_NS, 240 * MS },
    { "not known", LOOK_US, 5, 0, 440 * MS },
    { "alive", LOOK_US, 6, 0, 0 },
    /* the looker was away: nobody's beats are missing for so long */
    { "late", 100 * LOOK_US, 6, 0, 200 * MS },
    { "early", LOOK_US / 4, 6, 0, 250 * MS },
    { "backwards", LOOK_US, 1, 0, 0 },
  };
  SfuWatchdog dog;
  gint64 now_us = 1;

  sfu_watchdog_init (&dog);
  for (guint i = 0; i < G_N_ELEMENTS (looks); i++) {
    gint64 silent_us;

    now_us += looks[i].passed_us;
    silent_us = sfu_watchdog_look (
        &dog, now_us, LOOK_US, looks[i].beats, looks[i].waited_ns);
    if (silent_us != looks[i].silent_us)
      g_error ("%u (%s): %d", i, looks[i].what, (gint)silent_us);
  }
}

static void
test_worried (void)
{
  SfuWatchdog dog;

  sfu_watchdog_init (&dog);
  g_assert_false (sfu_watchdog_is_worried (&dog, 0));
  sfu_watchdog_look (&dog, 1, LOOK_US, 7, 0);
  g_assert_true (sfu_watchdog_is_worried (&dog, 7));
  g_assert_false (sfu_watchdog_is_worried (&dog, 8));
}

static void
test_read (void)
{
  guint64 before = sfu_watchdog_read_waited (getpid ());

  g_assert_cmpuint (sfu_watchdog_read_waited (0), ==, 0);
  /* How long it has waited is not ours to say; it never gets less. */
  g_assert_cmpuint (sfu_watchdog_read_waited (getpid ()), >=, before);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/watchdog/looks", test_looks);
  g_test_add_func ("/watchdog/worried", test_worried);
  g_test_add_func ("/watchdog/read", test_read);
  return g_test_run ();
}
