/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The meetings' protocol from the token to the last word: who gets in, what
 * each is answered and told. Reconnection has a test of its own.
 *
 * Threads: one; the worker is another process. */
#include "meetings-fixture.h"

#include "token-maker.h"

#include <string.h>

/* All that is logged, to look for what must not be in it. */
static GString *logged;

static GLogWriterOutput
keep_log (GLogLevelFlags level, const GLogField *fields, gsize n, gpointer data)
{
  for (gsize i = 0; i < n; i++)
    if (strcmp (fields[i].key, "MESSAGE") == 0)
      g_string_append_printf (logged, "%s\n", (const gchar *)fields[i].value);
  if (level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING))
    return g_log_writer_default (level, fields, n, data);
  return G_LOG_WRITER_HANDLED;
}

static JsonObject *
object_of (JsonNode *node)
{
  return json_node_get_object (node);
}

/* Refused in the contract's words; the log has the reason, and no part of the
 * token. */
static void
assert_refused (Fixture *f, const gchar *auth, const gchar *reason)
{
  g_autoptr (SioClient) c = NULL;
  g_auto (GStrv) parts = g_strsplit (auth != NULL ? auth : "", ".", 3);

  g_string_truncate (logged, 0);
  c = sio_try (f, MEETINGS_PATH, "/", auth);
  g_assert_null (c->id);
  g_assert_cmpstr (c->error, ==, "Authentication error");
  if (strstr (logged->str, reason) == NULL)
    g_error ("\"%s\" does not say \"%s\"", logged->str, reason);
  if (g_strv_length (parts) == 3 && strlen (parts[2]) > 8) {
    g_assert_null (strstr (logged->str, parts[1]));
    g_assert_null (strstr (logged->str, parts[2]));
  }
}

static gchar *
auth_of (const gchar *secret, const gchar *header, const gchar *claims)
{
  g_autofree gchar *token = test_token_hs256 (secret, header, claims);

  return g_strdup_printf ("{\"token\":\"%s\"}", token);
}

static void
test_token (void)
{
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  g_autofree gchar *old =
      g_strdup_printf (",\"exp\":%" G_GINT64_FORMAT, now - 60);
  g_autofree gchar *fresh =
      g_strdup_printf (",\"exp\":%" G_GINT64_FORMAT, now + 60);
  g_autofree gchar *expired = meetings_auth ("a", old);
  g_autofree gchar *good = meetings_auth ("a", fresh);
  g_autofree gchar *nobody =
      auth_of (MEETINGS_SECRET, NULL, "{\"name\":\"a\"}");
  g_autofree gchar *forged =
      auth_of ("somebody else's secret", NULL, "{\"userId\":\"a\"}");
  g_autofree gchar *unsigned_ =
      auth_of (MEETINGS_SECRET, "{\"alg\":\"none\"}", "{\"userId\":\"a\"}");
  g_autoptr (SioClient) c = NULL;
  Fixture f;

  meetings_start (&f, NULL);
  assert_refused (&f, NULL, "refused");
  assert_refused (&f, "{}", "refused");
  assert_refused (&f, "{\"token\":null}", "refused");
  assert_refused (&f, "{\"token\":7}", "refused");
  assert_refused (&f, "{\"token\":\"\"}", "refused");
  assert_refused (&f, "{\"token\":\"x\"}", "refused");
  assert_refused (&f, "{\"token\":\"a.b.c\"}", "refused");
  assert_refused (&f, expired, "expired");
  assert_refused (&f, nobody, "userId");
  assert_refused (&f, forged, "signature");
  assert_refused (&f, unsigned_, "alg");
  c = sio_new (&f, MEETINGS_PATH, "/", good);
  /* Another namespace is none. */
  {
    g_autoptr (SioClient) other = sio_try (&f, MEETINGS_PATH, "/admin", good);

    g_assert_null (other->id);
    g_assert_cmpstr (other->error, ==, "Invalid namespace");
  }
  g_clear_pointer (&c, sio_free);
  fixture_stop (&f);
}

