/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every method of the media-server RPC: good, with missing, mistyped and
 * unknown params, in the wrong state, after its thing was closed. What is
 * refused changes nothing.
 *
 * Threads: one; the worker is another process. */
#include "rpc-client.h"

#include "sfu-rpc.h"

#include <string.h>

#define INVALID (-32602)
#define STATE (-32000)
#define UNSUPPORTED (-32001)

typedef struct {
  Fixture f;
  RpcClient *c;
} World;

static World w;

static JsonNode *
consume (const gchar *consumer)
{
  g_autofree gchar *params = rpc_consume_params (w.c, "t2", "p1");
  g_autofree gchar *all = g_strdup_printf (
      "{\"consumerId\":\"%s\",%s", consumer, params + strlen ("{"));

  return rpc_ok (w.c, "createConsumer", all);
}

/* Routers r and s; t1 (of u1, connected) and t2 (of u2) in r, t3 in s; p1 on
 * t1, its consumer c1 on t2. */
static void
world_start (void)
{
  g_autofree gchar *connect = connect_data ("t1");

  fixture_start (&w.f, NULL);
  w.c = rpc_new (&w.f);
  json_node_unref (rpc_ok (w.c, "createRouter", "{\"routerId\":\"r\"}"));
  json_node_unref (rpc_ok (w.c, "createRouter", "{\"routerId\":\"s\"}"));
  json_node_unref (rpc_transport (w.c, "r", "t1", "u1"));
  json_node_unref (rpc_transport (w.c, "r", "t2", "u2"));
  json_node_unref (rpc_transport (w.c, "s", "t3", "u1"));
  rpc_ok_is (w.c, "connectTransport", connect, "{\"success\":true}");
  rpc_produce (w.c, "t1", "p1", "video", 5);
  json_node_unref (consume ("c1"));
}

static void
world_stop (void)
{
  rpc_free (w.c);
  fixture_stop (&w.f);
}

#define RTP(ssrc)                                                              \
  "{\"codecs\":[{\"mimeType\":\"video/VP8\",\"payloadType\":96,\"clockRate\":" \
  "90000}],\"encodings\":[{\"ssrc\":" #ssrc "}]}"
#define FP                                                                     \
  "{\"fingerprints\":[{\"algorithm\":\"sha-256\",\"value\":\"00:11\"}]}"
#define LONG                                                                   \
  "0123456789012345678901234567890123456789012345678901234567890123456789"     \
  "0123456789012345678901234567890123456789012345678901234567890123456789"
#define CAPS                                                                   \
  "{\"codecs\":[{\"kind\":\"video\",\"mimeType\":\"video/VP8\","               \
  "\"preferredPayloadType\":96,\"clockRate\":90000}]}"
#define NO_CAPS "{\"codecs\":[]}"

typedef struct {
  const gchar *method, *params;
  gint code;
  const gchar *reason; /* a part of it */
} Case;

