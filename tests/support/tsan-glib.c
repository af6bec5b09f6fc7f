/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tells ThreadSanitizer what orders threads in GLib and GStreamer. Both are the
 * system's, built without it; their locks are futexes and atomic operations
 * that it does not see, so that it takes everything they protect for a race.
 * Preloaded, each function here is called in place of the real one, does the
 * same, and says which object it acquired or released.
 *
 * Rather too many orders than too few: a reference count orders all who drop
 * one. What two threads do without any common object is still seen.
 *
 * Threads: any. */
#include <dlfcn.h>
#include <poll.h>
#include <gst/gst.h>

/* Weak: children that were built without the sanitizer load this, too. */
void __tsan_acquire (void *address) __attribute__ ((weak));
void __tsan_release (void *address) __attribute__ ((weak));

static void
acquire (gconstpointer object)
{
  if (__tsan_acquire)
    __tsan_acquire ((gpointer)object);
}

static void
release (gconstpointer object)
{
  if (__tsan_release)
    __tsan_release ((gpointer)object);
}

/* The real function, looked up once; the race between two lookups is benign
 * (both find the same), and atomic for the sanitizer. */
#define REAL(name)                                                             \
  static __typeof__ (name) *real;                                              \
  __typeof__ (name) *call = __atomic_load_n (&real, __ATOMIC_RELAXED);         \
  if (!call) {                                                                 \
    call = (__typeof__ (name) *)dlsym (RTLD_NEXT, #name);                      \
    __atomic_store_n (&real, call, __ATOMIC_RELAXED);                          \
  }

#define EXPORT __attribute__ ((visibility ("default")))

#define LOCK(name, type)                                                       \
  EXPORT void name (type *object)                                              \
  {                                                                            \
    REAL (name)                                                                \
    call (object);                                                             \
    acquire (object);                                                          \
  }
#define TRYLOCK(name, type)                                                    \
  EXPORT gboolean name (type *object)                                          \
  {                                                                            \
    REAL (name)                                                                \
    gboolean locked = call (object);                                           \
                                                                               \
    if (locked)                                                                \
      acquire (object);                                                        \
    return locked;                                                             \
  }
#define UNLOCK(name, type)                                                     \
  EXPORT void name (type *object)                                              \
  {                                                                            \
    REAL (name)                                                                \
    release (object);                                                          \
    call (object);                                                             \
  }

LOCK (g_mutex_lock, GMutex)
TRYLOCK (g_mutex_trylock, GMutex)
UNLOCK (g_mutex_unlock, GMutex)
LOCK (g_rec_mutex_lock, GRecMutex)
TRYLOCK (g_rec_mutex_trylock, GRecMutex)
UNLOCK (g_rec_mutex_unlock, GRecMutex)
LOCK (g_rw_lock_writer_lock, GRWLock)
TRYLOCK (g_rw_lock_writer_trylock, GRWLock)
UNLOCK (g_rw_lock_writer_unlock, GRWLock)
LOCK (g_rw_lock_reader_lock, GRWLock)
TRYLOCK (g_rw_lock_reader_trylock, GRWLock)
UNLOCK (g_rw_lock_reader_unlock, GRWLock)

EXPORT void
g_cond_wait (GCond *cond, GMutex *mutex)
{
  REAL (g_cond_wait)
  release (mutex);
  call (cond, mutex);
  acquire (mutex);
}

EXPORT gboolean
g_cond_wait_until (GCond *cond, GMutex *mutex, gint64 end_time)
{
  REAL (g_cond_wait_until)
  gboolean signalled;

  release (mutex);
  signalled = call (cond, mutex, end_time);
  acquire (mutex);
  return signalled;
}

/* ---- once ---- */

EXPORT
gboolean (g_once_init_enter) (volatile void *location)
{
  REAL (g_once_init_enter)
  gboolean mine = call (location);

  acquire ((gpointer)location);
  return mine;
}

EXPORT void (g_once_init_leave) (volatile void *location, gsize result)
{
  REAL (g_once_init_leave)
  release ((gpointer)location);
  call (location, result);
}

/* ---- reference counts: the last one sees what all others did ---- */

#define UNREF(name, type)                                                      \
  EXPORT void name (type object)                                               \
  {                                                                            \
    REAL (name)                                                                \
    release (object);                                                          \
    acquire (object);                                                          \
    call (object);                                                             \
  }

UNREF (g_object_unref, gpointer)
UNREF (gst_object_unref, gpointer)
UNREF (gst_mini_object_unref, GstMiniObject *)
UNREF (g_main_context_unref, GMainContext *)
UNREF (g_bytes_unref, GBytes *)
UNREF (g_ptr_array_unref, GPtrArray *)
UNREF (g_hash_table_unref, GHashTable *)

EXPORT
gpointer (g_object_ref) (gpointer object)
{
  REAL (g_object_ref)
  acquire (object);
  return call (object);
}

EXPORT
gpointer (g_weak_ref_get) (GWeakRef *weak)
{
  REAL (g_weak_ref_get)
  gpointer object = call (weak);

  acquire (weak);
  return object;
}

EXPORT void
g_weak_ref_set (GWeakRef *weak, gpointer object)
{
  REAL (g_weak_ref_set)
  release (weak);
  call (weak, object);
}

EXPORT
gboolean (g_atomic_ref_count_dec) (gatomicrefcount *count)
{
  REAL (g_atomic_ref_count_dec)
  gboolean last;

  release (count);
  last = call (count);
  acquire (count);
  return last;
}

/* ---- queues ---- */

EXPORT void
g_async_queue_push (GAsyncQueue *queue, gpointer data)
{
  REAL (g_async_queue_push)
  release (queue);
  call (queue, data);
}

EXPORT gpointer
g_async_queue_pop (GAsyncQueue *queue)
{
  REAL (g_async_queue_pop)
  gpointer data = call (queue);

  acquire (queue);
  return data;
}

EXPORT gpointer
g_async_queue_try_pop (GAsyncQueue *queue)
{
  REAL (g_async_queue_try_pop)
  gpointer data = call (queue);

  acquire (queue);
  return data;
}

EXPORT gpointer
g_async_queue_timeout_pop (GAsyncQueue *queue, guint64 timeout)
{
  REAL (g_async_queue_timeout_pop)
  gpointer data = call (queue, timeout);

  acquire (queue);
  return data;
}

/* ---- sources: what was there when one was attached or armed is seen by every
 * thread that comes back from poll; they share one order ---- */

static gchar sources;

EXPORT guint
g_source_attach (GSource *source, GMainContext *context)
{
  REAL (g_source_attach)
  release (&sources);
  return call (source, context);
}

EXPORT void
g_source_destroy (GSource *source)
{
  REAL (g_source_destroy)
  release (&sources);
  call (source);
}

EXPORT void
g_source_set_ready_time (GSource *source, gint64 ready_time)
{
  REAL (g_source_set_ready_time)
  release (&sources);
  call (source, ready_time);
}

EXPORT guint
g_idle_add_full (
    gint priority, GSourceFunc func, gpointer data, GDestroyNotify notify)
{
  REAL (g_idle_add_full)
  release (&sources);
  return call (priority, func, data, notify);
}

EXPORT guint
g_idle_add (GSourceFunc func, gpointer data)
{
  REAL (g_idle_add)
  release (&sources);
  return call (func, data);
}

EXPORT void
g_main_context_invoke_full (GMainContext *context, gint priority,
    GSourceFunc func, gpointer data, GDestroyNotify notify)
{
  REAL (g_main_context_invoke_full)
  release (&sources);
  call (context, priority, func, data, notify);
}

EXPORT void
g_main_context_wakeup (GMainContext *context)
{
  REAL (g_main_context_wakeup)
  release (&sources);
  call (context);
}

EXPORT int
poll (struct pollfd *fds, nfds_t n, int timeout_ms)
{
  REAL (poll)
  int ready = call (fds, n, timeout_ms);

  acquire (&sources);
  return ready;
}
