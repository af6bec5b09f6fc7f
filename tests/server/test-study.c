/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Study rooms from connecting to leaving: what each is answered and told, who
 * is let in, and what is left in the worker. Wrong requests: see
 * test-study-requests.c.
 *
 * Threads: one; the worker is another process. */
#include "sio-client.h"

#include "sfu-room.h"

#include <string.h>

#define PATH "/socket.io/"
#define ROOM "/room/math"

static const gchar *const admin[] = { "--admin-open", NULL };

/* Must be answered with these members; the ack. */
static JsonNode *
ask (SioClient *c, const gchar *event, const gchar *payload,
    const gchar *members)
{
  JsonNode *ack = sio_request (c, event, payload);
  g_autofree gchar *found = get_members (ack);

  g_assert_cmpstr (found, ==, members);
  return ack;
}

static gchar *
create_transport (SioClient *c, const gchar *direction)
{
  g_autofree gchar *payload =
      g_strdup_printf ("{\"direction\":\"%s\"}", direction);
  g_autoptr (JsonNode) ack = ask (c, "create-transport", payload, "transport");
  JsonNode *transport =
      json_object_get_member (json_node_get_object (ack), "transport");
  g_autofree gchar *members = get_members (transport);

  g_assert_cmpstr (
      members, ==, "id,iceParameters,iceCandidates,dtlsParameters");
  return g_strdup (get_string (transport, "id"));
}

static gchar *
produce (SioClient *c, const gchar *transport, const gchar *kind, guint32 ssrc)
{
  g_autofree gchar *payload = produce_data (transport, kind, ssrc);
  g_autoptr (JsonNode) ack = ask (c, "produce", payload, "producerId");

  return g_strdup (get_string (ack, "producerId"));
}

/* {"rtpCapabilities":...}, as text. */
static gchar *
get_capabilities (SioClient *c)
{
  return sio_request_text (c, "get-rtp-capabilities", "{}");
}

static gchar *
consume_data (
    const gchar *transport, const gchar *producer, const gchar *capabilities)
{
  return g_strdup_printf ("{\"transportId\":\"%s\",\"producerId\":\"%s\",%s",
      transport, producer, capabilities + 1);
}

static gchar *
consume (SioClient *c, const gchar *transport, const gchar *producer)
{
  g_autofree gchar *capabilities = get_capabilities (c);
  g_autofree gchar *payload = consume_data (transport, producer, capabilities);
  g_autoptr (JsonNode) ack =
      ask (c, "consume", payload, "id,producerId,kind,rtpParameters,consumer");
  g_autoptr (JsonNode) same = json_node_copy (
      json_object_get_member (json_node_get_object (ack), "consumer"));

  g_assert_cmpstr (get_string (ack, "producerId"), ==, producer);
  json_object_remove_member (json_node_get_object (ack), "consumer");
  g_assert_true (json_node_equal (ack, same));
  return g_strdup (get_string (ack, "id"));
}

static void
assert_success (
    SioClient *c, const gchar *event, const gchar *member, const gchar *id)
{
  g_autofree gchar *payload = g_strdup_printf ("{\"%s\":\"%s\"}", member, id);
  g_autofree gchar *ack = sio_request_text (c, event, payload);

  g_assert_cmpstr (ack, ==, "{\"success\":true}");
}

/* Waits for an event with exactly this data; $P, $A: see the arguments. */
static void
assert_told (SioClient *c, const gchar *event, const gchar *producer,
    const gchar *participant, const gchar *kind)
{
  g_autofree gchar *text = sio_wait_event_text (c, event);
  g_autofree gchar *wanted =
      g_strdup_printf ("{\"producerId\":\"%s\",\"participantId\":\"%s\"%s%s%s}",
          producer, participant, kind != NULL ? ",\"kind\":\"" : "",
          kind != NULL ? kind : "", kind != NULL ? "\"" : "");

  g_assert_cmpstr (text, ==, wanted);
}

static guint
n_rooms (Fixture *f)
{
  return sfu_rooms_n_rooms (sfu_server_get_rooms (f->server));
}

/* a and b, each with both transports; a sends audio. */
typedef struct {
  Fixture f;
  SioClient *a, *b;
  gchar *a_send, *b_recv, *audio;
} Pair;

