/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Socket.IO: how sockets end, who is told, and answers that come late.
 *
 * Threads: one. */
#include "sio-fixture.h"

/* ---- leaving ---- */

static void
test_leave (void)
{
  SioFixture f;
  g_autoptr (Ws) ws = NULL;
  g_autofree gchar *answer = NULL;
  Member *root, *room;

  sio_start (&f, NULL);
  ws = ws_open_joined (&f, "/");
  root = sio_wait_member (&f, 1);
  ws_send (ws, "40/room/1,");
  g_free (ws_read (ws));
  room = sio_wait_member (&f, 2);
  ws_send (ws, "41/room/1,");
  sio_wait_closed (room, SFU_SIO_CLOSED_BY_CLIENT);
  ws_send (ws, "42/room/1,1[\"echo\"]");
  ws_send (ws, "421[\"echo\"]");
  ws_expect (ws, "431[]");
  /* It may come back, as somebody else. */
  ws_send (ws, "40/room/1,");
  answer = ws_read (ws);
  g_assert_cmpstr (sio_wait_member (&f, 3)->id, !=, room->id);
  g_assert_cmpuint (root->n_closed, ==, 0);
  ws_free (g_steal_pointer (&ws));
  sio_wait_closed (root, SFU_SIO_CLOSED_TRANSPORT);
  sio_stop (&f);
}

static void
test_disconnect (void)
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
  sfu_sio_socket_emit (room->socket, "bye", NULL);
  sfu_sio_socket_disconnect (room->socket, FALSE);
  g_assert_cmpuint (room->n_closed, ==, 0);
  /* From here on it does nothing. */
  sfu_sio_socket_emit (room->socket, "late", NULL);
  sfu_sio_socket_ack (room->socket, 1, NULL);
  sfu_sio_socket_disconnect (room->socket, TRUE);
  ws_expect (ws, "42/room/1,[\"bye\"]");
  ws_expect (ws, "41/room/1,");
  sio_wait_closed (room, SFU_SIO_CLOSED_BY_SERVER);
  /* Events that crossed it on the way harm nobody. */
  ws_send (ws, "42/room/1,1[\"echo\"]");
  ws_send (ws, "421[\"echo\"]");
  ws_expect (ws, "431[]");
  g_assert_cmpuint (root->n_closed, ==, 0);
  ws_free (g_steal_pointer (&ws));
  sio_stop (&f);
}

static void
test_disconnect_all (void)
{
  SioFixture f;
  g_autoptr (Ws) ws = NULL;
  g_autofree gchar *first = NULL;
  g_autofree gchar *second = NULL;
  Member *root, *room;

  sio_start (&f, NULL);
  ws = ws_open_joined (&f, "/");
  root = sio_wait_member (&f, 1);
  ws_send (ws, "40/room/1,");
  g_free (ws_read (ws));
  room = sio_wait_member (&f, 2);
  sfu_sio_socket_emit (room->socket, "bye", NULL);
  sfu_sio_socket_disconnect (root->socket, TRUE);
  ws_expect (ws, "42/room/1,[\"bye\"]");
  first = ws_read (ws);
  second = ws_read (ws);
  g_assert_true (g_str_equal (first, "41") || g_str_equal (second, "41"));
  g_assert_true (
      g_str_equal (first, "41/room/1,") || g_str_equal (second, "41/room/1,"));
  sio_wait_closed (root, SFU_SIO_CLOSED_BY_SERVER);
  sio_wait_closed (room, SFU_SIO_CLOSED_BY_SERVER);
  ws_expect_closed (ws, 0);
  SIO_WAIT_UNTIL (sfu_sio_server_n_sessions (f.sio) == 0);
  ws_free (g_steal_pointer (&ws));
  sio_stop (&f);
}