/* Without a secret nobody gets in, and the log says once what to do. */
static void
test_no_secret (void)
{
  g_autofree gchar *auth = meetings_auth ("a", "");
  const gchar *advice;
  Fixture f;

  fixture_start (&f, NULL);
  assert_refused (&f, auth, "jwt-secret-file");
  advice = strstr (logged->str, "jwt-secret-file");
  g_assert_nonnull (advice);
  assert_refused (&f, auth, "no secret is configured");
  g_assert_null (strstr (logged->str, "jwt-secret-file"));
  fixture_stop (&f);
}

/* The token's rooms and rights. */
static void
test_claims (void)
{
  g_autofree gchar *one = meetings_auth ("a", ",\"rooms\":[\"one\"]");
  g_autofree gchar *deaf = meetings_auth (
      "b", ",\"name\":\"Bea\",\"email\":\"bea@example.org\",\"rights\":[]");
  g_autoptr (SioClient) a = NULL;
  g_autoptr (SioClient) b = NULL;
  g_autoptr (JsonNode) joined = NULL;
  g_autofree gchar *ack = NULL;
  g_autofree gchar *transport = NULL;
  g_autofree gchar *producer = NULL;
  g_autofree gchar *data = NULL;
  g_autofree gchar *consume = NULL;
  g_autofree gchar *told = NULL;
  Fixture f;

  meetings_start (&f, NULL);
  a = sio_new (&f, MEETINGS_PATH, "/", one);
  ack =
      sio_request_text (a, "joinRoom", "{\"roomCode\":\"two\",\"name\":\"a\"}");
  g_assert_cmpstr (ack, ==,
      "{\"success\":false,\"error\":\"the token is not for this room\"}");
  g_assert_null (sfu_rooms_find (sfu_server_get_rooms (f.server), "two"));
  json_node_unref (meetings_join (a, "one", "a"));
  transport = meetings_transport (a, TRUE);
  producer = meetings_produce (a, transport, "audio", 5);

  /* The account's name is used when the client says none, and its address
   * whatever the client says. */
  b = sio_new (&f, MEETINGS_PATH, "/", deaf);
  joined = sio_request (
      b, "joinRoom", "{\"roomCode\":\"one\",\"email\":\"boss@example.org\"}");
  g_assert_true (
      json_object_get_boolean_member (object_of (joined), "success"));
  told = sio_wait_event_text (a, "user-joined");
  g_assert_cmpstr (told, ==,
      "{\"userId\":\"b\",\"name\":\"Bea\",\"email\":\"bea@example.org\","
      "\"picture\":\"\"}");
  g_free (transport);
  transport = meetings_transport (b, FALSE);
  consume = meetings_consume_data (b, transport, producer);
  g_free (ack);
  ack = sio_request_text (b, "consume", consume);
  g_assert_cmpstr (ack, ==, "{\"error\":\"no right to subscribe\"}");
  data = produce_data (transport, "audio", 6);
  g_free (ack);
  ack = sio_request_text (b, "produce", data);
  g_assert_nonnull (strstr (ack, "{\"error\":\"no right"));
  g_clear_pointer (&a, sio_free);
  g_clear_pointer (&b, sio_free);
  fixture_stop (&f);
}

static void
assert_transport (JsonNode *ack)
{
  JsonObject *object = object_of (ack);

  g_assert_cmpuint (json_object_get_size (object), ==, 4);
  g_assert_nonnull (json_object_get_string_member (object, "id"));
  g_assert_true (json_object_get_boolean_member (
      json_object_get_object_member (object, "iceParameters"), "iceLite"));
  g_assert_cmpuint (json_array_get_length (
                        json_object_get_array_member (object, "iceCandidates")),
      >=, 1); /* UDP, and TCP where that port is free */
  g_assert_true (json_object_has_member (
      json_object_get_object_member (object, "dtlsParameters"),
      "fingerprints"));
}

/* Anna, who sends, and Bert, who receives. */
typedef struct {
  Fixture f;
  SioClient *a, *b;
  gchar *a_send;
} Meeting;

