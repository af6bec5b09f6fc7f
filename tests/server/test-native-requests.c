/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every request of the native protocol with missing, mistyped, unknown and
 * foreign ids and fields. Nothing of this may change anything: at the end the
 * two clients still work, and nobody was told of anything.
 *
 * Threads: one; the worker is another process. */
#include "server-fixture.h"

#include "sfu-native.h"
#include "sfu-room.h"

#include <string.h>

typedef struct {
  Fixture f;
  Client *a, *b, *outsider; /* the last one has not joined */
  gchar *a_send, *b_recv, *outside;
  gchar *producer, *consumer;
} World;

static World w;

static void
world_start (void)
{
  fixture_start (&w.f, NULL);
  w.a = client_new (&w.f, "r", "a");
  w.b = client_new (&w.f, "r", "b");
  w.outsider = client_new (&w.f, "r", "c");
  client_join (w.a);
  client_join (w.b);
  w.a_send = client_create_transport (w.a, TRUE, FALSE);
  w.b_recv = client_create_transport (w.b, FALSE, TRUE);
  w.outside = client_create_transport (w.outsider, TRUE, TRUE);
  w.producer = client_produce (w.a, w.a_send, "video", 5);
  w.consumer = g_strdup (
      json_object_get_string_member (client_wait_offer (w.b, 1), "id"));
}

static void
world_stop (void)
{
  client_free (w.a);
  client_free (w.b);
  client_free (w.outsider);
  fixture_stop (&w.f);
  g_free (w.a_send);
  g_free (w.b_recv);
  g_free (w.outside);
  g_free (w.producer);
  g_free (w.consumer);
}

/* $A: a's transport, $B: b's, $P: a's producer, $C: b's consumer, $U: an id
 * that nothing has. */
static gchar *
fill (const gchar *data)
{
  const struct {
    const gchar *mark, *text;
  } marks[] = {
    { "$A", w.a_send },
    { "$B", w.b_recv },
    { "$O", w.outside },
    { "$P", w.producer },
    { "$C", w.consumer },
    { "$U", "00000000-0000-4000-8000-000000000000" },
    { "$RTP",
        "{\"codecs\":[{\"mimeType\":\"video/VP8\",\"payloadType\":96,"
        "\"clockRate\":90000}],\"encodings\":[{\"ssrc\":77}]}" },
    { "$FP", "{\"algorithm\":\"sha-256\",\"value\":\"00:11\"}" },
  };
  GString *text = g_string_new (data);

  for (guint i = 0; i < G_N_ELEMENTS (marks); i++)
    g_string_replace (text, marks[i].mark, marks[i].text, 0);
  return g_string_free (text, FALSE);
}

#define LONG_NAME                                                              \
  "0123456789012345678901234567890123456789012345678901234567890123456789"     \
  "0123456789012345678901234567890123456789012345678901234567890123456789"

typedef struct {
  gchar who; /* a, b, or o: the one that has not joined */
  const gchar *method, *data;
  gint code;
  const gchar *reason; /* a part of it */
} Case;

