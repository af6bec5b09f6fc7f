/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Socket.IO: namespaces, events and acks, and what is refused.
 *
 * Threads: one. */
#include "sio-fixture.h"

#include <string.h>

/* ---- joining ---- */

static void
test_namespaces (void)
{
  static const struct {
    const gchar *ns;
    gboolean known;
  } cases[] = {
    { "/", TRUE },
    { "/room/a", TRUE },
    { "/room/caf%C3%A9", TRUE },
    { "/room/\xc3\xa9", TRUE },
    { "/room/", FALSE },
    { "/room", FALSE },
    { "/room/a/", FALSE },
    { "/room/a/b", FALSE },
    { "/rooms/a", FALSE },
    { "/Room/a", FALSE },
    { "/random", FALSE },
    { "/room/*", TRUE },
  };
  SioFixture f;
  guint n = 0;

  sio_start (&f, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (Ws) ws = NULL;

    g_test_message ("%s", cases[i].ns);
    if (cases[i].known) {
      Member *member;

      ws = ws_open_joined (&f, cases[i].ns);
      member = sio_wait_member (&f, ++n);
      g_assert_cmpstr (member->ns, ==, cases[i].ns);
    } else {
      g_autofree gchar *packet = g_strdup_printf ("40%s", cases[i].ns);
      g_autofree gchar *answer = g_strdup_printf (
          "44%s,{\"message\":\"Invalid namespace\"}", cases[i].ns);

      ws = ws_open (&f);
      ws_send (ws, packet);
      ws_expect (ws, answer);
    }
  }
  g_assert_cmpuint (f.members->len, ==, n);
  sio_stop (&f);
}

static void
test_auth (void)
{
  static const gchar refusal[] =
      "44/auth,{\"message\":\"Authentication error\","
      "\"data\":{\"code\":7}}";
  SioFixture f;
  g_autoptr (Ws) ws = NULL;
  g_autofree gchar *answer = NULL;

  sio_start (&f, NULL);
  ws = ws_open (&f);
  ws_send (ws, "40/auth,");
  ws_expect (ws, refusal);
  ws_send (ws, "40/auth,{\"token\":\"guess\"}");
  ws_expect (ws, refusal);
  ws_send (ws, "40/auth,{\"token\":\"secret\"}");
  answer = ws_read (ws);
  g_assert_true (g_str_has_prefix (answer, "40/auth,{\"sid\":\""));
  g_assert_nonnull (strstr (answer, sio_wait_member (&f, 1)->id));
  ws_free (g_steal_pointer (&ws));
  sio_stop (&f);
}

static void
test_handshake (void)
{
  SioFixture f;
  g_autoptr (Ws) ws = NULL;
  g_autofree gchar *packet = NULL;
  g_autofree gchar *answer = NULL;
  SfuSioSocket *socket;

  sio_start (&f, NULL);
  ws = ws_try (
      &f, "&name=J%C3%B6&bad=%ff&empty=", "Origin: http://x.example", NULL);
  packet = ws_read (ws);
  ws_send (ws, "40");
  answer = ws_read (ws);
  socket = sio_wait_member (&f, 1)->socket;
  g_assert_cmpstr (sfu_sio_socket_get_namespace (socket), ==, "/");
  g_assert_cmpstr (sfu_sio_socket_get_address (socket), ==, "127.0.0.1");
  g_assert_cmpstr (sfu_sio_socket_get_origin (socket), ==, "http://x.example");
  g_assert_cmpstr (sfu_sio_socket_get_query (socket, "name"), ==, "J\xc3\xb6");
  g_assert_cmpstr (sfu_sio_socket_get_query (socket, "empty"), ==, "");
  g_assert_null (sfu_sio_socket_get_query (socket, "bad"));
  g_assert_null (sfu_sio_socket_get_query (socket, "other"));
  /* Not the id of the session, which is a secret. */
  g_assert_null (strstr (packet, sfu_sio_socket_get_id (socket)));
  ws_free (g_steal_pointer (&ws));
  sio_stop (&f);
}

