/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every event of the meetings' protocol with what can be wrong about it, and
 * the ack to the letter. Nothing of it may harm anybody.
 *
 * Threads: one; the worker is another process. */
#include "meetings-fixture.h"

#include "sfu-meetings.h"

#include <string.h>

/* a has a producer, which b consumes; o is connected and in no room; l has left
 * one. */
static struct {
  Fixture f;
  SioClient *a, *b, *o, *l;
  gchar *a_send, *b_recv, *l_send;
  gchar *producer, *consumer;
} w;

/* What c was told until the last event of this name. */
static void
forget_events (SioClient *c, const gchar *last)
{
  SioEvent *event;

  json_node_unref (sio_wait_event (c, last));
  while ((event = g_queue_peek_head (&c->inbox)) != NULL)
    json_node_unref (sio_wait_event (c, event->name));
}

static void
world_start (void)
{
  meetings_start (&w.f, NULL);
  w.a = meetings_enter (&w.f, "r", "a");
  w.b = meetings_enter (&w.f, "r", "b");
  w.o = meetings_connect (&w.f, "o");
  w.l = meetings_enter (&w.f, "r", "l");
  w.a_send = meetings_transport (w.a, TRUE);
  w.b_recv = meetings_transport (w.b, FALSE);
  w.l_send = meetings_transport (w.l, TRUE);
  w.producer = meetings_produce (w.a, w.a_send, "video", 77);
  w.consumer = meetings_consume (w.b, w.b_recv, w.producer);
  json_node_unref (sio_request (w.l, "leaveRoom", NULL));
  forget_events (w.a, "user-left");
  forget_events (w.b, "user-left");
}

static void
world_stop (void)
{
  sio_free (w.a);
  sio_free (w.b);
  sio_free (w.o);
  sio_free (w.l);
  fixture_stop (&w.f);
  g_free (w.a_send);
  g_free (w.b_recv);
  g_free (w.l_send);
  g_free (w.producer);
  g_free (w.consumer);
}

static gchar *
fill (const gchar *data)
{
  const struct {
    const gchar *mark, *text;
  } marks[] = {
    { "$A", w.a_send },
    { "$B", w.b_recv },
    { "$L", w.l_send },
    { "$P", w.producer },
    { "$U", "00000000-0000-4000-8000-000000000000" },
    { "$RTP",
        "{\"codecs\":[{\"mimeType\":\"video/VP8\",\"payloadType\":96,"
        "\"clockRate\":90000}],\"encodings\":[{\"ssrc\":78}]}" },
    { "$H265",
        "{\"codecs\":[{\"mimeType\":\"video/H265\",\"payloadType\":96,"
        "\"clockRate\":90000}],\"encodings\":[{\"ssrc\":78}]}" },
    { "$CAPS",
        "{\"codecs\":[{\"kind\":\"video\",\"mimeType\":\"video/VP8\","
        "\"clockRate\":90000,\"preferredPayloadType\":101}]}" },
    { "$DTLS",
        "{\"role\":\"client\",\"fingerprints\":[{\"algorithm\":\"sha-256\","
        "\"value\":\"00:11\"}]}" },
    { "$MANY",
        "0123456789012345678901234567890123456789012345678901234567890123456789"
        "0123456789012345678901234567890123456789012345678901234567890123456"
        "789" },
  };
  GString *text = g_string_new (data);

  for (guint i = 0; i < G_N_ELEMENTS (marks); i++)
    g_string_replace (text, marks[i].mark, marks[i].text, 0);
  return g_string_free (text, FALSE);
}

#define ERROR(text) "{\"error\":\"" text "\"}"
#define NO_SUCCESS(text) "{\"success\":false,\"error\":\"" text "\"}"

typedef struct {
  gchar who; /* a, b, o or l */
  const gchar *event, *payload, *ack;
} Case;

