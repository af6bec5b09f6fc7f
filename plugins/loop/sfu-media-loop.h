/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The media thread: one GMainContext whose sources are sockets and timers,
 * whose mailbox is invoke/call, and which after every iteration (a read burst,
 * a timer, a mailbox run) calls the flush hooks that were queued in it, so that
 * what came in as a burst goes out as one.
 *
 * Threads: any thread may invoke and call; everything else belongs to the media
 * thread, as said at each function. */
#pragma once

#include <gst/gst.h>
#include "sfu-flush-hooks.h"

G_BEGIN_DECLS

#define SFU_TYPE_MEDIA_LOOP (sfu_media_loop_get_type ())
G_DECLARE_FINAL_TYPE (SfuMediaLoop, sfu_media_loop, SFU, MEDIA_LOOP, GObject)

/* Type of the GstContext that hands the loop to elements; its structure has
 * one field "media-loop" of SFU_TYPE_MEDIA_LOOP. */
#define SFU_MEDIA_LOOP_CONTEXT "sfu.media-loop"

/* Starts the thread; name is the thread's (15 bytes at most are visible). */
SfuMediaLoop *sfu_media_loop_new (const gchar *name);
/* The process-wide loop of elements that were given none. New reference. Held
 * weakly: when its last user drops it the thread ends, and the next call makes
 * another, so that an application that closed its rooms is left without a
 * thread. */
SfuMediaLoop *sfu_media_loop_get_default (void);
/* Last reference dropped: the thread ends after the mailbox has run, and the
 * drop waits for that unless it happens on the media thread itself. Sources
 * still attached are destroyed without being dispatched. Who posts a func that
 * uses the loop gives it a reference of its own. */

GMainContext *sfu_media_loop_get_context (SfuMediaLoop *self);
gboolean sfu_media_loop_is_self (SfuMediaLoop *self);

/* Run func (data) on the media thread, soon, in order of the calls. */
void sfu_media_loop_invoke (
    SfuMediaLoop *self, GFunc func, gpointer data, GDestroyNotify destroy);
/* The same, and wait until it has run. On the media thread: at once. The media
 * thread itself never waits for another thread. func's second argument is
 * NULL in both. */
void sfu_media_loop_call (SfuMediaLoop *self, GFunc func, gpointer data);

/* func is called after each call that had to wait, on the thread that waited: it
 * is busy, and does not hang. Before there are other threads. */
void sfu_media_loop_set_waited (
    SfuMediaLoop *self, void (*func) (gpointer data), gpointer data);

/* Puts the media thread so many steps of nice(2) before the others of the process,
 * so that packets do not wait while a hundred people join. FALSE: the process may
 * not (CAP_SYS_NICE or RLIMIT_NICE), and nothing has changed. Any thread; once. */
gboolean sfu_media_loop_set_ahead (
    SfuMediaLoop *self, guint steps, GError **error);

/* See sfu-flush-hooks.h; once per iteration. Media thread. */
void sfu_media_loop_queue_flush (SfuMediaLoop *self, SfuFlushHook *hook);
/* The same for SFU_FLUSH_TRANSPORTS, whose hook has one packet more to send. When
 * that makes too many, the hooks of this phase and the next run now. */
void sfu_media_loop_gather (SfuMediaLoop *self, SfuFlushHook *hook);
/* Takes a queued hook out again, before its owner dies. Media thread. */
void sfu_media_loop_cancel_flush (SfuMediaLoop *self, SfuFlushHook *hook);

/* func every interval_us until it returns G_SOURCE_REMOVE or the source is
 * destroyed. Any thread. Returns a new reference: g_source_destroy + unref. */
GSource *sfu_media_loop_add_timer (
    SfuMediaLoop *self, gint64 interval_us, GSourceFunc func, gpointer data);

/* Destroys and unrefs what add_timer returned. When it returns, func does not
 * run and never will. Not under a lock that func takes. Any thread. */
void sfu_media_loop_remove_timer (SfuMediaLoop *self, GSource *timer);

/* Statistics: iterations, and the longest one of the last second in µs. */
guint64 sfu_media_loop_iterations (SfuMediaLoop *self);
/* A turn is measured from the moment poll returns; of a loop that sleeps it is
 * the last second in which it ran. */
gint64 sfu_media_loop_longest_us (SfuMediaLoop *self);

/* For elements: the loop of a context message/query, NULL if it is not one.
 * New reference. */
SfuMediaLoop *sfu_media_loop_from_context (GstContext *context);
GstContext *sfu_media_loop_to_context (SfuMediaLoop *self);

G_END_DECLS
