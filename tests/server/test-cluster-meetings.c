/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Servers that share a Redis, as clients of meetings, study rooms and calls see
 * them, and the channels of the meetings system as another implementation of it
 * sees them.
 *
 * Threads: one; workers and Redis are other processes. */
#include "meetings-fixture.h"
#include "redis-fixture.h"
#include "rpc-client.h"

#include <string.h>

#define CHANNELS "room:join room:leave media:producer"

typedef struct {
  TestRedis redis;
  Fixture a, b;
} Pair;

static void
start (Fixture *f, const TestRedis *redis)
{
  g_autofree gchar *url = test_redis_flag (redis);
  const gchar *flags[] = { url, NULL };

  meetings_start (f, flags);
  WAIT_UNTIL (cluster_is_connected (f));
}

static void
pair_start (Pair *p)
{
  test_redis_start (&p->redis, NULL);
  start (&p->a, &p->redis);
  start (&p->b, &p->redis);
  WAIT_UNTIL (cluster_n_nodes (&p->a) == 2 && cluster_n_nodes (&p->b) == 2);
}

static void
pair_stop (Pair *p)
{
  fixture_stop (&p->a);
  fixture_stop (&p->b);
  test_redis_stop (&p->redis);
}

static void assert_next (TestWatcher *watcher, const gchar *format, ...)
    G_GNUC_PRINTF (2, 3);

static void
assert_next (TestWatcher *watcher, const gchar *format, ...)
{
  g_autofree gchar *expected = NULL;
  g_autofree gchar *next = test_watcher_wait (watcher);
  va_list args;

  va_start (args, format);
  expected = g_strdup_vprintf (format, args);
  va_end (args);
  g_assert_cmpstr (next, ==, expected);
}

static void
assert_event (SioClient *c, const gchar *event, const gchar *data)
{
  g_autofree gchar *text = sio_wait_event_text (c, event);

  g_assert_cmpstr (text, ==, data);
}

/* On purpose: closing alone is a connection that broke, and has its grace. */
static void
leave (SioClient **c)
{
  json_node_unref (sio_request (*c, "leaveRoom", NULL));
  g_clear_pointer (c, sio_free);
}

static void
publish (Pair *p, const gchar *channel, const gchar *text)
{
  /* Both servers and nobody else. */
  g_assert_cmpint (
      test_redis_number (&p->redis, "PUBLISH %s %s", channel, text), ==, 2);
}

/* ---- what we publish ---- */

static void
test_published (void)
{
  Pair p;
  g_autoptr (TestWatcher) watcher = NULL;
  g_autoptr (SioClient) alice = NULL;
  g_autoptr (Client) bob = NULL;
  g_autofree gchar *alice_id = NULL;
  g_autofree gchar *transport = NULL;
  g_autofree gchar *producer = NULL;
  g_autofree gchar *bob_join = NULL;
  g_autofree gchar *bob_leave = NULL;

  pair_start (&p);
  watcher = test_watcher_new (&p.redis, CHANNELS);
  alice = meetings_enter (&p.a, "r", "alice");
  alice_id = g_strdup (alice->id);
  assert_next (watcher,
      "room:join {\"roomCode\":\"r\",\"userId\":\"alice\",\"socketId\":\"%s\","
      "\"name\":\"alice\",\"email\":\"alice@example.org\",\"picture\":\"\"}",
      alice_id);
  transport = meetings_transport (alice, TRUE);
  producer = meetings_produce (alice, transport, "video", 1000);
  assert_next (watcher,
      "media:producer {\"roomCode\":\"r\",\"userId\":\"alice\","
      "\"producerId\":\"%s\",\"kind\":\"video\"}",
      producer);
  /* Who joined by another protocol is a participant as well. */
  bob = client_new (&p.b, "r", "bob");
  client_join (bob);
  bob_join = test_watcher_wait (watcher);
  g_assert_true (g_str_has_prefix (bob_join,
      "room:join {\"roomCode\":\"r\",\"userId\":\"bob\",\"socketId\":\""));
  g_assert_true (g_str_has_suffix (
      bob_join, "\",\"name\":\"Tester\",\"email\":\"\",\"picture\":\"\"}"));
  leave (&alice);
  assert_next (watcher,
      "room:leave "
      "{\"roomCode\":\"r\",\"userId\":\"alice\",\"socketId\":\"%s\"}",
      alice_id);
  g_clear_pointer (&bob, client_free);
  bob_leave = test_watcher_wait (watcher);
  /* The same socketId: it stands at the same place in both. */
  g_assert_cmpint (strncmp (strstr (bob_leave, "socketId"),
                       strstr (bob_join, "socketId"), 47),
      ==, 0);
  g_assert_true (test_watcher_is_empty (watcher, &p.redis));
  g_clear_pointer (&watcher, test_watcher_free);
  pair_stop (&p);
}

