/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Clients of study rooms, of calls and of the native protocol in one room:
 * each is told of the others in its own words. And what holds for both Socket.IO
 * protocols: tokens, the list of rooms, a worker that dies.
 *
 * Threads: one; the worker is another process. */
#include "sio-client.h"

#include "token-maker.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

#define PATH "/socket.io/"
#define ROOM "/room/r"
#define JOIN "{\"callId\":\"r\",\"userId\":\"ada\"}"
#define SECRET "0123456789abcdef0123456789abcdef"

static gchar *secret_file;

/* The ack's member inside (NULL = the ack itself), as text of one of its
 * members. */
static gchar *
get (SioClient *c, const gchar *event, const gchar *payload,
    const gchar *inside, const gchar *member)
{
  g_autoptr (JsonNode) ack = sio_request (c, event, payload);
  JsonObject *object = json_node_get_object (ack);

  if (inside != NULL)
    object = json_object_get_object_member (object, inside);
  return g_strdup (json_object_get_string_member (object, member));
}

static gchar *
send_video (SioClient *c, gboolean study)
{
  const gchar *inside = study ? "transport" : "data";
  g_autofree gchar *transport =
      get (c, study ? "create-transport" : "createTransport",
          "{\"direction\":\"send\"}", inside, "id");
  g_autofree gchar *payload = produce_data (transport, "video", 7);

  return get (c, "produce", payload, study ? NULL : "data", "producerId");
}

/* Somebody of each protocol in one room. */
typedef struct {
  Fixture f;
  Client *native;
  SioClient *study, *call;
} Mixed;

static void
mixed_start (Mixed *m)
{
  g_autofree gchar *peers = NULL;
  g_autofree gchar *wanted = NULL;
  g_autoptr (JsonNode) ack = NULL;
  g_autofree gchar *recv = NULL;
  JsonNode *note;

  fixture_start (&m->f, NULL);
  m->native = client_new (&m->f, "r", "n");
  recv = client_create_transport (m->native, FALSE, TRUE);
  client_join (m->native);
  m->study = sio_new (&m->f, PATH, ROOM, "{\"displayName\":\"Stu\"}");
  note = client_wait_notification (m->native, "newPeer");
  g_assert_cmpstr (get_string (note, "id"), ==, m->study->id);
  json_node_unref (note);
  m->call = sio_new (&m->f, PATH, "/", NULL);
  ack = sio_request (m->call, "joinRoom", JOIN);
  peers = json_to_string (ack, FALSE);
  /* In no order. */
  wanted = g_strdup_printf (
      "{\"peerId\":\"%s\",\"userId\":\"%s\"}", m->study->id, m->study->id);
  g_assert_nonnull (strstr (peers, wanted));
  g_assert_nonnull (strstr (peers, "{\"peerId\":\"n\",\"userId\":\"n\"}"));
  note = client_wait_notification (m->native, "newPeer");
  g_assert_cmpstr (get_string (note, "id"), ==, m->call->id);
  g_assert_cmpstr (get_string (note, "displayName"), ==, "ada");
  json_node_unref (note);
}

static void
mixed_stop (Mixed *m)
{
  client_free (m->native);
  sio_free (m->study);
  sio_free (m->call);
  fixture_stop (&m->f);
}

static void
assert_offered (
    Client *native, guint n, const gchar *peer, const gchar *producer)
{
  JsonObject *offer = client_wait_offer (native, n);

  g_assert_cmpstr (json_object_get_string_member (offer, "peerId"), ==, peer);
  g_assert_cmpstr (
      json_object_get_string_member (offer, "producerId"), ==, producer);
}

