/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Engine.IO sessions: pings, WebSockets with their bounds and garbage, upgrades,
 * and the end.
 *
 * Threads: one. */
#include "sio-fixture.h"

#include <string.h>
#include <sys/socket.h>

#define BAD_REQUEST "{\"code\":3,\"message\":\"Bad request\"}"

/* ---- pings ---- */

static const SfuSioOptions quick = { .ping_interval_ms = 50,
  .ping_timeout_ms = 150 };

static void
test_ping_polling (void)
{
  SioFixture f;
  g_autofree gchar *sid = NULL;
  Member *member;

  sio_start (&f, &quick);
  sid = sio_open_joined (&f, "/");
  member = sio_wait_member (&f, 1);
  for (guint i = 0; i < 3; i++) {
    sio_expect (sio_get (&f, sid), 200, "2");
    sio_expect (sio_post (&f, sid, "3"), 200, "ok");
  }
  g_assert_cmpuint (member->n_closed, ==, 0);
  sio_wait_closed (member, SFU_SIO_CLOSED_PING_TIMEOUT);
  sio_expect_unknown (&f, sid);
  sio_stop (&f);
}

static void
test_ping_websocket (void)
{
  SioFixture f;
  g_autoptr (Ws) ws = NULL;
  Member *member;

  sio_start (&f, &quick);
  ws = ws_open_joined (&f, "/");
  member = sio_wait_member (&f, 1);
  for (guint i = 0; i < 3; i++) {
    ws_expect (ws, "2");
    ws_send (ws, "3");
  }
  g_assert_cmpuint (member->n_closed, ==, 0);
  sio_wait_closed (member, SFU_SIO_CLOSED_PING_TIMEOUT);
  ws_expect_closed (ws, 0);
  ws_free (g_steal_pointer (&ws));
  sio_stop (&f);
}

/* Nobody is there any more, and no FIN tells. */
static void
test_half_open (void)
{
  SioFixture f;
  g_autoptr (GSocketConnection) connection = NULL;
  Member *member;

  sio_start (&f, &quick);
  connection = raw_connect (&f);
  raw_handshake (connection);
  SIO_WAIT_UNTIL (sfu_sio_server_n_sessions (f.sio) == 1);
  raw_send_text (connection, "40");
  member = sio_wait_member (&f, 1);
  sio_wait_closed (member, SFU_SIO_CLOSED_PING_TIMEOUT);
  /* Nor does it answer to the goodbye: cut off. */
  SIO_WAIT_UNTIL (sfu_sio_server_n_sessions (f.sio) == 0);
  sio_stop (&f);
}

/* ---- WebSocket ---- */

static void
test_websocket_garbage (void)
{
  static const gchar *const texts[] = { "", "abc", "9", "2", "2probe", "4",
    "4abc", "42{}", "42abc[\"echo\"]", "44{\"message\":\"x\"}" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    SioFixture f;
    g_autoptr (Ws) ws = NULL;

    g_test_message ("%s", texts[i]);
    sio_start (&f, NULL);
    ws = ws_open_joined (&f, "/");
    ws_send (ws, texts[i]);
    ws_expect_closed (ws, 1008);
    sio_wait_closed (sio_wait_member (&f, 1), SFU_SIO_CLOSED_ABUSE);
    SIO_WAIT_UNTIL (sfu_sio_server_n_sessions (f.sio) == 0);
    ws_free (g_steal_pointer (&ws));
    sio_stop (&f);
  }
}

