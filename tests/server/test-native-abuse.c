/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Clients that misbehave: what they get, when they are thrown out, and that
 * the others do not notice.
 *
 * Threads: one; the worker is another process. */
#include "server-fixture.h"

#include "sfu-protoo.h"

#include <string.h>
#include <sys/socket.h>

static Fixture f;

static gchar *
wait_error (Client *c, gint64 id, gint code)
{
  g_autoptr (JsonNode) node = client_wait_response (c, id);

  g_assert_cmpint (get_int (node, "errorCode"), ==, code);
  return g_strdup (get_string (node, "errorReason"));
}

/* An error where an id can be read, silence where not; the connection stays. */
static void
test_malformed (void)
{
  static const struct {
    const gchar *text;
    gint64 id; /* -1: no answer is possible */
  } cases[] = {
    { "", -1 },
    { "hello", -1 },
    { "[]", -1 },
    { "{\"request\":true", -1 },
    { "{}", -1 },
    { "{\"request\":true,\"method\":\"join\"}", -1 },
    { "{\"request\":true,\"id\":\"1\",\"method\":\"join\"}", -1 },
    { "{\"request\":true,\"id\":-1,\"method\":\"join\"}", -1 },
    { "{\"request\":true,\"id\":1}", 1 },
    { "{\"request\":true,\"id\":2,\"method\":7}", 2 },
    { "{\"request\":true,\"id\":9007199254740992,\"method\":\"\"}",
        SFU_PROTOO_MAX_ID },
    { "{\"request\":1,\"id\":3,\"method\":\"join\"}", -1 },
    { "{\"response\":true,\"ok\":true}", -1 },
    { "{\"notification\":true}", -1 },
  };
  g_autoptr (Client) c = client_new (&f, "r", "malformed");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    client_send (c, cases[i].text);
    if (cases[i].id >= 0) {
      g_autofree gchar *reason = wait_error (c, cases[i].id, 400);

      g_assert_cmpuint (strlen (reason), >, 0);
    }
  }
  /* Answers to nothing, and words nobody knows, are ignored. */
  client_send (c, "{\"response\":true,\"id\":5,\"ok\":true,\"data\":{}}");
  client_send (c, "{\"notification\":true,\"method\":\"x\",\"data\":{}}");
  json_node_unref (client_ok (c, "getRouterRtpCapabilities", NULL));
  g_assert_false (c->closed);
}

static void
test_malformed_for_ever (void)
{
  g_autoptr (Client) c = client_new (&f, "r", "for-ever");

  for (guint i = 0; i < 16; i++)
    client_send (c, "nonsense");
  client_wait_closed (c);
  g_assert_cmpuint (c->close_code, ==, 1008);
}

static void
test_binary (void)
{
  g_autoptr (Client) c = client_new (&f, "r", "binary");

  soup_websocket_connection_send_binary (c->ws, "\0\1", 2);
  json_node_unref (client_ok (c, "getRouterRtpCapabilities", NULL));
}

/* A request with a data member of so many bytes. */
static gchar *
large_request (gint64 id, gsize bytes)
{
  g_autofree gchar *filler = g_strnfill (bytes, 'x');

  return g_strdup_printf (
      "{\"request\":true,\"id\":%" G_GINT64_FORMAT
      ",\"method\":\"getRouterRtpCapabilities\",\"data\":{\"x\":\"%s\"}}",
      id, filler);
}

static void
test_oversized (void)
{
  g_autoptr (Client) c = client_new (&f, "r", "oversized");
  g_autofree gchar *good = large_request (1, 60 * 1024);
  g_autofree gchar *large = large_request (2, 65 * 1024);
  g_autofree gchar *huge = large_request (3, 300 * 1024);
  g_autofree gchar *reason = NULL;

  client_send (c, good);
  json_node_unref (client_wait_response (c, 1));
  client_send (c, large);
  reason = wait_error (c, 2, 429);
  g_assert_nonnull (strstr (reason, "longer than 65536"));
  json_node_unref (client_ok (c, "getRouterRtpCapabilities", NULL));
  /* Far above the limit: not even read, so that the reason may be lost with
   * the connection. */
  client_send (c, huge);
  client_wait_closed (c);
  g_assert_true (c->close_code == SOUP_WEBSOCKET_CLOSE_TOO_BIG ||
      c->close_code == 0 || c->close_code == SOUP_WEBSOCKET_CLOSE_ABNORMAL);
}

