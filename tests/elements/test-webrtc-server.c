/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SfuWebRtcServer: how it starts and refuses to, candidates, ranges of ports,
 * IPv6, impairment.
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

static SfuMediaLoop *loop; /* for all tests */

static SfuWebRtcServer *
new_server (const gchar *ip, const gchar *const *announced)
{
  g_autoptr (GError) error = NULL;
  SfuWebRtcServer *self =
      sfu_webrtc_server_new (loop, ip, 0, announced, &error);

  g_assert_no_error (error);
  g_assert_true (sfu_webrtc_server_get_loop (self) == loop);
  g_assert_cmpuint (sfu_webrtc_server_get_port (self), !=, 0);
  return self;
}

/* ---- start ---- */

static void
test_errors (void)
{
  static const gchar *const nobody[] = { NULL };
  g_autoptr (SfuWebRtcServer) server = new_server (LOCALHOST, NULL);
  guint16 port = sfu_webrtc_server_get_port (server);
  const struct {
    const gchar *ip;
    guint16 port;
    const gchar *const *announced;
    gint code;
    const gchar *says;
  } cases[] = {
    { "example.org", 0, NULL, G_IO_ERROR_INVALID_ARGUMENT,
        "announced-address" },
    { "", 0, NULL, G_IO_ERROR_INVALID_ARGUMENT, "not an IPv4 or IPv6" },
    { "0.0.0.0", 0, NULL, G_IO_ERROR_INVALID_ARGUMENT, "announced-address" },
    { "::", 0, nobody, G_IO_ERROR_INVALID_ARGUMENT, "announced-address" },
    { "192.0.2.1", 4000, NULL, G_IO_ERROR_FAILED, "192.0.2.1:4000" },
    { LOCALHOST, port, NULL, G_IO_ERROR_ADDRESS_IN_USE, "port in use" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (sfu_webrtc_server_new (
        loop, cases[i].ip, cases[i].port, cases[i].announced, &error));
    g_assert_cmpint (error->domain, ==, G_IO_ERROR);
    g_assert_nonnull (strstr (error->message, cases[i].says));
    if (cases[i].code != G_IO_ERROR_FAILED)
      g_assert_cmpint (error->code, ==, cases[i].code);
  }
}

/* The ports of a range one after the other, then none. The range is where the
 * kernel just gave us a port, so most of it is free. */
static void
test_range (void)
{
  g_autoptr (GPtrArray) servers =
      g_ptr_array_new_with_free_func (g_object_unref);
  SfuWebRtcServer *first = new_server (LOCALHOST, NULL);
  guint16 min = sfu_webrtc_server_get_port (first);
  guint16 max = min > G_MAXUINT16 - 3 ? G_MAXUINT16 : min + 3;
  g_autoptr (GError) error = NULL;
  SfuWebRtcServer *next;

  g_ptr_array_add (servers, first);
  while ((next = sfu_webrtc_server_new_in_range (
              loop, LOCALHOST, min, max, NULL, &error))) {
    guint16 port = sfu_webrtc_server_get_port (next);

    g_assert_no_error (error);
    g_assert_cmpuint (port, >, min);
    g_assert_cmpuint (port, <=, max);
    for (guint i = 0; i < servers->len; i++)
      g_assert_cmpuint (
          sfu_webrtc_server_get_port (servers->pdata[i]), !=, port);
    g_ptr_array_add (servers, next);
  }
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
  g_assert_nonnull (strstr (error->message, "widen the range"));
  g_clear_error (&error);
  g_assert_null (sfu_webrtc_server_new_in_range (
      loop, "192.0.2.1", 4000, 60000, NULL, &error));
  g_assert_nonnull (strstr (error->message, "announced-address"));
}

static void
test_candidates (void)
{
  static const gchar *const announced[] = { "203.0.113.7", "sfu.example.org",
    "2001:db8::7", NULL };
  /* RFC 8445 5.1.2.1: 2^24 * 126 + 2^8 * local + 255 */
  static const guint32 priorities[] = { 2130706431u, 2130706175u, 2130705919u };
  g_autoptr (SfuWebRtcServer) plain = new_server (LOCALHOST, NULL);
  g_autoptr (SfuWebRtcServer) many = new_server ("0.0.0.0", announced);
  SfuIceCandidate candidates[4];

  g_assert_cmpuint (
      sfu_webrtc_server_get_candidates (plain, candidates, 4), ==, 1);
  g_assert_cmpstr (candidates[0].address, ==, LOCALHOST);
  g_assert_cmpuint (candidates[0].port, ==, sfu_webrtc_server_get_port (plain));
  g_assert_cmpuint (candidates[0].priority, ==, priorities[0]);
  g_assert_cmpstr (candidates[0].foundation, !=, "");
  g_assert_cmpuint (
      sfu_webrtc_server_get_candidates (many, candidates, 4), ==, 3);
  for (guint i = 0; i < 3; i++) {
    g_assert_cmpstr (candidates[i].address, ==, announced[i]);
    g_assert_cmpuint (candidates[i].priority, ==, priorities[i]);
  }
  g_assert_cmpuint (
      sfu_webrtc_server_get_candidates (many, candidates, 2), ==, 2);
}

/* ---- addresses ---- */

static void
answers_on (const gchar *listen_ip, const gchar *peer_ip,
    const gchar *server_ip, const gchar *seen_as)
{
  const gchar *const announced[] = { server_ip, NULL };
  g_autoptr (SfuWebRtcServer) server = new_server (listen_ip, announced);
  g_autoptr (SfuIceAgent) agent = sfu_ice_agent_new (server, NULL, NULL, NULL);
  g_autofree gchar *ufrag = sfu_ice_agent_dup_ufrag (agent);
  g_autofree gchar *pwd = sfu_ice_agent_dup_pwd (agent);
  g_autoptr (TestStunPeer) peer = test_stun_peer_new_to (
      peer_ip, server_ip, sfu_webrtc_server_get_port (server));
  SfuIceAgentStats stats;

  /* The mapped address is compared with the peer's own. */
  g_assert_cmpint (
      test_stun_peer_check (peer, ufrag, pwd, TEST_CHECK_NOMINATE), ==, 0);
  do
    sfu_ice_agent_get_stats (agent, &stats);
  while (stats.state != SFU_ICE_COMPLETED);
  g_assert_cmpstr (stats.remote_address, ==, seen_as);
  g_assert_cmpstr (stats.local_address, ==, server_ip);
}

static void
test_families (void)
{
  answers_on (LOCALHOST, LOCALHOST, LOCALHOST, LOCALHOST);
  answers_on ("0.0.0.0", LOCALHOST, LOCALHOST, LOCALHOST);
  answers_on ("::1", "::1", "::1", "::1");
  answers_on ("::", "::1", "::1", "::1");
  /* IPv4 through a socket for both. */
  answers_on ("::", LOCALHOST, LOCALHOST, LOCALHOST);
}

/* ---- impairment ---- */

typedef struct {
  SfuWebRtcServer *server;
  SfuIceAgent *agent;
  GMainContext *control;
  TestStunPeer *peer;
  gchar *ufrag, *pwd;
  GstWebRTCICETransport *transport;
  GstHarness *src, *sink;
} Link;

static void
nothing (gpointer data, gpointer unused)
{
}

static void
link_up (Link *self)
{
  GstWebRTCICE *ice;
  GstWebRTCICEStream *stream;

  self->control = g_main_context_new ();
  self->server = new_server (LOCALHOST, NULL);
  self->agent = sfu_ice_agent_new (self->server, self->control, NULL, NULL);
  self->ufrag = sfu_ice_agent_dup_ufrag (self->agent);
  self->pwd = sfu_ice_agent_dup_pwd (self->agent);
  self->peer =
      test_stun_peer_new (LOCALHOST, sfu_webrtc_server_get_port (self->server));
  ice = GST_WEBRTC_ICE (self->agent);
  stream = gst_webrtc_ice_add_stream (ice, 0);
  self->transport =
      gst_webrtc_ice_find_transport (ice, stream, GST_WEBRTC_ICE_COMPONENT_RTP);
  self->src = gst_harness_new_with_element (self->transport->src, NULL, "src");
  gst_harness_play (self->src);
  self->sink =
      gst_harness_new_with_element (self->transport->sink, "sink", NULL);
  gst_harness_set_src_caps_str (self->sink, "application/x-rtp");
  sfu_ice_agent_open (self->agent);
  g_assert_cmpint (test_stun_peer_check (
                       self->peer, self->ufrag, self->pwd, TEST_CHECK_NOMINATE),
      ==, 0);
  g_main_context_iteration (self->control, TRUE);
  sfu_media_loop_call (loop, nothing, NULL);
}

static void
link_down (Link *self)
{
  sfu_ice_agent_close (self->agent);
  gst_harness_teardown (self->src);
  gst_harness_teardown (self->sink);
  gst_object_unref (self->transport);
  sfu_ice_agent_break_cycle (self->agent);
  gst_object_unref (self->agent);
  g_object_unref (self->server);
  g_main_context_unref (self->control);
  test_stun_peer_free (self->peer);
  g_free (self->ufrag);
  g_free (self->pwd);
}

/* How many of n pass; a check behind them says that all have been seen. */
static guint
count_in (Link *self, guint n)
{
  guint before = gst_harness_buffers_received (self->src);
  const guint8 packet[] = { RTP, 0 };

  for (guint i = 0; i < n; i++)
    test_stun_peer_send (self->peer, packet, sizeof packet);
  g_assert_cmpint (test_stun_peer_check (
                       self->peer, self->ufrag, self->pwd, TEST_CHECK_PLAIN),
      ==, 0);
  return gst_harness_buffers_received (self->src) - before;
}

static guint
count_out (Link *self, guint n)
{
  const guint8 packet[] = { RTP, 0 };
  guint received = 0;

  for (guint i = 0; i < n; i++) {
    guint8 data[16];

    gst_harness_push (
        self->sink, gst_buffer_new_memdup (packet, sizeof packet));
    while (test_stun_peer_has_input (self->peer)) {
      test_stun_peer_read (self->peer, data, sizeof data);
      received++;
    }
  }
  return received;
}

static void
test_impairment (void)
{
  Link link;
  guint in, out;

  link_up (&link);
  g_assert_cmpuint (count_in (&link, 100), ==, 100);
  g_assert_cmpuint (count_out (&link, 100), ==, 100);
  sfu_webrtc_server_set_impairment (link.server, 100, 0);
  g_assert_cmpuint (count_in (&link, 100), ==, 0);
  g_assert_cmpuint (count_out (&link, 100), ==, 100);
  sfu_webrtc_server_set_impairment (link.server, 0, 100);
  g_assert_cmpuint (count_in (&link, 100), ==, 100);
  g_assert_cmpuint (count_out (&link, 100), ==, 0);
  sfu_webrtc_server_set_impairment (link.server, 20, 0);
  in = count_in (&link, 200);
  g_assert_cmpuint (in, >, 130);
  g_assert_cmpuint (in, <, 190);
  /* Set anew: the same losses again. */
  sfu_webrtc_server_set_impairment (link.server, 20, 0);
  g_assert_cmpuint (count_in (&link, 200), ==, in);
  sfu_webrtc_server_set_impairment (link.server, 0, 20);
  out = count_out (&link, 200);
  g_assert_cmpuint (out, ==, in);
  sfu_webrtc_server_set_impairment (link.server, 0, 0);
  g_assert_cmpuint (count_in (&link, 100), ==, 100);
  link_down (&link);
}

/* The agents keep the server alive, and the server the loop. */
static void
test_references (void)
{
  SfuMediaLoop *own = sfu_media_loop_new ("test-own");
  SfuWebRtcServer *server =
      sfu_webrtc_server_new (own, LOCALHOST, 0, NULL, NULL);
  SfuIceAgent *agent = sfu_ice_agent_new (server, NULL, NULL, NULL);
  g_autofree gchar *ufrag = sfu_ice_agent_dup_ufrag (agent);
  g_autofree gchar *pwd = sfu_ice_agent_dup_pwd (agent);
  g_autoptr (TestStunPeer) peer =
      test_stun_peer_new (LOCALHOST, sfu_webrtc_server_get_port (server));
  gpointer gone = own;

  g_object_add_weak_pointer (G_OBJECT (own), &gone);
  g_object_unref (own);
  g_object_unref (server);
  g_assert_cmpint (
      test_stun_peer_check (peer, ufrag, pwd, TEST_CHECK_PLAIN), ==, 0);
  gst_object_unref (agent);
  g_assert_null (gone);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  loop = sfu_media_loop_new ("test-media");
  g_test_add_func ("/webrtc-server/errors", test_errors);
  g_test_add_func ("/webrtc-server/range", test_range);
  g_test_add_func ("/webrtc-server/candidates", test_candidates);
  g_test_add_func ("/webrtc-server/families", test_families);
  g_test_add_func ("/webrtc-server/impairment", test_impairment);
  g_test_add_func ("/webrtc-server/references", test_references);
  result = g_test_run ();
  g_object_unref (loop);
  return result;
}
