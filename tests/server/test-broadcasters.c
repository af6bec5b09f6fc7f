/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The REST of broadcasters: every route right and wrong, media from one to
 * another over plain RTP, what native peers see of them, and how they end.
 *
 * Threads: one; the worker is another process. */
#include "server-fixture.h"

#include "test-plain-client.h"
#include "token-maker.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

#define SECRET "0123456789abcdef0123456789abcdef"
#define HOST "127.0.0.1"
#define SSRC 1111
#define N_PACKETS 20

#define VP8                                                                    \
  "{\"codecs\":[{\"mimeType\":\"video/VP8\",\"payloadType\":96,"               \
  "\"clockRate\":90000,\"rtcpFeedback\":[{\"type\":\"nack\",\"parameter\":"    \
  "\"pli\"}]}],\"encodings\":[{\"ssrc\":1111}]}"
/* As ffmpeg and gst-launch are without further ado. */
#define VP8_NO_SSRC                                                            \
  "{\"codecs\":[{\"mimeType\":\"video/VP8\",\"payloadType\":96,"               \
  "\"clockRate\":90000}],\"encodings\":[]}"
#define CAN_VP8                                                                \
  "{\"codecs\":[{\"kind\":\"video\",\"mimeType\":\"video/VP8\","               \
  "\"preferredPayloadType\":101,\"clockRate\":90000,\"rtcpFeedback\":"         \
  "[{\"type\":\"nack\",\"parameter\":\"pli\"}]}]}"
#define CAN_H264                                                               \
  "{\"codecs\":[{\"kind\":\"video\",\"mimeType\":\"video/H264\","              \
  "\"preferredPayloadType\":102,\"clockRate\":90000}]}"

/* ---- requests ---- */

/* Must be answered with status; the body, for other than 200 its error. */
static JsonNode *
ask (Fixture *f, const gchar *method, const gchar *path, const gchar *body,
    guint status)
{
  g_auto (Answer) answer = fixture_send (f, method, path, NULL, body);
  g_autoptr (GError) error = NULL;

  if (answer.status != status)
    g_error ("%s %s %s: %u %s", method, path, body ? body : "", answer.status,
        answer.body);
  if (strcmp (answer.type, "application/json") != 0)
    return NULL;
  JsonNode *node = sfu_json_parse (answer.body, -1, &error);
  g_assert_no_error (error);
  return node;
}

static void
ask_quietly (Fixture *f, const gchar *method, const gchar *path,
    const gchar *body, guint status)
{
  JsonNode *node = ask (f, method, path, body, status);

  if (node != NULL)
    json_node_unref (node);
}

/* The error names what is wrong. */
static void
refused (Fixture *f, const gchar *method, const gchar *path, const gchar *body,
    guint status, const gchar *says)
{
  g_autoptr (JsonNode) node = ask (f, method, path, body, status);

  if (strstr (get_string (node, "error"), says) == NULL)
    g_error ("%s %s %s: \"%s\" does not say \"%s\"", method, path,
        body ? body : "", get_string (node, "error"), says);
}

/* In room r, with these capabilities (NULL = none). */
static JsonNode *
enter (Fixture *f, const gchar *id, const gchar *capabilities)
{
  g_autofree gchar *body = g_strdup_printf (
      "{\"id\":\"%s\",\"displayName\":\"Camera\",\"device\":{\"name\":"
      "\"FFmpeg\"}%s%s}",
      id, capabilities ? ",\"rtpCapabilities\":" : "",
      capabilities ? capabilities : "");

  return ask (f, "POST", "/rooms/r/broadcasters", body, 200);
}

/* Below rooms/r/broadcasters/b. */
static gchar *
path_of (const gchar *b, const gchar *transport, const gchar *verb)
{
  return g_strdup_printf ("/rooms/r/broadcasters/%s/transports%s%s%s%s", b,
      transport ? "/" : "", transport ? transport : "", verb ? "/" : "",
      verb ? verb : "");
}

static JsonNode *
post (Fixture *f, const gchar *b, const gchar *transport, const gchar *verb,
    const gchar *body, guint status)
{
  g_autofree gchar *path = path_of (b, transport, verb);

  return ask (f, "POST", path, body, status);
}

