/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SfuIceAgent over real sockets: checks, nomination, roaming, restart,
 * timeouts, and packets through its two elements.
 *
 * Threads: the test's is the control thread (its context is iterated while it
 * waits); the media loop has its own. */
#include <string.h>
#include <gst/check/gstharness.h>
#include <gst/webrtc/icestream.h>
#include <gst/webrtc/icetransport.h>
#include "sfu-ice-agent.h"
#include "sfu-ice-lite.h"
#include "test-stun-peer.h"

#define LOCALHOST "127.0.0.1"
/* First byte of a DTLS record and of RTP. */
#define DTLS 22
#define RTP 0x80
/* As in sfu-ice-agent.c. */
#define EARLY_MAX 64
#define MANY_AGENTS 1000

/* ---- fixture ---- */

typedef struct {
  SfuIceState state;
  gchar *reason;
} Change;

typedef struct {
  GMainContext *control;
  SfuMediaLoop *loop;
  SfuWebRtcServer *server;
  SfuIceAgent *agent;
  gchar *ufrag, *pwd;
  TestStunPeer *peer;
  /* Of the agent, when webrtcbin_side was made. */
  GstHarness *src, *sink;
  GstWebRTCICETransport *transport; /* owned */
  GString *transport_states;
  GMutex lock;
  GArray *changes; /* of Change, under the lock */
} Fixture;

static void
on_state_changed (gpointer owner, SfuIceState state, const gchar *reason)
{
  Fixture *f = owner;
  Change change = { state, g_strdup (reason) };

  g_assert_true (sfu_media_loop_is_self (f->loop));
  g_mutex_lock (&f->lock);
  g_array_append_val (f->changes, change);
  g_mutex_unlock (&f->lock);
}

static const SfuIceAgentCallbacks callbacks = { on_state_changed };

static void
clear_change (gpointer data)
{
  g_free (((Change *)data)->reason);
}

static void
take_credentials (Fixture *f)
{
  g_free (f->ufrag);
  g_free (f->pwd);
  f->ufrag = sfu_ice_agent_dup_ufrag (f->agent);
  f->pwd = sfu_ice_agent_dup_pwd (f->agent);
}

static void
set_up (Fixture *f, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  f->control = g_main_context_new ();
  f->loop = sfu_media_loop_new ("test-media");
  f->server = sfu_webrtc_server_new (f->loop, LOCALHOST, 0, NULL, &error);
  g_assert_no_error (error);
  g_mutex_init (&f->lock);
  f->changes = g_array_new (FALSE, FALSE, sizeof (Change));
  g_array_set_clear_func (f->changes, clear_change);
  f->agent = sfu_ice_agent_new (f->server, f->control, &callbacks, f);
  take_credentials (f);
  f->peer =
      test_stun_peer_new (LOCALHOST, sfu_webrtc_server_get_port (f->server));
}

static void
on_gone (gpointer data, GObject *where)
{
  *(gboolean *)data = TRUE;
}

/* Also: nothing keeps the agent, the server or the loop. */
static void
tear_down (Fixture *f, gconstpointer unused)
{
  gboolean agent_gone = FALSE, server_gone = FALSE, loop_gone = FALSE;

  g_object_weak_ref (G_OBJECT (f->agent), on_gone, &agent_gone);
  g_object_weak_ref (G_OBJECT (f->server), on_gone, &server_gone);
  g_object_weak_ref (G_OBJECT (f->loop), on_gone, &loop_gone);
  sfu_ice_agent_close (f->agent);
  g_clear_pointer (&f->src, gst_harness_teardown);
  g_clear_pointer (&f->sink, gst_harness_teardown);
  gst_clear_object (&f->transport);
  sfu_ice_agent_break_cycle (f->agent);
  gst_object_unref (f->agent);
  g_object_unref (f->server);
  g_object_unref (f->loop);
  while (g_main_context_iteration (f->control, FALSE))
    ;
  g_assert_true (agent_gone);
  g_assert_true (server_gone);
  g_assert_true (loop_gone);
  if (f->transport_states)
    g_string_free (f->transport_states, TRUE);
  test_stun_peer_free (f->peer);
  g_main_context_unref (f->control);
  g_array_unref (f->changes);
  g_mutex_clear (&f->lock);
  g_free (f->ufrag);
  g_free (f->pwd);
}

