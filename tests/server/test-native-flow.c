/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The native protocol from the first message to the last: what each client is
 * told when somebody joins, produces and leaves.
 *
 * Threads: one; the worker is another process. */
#include "server-fixture.h"

/* The room's dump, as an operator sees it. */
static JsonNode *
get_dump (Fixture *f, const gchar *room)
{
  g_autofree gchar *path = g_strdup_printf ("/rooms/%s/dump", room);
  g_auto (Answer) answer = fixture_http (f, "GET", path, NULL);
  g_autoptr (GError) error = NULL;
  JsonNode *node;

  g_assert_cmpuint (answer.status, ==, 200);
  node = json_from_string (answer.body, &error);
  g_assert_no_error (error);
  return node;
}

static JsonObject *
get_router (JsonNode *dump)
{
  JsonArray *routers =
      json_object_get_array_member (json_node_get_object (dump), "routers");

  g_assert_cmpuint (json_array_get_length (routers), ==, 1);
  return json_array_get_object_element (routers, 0);
}

static guint
count (JsonObject *router, const gchar *name)
{
  return json_array_get_length (json_object_get_array_member (router, name));
}

static const gchar *const admin[] = { "--admin-open", NULL };

static void
test_version_and_capabilities (void)
{
  Fixture f;
  g_autoptr (Client) c = NULL;
  g_autoptr (JsonNode) version = NULL;
  g_autoptr (JsonNode) caps = NULL;

  fixture_start (&f, NULL);
  c = client_new (&f, "r", "a");
  version = client_wait_notification (c, "mediasoup-version");
  g_assert_nonnull (strstr (get_string (version, "version"), "gst-sfu"));
  caps = client_ok (c, "getRouterRtpCapabilities", "{}");
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (
                        json_node_get_object (caps), "codecs")),
      ==, 9);
  g_clear_pointer (&c, client_free);
  fixture_stop (&f);
}

static void
test_transport (void)
{
  Fixture f;
  g_autoptr (Client) c = NULL;
  g_autoptr (JsonNode) transport = NULL;
  g_autoptr (JsonNode) ice = NULL;
  g_autoptr (JsonNode) stats = NULL;
  g_autofree gchar *connect = NULL;
  g_autofree gchar *reason = NULL;
  g_autofree gchar *id_data = NULL;
  JsonObject *object, *candidate;
  JsonArray *fingerprints;

  fixture_start (&f, NULL);
  c = client_new (&f, "r", "a");
  transport = client_ok (c, "createWebRtcTransport",
      "{\"producing\":true,\"consuming\":true,\"sctpCapabilities\":{}}");
  object = json_node_get_object (transport);
  g_assert_false (json_object_has_member (object, "sctpParameters"));
  candidate = json_array_get_object_element (
      json_object_get_array_member (object, "iceCandidates"), 0);
  g_assert_cmpstr (
      json_object_get_string_member (candidate, "ip"), ==, "127.0.0.1");
  g_assert_cmpstr (
      json_object_get_string_member (candidate, "protocol"), ==, "udp");
  g_assert_cmpint (json_object_get_int_member (candidate, "port"), >, 0);
  g_assert_true (json_object_get_boolean_member (
      json_object_get_object_member (object, "iceParameters"), "iceLite"));
  object = json_object_get_object_member (object, "dtlsParameters");
  g_assert_cmpstr (json_object_get_string_member (object, "role"), ==, "auto");
  fingerprints = json_object_get_array_member (object, "fingerprints");
  object = json_array_get_object_element (
      fingerprints, json_array_get_length (fingerprints) - 1);
  g_assert_cmpstr (
      json_object_get_string_member (object, "algorithm"), ==, "sha-256");

  /* A fingerprint that is none can be corrected. */
  connect = connect_data (get_string (transport, "id"));
  g_strdelimit (connect, "F", 'G');
  reason = client_fails (c, "connectWebRtcTransport", connect, 400);
  g_free (reason);
  g_free (connect);
  connect = connect_data (get_string (transport, "id"));
  json_node_unref (client_ok (c, "connectWebRtcTransport", connect));
  reason = client_fails (c, "connectWebRtcTransport", connect, 409);
  id_data = g_strdup_printf (
      "{\"transportId\":\"%s\"}", get_string (transport, "id"));
  ice = client_ok (c, "restartIce", id_data);
  g_assert_cmpstr (get_string (ice, "usernameFragment"), !=,
      json_object_get_string_member (
          json_object_get_object_member (
              json_node_get_object (transport), "iceParameters"),
          "usernameFragment"));
  stats = client_ok (c, "getTransportStats", id_data);
  g_assert_true (JSON_NODE_HOLDS_ARRAY (stats));
  g_assert_cmpuint (json_array_get_length (json_node_get_array (stats)), ==, 1);
  g_clear_pointer (&c, client_free);
  fixture_stop (&f);
}

