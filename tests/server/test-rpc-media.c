/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The media-server RPC with media: packets between two peers that know only
 * what an application server told them, word of who falls silent, and what is
 * left in the worker afterwards.
 *
 * Threads: one; the worker is another process. */
#include "media-fixture.h"
#include "rpc-client.h"

#include <string.h>

/* Short enough for a test, and long for a machine that is busy. */
#define THRESHOLD_MS 500
#define THRESHOLD "500"
#define PRODUCER_SSRC 1000

static JsonObject *
object_of (JsonNode *node, const gchar *name)
{
  return json_object_get_object_member (json_node_get_object (node), name);
}

static gboolean
is_connected (RpcClient *c, const gchar *transport)
{
  g_autofree gchar *params =
      g_strdup_printf ("{\"transportId\":\"%s\"}", transport);
  g_autoptr (JsonNode) stats = rpc_ok (c, "getStats", params);

  return strcmp (
             json_object_get_string_member (
                 json_array_get_object_element (json_node_get_array (stats), 0),
                 "dtlsState"),
             "connected") == 0;
}

/* A user with one transport, both connected. */
static MediaPeer *
peer_new (RpcClient *c, const gchar *transport, const gchar *user)
{
  g_autoptr (JsonNode) made = rpc_transport (c, "r", transport, user);
  JsonObject *ice = object_of (made, "iceParameters");
  JsonObject *candidate = json_array_get_object_element (
      json_object_get_array_member (
          json_node_get_object (made), "iceCandidates"),
      0);
  MediaPeer *self = g_new0 (MediaPeer, 1);
  g_autofree gchar *connect = NULL;

  self->peer = test_peer_new ();
  connect = g_strdup_printf (
      "{\"transportId\":\"%s\",\"dtlsParameters\":{\"role\":\"client\","
      "\"fingerprints\":[{\"algorithm\":\"sha-256\",\"value\":\"%s\"}]}}",
      transport, test_peer_fingerprint (self->peer));
  rpc_ok_is (c, "connectTransport", connect, "{\"success\":true}");
  test_peer_start (self->peer, json_object_get_string_member (candidate, "ip"),
      (guint16)json_object_get_int_member (candidate, "port"),
      json_object_get_string_member (ice, "usernameFragment"),
      json_object_get_string_member (ice, "password"), TRUE);
  WAIT_UNTIL (
      test_peer_dtls_connected (self->peer) && is_connected (c, transport));
  return self;
}

static void
peer_free (MediaPeer *self)
{
  test_peer_free (self->peer);
  g_free (self);
}

/* Counts the nodes of the worker: "routers transports producers consumers". */
static gchar *
describe_worker (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) dump = worker_dump (
      sfu_worker_pool_get_running (sfu_server_get_pool (f->server), 0), NULL,
      &error);
  g_autoptr (GVariant) routers = NULL;
  static const gchar *const kinds[] = { "transports", "producers",
    "consumers" };
  gsize n[G_N_ELEMENTS (kinds)] = { 0 };

  g_assert_no_error (error);
  routers = g_variant_lookup_value (dump, "routers", NULL);
  for (gsize i = 0; i < g_variant_n_children (routers); i++) {
    g_autoptr (GVariant) router = g_variant_get_child_value (routers, i);

    for (guint k = 0; k < G_N_ELEMENTS (kinds); k++) {
      g_autoptr (GVariant) list =
          g_variant_lookup_value (router, kinds[k], NULL);

      n[k] += g_variant_n_children (list);
    }
  }
  return g_strdup_printf (
      "%zu %zu %zu %zu", g_variant_n_children (routers), n[0], n[1], n[2]);
}

static gboolean
worker_has (Fixture *f, const gchar *counts)
{
  g_autofree gchar *got = describe_worker (f);

  return strcmp (got, counts) == 0;
}

/* A consumer sends nothing before it is resumed; then what the other one sends
 * arrives, and in the end nothing is left. */
static void
test_forward (void)
{
  static const gchar *const flags[] = { "--rpc-grace=0", NULL };
  Fixture f;

  fixture_start (&f, flags);
  {
    g_autoptr (RpcClient) c = rpc_new (&f);
    g_autoptr (JsonNode) consumer = NULL;
    g_autofree gchar *resume = NULL;
    JsonObject *encoding;
    MediaPeer *a, *b;
    MediaPacket packet;
    guint16 seq = 0;

    json_node_unref (rpc_ok (c, "createRouter", "{\"routerId\":\"r\"}"));
    a = peer_new (c, "ta", "a");
    b = peer_new (c, "tb", "b");
    rpc_produce (c, "ta", "p", "video", PRODUCER_SSRC);
    consumer = rpc_consume (c, "tb", "p");
    encoding = json_array_get_object_element (
        json_object_get_array_member (
            object_of (consumer, "rtpParameters"), "encodings"),
        0);
    g_assert_true (worker_has (&f, "1 2 1 1"));
    media_send_vp8 (a, PRODUCER_SSRC, seq++, TRUE);
    {
      g_autofree gchar *params = g_strdup_printf (
          "{\"consumerId\":\"%s\"}", get_string (consumer, "id"));
      gint64 dropped = 0;

      /* It has come, and was held back. */
      while (dropped == 0) {
        g_autoptr (JsonNode) stats = rpc_ok (c, "getStats", params);

        dropped = json_object_get_int_member_with_default (
            json_array_get_object_element (json_node_get_array (stats), 0),
            "drop-consumer-paused", 0);
      }
      resume = g_steal_pointer (&params);
    }
    g_assert_false (media_receive (b, &packet));
    rpc_ok_is (c, "resumeConsumer", resume, "{\"success\":true}");
    media_send_vp8 (a, PRODUCER_SSRC, seq++, TRUE);
    media_expect (b, &packet);
    g_assert_cmpuint (
        packet.ssrc, ==, json_object_get_int_member (encoding, "ssrc"));
    /* The application server goes: so does all of it. */
    g_clear_pointer (&c, rpc_free);
    WAIT_UNTIL (worker_has (&f, "0 0 0 0"));
    WAIT_UNTIL (test_peer_got_close_notify (a->peer) &&
        test_peer_got_close_notify (b->peer));
    peer_free (a);
    peer_free (b);
  }
  fixture_stop (&f);
}