static const Case cases[] = {
  /* words */
  { 'a', "nonsense", "{}", 404, "unknown request.method \"nonsense\"" },
  { 'a', "Join", "{}", 404, "unknown request.method" },
  { 'a', "join", "{\"displayName\":\"x\"}", 409, "Peer already joined" },
  { 'a', "closeProducer", "[]", 400, "data: must be an object" },
  { 'a', "closeProducer", "\"x\"", 400, "data: must be an object" },

  /* join */
  { 'o', "join", NULL, 400, "displayName: missing" },
  { 'o', "join", "{\"displayName\":7}", 400, "displayName: must be a string" },
  { 'o', "join", "{\"displayName\":\"\"}", 400, "must not be empty" },
  { 'o', "join", "{\"displayName\":\"" LONG_NAME "\"}", 400, "longer than" },
  { 'o', "join", "{\"displayName\":\"x\",\"device\":\"chrome\"}", 400,
      "device: must be an object" },
  { 'o', "join", "{\"displayName\":\"x\",\"rtpCapabilities\":[]}", 400,
      "rtpCapabilities: must be an object" },
  { 'o', "join",
      "{\"displayName\":\"x\",\"rtpCapabilities\":{\"codecs\":[{}]}}", 400,
      "rtpCapabilities.codecs[0].mimeType: missing" },
  { 'o', "join",
      "{\"displayName\":\"x\",\"rtpCapabilities\":{\"codecs\":[{\"mimeType\":"
      "\"video/rtx\",\"clockRate\":90000}]}}",
      400, "rtpCapabilities.codecs[0].parameters.apt: missing" },

  /* not joined */
  { 'o', "produce",
      "{\"transportId\":\"$O\",\"kind\":\"video\",\"rtpParameters\":$RTP}", 409,
      "Peer not yet joined" },
  { 'o', "closeProducer", "{\"producerId\":\"$P\"}", 409, "not yet joined" },
  { 'o', "pauseProducer", "{\"producerId\":\"$P\"}", 409, "not yet joined" },
  { 'o', "resumeProducer", "{\"producerId\":\"$P\"}", 409, "not yet joined" },
  { 'o', "pauseConsumer", "{\"consumerId\":\"$C\"}", 409, "not yet joined" },
  { 'o', "resumeConsumer", "{\"consumerId\":\"$C\"}", 409, "not yet joined" },
  { 'o', "setConsumerPreferredLayers",
      "{\"consumerId\":\"$C\",\"spatialLayer\":0}", 409, "not yet joined" },
  { 'o', "setConsumerPriority", "{\"consumerId\":\"$C\",\"priority\":1}", 409,
      "not yet joined" },
  { 'o', "requestConsumerKeyFrame", "{\"consumerId\":\"$C\"}", 409,
      "not yet joined" },
  { 'o', "changeDisplayName", "{\"displayName\":\"x\"}", 409,
      "not yet joined" },

  /* createWebRtcTransport */
  { 'a', "createWebRtcTransport", "{\"producing\":1}", 400,
      "producing: must be true or false" },
  { 'a', "createWebRtcTransport", "{\"consuming\":\"yes\"}", 400,
      "consuming: must be true or false" },
  { 'a', "createWebRtcTransport", "{\"forceTcp\":1}", 400,
      "forceTcp: must be true or false" },
  { 'a', "createWebRtcTransport", "{\"sctpCapabilities\":1}", 400,
      "sctpCapabilities: must be an object" },

  /* connectWebRtcTransport */
  { 'a', "connectWebRtcTransport", "{}", 400, "transportId: missing" },
  { 'a', "connectWebRtcTransport", "{\"transportId\":1}", 400,
      "transportId: must be a string" },
  { 'a', "connectWebRtcTransport", "{\"transportId\":\"" LONG_NAME "\"}", 400,
      "transportId: longer than" },
  { 'a', "connectWebRtcTransport", "{\"transportId\":\"$A\"}", 400,
      "dtlsParameters: missing" },
  { 'a', "connectWebRtcTransport",
      "{\"transportId\":\"$A\",\"dtlsParameters\":{\"role\":\"boss\"}}", 400,
      "dtlsParameters.role: must be" },
  { 'a', "connectWebRtcTransport",
      "{\"transportId\":\"$A\",\"dtlsParameters\":{}}", 400,
      "dtlsParameters.fingerprints: missing" },
  { 'a', "connectWebRtcTransport",
      "{\"transportId\":\"$A\",\"dtlsParameters\":{\"fingerprints\":[]}}", 400,
      "must not be empty" },
  { 'a', "connectWebRtcTransport",
      "{\"transportId\":\"$A\",\"dtlsParameters\":{\"fingerprints\":[{"
      "\"algorithm\":\"sha-256\"}]}}",
      400, "dtlsParameters.fingerprints[0].value: missing" },
  { 'a', "connectWebRtcTransport",
      "{\"transportId\":\"$A\",\"dtlsParameters\":{\"fingerprints\":[$FP]}}",
      400, "fingerprint" },
  { 'a', "connectWebRtcTransport",
      "{\"transportId\":\"$U\",\"dtlsParameters\":{\"fingerprints\":[$FP]}}",
      404, "transport with id" },
  { 'a', "connectWebRtcTransport",
      "{\"transportId\":\"$B\",\"dtlsParameters\":{\"fingerprints\":[$FP]}}",
      404, "transport with id" },
  { 'a', "connectWebRtcTransport",
      "{\"transportId\":\"$P\",\"dtlsParameters\":{\"fingerprints\":[$FP]}}",
      404, "transport with id" },

  /* restartIce */
  { 'a', "restartIce", "{}", 400, "transportId: missing" },
  { 'a', "restartIce", "{\"transportId\":\"$U\"}", 404, "not found" },
  { 'a', "restartIce", "{\"transportId\":\"$B\"}", 404, "not found" },

  /* produce */
  { 'a', "produce", "{}", 400, "transportId: missing" },
  { 'a', "produce", "{\"transportId\":\"$A\"}", 400, "kind: missing" },
  { 'a', "produce", "{\"transportId\":\"$A\",\"kind\":\"data\"}", 400,
      "kind: must be \"audio\" or \"video\"" },
  { 'a', "produce", "{\"transportId\":\"$A\",\"kind\":\"video\"}", 400,
      "rtpParameters: missing" },
  { 'a', "produce",
      "{\"transportId\":\"$A\",\"kind\":\"video\",\"rtpParameters\":{"
      "\"codecs\":[{\"mimeType\":\"video/VP8\",\"clockRate\":90000}]}}",
      400, "rtpParameters.codecs[0].payloadType: missing" },
  { 'a', "produce",
      "{\"transportId\":\"$A\",\"kind\":\"audio\",\"rtpParameters\":$RTP}", 400,
      "in a producer of kind audio" },
  { 'a', "produce",
      "{\"transportId\":\"$A\",\"kind\":\"video\",\"rtpParameters\":{"
      "\"codecs\":[{\"mimeType\":\"video/H265\",\"payloadType\":96,"
      "\"clockRate\":90000}]}}",
      501, "unsupported codec" },
  { 'a', "produce",
      "{\"transportId\":\"$A\",\"kind\":\"video\",\"rtpParameters\":{"
      "\"codecs\":[{\"mimeType\":\"video/VP8\",\"payloadType\":96,"
      "\"clockRate\":90000}],\"encodings\":[{\"ssrc\":5}]}}",
      400, "already exists" },
  { 'a', "produce",
      "{\"transportId\":\"$A\",\"kind\":\"video\",\"rtpParameters\":$RTP,"
      "\"appData\":[]}",
      400, "appData: must be an object" },
  { 'a', "produce",
      "{\"transportId\":\"$U\",\"kind\":\"video\",\"rtpParameters\":$RTP}", 404,
      "not found" },
  { 'a', "produce",
      "{\"transportId\":\"$B\",\"kind\":\"video\",\"rtpParameters\":$RTP}", 404,
      "not found" },

  /* producers */
  { 'a', "closeProducer", "{}", 400, "producerId: missing" },
  { 'a', "closeProducer", "{\"producerId\":null}", 400, "missing" },
  { 'a', "closeProducer", "{\"producerId\":\"$U\"}", 404, "not found" },
  { 'b', "closeProducer", "{\"producerId\":\"$P\"}", 404, "not found" },
  { 'a', "pauseProducer", "{\"producerId\":{}}", 400, "must be a string" },
  { 'a', "pauseProducer", "{\"producerId\":\"$U\"}", 404, "not found" },
  { 'b', "pauseProducer", "{\"producerId\":\"$P\"}", 404, "not found" },
  { 'a', "resumeProducer", "{}", 400, "producerId: missing" },
  { 'a', "resumeProducer", "{\"producerId\":\"$U\"}", 404, "not found" },
  { 'b', "resumeProducer", "{\"producerId\":\"$P\"}", 404, "not found" },
  { 'a', "getProducerStats", "{}", 400, "producerId: missing" },
  { 'a', "getProducerStats", "{\"producerId\":\"$U\"}", 404, "not found" },
  { 'b', "getProducerStats", "{\"producerId\":\"$P\"}", 404, "not found" },

  /* consumers */
  { 'b', "pauseConsumer", "{}", 400, "consumerId: missing" },
  { 'b', "pauseConsumer", "{\"consumerId\":false}", 400, "must be a string" },
  { 'b', "pauseConsumer", "{\"consumerId\":\"$U\"}", 404, "not found" },
  { 'a', "pauseConsumer", "{\"consumerId\":\"$C\"}", 404, "not found" },
  { 'b', "resumeConsumer", "{}", 400, "consumerId: missing" },
  { 'b', "resumeConsumer", "{\"consumerId\":\"$P\"}", 404, "not found" },
  { 'a', "resumeConsumer", "{\"consumerId\":\"$C\"}", 404, "not found" },
  { 'b', "requestConsumerKeyFrame", "{}", 400, "consumerId: missing" },
  { 'b', "requestConsumerKeyFrame", "{\"consumerId\":\"$U\"}", 404,
      "not found" },
  { 'a', "requestConsumerKeyFrame", "{\"consumerId\":\"$C\"}", 404,
      "not found" },
  { 'b', "setConsumerPreferredLayers", "{\"consumerId\":\"$C\"}", 400,
      "spatialLayer: missing" },
  { 'b', "setConsumerPreferredLayers",
      "{\"consumerId\":\"$C\",\"spatialLayer\":-1}", 400,
      "spatialLayer: must be a whole number" },
  { 'b', "setConsumerPreferredLayers",
      "{\"consumerId\":\"$C\",\"spatialLayer\":1,\"temporalLayer\":0.5}", 400,
      "temporalLayer: must be a whole number" },
  { 'a', "setConsumerPreferredLayers",
      "{\"consumerId\":\"$C\",\"spatialLayer\":0}", 404, "not found" },
  { 'b', "setConsumerPriority", "{\"consumerId\":\"$C\"}", 400,
      "priority: missing" },
  { 'b', "setConsumerPriority", "{\"consumerId\":\"$C\",\"priority\":0}", 400,
      "priority: must be a whole number" },
  { 'a', "setConsumerPriority", "{\"consumerId\":\"$C\",\"priority\":1}", 404,
      "not found" },
  { 'b', "getConsumerStats", "{}", 400, "consumerId: missing" },
  { 'a', "getConsumerStats", "{\"consumerId\":\"$C\"}", 404, "not found" },

  /* transports' statistics */
  { 'a', "getTransportStats", "{}", 400, "transportId: missing" },
  { 'a', "getTransportStats", "{\"transportId\":\"$U\"}", 404, "not found" },
  { 'a', "getTransportStats", "{\"transportId\":\"$B\"}", 404, "not found" },

  /* name */
  { 'a', "changeDisplayName", "{}", 400, "displayName: missing" },
  { 'a', "changeDisplayName", "{\"displayName\":[]}", 400,
      "displayName: must be a string" },

  /* what this version does not do */
  { 'a', "produceData", "{}", 501, "not supported yet" },
  { 'a', "getDataProducerStats", "{\"dataProducerId\":\"x\"}", 501,
      "not supported yet" },
  { 'a', "getDataConsumerStats", "{\"dataConsumerId\":\"x\"}", 501,
      "not supported yet" },
  { 'a', "applyNetworkThrottle", "{\"packetLoss\":10}", 403, "not enabled" },
  { 'a', "applyNetworkThrottle", "{\"packetLoss\":101}", 400, "packetLoss" },
  { 'a', "resetNetworkThrottle", "{}", 403, "not enabled" },

  /* for moderators, which nobody is here */
  { 'a', "kickPeer", "{}", 400, "peerId: missing" },
  { 'a', "kickPeer", "{\"peerId\":7}", 400, "must be a string" },
  { 'a', "kickPeer", "{\"peerId\":\"b\"}", 403, "only for moderators" },
  { 'c', "kickPeer", "{\"peerId\":\"b\"}", 409, "not yet joined" },
  { 'a', "mutePeer", "{\"muted\":true}", 400, "peerId: missing" },
  { 'a', "mutePeer", "{\"peerId\":\"b\"}", 400, "muted: missing" },
  { 'a', "mutePeer", "{\"peerId\":\"b\",\"muted\":1}", 400,
      "muted: must be true or false" },
  { 'a', "mutePeer", "{\"peerId\":\"b\",\"muted\":true,\"kind\":\"both\"}", 400,
      "kind: must be" },
  { 'a', "mutePeer", "{\"peerId\":\"b\",\"muted\":true}", 403,
      "only for moderators" },
  { 'a', "lockRoom", "{}", 400, "locked: missing" },
  { 'a', "lockRoom", "{\"locked\":\"yes\"}", 400, "must be true or false" },
  { 'a', "lockRoom", "{\"locked\":true}", 403, "only for moderators" },
  { 'a', "closeRoom", "{}", 403, "only for moderators" },
  { 'c', "closeRoom", "{}", 409, "not yet joined" },
};

