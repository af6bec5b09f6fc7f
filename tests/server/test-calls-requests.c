/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every event of calls with missing, mistyped, unknown and foreign ids
 * and fields, and the exact answer.
 *
 * Threads: one; the worker is another process. */
#include "sio-cases.h"

#include "sfu-calls.h"

#define PATH "/socket.io/"

static SioWorld w;

static void
join (SioClient *c, const gchar *user)
{
  g_autofree gchar *payload =
      g_strdup_printf ("{\"callId\":\"c1\",\"userId\":\"%s\"}", user);

  g_free (sio_world_get (c, "joinRoom", payload, "data", "peers"));
}

static void
world_start (void)
{
  g_autofree gchar *produce = NULL;
  g_autofree gchar *consume = NULL;

  sio_world_start (&w, "c1", "{\"success\":false,\"error\":%s}");
  w.a = sio_new (&w.f, PATH, "/", NULL);
  w.b = sio_new (&w.f, PATH, "/", NULL);
  w.o = sio_new (&w.f, PATH, "/", NULL);
  w.capabilities = sio_world_get (
      w.a, "createRoom", "{\"callId\":\"c1\"}", "data", "rtpCapabilities");
  join (w.a, "ada");
  join (w.b, "bob");
  json_node_unref (sio_wait_event (w.a, "peerJoined"));
  w.a_send = sio_world_get (
      w.a, "createTransport", "{\"direction\":\"send\"}", "data", "id");
  w.b_recv = sio_world_get (
      w.b, "createTransport", "{\"direction\":\"recv\"}", "data", "id");
  produce = produce_data (w.a_send, "audio", 5);
  w.producer = sio_world_get (w.a, "produce", produce, "data", "producerId");
  json_node_unref (sio_wait_event (w.b, "newProducer"));
  consume = sio_world_fill (&w,
      "{\"transportId\":\"$B\",\"producerId\":\"$P\","
      "\"rtpCapabilities\":$CAPS}");
  w.consumer = sio_world_get (w.b, "consume", consume, "data", "id");
}