static const Case cases[] = {
  /* words and params */
  { "nonsense", "{}", -32601, "there is no method \"nonsense\"" },
  { "createrouter", "{\"routerId\":\"r\"}", -32601, "no method" },
  { "createRouter", "[\"r\"]", INVALID, "params: must be an object" },

  { "createRouter", NULL, INVALID, "routerId: missing" },
  { "createRouter", "{}", INVALID, "routerId: missing" },
  { "createRouter", "{\"routerId\":7}", INVALID, "routerId: must be a string" },
  { "createRouter", "{\"routerId\":\"\"}", INVALID,
      "routerId: must not be empty" },
  { "createRouter", "{\"routerId\":\"" LONG "\"}", INVALID,
      "routerId: longer than" },
  { "createRouter", "{\"routerId\":\"a\\nb\"}", INVALID, "control characters" },

  { "getRouterRtpCapabilities", "{}", INVALID, "routerId: missing" },
  { "getRouterRtpCapabilities", "{\"routerId\":[]}", INVALID,
      "routerId: must be a string" },
  { "getRouterRtpCapabilities", "{\"routerId\":\"x\"}", STATE,
      "router \"x\" is not known, or closed" },

  { "createTransport", "{}", INVALID, "routerId: missing" },
  { "createTransport", "{\"routerId\":\"r\"}", INVALID,
      "transportId: missing" },
  { "createTransport", "{\"routerId\":\"r\",\"transportId\":\"t9\"}", INVALID,
      "requesterUserId: missing" },
  { "createTransport",
      "{\"routerId\":\"r\",\"transportId\":\"t9\",\"requesterUserId\":\"u1\"}",
      INVALID, "otherUserId: missing" },
  { "createTransport",
      "{\"routerId\":\"r\",\"transportId\":\"t9\",\"requesterUserId\":1,"
      "\"otherUserId\":\"u2\"}",
      INVALID, "requesterUserId: must be a string" },
  { "createTransport",
      "{\"routerId\":\"r\",\"transportId\":\"t9\",\"requesterUserId\":\"u1\","
      "\"otherUserId\":\"u2\",\"direction\":\"up\"}",
      INVALID, "direction: must be" },
  { "createTransport",
      "{\"routerId\":\"r\",\"transportId\":\"t9\",\"requesterUserId\":\"u1\","
      "\"otherUserId\":\"u2\",\"direction\":1}",
      INVALID, "direction: must be a string" },
  { "createTransport",
      "{\"routerId\":\"x\",\"transportId\":\"t9\",\"requesterUserId\":\"u1\","
      "\"otherUserId\":\"u2\"}",
      STATE, "router \"x\" is not known" },
  { "createTransport",
      "{\"routerId\":\"s\",\"transportId\":\"t1\",\"requesterUserId\":\"u1\","
      "\"otherUserId\":\"u2\"}",
      STATE, "transport \"t1\" belongs to router \"r\"" },
  { "createTransport",
      "{\"routerId\":\"r\",\"transportId\":\"t1\",\"requesterUserId\":\"u2\","
      "\"otherUserId\":\"u1\"}",
      STATE, "transport \"t1\" belongs to user \"u1\"" },

  { "connectTransport", "{}", INVALID, "transportId: missing" },
  { "connectTransport", "{\"transportId\":{}}", INVALID,
      "transportId: must be a string" },
  { "connectTransport", "{\"transportId\":\"t2\"}", INVALID,
      "dtlsParameters: missing" },
  { "connectTransport", "{\"transportId\":\"t2\",\"dtlsParameters\":[]}",
      INVALID, "dtlsParameters: must be an object" },
  { "connectTransport", "{\"transportId\":\"t2\",\"dtlsParameters\":{}}",
      INVALID, "dtlsParameters.fingerprints: missing" },
  { "connectTransport", "{\"transportId\":\"t2\",\"dtlsParameters\":" FP "}",
      INVALID, "fingerprint" },
  { "connectTransport", "{\"transportId\":\"x\",\"dtlsParameters\":" FP "}",
      STATE, "transport \"x\" is not known, or closed" },
  { "connectTransport", "{\"transportId\":\"t1\",\"dtlsParameters\":" FP "}",
      STATE, "connect() already called" },

  { "createProducer", "{}", INVALID, "transportId: missing" },
  { "createProducer", "{\"transportId\":\"t1\"}", INVALID, "kind: missing" },
  { "createProducer", "{\"transportId\":\"t1\",\"kind\":\"data\"}", INVALID,
      "kind: must be" },
  { "createProducer", "{\"transportId\":\"t1\",\"kind\":\"video\"}", INVALID,
      "rtpParameters: missing" },
  { "createProducer",
      "{\"transportId\":\"t1\",\"kind\":\"video\",\"rtpParameters\":"
      "{\"codecs\":[{\"mimeType\":\"video/VP8\",\"clockRate\":90000}]}}",
      INVALID, "rtpParameters.codecs[0].payloadType: missing" },
  { "createProducer",
      "{\"transportId\":\"t1\",\"kind\":\"video\",\"producerId\":7,"
      "\"rtpParameters\":" RTP (6) "}",
      INVALID, "producerId: must be a string" },
  { "createProducer",
      "{\"transportId\":\"t1\",\"kind\":\"audio\",\"rtpParameters\":" RTP (
          6) "}",
      INVALID, "in a producer of kind audio" },
  { "createProducer",
      "{\"transportId\":\"t1\",\"kind\":\"video\",\"rtpParameters\":" RTP (
          5) "}",
      INVALID, "already exists" },
  { "createProducer",
      "{\"transportId\":\"t1\",\"kind\":\"video\",\"rtpParameters\":"
      "{\"codecs\":[{\"mimeType\":\"video/H265\",\"payloadType\":96,"
      "\"clockRate\":90000}]}}",
      UNSUPPORTED, "unsupported codec" },
  { "createProducer",
      "{\"transportId\":\"x\",\"kind\":\"video\",\"rtpParameters\":" RTP (
          6) "}",
      STATE, "transport \"x\" is not known, or closed" },
  { "createProducer",
      "{\"transportId\":\"t2\",\"kind\":\"video\",\"producerId\":\"p1\","
      "\"rtpParameters\":" RTP (6) "}",
      STATE, "producer \"p1\" exists already" },
  { "produce", "{}", INVALID, "transportId: missing" },

  { "createConsumer", "{}", INVALID, "transportId: missing" },
  { "createConsumer", "{\"transportId\":\"t2\"}", INVALID,
      "producerId: missing" },
  { "createConsumer", "{\"transportId\":\"t2\",\"producerId\":\"p1\"}", INVALID,
      "rtpCapabilities: missing" },
  { "createConsumer",
      "{\"transportId\":\"t2\",\"producerId\":\"p1\",\"rtpCapabilities\":1}",
      INVALID, "rtpCapabilities: must be an object" },
  { "createConsumer",
      "{\"transportId\":\"t2\",\"producerId\":\"p1\",\"rtpCapabilities\":"
      "{\"codecs\":[{}]}}",
      INVALID, "rtpCapabilities.codecs[0].mimeType: missing" },
  { "createConsumer",
      "{\"transportId\":\"x\",\"producerId\":\"p1\",\"rtpCapabilities\":" CAPS
      "}",
      STATE, "transport \"x\" is not known, or closed" },
  { "createConsumer",
      "{\"transportId\":\"t2\",\"producerId\":\"x\",\"rtpCapabilities\":" CAPS
      "}",
      STATE, "producer \"x\" is not known, or closed" },
  { "createConsumer",
      "{\"transportId\":\"t3\",\"producerId\":\"p1\",\"rtpCapabilities\":" CAPS
      "}",
      STATE, "producer \"p1\" is in router \"r\"" },
  { "createConsumer",
      "{\"transportId\":\"t2\",\"producerId\":\"p1\",\"consumerId\":\"c1\","
      "\"rtpCapabilities\":" CAPS "}",
      STATE, "consumer \"c1\" exists already" },
  { "createConsumer",
      "{\"transportId\":\"t2\",\"producerId\":\"p1\","
      "\"rtpCapabilities\":" NO_CAPS "}",
      UNSUPPORTED, "" },
  { "consume", "{}", INVALID, "transportId: missing" },

  { "pauseProducer", "{}", INVALID, "producerId: missing" },
  { "pauseProducer", "{\"producerId\":\"x\"}", STATE, "not known" },
  { "resumeProducer", "{\"producerId\":true}", INVALID, "must be a string" },
  { "resumeProducer", "{\"producerId\":\"c1\"}", STATE, "not known" },
  { "closeProducer", "{}", INVALID, "producerId: missing" },
  { "closeProducer", "{\"producerId\":\"x\"}", STATE,
      "producer \"x\" is not known, or closed" },
  { "pauseConsumer", "{}", INVALID, "consumerId: missing" },
  { "pauseConsumer", "{\"consumerId\":\"x\"}", STATE,
      "consumer \"x\" is not known, or closed" },
  { "resumeConsumer", "{\"consumerId\":1}", INVALID, "must be a string" },
  { "resumeConsumer", "{\"consumerId\":\"p1\"}", STATE, "not known" },
  { "closeConsumer", "{\"consumerId\":null}", INVALID, "missing" },
  { "closeConsumer", "{\"consumerId\":\"x\"}", STATE, "not known" },
  { "closeTransport", "{}", INVALID, "transportId: missing" },
  { "closeTransport", "{\"transportId\":\"x\"}", STATE, "not known" },
  { "closeRouter", "{}", INVALID, "routerId: missing" },
  { "closeRouter", "{\"routerId\":\"x\"}", STATE, "not known" },

  { "getStats", "{\"transportId\":7}", INVALID, "must be a string" },
  { "getStats", "{\"transportId\":\"x\"}", STATE, "not known" },
  { "getStats", "{\"producerId\":\"x\"}", STATE, "not known" },
  { "getStats", "{\"consumerId\":\"x\"}", STATE, "not known" },
  { "getStats", "{\"routerId\":\"x\"}", STATE, "not known" },
  { "getStats", "{\"routerId\":\"r\",\"producerId\":\"p1\"}", INVALID,
      "only one id" },
  { "listProducers", "{}", INVALID, "routerId: missing" },
  { "listProducers", "{\"routerId\":\"x\"}", STATE, "not known" },
};