static gchar *
id_of (JsonNode *taken)
{
  g_autoptr (JsonNode) node = taken;

  return g_strdup (get_string (node, "id"));
}

static gchar *
add_transport (Fixture *f, const gchar *b, const gchar *body)
{
  return id_of (post (f, b, NULL, NULL, body, 200));
}

static gchar *
add_producer (
    Fixture *f, const gchar *b, const gchar *transport, const gchar *parameters)
{
  g_autofree gchar *body =
      g_strdup_printf ("{\"kind\":\"video\",\"rtpParameters\":%s}", parameters);

  return id_of (post (f, b, transport, "producers", body, 200));
}

static guint
count_in_dump (Fixture *f, const gchar *what)
{
  g_auto (Answer) answer = fixture_http (f, "GET", "/rooms/r/dump", NULL);

  if (answer.status == 404)
    return 0;
  g_autoptr (JsonNode) node = sfu_json_parse (answer.body, -1, NULL);
  JsonArray *routers =
      json_object_get_array_member (json_node_get_object (node), "routers");
  return json_array_get_length (json_object_get_array_member (
      json_array_get_object_element (routers, 0), what));
}

/* ---- packets ---- */

static void
send_pictures (TestPlainClient *from, guint32 ssrc, guint n)
{
  static guint16 seq = 65530;

  for (guint i = 0; i < n; i++, seq++) {
    guint8 packet[40] = { 0x80, 0x80 | 96, seq >> 8, seq & 0xff };

    packet[8] = ssrc >> 24;
    packet[9] = ssrc >> 16 & 0xff;
    packet[10] = ssrc >> 8 & 0xff;
    packet[11] = ssrc & 0xff;
    /* RFC 7741: a key frame in one packet. */
    memcpy (packet + 12, "\x10\x10\0\0\x9d\x01\x2a\x40\0\x40", 10);
    test_plain_client_send_rtp (from, packet, sizeof packet);
  }
}

/* Publishes as long as the condition is not true. */
#define PUBLISH_UNTIL(client, condition)                                       \
  WAIT_UNTIL ((send_pictures ((client), SSRC, 1), (condition)))

/* ---- routes ---- */

