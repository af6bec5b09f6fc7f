/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The media-server RPC's door and framing: who may connect, batches, what is no
 * request, too much, too fast.
 *
 * Threads: one; the worker is another process. */
#include "rpc-client.h"

#include <glib/gstdio.h>
#include <string.h>

#define TOKEN "an-application-servers-token"
#define PAGE "https://app.example"

static Fixture f;

/* ---- who may connect ---- */

/* What a handshake is answered that is refused. */
static void
assert_refused (Fixture *fixture, const gchar *path,
    const gchar *const *headers, guint status, const gchar *text)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new ();
  g_auto (RpcHttp) http = { 0 };
  RpcClient *c = rpc_try (fixture, path, headers);

  g_assert_null (c);
  g_ptr_array_add (all, "Connection: Upgrade");
  g_ptr_array_add (all, "Upgrade: websocket");
  g_ptr_array_add (all, "Sec-WebSocket-Version: 13");
  g_ptr_array_add (all, "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==");
  for (guint i = 0; headers != NULL && headers[i] != NULL; i++)
    g_ptr_array_add (all, (gpointer)headers[i]);
  g_ptr_array_add (all, NULL);
  http =
      rpc_http (fixture, "GET", path, (const gchar *const *)all->pdata, NULL);
  g_test_message ("%u %s", http.status, http.body);
  g_assert_cmpuint (http.status, ==, status);
  g_assert_true (g_str_has_prefix (http.body, "{\"error\":\""));
  g_assert_nonnull (strstr (http.body, text));
}

static void
assert_accepted (
    Fixture *fixture, const gchar *path, const gchar *const *headers)
{
  g_autoptr (RpcClient) c = rpc_try (fixture, path, headers);

  g_assert_nonnull (c);
  json_node_unref (rpc_ok (c, "getStats", NULL));
}

static void
test_local (void)
{
  static const gchar *const foreign[] = { "Origin: https://evil.example",
    NULL };
  static const gchar *const any[] = { "Origin: *", NULL };
  static const gchar *const null[] = { "Origin: null", NULL };
  static const gchar *const here[] = { "Origin: http://127.0.0.1", NULL };
  static const gchar *const forwarded[] = { "X-Forwarded-For: 192.0.2.1",
    NULL };
  static const gchar *const forwarded_7239[] = { "Forwarded: for=192.0.2.1",
    NULL };
  static const gchar *const protoo[] = { "Sec-WebSocket-Protocol: protoo",
    NULL };

  assert_accepted (&f, "/rpc", NULL);
  assert_accepted (&f, "/rpc/", NULL);
  assert_accepted (&f, "/", NULL);
  /* Any page may open a WebSocket to this machine: allowed-origins is "*". */
  assert_refused (&f, "/rpc", foreign, 403, "for application servers");
  assert_refused (&f, "/", foreign, 403, "for application servers");
  assert_refused (&f, "/rpc", any, 403, "for application servers");
  assert_refused (&f, "/rpc", null, 403, "for application servers");
  assert_refused (&f, "/rpc", here, 403, "for application servers");
  assert_refused (&f, "/rpc", forwarded, 403, "rpc-token-file");
  assert_refused (&f, "/rpc", forwarded_7239, 403, "rpc-token-file");
  assert_refused (&f, "/rpc", protoo, 404, "no WebSocket here");
}