/* No GET hangs: the goodbye waits for the next one. */
static void
test_disconnect_polling (void)
{
  SioFixture f;
  g_autofree gchar *sid = NULL;
  g_autofree gchar *other = NULL;
  Request *poll;

  sio_start (&f, NULL);
  sid = sio_open_joined (&f, "/");
  sfu_sio_socket_emit (sio_wait_member (&f, 1)->socket, "bye", NULL);
  sfu_sio_socket_disconnect (sio_wait_member (&f, 1)->socket, TRUE);
  sio_wait_closed (sio_wait_member (&f, 1), SFU_SIO_CLOSED_BY_SERVER);
  sio_expect (sio_post (&f, sid, "42[\"say\"]"), 200, "ok");
  sio_expect (sio_get (&f, sid), 200,
      "42[\"bye\"]\x1e"
      "41");
  sio_expect (sio_get (&f, sid), 200, "1");
  sio_expect_unknown (&f, sid);
  /* One hangs: the goodbye still waits for another, because the client reads a
   * close before the packets that come with it. */
  other = sio_open_joined (&f, "/");
  poll = sio_poll (&f, other);
  sfu_sio_socket_disconnect (sio_wait_member (&f, 2)->socket, TRUE);
  sio_expect (poll, 200, "41");
  sio_expect (sio_get (&f, other), 200, "1");
  sio_wait_closed (sio_wait_member (&f, 2), SFU_SIO_CLOSED_BY_SERVER);
  SIO_WAIT_UNTIL (sfu_sio_server_n_sessions (f.sio) == 0);
  sio_stop (&f);
}

/* ---- late answers ---- */

static void
test_pending (void)
{
  SioFixture f;
  g_autoptr (Ws) ws = NULL;
  g_autoptr (Ws) gone = NULL;
  g_autofree gchar *answer = NULL;
  Member *member;

  sio_start (&f, NULL);
  ws = ws_open (&f);
  ws_send (ws, "40/slow,");
  SIO_WAIT_UNTIL (f.pending->len == 1);
  /* Too early. */
  ws_send (ws, "42/slow,1[\"echo\"]");
  ws_send (ws, "40/room/1,");
  g_free (ws_read (ws));
  member = sio_accept (&f, f.pending->pdata[0]);
  answer = ws_read (ws);
  g_assert_true (g_str_has_prefix (answer, "40/slow,{\"sid\":\""));
  ws_send (ws, "42/slow,2[\"echo\"]");
  ws_expect (ws, "43/slow,2[]");
  g_assert_cmpuint (member->n_events, ==, 1);
  /* It leaves before it is answered. */
  ws_send (ws, "41/slow,");
  sio_wait_closed (member, SFU_SIO_CLOSED_BY_CLIENT);
  ws_send (ws, "40/slow,");
  SIO_WAIT_UNTIL (f.pending->len == 2);
  ws_send (ws, "41/slow,");
  ws_send (ws, "42/room/1,1[\"echo\"]");
  ws_expect (ws, "43/room/1,1[]");
  member = sio_accept (&f, f.pending->pdata[1]);
  g_assert_cmpuint (member->n_closed, ==, 0);
  sfu_sio_socket_emit (member->socket, "lost", NULL);
  sio_wait_closed (member, SFU_SIO_CLOSED_BY_CLIENT);
  /* Its connection ends before: two of them, one is let in, one is not. */
  gone = ws_open (&f);
  ws_send (ws, "40/slow,");
  SIO_WAIT_UNTIL (f.pending->len == 3);
  ws_send (gone, "40/slow,");
  SIO_WAIT_UNTIL (f.pending->len == 4);
  ws_free (g_steal_pointer (&gone));
  ws_free (g_steal_pointer (&ws));
  SIO_WAIT_UNTIL (sfu_sio_server_n_sessions (f.sio) == 0);
  g_assert_cmpstr (
      sfu_sio_socket_get_namespace (f.pending->pdata[2]), ==, "/slow");
  member = sio_accept (&f, f.pending->pdata[2]);
  sio_wait_closed (member, SFU_SIO_CLOSED_TRANSPORT);
  sfu_sio_socket_refuse (
      f.pending->pdata[3], "no", sfu_json_parse ("[1]", -1, NULL));
  sio_stop (&f);
}

