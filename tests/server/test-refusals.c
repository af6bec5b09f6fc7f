/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A worker with too much to do: who is refused, in the words of each dialect,
 * and who is asked to do without video.
 *
 * Threads: one; the worker is another process. */
#include "meetings-fixture.h"
#include "rpc-client.h"

#include "sfu-worker-pool.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#define REASON "overloaded (worker-memory)"
/* Less than every worker has already. */
#define LIMIT_MIB 64

static void
wait_for_refusal (Fixture *f, SfuRefusal refusal)
{
  SfuWorkerPoolState state;

  WAIT_UNTIL (
      sfu_worker_pool_get_state (sfu_server_get_pool (f->server), 0, &state) &&
      state.refusal == refusal);
}

static GPid
limit_worker (Fixture *f)
{
  struct rlimit limit = { LIMIT_MIB << 20, LIMIT_MIB << 20 };
  SfuWorkerPoolState state;

  g_assert_true (
      sfu_worker_pool_get_state (sfu_server_get_pool (f->server), 0, &state));
  g_assert_cmpint (prlimit (state.pid, RLIMIT_AS, &limit, NULL), ==, 0);
  return state.pid;
}

/* A worker with too little memory: by what we grant it, or by what the system
 * does. */
static void
start_without_memory (Fixture *f, gconstpointer limited)
{
  static const gchar *const no_memory[] = { "--worker-memory-limit=1", NULL };

  meetings_start (f, limited ? NULL : no_memory);
  if (limited)
    limit_worker (f);
  wait_for_refusal (f, SFU_REFUSAL_MEMORY);
}

static void
test_native (gconstpointer limited)
{
  Fixture f;

  start_without_memory (&f, limited);
  {
    g_autoptr (Client) c = client_new (&f, "r", "p");

    client_wait_closed (c);
    g_assert_cmpuint (c->close_code, ==, 4000);
    g_assert_true (g_str_has_prefix (c->close_reason, REASON));
  }
  fixture_stop (&f);
}

static void
test_study (gconstpointer limited)
{
  Fixture f;

  start_without_memory (&f, limited);
  {
    g_autoptr (SioClient) c = sio_try (&f, "/socket.io/", "/room/math", NULL);

    g_assert_null (c->id);
    g_assert_true (g_str_has_prefix (c->error, REASON));
  }
  fixture_stop (&f);
}

static void
test_calls (gconstpointer limited)
{
  Fixture f;

  start_without_memory (&f, limited);
  {
    g_autoptr (SioClient) c = sio_new (&f, "/socket.io/", "/", NULL);
    g_autofree gchar *ack = sio_request_text (
        c, "joinRoom", "{\"callId\":\"c1\",\"userId\":\"u1\"}");

    g_assert_true (
        g_str_has_prefix (ack, "{\"success\":false,\"error\":\"" REASON));
  }
  fixture_stop (&f);
}

static void
test_meetings (gconstpointer limited)
{
  Fixture f;

  start_without_memory (&f, limited);
  {
    g_autoptr (SioClient) c = meetings_connect (&f, "u1");
    g_autofree gchar *ack = sio_request_text (c, "joinRoom",
        "{\"roomCode\":\"m1\",\"name\":\"n\",\"email\":\"n@example.org\"}");

    g_assert_nonnull (strstr (ack, REASON));
  }
  fixture_stop (&f);
}

static void
test_rpc (gconstpointer limited)
{
  Fixture f;

  start_without_memory (&f, limited);
  {
    g_autoptr (RpcClient) c = rpc_new (&f);
    g_autofree gchar *reason = rpc_fails (
        c, "createRouter", "{\"routerId\":\"r\"}", -32002, "LIMIT_EXCEEDED");

    g_assert_true (g_str_has_prefix (reason, REASON));
  }
  fixture_stop (&f);
}

static void
test_broadcasters (gconstpointer limited)
{
  Fixture f;

  start_without_memory (&f, limited);
  {
    g_auto (Answer) answer = fixture_send (&f, "POST", "/rooms/r/broadcasters",
        NULL, "{\"id\":\"b\",\"displayName\":\"Camera\"}");

    g_assert_cmpuint (answer.status, ==, 503);
    g_assert_nonnull (strstr (answer.body, REASON));
  }
  fixture_stop (&f);
}

/* ---- somebody is in before the worker says so ---- */

/* The worker, which stands still with too little memory and does not know of
 * it. */
static GPid
start_late (Fixture *f)
{
  static const gchar *const flags[] = { "--worker-watchdog=0", NULL };
  GPid pid;

  fixture_start (f, flags);
  pid = limit_worker (f);
  kill (pid, SIGSTOP);
  return pid;
}

static void
test_late_native (void)
{
  Fixture f;
  GPid worker = start_late (&f);

  {
    g_autoptr (Client) c = client_new (&f, "r", "p");

    json_node_unref (client_wait_notification (c, "mediasoup-version"));
    kill (worker, SIGCONT);
    client_wait_closed (c);
    g_assert_cmpuint (c->close_code, ==, 4000);
    g_assert_true (g_str_has_prefix (c->close_reason, REASON));
  }
  fixture_stop (&f);
}

