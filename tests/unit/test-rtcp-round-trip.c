/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Round trips as SfuRtcpSession finds them in reports, and in references.
 *
 * Threads: the media thread, where every test runs; the session's own timer
 * never comes, because the test's time lies in the far future. */
#include "rtcp-world.h"

/* One report, sent at 0 and again at 1000 ms; answers with DLSR 300 ms. */
static void
test_round_trip (void)
{
  static const struct {
    gint64 at_ms, rtt_ms;
  } cases[] = { { 320, 20 }, { 990, 690 }, { 1305, 5 }, { 1500, 200 } };
  SfuSenderReport report = { 9, G_GUINT64_CONSTANT (0xe000000012345678), 1, 1 };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    SfuRtcpReportBlock block = { 9, 0, 0, 0, 0, 0x00001234, 0 };
    SfuRtcpSenderInfo info;
    SfuTransportSinkPad *pad;
    gint64 start_us;
    World w;

    world_init (&w);
    start_us = w.now_us;
    pad = add_consumer (&w, 9);
    sfu_rtp_mux_event (w.mux, pad, sfu_event_new_sender_report (&report));
    g_assert_true (sfu_transport_sink_pad_sender_info (pad, &info));
    sfu_transport_sink_pad_sender_info_sent (pad, &info, start_us);
    if (cases[i].at_ms > 1000)
      sfu_transport_sink_pad_sender_info_sent (
          pad, &info, start_us + 1000 * MS);
    block.delay_since_last_sr = 300 * 65536 / 1000;
    sfu_transport_sink_pad_report_block (
        pad, &block, start_us + cases[i].at_ms * MS);
    g_assert_cmpint (ABS (pad->rtt_us - cases[i].rtt_ms * MS), <, MS);
    /* An answer to something we never sent. */
    pad->rtt_us = -1;
    block.last_sr++;
    sfu_transport_sink_pad_report_block (
        pad, &block, start_us + cases[i].at_ms * MS);
    g_assert_cmpint (pad->rtt_us, ==, -1);
    world_clear (&w);
  }
}

/* What an answer to the first reference time that went out is made of. */
typedef struct {
  guint32 ssrc, reference;
  gint64 sent_us;
} Reference;

static void
find_reference (World *w, Reference *reference)
{
  GstBuffer *buffer = g_queue_peek_head (&w->sent);
  SfuRtcpReader reader;
  SfuRtcpPacket packet;
  GstMapInfo map;

  g_assert_nonnull (buffer);
  gst_buffer_map (buffer, &map, GST_MAP_READ);
  sfu_rtcp_reader_init (&reader, map.data, map.size);
  do
    g_assert_true (sfu_rtcp_reader_next (&reader, &packet));
  while (packet.type != SFU_RTCP_XR);
  reference->ssrc = sfu_get_u32 (packet.data + 4);
  reference->reference = sfu_get_u32 (packet.data + 14);
  reference->sent_us = (gint64)gst_util_uint64_scale (
      (guint64)sfu_get_u32 (packet.data + 12) << 32 |
          sfu_get_u32 (packet.data + 16),
      G_USEC_PER_SEC, G_GUINT64_CONSTANT (1) << 32);
  gst_buffer_unmap (buffer, &map);
}

static void
answer (
    World *w, guint32 ssrc, guint32 reference, gint64 delay_ms, gint64 at_us)
{
  guint8 data[24] = { 0x80, SFU_RTCP_XR, 0, 5, 0, 0, 0, 1, SFU_XR_DLRR, 0, 0,
    3 };

  sfu_put_u32 (data + 12, ssrc);
  sfu_put_u32 (data + 16, reference);
  sfu_put_u32 (data + 20, (guint32)(delay_ms * 65536 / 1000));
  sfu_rtcp_session_receive (w->rtcp, data, sizeof data, at_us);
}

/* To a publisher: our reference time, its answer 300 ms after it came. */
static void
test_round_trip_of_publisher (void)
{
  g_autoptr (GstPad) pad = NULL;
  SfuTransportSrcPad *src;
  Reference r;
  World w;

  world_init (&w);
  add_producer (&w, "src_0", AUDIO);
  pad = gst_element_get_static_pad (w.bin, "src_0");
  src = SFU_TRANSPORT_SRC_PAD (pad);
  run (&w, G_USEC_PER_SEC, 1);
  g_assert_cmpint (src->rtt_us, ==, -1);
  find_reference (&w, &r);

  /* To somebody else; and from before it was sent. */
  answer (&w, r.ssrc + 1, r.reference, 300, r.sent_us + 340 * MS);
  answer (&w, r.ssrc, r.reference, 300, r.sent_us + 40 * MS);
  g_assert_cmpint (src->rtt_us, ==, -1);
  answer (&w, r.ssrc, r.reference, 300, r.sent_us + 340 * MS);
  g_assert_cmpint (ABS (src->rtt_us - 40 * MS), <, MS);
  /* Smoothed: a quarter of the way to 80 ms. */
  answer (&w, r.ssrc, r.reference, 300, r.sent_us + 380 * MS);
  g_assert_cmpint (ABS (src->rtt_us - 50 * MS), <, MS);
  g_clear_object (&pad);
  world_clear (&w);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  world_test_add ("/rtcp-session/round-trip", test_round_trip);
  world_test_add (
      "/rtcp-session/round-trip-of-publisher", test_round_trip_of_publisher);
  return g_test_run ();
}
