/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every event of study rooms with missing, mistyped, unknown and foreign ids
 * and fields, and the exact answer. None of it may change anything: at the end
 * both participants still have what they had, and nobody was told of anything.
 *
 * Threads: one; the worker is another process. */
#include "sio-client.h"

#include "sfu-study.h"

#include <string.h>

#define PATH "/socket.io/"
#define ROOM "/room/math"

typedef struct {
  Fixture f;
  SioClient *a, *b;
  gchar *a_send, *b_recv;
  gchar *producer, *consumer;
  gchar *capabilities;
} World;

static World w;

static gchar *
id_of (SioClient *c, const gchar *event, const gchar *payload,
    const gchar *inside, const gchar *member)
{
  g_autoptr (JsonNode) ack = sio_request (c, event, payload);
  JsonObject *object = json_node_get_object (ack);

  if (inside != NULL)
    object = json_object_get_object_member (object, inside);
  return g_strdup (json_object_get_string_member (object, member));
}

static const gchar *const flags[] = { "--admin-open",
  "--max-transports-per-peer=1", "--max-producers-per-peer=1", NULL };

/* $A: a's transport, $B: b's, $P: a's producer, $C: b's consumer, $U: an id
 * that nothing has. */
static gchar *
fill (const gchar *text)
{
  const struct {
    const gchar *mark, *text;
  } marks[] = {
    { "$A", w.a_send },
    { "$B", w.b_recv },
    { "$P", w.producer },
    { "$C", w.consumer },
    { "$U", "00000000-0000-4000-8000-000000000000" },
    { "$CAPS", w.capabilities },
    { "$RTP",
        "{\"codecs\":[{\"mimeType\":\"video/VP8\",\"payloadType\":96,"
        "\"clockRate\":90000}],\"encodings\":[{\"ssrc\":77}]}" },
    { "$DTLS",
        "{\"fingerprints\":[{\"algorithm\":\"sha-256\",\"value\":\"00:11\"}]"
        "}" },
  };
  GString *filled = g_string_new (text);

  /* $CAPS before $C. */
  for (guint i = G_N_ELEMENTS (marks); i-- > 0;)
    g_string_replace (
        filled, marks[i].mark, marks[i].text != NULL ? marks[i].text : "", 0);
  return g_string_free (filled, FALSE);
}

static void
world_start (void)
{
  g_autofree gchar *audio = NULL;
  g_autofree gchar *consume = NULL;
  g_autofree gchar *caps = NULL;

  fixture_start (&w.f, flags);
  w.a = sio_new (&w.f, PATH, ROOM, NULL);
  w.b = sio_new (&w.f, PATH, ROOM, NULL);
  caps = sio_request_text (w.a, "get-rtp-capabilities", NULL);
  /* What stands in {"rtpCapabilities":...}. */
  w.capabilities = g_strndup (caps + strlen ("{\"rtpCapabilities\":"),
      strlen (caps) - strlen ("{\"rtpCapabilities\":}"));
  w.a_send = id_of (
      w.a, "create-transport", "{\"direction\":\"send\"}", "transport", "id");
  w.b_recv = id_of (
      w.b, "create-transport", "{\"direction\":\"recv\"}", "transport", "id");
  audio = produce_data (w.a_send, "audio", 5);
  w.producer = id_of (w.a, "produce", audio, NULL, "producerId");
  json_node_unref (sio_wait_event (w.b, "new-producer"));
  consume = fill ("{\"transportId\":\"$B\",\"producerId\":\"$P\","
                  "\"rtpCapabilities\":$CAPS}");
  w.consumer = id_of (w.b, "consume", consume, NULL, "id");
}

static void
world_stop (void)
{
  sio_free (w.a);
  sio_free (w.b);
  fixture_stop (&w.f);
  g_free (w.a_send);
  g_free (w.b_recv);
  g_free (w.producer);
  g_free (w.consumer);
  g_free (w.capabilities);
}