static void
test_refused (gconstpointer data)
{
  const Case *c = data;
  const gchar *message = c->code == INVALID ? "Invalid params: "
      : c->code == STATE                    ? SFU_RPC_INVALID_STATE
      : c->code == UNSUPPORTED              ? "NOT_SUPPORTED"
                                            : "Method not found: ";
  g_autofree gchar *reason =
      rpc_fails (w.c, c->method, c->params, c->code, message);

  if (strstr (reason, c->reason) == NULL)
    g_error ("\"%s\" does not say \"%s\"", reason, c->reason);
}

/* Every word stands in the table above. */
static void
test_complete (void)
{
  for (guint i = 0; sfu_rpc_word (i) != NULL; i++) {
    gboolean found = FALSE;

    for (guint j = 0; j < G_N_ELEMENTS (cases); j++)
      found = found || strcmp (cases[j].method, sfu_rpc_word (i)) == 0;
    if (!found)
      g_error ("%s is not tested", sfu_rpc_word (i));
  }
}

/* And in the page, with what servers are told. */
static void
test_page (void)
{
  static const gchar *const told[] = { "heartbeat", "producerSilent",
    "producerActive" };
  g_autofree gchar *path = g_build_filename (
      g_getenv ("SFU_TEST_DOCS"), "dialects", "media-server-rpc.md", NULL);
  g_autofree gchar *text = NULL;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; sfu_rpc_word (i) != NULL; i++) {
    g_autofree gchar *row = g_strdup_printf ("\n| `%s` | ", sfu_rpc_word (i));

    if (strstr (text, row) == NULL)
      g_error ("%s is not in the page", sfu_rpc_word (i));
  }
  for (guint i = 0; i < G_N_ELEMENTS (told); i++) {
    g_autofree gchar *row = g_strdup_printf ("\n| `%s` | {", told[i]);

    if (strstr (text, row) == NULL)
      g_error ("%s is not in the page", told[i]);
  }
}

