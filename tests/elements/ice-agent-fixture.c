/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ice-agent-fixture.h"

#include <string.h>
#include <gst/webrtc/icestream.h>

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

const SfuIceAgentCallbacks callbacks = { on_state_changed };

static void
clear_change (gpointer data)
{
  g_free (((Change *)data)->reason);
}

void
take_credentials (Fixture *f)
{
  g_free (f->ufrag);
  g_free (f->pwd);
  f->ufrag = sfu_ice_agent_dup_ufrag (f->agent);
  f->pwd = sfu_ice_agent_dup_pwd (f->agent);
}

void
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

void
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

static gboolean
on_wake (gpointer unused)
{
  return G_SOURCE_CONTINUE;
}

void
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

gboolean
has_changes (Fixture *f, guint n)
{
  guint length;

  g_mutex_lock (&f->lock);
  length = f->changes->len;
  g_mutex_unlock (&f->lock);
  return length >= n;
}

void
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

void
settle (Fixture *f)
{
  sfu_media_loop_call (f->loop, nothing, NULL);
}

gint
check (Fixture *f, TestCheckFlags flags)
{
  gint code = test_stun_peer_check (f->peer, f->ufrag, f->pwd, flags);

  settle (f);
  return code;
}

gboolean
server_received (Fixture *f, guint n)
{
  SfuWebRtcServerStats stats;

  sfu_webrtc_server_get_stats (f->server, &stats);
  return stats.packets_received >= n;
}

guint64
server_drops (Fixture *f, SfuVerdict verdict)
{
  SfuWebRtcServerStats stats;

  sfu_webrtc_server_get_stats (f->server, &stats);
  return stats.drops.n[verdict];
}

guint64
agent_drops (Fixture *f, SfuVerdict verdict)
{
  SfuIceAgentStats stats;

  sfu_ice_agent_get_stats (f->agent, &stats);
  return stats.drops.n[verdict];
}

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

void
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

void
send_numbered (TestStunPeer *peer, guint8 first, guint from, guint to)
{
  for (guint i = from; i < to; i++) {
    guint8 data[16] = { first, (guint8)(i >> 8), (guint8)i };

    test_stun_peer_send (peer, data, sizeof data);
  }
}

void
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

gboolean
is_told (Fixture *f, guint n)
{
  return strstr (f->transport_states->str, "pair") != NULL;
}

void
connect_agent (Fixture *f)
{
  make_webrtcbin_side (f);
  sfu_ice_agent_open (f->agent);
  g_assert_cmpint (check (f, TEST_CHECK_NOMINATE), ==, 0);
  wait_until (f, is_told, 0);
  settle (f);
}

GstBuffer *
numbered_buffer (guint i)
{
  guint8 data[4] = { RTP, (guint8)(i >> 8), (guint8)i, 7 };

  return gst_buffer_new_memdup (data, sizeof data);
}

void
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

void
assert_peer_reads (Fixture *f, guint n)
{
  for (guint i = 0; i < n; i++) {
    const guint8 expect[4] = { RTP, (guint8)(i >> 8), (guint8)i, 7 };
    guint8 data[16];
    gsize size = test_stun_peer_read (f->peer, data, sizeof data);

    g_assert_cmpmem (data, size, expect, sizeof expect);
  }
}
