/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SfuIceAgent over real sockets: checks, nomination, roaming, strangers.
 *
 * Threads: the test's is the control thread (its context is iterated while it
 * waits); the media loop has its own. */
#include "ice-agent-fixture.h"

#include <string.h>
#include "sfu-ice-lite.h"

#define MANY_AGENTS 1000

/* ---- checks ---- */

static void
test_credentials (Fixture *f, gconstpointer unused)
{
  g_autoptr (SfuIceAgent) other =
      sfu_ice_agent_new (f->server, f->control, NULL, NULL);
  g_autofree gchar *ufrag = sfu_ice_agent_dup_ufrag (other);

  g_assert_cmpuint (strlen (f->ufrag), >=, 16);
  g_assert_cmpuint (strlen (f->pwd), >=, 32);
  g_assert_cmpstr (f->ufrag, !=, ufrag);
  /* Dropped without close: leaves the server by itself. */
}

static void
test_nomination (Fixture *f, gconstpointer unused)
{
  SfuIceAgentStats stats;

  g_assert_cmpint (check (f, TEST_CHECK_PLAIN), ==, 0);
  assert_change (f, 0, SFU_ICE_CONNECTED, "");
  sfu_ice_agent_get_stats (f->agent, &stats);
  g_assert_cmpstr (stats.remote_address, ==, "");
  g_assert_cmpint (check (f, TEST_CHECK_NOMINATE), ==, 0);
  assert_change (f, 1, SFU_ICE_COMPLETED, "");
  g_assert_cmpint (check (f, TEST_CHECK_PLAIN), ==, 0);
  g_assert_cmpuint (f->changes->len, ==, 2);
  sfu_ice_agent_get_stats (f->agent, &stats);
  g_assert_cmpint (stats.state, ==, SFU_ICE_COMPLETED);
  g_assert_cmpstr (stats.remote_address, ==, LOCALHOST);
  g_assert_cmpuint (
      stats.remote_port, ==, sfu_address_get_port (&f->peer->address));
  g_assert_cmpstr (stats.local_address, ==, LOCALHOST);
  g_assert_cmpuint (
      stats.local_port, ==, sfu_webrtc_server_get_port (f->server));
}

static void
test_refused (Fixture *f, gconstpointer unused)
{
  g_assert_cmpint (test_stun_peer_check (f->peer, f->ufrag,
                       "0123456789abcdef0123456789abcdef", TEST_CHECK_PLAIN),
      ==, STUN_ERROR_UNAUTHORIZED);
  g_assert_cmpint (
      test_stun_peer_check (f->peer, f->ufrag, f->pwd, TEST_CHECK_NO_INTEGRITY),
      ==, STUN_ERROR_BAD_REQUEST);
  g_assert_cmpint (test_stun_peer_check (
                       f->peer, f->ufrag, f->pwd, TEST_CHECK_UNKNOWN_ATTRIBUTE),
      ==, STUN_ERROR_UNKNOWN_ATTRIBUTE);
  g_assert_cmpint (test_stun_peer_check (f->peer, f->ufrag, f->pwd,
                       TEST_CHECK_NOMINATE | TEST_CHECK_CONTROLLED),
      ==, STUN_ERROR_ROLE_CONFLICT);
  settle (f);
  g_assert_cmpuint (f->changes->len, ==, 0);
  g_assert_cmpuint (server_drops (f, SFU_DROP_NOT_AUTHENTICATED), ==, 4);
}

/* What is ignored gives no answer: the next answer is the next check's. */
static void
test_ignored (Fixture *f, gconstpointer unused)
{
  test_stun_peer_send_check (
      f->peer, "AAAAAAAAAAAAAAAA", f->pwd, TEST_CHECK_NOMINATE);
  test_stun_peer_send_check (f->peer, f->ufrag, f->pwd,
      TEST_CHECK_NOMINATE | TEST_CHECK_BAD_FINGERPRINT);
  test_stun_peer_send_check (
      f->peer, f->ufrag, f->pwd, TEST_CHECK_NOMINATE | TEST_CHECK_INDICATION);
  g_assert_cmpint (check (f, TEST_CHECK_PLAIN), ==, 0);
  assert_change (f, 0, SFU_ICE_CONNECTED, "");
  g_assert_false (test_stun_peer_has_input (f->peer));
  g_assert_cmpuint (server_drops (f, SFU_DROP_UNKNOWN_ADDRESS), ==, 1);
  g_assert_cmpuint (server_drops (f, SFU_DROP_MALFORMED), ==, 2);
}

