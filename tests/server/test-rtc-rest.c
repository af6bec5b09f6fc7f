/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The REST beside the media-server RPC: who may ask, every field, and that both
 * act on the same calls and transports.
 *
 * Threads: one; the worker is another process. */
#include "rpc-client.h"

#include "sfu-room.h"
#include "token-maker.h"

#include <glib/gstdio.h>
#include <string.h>

#define SECRET "0123456789abcdef0123456789abcdef"
#define PAGE "https://app.example"

static gchar *secret_file;
static Fixture f;

static gchar *
bearer (const gchar *claims)
{
  g_autofree gchar *token = test_token_hs256 (SECRET, NULL, claims);

  return g_strdup_printf ("Authorization: Bearer %s", token);
}

/* Of user u. */
static RpcHttp
ask_as (const gchar *claims, const gchar *method, const gchar *path,
    const gchar *body)
{
  g_autofree gchar *header = bearer (claims);
  const gchar *headers[] = { header, NULL };

  return rpc_http (&f, method, path, headers, body);
}

static RpcHttp
ask (const gchar *method, const gchar *path, const gchar *body)
{
  return ask_as ("{\"userId\":\"u\"}", method, path, body);
}

static JsonNode *
parse (const RpcHttp *http)
{
  g_autoptr (GError) error = NULL;
  JsonNode *node = json_from_string (http->body, &error);

  g_assert_no_error (error);
  return node;
}

static void
test_capabilities (void)
{
  g_auto (RpcHttp) http = ask ("GET", "/rtc/capabilities", NULL);
  g_autoptr (JsonNode) node = parse (&http);
  JsonObject *object = json_node_get_object (node);

  g_assert_cmpuint (http.status, ==, 200);
  g_assert_cmpuint (json_object_get_size (object), ==, 1);
  g_assert_cmpuint (
      json_array_get_length (json_object_get_array_member (
          json_object_get_object_member (object, "rtpCapabilities"), "codecs")),
      >, 0);
}

/* The answer must have success, reused as said; returns the transport. */
static JsonNode *
expect_transport (const RpcHttp *http, gboolean reused)
{
  g_autoptr (JsonNode) node = parse (http);
  JsonObject *object = json_node_get_object (node);
  JsonNode *transport = json_object_get_member (object, "transport");

  g_test_message ("%s", http->body);
  g_assert_cmpuint (http->status, ==, 200);
  g_assert_true (json_object_get_boolean_member (object, "success"));
  g_assert_cmpint (
      json_object_get_boolean_member (object, "reused"), ==, reused);
  g_assert_nonnull (transport);
  object = json_node_get_object (transport);
  g_assert_true (json_object_has_member (object, "iceParameters"));
  g_assert_true (json_object_has_member (object, "iceCandidates"));
  g_assert_true (json_object_has_member (object, "dtlsParameters"));
  g_assert_false (json_object_has_member (object, "reused"));
  return json_node_ref (transport);
}

#define SEND(call) "{\"callId\":\"" call "\",\"direction\":\"send\"}"
#define RECV(call) "{\"callId\":\"" call "\",\"direction\":\"recv\"}"

/* One for each user, call and direction; the RPC knows it. */
static void
test_transports (void)
{
  g_auto (RpcHttp) first = ask ("POST", "/rtc/transports", SEND ("1"));
  g_auto (RpcHttp) again = ask ("POST", "/rtc/transports", SEND ("1"));
  g_auto (RpcHttp) recv = ask ("POST", "/rtc/transports", RECV ("1"));
  g_auto (RpcHttp) other =
      ask_as ("{\"userId\":\"v\"}", "POST", "/rtc/transports", SEND ("1"));
  g_autoptr (JsonNode) t_first = expect_transport (&first, FALSE);
  g_autoptr (JsonNode) t_again = expect_transport (&again, TRUE);
  g_autoptr (JsonNode) t_recv = expect_transport (&recv, FALSE);
  g_autoptr (JsonNode) t_other = expect_transport (&other, FALSE);
  const gchar *id = get_string (t_first, "id");
  g_autoptr (RpcClient) c = rpc_new (&f);
  g_autofree gchar *connect = connect_data (id);

  g_assert_true (json_node_equal (t_first, t_again));
  g_assert_cmpstr (id, !=, get_string (t_recv, "id"));
  g_assert_cmpstr (id, !=, get_string (t_other, "id"));
  rpc_ok_is (c, "getStats", "{\"routerId\":\"call-1\"}",
      "{\"routerId\":\"call-1\",\"peers\":2,\"transports\":3,\"producers\":0,"
      "\"consumers\":0}");
  rpc_ok_is (c, "connectTransport", connect, "{\"success\":true}");
  rpc_produce (c, id, "p", "audio", 9);
  rpc_ok_is (c, "listProducers", "{\"routerId\":\"call-1\"}",
      "{\"producers\":[{\"producerId\":\"p\",\"peerId\":\"u\",\"userId\":\"u\","
      "\"kind\":\"audio\",\"paused\":false}]}");
  rpc_ok_is (
      c, "closeRouter", "{\"routerId\":\"call-1\"}", "{\"success\":true}");
}