static const Case cases[] = {
  /* words */
  { 'a', "nonsense", "{}", ERROR ("unknown event \\\"nonsense\\\"") },
  { 'a', "JoinRoom", "{}", ERROR ("unknown event \\\"JoinRoom\\\"") },
  { 'a', "produce", "[]", ERROR ("the payload must be an object") },
  { 'a', "produce", "\"x\"", ERROR ("the payload must be an object") },
  { 'a', "produce", "7,{}", ERROR ("the payload must be an object") },

  /* joinRoom */
  { 'o', "joinRoom", NULL, NO_SUCCESS ("roomCode: missing") },
  { 'o', "joinRoom", "{\"name\":\"x\",\"email\":\"y\"}",
      NO_SUCCESS ("roomCode: missing") },
  { 'o', "joinRoom", "{\"roomCode\":7,\"name\":\"x\"}",
      NO_SUCCESS ("roomCode: must be a string") },
  { 'o', "joinRoom", "{\"roomCode\":\"\",\"name\":\"x\"}",
      NO_SUCCESS ("roomCode: must not be empty") },
  { 'o', "joinRoom", "{\"roomCode\":\"$MANY\",\"name\":\"x\"}",
      NO_SUCCESS ("roomCode: longer than 128 bytes") },
  { 'o', "joinRoom", "{\"roomCode\":\"a\\nb\",\"name\":\"x\"}",
      NO_SUCCESS (
          "roomCode: must have 1 to 128 bytes without control characters") },
  { 'o', "joinRoom", "{\"roomCode\":\"r\"}", NO_SUCCESS ("name: missing") },
  { 'o', "joinRoom", "{\"roomCode\":\"r\",\"name\":\"\"}",
      NO_SUCCESS ("name: missing") },
  { 'o', "joinRoom", "{\"roomCode\":\"r\",\"name\":{}}",
      NO_SUCCESS ("name: must be a string") },
  { 'o', "joinRoom", "{\"roomCode\":\"r\",\"name\":\"$MANY\"}",
      NO_SUCCESS ("name: longer than 128 bytes") },
  { 'o', "joinRoom", "{\"roomCode\":\"r\",\"name\":\"x\",\"email\":7}",
      NO_SUCCESS ("email: must be a string") },
  { 'o', "joinRoom", "{\"roomCode\":\"r\",\"name\":\"x\",\"picture\":[]}",
      NO_SUCCESS ("picture: must be a string") },

  /* createTransport */
  { 'o', "createTransport", "{\"isProducer\":true}",
      ERROR ("Router not found") },
  { 'l', "createTransport", "{\"isProducer\":true}",
      ERROR ("Router not found") },
  { 'a', "createTransport", "{\"isProducer\":\"yes\"}",
      ERROR ("isProducer: must be true or false") },

  /* connectTransport */
  { 'o', "connectTransport",
      "{\"transportId\":\"$A\",\"dtlsParameters\":$DTLS}",
      ERROR ("Transport not found") },
  { 'l', "connectTransport",
      "{\"transportId\":\"$L\",\"dtlsParameters\":$DTLS}",
      ERROR ("Transport not found") },
  { 'b', "connectTransport",
      "{\"transportId\":\"$A\",\"dtlsParameters\":$DTLS}",
      ERROR ("Transport not found") },
  { 'a', "connectTransport",
      "{\"transportId\":\"$U\",\"dtlsParameters\":$DTLS}",
      ERROR ("Transport not found") },
  { 'a', "connectTransport", "{\"dtlsParameters\":$DTLS}",
      ERROR ("transportId: missing") },
  { 'a', "connectTransport", "{\"transportId\":7,\"dtlsParameters\":$DTLS}",
      ERROR ("transportId: must be a string") },
  { 'a', "connectTransport", "{\"transportId\":\"$A\"}",
      ERROR ("dtlsParameters: missing") },
  { 'a', "connectTransport", "{\"transportId\":\"$A\",\"dtlsParameters\":[]}",
      ERROR ("dtlsParameters: must be an object") },
  { 'a', "connectTransport", "{\"transportId\":\"$A\",\"dtlsParameters\":{}}",
      ERROR ("dtlsParameters.fingerprints: missing") },

  /* produce */
  { 'o', "produce",
      "{\"transportId\":\"$A\",\"kind\":\"video\",\"rtpParameters\":$RTP}",
      ERROR ("Transport not found") },
  { 'l', "produce",
      "{\"transportId\":\"$L\",\"kind\":\"video\",\"rtpParameters\":$RTP}",
      ERROR ("Transport not found") },
  { 'b', "produce",
      "{\"transportId\":\"$A\",\"kind\":\"video\",\"rtpParameters\":$RTP}",
      ERROR ("Transport not found") },
  { 'a', "produce",
      "{\"transportId\":\"$U\",\"kind\":\"video\",\"rtpParameters\":$RTP}",
      ERROR ("Transport not found") },
  { 'a', "produce", "{\"kind\":\"video\",\"rtpParameters\":$RTP}",
      ERROR ("transportId: missing") },
  { 'a', "produce", "{\"transportId\":\"$A\",\"rtpParameters\":$RTP}",
      ERROR ("kind: missing") },
  { 'a', "produce",
      "{\"transportId\":\"$A\",\"kind\":\"smell\",\"rtpParameters\":$RTP}",
      ERROR ("kind: must be \\\"audio\\\" or \\\"video\\\"") },
  { 'a', "produce", "{\"transportId\":\"$A\",\"kind\":\"video\"}",
      ERROR ("rtpParameters: missing") },
  { 'a', "produce",
      "{\"transportId\":\"$A\",\"kind\":\"video\",\"rtpParameters\":7}",
      ERROR ("rtpParameters: must be an object") },
  { 'a', "produce",
      "{\"transportId\":\"$A\",\"kind\":\"video\",\"rtpParameters\":$RTP,"
      "\"appData\":7}",
      ERROR ("appData: must be an object") },

  /* consume */
  { 'o', "consume",
      "{\"transportId\":\"$B\",\"producerId\":\"$P\",\"rtpCapabilities\":"
      "$CAPS}",
      ERROR ("Router or transport not found") },
  { 'l', "consume",
      "{\"transportId\":\"$L\",\"producerId\":\"$P\",\"rtpCapabilities\":"
      "$CAPS}",
      ERROR ("Router or transport not found") },
  { 'a', "consume",
      "{\"transportId\":\"$B\",\"producerId\":\"$P\",\"rtpCapabilities\":"
      "$CAPS}",
      ERROR ("Router or transport not found") },
  { 'b', "consume",
      "{\"transportId\":\"$U\",\"producerId\":\"$P\",\"rtpCapabilities\":"
      "$CAPS}",
      ERROR ("Router or transport not found") },
  { 'b', "consume",
      "{\"transportId\":\"$B\",\"producerId\":\"$U\",\"rtpCapabilities\":"
      "$CAPS}",
      ERROR ("Cannot consume") },
  { 'b', "consume",
      "{\"transportId\":\"$B\",\"producerId\":\"$P\",\"rtpCapabilities\":{}}",
      ERROR ("Cannot consume") },
  { 'b', "consume",
      "{\"transportId\":\"$B\",\"producerId\":\"$P\",\"rtpCapabilities\":"
      "{\"codecs\":[{\"kind\":\"video\",\"mimeType\":\"video/VP9\","
      "\"clockRate\":90000}]}}",
      ERROR ("Cannot consume") },
  { 'b', "consume", "{\"transportId\":\"$B\",\"producerId\":\"$P\"}",
      ERROR ("rtpCapabilities: missing") },
  { 'b', "consume",
      "{\"transportId\":\"$B\",\"producerId\":\"$P\",\"rtpCapabilities\":[]}",
      ERROR ("rtpCapabilities: must be an object") },
  { 'b', "consume", "{\"producerId\":\"$P\",\"rtpCapabilities\":$CAPS}",
      ERROR ("transportId: missing") },
  { 'b', "consume", "{\"transportId\":\"$B\",\"rtpCapabilities\":$CAPS}",
      ERROR ("producerId: missing") },
  { 'b', "consume",
      "{\"transportId\":\"$B\",\"producerId\":{},\"rtpCapabilities\":$CAPS}",
      ERROR ("producerId: must be a string") },

  /* closeProducer */
  { 'o', "closeProducer", "{\"producerId\":\"$P\"}",
      ERROR ("Producer not found") },
  { 'l', "closeProducer", "{\"producerId\":\"$P\"}",
      ERROR ("Producer not found") },
  { 'b', "closeProducer", "{\"producerId\":\"$P\"}",
      ERROR ("Producer not found") },
  { 'a', "closeProducer", "{\"producerId\":\"$U\"}",
      ERROR ("Producer not found") },
  { 'a', "closeProducer", "{}", ERROR ("producerId: missing") },
  { 'a', "closeProducer", "{\"producerId\":true}",
      ERROR ("producerId: must be a string") },

  /* chat */
  { 'o', "chat-message", "{\"text\":\"x\"}", NO_SUCCESS ("Not in a room") },
  { 'o', "chat", "{\"text\":\"x\"}", NO_SUCCESS ("Not in a room") },
  { 'l', "chat-message", "{\"text\":\"x\"}", NO_SUCCESS ("Not in a room") },
  { 'a', "chat-message", "{}", NO_SUCCESS ("text: missing") },
  { 'a', "chat-message", "{\"text\":7}",
      NO_SUCCESS ("text: must be a string") },
  { 'a', "chat-message", "{\"text\":\"\"}",
      NO_SUCCESS ("text: must not be empty") },
  { 'a', "chat", "{\"text\":\" \\t\\n\\u00a0 \"}",
      NO_SUCCESS ("text: must not be empty") },

  /* leaveRoom: who is in no room is out of it */
  { 'o', "leaveRoom", NULL, "{\"success\":true}" },
  { 'l', "leaveRoom", "{}", "{\"success\":true}" },
};

