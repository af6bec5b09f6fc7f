/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who loses the connection to a meeting: the place is kept for a while, and who
 * comes back in time has never been away as far as the others can tell.
 *
 * Threads: one; the worker is another process. */
#include "meetings-fixture.h"

#include "sfu-meetings.h"
#include "sfu-room-rules.h"
#include "sfu-room.h"

#include <string.h>

/* Longer than any test; a test that waits for its end takes the short one. */
static const gchar *const long_grace[] = { "--meetings-grace=3600", NULL };
static const gchar *const short_grace[] = { "--meetings-grace=1", NULL };

/* a and b in room r; n is there by the native protocol. a produces, and both
 * others consume it. */
typedef struct {
  Fixture f;
  SioClient *a, *b;
  Client *n;
  gchar *a_send, *audio, *b_recv, *n_recv;
} Meeting;

static SfuPeer *
find_peer (Meeting *m, const gchar *id)
{
  SfuRoom *room = sfu_rooms_find (sfu_server_get_rooms (m->f.server), "r");

  return room != NULL ? g_hash_table_lookup (room->peers, id) : NULL;
}

static void
meeting_start (Meeting *m, const gchar *const *flags)
{
  g_autofree gchar *consumer = NULL;

  meetings_start (&m->f, flags);
  m->b = meetings_enter (&m->f, "r", "b");
  m->n = client_new (&m->f, "r", "n");
  client_join (m->n);
  m->n_recv = client_create_transport (m->n, FALSE, TRUE);
  m->a = meetings_enter (&m->f, "r", "a");
  m->a_send = meetings_transport (m->a, TRUE);
  m->audio = meetings_produce (m->a, m->a_send, "audio", 5);
  m->b_recv = meetings_transport (m->b, FALSE);
  consumer = meetings_consume (m->b, m->b_recv, m->audio);
  client_wait_offer (m->n, 1);
  json_node_unref (client_wait_notification (m->n, "newPeer"));
  json_node_unref (sio_wait_event (m->b, "user-joined"));
  json_node_unref (sio_wait_event (m->b, "user-joined"));
  json_node_unref (sio_wait_event (m->b, "new-producer"));
}

static void
meeting_stop (Meeting *m)
{
  sio_free (m->a);
  sio_free (m->b);
  client_free (m->n);
  fixture_stop (&m->f);
  g_free (m->a_send);
  g_free (m->audio);
  g_free (m->b_recv);
  g_free (m->n_recv);
}

/* Nobody has heard that a came or went. */
static void
assert_unnoticed (Meeting *m)
{
  meetings_sync (m->b);
  json_node_unref (client_ok (m->n, "getRouterRtpCapabilities", NULL));
  g_assert_false (sio_has_event (m->b, "user-left"));
  g_assert_false (sio_has_event (m->b, "user-joined"));
  g_assert_false (client_has_notification (m->n, "peerClosed"));
  g_assert_false (client_has_notification (m->n, "newPeer"));
}

/* The connection of a breaks, and the server has seen it. */
static void
break_a (Meeting *m)
{
  SfuPeer *peer = find_peer (m, "a");
  guint n = sfu_rooms_n_peers (sfu_server_get_rooms (m->f.server));
  g_autoptr (SioClient) other = NULL;

  g_assert_nonnull (peer);
  sio_break (m->a);
  /* A connection that is made later is seen later. */
  other = meetings_connect (&m->f, "c");
  meetings_sync (other);
  g_assert_true (find_peer (m, "a") == peer);
  g_assert_cmpuint (
      sfu_rooms_n_peers (sfu_server_get_rooms (m->f.server)), ==, n);
  g_clear_pointer (&m->a, sio_free);
}

