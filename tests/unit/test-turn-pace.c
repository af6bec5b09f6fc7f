/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SfuTurnPace: who waits, for how long, and that a loop with it goes on.
 *
 * Threads: main only. */
#include "sfu-turn-pace.h"

static void
test_waits (void)
{
  static const struct {
    const gchar *what;
    guint n_fds;
    gint64 since_us;
    gint timeout_ms;
    gint64 wait_us;
  } cases[] = {
    { "few clients", 4, 0, -1, 40 },
    { "many clients", 150, 0, -1, 1500 },
    { "a part has passed", 150, 150, -1, 1350 },
    { "all has passed", 150, 1500, -1, 0 },
    { "idle", 150, 5000000, -1, 0 },
    { "more than anybody shall wait", 100000, 0, -1, 2000 },
    { "a timer is due first", 180, 0, 1, 1000 },
    { "a timer is due later", 180, 0, 7, 1800 },
    { "something is ready", 150, 0, 0, 1500 },
    { "the clock went backwards", 200, -1, -1, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_test_message ("%s", cases[i].what);
    g_assert_cmpint (sfu_turn_pace_wait_us (cases[i].n_fds, cases[i].since_us,
                         cases[i].timeout_ms),
        ==, cases[i].wait_us);
  }
}

static gboolean
count_down (gpointer data)
{
  return --*(guint *)data > 0 ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static void
test_loop (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GSource) idle = g_idle_source_new ();
  g_autoptr (GSource) timer = g_timeout_source_new (1);
  guint turns = 100, ticks = 3;

  sfu_turn_pace_install (context);
  g_source_set_callback (idle, count_down, &turns, NULL);
  g_source_set_callback (timer, count_down, &ticks, NULL);
  g_source_attach (idle, context);
  g_source_attach (timer, context);
  while (turns > 0 || ticks > 0)
    g_main_context_iteration (context, TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/turn-pace/waits", test_waits);
  g_test_add_func ("/turn-pace/loop", test_loop);
  return g_test_run ();
}
