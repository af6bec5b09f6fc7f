/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The native protocol from the first message to the last: what each client is
 * told when somebody joins, produces, pauses, leaves or vanishes.
 *
 * Threads: one; the worker is another process. */
#include "server-fixture.h"

#include <signal.h>

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

static void
test_two_peers (void)
{
  Fixture f;
  g_autoptr (Client) a = NULL;
  g_autoptr (Client) b = NULL;
  g_autoptr (JsonNode) note = NULL;
  g_autoptr (JsonNode) dump = NULL;
  g_autofree gchar *a_send = NULL;
  g_autofree gchar *b_recv = NULL;
  g_autofree gchar *audio = NULL;
  g_autofree gchar *video = NULL;
  g_autofree gchar *data = NULL;
  JsonObject *offer, *parameters, *encoding;

  fixture_start (&f, admin);
  a = client_new (&f, "r", "a");
  client_join (a);
  a_send = client_create_transport (a, TRUE, FALSE);
  audio = client_produce (a, a_send, "audio", 11);
  note = client_wait_notification (a, "producerScore");
  g_assert_cmpstr (get_string (note, "producerId"), ==, audio);
  g_clear_pointer (&note, json_node_unref);

  /* b comes later: it is offered what is there. */
  b = client_new (&f, "r", "b");
  b_recv = client_create_transport (b, FALSE, TRUE);
  client_join (b);
  note = client_wait_notification (a, "newPeer");
  g_assert_cmpstr (get_string (note, "id"), ==, "b");
  g_assert_cmpstr (get_string (note, "displayName"), ==, "Tester");
  g_clear_pointer (&note, json_node_unref);
  offer = client_wait_offer (b, 1);
  g_assert_cmpstr (json_object_get_string_member (offer, "peerId"), ==, "a");
  g_assert_cmpstr (
      json_object_get_string_member (offer, "producerId"), ==, audio);
  g_assert_cmpstr (json_object_get_string_member (offer, "kind"), ==, "audio");
  g_assert_cmpstr (json_object_get_string_member (offer, "type"), ==, "simple");
  g_assert_false (json_object_get_boolean_member (offer, "producerPaused"));
  g_assert_cmpstr (
      json_object_get_string_member (
          json_object_get_object_member (offer, "appData"), "source"),
      ==, "audio");
  g_assert_cmpstr (
      json_object_get_string_member (
          json_object_get_object_member (offer, "appData"), "peerId"),
      ==, "a");
  parameters = json_object_get_object_member (offer, "rtpParameters");
  g_assert_cmpstr (json_object_get_string_member (parameters, "mid"), ==, "0");
  g_assert_cmpstr (
      json_object_get_string_member (
          json_object_get_object_member (parameters, "rtcp"), "cname"),
      ==, "tester");
  note = client_wait_notification (b, "consumerScore");
  g_clear_pointer (&note, json_node_unref);

  /* a produces more: b is offered that too, with RTX and the next mid. */
  video = client_produce (a, a_send, "video", 21);
  offer = client_wait_offer (b, 2);
  g_assert_cmpstr (
      json_object_get_string_member (offer, "producerId"), ==, video);
  parameters = json_object_get_object_member (offer, "rtpParameters");
  g_assert_cmpstr (json_object_get_string_member (parameters, "mid"), ==, "1");
  encoding = json_array_get_object_element (
      json_object_get_array_member (parameters, "encodings"), 0);
  g_assert_cmpint (json_object_get_int_member (encoding, "ssrc"), !=, 21);
  g_assert_true (json_object_has_member (encoding, "rtx"));
  note = client_wait_notification (b, "consumerScore");

  dump = get_dump (&f, "r");
  g_assert_cmpuint (count (get_router (dump), "transports"), ==, 2);
  g_assert_cmpuint (count (get_router (dump), "producers"), ==, 2);
  g_assert_cmpuint (count (get_router (dump), "consumers"), ==, 2);
  g_clear_pointer (&dump, json_node_unref);

  /* Statistics of what each owns. */
  data = g_strdup_printf ("{\"producerId\":\"%s\"}", video);
  json_node_unref (client_ok (a, "getProducerStats", data));
  g_free (data);
  data = g_strdup_printf ("{\"consumerId\":\"%s\"}",
      json_object_get_string_member (client_wait_offer (b, 2), "id"));
  json_node_unref (client_ok (b, "getConsumerStats", data));

  /* a closes its video. */
  g_free (data);
  data = g_strdup_printf ("{\"producerId\":\"%s\"}", video);
  json_node_unref (client_ok (a, "closeProducer", data));
  g_clear_pointer (&note, json_node_unref);
  note = client_wait_notification (b, "consumerClosed");
  g_assert_cmpstr (get_string (note, "consumerId"), ==,
      json_object_get_string_member (client_wait_offer (b, 2), "id"));

  /* a leaves. */
  g_clear_pointer (&a, client_free);
  g_clear_pointer (&note, json_node_unref);
  note = client_wait_notification (b, "peerClosed");
  g_assert_cmpstr (get_string (note, "peerId"), ==, "a");
  g_clear_pointer (&note, json_node_unref);
  note = client_wait_notification (b, "consumerClosed");
  dump = get_dump (&f, "r");
  g_assert_cmpuint (count (get_router (dump), "transports"), ==, 1);
  g_assert_cmpuint (count (get_router (dump), "producers"), ==, 0);
  g_assert_cmpuint (count (get_router (dump), "consumers"), ==, 0);

  g_clear_pointer (&b, client_free);
  WAIT_UNTIL (sfu_rooms_n_rooms (sfu_server_get_rooms (f.server)) == 0);
  fixture_stop (&f);
}