static void
test_token (void)
{
  static const gchar *const bearer[] = { "Authorization: Bearer " TOKEN, NULL };
  static const gchar *const wrong[] = { "Authorization: Bearer x" TOKEN, NULL };
  static const gchar *const basic[] = { "Authorization: Basic " TOKEN, NULL };
  static const gchar *const forwarded[] = { "Authorization: Bearer " TOKEN,
    "X-Forwarded-For: 192.0.2.1", NULL };
  static const gchar *const page[] = { "Authorization: Bearer " TOKEN,
    "Origin: " PAGE, NULL };
  static const gchar *const foreign[] = { "Authorization: Bearer " TOKEN,
    "Origin: https://evil.example", NULL };
  g_autofree gchar *file = NULL;
  g_autofree gchar *flag = NULL;
  g_autoptr (GError) error = NULL;
  const gchar *flags[] = { NULL, "--allowed-origins=" PAGE, NULL };
  Fixture strict;
  gint fd = g_file_open_tmp ("sfu-token-XXXXXX", &file, &error);

  g_assert_no_error (error);
  g_close (fd, NULL);
  g_file_set_contents (file, TOKEN "\n", -1, &error);
  g_assert_no_error (error);
  flags[0] = flag = g_strdup_printf ("--rpc-token-file=%s", file);
  fixture_start (&strict, flags);
  assert_accepted (&strict, "/rpc", bearer);
  assert_accepted (&strict, "/", forwarded);
  assert_accepted (&strict, "/rpc", page);
  /* Also from this machine. */
  assert_refused (&strict, "/rpc", NULL, 401, "needs Authorization");
  assert_refused (&strict, "/rpc?token=" TOKEN, NULL, 401, "needs");
  assert_refused (&strict, "/rpc", wrong, 401, "needs Authorization");
  assert_refused (&strict, "/rpc", basic, 401, "needs Authorization");
  assert_refused (&strict, "/rpc", foreign, 403, "for application servers");
  fixture_stop (&strict);
  g_unlink (file);
}

/* A path of its own; "/" stays. */
static void
test_path (void)
{
  static const gchar *const flags[] = { "--rpc-path=/media", NULL };
  Fixture moved;

  fixture_start (&moved, flags);
  assert_accepted (&moved, "/media", NULL);
  assert_accepted (&moved, "/", NULL);
  assert_refused (&moved, "/rpc", NULL, 404, "no WebSocket here");
  fixture_stop (&moved);
}

/* ---- framing ---- */

static void
test_framing (void)
{
  g_autoptr (RpcClient) c = rpc_new (&f);
  static const gchar result[] = "\"result\":{\"workers\":1,\"routers\":0,"
                                "\"transports\":0,\"producers\":0,"
                                "\"consumers\":0}}";
  g_autofree gchar *text = NULL;

#define EXPECT(question, id)                                                   \
  G_STMT_START                                                                 \
  {                                                                            \
    text = g_strconcat ("{\"jsonrpc\":\"2.0\",\"id\":" id ",", result, NULL);  \
    rpc_expect (c, question, text);                                            \
    g_clear_pointer (&text, g_free);                                           \
  }                                                                            \
  G_STMT_END
  EXPECT ("{\"id\":1,\"method\":\"getStats\"}", "1");
  EXPECT (
      "{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"getStats\"}", "\"a\"");
  EXPECT ("{\"id\":null,\"method\":\"getStats\",\"params\":null}", "null");
  EXPECT ("{\"id\":-0.5,\"method\":\"getStats\",\"params\":{}}", "-0.5");
#undef EXPECT

  rpc_expect (c, "/",
      "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32700,"
      "\"message\":\"Parse error: not valid JSON\",\"data\":{\"reason\":"
      "\"not valid JSON\"}}}");
}

static void
assert_codes (RpcClient *c, const gchar *text, const gchar *codes)
{
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GString) got = g_string_new (NULL);
  JsonArray *array;

  rpc_send (c, text);
  node = rpc_receive (c);
  g_assert_true (JSON_NODE_HOLDS_ARRAY (node));
  array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array); i++) {
    JsonObject *answer = json_array_get_object_element (array, i);
    g_autofree gchar *id =
        json_to_string (json_object_get_member (answer, "id"), FALSE);

    g_string_append_printf (got, "%s:%d ", id,
        json_object_has_member (answer, "error")
            ? (gint)json_object_get_int_member (
                  json_object_get_object_member (answer, "error"), "code")
            : 0);
  }
  g_assert_cmpstr (got->str, ==, codes);
}

