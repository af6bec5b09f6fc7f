/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sfutransport against an independent peer on loopback: handshake,
 * packets in both directions, closing. The gate:
 * test-transport-gate.c; RTCP: test-transport-rtcp.c; many cycles:
 * test-transport-cycles.c.
 *
 * Threads: the test's, which is the control thread. */
#include "transport-fixture.h"

#include <gio/gio.h>
#include <string.h>

#define VIDEO                                                                  \
  "application/x-rtp, media=(string)video, payload=(int)96, "                  \
  "clock-rate=(int)90000, rtcp-fb-nack-pli=(boolean)true"
#define SSRC "ssrc=(uint)1111"
#define WRONG_FINGERPRINT                                                      \
  "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:"                           \
  "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF"

static void
assert_string_property (gpointer object, const gchar *name, const gchar *wanted)
{
  g_autofree gchar *value = NULL;

  g_object_get (object, name, &value, NULL);
  g_assert_cmpstr (value, ==, wanted);
}

static void
test_handshake (gconstpointer peer_client)
{
  g_autofree gchar *fingerprint = NULL;
  g_autoptr (GstStructure) stats = NULL;
  Fixture f;

  fixture_init (&f);
  assert_string_property (f.transport, "dtls-state", "new");
  fixture_connect (&f, GPOINTER_TO_INT (peer_client));
  assert_string_property (f.transport, "dtls-state", "connected");
  assert_string_property (f.transport, "ice-state", "completed");
  g_object_get (f.transport, "fingerprint", &fingerprint, NULL);
  g_assert_cmpstr (fingerprint, ==, test_peer_remote_fingerprint (f.peer));
  g_object_get (f.transport, "stats", &stats, NULL);
  g_assert_cmpstr (gst_structure_get_string (stats, "srtp-profile"), ==,
      "SRTP_AES128_CM_SHA1_80");
  g_assert_cmpstr (gst_structure_get_string (stats, "dtls-role"), ==,
      peer_client ? "server" : "client");
  g_assert_cmpstr (
      gst_structure_get_string (stats, "remote-address"), ==, "127.0.0.1");
  fixture_clear (&f);
}

static void
test_rtp_in (void)
{
  Fixture f;
  End *end;
  guint8 data[200];
  GstBuffer *buffer;
  gsize len;

  fixture_init (&f);
  end = end_new_producer (f.transport, VIDEO ", " SSRC);
  g_assert_nonnull (end);
  fixture_connect (&f, TRUE);
  len = make_rtp (data, 96, 65535, 1000, 1111, NULL, 100);
  g_assert_true (test_peer_send_rtp (f.peer, data, len));
  WAIT_UNTIL (g_async_queue_length (end->buffers) == 1);
  buffer = g_async_queue_pop (end->buffers);
  g_assert_cmpuint (gst_buffer_get_size (buffer), ==, len);
  g_assert_cmpint (gst_buffer_memcmp (buffer, 0, data, len), ==, 0);
  gst_buffer_unref (buffer);
  g_assert_cmpuint (stats_uint64 (end->transport_pad, "packets"), ==, 1);
  g_assert_cmpuint (stats_uint64 (f.transport, "rtp-packets-received"), ==, 1);
  end_free (end, f.transport);
  fixture_clear (&f);
}

static void
test_rtp_out (gconstpointer on_media_thread)
{
  const guint n = 100;
  Fixture f;
  End *end;
  guint8 data[200];
  GBytes *first;
  gsize len;
  guint i;

  fixture_init (&f);
  end = end_new_consumer (f.transport, VIDEO ", ssrc=(uint)2222");
  fixture_connect (&f, TRUE);
  for (i = 0; i < n; i++) {
    len = make_rtp (data, 96, 65500 + i, 1000, 2222, NULL, 100);
    if (on_media_thread)
      end_push (end, f.transport, data, len, 1);
    else
      end_push_here (end, data, len);
  }
  WAIT_UNTIL (test_peer_rtp (f.peer)->length == n);
  first = g_queue_peek_head (test_peer_rtp (f.peer));
  g_assert_cmpuint (g_bytes_get_size (first), ==, len);
  make_rtp (data, 96, 65500, 1000, 2222, NULL, 100);
  g_assert_cmpmem (g_bytes_get_data (first, NULL), len, data, len);
  g_assert_cmpuint (stats_uint64 (end->transport_pad, "packets"), ==, n);
  end_free (end, f.transport);
  fixture_clear (&f);
}