/* Who comes back in time joins with the new socket, and leaves with it. */
static void
test_published_take_over (void)
{
  Pair p;
  g_autoptr (TestWatcher) watcher = NULL;
  g_autoptr (SioClient) first = NULL;
  g_autoptr (SioClient) second = NULL;
  g_autofree gchar *second_id = NULL;
  g_autofree gchar *join = NULL;

  pair_start (&p);
  watcher = test_watcher_new (&p.redis, CHANNELS);
  first = meetings_enter (&p.a, "r", "alice");
  join = test_watcher_wait (watcher);
  sio_break (first);
  second = meetings_enter (&p.a, "r", "alice");
  second_id = g_strdup (second->id);
  assert_next (watcher,
      "room:join {\"roomCode\":\"r\",\"userId\":\"alice\",\"socketId\":\"%s\","
      "\"name\":\"alice\",\"email\":\"alice@example.org\",\"picture\":\"\"}",
      second_id);
  leave (&second);
  assert_next (watcher,
      "room:leave "
      "{\"roomCode\":\"r\",\"userId\":\"alice\",\"socketId\":\"%s\"}",
      second_id);
  g_assert_true (test_watcher_is_empty (watcher, &p.redis));
  g_clear_pointer (&watcher, test_watcher_free);
  g_clear_pointer (&first, sio_free);
  pair_stop (&p);
}

/* What happened without Redis is published when it is back, once. */
static void
test_published_late (void)
{
  Pair p;
  g_autoptr (TestWatcher) watcher = NULL;
  g_autoptr (SioClient) alice = NULL;
  g_autoptr (SioClient) bob = NULL;
  g_autofree gchar *alice_id = NULL;

  pair_start (&p);
  alice = meetings_enter (&p.a, "r", "alice");
  alice_id = g_strdup (alice->id);
  bob = meetings_enter (&p.a, "r", "bob");
  WAIT_PARTICIPANTS (&p.b, "r", "alice bob");
  test_redis_kill (&p.redis);
  WAIT_UNTIL (!cluster_is_connected (&p.a) && !cluster_is_connected (&p.b));
  leave (&alice);
  WAIT_PARTICIPANTS (&p.a, "r", "bob");
  /* Before any server is back. */
  test_redis_restart (&p.redis);
  watcher = test_watcher_new (&p.redis, CHANNELS);
  assert_next (watcher,
      "room:leave "
      "{\"roomCode\":\"r\",\"userId\":\"alice\",\"socketId\":\"%s\"}",
      alice_id);
  WAIT_UNTIL (cluster_is_connected (&p.a) && cluster_is_connected (&p.b));
  g_assert_true (test_watcher_is_empty (watcher, &p.redis));
  g_clear_pointer (&watcher, test_watcher_free);
  leave (&bob);
  pair_stop (&p);
}

/* ---- between our servers ---- */

