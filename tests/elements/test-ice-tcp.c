/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ICE over TCP, from the socket to webrtcbin's elements: checks, media both
 * ways, a peer that moves between UDP and TCP, connections that end, force-tcp,
 * candidates.
 *
 * Threads: the test's and the loop's. */
#include <string.h>
#include <gio/gio.h>
#include <gst/check/gstharness.h>
#include <gst/webrtc/icestream.h>
#include <gst/webrtc/icetransport.h>
#include "sfu-ice-agent.h"
#include "test-stun-peer.h"

#define LOCALHOST "127.0.0.1"
#define RTP 0x80
#define DTLS 0x16

static SfuMediaLoop *loop; /* for all tests */

static SfuWebRtcServer *
new_server (const gchar *ip, const gchar *const *announced)
{
  g_autoptr (GError) error = NULL;
  SfuWebRtcServer *self =
      sfu_webrtc_server_new (loop, ip, 0, announced, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (sfu_webrtc_server_get_tcp_port (self), ==, 0);
  g_assert_true (sfu_webrtc_server_listen_tcp (self, &error));
  g_assert_no_error (error);
  return self;
}

typedef struct {
  SfuWebRtcServer *server;
  SfuIceAgent *agent;
  gchar *ufrag, *pwd;
} Side;

static void
take_credentials (Side *self)
{
  g_free (self->ufrag);
  g_free (self->pwd);
  self->ufrag = sfu_ice_agent_dup_ufrag (self->agent);
  self->pwd = sfu_ice_agent_dup_pwd (self->agent);
}

static void
side_start (Side *self, const gchar *listen_ip, const gchar *server_ip)
{
  const gchar *const announced[] = { server_ip, NULL };

  memset (self, 0, sizeof *self);
  self->server = new_server (listen_ip, announced);
  self->agent = sfu_ice_agent_new (self->server, NULL, NULL, NULL);
  take_credentials (self);
}

static void
side_stop (Side *self)
{
  sfu_ice_agent_close (self->agent);
  sfu_ice_agent_break_cycle (self->agent);
  gst_object_unref (self->agent);
  g_object_unref (self->server);
  g_free (self->ufrag);
  g_free (self->pwd);
}

static TestStunPeer *
peer_udp (Side *self, const gchar *ip)
{
  return test_stun_peer_new (ip, sfu_webrtc_server_get_port (self->server));
}

static TestStunPeer *
peer_tcp (Side *self, const gchar *ip)
{
  return test_stun_peer_new_tcp (
      ip, sfu_webrtc_server_get_tcp_port (self->server));
}

static void
check (Side *self, TestStunPeer *peer, TestCheckFlags flags)
{
  g_assert_cmpint (
      test_stun_peer_check (peer, self->ufrag, self->pwd, flags), ==, 0);
}

static void
nothing (gpointer data, gpointer unused)
{
}

/* After what the media thread is doing now. */
static SfuIceAgentStats
agent_stats (Side *self)
{
  SfuIceAgentStats stats;

  sfu_media_loop_call (loop, nothing, NULL);
  sfu_ice_agent_get_stats (self->agent, &stats);
  return stats;
}

static void
assert_selected (Side *self, const TestStunPeer *peer)
{
  SfuIceAgentStats stats = agent_stats (self);
  gchar host[SFU_ADDRESS_TEXT_SIZE];

  sfu_address_to_text (&peer->address, host, sizeof host);
  g_assert_cmpint (stats.state, ==, SFU_ICE_COMPLETED);
  g_assert_cmpstr (stats.remote_address, ==, host);
  g_assert_cmpuint (
      stats.remote_port, ==, sfu_address_get_port (&peer->address));
  g_assert_cmpint (stats.tcp, ==, peer->tcp);
  g_assert_cmpuint (stats.local_port, ==, sfu_address_get_port (&peer->server));
}

/* ---- addresses ---- */

static void
answers_on (const gchar *listen_ip, const gchar *server_ip)
{
  Side side;
  g_autoptr (TestStunPeer) peer = NULL;

  side_start (&side, listen_ip, server_ip);
  peer = peer_tcp (&side, server_ip);
  check (&side, peer, TEST_CHECK_NOMINATE);
  assert_selected (&side, peer);
  side_stop (&side);
}

static void
test_families (void)
{
  answers_on (LOCALHOST, LOCALHOST);
  answers_on ("0.0.0.0", LOCALHOST);
  answers_on ("::1", "::1");
  answers_on ("::", "::1");
  answers_on ("::", LOCALHOST);
}

static void
test_candidates (void)
{
  static const gchar *const announced[] = { "192.0.2.1", "media.example",
    NULL };
  g_autoptr (SfuWebRtcServer) server = new_server ("0.0.0.0", announced);
  guint16 port = sfu_webrtc_server_get_tcp_port (server);
  SfuIceCandidate candidates[8];

  g_assert_cmpuint (
      sfu_webrtc_server_get_candidates (server, candidates, 8), ==, 4);
  for (guint i = 0; i < 4; i++) {
    g_assert_cmpstr (candidates[i].address, ==, announced[i % 2]);
    g_assert_cmpint (candidates[i].tcp, ==, i >= 2);
    g_assert_cmpstr (candidates[i].foundation, ==, i >= 2 ? "tcp" : "udp");
    g_assert_cmpuint (candidates[i].port, ==,
        i >= 2 ? port : sfu_webrtc_server_get_port (server));
    if (i > 0)
      g_assert_cmpuint (candidates[i].priority, <, candidates[i - 1].priority);
  }
  /* RFC 6544 4.2 with 90, 4 (passive) and 8191. */
  g_assert_cmpuint (
      candidates[2].priority, ==, 90u << 24 | (4u << 13 | 8191u) << 8 | 255u);
  g_assert_cmpuint (
      sfu_webrtc_server_get_candidates (server, candidates, 3), ==, 3);
}

/* Another program has TCP of that number: a free one. */
static void
test_port_taken (void)
{
  g_autoptr (SfuWebRtcServer) udp =
      sfu_webrtc_server_new (loop, LOCALHOST, 0, NULL, NULL);
  guint16 port = sfu_webrtc_server_get_port (udp);
  g_autoptr (GSocketListener) other = g_socket_listener_new ();
  g_autoptr (GSocketAddress) address =
      g_inet_socket_address_new_from_string (LOCALHOST, port);
  g_autoptr (GError) error = NULL;

  g_socket_listener_add_address (other, address, G_SOCKET_TYPE_STREAM,
      G_SOCKET_PROTOCOL_TCP, NULL, NULL, NULL);
  g_assert_true (sfu_webrtc_server_listen_tcp (udp, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (sfu_webrtc_server_get_tcp_port (udp), !=, 0);
  g_assert_cmpuint (sfu_webrtc_server_get_tcp_port (udp), !=, port);
}

/* ---- media ---- */

static void
test_media (void)
{
  Side side;
  g_autoptr (TestStunPeer) peer = NULL;
  g_autoptr (GMainContext) control = g_main_context_new ();
  GstWebRTCICETransport *transport;
  GstWebRTCICEStream *stream;
  GstHarness *src, *sink;
  guint8 data[2000] = { RTP };

  memset (&side, 0, sizeof side);
  side.server = new_server (LOCALHOST, NULL);
  side.agent = sfu_ice_agent_new (side.server, control, NULL, NULL);
  take_credentials (&side);
  stream = gst_webrtc_ice_add_stream (GST_WEBRTC_ICE (side.agent), 0);
  transport = gst_webrtc_ice_find_transport (
      GST_WEBRTC_ICE (side.agent), stream, GST_WEBRTC_ICE_COMPONENT_RTP);
  src = gst_harness_new_with_element (transport->src, NULL, "src");
  gst_harness_play (src);
  sink = gst_harness_new_with_element (transport->sink, "sink", NULL);
  gst_harness_set_src_caps_str (sink, "application/x-rtp");
  sfu_ice_agent_open (side.agent);
  peer = peer_tcp (&side, LOCALHOST);
  check (&side, peer, TEST_CHECK_NOMINATE);
  g_main_context_iteration (control, TRUE);

  /* What comes before the element is ready waits, but not all of 2000. */
  data[0] = RTP;
  test_stun_peer_send (peer, data, 1);
  gst_buffer_unref (gst_harness_pull (src));
  for (gsize size = 2; size <= sizeof data; size++) {
    data[0] = size % 2 ? RTP : DTLS;
    test_stun_peer_send (peer, data, size);
  }
  for (gsize size = 2; size <= sizeof data; size++) {
    GstBuffer *buffer = gst_harness_pull (src);

    g_assert_nonnull (buffer);
    g_assert_cmpuint (gst_buffer_get_size (buffer), ==, size);
    gst_buffer_unref (buffer);
  }
  /* The test's thread is "another thread" here, as those of DTLS are. */
  for (gsize size = 1; size <= 1200; size++) {
    guint8 got[1500];

    gst_harness_push (sink, gst_buffer_new_memdup (data, size));
    g_assert_cmpuint (test_stun_peer_read (peer, got, sizeof got), ==, size);
    g_assert_cmpmem (got, size, data, size);
  }
  g_assert_cmpuint (agent_stats (&side).packets_sent, ==, 1200);
  gst_harness_teardown (src);
  gst_harness_teardown (sink);
  gst_object_unref (transport);
  side_stop (&side);
}

/* ---- moving ---- */

/* The nominated check decides, in both directions; after a restart too. */
static void
test_moves (void)
{
  Side side;
  g_autoptr (TestStunPeer) udp = NULL;
  g_autoptr (TestStunPeer) tcp = NULL;
  g_autoptr (TestStunPeer) second = NULL;

  side_start (&side, LOCALHOST, LOCALHOST);
  udp = peer_udp (&side, LOCALHOST);
  tcp = peer_tcp (&side, LOCALHOST);
  second = peer_tcp (&side, LOCALHOST);
  check (&side, udp, TEST_CHECK_NOMINATE);
  check (&side, tcp, TEST_CHECK_PLAIN);
  assert_selected (&side, udp);
  check (&side, tcp, TEST_CHECK_NOMINATE);
  assert_selected (&side, tcp);
  check (&side, second, TEST_CHECK_NOMINATE);
  assert_selected (&side, second);
  check (&side, udp, TEST_CHECK_NOMINATE);
  assert_selected (&side, udp);
  sfu_ice_agent_restart (side.agent);
  take_credentials (&side);
  check (&side, tcp, TEST_CHECK_NOMINATE);
  assert_selected (&side, tcp);
  side_stop (&side);
}

/* The transport outlives the connection, and the peer comes back by another. */
static void
test_closed_by_peer (void)
{
  Side side;
  TestStunPeer *first;
  g_autoptr (TestStunPeer) again = NULL;
  SfuIceAgentStats stats;

  side_start (&side, LOCALHOST, LOCALHOST);
  first = peer_tcp (&side, LOCALHOST);
  check (&side, first, TEST_CHECK_NOMINATE);
  assert_selected (&side, first);
  test_stun_peer_free (first);
  do
    stats = agent_stats (&side);
  while (stats.remote_address[0]);
  g_assert_cmpint (stats.state, ==, SFU_ICE_COMPLETED);
  again = peer_tcp (&side, LOCALHOST);
  check (&side, again, TEST_CHECK_NOMINATE);
  assert_selected (&side, again);
  side_stop (&side);
}

static void
test_closed_by_agent (void)
{
  Side side;
  g_autoptr (TestStunPeer) a = NULL;
  g_autoptr (TestStunPeer) b = NULL;

  side_start (&side, LOCALHOST, LOCALHOST);
  a = peer_tcp (&side, LOCALHOST);
  b = peer_tcp (&side, LOCALHOST);
  check (&side, a, TEST_CHECK_NOMINATE);
  check (&side, b, TEST_CHECK_PLAIN);
  sfu_ice_agent_close (side.agent);
  test_stun_peer_wait_closed (a);
  test_stun_peer_wait_closed (b);
  side_stop (&side);
}

/* ---- strangers ---- */

static guint64
dropped (Side *self, SfuVerdict verdict)
{
  SfuWebRtcServerStats stats;

  sfu_webrtc_server_get_stats (self->server, &stats);
  return stats.drops.n[verdict];
}

static void
test_force_tcp (void)
{
  Side side;
  g_autoptr (TestStunPeer) udp = NULL;
  g_autoptr (TestStunPeer) tcp = NULL;

  side_start (&side, LOCALHOST, LOCALHOST);
  sfu_ice_agent_force_tcp (side.agent);
  udp = peer_udp (&side, LOCALHOST);
  tcp = peer_tcp (&side, LOCALHOST);
  test_stun_peer_send_check (udp, side.ufrag, side.pwd, TEST_CHECK_NOMINATE);
  while (dropped (&side, SFU_DROP_UNKNOWN_ADDRESS) == 0)
    sfu_media_loop_call (loop, nothing, NULL);
  g_assert_false (test_stun_peer_has_input (udp));
  g_assert_cmpint (agent_stats (&side).state, ==, SFU_ICE_NEW);
  check (&side, tcp, TEST_CHECK_NOMINATE);
  assert_selected (&side, tcp);
  side_stop (&side);
}

static void
test_strangers (void)
{
  static const guint8 rtp[] = { RTP, 0 };
  Side side;
  g_autoptr (TestStunPeer) peer = NULL;
  g_autoptr (TestStunPeer) other = NULL;
  gssize n;
  SfuWebRtcServerStats stats;

  side_start (&side, LOCALHOST, LOCALHOST);
  /* No answer to who knows no ufrag, and what comes before a check is lost. */
  peer = peer_tcp (&side, LOCALHOST);
  test_stun_peer_send (peer, rtp, sizeof rtp);
  test_stun_peer_send_check (peer, "nobody", side.pwd, TEST_CHECK_PLAIN);
  while (dropped (&side, SFU_DROP_UNKNOWN_ADDRESS) < 2)
    sfu_media_loop_call (loop, nothing, NULL);
  g_assert_false (test_stun_peer_has_input (peer));
  g_assert_cmpint (agent_stats (&side).packets_received, ==, 0);
  /* A wrong password is told so, and the address is not its. */
  g_assert_cmpint (test_stun_peer_check (
                       peer, side.ufrag, "wrong password", TEST_CHECK_NOMINATE),
      ==, 401);
  g_assert_cmpint (agent_stats (&side).state, ==, SFU_ICE_NEW);
  /* Another protocol. */
  other = peer_tcp (&side, LOCALHOST);
  n = send (other->fd, "GET / HTTP/1.1\r\n\r\n", 18, MSG_NOSIGNAL);
  g_assert_cmpint (n, ==, 18);
  test_stun_peer_wait_closed (other);
  sfu_webrtc_server_get_stats (side.server, &stats);
  g_assert_cmpuint (stats.tcp_unproven, ==, 1);
  g_assert_cmpuint (stats.drops.n[SFU_DROP_MALFORMED], ==, 1);
  side_stop (&side);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  gst_init (NULL, NULL);
  loop = sfu_media_loop_new ("test-media");
  g_test_add_func ("/ice-tcp/families", test_families);
  g_test_add_func ("/ice-tcp/candidates", test_candidates);
  g_test_add_func ("/ice-tcp/port-taken", test_port_taken);
  g_test_add_func ("/ice-tcp/media", test_media);
  g_test_add_func ("/ice-tcp/moves", test_moves);
  g_test_add_func ("/ice-tcp/closed-by-peer", test_closed_by_peer);
  g_test_add_func ("/ice-tcp/closed-by-agent", test_closed_by_agent);
  g_test_add_func ("/ice-tcp/force-tcp", test_force_tcp);
  g_test_add_func ("/ice-tcp/strangers", test_strangers);
  result = g_test_run ();
  g_object_unref (loop);
  return result;
}
