/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Engine.IO over HTTP: requests of every kind, good and bad, bounds, and clients
 * that go while their GET hangs.
 *
 * Threads: one. */
#include "sio-fixture.h"

#include <string.h>

#define BAD_REQUEST "{\"code\":3,\"message\":\"Bad request\"}"

/* ---- handshake ---- */

static void
test_open (void)
{
  const SfuSioOptions options = { .ping_interval_ms = 25001,
    .ping_timeout_ms = 20001,
    .max_payload_bytes = 5000 };
  SioFixture f;
  g_autoptr (Request) request = NULL;
  g_autoptr (JsonNode) node = NULL;
  JsonObject *object;

  sio_start (&f, &options);
  request = sio_request (&f, "GET", "", NULL, NULL, NULL);
  request_wait (request);
  g_assert_cmpuint (request->status, ==, 200);
  g_assert_cmpstr (request_header (request, "Content-Type"), ==,
      "text/plain; charset=UTF-8");
  g_assert_cmpstr (request_header (request, "Cache-Control"), ==, "no-store");
  g_assert_cmpint (request->body[0], ==, '0');
  node = sfu_json_parse_object (request->body + 1, -1, NULL);
  object = json_node_get_object (node);
  g_assert_cmpuint (json_object_get_size (object), ==, 5);
  g_assert_cmpuint (
      strlen (json_object_get_string_member (object, "sid")), >=, 20);
  g_assert_cmpint (
      json_object_get_int_member (object, "pingInterval"), ==, 25001);
  g_assert_cmpint (
      json_object_get_int_member (object, "pingTimeout"), ==, 20001);
  g_assert_cmpint (json_object_get_int_member (object, "maxPayload"), ==, 5000);
  g_assert_cmpstr (json_array_get_string_element (
                       json_object_get_array_member (object, "upgrades"), 0),
      ==, "websocket");
  sio_stop (&f);
}

static const struct {
  const gchar *method, *path;
  guint status;
  const gchar *body;
} errors[] = {
  { "GET", "?EIO=4", 400, "{\"code\":0,\"message\":\"Transport unknown\"}" },
  { "GET", "?EIO=4&transport=abc", 400,
      "{\"code\":0,\"message\":\"Transport unknown\"}" },
  { "GET", "?EIO=4&transport=webtransport", 400,
      "{\"code\":0,\"message\":\"Transport unknown\"}" },
  { "GET", "", 400, "{\"code\":0,\"message\":\"Transport unknown\"}" },
  { "GET", "?EIO=4&transport=polling&sid=nobody", 400,
      "{\"code\":1,\"message\":\"Session ID unknown\"}" },
  { "POST", "?EIO=4&transport=polling&sid=nobody", 400,
      "{\"code\":1,\"message\":\"Session ID unknown\"}" },
  { "GET", "?EIO=4&transport=polling&sid=%ff", 400,
      "{\"code\":1,\"message\":\"Session ID unknown\"}" },
  { "POST", "?EIO=4&transport=polling", 400,
      "{\"code\":2,\"message\":\"Bad handshake method\"}" },
  { "PUT", "?EIO=4&transport=polling", 400,
      "{\"code\":2,\"message\":\"Bad handshake method\"}" },
  { "DELETE", "?EIO=4&transport=polling&sid=SID", 400, BAD_REQUEST },
  { "GET", "?EIO=4&transport=websocket", 400, BAD_REQUEST },
  { "GET", "?EIO=4&transport=websocket&sid=SID", 400, BAD_REQUEST },
  { "GET", "?EIO=4&transport=polling&sid=WSID", 400, BAD_REQUEST },
  { "POST", "?EIO=4&transport=polling&sid=WSID", 400, BAD_REQUEST },
  { "GET", "?transport=polling", 400,
      "{\"code\":5,\"message\":\"Unsupported protocol version\"}" },
  { "GET", "?EIO=3&transport=polling", 400,
      "{\"code\":5,\"message\":\"Unsupported protocol version\"}" },
  { "GET", "?EIO=abc&transport=polling", 400,
      "{\"code\":5,\"message\":\"Unsupported protocol version\"}" },
};

/* What the reference server answers. SID stands for a session on polling, WSID
 * for one on a WebSocket. */