static void
test_shapes (void)
{
  const gchar *flags[] = { "--admin-open", NULL };
  Fixture f;

  fixture_start (&f, flags);
  g_autoptr (JsonNode) alone = enter (&f, "a", CAN_VP8);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (
                        json_node_get_object (alone), "peers")),
      ==, 0);

  g_autoptr (JsonNode) two =
      post (&f, "a", NULL, NULL, "{\"type\":\"plain\"}", 200);
  g_assert_cmpstr (get_string (two, "ip"), ==, HOST);
  g_assert_cmpint (get_int (two, "port") % 2, ==, 0);
  g_assert_cmpint (get_int (two, "rtcpPort"), ==, get_int (two, "port") + 1);
  g_autoptr (JsonNode) one = post (&f, "a", NULL, NULL,
      "{\"type\":\"plain\",\"rtcpMux\":true,\"enableSrtp\":true}", 200);
  JsonObject *object = json_node_get_object (one);
  g_assert_false (json_object_has_member (object, "rtcpPort"));
  JsonObject *srtp = json_object_get_object_member (object, "srtpParameters");
  g_assert_cmpstr (json_object_get_string_member (srtp, "cryptoSuite"), ==,
      "AES_CM_128_HMAC_SHA1_80");
  g_assert_cmpuint (
      strlen (json_object_get_string_member (srtp, "keyBase64")), ==, 40);
  g_autoptr (JsonNode) web =
      post (&f, "a", NULL, NULL, "{\"type\":\"webrtc\"}", 200);
  object = json_node_get_object (web);
  g_assert_true (json_object_has_member (object, "iceParameters"));
  g_assert_true (json_object_has_member (object, "iceCandidates"));
  g_assert_true (json_object_has_member (object, "dtlsParameters"));
  g_autofree gchar *connect = connect_data ("unused");
  g_autoptr (JsonNode) connected =
      post (&f, "a", get_string (web, "id"), "connect", connect, 200);

  g_autofree gchar *producer =
      add_producer (&f, "a", get_string (two, "id"), VP8);
  g_assert_cmpuint (count_in_dump (&f, "transports"), ==, 3);
  g_assert_cmpuint (count_in_dump (&f, "producers"), ==, 1);

  /* Who says what it can receive is told what there is. */
  g_autoptr (JsonNode) b = enter (&f, "b", CAN_VP8);
  JsonArray *peers =
      json_object_get_array_member (json_node_get_object (b), "peers");
  g_assert_cmpuint (json_array_get_length (peers), ==, 1);
  JsonObject *peer = json_array_get_object_element (peers, 0);
  g_assert_cmpstr (json_object_get_string_member (peer, "id"), ==, "a");
  g_assert_cmpstr (
      json_object_get_string_member (peer, "displayName"), ==, "Camera");
  JsonObject *device = json_object_get_object_member (peer, "device");
  g_assert_cmpstr (
      json_object_get_string_member (device, "flag"), ==, "broadcaster");
  g_assert_cmpstr (
      json_object_get_string_member (device, "name"), ==, "FFmpeg");
  JsonArray *producers = json_object_get_array_member (peer, "producers");
  g_assert_cmpuint (json_array_get_length (producers), ==, 1);
  g_assert_cmpstr (json_object_get_string_member (
                       json_array_get_object_element (producers, 0), "id"),
      ==, producer);
  /* Who can do nothing with it is not. */
  g_autoptr (JsonNode) h264 = enter (&f, "h264", CAN_H264);
  peers = json_object_get_array_member (json_node_get_object (h264), "peers");
  peer = json_array_get_object_element (peers, 0);
  g_assert_cmpuint (
      json_array_get_length (json_object_get_array_member (peer, "producers")),
      ==, 0);
  g_autoptr (JsonNode) blind = enter (&f, "blind", NULL);
  peers = json_object_get_array_member (json_node_get_object (blind), "peers");
  g_assert_cmpuint (json_array_get_length (peers), ==, 0);
  fixture_stop (&f);
}

