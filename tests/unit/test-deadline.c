/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Deadlines fire in their order, on the media thread, and not after they were
 * switched off or freed.
 *
 * Threads: the test's, the media thread, and setters of their own. */
#include "sfu-deadline.h"

#define MANY 500
#define WAIT_US (5 * G_USEC_PER_SEC)

typedef struct {
  SfuMediaLoop *loop;
  GMutex lock;
  GCond fired;
  guint n; /* under lock: how many fired */
  gint64 last_at_us;
  gboolean in_order;
  gboolean on_loop;
} Log;

typedef struct {
  Log *log;
  SfuDeadline *deadline;
  gint64 at_us;
  guint again; /* how often it sets itself once more */
  gboolean free_itself;
  guint n;
} Item;

static void
log_init (Log *log)
{
  log->loop = sfu_media_loop_new ("test");
  g_mutex_init (&log->lock);
  g_cond_init (&log->fired);
  log->n = 0;
  log->last_at_us = 0;
  log->in_order = log->on_loop = TRUE;
}

static void
log_clear (Log *log)
{
  g_object_unref (log->loop);
  g_mutex_clear (&log->lock);
  g_cond_clear (&log->fired);
}

static void
on_deadline (gpointer data)
{
  Item *item = data;
  Log *log = item->log;

  g_mutex_lock (&log->lock);
  log->on_loop &= sfu_media_loop_is_self (log->loop);
  log->in_order &= item->at_us >= log->last_at_us;
  log->in_order &= g_get_monotonic_time () >= item->at_us;
  log->last_at_us = item->at_us;
  item->n++;
  log->n++;
  g_cond_signal (&log->fired);
  g_mutex_unlock (&log->lock);
  if (item->again > 0) {
    item->again--;
    sfu_deadline_set (item->deadline, item->at_us);
  }
  if (item->free_itself)
    sfu_deadline_free (g_steal_pointer (&item->deadline));
}

static void
wait_for (Log *log, guint n)
{
  gint64 end_us = g_get_monotonic_time () + WAIT_US;

  g_mutex_lock (&log->lock);
  while (log->n < n)
    g_assert_true (g_cond_wait_until (&log->fired, &log->lock, end_us));
  g_mutex_unlock (&log->lock);
}

static void
nothing (gpointer data, gpointer unused)
{
}

static void
test_order (void)
{
  Item items[MANY] = { 0 };
  gint64 start_us;
  Log log;
  guint i, kept = 0;
  GRand *rand = g_rand_new_with_seed (7);

  log_init (&log);
  start_us = g_get_monotonic_time () + 200 * 1000;
  for (i = 0; i < MANY; i++) {
    items[i].log = &log;
    items[i].at_us = start_us + g_rand_int_range (rand, 0, 30) * 1000;
    items[i].deadline = sfu_deadline_new (log.loop, on_deadline, &items[i]);
    /* first somewhere else, so that setting again moves it both ways */
    sfu_deadline_set (
        items[i].deadline, start_us + g_rand_int_range (rand, 0, 60) * 1000);
  }
  for (i = 0; i < MANY; i++) {
    gboolean keep = g_rand_boolean (rand);
    sfu_deadline_set (
        items[i].deadline, keep ? items[i].at_us : SFU_DEADLINE_NEVER);
    kept += keep;
  }
  wait_for (&log, kept);
  for (i = 0; i < MANY; i++)
    sfu_deadline_free (items[i].deadline);
  g_assert_cmpuint (log.n, ==, kept);
  g_assert_true (log.in_order);
  g_assert_true (log.on_loop);
  g_rand_free (rand);
  log_clear (&log);
}

static void
test_again_and_itself (void)
{
  Log log;
  Item item = { &log, NULL, 0, 3, FALSE, 0 };
  Item last = { &log, NULL, 0, 0, TRUE, 0 };

  log_init (&log);
  item.at_us = g_get_monotonic_time (); /* due at once, four times */
  item.deadline = sfu_deadline_new (log.loop, on_deadline, &item);
  sfu_deadline_set (item.deadline, item.at_us);
  wait_for (&log, 4);
  sfu_deadline_free (item.deadline);
  g_assert_cmpuint (item.n, ==, 4);
  last.at_us = g_get_monotonic_time ();
  last.deadline = sfu_deadline_new (log.loop, on_deadline, &last);
  sfu_deadline_set (last.deadline, last.at_us);
  wait_for (&log, 5);
  sfu_media_loop_call (log.loop, nothing, NULL); /* its func has returned */
  g_assert_null (last.deadline);
  log_clear (&log);
}

static gpointer
set_and_free (gpointer data)
{
  Log *log = data;
  guint i;

  for (i = 0; i < MANY; i++) {
    Item item = { log, NULL, 0, 0, FALSE, 0 };
    item.deadline = sfu_deadline_new (log->loop, on_deadline, &item);
    sfu_deadline_set (item.deadline, g_get_monotonic_time () + i % 50);
    sfu_deadline_free (item.deadline); /* item dies now: func must not run */
  }
  return NULL;
}

static void
test_threads (void)
{
  GThread *threads[3];
  Log log;
  guint i;

  log_init (&log);
  for (i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("setter", set_and_free, &log);
  for (i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_true (log.on_loop);
  log_clear (&log);
}

#define MAX_FDS 8

/* Its own wake-up is the only descriptor that this loop has. */
static gboolean
is_woken (SfuMediaLoop *loop)
{
  GMainContext *context = sfu_media_loop_get_context (loop);
  GPollFD fds[MAX_FDS];
  gint timeout, priority, n;

  g_assert_true (g_main_context_acquire (context));
  g_main_context_prepare (context, &priority);
  n = g_main_context_query (context, priority, &timeout, fds, MAX_FDS);
  g_main_context_release (context);
  g_assert_cmpint (n, >=, 1);
  g_assert_cmpint (n, <=, MAX_FDS);
  return g_poll (fds, (guint)n, 0) > 0;
}

static void
set_on_thread (gpointer data, gpointer unused)
{
  Item *item = data;
  gint64 now_us = g_get_monotonic_time ();

  sfu_deadline_set (item->deadline, now_us + 20 * WAIT_US);
  sfu_deadline_set (item->deadline, now_us + 10 * WAIT_US);
  sfu_deadline_set (item->deadline, SFU_DEADLINE_NEVER);
  g_assert_false (is_woken (item->log->loop));
}

/* The media thread looks before it waits again: to wake itself would cost a write,
 * a read and a poll for each packet that sets a deadline. */
static void
test_sets_without_waking (void)
{
  Item item = { 0 };
  Log log;

  log_init (&log);
  item.log = &log;
  item.deadline = sfu_deadline_new (log.loop, on_deadline, &item);
  sfu_media_loop_call (log.loop, set_on_thread, &item);
  sfu_deadline_free (item.deadline);
  log_clear (&log);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/deadline/order", test_order);
  g_test_add_func ("/deadline/again-and-itself", test_again_and_itself);
  g_test_add_func ("/deadline/threads", test_threads);
  g_test_add_func ("/deadline/sets-without-waking", test_sets_without_waking);
  return g_test_run ();
}
