/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Several servers that share a Redis: what clients of one are told of the
 * others' when servers end, and when Redis does.
 *
 * Threads: one; workers and Redis are other processes. */
#include "cluster-fixture.h"

#include "sfu-presence.h"
#include "sfu-room.h"

#include <signal.h>
#include <string.h>

/* Servers that vanish are noticed after so long. */
static const gchar *const quick[] = { "--cluster-liveness=1", NULL };
/* Longer than dialling again takes twice on a busy machine. */
static const gchar *const patient[] = { "--cluster-liveness=5", NULL };

/* ---- servers that end ---- */

/* In good order: at once, and nothing is left in Redis. */
static void
test_stop (void)
{
  Pair p;
  g_autoptr (Client) alice = NULL;
  g_autoptr (Client) bob = NULL;

  pair_start (&p, NULL);
  alice = enter (&p.a, "alice");
  bob = enter (&p.b, "bob");
  wait_about (alice, "newPeer", "id", "bob");
  fixture_stop (&p.b);
  WAIT_UNTIL (cluster_n_nodes (&p.a) == 1);
  wait_about (alice, "peerClosed", "peerId", "bob");
  g_assert_cmpint (test_redis_number (&p.redis, "SCARD sfu:nodes"), ==, 1);
  g_assert_cmpint (test_redis_number (&p.redis, "DBSIZE"), ==, 2);
  g_clear_pointer (&alice, client_free);
  g_clear_pointer (&bob, client_free);
  fixture_stop (&p.a);
  g_assert_cmpint (test_redis_number (&p.redis, "DBSIZE"), ==, 0);
  test_redis_stop (&p.redis);
}

/* A server that is drained is one of them until its last room is empty; then it
 * says goodbye, long before the liveness (12 s). */
static void
test_drain (void)
{
  TestRedis redis;
  Fixture a, b;
  g_autoptr (GSubprocess) program = NULL;
  g_autoptr (Client) alice = NULL;
  g_autoptr (Client) bob = NULL;
  g_autoptr (Client) refused = NULL;

  test_redis_start (&redis, NULL);
  cluster_start (&a, &redis, NULL);
  program = cluster_start_program (&b, &redis, "--drain-timeout=600");
  WAIT_UNTIL (cluster_n_nodes (&a) == 2);
  alice = enter (&a, "alice");
  bob = enter (&b, "bob");
  wait_about (alice, "newPeer", "id", "bob");
  g_subprocess_send_signal (program, SIGTERM);
  /* Until the signal has arrived it opens rooms. */
  do {
    g_clear_pointer (&refused, client_free);
    refused = client_new (&b, "another", "carol");
    WAIT_UNTIL (refused->closed || refused->inbox.length > 0);
  } while (!refused->closed);
  g_assert_cmpuint (refused->close_code, ==, 1011);
  assert_quiet (alice);
  g_assert_cmpuint (cluster_n_nodes (&a), ==, 2);
  g_clear_pointer (&bob, client_free);
  wait_about (alice, "peerClosed", "peerId", "bob");
  WAIT_UNTIL (cluster_n_nodes (&a) == 1);
  g_assert_cmpint (test_redis_number (&redis, "SCARD sfu:nodes"), ==, 1);
  g_assert_true (g_subprocess_wait_check (program, NULL, NULL));
  soup_session_abort (b.session);
  g_clear_object (&b.session);
  g_clear_pointer (&alice, client_free);
  fixture_stop (&a);
  test_redis_stop (&redis);
}

/* A server that is killed is gone when it was silent for the liveness. */
static void
test_crash (void)
{
  TestRedis redis;
  Fixture a, b;
  GSubprocess *program;
  g_autoptr (Client) alice = NULL;
  g_autoptr (Client) bob = NULL;
  gint64 died_us, gone_us;

  test_redis_start (&redis, NULL);
  cluster_start (&a, &redis, quick);
  program = cluster_start_program (&b, &redis, quick[0]);
  alice = enter (&a, "alice");
  bob = enter (&b, "bob");
  wait_about (alice, "newPeer", "id", "bob");
  died_us = g_get_monotonic_time ();
  cluster_kill_program (&b, program);
  wait_about (alice, "peerClosed", "peerId", "bob");
  gone_us = g_get_monotonic_time () - died_us;
  g_test_message ("gone after %.1f s", gone_us / 1e6);
  /* Not at once: nobody said it. Five quarters of the liveness make 15 s of the
   * 12 s that are the default; the rest is for a slow machine. */
  g_assert_cmpint (gone_us, >, G_USEC_PER_SEC / 2);
  g_assert_cmpint (gone_us, <, 3 * G_USEC_PER_SEC);
  g_assert_cmpuint (cluster_n_nodes (&a), ==, 1);
  /* Its hash has gone by itself; the list of nodes and ours are left. */
  WAIT_UNTIL (test_redis_number (&redis, "DBSIZE") == 2);
  g_clear_pointer (&alice, client_free);
  g_clear_pointer (&bob, client_free);
  fixture_stop (&a);
  test_redis_stop (&redis);
}

/* ---- Redis that ends ---- */

