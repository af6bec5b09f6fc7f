/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-flush.h.
 *
 * Threads: the server's one thread. */
#include "sfu-flush.h"

static GQueue soon = G_QUEUE_INIT, later = G_QUEUE_INIT;
static guint soon_id, later_id; /* while their queue is not empty */

void
sfu_flush_item_init (
    SfuFlushItem *item, void (*flush) (gpointer owner), gpointer owner)
{
  *item = (SfuFlushItem){
    .flush = flush, .owner = owner, .link = { .data = item }
  };
}

/* Who comes while this runs is for the next time: a flush may end a connection,
 * and that any number of others. */
static void
flush_all (GQueue *queue)
{
  GQueue due = *queue;
  GList *link;

  for (link = due.head; link != NULL; link = link->next)
    ((SfuFlushItem *)link->data)->queue = &due;
  g_queue_init (queue);
  while ((link = due.head) != NULL) {
    SfuFlushItem *item = link->data;

    sfu_flush_forget (item);
    item->flush (item->owner);
  }
}

static gboolean
on_soon (gpointer unused)
{
  soon_id = 0;
  flush_all (&soon);
  return G_SOURCE_REMOVE;
}

static gboolean
on_later (gpointer unused)
{
  later_id = 0;
  flush_all (&later);
  return G_SOURCE_REMOVE;
}

static void
put (SfuFlushItem *item, GQueue *queue)
{
  sfu_flush_forget (item);
  item->queue = queue;
  g_queue_push_tail_link (queue, &item->link);
}

void
sfu_flush_soon (SfuFlushItem *item)
{
  if (item->queue == &soon)
    return;
  put (item, &soon);
  if (soon_id == 0)
    soon_id = g_idle_add_full (G_PRIORITY_DEFAULT, on_soon, NULL, NULL);
}

void
sfu_flush_later (SfuFlushItem *item)
{
  if (item->queue != NULL)
    return;
  put (item, &later);
  if (later_id == 0)
    later_id = g_timeout_add (SFU_FLUSH_LATER_MS, on_later, NULL);
}

void
sfu_flush_forget (SfuFlushItem *item)
{
  if (item->queue == NULL)
    return;
  g_queue_unlink (item->queue, &item->link);
  item->queue = NULL;
}