static void
test_raw_garbage (void)
{
  static const struct {
    guint8 bytes[16];
    gsize len;
  } frames[] = {
    { { 0x81, 0x02, '4', '2' }, 4 },         /* not masked */
    { { 0xf1, 0x80, 0, 0, 0, 0 }, 6 },       /* reserved bits */
    { { 0x83, 0x80, 0, 0, 0, 0 }, 6 },       /* reserved opcode */
    { { 0x81, 0x81, 0, 0, 0, 0, 0xff }, 7 }, /* not UTF-8 */
    { { 0x81, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0,
          0 },
        14 },                          /* 2^63 - 1 bytes follow */
    { { 0x80, 0x80, 0, 0, 0, 0 }, 6 }, /* continuation of nothing */
  };
  SioFixture f;

  sio_start (&f, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (frames); i++) {
    g_autoptr (GSocketConnection) connection = raw_connect (&f);

    raw_handshake (connection);
    raw_send_text (connection, "40");
    sio_wait_member (&f, i + 1);
    raw_write (connection, frames[i].bytes, frames[i].len);
    SIO_WAIT_UNTIL (sfu_sio_server_n_sessions (f.sio) == 0);
  }
  sio_stop (&f);
}

static void
test_websocket_too_long (void)
{
  const SfuSioOptions options = { .max_payload_bytes = 1000 };
  g_autofree gchar *filler = g_strnfill (1000, 'x');
  g_autofree gchar *large = g_strdup_printf ("421[\"echo\",\"%s\"]", filler);
  g_autofree gchar *huge = g_strnfill (4100, '4');
  SioFixture f;
  g_autoptr (Ws) ws = NULL;

  sio_start (&f, &options);
  ws = ws_open_joined (&f, "/");
  ws_send (ws, large);
  ws_expect (ws, "431[{\"error\":\"the message is longer than 1000 bytes\"}]");
  ws_send (ws, "422[\"echo\"]");
  ws_expect (ws, "432[]");
  ws_send (ws, huge);
  ws_expect_closed (ws, 0);
  SIO_WAIT_UNTIL (sfu_sio_server_n_sessions (f.sio) == 0);
  ws_free (g_steal_pointer (&ws));
  sio_stop (&f);
}

/* It is told and told and never reads. */
static void
test_slow_reader (void)
{
  const SfuSioOptions options = { .max_queue_bytes = 200000 };
  g_autofree gchar *filler = g_strnfill (10000, 'x');
  SioFixture f;
  g_autoptr (GSocketConnection) slow = NULL;
  g_autoptr (Ws) other = NULL;
  Member *member;

  sio_start (&f, &options);
  slow = raw_connect (&f);
  g_socket_set_option (
      g_socket_connection_get_socket (slow), SOL_SOCKET, SO_RCVBUF, 4096, NULL);
  raw_handshake (slow);
  raw_send_text (slow, "40");
  member = sio_wait_member (&f, 1);
  other = ws_open_joined (&f, "/");
  for (gint64 end = g_get_monotonic_time () + SIO_DEADLINE_US;
       member->n_closed == 0;) {
    g_assert_cmpint (g_get_monotonic_time (), <, end);
    sfu_sio_socket_emit (member->socket, "talk",
        json_node_init_string (json_node_alloc (), filler));
    while (g_main_context_iteration (NULL, FALSE))
      ;
  }
  sio_wait_closed (member, SFU_SIO_CLOSED_ABUSE);
  ws_send (other, "421[\"echo\"]");
  ws_expect (other, "431[]");
  ws_free (g_steal_pointer (&other));
  sio_stop (&f);
}

/* ---- upgrade ---- */

static Ws *
probe (SioFixture *f, const gchar *sid)
{
  g_autofree gchar *query = g_strdup_printf ("&sid=%s", sid);
  Ws *ws = ws_try (f, query, NULL, NULL);

  g_assert_nonnull (ws);
  ws_send (ws, "2probe");
  ws_expect (ws, "3probe");
  return ws;
}