static void
test_errors (void)
{
  SioFixture f;
  g_autofree gchar *sid = NULL;
  g_autofree gchar *wsid = NULL;
  g_autofree gchar *packet = NULL;
  g_autoptr (Ws) ws = NULL;

  sio_start (&f, NULL);
  sid = sio_open (&f);
  ws = ws_try (&f, "", NULL, NULL);
  packet = ws_read (ws);
  wsid = g_strndup (strstr (packet, "sid\":\"") + 6, 36);
  for (guint i = 0; i < G_N_ELEMENTS (errors); i++) {
    g_autoptr (GString) path = g_string_new ("/socket.io/");

    g_string_append (path, errors[i].path);
    g_string_replace (path, "WSID", wsid, 0);
    g_string_replace (path, "=SID", "=", 0);
    if (g_str_has_suffix (path->str, "sid="))
      g_string_append (path, sid);
    g_test_message ("%s %s", errors[i].method, path->str);
    sio_expect (sio_request (&f, errors[i].method, path->str, NULL, NULL, NULL),
        errors[i].status, errors[i].body);
  }
  /* Addresses that would have to be kept. */
  for (guint over = 0; over < 2; over++) {
    g_autofree gchar *filler = g_strnfill (over ? 8200 : 8000, 'x');
    g_autofree gchar *query = g_strdup_printf ("&x=%s&sid=nobody", filler);

    sio_expect (sio_request (&f, "GET", query, NULL, NULL, NULL), 400,
        over ? "{\"code\":0,\"message\":\"Transport unknown\"}"
             : "{\"code\":1,\"message\":\"Session ID unknown\"}");
  }
  /* And nobody suffered. */
  g_assert_cmpuint (sfu_sio_server_n_sessions (f.sio), ==, 2);
  sio_expect (sio_post (&f, sid, "3"), 200, "ok");
  ws_free (g_steal_pointer (&ws));
  sio_stop (&f);
}

static void
test_websocket_errors (void)
{
  static const gchar *const paths[] = {
    "/socket.io/?EIO=4",
    "/socket.io/?EIO=4&transport=polling",
    "/socket.io/?EIO=3&transport=websocket",
    "/socket.io/?transport=websocket",
    "/socket.io/?EIO=4&transport=websocket&sid=nobody",
  };
  SioFixture f;

  sio_start (&f, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++) {
    guint status = 0;

    g_test_message ("%s", paths[i]);
    g_assert_null (ws_try (&f, paths[i], NULL, &status));
    g_assert_cmpuint (status, ==, 400);
  }
  g_assert_cmpuint (sfu_sio_server_n_sessions (f.sio), ==, 0);
  sio_stop (&f);
}

static void
test_too_many (void)
{
  const SfuSioOptions options = { .max_sessions = 2 };
  SioFixture f;
  g_autofree gchar *a = NULL;
  g_autofree gchar *b = NULL;
  g_autofree gchar *c = NULL;
  guint status = 0;

  sio_start (&f, &options);
  a = sio_open (&f);
  b = sio_open (&f);
  sio_expect (sio_request (&f, "GET", "", NULL, NULL, NULL), 503,
      "{\"code\":4,\"message\":\"Too many sessions\"}");
  g_assert_null (ws_try (&f, "", NULL, &status));
  g_assert_cmpuint (status, ==, 503);
  sio_expect (sio_post (&f, a, "1"), 200, "ok");
  SIO_WAIT_UNTIL (sfu_sio_server_n_sessions (f.sio) == 1);
  c = sio_open (&f);
  sio_stop (&f);
}

/* ---- polling ---- */

static void
test_poll (void)
{
  SioFixture f;
  g_autofree gchar *sid = NULL;
  Request *poll;

  sio_start (&f, NULL);
  sid = sio_open_joined (&f, "/");
  /* It hangs until there is something. */
  poll = sio_poll (&f, sid);
  sio_expect (sio_post (&f, sid, "42[\"say\",\"\xc3\xa9\"]"), 200, "ok");
  sio_expect (poll, 200, "42[\"said\",\"\xc3\xa9\"]");
  /* Several packets in, several out in one answer. */
  sio_expect (sio_post (&f, sid,
                  "42[\"say\",1]\x1e"
                  "421[\"echo\",2]\x1e"
                  "42[\"say\",3]"),
      200, "ok");
  sio_expect (sio_get (&f, sid), 200,
      "42[\"said\",1]\x1e"
      "431[2]\x1e"
      "42[\"said\",3]");
  /* What is said in one go travels in one answer, to a GET that hangs too. */
  poll = sio_poll (&f, sid);
  sio_expect (sio_post (&f, sid,
                  "42[\"say\",1]\x1e"
                  "42[\"say\",2]"),
      200, "ok");
  sio_expect (poll, 200,
      "42[\"said\",1]\x1e"
      "42[\"said\",2]");
  sio_stop (&f);
}