static void
anna_comes (Meeting *m)
{
  g_autoptr (JsonNode) made = NULL;
  g_autoptr (JsonNode) joined = NULL;
  g_autofree gchar *connect = NULL;
  g_autofree gchar *connected = NULL;
  JsonObject *object;

  m->a = meetings_connect (&m->f, "a");
  joined = meetings_join (m->a, "r", "Anna");
  object = object_of (joined);
  g_assert_cmpuint (json_object_get_size (object), ==, 3);
  g_assert_cmpuint (json_array_get_length (
                        json_object_get_array_member (object, "participants")),
      ==, 0);
  g_assert_cmpuint (
      json_array_get_length (json_object_get_array_member (
          json_object_get_object_member (object, "rtpCapabilities"), "codecs")),
      >, 0);

  made = sio_request (m->a, "createTransport", "{\"isProducer\":true}");
  assert_transport (made);
  m->a_send = g_strdup (get_string (made, "id"));
  connect = connect_data (m->a_send);
  connected = sio_request_text (m->a, "connectTransport", connect);
  g_assert_cmpstr (connected, ==, "{\"success\":true}");
}

/* Finds Anna, with what she produces. */
static void
bert_comes (Meeting *m, const gchar *audio)
{
  g_autofree gchar *text = NULL;
  g_autofree gchar *expected = g_strdup_printf (
      "[{\"userId\":\"a\",\"name\":\"Anna\",\"email\":\"Anna@example.org\","
      "\"picture\":\"\",\"producers\":[{\"producerId\":\"%s\",\"kind\":"
      "\"audio\"}]}]",
      audio);
  g_autoptr (JsonNode) joined = NULL;

  m->b = meetings_connect (&m->f, "b");
  joined = sio_request (m->b, "joinRoom",
      "{\"roomCode\":\"r\",\"name\":\"Bert\",\"email\":\"bert@example.org\","
      "\"picture\":\"https://example.org/bert.png\"}");
  text = json_to_string (
      json_object_get_member (object_of (joined), "participants"), FALSE);
  g_assert_cmpstr (text, ==, expected);
  sio_assert_event (m->a, "user-joined",
      "{\"userId\":\"b\",\"name\":\"Bert\",\"email\":\"bert@example.org\","
      "\"picture\":\"https://example.org/bert.png\"}");
}

/* A late track, which Bert receives: not paused, and with the members of the
 * contract. */
static gchar *
late_track (Meeting *m)
{
  gchar *video = meetings_produce (m->a, m->a_send, "video", 21);
  g_autofree gchar *told = g_strdup_printf (
      "{\"producerId\":\"%s\",\"userId\":\"a\",\"kind\":\"video\"}", video);
  g_autofree gchar *b_recv = NULL;
  g_autofree gchar *data = NULL;
  g_autoptr (JsonNode) consumer = NULL;
  JsonObject *object;

  sio_assert_event (m->b, "new-producer", told);
  b_recv = meetings_transport (m->b, FALSE);
  data = meetings_consume_data (m->b, b_recv, video);
  consumer = sio_request (m->b, "consume", data);
  object = object_of (consumer);
  g_assert_cmpuint (json_object_get_size (object), ==, 4);
  g_assert_cmpstr (get_string (consumer, "producerId"), ==, video);
  g_assert_cmpstr (get_string (consumer, "kind"), ==, "video");
  g_assert_nonnull (json_object_get_string_member (object, "id"));
  g_assert_nonnull (json_object_get_object_member (object, "rtpParameters"));
  g_assert_cmpuint (meetings_count (&m->f, "r", "consumers"), ==, 1);
  return video;
}

