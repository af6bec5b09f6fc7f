/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A worker dies or hangs: what its rooms' clients are told in each dialect, how
 * they come back, and that nobody else notices.
 *
 * Threads: one; the workers are other processes. */
#include "meetings-fixture.h"
#include "rpc-client.h"

#include "sfu-restart.h"
#include "sfu-room.h"

#include <signal.h>
#include <string.h>

static const gchar *const two_workers[] = { "--workers=2", "--admin-open",
  NULL };

static SfuWorkerPool *
pool_of (Fixture *f)
{
  return sfu_server_get_pool (f->server);
}

static SfuRoom *
find_room (Fixture *f, const gchar *name)
{
  return sfu_rooms_find (sfu_server_get_rooms (f->server), name);
}

static gint
pid_of (Fixture *f, const gchar *room)
{
  return sfu_worker_client_get_pid (
      sfu_room_router (find_room (f, room))->worker);
}

/* Two rooms, each in a worker of its own. The client of each has joined. */
typedef struct {
  Fixture f;
  Client *victim, *bystander;
  gint bystander_pid;
} Two;

static void
two_start (Two *t)
{
  fixture_start (&t->f, two_workers);
  t->victim = client_new (&t->f, "victim", "v");
  client_join (t->victim);
  t->bystander = client_new (&t->f, "bystander", "b");
  client_join (t->bystander);
  t->bystander_pid = pid_of (&t->f, "bystander");
  g_assert_cmpint (pid_of (&t->f, "victim"), !=, t->bystander_pid);
}

/* Nothing has happened to the other room. */
static void
two_stop (Two *t)
{
  g_autofree gchar *transport =
      client_create_transport (t->bystander, TRUE, TRUE);

  g_assert_cmpint (pid_of (&t->f, "bystander"), ==, t->bystander_pid);
  client_free (t->victim);
  client_free (t->bystander);
  fixture_stop (&t->f);
}

/* ---- noticed ---- */