static void
test_producers (void)
{
  Mixed m;
  g_autofree gchar *of_study = NULL;
  g_autofree gchar *of_call = NULL;
  g_autofree gchar *of_native = NULL;
  g_autofree gchar *transport = NULL;
  g_autofree gchar *text = NULL;

  mixed_start (&m);
  of_study = send_video (m.study, TRUE);
  assert_offered (m.native, 1, m.study->id, of_study);
  text = g_strdup_printf ("{\"producerId\":\"%s\",\"peerId\":\"%s\","
                          "\"userId\":\"%s\",\"kind\":\"video\"}",
      of_study, m.study->id, m.study->id);
  sio_assert_event (m.call, "newProducer", text);
  g_free (text);

  of_call = send_video (m.call, FALSE);
  assert_offered (m.native, 2, m.call->id, of_call);
  text = g_strdup_printf (
      "{\"producerId\":\"%s\",\"participantId\":\"%s\",\"kind\":\"video\"}",
      of_call, m.call->id);
  sio_assert_event (m.study, "new-producer", text);
  g_free (text);

  transport = client_create_transport (m.native, TRUE, FALSE);
  of_native = client_produce (m.native, transport, "audio", 3);
  text = g_strdup_printf (
      "{\"producerId\":\"%s\",\"participantId\":\"n\",\"kind\":\"audio\"}",
      of_native);
  sio_assert_event (m.study, "new-producer", text);
  g_free (text);
  text = g_strdup_printf ("{\"producerId\":\"%s\",\"peerId\":\"n\","
                          "\"userId\":\"n\",\"kind\":\"audio\"}",
      of_native);
  sio_assert_event (m.call, "newProducer", text);
  mixed_stop (&m);
}

static void
test_leaving (void)
{
  Mixed m;
  g_autofree gchar *of_study = NULL;
  g_autofree gchar *text = NULL;
  g_autoptr (JsonNode) note = NULL;

  mixed_start (&m);
  of_study = send_video (m.study, TRUE);
  client_wait_offer (m.native, 1);
  json_node_unref (sio_wait_event (m.call, "newProducer"));
  sio_leave (m.study);
  text = g_strdup_printf (
      "{\"peerId\":\"%s\",\"userId\":\"%s\"}", m.study->id, m.study->id);
  sio_assert_event (m.call, "peerLeft", text);
  g_free (text);
  text = g_strdup_printf (
      "{\"producerId\":\"%s\",\"peerId\":\"%s\",\"userId\":\"%s\"}", of_study,
      m.study->id, m.study->id);
  sio_assert_event (m.call, "producerClosed", text);
  note = client_wait_notification (m.native, "peerClosed");
  g_assert_cmpstr (get_string (note, "peerId"), ==, m.study->id);
  g_clear_pointer (&m.native, client_free);
  sio_assert_event (m.call, "peerLeft", "{\"peerId\":\"n\",\"userId\":\"n\"}");
  mixed_stop (&m);
}

/* ---- tokens ---- */

static gchar *
make_auth (const gchar *claims)
{
  g_autofree gchar *token = test_token_hs256 (SECRET, NULL, claims);

  return g_strdup_printf ("{\"token\":\"%s\"}", token);
}

static void
start_with_accounts (Fixture *f, const gchar *more)
{
  g_autofree gchar *secret =
      g_strdup_printf ("--jwt-secret-file=%s", secret_file);
  const gchar *const flags[] = { secret, more, NULL };

  fixture_start (f, flags);
}

static void
assert_refused (
    Fixture *f, const gchar *namespace, const gchar *auth, const gchar *message)
{
  g_autoptr (SioClient) c = sio_try (f, PATH, namespace, auth);

  g_assert_cmpstr (c->error, ==, message);
}

static void
test_tokens_wanted (void)
{
  static const gchar *const namespaces[] = { ROOM, "/" };
  Fixture f;
  g_autofree gchar *other = NULL;
  g_autofree gchar *wrong = test_token_hs256 (
      "another secret, long enough for HS256", NULL, "{\"userId\":\"u\"}");
  g_autofree gchar *bad = g_strdup_printf ("{\"token\":\"%s\"}", wrong);

  start_with_accounts (&f, "--require-token");
  other = make_auth ("{\"userId\":\"u\",\"rooms\":[\"other\"]}");
  for (guint i = 0; i < G_N_ELEMENTS (namespaces); i++) {
    g_autoptr (SioClient) c = NULL;

    assert_refused (&f, namespaces[i], NULL, "a token is needed");
    assert_refused (&f, namespaces[i], "{\"token\":\"\"}", "a token is needed");
    assert_refused (
        &f, namespaces[i], "{\"token\":7}", "token: must be a string");
    c = sio_try (&f, PATH, namespaces[i], bad);
    g_assert_nonnull (c->error);
  }
  assert_refused (&f, ROOM, other, "the token is not for this room");
  fixture_stop (&f);
}