/* Two clients, a with an audio and b with a consumer of it. */
typedef struct {
  Fixture f;
  Client *a, *b;
  gchar *a_send, *b_recv;
  gchar *producer, *producer_data;
  gchar *consumer, *consumer_data;
} Pair;

static void
pair_start (Pair *p, const gchar *kind)
{
  fixture_start (&p->f, admin);
  p->a = client_new (&p->f, "r", "a");
  p->b = client_new (&p->f, "r", "b");
  client_join (p->a);
  client_join (p->b);
  p->a_send = client_create_transport (p->a, TRUE, FALSE);
  p->b_recv = client_create_transport (p->b, FALSE, TRUE);
  p->producer = client_produce (p->a, p->a_send, kind, 5);
  p->producer_data = g_strdup_printf ("{\"producerId\":\"%s\"}", p->producer);
  p->consumer = g_strdup (
      json_object_get_string_member (client_wait_offer (p->b, 1), "id"));
  p->consumer_data = g_strdup_printf ("{\"consumerId\":\"%s\"}", p->consumer);
  json_node_unref (client_wait_notification (p->b, "consumerScore"));
}

static void
pair_stop (Pair *p)
{
  client_free (p->a);
  client_free (p->b);
  fixture_stop (&p->f);
  g_free (p->a_send);
  g_free (p->b_recv);
  g_free (p->producer);
  g_free (p->producer_data);
  g_free (p->consumer);
  g_free (p->consumer_data);
}

static void
test_pause (void)
{
  Pair p;
  g_autoptr (JsonNode) note = NULL;
  g_autoptr (Client) c = NULL;
  g_autofree gchar *recv = NULL;
  g_autofree gchar *layers = NULL;
  g_autofree gchar *priority = NULL;

  pair_start (&p, "video");
  json_node_unref (client_ok (p.a, "pauseProducer", p.producer_data));
  note = client_wait_notification (p.b, "consumerPaused");
  g_assert_cmpstr (get_string (note, "consumerId"), ==, p.consumer);
  /* Again: nothing new to tell. */
  json_node_unref (client_ok (p.a, "pauseProducer", p.producer_data));
  /* Whoever comes now is told that it is paused. */
  c = client_new (&p.f, "r", "c");
  recv = client_create_transport (c, FALSE, TRUE);
  client_join (c);
  g_assert_true (json_object_get_boolean_member (
      client_wait_offer (c, 1), "producerPaused"));
  json_node_unref (client_ok (p.a, "resumeProducer", p.producer_data));
  json_node_unref (client_wait_notification (p.b, "consumerResumed"));
  json_node_unref (client_wait_notification (c, "consumerResumed"));
  g_assert_false (client_has_notification (p.b, "consumerPaused"));

  json_node_unref (client_ok (p.b, "pauseConsumer", p.consumer_data));
  json_node_unref (client_ok (p.b, "resumeConsumer", p.consumer_data));
  json_node_unref (client_ok (p.b, "requestConsumerKeyFrame", p.consumer_data));
  layers = g_strdup_printf (
      "{\"consumerId\":\"%s\",\"spatialLayer\":2,\"temporalLayer\":1}",
      p.consumer);
  json_node_unref (client_ok (p.b, "setConsumerPreferredLayers", layers));
  priority =
      g_strdup_printf ("{\"consumerId\":\"%s\",\"priority\":3}", p.consumer);
  json_node_unref (client_ok (p.b, "setConsumerPriority", priority));
  g_clear_pointer (&c, client_free);
  pair_stop (&p);
}

static void
test_display_name (void)
{
  Pair p;
  g_autoptr (JsonNode) note = NULL;

  pair_start (&p, "audio");
  json_node_unref (client_ok (
      p.b, "changeDisplayName", "{\"displayName\":\"Neu \\u00e4\"}"));
  note = client_wait_notification (p.a, "peerDisplayNameChanged");
  g_assert_cmpstr (get_string (note, "peerId"), ==, "b");
  g_assert_cmpstr (get_string (note, "displayName"), ==, "Neu ä");
  g_assert_cmpstr (get_string (note, "oldDisplayName"), ==, "Tester");
  g_assert_false (client_has_notification (p.b, "peerDisplayNameChanged"));
  pair_stop (&p);
}