static void
pair_start (Pair *p)
{
  fixture_start (&p->f, admin);
  p->a = sio_new (&p->f, PATH, ROOM, NULL);
  p->b = sio_new (&p->f, PATH, ROOM, NULL);
  p->a_send = create_transport (p->a, "send");
  p->b_recv = create_transport (p->b, "recv");
  p->audio = produce (p->a, p->a_send, "audio", 11);
  assert_told (p->b, "new-producer", p->audio, p->a->id, "audio");
}

static void
pair_stop (Pair *p)
{
  sio_free (p->a);
  sio_free (p->b);
  WAIT_UNTIL (n_rooms (&p->f) == 0);
  fixture_stop (&p->f);
  g_free (p->a_send);
  g_free (p->b_recv);
  g_free (p->audio);
}

static void
test_flow (void)
{
  Pair p;
  g_autoptr (SioClient) late = NULL;
  g_autofree gchar *connect = NULL;
  g_autofree gchar *ack = NULL;
  g_autofree gchar *consumer = NULL;
  g_autofree gchar *video = NULL;

  pair_start (&p);
  json_node_unref (ask (p.a, "get-rtp-capabilities", NULL, "rtpCapabilities"));
  connect = connect_data (p.a_send);
  ack = sio_request_text (p.a, "connect-transport", connect);
  g_assert_cmpstr (ack, ==, "{\"success\":true}");

  consumer = consume (p.b, p.b_recv, p.audio);
  g_assert_true (fixture_says (&p.f, "math", "consumers", consumer, "paused"));
  assert_success (p.b, "resume-consumer", "consumerId", consumer);
  g_assert_false (fixture_says (&p.f, "math", "consumers", consumer, "paused"));

  /* Who comes late is told of what there is. */
  late = sio_new (&p.f, PATH, ROOM, NULL);
  assert_told (late, "new-producer", p.audio, p.a->id, "audio");
  video = produce (p.a, p.a_send, "video", 21);
  assert_told (late, "new-producer", video, p.a->id, "video");
  assert_told (p.b, "new-producer", video, p.a->id, "video");

  assert_success (p.b, "close-consumer", "consumerId", consumer);
  g_assert_cmpuint (fixture_count (&p.f, "math", "consumers"), ==, 0);
  assert_success (p.a, "close-producer", "producerId", video);
  assert_told (late, "producer-closed", video, p.a->id, NULL);
  assert_told (p.b, "producer-closed", video, p.a->id, NULL);
  g_assert_cmpuint (fixture_count (&p.f, "math", "producers"), ==, 1);
  /* Nobody is told of what is its own. */
  g_assert_false (sio_has_event (p.a, "new-producer"));
  g_assert_false (sio_has_event (p.a, "producer-closed"));
  g_clear_pointer (&late, sio_free);
  pair_stop (&p);
}

/* Both ways to go: nothing of a is left, and b is told. */
static void
test_gone (gconstpointer data)
{
  Pair p;
  g_autofree gchar *consumer = NULL;

  pair_start (&p);
  consumer = consume (p.b, p.b_recv, p.audio);
  if (GPOINTER_TO_INT (data))
    sio_break (p.a);
  else
    sio_leave (p.a);
  assert_told (p.b, "producer-closed", p.audio, p.a->id, NULL);
  g_assert_cmpuint (fixture_count (&p.f, "math", "transports"), ==, 1);
  g_assert_cmpuint (fixture_count (&p.f, "math", "producers"), ==, 0);
  g_assert_cmpuint (fixture_count (&p.f, "math", "consumers"), ==, 0);
  pair_stop (&p);
}

/* A room is as wide as its name. */
static void
test_rooms_apart (void)
{
  Pair p;
  g_autoptr (SioClient) other = NULL;
  g_autoptr (SioClient) same = NULL;

  pair_start (&p);
  other = sio_new (&p.f, PATH, "/room/math2", NULL);
  g_assert_cmpuint (n_rooms (&p.f), ==, 2);
  same = sio_new (&p.f, PATH, "/room/m%61th", NULL);
  assert_told (same, "new-producer", p.audio, p.a->id, "audio");
  g_assert_false (sio_has_event (other, "new-producer"));
  g_clear_pointer (&other, sio_free);
  g_clear_pointer (&same, sio_free);
  pair_stop (&p);
}

static void
assert_refused (
    Fixture *f, const gchar *namespace, const gchar *auth, const gchar *message)
{
  g_autoptr (SioClient) c = sio_try (f, PATH, namespace, auth);

  g_assert_cmpstr (c->error, ==, message);
}