/* A peer that hangs up, or that is not heard of any more, is a transport that
 * closes. */
static void
test_hang_up (gconstpointer says_so)
{
  static const gchar *const flags[] = { "--consent-timeout=1", NULL };
  Fixture f;

  fixture_start (&f, says_so ? NULL : flags);
  {
    g_autoptr (RpcClient) c = rpc_new (&f);
    MediaPeer *a;

    json_node_unref (rpc_ok (c, "createRouter", "{\"routerId\":\"r\"}"));
    a = peer_new (c, "ta", "a");
    rpc_produce (c, "ta", "p", "video", PRODUCER_SSRC);
    if (says_so)
      test_peer_send_close_notify (a->peer);
    else
      test_peer_stop_checks (a->peer);
    WAIT_UNTIL (worker_has (&f, "1 0 0 0"));
    rpc_invalid_state (
        c, "getStats", "{\"transportId\":\"ta\"}", "not known, or closed");
    rpc_invalid_state (
        c, "getStats", "{\"producerId\":\"p\"}", "not known, or closed");
    rpc_ok_is (c, "getStats", "{\"routerId\":\"r\"}",
        "{\"routerId\":\"r\",\"peers\":0,\"transports\":0,\"producers\":0,"
        "\"consumers\":0}");
    peer_free (a);
  }
  fixture_stop (&f);
}

static void
expect_silent (RpcClient *c, const gchar *producer)
{
  g_autoptr (JsonNode) params = rpc_wait_notification (c, "producerSilent");

  g_assert_cmpstr (get_string (params, "producerId"), ==, producer);
  g_assert_cmpint (get_int (params, "silentMs"), >=, THRESHOLD_MS);
}

static void
expect_active (RpcClient *c, const gchar *producer)
{
  g_autoptr (JsonNode) params = rpc_wait_notification (c, "producerActive");
  g_autofree gchar *text = json_to_string (params, FALSE);
  g_autofree gchar *wanted =
      g_strdup_printf ("{\"producerId\":\"%s\"}", producer);

  g_assert_cmpstr (text, ==, wanted);
}

static void
test_silence (void)
{
  static const gchar *const flags[] = { "--rpc-silence-threshold=" THRESHOLD,
    NULL };
  Fixture f;

  fixture_start (&f, flags);
  {
    g_autoptr (RpcClient) c = rpc_new (&f);
    g_autoptr (RpcClient) d = rpc_new (&f);
    JsonNode *none;
    MediaPeer *a;

    json_node_unref (rpc_ok (c, "createRouter", "{\"routerId\":\"r\"}"));
    a = peer_new (c, "ta", "a");
    rpc_produce (c, "ta", "p", "video", PRODUCER_SSRC);
    /* Never a packet; everybody is told, once. */
    expect_silent (c, "p");
    expect_silent (d, "p");
    media_send_vp8 (a, PRODUCER_SSRC, 0, TRUE);
    expect_active (c, "p");
    expect_active (d, "p");
    /* Paused is not silent, not even when another one is that came later. */
    media_send_vp8 (a, PRODUCER_SSRC, 1, FALSE);
    rpc_ok_is (
        c, "pauseProducer", "{\"producerId\":\"p\"}", "{\"success\":true}");
    rpc_produce (c, "ta", "q", "audio", PRODUCER_SSRC + 10);
    expect_silent (c, "q");
    none = rpc_take_notification (c, "producerSilent");
    g_assert_null (none);
    /* Its silence counts from now on. */
    rpc_ok_is (
        c, "resumeProducer", "{\"producerId\":\"p\"}", "{\"success\":true}");
    expect_silent (c, "p");
    /* Whoever comes when nobody was there is told what is so. */
    g_clear_pointer (&d, rpc_free);
    g_clear_pointer (&c, rpc_free);
    c = rpc_new (&f);
    for (guint i = 0; i < 2; i++)
      json_node_unref (rpc_wait_notification (c, "producerSilent"));
    media_send_vp8 (a, PRODUCER_SSRC, 2, TRUE);
    expect_active (c, "p");
    /* A closed one says nothing any more. */
    rpc_ok_is (
        c, "closeProducer", "{\"producerId\":\"p\"}", "{\"success\":true}");
    rpc_produce (c, "ta", "p2", "video", PRODUCER_SSRC + 20);
    expect_silent (c, "p2");
    peer_free (a);
  }
  fixture_stop (&f);
}

int
main (int argc, char **argv)
{
  worker_test_init (&argc, &argv);
  g_test_add_func ("/rpc/media/forward", test_forward);
  g_test_add_data_func (
      "/rpc/media/hang-up", GINT_TO_POINTER (TRUE), test_hang_up);
  g_test_add_data_func (
      "/rpc/media/hang-up-unheard", GINT_TO_POINTER (FALSE), test_hang_up);
  g_test_add_func ("/rpc/media/silence", test_silence);
  return g_test_run ();
}
