/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A worker with too much to do: who is refused, in the words of each dialect,
 * and who is asked to do without video.
 *
 * Threads: one; the worker is another process. */
#include "meetings-fixture.h"
#include "rpc-client.h"

#include "sfu-worker-pool.h"

#include <string.h>

/* Every worker uses more memory than that. */
static const gchar *const no_memory[] = { "--worker-memory-limit=1", NULL };
#define REASON "overloaded (worker-memory)"

static void
wait_for_refusal (Fixture *f, SfuRefusal refusal)
{
  SfuWorkerPoolState state;

  WAIT_UNTIL (
      sfu_worker_pool_get_state (sfu_server_get_pool (f->server), 0, &state) &&
      state.refusal == refusal);
}

static void
test_native (void)
{
  Fixture f;

  fixture_start (&f, no_memory);
  wait_for_refusal (&f, SFU_REFUSAL_MEMORY);
  {
    g_autoptr (Client) c = client_new (&f, "r", "p");

    client_wait_closed (c);
    g_assert_cmpuint (c->close_code, ==, 4000);
    g_assert_true (g_str_has_prefix (c->close_reason, REASON));
  }
  fixture_stop (&f);
}

static void
test_study (void)
{
  Fixture f;

  fixture_start (&f, no_memory);
  wait_for_refusal (&f, SFU_REFUSAL_MEMORY);
  {
    g_autoptr (SioClient) c = sio_try (&f, "/socket.io/", "/room/math", NULL);

    g_assert_null (c->id);
    g_assert_true (g_str_has_prefix (c->error, REASON));
  }
  fixture_stop (&f);
}

static void
test_calls (void)
{
  Fixture f;

  fixture_start (&f, no_memory);
  wait_for_refusal (&f, SFU_REFUSAL_MEMORY);
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
test_meetings (void)
{
  Fixture f;

  meetings_start (&f, no_memory);
  wait_for_refusal (&f, SFU_REFUSAL_MEMORY);
  {
    g_autoptr (SioClient) c = meetings_connect (&f, "u1");
    g_autofree gchar *ack = sio_request_text (c, "joinRoom",
        "{\"roomCode\":\"m1\",\"name\":\"n\",\"email\":\"n@example.org\"}");

    g_assert_nonnull (strstr (ack, REASON));
  }
  fixture_stop (&f);
}

static void
test_rpc (void)
{
  Fixture f;

  fixture_start (&f, no_memory);
  wait_for_refusal (&f, SFU_REFUSAL_MEMORY);
  {
    g_autoptr (RpcClient) c = rpc_new (&f);
    g_autofree gchar *reason = rpc_fails (
        c, "createRouter", "{\"routerId\":\"r\"}", -32002, "LIMIT_EXCEEDED");

    g_assert_true (g_str_has_prefix (reason, REASON));
  }
  fixture_stop (&f);
}

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
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/refusals/native", test_native);
  g_test_add_func ("/refusals/study", test_study);
  g_test_add_func ("/refusals/calls", test_calls);
  g_test_add_func ("/refusals/meetings", test_meetings);
  g_test_add_func ("/refusals/rpc", test_rpc);
  g_test_add_func ("/refusals/streams", test_streams);
  g_test_add_func ("/refusals/audio-only", test_audio_only);
  return g_test_run ();
}
