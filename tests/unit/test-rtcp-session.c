/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* When RTCP goes out. What it says is seen over the wire in
 * tests/elements/test-transport-rtcp.c.
 *
 * Threads: the media thread, where every test runs; the session's own timer
 * never comes, because the test's time lies in the far future. */
#include "rtcp-world.h"

#include <string.h>

static void
check_intervals (gboolean audio)
{
  World w;
  guint n;

  world_init (&w);
  add_producer (&w, "src_0", AUDIO);
  add_producer (&w, "src_1", VIDEO);
  g_assert_cmpint (sfu_rtcp_session_poll (w.rtcp, w.now_us), ==, -1);
  /* The first one soon, then once a second (audio) or four times in three. */
  g_assert_cmpuint (run (&w, 300 * MS, audio ? 1 : 2), ==, 1);
  n = run (&w, 20 * G_USEC_PER_SEC, audio ? 1 : 2);
  g_assert_cmpuint (n, >=, audio ? 15 : 20);
  g_assert_cmpuint (n, <=, audio ? 27 : 36);
  world_clear (&w);
}

static void
test_audio_interval (void)
{
  check_intervals (TRUE);
}

static void
test_video_interval (void)
{
  check_intervals (FALSE);
}

/* After a silence of both directions nothing is due, and the timer rests. */
static void
test_silence (void)
{
  World w;

  world_init (&w);
  add_producer (&w, "src_0", AUDIO);
  run (&w, 2 * G_USEC_PER_SEC, 1);
  run (&w, 10 * G_USEC_PER_SEC, 0);
  g_assert_cmpint (sfu_rtcp_session_poll (w.rtcp, w.now_us), ==, -1);
  g_assert_cmpuint (run (&w, 10 * G_USEC_PER_SEC, 0), ==, 0);
  receive (&w, 1);
  g_assert_cmpuint (run (&w, G_USEC_PER_SEC, 0), >=, 1);
  world_clear (&w);
}

static void
test_not_running (void)
{
  static const guint16 seq = 7;
  World w;
  SfuTransportSrcPad *pad;

  world_init (&w);
  add_producer (&w, "src_0", VIDEO);
  receive (&w, 2);
  pad = sfu_rtp_demux_find (w.demux, 2)->pad;
  sfu_rtcp_session_set_running (w.rtcp, FALSE, w.now_us);
  g_assert_cmpuint (run (&w, 5 * G_USEC_PER_SEC, 2), ==, 0);
  g_assert_false (sfu_rtcp_session_nack (w.rtcp, pad, 2, &seq, 1));
  g_assert_false (sfu_rtcp_session_request_keyframe (w.rtcp, pad, 2));
  g_assert_cmpuint (pad->pli_count + pad->nack_count, ==, 0);
  sfu_rtcp_session_set_running (w.rtcp, TRUE, w.now_us);
  g_assert_cmpuint (run (&w, G_USEC_PER_SEC, 2), >=, 1);
  world_clear (&w);
}

/* Whose publisher knows only FIR gets it; each encoding is asked by itself, with
 * a number of its own (RFC 5104 4.3.1.1). */
static void
test_fir (void)
{
  static const struct {
    guint32 ssrc;
    guint8 seq;
  } requests[] = { { 5, 0 }, { 6, 0 }, { 5, 1 }, { 5, 2 }, { 6, 1 } };
  World w;
  SfuTransportSrcPad *pad;

  world_init (&w);
  add_producer (&w, "src_0",
      "application/x-rtp, media=(string)video, clock-rate=(int)90000, "
      "rtcp-fb-ccm-fir=(boolean)true, encodings=<(structure)[e,ssrc=(uint)5],"
      "(structure)[e,ssrc=(uint)6]>");
  pad = sfu_rtp_demux_find (w.demux, 5)->pad;
  for (guint i = 0; i < G_N_ELEMENTS (requests); i++) {
    g_autoptr (GstBuffer) buffer = NULL;
    SfuRtcpPacket packet;
    guint32 ssrc;
    guint8 seq;
    GstMapInfo map;
    SfuRtcpReader reader;

    g_assert_true (
        sfu_rtcp_session_request_keyframe (w.rtcp, pad, requests[i].ssrc));
    buffer = g_queue_pop_tail (&w.sent);
    gst_buffer_map (buffer, &map, GST_MAP_READ);
    sfu_rtcp_reader_init (&reader, map.data, map.size);
    g_assert_true (sfu_rtcp_reader_next (&reader, &packet));
    g_assert_true (sfu_rtcp_get_fir (&packet, 0, &ssrc, &seq));
    g_assert_cmpuint (ssrc, ==, requests[i].ssrc);
    g_assert_cmpuint (seq, ==, requests[i].seq);
    gst_buffer_unmap (buffer, &map);
  }
  g_assert_cmpuint (pad->fir_count, ==, G_N_ELEMENTS (requests));
  world_clear (&w);
}