static Client *
client_of (gchar who)
{
  return who == 'a' ? w.a : who == 'b' ? w.b : w.outsider;
}

/* Nobody has been told of anything. */
static void
assert_quiet (void)
{
  static const gchar *const noise[] = { "consumerClosed", "consumerPaused",
    "consumerResumed", "peerClosed", "peerDisplayNameChanged", "producerMuted",
    "roomLocked" };

  for (guint i = 0; i < G_N_ELEMENTS (noise); i++) {
    g_assert_false (client_has_notification (w.a, noise[i]));
    g_assert_false (client_has_notification (w.b, noise[i]));
  }
  g_assert_cmpuint (w.b->offers->len, ==, 1);
}

static void
test_refused (gconstpointer data)
{
  const Case *c = data;
  g_autofree gchar *text = c->data != NULL ? fill (c->data) : NULL;
  g_autofree gchar *reason =
      client_fails (client_of (c->who), c->method, text, c->code);

  if (strstr (reason, c->reason) == NULL)
    g_error ("\"%s\" does not say \"%s\"", reason, c->reason);
  assert_quiet ();
}

/* Every word of the protocol stands in the table above. */
static void
test_complete (void)
{
  for (guint i = 0; sfu_native_method (i) != NULL; i++) {
    const gchar *word = sfu_native_method (i);
    gboolean found = strcmp (word, "getRouterRtpCapabilities") == 0;

    for (guint j = 0; j < G_N_ELEMENTS (cases); j++)
      found = found || strcmp (cases[j].method, word) == 0;
    if (!found)
      g_error ("%s is not tested", word);
  }
}

