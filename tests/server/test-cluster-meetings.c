/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Servers that share a Redis, as clients of meetings see them, and the channels
 * of the meetings system as another implementation of it sees them.
 *
 * Threads: one; workers and Redis are other processes. */
#include "cluster-fixture.h"
#include "meetings-fixture.h"

#include <string.h>

#define CHANNELS "room:join room:leave media:producer"

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

  pair_start_meetings (&p);
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
  meetings_leave (&alice);
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

  pair_start_meetings (&p);
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
  meetings_leave (&second);
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

  pair_start_meetings (&p);
  alice = meetings_enter (&p.a, "r", "alice");
  alice_id = g_strdup (alice->id);
  bob = meetings_enter (&p.a, "r", "bob");
  WAIT_PARTICIPANTS (&p.b, "r", "alice bob");
  test_redis_kill (&p.redis);
  WAIT_UNTIL (!cluster_is_connected (&p.a) && !cluster_is_connected (&p.b));
  meetings_leave (&alice);
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
  meetings_leave (&bob);
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

  pair_start_meetings (&p);
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
  sio_assert_event (alice, "user-joined",
      "{\"userId\":\"bob\",\"name\":\"bob\",\"email\":\"bob@example.org\","
      "\"picture\":\"\"}");

  second = meetings_produce (alice, transport, "video", 2000);
  event = g_strdup_printf (
      "{\"producerId\":\"%s\",\"userId\":\"alice\",\"kind\":\"video\"}",
      second);
  sio_assert_event (bob, "new-producer", event);
  close = g_strdup_printf ("{\"producerId\":\"%s\"}", second);
  json_node_unref (sio_request (alice, "closeProducer", close));
  closed =
      g_strdup_printf ("{\"producerId\":\"%s\",\"userId\":\"alice\"}", second);
  sio_assert_event (bob, "producer-closed", closed);

  meetings_leave (&alice);
  sio_assert_event (bob, "user-left", "{\"userId\":\"alice\"}");
  /* Each of it once, though it was on two channels. */
  meetings_sync (bob);
  g_assert_false (sio_has_event (bob, "user-joined"));
  g_assert_false (sio_has_event (bob, "new-producer"));
  g_assert_false (sio_has_event (bob, "user-left"));
  meetings_leave (&bob);
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
  meetings_leave (&second);
  sio_assert_event (watcher, "user-left", "{\"userId\":\"alice\"}");
  g_clear_pointer (&first, sio_free);
  meetings_leave (&watcher);
  pair_stop (&p);
}

/* ---- another implementation ---- */

static void
publish_producer (
    Pair *p, const gchar *user, const gchar *producer, const gchar *kind)
{
  g_autofree gchar *text = g_strdup_printf (
      "{\"roomCode\":\"r\",\"userId\":\"%s\",\"producerId\":\"%s\","
      "\"kind\":\"%s\"}",
      user, producer, kind);

  publish (p, "media:producer", text);
}

static void
publish_leave (Pair *p, const gchar *user, const gchar *socket)
{
  g_autofree gchar *text = g_strdup_printf (
      "{\"roomCode\":\"r\",\"userId\":\"%s\",\"socketId\":\"%s\"}", user,
      socket);

  publish (p, "room:leave", text);
}

static void
test_foreign (void)
{
  Pair p;
  g_autoptr (SioClient) alice = NULL;
  g_autoptr (SioClient) bob = NULL;
  g_autoptr (JsonNode) ack = NULL;
  g_autofree gchar *participants = NULL;

  pair_start_meetings (&p);
  alice = meetings_enter (&p.a, "r", "alice");
  publish (&p, "room:join",
      "{\"roomCode\":\"r\",\"userId\":\"zoe\",\"socketId\":\"s1\",\"name\":"
      "\"Zoe\",\"email\":\"z@example.org\",\"picture\":\"https://p.example\"}");
  sio_assert_event (alice, "user-joined",
      "{\"userId\":\"zoe\",\"name\":\"Zoe\",\"email\":\"z@example.org\","
      "\"picture\":\"https://p.example\"}");
  publish_producer (&p, "zoe", "p1", "audio");
  sio_assert_event (alice, "new-producer",
      "{\"producerId\":\"p1\",\"userId\":\"zoe\",\"kind\":\"audio\"}");
  /* Said twice; of somebody unknown; in another room. */
  publish_producer (&p, "zoe", "p1", "audio");
  publish_producer (&p, "who", "p2", "audio");
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
  sio_assert_event (
      alice, "producer-closed", "{\"producerId\":\"p1\",\"userId\":\"zoe\"}");
  publish_leave (&p, "zoe", "s1");
  publish_producer (&p, "zoe", "p3", "video");
  sio_assert_event (alice, "new-producer",
      "{\"producerId\":\"p3\",\"userId\":\"zoe\",\"kind\":\"video\"}");
  g_assert_false (sio_has_event (alice, "user-left"));
  publish_leave (&p, "zoe", "s2");
  sio_assert_event (alice, "user-left", "{\"userId\":\"zoe\"}");
  sio_assert_event (bob, "user-left", "{\"userId\":\"zoe\"}");
  meetings_sync (alice);
  g_assert_false (sio_has_event (alice, "user-joined"));
  g_assert_false (sio_has_event (alice, "new-producer"));
  meetings_leave (&alice);
  meetings_leave (&bob);
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
  g_test_add_func ("/cluster/meetings/foreign", test_foreign);
  return g_test_run ();
}