static void
test_refusals (void)
{
  static const struct {
    const gchar *body;
    guint status;
    const gchar *says;
  } entries[] = {
    { NULL, 400, "id: missing" },
    { "[]", 400, "object" },
    { "{", 400, "body" },
    { "{\"id\":\"x\"}", 400, "displayName: missing" },
    { "{\"id\":\"x\",\"displayName\":\"\xff\"}", 400, "UTF-8" },
    { "{\"id\":7,\"displayName\":\"x\"}", 400, "id" },
    { "{\"id\":\"\",\"displayName\":\"x\"}", 400, "id" },
    { "{\"id\":\"x\",\"displayName\":{}}", 400, "displayName" },
    { "{\"id\":\"x\",\"displayName\":\"x\",\"device\":3}", 400, "device" },
    { "{\"id\":\"x\",\"displayName\":\"x\",\"device\":{\"name\":[]}}", 400,
        "device.name" },
    { "{\"id\":\"x\",\"displayName\":\"x\",\"rtpCapabilities\":"
      "{\"codecs\":[{}]}}",
        400, "rtpCapabilities.codecs[0]" },
  };
  static const struct {
    const gchar *transport, *verb, *body;
    guint status;
    const gchar *says;
  } cases[] = {
    { NULL, NULL, NULL, 400, "type: missing" },
    { NULL, NULL, "{\"type\":\"pipe\"}", 400, "type" },
    { NULL, NULL, "{\"type\":\"plain\",\"comedia\":1}", 400, "comedia" },
    { NULL, NULL, "{\"type\":\"plain\",\"rtcpMux\":\"no\"}", 400, "rtcpMux" },
    { NULL, NULL, "{\"type\":\"plain\",\"srtpCryptoSuite\":\"ROT13\"}", 400,
        "srtpCryptoSuite" },
    { NULL, NULL, "{\"type\":\"webrtc\",\"enableSrtp\":true}", 400,
        "srtpCryptoSuite" },
    { "nothing", "connect", "{\"ip\":\"127.0.0.1\",\"port\":9}", 404,
        "not found" },
    { "nothing", "producers", "{\"kind\":\"video\",\"rtpParameters\":" VP8 "}",
        404, "not found" },
    { "nothing", "consume?producerId=p", NULL, 404, "not found" },
    { "nothing", "consume/data", NULL, 501, "not supported yet" },
    { "nothing", "produce/data", NULL, 501, "not supported yet" },
    { "nothing", "dance", NULL, 404, "nothing" },
    { "%ff", "consume", "{\"producerId\":\"p\"}", 404, "nothing" },
    { "%0a", "consume", "{\"producerId\":\"p\"}", 404, "nothing" },
    { "T", "consume?producerId=%ff", NULL, 400, "producerId" },
    { "T", "consume?producerId=", NULL, 400, "producerId" },
    { "T", "connect", NULL, 400, "missing ip" },
    { "T", "connect", "{\"ip\":\"127.0.0.1\"}", 400, "missing port" },
    { "T", "connect", "{\"ip\":\"127.0.0.1\",\"port\":65536}", 400, "port" },
    { "T", "connect", "{\"ip\":\"127.0.0.1\",\"port\":9}", 400, "rtcpPort" },
    { "T", "connect", "{\"ip\":\"x.y\",\"port\":9,\"rtcpPort\":10}", 400,
        "ip must" },
    { "T", "connect",
        "{\"ip\":\"127.0.0.1\",\"port\":9,\"rtcpPort\":10,"
        "\"srtpParameters\":{\"cryptoSuite\":\"AEAD_AES_128_GCM\","
        "\"keyBase64\":\"AAAA\"}}",
        400, "SRTP not enabled" },
    { "T", "producers", NULL, 400, "kind: missing" },
    { "T", "producers", "{\"kind\":\"smell\"}", 400, "kind" },
    { "T", "producers", "{\"kind\":\"video\"}", 400, "rtpParameters" },
    { "T", "producers",
        "{\"kind\":\"video\",\"rtpParameters\":{\"codecs\":[{\"mimeType\":"
        "\"video/Theora\",\"payloadType\":96,\"clockRate\":90000}]}}",
        501, "Theora" },
    { "T", "consume", NULL, 400, "producerId: missing" },
    { "T", "consume?producerId=nothing", NULL, 404, "nothing" },
  };
  Fixture f;

  fixture_start (&f, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (entries); i++)
    refused (&f, "POST", "/rooms/r/broadcasters", entries[i].body,
        entries[i].status, entries[i].says);
  g_assert_cmpuint (sfu_rooms_n_rooms (sfu_server_get_rooms (f.server)), ==, 0);
  refused (&f, "POST", "/rooms/%0a/broadcasters", "{}", 400, "room");
  refused (&f, "POST", "/rooms/r/broadcasters/x/transports",
      "{\"type\":\"plain\"}", 404, "\"x\" does not exist");
  g_autoptr (JsonNode) entered = enter (&f, "b", NULL);
  g_autofree gchar *transport =
      add_transport (&f, "b", "{\"type\":\"plain\",\"comedia\":false}");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *path = path_of ("b",
        g_strcmp0 (cases[i].transport, "T") == 0 ? transport
                                                 : cases[i].transport,
        cases[i].verb);

    refused (&f, "POST", path, cases[i].body, cases[i].status, cases[i].says);
  }
  /* Not connected by any of these. */
  g_autofree gchar *path = path_of ("b", transport, "connect");
  const gchar *good = "{\"ip\":\"127.0.0.1\",\"port\":9,\"rtcpPort\":10}";
  ask_quietly (&f, "POST", path, good, 200);
  refused (&f, "POST", path, good, 409, "already");
  /* A native peer is none of ours. */
  g_autoptr (Client) native = client_new (&f, "r", "native");
  client_join (native);
  refused (&f, "DELETE", "/rooms/r/broadcasters/native", NULL, 404,
      "does not exist");
  fixture_stop (&f);
}

