/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who has something to send, gathered: one source of the loop looks after all of
 * them. A source for each would cost more than the sending, since every one that
 * watches a descriptor wakes the loop when it comes, runs and goes.
 *
 * Threads: the server's one thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What is sent later waits so long for company: nobody sees that, and when a
 * hundred people enter a room it is half a dozen messages at a time. */
#define SFU_FLUSH_LATER_MS 40

/* Part of its owner. */
typedef struct {
  void (*flush) (gpointer owner);
  gpointer owner; /* borrowed */
  GQueue *queue;  /* the one it is in; NULL = none */
  GList link;     /* data: the item */
} SfuFlushItem;

void sfu_flush_item_init (
    SfuFlushItem *item, void (*flush) (gpointer owner), gpointer owner);
/* In the next turn of the loop. */
void sfu_flush_soon (SfuFlushItem *item);
/* In SFU_FLUSH_LATER_MS at the latest, unless it is to be sooner already. */
void sfu_flush_later (SfuFlushItem *item);
/* Not any more. From anywhere, flush included. */
void sfu_flush_forget (SfuFlushItem *item);

G_END_DECLS
