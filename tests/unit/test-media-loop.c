/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SfuMediaLoop: order of mailbox and hooks, waiting calls, timers, the end of
 * the thread.
 *
 * Threads: the test's, the loop's, and the callers some tests start. */
#include <gst/gst.h>
#include "sfu-media-loop.h"

#include <sys/resource.h>

#define CALLERS 4
#define CALLS_EACH 500

/* ---- mailbox ---- */

typedef struct {
  GArray *order; /* of gint, written on the media thread */
  gint value;
  SfuMediaLoop *loop;
} Note;

static void
note_value (gpointer data, gpointer unused)
{
  Note *note = data;

  g_assert_null (unused);
  g_assert_true (sfu_media_loop_is_self (note->loop));
  g_array_append_val (note->order, note->value);
}

static void
nothing (gpointer data, gpointer unused)
{
}

static void
test_invoke_keeps_order (void)
{
  g_autoptr (SfuMediaLoop) loop = sfu_media_loop_new ("order");
  g_autoptr (GArray) order = g_array_new (FALSE, FALSE, sizeof (gint));

  g_assert_false (sfu_media_loop_is_self (loop));
  for (gint i = 0; i < 1000; i++) {
    Note *note = g_new (Note, 1);

    *note = (Note){ order, i, loop };
    sfu_media_loop_invoke (loop, note_value, note, g_free);
  }
  /* A call stands behind everything that was invoked before. */
  sfu_media_loop_call (loop, nothing, NULL);
  g_assert_cmpuint (order->len, ==, 1000);
  for (gint i = 0; i < 1000; i++)
    g_assert_cmpint (g_array_index (order, gint, i), ==, i);
}

static void
call_inside (gpointer data, gpointer unused)
{
  Note *outer = data;
  Note inner = { outer->order, 2, outer->loop };
  Note *later = g_new (Note, 1);

  *later = (Note){ outer->order, 4, outer->loop };
  outer->value = 1;
  note_value (outer, NULL);
  sfu_media_loop_invoke (outer->loop, note_value, later, g_free);
  sfu_media_loop_call (outer->loop, note_value, &inner);
  outer->value = 3;
  note_value (outer, NULL);
}

/* On the media thread call runs at once, invoke after what runs now. */
static void
test_call_on_media_thread (void)
{
  g_autoptr (SfuMediaLoop) loop = sfu_media_loop_new ("inside");
  g_autoptr (GArray) order = g_array_new (FALSE, FALSE, sizeof (gint));
  Note outer = { order, 0, loop };

  sfu_media_loop_call (loop, call_inside, &outer);
  sfu_media_loop_call (loop, nothing, NULL);
  g_assert_cmpuint (order->len, ==, 4);
  for (gint i = 0; i < 4; i++)
    g_assert_cmpint (g_array_index (order, gint, i), ==, i + 1);
}

typedef struct {
  SfuMediaLoop *loop;
  gint *sum;   /* media thread's, shared by all callers */
  gint before; /* this caller's */
} Caller;

static void
add_one (gpointer data, gpointer unused)
{
  Caller *self = data;

  (*self->sum)++;
  self->before++;
}

static gpointer
caller_thread (gpointer data)
{
  Caller *self = data;

  for (gint i = 0; i < CALLS_EACH; i++) {
    sfu_media_loop_call (self->loop, add_one, self);
    g_assert_cmpint (self->before, ==, i + 1);
  }
  return NULL;
}

static void
test_call_from_threads (void)
{
  g_autoptr (SfuMediaLoop) loop = sfu_media_loop_new ("callers");
  GThread *threads[CALLERS];
  Caller callers[CALLERS];
  gint sum = 0;

  for (guint i = 0; i < CALLERS; i++) {
    callers[i] = (Caller){ loop, &sum, 0 };
    threads[i] = g_thread_new ("caller", caller_thread, &callers[i]);
  }
  for (guint i = 0; i < CALLERS; i++)
    g_thread_join (threads[i]);
  g_assert_cmpint (sum, ==, CALLERS * CALLS_EACH);
}

