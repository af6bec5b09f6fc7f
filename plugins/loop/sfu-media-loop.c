/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The media thread. What the thread runs on is a Core of its own, so that it
 * needs no reference to the object: dropping the last reference of the object
 * is what ends the thread.
 *
 * One turn: wait for and dispatch the sources, run what is in the mailbox, run
 * the flush hooks by phase. The mailbox is no GSource, because g_main_context
 * would dispatch it beside or after the sockets by priority; here it gets its
 * turn after each burst, however busy the sockets are.
 *
 * Threads: the mailbox is under its lock; hooks and everything else in Core
 * belong to the media thread. */
#include "sfu-media-loop.h"

#include <errno.h>
#include <sys/resource.h>

#include "sfu-deadline-heap.h"
#include "sfu-packet-pool.h"

GST_DEBUG_CATEGORY_STATIC (sfu_media_loop_debug);
#define GST_CAT_DEFAULT sfu_media_loop_debug

/* What Linux shows of a thread's name; pthread_setname_np refuses more. */
#define THREAD_NAME_MAX 15
#define CONTEXT_FIELD "media-loop"
/* The longest turn is reported over this: sfu_media_loop_longest_us. */
#define WINDOW_US G_USEC_PER_SEC

typedef struct _Call Call;
struct _Call {
  Call *next;
  GFunc func;
  gpointer data;
  GDestroyNotify destroy;
  gboolean *done; /* of a waiting caller, whose stack the Call lives on */
};

typedef struct {
  gatomicrefcount refs;
  GMainContext *context; /* owned */

  GMutex lock;
  GCond call_done;    /* some waiting caller's func has run */
  Call *first, *last; /* in order of the calls */
  gboolean stop;      /* set once, by the object's end */

  SfuDeadlineHeap *deadlines; /* owned */

  /* Media thread. */
  SfuFlushHooks hooks;
  gint64 window_start_us;
  gint64 window_longest_us;

  /* Written by the media thread alone, read by any. */
  guint64 iterations;
  gint64 longest_us;
} Core;

struct _SfuMediaLoop {
  GObject parent;
  Core *core;                     /* one reference; the thread has the other */
  GThread *thread;                /* owned */
  void (*waited) (gpointer data); /* NULL = nobody wants to know */
  gpointer waited_data;           /* borrowed */
};

G_DEFINE_TYPE_WITH_CODE (SfuMediaLoop, sfu_media_loop, G_TYPE_OBJECT,
    GST_DEBUG_CATEGORY_INIT (sfu_media_loop_debug, "sfuloop", 0, "media loop"))

/* The loop whose thread this is. */
static __thread Core *current;
/* When poll returned: a turn is measured without the time it slept. */
static __thread gint64 woken_us;

static void
core_unref (Core *core)
{
  if (!g_atomic_ref_count_dec (&core->refs))
    return;
  sfu_flush_hooks_clear (&core->hooks);
  sfu_deadline_heap_free (core->deadlines);
  g_main_context_unref (core->context);
  g_cond_clear (&core->call_done);
  g_mutex_clear (&core->lock);
  g_free (core);
}

static gint
poll_and_note_time (GPollFD *fds, guint n_fds, gint timeout_ms)
{
  gint n = g_poll (fds, n_fds, timeout_ms);

  woken_us = g_get_monotonic_time ();
  return n;
}

static Core *
core_new (void)
{
  Core *core = g_new0 (Core, 1);

  g_atomic_ref_count_init (&core->refs);
  core->context = g_main_context_new ();
  core->deadlines = sfu_deadline_heap_new (core->context);
  g_main_context_set_poll_func (core->context, poll_and_note_time);
  g_mutex_init (&core->lock);
  g_cond_init (&core->call_done);
  sfu_flush_hooks_init (&core->hooks);
  return core;
}

static void
core_post (Core *core, Call *call)
{
  gboolean was_empty;

  g_mutex_lock (&core->lock);
  was_empty = core->first == NULL;
  if (was_empty)
    core->first = call;
  else
    core->last->next = call;
  core->last = call;
  g_mutex_unlock (&core->lock);
  /* The thread itself looks before it waits again. */
  if (was_empty && current != core)
    g_main_context_wakeup (core->context);
}

static void
run_call (Core *core, Call *call)
{
  gboolean *done = call->done;

  call->func (call->data, NULL);
  if (call->destroy)
    call->destroy (call->data);
  if (!done) {
    g_free (call);
    return;
  }
  g_mutex_lock (&core->lock);
  *done = TRUE;
  g_cond_broadcast (&core->call_done);
  g_mutex_unlock (&core->lock);
}

/* What is posted while the mailbox runs waits for the next turn, so that a
 * func that posts itself cannot keep the sockets waiting. */
static void
run_mailbox (Core *core)
{
  Call *call, *next;

  g_mutex_lock (&core->lock);
  call = core->first;
  core->first = core->last = NULL;
  g_mutex_unlock (&core->lock);
  for (; call; call = next) {
    next = call->next;
    run_call (core, call);
  }
}

