/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The REST of broadcasters: every route right and wrong, and who may use it.
 *
 * Threads: one; the worker is another process. */
#include "broadcaster-fixture.h"
#include "token-maker.h"

#include <glib/gstdio.h>
#include <string.h>

#define SECRET "0123456789abcdef0123456789abcdef"

/* ---- routes ---- */

/* A transport of each kind for "a"; returns the id of a plain one. */
static gchar *
check_transports (Fixture *f)
{
  g_autoptr (JsonNode) two =
      post (f, "a", NULL, NULL, "{\"type\":\"plain\"}", 200);
  g_assert_cmpstr (get_string (two, "ip"), ==, HOST);
  g_assert_cmpint (get_int (two, "port") % 2, ==, 0);
  g_assert_cmpint (get_int (two, "rtcpPort"), ==, get_int (two, "port") + 1);
  g_autoptr (JsonNode) one = post (f, "a", NULL, NULL,
      "{\"type\":\"plain\",\"rtcpMux\":true,\"enableSrtp\":true}", 200);
  JsonObject *object = json_node_get_object (one);
  g_assert_false (json_object_has_member (object, "rtcpPort"));
  JsonObject *srtp = json_object_get_object_member (object, "srtpParameters");
  g_assert_cmpstr (json_object_get_string_member (srtp, "cryptoSuite"), ==,
      "AES_CM_128_HMAC_SHA1_80");
  g_assert_cmpuint (
      strlen (json_object_get_string_member (srtp, "keyBase64")), ==, 40);
  g_autoptr (JsonNode) web =
      post (f, "a", NULL, NULL, "{\"type\":\"webrtc\"}", 200);
  object = json_node_get_object (web);
  g_assert_true (json_object_has_member (object, "iceParameters"));
  g_assert_true (json_object_has_member (object, "iceCandidates"));
  g_assert_true (json_object_has_member (object, "dtlsParameters"));
  g_autofree gchar *connect = connect_data ("unused");
  g_autoptr (JsonNode) connected =
      post (f, "a", get_string (web, "id"), "connect", connect, 200);
  return g_strdup (get_string (two, "id"));
}

/* What who enters is told of others. */
static JsonArray *
peers_of (JsonNode *entered)
{
  return json_object_get_array_member (json_node_get_object (entered), "peers");
}

static JsonArray *
producers_of (JsonArray *peers)
{
  return json_object_get_array_member (
      json_array_get_object_element (peers, 0), "producers");
}

static void
check_peers (JsonArray *peers, const gchar *producer)
{
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
  JsonArray *producers = producers_of (peers);
  g_assert_cmpuint (json_array_get_length (producers), ==, 1);
  g_assert_cmpstr (json_object_get_string_member (
                       json_array_get_object_element (producers, 0), "id"),
      ==, producer);
}

static void
test_shapes (void)
{
  const gchar *flags[] = { "--admin-open", NULL };
  Fixture f;

  fixture_start (&f, flags);
  g_autoptr (JsonNode) alone = enter (&f, "a", CAN_VP8);
  g_assert_cmpuint (json_array_get_length (peers_of (alone)), ==, 0);
  g_autofree gchar *transport = check_transports (&f);
  g_autofree gchar *producer = add_producer (&f, "a", transport, VP8);
  g_assert_cmpuint (count_in_dump (&f, "transports"), ==, 3);
  g_assert_cmpuint (count_in_dump (&f, "producers"), ==, 1);

  /* Who says what it can receive is told what there is. */
  g_autoptr (JsonNode) b = enter (&f, "b", CAN_VP8);
  check_peers (peers_of (b), producer);
  /* Who can do nothing with it is not. */
  g_autoptr (JsonNode) h264 = enter (&f, "h264", CAN_H264);
  g_assert_cmpuint (
      json_array_get_length (producers_of (peers_of (h264))), ==, 0);
  g_autoptr (JsonNode) blind = enter (&f, "blind", NULL);
  g_assert_cmpuint (json_array_get_length (peers_of (blind)), ==, 0);
  fixture_stop (&f);
}

static const struct {
  const gchar *body;
  guint status;
  const gchar *says;
} bad_entries[] = {
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
} bad_requests[] = {
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

static void
test_refusals (void)
{
  Fixture f;

  fixture_start (&f, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (bad_entries); i++)
    refused (&f, "POST", "/rooms/r/broadcasters", bad_entries[i].body,
        bad_entries[i].status, bad_entries[i].says);
  g_assert_cmpuint (sfu_rooms_n_rooms (sfu_server_get_rooms (f.server)), ==, 0);
  refused (&f, "POST", "/rooms/%0a/broadcasters", "{}", 400, "room");
  refused (&f, "POST", "/rooms/r/broadcasters/x/transports",
      "{\"type\":\"plain\"}", 404, "\"x\" does not exist");
  g_autoptr (JsonNode) entered = enter (&f, "b", NULL);
  g_autofree gchar *transport =
      add_transport (&f, "b", "{\"type\":\"plain\",\"comedia\":false}");
  for (guint i = 0; i < G_N_ELEMENTS (bad_requests); i++) {
    g_autofree gchar *path = path_of ("b",
        g_strcmp0 (bad_requests[i].transport, "T") == 0
            ? transport
            : bad_requests[i].transport,
        bad_requests[i].verb);

    refused (&f, "POST", path, bad_requests[i].body, bad_requests[i].status,
        bad_requests[i].says);
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
  g_test_add_func ("/broadcasters/accounts", test_accounts);
  g_test_add_func ("/broadcasters/switched-off", test_switched_off);
  status = g_test_run ();
  g_remove (secret_file);
  g_free (secret_file);
  return status;
}