typedef struct {
  gchar who;
  const gchar *event, *payload;
  const gchar *error; /* all of it */
} Case;

#define LONG_ID                                                                \
  "0123456789012345678901234567890123456789012345678901234567890123456789"     \
  "0123456789012345678901234567890123456789012345678901234567890123456789"
#define NOT_FOUND(what, id) what " with id \"" id "\" not found"

static const Case cases[] = {
  /* words and payloads */
  { 'a', "nonsense", "{}", "unknown event \"nonsense\"" },
  { 'a', "create_transport", "{}", "unknown event \"create_transport\"" },
  { 'a', "get-rtp-capabilities", "[]", "the payload must be an object" },
  { 'a', "produce", "\"x\"", "the payload must be an object" },
  { 'a', "produce", "7,{}", "the payload must be an object" },

  { 'a', "create-transport", NULL, "direction: missing" },
  { 'a', "create-transport", "null", "direction: missing" },
  { 'a', "create-transport", "{}", "direction: missing" },
  { 'a', "create-transport", "{\"direction\":1}",
      "direction: must be a string" },
  { 'a', "create-transport", "{\"direction\":\"both\"}",
      "direction: must be \"send\" or \"recv\"" },
  { 'a', "create-transport", "{\"direction\":\"recv\"}",
      "too many transports of this peer" },

  { 'a', "connect-transport", "{}", "transportId: missing" },
  { 'a', "connect-transport", "{\"transportId\":1}",
      "transportId: must be a string" },
  { 'a', "connect-transport", "{\"transportId\":\"" LONG_ID "\"}",
      "transportId: longer than 128 bytes" },
  { 'a', "connect-transport", "{\"transportId\":\"$A\"}",
      "dtlsParameters: missing" },
  { 'a', "connect-transport", "{\"transportId\":\"$A\",\"dtlsParameters\":[]}",
      "dtlsParameters: must be an object" },
  { 'a', "connect-transport", "{\"transportId\":\"$A\",\"dtlsParameters\":{}}",
      "dtlsParameters.fingerprints: missing" },
  { 'a', "connect-transport",
      "{\"transportId\":\"$A\",\"dtlsParameters\":{\"role\":\"x\"}}",
      "dtlsParameters.role: must be \"auto\", \"client\" or \"server\"" },
  { 'a', "connect-transport",
      "{\"transportId\":\"$U\",\"dtlsParameters\":$DTLS}",
      NOT_FOUND ("transport", "$U") },
  { 'a', "connect-transport",
      "{\"transportId\":\"$B\",\"dtlsParameters\":$DTLS}",
      NOT_FOUND ("transport", "$B") },
  { 'a', "connect-transport",
      "{\"transportId\":\"$P\",\"dtlsParameters\":$DTLS}",
      NOT_FOUND ("transport", "$P") },

  { 'a', "produce", "{}", "transportId: missing" },
  { 'a', "produce", "{\"transportId\":\"$A\"}", "kind: missing" },
  { 'a', "produce", "{\"transportId\":\"$A\",\"kind\":1}",
      "kind: must be a string" },
  { 'a', "produce", "{\"transportId\":\"$A\",\"kind\":\"screen\"}",
      "kind: must be \"audio\" or \"video\"" },
  { 'a', "produce", "{\"transportId\":\"$A\",\"kind\":\"video\"}",
      "rtpParameters: missing" },
  { 'a', "produce",
      "{\"transportId\":\"$A\",\"kind\":\"video\",\"rtpParameters\":1}",
      "rtpParameters: must be an object" },
  { 'a', "produce",
      "{\"transportId\":\"$A\",\"kind\":\"video\",\"rtpParameters\":{"
      "\"codecs\":[{\"mimeType\":\"video/VP8\",\"clockRate\":90000}]}}",
      "rtpParameters.codecs[0].payloadType: missing" },
  { 'a', "produce",
      "{\"transportId\":\"$U\",\"kind\":\"video\",\"rtpParameters\":$RTP}",
      NOT_FOUND ("transport", "$U") },
  { 'a', "produce",
      "{\"transportId\":\"$B\",\"kind\":\"video\",\"rtpParameters\":$RTP}",
      NOT_FOUND ("transport", "$B") },
  { 'a', "produce",
      "{\"transportId\":\"$A\",\"kind\":\"video\",\"rtpParameters\":$RTP}",
      "too many producers of this peer" },

  { 'b', "consume", "{}", "transportId: missing" },
  { 'b', "consume", "{\"transportId\":\"$B\"}", "producerId: missing" },
  { 'b', "consume", "{\"transportId\":\"$B\",\"producerId\":[]}",
      "producerId: must be a string" },
  { 'b', "consume", "{\"transportId\":\"$B\",\"producerId\":\"$P\"}",
      "rtpCapabilities: missing" },
  { 'b', "consume",
      "{\"transportId\":\"$B\",\"producerId\":\"$P\",\"rtpCapabilities\":1}",
      "rtpCapabilities: must be an object" },
  { 'b', "consume",
      "{\"transportId\":\"$B\",\"producerId\":\"$P\","
      "\"rtpCapabilities\":{\"codecs\":[{}]}}",
      "rtpCapabilities.codecs[0].mimeType: missing" },
  { 'b', "consume",
      "{\"transportId\":\"$B\",\"producerId\":\"$P\","
      "\"rtpCapabilities\":{\"codecs\":[]}}",
      "no compatible media codecs" },
  { 'b', "consume",
      "{\"transportId\":\"$U\",\"producerId\":\"$P\",\"rtpCapabilities\":$"
      "CAPS}",
      NOT_FOUND ("transport", "$U") },
  { 'b', "consume",
      "{\"transportId\":\"$A\",\"producerId\":\"$P\",\"rtpCapabilities\":$"
      "CAPS}",
      NOT_FOUND ("transport", "$A") },
  { 'b', "consume",
      "{\"transportId\":\"$B\",\"producerId\":\"$U\",\"rtpCapabilities\":$"
      "CAPS}",
      NOT_FOUND ("producer", "$U") },

  { 'b', "resume-consumer", "{}", "consumerId: missing" },
  { 'b', "resume-consumer", "{\"consumerId\":7}",
      "consumerId: must be a string" },
  { 'b', "resume-consumer", "{\"consumerId\":\"\"}",
      "consumerId: must not be empty" },
  { 'b', "resume-consumer", "{\"consumerId\":\"$U\"}",
      NOT_FOUND ("consumer", "$U") },
  { 'a', "resume-consumer", "{\"consumerId\":\"$C\"}",
      NOT_FOUND ("consumer", "$C") },

  { 'a', "close-producer", "{}", "producerId: missing" },
  { 'a', "close-producer", "{\"producerId\":{}}",
      "producerId: must be a string" },
  { 'a', "close-producer", "{\"producerId\":\"$U\"}",
      NOT_FOUND ("producer", "$U") },
  { 'b', "close-producer", "{\"producerId\":\"$P\"}",
      NOT_FOUND ("producer", "$P") },

  { 'b', "close-consumer", "{}", "consumerId: missing" },
  { 'b', "close-consumer", "{\"consumerId\":true}",
      "consumerId: must be a string" },
  { 'b', "close-consumer", "{\"consumerId\":\"$U\"}",
      NOT_FOUND ("consumer", "$U") },
  { 'a', "close-consumer", "{\"consumerId\":\"$C\"}",
      NOT_FOUND ("consumer", "$C") },
};