static void
test_long_body (void)
{
  g_autofree gchar *filler = g_strnfill (300 * 1024, 'x');
  g_autofree gchar *body = g_strdup_printf ("{\"id\":\"%s\"}", filler);
  Fixture f;

  fixture_start (&f, NULL);
  refused (&f, "POST", "/rooms/r/broadcasters", body, 413, "too long");
  fixture_stop (&f);
}

/* ---- media ---- */

/* To where answer says. */
static void
aim (TestPlainClient *client, JsonNode *answer, gboolean mux)
{
  test_plain_client_aim (client, HOST, (guint16)get_int (answer, "port"),
      mux ? 0 : (guint16)get_int (answer, "rtcpPort"));
}

static void
expect_packets (TestPlainClient *to, guint payload_type, guint n)
{
  for (guint i = 0; i < n; i++) {
    g_autoptr (GBytes) bytes = NULL;
    const guint8 *data;

    WAIT_UNTIL (!g_queue_is_empty (test_plain_client_rtp (to)));
    bytes = g_queue_pop_head (test_plain_client_rtp (to));
    data = g_bytes_get_data (bytes, NULL);
    g_assert_cmpuint (data[1] & 0x7f, ==, payload_type);
  }
}

static guint
payload_type_of (JsonNode *consumer)
{
  JsonObject *parameters = json_object_get_object_member (
      json_node_get_object (consumer), "rtpParameters");
  JsonArray *codecs = json_object_get_array_member (parameters, "codecs");

  return (guint)json_object_get_int_member (
      json_array_get_object_element (codecs, 0), "payloadType");
}

/* From one to another: learned and given, with the SSRC told or not. */
static void
test_media (gconstpointer parameters)
{
  TestPlainClient *from = test_plain_client_new (HOST, FALSE);
  TestPlainClient *to = test_plain_client_new (HOST, TRUE);
  Fixture f;

  fixture_start (&f, NULL);
  g_autoptr (JsonNode) a = enter (&f, "a", NULL);
  g_autoptr (JsonNode) in =
      post (&f, "a", NULL, NULL, "{\"type\":\"plain\"}", 200);
  aim (from, in, FALSE);
  g_autofree gchar *producer =
      add_producer (&f, "a", get_string (in, "id"), parameters);

  g_autoptr (JsonNode) b = enter (&f, "b", CAN_VP8);
  g_autofree gchar *out = add_transport (
      &f, "b", "{\"type\":\"plain\",\"comedia\":false,\"rtcpMux\":true}");
  g_autofree gchar *connect = g_strdup_printf (
      "{\"ip\":\"" HOST "\",\"port\":%u}", test_plain_client_port (to));
  g_autoptr (JsonNode) connected = post (&f, "b", out, "connect", connect, 200);
  g_autofree gchar *verb = g_strdup_printf ("consume?producerId=%s", producer);
  g_autoptr (JsonNode) consumer =
      post (&f, "b", out, verb, "{\"paused\":true}", 200);
  g_assert_cmpstr (get_string (consumer, "producerId"), ==, producer);
  g_assert_cmpstr (get_string (consumer, "kind"), ==, "video");
  g_assert_cmpstr (get_string (consumer, "type"), ==, "simple");
  g_autofree gchar *resume =
      g_strdup_printf ("/rooms/r/broadcasters/b/consumers/%s/resume",
          get_string (consumer, "id"));
  ask_quietly (&f, "POST", resume, NULL, 200);
  refused (&f, "POST", "/rooms/r/broadcasters/a/consumers/x/resume", NULL, 404,
      "not found");
  send_pictures (from, SSRC, N_PACKETS);
  expect_packets (to, payload_type_of (consumer), N_PACKETS);
  fixture_stop (&f);
  test_plain_client_free (from);
  test_plain_client_free (to);
}

