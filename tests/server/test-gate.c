/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Before any protocol: how many connections, how often, from which page, from
 * which address, and how long somebody may say nothing.
 *
 * Clients stand behind a proxy, which is the test: it says for whom it speaks.
 *
 * Threads: one; the worker is another process. */
#include "server-fixture.h"

#include <stdio.h>
#include <string.h>

#define BEHIND "--trusted-proxies=127.0.0.1,10.0.0.0/8"

/* One HTTP connection, by hand. */
typedef struct {
  GSocketConnection *connection;
  GString *answer;
  gchar bytes[4096];
  gboolean ended, reading;
} Raw;

static void raw_read (Raw *raw);

static void
on_read (GObject *source, GAsyncResult *result, gpointer data)
{
  Raw *raw = data;
  gssize n = g_input_stream_read_finish (G_INPUT_STREAM (source), result, NULL);

  raw->reading = FALSE;
  if (n > 0)
    g_string_append_len (raw->answer, raw->bytes, n);
  raw->ended = n <= 0;
  if (!raw->ended)
    raw_read (raw);
}

static void
raw_read (Raw *raw)
{
  raw->reading = TRUE;
  g_input_stream_read_async (
      g_io_stream_get_input_stream (G_IO_STREAM (raw->connection)), raw->bytes,
      sizeof raw->bytes, G_PRIORITY_DEFAULT, NULL, on_read, raw);
}

static void
raw_send (Raw *raw, const gchar *text)
{
  g_autoptr (GError) error = NULL;

  g_output_stream_write_all (
      g_io_stream_get_output_stream (G_IO_STREAM (raw->connection)), text,
      strlen (text), NULL, NULL, &error);
  g_assert_no_error (error);
}

static Raw *
raw_new (Fixture *f, const gchar *text)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GError) error = NULL;
  Raw *raw = g_new0 (Raw, 1);

  raw->connection = g_socket_client_connect_to_host (
      client, "127.0.0.1", f->port, NULL, &error);
  g_assert_no_error (error);
  raw->answer = g_string_new (NULL);
  raw_read (raw);
  raw_send (raw, text);
  return raw;
}

static void
raw_free (Raw *raw)
{
  if (raw == NULL)
    return;
  g_socket_shutdown (
      g_socket_connection_get_socket (raw->connection), TRUE, TRUE, NULL);
  WAIT_UNTIL (!raw->reading);
  g_object_unref (raw->connection);
  g_string_free (raw->answer, TRUE);
  g_free (raw);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Raw, raw_free)

static guint
raw_status (Raw *raw)
{
  guint status = 0;

  WAIT_UNTIL (strstr (raw->answer->str, "\r\n\r\n") != NULL || raw->ended);
  g_assert_cmpint (sscanf (raw->answer->str, "HTTP/1.1 %u ", &status), ==, 1);
  return status;
}

/* header: one or more whole lines. */
static Raw *
raw_websocket (Fixture *f, const gchar *peer, const gchar *header)
{
  g_autofree gchar *text = g_strdup_printf (
      "GET /?roomId=r&peerId=%s HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
      "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: protoo\r\n%s\r\n",
      peer, header);

  return raw_new (f, text);
}

static Raw *
raw_from (Fixture *f, const gchar *peer, const gchar *forwarded)
{
  g_autofree gchar *header =
      g_strdup_printf ("X-Forwarded-For: %s\r\n", forwarded);

  return raw_websocket (f, peer, header);
}

static Raw *
raw_get (Fixture *f, const gchar *path, const gchar *forwarded)
{
  g_autofree gchar *text = g_strdup_printf (
      "GET %s HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: %s\r\n\r\n", path,
      forwarded);

  return raw_new (f, text);
}

static void
assert_refused (Raw *raw, guint status, const gchar *text)
{
  g_assert_cmpuint (raw_status (raw), ==, status);
  WAIT_UNTIL (strstr (raw->answer->str, "}") != NULL);
  g_assert_nonnull (strstr (raw->answer->str, "application/json"));
  if (strstr (raw->answer->str, text) == NULL)
    g_error ("\"%s\" does not say \"%s\"", raw->answer->str, text);
}

static guint
n_peers (Fixture *f)
{
  return sfu_rooms_n_peers (sfu_server_get_rooms (f->server));
}