static void
test_back_in_time (void)
{
  Meeting m;
  g_autoptr (JsonNode) ack = NULL;
  g_autofree gchar *gone = NULL;
  g_autofree gchar *expected = NULL;
  g_autofree gchar *transport = NULL;
  g_autofree gchar *producer = NULL;
  SfuPeer *peer;

  meeting_start (&m, long_grace);
  peer = find_peer (&m, "a");
  break_a (&m);
  /* Away: the media goes on. */
  assert_unnoticed (&m);
  g_assert_false (sio_has_event (m.b, "producer-closed"));
  g_assert_cmpuint (meetings_count (&m.f, "r", "producers"), ==, 1);
  g_assert_cmpuint (meetings_count (&m.f, "r", "consumers"), ==, 2);
  /* A line of chat that it misses. */
  sio_emit (m.b, "chat", "{\"text\":\"are you there?\"}");
  json_node_unref (sio_wait_event (m.b, "chat-message"));

  m.a = meetings_connect (&m.f, "a");
  ack = meetings_join (m.a, "r", "a");
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (
                        json_node_get_object (ack), "participants")),
      ==, 2);
  g_assert_true (find_peer (&m, "a") == peer);
  /* What it sent is gone, it is not. */
  gone = sio_wait_event_text (m.b, "producer-closed");
  expected =
      g_strdup_printf ("{\"producerId\":\"%s\",\"userId\":\"a\"}", m.audio);
  g_assert_cmpstr (gone, ==, expected);
  json_node_unref (client_wait_notification (m.n, "consumerClosed"));
  assert_unnoticed (&m);
  g_assert_cmpuint (meetings_count (&m.f, "r", "transports"), ==, 2);
  g_assert_cmpuint (meetings_count (&m.f, "r", "producers"), ==, 0);
  /* The old transport is nobody's; new ones work, and notices arrive. */
  transport = meetings_transport (m.a, TRUE);
  producer = meetings_produce (m.a, transport, "audio", 5);
  json_node_unref (sio_wait_event (m.b, "new-producer"));
  client_wait_offer (m.n, 2);
  sio_emit (m.b, "chat", "{\"text\":\"welcome back\"}");
  g_clear_pointer (&ack, json_node_unref);
  ack = sio_wait_event (m.a, "chat-message");
  g_assert_cmpstr (get_string (ack, "text"), ==, "welcome back");
  g_assert_cmpuint (sio_n_events (m.a, "chat-message"), ==, 0);
  meeting_stop (&m);
}

/* Twice in a row; and the timer of the first time is off. */
static void
test_back_twice (void)
{
  Meeting m;
  SfuPeer *peer;

  meeting_start (&m, long_grace);
  peer = find_peer (&m, "a");
  for (guint i = 0; i < 2; i++) {
    break_a (&m);
    m.a = meetings_enter (&m.f, "r", "a");
    g_assert_true (find_peer (&m, "a") == peer);
  }
  assert_unnoticed (&m);
  meeting_stop (&m);
}

static void
test_too_late (void)
{
  Meeting m;
  g_autofree gchar *left = NULL;
  gint64 start_us;

  meeting_start (&m, short_grace);
  start_us = g_get_monotonic_time ();
  sio_break (m.a);
  left = sio_wait_event_text (m.b, "user-left");
  g_assert_cmpint (g_get_monotonic_time () - start_us, >=, G_USEC_PER_SEC / 2);
  g_assert_cmpstr (left, ==, "{\"userId\":\"a\"}");
  json_node_unref (client_wait_notification (m.n, "peerClosed"));
  json_node_unref (sio_wait_event (m.b, "producer-closed"));
  g_assert_null (find_peer (&m, "a"));
  g_assert_cmpuint (meetings_count (&m.f, "r", "transports"), ==, 2);
  g_assert_cmpuint (meetings_count (&m.f, "r", "producers"), ==, 0);
  g_assert_cmpuint (meetings_count (&m.f, "r", "consumers"), ==, 0);
  /* Who comes now is new. */
  g_clear_pointer (&m.a, sio_free);
  m.a = meetings_enter (&m.f, "r", "a");
  json_node_unref (sio_wait_event (m.b, "user-joined"));
  json_node_unref (client_wait_notification (m.n, "newPeer"));
  meeting_stop (&m);
}

static void
test_no_grace (void)
{
  static const gchar *const flags[] = { "--meetings-grace=0", NULL };
  Meeting m;

  meeting_start (&m, flags);
  sio_break (m.a);
  json_node_unref (sio_wait_event (m.b, "user-left"));
  g_assert_null (find_peer (&m, "a"));
  meeting_stop (&m);
}

/* Leaving on purpose knows no grace: the event, and the namespace. */
static void
test_on_purpose (void)
{
  Meeting m;

  meeting_start (&m, long_grace);
  json_node_unref (sio_request (m.a, "leaveRoom", NULL));
  json_node_unref (sio_wait_event (m.b, "user-left"));
  json_node_unref (meetings_join (m.a, "r", "a"));
  json_node_unref (sio_wait_event (m.b, "user-joined"));
  sio_leave (m.a);
  json_node_unref (sio_wait_event (m.b, "user-left"));
  g_assert_null (find_peer (&m, "a"));
  meeting_stop (&m);
}

/* A second tab, or a network that the server has not found dead yet: the old
 * socket is told to go, and the place is the new one's. */