/* No more in one answer than python-engineio takes. */
static void
test_many_packets (void)
{
  SioFixture f;
  g_autofree gchar *sid = NULL;
  g_autoptr (GString) body = g_string_new (NULL);
  guint n = 0;

  sio_start (&f, NULL);
  sid = sio_open_joined (&f, "/");
  for (guint i = 0; i < 40; i++)
    g_string_append_printf (body, "%s42[\"say\",%u]", i > 0 ? "\x1e" : "", i);
  sio_expect (sio_post (&f, sid, body->str), 200, "ok");
  for (guint i = 0; i < 3; i++) {
    g_autoptr (Request) request = sio_get (&f, sid);
    g_auto (GStrv) packets = NULL;

    request_wait (request);
    packets = g_strsplit (request->body, "\x1e", -1);
    g_assert_cmpuint (g_strv_length (packets), ==, i < 2 ? 16 : 8);
    for (guint j = 0; packets[j] != NULL; j++) {
      g_autofree gchar *expect = g_strdup_printf ("42[\"said\",%u]", n++);

      g_assert_cmpstr (packets[j], ==, expect);
    }
  }
  sio_stop (&f);
}

static void
test_overlap (void)
{
  SioFixture f;
  g_autofree gchar *sid = NULL;
  Member *member;
  Request *first;

  sio_start (&f, NULL);
  sid = sio_open_joined (&f, "/");
  member = sio_wait_member (&f, 1);
  first = sio_poll (&f, sid);
  sio_expect (sio_get (&f, sid), 400, BAD_REQUEST);
  sio_expect (first, 200, "1");
  sio_wait_closed (member, SFU_SIO_CLOSED_TRANSPORT);
  sio_expect_unknown (&f, sid);
  sio_stop (&f);
}