static void
test_too_many_namespaces (void)
{
  const SfuSioOptions options = { .max_namespaces_per_session = 3 };
  SioFixture f;
  g_autoptr (Ws) ws = NULL;

  sio_start (&f, &options);
  ws = ws_open_joined (&f, "/room/1");
  ws_send (ws, "40/room/2,");
  g_free (ws_read (ws));
  ws_send (ws, "40/slow,");
  SIO_WAIT_UNTIL (f.pending->len == 1);
  ws_send (ws, "40/room/3,");
  ws_expect (ws, "44/room/3,{\"message\":\"Too many namespaces\"}");
  /* One that wants to leave keeps its place until it is answered. */
  ws_send (ws, "41/slow,");
  ws_send (ws, "40/room/3,");
  ws_expect (ws, "44/room/3,{\"message\":\"Too many namespaces\"}");
  sfu_sio_socket_refuse (f.pending->pdata[0], "no", NULL);
  ws_send (ws, "40/room/3,");
  g_free (ws_read (ws));
  sio_wait_member (&f, 3);
  ws_free (g_steal_pointer (&ws));
  sio_stop (&f);
}

static void
test_join_twice (void)
{
  SioFixture f;
  g_autoptr (Ws) ws = NULL;

  sio_start (&f, NULL);
  ws = ws_open_joined (&f, "/room/1");
  ws_send (ws, "40/room/1,");
  ws_expect_closed (ws, 1008);
  sio_wait_closed (sio_wait_member (&f, 1), SFU_SIO_CLOSED_ABUSE);
  g_assert_cmpuint (f.members->len, ==, 1);
  ws_free (g_steal_pointer (&ws));
  sio_stop (&f);
}

/* Nobody joins anything. */
static void
test_connect_timeout (void)
{
  const SfuSioOptions options = { .connect_timeout_ms = 50 };
  SioFixture f;
  g_autofree gchar *sid = NULL;
  g_autoptr (Ws) ws = NULL;
  g_autoptr (Ws) joined = NULL;
  Request *poll;

  sio_start (&f, &options);
  joined = ws_open_joined (&f, "/");
  sid = sio_open (&f);
  poll = sio_get (&f, sid);
  ws = ws_open (&f);
  ws_expect_closed (ws, 0);
  request_wait (poll);
  sio_expect (poll, 200, "1");
  SIO_WAIT_UNTIL (sfu_sio_server_n_sessions (f.sio) == 1);
  ws_send (joined, "421[\"echo\"]");
  ws_expect (joined, "431[]");
  ws_free (g_steal_pointer (&joined));
  ws_free (g_steal_pointer (&ws));
  sio_stop (&f);
}

/* ---- events ---- */

static void
test_events (void)
{
  static const struct {
    const gchar *send, *expect;
  } cases[] = {
    { "42[\"say\"]", "42[\"said\"]" },
    { "42[\"say\",1,\"2\",{\"3\":[true]}]",
        "42[\"said\",1,\"2\",{\"3\":[true]}]" },
    { "42456[\"echo\",1,\"2\",{\"3\":[false,null]}]",
        "43456[1,\"2\",{\"3\":[false,null]}]" },
    { "420[\"echo\"]", "430[]" },
    { "421[\"echo\",\"\xf0\x9f\x98\x80 \\ud83d\\ude00\"]",
        "431[\"\xf0\x9f\x98\x80 \xf0\x9f\x98\x80\"]" },
    { "42/,1[\"echo\",2]", "431[2]" },
    /* An event in one namespace is no other's. */
    { "42/room/1,[\"say\",\"there\"]", "42/room/1,[\"said\",\"there\"]" },
    { "42/room/1,9[\"echo\",\"there\"]", "43/room/1,9[\"there\"]" },
  };
  SioFixture f;
  g_autoptr (Ws) ws = NULL;

  sio_start (&f, NULL);
  ws = ws_open_joined (&f, "/");
  ws_send (ws, "40/room/1,");
  g_free (ws_read (ws));
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_test_message ("%s", cases[i].send);
    ws_send (ws, cases[i].send);
    ws_expect (ws, cases[i].expect);
  }
  g_assert_cmpuint (sio_wait_member (&f, 1)->n_events, ==, 6);
  g_assert_cmpuint (sio_wait_member (&f, 2)->n_events, ==, 2);
  ws_free (g_steal_pointer (&ws));
  sio_stop (&f);
}