/* Nobody has been told of anything, and the worker has what it had. */
static void
assert_unchanged (void)
{
  g_assert_true (g_queue_is_empty (&w.a->inbox));
  g_assert_true (g_queue_is_empty (&w.b->inbox));
  g_assert_cmpuint (fixture_count (&w.f, "math", "transports"), ==, 2);
  g_assert_cmpuint (fixture_count (&w.f, "math", "producers"), ==, 1);
  g_assert_cmpuint (fixture_count (&w.f, "math", "consumers"), ==, 1);
  g_assert_true (
      fixture_says (&w.f, "math", "consumers", w.consumer, "paused"));
}

static gchar *
error_text (const gchar *message)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "error", message);
  json_node_take_object (node, object);
  return json_to_string (node, FALSE);
}

static void
test_refused (gconstpointer data)
{
  const Case *c = data;
  SioClient *client = c->who == 'a' ? w.a : w.b;
  g_autofree gchar *payload = c->payload != NULL ? fill (c->payload) : NULL;
  g_autofree gchar *message = fill (c->error);
  g_autofree gchar *wanted = error_text (message);
  g_autofree gchar *ack = sio_request_text (client, c->event, payload);

  g_assert_cmpstr (ack, ==, wanted);
  assert_unchanged ();
}

/* The same without an ack: nothing is sent, and the client stays. */
static void
test_no_ack (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *payload =
        cases[i].payload != NULL ? fill (cases[i].payload) : NULL;

    sio_emit (cases[i].who == 'a' ? w.a : w.b, cases[i].event, payload);
  }
  json_node_unref (sio_request (w.a, "get-rtp-capabilities", NULL));
  json_node_unref (sio_request (w.b, "get-rtp-capabilities", NULL));
  assert_unchanged ();
}