/* There is no word for it but when it comes again. */
static void
test_late_study (void)
{
  Fixture f;
  GPid worker = start_late (&f);

  {
    g_autoptr (SioClient) c = sio_new (&f, "/socket.io/", "/room/r", NULL);
    g_autoptr (SioClient) again = NULL;

    kill (worker, SIGCONT);
    WAIT_UNTIL (c->closed);
    /* Then socket.io-client would stay away. */
    g_assert_false (c->disconnected);
    wait_for_refusal (&f, SFU_REFUSAL_MEMORY);
    again = sio_try (&f, "/socket.io/", "/room/r", NULL);
    g_assert_null (again->id);
    g_assert_true (g_str_has_prefix (again->error, REASON));
  }
  fixture_stop (&f);
}

static void
test_late_rpc (void)
{
  Fixture f;
  GPid worker = start_late (&f);

  {
    g_autoptr (RpcClient) c = rpc_new (&f);
    g_autofree gchar *reason = NULL;

    json_node_unref (rpc_ok (c, "createRouter", "{\"routerId\":\"r\"}"));
    kill (worker, SIGCONT);
    reason = rpc_fails (c, "createTransport",
        "{\"routerId\":\"r\",\"transportId\":\"t\",\"requesterUserId\":\"u\","
        "\"otherUserId\":\"v\"}",
        -32002, "LIMIT_EXCEEDED");
    g_assert_true (g_str_has_prefix (reason, REASON));
  }
  fixture_stop (&f);
}

/* ---- other reasons ---- */

/* Those who are there stay, and whoever takes one's own place may come. */
static void
test_streams (void)
{
  static const gchar *const flags[] = { "--worker-stream-limit=1", NULL };
  g_autofree gchar *send = NULL;
  g_autofree gchar *more = NULL;
  g_autofree gchar *reason = NULL;
  g_autofree gchar *audio = NULL;
  Fixture f;

  fixture_start (&f, flags);
  {
    g_autoptr (Client) a = client_new (&f, "r", "a");
    g_autoptr (Client) again = NULL;

    client_join (a);
    send = client_create_transport (a, TRUE, FALSE);
    audio = client_produce (a, send, "audio", 11);
    wait_for_refusal (&f, SFU_REFUSAL_STREAMS);
    more = produce_data (send, "video", 21);
    reason = client_fails (a, "produce", more, 429);
    g_assert_cmpstr (
        reason, ==, "overloaded (worker-streams): 1 streams, limit 1");
    {
      g_autoptr (Client) b = client_new (&f, "r", "b");

      client_wait_closed (b);
      g_assert_true (
          g_str_has_prefix (b->close_reason, "overloaded (worker-streams)"));
    }
    again = client_new (&f, "r", "a");
    client_join (again);
    client_wait_closed (a);
    wait_for_refusal (&f, SFU_REFUSAL_NONE);
  }
  fixture_stop (&f);
}

/* A hundredth of a core is not much. */
static void
test_audio_only (void)
{
  static const gchar *const flags[] = { "--admin-open",
    "--audio-only-above-cpu=1", NULL };
  Fixture f;

  fixture_start (&f, flags);
  {
    g_autoptr (Client) a = client_new (&f, "r", "a");
    g_autoptr (SioClient) b = NULL;
    g_autoptr (Client) late = NULL;
    g_autoptr (JsonNode) told = NULL;
    g_autoptr (JsonNode) told_late = NULL;
    g_autofree gchar *text = NULL;

    client_join (a);
    b = sio_new (&f, "/socket.io/", "/room/r", NULL);
    while (!client_has_notification (a, "audioOnlyRecommended")) {
      g_auto (Answer) answer =
          fixture_http (&f, "GET", "/rooms/r/graph.dot", NULL);

      g_assert_cmpuint (answer.status, ==, 200);
    }
    told = client_wait_notification (a, "audioOnlyRecommended");
    g_assert_true (json_object_get_boolean_member (
        json_node_get_object (told), "recommended"));
    text = sio_wait_event_text (b, "recommend-audio-only");
    g_assert_cmpstr (text, ==, "{\"participantCount\":2,\"threshold\":40}");
    late = client_new (&f, "r", "late");
    client_join (late);
    told_late = client_wait_notification (late, "audioOnlyRecommended");
  }
  fixture_stop (&f);
}

int
main (int argc, char **argv)
{
  static const struct {
    const gchar *name;
    GTestDataFunc func;
  } dialects[] = {
    { "native", test_native },
    { "study", test_study },
    { "calls", test_calls },
    { "meetings", test_meetings },
    { "rpc", test_rpc },
    { "broadcasters", test_broadcasters },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (dialects); i++) {
    g_autofree gchar *path = g_strdup_printf ("/refusals/%s", dialects[i].name);
    g_autofree gchar *limited =
        g_strdup_printf ("/refusals/limited/%s", dialects[i].name);

    g_test_add_data_func (path, NULL, dialects[i].func);
    g_test_add_data_func (limited, "limited", dialects[i].func);
  }
  g_test_add_func ("/refusals/late/native", test_late_native);
  g_test_add_func ("/refusals/late/study", test_late_study);
  g_test_add_func ("/refusals/late/rpc", test_late_rpc);
  g_test_add_func ("/refusals/streams", test_streams);
  g_test_add_func ("/refusals/audio-only", test_audio_only);
  return g_test_run ();
}