/* A call that was closed stays closed until its server makes it again. */
static void
test_closed (void)
{
  g_autoptr (RpcClient) c = rpc_new (&f);
  static const gchar closed[] = "{\"success\":false,\"reason\":\"INVALID_"
                                "STATE\",\"error\":\"the call was "
                                "closed\"}";

  json_node_unref (rpc_ok (c, "createRouter", "{\"routerId\":\"call-2\"}"));
  for (guint i = 0; i < 2; i++) {
    g_auto (RpcHttp) open = ask ("POST", "/rtc/transports", SEND ("2"));
    g_auto (RpcHttp) refused = { 0 };
    g_auto (RpcHttp) elsewhere = { 0 };

    json_node_unref (expect_transport (&open, FALSE));
    rpc_ok_is (
        c, "closeRouter", "{\"routerId\":\"call-2\"}", "{\"success\":true}");
    refused = ask ("POST", "/rtc/transports", SEND ("2"));
    g_assert_cmpuint (refused.status, ==, 200);
    g_assert_cmpstr (refused.body, ==, closed);
    rpc_invalid_state (
        c, "getStats", "{\"routerId\":\"call-2\"}", "not known, or closed");
    elsewhere = ask ("POST", "/rtc/transports", SEND ("22"));
    json_node_unref (expect_transport (&elsewhere, i > 0));
    json_node_unref (rpc_ok (c, "createRouter", "{\"routerId\":\"call-2\"}"));
  }
}

/* What the hub cannot do is no error of HTTP. */
static void
test_full (void)
{
  static const gchar *const flags[] = { "--max-rooms=1", NULL };
  g_autofree gchar *flag =
      g_strdup_printf ("--jwt-secret-file=%s", secret_file);
  const gchar *all[] = { flag, flags[0], NULL };
  g_autofree gchar *header = bearer ("{\"userId\":\"u\"}");
  const gchar *headers[] = { header, NULL };
  Fixture small;

  fixture_start (&small, all);
  {
    g_auto (RpcHttp) first =
        rpc_http (&small, "POST", "/rtc/transports", headers, SEND ("1"));
    g_auto (RpcHttp) second =
        rpc_http (&small, "POST", "/rtc/transports", headers, SEND ("2"));

    json_node_unref (expect_transport (&first, FALSE));
    g_assert_cmpuint (second.status, ==, 200);
    g_assert_true (g_str_has_prefix (second.body,
        "{\"success\":false,\"reason\":\"INVALID_STATE\",\"error\":\""));
  }
  fixture_stop (&small);
}

static void
assert_error (const RpcHttp *http, guint status, const gchar *text)
{
  g_autoptr (JsonNode) node = parse (http);

  g_test_message ("%u %s", http->status, http->body);
  g_assert_cmpuint (http->status, ==, status);
  g_assert_nonnull (strstr (get_string (node, "error"), text));
}

