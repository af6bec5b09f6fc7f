/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Packets through the two elements of a SfuIceAgent.
 *
 * Threads: the test's is the control thread (its context is iterated while it
 * waits); the media loop has its own. */
#include "ice-agent-fixture.h"

/* As in sfu-ice-agent.c. */
#define EARLY_MAX 64

static void
test_early_packets (Fixture *f, gconstpointer unused)
{
  make_webrtcbin_side (f);
  g_assert_cmpint (check (f, TEST_CHECK_PLAIN), ==, 0);
  send_numbered (f->peer, DTLS, 0, 70);
  g_assert_cmpint (check (f, TEST_CHECK_NOMINATE), ==, 0);
  send_numbered (f->peer, DTLS, 70, 100);
  g_assert_cmpint (check (f, TEST_CHECK_PLAIN), ==, 0);
  g_assert_cmpuint (agent_drops (f, SFU_DROP_QUEUE_FULL), ==, 100 - EARLY_MAX);
  g_assert_cmpuint (gst_harness_buffers_received (f->src), ==, 0);
  sfu_ice_agent_open (f->agent);
  wait_until (f, is_told, 0);
  assert_numbered (f, DTLS, 0, EARLY_MAX);
  /* new, then checking, connected, pair, completed */
  g_assert_cmpstr (f->transport_states->str, ==, "1 2 pair 3 ");
  send_numbered (f->peer, RTP, 200, 210);
  assert_numbered (f, RTP, 200, 210);
  g_assert_cmpuint (gst_harness_buffers_received (f->src), ==, EARLY_MAX + 10);
}

/* The other order: open first. */
static void
test_open_before_nomination (Fixture *f, gconstpointer unused)
{
  connect_agent (f);
  send_numbered (f->peer, RTP, 65530, 65540);
  assert_numbered (f, RTP, 65530, 65540);
  g_assert_cmpstr (f->transport_states->str, ==, "1 2 pair 3 ");
}

/* More than the send queue holds; as a list; from another thread. */
static void
test_sending (Fixture *f, gconstpointer unused)
{
  Push single = { f, NULL, 300 };
  Push list = { f, gst_buffer_list_new (), 0 };
  SfuWebRtcServerStats stats;
  SfuIceAgentStats agent_stats;

  connect_agent (f);
  for (guint i = 0; i < 20; i++)
    gst_buffer_list_add (list.list, numbered_buffer (i));
  sfu_media_loop_call (f->loop, push_on_media_thread, &single);
  assert_peer_reads (f, 300);
  sfu_media_loop_call (f->loop, push_on_media_thread, &list);
  assert_peer_reads (f, 20);
  for (guint i = 0; i < 10; i++)
    gst_harness_push (f->sink, numbered_buffer (i));
  assert_peer_reads (f, 10);
  settle (f); /* sent before counted */
  sfu_webrtc_server_get_stats (f->server, &stats);
  /* 300 + 20 + 10 and one answer, in few calls. */
  g_assert_cmpuint (stats.packets_sent, ==, 331);
  g_assert_cmpuint (stats.send_calls, <, 20);
  sfu_ice_agent_get_stats (f->agent, &agent_stats);
  g_assert_cmpuint (agent_stats.packets_sent, ==, 330);
  g_assert_cmpuint (agent_stats.bytes_sent, ==, 330 * 4);
}

static void
test_sending_before_nomination (Fixture *f, gconstpointer unused)
{
  Push single = { f, NULL, 2 };

  make_webrtcbin_side (f);
  g_assert_cmpint (check (f, TEST_CHECK_PLAIN), ==, 0);
  gst_harness_push (f->sink, numbered_buffer (0));
  sfu_media_loop_call (f->loop, push_on_media_thread, &single);
  g_assert_cmpuint (agent_drops (f, SFU_DROP_NOT_CONNECTED), ==, 3);
  g_assert_cmpint (check (f, TEST_CHECK_PLAIN), ==, 0);
  g_assert_false (test_stun_peer_has_input (f->peer));
}

/* Larger than any UDP datagram: refused by the kernel, counted, not fatal. */
static void
test_send_error (Fixture *f, gconstpointer unused)
{
  connect_agent (f);
  g_assert_cmpint (
      gst_harness_push (f->sink, gst_buffer_new_allocate (NULL, 70000, NULL)),
      ==, GST_FLOW_OK);
  g_assert_cmpuint (server_drops (f, SFU_DROP_SEND_ERROR), ==, 1);
  g_assert_cmpuint (agent_drops (f, SFU_DROP_SEND_ERROR), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  ADD ("early-packets", test_early_packets);
  ADD ("open-before-nomination", test_open_before_nomination);
  ADD ("sending", test_sending);
  ADD ("sending-before-nomination", test_sending_before_nomination);
  ADD ("send-error", test_send_error);
  return g_test_run ();
}