static SioClient *
client_of (gchar who)
{
  return who == 'a' ? w.a : who == 'b' ? w.b : who == 'o' ? w.o : w.l;
}

/* Nobody has been told of anything, and nothing has come or gone. */
static void
assert_quiet (void)
{
  meetings_sync (w.a);
  meetings_sync (w.b);
  if (w.a->inbox.length + w.b->inbox.length > 0)
    g_error ("somebody was told of something");
  g_assert_cmpuint (meetings_count (&w.f, "r", "transports"), ==, 2);
  g_assert_cmpuint (meetings_count (&w.f, "r", "producers"), ==, 1);
  g_assert_cmpuint (meetings_count (&w.f, "r", "consumers"), ==, 1);
}

static void
test_refused (gconstpointer data)
{
  const Case *c = data;
  g_autofree gchar *payload = c->payload != NULL ? fill (c->payload) : NULL;
  g_autofree gchar *ack =
      sio_request_text (client_of (c->who), c->event, payload);

  g_assert_cmpstr (ack, ==, c->ack);
  assert_quiet ();
}

/* The same without an ack: nothing comes back, nothing happens. */
static void
test_refused_quietly (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *payload =
        cases[i].payload != NULL ? fill (cases[i].payload) : NULL;

    sio_emit (client_of (cases[i].who), cases[i].event, payload);
  }
  meetings_sync (w.o);
  meetings_sync (w.l);
  g_assert_cmpuint (w.o->inbox.length, ==, 0);
  g_assert_cmpuint (g_hash_table_size (w.a->acks), ==, 0);
  assert_quiet ();
}