/* The server asks, the client answers. */
static void
test_ask (void)
{
  SioFixture f;
  g_autoptr (Ws) ws = NULL;
  Member *member;

  sio_start (&f, NULL);
  ws = ws_open_joined (&f, "/room/1");
  member = sio_wait_member (&f, 1);
  g_assert_cmpint (sfu_sio_socket_ask (member->socket, "name?", NULL), ==, 0);
  g_assert_cmpint (sfu_sio_socket_ask (member->socket, "age?",
                       json_node_init_int (json_node_alloc (), 7)),
      ==, 1);
  ws_expect (ws, "42/room/1,0[\"name?\"]");
  ws_expect (ws, "42/room/1,1[\"age?\",7]");
  ws_send (ws, "43/room/1,1[\"old\"]");
  ws_expect (ws, "42/room/1,[\"answered\",\"old\"]");
  /* Twice, and what nobody asked. */
  ws_send (ws, "43/room/1,1[\"again\"]");
  ws_send (ws, "43/room/1,2[]");
  ws_send (ws, "43/room/1,0[]");
  ws_expect (ws, "42/room/1,[\"answered\"]");
  g_assert_cmpuint (member->n_answered, ==, 2);
  /* A client that never answers. */
  for (gint64 id = 2; id < 2 + SFU_SIO_MAX_ASKED; id++)
    g_assert_cmpint (sfu_sio_socket_ask (member->socket, "x", NULL), ==, id);
  g_assert_cmpint (
      sfu_sio_socket_ask (member->socket, "x", NULL), ==, SFU_SIO_NO_ACK);
  sfu_sio_socket_disconnect (member->socket, FALSE);
  g_assert_cmpint (
      sfu_sio_socket_ask (member->socket, "x", NULL), ==, SFU_SIO_NO_ACK);
  ws_free (g_steal_pointer (&ws));
  sio_stop (&f);
}

/* Not taken, but nothing happens to the connection. */
static void
test_ignored (void)
{
  static const gchar *const texts[] = {
    "42/room/2,[\"say\"]",      /* not joined */
    "42/nowhere,7[\"say\"]",    /* nor could it be */
    "41/room/2,",               /* left without being there */
    "43/room/2,1[]",            /* acks that nobody asked for */
    "431[]",                    /* */
    "42[\"connect\"]",          /* reserved names */
    "42[\"disconnect\",\"x\"]", /* */
    "42[17,\"x\"]",             /* allowed, but no name of ours */
    "3",                        /* a pong that was not asked for */
    "6",                        /* noop */
    "5",                        /* upgraded already */
  };
  SioFixture f;
  g_autoptr (Ws) ws = NULL;
  Member *member;

  sio_start (&f, NULL);
  ws = ws_open_joined (&f, "/");
  member = sio_wait_member (&f, 1);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_test_message ("%s", texts[i]);
    ws_send (ws, texts[i]);
    ws_send (ws, "421[\"echo\"]");
    ws_expect (ws, "431[]");
  }
  g_assert_cmpuint (member->n_events, ==, G_N_ELEMENTS (texts));
  ws_send (ws, "428[\"connect\"]");
  ws_expect (ws, "438[{\"error\":\"no name for an event\"}]");
  ws_free (g_steal_pointer (&ws));
  sio_stop (&f);
}

static void
test_deep (void)
{
  SioFixture f;
  g_autoptr (Ws) ws = NULL;
  g_autofree gchar *open = g_strnfill (2000, '[');
  g_autofree gchar *close = g_strnfill (2000, ']');
  g_autofree gchar *text =
      g_strdup_printf ("42/room/1,5[\"echo\",%s%s]", open, close);

  sio_start (&f, NULL);
  ws = ws_open_joined (&f, "/room/1");
  ws_send (ws, text);
  ws_expect (ws, "43/room/1,5[\"JSON nests deeper than 32\"]");
  g_assert_cmpuint (sio_wait_member (&f, 1)->n_refused, ==, 1);
  ws_free (g_steal_pointer (&ws));
  sio_stop (&f);
}

/* ---- binary ---- */

