/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of ids.
 *
 * Threads: main only. */
#include <string.h>

#include "sfu-error.h"
#include "sfu-seam.h"
#include "sfu-worker-node.h"

static void
test_find (void)
{
  SfuNodeTable *table = sfu_node_table_new ();
  SfuNode router = { SFU_NODE_ROUTER, (gchar *)"r" };
  SfuNode producer = { SFU_NODE_PRODUCER, (gchar *)"p" };
  g_autoptr (GError) error = NULL;
  sfu_node_table_add (table, &router);
  sfu_node_table_add (table, &producer);
  g_assert_true (
      sfu_node_table_find (table, SFU_NODE_ROUTER, "r", &error) == &router);
  g_assert_true (sfu_node_table_lookup (table, "p") == &producer);
  g_assert_cmpuint (sfu_node_table_count (table, SFU_NODE_ROUTER), ==, 1);
  g_assert_cmpuint (sfu_node_table_count (table, SFU_NODE_CONSUMER), ==, 0);
  /* of another kind, or of none */
  g_assert_null (sfu_node_table_find (table, SFU_NODE_ROUTER, "p", &error));
  g_assert_error (error, SFU_ERROR, SFU_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (sfu_node_table_find (table, SFU_NODE_ROUTER, "", &error));
  g_assert_error (error, SFU_ERROR, SFU_ERROR_NOT_FOUND);
  g_clear_error (&error);
  sfu_node_table_remove (table, &router);
  sfu_node_table_remove (table, &router);
  g_assert_null (sfu_node_table_find (table, SFU_NODE_ROUTER, "r", &error));
  g_assert_cmpuint (sfu_node_table_count (table, SFU_NODE_ROUTER), ==, 0);
  sfu_node_table_remove (table, &producer);
  sfu_node_table_free (table);
}

static void
test_check_new (void)
{
  g_autofree gchar *longest = g_strnfill (SFU_SEAM_MAX_ID, 'x');
  g_autofree gchar *too_long = g_strnfill (SFU_SEAM_MAX_ID + 1, 'x');
  const struct {
    const gchar *id;
    gint code; /* -1 = fine */
  } cases[] = {
    { "b", -1 },
    { "", SFU_ERROR_INVALID_ARGUMENT },
    { "a", SFU_ERROR_EXISTS },
    { longest, -1 },
    { too_long, SFU_ERROR_INVALID_ARGUMENT },
  };
  SfuNodeTable *table = sfu_node_table_new ();
  SfuNode node = { SFU_NODE_TRANSPORT, (gchar *)"a" };
  sfu_node_table_add (table, &node);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    gboolean ok = sfu_node_table_check_new (table, cases[i].id, &error);
    g_assert_cmpint (ok, ==, cases[i].code == -1);
    if (!ok)
      g_assert_error (error, SFU_ERROR, cases[i].code);
  }
  sfu_node_table_remove (table, &node);
  sfu_node_table_free (table);
}

/* What a stranger sent must not come back at any length. */
static void
test_long_id_in_error (void)
{
  g_autofree gchar *id = g_strnfill (100000, 'x');
  SfuNodeTable *table = sfu_node_table_new ();
  g_autoptr (GError) error = NULL;
  g_assert_null (sfu_node_table_find (table, SFU_NODE_ROUTER, id, &error));
  g_assert_cmpuint (strlen (error->message), <, 200);
  sfu_node_table_free (table);
}

static void
test_list (void)
{
  SfuNodeTable *table = sfu_node_table_new ();
  SfuNode nodes[] = {
    { SFU_NODE_ROUTER, (gchar *)"1" },
    { SFU_NODE_CONSUMER, (gchar *)"2" },
    { SFU_NODE_ROUTER, (gchar *)"3" },
  };
  for (guint i = 0; i < G_N_ELEMENTS (nodes); i++)
    sfu_node_table_add (table, &nodes[i]);
  g_autoptr (GPtrArray) routers = sfu_node_table_list (table, SFU_NODE_ROUTER);
  g_assert_cmpuint (routers->len, ==, 2);
  g_assert_true (g_ptr_array_find (routers, &nodes[0], NULL));
  g_assert_true (g_ptr_array_find (routers, &nodes[2], NULL));
  for (guint i = 0; i < G_N_ELEMENTS (nodes); i++)
    sfu_node_table_remove (table, &nodes[i]);
  sfu_node_table_free (table);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/worker/node/find", test_find);
  g_test_add_func ("/worker/node/check-new", test_check_new);
  g_test_add_func ("/worker/node/long-id-in-error", test_long_id_in_error);
  g_test_add_func ("/worker/node/list", test_list);
  return g_test_run ();
}
