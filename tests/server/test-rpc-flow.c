/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The media-server RPC over time: the same transport twice, two connections,
 * an application server that goes and comes back, people of other protocols in
 * its rooms.
 *
 * Threads: one; the worker is another process. */
#include "rpc-client.h"

#include "sfu-room.h"

#include <signal.h>
#include <string.h>

static SfuRooms *
rooms_of (Fixture *f)
{
  return sfu_server_get_rooms (f->server);
}

static gboolean
has_room (Fixture *f, const gchar *name)
{
  return sfu_rooms_find (rooms_of (f), name) != NULL;
}

static guint
n_peers (Fixture *f)
{
  return sfu_rooms_n_peers (rooms_of (f));
}

static void
make_router (RpcClient *c, const gchar *router)
{
  g_autofree gchar *params = g_strdup_printf ("{\"routerId\":\"%s\"}", router);

  json_node_unref (rpc_ok (c, "createRouter", params));
}

static gboolean
is_reused (JsonNode *transport)
{
  return json_object_get_boolean_member (
      json_node_get_object (transport), "reused");
}

static const gchar *
password (JsonNode *transport)
{
  return json_object_get_string_member (
      json_object_get_object_member (
          json_node_get_object (transport), "iceParameters"),
      "password");
}

#define T1(router, direction)                                                  \
  "{\"routerId\":\"" router "\",\"transportId\":\"t1\",\"requesterUserId\":"   \
  "\"u1\",\"otherUserId\":\"u2\"" direction "}"

static void
test_reuse (void)
{
  Fixture f;

  fixture_start (&f, NULL);
  {
    g_autoptr (RpcClient) a = rpc_new (&f);
    g_autoptr (RpcClient) b = rpc_new (&f);
    g_autoptr (JsonNode) other = NULL;
    g_autoptr (JsonNode) later = NULL;
    gint64 ids[3];

    make_router (a, "r");
    /* Asked for twice before the worker has answered, and by another
     * connection. */
    ids[0] = rpc_send_call (a, "createTransport", T1 ("r", ""));
    ids[1] = rpc_send_call (
        a, "createTransport", T1 ("r", ",\"direction\":\"send\""));
    ids[2] = rpc_send_call (a, "connectTransport",
        "{\"transportId\":\"t1\",\"dtlsParameters\":{\"fingerprints\":[{"
        "\"algorithm\":\"sha-256\",\"value\":\"00\"}]}}");
    {
      g_autoptr (JsonNode) first = rpc_wait_answer (a, ids[0]);
      g_autoptr (JsonNode) second = rpc_wait_answer (a, ids[1]);
      g_autoptr (JsonNode) early = rpc_wait_answer (a, ids[2]);
      JsonNode *made =
          json_object_get_member (json_node_get_object (first), "result");
      JsonNode *again =
          json_object_get_member (json_node_get_object (second), "result");
      g_autofree gchar *text = json_to_string (early, FALSE);

      g_assert_false (is_reused (made));
      g_assert_true (is_reused (again));
      g_assert_cmpstr (password (made), ==, password (again));
      g_assert_nonnull (strstr (text, "\\\"t1\\\" is still being made"));
      other = rpc_ok (b, "createTransport", T1 ("r", ""));
      g_assert_true (is_reused (other));
      g_assert_cmpstr (password (other), ==, password (made));
    }
    g_assert_cmpuint (n_peers (&f), ==, 1);
    rpc_ok_is (
        b, "closeTransport", "{\"transportId\":\"t1\"}", "{\"success\":true}");
    later = rpc_ok (a, "createTransport", T1 ("r", ",\"direction\":\"recv\""));
    g_assert_false (is_reused (later));
    g_assert_cmpstr (password (later), !=, password (other));
  }
  fixture_stop (&f);
}

