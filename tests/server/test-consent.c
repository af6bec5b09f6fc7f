/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A client whose connectivity checks stop (RFC 7675): its transport closes, what
 * it published ends, and everybody else in the room is told so in the words of
 * his protocol. The client itself stays in the room.
 *
 * Threads: one; the worker is another process. */
#include "sio-client.h"

#include "test-peer.h"

#include <string.h>

#define PATH "/socket.io/"

static const gchar *const flags[] = { "--consent-timeout=1", "--admin-open",
  NULL };

/* Somebody with real ICE and DTLS, who publishes a track. */
typedef struct {
  Client *client;
  TestPeer *peer;
  gchar *producer;
} Publisher;

static JsonObject *
inside (JsonNode *node, const gchar *name)
{
  return json_object_get_object_member (json_node_get_object (node), name);
}

static void
connect_peer (Publisher *p, JsonNode *transport)
{
  JsonObject *ice = inside (transport, "iceParameters");
  JsonObject *candidate = json_array_get_object_element (
      json_object_get_array_member (
          json_node_get_object (transport), "iceCandidates"),
      0);
  g_autofree gchar *data = g_strdup_printf (
      "{\"transportId\":\"%s\",\"dtlsParameters\":{\"role\":\"client\","
      "\"fingerprints\":[{\"algorithm\":\"sha-256\",\"value\":\"%s\"}]}}",
      get_string (transport, "id"), test_peer_fingerprint (p->peer));

  json_node_unref (client_ok (p->client, "connectWebRtcTransport", data));
  test_peer_start (p->peer, json_object_get_string_member (candidate, "ip"),
      (guint16)json_object_get_int_member (candidate, "port"),
      json_object_get_string_member (ice, "usernameFragment"),
      json_object_get_string_member (ice, "password"), TRUE);
  WAIT_UNTIL (test_peer_dtls_connected (p->peer));
}

static void
publisher_init (Publisher *p, Fixture *f)
{
  g_autoptr (JsonNode) transport = NULL;

  p->client = client_new (f, "r", "p");
  p->peer = test_peer_new ();
  client_join (p->client);
  transport = client_ok (p->client, "createWebRtcTransport",
      "{\"producing\":true,\"consuming\":false}");
  connect_peer (p, transport);
  p->producer =
      client_produce (p->client, get_string (transport, "id"), "video", 7);
}

static void
publisher_clear (Publisher *p)
{
  client_free (p->client);
  test_peer_free (p->peer);
  g_free (p->producer);
}

static void
assert_closed (SioClient *c, const gchar *event, const Publisher *p)
{
  g_autoptr (JsonNode) data = sio_wait_event (c, event);

  g_assert_cmpstr (get_string (data, "producerId"), ==, p->producer);
}

static void
test_expires (void)
{
  Fixture f;
  Publisher p;
  Client *watcher;
  SioClient *study, *call;
  g_autofree gchar *recv = NULL;
  g_autoptr (JsonNode) note = NULL;
  const gchar *consumer;

  fixture_start (&f, flags);
  watcher = client_new (&f, "r", "w");
  recv = client_create_transport (watcher, FALSE, TRUE);
  client_join (watcher);
  study = sio_new (&f, PATH, "/room/r", "{\"displayName\":\"Stu\"}");
  call = sio_new (&f, PATH, "/", NULL);
  json_node_unref (
      sio_request (call, "joinRoom", "{\"callId\":\"r\",\"userId\":\"ada\"}"));
  publisher_init (&p, &f);
  consumer =
      json_object_get_string_member (client_wait_offer (watcher, 1), "id");
  g_assert_cmpuint (fixture_count (&f, "r", "producers"), ==, 1);

  test_peer_stop_checks (p.peer);
  note = client_wait_notification (watcher, "consumerClosed");
  g_assert_cmpstr (get_string (note, "consumerId"), ==, consumer);
  assert_closed (study, "producer-closed", &p);
  assert_closed (call, "producerClosed", &p);
  /* The watcher's own transport waits for its first check, which takes longer. */
  WAIT_UNTIL (fixture_count (&f, "r", "transports") == 1);
  g_assert_cmpuint (fixture_count (&f, "r", "producers"), ==, 0);
  g_assert_cmpuint (fixture_count (&f, "r", "consumers"), ==, 0);
  g_assert_false (p.client->closed);
  g_assert_false (client_has_notification (watcher, "peerClosed"));
  publisher_clear (&p);
  client_free (watcher);
  sio_free (study);
  sio_free (call);
  fixture_stop (&f);
}

/* For as long as it checks, from wherever it does, it stays. */
static void
test_moves_and_stays (void)
{
  Fixture f;
  Publisher p;

  fixture_start (&f, flags);
  publisher_init (&p, &f);
  for (guint i = 0; i < 3; i++) {
    test_peer_move (p.peer);
    WAIT_UNTIL (test_peer_checks (p.peer) > 6); /* 1.2 s of them */
  }
  g_assert_cmpuint (fixture_count (&f, "r", "producers"), ==, 1);
  publisher_clear (&p);
  fixture_stop (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/consent/expires", test_expires);
  g_test_add_func ("/consent/moves-and-stays", test_moves_and_stays);
  return g_test_run ();
}