/* ---- waiting ---- */

typedef gboolean (*Condition) (Fixture *f, guint n);

static gboolean
on_wake (gpointer unused)
{
  return G_SOURCE_CONTINUE;
}

/* Runs the control context until the condition holds. */
static void
wait_until (Fixture *f, Condition condition, guint n)
{
  gint64 deadline = g_get_monotonic_time () + TEST_DEADLINE_US;
  GSource *wake = g_timeout_source_new (1);

  g_source_set_callback (wake, on_wake, NULL, NULL);
  g_source_attach (wake, f->control);
  while (!condition (f, n)) {
    g_assert_cmpint (g_get_monotonic_time (), <, deadline);
    g_main_context_iteration (f->control, TRUE);
  }
  g_source_destroy (wake);
  g_source_unref (wake);
}

static gboolean
has_changes (Fixture *f, guint n)
{
  guint length;

  g_mutex_lock (&f->lock);
  length = f->changes->len;
  g_mutex_unlock (&f->lock);
  return length >= n;
}

static void
assert_change (Fixture *f, guint at, SfuIceState state, const gchar *reason)
{
  wait_until (f, has_changes, at + 1);
  g_mutex_lock (&f->lock);
  g_assert_cmpint (g_array_index (f->changes, Change, at).state, ==, state);
  g_assert_cmpstr (g_array_index (f->changes, Change, at).reason, ==, reason);
  g_mutex_unlock (&f->lock);
}

static void
nothing (gpointer data, gpointer unused)
{
}

/* A check's answer leaves before its consequences; this stands behind them. */
static void
settle (Fixture *f)
{
  sfu_media_loop_call (f->loop, nothing, NULL);
}

static gint
check (Fixture *f, TestCheckFlags flags)
{
  gint code = test_stun_peer_check (f->peer, f->ufrag, f->pwd, flags);

  settle (f);
  return code;
}

static gboolean
server_received (Fixture *f, guint n)
{
  SfuWebRtcServerStats stats;

  sfu_webrtc_server_get_stats (f->server, &stats);
  return stats.packets_received >= n;
}

static guint64
server_drops (Fixture *f, SfuVerdict verdict)
{
  SfuWebRtcServerStats stats;

  sfu_webrtc_server_get_stats (f->server, &stats);
  return stats.drops.n[verdict];
}

static guint64
agent_drops (Fixture *f, SfuVerdict verdict)
{
  SfuIceAgentStats stats;

  sfu_ice_agent_get_stats (f->agent, &stats);
  return stats.drops.n[verdict];
}

/* ---- what webrtcbin does with an agent ---- */

static void
on_transport_state (GObject *object, GParamSpec *pspec, gpointer data)
{
  GstWebRTCICEConnectionState state;
  Fixture *f = data;

  g_object_get (object, "state", &state, NULL);
  g_string_append_printf (f->transport_states, "%d ", state);
  /* No packet before webrtcbin knows. */
  g_assert_cmpuint (gst_harness_buffers_received (f->src), ==, 0);
}

static void
on_pair_change (GObject *object, gpointer data)
{
  g_string_append (((Fixture *)data)->transport_states, "pair ");
}