static void
test_between_servers (void)
{
  Pair p;
  g_autoptr (SioClient) alice = NULL;
  g_autoptr (SioClient) bob = NULL;
  g_autoptr (JsonNode) ack = NULL;
  g_autofree gchar *participants = NULL;
  g_autofree gchar *expected = NULL;
  g_autofree gchar *transport = NULL;
  g_autofree gchar *producer = NULL;
  g_autofree gchar *second = NULL;
  g_autofree gchar *event = NULL;
  g_autofree gchar *closed = NULL;
  g_autofree gchar *close = NULL;

  pair_start (&p);
  alice = meetings_enter (&p.a, "r", "alice");
  transport = meetings_transport (alice, TRUE);
  producer = meetings_produce (alice, transport, "audio", 1000);
  WAIT_PARTICIPANTS (&p.b, "r", "alice");
  WAIT_UNTIL (cluster_has_producer (&p.b, "r", producer));
  bob = meetings_connect (&p.b, "bob");
  ack = meetings_join (bob, "r", "bob");
  participants = json_to_string (
      json_object_get_member (json_node_get_object (ack), "participants"),
      FALSE);
  expected = g_strdup_printf (
      "[{\"userId\":\"alice\",\"name\":\"alice\",\"email\":"
      "\"alice@example.org\",\"picture\":\"\",\"producers\":[{\"producerId\":"
      "\"%s\",\"kind\":\"audio\"}]}]",
      producer);
  g_assert_cmpstr (participants, ==, expected);
  assert_event (alice, "user-joined",
      "{\"userId\":\"bob\",\"name\":\"bob\",\"email\":\"bob@example.org\","
      "\"picture\":\"\"}");

  second = meetings_produce (alice, transport, "video", 2000);
  event = g_strdup_printf (
      "{\"producerId\":\"%s\",\"userId\":\"alice\",\"kind\":\"video\"}",
      second);
  assert_event (bob, "new-producer", event);
  close = g_strdup_printf ("{\"producerId\":\"%s\"}", second);
  json_node_unref (sio_request (alice, "closeProducer", close));
  closed =
      g_strdup_printf ("{\"producerId\":\"%s\",\"userId\":\"alice\"}", second);
  assert_event (bob, "producer-closed", closed);

  leave (&alice);
  assert_event (bob, "user-left", "{\"userId\":\"alice\"}");
  /* Each of it once, though it was on two channels. */
  meetings_sync (bob);
  g_assert_false (sio_has_event (bob, "user-joined"));
  g_assert_false (sio_has_event (bob, "new-producer"));
  g_assert_false (sio_has_event (bob, "user-left"));
  leave (&bob);
  pair_stop (&p);
}

/* A user whose connection broke comes back to the other server. */
static void
test_user_moves (void)
{
  Pair p;
  g_autoptr (SioClient) watcher = NULL;
  g_autoptr (SioClient) first = NULL;
  g_autoptr (SioClient) second = NULL;
  g_autofree gchar *transport = NULL;
  g_autofree gchar *old = NULL;
  g_autofree gchar *fresh = NULL;
  static const gchar *const quick[] = { "--meetings-grace=1", NULL };

  test_redis_start (&p.redis, NULL);
  {
    g_autofree gchar *url = test_redis_flag (&p.redis);
    const gchar *flags[] = { url, quick[0], NULL };

    meetings_start (&p.a, flags);
    meetings_start (&p.b, flags);
  }
  WAIT_UNTIL (cluster_n_nodes (&p.a) == 2 && cluster_n_nodes (&p.b) == 2);
  watcher = meetings_enter (&p.a, "r", "watcher");
  first = meetings_enter (&p.a, "r", "alice");
  json_node_unref (sio_wait_event (watcher, "user-joined"));
  transport = meetings_transport (first, TRUE);
  old = meetings_produce (first, transport, "audio", 1000);
  WAIT_UNTIL (cluster_has_producer (&p.a, "r", old));
  json_node_unref (sio_wait_event (watcher, "new-producer"));
  sio_break (first);
  second = meetings_enter (&p.b, "r", "alice");
  g_free (transport);
  transport = meetings_transport (second, TRUE);
  fresh = meetings_produce (second, transport, "audio", 2000);
  /* The grace ends: the old one's track goes, and the new one's is shown. */
  {
    g_autoptr (JsonNode) closed = sio_wait_event (watcher, "producer-closed");
    g_autoptr (JsonNode) live = sio_wait_event (watcher, "new-producer");

    g_assert_cmpstr (get_string (closed, "producerId"), ==, old);
    g_assert_cmpstr (get_string (live, "producerId"), ==, fresh);
  }
  meetings_sync (watcher);
  g_assert_false (sio_has_event (watcher, "user-left"));
  g_assert_false (sio_has_event (watcher, "user-joined"));
  leave (&second);
  assert_event (watcher, "user-left", "{\"userId\":\"alice\"}");
  g_clear_pointer (&first, sio_free);
  leave (&watcher);
  pair_stop (&p);
}

/* ---- a producer of another server ---- */

