/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Media of broadcasters from one to another over plain RTP, what native peers see
 * of them, and how they end.
 *
 * Threads: one; the worker is another process. */
#include "broadcaster-fixture.h"

#include <signal.h>
#include <string.h>

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
  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
  g_test_add_data_func ("/broadcasters/media/ssrc", VP8, test_media);
  g_test_add_data_func ("/broadcasters/media/no-ssrc", VP8_NO_SSRC, test_media);
  g_test_add_func ("/broadcasters/media/srtp", test_srtp);
  g_test_add_func ("/broadcasters/native", test_native_sees);
  g_test_add_func ("/broadcasters/duplicate", test_duplicate);
  g_test_add_func ("/broadcasters/idle", test_idle);
  g_test_add_func ("/broadcasters/worker-dies", test_worker_dies);
  return g_test_run ();
}