/* By both names; the writer sees its line, too. */
static void
chat (Meeting *m)
{
  g_autofree gchar *ack =
      sio_request_text (m->a, "chat-message", "{\"text\":\"hello \\u00e4\"}");
  g_autoptr (JsonNode) back = NULL;

  g_assert_cmpstr (ack, ==, "{\"success\":true}");
  for (guint i = 0; i < 2; i++) {
    g_autoptr (JsonNode) line =
        sio_wait_event (i == 0 ? m->a : m->b, "chat-message");

    g_assert_cmpuint (json_object_get_size (object_of (line)), ==, 4);
    g_assert_cmpstr (get_string (line, "userId"), ==, "a");
    g_assert_cmpstr (get_string (line, "name"), ==, "Anna");
    g_assert_cmpstr (get_string (line, "text"), ==, "hello ä");
    g_assert_cmpint (
        ABS (get_int (line, "timestamp") - g_get_real_time () / 1000), <,
        60000);
  }
  sio_emit (m->b, "chat", "{\"text\":\"and back\"}");
  back = sio_wait_event (m->a, "chat-message");
  g_assert_cmpstr (get_string (back, "userId"), ==, "b");
}

/* And its consumer with it. */
static void
track_goes (Meeting *m, const gchar *video)
{
  g_autofree gchar *data = g_strdup_printf ("{\"producerId\":\"%s\"}", video);
  g_autofree gchar *told =
      g_strdup_printf ("{\"producerId\":\"%s\",\"userId\":\"a\"}", video);

  sio_emit (m->a, "closeProducer", data);
  sio_assert_event (m->b, "producer-closed", told);
  g_assert_cmpuint (meetings_count (&m->f, "r", "consumers"), ==, 0);
  g_assert_cmpuint (meetings_count (&m->f, "r", "producers"), ==, 1);
}

/* Two users from the first word to the last. */
static void
test_meeting (void)
{
  g_autofree gchar *audio = NULL;
  g_autofree gchar *video = NULL;
  g_autofree gchar *left = NULL;
  Meeting m;

  meetings_start (&m.f, NULL);
  anna_comes (&m);
  audio = meetings_produce (m.a, m.a_send, "audio", 11);
  bert_comes (&m, audio);
  video = late_track (&m);
  chat (&m);
  track_goes (&m, video);

  /* a leaves: at once, and everything of it goes. */
  left = sio_request_text (m.a, "leaveRoom", NULL);
  g_assert_cmpstr (left, ==, "{\"success\":true}");
  sio_assert_event (m.b, "user-left", "{\"userId\":\"a\"}");
  g_assert_cmpuint (meetings_count (&m.f, "r", "transports"), ==, 1);
  g_assert_cmpuint (meetings_count (&m.f, "r", "producers"), ==, 0);
  /* And may come again by the same socket. */
  json_node_unref (meetings_join (m.a, "r", "Anna"));
  json_node_unref (sio_wait_event (m.b, "user-joined"));
  sio_free (m.a);
  sio_free (m.b);
  g_free (m.a_send);
  fixture_stop (&m.f);
}

/* joinRoom twice: the same room changes nothing but the name, another room is
 * moving. */
static void
test_join_again (void)
{
  g_autoptr (SioClient) a = NULL;
  g_autoptr (SioClient) b = NULL;
  g_autoptr (JsonNode) again = NULL;
  g_autofree gchar *transport = NULL;
  g_autofree gchar *producer = NULL;
  g_autofree gchar *left = NULL;
  Fixture f;

  meetings_start (&f, NULL);
  b = meetings_enter (&f, "one", "b");
  a = meetings_enter (&f, "one", "a");
  json_node_unref (sio_wait_event (b, "user-joined"));
  transport = meetings_transport (a, TRUE);
  producer = meetings_produce (a, transport, "audio", 5);
  json_node_unref (sio_wait_event (b, "new-producer"));

  again = meetings_join (a, "one", "Anna");
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (
                        object_of (again), "participants")),
      ==, 1);
  meetings_sync (b);
  g_assert_cmpuint (b->inbox.length, ==, 0);
  g_assert_cmpuint (meetings_count (&f, "one", "producers"), ==, 1);
  sio_emit (a, "chat", "{\"text\":\"x\"}");
  g_clear_pointer (&again, json_node_unref);
  again = sio_wait_event (b, "chat-message");
  g_assert_cmpstr (get_string (again, "name"), ==, "Anna");

  json_node_unref (meetings_join (a, "two", "a"));
  left = sio_wait_event_text (b, "user-left");
  g_assert_cmpstr (left, ==, "{\"userId\":\"a\"}");
  g_assert_cmpuint (meetings_count (&f, "one", "transports"), ==, 0);
  g_assert_cmpuint (meetings_count (&f, "two", "transports"), ==, 0);
  g_clear_pointer (&a, sio_free);
  g_clear_pointer (&b, sio_free);
  fixture_stop (&f);
}