/* Waits for a notification; this field of it is value. */
static void
wait_about (
    Client *c, const gchar *method, const gchar *field, const gchar *value)
{
  g_autoptr (JsonNode) note = client_wait_notification (c, method);

  g_assert_cmpstr (get_string (note, field), ==, value);
}

static void
assert_counts (Fixture *f, guint transports, guint producers, guint consumers)
{
  g_autoptr (JsonNode) dump = get_dump (f, "r");
  JsonObject *router = get_router (dump);

  g_assert_cmpuint (count (router, "transports"), ==, transports);
  g_assert_cmpuint (count (router, "producers"), ==, producers);
  g_assert_cmpuint (count (router, "consumers"), ==, consumers);
}

/* Of the audio of "a", which was there first. */
static void
check_first_offer (JsonObject *offer, const gchar *audio)
{
  JsonObject *app_data = json_object_get_object_member (offer, "appData");
  JsonObject *parameters =
      json_object_get_object_member (offer, "rtpParameters");

  g_assert_cmpstr (json_object_get_string_member (offer, "peerId"), ==, "a");
  g_assert_cmpstr (
      json_object_get_string_member (offer, "producerId"), ==, audio);
  g_assert_cmpstr (json_object_get_string_member (offer, "kind"), ==, "audio");
  g_assert_cmpstr (json_object_get_string_member (offer, "type"), ==, "simple");
  g_assert_false (json_object_get_boolean_member (offer, "producerPaused"));
  g_assert_cmpstr (
      json_object_get_string_member (app_data, "source"), ==, "audio");
  g_assert_cmpstr (json_object_get_string_member (app_data, "peerId"), ==, "a");
  g_assert_cmpstr (json_object_get_string_member (parameters, "mid"), ==, "0");
  g_assert_cmpstr (
      json_object_get_string_member (
          json_object_get_object_member (parameters, "rtcp"), "cname"),
      ==, "tester");
}

/* Of its video: with RTX and the next mid. */
static void
check_second_offer (JsonObject *offer, const gchar *video)
{
  JsonObject *parameters =
      json_object_get_object_member (offer, "rtpParameters");
  JsonObject *encoding = json_array_get_object_element (
      json_object_get_array_member (parameters, "encodings"), 0);

  g_assert_cmpstr (
      json_object_get_string_member (offer, "producerId"), ==, video);
  g_assert_cmpstr (json_object_get_string_member (parameters, "mid"), ==, "1");
  g_assert_cmpint (json_object_get_int_member (encoding, "ssrc"), !=, 21);
  g_assert_true (json_object_has_member (encoding, "rtx"));
}