/* A chat message of the greatest length passes, one byte more does not; the
 * same for the picture. */
static void
test_lengths (void)
{
  g_autofree gchar *text = g_strnfill (SFU_MEETINGS_MAX_TEXT, 'x');
  g_autofree gchar *good = g_strdup_printf ("{\"text\":\"%s\"}", text);
  g_autofree gchar *bad = g_strdup_printf ("{\"text\":\"%sx\"}", text);
  g_autofree gchar *ack = sio_request_text (w.a, "chat", bad);
  g_autofree gchar *second = sio_request_text (w.a, "chat", good);
  g_autoptr (JsonNode) line = NULL;

  g_assert_cmpstr (ack, ==, NO_SUCCESS ("text: longer than 8192 bytes"));
  g_assert_cmpstr (second, ==, "{\"success\":true}");
  line = sio_wait_event (w.b, "chat-message");
  g_assert_cmpstr (get_string (line, "text"), ==, text);
  json_node_unref (sio_wait_event (w.a, "chat-message"));
}

/* What is not supported by rtpParameters is mediasoup's to say, and ours to
 * pass on. */
static void
test_unsupported_codec (void)
{
  g_autofree gchar *payload = fill (
      "{\"transportId\":\"$A\",\"kind\":\"video\",\"rtpParameters\":$H265}");
  g_autoptr (JsonNode) ack = sio_request (w.a, "produce", payload);

  g_assert_nonnull (strstr (get_string (ack, "error"), "unsupported codec"));
  assert_quiet ();
}