/* A peer of the native protocol in the same room. */
static void
test_mixed (void)
{
  g_autoptr (SioClient) a = NULL;
  g_autoptr (Client) n = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autofree gchar *a_send = NULL;
  g_autofree gchar *a_recv = NULL;
  g_autofree gchar *n_send = NULL;
  g_autofree gchar *n_recv = NULL;
  g_autofree gchar *audio = NULL;
  g_autofree gchar *video = NULL;
  g_autofree gchar *consumer = NULL;
  g_autofree gchar *text = NULL;
  g_autofree gchar *expected = NULL;
  JsonObject *offer;
  Fixture f;

  meetings_start (&f, NULL);
  a = meetings_enter (&f, "r", "a");
  n = client_new (&f, "r", "n");
  client_join (n);
  text = sio_wait_event_text (a, "user-joined");
  g_assert_cmpstr (text, ==,
      "{\"userId\":\"n\",\"name\":\"Tester\",\"email\":\"\",\"picture\":\"\"}");
  /* Media both ways. */
  n_send = client_create_transport (n, TRUE, FALSE);
  n_recv = client_create_transport (n, FALSE, TRUE);
  video = client_produce (n, n_send, "video", 5);
  g_clear_pointer (&text, g_free);
  text = sio_wait_event_text (a, "new-producer");
  expected = g_strdup_printf (
      "{\"producerId\":\"%s\",\"userId\":\"n\",\"kind\":\"video\"}", video);
  g_assert_cmpstr (text, ==, expected);
  a_recv = meetings_transport (a, FALSE);
  consumer = meetings_consume (a, a_recv, video);
  a_send = meetings_transport (a, TRUE);
  audio = meetings_produce (a, a_send, "audio", 6);
  offer = client_wait_offer (n, 1);
  g_assert_cmpstr (json_object_get_string_member (offer, "peerId"), ==, "a");
  g_assert_cmpstr (
      json_object_get_string_member (offer, "producerId"), ==, audio);
  g_assert_cmpuint (meetings_count (&f, "r", "consumers"), ==, 2);
  /* A name that changes is told to who has a word for it. */
  json_node_unref (meetings_join (a, "r", "Anna"));
  node = client_wait_notification (n, "peerDisplayNameChanged");
  g_assert_cmpstr (get_string (node, "displayName"), ==, "Anna");

  g_clear_pointer (&n, client_free);
  g_clear_pointer (&text, g_free);
  text = sio_wait_event_text (a, "user-left");
  g_assert_cmpstr (text, ==, "{\"userId\":\"n\"}");
  json_node_unref (sio_wait_event (a, "producer-closed"));
  g_assert_cmpuint (meetings_count (&f, "r", "transports"), ==, 2);
  g_clear_pointer (&a, sio_free);
  fixture_stop (&f);
}

int
main (int argc, char **argv)
{
  gint status;

  g_test_init (&argc, &argv, NULL);
  /* One test makes it warn. */
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
  logged = g_string_new (NULL);
  g_log_set_writer_func (keep_log, NULL, NULL);
  g_test_add_func ("/meetings/token", test_token);
  g_test_add_func ("/meetings/no-secret", test_no_secret);
  g_test_add_func ("/meetings/claims", test_claims);
  g_test_add_func ("/meetings/meeting", test_meeting);
  g_test_add_func ("/meetings/join-again", test_join_again);
  g_test_add_func ("/meetings/mixed", test_mixed);
  status = g_test_run ();
  g_string_free (logged, TRUE);
  return status;
}