/* Answered after the server is gone. */
static void
test_pending_at_the_end (void)
{
  SioFixture f;
  g_autoptr (Ws) a = NULL;
  g_autoptr (Ws) b = NULL;
  Member *member;

  sio_start (&f, NULL);
  a = ws_open (&f);
  b = ws_open (&f);
  ws_send (a, "40/slow,");
  ws_send (b, "40/slow,");
  SIO_WAIT_UNTIL (f.pending->len == 2);
  g_clear_pointer (&f.sio, sfu_sio_server_free);
  sfu_sio_socket_refuse (f.pending->pdata[0], "no", NULL);
  member = sio_accept (&f, f.pending->pdata[1]);
  sio_wait_closed (member, SFU_SIO_CLOSED_BY_SERVER);
  ws_free (g_steal_pointer (&a));
  ws_free (g_steal_pointer (&b));
  sio_stop (&f);
}

/* ---- owners that talk while they are told ---- */

typedef struct {
  Member *others[2];
  guint n_told;
} Gossip;

static void
on_gossip_closed (gpointer owner, SfuSioCloseReason reason)
{
  Gossip *gossip = owner;

  gossip->n_told++;
  for (guint i = 0; i < 2; i++)
    if (gossip->others[i]->socket != NULL) {
      sfu_sio_socket_emit (gossip->others[i]->socket, "gone", NULL);
      sfu_sio_socket_disconnect (gossip->others[i]->socket, TRUE);
    }
}

/* One of a client's sockets, told that it is closed, talks to another one of
 * the same client, and to one of another client. */
static void
test_gossip (void)
{
  static const SfuSioCallbacks callbacks = { .closed = on_gossip_closed };

  for (guint freed = 0; freed < 2; freed++) {
    SioFixture f;
    Gossip gossip = { 0 };
    g_autoptr (Ws) ws = NULL;
    g_autoptr (Ws) other = NULL;

    sio_start (&f, NULL);
    ws = ws_open_joined (&f, "/room/1");
    other = ws_open_joined (&f, "/room/1");
    gossip.others[0] = sio_wait_member (&f, 1);
    gossip.others[1] = sio_wait_member (&f, 2);
    ws_send (ws, "40/slow,");
    SIO_WAIT_UNTIL (f.pending->len == 1);
    sfu_sio_socket_accept (f.pending->pdata[0], &callbacks, &gossip);
    g_free (ws_read (ws));
    if (freed) {
      g_clear_pointer (&f.sio, sfu_sio_server_free);
    } else {
      ws_free (g_steal_pointer (&ws));
      SIO_WAIT_UNTIL (gossip.n_told == 1);
      ws_expect (other, "42/room/1,[\"gone\"]");
      ws_expect (other, "41/room/1,");
    }
    sio_wait_closed (gossip.others[0],
        freed ? SFU_SIO_CLOSED_BY_SERVER : SFU_SIO_CLOSED_TRANSPORT);
    sio_wait_closed (gossip.others[1], SFU_SIO_CLOSED_BY_SERVER);
    g_assert_cmpuint (gossip.n_told, ==, 1);
    ws_free (g_steal_pointer (&other));
    g_clear_pointer (&ws, ws_free);
    sio_stop (&f);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sio-leave/leave", test_leave);
  g_test_add_func ("/sio-leave/disconnect", test_disconnect);
  g_test_add_func ("/sio-leave/disconnect-all", test_disconnect_all);
  g_test_add_func ("/sio-leave/disconnect-polling", test_disconnect_polling);
  g_test_add_func ("/sio-leave/pending", test_pending);
  g_test_add_func ("/sio-leave/pending-at-the-end", test_pending_at_the_end);
  g_test_add_func ("/sio-leave/gossip", test_gossip);
  return g_test_run ();
}