static void
test_bodies (void)
{
  static const struct {
    const gchar *body, *error;
  } cases[] = {
    { NULL, "callId: missing" },
    { "{}", "callId: missing" },
    { "{\"callId\":\"1\"}", "direction: missing" },
    { "{\"callId\":1,\"direction\":\"send\"}", "callId: must be a string" },
    { "{\"callId\":\"\",\"direction\":\"send\"}", "callId: must not be empty" },
    { "{\"callId\":\"1\",\"direction\":\"up\"}", "direction: must be" },
    { "{\"callId\":\"1\",\"direction\":[]}", "direction: must be a string" },
    { "[]", "body: not a JSON object" },
    { "{", "body: not valid JSON" },
  };
  g_autofree gchar *x = g_strnfill (124, 'x');
  g_autofree gchar *long_id =
      g_strdup_printf ("{\"callId\":\"%s\",\"direction\":\"send\"}", x);
  g_autofree gchar *huge = g_strnfill (256 * 1024 + 1, ' ');
  g_auto (RpcHttp) too_long = ask ("POST", "/rtc/transports", long_id);
  g_auto (RpcHttp) too_large = ask ("POST", "/rtc/transports", huge);
  g_auto (RpcHttp) wrong = ask ("GET", "/rtc/transports", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_auto (RpcHttp) http = ask ("POST", "/rtc/transports", cases[i].body);

    assert_error (&http, 400, cases[i].error);
  }
  assert_error (&too_long, 400, "callId: too long");
  assert_error (&too_large, 413, "too long");
  assert_error (&wrong, 405, "not with this method");
}

static void
test_tokens (void)
{
  static const gchar *const paths[] = { "/rtc/capabilities",
    "/rtc/transports" };
  g_autofree gchar *forged = test_token_hs256 (
      "another secret of enough bytes..", NULL, "{\"userId\":\"u\"}");
  g_autofree gchar *forged_header =
      g_strdup_printf ("Authorization: Bearer %s", forged);
  const gchar *with_forged[] = { forged_header, NULL };
  const gchar *with_basic[] = { "Authorization: Basic dTp1", NULL };

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++) {
    const gchar *method = i == 0 ? "GET" : "POST";
    const gchar *body = i == 0 ? NULL : SEND ("1");
    g_auto (RpcHttp) none = rpc_http (&f, method, paths[i], NULL, body);
    g_auto (RpcHttp) basic = rpc_http (&f, method, paths[i], with_basic, body);
    g_auto (RpcHttp) bad = rpc_http (&f, method, paths[i], with_forged, body);
    g_auto (RpcHttp) old =
        ask_as ("{\"userId\":\"u\",\"exp\":1000}", method, paths[i], body);
    g_auto (RpcHttp) nobody = ask_as ("{}", method, paths[i], body);

    assert_error (&none, 401, "");
    assert_error (&basic, 401, "");
    assert_error (&bad, 401, "");
    assert_error (&old, 401, "");
    assert_error (&nobody, 401, "");
    g_assert_cmpstr (
        soup_message_headers_get_one (none.headers, "WWW-Authenticate"), ==,
        "Bearer");
  }
}

/* A token for other rooms; what one may do is what the token says. */
static void
test_grants (void)
{
  g_auto (RpcHttp) elsewhere =
      ask_as ("{\"userId\":\"w\",\"rooms\":[\"call-8\"]}", "POST",
          "/rtc/transports", SEND ("7"));
  g_auto (RpcHttp) here =
      ask_as ("{\"userId\":\"w\",\"name\":\"Will\",\"rooms\":[\"call-8\"],"
              "\"rights\":[\"subscribe\"]}",
          "POST", "/rtc/transports", SEND ("8"));
  g_autoptr (JsonNode) transport = expect_transport (&here, FALSE);
  g_autoptr (RpcClient) c = rpc_new (&f);
  g_autofree gchar *produce =
      produce_data (get_string (transport, "id"), "audio", 3);
  g_autofree gchar *reason = NULL;
  SfuRoom *room = sfu_rooms_find (sfu_server_get_rooms (f.server), "call-8");
  SfuPeer *peer = g_hash_table_lookup (room->peers, "w");

  assert_error (&elsewhere, 403, "not for this room");
  g_assert_cmpstr (peer->display_name, ==, "Will");
  g_assert_cmpstr (peer->user_id, ==, "w");
  reason = rpc_fails (c, "createProducer", produce, -32003, "FORBIDDEN");
  g_assert_nonnull (strstr (reason, "no right to"));
}

/* A server that has no accounts knows nobody. */
static void
test_no_accounts (void)
{
  Fixture plain;

  fixture_start (&plain, NULL);
  {
    g_autofree gchar *header = bearer ("{\"userId\":\"u\"}");
    const gchar *headers[] = { header, NULL };
    g_auto (RpcHttp) http =
        rpc_http (&plain, "GET", "/rtc/capabilities", headers, NULL);

    assert_error (&http, 401, "there are no accounts");
  }
  fixture_stop (&plain);
}

