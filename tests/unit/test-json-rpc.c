/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON-RPC 2.0: the examples of the specification's section 7, and what strangers
 * send instead.
 *
 * Threads: one. */
#include "sfu-json-rpc.h"

#include <string.h>

/* Each call on a line of its own: "METHOD ID PARAMS", or "CODE ID"; "-" = there
 * is none. Is it a batch? is said by a "[" before them. */
static gchar *
describe (const gchar *text)
{
  g_auto (SfuJsonRpcMessage) message = { NULL };
  GString *out = g_string_new (NULL);

  sfu_json_rpc_parse (&message, text, strlen (text));
  g_assert_cmpuint (message.calls->len, >, 0);
  if (message.batch)
    g_string_append (out, "[");
  for (guint i = 0; i < message.calls->len; i++) {
    const SfuJsonRpcCall *call = message.calls->pdata[i];
    g_autofree gchar *id =
        call->id != NULL ? sfu_json_to_string (call->id) : g_strdup ("-");
    g_autofree gchar *params = call->params != NULL
        ? sfu_json_to_string (call->params)
        : g_strdup ("-");

    if (i > 0)
      g_string_append (out, "\n");
    if (call->error_code != 0) {
      g_assert_null (call->method);
      g_assert_nonnull (call->reason);
      g_assert_nonnull (call->id);
      g_string_append_printf (out, "%d %s", call->error_code, id);
    } else {
      g_string_append_printf (out, "%s %s %s", call->method, id, params);
    }
  }
  return g_string_free (out, FALSE);
}

static const struct {
  const gchar *text, *calls;
} cases[] = {
  { "{\"jsonrpc\":\"2.0\",\"method\":\"subtract\",\"params\":[42,23],\"id\":1}",
      "subtract 1 [42,23]" },
  { "{\"jsonrpc\":\"2.0\",\"method\":\"subtract\",\"params\":{\"a\":23},\"id\":"
    "3}",
      "subtract 3 {\"a\":23}" },
  { "{\"jsonrpc\":\"2.0\",\"method\":\"update\",\"params\":[1]}",
      "update - [1]" },
  { "{\"jsonrpc\":\"2.0\",\"method\":\"foobar\"}", "foobar - -" },
  { "{\"jsonrpc\":\"2.0\",\"method\":\"foobar,\"params\":\"bar\",\"baz]",
      "-32700 null" },
  { "{\"jsonrpc\":\"2.0\",\"method\":1,\"params\":\"bar\"}", "-32600 null" },
  { "[{\"jsonrpc\":\"2.0\",\"method\":\"sum\",\"id\":\"1\"},{\"jsonrpc\":\"2."
    "0\",\"method\"]",
      "-32700 null" },
  { "[]", "-32600 null" },
  { "[1]", "[-32600 null" },
  { "[1,2,3]", "[-32600 null\n-32600 null\n-32600 null" },
  { "[{\"method\":\"sum\",\"id\":\"1\"},{\"method\":\"hello\"},{\"foo\":1},{"
    "\"method\":\"get\",\"id\":9}]",
      "[sum \"1\" -\nhello - -\n-32600 null\nget 9 -" },

  /* the version may be missing, but not wrong */
  { "{\"method\":\"m\",\"id\":1}", "m 1 -" },
  { "{\"jsonrpc\":null,\"method\":\"m\",\"id\":1}", "m 1 -" },
  { "{\"jsonrpc\":\"1.0\",\"method\":\"m\",\"id\":1}", "-32600 1" },
  { "{\"jsonrpc\":2,\"method\":\"m\",\"id\":1}", "-32600 1" },

  /* ids */
  { "{\"method\":\"m\",\"id\":\"a-b\"}", "m \"a-b\" -" },
  { "{\"method\":\"m\",\"id\":\"\"}", "m \"\" -" },
  { "{\"method\":\"m\",\"id\":0}", "m 0 -" },
  { "{\"method\":\"m\",\"id\":-7}", "m -7 -" },
  { "{\"method\":\"m\",\"id\":9007199254740993}", "m 9007199254740993 -" },
  { "{\"method\":\"m\",\"id\":1.5}", "m 1.5 -" },
  { "{\"method\":\"m\",\"id\":null}", "m null -" },
  { "{\"method\":\"m\",\"id\":true}", "-32600 null" },
  { "{\"method\":\"m\",\"id\":{}}", "-32600 null" },
  { "{\"method\":\"m\",\"id\":[1]}", "-32600 null" },

  /* methods and params */
  { "{\"id\":1}", "-32600 1" },
  { "{\"method\":null,\"id\":1}", "-32600 1" },
  { "{\"method\":\"\",\"id\":1}", "-32600 1" },
  { "{\"method\":[],\"id\":1}", "-32600 1" },
  { "{\"method\":\"m\",\"id\":1,\"params\":null}", "m 1 -" },
  { "{\"method\":\"m\",\"id\":1,\"params\":7}", "-32600 1" },
  { "{\"method\":\"m\",\"params\":7}", "-32600 null" },
  /* a response, which nobody asked for */
  { "{\"jsonrpc\":\"2.0\",\"result\":{},\"id\":1}", "-32600 1" },

  /* no objects at all */
  { "", "-32700 null" },
  { " ", "-32700 null" },
  { "null", "-32600 null" },
  { "7", "-32600 null" },
  { "\"x\"", "-32600 null" },
  { "{", "-32700 null" },
  { "nonsense", "-32700 null" },
  { "[[]]", "[-32600 null" },
};