static void
test_deep (void)
{
  g_autoptr (Client) c = client_new (&f, "r", "deep");
  g_autoptr (GString) text = g_string_new (
      "{\"request\":true,\"id\":1,\"method\":\"join\",\"data\":{\"device\":");

  for (guint i = 0; i < 30000; i++)
    g_string_append (text, "[");
  for (guint i = 0; i < 30000; i++)
    g_string_append (text, "]");
  g_string_append (text, "}}");
  client_send (c, text->str);
  json_node_unref (client_ok (c, "getRouterRtpCapabilities", NULL));
}

static void
test_too_fast (void)
{
  static const gchar *const flags[] = { "--requests-per-second=1",
    "--request-burst=5", NULL };
  Fixture slow;
  g_autoptr (Client) c = NULL;
  guint good = 0, refused = 0;

  fixture_start (&slow, flags);
  c = client_new (&slow, "r", "a");
  for (guint i = 0; i < 20; i++) {
    g_autoptr (JsonNode) node =
        client_request (c, "getRouterRtpCapabilities", NULL);

    if (json_object_get_boolean_member (json_node_get_object (node), "ok")) {
      good++;
    } else {
      g_assert_cmpint (get_int (node, "errorCode"), ==, 429);
      refused++;
    }
  }
  /* The five of the burst, and what a second or two bring. */
  g_assert_cmpuint (good, >=, 5);
  g_assert_cmpuint (refused, >, 0);
  /* One that does not listen is thrown out. */
  for (guint i = 0; i < 400; i++)
    client_send_request (c, "getRouterRtpCapabilities", NULL);
  client_wait_closed (c);
  g_assert_cmpuint (c->close_code, ==, 1008);
  g_clear_pointer (&c, client_free);
  fixture_stop (&slow);
}

/* createWebRtcTransport needs the worker, so all of them are under way when
 * the last of one burst is read. */
static void
test_too_many_pending (void)
{
  static const gchar *const flags[] = { "--max-pending-requests=2",
    "--max-transports-per-peer=1000", NULL };
  Fixture strict;
  g_autoptr (Client) c = NULL;
  gint64 ids[50];
  guint refused = 0;

  fixture_start (&strict, flags);
  c = client_new (&strict, "r", "a");
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    ids[i] = client_send_request (c, "createWebRtcTransport", "{}");
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++) {
    g_autoptr (JsonNode) node = client_wait_response (c, ids[i]);

    if (!json_object_get_boolean_member (json_node_get_object (node), "ok")) {
      g_assert_cmpint (get_int (node, "errorCode"), ==, 429);
      refused++;
    }
  }
  g_assert_cmpuint (refused, >, 0);
  g_assert_cmpuint (refused, <, G_N_ELEMENTS (ids));
  g_clear_pointer (&c, client_free);
  fixture_stop (&strict);
}

/* ---- raw sockets ---- */

static GSocketConnection *
raw_connect (Fixture *fixture)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GError) error = NULL;
  GSocketConnection *connection = g_socket_client_connect_to_host (
      client, "127.0.0.1", fixture->port, NULL, &error);

  g_assert_no_error (error);
  return connection;
}

static void
raw_write (GSocketConnection *connection, const void *data, gsize len)
{
  g_autoptr (GError) error = NULL;

  g_output_stream_write_all (
      g_io_stream_get_output_stream (G_IO_STREAM (connection)), data, len, NULL,
      NULL, &error);
  g_assert_no_error (error);
}

static void
raw_handshake (GSocketConnection *connection, const gchar *peer)
{
  g_autofree gchar *text = g_strdup_printf (
      "GET /?roomId=raw&peerId=%s HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
      "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: protoo\r\n\r\n",
      peer);

  raw_write (connection, text, strlen (text));
}

static guint
n_peers (Fixture *fixture)
{
  return sfu_rooms_n_peers (sfu_server_get_rooms (fixture->server));
}

/* A masked text frame of less than 126 bytes. */
static void
raw_send_text (GSocketConnection *connection, const gchar *text)
{
  gsize len = strlen (text);
  guint8 frame[6 + 125] = { 0x81, 0x80 | (guint8)len, 0, 0, 0, 0 };

  g_assert_cmpuint (len, <, 126);
  memcpy (frame + 6, text, len);
  raw_write (connection, frame, 6 + len);
}

static gboolean
write_would_block (GSocketConnection *connection, const gchar *text)
{
  GSocket *socket = g_socket_connection_get_socket (connection);

  if ((g_socket_condition_check (socket, G_IO_OUT) & G_IO_OUT) == 0)
    return TRUE;
  raw_send_text (connection, text);
  return FALSE;
}

/* A client that asks and asks and never reads: its queue fills, it goes; the
 * other peer is served all the time. */
