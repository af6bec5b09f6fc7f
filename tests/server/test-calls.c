/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls from making one to leaving it: what each is answered and told, and what
 * is left in the worker. Wrong requests: see test-calls-requests.c.
 *
 * Threads: one; the worker is another process. */
#include "sio-client.h"

#include "sfu-room.h"

#include <string.h>

#define PATH "/socket.io/"
#define CALL "{\"callId\":\"c1\"}"

static const gchar *const admin[] = { "--admin-open", NULL };

static SioClient *
connect_client (Fixture *f)
{
  return sio_new (f, PATH, "/", NULL);
}

/* Must succeed with these members; data. */
static JsonNode *
ask (SioClient *c, const gchar *event, const gchar *payload,
    const gchar *members)
{
  g_autoptr (JsonNode) ack = sio_request (c, event, payload);
  g_autofree gchar *envelope = get_members (ack);
  g_autofree gchar *found = NULL;
  JsonNode *data;

  if (strcmp (envelope, "success,data") != 0)
    g_error ("%s %s: %s", event, payload, get_string (ack, "error"));
  g_assert_true (
      json_object_get_boolean_member (json_node_get_object (ack), "success"));
  data = json_object_get_member (json_node_get_object (ack), "data");
  found = get_members (data);
  g_assert_cmpstr (found, ==, members);
  return json_node_copy (data);
}

static void
assert_answer (
    SioClient *c, const gchar *event, const gchar *payload, const gchar *answer)
{
  g_autofree gchar *ack = sio_request_text (c, event, payload);

  g_assert_cmpstr (ack, ==, answer);
}

/* With all that the server's capabilities have; the text of peers. */
static gchar *
join (SioClient *c, const gchar *call, const gchar *user)
{
  g_autofree gchar *create = g_strdup_printf ("{\"callId\":\"%s\"}", call);
  g_autoptr (JsonNode) made = ask (c, "createRoom", create, "rtpCapabilities");
  g_autofree gchar *caps = json_to_string (made, FALSE);
  g_autofree gchar *payload = g_strdup_printf (
      "{\"callId\":\"%s\",\"userId\":\"%s\",%s", call, user, caps + 1);
  g_autoptr (JsonNode) joined = ask (c, "joinRoom", payload, "peers");

  return json_to_string (
      json_object_get_member (json_node_get_object (joined), "peers"), FALSE);
}

static gchar *
create_transport (SioClient *c, const gchar *direction)
{
  g_autofree gchar *payload =
      g_strdup_printf ("{\"direction\":\"%s\"}", direction);
  g_autoptr (JsonNode) data = ask (c, "createTransport", payload,
      "id,iceParameters,iceCandidates,dtlsParameters");

  return g_strdup (get_string (data, "id"));
}

static gchar *
produce (SioClient *c, const gchar *transport, const gchar *kind, guint32 ssrc)
{
  g_autofree gchar *payload = produce_data (transport, kind, ssrc);
  g_autoptr (JsonNode) data = ask (c, "produce", payload, "producerId");

  return g_strdup (get_string (data, "producerId"));
}

/* The capabilities are those of joinRoom. */
static gchar *
consume (SioClient *c, const gchar *transport, const gchar *producer)
{
  g_autofree gchar *payload = g_strdup_printf (
      "{\"transportId\":\"%s\",\"producerId\":\"%s\"}", transport, producer);
  g_autoptr (JsonNode) data =
      ask (c, "consume", payload, "id,producerId,kind,rtpParameters,consumer");
  g_autoptr (JsonNode) same = json_node_copy (
      json_object_get_member (json_node_get_object (data), "consumer"));

  json_object_remove_member (json_node_get_object (data), "consumer");
  g_assert_true (json_node_equal (data, same));
  return g_strdup (get_string (data, "id"));
}

static void
assert_peer_event (SioClient *c, const gchar *event, const gchar *peer_id,
    const gchar *user_id)
{
  g_autofree gchar *text = sio_wait_event_text (c, event);
  g_autofree gchar *wanted = g_strdup_printf (
      "{\"peerId\":\"%s\",\"userId\":\"%s\"}", peer_id, user_id);

  g_assert_cmpstr (text, ==, wanted);
}

/* As in newProducer (kind) and producerClosed (kind NULL). */
static gchar *
producer_text (const gchar *producer, const gchar *peer_id,
    const gchar *user_id, const gchar *kind)
{
  return g_strdup_printf (
      "{\"producerId\":\"%s\",\"peerId\":\"%s\",\"userId\":\"%s\"%s%s%s}",
      producer, peer_id, user_id, kind != NULL ? ",\"kind\":\"" : "",
      kind != NULL ? kind : "", kind != NULL ? "\"" : "");
}

static guint
n_rooms (Fixture *f)
{
  return sfu_rooms_n_rooms (sfu_server_get_rooms (f->server));
}

