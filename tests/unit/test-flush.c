/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who has something to send is asked to: once, soon before later, and never after
 * it was forgotten, by whomever.
 *
 * Threads: main only. */
#include "sfu-flush.h"

typedef struct {
  SfuFlushItem item;
  GString *log; /* borrowed */
  gchar name;
  SfuFlushItem *forgets; /* in its flush; NULL = nobody */
  guint agains;          /* flushes in which it asks for another one */
} Sender;

static void
on_flush (gpointer data)
{
  Sender *sender = data;

  g_string_append_c (sender->log, sender->name);
  if (sender->forgets != NULL)
    sfu_flush_forget (sender->forgets);
  if (sender->agains > 0) {
    sender->agains--;
    sfu_flush_soon (&sender->item);
  }
}

static void
sender_init (Sender *sender, gchar name, GString *log)
{
  *sender = (Sender){ .log = log, .name = name };
  sfu_flush_item_init (&sender->item, on_flush, sender);
}

static void
wait_for (const GString *log, guint n)
{
  while (log->len < n)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_order (void)
{
  g_autoptr (GString) log = g_string_new (NULL);
  Sender a, b, c;

  sender_init (&a, 'a', log);
  sender_init (&b, 'b', log);
  sender_init (&c, 'c', log);
  sfu_flush_later (&a.item);
  sfu_flush_later (&a.item);
  sfu_flush_soon (&b.item);
  sfu_flush_soon (&b.item);
  sfu_flush_later (&b.item); /* it is soon already */
  sfu_flush_later (&c.item);
  sfu_flush_soon (&c.item); /* and takes what was for later along */
  g_assert_cmpstr (log->str, ==, "");
  wait_for (log, 3);
  g_assert_cmpstr (log->str, ==, "bca");
  sfu_flush_later (&b.item);
  wait_for (log, 4);
  g_assert_cmpstr (log->str, ==, "bcab");
}

static void
test_forget (void)
{
  g_autoptr (GString) log = g_string_new (NULL);
  Sender a, b, c, d;

  sender_init (&a, 'a', log);
  sender_init (&b, 'b', log);
  sender_init (&c, 'c', log);
  sender_init (&d, 'd', log);
  a.forgets = &b.item; /* which is due in the same turn */
  a.agains = 1;
  sfu_flush_soon (&a.item);
  sfu_flush_soon (&b.item);
  sfu_flush_soon (&c.item);
  sfu_flush_later (&d.item);
  sfu_flush_forget (&d.item);
  sfu_flush_forget (&d.item);
  wait_for (log, 3);
  g_assert_cmpstr (log->str, ==, "aca");
  sfu_flush_soon (&d.item);
  wait_for (log, 4);
  g_assert_cmpstr (log->str, ==, "acad");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/flush/order", test_order);
  g_test_add_func ("/flush/forget", test_forget);
  return g_test_run ();
}