/* For less than the liveness: nobody hears anything but what happened. */
static void
test_redis_restarts (void)
{
  Pair p;
  g_autoptr (Client) alice = NULL;
  g_autoptr (Client) bob = NULL;
  g_autoptr (Client) carol = NULL;
  g_autoptr (Client) dave = NULL;
  g_autofree gchar *transport = NULL;
  g_autofree gchar *producer = NULL;

  pair_start (&p, NULL);
  alice = enter (&p.a, "alice");
  bob = enter (&p.b, "bob");
  dave = enter (&p.b, "dave");
  WAIT_PARTICIPANTS (&p.a, "r", "alice bob dave");
  wait_about (alice, "newPeer", "id", "bob");
  wait_about (alice, "newPeer", "id", "dave");
  wait_about (bob, "newPeer", "id", "dave");
  test_redis_kill (&p.redis);
  WAIT_UNTIL (!cluster_is_connected (&p.a) && !cluster_is_connected (&p.b));

  /* Rooms go on: who comes, produces and goes here is told here. */
  carol = enter (&p.a, "carol");
  wait_about (alice, "newPeer", "id", "carol");
  transport = client_create_transport (alice, TRUE, FALSE);
  producer = client_produce (alice, transport, "audio", 1000);
  g_clear_pointer (&dave, client_free);
  wait_about (bob, "peerClosed", "peerId", "dave");
  WAIT_PARTICIPANTS (&p.a, "r", "alice bob carol dave");
  assert_quiet (alice);

  test_redis_restart (&p.redis);
  wait_about (bob, "newPeer", "id", "carol");
  wait_about (alice, "peerClosed", "peerId", "dave");
  WAIT_UNTIL (cluster_has_producer (&p.b, "r", producer));
  WAIT_PARTICIPANTS (&p.a, "r", "alice bob carol");
  WAIT_PARTICIPANTS (&p.b, "r", "alice bob carol");
  assert_quiet (alice);
  assert_quiet (bob);
  g_clear_pointer (&alice, client_free);
  g_clear_pointer (&bob, client_free);
  g_clear_pointer (&carol, client_free);
  pair_stop (&p);
}

/* For longer: the others' participants go, and come back with it. */
static void
test_redis_away (void)
{
  Pair p;
  g_autoptr (Client) alice = NULL;
  g_autoptr (Client) bob = NULL;
  g_auto (Answer) health = { 0 };

  pair_start (&p, quick);
  alice = enter (&p.a, "alice");
  bob = enter (&p.b, "bob");
  wait_about (alice, "newPeer", "id", "bob");
  test_redis_kill (&p.redis);
  wait_about (alice, "peerClosed", "peerId", "bob");
  wait_about (bob, "peerClosed", "peerId", "alice");
  health = fixture_http (&p.a, "GET", "/health", NULL);
  g_assert_cmpuint (health.status, ==, 200);
  g_assert_nonnull (strstr (health.body, "\"status\":\"healthy\""));
  g_assert_nonnull (strstr (health.body, "\"redis\":\"disconnected\""));
  test_redis_restart (&p.redis);
  wait_about (alice, "newPeer", "id", "bob");
  wait_about (bob, "newPeer", "id", "alice");
  g_clear_pointer (&alice, client_free);
  g_clear_pointer (&bob, client_free);
  pair_stop (&p);
}

/* Connections that are cut, and a database that somebody empties. */
static void
test_cut_and_flush (void)
{
  Pair p;
  g_autoptr (Client) alice = NULL;
  g_autoptr (Client) bob = NULL;
  g_autoptr (Client) carol = NULL;
  Fixture late;

  pair_start (&p, patient);
  alice = enter (&p.a, "alice");
  bob = enter (&p.b, "bob");
  wait_about (alice, "newPeer", "id", "bob");
  test_redis_number (&p.redis, "CLIENT KILL TYPE pubsub");
  WAIT_UNTIL (!cluster_is_connected (&p.a) && !cluster_is_connected (&p.b));
  WAIT_UNTIL (cluster_is_connected (&p.a) && cluster_is_connected (&p.b));
  test_redis_number (&p.redis, "CLIENT KILL TYPE normal");
  WAIT_UNTIL (!cluster_is_connected (&p.a) && !cluster_is_connected (&p.b));
  carol = enter (&p.b, "carol");
  wait_about (alice, "newPeer", "id", "carol");
  freeReplyObject (test_redis_command (&p.redis, "FLUSHALL"));
  WAIT_UNTIL (test_redis_number (&p.redis, "DBSIZE") == 3);
  cluster_start (&late, &p.redis, patient);
  WAIT_PARTICIPANTS (&late, "r", "alice bob carol");
  assert_quiet (alice);
  g_clear_pointer (&alice, client_free);
  g_clear_pointer (&bob, client_free);
  g_clear_pointer (&carol, client_free);
  fixture_stop (&late);
  pair_stop (&p);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  /* Losing Redis is a warning, and what happens here. */
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
  g_test_add_func ("/cluster/stop", test_stop);
  g_test_add_func ("/cluster/drain", test_drain);
  g_test_add_func ("/cluster/crash", test_crash);
  g_test_add_func ("/cluster/redis-restarts", test_redis_restarts);
  g_test_add_func ("/cluster/redis-away", test_redis_away);
  g_test_add_func ("/cluster/cut-and-flush", test_cut_and_flush);
  return g_test_run ();
}