static void
test_slow_reader (void)
{
  static const gchar *const flags[] = { "--max-queue-bytes=200000",
    "--requests-per-second=0", NULL };
  static const gchar request[] =
      "{\"request\":true,\"id\":1,\"method\":\"getRouterRtpCapabilities\"}";
  Fixture strict;
  g_autoptr (Client) other = NULL;
  g_autoptr (GSocketConnection) slow = NULL;
  GSocket *socket;

  fixture_start (&strict, flags);
  other = client_new (&strict, "raw", "other");
  client_join (other);
  slow = raw_connect (&strict);
  socket = g_socket_connection_get_socket (slow);
  g_socket_set_option (socket, SOL_SOCKET, SO_RCVBUF, 4096, NULL);
  raw_handshake (slow, "slow");
  WAIT_UNTIL (n_peers (&strict) == 2);
  for (gint64 end = g_get_monotonic_time () + TEST_DEADLINE_US;
       n_peers (&strict) == 2;) {
    g_assert_cmpint (g_get_monotonic_time (), <, end);
    if (write_would_block (slow, request))
      test_iterate ();
    while (g_main_context_iteration (NULL, FALSE))
      ;
  }
  json_node_unref (client_ok (other, "getRouterRtpCapabilities", NULL));
  g_clear_pointer (&other, client_free);
  fixture_stop (&strict);
}

/* Frames that are not the protocol's. */
static void
test_raw_garbage (void)
{
  static const struct {
    guint8 bytes[16];
    gsize len;
  } frames[] = {
    { { 0x81, 0x02, 'h', 'i' }, 4 },         /* not masked */
    { { 0xf1, 0x80, 0, 0, 0, 0 }, 6 },       /* reserved bits */
    { { 0x83, 0x80, 0, 0, 0, 0 }, 6 },       /* reserved opcode */
    { { 0x81, 0x81, 0, 0, 0, 0, 0xff }, 7 }, /* not UTF-8 */
    { { 0x81, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0,
          0 },
        14 },                          /* 2^63 - 1 bytes follow */
    { { 0x09, 0x80, 0, 0, 0, 0 }, 6 }, /* fragmented ping */
    { { 0x80, 0x80, 0, 0, 0, 0 }, 6 }, /* continuation of nothing */
  };

  for (guint i = 0; i < G_N_ELEMENTS (frames); i++) {
    g_autoptr (GSocketConnection) connection = raw_connect (&f);
    g_autofree gchar *peer = g_strdup_printf ("raw-%u", i);
    guint before = n_peers (&f);

    raw_handshake (connection, peer);
    WAIT_UNTIL (n_peers (&f) == before + 1);
    raw_write (connection, frames[i].bytes, frames[i].len);
    WAIT_UNTIL (n_peers (&f) == before);
  }
}

/* The tab is closed: TCP ends without a goodbye. */
static void
test_vanished (void)
{
  g_autoptr (Client) other = client_new (&f, "raw", "other");
  g_autoptr (GSocketConnection) connection = raw_connect (&f);
  g_autoptr (JsonNode) note = NULL;
  static const gchar join[] = "{\"request\":true,\"id\":1,\"method\":\"join\","
                              "\"data\":{\"displayName\":"
                              "\"x\"}}";
  guint before = n_peers (&f);
  gint64 start;

  client_join (other);
  raw_handshake (connection, "vanishing");
  WAIT_UNTIL (n_peers (&f) == before + 1);
  raw_send_text (connection, join);
  note = client_wait_notification (other, "newPeer");
  g_clear_pointer (&note, json_node_unref);
  start = g_get_monotonic_time ();
  g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);
  note = client_wait_notification (other, "peerClosed");
  g_assert_cmpstr (get_string (note, "peerId"), ==, "vanishing");
  g_assert_cmpint (g_get_monotonic_time () - start, <, 2 * G_USEC_PER_SEC);
}

/* A whole room goes at once: what each is told of the others finds connections
 * that are gone or going. */
static void
test_all_vanish (void)
{
  static const gchar join[] =
      "{\"request\":true,\"id\":1,\"method\":\"join\",\"data\":{"
      "\"displayName\":\"x\"}}";
  GSocketConnection *connections[20];
  guint before = n_peers (&f);

  for (guint i = 0; i < G_N_ELEMENTS (connections); i++) {
    g_autofree gchar *peer = g_strdup_printf ("crowd-%u", i);

    connections[i] = raw_connect (&f);
    raw_handshake (connections[i], peer);
    WAIT_UNTIL (n_peers (&f) == before + i + 1);
  }
  for (guint i = 0; i < G_N_ELEMENTS (connections); i++)
    raw_send_text (connections[i], join);
  {
    g_autoptr (Client) last = client_new (&f, "raw", "crowd-last");

    client_join (last);
    for (guint i = 0; i < G_N_ELEMENTS (connections); i++) {
      g_io_stream_close (G_IO_STREAM (connections[i]), NULL, NULL);
      g_object_unref (connections[i]);
    }
    WAIT_UNTIL (n_peers (&f) == before + 1);
  }
}