static void
make_webrtcbin_side (Fixture *f)
{
  GstWebRTCICE *ice = GST_WEBRTC_ICE (f->agent);
  GstWebRTCICEStream *stream = gst_webrtc_ice_add_stream (ice, 0);

  f->transport =
      gst_webrtc_ice_find_transport (ice, stream, GST_WEBRTC_ICE_COMPONENT_RTP);
  g_assert_nonnull (f->transport);
  g_assert_true (gst_webrtc_ice_gather_candidates (ice, stream));
  g_assert_cmpint (f->transport->gathering_state, ==,
      GST_WEBRTC_ICE_GATHERING_STATE_COMPLETE);
  f->transport_states = g_string_new (NULL);
  f->src = gst_harness_new_with_element (f->transport->src, NULL, "src");
  gst_harness_play (f->src);
  f->sink = gst_harness_new_with_element (f->transport->sink, "sink", NULL);
  gst_harness_set_src_caps_str (f->sink, "application/x-rtp");
  g_signal_connect (
      f->transport, "notify::state", G_CALLBACK (on_transport_state), f);
  g_signal_connect (f->transport, "on-selected-candidate-pair-change",
      G_CALLBACK (on_pair_change), f);
}

static void
send_numbered (TestStunPeer *peer, guint8 first, guint from, guint to)
{
  for (guint i = from; i < to; i++) {
    guint8 data[16] = { first, (guint8)(i >> 8), (guint8)i };

    test_stun_peer_send (peer, data, sizeof data);
  }
}

static void
assert_numbered (Fixture *f, guint8 first, guint from, guint to)
{
  for (guint i = from; i < to; i++) {
    g_autoptr (GstBuffer) buffer = gst_harness_pull (f->src);
    const guint8 expect[16] = { first, (guint8)(i >> 8), (guint8)i };
    gsize offset, max;

    g_assert_nonnull (buffer);
    g_assert_cmpuint (gst_buffer_get_size (buffer), ==, sizeof expect);
    g_assert_cmpint (
        gst_buffer_memcmp (buffer, 0, expect, sizeof expect), ==, 0);
    g_assert_cmpuint (gst_buffer_n_memory (buffer), ==, 1);
    /* The tail room. */
    gst_buffer_get_sizes (buffer, &offset, &max);
    g_assert_cmpuint (max - offset, >, sizeof expect);
  }
}

/* Open, nominated and told. */
static gboolean
is_told (Fixture *f, guint n)
{
  return strstr (f->transport_states->str, "pair") != NULL;
}

static void
connect_agent (Fixture *f)
{
  make_webrtcbin_side (f);
  sfu_ice_agent_open (f->agent);
  g_assert_cmpint (check (f, TEST_CHECK_NOMINATE), ==, 0);
  wait_until (f, is_told, 0);
  settle (f);
}

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

/* ---- packets ---- */

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

typedef struct {
  Fixture *f;
  GstBufferList *list; /* NULL: single buffers */
  guint n;
} Push;

static GstBuffer *
numbered_buffer (guint i)
{
  guint8 data[4] = { RTP, (guint8)(i >> 8), (guint8)i, 7 };

  return gst_buffer_new_memdup (data, sizeof data);
}

static void
push_on_media_thread (gpointer data, gpointer unused)
{
  Push *push = data;

  if (push->list) {
    gst_pad_push_list (push->f->sink->srcpad, push->list);
    return;
  }
  for (guint i = 0; i < push->n; i++)
    gst_harness_push (push->f->sink, numbered_buffer (i));
}

static void
assert_peer_reads (Fixture *f, guint n)
{
  for (guint i = 0; i < n; i++) {
    const guint8 expect[4] = { RTP, (guint8)(i >> 8), (guint8)i, 7 };
    guint8 data[16];
    gsize size = test_stun_peer_read (f->peer, data, sizeof data);

    g_assert_cmpmem (data, size, expect, sizeof expect);
  }
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

#define ADD(path, func)                                                        \
  g_test_add ("/ice-agent/" path, Fixture, NULL, set_up, func, tear_down)

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
  ADD ("early-packets", test_early_packets);
  ADD ("open-before-nomination", test_open_before_nomination);
  ADD ("sending", test_sending);
  ADD ("sending-before-nomination", test_sending_before_nomination);
  ADD ("send-error", test_send_error);
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