/* Ada and Bob in one call; Ada sends audio. */
typedef struct {
  Fixture f;
  SioClient *a, *b;
  gchar *a_send, *b_recv, *audio;
} Pair;

static void
pair_start (Pair *p)
{
  g_autofree gchar *nobody = NULL;
  g_autofree gchar *ada = NULL;
  g_autofree gchar *wanted = NULL;
  g_autofree gchar *told = NULL;
  g_autofree gchar *producer = NULL;

  fixture_start (&p->f, admin);
  p->a = connect_client (&p->f);
  p->b = connect_client (&p->f);
  nobody = join (p->a, "c1", "ada");
  g_assert_cmpstr (nobody, ==, "[]");
  ada = join (p->b, "c1", "bob");
  wanted =
      g_strdup_printf ("[{\"peerId\":\"%s\",\"userId\":\"ada\"}]", p->a->id);
  g_assert_cmpstr (ada, ==, wanted);
  assert_peer_event (p->a, "peerJoined", p->b->id, "bob");
  p->a_send = create_transport (p->a, "send");
  p->b_recv = create_transport (p->b, "recv");
  p->audio = produce (p->a, p->a_send, "audio", 11);
  told = sio_wait_event_text (p->b, "newProducer");
  producer = producer_text (p->audio, p->a->id, "ada", "audio");
  g_assert_cmpstr (told, ==, producer);
}

static void
pair_stop (Pair *p)
{
  sio_free (p->a);
  sio_free (p->b);
  WAIT_UNTIL (n_rooms (&p->f) == 0);
  fixture_stop (&p->f);
  g_free (p->a_send);
  g_free (p->b_recv);
  g_free (p->audio);
}

static void
test_flow (void)
{
  Pair p;
  g_autofree gchar *connect = NULL;
  g_autofree gchar *consumer = NULL;
  g_autofree gchar *resume = NULL;
  g_autofree gchar *producer = NULL;
  g_autofree gchar *list = NULL;

  pair_start (&p);
  connect = connect_data (p.a_send);
  assert_answer (
      p.a, "connectTransport", connect, "{\"success\":true,\"data\":{}}");
  producer = producer_text (p.audio, p.a->id, "ada", "audio");
  list = g_strdup_printf (
      "{\"success\":true,\"data\":{\"producers\":[%s]}}", producer);
  assert_answer (p.b, "getProducers", CALL, list);
  assert_answer (p.a, "getProducers", CALL,
      "{\"success\":true,\"data\":{\"producers\":[]}}");

  consumer = consume (p.b, p.b_recv, p.audio);
  g_assert_true (fixture_says (&p.f, "c1", "consumers", consumer, "paused"));
  resume = g_strdup_printf ("{\"consumerId\":\"%s\"}", consumer);
  assert_answer (
      p.b, "resumeConsumer", resume, "{\"success\":true,\"data\":{}}");
  g_assert_false (fixture_says (&p.f, "c1", "consumers", consumer, "paused"));
  g_assert_false (sio_has_event (p.a, "newProducer"));
  g_assert_false (sio_has_event (p.b, "peerJoined"));
  pair_stop (&p);
}

typedef enum { LEAVE_ROOM, LEAVE_NAMESPACE, BREAK } Exit;

/* All ways to go: nothing of Ada is left, and Bob is told. */
static void
test_gone (gconstpointer data)
{
  Exit way = GPOINTER_TO_INT (data);
  Pair p;
  g_autofree gchar *consumer = NULL;
  g_autofree gchar *told = NULL;
  g_autofree gchar *wanted = NULL;

  pair_start (&p);
  consumer = consume (p.b, p.b_recv, p.audio);
  if (way == LEAVE_ROOM)
    assert_answer (p.a, "leaveRoom", NULL, "{\"success\":true,\"data\":{}}");
  else if (way == LEAVE_NAMESPACE)
    sio_leave (p.a);
  else
    sio_break (p.a);
  assert_peer_event (p.b, "peerLeft", p.a->id, "ada");
  told = sio_wait_event_text (p.b, "producerClosed");
  wanted = producer_text (p.audio, p.a->id, "ada", NULL);
  g_assert_cmpstr (told, ==, wanted);
  assert_answer (p.b, "getProducers", CALL,
      "{\"success\":true,\"data\":{\"producers\":[]}}");
  g_assert_cmpuint (fixture_count (&p.f, "c1", "transports"), ==, 1);
  g_assert_cmpuint (fixture_count (&p.f, "c1", "producers"), ==, 0);
  g_assert_cmpuint (fixture_count (&p.f, "c1", "consumers"), ==, 0);
  pair_stop (&p);
}