static void
test_srtp (void)
{
  TestPlainClient *from = test_plain_client_new (HOST, TRUE);
  g_autofree gchar *key = test_plain_client_make_key (30);
  const gchar *flags[] = { "--admin-open", NULL };
  Fixture f;

  fixture_start (&f, flags);
  g_autoptr (JsonNode) a = enter (&f, "a", NULL);
  g_autoptr (JsonNode) in = post (&f, "a", NULL, NULL,
      "{\"type\":\"plain\",\"rtcpMux\":true,\"srtpCryptoSuite\":"
      "\"AES_CM_128_HMAC_SHA1_32\"}",
      200);
  g_autofree gchar *body = g_strdup_printf (
      "{\"srtpParameters\":{\"cryptoSuite\":\"AES_CM_128_HMAC_SHA1_32\","
      "\"keyBase64\":\"%s\"}}",
      key);
  g_autoptr (JsonNode) connected =
      post (&f, "a", get_string (in, "id"), "connect", body, 200);
  JsonObject *ours = json_object_get_object_member (
      json_node_get_object (connected), "srtpParameters");
  aim (from, in, TRUE);
  test_plain_client_secure (from, "AES_CM_128_HMAC_SHA1_32", key,
      json_object_get_string_member (ours, "keyBase64"));
  g_autofree gchar *producer =
      add_producer (&f, "a", get_string (in, "id"), VP8);
  /* Receiver reports come back, and can be read. */
  PUBLISH_UNTIL (from, !g_queue_is_empty (test_plain_client_rtcp (from)));
  g_assert_cmpuint (test_plain_client_undecrypted (from), ==, 0);
  fixture_stop (&f);
  test_plain_client_free (from);
}

/* ---- among peers ---- */

static void
test_native_sees (void)
{
  const gchar *flags[] = { "--admin-open", NULL };
  Fixture f;

  fixture_start (&f, flags);
  g_autoptr (Client) native = client_new (&f, "r", "native");
  client_join (native);
  g_autofree gchar *recv = client_create_transport (native, FALSE, TRUE);
  g_autoptr (JsonNode) b = enter (&f, "b", NULL);
  g_autoptr (JsonNode) new_peer = client_wait_notification (native, "newPeer");
  g_assert_cmpstr (get_string (new_peer, "id"), ==, "b");
  JsonObject *device =
      json_object_get_object_member (json_node_get_object (new_peer), "device");
  g_assert_cmpstr (
      json_object_get_string_member (device, "flag"), ==, "broadcaster");
  g_autofree gchar *transport = add_transport (&f, "b", "{\"type\":\"plain\"}");
  g_autofree gchar *producer = add_producer (&f, "b", transport, VP8);
  JsonObject *offer = client_wait_offer (native, 1);
  g_assert_cmpstr (
      json_object_get_string_member (offer, "producerId"), ==, producer);
  g_assert_cmpstr (json_object_get_string_member (offer, "peerId"), ==, "b");
  /* It leaves: its consumers close, and nothing is left of it. */
  ask_quietly (&f, "DELETE", "/rooms/r/broadcasters/b", NULL, 200);
  g_autoptr (JsonNode) closed = client_wait_notification (native, "peerClosed");
  g_assert_cmpstr (get_string (closed, "peerId"), ==, "b");
  g_autoptr (JsonNode) consumer =
      client_wait_notification (native, "consumerClosed");
  g_assert_cmpuint (count_in_dump (&f, "producers"), ==, 0);
  g_assert_cmpuint (count_in_dump (&f, "transports"), ==, 1);
  refused (
      &f, "DELETE", "/rooms/r/broadcasters/b", NULL, 404, "does not exist");
  fixture_stop (&f);
}

/* By the rule of the room. */
static void
test_duplicate (void)
{
  const gchar *refuse[] = { "--duplicate-peers=refuse", NULL };
  const gchar *flags[] = { "--admin-open", NULL };
  Fixture f;

  fixture_start (&f, flags);
  g_autoptr (JsonNode) first = enter (&f, "b", NULL);
  g_autofree gchar *transport = add_transport (&f, "b", "{\"type\":\"plain\"}");
  /* Who is not fit to join replaces nobody. */
  refused (&f, "POST", "/rooms/r/broadcasters", "{\"id\":\"b\"}", 400,
      "displayName");
  g_assert_cmpuint (count_in_dump (&f, "transports"), ==, 1);
  g_autoptr (JsonNode) second = enter (&f, "b", NULL);
  WAIT_UNTIL (count_in_dump (&f, "transports") == 0);
  g_autoptr (Client) native = client_new (&f, "r", "b");
  client_join (native);
  refused (
      &f, "DELETE", "/rooms/r/broadcasters/b", NULL, 404, "does not exist");
  fixture_stop (&f);

  fixture_start (&f, refuse);
  g_autoptr (JsonNode) third = enter (&f, "b", NULL);
  refused (&f, "POST", "/rooms/r/broadcasters",
      "{\"id\":\"b\",\"displayName\":\"x\"}", 409, "b");
  ask_quietly (&f, "DELETE", "/rooms/r/broadcasters/b", NULL, 200);
  fixture_stop (&f);
}

