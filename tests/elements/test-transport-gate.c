/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The gate of sfutransport: not one packet passes, in either direction, before
 * the peer's certificate matched the signalled fingerprint. With our own DTLS
 * the peer is told so by an alert; the stock one lets it believe that it is
 * connected.
 *
 * Threads: the test's, which is the control thread. */
#include "transport-fixture.h"

#include <string.h>

#define VIDEO                                                                  \
  "application/x-rtp, media=(string)video, payload=(int)96, "                  \
  "clock-rate=(int)90000"
#define IN VIDEO ", ssrc=(uint)1111"
#define OUT VIDEO ", ssrc=(uint)2222"
#define PACKETS 50
#define WRONG_FINGERPRINT                                                      \
  "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:"                           \
  "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF"

/* A peer that was refused has no keys: what it sends looks like SRTP. */
static void
send_in (Fixture *f, const guint8 *data, gsize len, gboolean rtcp)
{
  if (fixture_dtls_is_own ())
    test_peer_send_raw (f->peer, data, len);
  else if (rtcp)
    g_assert_true (test_peer_send_rtcp (f->peer, data, len));
  else
    g_assert_true (test_peer_send_rtp (f->peer, data, len));
}

static gboolean
peer_has_answer (Fixture *f)
{
  return fixture_dtls_is_own () ? test_peer_dtls_failed (f->peer)
                                : test_peer_dtls_connected (f->peer);
}

static void
send_both_ways (Fixture *f, End *out)
{
  static const guint8 rr[] = { 0x80, 201, 0, 1, 0, 0, 0, 1 };
  guint8 data[200];
  guint i;

  for (i = 0; i < PACKETS; i++) {
    send_in (f, data, make_rtp (data, 96, i, 1000, 1111, NULL, 100), FALSE);
    send_in (f, rr, sizeof rr, TRUE);
    end_push (out, f->transport, data,
        make_rtp (data, 96, i, 1000, 2222, NULL, 100), 1);
  }
}

/* The media thread alone keeps it shut: the control thread learns of the
 * mismatch only after the peer has sent all it wanted. */
static void
test_while_control_sleeps (void)
{
  GMainContext *context;
  Fixture f;
  End *in, *out;

  fixture_init (&f);
  context = fixture_separate_peer (&f);
  in = end_new_producer (f.transport, IN);
  out = end_new_consumer (f.transport, OUT);
  fixture_start_with (&f, TRUE, WRONG_FINGERPRINT);
  /* That DTLS may begin is told by the control thread, which sleeps from the
   * first answer on: the peer's certificate comes a flight later. */
  while (test_peer_dtls_datagrams (f.peer) == 0) {
    g_main_context_iteration (NULL, FALSE);
    g_main_context_iteration (context, FALSE);
  }
  while (!peer_has_answer (&f))
    g_main_context_iteration (context, TRUE);
  send_both_ways (&f, out);
  while (stats_drops (f.transport, "not-authenticated") < 2 * PACKETS)
    g_main_context_iteration (context, TRUE);
  g_assert_cmpuint (
      stats_drops (out->transport_pad, "not-authenticated"), ==, PACKETS);
  g_assert_cmpint (g_async_queue_length (in->buffers), ==, 0);
  g_assert_cmpuint (stats_uint64 (f.transport, "rtcp-packets-received"), ==, 0);
  g_assert_cmpuint (test_peer_srtp_datagrams (f.peer), ==, 0);
  while (strcmp (f.dtls, "failed") != 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (f.reason, ==, "fingerprint mismatch");
  end_free (in, f.transport);
  end_free (out, f.transport);
  fixture_clear (&f);
  g_main_context_unref (context);
}

/* Neither direction, not one packet; and the transport says why. */
static void
test_wrong_fingerprint (gconstpointer peer_client)
{
  Fixture f;
  End *in, *out;
  guint8 data[200];
  gsize len;
  guint i;

  fixture_init (&f);
  in = end_new_producer (f.transport, IN);
  out = end_new_consumer (f.transport, OUT);
  fixture_start_with (&f, GPOINTER_TO_INT (peer_client), WRONG_FINGERPRINT);
  WAIT_UNTIL (strcmp (f.dtls, "failed") == 0);
  g_assert_cmpstr (f.reason, ==, "fingerprint mismatch");
  g_assert_cmpstr (f.ice, ==, "closed");
  for (i = 0; i < PACKETS; i++) {
    len = make_rtp (data, 96, i, 1000, 1111, NULL, 100);
    test_peer_send_rtp (f.peer, data, len);
    len = make_rtp (data, 96, i, 1000, 2222, NULL, 100);
    end_push (out, f.transport, data, len, 1);
    g_main_context_iteration (NULL, TRUE);
  }
  g_assert_cmpint (g_async_queue_length (in->buffers), ==, 0);
  g_assert_cmpuint (test_peer_srtp_datagrams (f.peer), ==, 0);
  g_assert_cmpuint (
      stats_drops (out->transport_pad, "not-authenticated"), ==, PACKETS);
  end_free (in, f.transport);
  end_free (out, f.transport);
  fixture_clear (&f);
}

static void
test_sctp_wrong_fingerprint (void)
{
  Fixture f;

  fixture_init (&f);
  g_object_set (f.transport, "sctp", TRUE, NULL);
  fixture_start_with (&f, TRUE, WRONG_FINGERPRINT);
  WAIT_UNTIL (strcmp (f.dtls, "failed") == 0);
  g_assert_cmpstr (f.reason, ==, "fingerprint mismatch");
  /* With the stock pair the transport may be closed before the last flight has
   * left: then this peer never hears that it is "connected". */
  if (fixture_dtls_is_own ())
    WAIT_UNTIL (test_peer_dtls_failed (f.peer));
  g_assert_cmpuint (test_peer_dtls_bytes (f.peer), ==, 0);
  fixture_clear (&f);
}

/* While the handshake runs, nothing goes out either. */
static void
test_before_connected (void)
{
  Fixture f;
  End *out;
  guint8 data[200];
  gsize len = make_rtp (data, 96, 1, 1000, 2222, NULL, 100);

  fixture_init (&f);
  out = end_new_consumer (f.transport, OUT);
  end_push (out, f.transport, data, len, 10);
  fixture_start (&f, TRUE);
  end_push (out, f.transport, data, len, 10);
  g_assert_cmpuint (
      stats_drops (out->transport_pad, "not-authenticated"), ==, 20);
  WAIT_UNTIL (strcmp (f.dtls, "connected") == 0);
  g_assert_cmpuint (test_peer_srtp_datagrams (f.peer), ==, 0);
  end_free (out, f.transport);
  fixture_clear (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  g_test_add_func (
      "/transport-gate/while-control-sleeps", test_while_control_sleeps);
  g_test_add_data_func ("/transport-gate/wrong-fingerprint/server",
      GINT_TO_POINTER (TRUE), test_wrong_fingerprint);
  g_test_add_data_func ("/transport-gate/wrong-fingerprint/client",
      GINT_TO_POINTER (FALSE), test_wrong_fingerprint);
  g_test_add_func (
      "/transport-gate/wrong-fingerprint/sctp", test_sctp_wrong_fingerprint);
  g_test_add_func ("/transport-gate/before-connected", test_before_connected);
  return g_test_run ();
}
