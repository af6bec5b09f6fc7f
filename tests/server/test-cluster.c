/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Several servers that share a Redis: what clients of one are told of the
 * others', whatever server or Redis comes and goes.
 *
 * Threads: one; workers and Redis are other processes. */
#include "redis-fixture.h"

#include "sfu-presence.h"
#include "sfu-room.h"

#include <signal.h>
#include <string.h>

/* Servers that vanish are noticed after so long. */
static const gchar *const quick[] = { "--cluster-liveness=1", NULL };
/* Longer than dialling again takes twice on a busy machine. */
static const gchar *const patient[] = { "--cluster-liveness=5", NULL };

typedef struct {
  TestRedis redis;
  Fixture a, b;
} Pair;

static void
pair_start (Pair *p, const gchar *const *flags)
{
  test_redis_start (&p->redis, NULL);
  cluster_start (&p->a, &p->redis, flags);
  cluster_start (&p->b, &p->redis, flags);
  WAIT_UNTIL (cluster_n_nodes (&p->a) == 2 && cluster_n_nodes (&p->b) == 2);
}

static void
pair_stop (Pair *p)
{
  fixture_stop (&p->a);
  fixture_stop (&p->b);
  test_redis_stop (&p->redis);
}

static Client *
enter (Fixture *f, const gchar *peer)
{
  Client *c = client_new (f, "r", peer);

  client_join (c);
  return c;
}

/* The notification is about this peer. */
static void
wait_about (Client *c, const gchar *method, const gchar *field, const gchar *id)
{
  g_autoptr (JsonNode) data = client_wait_notification (c, method);

  g_assert_cmpstr (get_string (data, field), ==, id);
}

static void
assert_quiet (Client *c)
{
  /* The answer comes after whatever was sent before it. */
  json_node_unref (client_ok (c, "getRouterRtpCapabilities", NULL));
  g_assert_false (client_has_notification (c, "newPeer"));
  g_assert_false (client_has_notification (c, "peerClosed"));
}

/* ---- both ways ---- */

static void
test_presence (void)
{
  Pair p;
  g_autoptr (Client) alice = NULL;
  g_autoptr (Client) bob = NULL;
  g_autoptr (JsonNode) joined = NULL;
  g_autoptr (JsonNode) name = NULL;
  g_autoptr (JsonNode) changed = NULL;
  g_autofree gchar *transport = NULL;
  g_autofree gchar *producer = NULL;
  g_autofree gchar *close = NULL;

  pair_start (&p, NULL);
  alice = enter (&p.a, "alice");
  WAIT_PARTICIPANTS (&p.b, "r", "alice");
  bob = client_new (&p.b, "r", "bob");
  joined = client_ok (bob, "join", "{\"displayName\":\"Bob\"}");
  {
    JsonArray *peers =
        json_object_get_array_member (json_node_get_object (joined), "peers");
    JsonNode *peer = json_array_get_element (peers, 0);
    JsonObject *device =
        json_object_get_object_member (json_node_get_object (peer), "device");

    g_assert_cmpuint (json_array_get_length (peers), ==, 1);
    g_assert_cmpstr (get_string (peer, "id"), ==, "alice");
    g_assert_cmpstr (get_string (peer, "displayName"), ==, "Tester");
    g_assert_cmpstr (
        json_object_get_string_member (device, "flag"), ==, "test");
  }
  wait_about (alice, "newPeer", "id", "bob");

  transport = client_create_transport (alice, TRUE, FALSE);
  producer = client_produce (alice, transport, "audio", 1000);
  WAIT_UNTIL (cluster_has_producer (&p.b, "r", producer));
  close = g_strdup_printf ("{\"producerId\":\"%s\"}", producer);
  json_node_unref (client_ok (alice, "closeProducer", close));
  WAIT_UNTIL (!cluster_has_producer (&p.b, "r", producer));

  name = client_ok (bob, "changeDisplayName", "{\"displayName\":\"Rob\"}");
  changed = client_wait_notification (alice, "peerDisplayNameChanged");
  g_assert_cmpstr (get_string (changed, "peerId"), ==, "bob");
  g_assert_cmpstr (get_string (changed, "displayName"), ==, "Rob");
  g_assert_cmpstr (get_string (changed, "oldDisplayName"), ==, "Bob");

  g_clear_pointer (&alice, client_free);
  wait_about (bob, "peerClosed", "peerId", "alice");
  g_clear_pointer (&bob, client_free);
  WAIT_PARTICIPANTS (&p.a, "r", "");
  pair_stop (&p);
}