static void
test_while_open (void)
{
  Meeting m;
  g_autoptr (SioClient) second = NULL;
  SfuPeer *peer;

  meeting_start (&m, long_grace);
  peer = find_peer (&m, "a");
  second = meetings_enter (&m.f, "r", "a");
  WAIT_UNTIL (m.a->disconnected);
  g_assert_true (find_peer (&m, "a") == peer);
  json_node_unref (sio_wait_event (m.b, "producer-closed"));
  assert_unnoticed (&m);
  g_assert_cmpuint (meetings_count (&m.f, "r", "transports"), ==, 2);
  /* That the old one goes now is nothing to the others. */
  g_clear_pointer (&m.a, sio_free);
  meetings_sync (second);
  assert_unnoticed (&m);
  g_assert_true (find_peer (&m, "a") == peer);
  g_clear_pointer (&second, sio_free);
  meeting_stop (&m);
}

/* duplicate-peers=refuse is about those who are there, not those away. */
static void
test_refuse (void)
{
  static const gchar *const flags[] = { "--meetings-grace=3600",
    "--duplicate-peers=refuse", NULL };
  Meeting m;
  g_autoptr (SioClient) second = NULL;
  g_autofree gchar *ack = NULL;
  SfuPeer *peer;

  meeting_start (&m, flags);
  peer = find_peer (&m, "a");
  second = meetings_connect (&m.f, "a");
  ack = sio_request_text (
      second, "joinRoom", "{\"roomCode\":\"r\",\"name\":\"a\"}");
  g_assert_cmpstr (ack, ==,
      "{\"success\":false,\"error\":\"\\\"a\\\" is in room \\\"r\\\" "
      "already\"}");
  meetings_sync (m.a);
  g_assert_false (m.a->disconnected);
  break_a (&m);
  json_node_unref (meetings_join (second, "r", "a"));
  g_assert_true (find_peer (&m, "a") == peer);
  assert_unnoticed (&m);
  g_clear_pointer (&second, sio_free);
  meeting_stop (&m);
}

/* A moderator, and a room that is closed, do not wait for who is away. */
static void
test_put_out (void)
{
  Meeting m;
  SfuRoom *room;

  meeting_start (&m, long_grace);
  break_a (&m);
  sfu_room_kick (find_peer (&m, "a"));
  json_node_unref (sio_wait_event (m.b, "user-left"));
  g_assert_null (find_peer (&m, "a"));
  m.a = meetings_enter (&m.f, "r", "a");
  break_a (&m);
  room = sfu_rooms_find (sfu_server_get_rooms (m.f.server), "r");
  sfu_room_close (room, SFU_CLOSE_ROOM);
  WAIT_UNTIL (m.b->disconnected);
  g_assert_cmpuint (
      sfu_rooms_n_peers (sfu_server_get_rooms (m.f.server)), ==, 0);
  meeting_stop (&m);
}

/* Somebody else cannot have the place, and a token for another room is none. */
static void
test_not_the_same (void)
{
  Meeting m;
  g_autofree gchar *auth = meetings_auth ("a", ",\"rooms\":[\"other\"]");
  g_autoptr (SioClient) elsewhere = NULL;
  g_autoptr (Client) native = NULL;
  g_autofree gchar *ack = NULL;
  SfuPeer *peer;

  meeting_start (&m, long_grace);
  peer = find_peer (&m, "a");
  break_a (&m);
  elsewhere = sio_new (&m.f, MEETINGS_PATH, "/", auth);
  ack = sio_request_text (
      elsewhere, "joinRoom", "{\"roomCode\":\"r\",\"name\":\"a\"}");
  g_assert_cmpstr (ack, ==,
      "{\"success\":false,\"error\":\"the token is not for this room\"}");
  native = client_new (&m.f, "r", "a");
  client_wait_closed (native);
  g_assert_true (find_peer (&m, "a") == peer);
  assert_unnoticed (&m);
  g_clear_pointer (&elsewhere, sio_free);
  g_clear_pointer (&native, client_free);
  meeting_stop (&m);
}

/* The last one keeps the room; and a server that stops forgets who is away. */
static void
test_alone (void)
{
  Fixture f;
  SioClient *a;
  SfuRoom *room;

  meetings_start (&f, long_grace);
  a = meetings_enter (&f, "r", "a");
  room = sfu_rooms_find (sfu_server_get_rooms (f.server), "r");
  sio_break (a);
  sio_free (a);
  a = meetings_enter (&f, "r", "a");
  g_assert_true (sfu_rooms_find (sfu_server_get_rooms (f.server), "r") == room);
  sio_break (a);
  sio_free (a);
  fixture_stop (&f);
}