static void
consume_in_study_room (Fixture *f, const gchar *producer, const gchar *why)
{
  g_autoptr (SioClient) c = sio_new (f, "/socket.io/", "/room/r", NULL);
  g_autoptr (JsonNode) live = sio_wait_event (c, "new-producer");
  g_autoptr (JsonNode) made =
      sio_request (c, "create-transport", "{\"direction\":\"recv\"}");
  JsonObject *transport =
      json_object_get_object_member (json_node_get_object (made), "transport");
  g_autofree gchar *data = meetings_consume_data (
      c, json_object_get_string_member (transport, "id"), producer);
  g_autoptr (JsonNode) refused = sio_request (c, "consume", data);

  g_assert_cmpstr (get_string (live, "producerId"), ==, producer);
  g_assert_cmpstr (get_string (live, "participantId"), ==, "alice");
  g_assert_cmpstr (get_string (refused, "error"), ==, why);
}

static void
consume_in_call (Fixture *f, const gchar *producer, const gchar *why)
{
  g_autoptr (SioClient) c = sio_new (f, "/socket.io/", "/", NULL);
  g_autoptr (JsonNode) created =
      sio_request (c, "createRoom", "{\"callId\":\"r\"}");
  g_autofree gchar *joined =
      sio_request_text (c, "joinRoom", "{\"callId\":\"r\",\"userId\":\"u\"}");
  g_autofree gchar *producers =
      sio_request_text (c, "getProducers", "{\"callId\":\"r\"}");
  g_autoptr (JsonNode) made =
      sio_request (c, "createTransport", "{\"direction\":\"recv\"}");
  JsonObject *transport =
      json_object_get_object_member (json_node_get_object (made), "data");
  g_autofree gchar *data = meetings_consume_data (
      c, json_object_get_string_member (transport, "id"), producer);
  g_autoptr (JsonNode) refused = sio_request (c, "consume", data);

  g_assert_nonnull (strstr (joined, "\"peerId\":\"alice\""));
  g_assert_nonnull (strstr (producers, producer));
  g_assert_cmpstr (get_string (refused, "error"), ==, why);
}

static void
consume_by_rpc (Fixture *f, const gchar *producer)
{
  g_autoptr (RpcClient) c = rpc_new (f);
  g_autofree gchar *data = NULL;

  json_node_unref (rpc_ok (c, "createRouter", "{\"routerId\":\"r\"}"));
  json_node_unref (rpc_transport (c, "r", "t", "u"));
  data = rpc_consume_params (c, "t", producer);
  g_free (rpc_fails (c, "createConsumer", data, -32001, "NOT_SUPPORTED"));
}

/* Is shown who is there, and offered nothing of it. */
static void
join_native (Fixture *f)
{
  g_autoptr (Client) c = client_new (f, "r", "native");
  g_autofree gchar *transport = client_create_transport (c, FALSE, TRUE);

  client_join (c);
  json_node_unref (client_ok (c, "getRouterRtpCapabilities", NULL));
  g_assert_cmpuint (c->offers->len, ==, 0);
}

/* What each protocol is told of it, and answered when it wants to have it. */
static void
test_consume (void)
{
  Pair p;
  g_autoptr (SioClient) alice = NULL;
  g_autoptr (SioClient) bob = NULL;
  g_autofree gchar *sending = NULL;
  g_autofree gchar *receiving = NULL;
  g_autofree gchar *producer = NULL;
  g_autofree gchar *data = NULL;
  g_autofree gchar *why = NULL;
  g_autofree gchar *answer = NULL;

  pair_start (&p);
  alice = meetings_enter (&p.a, "r", "alice");
  sending = meetings_transport (alice, TRUE);
  producer = meetings_produce (alice, sending, "audio", 1000);
  WAIT_PARTICIPANTS (&p.b, "r", "alice");
  why = g_strdup_printf ("producer with id \"%s\" is on server %s: media "
                         "between servers is not supported yet",
      producer, sfu_cluster_get_node (sfu_server_get_cluster (p.a.server)));
  bob = meetings_enter (&p.b, "r", "bob");
  WAIT_UNTIL (cluster_has_producer (&p.b, "r", producer));
  receiving = meetings_transport (bob, FALSE);
  data = meetings_consume_data (bob, receiving, producer);
  answer = sio_request_text (bob, "consume", data);
  g_assert_cmpstr (answer, ==,
      "{\"error\":\"Cannot consume: the producer is on another server\"}");
  consume_in_study_room (&p.b, producer, why);
  consume_in_call (&p.b, producer, why);
  consume_by_rpc (&p.b, producer);
  join_native (&p.b);
  leave (&alice);
  leave (&bob);
  pair_stop (&p);
}

/* ---- another implementation ---- */