static void
test_upgrade (void)
{
  SioFixture f;
  g_autofree gchar *sid = NULL;
  g_autofree gchar *query = NULL;
  g_autoptr (Ws) ws = NULL;
  g_autoptr (Ws) second = NULL;
  Request *poll;

  sio_start (&f, NULL);
  sid = sio_open_joined (&f, "/");
  poll = sio_poll (&f, sid);
  ws = probe (&f, sid);
  /* The GET that hung is let go; one that comes late does not hang. */
  sio_expect (poll, 200, "6");
  sio_expect (sio_get (&f, sid), 200, "6");
  /* Polling is still in use, and what it did not fetch goes over the other. */
  sio_expect (sio_post (&f, sid, "42[\"say\",1]"), 200, "ok");
  ws_send (ws, "5");
  ws_expect (ws, "42[\"said\",1]");
  ws_send (ws, "421[\"echo\",2]");
  ws_expect (ws, "431[2]");
  sio_expect (sio_get (&f, sid), 400, BAD_REQUEST);
  sio_expect (sio_post (&f, sid, "3"), 400, BAD_REQUEST);
  /* A second WebSocket is turned away, the first does not notice. */
  query = g_strdup_printf ("&sid=%s", sid);
  second = ws_try (&f, query, NULL, NULL);
  ws_expect_closed (second, 1000);
  ws_send (ws, "422[\"echo\",3]");
  ws_expect (ws, "432[3]");
  g_assert_cmpuint (f.members->len, ==, 1);
  ws_free (g_steal_pointer (&second));
  ws_free (g_steal_pointer (&ws));
  sio_wait_closed (sio_wait_member (&f, 1), SFU_SIO_CLOSED_TRANSPORT);
  sio_stop (&f);
}

static void
test_upgrade_twice_at_once (void)
{
  SioFixture f;
  g_autofree gchar *sid = NULL;
  g_autofree gchar *query = NULL;
  g_autoptr (Ws) ws = NULL;
  g_autoptr (Ws) second = NULL;

  sio_start (&f, NULL);
  sid = sio_open_joined (&f, "/");
  ws = probe (&f, sid);
  query = g_strdup_printf ("&sid=%s", sid);
  second = ws_try (&f, query, NULL, NULL);
  ws_expect_closed (second, 1000);
  ws_send (ws, "5");
  ws_send (ws, "421[\"echo\"]");
  ws_expect (ws, "431[]");
  ws_free (g_steal_pointer (&second));
  ws_free (g_steal_pointer (&ws));
  sio_stop (&f);
}

/* Polling goes on when the other way turns out to be none. */
static void
test_upgrade_fails (void)
{
  static const gchar *const texts[] = { "", "abc", "2", "42[\"say\"]", "3probe",
    "1", NULL };
  SioFixture f;
  g_autofree gchar *sid = NULL;
  g_autofree gchar *query = NULL;
  g_autoptr (Ws) ws = NULL;

  sio_start (&f, NULL);
  sid = sio_open_joined (&f, "/");
  query = g_strdup_printf ("&sid=%s", sid);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (Ws) bad = NULL;
    Request *poll;

    g_test_message ("%s", texts[i]);
    SIO_WAIT_UNTIL ((bad = ws_try (&f, query, NULL, NULL)) != NULL);
    if (texts[i] == NULL)
      soup_websocket_connection_send_binary (bad->ws, "4", 1);
    else
      ws_send (bad, texts[i]);
    ws_expect_closed (bad, 0);
    poll = sio_poll (&f, sid);
    sio_expect (sio_post (&f, sid, "421[\"echo\"]"), 200, "ok");
    sio_expect (poll, 200, "431[]");
  }
  /* And a later one may succeed: the server has heard of the ends by now. */
  for (gboolean closed = TRUE; closed;) {
    g_clear_pointer (&ws, ws_free);
    ws = ws_try (&f, query, NULL, NULL);
    ws_send (ws, "2probe");
    SIO_WAIT_UNTIL (ws->closed || !g_queue_is_empty (&ws->inbox));
    closed = ws->closed;
  }
  ws_expect (ws, "3probe");
  ws_send (ws, "5");
  ws_send (ws, "421[\"echo\"]");
  ws_expect (ws, "431[]");
  ws_free (g_steal_pointer (&ws));
  sio_stop (&f);
}