static void
test_names (void)
{
  static const gchar bad[] =
      "not the name of a room: 1 to 128 bytes without control characters are";
  Fixture f;
  g_autofree gchar *long_name = g_strnfill (129, 'x');
  g_autofree gchar *longest = g_strnfill (128, 'x');
  g_autofree gchar *too_long = g_strconcat ("/room/", long_name, NULL);
  g_autofree gchar *fits = g_strconcat ("/room/", longest, NULL);
  g_autofree gchar *long_auth =
      g_strdup_printf ("{\"displayName\":\"%s\"}", long_name);

  fixture_start (&f, NULL);
  assert_refused (&f, too_long, NULL, bad);
  assert_refused (&f, "/room/%00", NULL, bad);
  assert_refused (&f, "/room/%0a", NULL, bad);
  assert_refused (&f, "/room/%ff", NULL, bad);
  assert_refused (&f, "/room/%zz", NULL, bad);
  assert_refused (&f, "/room/", NULL, "Invalid namespace");
  assert_refused (&f, "/room/a/b", NULL, "Invalid namespace");
  assert_refused (&f, "/lecture/a", NULL, "Invalid namespace");
  assert_refused (
      &f, ROOM, "{\"displayName\":7}", "auth.displayName: must be a string");
  assert_refused (
      &f, ROOM, long_auth, "auth.displayName: longer than 128 bytes");
  assert_refused (&f, ROOM, "{\"name\":\"a\\nb\"}",
      "auth.displayName: must have 1 to 128 bytes without control characters");
  g_assert_cmpuint (n_rooms (&f), ==, 0);
  sio_free (sio_new (&f, PATH, fits, NULL));
  fixture_stop (&f);
}

/* What somebody of the native protocol is told of who comes. */
static void
test_display_name (void)
{
  static const struct {
    const gchar *path, *auth, *name;
  } cases[] = {
    { PATH, "{\"displayName\":\"Ada\"}", "Ada" },
    { PATH, "{\"name\":\"Bob\"}", "Bob" },
    { PATH, "{\"displayName\":\"\",\"name\":\"Cleo\"}", "Cleo" },
    { PATH "?displayName=D%20D", NULL, "D D" },
    { PATH "?name=Eve", "{}", "Eve" },
    { PATH "?name=Eve", "{\"name\":\"Eva\"}", "Eva" },
    { PATH, NULL, NULL },
  };
  Fixture f;
  g_autoptr (Client) native = NULL;

  fixture_start (&f, NULL);
  native = client_new (&f, "math", "native");
  client_join (native);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (SioClient) c = sio_new (&f, cases[i].path, ROOM, cases[i].auth);
    g_autoptr (JsonNode) note = client_wait_notification (native, "newPeer");
    g_autofree gchar *start = g_strndup (c->id, 8);

    g_assert_cmpstr (get_string (note, "id"), ==, c->id);
    g_assert_cmpstr (get_string (note, "displayName"), ==,
        cases[i].name != NULL ? cases[i].name : start);
  }
  g_clear_pointer (&native, client_free);
  fixture_stop (&f);
}

/* 50 get in, the 51st does not; who comes to more than 40 is told. */
static void
test_full (void)
{
  static const gchar *const flags[] = { "--admin-open",
    "--max-connections=1000", NULL };
  Fixture f;
  SioClient *clients[50];
  g_autofree gchar *told = NULL;

  fixture_start (&f, flags);
  for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
    clients[i] = sio_new (&f, PATH, ROOM, NULL);
  assert_refused (&f, ROOM, NULL, "Room is full (50 participants)");
  for (guint i = 0; i < G_N_ELEMENTS (clients); i++) {
    /* An answer comes after all that was sent before. */
    json_node_unref (sio_request (clients[i], "get-rtp-capabilities", NULL));
    g_assert_cmpuint (
        sio_n_events (clients[i], "recommend-audio-only"), ==, i >= 40);
  }
  told = sio_wait_event_text (clients[40], "recommend-audio-only");
  g_assert_cmpstr (told, ==, "{\"participantCount\":41,\"threshold\":40}");
  /* Somebody goes, and somebody else gets the place; other rooms have some. */
  g_clear_pointer (&clients[0], sio_free);
  WAIT_UNTIL (sfu_rooms_n_peers (sfu_server_get_rooms (f.server)) == 49);
  clients[0] = sio_new (&f, PATH, ROOM, NULL);
  assert_refused (&f, ROOM, NULL, "Room is full (50 participants)");
  sio_free (sio_new (&f, PATH, "/room/other", NULL));
  for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
    sio_free (clients[i]);
  WAIT_UNTIL (n_rooms (&f) == 0);
  fixture_stop (&f);
}