static void
test_foreign (void)
{
  Pair p;
  g_autoptr (SioClient) alice = NULL;
  g_autoptr (SioClient) bob = NULL;
  g_autoptr (JsonNode) ack = NULL;
  g_autofree gchar *participants = NULL;

  pair_start (&p);
  alice = meetings_enter (&p.a, "r", "alice");
  publish (&p, "room:join",
      "{\"roomCode\":\"r\",\"userId\":\"zoe\",\"socketId\":\"s1\",\"name\":"
      "\"Zoe\",\"email\":\"z@example.org\",\"picture\":\"https://p.example\"}");
  assert_event (alice, "user-joined",
      "{\"userId\":\"zoe\",\"name\":\"Zoe\",\"email\":\"z@example.org\","
      "\"picture\":\"https://p.example\"}");
  publish (&p, "media:producer",
      "{\"roomCode\":\"r\",\"userId\":\"zoe\",\"producerId\":\"p1\",\"kind\":"
      "\"audio\"}");
  assert_event (alice, "new-producer",
      "{\"producerId\":\"p1\",\"userId\":\"zoe\",\"kind\":\"audio\"}");
  /* Said twice; of somebody unknown; in another room. */
  publish (&p, "media:producer",
      "{\"roomCode\":\"r\",\"userId\":\"zoe\",\"producerId\":\"p1\",\"kind\":"
      "\"audio\"}");
  publish (&p, "media:producer",
      "{\"roomCode\":\"r\",\"userId\":\"who\",\"producerId\":\"p2\",\"kind\":"
      "\"audio\"}");
  publish (&p, "room:join",
      "{\"roomCode\":\"q\",\"userId\":\"yan\",\"socketId\":\"s9\",\"name\":"
      "\"Yan\",\"email\":\"\"}");
  WAIT_PARTICIPANTS (&p.a, "q", "yan");
  WAIT_PARTICIPANTS (&p.b, "r", "alice zoe");
  bob = meetings_connect (&p.b, "bob");
  ack = meetings_join (bob, "r", "bob");
  participants = json_to_string (
      json_object_get_member (json_node_get_object (ack), "participants"),
      FALSE);
  g_assert_nonnull (strstr (participants,
      "\"picture\":\"https://p.example\",\"producers\":[{\"producerId\":\"p1\","
      "\"kind\":\"audio\"}]}"));
  json_node_unref (sio_wait_event (alice, "user-joined"));

  /* Comes back with a new connection; the old one is said to leave late. */
  publish (&p, "room:join",
      "{\"roomCode\":\"r\",\"userId\":\"zoe\",\"socketId\":\"s2\",\"name\":"
      "\"Zoe\",\"email\":\"z@example.org\",\"picture\":\"\"}");
  assert_event (
      alice, "producer-closed", "{\"producerId\":\"p1\",\"userId\":\"zoe\"}");
  publish (&p, "room:leave",
      "{\"roomCode\":\"r\",\"userId\":\"zoe\",\"socketId\":\"s1\"}");
  publish (&p, "media:producer",
      "{\"roomCode\":\"r\",\"userId\":\"zoe\",\"producerId\":\"p3\",\"kind\":"
      "\"video\"}");
  assert_event (alice, "new-producer",
      "{\"producerId\":\"p3\",\"userId\":\"zoe\",\"kind\":\"video\"}");
  g_assert_false (sio_has_event (alice, "user-left"));
  publish (&p, "room:leave",
      "{\"roomCode\":\"r\",\"userId\":\"zoe\",\"socketId\":\"s2\"}");
  assert_event (alice, "user-left", "{\"userId\":\"zoe\"}");
  assert_event (bob, "user-left", "{\"userId\":\"zoe\"}");
  meetings_sync (alice);
  g_assert_false (sio_has_event (alice, "user-joined"));
  g_assert_false (sio_has_event (alice, "new-producer"));
  leave (&alice);
  leave (&bob);
  pair_stop (&p);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
  g_test_add_func ("/cluster/meetings/published", test_published);
  g_test_add_func (
      "/cluster/meetings/published-take-over", test_published_take_over);
  g_test_add_func ("/cluster/meetings/published-late", test_published_late);
  g_test_add_func ("/cluster/meetings/between-servers", test_between_servers);
  g_test_add_func ("/cluster/meetings/user-moves", test_user_moves);
  g_test_add_func ("/cluster/meetings/consume", test_consume);
  g_test_add_func ("/cluster/meetings/foreign", test_foreign);
  return g_test_run ();
}