static void
test_token_identity (void)
{
  Fixture f;
  g_autoptr (Client) native = NULL;
  g_autoptr (SioClient) study = NULL;
  g_autoptr (SioClient) call = NULL;
  g_autoptr (JsonNode) note = NULL;
  g_autofree gchar *auth = NULL;
  g_autofree gchar *text = NULL;
  g_autofree gchar *transport = NULL;
  g_autofree gchar *produce = NULL;

  start_with_accounts (&f, NULL);
  native = client_new (&f, "r", "n");
  client_join (native);
  auth = make_auth ("{\"userId\":\"u1\",\"name\":\"Ada\",\"rooms\":[\"r\"],"
                    "\"rights\":[\"subscribe\"]}");
  study = sio_new (&f, PATH, ROOM, auth);
  note = client_wait_notification (native, "newPeer");
  g_assert_cmpstr (get_string (note, "displayName"), ==, "Ada");
  transport = get (
      study, "create-transport", "{\"direction\":\"send\"}", "transport", "id");
  produce = produce_data (transport, "audio", 3);
  text = sio_request_text (study, "produce", produce);
  g_assert_cmpstr (text, ==, "{\"error\":\"no right to publish-audio\"}");
  g_free (text);

  call = sio_new (&f, PATH, "/", auth);
  text = sio_request_text (call, "createRoom", "{\"callId\":\"x\"}");
  g_assert_cmpstr (text, ==,
      "{\"success\":false,\"error\":\"the token is not for this call\"}");
  g_free (text);
  json_node_unref (sio_request (call, "joinRoom", JOIN));
  g_clear_pointer (&call, sio_free);
  call = sio_new (&f, PATH, "/", NULL);
  text = sio_request_text (
      call, "joinRoom", "{\"callId\":\"r\",\"userId\":\"bob\"}");
  g_assert_nonnull (strstr (text, "\"userId\":\"u1\""));
  g_clear_pointer (&native, client_free);
  g_clear_pointer (&study, sio_free);
  g_clear_pointer (&call, sio_free);
  fixture_stop (&f);
}

/* ---- the list of rooms ---- */

static void
assert_get (Fixture *f, const gchar *path, const gchar *header, guint status,
    const gchar *body)
{
  g_auto (Answer) answer = fixture_http (f, "GET", path, header);

  g_assert_cmpuint (answer.status, ==, status);
  g_assert_cmpstr (answer.body, ==, body);
}

static void
test_list (void)
{
  Mixed m;
  g_autofree gchar *producer = NULL;
  g_autofree gchar *participant = NULL;
  g_autofree gchar *sends = NULL;
  g_auto (Answer) room = { 0 };

  mixed_start (&m);
  producer = send_video (m.study, TRUE);
  assert_get (&m.f, "/api/rooms", NULL, 200,
      "{\"rooms\":[{\"id\":\"r\",\"participantCount\":3,"
      "\"producerCount\":1}]}");
  room = fixture_http (&m.f, "GET", "/api/rooms/r", NULL);
  participant =
      g_strdup_printf ("{\"id\":\"%s\",\"displayName\":\"Stu\"}", m.study->id);
  sends = g_strdup_printf ("\"producers\":[{\"producerId\":\"%s\","
                           "\"participantId\":\"%s\",\"kind\":\"video\"}]}",
      producer, m.study->id);
  g_assert_nonnull (strstr (room.body, participant));
  g_assert_nonnull (strstr (room.body, sends));
  mixed_stop (&m);
}

