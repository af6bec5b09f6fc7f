/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Draining: what is let in, when it is over, and that it can be taken back.
 * Deadlines are those of real servers: tests/server/test-life.c.
 *
 * Threads: one. */
#include "sfu-drain.h"

#include "sfu-error.h"

static void
count (gpointer owner)
{
  ++*(guint *)owner;
}

/* All that is due. */
static void
run_loop (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
assert_admits (SfuDrain *drain, gboolean wanted)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (sfu_drain_admit (drain, &error) == wanted);
  if (wanted)
    g_assert_no_error (error);
  else
    g_assert_error (error, SFU_ERROR, SFU_ERROR_DRAINING);
}

static void
test_over_when_empty (void)
{
  g_autoptr (SfuDrain) drain = sfu_drain_new ();
  SfuDrainOrder order = { .exit = TRUE, .deadline_s = 600 };
  SfuDrainStatus status;
  guint n_over = 0;

  sfu_drain_set_over (drain, count, &n_over);
  sfu_drain_count (drain, 2);
  assert_admits (drain, TRUE);
  sfu_drain_begin (drain, &order);
  assert_admits (drain, FALSE);
  sfu_drain_get_status (drain, &status);
  g_assert_true (status.on && status.exit);
  g_assert_cmpuint (status.n_rooms, ==, 2);
  g_assert_cmpint (status.remaining_s, >, 0);
  g_assert_cmpint (status.remaining_s, <=, 600);
  sfu_drain_count (drain, 1);
  run_loop ();
  g_assert_cmpuint (n_over, ==, 0);
  sfu_drain_count (drain, 0);
  /* Never from inside. */
  g_assert_cmpuint (n_over, ==, 0);
  run_loop ();
  g_assert_cmpuint (n_over, ==, 1);
}

static void
test_empty_already (void)
{
  g_autoptr (SfuDrain) drain = sfu_drain_new ();
  SfuDrainOrder order = { .exit = TRUE };
  guint n_over = 0;

  sfu_drain_set_over (drain, count, &n_over);
  sfu_drain_begin (drain, &order);
  run_loop ();
  g_assert_cmpuint (n_over, ==, 1);
}

static void
test_stays_without_exit (void)
{
  g_autoptr (SfuDrain) drain = sfu_drain_new ();
  SfuDrainOrder order = { .deadline_s = 1 };
  SfuDrainStatus status;
  guint n_over = 0;

  sfu_drain_set_over (drain, count, &n_over);
  sfu_drain_begin (drain, &order);
  sfu_drain_count (drain, 1);
  sfu_drain_count (drain, 0);
  run_loop ();
  g_assert_cmpuint (n_over, ==, 0);
  sfu_drain_get_status (drain, &status);
  g_assert_true (status.on && !status.exit);
  g_assert_cmpint (status.remaining_s, ==, -1);
  sfu_drain_cancel (drain);
  assert_admits (drain, TRUE);
  sfu_drain_cancel (drain);
}

/* Also between the last room and the loop. */
static void
test_cancel_in_time (void)
{
  g_autoptr (SfuDrain) drain = sfu_drain_new ();
  SfuDrainOrder order = { .exit = TRUE };
  guint n_over = 0;

  sfu_drain_set_over (drain, count, &n_over);
  sfu_drain_count (drain, 1);
  sfu_drain_begin (drain, &order);
  sfu_drain_count (drain, 0);
  sfu_drain_cancel (drain);
  run_loop ();
  g_assert_cmpuint (n_over, ==, 0);
}

/* The second order counts. */
static void
test_new_order (void)
{
  g_autoptr (SfuDrain) drain = sfu_drain_new ();
  SfuDrainOrder stay = { 0 }, leave = { .exit = TRUE };
  guint n_over = 0;

  sfu_drain_set_over (drain, count, &n_over);
  sfu_drain_begin (drain, &stay);
  run_loop ();
  sfu_drain_begin (drain, &leave);
  run_loop ();
  g_assert_cmpuint (n_over, ==, 1);
}

/* Nobody listens: it is still draining. */
static void
test_nobody (void)
{
  g_autoptr (SfuDrain) drain = sfu_drain_new ();
  SfuDrainOrder order = { .exit = TRUE };

  sfu_drain_begin (drain, &order);
  run_loop ();
  assert_admits (drain, FALSE);
  sfu_drain_free (NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/drain/over-when-empty", test_over_when_empty);
  g_test_add_func ("/drain/empty-already", test_empty_already);
  g_test_add_func ("/drain/stays-without-exit", test_stays_without_exit);
  g_test_add_func ("/drain/cancel-in-time", test_cancel_in_time);
  g_test_add_func ("/drain/new-order", test_new_order);
  g_test_add_func ("/drain/nobody", test_nobody);
  return g_test_run ();
}
