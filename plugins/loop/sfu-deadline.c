/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A binary heap by time; each deadline knows its place in it, so that setting
 * one again costs a few swaps.
 *
 * Threads: the heap's mutex guards the array and the places; it is a leaf. */
#include "sfu-deadline.h"

#include "sfu-deadline-heap.h"

#define NOT_IN_HEAP G_MAXUINT

struct _SfuDeadline {
  SfuMediaLoop *loop;    /* owned: keeps the heap alive */
  SfuDeadlineHeap *heap; /* the loop's */
  void (*func) (gpointer data);
  gpointer data;
  /* under the heap's lock */
  gint64 at_us; /* SFU_DEADLINE_NEVER = not in the heap */
  guint place;  /* index in the heap, or NOT_IN_HEAP */
};

/* No ready time: g_source_set_ready_time wakes the thread even when it is the
 * thread itself that calls, which then polls once more for nothing. */
typedef struct {
  GSource parent;
  SfuDeadlineHeap *heap; /* borrowed: owns us */
} Source;

struct _SfuDeadlineHeap {
  GSource *source;       /* owned; ready when the first one is due */
  GMainContext *context; /* borrowed: outlives us */
  GMutex lock;
  GPtrArray *heap; /* of borrowed SfuDeadline, the earliest first */
};

/* ---- the heap, under the lock ---- */

static SfuDeadline *
at (SfuDeadlineHeap *self, guint place)
{
  return g_ptr_array_index (self->heap, place);
}

static void
put (SfuDeadlineHeap *self, guint place, SfuDeadline *deadline)
{
  self->heap->pdata[place] = deadline;
  deadline->place = place;
}

static void
sift_up (SfuDeadlineHeap *self, guint place)
{
  SfuDeadline *moved = at (self, place);

  while (place > 0) {
    guint parent = (place - 1) / 2;
    if (at (self, parent)->at_us <= moved->at_us)
      break;
    put (self, place, at (self, parent));
    place = parent;
  }
  put (self, place, moved);
}

static void
sift_down (SfuDeadlineHeap *self, guint place)
{
  SfuDeadline *moved = at (self, place);
  guint n = self->heap->len;

  for (;;) {
    guint child = 2 * place + 1;
    if (child >= n)
      break;
    if (child + 1 < n && at (self, child + 1)->at_us < at (self, child)->at_us)
      child++;
    if (at (self, child)->at_us >= moved->at_us)
      break;
    put (self, place, at (self, child));
    place = child;
  }
  put (self, place, moved);
}

static void
take_out (SfuDeadlineHeap *self, SfuDeadline *deadline)
{
  guint place = deadline->place;
  guint last = self->heap->len - 1;
  SfuDeadline *filler = at (self, last);

  g_ptr_array_set_size (self->heap, last);
  deadline->place = NOT_IN_HEAP;
  deadline->at_us = SFU_DEADLINE_NEVER;
  if (filler == deadline)
    return;
  put (self, place, filler);
  sift_up (self, place);
  sift_down (self, filler->place);
}

static gint64
first_us (SfuDeadlineHeap *self)
{
  return self->heap->len > 0 ? at (self, 0)->at_us : SFU_DEADLINE_NEVER;
}

/* ---- firing ---- */

static SfuDeadline *
take_due (SfuDeadlineHeap *self, gint64 now_us)
{
  SfuDeadline *due = NULL;

  g_mutex_lock (&self->lock);
  if (self->heap->len > 0 && at (self, 0)->at_us <= now_us) {
    due = at (self, 0);
    take_out (self, due);
  }
  g_mutex_unlock (&self->lock);
  return due;
}

static gint64
get_first_us (SfuDeadlineHeap *self)
{
  gint64 us;

  g_mutex_lock (&self->lock);
  us = first_us (self);
  g_mutex_unlock (&self->lock);
  return us;
}

static gboolean
check (GSource *source)
{
  gint64 us = get_first_us (((Source *)source)->heap);

  return us != SFU_DEADLINE_NEVER && us <= g_source_get_time (source);
}

