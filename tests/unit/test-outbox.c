/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Messages that may have to be sent again: what is kept, what is forgotten, and
 * when there is a hole.
 *
 * Threads: one. */
#include "sfu-outbox.h"

#include <string.h>

#define PLENTY 100000

/* "0,1,2": tags of what is kept. */
static gchar *
take_tags (SfuOutbox *outbox)
{
  g_autoptr (GPtrArray) items = sfu_outbox_take (outbox);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < items->len; i++) {
    SfuOutboxItem *item = items->pdata[i];

    g_string_append_printf (text, "%s%d", i > 0 ? "," : "", (gint)item->tag);
  }
  return g_string_free (text, FALSE);
}

static void
add (SfuOutbox *outbox, guint from, guint to)
{
  for (guint i = from; i < to; i++)
    sfu_outbox_add (outbox, "text", i);
}

static void
test_arrived (void)
{
  static const struct {
    guint64 n[3];
    const gchar *kept;
  } cases[] = {
    { { 0 }, "0,1,2,3,4" },
    { { 1 }, "1,2,3,4" },
    { { 3, 2, 3 }, "3,4" },
    { { 2, 4 }, "4" },
    { { 5 }, "" },
    /* More than there were: nobody can have got what was not sent. */
    { { 6 }, "" },
    { { G_MAXUINT64 }, "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (SfuOutbox) outbox = sfu_outbox_new (PLENTY);
    g_autofree gchar *kept = NULL;

    add (outbox, 0, 5);
    for (guint j = 0; j < G_N_ELEMENTS (cases[i].n); j++)
      sfu_outbox_arrived (outbox, cases[i].n[j]);
    g_assert_true (sfu_outbox_is_complete (outbox));
    kept = take_tags (outbox);
    g_assert_cmpstr (kept, ==, cases[i].kept);
  }
}

static void
test_arrived_too_much (void)
{
  g_autoptr (SfuOutbox) outbox = sfu_outbox_new (PLENTY);
  g_autofree gchar *kept = NULL;

  add (outbox, 0, 2);
  sfu_outbox_arrived (outbox, 100);
  add (outbox, 2, 4);
  g_assert_true (sfu_outbox_is_complete (outbox));
  kept = take_tags (outbox);
  g_assert_cmpstr (kept, ==, "2,3");
}

static void
test_tags (void)
{
  g_autoptr (SfuOutbox) outbox = sfu_outbox_new (PLENTY);
  g_autofree gchar *kept = NULL;

  sfu_outbox_tag_arrived (outbox, 1);
  sfu_outbox_add (outbox, "a", -1);
  sfu_outbox_add (outbox, "b", 0);
  sfu_outbox_add (outbox, "c", -1);
  sfu_outbox_add (outbox, "d", 1);
  sfu_outbox_tag_arrived (outbox, 7);
  g_assert_cmpuint (sfu_outbox_get_length (outbox), ==, 4);
  sfu_outbox_tag_arrived (outbox, 0);
  g_assert_cmpuint (sfu_outbox_get_length (outbox), ==, 2);
  /* Two of them had gone when this came. */
  sfu_outbox_arrived (outbox, 3);
  g_assert_cmpuint (sfu_outbox_get_length (outbox), ==, 1);
  kept = take_tags (outbox);
  g_assert_cmpstr (kept, ==, "1");
}

static void
test_take (void)
{
  g_autoptr (SfuOutbox) outbox = sfu_outbox_new (PLENTY);
  g_autoptr (GPtrArray) items = NULL;
  g_autofree gchar *kept = NULL;

  sfu_outbox_add (outbox, "one", -1);
  sfu_outbox_add (outbox, "two", 5);
  sfu_outbox_arrived (outbox, 1);
  items = sfu_outbox_take (outbox);
  g_assert_cmpuint (items->len, ==, 1);
  g_assert_cmpstr (((SfuOutboxItem *)items->pdata[0])->text, ==, "two");
  /* Counting starts again. */
  add (outbox, 0, 3);
  sfu_outbox_arrived (outbox, 1);
  kept = take_tags (outbox);
  g_assert_cmpstr (kept, ==, "1,2");
}

/* A bound; a hole until the other side says that it got what was dropped. */
static void
test_bound (void)
{
  g_autoptr (SfuOutbox) outbox = sfu_outbox_new (1000);
  g_autofree gchar *filler = g_strnfill (300, 'x');
  g_autofree gchar *kept = NULL;

  for (gint64 i = 0; i < 2; i++)
    sfu_outbox_add (outbox, filler, i);
  g_assert_true (sfu_outbox_is_complete (outbox));
  for (gint64 i = 2; i < 6; i++)
    sfu_outbox_add (outbox, filler, i);
  g_assert_false (sfu_outbox_is_complete (outbox));
  g_assert_cmpuint (sfu_outbox_get_length (outbox), <=, 3);
  sfu_outbox_arrived (outbox, 1);
  g_assert_false (sfu_outbox_is_complete (outbox));
  sfu_outbox_arrived (outbox, 5);
  g_assert_true (sfu_outbox_is_complete (outbox));
  kept = take_tags (outbox);
  g_assert_cmpstr (kept, ==, "5");
  /* One message alone can be too long. */
  g_free (filler);
  filler = g_strnfill (2000, 'x');
  sfu_outbox_add (outbox, filler, 0);
  g_assert_false (sfu_outbox_is_complete (outbox));
  g_assert_cmpuint (sfu_outbox_get_length (outbox), ==, 0);
  sfu_outbox_arrived (outbox, 1);
  g_assert_true (sfu_outbox_is_complete (outbox));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/outbox/arrived", test_arrived);
  g_test_add_func ("/outbox/arrived-too-much", test_arrived_too_much);
  g_test_add_func ("/outbox/tags", test_tags);
  g_test_add_func ("/outbox/take", test_take);
  g_test_add_func ("/outbox/bound", test_bound);
  return g_test_run ();
}