static void
test_batches (void)
{
  g_autoptr (RpcClient) c = rpc_new (&f);

  assert_codes (c,
      "[{\"id\":1,\"method\":\"getStats\"},7,{\"id\":2,\"method\":\"x\"},"
      "{\"method\":\"x\"},{\"id\":3,\"method\":\"closeRouter\"},"
      "{\"method\":\"createRouter\",\"params\":{\"routerId\":\"b\"}}]",
      "1:0 null:-32600 2:-32601 3:-32602 ");
  /* The notification had its effect. */
  json_node_unref (rpc_ok (c, "getStats", "{\"routerId\":\"b\"}"));
  /* Answers of the room come later: the batch waits for them. */
  assert_codes (c,
      "[{\"id\":1,\"method\":\"createTransport\",\"params\":{\"routerId\":"
      "\"b\",\"transportId\":\"t\",\"requesterUserId\":\"u\",\"otherUserId\":"
      "\"v\"}},{\"id\":2,\"method\":\"getStats\"}]",
      "2:0 1:0 ");
  /* Nothing is sent for notifications alone: the next answer is the next
   * call's. */
  rpc_send (c, "[{\"method\":\"getStats\"},{\"method\":\"x\"}]");
  rpc_send (c, "{\"method\":\"x\"}");
  rpc_ok_is (c, "closeRouter", "{\"routerId\":\"b\"}", "{\"success\":true}");
  g_assert_cmpuint (g_queue_get_length (&c->inbox), ==, 0);
}

/* ---- too much ---- */

static void
test_oversized (void)
{
  g_autoptr (RpcClient) c = rpc_new (&f);
  g_autofree gchar *x = g_strnfill (65536, 'x');
  g_autofree gchar *text = g_strdup_printf (
      "{\"id\":9,\"method\":\"getStats\",\"params\":{\"x\":\"%s\"}}", x);
  g_autofree gchar *batch = g_strdup_printf ("[%s]", text);
  g_autoptr (JsonNode) answer = NULL;

  rpc_send (c, text);
  answer = rpc_receive (c);
  g_assert_cmpint (get_int (answer, "id"), ==, 9);
  g_assert_cmpint (
      json_object_get_int_member (json_object_get_object_member (
                                      json_node_get_object (answer), "error"),
          "code"),
      ==, -32600);
  json_node_unref (answer);
  rpc_send (c, batch);
  answer = rpc_receive (c);
  g_assert_true (JSON_NODE_HOLDS_OBJECT (answer));
  g_assert_true (JSON_NODE_HOLDS_NULL (
      json_object_get_member (json_node_get_object (answer), "id")));
  json_node_unref (rpc_ok (c, "getStats", NULL));
}

static void
test_malformed (void)
{
  g_autoptr (RpcClient) c = rpc_new (&f);

  /* A good one in between, and the count begins anew. */
  for (guint i = 0; i < 20; i++) {
    rpc_send (c, "nonsense");
    json_node_unref (rpc_receive (c));
    if (i % 10 == 9)
      json_node_unref (rpc_ok (c, "getStats", NULL));
  }
  for (guint i = 0; i < 16; i++)
    rpc_send (c, "nonsense");
  rpc_wait_closed (c);
  g_assert_cmpuint (c->close_code, ==, 1008);
}

static void
test_binary (void)
{
  g_autoptr (RpcClient) c = rpc_new (&f);
  g_autoptr (JsonNode) answer = NULL;

  soup_websocket_connection_send_binary (c->ws, "{}", 2);
  answer = rpc_receive (c);
  g_assert_true (JSON_NODE_HOLDS_NULL (
      json_object_get_member (json_node_get_object (answer), "id")));
  json_node_unref (rpc_ok (c, "getStats", NULL));
}

