/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sfuctl's tables, and how it reads what a server says that is not ours.
 *
 * Threads: one. */
#include "sfu-ctl-json.h"
#include "sfu-ctl-table.h"

static void
test_print (void)
{
  g_autoptr (SfuCtlTable) table = sfu_ctl_table_new ("NAME N> STATE");
  g_autofree gchar *printed = NULL;

  sfu_ctl_table_add (table, "a");
  sfu_ctl_table_add_number (table, 7);
  sfu_ctl_table_add (table, NULL);
  /* Two columns each, and one that has no width. */
  sfu_ctl_table_add (table, "日本e\xcc\x81");
  sfu_ctl_table_add_number (table, 1234);
  sfu_ctl_table_add (table, "ok");
  printed = sfu_ctl_table_print (table);
  g_assert_cmpstr (printed, ==,
      "NAME      N  STATE\n"
      "a         7  -\n"
      "日本e\xcc\x81  1234  ok\n");
}

static void
test_empty (void)
{
  g_autoptr (SfuCtlTable) table = sfu_ctl_table_new ("A B>");
  g_autofree gchar *printed = sfu_ctl_table_print (table);

  g_assert_cmpstr (printed, ==, "A  B\n");
}

static void
test_long (void)
{
  g_autoptr (SfuCtlTable) table = sfu_ctl_table_new ("A");
  g_autofree gchar *name = g_strnfill (128, 'x');
  g_autofree gchar *printed = NULL;

  sfu_ctl_table_add (table, name);
  printed = sfu_ctl_table_print (table);
  g_assert_cmpstr (
      printed, ==, "A\nxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…\n");
}

static void
test_printable (void)
{
  static const struct {
    const gchar *text, *shown;
  } cases[] = {
    { "Ann", "Ann" },
    { "<b>", "<b>" },
    { "\033[2J", "\\u001b[2J" },
    { "a\nb", "a\\u000ab" },
    /* C1 controls, and what turns the direction round. */
    { "\xc2\x9b", "\\u009b" },
    { "\xe2\x80\xae", "\\u202e" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *shown = sfu_ctl_printable (cases[i].text);

    g_assert_cmpstr (shown, ==, cases[i].shown);
  }
}

static void
assert_text (gchar *text, const gchar *wanted)
{
  g_assert_cmpstr (text, ==, wanted);
  g_free (text);
}

static void
test_format (void)
{
  assert_text (sfu_ctl_format_bps (0), "-");
  assert_text (sfu_ctl_format_bps (830400), "830 kbit/s");
  assert_text (sfu_ctl_format_bps (999600), "1.0 Mbit/s");
  assert_text (sfu_ctl_format_bytes (131e6), "131 MB");
  assert_text (sfu_ctl_format_bytes (2.5e9), "2.5 GB");
  assert_text (sfu_ctl_format_time (14706), "04:05:06");
  assert_text (sfu_ctl_format_time (3 * 86400 + 14706), "3d 04:05:06");
}

/* Anything may come: nothing is taken for what it is not. */
static void
test_json (void)
{
  g_autoptr (JsonNode) node = json_from_string (
      "{\"n\":7,\"d\":1.5,\"t\":\"x\",\"b\":true,\"null\":null,"
      "\"o\":{},\"l\":[{\"a\":1},2,null,[3],{\"a\":4}]}",
      NULL);
  JsonObject *object = json_node_get_object (node);
  static const gchar *const others[] = { "missing", "t", "b", "null", "o",
    "l" };
  g_autoptr (GPtrArray) list = sfu_ctl_list (object, "l");

  g_assert_cmpint (sfu_ctl_int (object, "n", -1), ==, 7);
  g_assert_cmpint (sfu_ctl_int (object, "d", -1), ==, 1);
  g_assert_cmpfloat (sfu_ctl_double (object, "d"), ==, 1.5);
  for (guint i = 0; i < G_N_ELEMENTS (others); i++) {
    g_assert_cmpint (sfu_ctl_int (object, others[i], -1), ==, -1);
    g_assert_true (sfu_ctl_flag (object, others[i]) == (others[i][0] == 'b'));
  }
  g_assert_cmpstr (sfu_ctl_text (object, "t"), ==, "x");
  g_assert_null (sfu_ctl_text (object, "n"));
  g_assert_nonnull (sfu_ctl_object (object, "o"));
  g_assert_null (sfu_ctl_object (object, "l"));
  g_assert_cmpuint (list->len, ==, 2);
  g_ptr_array_unref (g_steal_pointer (&list));
  list = sfu_ctl_list (object, "o");
  g_assert_cmpuint (list->len, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ctl-table/print", test_print);
  g_test_add_func ("/ctl-table/empty", test_empty);
  g_test_add_func ("/ctl-table/long", test_long);
  g_test_add_func ("/ctl-table/printable", test_printable);
  g_test_add_func ("/ctl-table/format", test_format);
  g_test_add_func ("/ctl-table/json", test_json);
  return g_test_run ();
}