static void
test_parse (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *calls = describe (cases[i].text);

    g_test_message ("%s", cases[i].text);
    g_assert_cmpstr (calls, ==, cases[i].calls);
  }
}

static gchar *
batch_of (guint n)
{
  GString *text = g_string_new ("[");

  for (guint i = 0; i < n; i++)
    g_string_append (
        text, i > 0 ? ",{\"method\":\"m\"}" : "{\"method\":\"m\"}");
  g_string_append (text, "]");
  return g_string_free (text, FALSE);
}

static void
test_bounds (void)
{
  g_autofree gchar *fits = batch_of (SFU_JSON_RPC_MAX_BATCH);
  g_autofree gchar *too_many = batch_of (SFU_JSON_RPC_MAX_BATCH + 1);
  g_autofree gchar *x = g_strnfill (SFU_JSON_RPC_MAX_ID, 'x');
  g_autofree gchar *id =
      g_strdup_printf ("{\"method\":\"m\",\"id\":\"%s\"}", x);
  g_autofree gchar *long_id =
      g_strdup_printf ("{\"method\":\"m\",\"id\":\"%sx\"}", x);
  g_autofree gchar *long_method =
      g_strdup_printf ("{\"method\":\"%s\",\"id\":1}", x);
  g_autofree gchar *deep = g_strnfill (SFU_JSON_MAX_DEPTH + 1, '[');
  g_autofree gchar *calls = describe (fits);

  g_assert_true (g_str_has_prefix (calls, "[m - -\nm - -"));
  g_free (calls);
  calls = describe (too_many);
  g_assert_cmpstr (calls, ==, "-32600 null");
  g_free (calls);
  calls = describe (id);
  g_assert_true (g_str_has_prefix (calls, "m \"xxx"));
  g_free (calls);
  calls = describe (long_id);
  g_assert_cmpstr (calls, ==, "-32600 null");
  g_free (calls);
  calls = describe (long_method);
  g_assert_cmpstr (calls, ==, "-32600 1");
  g_free (calls);
  calls = describe (deep);
  g_assert_cmpstr (calls, ==, "-32700 null");
}

static void
assert_text (JsonNode *node, const gchar *text)
{
  g_autofree gchar *got = sfu_json_to_string (node);

  g_assert_cmpstr (got, ==, text);
  json_node_unref (node);
}

static void
test_answers (void)
{
  g_auto (SfuJsonRpcMessage) message = { NULL };
  static const gchar text[] = "{\"method\":\"m\",\"id\":\"7\"}";
  JsonNode *id;

  sfu_json_rpc_parse (&message, text, strlen (text));
  id = ((SfuJsonRpcCall *)message.calls->pdata[0])->id;
  assert_text (sfu_json_rpc_result (id, NULL),
      "{\"jsonrpc\":\"2.0\",\"id\":\"7\",\"result\":{}}");
  assert_text (sfu_json_rpc_result (NULL, json_node_new (JSON_NODE_NULL)),
      "{\"jsonrpc\":\"2.0\",\"id\":null,\"result\":null}");
  assert_text (
      sfu_json_rpc_error (id, SFU_JSON_RPC_METHOD_NOT_FOUND,
          sfu_json_rpc_message_of (SFU_JSON_RPC_METHOD_NOT_FOUND), NULL),
      "{\"jsonrpc\":\"2.0\",\"id\":\"7\",\"error\":{\"code\":-32601,"
      "\"message\":\"Method not found\"}}");
  assert_text (
      sfu_json_rpc_error (NULL, -32000, "x", json_node_new (JSON_NODE_NULL)),
      "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32000,"
      "\"message\":\"x\",\"data\":null}}");
  assert_text (sfu_json_rpc_notification ("heartbeat", NULL),
      "{\"jsonrpc\":\"2.0\",\"method\":\"heartbeat\",\"params\":{}}");
}

static void
test_messages (void)
{
  static const struct {
    gint code;
    const gchar *text;
  } texts[] = {
    { SFU_JSON_RPC_PARSE_ERROR, "Parse error" },
    { SFU_JSON_RPC_INVALID_REQUEST, "Invalid Request" },
    { SFU_JSON_RPC_METHOD_NOT_FOUND, "Method not found" },
    { SFU_JSON_RPC_INVALID_PARAMS, "Invalid params" },
    { SFU_JSON_RPC_INTERNAL_ERROR, "Internal error" },
    { SFU_JSON_RPC_SERVER_ERROR, "Server error" },
    { 0, "Server error" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    g_assert_cmpstr (
        sfu_json_rpc_message_of (texts[i].code), ==, texts[i].text);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json-rpc/parse", test_parse);
  g_test_add_func ("/json-rpc/bounds", test_bounds);
  g_test_add_func ("/json-rpc/answers", test_answers);
  g_test_add_func ("/json-rpc/messages", test_messages);
  return g_test_run ();
}