static void
account_turn (Core *core)
{
  gint64 now_us = g_get_monotonic_time ();
  gint64 took_us = now_us - woken_us;

  if (now_us - core->window_start_us >= WINDOW_US) {
    __atomic_store_n (
        &core->longest_us, core->window_longest_us, __ATOMIC_RELAXED);
    core->window_longest_us = 0;
    core->window_start_us = now_us;
  }
  core->window_longest_us = MAX (core->window_longest_us, took_us);
  __atomic_store_n (&core->iterations, core->iterations + 1, __ATOMIC_RELAXED);
}

typedef enum { TURN_WAIT, TURN_AT_ONCE, TURN_NONE } Turn;

static Turn
next_turn (Core *core)
{
  Turn turn = TURN_WAIT;

  g_mutex_lock (&core->lock);
  if (core->first || sfu_flush_hooks_are_queued (&core->hooks))
    turn = TURN_AT_ONCE;
  else if (core->stop)
    turn = TURN_NONE;
  g_mutex_unlock (&core->lock);
  return turn;
}

static gpointer
media_thread (gpointer data)
{
  Core *core = data;
  Turn turn = TURN_WAIT;

  current = core;
  woken_us = core->window_start_us = g_get_monotonic_time ();
  g_main_context_push_thread_default (core->context);
  sfu_packet_pool_open ();
  while (turn != TURN_NONE) {
    g_main_context_iteration (core->context, turn == TURN_WAIT);
    run_mailbox (core);
    sfu_flush_hooks_run (&core->hooks);
    account_turn (core);
    turn = next_turn (core);
  }
  sfu_packet_pool_close ();
  g_main_context_pop_thread_default (core->context);
  current = NULL;
  core_unref (core);
  return NULL;
}

static void
sfu_media_loop_finalize (GObject *object)
{
  SfuMediaLoop *self = SFU_MEDIA_LOOP (object);
  Core *core = self->core;

  GST_DEBUG ("loop=%p ends", self);
  g_mutex_lock (&core->lock);
  core->stop = TRUE;
  g_mutex_unlock (&core->lock);
  g_main_context_wakeup (core->context);
  if (current == core)
    g_thread_unref (self->thread); /* it ends after this turn */
  else
    g_thread_join (self->thread);
  core_unref (core);
  G_OBJECT_CLASS (sfu_media_loop_parent_class)->finalize (object);
}

static void
sfu_media_loop_class_init (SfuMediaLoopClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sfu_media_loop_finalize;
}

static void
sfu_media_loop_init (SfuMediaLoop *self)
{
  self->core = core_new ();
}

SfuMediaLoop *
sfu_media_loop_new (const gchar *name)
{
  SfuMediaLoop *self;
  gchar visible[THREAD_NAME_MAX + 1];

  g_return_val_if_fail (name != NULL, NULL);
  self = g_object_new (SFU_TYPE_MEDIA_LOOP, NULL);
  g_strlcpy (visible, name, sizeof visible);
  g_atomic_ref_count_inc (&self->core->refs);
  self->thread = g_thread_new (visible, media_thread, self->core);
  GST_DEBUG ("loop=%p thread=%s starts", self, visible);
  return self;
}

typedef struct {
  gint steps;
  gint errnum; /* out; 0: it is done */
} Ahead;

/* Linux has a nice value for each thread; 0 is the caller's. */
static void
set_ahead (gpointer data, gpointer unused)
{
  Ahead *ahead = data;

  errno = 0;
  ahead->errnum = setpriority (PRIO_PROCESS, 0,
                      getpriority (PRIO_PROCESS, 0) - ahead->steps) == 0
      ? 0
      : errno;
}

gboolean
sfu_media_loop_set_ahead (SfuMediaLoop *self, guint steps, GError **error)
{
  Ahead ahead = { (gint)steps, 0 };

  g_return_val_if_fail (SFU_IS_MEDIA_LOOP (self), FALSE);
  sfu_media_loop_call (self, set_ahead, &ahead);
  if (ahead.errnum == 0)
    return TRUE;
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (ahead.errnum),
      "the media thread cannot go %u steps of nice before others: %s", steps,
      g_strerror (ahead.errnum));
  return FALSE;
}

SfuMediaLoop *
sfu_media_loop_get_default (void)
{
  static GMutex lock;
  static GWeakRef weak;
  SfuMediaLoop *self;

  g_mutex_lock (&lock);
  self = g_weak_ref_get (&weak);
  if (!self) {
    self = sfu_media_loop_new ("sfu-media");
    g_weak_ref_set (&weak, self);
  }
  g_mutex_unlock (&lock);
  return self;
}

GMainContext *
sfu_media_loop_get_context (SfuMediaLoop *self)
{
  return self->core->context;
}

SfuDeadlineHeap *
sfu_media_loop_get_deadlines (SfuMediaLoop *self)
{
  return self->core->deadlines;
}

gboolean
sfu_media_loop_is_self (SfuMediaLoop *self)
{
  return current == self->core;
}