/* Of a pad only its own streams can be asked for. */
static void
test_foreign_ssrc (void)
{
  static const guint16 seq = 7;
  World w;
  SfuTransportSrcPad *pad;

  world_init (&w);
  add_producer (&w, "src_0", AUDIO);
  add_producer (&w, "src_1", VIDEO);
  pad = sfu_rtp_demux_find (w.demux, 2)->pad;
  g_assert_false (sfu_rtcp_session_nack (w.rtcp, pad, 1, &seq, 1));
  g_assert_false (sfu_rtcp_session_nack (w.rtcp, pad, 2, &seq, 0));
  g_assert_false (sfu_rtcp_session_request_keyframe (w.rtcp, pad, 1));
  g_assert_true (sfu_rtcp_session_request_keyframe (w.rtcp, pad, 0));
  world_clear (&w);
}

/* Every compound is whole: report first, our CNAME in it (RFC 3550 6.1). */
static void
test_compound (void)
{
  World w;
  GstMapInfo map;
  SfuRtcpReader reader;
  SfuRtcpPacket packet;
  GstBuffer *buffer;

  world_init (&w);
  add_producer (&w, "src_0", AUDIO);
  run (&w, G_USEC_PER_SEC, 1);
  buffer = g_queue_peek_head (&w.sent);
  g_assert_nonnull (buffer);
  gst_buffer_map (buffer, &map, GST_MAP_READ);
  sfu_rtcp_reader_init (&reader, map.data, map.size);
  g_assert_true (sfu_rtcp_reader_next (&reader, &packet));
  g_assert_cmpuint (packet.type, ==, SFU_RTCP_RR);
  g_assert_true (sfu_rtcp_reader_next (&reader, &packet));
  g_assert_cmpuint (packet.type, ==, SFU_RTCP_SDES);
  g_assert_cmpmem (packet.data + 10, packet.data[9], "our-cname", 9);
  g_assert_true (sfu_rtcp_reader_next (&reader, &packet));
  g_assert_cmpuint (packet.type, ==, SFU_RTCP_XR);
  g_assert_false (sfu_rtcp_reader_next (&reader, &packet));
  gst_buffer_unmap (buffer, &map);
  world_clear (&w);
}

/* The last compound that went out; what kinds of packets were in it. */
static guint
pop_types (World *w, guint8 *types, guint max)
{
  GstBuffer *buffer = g_queue_pop_tail (&w->sent);
  SfuRtcpReader reader;
  SfuRtcpPacket packet;
  GstMapInfo map;
  guint n = 0;

  g_assert_nonnull (buffer);
  gst_buffer_map (buffer, &map, GST_MAP_READ);
  sfu_rtcp_reader_init (&reader, map.data, map.size);
  while (n < max && sfu_rtcp_reader_next (&reader, &packet))
    types[n++] = packet.type;
  gst_buffer_unmap (buffer, &map);
  gst_buffer_unref (buffer);
  return n;
}

/* Feedback goes alone, but not to whom cannot read that. */
static void
test_reduced_size (void)
{
  static const guint16 seq = 7;
  static const guint8 alone[] = { SFU_RTCP_RTPFB };
  static const guint8 compound[] = { SFU_RTCP_RR, SFU_RTCP_SDES,
    SFU_RTCP_RTPFB };
  static const guint8 pli[] = { SFU_RTCP_RR, SFU_RTCP_SDES, SFU_RTCP_PSFB };
  guint8 types[8];
  World w;

  world_init (&w);
  add_producer (&w, "src_0", VIDEO);
  add_producer (&w, "src_1",
      "application/x-rtp, media=(string)video, ssrc=(uint)3, "
      "rtcp-fb-nack-pli=(boolean)true, rtcp-reduced-size=(boolean)false");
  sfu_rtcp_session_nack (
      w.rtcp, sfu_rtp_demux_find (w.demux, 2)->pad, 2, &seq, 1);
  g_assert_cmpmem (types, pop_types (&w, types, 8), alone, sizeof alone);
  sfu_rtcp_session_nack (
      w.rtcp, sfu_rtp_demux_find (w.demux, 3)->pad, 3, &seq, 1);
  g_assert_cmpmem (types, pop_types (&w, types, 8), compound, sizeof compound);
  sfu_rtcp_session_request_keyframe (
      w.rtcp, sfu_rtp_demux_find (w.demux, 3)->pad, 3);
  g_assert_cmpmem (types, pop_types (&w, types, 8), pli, sizeof pli);
  world_clear (&w);
}