/* Nothing heard, not even a pong. */
static void
test_silent (void)
{
  static const gchar *const flags[] = { "--ping-interval=1", "--ping-timeout=2",
    NULL };
  Fixture strict;
  g_autoptr (Client) alive = NULL;
  g_autoptr (GSocketConnection) silent = NULL;

  fixture_start (&strict, flags);
  alive = client_new (&strict, "raw", "alive");
  silent = raw_connect (&strict);
  raw_handshake (silent, "silent");
  WAIT_UNTIL (n_peers (&strict) == 2);
  WAIT_UNTIL (n_peers (&strict) == 1);
  /* libsoup's client answers pings: it is still there. */
  g_assert_false (alive->closed);
  json_node_unref (client_ok (alive, "getRouterRtpCapabilities", NULL));
  g_clear_pointer (&alive, client_free);
  fixture_stop (&strict);
}

static void
test_handshake (void)
{
  static const struct {
    const gchar *path, *protocol;
  } cases[] = {
    { "/?roomId=r&peerId=p", NULL },
    { "/?roomId=r&peerId=p", "chat" },
    { "/", "protoo" },
    { "/?roomId=r", "protoo" },
    { "/?peerId=p", "protoo" },
    { "/?roomId=&peerId=p", "protoo" },
    { "/?roomId=r&peerId=%0a", "protoo" },
    { "/?roomId=%ff&peerId=p", "protoo" },
    { "/?roomId=r&peerId="
      "0123456789012345678901234567890123456789012345678901234567890123456789"
      "0123456789012345678901234567890123456789012345678901234567890123456789",
        "protoo" },
    { "/nowhere?roomId=r&peerId=p", "protoo" },
    { "/rooms/r?roomId=r&peerId=p", "protoo" },
  };
  guint before = n_peers (&f);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;

    g_test_message ("%s", cases[i].path);
    g_assert_null (client_try (&f, cases[i].path, cases[i].protocol, &error));
    g_assert_nonnull (error);
  }
  g_assert_cmpuint (n_peers (&f), ==, before);
}

/* Names are anybody's: spaces, slashes, other scripts. */
static void
test_names (void)
{
  g_autoptr (Client) a = client_new (&f, "caf%C3%A9%2F1", "J%20%22D%22");
  g_autoptr (Client) b = client_new (&f, "caf%C3%A9%2F1", "b");
  g_autoptr (JsonNode) note = NULL;
  g_auto (Answer) answer =
      fixture_http (&f, "GET", "/rooms/caf%C3%A9%2F1/dump", NULL);

  g_assert_cmpuint (answer.status, ==, 200);
  client_join (b);
  client_join (a);
  note = client_wait_notification (b, "newPeer");
  g_assert_cmpstr (get_string (note, "id"), ==, "J \"D\"");
}

int
main (int argc, char **argv)
{
  static const gchar *const flags[] = { "--admin-open", NULL };
  gint status;

  g_test_init (&argc, &argv, NULL);
  fixture_start (&f, flags);
  g_test_add_func ("/native/abuse/malformed", test_malformed);
  g_test_add_func ("/native/abuse/malformed-for-ever", test_malformed_for_ever);
  g_test_add_func ("/native/abuse/binary", test_binary);
  g_test_add_func ("/native/abuse/oversized", test_oversized);
  g_test_add_func ("/native/abuse/deep", test_deep);
  g_test_add_func ("/native/abuse/too-fast", test_too_fast);
  g_test_add_func ("/native/abuse/too-many-pending", test_too_many_pending);
  g_test_add_func ("/native/abuse/slow-reader", test_slow_reader);
  g_test_add_func ("/native/abuse/raw-garbage", test_raw_garbage);
  g_test_add_func ("/native/abuse/vanished", test_vanished);
  g_test_add_func ("/native/abuse/all-vanish", test_all_vanish);
  g_test_add_func ("/native/abuse/silent", test_silent);
  g_test_add_func ("/native/abuse/handshake", test_handshake);
  g_test_add_func ("/native/abuse/names", test_names);
  status = g_test_run ();
  fixture_stop (&f);
  return status;
}
