/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Several servers that share a Redis: what clients of one are told of the
 * others', whoever comes, moves and goes, and whatever is in the channels.
 *
 * Threads: one; workers and Redis are other processes. */
#include "cluster-fixture.h"

#include "sfu-presence.h"
#include "sfu-room.h"

#include <string.h>

/* Servers that vanish are noticed after so long. */
static const gchar *const quick[] = { "--cluster-liveness=1", NULL };

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
  g_test_add_func ("/cluster/stats", test_stats);
  g_test_add_func ("/cluster/password", test_password);
  g_test_add_func ("/cluster/user", test_user);
  g_test_add_func ("/cluster/garbage", test_garbage);
  return g_test_run ();
}
