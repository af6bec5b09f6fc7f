/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Messages that may have to be sent again.
 *
 * Threads: those of its owner, one at a time. */
#include "sfu-outbox.h"

#include <string.h>

/* What a kept message costs besides its text. */
#define ITEM_BYTES (sizeof (SfuOutboxItem) + sizeof (GList))

struct _SfuOutbox {
  gsize max_bytes;
  GQueue items; /* of SfuOutboxItem, owned */
  gsize bytes;
  /* Counted from the last take: */
  guint64 n_gone;    /* messages that are not kept any more */
  guint64 n_arrived; /* of those that were added */
};

SfuOutbox *
sfu_outbox_new (gsize max_bytes)
{
  SfuOutbox *outbox = g_new0 (SfuOutbox, 1);

  outbox->max_bytes = max_bytes;
  g_queue_init (&outbox->items);
  return outbox;
}

static void
item_free (gpointer data)
{
  SfuOutboxItem *item = data;

  g_free (item->text);
  g_free (item);
}

void
sfu_outbox_free (SfuOutbox *outbox)
{
  if (outbox == NULL)
    return;
  g_queue_clear_full (&outbox->items, item_free);
  g_free (outbox);
}

static gsize
cost (const SfuOutboxItem *item)
{
  return strlen (item->text) + ITEM_BYTES;
}

static void
drop_oldest (SfuOutbox *outbox)
{
  SfuOutboxItem *item = g_queue_pop_head (&outbox->items);

  outbox->bytes -= cost (item);
  outbox->n_gone++;
  item_free (item);
}

void
sfu_outbox_add (SfuOutbox *outbox, const gchar *text, gint64 tag)
{
  SfuOutboxItem *item = g_new (SfuOutboxItem, 1);

  item->text = g_strdup (text);
  item->tag = tag;
  g_queue_push_tail (&outbox->items, item);
  outbox->bytes += cost (item);
  while (outbox->bytes > outbox->max_bytes)
    drop_oldest (outbox);
}

void
sfu_outbox_arrived (SfuOutbox *outbox, guint64 n)
{
  guint64 n_added = outbox->n_gone + outbox->items.length;

  /* The other side says so: it is not to be believed too much. */
  n = MIN (n, n_added);
  if (n <= outbox->n_arrived)
    return;
  outbox->n_arrived = n;
  while (outbox->n_gone < n)
    drop_oldest (outbox);
}

void
sfu_outbox_tag_arrived (SfuOutbox *outbox, gint64 tag)
{
  guint64 n = outbox->n_gone;

  for (GList *l = outbox->items.head; l != NULL; l = l->next) {
    const SfuOutboxItem *item = l->data;

    n++;
    if (item->tag == tag)
      break;
    if (l->next == NULL)
      return;
  }
  sfu_outbox_arrived (outbox, n);
}

gboolean
sfu_outbox_is_complete (const SfuOutbox *outbox)
{
  return outbox->n_gone <= outbox->n_arrived;
}

guint
sfu_outbox_get_length (const SfuOutbox *outbox)
{
  return outbox->items.length;
}

GPtrArray *
sfu_outbox_take (SfuOutbox *outbox)
{
  GPtrArray *items = g_ptr_array_new_with_free_func (item_free);
  gpointer item;

  while ((item = g_queue_pop_head (&outbox->items)) != NULL)
    g_ptr_array_add (items, item);
  outbox->bytes = 0;
  outbox->n_gone = 0;
  outbox->n_arrived = 0;
  return items;
}