static void
test_list_closed (void)
{
  static const gchar *const no_api[] = { "--no-study-rooms-api", NULL };
  Fixture f;
  g_autofree gchar *token =
      test_token_hs256 (SECRET, NULL, "{\"userId\":\"u\",\"rooms\":[\"r\"]}");
  g_autofree gchar *bearer =
      g_strdup_printf ("Authorization: Bearer %s", token);
  g_autofree gchar *auth = make_auth ("{\"userId\":\"u\"}");
  g_autoptr (SioClient) a = NULL;
  g_autoptr (SioClient) b = NULL;

  fixture_start (&f, no_api);
  assert_get (&f, "/api/rooms", NULL, 404,
      "{\"error\":\"study-rooms or its API is switched off\"}");
  fixture_stop (&f);

  start_with_accounts (&f, "--require-token");
  a = sio_new (&f, PATH, ROOM, auth);
  b = sio_new (&f, PATH, "/room/secret", auth);
  assert_get (&f, "/api/rooms", NULL, 401, "{\"error\":\"a token is needed\"}");
  assert_get (&f, "/api/rooms", bearer, 200,
      "{\"rooms\":[{\"id\":\"r\",\"participantCount\":1,"
      "\"producerCount\":0}]}");
  assert_get (&f, "/api/rooms/secret", bearer, 403,
      "{\"error\":\"the token is not for this room\"}");
  g_clear_pointer (&a, sio_free);
  g_clear_pointer (&b, sio_free);
  fixture_stop (&f);
}

/* ---- a worker dies ---- */

static void
kill_worker (SfuWorkerPool *pool)
{
  WAIT_UNTIL (sfu_worker_pool_n_running (pool) == 1);
  kill (sfu_worker_client_get_pid (sfu_worker_pool_get_running (pool, 0)),
      SIGKILL);
  WAIT_UNTIL (sfu_worker_pool_n_running (pool) == 0);
}

/* All lose the connection without a word, after which clients come again. They
 * can at once; but not while none is started, because they die too often. */
static void
test_worker_death (void)
{
  static const gchar handshake[] = PATH "?EIO=4&transport=polling";
  Mixed m;
  SfuWorkerPool *pool;
  GLogLevelFlags fatal;
  g_auto (Answer) busy = { 0 };
  g_auto (Answer) open = { 0 };

  mixed_start (&m);
  pool = sfu_server_get_pool (m.f.server);
  /* The server warns of it; GTest would take that for a failure. */
  fatal = g_log_set_always_fatal (
      (GLogLevelFlags)G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
  kill_worker (pool);
  WAIT_UNTIL (m.study->closed && m.call->closed);
  g_assert_false (m.study->disconnected || m.call->disconnected);
  open = fixture_http (&m.f, "GET", handshake, NULL);
  g_assert_cmpuint (open.status, ==, 200);
  /* until the next one is seconds away */
  for (guint i = 0; i < 4; i++)
    kill_worker (pool);
  busy = fixture_http (&m.f, "GET", handshake, NULL);
  g_assert_cmpuint (busy.status, ==, 503);
  WAIT_UNTIL (sfu_worker_pool_n_running (pool) == 1);
  g_log_set_always_fatal (fatal);
  mixed_stop (&m);
}

int
main (int argc, char **argv)
{
  gint status;

  g_test_init (&argc, &argv, NULL);
  g_close (g_file_open_tmp ("sfu-secret-XXXXXX", &secret_file, NULL), NULL);
  g_file_set_contents (secret_file, SECRET "\n", -1, NULL);
  g_test_add_func ("/dialects/producers", test_producers);
  g_test_add_func ("/dialects/leaving", test_leaving);
  g_test_add_func ("/dialects/tokens/wanted", test_tokens_wanted);
  g_test_add_func ("/dialects/tokens/identity", test_token_identity);
  g_test_add_func ("/dialects/list", test_list);
  g_test_add_func ("/dialects/list-closed", test_list_closed);
  g_test_add_func ("/dialects/worker-death", test_worker_death);
  status = g_test_run ();
  g_remove (secret_file);
  g_free (secret_file);
  return status;
}