#define STATS_OF_R                                                             \
  "{\"routerId\":\"r\",\"peers\":2,\"transports\":2,\"producers\":1,"          \
  "\"consumers\":1}"

/* What was refused changed nothing, and all of it works. */
static void
test_unharmed (void)
{
  rpc_ok_is (w.c, "getStats", "{\"routerId\":\"r\"}", STATS_OF_R);
  rpc_ok_is (w.c, "getStats", NULL,
      "{\"workers\":1,\"routers\":2,\"transports\":3,\"producers\":1,"
      "\"consumers\":1}");
  rpc_ok_is (w.c, "listProducers", "{\"routerId\":\"r\"}",
      "{\"producers\":[{\"producerId\":\"p1\",\"peerId\":\"u1\",\"userId\":"
      "\"u1\",\"kind\":\"video\",\"paused\":false}]}");
  rpc_ok_is (
      w.c, "listProducers", "{\"routerId\":\"s\"}", "{\"producers\":[]}");
  rpc_ok_is (
      w.c, "pauseProducer", "{\"producerId\":\"p1\"}", "{\"success\":true}");
  rpc_ok_is (
      w.c, "resumeProducer", "{\"producerId\":\"p1\"}", "{\"success\":true}");
  rpc_ok_is (
      w.c, "resumeConsumer", "{\"consumerId\":\"c1\"}", "{\"success\":true}");
  rpc_ok_is (
      w.c, "pauseConsumer", "{\"consumerId\":\"c1\"}", "{\"success\":true}");
}