/* A user is a peer from its first transport to its last. */
static void
test_peers (void)
{
  Fixture f;

  fixture_start (&f, NULL);
  {
    g_autoptr (RpcClient) c = rpc_new (&f);
    g_autoptr (Client) native = NULL;
    g_autoptr (JsonNode) joined = NULL;
    g_autoptr (JsonNode) left = NULL;
    JsonObject *offer;
    g_autofree gchar *recv = NULL;

    make_router (c, "call-x");
    native = client_new (&f, "call-x", "n");
    client_join (native);
    recv = client_create_transport (native, FALSE, TRUE);
    json_node_unref (rpc_transport (c, "call-x", "t1", "u1"));
    json_node_unref (rpc_transport (c, "call-x", "t2", "u1"));
    joined = client_wait_notification (native, "newPeer");
    g_assert_cmpstr (get_string (joined, "id"), ==, "u1");
    rpc_produce (c, "t1", "p1", "audio", 7);
    offer = client_wait_offer (native, 1);
    g_assert_cmpstr (json_object_get_string_member (offer, "peerId"), ==, "u1");
    /* The caller's id is known to the caller. */
    g_assert_cmpstr (
        json_object_get_string_member (offer, "producerId"), !=, "p1");
    rpc_ok_is (
        c, "closeTransport", "{\"transportId\":\"t1\"}", "{\"success\":true}");
    json_node_unref (client_wait_notification (native, "consumerClosed"));
    g_assert_cmpuint (n_peers (&f), ==, 2);
    g_assert_false (client_has_notification (native, "peerClosed"));
    rpc_ok_is (
        c, "closeTransport", "{\"transportId\":\"t2\"}", "{\"success\":true}");
    left = client_wait_notification (native, "peerClosed");
    g_assert_cmpstr (get_string (left, "peerId"), ==, "u1");
    g_assert_cmpuint (n_peers (&f), ==, 1);
  }
  fixture_stop (&f);
}

/* What somebody of another protocol produces has only an id of ours. */
static void
test_consume_native (void)
{
  Fixture f;

  fixture_start (&f, NULL);
  {
    g_autoptr (RpcClient) c = rpc_new (&f);
    g_autoptr (Client) native = NULL;
    g_autoptr (JsonNode) consumer = NULL;
    g_autofree gchar *send = NULL;
    g_autofree gchar *producer = NULL;
    g_autofree gchar *list = NULL;
    g_autofree gchar *close = NULL;
    g_autofree gchar *resume = NULL;

    make_router (c, "call-x");
    native = client_new (&f, "call-x", "n");
    client_join (native);
    send = client_create_transport (native, TRUE, FALSE);
    producer = client_produce (native, send, "video", 7);
    list = g_strdup_printf (
        "{\"producers\":[{\"producerId\":\"%s\",\"peerId\":\"n\",\"userId\":"
        "\"n\",\"kind\":\"video\",\"paused\":false}]}",
        producer);
    rpc_ok_is (c, "listProducers", "{\"routerId\":\"call-x\"}", list);
    json_node_unref (rpc_transport (c, "call-x", "t1", "u1"));
    consumer = rpc_consume (c, "t1", producer);
    g_assert_cmpstr (get_string (consumer, "producerId"), ==, producer);
    resume = g_strdup_printf (
        "{\"consumerId\":\"%s\"}", get_string (consumer, "id"));
    rpc_ok_is (c, "resumeConsumer", resume, "{\"success\":true}");
    /* Not ours to close. */
    close = g_strdup_printf ("{\"producerId\":\"%s\"}", producer);
    rpc_invalid_state (c, "closeProducer", close, "not known");
    /* The consumer goes with it. */
    json_node_unref (client_ok (native, "closeProducer", close));
    WAIT_UNTIL (g_hash_table_size (
                    ((SfuPeer *)g_hash_table_lookup (
                         sfu_rooms_find (rooms_of (&f), "call-x")->peers, "u1"))
                        ->consumers) == 0);
    rpc_invalid_state (c, "resumeConsumer", resume, "not known, or closed");
  }
  fixture_stop (&f);
}

/* Somebody else takes the user's place: what the RPC had of it is closed. */
static void
test_replaced (void)
{
  Fixture f;

  fixture_start (&f, NULL);
  {
    g_autoptr (RpcClient) c = rpc_new (&f);
    g_autoptr (Client) native = NULL;

    make_router (c, "call-x");
    json_node_unref (rpc_transport (c, "call-x", "t1", "u1"));
    rpc_produce (c, "t1", "p1", "audio", 7);
    native = client_new (&f, "call-x", "u1");
    json_node_unref (client_ok (native, "getRouterRtpCapabilities", NULL));
    rpc_invalid_state (
        c, "getStats", "{\"producerId\":\"p1\"}", "not known, or closed");
    rpc_invalid_state (
        c, "getStats", "{\"transportId\":\"t1\"}", "not known, or closed");
  }
  fixture_stop (&f);
}