/* ---- a network that says nothing any more ---- */

/* A mount of its own for the rooms of a server, whose pings are too quick for
 * anybody but a test. */
typedef struct {
  SfuConfig *config;
  SfuServices services;
  SfuSioServer *sio;
  SoupServer *soup;
  guint16 port;
} Mount;

static void
on_websocket (SoupServer *soup, SoupServerMessage *message, const char *path,
    SoupWebsocketConnection *connection, gpointer mount)
{
  sfu_sio_server_handle_websocket (((Mount *)mount)->sio, message, connection);
}

static void
mount_start (Mount *mount, Fixture *f)
{
  static const gchar *argv[] = { "sfu-server", "--jwt-secret=" MEETINGS_SECRET,
    "--meetings-grace=3600" };
  static const SfuSioOptions options = {
    .path = "/socket", .ping_interval_ms = 200, .ping_timeout_ms = 100
  };
  gchar *environment[] = { NULL };
  g_autofree gchar *text = NULL;
  g_autoptr (GError) error = NULL;
  SfuConfigAction action;
  GSList *uris;

  mount->config = sfu_config_load (
      G_N_ELEMENTS (argv), (gchar **)argv, environment, &action, &text, &error);
  g_assert_no_error (error);
  sfu_services_init (&mount->services, mount->config,
      sfu_server_get_rooms (f->server), &error);
  g_assert_no_error (error);
  mount->sio = sfu_sio_server_new (&options);
  sfu_meetings_open (mount->sio, &mount->services);
  mount->soup = soup_server_new (NULL, NULL);
  soup_server_add_websocket_handler (
      mount->soup, NULL, NULL, NULL, on_websocket, mount, NULL);
  soup_server_listen_local (
      mount->soup, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (mount->soup);
  mount->port = (guint16)g_uri_get_port (uris->data);
  g_slist_free_full (uris, (GDestroyNotify)g_uri_unref);
}

static void
mount_stop (Mount *mount)
{
  soup_server_disconnect (mount->soup);
  g_object_unref (mount->soup);
  sfu_sio_server_free (mount->sio);
  sfu_rooms_set_ice_servers (mount->services.rooms, NULL);
  sfu_services_clear (&mount->services);
  sfu_config_free (mount->config);
}

static void
test_ping_timeout (void)
{
  Meeting m;
  Mount mount;
  Fixture slow;
  g_autoptr (SioClient) c = NULL;
  g_autoptr (SioClient) again = NULL;
  const SfuEventSession *session;
  SfuPeer *peer;

  meeting_start (&m, long_grace);
  mount_start (&mount, &m.f);
  slow = m.f;
  slow.port = mount.port;
  c = meetings_enter (&slow, "r", "c");
  json_node_unref (sio_wait_event (m.b, "user-joined"));
  json_node_unref (client_wait_notification (m.n, "newPeer"));
  peer = find_peer (&m, "c");
  session = sfu_event_session_of (peer);
  /* Nobody reads pings any more. */
  g_signal_handlers_block_matched (c->ws,
      G_SIGNAL_MATCH_ID | G_SIGNAL_MATCH_DATA,
      g_signal_lookup ("message", SOUP_TYPE_WEBSOCKET_CONNECTION), 0, NULL,
      NULL, c);
  WAIT_UNTIL (session->socket == NULL);
  g_assert_true (find_peer (&m, "c") == peer);
  assert_unnoticed (&m);
  again = meetings_enter (&m.f, "r", "c");
  g_assert_true (find_peer (&m, "c") == peer);
  assert_unnoticed (&m);
  g_clear_pointer (&c, sio_free);
  g_clear_pointer (&again, sio_free);
  mount_stop (&mount);
  meeting_stop (&m);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/meetings/grace/back-in-time", test_back_in_time);
  g_test_add_func ("/meetings/grace/back-twice", test_back_twice);
  g_test_add_func ("/meetings/grace/too-late", test_too_late);
  g_test_add_func ("/meetings/grace/none", test_no_grace);
  g_test_add_func ("/meetings/grace/on-purpose", test_on_purpose);
  g_test_add_func ("/meetings/grace/while-open", test_while_open);
  g_test_add_func ("/meetings/grace/refuse", test_refuse);
  g_test_add_func ("/meetings/grace/put-out", test_put_out);
  g_test_add_func ("/meetings/grace/not-the-same", test_not_the_same);
  g_test_add_func ("/meetings/grace/alone", test_alone);
  g_test_add_func ("/meetings/grace/ping-timeout", test_ping_timeout);
  return g_test_run ();
}