static const gchar *
first_type (JsonNode *reports)
{
  JsonArray *array = json_node_get_array (reports);

  g_assert_cmpuint (json_array_get_length (array), ==, 1);
  return json_object_get_string_member (
      json_array_get_object_element (array, 0), "type");
}

static void
test_stats (void)
{
  g_autoptr (JsonNode) transport =
      rpc_ok (w.c, "getStats", "{\"transportId\":\"t1\"}");
  g_autoptr (JsonNode) producer =
      rpc_ok (w.c, "getStats", "{\"producerId\":\"p1\"}");
  g_autoptr (JsonNode) consumer =
      rpc_ok (w.c, "getStats", "{\"consumerId\":\"c1\"}");

  g_assert_cmpstr (first_type (transport), ==, "webrtc-transport");
  g_assert_cmpstr (first_type (producer), ==, "inbound-rtp");
  g_assert_cmpstr (first_type (consumer), ==, "outbound-rtp");
  /* The caller's id, never ours. */
  g_assert_cmpstr (
      json_object_get_string_member (
          json_array_get_object_element (json_node_get_array (transport), 0),
          "transportId"),
      ==, "t1");
}

static void
test_capabilities (void)
{
  g_autoptr (JsonNode) router =
      rpc_ok (w.c, "createRouter", "{\"routerId\":\"r\"}");
  g_autoptr (JsonNode) got =
      rpc_ok (w.c, "getRouterRtpCapabilities", "{\"routerId\":\"r\"}");
  JsonObject *object = json_node_get_object (got);

  g_assert_cmpstr (get_string (router, "routerId"), ==, "r");
  g_assert_cmpstr (get_string (got, "routerId"), ==, "r");
  g_assert_true (
      json_node_equal (json_object_get_member (object, "rtpCapabilities"),
          json_object_get_member (
              json_node_get_object (router), "rtpCapabilities")));
  g_assert_cmpuint (
      json_array_get_length (json_object_get_array_member (object, "codecs")),
      >, 0);
  g_assert_true (json_node_equal (json_object_get_member (object, "codecs"),
      json_object_get_member (
          json_object_get_object_member (object, "rtpCapabilities"),
          "codecs")));
}

static gboolean
has (JsonNode *node, const gchar *name)
{
  return json_object_has_member (json_node_get_object (node), name);
}

/* What clients are given. */
static void
test_shapes (void)
{
  g_autoptr (JsonNode) transport = rpc_transport (w.c, "r", "t1", "u1");
  g_autoptr (JsonNode) consumer = consume ("c-shape");

  g_assert_cmpstr (get_string (transport, "id"), ==, "t1");
  g_assert_true (has (transport, "iceParameters"));
  g_assert_true (has (transport, "iceCandidates"));
  g_assert_true (has (transport, "dtlsParameters"));
  g_assert_cmpstr (get_string (consumer, "id"), ==, "c-shape");
  g_assert_cmpstr (get_string (consumer, "producerId"), ==, "p1");
  g_assert_cmpstr (get_string (consumer, "kind"), ==, "video");
  g_assert_true (has (consumer, "rtpParameters"));
  rpc_ok_is (w.c, "closeConsumer", "{\"consumerId\":\"c-shape\"}",
      "{\"success\":true}");
}