/* ---- flush hooks ---- */

typedef struct {
  SfuMediaLoop *loop;
  GString *log;
  SfuFlushHook hooks[6];
} Flush;

static void
log_letter (Flush *self, gchar letter)
{
  g_string_append_c (self->log, letter);
}

#define HOOK(letter)                                                           \
  static void hook_##letter (gpointer data)                                    \
  {                                                                            \
    log_letter (data, #letter[0]);                                             \
  }
HOOK (b)
HOOK (c)
HOOK (e)
HOOK (f)

/* The first of its phase: queues one of its own, one of a later phase, and one
 * that is queued already. */
static void
hook_a (gpointer data)
{
  Flush *self = data;

  log_letter (self, 'a');
  sfu_media_loop_queue_flush (self->loop, &self->hooks[2]);
  sfu_media_loop_queue_flush (self->loop, &self->hooks[4]);
  sfu_media_loop_queue_flush (self->loop, &self->hooks[1]);
}

/* The last phase: an earlier one waits for the next turn. */
static void
hook_d (gpointer data)
{
  Flush *self = data;

  log_letter (self, 'd');
  sfu_media_loop_queue_flush (self->loop, &self->hooks[5]);
}

static void
queue_all (gpointer data, gpointer unused)
{
  Flush *self = data;

  self->hooks[0] = (SfuFlushHook){ hook_a, self, SFU_FLUSH_PRODUCERS };
  self->hooks[1] = (SfuFlushHook){ hook_b, self, SFU_FLUSH_PRODUCERS };
  self->hooks[2] = (SfuFlushHook){ hook_c, self, SFU_FLUSH_PRODUCERS };
  self->hooks[3] = (SfuFlushHook){ hook_d, self, SFU_FLUSH_SOCKETS };
  self->hooks[4] = (SfuFlushHook){ hook_e, self, SFU_FLUSH_TRANSPORTS };
  self->hooks[5] = (SfuFlushHook){ hook_f, self, SFU_FLUSH_PRODUCERS };
  sfu_media_loop_queue_flush (self->loop, &self->hooks[3]);
  sfu_media_loop_queue_flush (self->loop, &self->hooks[0]);
  sfu_media_loop_queue_flush (self->loop, &self->hooks[1]);
  sfu_media_loop_queue_flush (self->loop, &self->hooks[0]);
  log_letter (self, '.');
}

static void
test_flush_order (void)
{
  g_autoptr (SfuMediaLoop) loop = sfu_media_loop_new ("flush");
  g_autoptr (GString) log = g_string_new (NULL);
  Flush flush = { .loop = loop, .log = log };

  sfu_media_loop_call (loop, queue_all, &flush);
  /* The hooks run after the mailbox of this turn, f in the next. */
  sfu_media_loop_call (loop, nothing, NULL);
  sfu_media_loop_call (loop, nothing, NULL);
  g_assert_cmpstr (log->str, ==, ".abcedf");
  for (guint i = 0; i < G_N_ELEMENTS (flush.hooks); i++)
    g_assert_false (flush.hooks[i].queued);
}

static void
queue_and_cancel (gpointer data, gpointer unused)
{
  Flush *self = data;

  queue_all (self, NULL);
  sfu_media_loop_cancel_flush (self->loop, &self->hooks[0]);
  sfu_media_loop_cancel_flush (self->loop, &self->hooks[3]);
  sfu_media_loop_cancel_flush (self->loop, &self->hooks[3]);
}

static void
test_flush_cancel (void)
{
  g_autoptr (SfuMediaLoop) loop = sfu_media_loop_new ("cancel");
  g_autoptr (GString) log = g_string_new (NULL);
  Flush flush = { .loop = loop, .log = log };

  sfu_media_loop_call (loop, queue_and_cancel, &flush);
  sfu_media_loop_call (loop, nothing, NULL);
  g_assert_cmpstr (log->str, ==, ".b");
}

/* ---- timers ---- */

typedef struct {
  GMutex lock;
  GCond cond;
  guint count;
  guint stop_at;
} Ticks;

static gboolean
on_tick (gpointer data)
{
  Ticks *self = data;
  gboolean more;

  g_mutex_lock (&self->lock);
  more = ++self->count < self->stop_at;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
  return more ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static gboolean
wait_for_ticks (Ticks *self, guint count)
{
  gint64 deadline = g_get_monotonic_time () + 5 * G_TIME_SPAN_SECOND;
  gboolean ok = TRUE;

  g_mutex_lock (&self->lock);
  while (self->count < count && ok)
    ok = g_cond_wait_until (&self->cond, &self->lock, deadline);
  g_mutex_unlock (&self->lock);
  return ok;
}

static void
test_timer (void)
{
  g_autoptr (SfuMediaLoop) loop = sfu_media_loop_new ("timer");
  Ticks once = { .stop_at = 1 }, many = { .stop_at = G_MAXUINT };
  GSource *first, *second;
  gint64 start_us = g_get_monotonic_time ();

  first = sfu_media_loop_add_timer (loop, 300, on_tick, &once);
  second = sfu_media_loop_add_timer (loop, 500, on_tick, &many);
  g_assert_true (wait_for_ticks (&many, 21));
  g_assert_cmpint (g_get_monotonic_time () - start_us, >=, 21 * 500);
  g_assert_true (g_source_is_destroyed (first));
  g_assert_cmpuint (once.count, ==, 1);
  g_source_destroy (second);
  g_source_unref (first);
  g_source_unref (second);
  /* A turn is counted when it ends: that of the last tick may go on. */
  g_assert_cmpuint (sfu_media_loop_iterations (loop), >=, 20);
  g_clear_object (&loop);
}

/* ---- life ---- */

static void
on_loop_gone (gpointer data, GObject *where)
{
  g_atomic_int_inc ((gint *)data);
}

typedef struct {
  SfuMediaLoop *loop; /* owned: the last reference */
  gint *ran;
} LastDrop;

static void
drop_last (gpointer data, gpointer unused)
{
  LastDrop *self = data;

  g_clear_object (&self->loop);
  g_atomic_int_inc (self->ran);
}

static void
test_last_reference_on_media_thread (void)
{
  SfuMediaLoop *loop = sfu_media_loop_new ("a-name-longer-than-15-bytes");
  gint gone = 0, ran = 0;
  LastDrop drop = { loop, &ran };
  gint64 deadline = g_get_monotonic_time () + 5 * G_TIME_SPAN_SECOND;

  g_object_weak_ref (G_OBJECT (loop), on_loop_gone, &gone);
  sfu_media_loop_invoke (loop, drop_last, &drop, NULL);
  while (!g_atomic_int_get (&ran) && g_get_monotonic_time () < deadline)
    g_thread_yield ();
  g_assert_cmpint (g_atomic_int_get (&gone), ==, 1);
}

static void
count_one (gpointer data, gpointer unused)
{
  (*(gint *)data)++;
}

static void
test_end_runs_the_mailbox (void)
{
  SfuMediaLoop *loop = sfu_media_loop_new ("end");
  gint count = 0;

  for (guint i = 0; i < 100; i++)
    sfu_media_loop_invoke (loop, count_one, &count, NULL);
  g_object_unref (loop);
  g_assert_cmpint (count, ==, 100);
}

static void
test_default_is_shared_and_weak (void)
{
  SfuMediaLoop *one = sfu_media_loop_get_default ();
  SfuMediaLoop *two = sfu_media_loop_get_default ();
  gint gone = 0;

  g_assert_true (one == two);
  g_object_weak_ref (G_OBJECT (one), on_loop_gone, &gone);
  g_object_unref (one);
  g_assert_cmpint (gone, ==, 0);
  g_object_unref (two);
  g_assert_cmpint (gone, ==, 1);
  one = sfu_media_loop_get_default ();
  sfu_media_loop_call (one, nothing, NULL);
  g_object_unref (one);
}

static void
test_context (void)
{
  g_autoptr (SfuMediaLoop) loop = sfu_media_loop_new ("context");
  g_autoptr (GstContext) context = sfu_media_loop_to_context (loop);
  g_autoptr (GstContext) other = gst_context_new ("other", TRUE);
  g_autoptr (GstContext) empty = gst_context_new (SFU_MEDIA_LOOP_CONTEXT, TRUE);
  g_autoptr (SfuMediaLoop) back = sfu_media_loop_from_context (context);

  g_assert_true (back == loop);
  g_assert_null (sfu_media_loop_from_context (other));
  g_assert_null (sfu_media_loop_from_context (empty));
}

/* ---- who waits ---- */

static void
count_wait (gpointer n_waits)
{
  ++*(guint *)n_waits;
}

static void
call_inside_alone (gpointer loop, gpointer unused)
{
  sfu_media_loop_call (loop, nothing, NULL);
}

/* A call on the media thread itself waits for nobody. */
static void
test_waited (void)
{
  g_autoptr (SfuMediaLoop) loop = sfu_media_loop_new ("waited");
  guint n_waits = 0;

  sfu_media_loop_set_waited (loop, count_wait, &n_waits);
  sfu_media_loop_call (loop, nothing, NULL);
  g_assert_cmpuint (n_waits, ==, 1);
  sfu_media_loop_call (loop, call_inside_alone, loop);
  g_assert_cmpuint (n_waits, ==, 2);
  sfu_media_loop_set_waited (loop, NULL, NULL);
  sfu_media_loop_call (loop, nothing, NULL);
  g_assert_cmpuint (n_waits, ==, 2);
}

/* The niceness of this thread, and of the media thread. */
static void
read_nice (gpointer data, gpointer unused)
{
  *(gint *)data = getpriority (PRIO_PROCESS, 0);
}

static void
test_ahead (void)
{
  SfuMediaLoop *loop = sfu_media_loop_new ("ahead");
  GError *error = NULL;
  gint here, there;

  read_nice (&here, NULL);
  if (sfu_media_loop_set_ahead (loop, 1, &error)) {
    g_assert_no_error (error);
    sfu_media_loop_call (loop, read_nice, &there);
    g_assert_cmpint (there, ==, MAX (here - 1, -20));
  } else {
    g_assert_nonnull (error);
    g_clear_error (&error);
    sfu_media_loop_call (loop, read_nice, &there);
    g_assert_cmpint (there, ==, here);
    g_test_message ("not permitted here");
  }
  read_nice (&there, NULL);
  g_assert_cmpint (there, ==, here);
  g_object_unref (loop);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  g_test_add_func ("/media-loop/invoke-order", test_invoke_keeps_order);
  g_test_add_func ("/media-loop/call-inside", test_call_on_media_thread);
  g_test_add_func ("/media-loop/call-from-threads", test_call_from_threads);
  g_test_add_func ("/media-loop/waited", test_waited);
  g_test_add_func ("/media-loop/ahead", test_ahead);
  g_test_add_func ("/media-loop/flush-order", test_flush_order);
  g_test_add_func ("/media-loop/flush-cancel", test_flush_cancel);
  g_test_add_func ("/media-loop/timer", test_timer);
  g_test_add_func (
      "/media-loop/last-reference", test_last_reference_on_media_thread);
  g_test_add_func ("/media-loop/end-runs-mailbox", test_end_runs_the_mailbox);
  g_test_add_func ("/media-loop/default", test_default_is_shared_and_weak);
  g_test_add_func ("/media-loop/context", test_context);
  return g_test_run ();
}