/* ---- access ---- */

static gchar *secret_file;

static Answer
send_as (Fixture *f, const gchar *claims, const gchar *method,
    const gchar *path, const gchar *body)
{
  g_autofree gchar *token =
      claims ? test_token_hs256 (SECRET, NULL, claims) : NULL;
  g_autofree gchar *header =
      token ? g_strdup_printf ("Authorization: Bearer %s", token) : NULL;

  return fixture_send (f, method, path, header, body);
}

static void
status_as (Fixture *f, const gchar *claims, const gchar *method,
    const gchar *path, const gchar *body, guint status)
{
  g_auto (Answer) answer = send_as (f, claims, method, path, body);

  if (answer.status != status)
    g_error ("%s %s as %s: %u %s", method, path, claims ? claims : "nobody",
        answer.status, answer.body);
}

static void
test_accounts (void)
{
  static const gchar alice[] = "{\"userId\":\"alice\",\"name\":\"Alice\"}";
  static const gchar bob[] = "{\"userId\":\"bob\"}";
  static const gchar boss[] = "{\"userId\":\"boss\",\"moderator\":true}";
  static const gchar elsewhere[] = "{\"userId\":\"eve\",\"rooms\":[\"x\"]}";
  static const gchar listener[] =
      "{\"userId\":\"l\",\"name\":\"L\",\"rights\":[\"subscribe\"]}";
  static const gchar room[] = "/rooms/r/broadcasters";
  static const gchar at[] = "/rooms/r/broadcasters/b/transports";
  static const gchar plain[] = "{\"type\":\"plain\"}";
  g_autofree gchar *flag =
      g_strdup_printf ("--jwt-secret-file=%s", secret_file);
  const gchar *flags[] = { flag, "--require-token", NULL };
  Fixture f;

  fixture_start (&f, flags);
  status_as (&f, NULL, "POST", room, "{\"id\":\"b\"}", 401);
  status_as (&f, elsewhere, "POST", room, "{\"id\":\"b\"}", 403);
  /* The account brings the name. */
  status_as (&f, alice, "POST", room, "{\"id\":\"b\"}", 200);
  status_as (&f, NULL, "POST", at, plain, 401);
  status_as (&f, bob, "POST", at, plain, 403);
  status_as (&f, alice, "POST", at, plain, 200);
  status_as (&f, bob, "DELETE", "/rooms/r/broadcasters/b", NULL, 403);
  status_as (&f, boss, "DELETE", "/rooms/r/broadcasters/b", NULL, 200);

  status_as (&f, listener, "POST", room, "{\"id\":\"l\"}", 200);
  g_auto (Answer) transport = send_as (
      &f, listener, "POST", "/rooms/r/broadcasters/l/transports", plain);
  g_autoptr (JsonNode) node = sfu_json_parse (transport.body, -1, NULL);
  g_autofree gchar *path = path_of ("l", get_string (node, "id"), "producers");
  status_as (&f, listener, "POST", path,
      "{\"kind\":\"video\",\"rtpParameters\":" VP8 "}", 403);
  fixture_stop (&f);
}

static void
test_switched_off (void)
{
  const gchar *flags[] = { "--no-native", NULL };
  Fixture f;

  fixture_start (&f, flags);
  refused (&f, "POST", "/rooms/r/broadcasters",
      "{\"id\":\"b\",\"displayName\":\"x\"}", 404, "switched off");
  fixture_stop (&f);
}