static void
test_garbage_body (void)
{
  /* What is no packet of Engine.IO is refused; when a packet's content is
   * wrong, the answer is "ok", and the session ends as well: both as in the
   * reference. */
  static const struct {
    const gchar *body;
    guint status;
  } cases[] = {
    { "", 400 },
    { "abc", 400 },
    { "9", 400 },
    { "4\xff", 400 },
    { "\x1e", 400 },
    { "3\x1e", 400 },
    { "3\x1ezz", 400 },
    { "4", 200 },
    { "4abc", 200 },
    { "2", 200 },
    { "2probe", 200 },
    { "42[\"say\"", 200 },
    { "bAQIDBA==", 200 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    SioFixture f;
    g_autofree gchar *sid = NULL;
    Request *poll;

    g_test_message ("%s", cases[i].body);
    sio_start (&f, NULL);
    sid = sio_open_joined (&f, "/");
    poll = sio_poll (&f, sid);
    sio_expect (sio_post (&f, sid, cases[i].body), cases[i].status,
        cases[i].status == 400 ? BAD_REQUEST : "ok");
    sio_expect (poll, 200, "1");
    sio_wait_closed (sio_wait_member (&f, 1), SFU_SIO_CLOSED_ABUSE);
    sio_expect_unknown (&f, sid);
    sio_stop (&f);
  }
}

static void
test_close_packet (void)
{
  SioFixture f;
  g_autofree gchar *sid = NULL;
  Request *poll;

  sio_start (&f, NULL);
  sid = sio_open_joined (&f, "/");
  poll = sio_poll (&f, sid);
  sio_expect (sio_post (&f, sid, "1"), 200, "ok");
  sio_expect (poll, 200, "6");
  sio_wait_closed (sio_wait_member (&f, 1), SFU_SIO_CLOSED_TRANSPORT);
  sio_expect_unknown (&f, sid);
  sio_stop (&f);
}

static void
test_too_long (void)
{
  const SfuSioOptions options = { .max_payload_bytes = 1000 };
  g_autofree gchar *filler = g_strnfill (1000, 'x');
  g_autofree gchar *large = g_strdup_printf ("421[\"echo\",\"%s\"]", filler);
  g_autofree gchar *huge_filler = g_strnfill (4000, 'x');
  g_autofree gchar *huge = g_strdup_printf ("42[\"echo\",\"%s\"]", huge_filler);
  SioFixture f;
  g_autofree gchar *sid = NULL;
  Request *poll;

  sio_start (&f, &options);
  sid = sio_open_joined (&f, "/");
  /* One packet is too long: it is refused, the rest goes on. */
  sio_expect (sio_post (&f, sid, large), 200, "ok");
  sio_expect (sio_get (&f, sid), 200,
      "431[{\"error\":\"the message is longer than 1000 bytes\"}]");
  poll = sio_poll (&f, sid);
  sio_expect (sio_post (&f, sid, huge), 413, NULL);
  sio_expect (poll, 200, "1");
  sio_wait_closed (sio_wait_member (&f, 1), SFU_SIO_CLOSED_ABUSE);
  sio_expect_unknown (&f, sid);
  sio_stop (&f);
}

static void
test_octets (void)
{
  SioFixture f;
  g_autofree gchar *sid = NULL;
  g_autofree gchar *query = NULL;

  sio_start (&f, NULL);
  sid = sio_open_joined (&f, "/");
  query = g_strdup_printf ("&sid=%s", sid);
  sio_expect (sio_request (&f, "POST", query,
                  "Content-Type: application/octet-stream", NULL, "42[\"x\"]"),
      400, BAD_REQUEST);
  sio_wait_closed (sio_wait_member (&f, 1), SFU_SIO_CLOSED_ABUSE);
  sio_stop (&f);
}

/* The client is gone while its GET hangs: seen at once, not by a ping. */
static void
test_poll_vanishes (void)
{
  SioFixture f;
  g_autofree gchar *sid = NULL;
  g_autoptr (GSocketConnection) connection = NULL;
  gint64 start = g_get_monotonic_time ();

  sio_start (&f, NULL);
  sid = sio_open_joined (&f, "/");
  connection = raw_connect (&f);
  raw_poll (&f, connection, sid);
  g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);
  sio_wait_closed (sio_wait_member (&f, 1), SFU_SIO_CLOSED_TRANSPORT);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 5 * G_USEC_PER_SEC);
  sio_expect_unknown (&f, sid);
  sio_stop (&f);
}

/* Nobody ever polls: what waits has a bound. */
static void
test_slow_poller (void)
{
  const SfuSioOptions options = { .max_queue_bytes = 10000 };
  g_autofree gchar *filler = g_strnfill (1000, 'x');
  g_autofree gchar *packet = g_strdup_printf ("42[\"say\",\"%s\"]", filler);
  SioFixture f;
  g_autofree gchar *sid = NULL;
  g_autofree gchar *other = NULL;
  Member *member;

  sio_start (&f, &options);
  sid = sio_open_joined (&f, "/");
  member = sio_wait_member (&f, 1);
  for (guint i = 0; i < 9; i++)
    sio_expect (sio_post (&f, sid, packet), 200, "ok");
  g_assert_cmpuint (member->n_closed, ==, 0);
  sio_expect (sio_post (&f, sid, packet), 200, "ok");
  sio_wait_closed (member, SFU_SIO_CLOSED_ABUSE);
  sio_expect_unknown (&f, sid);
  other = sio_open_joined (&f, "/");
  sio_stop (&f);
}

int
main (int argc, char **argv)
{
  static const struct {
    const gchar *name;
    GTestFunc func;
  } tests[] = {
    { "open", test_open },
    { "errors", test_errors },
    { "websocket-errors", test_websocket_errors },
    { "too-many", test_too_many },
    { "poll", test_poll },
    { "many-packets", test_many_packets },
    { "overlap", test_overlap },
    { "garbage-body", test_garbage_body },
    { "close-packet", test_close_packet },
    { "too-long", test_too_long },
    { "octets", test_octets },
    { "poll-vanishes", test_poll_vanishes },
    { "slow-poller", test_slow_poller },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++) {
    g_autofree gchar *path = g_strdup_printf ("/sio-engine/%s", tests[i].name);

    g_test_add_func (path, tests[i].func);
  }
  return g_test_run ();
}