/* SCTP begins by itself when DTLS is there: over the gate, or not at all. */
static void
test_sctp (void)
{
  Fixture f;
  End *in;
  guint8 data[200];

  fixture_init (&f);
  g_object_set (f.transport, "sctp", TRUE, NULL);
  in = end_new_producer (f.transport, VIDEO ", " SSRC);
  fixture_connect (&f, TRUE);
  WAIT_UNTIL (test_peer_dtls_bytes (f.peer) > 0);
  test_peer_send_rtp (
      f.peer, data, make_rtp (data, 96, 1, 1000, 1111, NULL, 100));
  WAIT_UNTIL (g_async_queue_length (in->buffers) == 1);
  end_free (in, f.transport);
  fixture_clear (&f);
}

/* An element can be used again; the second life has nothing of the first. */
static void
test_second_life (void)
{
  g_autofree gchar *first = NULL, *second = NULL;
  Fixture f;

  fixture_init (&f);
  g_object_get (f.transport, "ice-ufrag", &first, NULL);
  fixture_connect (&f, TRUE);
  gst_element_set_state (f.pipeline, GST_STATE_NULL);
  g_assert_cmpstr (f.dtls, ==, "closed");
  gst_element_set_state (f.pipeline, GST_STATE_PLAYING);
  assert_string_property (f.transport, "dtls-state", "new");
  g_object_get (f.transport, "ice-ufrag", &second, NULL);
  g_assert_cmpstr (first, !=, second);
  test_peer_free (f.peer);
  f.peer = test_peer_new ();
  fixture_connect (&f, FALSE);
  fixture_clear (&f);
}

/* What the first life still had to tell is not the second's. */
static void
test_stale_news (void)
{
  GMainContext *context;
  Fixture f;

  fixture_init (&f);
  context = fixture_separate_peer (&f);
  fixture_start (&f, TRUE);
  while (strcmp (f.ice, "completed") != 0) {
    g_main_context_iteration (context, FALSE);
    g_main_context_iteration (NULL, FALSE);
  }
  while (!test_peer_dtls_connected (f.peer))
    g_main_context_iteration (context, TRUE);
  gst_element_set_state (f.pipeline, GST_STATE_NULL);
  gst_element_set_state (f.pipeline, GST_STATE_PLAYING);
  while (g_main_context_iteration (NULL, FALSE)) {
  }
  assert_string_property (f.transport, "dtls-state", "new");
  assert_string_property (f.transport, "ice-state", "new");
  fixture_clear (&f);
  g_main_context_unref (context);
}

/* Names may be given or not; refused ones leave nothing behind. */
static void
test_pads (void)
{
  static const struct {
    const gchar *wanted, *caps, *got;
  } cases[] = {
    { NULL, VIDEO, "src_0" },
    { "src_2", VIDEO ", " SSRC, "src_2" },
    { NULL, VIDEO, "src_3" },
    { NULL, VIDEO ", " SSRC, NULL },
    { NULL, VIDEO ", rtx-" SSRC, NULL },
    { NULL, VIDEO ", rtx-payload=(int)300", NULL },
  };
  GstPad *pads[G_N_ELEMENTS (cases)];
  Fixture f;
  guint i;

  fixture_init (&f);
  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    GstElement *element = GST_ELEMENT (f.transport);
    g_autoptr (GstCaps) caps = gst_caps_from_string (cases[i].caps);

    pads[i] = gst_element_request_pad (element,
        gst_element_get_pad_template (element, "src_%u"), cases[i].wanted,
        caps);
    if (cases[i].got)
      g_assert_cmpstr (GST_PAD_NAME (pads[i]), ==, cases[i].got);
    else
      g_assert_null (pads[i]);
  }
  g_assert_cmpuint (GST_ELEMENT (f.transport)->numsrcpads, ==, 3);
  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    if (!pads[i])
      continue;
    gst_element_release_request_pad (GST_ELEMENT (f.transport), pads[i]);
    gst_object_unref (pads[i]);
  }
  g_assert_cmpuint (GST_ELEMENT (f.transport)->numsrcpads, ==, 0);
  fixture_clear (&f);
}

