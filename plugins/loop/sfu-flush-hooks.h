/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What has to happen at the end of a turn of the media loop, by phases, so that
 * what came in as a burst goes out as one: hooks embedded in their owners, queued
 * at most once, run in the order of their phases, inside a phase in the order of
 * queueing.
 *
 * Threads: the media thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* So many packets gathered, and they go out before more are: of a burst for
 * hundreds the first receivers do not wait for the last, and what was written is
 * encrypted while it is still in the cache. As many as one sendmmsg takes. */
#define SFU_FLUSH_GATHERED_MAX 64

typedef enum {
  SFU_FLUSH_PRODUCERS,  /* pass the collected lists on */
  SFU_FLUSH_TRANSPORTS, /* protect and hand to the socket */
  SFU_FLUSH_SOCKETS,    /* sendmmsg */
  SFU_FLUSH_PHASES
} SfuFlushPhase;

typedef struct {
  void (*func) (gpointer data);
  gpointer data;
  SfuFlushPhase phase;
  gboolean queued; /* private */
} SfuFlushHook;

/* Private to plugins/loop. */
typedef struct {
  GPtrArray *queued[SFU_FLUSH_PHASES]; /* of borrowed SfuFlushHook; one that was
                                        * cancelled leaves NULL in its place */
  guint next[SFU_FLUSH_PHASES];
  guint phase;    /* whose hooks run; SFU_FLUSH_PHASES: none do */
  guint gathered; /* packets since SFU_FLUSH_TRANSPORTS ran */
} SfuFlushHooks;

void sfu_flush_hooks_init (SfuFlushHooks *self);
void sfu_flush_hooks_clear (SfuFlushHooks *self);
/* A hook may queue hooks of its own or a later phase. */
void sfu_flush_hooks_queue (SfuFlushHooks *self, SfuFlushHook *hook);
void sfu_flush_hooks_gather (SfuFlushHooks *self, SfuFlushHook *hook);
void sfu_flush_hooks_cancel (SfuFlushHooks *self, SfuFlushHook *hook);
void sfu_flush_hooks_run (SfuFlushHooks *self);
/* Only a hook that queued an earlier phase leaves something. */
gboolean sfu_flush_hooks_are_queued (const SfuFlushHooks *self);

G_END_DECLS