/* closeRouter ends the call for everybody. */
static void
test_close_router (void)
{
  Fixture f;

  fixture_start (&f, NULL);
  {
    g_autoptr (RpcClient) c = rpc_new (&f);
    g_autoptr (Client) native = NULL;

    make_router (c, "call-x");
    json_node_unref (rpc_transport (c, "call-x", "t1", "u1"));
    native = client_new (&f, "call-x", "n");
    client_join (native);
    rpc_ok_is (
        c, "closeRouter", "{\"routerId\":\"call-x\"}", "{\"success\":true}");
    client_wait_closed (native);
    g_assert_cmpuint (native->close_code, ==, 4000);
    g_assert_false (has_room (&f, "call-x"));
    rpc_invalid_state (
        c, "getStats", "{\"routerId\":\"call-x\"}", "not known, or closed");
  }
  fixture_stop (&f);
}

/* Gone and back in time: everything is as it was. Then gone for good, one
 * connection after the other. */
static void
test_grace (void)
{
  static const gchar *const flags[] = { "--rpc-grace=1", NULL };
  Fixture f;

  fixture_start (&f, flags);
  {
    g_autoptr (RpcClient) a = rpc_new (&f);
    g_autoptr (RpcClient) b = NULL;
    g_autoptr (JsonNode) again = NULL;
    gint64 left_us;

    make_router (a, "mine");
    make_router (a, "shared");
    json_node_unref (rpc_transport (a, "mine", "t1", "u1"));
    rpc_produce (a, "t1", "p1", "audio", 7);
    g_clear_pointer (&a, rpc_free);
    b = rpc_new (&f);
    again = rpc_transport (b, "mine", "t1", "u1");
    g_assert_true (is_reused (again));
    json_node_unref (rpc_ok (b, "getStats", "{\"producerId\":\"p1\"}"));
    /* b has never used the other one, which goes. */
    WAIT_UNTIL (!has_room (&f, "shared"));
    g_assert_true (has_room (&f, "mine"));
    /* Used by two: it stays while one of them is there. */
    a = rpc_new (&f);
    json_node_unref (rpc_ok (a, "getStats", "{\"routerId\":\"mine\"}"));
    g_clear_pointer (&b, rpc_free);
    make_router (a, "other");
    g_assert_true (has_room (&f, "mine"));
    left_us = g_get_monotonic_time ();
    g_clear_pointer (&a, rpc_free);
    g_assert_true (has_room (&f, "mine"));
    WAIT_UNTIL (!has_room (&f, "mine") && !has_room (&f, "other"));
    g_assert_cmpint (g_get_monotonic_time () - left_us, >, G_USEC_PER_SEC / 2);
    g_assert_cmpuint (n_peers (&f), ==, 0);
  }
  fixture_stop (&f);
}

/* Those who came by another protocol go on without the application server. */
static void
test_grace_leaves_others (void)
{
  static const gchar *const flags[] = { "--rpc-grace=0", NULL };
  Fixture f;

  fixture_start (&f, flags);
  {
    g_autoptr (RpcClient) c = rpc_new (&f);
    g_autoptr (Client) native = NULL;
    g_autoptr (JsonNode) left = NULL;

    make_router (c, "call-x");
    json_node_unref (rpc_transport (c, "call-x", "t1", "u1"));
    native = client_new (&f, "call-x", "n");
    client_join (native);
    g_clear_pointer (&c, rpc_free);
    left = client_wait_notification (native, "peerClosed");
    g_assert_cmpstr (get_string (left, "peerId"), ==, "u1");
    g_assert_false (native->closed);
    g_assert_true (has_room (&f, "call-x"));
    g_clear_pointer (&native, client_free);
    WAIT_UNTIL (!has_room (&f, "call-x"));
  }
  fixture_stop (&f);
}