static void
test_close (void)
{
  Fixture f;

  fixture_init (&f);
  fixture_connect (&f, TRUE);
  sfu_transport_close (f.transport);
  g_assert_cmpstr (f.dtls, ==, "closed");
  g_assert_cmpstr (f.reason, ==, "closed");
  WAIT_UNTIL (test_peer_got_close_notify (f.peer));
  f.n_states = 0;
  sfu_transport_close (f.transport);
  g_assert_cmpuint (f.n_states, ==, 0);
  fixture_clear (&f);
}

static void
test_state_change_closes (void)
{
  Fixture f;

  fixture_init (&f);
  fixture_connect (&f, TRUE);
  gst_element_set_state (f.pipeline, GST_STATE_NULL);
  WAIT_UNTIL (test_peer_got_close_notify (f.peer));
  fixture_clear (&f);
}

static void
test_peer_closes (void)
{
  Fixture f;

  fixture_init (&f);
  fixture_connect (&f, TRUE);
  test_peer_send_close_notify (f.peer);
  WAIT_UNTIL (strcmp (f.dtls, "closed") == 0);
  g_assert_cmpstr (f.reason, ==, "close_notify by peer");
  fixture_clear (&f);
}

static void
test_consent_expires (void)
{
  Fixture f;

  fixture_init (&f);
  g_object_set (
      f.transport, "disconnect-timeout", 300, "consent-timeout", 900, NULL);
  fixture_connect (&f, TRUE);
  test_peer_stop_checks (f.peer);
  WAIT_UNTIL (strcmp (f.ice, "disconnected") == 0);
  g_assert_cmpstr (f.dtls, ==, "connected");
  WAIT_UNTIL (strcmp (f.ice, "closed") == 0);
  g_assert_cmpstr (f.reason, ==, "consent expired");
  fixture_clear (&f);
}