/* Ids that nobody chose; the other words for the same. */
static void
test_without_ids (void)
{
  g_autoptr (JsonNode) producer = rpc_ok (w.c, "produce",
      "{\"transportId\":\"t2\",\"kind\":\"video\",\"rtpParameters\":" RTP (
          7) "}");
  const gchar *producer_id = get_string (producer, "id");
  g_autofree gchar *params = rpc_consume_params (w.c, "t1", producer_id);
  g_autoptr (JsonNode) consumer = rpc_ok (w.c, "consume", params);
  g_autofree gchar *close_consumer =
      g_strdup_printf ("{\"consumerId\":\"%s\"}", get_string (consumer, "id"));
  g_autofree gchar *close_producer =
      g_strdup_printf ("{\"producerId\":\"%s\"}", producer_id);

  g_assert_cmpstr (get_string (consumer, "producerId"), ==, producer_id);
  rpc_ok_is (w.c, "closeConsumer", close_consumer, "{\"success\":true}");
  rpc_invalid_state (w.c, "closeConsumer", close_consumer, "not known");
  rpc_ok_is (w.c, "closeProducer", close_producer, "{\"success\":true}");
  rpc_invalid_state (w.c, "closeProducer", close_producer, "not known");
}

/* From the leaves to the root; the ids are free again. */
static void
test_after_close (void)
{
  g_autofree gchar *connect = connect_data ("t1");
  g_autofree gchar *again = NULL;

  rpc_ok_is (
      w.c, "closeProducer", "{\"producerId\":\"p1\"}", "{\"success\":true}");
  rpc_invalid_state (
      w.c, "pauseProducer", "{\"producerId\":\"p1\"}", "not known, or closed");
  /* Its consumers went with it. */
  rpc_invalid_state (w.c, "resumeConsumer", "{\"consumerId\":\"c1\"}",
      "consumer \"c1\" is not known, or closed");
  rpc_produce (w.c, "t1", "p1", "video", 5);
  rpc_ok_is (
      w.c, "closeTransport", "{\"transportId\":\"t1\"}", "{\"success\":true}");
  rpc_invalid_state (w.c, "connectTransport", connect, "not known, or closed");
  rpc_invalid_state (
      w.c, "closeProducer", "{\"producerId\":\"p1\"}", "not known, or closed");
  rpc_invalid_state (
      w.c, "getStats", "{\"transportId\":\"t1\"}", "not known, or closed");
  json_node_unref (rpc_transport (w.c, "s", "t1", "u1"));
  rpc_ok_is (w.c, "closeRouter", "{\"routerId\":\"r\"}", "{\"success\":true}");
  rpc_invalid_state (
      w.c, "closeRouter", "{\"routerId\":\"r\"}", "router \"r\" is not known");
  rpc_invalid_state (w.c, "getStats", "{\"transportId\":\"t2\"}", "not known");
  json_node_unref (rpc_ok (w.c, "createRouter", "{\"routerId\":\"r\"}"));
  rpc_ok_is (w.c, "getStats", "{\"routerId\":\"r\"}",
      "{\"routerId\":\"r\",\"peers\":0,\"transports\":0,\"producers\":0,"
      "\"consumers\":0}");
}

int
main (int argc, char **argv)
{
  gint status;

  g_test_init (&argc, &argv, NULL);
  world_start ();
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *path =
        g_strdup_printf ("/rpc/requests/%s/%u", cases[i].method, i);

    g_test_add_data_func (path, &cases[i], test_refused);
  }
  g_test_add_func ("/rpc/requests/complete", test_complete);
  g_test_add_func ("/rpc/requests/page", test_page);
  g_test_add_func ("/rpc/then/unharmed", test_unharmed);
  g_test_add_func ("/rpc/then/stats", test_stats);
  g_test_add_func ("/rpc/then/capabilities", test_capabilities);
  g_test_add_func ("/rpc/then/shapes", test_shapes);
  g_test_add_func ("/rpc/then/without-ids", test_without_ids);
  g_test_add_func ("/rpc/then/unharmed-again", test_unharmed);
  g_test_add_func ("/rpc/then/zz-after-close", test_after_close);
  status = g_test_run ();
  world_stop ();
  return status;
}