/* What was refused to others works for the one whose it is, before and after
 * all of it. */
static void
test_unharmed (void)
{
  g_autofree gchar *producer =
      g_strdup_printf ("{\"producerId\":\"%s\"}", w.producer);
  g_autofree gchar *consumer =
      g_strdup_printf ("{\"consumerId\":\"%s\"}", w.consumer);

  json_node_unref (client_ok (w.a, "pauseProducer", producer));
  json_node_unref (client_wait_notification (w.b, "consumerPaused"));
  json_node_unref (client_ok (w.a, "resumeProducer", producer));
  json_node_unref (client_wait_notification (w.b, "consumerResumed"));
  json_node_unref (client_ok (w.b, "getConsumerStats", consumer));
  assert_quiet ();
}

static void
test_limits (void)
{
  static const gchar *const flags[] = { "--max-transports-per-peer=2",
    "--max-producers-per-peer=1", "--max-peers-per-room=1", "--max-rooms=1",
    NULL };
  Fixture f;
  g_autoptr (Client) a = NULL;
  g_autoptr (Client) b = NULL;
  g_autoptr (Client) c = NULL;
  g_autofree gchar *first = NULL;
  g_autofree gchar *second = NULL;
  g_autofree gchar *producer = NULL;
  g_autofree gchar *data = NULL;
  g_autofree gchar *reason = NULL;

  fixture_start (&f, flags);
  a = client_new (&f, "r", "a");
  client_join (a);
  first = client_create_transport (a, TRUE, FALSE);
  second = client_create_transport (a, TRUE, FALSE);
  reason = client_fails (a, "createWebRtcTransport", "{}", 429);
  g_free (reason);
  producer = client_produce (a, first, "audio", 1);
  data = produce_data (first, "video", 3);
  reason = client_fails (a, "produce", data, 429);
  /* Full room, no more rooms: closed with a reason. */
  b = client_new (&f, "r", "b");
  client_wait_closed (b);
  g_assert_cmpuint (b->close_code, ==, 4000);
  g_assert_nonnull (strstr (b->close_reason, "full"));
  c = client_new (&f, "other", "c");
  client_wait_closed (c);
  g_assert_cmpuint (c->close_code, ==, 4000);
  g_clear_pointer (&a, client_free);
  g_clear_pointer (&b, client_free);
  g_clear_pointer (&c, client_free);
  fixture_stop (&f);
}

