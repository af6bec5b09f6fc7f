/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* When RTCP goes out, with the test owning the clock. What it says is seen over
 * the wire in tests/elements/test-transport-rtcp.c.
 *
 * Threads: the media thread, where every test runs; the session's own timer
 * never comes, because the test's time lies in the far future. */
#include "sfu-rtcp-session.h"

#include <string.h>
#include "sfu-bytes.h"

#define AUDIO                                                                  \
  "application/x-rtp, media=(string)audio, clock-rate=(int)48000, "            \
  "ssrc=(uint)1"
#define VIDEO                                                                  \
  "application/x-rtp, media=(string)video, clock-rate=(int)90000, "            \
  "ssrc=(uint)2"
#define MS G_GINT64_CONSTANT (1000)
#define YEAR_US (G_GINT64_CONSTANT (365) * 24 * 3600 * G_USEC_PER_SEC)

typedef struct {
  SfuMediaLoop *loop;
  GstElement *bin;
  SfuRtpDemux *demux;
  SfuRtpMux *mux;
  SfuRtcpSession *rtcp;
  GQueue sent; /* GstBuffer */
  gint64 now_us;
  guint16 seq;
} World;

static void
on_packet (
    gpointer owner, SfuRtpStream *stream, gint transport_cc, gint64 now_us)
{
  sfu_rtcp_session_packet (
      ((World *)owner)->rtcp, stream, transport_cc, now_us);
}

static void
on_mux_send (gpointer owner, SfuPacket *packets, guint n)
{
  sfu_packets_clear (packets, n);
}

static void
on_started (gpointer owner, SfuTransportSinkPad *pad, gint64 now_us)
{
  sfu_rtcp_session_started (((World *)owner)->rtcp, pad, now_us);
}

static void
on_rtcp_send (gpointer owner, GstBuffer *buffer)
{
  g_queue_push_tail (&((World *)owner)->sent, buffer);
}

static void
world_init (World *w)
{
  static const SfuRtpDemuxCallbacks demux_callbacks = { on_packet };
  static const SfuRtpMuxCallbacks mux_callbacks = { on_mux_send, on_started };
  static const SfuRtcpCallbacks rtcp_callbacks = { on_rtcp_send };

  memset (w, 0, sizeof *w);
  g_queue_init (&w->sent);
  w->now_us = g_get_monotonic_time () + YEAR_US;
  w->seq = 65530;
  w->loop = sfu_media_loop_get_default ();
  w->bin = gst_object_ref_sink (gst_bin_new (NULL));
  w->demux = sfu_rtp_demux_new (&demux_callbacks, w);
  w->mux = sfu_rtp_mux_new (w->loop, &mux_callbacks, w);
  w->rtcp = sfu_rtcp_session_new (
      w->loop, w->demux, w->mux, &rtcp_callbacks, w, "our-cname");
  sfu_rtcp_session_set_running (w->rtcp, TRUE, w->now_us);
}

static void
world_clear (World *w)
{
  sfu_rtcp_session_free (w->rtcp);
  sfu_rtp_mux_free (w->mux);
  sfu_rtp_demux_free (w->demux);
  g_queue_clear_full (&w->sent, (GDestroyNotify)gst_buffer_unref);
  gst_object_unref (w->bin);
  g_object_unref (w->loop);
}

static void
add_producer (World *w, const gchar *name, const gchar *text)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string (text);
  SfuPadCaps parsed;
  guint32 conflict;
  GstPad *pad;

  g_assert_true (sfu_pad_caps_parse (caps, &parsed, NULL));
  pad = sfu_transport_src_pad_new (NULL, name, caps, &parsed, w->loop);
  gst_element_add_pad (w->bin, pad);
  g_assert_true (
      sfu_rtp_demux_add_pad (w->demux, SFU_TRANSPORT_SRC_PAD (pad), &conflict));
}

static SfuTransportSinkPad *
add_consumer (World *w, guint32 ssrc)
{
  GstPad *pad = sfu_transport_sink_pad_new (NULL, NULL, w->loop);
  g_autoptr (GstCaps) caps = gst_caps_new_simple (
      "application/x-rtp", "ssrc", G_TYPE_UINT, ssrc, NULL);

  gst_element_add_pad (w->bin, pad);
  sfu_rtp_mux_add_pad (w->mux, SFU_TRANSPORT_SINK_PAD (pad));
  sfu_rtp_mux_event (
      w->mux, SFU_TRANSPORT_SINK_PAD (pad), gst_event_new_caps (caps));
  return SFU_TRANSPORT_SINK_PAD (pad);
}

static void
receive (World *w, guint32 ssrc)
{
  guint8 data[32] = { 0x80, 96 };

  sfu_put_u16 (data + 2, w->seq++);
  sfu_put_u32 (data + 8, ssrc);
  sfu_rtp_demux_receive (
      w->demux, gst_buffer_new_memdup (data, sizeof data), w->now_us);
}

/* Lets time pass in steps of what poll asks for, with a packet of ssrc (0 =
 * none) every 20 ms. Returns how many datagrams went out. */
static guint
run (World *w, gint64 for_us, guint32 ssrc)
{
  gint64 end_us = w->now_us + for_us;
  guint before = w->sent.length;

  while (w->now_us < end_us) {
    gint64 due_us = sfu_rtcp_session_poll (w->rtcp, w->now_us);

    g_assert_true (due_us < 0 || due_us > w->now_us);
    w->now_us += 20 * MS;
    if (ssrc)
      receive (w, ssrc);
  }
  return w->sent.length - before;
}

/* ---- tests ---- */

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

static const struct {
  const gchar *path;
  void (*func) (void);
} tests[] = {
  { "/rtcp-session/interval/audio", test_audio_interval },
  { "/rtcp-session/interval/video", test_video_interval },
  { "/rtcp-session/silence", test_silence },
  { "/rtcp-session/not-running", test_not_running },
  { "/rtcp-session/fir", test_fir },
  { "/rtcp-session/foreign-ssrc", test_foreign_ssrc },
  { "/rtcp-session/compound", test_compound },
  { "/rtcp-session/round-trip", test_round_trip },
  { "/rtcp-session/round-trip-of-publisher", test_round_trip_of_publisher },
  { "/rtcp-session/reduced-size", test_reduced_size },
  { "/rtcp-session/skipped", test_skipped },
  { "/rtcp-session/malformed", test_malformed },
};

static void
run_test (gpointer index, gpointer unused)
{
  tests[GPOINTER_TO_UINT (index)].func ();
}

static void
on_media_thread (gconstpointer index)
{
  g_autoptr (SfuMediaLoop) loop = sfu_media_loop_get_default ();

  sfu_media_loop_call (loop, run_test, (gpointer)index);
}

int
main (int argc, char **argv)
{
  guint i;

  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  for (i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add_data_func (tests[i].path, GUINT_TO_POINTER (i), on_media_thread);
  return g_test_run ();
}