/* It begins and never goes on. */
static void
test_upgrade_stalls (void)
{
  const SfuSioOptions options = { .upgrade_timeout_ms = 50 };
  SioFixture f;
  g_autofree gchar *sid = NULL;
  g_autoptr (Ws) ws = NULL;

  sio_start (&f, &options);
  sid = sio_open_joined (&f, "/");
  ws = probe (&f, sid);
  ws_expect_closed (ws, 1000);
  sio_expect (sio_post (&f, sid, "421[\"echo\"]"), 200, "ok");
  sio_expect (sio_get (&f, sid), 200, "431[]");
  g_assert_cmpuint (sio_wait_member (&f, 1)->n_closed, ==, 0);
  ws_free (g_steal_pointer (&ws));
  sio_stop (&f);
}

/* ---- the end ---- */

static void
test_close_all (void)
{
  SioFixture f;
  g_autofree gchar *sid = NULL;
  g_autofree gchar *idle = NULL;
  g_autoptr (Ws) ws = NULL;
  Request *poll;

  sio_start (&f, NULL);
  sid = sio_open_joined (&f, "/");
  idle = sio_open_joined (&f, "/");
  ws = ws_open_joined (&f, "/");
  poll = sio_poll (&f, sid);
  sfu_sio_server_close_all (f.sio);
  for (guint i = 1; i <= 3; i++)
    sio_wait_closed (sio_wait_member (&f, i), SFU_SIO_CLOSED_BY_SERVER);
  sio_expect (poll, 200, "1");
  ws_expect_closed (ws, 1001);
  sio_expect_unknown (&f, idle);
  sio_expect (sio_request (&f, "GET", "", NULL, NULL, NULL), 503, NULL);
  SIO_WAIT_UNTIL (sfu_sio_server_n_sessions (f.sio) == 0);
  ws_free (g_steal_pointer (&ws));
  sio_stop (&f);
}

/* The server is freed with everything under way. */
static void
test_free (void)
{
  SioFixture f;
  g_autofree gchar *sid = NULL;
  g_autoptr (Ws) ws = NULL;
  Request *poll;

  sio_start (&f, NULL);
  sid = sio_open_joined (&f, "/");
  ws = ws_open_joined (&f, "/room/1");
  poll = sio_poll (&f, sid);
  g_clear_pointer (&f.sio, sfu_sio_server_free);
  for (guint i = 1; i <= 2; i++)
    sio_wait_closed (sio_wait_member (&f, i), SFU_SIO_CLOSED_BY_SERVER);
  sio_expect (poll, 200, "1");
  ws_expect_closed (ws, 0);
  ws_free (g_steal_pointer (&ws));
  sio_stop (&f);
}

/* The HTTP server goes first. */
static void
test_http_stops (void)
{
  SioFixture f;
  g_autofree gchar *sid = NULL;
  Request *poll;

  sio_start (&f, NULL);
  sid = sio_open_joined (&f, "/");
  poll = sio_poll (&f, sid);
  soup_server_disconnect (f.soup);
  sio_expect (poll, 0, NULL);
  sio_wait_closed (sio_wait_member (&f, 1), SFU_SIO_CLOSED_TRANSPORT);
  sio_stop (&f);
}

int
main (int argc, char **argv)
{
  static const struct {
    const gchar *name;
    GTestFunc func;
  } tests[] = {
    { "ping-polling", test_ping_polling },
    { "ping-websocket", test_ping_websocket },
    { "half-open", test_half_open },
    { "websocket-garbage", test_websocket_garbage },
    { "raw-garbage", test_raw_garbage },
    { "websocket-too-long", test_websocket_too_long },
    { "slow-reader", test_slow_reader },
    { "upgrade", test_upgrade },
    { "upgrade-twice-at-once", test_upgrade_twice_at_once },
    { "upgrade-fails", test_upgrade_fails },
    { "upgrade-stalls", test_upgrade_stalls },
    { "close-all", test_close_all },
    { "free", test_free },
    { "http-stops", test_http_stops },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++) {
    g_autofree gchar *path = g_strdup_printf ("/sio-session/%s", tests[i].name);

    g_test_add_func (path, tests[i].func);
  }
  return g_test_run ();
}