static void
test_noticed (void)
{
  static const struct {
    const gchar *name;
    gint signal;
    gboolean is_hang;
  } cases[] = {
    { "SIGKILL", SIGKILL, FALSE },
    { "SIGSEGV", SIGSEGV, FALSE },
    { "SIGABRT", SIGABRT, FALSE },
    { "stopped", SIGSTOP, TRUE },
    { "media thread hangs", SIGUSR1, TRUE },
    { "control thread hangs", SIGUSR2, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    SfuWorkerPoolHealth health;
    gint64 begin_us, told_us;
    Client *again;
    Two t;

    two_start (&t);
    begin_us = g_get_monotonic_time ();
    kill (pid_of (&t.f, "victim"), cases[i].signal);
    client_wait_closed (t.victim);
    told_us = g_get_monotonic_time () - begin_us;
    g_assert_cmpuint (t.victim->close_code, ==, 1001);
    sfu_worker_pool_get_health (pool_of (&t.f), &health);
    g_assert_cmpuint (health.deaths, ==, 1);
    g_assert_cmpuint (health.hangs, ==, cases[i].is_hang ? 1 : 0);
    g_assert_cmpuint (health.crash_looping, ==, 0);
    /* At once: what is asked for waits until the next worker can. */
    again = client_new (&t.f, "victim", "v");
    client_join (again);
    g_free (client_create_transport (again, TRUE, TRUE));
    g_test_message ("%s: told after %d ms, transport after %d ms",
        cases[i].name, (gint)(told_us / 1000),
        (gint)((g_get_monotonic_time () - begin_us) / 1000));
    WAIT_UNTIL (sfu_worker_pool_n_running (pool_of (&t.f)) == 2);
    client_free (again);
    two_stop (&t);
  }
}

static void
test_no_watchdog (void)
{
  static const gchar *const flags[] = { "--worker-watchdog=0", NULL };
  Fixture f;
  SfuWorkerPoolHealth health;
  gint64 end_us;
  gint pid;

  fixture_start (&f, flags);
  pid =
      sfu_worker_client_get_pid (sfu_worker_pool_get_running (pool_of (&f), 0));
  kill (pid, SIGSTOP);
  /* Longer than it may be silent otherwise; nothing is waited for. */
  for (end_us = g_get_monotonic_time () + 1500 * 1000;
       g_get_monotonic_time () < end_us;)
    test_iterate ();
  sfu_worker_pool_get_health (pool_of (&f), &health);
  g_assert_cmpuint (health.deaths, ==, 0);
  kill (pid, SIGCONT);
  fixture_stop (&f);
}

/* ---- the room goes on ---- */

/* What moderators decided holds, and the room waits for those who were in it
 * although it is empty. */
static void
test_room_stays (void)
{
  SfuRoom *room;
  Client *again;
  Two t;

  two_start (&t);
  room = find_room (&t.f, "victim");
  room->locked = TRUE;
  kill (pid_of (&t.f, "victim"), SIGKILL);
  client_wait_closed (t.victim);
  test_iterate ();
  g_assert_true (find_room (&t.f, "victim") == room);
  room->locked = FALSE;
  again = client_new (&t.f, "victim", "v");
  client_join (again);
  g_assert_true (find_room (&t.f, "victim") == room);
  client_free (again);
  two_stop (&t);
}

/* Both sides again, and media parameters go through. */
static void
test_streams_again (void)
{
  g_autofree gchar *send = NULL;
  g_autofree gchar *recv = NULL;
  g_autofree gchar *producer = NULL;
  Client *a, *b;
  Two t;

  two_start (&t);
  kill (pid_of (&t.f, "victim"), SIGKILL);
  client_wait_closed (t.victim);
  a = client_new (&t.f, "victim", "a");
  b = client_new (&t.f, "victim", "b");
  client_join (a);
  client_join (b);
  send = client_create_transport (a, TRUE, FALSE);
  recv = client_create_transport (b, FALSE, TRUE);
  producer = client_produce (a, send, "audio", 11);
  g_assert_cmpstr (
      json_object_get_string_member (client_wait_offer (b, 1), "producerId"),
      ==, producer);
  WAIT_UNTIL (fixture_count (&t.f, "victim", "consumers") == 1);
  client_free (a);
  client_free (b);
  two_stop (&t);
}

/* ---- again and again ---- */

static void
kill_when_ready (Fixture *f, guint index)
{
  SfuWorkerPoolState state = { 0 };

  WAIT_UNTIL (
      sfu_worker_pool_get_state (pool_of (f), index, &state) && state.running);
  kill (state.pid, SIGKILL);
  WAIT_UNTIL (
      sfu_worker_pool_get_state (pool_of (f), index, &state) && !state.running);
}

static guint
index_of (Fixture *f, gint pid)
{
  SfuWorkerPoolState state;

  for (guint i = 0; sfu_worker_pool_get_state (pool_of (f), i, &state); i++)
    if (state.pid == pid)
      return i;
  g_error ("no worker %d", pid);
}

static void
test_crash_loop (void)
{
  SfuWorkerPoolHealth health;
  SfuWorkerPoolState state;
  guint index;
  Two t;

  two_start (&t);
  index = index_of (&t.f, pid_of (&t.f, "victim"));
  for (guint i = 0; i < SFU_RESTART_LOOP_DEATHS; i++)
    kill_when_ready (&t.f, index);
  client_wait_closed (t.victim);
  sfu_worker_pool_get_health (pool_of (&t.f), &health);
  g_assert_cmpuint (health.configured, ==, 2);
  g_assert_cmpuint (health.ready, ==, 1);
  g_assert_cmpuint (health.restarting, ==, 1);
  g_assert_cmpuint (health.crash_looping, ==, 1);
  /* It waits before it tries again: no process is there. */
  g_assert_true (sfu_worker_pool_get_state (pool_of (&t.f), index, &state));
  g_assert_cmpint (state.pid, ==, 0);
  {
    g_auto (Answer) answer = fixture_http (&t.f, "GET", "/health", NULL);

    g_assert_cmpuint (answer.status, ==, 200);
    g_assert_nonnull (strstr (answer.body, "\"status\":\"degraded\""));
    g_assert_nonnull (strstr (answer.body, "\"crashLooping\":1"));
  }
  /* Its room may be what kills it, so it is not put into the other one. */
  {
    g_autoptr (Client) refused = client_new (&t.f, "victim", "v");

    client_wait_closed (refused);
    g_assert_cmpuint (refused->close_code, ==, 1011);
    g_assert_nonnull (strstr (refused->close_reason, "again and again"));
  }
  /* Others go there. */
  {
    g_autoptr (Client) other = client_new (&t.f, "other", "o");

    client_join (other);
    g_assert_cmpint (pid_of (&t.f, "other"), ==, t.bystander_pid);
  }
  two_stop (&t);
}

/* ---- in each dialect ---- */

static void
kill_worker_of (Fixture *f, const gchar *room)
{
  kill (pid_of (f, room), SIGKILL);
}

/* Socket.IO clients come back when the connection breaks, and only then: a
 * namespace that the server ends is final. */
static void
assert_broken (SioClient *c)
{
  WAIT_UNTIL (c->closed);
  g_assert_false (c->disconnected);
}

static void
test_study (void)
{
  Fixture f;
  SioClient *a, *b;

  fixture_start (&f, two_workers);
  a = sio_new (&f, "/socket.io/", "/room/math", NULL);
  kill_worker_of (&f, "math");
  assert_broken (a);
  b = sio_new (&f, "/socket.io/", "/room/math", NULL);
  json_node_unref (
      sio_request (b, "create-transport", "{\"direction\":\"send\"}"));
  sio_free (a);
  sio_free (b);
  fixture_stop (&f);
}

static void
test_calls (void)
{
  static const gchar join[] = "{\"callId\":\"c1\",\"userId\":\"u1\"}";
  Fixture f;
  SioClient *a, *b;
  g_autofree gchar *joined = NULL;

  fixture_start (&f, two_workers);
  a = sio_new (&f, "/socket.io/", "/", NULL);
  g_free (sio_request_text (a, "joinRoom", join));
  kill_worker_of (&f, "c1");
  assert_broken (a);
  b = sio_new (&f, "/socket.io/", "/", NULL);
  joined = sio_request_text (b, "joinRoom", join);
  g_assert_true (g_str_has_prefix (joined, "{\"success\":true"));
  sio_free (a);
  sio_free (b);
  fixture_stop (&f);
}

static void
test_meetings (void)
{
  Fixture f;
  SioClient *a, *b;

  meetings_start (&f, two_workers);
  a = meetings_enter (&f, "m1", "u1");
  kill_worker_of (&f, "m1");
  assert_broken (a);
  b = meetings_enter (&f, "m1", "u1");
  g_free (meetings_transport (b, TRUE));
  sio_free (a);
  sio_free (b);
  fixture_stop (&f);
}

static void
test_rpc (void)
{
  Fixture f;

  fixture_start (&f, two_workers);
  {
    g_autoptr (RpcClient) c = rpc_new (&f);
    g_autoptr (JsonNode) told = NULL;

    json_node_unref (rpc_ok (c, "createRouter", "{\"routerId\":\"r\"}"));
    json_node_unref (rpc_ok (c, "createRouter", "{\"routerId\":\"s\"}"));
    json_node_unref (rpc_transport (c, "r", "t1", "u1"));
    json_node_unref (rpc_transport (c, "s", "t2", "u2"));
    kill_worker_of (&f, "r");
    told = rpc_wait_notification (c, "routerClosed");
    g_assert_cmpstr (get_string (told, "routerId"), ==, "r");
    g_assert_cmpstr (get_string (told, "reason"), ==, "workerDied");
    rpc_invalid_state (
        c, "getStats", "{\"transportId\":\"t1\"}", "not known, or closed");
    json_node_unref (rpc_ok (c, "createRouter", "{\"routerId\":\"r\"}"));
    json_node_unref (rpc_transport (c, "r", "t1", "u1"));
    /* the other one is as it was */
    json_node_unref (rpc_ok (c, "getStats", "{\"transportId\":\"t2\"}"));
    g_assert_null (rpc_take_notification (c, "routerClosed"));
  }
  fixture_stop (&f);
}

/* ---- who gets the next room ---- */

static void
test_placement (void)
{
  static const gchar *const names[] = { "r0", "r1", "r2", "r3" };
  Client *clients[G_N_ELEMENTS (names)];
  guint n = 0;
  Fixture f;

  fixture_start (&f, two_workers);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    clients[i] = client_new (&f, names[i], "p");
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    n += pid_of (&f, names[i]) == pid_of (&f, "r0") ? 1 : 0;
  g_assert_cmpuint (n, ==, 2);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    client_free (clients[i]);
  fixture_stop (&f);
}

/* Of two that are equally busy it is the one with fewer streams. */
static void
test_placement_by_streams (void)
{
  g_autofree gchar *send = NULL;
  SfuWorkerPoolState state;
  Client *other;
  guint index;
  Two t;

  two_start (&t);
  send = client_create_transport (t.victim, TRUE, FALSE);
  g_free (client_produce (t.victim, send, "audio", 11));
  index = index_of (&t.f, pid_of (&t.f, "victim"));
  WAIT_UNTIL (sfu_worker_pool_get_state (pool_of (&t.f), index, &state) &&
      state.load.n_streams == 1);
  /* What making all this took is over. */
  WAIT_UNTIL (sfu_worker_pool_get_state (pool_of (&t.f), 0, &state) &&
      state.load.cpu_percent + state.load.reserved < 2.5 &&
      sfu_worker_pool_get_state (pool_of (&t.f), 1, &state) &&
      state.load.cpu_percent + state.load.reserved < 2.5);
  other = client_new (&t.f, "other", "o");
  g_assert_cmpint (pid_of (&t.f, "other"), ==, t.bystander_pid);
  client_free (other);
  two_stop (&t);
}

int
main (int argc, char **argv)
{
  g_setenv ("SFU_WORKER_HANG", "1", TRUE);
  g_test_init (&argc, &argv, NULL);
  /* Workers that die are warned of. */
  g_log_set_always_fatal (
      (GLogLevelFlags)G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
  g_test_add_func ("/recovery/noticed", test_noticed);
  g_test_add_func ("/recovery/no-watchdog", test_no_watchdog);
  g_test_add_func ("/recovery/room-stays", test_room_stays);
  g_test_add_func ("/recovery/streams-again", test_streams_again);
  g_test_add_func ("/recovery/crash-loop", test_crash_loop);
  g_test_add_func ("/recovery/study", test_study);
  g_test_add_func ("/recovery/calls", test_calls);
  g_test_add_func ("/recovery/meetings", test_meetings);
  g_test_add_func ("/recovery/rpc", test_rpc);
  g_test_add_func ("/recovery/placement", test_placement);
  g_test_add_func ("/recovery/placement-by-streams", test_placement_by_streams);
  return g_test_run ();
}