/* Packets nobody needs and kinds nobody knows are stepped over, alone or in a
 * compound, whatever they begin with; the BYE behind them counts. */
static void
test_skipped (void)
{
  guint8 data[128] = {
    0x81, SFU_RTCP_SDES, 0, 3, 0, 0, 0, 9, 1, 5, 'a', 'l', 'i', 'c', 'e', 0,
    0x85, SFU_RTCP_APP, 0, 2, 0, 0, 0, 9, 'n', 'o', 'n', 'e', 0x80, 192, 0,
    0, /* FIR of RFC 2032 */
    0x80, 213, 0, 1, 1, 2, 3, 4,
    /* XR: a block of a kind there is not, VoIP metrics cut short */
    0x80, SFU_RTCP_XR, 0, 4, 0, 0, 0, 9, 99, 0, 0, 1, 1, 2, 3, 4, 7, 0, 0, 8,
    0x82, SFU_RTCP_BYE, 0, 2, 0, 0, 0, 2, 0, 0, 0, 9, 0x80, SFU_RTCP_BYE, 0,
    0 /* of nobody */
  };
  World w;
  const SfuRtcpStats *stats;

  world_init (&w);
  add_producer (&w, "src_0", VIDEO);
  receive (&w, 2);
  sfu_rtcp_session_receive (w.rtcp, data, 92, w.now_us);
  stats = sfu_rtcp_session_stats (w.rtcp);
  g_assert_cmpuint (stats->bye_received, ==, 2);
  g_assert_cmpuint (sfu_verdict_counters_dropped (&stats->drops), ==, 0);
  g_assert_true (sfu_rtp_demux_find (w.demux, 2)->said_bye);
  receive (&w, 2);
  g_assert_false (sfu_rtp_demux_find (w.demux, 2)->said_bye);
  world_clear (&w);
}

static void
test_malformed (void)
{
  static const struct {
    guint8 data[12];
    gsize len;
    guint malformed;
  } cases[] = {
    { { 0 }, 0, 1 }, { { 0x80 }, 1, 1 },
    { { 0x00, 201, 0, 1, 0, 0, 0, 1 }, 8, 1 }, /* version */
    { { 0x80, 201, 0, 9, 0, 0, 0, 1 }, 8, 1 }, /* length */
    { { 0x81, 205, 0, 1, 0, 0, 0, 1 }, 8, 1 }, /* no media SSRC */
    { { 0x80, 200, 0, 1, 0, 0, 0, 1 }, 8, 0 }, /* SR without info */
    { { 0x9f, 201, 0, 1, 0, 0, 0, 1 }, 8, 0 }, /* 31 blocks, none */
    { { 0x84, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0 }, 12, 0 }, /* empty FIR */
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    World w;

    world_init (&w);
    sfu_rtcp_session_receive (w.rtcp, cases[i].data, cases[i].len, w.now_us);
    g_test_message ("case %u", i);
    g_assert_cmpuint (
        sfu_rtcp_session_stats (w.rtcp)->drops.n[SFU_DROP_MALFORMED], ==,
        cases[i].malformed);
    world_clear (&w);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  world_test_add ("/rtcp-session/interval/audio", test_audio_interval);
  world_test_add ("/rtcp-session/interval/video", test_video_interval);
  world_test_add ("/rtcp-session/silence", test_silence);
  world_test_add ("/rtcp-session/not-running", test_not_running);
  world_test_add ("/rtcp-session/fir", test_fir);
  world_test_add ("/rtcp-session/foreign-ssrc", test_foreign_ssrc);
  world_test_add ("/rtcp-session/compound", test_compound);
  world_test_add ("/rtcp-session/reduced-size", test_reduced_size);
  world_test_add ("/rtcp-session/skipped", test_skipped);
  world_test_add ("/rtcp-session/malformed", test_malformed);
  return g_test_run ();
}