/* Every event of the table stands above, but for the one that cannot fail. */
static void
test_complete (void)
{
  const SfuEventDialect *dialect = sfu_study_get_dialect ();

  for (guint i = 0; i < dialect->n_events; i++) {
    gboolean found = FALSE;

    for (guint j = 0; j < G_N_ELEMENTS (cases); j++)
      found = found || strcmp (cases[j].event, dialect->events[i].event) == 0;
    if (!found)
      g_error ("%s is not tested", dialect->events[i].event);
  }
}

/* An event behind the end of the namespace is answered by nobody. */
static void
test_after_leaving (void)
{
  g_autoptr (SioClient) c = sio_new (&w.f, PATH, ROOM, NULL);
  g_autoptr (SioClient) again = NULL;

  json_node_unref (sio_wait_event (c, "new-producer"));
  sio_leave (c);
  sio_emit (c, "close-producer", "{}");
  WAIT_UNTIL (sfu_rooms_n_peers (sfu_server_get_rooms (w.f.server)) == 2);
  again = sio_new (&w.f, PATH, ROOM, NULL);
  json_node_unref (sio_request (again, "get-rtp-capabilities", NULL));
  g_assert_cmpuint (g_hash_table_size (c->acks), ==, 0);
  g_clear_pointer (&again, sio_free);
  assert_unchanged ();
}

/* What is no event for us: too long, binary. In this protocol's own form. */
static void
test_not_taken (void)
{
  g_autofree gchar *filler = g_strnfill (70000, 'x');
  g_autofree gchar *payload = g_strdup_printf ("{\"x\":\"%s\"}", filler);
  g_autoptr (JsonNode) ack = sio_request (w.a, "produce", payload);
  g_autofree gchar *members = get_members (ack);

  g_assert_cmpstr (members, ==, "error");
  assert_unchanged ();
}

int
main (int argc, char **argv)
{
  gint status;

  g_test_init (&argc, &argv, NULL);
  world_start ();
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *path = g_strdup_printf (
        "/study/requests/%s/%c-%u", cases[i].event, cases[i].who, i);

    g_test_add_data_func (path, &cases[i], test_refused);
  }
  g_test_add_func ("/study/requests/no-ack", test_no_ack);
  g_test_add_func ("/study/requests/complete", test_complete);
  g_test_add_func ("/study/after-leaving", test_after_leaving);
  g_test_add_func ("/study/not-taken", test_not_taken);
  status = g_test_run ();
  world_stop ();
  return status;
}
