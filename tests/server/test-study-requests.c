/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every event of study rooms with missing, mistyped, unknown and foreign ids
 * and fields, and the exact answer.
 *
 * Threads: one; the worker is another process. */
#include "sio-cases.h"

#include "sfu-study.h"

#define PATH "/socket.io/"
#define ROOM "/room/math"

static SioWorld w;

static void
world_start (void)
{
  g_autofree gchar *produce = NULL;
  g_autofree gchar *consume = NULL;

  sio_world_start (&w, "math", "{\"error\":%s}");
  w.a = sio_new (&w.f, PATH, ROOM, NULL);
  w.b = sio_new (&w.f, PATH, ROOM, NULL);
  w.capabilities = sio_world_get (
      w.a, "get-rtp-capabilities", NULL, NULL, "rtpCapabilities");
  w.a_send = sio_world_get (
      w.a, "create-transport", "{\"direction\":\"send\"}", "transport", "id");
  w.b_recv = sio_world_get (
      w.b, "create-transport", "{\"direction\":\"recv\"}", "transport", "id");
  produce = produce_data (w.a_send, "audio", 5);
  w.producer = sio_world_get (w.a, "produce", produce, NULL, "producerId");
  json_node_unref (sio_wait_event (w.b, "new-producer"));
  consume = sio_world_fill (&w,
      "{\"transportId\":\"$B\",\"producerId\":\"$P\","
      "\"rtpCapabilities\":$CAPS}");
  w.consumer = sio_world_get (w.b, "consume", consume, NULL, "id");
}

static const SioCase cases[] = {
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
  { 'a', "connect-transport", "{\"transportId\":\"" SIO_LONG_ID "\"}",
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
      SIO_NOT_FOUND ("transport", "$U") },
  { 'a', "connect-transport",
      "{\"transportId\":\"$B\",\"dtlsParameters\":$DTLS}",
      SIO_NOT_FOUND ("transport", "$B") },
  { 'a', "connect-transport",
      "{\"transportId\":\"$P\",\"dtlsParameters\":$DTLS}",
      SIO_NOT_FOUND ("transport", "$P") },

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
      SIO_NOT_FOUND ("transport", "$U") },
  { 'a', "produce",
      "{\"transportId\":\"$B\",\"kind\":\"video\",\"rtpParameters\":$RTP}",
      SIO_NOT_FOUND ("transport", "$B") },
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
      SIO_NOT_FOUND ("transport", "$U") },
  { 'b', "consume",
      "{\"transportId\":\"$A\",\"producerId\":\"$P\",\"rtpCapabilities\":$"
      "CAPS}",
      SIO_NOT_FOUND ("transport", "$A") },
  { 'b', "consume",
      "{\"transportId\":\"$B\",\"producerId\":\"$U\",\"rtpCapabilities\":$"
      "CAPS}",
      SIO_NOT_FOUND ("producer", "$U") },

  { 'b', "resume-consumer", "{}", "consumerId: missing" },
  { 'b', "resume-consumer", "{\"consumerId\":7}",
      "consumerId: must be a string" },
  { 'b', "resume-consumer", "{\"consumerId\":\"\"}",
      "consumerId: must not be empty" },
  { 'b', "resume-consumer", "{\"consumerId\":\"$U\"}",
      SIO_NOT_FOUND ("consumer", "$U") },
  { 'a', "resume-consumer", "{\"consumerId\":\"$C\"}",
      SIO_NOT_FOUND ("consumer", "$C") },

  { 'a', "close-producer", "{}", "producerId: missing" },
  { 'a', "close-producer", "{\"producerId\":{}}",
      "producerId: must be a string" },
  { 'a', "close-producer", "{\"producerId\":\"$U\"}",
      SIO_NOT_FOUND ("producer", "$U") },
  { 'b', "close-producer", "{\"producerId\":\"$P\"}",
      SIO_NOT_FOUND ("producer", "$P") },

  { 'b', "close-consumer", "{}", "consumerId: missing" },
  { 'b', "close-consumer", "{\"consumerId\":true}",
      "consumerId: must be a string" },
  { 'b', "close-consumer", "{\"consumerId\":\"$U\"}",
      SIO_NOT_FOUND ("consumer", "$U") },
  { 'a', "close-consumer", "{\"consumerId\":\"$C\"}",
      SIO_NOT_FOUND ("consumer", "$C") },
};

static void
test_refused (gconstpointer data)
{
  sio_world_check (&w, data);
}

static void
test_without_acks (void)
{
  sio_world_check_without_acks (&w, cases, G_N_ELEMENTS (cases));
}

static void
test_complete (void)
{
  sio_cases_assert_complete (
      sfu_study_get_dialect (), cases, G_N_ELEMENTS (cases));
}

/* An event behind the end of the namespace is answered by nobody. */
static void
test_after_leaving (void)
{
  g_autoptr (SioClient) c = sio_new (&w.f, PATH, ROOM, NULL);
  g_autoptr (SioClient) again = NULL;

  json_node_unref (sio_wait_event (c, "new-producer"));
  sio_leave (c);
  sio_send (c, "get-rtp-capabilities", NULL);
  WAIT_UNTIL (sfu_rooms_n_peers (sfu_server_get_rooms (w.f.server)) == 2);
  again = sio_new (&w.f, PATH, ROOM, NULL);
  json_node_unref (sio_request (again, "get-rtp-capabilities", NULL));
  g_assert_cmpuint (g_hash_table_size (c->acks), ==, 0);
  g_clear_pointer (&again, sio_free);
  sio_world_assert_unchanged (&w);
}

/* Cut between two characters: half of one would be no answer at all. */
static void
test_long_event (void)
{
  g_autoptr (GString) name = g_string_new (NULL);
  g_autoptr (GString) shown = g_string_new ("{\"error\":\"unknown event \\\"");
  g_autofree gchar *ack = NULL;

  for (guint i = 0; i < 100; i++)
    g_string_append (name, "x\303\244");
  g_string_append_len (shown, name->str, 32 * 3);
  g_string_append (shown, "\\\"\"}");
  ack = sio_request_text (w.a, name->str, NULL);
  g_assert_cmpstr (ack, ==, shown->str);
  g_string_truncate (name, 0);
  for (guint i = 0; i < 100; i++)
    g_string_append (name, "\303\244x");
  g_free (ack);
  ack = sio_request_text (w.a, name->str, NULL);
  g_assert_nonnull (ack);
}

/* Too long for us: refused in this protocol's own form. */
static void
test_not_taken (void)
{
  g_autofree gchar *filler = g_strnfill (70000, 'x');
  g_autofree gchar *payload = g_strdup_printf ("{\"x\":\"%s\"}", filler);
  g_autoptr (JsonNode) ack = sio_request (w.a, "produce", payload);
  g_autofree gchar *members = get_members (ack);

  g_assert_cmpstr (members, ==, "error");
  sio_world_assert_unchanged (&w);
}

static void
test_page (void)
{
  static const gchar *const told[] = { "new-producer", "producer-closed",
    "recommend-audio-only", NULL };

  sio_cases_assert_page (sfu_study_get_dialect (), "study-rooms.md", told);
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
  g_test_add_func ("/study/requests/without-acks", test_without_acks);
  g_test_add_func ("/study/requests/complete", test_complete);
  g_test_add_func ("/study/after-leaving", test_after_leaving);
  g_test_add_func ("/study/long-event", test_long_event);
  g_test_add_func ("/study/not-taken", test_not_taken);
  g_test_add_func ("/study/page", test_page);
  status = g_test_run ();
  sio_world_stop (&w);
  return status;
}
