/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SfuWorkerLoad: what is measured, and who gets the next room.
 *
 * Threads: main only. */
#include "sfu-worker-load.h"

#define LOOK_US 200000

/* As if it had used percent of a core for so long. */
static void
run (SfuWorkerLoad *load, gint64 *now_us, gdouble percent, gint64 time_us)
{
  for (gint64 end_us = *now_us + time_us; *now_us < end_us;) {
    *now_us += LOOK_US;
    sfu_worker_load_sample (load, *now_us,
        load->cpu_us + (gint64)(percent / 100 * LOOK_US), load->n_streams,
        load->rss);
  }
}

static void
test_cpu (void)
{
  SfuWorkerLoad load = { 0 };
  gint64 now_us = G_USEC_PER_SEC;

  /* what it used before it was looked at says nothing about now */
  sfu_worker_load_sample (&load, now_us, 5000000, 7, 1 << 20);
  g_assert_cmpfloat (load.cpu_percent, ==, 0);
  g_assert_cmpuint (load.n_streams, ==, 7);
  g_assert_cmpint (load.rss, ==, 1 << 20);
  run (&load, &now_us, 40, 10 * G_USEC_PER_SEC);
  g_assert_cmpfloat_with_epsilon (load.cpu_percent, 40, 0.1);
  run (&load, &now_us, 80, LOOK_US);
  g_assert_cmpfloat (load.cpu_percent, >, 41);
  g_assert_cmpfloat (load.cpu_percent, <, 60);
  run (&load, &now_us, 0, 10 * G_USEC_PER_SEC);
  g_assert_cmpfloat_with_epsilon (load.cpu_percent, 0, 0.1);
}

/* What a broken worker writes is only a number. */
static void
test_nonsense (void)
{
  static const gint64 values[] = { G_MAXINT64, G_MININT64, 0, -1, G_MAXINT64 };
  SfuWorkerLoad load = { 0 }, other = { 0 };
  gint64 now_us = G_USEC_PER_SEC;

  for (guint i = 0; i < G_N_ELEMENTS (values); i++) {
    sfu_worker_load_sample (&load, now_us, values[i] / 2, 0, values[i]);
    g_assert_cmpfloat (load.cpu_percent, >=, 0);
    g_assert_cmpfloat (load.cpu_percent, <=, 100000);
    sfu_worker_load_compare (&load, &other);
    now_us += LOOK_US;
  }
  sfu_worker_load_sample (&load, now_us - LOOK_US, 0, 0, 0); /* no time */
}

static void
test_compare (void)
{
  static const struct {
    SfuWorkerLoad a, b;
    gint order;
  } cases[] = {
    { { 0 }, { 0 }, 0 },
    { { .cpu_percent = 40 }, { .cpu_percent = 60 }, -1 },
    /* CPU decides against all else, when there is a difference */
    { { .cpu_percent = 40, .n_streams = 900, .n_rooms = 90 },
        { .cpu_percent = 60 }, -1 },
    { { .cpu_percent = 40.4, .n_streams = 9 },
        { .cpu_percent = 41.2, .n_streams = 8 }, 1 },
    { { .n_streams = 8, .n_rooms = 3 }, { .n_streams = 8, .n_rooms = 2 }, 1 },
    { { .reserved = 10 }, { .cpu_percent = 5 }, 1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    gint order = sfu_worker_load_compare (&cases[i].a, &cases[i].b);
    gint back = sfu_worker_load_compare (&cases[i].b, &cases[i].a);

    g_assert_cmpint (order, ==, cases[i].order);
    g_assert_cmpint (back, ==, -cases[i].order);
  }
}

/* Rooms that come all at once, before any of them has used anything. */
static void
test_burst (void)
{
  SfuWorkerLoad loads[3] = { 0 };
  gint64 now_us = G_USEC_PER_SEC;

  loads[2].cpu_percent = 20;
  for (guint i = 0; i < 10; i++) {
    guint best = 0;

    for (guint j = 1; j < G_N_ELEMENTS (loads); j++)
      if (sfu_worker_load_compare (&loads[j], &loads[best]) < 0)
        best = j;
    sfu_worker_load_add_room (&loads[best]);
  }
  g_assert_cmpuint (loads[0].n_rooms, ==, 5);
  g_assert_cmpuint (loads[1].n_rooms, ==, 4);
  g_assert_cmpuint (loads[2].n_rooms, ==, 1);
  /* what they cost is seen by then */
  sfu_worker_load_sample (&loads[0], now_us, 0, 0, 0);
  run (&loads[0], &now_us, 0, 20 * G_USEC_PER_SEC);
  g_assert_cmpfloat_with_epsilon (loads[0].reserved, 0, 0.1);
  for (guint i = 0; i < 7; i++)
    sfu_worker_load_remove_room (&loads[0]);
  g_assert_cmpuint (loads[0].n_rooms, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/worker-load/cpu", test_cpu);
  g_test_add_func ("/worker-load/nonsense", test_nonsense);
  g_test_add_func ("/worker-load/compare", test_compare);
  g_test_add_func ("/worker-load/burst", test_burst);
  return g_test_run ();
}