/* The limits are configuration. */
static void
test_limits (void)
{
  static const gchar *const flags[] = { "--study-rooms-max-peers=2",
    "--study-rooms-audio-only-above=1", NULL };
  Fixture f;
  g_autoptr (SioClient) a = NULL;
  g_autoptr (SioClient) b = NULL;
  g_autofree gchar *told = NULL;

  fixture_start (&f, flags);
  a = sio_new (&f, PATH, ROOM, NULL);
  b = sio_new (&f, PATH, ROOM, NULL);
  told = sio_wait_event_text (b, "recommend-audio-only");
  g_assert_cmpstr (told, ==, "{\"participantCount\":2,\"threshold\":1}");
  assert_refused (&f, ROOM, NULL, "Room is full (2 participants)");
  g_clear_pointer (&a, sio_free);
  g_clear_pointer (&b, sio_free);
  fixture_stop (&f);
}

/* As many tracks as a full room has. All of them are there before the worker
 * gives up transports that nobody connects, also when it is slow. */
enum { SENDERS = 10, EACH = 15, TRACKS = SENDERS * EACH };

static void
send_tracks (SioClient *c)
{
  g_autofree gchar *transport = create_transport (c, "send");
  gint64 ids[EACH];

  for (guint i = 0; i < EACH; i++) {
    g_autofree gchar *payload =
        produce_data (transport, i < 5 ? "audio" : "video", 100 + 10 * i);

    ids[i] = sio_send (c, "produce", payload);
  }
  for (guint i = 0; i < EACH; i++) {
    g_autoptr (JsonNode) ack = sio_wait_ack (c, ids[i]);

    g_assert_nonnull (get_string (ack, "producerId"));
  }
}

/* Who comes last takes all that the others send, at once, as clients do that
 * ask for each producer they are told of. */
static void
test_everything_at_once (void)
{
  Fixture f;
  SioClient *senders[SENDERS];
  g_autoptr (SioClient) last = NULL;
  g_autofree gchar *recv = NULL;
  g_autofree gchar *capabilities = NULL;
  gint64 ids[TRACKS];

  fixture_start (&f, admin);
  for (guint i = 0; i < SENDERS; i++) {
    senders[i] = sio_new (&f, PATH, ROOM, NULL);
    send_tracks (senders[i]);
  }
  last = sio_new (&f, PATH, ROOM, NULL);
  recv = create_transport (last, "recv");
  capabilities = get_capabilities (last);
  WAIT_UNTIL (sio_n_events (last, "new-producer") == TRACKS);
  for (guint i = 0; i < TRACKS; i++) {
    g_autoptr (JsonNode) note = sio_wait_event (last, "new-producer");
    g_autofree gchar *payload =
        consume_data (recv, get_string (note, "producerId"), capabilities);

    ids[i] = sio_send (last, "consume", payload);
  }
  for (guint i = 0; i < TRACKS; i++) {
    g_autoptr (JsonNode) ack = sio_wait_ack (last, ids[i]);

    if (!json_object_has_member (json_node_get_object (ack), "id"))
      g_error ("%s", get_string (ack, "error"));
  }
  g_assert_cmpuint (fixture_count (&f, "math", "consumers"), ==, TRACKS);
  g_clear_pointer (&last, sio_free);
  for (guint i = 0; i < SENDERS; i++)
    sio_free (senders[i]);
  fixture_stop (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/study/flow", test_flow);
  g_test_add_data_func ("/study/left", GINT_TO_POINTER (FALSE), test_gone);
  g_test_add_data_func ("/study/broken", GINT_TO_POINTER (TRUE), test_gone);
  g_test_add_func ("/study/rooms-apart", test_rooms_apart);
  g_test_add_func ("/study/names", test_names);
  g_test_add_func ("/study/display-name", test_display_name);
  g_test_add_func ("/study/full", test_full);
  g_test_add_func ("/study/limits", test_limits);
  g_test_add_func ("/study/everything-at-once", test_everything_at_once);
  return g_test_run ();
}