static const SioCase cases[] = {
  /* words and payloads */
  { 'a', "nonsense", "{}", "unknown event \"nonsense\"" },
  { 'a', "create-transport", "{}", "unknown event \"create-transport\"" },
  { 'a', "createRoom", "[]", "the payload must be an object" },
  { 'a', "produce", "\"x\"", "the payload must be an object" },
  { 'a', "produce", "7,{}", "the payload must be an object" },

  { 'a', "createTransport", NULL, "direction: missing" },
  { 'a', "createTransport", "null", "direction: missing" },
  { 'a', "createTransport", "{}", "direction: missing" },
  { 'a', "createTransport", "{\"direction\":1}",
      "direction: must be a string" },
  { 'a', "createTransport", "{\"direction\":\"both\"}",
      "direction: must be \"send\" or \"recv\"" },
  { 'a', "createTransport", "{\"direction\":\"recv\"}",
      "too many transports of this peer" },

  { 'a', "connectTransport", "{}", "transportId: missing" },
  { 'a', "connectTransport", "{\"transportId\":1}",
      "transportId: must be a string" },
  { 'a', "connectTransport", "{\"transportId\":\"" SIO_LONG_ID "\"}",
      "transportId: longer than 128 bytes" },
  { 'a', "connectTransport", "{\"transportId\":\"$A\"}",
      "dtlsParameters: missing" },
  { 'a', "connectTransport", "{\"transportId\":\"$A\",\"dtlsParameters\":[]}",
      "dtlsParameters: must be an object" },
  { 'a', "connectTransport", "{\"transportId\":\"$A\",\"dtlsParameters\":{}}",
      "dtlsParameters.fingerprints: missing" },
  { 'a', "connectTransport",
      "{\"transportId\":\"$A\",\"dtlsParameters\":{\"role\":\"x\"}}",
      "dtlsParameters.role: must be \"auto\", \"client\" or \"server\"" },
  { 'a', "connectTransport",
      "{\"transportId\":\"$U\",\"dtlsParameters\":$DTLS}",
      SIO_NOT_FOUND ("transport", "$U") },
  { 'a', "connectTransport",
      "{\"transportId\":\"$B\",\"dtlsParameters\":$DTLS}",
      SIO_NOT_FOUND ("transport", "$B") },
  { 'a', "connectTransport",
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

  { 'b', "resumeConsumer", "{}", "consumerId: missing" },
  { 'b', "resumeConsumer", "{\"consumerId\":7}",
      "consumerId: must be a string" },
  { 'b', "resumeConsumer", "{\"consumerId\":\"\"}",
      "consumerId: must not be empty" },
  { 'b', "resumeConsumer", "{\"consumerId\":\"$U\"}",
      SIO_NOT_FOUND ("consumer", "$U") },
  { 'a', "resumeConsumer", "{\"consumerId\":\"$C\"}",
      SIO_NOT_FOUND ("consumer", "$C") },

  { 'a', "createRoom", NULL, "callId: missing" },
  { 'a', "createRoom", "{}", "callId: missing" },
  { 'o', "createRoom", "{\"callId\":5}", "callId: must be a string" },
  { 'o', "createRoom", "{\"callId\":\"\"}", "callId: must not be empty" },
  { 'o', "createRoom", "{\"callId\":\"a\\nb\"}",
      "callId: must have 1 to 128 bytes without control characters" },
  { 'o', "createRoom", "{\"callId\":\"" SIO_LONG_ID "\"}",
      "callId: longer than 128 bytes" },

  { 'o', "joinRoom", "{}", "callId: missing" },
  { 'o', "joinRoom", "{\"callId\":\"c1\"}", "userId: missing" },
  { 'o', "joinRoom", "{\"callId\":\"c1\",\"userId\":1}",
      "userId: must be a string" },
  { 'o', "joinRoom",
      "{\"callId\":\"c1\",\"userId\":\"x\",\"rtpCapabilities\":[]}",
      "rtpCapabilities: must be an object" },
  { 'o', "joinRoom",
      "{\"callId\":\"c1\",\"userId\":\"x\","
      "\"rtpCapabilities\":{\"codecs\":[{}]}}",
      "rtpCapabilities.codecs[0].mimeType: missing" },
  { 'o', "joinRoom",
      "{\"callId\":\"c9\",\"userId\":\"x\",\"rtpCapabilities\":{\"codecs\":[{"
      "\"mimeType\":\"video/rtx\",\"clockRate\":90000}]}}",
      "rtpCapabilities.codecs[0].parameters.apt: missing, and the codec is "
      "RTX" },
  { 'a', "joinRoom", "{\"callId\":\"c1\",\"userId\":\"ada\"}",
      "Already in a call" },
  { 'a', "joinRoom", "{\"callId\":\"c2\",\"userId\":\"ada\"}",
      "Already in a call" },

  { 'a', "getProducers", "{}", "callId: missing" },
  { 'a', "getProducers", "{\"callId\":[]}", "callId: must be a string" },
  { 'a', "getProducers", "{\"callId\":\"c2\"}", "Not in this call" },

  /* before joining */
  { 'o', "createTransport", "{\"direction\":\"send\"}", "Not in a call" },
  { 'o', "connectTransport",
      "{\"transportId\":\"$A\",\"dtlsParameters\":$DTLS}", "Not in a call" },
  { 'o', "produce",
      "{\"transportId\":\"$A\",\"kind\":\"video\",\"rtpParameters\":$RTP}",
      "Not in a call" },
  { 'o', "consume",
      "{\"transportId\":\"$B\",\"producerId\":\"$P\",\"rtpCapabilities\":$"
      "CAPS}",
      "Not in a call" },
  { 'o', "resumeConsumer", "{\"consumerId\":\"$C\"}", "Not in a call" },
  { 'o', "getProducers", "{\"callId\":\"c1\"}", "Not in a call" },
  { 'o', "leaveRoom", NULL, "Not in a call" },
  { 'o', "leaveRoom", "7", "the payload must be an object" },
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
      sfu_calls_get_dialect (), cases, G_N_ELEMENTS (cases));
}

/* As before joining. */
static void
test_after_leaving (void)
{
  join (w.o, "cleo");
  json_node_unref (sio_wait_event (w.a, "peerJoined"));
  json_node_unref (sio_wait_event (w.b, "peerJoined"));
  json_node_unref (sio_request (w.o, "leaveRoom", NULL));
  json_node_unref (sio_wait_event (w.a, "peerLeft"));
  json_node_unref (sio_wait_event (w.b, "peerLeft"));
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    if (cases[i].who == 'o')
      sio_world_check (&w, &cases[i]);
}

/* Too long for us: refused in this protocol's own form. */
static void
test_not_taken (void)
{
  g_autofree gchar *filler = g_strnfill (70000, 'x');
  g_autofree gchar *payload = g_strdup_printf ("{\"x\":\"%s\"}", filler);
  g_autoptr (JsonNode) ack = sio_request (w.a, "produce", payload);
  g_autofree gchar *members = get_members (ack);

  g_assert_cmpstr (members, ==, "success,error");
  sio_world_assert_unchanged (&w);
}

static void
test_page (void)
{
  static const gchar *const told[] = { "peerJoined", "peerLeft", "newProducer",
    "producerClosed", NULL };

  sio_cases_assert_page (sfu_calls_get_dialect (), "calls.md", told);
}

int
main (int argc, char **argv)
{
  gint status;

  g_test_init (&argc, &argv, NULL);
  world_start ();
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *path = g_strdup_printf (
        "/calls/requests/%s/%c-%u", cases[i].event, cases[i].who, i);

    g_test_add_data_func (path, &cases[i], test_refused);
  }
  g_test_add_func ("/calls/requests/without-acks", test_without_acks);
  g_test_add_func ("/calls/requests/complete", test_complete);
  g_test_add_func ("/calls/after-leaving", test_after_leaving);
  g_test_add_func ("/calls/not-taken", test_not_taken);
  g_test_add_func ("/calls/page", test_page);
  status = g_test_run ();
  sio_world_stop (&w);
  return status;
}
