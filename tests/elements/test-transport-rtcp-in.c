/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RTCP of sfutransport: what becomes of what the peer sends.
 *
 * Threads: the test's, which is the control thread. */
#include "rtcp-fixture.h"

#include "sfu-bytes.h"
#include "sfu-event.h"

static void
test_feedback_in (void)
{
  static const guint16 lost[] = { 65535, 0, 3 };
  guint8 data[200];
  SfuRtcpWriter writer;
  const guint16 *seqs;
  guint32 ssrc;
  guint n, i;
  GstEvent *event;
  Fixture f;
  End *out;

  fixture_init (&f);
  out = end_new_consumer (f.transport, OUT);
  fixture_connect (&f, TRUE);
  sfu_rtcp_writer_init (&writer, data, sizeof data);
  sfu_rtcp_add_nack (&writer, PEER_SSRC, OUT_SSRC, lost, 3);
  sfu_rtcp_add_nack (&writer, PEER_SSRC, OUT_SSRC + 1, lost, 3); /* RTX */
  sfu_rtcp_add_nack (&writer, PEER_SSRC, 999, lost, 3);          /* nobody */
  sfu_rtcp_add_pli (&writer, PEER_SSRC, OUT_SSRC);
  for (i = 0; i < 3; i++)
    sfu_rtcp_add_fir (&writer, PEER_SSRC, OUT_SSRC, 5);
  sfu_rtcp_add_fir (&writer, PEER_SSRC, OUT_SSRC, 6);
  send_rtcp (&f, &writer);
  do
    event = wait_event (out, GST_EVENT_CUSTOM_UPSTREAM);
  while (!sfu_event_parse_nack (event, &ssrc, &seqs, &n));
  g_assert_cmpuint (ssrc, ==, OUT_SSRC);
  g_assert_cmpmem (seqs, n * sizeof *seqs, lost, sizeof lost);
  gst_event_unref (event);
  /* One PLI, and two FIR that are not repetitions. */
  for (i = 0; i < 3; i++) {
    event = wait_event (out, GST_EVENT_CUSTOM_UPSTREAM);
    g_assert_true (sfu_event_parse_keyframe_request (event, &ssrc));
    g_assert_cmpuint (ssrc, ==, OUT_SSRC);
    gst_event_unref (event);
  }
  g_assert_cmpint (g_async_queue_length (out->events), ==, 0);
  g_assert_cmpuint (stats_uint64 (out->transport_pad, "nack-count"), ==, 3);
  g_assert_cmpuint (stats_uint64 (out->transport_pad, "pli-count"), ==, 1);
  g_assert_cmpuint (stats_uint64 (out->transport_pad, "fir-count"), ==, 2);
  g_assert_cmpuint (stats_drops (f.transport, "unknown-ssrc"), ==, 1);
  end_free (out, f.transport);
  fixture_clear (&f);
}

/* BYE of the producer's SSRC and of the peer's own, in a compound that says
 * other things too; then the stream goes on as before. */
static void
test_bye (void)
{
  guint8 data[100];
  SfuRtcpWriter writer;
  GstEvent *event;
  guint32 ssrc;
  Fixture f;
  End *in;

  fixture_init (&f);
  in = end_new_producer (f.transport, IN);
  fixture_connect (&f, TRUE);
  send_in (&f, 1, 1, 0);
  WAIT_UNTIL (g_async_queue_length (in->buffers) == 1);
  sfu_rtcp_writer_init (&writer, data, sizeof data);
  sfu_rtcp_add_rr (&writer, PEER_SSRC, NULL, 0);
  sfu_rtcp_add_sdes_cname (&writer, PEER_SSRC, "alice");
  sfu_rtcp_add_bye (&writer, PEER_SSRC);
  sfu_rtcp_add_bye (&writer, IN_SSRC);
  send_rtcp (&f, &writer);
  do
    event = wait_event (in, GST_EVENT_CUSTOM_DOWNSTREAM);
  while (!sfu_event_parse_bye (event, &ssrc));
  gst_event_unref (event);
  g_assert_cmpuint (ssrc, ==, IN_SSRC);
  g_assert_cmpuint (stats_uint64 (f.transport, "bye-received"), ==, 2);
  g_assert_cmpuint (stats_drops (f.transport, "unknown-ssrc"), ==, 0);
  send_in (&f, 2, 1, 0);
  WAIT_UNTIL (g_async_queue_length (in->buffers) == 2);
  end_free (in, f.transport);
  fixture_clear (&f);
}

/* A NACK too short for its media SSRC, behind a good report. Worse is already
 * stopped by srtpdec, see test-rtcp-session.c for that. */
static void
test_malformed (void)
{
  static const guint8 bad_length[] = { 0x80, 201, 0, 1, 0, 0, 0, 1, 0x81, 205,
    0, 1, 0, 0, 0, 1 };
  Fixture f;

  fixture_init (&f);
  fixture_connect (&f, TRUE);
  test_peer_send_rtcp (f.peer, bad_length, sizeof bad_length);
  WAIT_UNTIL (stats_drops (f.transport, "malformed") == 1);
  fixture_clear (&f);
}

static gboolean
wait_transport_state (End *end)
{
  gboolean connected = FALSE;
  GstEvent *event;

  do
    event = wait_event (end, GST_EVENT_CUSTOM_UPSTREAM);
  while (!sfu_event_parse_transport_state (event, &connected));
  gst_event_unref (event);
  return connected;
}

static void
test_transport_state (void)
{
  Fixture f;
  End *early, *late;

  fixture_init (&f);
  early = end_new_consumer (f.transport, OUT);
  g_assert_false (wait_transport_state (early));
  fixture_connect (&f, TRUE);
  g_assert_true (wait_transport_state (early));
  late = end_new_consumer (f.transport, VIDEO ", ssrc=(uint)3333");
  g_assert_true (wait_transport_state (late));
  sfu_transport_close (f.transport);
  g_assert_false (wait_transport_state (early));
  end_free (early, f.transport);
  end_free (late, f.transport);
  fixture_clear (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  g_test_add_func ("/transport-rtcp/feedback-in", test_feedback_in);
  g_test_add_func ("/transport-rtcp/bye", test_bye);
  g_test_add_func ("/transport-rtcp/malformed", test_malformed);
  g_test_add_func ("/transport-rtcp/transport-state", test_transport_state);
  return g_test_run ();
}