/* A server that starts later finds all that was there before. */
static void
test_late_start (void)
{
  TestRedis redis;
  Fixture a, b;
  g_autoptr (Client) alice = NULL;
  g_autoptr (Client) bob = NULL;
  g_autofree gchar *transport = NULL;
  g_autofree gchar *producer = NULL;

  test_redis_start (&redis, NULL);
  cluster_start (&a, &redis, NULL);
  alice = enter (&a, "alice");
  transport = client_create_transport (alice, TRUE, FALSE);
  producer = client_produce (alice, transport, "video", 1000);
  cluster_start (&b, &redis, NULL);
  bob = enter (&b, "bob");
  WAIT_UNTIL (cluster_has_producer (&b, "r", producer));
  WAIT_PARTICIPANTS (&b, "r", "alice bob");
  WAIT_PARTICIPANTS (&a, "r", "alice bob");
  g_clear_pointer (&alice, client_free);
  g_clear_pointer (&bob, client_free);
  fixture_stop (&a);
  fixture_stop (&b);
  test_redis_stop (&redis);
}

/* Somebody moves: nobody hears that anyone came or left. */
static void
test_move (void)
{
  Pair p;
  g_autoptr (Client) watcher = NULL;
  g_autoptr (Client) old = NULL;
  g_autoptr (Client) moved = NULL;

  pair_start (&p, NULL);
  watcher = enter (&p.a, "watcher");
  old = enter (&p.a, "alice");
  wait_about (watcher, "newPeer", "id", "alice");
  WAIT_PARTICIPANTS (&p.b, "r", "alice watcher");
  moved = enter (&p.b, "alice");
  WAIT_UNTIL (sfu_presence_has_connection (
      sfu_rooms_get_presence (sfu_server_get_rooms (p.a.server)), "r",
      ((SfuPeer *)g_hash_table_lookup (
           sfu_rooms_find (sfu_server_get_rooms (p.b.server), "r")->peers,
           "alice"))
          ->connection_id,
      ""));
  g_clear_pointer (&old, client_free);
  WAIT_PARTICIPANTS (&p.b, "r", "alice watcher");
  assert_quiet (watcher);
  g_clear_pointer (&moved, client_free);
  wait_about (watcher, "peerClosed", "peerId", "alice");
  g_clear_pointer (&watcher, client_free);
  pair_stop (&p);
}

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

/* ---- what others see, and strangers ---- */

static void
test_stats (void)
{
  Pair p;
  Fixture alone;
  g_autoptr (Client) alice = NULL;
  g_auto (Answer) stats = { 0 };
  g_auto (Answer) health = { 0 };
  g_auto (Answer) none = { 0 };

  pair_start (&p, NULL);
  alice = enter (&p.a, "alice");
  WAIT_PARTICIPANTS (&p.b, "r", "alice");
  stats = fixture_http (&p.b, "GET", "/stats", NULL);
  g_assert_nonnull (strstr (stats.body,
      "\"cluster\":{\"nodes\":2,\"remotePeers\":1,\"connected\":true"));
  health = fixture_http (&p.b, "GET", "/health", NULL);
  g_assert_nonnull (strstr (health.body, "\"redis\":\"connected\""));
  g_clear_pointer (&alice, client_free);
  pair_stop (&p);
  fixture_start (&alone, NULL);
  none = fixture_http (&alone, "GET", "/stats", NULL);
  g_assert_null (strstr (none.body, "cluster"));
  fixture_stop (&alone);
}

static void
test_password (void)
{
  TestRedis redis;
  Fixture good, bad;
  g_autofree gchar *wrong = NULL;
  g_auto (Answer) health = { 0 };
  const gchar *flags[] = { NULL, NULL };

  test_redis_start (&redis, "open sesame");
  g_free (redis.password);
  redis.password = g_strdup ("open%20sesame");
  wrong =
      g_strdup_printf ("--redis-url=redis://:other@127.0.0.1:%u/1", redis.port);
  flags[0] = wrong;
  fixture_start (&bad, flags);
  cluster_start (&good, &redis, NULL);
  g_assert_cmpuint (cluster_n_nodes (&good), ==, 1);
  g_assert_false (cluster_is_connected (&bad));
  health = fixture_http (&bad, "GET", "/health", NULL);
  g_assert_nonnull (strstr (health.body, "\"redis\":\"disconnected\""));
  fixture_stop (&good);
  fixture_stop (&bad);
  test_redis_stop (&redis);
}

/* A user of Redis who may do just what docs/cluster.md says. */
static void
test_user (void)
{
  TestRedis redis;
  Fixture a, b;
  g_autoptr (Client) alice = NULL;
  g_autofree gchar *url = NULL;
  const gchar *flags[] = { NULL, NULL };

  test_redis_start (&redis, NULL);
  freeReplyObject (test_redis_command (&redis,
      "ACL SETUSER sfu on >sesame -@all +@connection +@transaction +hset +hdel "
      "+hgetall +exists +del +pexpire +pttl +sadd +srem +smembers +publish "
      "+subscribe ~sfu:* &sfu:* &room:* &media:*"));
  url = g_strdup_printf (
      "--redis-url=redis://sfu:sesame@127.0.0.1:%u/1", redis.port);
  flags[0] = url;
  fixture_start (&a, flags);
  fixture_start (&b, flags);
  WAIT_UNTIL (cluster_n_nodes (&a) == 2 && cluster_n_nodes (&b) == 2);
  alice = enter (&a, "alice");
  WAIT_PARTICIPANTS (&b, "r", "alice");
  g_clear_pointer (&alice, client_free);
  WAIT_PARTICIPANTS (&b, "r", "");
  g_assert_true (cluster_is_connected (&a) && cluster_is_connected (&b));
  fixture_stop (&a);
  fixture_stop (&b);
  g_assert_cmpint (test_redis_number (&redis, "DBSIZE"), ==, 0);
  test_redis_stop (&redis);
}