static void
test_two_peers (void)
{
  Fixture f;
  g_autoptr (Client) a = NULL;
  g_autoptr (Client) b = NULL;
  g_autofree gchar *a_send = NULL;
  g_autofree gchar *b_recv = NULL;
  g_autofree gchar *audio = NULL;
  g_autofree gchar *video = NULL;
  g_autofree gchar *video_data = NULL;
  g_autofree gchar *consumer_data = NULL;
  const gchar *consumer;

  fixture_start (&f, admin);
  a = client_new (&f, "r", "a");
  client_join (a);
  a_send = client_create_transport (a, TRUE, FALSE);
  audio = client_produce (a, a_send, "audio", 11);
  wait_about (a, "producerScore", "producerId", audio);

  /* b comes later: it is offered what is there, and then what comes. */
  b = client_new (&f, "r", "b");
  b_recv = client_create_transport (b, FALSE, TRUE);
  client_join (b);
  {
    g_autoptr (JsonNode) peer = client_wait_notification (a, "newPeer");

    g_assert_cmpstr (get_string (peer, "id"), ==, "b");
    g_assert_cmpstr (get_string (peer, "displayName"), ==, "Tester");
  }
  check_first_offer (client_wait_offer (b, 1), audio);
  json_node_unref (client_wait_notification (b, "consumerScore"));
  video = client_produce (a, a_send, "video", 21);
  check_second_offer (client_wait_offer (b, 2), video);
  json_node_unref (client_wait_notification (b, "consumerScore"));
  assert_counts (&f, 2, 2, 2);

  /* Statistics of what each owns. */
  video_data = g_strdup_printf ("{\"producerId\":\"%s\"}", video);
  json_node_unref (client_ok (a, "getProducerStats", video_data));
  consumer = json_object_get_string_member (client_wait_offer (b, 2), "id");
  consumer_data = g_strdup_printf ("{\"consumerId\":\"%s\"}", consumer);
  json_node_unref (client_ok (b, "getConsumerStats", consumer_data));

  /* a closes its video, and leaves. */
  json_node_unref (client_ok (a, "closeProducer", video_data));
  wait_about (b, "consumerClosed", "consumerId", consumer);
  g_clear_pointer (&a, client_free);
  wait_about (b, "peerClosed", "peerId", "a");
  json_node_unref (client_wait_notification (b, "consumerClosed"));
  assert_counts (&f, 1, 0, 0);

  g_clear_pointer (&b, client_free);
  WAIT_UNTIL (sfu_rooms_n_rooms (sfu_server_get_rooms (f.server)) == 0);
  fixture_stop (&f);
}

/* A room of one is not closed and made again when its peer is replaced. */
static void
test_replaced_alone (void)
{
  Fixture f;
  g_autoptr (Client) first = NULL;
  g_autoptr (Client) second = NULL;

  fixture_start (&f, NULL);
  first = client_new (&f, "r", "a");
  client_join (first);
  second = client_new (&f, "r", "a");
  client_wait_closed (first);
  client_join (second);
  g_assert_cmpuint (sfu_rooms_n_peers (sfu_server_get_rooms (f.server)), ==, 1);
  g_clear_pointer (&second, client_free);
  g_clear_pointer (&first, client_free);
  fixture_stop (&f);
}

/* A new receiving transport gets consumers again. */
static void
test_transport_again (void)
{
  Fixture f;
  g_autoptr (Client) a = NULL;
  g_autoptr (Client) b = NULL;
  g_autofree gchar *send = NULL;
  g_autofree gchar *producer = NULL;
  g_autofree gchar *recv = NULL;

  fixture_start (&f, NULL);
  a = client_new (&f, "r", "a");
  b = client_new (&f, "r", "b");
  client_join (a);
  client_join (b);
  send = client_create_transport (a, TRUE, FALSE);
  producer = client_produce (a, send, "audio", 1);
  recv = client_create_transport (b, FALSE, TRUE);
  g_assert_cmpstr (
      json_object_get_string_member (client_wait_offer (b, 1), "producerId"),
      ==, producer);
  g_clear_pointer (&a, client_free);
  g_clear_pointer (&b, client_free);
  fixture_stop (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/native/flow/version", test_version_and_capabilities);
  g_test_add_func ("/native/flow/transport", test_transport);
  g_test_add_func ("/native/flow/two-peers", test_two_peers);
  g_test_add_func ("/native/flow/replaced-alone", test_replaced_alone);
  g_test_add_func ("/native/flow/transport-again", test_transport_again);
  return g_test_run ();
}