/* Every event of the protocol stands in the table above. */
static void
test_complete (void)
{
  const SfuEventDialect *dialect = sfu_meetings_get_dialect ();

  for (guint i = 0; i < dialect->n_events; i++) {
    gboolean found = FALSE;

    for (guint j = 0; j < G_N_ELEMENTS (cases); j++)
      found = found || strcmp (cases[j].event, dialect->events[i].event) == 0;
    if (!found)
      g_error ("%s is not tested", dialect->events[i].event);
  }
}

/* The page of the protocol has every word, both ways. */
static void
test_page (void)
{
  static const gchar *const told[] = { "user-joined", "user-left",
    "new-producer", "producer-closed", "chat-message" };
  const SfuEventDialect *dialect = sfu_meetings_get_dialect ();
  g_autofree gchar *path = g_build_filename (
      g_getenv ("SFU_TEST_DOCS"), "dialects", "meetings.md", NULL);
  g_autoptr (GError) error = NULL;
  g_autofree gchar *page = NULL;

  g_file_get_contents (path, &page, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < dialect->n_events; i++) {
    g_autofree gchar *word = g_strdup_printf ("`%s`", dialect->events[i].event);

    if (strstr (page, word) == NULL)
      g_error ("%s is not in %s", word, path);
  }
  for (guint i = 0; i < G_N_ELEMENTS (told); i++) {
    g_autofree gchar *row = g_strdup_printf ("\n| `%s` | {", told[i]);

    if (strstr (page, row) == NULL)
      g_error ("%s is not in %s", told[i], path);
  }
}

int
main (int argc, char **argv)
{
  gint status;

  g_test_init (&argc, &argv, NULL);
  world_start ();
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *path = g_strdup_printf (
        "/meetings/events/%s/%c-%u", cases[i].event, cases[i].who, i);

    g_test_add_data_func (path, &cases[i], test_refused);
  }
  g_test_add_func ("/meetings/events/quietly", test_refused_quietly);
  g_test_add_func ("/meetings/events/complete", test_complete);
  g_test_add_func ("/meetings/events/page", test_page);
  g_test_add_func (
      "/meetings/events/unsupported-codec", test_unsupported_codec);
  g_test_add_func ("/meetings/events/lengths", test_lengths);
  status = g_test_run ();
  world_stop ();
  return status;
}