static void
test_many_agents (Fixture *f, gconstpointer unused)
{
  g_autoptr (GPtrArray) agents =
      g_ptr_array_new_with_free_func (gst_object_unref);
  g_autofree gchar *first_pwd = NULL;

  for (guint i = 0; i < MANY_AGENTS; i++)
    g_ptr_array_add (
        agents, sfu_ice_agent_new (f->server, f->control, NULL, NULL));
  first_pwd = sfu_ice_agent_dup_pwd (agents->pdata[0]);
  for (guint i = 0; i < MANY_AGENTS; i++) {
    g_autofree gchar *ufrag = sfu_ice_agent_dup_ufrag (agents->pdata[i]);
    g_autofree gchar *pwd = sfu_ice_agent_dup_pwd (agents->pdata[i]);
    SfuIceAgentStats stats;

    g_assert_cmpint (
        test_stun_peer_check (f->peer, ufrag, pwd, TEST_CHECK_PLAIN), ==, 0);
    settle (f);
    sfu_ice_agent_get_stats (agents->pdata[i], &stats);
    g_assert_cmpint (stats.state, ==, SFU_ICE_CONNECTED);
    if (i > 0)
      g_assert_cmpint (
          test_stun_peer_check (f->peer, ufrag, first_pwd, TEST_CHECK_PLAIN),
          ==, STUN_ERROR_UNAUTHORIZED);
  }
}

/* ---- addresses ---- */

static void
test_roaming (Fixture *f, gconstpointer unused)
{
  g_autoptr (TestStunPeer) moved =
      test_stun_peer_new (LOCALHOST, sfu_webrtc_server_get_port (f->server));
  const guint8 packet[2] = { RTP, 1 };
  SfuIceAgentStats stats;
  guint8 data[16];

  connect_agent (f);
  gst_harness_push (f->sink, gst_buffer_new_memdup (packet, sizeof packet));
  g_assert_cmpuint (
      test_stun_peer_read (f->peer, data, sizeof data), ==, sizeof packet);
  /* A check alone does not move it … */
  g_assert_cmpint (
      test_stun_peer_check (moved, f->ufrag, f->pwd, TEST_CHECK_PLAIN), ==, 0);
  settle (f);
  gst_harness_push (f->sink, gst_buffer_new_memdup (packet, sizeof packet));
  g_assert_cmpuint (
      test_stun_peer_read (f->peer, data, sizeof data), ==, sizeof packet);
  /* … a nomination does. */
  g_assert_cmpint (
      test_stun_peer_check (moved, f->ufrag, f->pwd, TEST_CHECK_NOMINATE), ==,
      0);
  settle (f);
  gst_harness_push (f->sink, gst_buffer_new_memdup (packet, sizeof packet));
  g_assert_cmpuint (
      test_stun_peer_read (moved, data, sizeof data), ==, sizeof packet);
  g_assert_cmpmem (data, sizeof packet, packet, sizeof packet);
  g_assert_false (test_stun_peer_has_input (f->peer));
  sfu_ice_agent_get_stats (f->agent, &stats);
  g_assert_cmpuint (
      stats.remote_port, ==, sfu_address_get_port (&moved->address));
  /* Packets that were on the way from the old address are taken. */
  send_numbered (f->peer, RTP, 0, 1);
  assert_numbered (f, RTP, 0, 1);
  send_numbered (moved, RTP, 1, 2);
  assert_numbered (f, RTP, 1, 2);
}

/* More addresses than the table holds: the oldest that is not selected goes. */
static void
test_address_table (Fixture *f, gconstpointer unused)
{
  TestStunPeer *peers[SFU_ICE_ADDRESSES_MAX];

  connect_agent (f);
  for (guint i = 0; i < SFU_ICE_ADDRESSES_MAX; i++) {
    peers[i] =
        test_stun_peer_new (LOCALHOST, sfu_webrtc_server_get_port (f->server));
    g_assert_cmpint (
        test_stun_peer_check (peers[i], f->ufrag, f->pwd, TEST_CHECK_PLAIN), ==,
        0);
    settle (f);
  }
  send_numbered (peers[0], RTP, 0, 1);
  send_numbered (f->peer, RTP, 1, 2);
  send_numbered (peers[1], RTP, 2, 3);
  assert_numbered (f, RTP, 1, 3);
  g_assert_cmpuint (server_drops (f, SFU_DROP_UNKNOWN_ADDRESS), ==, 1);
  for (guint i = 0; i < SFU_ICE_ADDRESSES_MAX; i++)
    test_stun_peer_free (peers[i]);
}