static void
test_switched_off (void)
{
  static const gchar *const flags[] = { "--no-rpc", NULL };
  Fixture off;

  fixture_start (&off, flags);
  {
    g_auto (RpcHttp) http =
        rpc_http (&off, "GET", "/rtc/capabilities", NULL, NULL);

    assert_error (&http, 404, "media-server RPC");
    g_assert_null (rpc_try (&off, "/rpc", NULL));
  }
  fixture_stop (&off);
}

static const gchar *
allowed (const RpcHttp *http)
{
  return soup_message_headers_get_one (
      http->headers, "Access-Control-Allow-Origin");
}

/* Which pages may read the answers. */
static void
test_pages (void)
{
  g_autofree gchar *flag =
      g_strdup_printf ("--jwt-secret-file=%s", secret_file);
  const gchar *flags[] = { flag, "--allowed-origins=" PAGE, NULL };
  g_autofree gchar *header = bearer ("{\"userId\":\"u\"}");
  const gchar *ours[] = { header, "Origin: " PAGE, NULL };
  const gchar *foreign[] = { header, "Origin: https://evil.example", NULL };
  const gchar *preflight[] = { "Origin: " PAGE,
    "Access-Control-Request-Method: POST",
    "Access-Control-Request-Headers: authorization, content-type", NULL };
  g_auto (RpcHttp) any =
      rpc_http (&f, "GET", "/rtc/capabilities", foreign, NULL);
  Fixture strict;

  g_assert_cmpuint (any.status, ==, 200);
  g_assert_cmpstr (allowed (&any), ==, "*");
  fixture_start (&strict, flags);
  {
    g_auto (RpcHttp) good =
        rpc_http (&strict, "POST", "/rtc/transports", ours, SEND ("1"));
    g_auto (RpcHttp) bad =
        rpc_http (&strict, "GET", "/rtc/capabilities", foreign, NULL);
    g_auto (RpcHttp) before =
        rpc_http (&strict, "OPTIONS", "/rtc/transports", preflight, NULL);
    g_auto (RpcHttp) without =
        rpc_http (&strict, "POST", "/rtc/transports", preflight, SEND ("1"));

    json_node_unref (expect_transport (&good, FALSE));
    g_assert_cmpstr (allowed (&good), ==, PAGE);
    assert_error (&bad, 403, "allowed-origins");
    g_assert_null (allowed (&bad));
    g_assert_cmpuint (before.status, ==, 204);
    g_assert_cmpstr (allowed (&before), ==, PAGE);
    g_assert_cmpstr (soup_message_headers_get_one (
                         before.headers, "Access-Control-Allow-Headers"),
        ==, "authorization, content-type");
    /* A page must be able to read why it was refused. */
    assert_error (&without, 401, "");
    g_assert_cmpstr (allowed (&without), ==, PAGE);
  }
  fixture_stop (&strict);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *flag = NULL;
  const gchar *flags[] = { NULL, NULL };
  gint status, fd;

  g_test_init (&argc, &argv, NULL);
  fd = g_file_open_tmp ("sfu-secret-XXXXXX", &secret_file, &error);
  g_assert_no_error (error);
  g_close (fd, NULL);
  g_file_set_contents (secret_file, SECRET "\n", -1, &error);
  g_assert_no_error (error);
  flags[0] = flag = g_strdup_printf ("--jwt-secret-file=%s", secret_file);
  fixture_start (&f, flags);
  g_test_add_func ("/rtc/capabilities", test_capabilities);
  g_test_add_func ("/rtc/transports", test_transports);
  g_test_add_func ("/rtc/closed", test_closed);
  g_test_add_func ("/rtc/full", test_full);
  g_test_add_func ("/rtc/bodies", test_bodies);
  g_test_add_func ("/rtc/tokens", test_tokens);
  g_test_add_func ("/rtc/grants", test_grants);
  g_test_add_func ("/rtc/no-accounts", test_no_accounts);
  g_test_add_func ("/rtc/switched-off", test_switched_off);
  g_test_add_func ("/rtc/pages", test_pages);
  status = g_test_run ();
  fixture_stop (&f);
  g_unlink (secret_file);
  g_free (secret_file);
  return status;
}