static void
test_bad_arguments (void)
{
  static const struct {
    const gchar *role, *algorithm, *value;
  } bad[] = { { "active", "sha-256", WRONG_FINGERPRINT },
    { "client", "md5", WRONG_FINGERPRINT },
    { "client", "sha-1", WRONG_FINGERPRINT }, { "client", "sha-256", "AB" },
    { "client", "sha-256", NULL }, { "client", NULL, WRONG_FINGERPRINT } };
  g_autoptr (GError) error = NULL;
  Fixture f;
  guint i;

  fixture_init (&f);
  for (i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_assert_false (sfu_transport_connect (
        f.transport, bad[i].role, bad[i].algorithm, bad[i].value, &error));
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
    g_clear_error (&error);
  }
  /* None of that has used the transport up. */
  fixture_connect (&f, TRUE);
  g_assert_false (sfu_transport_connect (
      f.transport, "client", "sha-256", WRONG_FINGERPRINT, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS);
  g_clear_error (&error);
  sfu_transport_close (f.transport);
  g_assert_false (sfu_transport_connect (
      f.transport, "client", "sha-256", WRONG_FINGERPRINT, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
  fixture_clear (&f);
}

static void
test_any_fingerprint (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *ufrag = NULL, *pwd = NULL;
  Fixture f;

  fixture_init (&f);
  g_object_get (f.transport, "ice-ufrag", &ufrag, "ice-pwd", &pwd, NULL);
  sfu_transport_connect_full (f.transport, "auto",
      (const gchar *const[]){ "sha-256", WRONG_FINGERPRINT, "sha-256",
          test_peer_fingerprint (f.peer), NULL },
      &error);
  g_assert_no_error (error);
  test_peer_start (f.peer, "127.0.0.1", sfu_webrtc_server_get_port (f.server),
      ufrag, pwd, TRUE);
  WAIT_UNTIL (strcmp (f.dtls, "connected") == 0);
  fixture_clear (&f);
}

/* Checks before connect are answered; packets before connect do no harm. */
static void
test_ice_before_connect (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *ufrag = NULL, *pwd = NULL;
  Fixture f;

  fixture_init (&f);
  g_object_get (f.transport, "ice-ufrag", &ufrag, "ice-pwd", &pwd, NULL);
  test_peer_start (f.peer, "127.0.0.1", sfu_webrtc_server_get_port (f.server),
      ufrag, pwd, TRUE);
  WAIT_UNTIL (test_peer_checks (f.peer) > 2);
  sfu_transport_connect (
      f.transport, "client", "sha-256", test_peer_fingerprint (f.peer), &error);
  g_assert_no_error (error);
  WAIT_UNTIL (strcmp (f.dtls, "connected") == 0);
  fixture_clear (&f);
}

static void
test_ice_restart (void)
{
  g_autofree gchar *ufrag = NULL, *pwd = NULL, *old = NULL;
  const guint n = 200;
  Fixture f;
  End *in, *out;
  guint8 data[200];
  gsize len;
  guint i;

  fixture_init (&f);
  in = end_new_producer (f.transport, VIDEO ", " SSRC);
  out = end_new_consumer (f.transport, VIDEO ", ssrc=(uint)2222");
  fixture_connect (&f, TRUE);
  g_object_get (f.transport, "ice-ufrag", &old, NULL);
  for (i = 0; i < n; i++) {
    len = make_rtp (data, 96, i, 1000, 1111, NULL, 100);
    test_peer_send_rtp (f.peer, data, len);
    len = make_rtp (data, 96, i, 1000, 2222, NULL, 100);
    end_push (out, f.transport, data, len, 1);
    if (i == 50) {
      sfu_transport_restart_ice (f.transport);
      g_object_get (f.transport, "ice-ufrag", &ufrag, "ice-pwd", &pwd, NULL);
      g_assert_cmpstr (ufrag, !=, old);
    } else if (i == 100) {
      test_peer_restart_ice (f.peer, ufrag, pwd);
      WAIT_UNTIL (test_peer_checks (f.peer) > 0);
    }
    g_main_context_iteration (NULL, FALSE);
  }
  WAIT_UNTIL (g_async_queue_length (in->buffers) == (gint)n &&
      test_peer_rtp (f.peer)->length == n);
  g_assert_cmpstr (f.dtls, ==, "connected");
  end_free (in, f.transport);
  end_free (out, f.transport);
  fixture_clear (&f);
}

/* The peer's address changes under a running connection. */
static void
test_peer_moves (void)
{
  Fixture f;
  End *out;
  guint8 data[200];
  gsize len = make_rtp (data, 96, 1, 1000, 2222, NULL, 100);

  fixture_init (&f);
  out = end_new_consumer (f.transport, VIDEO ", ssrc=(uint)2222");
  fixture_connect (&f, TRUE);
  test_peer_move (f.peer);
  WAIT_UNTIL (test_peer_checks (f.peer) > 0);
  end_push (out, f.transport, data, len, 1);
  WAIT_UNTIL (test_peer_rtp (f.peer)->length == 1);
  end_free (out, f.transport);
  fixture_clear (&f);
}

/* The other way; before the first check from there it is a stranger. */
static void
test_peer_moves_sending (void)
{
  Fixture f;
  End *in;
  guint8 data[200];
  gsize len = make_rtp (data, 96, 1, 1000, 1111, NULL, 100);

  fixture_init (&f);
  in = end_new_producer (f.transport, VIDEO ", ssrc=(uint)1111");
  fixture_connect (&f, TRUE);
  test_peer_send_rtp (f.peer, data, len);
  WAIT_UNTIL (g_async_queue_length (in->buffers) == 1);
  test_peer_move (f.peer);
  WAIT_UNTIL (test_peer_checks (f.peer) > 0);
  make_rtp (data, 96, 2, 2000, 1111, NULL, 100);
  test_peer_send_rtp (f.peer, data, len);
  WAIT_UNTIL (g_async_queue_length (in->buffers) == 2);
  g_assert_cmpstr (f.ice, ==, "completed");
  end_free (in, f.transport);
  fixture_clear (&f);
}

static void
test_lossy_handshake (gconstpointer peer_client)
{
  const gdouble percent = 20;
  Fixture f;

  fixture_init (&f);
  /* The stock DTLS waits one second before it sends again, then two, four. */
  g_object_set (f.transport, "dtls-timeout", 120000, NULL);
  sfu_webrtc_server_set_impairment (f.server, percent, percent);
  fixture_connect (&f, GPOINTER_TO_INT (peer_client));
  fixture_clear (&f);
}

static void
test_dtls_timeout (void)
{
  Fixture f;

  fixture_init (&f);
  g_object_set (f.transport, "dtls-timeout", 200, NULL);
  sfu_webrtc_server_set_impairment (f.server, 100, 100);
  fixture_start (&f, TRUE);
  WAIT_UNTIL (strcmp (f.dtls, "failed") == 0);
  g_assert_cmpstr (f.reason, ==, "DTLS failed: timeout");
  fixture_clear (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  g_test_add_data_func (
      "/transport/handshake/server", GINT_TO_POINTER (TRUE), test_handshake);
  g_test_add_data_func (
      "/transport/handshake/client", GINT_TO_POINTER (FALSE), test_handshake);
  g_test_add_func ("/transport/rtp-in", test_rtp_in);
  g_test_add_data_func (
      "/transport/rtp-out/media-thread", GINT_TO_POINTER (TRUE), test_rtp_out);
  g_test_add_data_func (
      "/transport/rtp-out/other-thread", GINT_TO_POINTER (FALSE), test_rtp_out);
  g_test_add_func ("/transport/sctp", test_sctp);
  g_test_add_func ("/transport/pads", test_pads);
  g_test_add_func ("/transport/second-life", test_second_life);
  g_test_add_func ("/transport/second-life/stale-news", test_stale_news);
  g_test_add_func ("/transport/close", test_close);
  g_test_add_func ("/transport/close/state", test_state_change_closes);
  g_test_add_func ("/transport/close/peer", test_peer_closes);
  g_test_add_func ("/transport/close/consent", test_consent_expires);
  g_test_add_func ("/transport/connect/bad-arguments", test_bad_arguments);
  g_test_add_func ("/transport/connect/any-fingerprint", test_any_fingerprint);
  g_test_add_func ("/transport/ice/before-connect", test_ice_before_connect);
  g_test_add_func ("/transport/ice/restart", test_ice_restart);
  g_test_add_func ("/transport/ice/peer-moves", test_peer_moves);
  g_test_add_func (
      "/transport/ice/peer-moves-sending", test_peer_moves_sending);
  g_test_add_data_func (
      "/transport/loss/server", GINT_TO_POINTER (TRUE), test_lossy_handshake);
  g_test_add_data_func (
      "/transport/loss/client", GINT_TO_POINTER (FALSE), test_lossy_handshake);
  g_test_add_func ("/transport/dtls-timeout", test_dtls_timeout);
  return g_test_run ();
}