static void
test_fast (void)
{
  static const gchar *const flags[] = { "--rpc-requests-per-second=1", NULL };
  Fixture slow;

  fixture_start (&slow, flags);
  {
    g_autoptr (RpcClient) c = rpc_new (&slow);

    rpc_send (c, "{\"method\":\"getStats\"}");
    /* Also inside a batch, and for those who want no answer. */
    assert_codes (c,
        "[{\"id\":1,\"method\":\"getStats\"},{\"id\":2,\"method\":\"x\"}]",
        "1:-32002 2:-32002 ");
    for (guint i = 0; i < 1000; i++)
      rpc_send (c, "{\"method\":\"getStats\"}");
    rpc_wait_closed (c);
    g_assert_cmpuint (c->close_code, ==, 1008);
  }
  fixture_stop (&slow);
}

static void
test_pending (void)
{
  static const gchar *const flags[] = { "--rpc-max-pending=1", NULL };
  Fixture narrow;

  fixture_start (&narrow, flags);
  {
    g_autoptr (RpcClient) c = rpc_new (&narrow);

    json_node_unref (rpc_ok (c, "createRouter", "{\"routerId\":\"r\"}"));
    assert_codes (c,
        "[{\"id\":1,\"method\":\"createTransport\",\"params\":{\"routerId\":"
        "\"r\",\"transportId\":\"t\",\"requesterUserId\":\"u\",\"otherUserId\":"
        "\"v\"}},{\"id\":2,\"method\":\"getStats\"}]",
        "2:-32002 1:0 ");
    json_node_unref (rpc_ok (c, "getStats", NULL));
  }
  fixture_stop (&narrow);
}

/* Takes them out up to this one. */
static gboolean
heartbeat_is (RpcClient *c, const gchar *text)
{
  for (;;) {
    g_autoptr (JsonNode) params = rpc_take_notification (c, "heartbeat");
    g_autofree gchar *got = NULL;

    if (params == NULL)
      return FALSE;
    got = json_to_string (params, FALSE);
    if (strcmp (got, text) == 0)
      return TRUE;
  }
}

static void
test_heartbeat (void)
{
  static const gchar *const flags[] = { "--rpc-heartbeat-interval=50", NULL };
  Fixture quick;

  fixture_start (&quick, flags);
  {
    g_autoptr (RpcClient) a = rpc_new (&quick);
    g_autoptr (RpcClient) b = rpc_new (&quick);
    RpcClient *both[] = { a, b };

    json_node_unref (rpc_ok (a, "createRouter", "{\"routerId\":\"r\"}"));
    json_node_unref (rpc_transport (a, "r", "t", "u"));
    /* An older one may still be on its way. */
    for (guint i = 0; i < G_N_ELEMENTS (both); i++)
      WAIT_UNTIL (heartbeat_is (both[i],
          "{\"workers\":1,\"routers\":1,\"transports\":1,\"producers\":0,"
          "\"consumers\":0}"));
  }
  fixture_stop (&quick);
}

int
main (int argc, char **argv)
{
  gint status;

  g_test_init (&argc, &argv, NULL);
  fixture_start (&f, NULL);
  g_test_add_func ("/rpc/door/local", test_local);
  g_test_add_func ("/rpc/door/token", test_token);
  g_test_add_func ("/rpc/door/path", test_path);
  g_test_add_func ("/rpc/framing", test_framing);
  g_test_add_func ("/rpc/batches", test_batches);
  g_test_add_func ("/rpc/oversized", test_oversized);
  g_test_add_func ("/rpc/malformed", test_malformed);
  g_test_add_func ("/rpc/binary", test_binary);
  g_test_add_func ("/rpc/fast", test_fast);
  g_test_add_func ("/rpc/pending", test_pending);
  g_test_add_func ("/rpc/heartbeat", test_heartbeat);
  status = g_test_run ();
  fixture_stop (&f);
  return status;
}