/* The server takes part in nothing of it, and goes on. */
static void
test_garbage (void)
{
  static const gchar *const channels[] = { "sfu:cluster:1", "room:join",
    "room:leave", "media:producer" };
  static const gchar *const texts[] = { "", "x", "{", "[]", "{}", "null",
    "{\"v\":2}", "\xff\xfe", "{\"v\":1,\"node\":\"x\",\"seq\":1}",
    "{\"v\":1,\"node\":\"00000000-0000-4000-8000-000000000000\",\"seq\":-1,"
    "\"type\":\"alive\"}",
    "{\"v\":1,\"node\":\"00000000-0000-4000-8000-000000000000\",\"seq\":1,"
    "\"type\":\"put\",\"peer\":{\"room\":\"r\"}}",
    "{\"roomCode\":\"\",\"userId\":\"u\",\"socketId\":\"s\"}",
    "{\"roomCode\":\"r\",\"userId\":[],\"socketId\":\"s\",\"producerId\":1}" };
  Pair p;
  SfuClusterStatus status;
  g_autofree gchar *deep = g_strnfill (100000, '[');
  g_autofree gchar *big = g_strnfill (1000000, ' ');
  g_autoptr (Client) alice = NULL;
  g_autoptr (Client) bob = NULL;
  guint n = 0;

  pair_start (&p, quick);
  alice = enter (&p.a, "alice");
  for (guint i = 0; i < G_N_ELEMENTS (channels); i++) {
    for (guint j = 0; j < G_N_ELEMENTS (texts); j++, n++)
      test_redis_number (&p.redis, "PUBLISH %s %s", channels[i], texts[j]);
    test_redis_number (&p.redis, "PUBLISH %s %s", channels[i], deep);
    test_redis_number (&p.redis, "PUBLISH %s %s", channels[i], big);
    n += 2;
  }
  /* A node that has no state, one whose state is none, and no node. */
  test_redis_number (&p.redis,
      "SADD sfu:nodes x "
      "00000000-0000-4000-8000-000000000001 "
      "00000000-0000-4000-8000-000000000002");
  test_redis_number (&p.redis,
      "HSET sfu:node:00000000-0000-4000-8000-000000000002 @ 5 a b r {}");
  test_redis_number (&p.redis, "PUBLISH sfu:cluster:1 %s",
      "{\"v\":1,\"node\":\"00000000-0000-4000-8000-000000000001\",\"seq\":1,"
      "\"type\":\"alive\"}");
  test_redis_number (&p.redis, "PUBLISH sfu:cluster:1 %s",
      "{\"v\":1,\"node\":\"00000000-0000-4000-8000-000000000002\",\"seq\":5,"
      "\"type\":\"alive\"}");
  WAIT_UNTIL (
      (sfu_cluster_get_status (sfu_server_get_cluster (p.a.server), &status),
          status.n_malformed == n + 2));
  bob = enter (&p.b, "bob");
  wait_about (alice, "newPeer", "id", "bob");
  WAIT_PARTICIPANTS (&p.a, "r", "alice bob");
  /* The one with a hash says nothing any more. */
  WAIT_UNTIL (cluster_n_nodes (&p.a) == 2);
  g_clear_pointer (&alice, client_free);
  g_clear_pointer (&bob, client_free);
  pair_stop (&p);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  /* Losing Redis is a warning, and what happens here. */
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
  g_test_add_func ("/cluster/presence", test_presence);
  g_test_add_func ("/cluster/late-start", test_late_start);
  g_test_add_func ("/cluster/move", test_move);
  g_test_add_func ("/cluster/stop", test_stop);
  g_test_add_func ("/cluster/drain", test_drain);
  g_test_add_func ("/cluster/crash", test_crash);
  g_test_add_func ("/cluster/redis-restarts", test_redis_restarts);
  g_test_add_func ("/cluster/redis-away", test_redis_away);
  g_test_add_func ("/cluster/cut-and-flush", test_cut_and_flush);
  g_test_add_func ("/cluster/stats", test_stats);
  g_test_add_func ("/cluster/password", test_password);
  g_test_add_func ("/cluster/user", test_user);
  g_test_add_func ("/cluster/garbage", test_garbage);
  return g_test_run ();
}
