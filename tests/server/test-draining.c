/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A server that is being drained: every protocol refuses what would open a
 * room, in its own words, and serves the rooms that are open; when the last
 * one has gone, it is over.
 *
 * Threads: one; the worker is another process. */
#include "meetings-fixture.h"
#include "rpc-client.h"

#include "sfu-room.h"

#include <string.h>

#define REASON "this server is being drained"
#define JSON_RPC_DRAINING (-32006)

static SfuDrain *
drain_of (Fixture *f)
{
  return sfu_rooms_get_drain (sfu_server_get_rooms (f->server));
}

static void
begin (Fixture *f, gboolean exit)
{
  SfuDrainOrder order = { .exit = exit };

  sfu_rooms_drain (sfu_server_get_rooms (f->server), &order);
}

/* protoo-client comes again after any code but 4000, and then may reach another
 * server. */
static void
test_native (void)
{
  Fixture f;
  g_autoptr (Client) inside = NULL;
  g_autoptr (Client) late = NULL;
  g_autoptr (Client) refused = NULL;

  fixture_start (&f, NULL);
  inside = client_new (&f, "open", "a");
  client_join (inside);
  begin (&f, FALSE);
  late = client_new (&f, "open", "b");
  client_join (late);
  json_node_unref (client_wait_notification (inside, "newPeer"));
  refused = client_new (&f, "other", "c");
  client_wait_closed (refused);
  g_assert_cmpuint (refused->close_code, ==, 1011);
  g_assert_nonnull (strstr (refused->close_reason, REASON));
  g_assert_null (sfu_rooms_find (sfu_server_get_rooms (f.server), "other"));
  sfu_drain_cancel (drain_of (&f));
  client_free (g_steal_pointer (&refused));
  refused = client_new (&f, "other", "c");
  client_join (refused);
  client_free (g_steal_pointer (&inside));
  client_free (g_steal_pointer (&late));
  client_free (g_steal_pointer (&refused));
  fixture_stop (&f);
}

static void
assert_says (const gchar *text, const gchar *part)
{
  if (strstr (text, part) == NULL)
    g_error ("\"%s\" does not say \"%s\"", text, part);
}

static void
test_socket_io (void)
{
  Fixture f;
  g_autoptr (SioClient) study = NULL;
  g_autoptr (SioClient) calls = NULL;
  g_autoptr (SioClient) meetings = NULL;
  g_autofree gchar *join = NULL;
  g_autofree gchar *create = NULL;
  g_autofree gchar *enter = NULL;

  meetings_start (&f, NULL);
  calls = sio_new (&f, "/socket.io/", "/", NULL);
  meetings = meetings_connect (&f, "u");
  begin (&f, FALSE);
  study = sio_try (&f, "/socket.io/", "/room/r", NULL);
  g_assert_null (study->id);
  assert_says (study->error, REASON);
  create = sio_request_text (calls, "createRoom", "{\"callId\":\"c\"}");
  assert_says (create, "\"success\":false");
  assert_says (create, REASON);
  join = sio_request_text (
      calls, "joinRoom", "{\"callId\":\"c\",\"userId\":\"u\"}");
  assert_says (join, REASON);
  enter = sio_request_text (
      meetings, "joinRoom", "{\"roomCode\":\"r\",\"name\":\"U\"}");
  assert_says (enter, REASON);
  g_assert_cmpuint (sfu_rooms_n_rooms (sfu_server_get_rooms (f.server)), ==, 0);
  sio_free (g_steal_pointer (&study));
  sio_free (g_steal_pointer (&calls));
  sio_free (g_steal_pointer (&meetings));
  fixture_stop (&f);
}

static void
test_rpc_and_rest (void)
{
  static const gchar *const flags[] = { "--admin-open", NULL };
  Fixture f;
  g_autoptr (RpcClient) rpc = NULL;
  g_autofree gchar *why = NULL;
  g_auto (Answer) broadcaster = { 0 };

  fixture_start (&f, flags);
  rpc = rpc_new (&f);
  json_node_unref (rpc_ok (rpc, "createRouter", "{\"routerId\":\"old\"}"));
  begin (&f, FALSE);
  why = rpc_fails (rpc, "createRouter", "{\"routerId\":\"r\"}",
      JSON_RPC_DRAINING, "DRAINING");
  assert_says (why, REASON);
  json_node_unref (rpc_ok (rpc, "createRouter", "{\"routerId\":\"old\"}"));
  broadcaster = fixture_send (&f, "POST", "/rooms/new/broadcasters", NULL,
      "{\"id\":\"b\",\"displayName\":\"B\",\"device\":{\"name\":\"x\"}}");
  g_assert_cmpuint (broadcaster.status, ==, 503);
  assert_says (broadcaster.body, REASON);
  rpc_free (g_steal_pointer (&rpc));
  fixture_stop (&f);
}

static void
assert_health (Fixture *f, guint status, const gchar *word)
{
  g_auto (Answer) answer = fixture_http (f, "GET", "/health", NULL);
  g_autofree gchar *said = g_strdup_printf ("\"status\":\"%s\"", word);

  g_assert_cmpuint (answer.status, ==, status);
  assert_says (answer.body, said);
}

static void
test_health (void)
{
  Fixture f;

  fixture_start (&f, NULL);
  assert_health (&f, 200, "healthy");
  begin (&f, FALSE);
  assert_health (&f, 503, "draining");
  sfu_drain_cancel (drain_of (&f));
  assert_health (&f, 200, "healthy");
  fixture_stop (&f);
}

static void
set_flag (gpointer owner)
{
  *(gboolean *)owner = TRUE;
}

/* Rooms that nobody is in go at once, also when they would linger. */
static void
test_over (void)
{
  static const gchar *const flags[] = { "--room-linger=3600", NULL };
  Fixture f;
  g_autoptr (Client) a = NULL;
  g_autoptr (Client) gone = NULL;
  gboolean over = FALSE;

  fixture_start (&f, flags);
  sfu_drain_set_over (drain_of (&f), set_flag, &over);
  a = client_new (&f, "busy", "a");
  client_join (a);
  gone = client_new (&f, "idle", "b");
  client_join (gone);
  client_free (g_steal_pointer (&gone));
  WAIT_UNTIL (sfu_rooms_n_peers (sfu_server_get_rooms (f.server)) == 1);
  g_assert_cmpuint (sfu_rooms_n_rooms (sfu_server_get_rooms (f.server)), ==, 2);
  begin (&f, TRUE);
  g_assert_cmpuint (sfu_rooms_n_rooms (sfu_server_get_rooms (f.server)), ==, 1);
  /* It goes on. */
  json_node_unref (
      client_ok (a, "changeDisplayName", "{\"displayName\":\"Still here\"}"));
  g_assert_false (over);
  client_free (g_steal_pointer (&a));
  WAIT_UNTIL (over);
  fixture_stop (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/draining/native", test_native);
  g_test_add_func ("/draining/socket-io", test_socket_io);
  g_test_add_func ("/draining/rpc-and-rest", test_rpc_and_rest);
  g_test_add_func ("/draining/health", test_health);
  g_test_add_func ("/draining/over", test_over);
  return g_test_run ();
}