static void
test_throttle_enabled (void)
{
  static const gchar *const flags[] = { "--allow-network-throttle", NULL };
  Fixture f;
  g_autoptr (Client) a = NULL;

  fixture_start (&f, flags);
  a = client_new (&f, "r", "a");
  json_node_unref (client_ok (a, "applyNetworkThrottle", "{\"packetLoss\":3}"));
  json_node_unref (client_ok (a, "resetNetworkThrottle", "{}"));
  g_clear_pointer (&a, client_free);
  fixture_stop (&f);
}

/* Everybody in the room is told, the speaker too; null is silence. What is said
 * of somebody who has just gone is said to nobody. */
static void
test_active_speaker (void)
{
  Fixture f;
  g_autoptr (Client) a = NULL;
  g_autoptr (Client) b = NULL;
  g_autofree gchar *transport = NULL;
  g_autofree gchar *producer = NULL;
  SfuRoom *room;

  fixture_start (&f, NULL);
  a = client_new (&f, "r", "a");
  client_join (a);
  b = client_new (&f, "r", "b");
  client_join (b);
  transport = client_create_transport (a, TRUE, FALSE);
  producer = client_produce (a, transport, "audio", 1234);
  room = sfu_rooms_find (sfu_server_get_rooms (f.server), "r");
  sfu_room_active_speaker (room, "gone", -20);
  sfu_room_active_speaker (room, producer, -23);
  sfu_room_active_speaker (room, "", -127);
  for (guint i = 0; i < 2; i++) {
    Client *c = i == 0 ? a : b;
    g_autoptr (JsonNode) speech = client_wait_notification (c, "activeSpeaker");
    g_autoptr (JsonNode) silence =
        client_wait_notification (c, "activeSpeaker");

    g_assert_cmpstr (get_string (speech, "peerId"), ==, "a");
    g_assert_cmpint (get_int (speech, "volume"), ==, -23);
    g_assert_true (
        json_object_get_null_member (json_node_get_object (silence), "peerId"));
    g_assert_false (client_has_notification (c, "activeSpeaker"));
  }
  g_clear_pointer (&a, client_free);
  g_clear_pointer (&b, client_free);
  fixture_stop (&f);
}

int
main (int argc, char **argv)
{
  gint status;

  g_test_init (&argc, &argv, NULL);
  world_start ();
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *path = g_strdup_printf (
        "/native/requests/%s/%c-%u", cases[i].method, cases[i].who, i);

    g_test_add_data_func (path, &cases[i], test_refused);
  }
  g_test_add_func ("/native/requests/complete", test_complete);
  g_test_add_func ("/native/requests/unharmed-before", test_unharmed);
  g_test_add_func ("/native/after/unharmed", test_unharmed);
  g_test_add_func ("/native/limits", test_limits);
  g_test_add_func ("/native/throttle", test_throttle_enabled);
  g_test_add_func ("/native/active-speaker", test_active_speaker);
  status = g_test_run ();
  world_stop ();
  return status;
}