/* Whoever forges another peer's source address in a check for his own agent
 * does not get that peer's packets. */
static void
test_address_is_held (Fixture *f, gconstpointer unused)
{
  SfuIceAgent *other = sfu_ice_agent_new (f->server, f->control, NULL, NULL);
  g_autofree gchar *ufrag = sfu_ice_agent_dup_ufrag (other);
  g_autofree gchar *pwd = sfu_ice_agent_dup_pwd (other);
  SfuIceAgentStats stats;

  connect_agent (f);
  test_stun_peer_send_check (f->peer, ufrag, pwd, TEST_CHECK_NOMINATE);
  send_numbered (f->peer, RTP, 0, 3);
  assert_numbered (f, RTP, 0, 3);
  sfu_ice_agent_get_stats (other, &stats);
  g_assert_cmpint (stats.state, ==, SFU_ICE_NEW);
  g_assert_cmpuint (server_drops (f, SFU_DROP_UNKNOWN_ADDRESS), ==, 1);
  /* Once the first is gone the address is free. */
  sfu_ice_agent_close (f->agent);
  g_assert_cmpint (
      test_stun_peer_check (f->peer, ufrag, pwd, TEST_CHECK_NOMINATE), ==, 0);
  gst_object_unref (other);
}

/* Whoever knows the ufrag, which is sent in the clear, but not the password
 * moves nothing, whatever he sends from wherever. */
static void
test_strangers_move_nothing (Fixture *f, gconstpointer unused)
{
  static const TestCheckFlags tries[] = { TEST_CHECK_NOMINATE,
    TEST_CHECK_NOMINATE | TEST_CHECK_NO_INTEGRITY,
    TEST_CHECK_NOMINATE | TEST_CHECK_BAD_FINGERPRINT,
    TEST_CHECK_NOMINATE | TEST_CHECK_INDICATION,
    TEST_CHECK_NOMINATE | TEST_CHECK_CONTROLLED };
  g_autoptr (TestStunPeer) stranger =
      test_stun_peer_new (LOCALHOST, sfu_webrtc_server_get_port (f->server));
  SfuIceAgentStats stats;

  connect_agent (f);
  for (guint i = 0; i < G_N_ELEMENTS (tries); i++)
    test_stun_peer_send_check (
        stranger, f->ufrag, "0123456789abcdef0123456789abcdef", tries[i]);
  send_numbered (stranger, RTP, 0, 5);
  send_numbered (stranger, DTLS, 0, 5);
  g_assert_cmpint (check (f, TEST_CHECK_PLAIN), ==, 0);
  sfu_ice_agent_get_stats (f->agent, &stats);
  g_assert_cmpuint (
      stats.remote_port, ==, sfu_address_get_port (&f->peer->address));
  g_assert_cmpuint (server_drops (f, SFU_DROP_UNKNOWN_ADDRESS), ==, 10);
  g_assert_cmpuint (gst_harness_buffers_received (f->src), ==, 0);
  send_numbered (f->peer, RTP, 10, 13);
  assert_numbered (f, RTP, 10, 13);
}

static void
test_unknown_address (Fixture *f, gconstpointer unused)
{
  const guint8 strange[] = { 5, 16, 64, 127, 192, 255 };

  make_webrtcbin_side (f);
  send_numbered (f->peer, DTLS, 0, 2);
  send_numbered (f->peer, RTP, 0, 1);
  for (guint i = 0; i < G_N_ELEMENTS (strange); i++)
    test_stun_peer_send (f->peer, &strange[i], 1);
  test_stun_peer_send (f->peer, "", 0);
  g_assert_cmpint (check (f, TEST_CHECK_PLAIN), ==, 0);
  g_assert_cmpuint (server_drops (f, SFU_DROP_UNKNOWN_ADDRESS), ==, 3);
  g_assert_cmpuint (
      server_drops (f, SFU_DROP_MALFORMED), ==, G_N_ELEMENTS (strange) + 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  ADD ("credentials", test_credentials);
  ADD ("nomination", test_nomination);
  ADD ("refused", test_refused);
  ADD ("ignored", test_ignored);
  ADD ("many-agents", test_many_agents);
  ADD ("roaming", test_roaming);
  ADD ("address-table", test_address_table);
  ADD ("address-is-held", test_address_is_held);
  ADD ("strangers-move-nothing", test_strangers_move_nothing);
  ADD ("unknown-address", test_unknown_address);
  return g_test_run ();
}