static void
test_number (void)
{
  static const gchar *const flags[] = { BEHIND,
    "--max-connections-per-address=2", "--max-connections=3", NULL };
  Fixture f;
  g_autoptr (Raw) one = NULL;
  g_autoptr (Raw) two = NULL;
  g_autoptr (Raw) three = NULL;
  g_autoptr (Raw) other = NULL;
  g_autoptr (Raw) last = NULL;

  fixture_start (&f, flags);
  one = raw_from (&f, "1", "192.0.2.1");
  g_assert_cmpuint (raw_status (one), ==, 101);
  two = raw_from (&f, "2", "192.0.2.1");
  g_assert_cmpuint (raw_status (two), ==, 101);
  three = raw_from (&f, "3", "192.0.2.1");
  assert_refused (three, 429, "too many connections from this address");
  g_assert_nonnull (strstr (three->answer->str, "Retry-After: 1"));
  other = raw_from (&f, "4", "192.0.2.2");
  g_assert_cmpuint (raw_status (other), ==, 101);
  last = raw_from (&f, "5", "192.0.2.3");
  assert_refused (last, 503, "no place");
  /* One goes: another one can come. */
  WAIT_UNTIL (n_peers (&f) == 3);
  g_clear_pointer (&one, raw_free);
  WAIT_UNTIL (n_peers (&f) == 2);
  g_clear_pointer (&three, raw_free);
  three = raw_from (&f, "3", "192.0.2.1");
  g_assert_cmpuint (raw_status (three), ==, 101);
  g_clear_pointer (&two, raw_free);
  g_clear_pointer (&three, raw_free);
  g_clear_pointer (&other, raw_free);
  fixture_stop (&f);
}

/* A handshake that is refused for another reason takes no place, nor does a
 * session that can be resumed take two. */
static void
test_number_refused (void)
{
  static const gchar *const flags[] = { BEHIND,
    "--max-connections-per-address=1", NULL };
  Fixture f;
  g_autoptr (Raw) good = NULL;

  fixture_start (&f, flags);
  for (guint i = 0; i < 5; i++) {
    g_autoptr (Raw) bad = raw_from (&f, "", "192.0.2.1");

    assert_refused (bad, 400, "peerId");
  }
  good = raw_from (&f, "a&resume=0123456789abcdef", "192.0.2.1");
  g_assert_cmpuint (raw_status (good), ==, 101);
  {
    g_autoptr (Raw) more = raw_from (&f, "b", "192.0.2.1");

    assert_refused (more, 429, "too many");
  }
  /* Until the server has seen that it is gone. */
  for (guint status = 0; status != 101;) {
    g_clear_pointer (&good, raw_free);
    good = raw_from (&f, "a&resume=0123456789abcdef", "192.0.2.1");
    status = raw_status (good);
  }
  g_assert_cmpuint (n_peers (&f), ==, 1);
  g_clear_pointer (&good, raw_free);
  fixture_stop (&f);
}

static void
test_rate (void)
{
  static const gchar *const flags[] = { BEHIND,
    "--connections-per-second-per-address=2", NULL };
  Fixture f;
  guint n_refused = 0;

  fixture_start (&f, flags);
  for (guint i = 0; i < 10; i++) {
    g_autofree gchar *peer = g_strdup_printf ("%u", i);
    g_autoptr (Raw) raw = raw_from (&f, peer, "192.0.2.1");

    if (raw_status (raw) == 101)
      continue;
    assert_refused (raw, 429, "too many requests from this address");
    n_refused++;
  }
  g_assert_cmpuint (n_refused, >, 0);
  {
    g_autoptr (Raw) other = raw_from (&f, "other", "192.0.2.2");

    g_assert_cmpuint (raw_status (other), ==, 101);
  }
  fixture_stop (&f);
}