static void
test_replaced (void)
{
  Pair p;
  g_autoptr (Client) again = NULL;
  g_autoptr (JsonNode) note = NULL;

  pair_start (&p, "audio");
  again = client_new (&p.f, "r", "a");
  client_wait_closed (p.a);
  g_assert_cmpuint (p.a->close_code, ==, 4000);
  note = client_wait_notification (p.b, "peerClosed");
  g_assert_cmpstr (get_string (note, "peerId"), ==, "a");
  client_join (again);
  json_node_unref (client_wait_notification (p.b, "newPeer"));
  g_clear_pointer (&again, client_free);
  pair_stop (&p);
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

static void
test_refused_consumer (void)
{
  Pair p;
  g_autofree gchar *second = NULL;
  g_autofree gchar *data = NULL;
  g_autofree gchar *reason = NULL;
  g_autoptr (JsonNode) request = NULL;
  JsonNode *note;

  pair_start (&p, "audio");
  p.b->auto_accept = FALSE;
  second = client_produce (p.a, p.a_send, "video", 50);
  data = g_strdup_printf ("{\"consumerId\":\"%s\"}",
      json_object_get_string_member (client_wait_offer (p.b, 2), "id"));
  /* The consumer is there before it is accepted; after a no it is not. */
  json_node_unref (client_ok (p.b, "getConsumerStats", data));
  for (GList *l = p.b->inbox.head; l != NULL; l = l->next) {
    note = l->data;
    if (json_object_has_member (json_node_get_object (note), "request"))
      request = json_node_ref (note);
  }
  g_assert_nonnull (request);
  {
    g_autofree gchar *no = g_strdup_printf (
        "{\"response\":true,\"id\":%" G_GINT64_FORMAT
        ",\"ok\":false,\"errorCode\":403,\"errorReason\":\"I do not want\"}",
        get_int (request, "id"));

    client_send (p.b, no);
  }
  reason = client_fails (p.b, "getConsumerStats", data, 404);
  g_assert_false (client_has_notification (p.b, "consumerClosed"));
  pair_stop (&p);
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

/* A worker that dies: clients are told to come again, and can. */
static void
test_worker_death (void)
{
  Pair p;
  g_autoptr (Client) again = NULL;
  g_autofree gchar *transport = NULL;
  SfuWorkerPool *pool;
  GLogLevelFlags fatal;
  GPid pid;

  pair_start (&p, "audio");
  /* The server warns of it; GTest would take that for a failure. */
  fatal = g_log_set_always_fatal (
      (GLogLevelFlags)G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
  pool = sfu_server_get_pool (p.f.server);
  pid = sfu_worker_client_get_pid (sfu_worker_pool_get_running (pool, 0));
  kill (pid, SIGKILL);
  client_wait_closed (p.a);
  client_wait_closed (p.b);
  /* Not 4000: protoo-client comes back by itself. */
  g_assert_cmpuint (p.a->close_code, ==, 1001);
  WAIT_UNTIL (sfu_worker_pool_n_running (pool) == 1);
  g_log_set_always_fatal (fatal);
  again = client_new (&p.f, "r", "a");
  client_join (again);
  transport = client_create_transport (again, TRUE, TRUE);
  g_clear_pointer (&again, client_free);
  pair_stop (&p);
}

static void
test_stop (void)
{
  Pair p;

  pair_start (&p, "audio");
  {
    Fixture f = p.f;

    fixture_stop (&f);
  }
  client_wait_closed (p.a);
  g_assert_cmpuint (p.a->close_code, ==, 1001);
  client_free (p.a);
  client_free (p.b);
  g_free (p.a_send);
  g_free (p.b_recv);
  g_free (p.producer);
  g_free (p.producer_data);
  g_free (p.consumer);
  g_free (p.consumer_data);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/native/flow/version", test_version_and_capabilities);
  g_test_add_func ("/native/flow/transport", test_transport);
  g_test_add_func ("/native/flow/two-peers", test_two_peers);
  g_test_add_func ("/native/flow/pause", test_pause);
  g_test_add_func ("/native/flow/display-name", test_display_name);
  g_test_add_func ("/native/flow/replaced", test_replaced);
  g_test_add_func ("/native/flow/replaced-alone", test_replaced_alone);
  g_test_add_func ("/native/flow/refused-consumer", test_refused_consumer);
  g_test_add_func ("/native/flow/transport-again", test_transport_again);
  g_test_add_func ("/native/flow/worker-death", test_worker_death);
  g_test_add_func ("/native/flow/stop", test_stop);
  return g_test_run ();
}