/* Rounded up, so that it is due when poll comes back. */
static gboolean
prepare (GSource *source, gint *timeout_ms)
{
  gint64 us = get_first_us (((Source *)source)->heap);
  gint64 now_us = g_source_get_time (source);

  *timeout_ms = us == SFU_DEADLINE_NEVER
      ? -1
      : (gint)CLAMP ((us - now_us + 999) / 1000, 0, G_MAXINT);
  return *timeout_ms == 0;
}

/* A func that sets itself to a time that has passed fires in the next turn, so
 * that it cannot keep the sockets waiting: now_us is of this turn's start. */
static gboolean
dispatch (GSource *source, GSourceFunc unused, gpointer data)
{
  SfuDeadlineHeap *self = data;
  gint64 now_us = g_source_get_time (source);
  guint budget;
  SfuDeadline *due;

  g_mutex_lock (&self->lock);
  budget = self->heap->len;
  g_mutex_unlock (&self->lock);
  /* freeing happens on this thread too, so due lives until its func returns */
  while (budget-- > 0 && (due = take_due (self, now_us)))
    due->func (due->data);
  return G_SOURCE_CONTINUE;
}

static gboolean
never_called (gpointer unused)
{
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs source_funcs = {
  .prepare = prepare,
  .check = check,
  .dispatch = dispatch,
};

SfuDeadlineHeap *
sfu_deadline_heap_new (GMainContext *context)
{
  SfuDeadlineHeap *self = g_new0 (SfuDeadlineHeap, 1);

  g_mutex_init (&self->lock);
  self->heap = g_ptr_array_new ();
  self->context = context;
  self->source = g_source_new (&source_funcs, sizeof (Source));
  ((Source *)self->source)->heap = self;
  g_source_set_static_name (self->source, "sfu-deadlines");
  g_source_set_callback (self->source, never_called, self, NULL);
  g_source_attach (self->source, context);
  return self;
}

void
sfu_deadline_heap_free (SfuDeadlineHeap *self)
{
  g_assert (self->heap->len == 0);
  g_source_destroy (self->source);
  g_source_unref (self->source);
  g_ptr_array_unref (self->heap);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* ---- one deadline ---- */

SfuDeadline *
sfu_deadline_new (
    SfuMediaLoop *loop, void (*func) (gpointer data), gpointer data)
{
  SfuDeadline *self = g_new0 (SfuDeadline, 1);

  self->loop = g_object_ref (loop);
  self->heap = sfu_media_loop_get_deadlines (loop);
  self->func = func;
  self->data = data;
  self->at_us = SFU_DEADLINE_NEVER;
  self->place = NOT_IN_HEAP;
  return self;
}

/* Under the lock. The media thread itself looks before it waits again; it need
 * not hear of what comes later than what it waits for, either. */
static gboolean
must_wake (SfuDeadline *self, gint64 waits_for_us)
{
  gint64 us = first_us (self->heap);

  return us != SFU_DEADLINE_NEVER && !sfu_media_loop_is_self (self->loop) &&
      (waits_for_us == SFU_DEADLINE_NEVER || us < waits_for_us);
}

void
sfu_deadline_set (SfuDeadline *self, gint64 at_us)
{
  SfuDeadlineHeap *heap = self->heap;
  gint64 waits_for_us;
  gboolean wake;

  g_mutex_lock (&heap->lock);
  if (at_us == self->at_us) { /* mostly: never, once a received packet */
    g_mutex_unlock (&heap->lock);
    return;
  }
  waits_for_us = first_us (heap);
  if (self->place != NOT_IN_HEAP)
    take_out (heap, self);
  self->at_us = at_us;
  if (at_us >= 0) {
    g_ptr_array_add (heap->heap, self);
    sift_up (heap, heap->heap->len - 1);
  }
  wake = must_wake (self, waits_for_us);
  g_mutex_unlock (&heap->lock);
  if (wake)
    g_main_context_wakeup (heap->context);
}

static void
switch_off (gpointer data, gpointer unused)
{
  sfu_deadline_set (data, SFU_DEADLINE_NEVER);
}

void
sfu_deadline_free (SfuDeadline *self)
{
  if (!self)
    return;
  /* On the media thread, so that func is not running. */
  sfu_media_loop_call (self->loop, switch_off, self);
  g_object_unref (self->loop);
  g_free (self);
}