/* Two values of X-Forwarded-For: do they stand for the same client? */
static void
test_forwarded (void)
{
  static const gchar *const flags[] = { BEHIND,
    "--max-connections-per-address=1", NULL };
  static const struct {
    const gchar *first, *second;
    gboolean same;
  } cases[] = {
    { "192.0.2.1", "192.0.2.1", TRUE },
    { "192.0.2.1", "192.0.2.2", FALSE },
    { "192.0.2.1", " 192.0.2.1 ", TRUE },
    { "192.0.2.1:1234", "192.0.2.1:4321", TRUE },
    /* What a client claims stands before what the proxy writes. */
    { "198.51.100.7, 192.0.2.1", "203.0.113.9,192.0.2.1", TRUE },
    { "192.0.2.1, 198.51.100.7", "192.0.2.1, 203.0.113.9", FALSE },
    /* Two proxies of ours in a row. */
    { "192.0.2.1, 10.1.2.3", "192.0.2.1, 10.3.2.1", TRUE },
    { "192.0.2.1, 10.1.2.3", "192.0.2.2, 10.1.2.3", FALSE },
    { "192.0.2.1, 10.1.2.3, 10.1.1.1", "192.0.2.1", TRUE },
    { "2001:db8::1", "2001:db8::2", TRUE },
    { "[2001:db8::1]:1234", "2001:db8::ffff", TRUE },
    { "2001:db8::1", "2001:db8:0:1::1", FALSE },
    /* Nonsense: the proxy itself, which is not counted. */
    { "unknown", "unknown", FALSE },
    { "[2001:db8::1", "[2001:db8::1", FALSE },
    { "", "", FALSE },
    { "999.1.1.1", "999.1.1.1", FALSE },
    { ",,,", ",,,", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    Fixture f;
    g_autoptr (Raw) first = NULL;
    g_autoptr (Raw) second = NULL;

    g_test_message ("\"%s\" \"%s\"", cases[i].first, cases[i].second);
    fixture_start (&f, flags);
    first = raw_from (&f, "1", cases[i].first);
    g_assert_cmpuint (raw_status (first), ==, 101);
    second = raw_from (&f, "2", cases[i].second);
    g_assert_cmpuint (raw_status (second), ==, cases[i].same ? 429 : 101);
    g_clear_pointer (&first, raw_free);
    g_clear_pointer (&second, raw_free);
    fixture_stop (&f);
  }
}

/* Nobody is believed who was not named. */
static void
test_not_trusted (void)
{
  static const gchar *const flags[] = { "--trusted-proxies=192.0.2.77",
    "--max-connections-per-address=1", NULL };
  Fixture f;

  fixture_start (&f, flags);
  {
    g_autoptr (Raw) first = raw_from (&f, "1", "192.0.2.1");
    g_autoptr (Raw) second = raw_from (&f, "2", "192.0.2.1");

    /* Both are this machine's own. */
    g_assert_cmpuint (raw_status (first), ==, 101);
    g_assert_cmpuint (raw_status (second), ==, 101);
  }
  fixture_stop (&f);
}

#define POLL "/socket.io/?EIO=4&transport=polling"

/* Sessions of Socket.IO count, by whatever transport; their requests do not. */
static void
test_socket_io (void)
{
  static const gchar *const flags[] = { BEHIND,
    "--max-connections-per-address=1", NULL };
  Fixture f;
  g_autoptr (Raw) first = NULL;
  g_autofree gchar *id = NULL;
  g_autofree gchar *text = NULL;
  const gchar *start;

  fixture_start (&f, flags);
  first = raw_get (&f, POLL, "192.0.2.1");
  g_assert_cmpuint (raw_status (first), ==, 200);
  WAIT_UNTIL (strstr (first->answer->str, "}") != NULL);
  start = strstr (first->answer->str, "\"sid\":\"");
  g_assert_nonnull (start);
  start += strlen ("\"sid\":\"");
  id = g_strndup (start, strcspn (start, "\""));
  {
    g_autoptr (Raw) second = raw_get (&f, POLL, "192.0.2.1");
    /* This is a new one, too. */
    g_autoptr (Raw) empty = raw_get (&f, POLL "&sid=", "192.0.2.1");

    assert_refused (second, 429, "too many connections");
    assert_refused (empty, 429, "too many connections");
  }
  text = g_strdup_printf (
      "POST " POLL "&sid=%s HTTP/1.1\r\nHost: x\r\n"
      "X-Forwarded-For: 192.0.2.1\r\nContent-Type: text/plain\r\n"
      "Content-Length: 1\r\n\r\n1",
      id);
  {
    g_autoptr (Raw) goodbye = raw_new (&f, text);

    g_assert_cmpuint (raw_status (goodbye), ==, 200);
  }
  for (guint status = 0; status != 200;) {
    g_autoptr (Raw) again = raw_get (&f, POLL, "192.0.2.1");

    status = raw_status (again);
  }
  g_clear_pointer (&first, raw_free);
  fixture_stop (&f);
}

static void
test_requests (void)
{
  static const gchar *const flags[] = { BEHIND,
    "--http-requests-per-second-per-address=1", "--admin-open", NULL };
  static const gchar *const costly[] = { "/stats", "/rooms/r", "/rooms/r/dump",
    "/rooms/r/graph.svg", "/api/rooms" };
  Fixture f;
  guint n_refused = 0;

  fixture_start (&f, flags);
  for (guint i = 0; i < 20; i++) {
    g_autoptr (Raw) raw =
        raw_get (&f, costly[i % G_N_ELEMENTS (costly)], "192.0.2.1");

    if (raw_status (raw) != 429)
      continue;
    assert_refused (raw, 429, "too many requests");
    n_refused++;
  }
  g_assert_cmpuint (n_refused, >, 5);
  /* Load balancers ask often; and others are not concerned. */
  for (guint i = 0; i < 20; i++) {
    g_autoptr (Raw) health = raw_get (&f, "/health", "192.0.2.1");

    g_assert_cmpuint (raw_status (health), ==, 200);
  }
  {
    g_autoptr (Raw) other = raw_get (&f, "/stats", "192.0.2.2");

    g_assert_cmpuint (raw_status (other), ==, 200);
  }
  fixture_stop (&f);
}

static void
test_origin (void)
{
  static const gchar *const flags[] = {
    "--allowed-origins=https://app.example,https://other.example/", NULL
  };
  static const struct {
    const gchar *header;
    guint status;
  } cases[] = {
    { "", 101 },
    { "Origin: https://app.example\r\n", 101 },
    { "Origin: HTTPS://App.Example\r\n", 101 },
    { "Origin: https://other.example\r\n", 101 },
    { "Origin: https://evil.example\r\n", 403 },
    { "Origin: https://app.example.evil.example\r\n", 403 },
    { "Origin: https://app.exampl\r\n", 403 },
    { "Origin: http://app.example\r\n", 403 },
    { "Origin: null\r\n", 403 },
    { "Origin: \r\n", 403 },
    { "Origin: *\r\n", 403 },
    { "Origin: https://app.example\r\nOrigin: https://evil.example\r\n", 403 },
  };
  Fixture f;

  fixture_start (&f, flags);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *peer = g_strdup_printf ("%u", i);
    g_autofree gchar *resumable =
        g_strdup_printf ("%u&resume=0123456789abcdef", i + 100);
    g_autoptr (Raw) plain = raw_websocket (&f, peer, cases[i].header);
    g_autoptr (Raw) resume = raw_websocket (&f, resumable, cases[i].header);

    g_test_message ("%s", cases[i].header);
    g_assert_cmpuint (raw_status (plain), ==, cases[i].status);
    g_assert_cmpuint (raw_status (resume), ==, cases[i].status);
    if (cases[i].status == 403)
      assert_refused (plain, 403, "allowed-origins");
  }
  fixture_stop (&f);
}

