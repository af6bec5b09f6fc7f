/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SfuIceAgent in the course of time: restart, timeouts, the end.
 *
 * Threads: the test's is the control thread (its context is iterated while it
 * waits); the media loop has its own. */
#include "ice-agent-fixture.h"

/* ---- restart ---- */

static void
test_restart (Fixture *f, gconstpointer unused)
{
  g_autofree gchar *old_ufrag = g_strdup (f->ufrag);
  g_autofree gchar *old_pwd = g_strdup (f->pwd);
  g_autoptr (TestStunPeer) again =
      test_stun_peer_new (LOCALHOST, sfu_webrtc_server_get_port (f->server));

  connect_agent (f);
  sfu_ice_agent_restart (f->agent);
  take_credentials (f);
  g_assert_cmpstr (f->ufrag, !=, old_ufrag);
  g_assert_cmpstr (f->pwd, !=, old_pwd);
  /* Both are answered, and media never stops. */
  g_assert_cmpint (
      test_stun_peer_check (f->peer, old_ufrag, old_pwd, TEST_CHECK_NOMINATE),
      ==, 0);
  g_assert_cmpint (
      test_stun_peer_check (again, f->ufrag, f->pwd, TEST_CHECK_PLAIN), ==, 0);
  g_assert_cmpint (
      test_stun_peer_check (f->peer, old_ufrag, old_pwd, TEST_CHECK_PLAIN), ==,
      0);
  g_assert_cmpint (
      test_stun_peer_check (f->peer, f->ufrag, old_pwd, TEST_CHECK_PLAIN), ==,
      STUN_ERROR_UNAUTHORIZED);
  send_numbered (f->peer, RTP, 0, 2);
  assert_numbered (f, RTP, 0, 2);
  /* With the new nomination the old ones end. */
  g_assert_cmpint (
      test_stun_peer_check (again, f->ufrag, f->pwd, TEST_CHECK_NOMINATE), ==,
      0);
  settle (f);
  test_stun_peer_send_check (f->peer, old_ufrag, old_pwd, TEST_CHECK_NOMINATE);
  send_numbered (again, RTP, 2, 4);
  assert_numbered (f, RTP, 2, 4);
  g_assert_false (test_stun_peer_has_input (f->peer));
  /* webrtcbin never noticed. */
  g_assert_cmpstr (f->transport_states->str, ==, "1 2 pair 3 ");
  g_assert_cmpuint (f->changes->len, ==, 1);
}

/* ---- timeouts ---- */

#define SHORT_US (100 * G_TIME_SPAN_MILLISECOND)
#define LONG_US (60 * G_USEC_PER_SEC)

static void
test_first_check_timeout (Fixture *f, gconstpointer unused)
{
  sfu_ice_agent_set_timeouts (f->agent, SHORT_US, 0, 0);
  assert_change (f, 0, SFU_ICE_CLOSED, "no connectivity check arrived");
  /* Closed is closed. */
  test_stun_peer_send_check (f->peer, f->ufrag, f->pwd, TEST_CHECK_PLAIN);
  wait_until (f, server_received, 1);
  settle (f);
  g_assert_false (test_stun_peer_has_input (f->peer));
  g_assert_cmpuint (f->changes->len, ==, 1);
}

static void
test_disconnect_timeout (Fixture *f, gconstpointer unused)
{
  connect_agent (f);
  sfu_ice_agent_set_timeouts (f->agent, 0, SHORT_US, LONG_US);
  assert_change (f, 1, SFU_ICE_DISCONNECTED, "connectivity checks stopped");
  sfu_ice_agent_set_timeouts (f->agent, 0, LONG_US, LONG_US);
  /* Still in business … */
  send_numbered (f->peer, RTP, 0, 1);
  assert_numbered (f, RTP, 0, 1);
  /* … and back with the next check. */
  g_assert_cmpint (check (f, TEST_CHECK_PLAIN), ==, 0);
  assert_change (f, 2, SFU_ICE_COMPLETED, "");
}

static void
test_consent_timeout (Fixture *f, gconstpointer unused)
{
  connect_agent (f);
  sfu_ice_agent_set_timeouts (f->agent, 0, 0, SHORT_US);
  assert_change (f, 1, SFU_ICE_CLOSED, "consent expired");
  /* RFC 7675 5.1: no packet to who does not consent. */
  gst_harness_push (f->sink, numbered_buffer (0));
  g_assert_cmpuint (agent_drops (f, SFU_DROP_NOT_CONNECTED), ==, 1);
  g_assert_false (test_stun_peer_has_input (f->peer));
}