/* One call after the other on one socket. */
static void
test_next_call (void)
{
  Pair p;
  g_autofree gchar *nobody = NULL;
  g_autofree gchar *bob = NULL;
  g_autofree gchar *wanted = NULL;
  g_autofree gchar *transport = NULL;

  pair_start (&p);
  json_node_unref (ask (p.a, "leaveRoom", "{}", ""));
  assert_answer (p.a, "leaveRoom", NULL,
      "{\"success\":false,\"error\":\"Not in a call\"}");
  nobody = join (p.a, "c2", "ada");
  g_assert_cmpstr (nobody, ==, "[]");
  g_assert_cmpuint (n_rooms (&p.f), ==, 2);
  transport = create_transport (p.a, "send");
  json_node_unref (ask (p.a, "leaveRoom", NULL, ""));
  bob = join (p.a, "c1", "ada2");
  wanted =
      g_strdup_printf ("[{\"peerId\":\"%s\",\"userId\":\"bob\"}]", p.b->id);
  g_assert_cmpstr (bob, ==, wanted);
  g_clear_pointer (&nobody, g_free);
  assert_peer_event (p.b, "peerLeft", p.a->id, "ada");
  assert_peer_event (p.b, "peerJoined", p.a->id, "ada2");
  pair_stop (&p);
}

/* A call that is made stays for who made it, one at a time; not longer than the
 * connection. */
static void
test_waiting_calls (void)
{
  Fixture f;
  g_autoptr (SioClient) a = NULL;
  g_autoptr (SioClient) b = NULL;

  fixture_start (&f, NULL);
  a = connect_client (&f);
  json_node_unref (ask (a, "createRoom", CALL, "rtpCapabilities"));
  /* Without a hold it would be gone by the next turn of the loop. */
  json_node_unref (ask (a, "createRoom", CALL, "rtpCapabilities"));
  g_assert_cmpuint (n_rooms (&f), ==, 1);
  g_assert_nonnull (sfu_rooms_find (sfu_server_get_rooms (f.server), "c1"));
  json_node_unref (
      ask (a, "createRoom", "{\"callId\":\"c2\"}", "rtpCapabilities"));
  WAIT_UNTIL (sfu_rooms_find (sfu_server_get_rooms (f.server), "c1") == NULL);
  g_assert_cmpuint (n_rooms (&f), ==, 1);
  /* Somebody else joins it: it stays without who made it. */
  b = connect_client (&f);
  g_free (join (b, "c2", "bob"));
  g_clear_pointer (&a, sio_free);
  json_node_unref (ask (b, "getProducers", "{\"callId\":\"c2\"}", "producers"));
  g_clear_pointer (&b, sio_free);
  WAIT_UNTIL (n_rooms (&f) == 0);
  fixture_stop (&f);
}

/* Without createRoom, and with a call that was closed in the meantime. */
static void
test_join_makes (void)
{
  static const gchar *const few[] = { "--max-rooms=1", NULL };
  Fixture f;
  g_autoptr (SioClient) a = NULL;
  g_autoptr (SioClient) b = NULL;

  fixture_start (&f, few);
  a = connect_client (&f);
  b = connect_client (&f);
  json_node_unref (
      ask (a, "joinRoom", "{\"callId\":\"c1\",\"userId\":\"ada\"}", "peers"));
  assert_answer (b, "createRoom", "{\"callId\":\"c2\"}",
      "{\"success\":false,\"error\":\"the server has no place for another "
      "room\"}");
  assert_answer (b, "joinRoom", "{\"callId\":\"c2\",\"userId\":\"bob\"}",
      "{\"success\":false,\"error\":\"the server has no place for another "
      "room\"}");
  json_node_unref (
      ask (b, "joinRoom", "{\"callId\":\"c1\",\"userId\":\"bob\"}", "peers"));
  g_clear_pointer (&a, sio_free);
  g_clear_pointer (&b, sio_free);
  fixture_stop (&f);
}

/* The server stops: who is in no call is told, too. */
static void
test_stop (void)
{
  Fixture f;
  g_autoptr (SioClient) idle = NULL;
  g_autoptr (SioClient) busy = NULL;

  fixture_start (&f, NULL);
  idle = connect_client (&f);
  busy = connect_client (&f);
  g_free (join (busy, "c1", "ada"));
  fixture_stop (&f);
  WAIT_UNTIL (idle->closed && busy->closed);
  /* No packet 1, after which clients would not come again. */
  g_assert_false (idle->disconnected || busy->disconnected);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/calls/flow", test_flow);
  g_test_add_data_func (
      "/calls/leave-room", GINT_TO_POINTER (LEAVE_ROOM), test_gone);
  g_test_add_data_func (
      "/calls/leave-namespace", GINT_TO_POINTER (LEAVE_NAMESPACE), test_gone);
  g_test_add_data_func ("/calls/break", GINT_TO_POINTER (BREAK), test_gone);
  g_test_add_func ("/calls/next-call", test_next_call);
  g_test_add_func ("/calls/waiting", test_waiting_calls);
  g_test_add_func ("/calls/join-makes", test_join_makes);
  g_test_add_func ("/calls/stop", test_stop);
  return g_test_run ();
}