/* A worker that dies takes its routers along: they can be made again. */
static void
test_worker_death (void)
{
  Fixture f;

  fixture_start (&f, NULL);
  {
    g_autoptr (RpcClient) c = rpc_new (&f);
    SfuWorkerPool *pool = sfu_server_get_pool (f.server);
    JsonNode *transport;
    gint pid;

    make_router (c, "r");
    json_node_unref (rpc_transport (c, "r", "t1", "u1"));
    pid = sfu_worker_client_get_pid (sfu_worker_pool_get_running (pool, 0));
    kill (pid, SIGKILL);
    json_node_unref (rpc_wait_notification (c, "routerClosed"));
    rpc_invalid_state (
        c, "getStats", "{\"routerId\":\"r\"}", "not known, or closed");
    rpc_invalid_state (
        c, "getStats", "{\"transportId\":\"t1\"}", "not known, or closed");
    WAIT_UNTIL (sfu_worker_pool_n_running (pool) == 1);
    make_router (c, "r");
    transport = rpc_transport (c, "r", "t1", "u1");
    g_assert_false (is_reused (transport));
    json_node_unref (transport);
  }
  fixture_stop (&f);
}

static void
test_limits (void)
{
  static const gchar *const flags[] = { "--max-rooms=1",
    "--max-transports-per-peer=1", "--max-producers-per-peer=1",
    "--max-peers-per-room=1", NULL };
  Fixture f;

  fixture_start (&f, flags);
  {
    g_autoptr (RpcClient) c = rpc_new (&f);
    g_autofree gchar *produce = produce_data ("t1", "audio", 9);

    make_router (c, "r");
    make_router (c, "r");
    g_free (rpc_fails (
        c, "createRouter", "{\"routerId\":\"s\"}", -32002, "LIMIT_EXCEEDED"));
    json_node_unref (rpc_transport (c, "r", "t1", "u1"));
    g_free (rpc_fails (c, "createTransport",
        "{\"routerId\":\"r\",\"transportId\":\"t2\",\"requesterUserId\":\"u1\","
        "\"otherUserId\":\"u2\"}",
        -32002, "LIMIT_EXCEEDED"));
    g_free (rpc_fails (c, "createTransport",
        "{\"routerId\":\"r\",\"transportId\":\"t3\",\"requesterUserId\":\"u2\","
        "\"otherUserId\":\"u1\"}",
        -32002, "LIMIT_EXCEEDED"));
    rpc_produce (c, "t1", "p1", "audio", 7);
    g_free (rpc_fails (c, "createProducer", produce, -32002, "LIMIT_EXCEEDED"));
    /* What failed left nothing behind. */
    rpc_ok_is (c, "getStats", "{\"routerId\":\"r\"}",
        "{\"routerId\":\"r\",\"peers\":1,\"transports\":1,\"producers\":1,"
        "\"consumers\":0}");
    rpc_invalid_state (
        c, "closeTransport", "{\"transportId\":\"t2\"}", "not known");
  }
  fixture_stop (&f);
}

/* The server tells its clients when it stops, with calls under way. */
static void
test_stop (void)
{
  Fixture f;
  RpcClient *c;

  fixture_start (&f, NULL);
  c = rpc_new (&f);
  make_router (c, "r");
  rpc_send_call (c, "createTransport", T1 ("r", ""));
  WAIT_UNTIL (n_peers (&f) == 1);
  fixture_stop (&f);
  rpc_wait_closed (c);
  g_assert_cmpuint (c->close_code, ==, 1001);
  rpc_free (c);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
  g_test_add_func ("/rpc/reuse", test_reuse);
  g_test_add_func ("/rpc/peers", test_peers);
  g_test_add_func ("/rpc/consume-native", test_consume_native);
  g_test_add_func ("/rpc/replaced", test_replaced);
  g_test_add_func ("/rpc/close-router", test_close_router);
  g_test_add_func ("/rpc/grace", test_grace);
  g_test_add_func ("/rpc/grace-leaves-others", test_grace_leaves_others);
  g_test_add_func ("/rpc/worker-death", test_worker_death);
  g_test_add_func ("/rpc/limits", test_limits);
  g_test_add_func ("/rpc/stop", test_stop);
  return g_test_run ();
}