void
sfu_media_loop_invoke (
    SfuMediaLoop *self, GFunc func, gpointer data, GDestroyNotify destroy)
{
  Call *call;

  g_return_if_fail (SFU_IS_MEDIA_LOOP (self));
  g_return_if_fail (func != NULL);
  call = g_new0 (Call, 1);
  call->func = func;
  call->data = data;
  call->destroy = destroy;
  core_post (self->core, call);
}

void
sfu_media_loop_call (SfuMediaLoop *self, GFunc func, gpointer data)
{
  gboolean done = FALSE;
  Call call = { .func = func, .data = data, .done = &done };
  Core *core;

  g_return_if_fail (SFU_IS_MEDIA_LOOP (self));
  g_return_if_fail (func != NULL);
  core = self->core;
  if (current == core) {
    func (data, NULL);
    return;
  }
  /* "The media thread itself never waits": not for another loop's either, or
   * two loops that call each other stop for ever. */
  g_return_if_fail (current == NULL);
  core_post (core, &call);
  g_mutex_lock (&core->lock);
  while (!done)
    g_cond_wait (&core->call_done, &core->lock);
  g_mutex_unlock (&core->lock);
  if (self->waited)
    self->waited (self->waited_data);
}

void
sfu_media_loop_set_waited (
    SfuMediaLoop *self, void (*func) (gpointer data), gpointer data)
{
  g_return_if_fail (SFU_IS_MEDIA_LOOP (self));
  self->waited = func;
  self->waited_data = data;
}

void
sfu_media_loop_queue_flush (SfuMediaLoop *self, SfuFlushHook *hook)
{
  g_return_if_fail (sfu_media_loop_is_self (self));
  g_return_if_fail (hook->phase < SFU_FLUSH_PHASES);
  sfu_flush_hooks_queue (&self->core->hooks, hook);
}

void
sfu_media_loop_gather (SfuMediaLoop *self, SfuFlushHook *hook)
{
  g_return_if_fail (sfu_media_loop_is_self (self));
  g_return_if_fail (hook->phase == SFU_FLUSH_TRANSPORTS);
  sfu_flush_hooks_gather (&self->core->hooks, hook);
}

void
sfu_media_loop_cancel_flush (SfuMediaLoop *self, SfuFlushHook *hook)
{
  g_return_if_fail (sfu_media_loop_is_self (self));
  sfu_flush_hooks_cancel (&self->core->hooks, hook);
}

/* g_timeout_source_new counts in ms; this is the same in µs. */
typedef struct {
  GSource parent;
  gint64 interval_us;
} Timer;

static gboolean
timer_dispatch (GSource *source, GSourceFunc func, gpointer data)
{
  Timer *self = (Timer *)source;
  gint64 next_us = g_source_get_ready_time (source) + self->interval_us;
  gint64 now_us = g_source_get_time (source);

  /* Keep the rhythm, but do not catch up what was missed. */
  if (next_us <= now_us)
    next_us = now_us + self->interval_us;
  g_source_set_ready_time (source, next_us);
  return func (data);
}

static GSourceFuncs timer_funcs = { .dispatch = timer_dispatch };

GSource *
sfu_media_loop_add_timer (
    SfuMediaLoop *self, gint64 interval_us, GSourceFunc func, gpointer data)
{
  GSource *source;

  g_return_val_if_fail (SFU_IS_MEDIA_LOOP (self), NULL);
  g_return_val_if_fail (interval_us > 0, NULL);
  source = g_source_new (&timer_funcs, sizeof (Timer));
  ((Timer *)source)->interval_us = interval_us;
  g_source_set_static_name (source, "sfu-timer");
  g_source_set_callback (source, func, data, NULL);
  g_source_set_ready_time (source, g_get_monotonic_time () + interval_us);
  g_source_attach (source, self->core->context);
  return source;
}

static void
destroy_source (gpointer data, gpointer unused)
{
  g_source_destroy (data);
}

void
sfu_media_loop_remove_timer (SfuMediaLoop *self, GSource *timer)
{
  /* on the media thread, so that it is not running */
  sfu_media_loop_call (self, destroy_source, timer);
  g_source_unref (timer);
}

guint64
sfu_media_loop_iterations (SfuMediaLoop *self)
{
  return __atomic_load_n (&self->core->iterations, __ATOMIC_RELAXED);
}

gint64
sfu_media_loop_longest_us (SfuMediaLoop *self)
{
  return __atomic_load_n (&self->core->longest_us, __ATOMIC_RELAXED);
}

SfuMediaLoop *
sfu_media_loop_from_context (GstContext *context)
{
  SfuMediaLoop *self = NULL;

  if (!gst_context_has_context_type (context, SFU_MEDIA_LOOP_CONTEXT))
    return NULL;
  gst_structure_get (gst_context_get_structure (context), CONTEXT_FIELD,
      SFU_TYPE_MEDIA_LOOP, &self, NULL);
  return self;
}

GstContext *
sfu_media_loop_to_context (SfuMediaLoop *self)
{
  GstContext *context = gst_context_new (SFU_MEDIA_LOOP_CONTEXT, TRUE);

  gst_structure_set (gst_context_writable_structure (context), CONTEXT_FIELD,
      SFU_TYPE_MEDIA_LOOP, self, NULL);
  return context;
}