/* Who connects and says nothing, or not all of it, is cut off; who has said
 * what it wants is not. */
static void
test_silence (void)
{
  static const gchar *const beginnings[] = { "", "GET / HT",
    "GET / HTTP/1.1\r\nHost: x\r\nX-Long: ",
    "POST /rooms/r/broadcasters HTTP/1.1\r\nHost: x\r\n"
    "Content-Length: 100\r\n\r\n{",
    "GET /health HTTP/1.1\r\nHost: x\r\n\r\n" };
  static const gchar *const flags[] = { "--http-timeout=1", NULL };
  Fixture f;
  g_autoptr (Client) client = NULL;
  g_autoptr (Raw) websocket = NULL;

  fixture_start (&f, flags);
  client = client_new (&f, "r", "a");
  websocket = raw_websocket (&f, "b", "");
  g_assert_cmpuint (raw_status (websocket), ==, 101);
  for (guint i = 0; i < G_N_ELEMENTS (beginnings); i++) {
    g_autoptr (Raw) raw = raw_new (&f, beginnings[i]);

    g_test_message ("\"%s\"", beginnings[i]);
    WAIT_UNTIL (raw->ended);
  }
  g_assert_false (websocket->ended);
  g_assert_false (client->closed);
  json_node_unref (client_ok (client, "getRouterRtpCapabilities", NULL));
  g_clear_pointer (&websocket, raw_free);
  g_clear_pointer (&client, client_free);
  fixture_stop (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gate/number", test_number);
  g_test_add_func ("/gate/number-refused", test_number_refused);
  g_test_add_func ("/gate/rate", test_rate);
  g_test_add_func ("/gate/forwarded", test_forwarded);
  g_test_add_func ("/gate/not-trusted", test_not_trusted);
  g_test_add_func ("/gate/socket-io", test_socket_io);
  g_test_add_func ("/gate/requests", test_requests);
  g_test_add_func ("/gate/origin", test_origin);
  g_test_add_func ("/gate/silence", test_silence);
  return g_test_run ();
}