static void
test_binary (void)
{
  SioFixture f;
  g_autoptr (Ws) ws = NULL;
  Member *root, *room;

  sio_start (&f, NULL);
  ws = ws_open_joined (&f, "/");
  root = sio_wait_member (&f, 1);
  ws_send (ws, "40/room/1,");
  g_free (ws_read (ws));
  room = sio_wait_member (&f, 2);
  /* The event that wants an answer gets one, in the dialect's form or ours. */
  ws_send (ws,
      "452-/room/1,7[\"echo\",{\"_placeholder\":true,\"num\":0},"
      "{\"_placeholder\":true,\"num\":1}]");
  ws_expect (ws, "43/room/1,7[\"binary data are not supported\"]");
  soup_websocket_connection_send_binary (ws->ws, "\0\1\2", 3);
  soup_websocket_connection_send_binary (ws->ws, "\3", 1);
  ws_send (ws, "451-8[\"echo\",{\"_placeholder\":true,\"num\":0}]");
  ws_expect (ws, "438[{\"error\":\"binary data are not supported\"}]");
  soup_websocket_connection_send_binary (ws->ws, "", 0);
  /* No answer wanted, none at all attached, and an ack. */
  ws_send (ws, "451-/room/1,[\"say\",{\"_placeholder\":true,\"num\":0}]");
  soup_websocket_connection_send_binary (ws->ws, "\1", 1);
  ws_send (ws, "450-[\"say\"]");
  ws_send (ws, "461-3[{\"_placeholder\":true,\"num\":0}]");
  soup_websocket_connection_send_binary (ws->ws, "\1", 1);
  /* Nobody noticed. */
  ws_send (ws, "42/room/1,9[\"echo\"]");
  ws_expect (ws, "43/room/1,9[]");
  ws_send (ws, "429[\"echo\"]");
  ws_expect (ws, "439[]");
  g_assert_cmpuint (room->n_refused, ==, 2);
  g_assert_cmpuint (room->n_events, ==, 1);
  g_assert_cmpuint (root->n_events, ==, 1);
  /* Attachments of nothing. */
  soup_websocket_connection_send_binary (ws->ws, "\1", 1);
  ws_expect_closed (ws, 1008);
  sio_wait_closed (root, SFU_SIO_CLOSED_ABUSE);
  sio_wait_closed (room, SFU_SIO_CLOSED_ABUSE);
  ws_free (g_steal_pointer (&ws));
  sio_stop (&f);
}

static void
test_binary_polling (void)
{
  SioFixture f;
  g_autofree gchar *sid = NULL;

  sio_start (&f, NULL);
  sid = sio_open_joined (&f, "/room/1");
  sio_expect (sio_post (&f, sid,
                  "451-/room/1,7[\"echo\",{\"_placeholder\":true,\"num\":0}]"
                  "\x1e"
                  "bAQIDBA==\x1e"
                  "42/room/1,8[\"echo\"]"),
      200, "ok");
  sio_expect (sio_get (&f, sid), 200,
      "43/room/1,7[\"binary data are not supported\"]\x1e"
      "43/room/1,8[]");
  sio_stop (&f);
}

/* Text where an attachment should be. */
static void
test_binary_cut (void)
{
  SioFixture f;
  g_autoptr (Ws) ws = NULL;

  sio_start (&f, NULL);
  ws = ws_open_joined (&f, "/");
  ws_send (ws, "452-[\"say\",{\"_placeholder\":true,\"num\":0}]");
  soup_websocket_connection_send_binary (ws->ws, "\1", 1);
  ws_send (ws, "42[\"say\"]");
  ws_expect_closed (ws, 1008);
  sio_wait_closed (sio_wait_member (&f, 1), SFU_SIO_CLOSED_ABUSE);
  ws_free (g_steal_pointer (&ws));
  sio_stop (&f);
}

static void
test_options (void)
{
  const SfuSioOptions options = { .path = "/socket/" };
  SfuSioServer *named = sfu_sio_server_new (&options);
  SfuSioServer *plain = sfu_sio_server_new (NULL);

  g_assert_true (sfu_sio_server_has_path (named, "/socket"));
  g_assert_true (sfu_sio_server_has_path (named, "/socket/"));
  g_assert_false (sfu_sio_server_has_path (named, "/socket.io/"));
  g_assert_false (sfu_sio_server_has_path (named, "/socket/x"));
  g_assert_true (sfu_sio_server_has_path (plain, "/socket.io/"));
  g_assert_false (sfu_sio_server_has_path (plain, "/socket"));
  sfu_sio_server_free (named);
  sfu_sio_server_free (plain);
  sfu_sio_server_free (NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sio/options", test_options);
  g_test_add_func ("/sio/namespaces", test_namespaces);
  g_test_add_func ("/sio/auth", test_auth);
  g_test_add_func ("/sio/handshake", test_handshake);
  g_test_add_func ("/sio/too-many-namespaces", test_too_many_namespaces);
  g_test_add_func ("/sio/join-twice", test_join_twice);
  g_test_add_func ("/sio/connect-timeout", test_connect_timeout);
  g_test_add_func ("/sio/events", test_events);
  g_test_add_func ("/sio/ask", test_ask);
  g_test_add_func ("/sio/ignored", test_ignored);
  g_test_add_func ("/sio/deep", test_deep);
  g_test_add_func ("/sio/binary", test_binary);
  g_test_add_func ("/sio/binary-polling", test_binary_polling);
  g_test_add_func ("/sio/binary-cut", test_binary_cut);
  return g_test_run ();
}