/* 0 = never: two ticks of the server pass without a word. */
static void
test_no_timeout (Fixture *f, gconstpointer unused)
{
  g_autoptr (SfuIceAgent) other =
      sfu_ice_agent_new (f->server, f->control, &callbacks, f);

  sfu_ice_agent_set_timeouts (f->agent, 0, 0, 0);
  sfu_ice_agent_set_timeouts (other, 2 * SHORT_US, 0, 0);
  assert_change (f, 0, SFU_ICE_CLOSED, "no connectivity check arrived");
  g_assert_cmpint (check (f, TEST_CHECK_PLAIN), ==, 0);
  assert_change (f, 1, SFU_ICE_CONNECTED, "");
  sfu_ice_agent_close (other);
}

/* ---- the end ---- */

typedef struct {
  TestStunPeer *peer;
  gint stop;
} Flood;

static gpointer
flood_thread (gpointer data)
{
  Flood *flood = data;

  while (!g_atomic_int_get (&flood->stop))
    send_numbered (flood->peer, RTP, 0, 16);
  return NULL;
}

static gboolean
has_buffers (Fixture *f, guint n)
{
  return gst_harness_buffers_received (f->src) >= n;
}

/* Under fire from both sides: nothing passes once close has returned. */
static void
test_close_is_synchronous (Fixture *f, gconstpointer unused)
{
  Flood flood = { f->peer, FALSE };
  GThread *thread;
  SfuWebRtcServerStats stats;
  guint received;
  guint64 sent;

  connect_agent (f);
  gst_harness_set_drop_buffers (f->src, TRUE);
  thread = g_thread_new ("flood", flood_thread, &flood);
  wait_until (f, has_buffers, 100);
  sfu_ice_agent_close (f->agent);
  received = gst_harness_buffers_received (f->src);
  sfu_webrtc_server_get_stats (f->server, &stats);
  sent = stats.packets_sent;
  gst_harness_push (f->sink, numbered_buffer (0));
  wait_until (f, server_received, (guint)stats.packets_received + 500);
  g_atomic_int_set (&flood.stop, TRUE);
  g_thread_join (thread);
  settle (f);
  g_assert_cmpuint (gst_harness_buffers_received (f->src), ==, received);
  sfu_webrtc_server_get_stats (f->server, &stats);
  g_assert_cmpuint (stats.packets_sent, ==, sent);
  g_assert_cmpuint (stats.drops.n[SFU_DROP_UNKNOWN_ADDRESS], >=, 400);
  g_assert_cmpuint (agent_drops (f, SFU_DROP_NOT_CONNECTED), ==, 1);
  sfu_ice_agent_close (f->agent);
}

/* What was queued for the peer (close_notify) leaves before the end. */
static void
push_and_close (gpointer data, gpointer unused)
{
  Push *push = data;

  push_on_media_thread (push, NULL);
  sfu_ice_agent_close (push->f->agent);
}

static void
test_close_sends_what_is_queued (Fixture *f, gconstpointer unused)
{
  Push single = { f, NULL, 3 };

  connect_agent (f);
  sfu_media_loop_call (f->loop, push_and_close, &single);
  assert_peer_reads (f, 3);
}

/* Closed between the nomination and the moment webrtcbin would be told. */
static void
test_close_before_told (Fixture *f, gconstpointer unused)
{
  make_webrtcbin_side (f);
  sfu_ice_agent_open (f->agent);
  g_assert_cmpint (check (f, TEST_CHECK_NOMINATE), ==, 0);
  send_numbered (f->peer, DTLS, 0, 3);
  sfu_ice_agent_close (f->agent);
  while (g_main_context_iteration (f->control, FALSE))
    ;
  g_assert_cmpstr (f->transport_states->str, ==, "");
  g_assert_cmpuint (gst_harness_buffers_received (f->src), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  ADD ("restart", test_restart);
  ADD ("first-check-timeout", test_first_check_timeout);
  ADD ("disconnect-timeout", test_disconnect_timeout);
  ADD ("consent-timeout", test_consent_timeout);
  ADD ("no-timeout", test_no_timeout);
  ADD ("close-is-synchronous", test_close_is_synchronous);
  ADD ("close-sends-what-is-queued", test_close_sends_what_is_queued);
  ADD ("close-before-told", test_close_before_told);
  return g_test_run ();
}
