/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lines of the log: text, JSON, and which words of a message become fields;
 * what strangers write does not.
 *
 * Threads: one. */
#include "sfu-log-line.h"

#include <json-glib/json-glib.h>
#include <string.h>

static const gint64 time_us = G_GINT64_CONSTANT (1700000000123456);

static gchar *
join (const gchar *message)
{
  g_auto (SfuLogFields) fields = { { NULL } };
  GString *text = g_string_new (NULL);

  sfu_log_fields_parse (&fields, message);
  for (guint i = 0; i < fields.n; i++)
    g_string_append_printf (
        text, "%s%s=[%s]", i > 0 ? " " : "", fields.keys[i], fields.values[i]);
  return g_string_free (text, FALSE);
}

static void
test_fields (void)
{
  static const struct {
    const gchar *message, *fields;
  } cases[] = {
    { "", "" },
    { "HTTP ready", "" },
    { "room=a peer=b joined, 2 others", "room=[a] peer=[b]" },
    { "room=\"a peer=x\" peer=b left", "room=[a peer=x] peer=[b]" },
    { "room=\"q\\\"\\\\\" peer=b", "room=[q\"\\] peer=[b]" },
    { "room=\"never ends peer=b", "" },
    { "room=a room=b peer=c", "room=[a] peer=[c]" },
    { "room=a said: peer=b", "room=[a]" }, /* a stranger's words */
    { "room=a  peer=b", "room=[a]" },
    { "message=x level=y room=a", "room=[a]" }, /* these are taken */
    { "Room=a", "" },
    { "=a", "" },
    { "room= peer=b", "room=[] peer=[b]" },
    { "worker[12]: router=r created", "worker_pid=[12] router=[r]" },
    { "worker[x]: router=r", "" },
    { "worker=0 killed by signal 9", "worker=[0]" },
    { "reason=\"a=b c\"", "reason=[a=b c]" },
    { "a=1 b=1 c=1 d=1 e=1 f=1 g=1 h=1 i=1 j=1 k=1 l=1 m=1 n=1",
        "a=[1] b=[1] c=[1] d=[1] e=[1] f=[1] g=[1] h=[1] i=[1] j=[1] k=[1] "
        "l=[1]" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *fields = join (cases[i].message);

    g_test_message ("%s", cases[i].message);
    g_assert_cmpstr (fields, ==, cases[i].fields);
  }
}

/* Whatever a name is: it is read back as it was, and adds no field. */
static void
test_quote (void)
{
  static const gchar *const names[] = { "plain", "a b", "a peer=b", "\"", "\\",
    "", "x\" peer=\"y", "\\\" peer=y", "=", "\303\244 \303\266", "a\\" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree gchar *quoted = sfu_log_quote (names[i]);
    g_autofree gchar *message = g_strdup_printf ("room=%s kind=z x", quoted);
    g_auto (SfuLogFields) fields = { { NULL } };

    sfu_log_fields_parse (&fields, message);
    g_assert_cmpuint (fields.n, ==, 2);
    g_assert_cmpstr (fields.values[0], ==, names[i]);
    g_assert_cmpstr (fields.values[1], ==, "z");
  }
}

static void
test_text (void)
{
  SfuLogRecord record = { G_LOG_LEVEL_WARNING, "room", "a\nb\x7f\tc", time_us };
  g_autofree gchar *line = sfu_log_line_text (&record);
  g_autofree gchar *untagged = NULL;

  g_assert_cmpstr (
      line, ==, "2023-11-14T22:13:20.123Z WARNING room: a\\x0ab\\x7f\\x09c\n");
  record.tag = NULL;
  record.level = G_LOG_LEVEL_ERROR | G_LOG_FLAG_FATAL;
  record.message = "x";
  untagged = sfu_log_line_text (&record);
  g_assert_cmpstr (untagged, ==, "2023-11-14T22:13:20.123Z ERROR -: x\n");
}

static void
test_json (void)
{
  SfuLogRecord record = { G_LOG_LEVEL_INFO, "room",
    "room=\"a b\" peer=p said \"\\\n\x01", time_us };
  g_autofree gchar *line = sfu_log_line_json (&record);

  g_assert_cmpstr (line, ==,
      "{\"time\":\"2023-11-14T22:13:20.123Z\",\"level\":\"info\","
      "\"tag\":\"room\",\"message\":\"room=\\\"a b\\\" peer=p said "
      "\\\"\\\\\\u000a\\u0001\",\"room\":\"a b\",\"peer\":\"p\"}\n");
}

/* Any bytes make one line of good JSON. */
static void
test_json_bytes (void)
{
  gchar text[3] = { 0 };

  for (guint i = 1; i < 256; i++) {
    SfuLogRecord record = { G_LOG_LEVEL_DEBUG, NULL, text, time_us };
    g_autofree gchar *line = NULL;
    g_autoptr (GError) error = NULL;
    g_autoptr (JsonNode) node = NULL;

    text[0] = (gchar)i;
    text[1] = (gchar)(i ^ 0x80);
    line = sfu_log_line_json (&record);
    g_assert_true (strchr (line, '\n') == line + strlen (line) - 1);
    node = json_from_string (line, &error);
    g_assert_no_error (error);
    g_assert_true (JSON_NODE_HOLDS_OBJECT (node));
  }
}

static void
test_priority (void)
{
  g_assert_cmpint (sfu_log_priority (G_LOG_LEVEL_ERROR), ==, '3');
  g_assert_cmpint (sfu_log_priority (G_LOG_LEVEL_CRITICAL), ==, '3');
  g_assert_cmpint (sfu_log_priority (G_LOG_LEVEL_WARNING), ==, '4');
  g_assert_cmpint (sfu_log_priority (G_LOG_LEVEL_MESSAGE), ==, '5');
  g_assert_cmpint (sfu_log_priority (G_LOG_LEVEL_INFO), ==, '6');
  g_assert_cmpint (sfu_log_priority (G_LOG_LEVEL_DEBUG), ==, '7');
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/log-line/fields", test_fields);
  g_test_add_func ("/log-line/quote", test_quote);
  g_test_add_func ("/log-line/text", test_text);
  g_test_add_func ("/log-line/json", test_json);
  g_test_add_func ("/log-line/json-bytes", test_json_bytes);
  g_test_add_func ("/log-line/priority", test_priority);
  return g_test_run ();
}