/* ---- the end ---- */

static gboolean
is_there (Fixture *f, const gchar *id)
{
  g_autofree gchar *path = path_of (id, NULL, NULL);
  g_auto (Answer) answer = fixture_send (f, "POST", path, NULL, "{}");

  return answer.status != 404;
}

/* Who carries nothing goes, who does stays. */
static void
test_idle (void)
{
  const gchar *flags[] = { "--broadcaster-idle=2", "--admin-open", NULL };
  TestPlainClient *from = test_plain_client_new (HOST, FALSE);
  Fixture f;

  fixture_start (&f, flags);
  g_autoptr (Client) native = client_new (&f, "r", "native");
  client_join (native);
  g_autoptr (JsonNode) busy = enter (&f, "busy", NULL);
  g_autoptr (JsonNode) in =
      post (&f, "busy", NULL, NULL, "{\"type\":\"plain\"}", 200);
  aim (from, in, FALSE);
  g_autofree gchar *producer =
      add_producer (&f, "busy", get_string (in, "id"), VP8_NO_SSRC);
  g_autoptr (JsonNode) idle = enter (&f, "idle", NULL);
  g_autofree gchar *transport =
      add_transport (&f, "idle", "{\"type\":\"plain\"}");
  PUBLISH_UNTIL (from, client_has_notification (native, "peerClosed"));
  g_autoptr (JsonNode) closed = client_wait_notification (native, "peerClosed");
  g_assert_cmpstr (get_string (closed, "peerId"), ==, "idle");
  /* Asking is a sign of life, so look by other means. */
  g_assert_cmpuint (count_in_dump (&f, "transports"), ==, 1);
  /* Now it crashes. */
  g_autoptr (JsonNode) second = client_wait_notification (native, "peerClosed");
  g_assert_cmpstr (get_string (second, "peerId"), ==, "busy");
  WAIT_UNTIL (count_in_dump (&f, "transports") == 0);
  fixture_stop (&f);
  test_plain_client_free (from);
}

static void
test_worker_dies (void)
{
  Fixture f;

  fixture_start (&f, NULL);
  g_autoptr (JsonNode) b = enter (&f, "b", NULL);
  g_autofree gchar *transport = add_transport (&f, "b", "{\"type\":\"plain\"}");
  g_autoptr (SfuWorkerClient) worker =
      sfu_worker_pool_acquire (sfu_server_get_pool (f.server), NULL);
  sfu_worker_pool_release (sfu_server_get_pool (f.server), worker);
  kill (sfu_worker_client_get_pid (worker), SIGKILL);
  WAIT_UNTIL (!is_there (&f, "b"));
  WAIT_UNTIL (sfu_worker_pool_n_running (sfu_server_get_pool (f.server)) == 1);
  g_autoptr (JsonNode) again = enter (&f, "b", NULL);
  fixture_stop (&f);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
  secret_file = g_build_filename (g_get_tmp_dir (), "sfu-secret-XXXXXX", NULL);
  g_close (g_mkstemp (secret_file), NULL);
  g_file_set_contents (secret_file, SECRET "\n", -1, NULL);
  g_test_add_func ("/broadcasters/shapes", test_shapes);
  g_test_add_func ("/broadcasters/refusals", test_refusals);
  g_test_add_func ("/broadcasters/long-body", test_long_body);
  g_test_add_data_func ("/broadcasters/media/ssrc", VP8, test_media);
  g_test_add_data_func ("/broadcasters/media/no-ssrc", VP8_NO_SSRC, test_media);
  g_test_add_func ("/broadcasters/media/srtp", test_srtp);
  g_test_add_func ("/broadcasters/native", test_native_sees);
  g_test_add_func ("/broadcasters/duplicate", test_duplicate);
  g_test_add_func ("/broadcasters/accounts", test_accounts);
  g_test_add_func ("/broadcasters/switched-off", test_switched_off);
  g_test_add_func ("/broadcasters/idle", test_idle);
  g_test_add_func ("/broadcasters/worker-dies", test_worker_dies);
  status = g_test_run ();
  g_remove (secret_file);
  g_free (secret_file);
  return status;
}
