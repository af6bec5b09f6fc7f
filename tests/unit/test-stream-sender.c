/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The sending half of a consumer: gate, numbers over the wraparound, padding,
 * restarts, retransmission and sender reports. Time is the test's.
 *
 * Threads: one. */
#include "sfu-rtx-guard.h"
#include "sender-buffers.h"

#include "rtp-packets.h"

#define VP8_CLOCK 90000
#define FRAME 3000
#define MS 1000

typedef struct {
  SfuStreamSender *sender;
  SfuTrack *track;
  gint64 now_us;
} Fixture;

static void
fixture_init (Fixture *f, SfuCodec codec)
{
  SfuStreamConfig config;

  f->now_us = 1 * G_USEC_PER_SEC;
  f->sender = sfu_stream_sender_new (65534, G_MAXUINT32 - FRAME, 9);
  sfu_stream_config_init (&config);
  config.codec = codec;
  f->track = sfu_track_new (&config, 64, G_USEC_PER_SEC, 1 << 20);
  config.payload = 101;
  config.ssrc = 4242;
  config.rtx_payload = 102;
  config.rtx_ssrc = 4243;
  sfu_stream_sender_set_config (f->sender, &config);
  sfu_stream_sender_set_track (f->sender, f->track);
}

static void
fixture_clear (Fixture *f)
{
  sfu_stream_sender_free (f->sender);
  sfu_track_unref (f->track);
}

/* As the producer hands it on. size 0 = padding. */
static GstBuffer *
published (guint16 seq, guint32 timestamp, gboolean keyframe, gsize size)
{
  TestPacket packet = { .payload_type = 96,
    .seq = seq,
    .timestamp = timestamp,
    .ssrc = 1,
    .keyframe = keyframe,
    .payload_size = size };
  GstBuffer *buffer =
      size ? test_packet_new_vp8 (&packet) : test_packet_new_opus (&packet);
  SfuRtpMeta *meta = sfu_buffer_add_rtp_meta (buffer);
  GstMapInfo map;

  gst_buffer_map (buffer, &map, GST_MAP_READ);
  g_assert_true (sfu_rtp_parse (map.data, map.size, &meta->header));
  sfu_codec_inspect (SFU_CODEC_VP8, map.data + meta->header.header_len,
      meta->header.payload_len, &meta->info);
  gst_buffer_unmap (buffer, &map);
  return buffer;
}

/* Takes in. out: what the subscriber gets. */
static SfuVerdict
send_buffer (Fixture *f, GstBuffer *in, TestPacket *out, gboolean *want)
{
  GstBuffer *buffer;
  SfuVerdict verdict = sender_packet (f->sender, in, f->now_us, &buffer, want);

  gst_buffer_unref (in);
  if (verdict == SFU_VERDICT_FORWARD) {
    test_packet_parse (buffer, out);
    gst_buffer_unref (buffer);
  }
  return verdict;
}

static SfuVerdict
send (Fixture *f, guint16 seq, guint32 timestamp, gboolean key, TestPacket *out)
{
  gboolean want = FALSE;
  return send_buffer (f, published (seq, timestamp, key, 50), out, &want);
}

static void
test_gate_and_numbers (void)
{
  Fixture f;
  TestPacket out;
  gboolean want = FALSE;

  fixture_init (&f, SFU_CODEC_VP8);
  g_assert_cmpint (send_buffer (&f, published (9, 0, FALSE, 50), &out, &want),
      ==, SFU_DROP_WAIT_KEYFRAME);
  g_assert_true (want);
  want = FALSE; /* not again at once, but after a while */
  f.now_us += 100 * MS;
  send_buffer (&f, published (9, 0, FALSE, 50), &out, &want);
  g_assert_false (want);
  f.now_us += 500 * MS;
  send_buffer (&f, published (9, 0, FALSE, 50), &out, &want);
  g_assert_true (want);
  g_assert_cmpint (send (&f, 65535, 500, TRUE, &out), ==, SFU_VERDICT_FORWARD);
  g_assert_cmpuint (out.seq, ==, 65534);
  g_assert_cmpuint (out.timestamp, ==, G_MAXUINT32 - FRAME);
  send (&f, 0, 500 + FRAME, FALSE, &out);
  g_assert_cmpuint (out.seq, ==, 65535);
  send (&f, 1, 500 + 2 * FRAME, FALSE, &out);
  g_assert_cmpuint (out.seq, ==, 0);
  g_assert_cmpuint (out.timestamp, ==, FRAME - 1);
  fixture_clear (&f);
}

static void
test_padding_leaves_no_gap (void)
{
  Fixture f;
  TestPacket out;
  gboolean want = FALSE;

  fixture_init (&f, SFU_CODEC_VP8);
  send (&f, 10, 0, TRUE, &out);
  g_assert_cmpint (send_buffer (&f, published (11, 0, FALSE, 0), &out, &want),
      ==, SFU_DROP_PADDING);
  send (&f, 12, FRAME, FALSE, &out);
  g_assert_cmpuint (out.seq, ==, 65535);
  fixture_clear (&f);
}

/* The publisher began anew with other numbers: the gate closes, the sequence
 * goes on, the timestamp by as much as the clock. */
static void
test_restart (void)
{
  Fixture f;
  TestPacket before, after;
  GstBuffer *buffer;
  gboolean want = FALSE;

  fixture_init (&f, SFU_CODEC_VP8);
  send (&f, 10, 1000, TRUE, &before);
  f.now_us += 2 * G_USEC_PER_SEC;
  buffer = published (40000, 777777, TRUE, 50);
  GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  g_assert_cmpint (
      send_buffer (&f, buffer, &after, &want), ==, SFU_VERDICT_FORWARD);
  g_assert_cmpuint (after.seq, ==, (guint16)(before.seq + 1));
  g_assert_cmpuint (after.timestamp, ==, before.timestamp + 2 * VP8_CLOCK);
  fixture_clear (&f);
}

/* The restart falls into a pause: it must not be forgotten. */
static void
test_restart_while_paused (void)
{
  Fixture f;
  TestPacket before, after;
  GstBuffer *buffer;
  gboolean want = FALSE;

  fixture_init (&f, SFU_CODEC_VP8);
  send (&f, 10, 1000, TRUE, &before);
  sfu_stream_sender_set_paused (f.sender, TRUE);
  buffer = published (40000, 777777, TRUE, 50);
  GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  g_assert_cmpint (
      send_buffer (&f, buffer, &after, &want), ==, SFU_DROP_CONSUMER_PAUSED);
  g_assert_false (want);
  f.now_us += G_USEC_PER_SEC;
  g_assert_true (sfu_stream_sender_set_paused (f.sender, FALSE));
  send (&f, 40001, 777777 + FRAME, TRUE, &after);
  g_assert_cmpuint (after.seq, ==, (guint16)(before.seq + 1));
  g_assert_cmpuint (after.timestamp, ==, before.timestamp + VP8_CLOCK);
  fixture_clear (&f);
}

/* A key frame of before the pause comes behind it, sent again: to start with it
 * would be to go back. */
static void
test_keyframe_overtaken_by_pause (void)
{
  Fixture f;
  TestPacket out;

  fixture_init (&f, SFU_CODEC_VP8);
  send (&f, 10, 0, TRUE, &out);
  send (&f, 12, 2 * FRAME, FALSE, &out);
  sfu_stream_sender_set_paused (f.sender, TRUE);
  sfu_stream_sender_set_paused (f.sender, FALSE);
  f.now_us += 100 * MS;
  g_assert_cmpint (
      send (&f, 11, FRAME, TRUE, &out), ==, SFU_DROP_WAIT_KEYFRAME);
  g_assert_cmpint (
      send (&f, 13, 3 * FRAME, TRUE, &out), ==, SFU_VERDICT_FORWARD);
  g_assert_cmpuint (out.seq, ==, 1);
  g_assert_cmpuint (out.timestamp, ==, 2 * FRAME - 1);
  fixture_clear (&f);
}

/* What was kept back (a pause of the publisher, a louder room) is a gap of the
 * picture but not of the clock: however long it took, the timestamps are those
 * of the publisher, and so its reports stay true. */
static void
test_kept_back (void)
{
  SfuSenderReport in = { 1, 42, 1000, 7 }, was, is;
  Fixture f;
  TestPacket before, after;
  GstBuffer *buffer;
  gboolean want = FALSE;

  fixture_init (&f, SFU_CODEC_VP8);
  send (&f, 10, 1000, TRUE, &before);
  sfu_track_set_report (f.track, 0, &in);
  g_assert_true (sfu_stream_sender_map_report (f.sender, &was));
  f.now_us += 2100 * MS;
  buffer = published (40000, 1000 + 2 * VP8_CLOCK, FALSE, 50);
  sfu_buffer_get_rtp_meta (buffer)->after_gap = TRUE;
  g_assert_cmpint (
      send_buffer (&f, buffer, &after, &want), ==, SFU_DROP_WAIT_KEYFRAME);
  g_assert_true (want);
  send (&f, 40001, 1000 + FRAME + 2 * VP8_CLOCK, TRUE, &after);
  g_assert_cmpuint (after.seq, ==, (guint16)(before.seq + 1));
  g_assert_cmpuint (
      after.timestamp, ==, before.timestamp + FRAME + 2 * VP8_CLOCK);
  g_assert_true (sfu_stream_sender_map_report (f.sender, &is));
  g_assert_cmpuint (is.rtp_timestamp, ==, was.rtp_timestamp);
  fixture_clear (&f);
}

static void
test_not_connected (void)
{
  Fixture f;
  TestPacket out;

  fixture_init (&f, SFU_CODEC_VP8);
  sfu_stream_sender_set_connected (f.sender, FALSE);
  g_assert_cmpint (send (&f, 10, 0, TRUE, &out), ==, SFU_DROP_NOT_CONNECTED);
  g_assert_true (sfu_stream_sender_set_connected (f.sender, TRUE));
  g_assert_cmpint (send (&f, 11, 0, FALSE, &out), ==, SFU_DROP_WAIT_KEYFRAME);
  fixture_clear (&f);
}

static void
test_without_meta (void)
{
  Fixture f;
  TestPacket out;
  gboolean want = FALSE;

  fixture_init (&f, SFU_CODEC_VP8);
  g_assert_cmpint (
      send_buffer (&f, gst_buffer_new (), &out, &want), ==, SFU_DROP_MALFORMED);
  fixture_clear (&f);
}

/* Missing before it came here, too: the receiver has asked already when it is
 * forwarded late, and gets it once. */
static void
test_late_and_asked_for (void)
{
  Fixture f;
  TestPacket first, out;
  GstBuffer *buffer = published (11, 0, FALSE, 50);
  SfuStreamSenderStats stats;

  fixture_init (&f, SFU_CODEC_VP8);
  sfu_stream_sender_set_rtt (f.sender, 100 * 1000);
  send (&f, 10, 0, TRUE, &first);
  send (&f, 12, 0, FALSE, &out);
  g_assert_null (
      sender_retransmit (f.sender, (guint16)(first.seq + 1), f.now_us));
  f.now_us += 10 * 1000;
  sfu_track_put (f.track, 0, 11, buffer, f.now_us);
  gst_buffer_unref (buffer);
  send (&f, 11, 0, FALSE, &out);
  g_assert_cmpuint (out.seq, ==, (guint16)(first.seq + 1));
  f.now_us += 99 * 1000;
  g_assert_null (sender_retransmit (f.sender, out.seq, f.now_us));
  sfu_stream_sender_get_stats (f.sender, &stats);
  g_assert_cmpuint (stats.nack_missed, ==, 1);
  g_assert_cmpuint (stats.nack_repeated, ==, 1);
  /* Lost on that way: a round trip later it is sent again. */
  f.now_us += 1000;
  buffer = sender_retransmit (f.sender, out.seq, f.now_us);
  g_assert_nonnull (buffer);
  gst_buffer_unref (buffer);
  fixture_clear (&f);
}

/* Not asked for, but known to be lost: what a receiver asks for again is left to
 * it, an upper spatial layer is not. */
static void
test_lost (void)
{
  Fixture f;
  TestPacket out, rtx;
  SfuStreamSenderStats stats;
  guint16 seqs[2];
  GstBuffer *buffer;
  guint i;

  fixture_init (&f, SFU_CODEC_VP8);
  for (i = 0; i < 2; i++) {
    buffer = published ((guint16)(10 + i), 0, i == 0, 50);
    sfu_buffer_get_rtp_meta (buffer)->info.spatial = (guint8)i;
    sfu_track_put (f.track, 0, (guint16)(10 + i), buffer, f.now_us);
    send_buffer (&f, buffer, &out, &(gboolean){ FALSE });
    seqs[i] = out.seq;
  }
  g_assert_null (sender_resend_lost (f.sender, seqs[0], f.now_us));
  g_assert_null (sender_resend_lost (f.sender, 1234, f.now_us));
  buffer = sender_resend_lost (f.sender, seqs[1], f.now_us);
  g_assert_nonnull (buffer);
  test_packet_parse (buffer, &rtx);
  gst_buffer_unref (buffer);
  g_assert_cmpuint (rtx.ssrc, ==, 4243);
  g_assert_cmpuint (rtx.timestamp, ==, out.timestamp);
  /* It is on its way, whoever asks. */
  g_assert_null (sender_resend_lost (f.sender, seqs[1], f.now_us));
  g_assert_null (sender_retransmit (f.sender, seqs[1], f.now_us));
  sfu_stream_sender_get_stats (f.sender, &stats);
  g_assert_cmpuint (stats.lost_resent, ==, 1);
  g_assert_cmpuint (stats.rtx_packets, ==, 1);
  g_assert_cmpuint (stats.nacked, ==, 1);
  g_assert_cmpuint (stats.nack_repeated, ==, 1);
  fixture_clear (&f);
}

static void
test_retransmission (void)
{
  Fixture f;
  TestPacket out, rtx;
  GstBuffer *buffer = published (10, 0, TRUE, 50);
  SfuStreamSenderStats stats;

  fixture_init (&f, SFU_CODEC_VP8);
  sfu_track_put (f.track, 0, 10, buffer, f.now_us);
  gst_buffer_unref (buffer);
  send (&f, 10, 0, TRUE, &out);
  buffer = sender_retransmit (f.sender, out.seq, f.now_us);
  g_assert_nonnull (buffer);
  test_packet_parse (buffer, &rtx);
  gst_buffer_unref (buffer);
  g_assert_cmpuint (rtx.ssrc, ==, 4243);
  g_assert_cmpuint (rtx.seq, ==, 9);
  g_assert_cmpuint (rtx.timestamp, ==, out.timestamp);
  f.now_us += SFU_RTX_MIN_INTERVAL_US - 1;
  g_assert_null (sender_retransmit (f.sender, out.seq, f.now_us));
  f.now_us += 1;
  buffer = sender_retransmit (f.sender, out.seq, f.now_us);
  g_assert_nonnull (buffer);
  gst_buffer_unref (buffer);
  g_assert_null (sender_retransmit (f.sender, 1234, f.now_us));
  sfu_stream_sender_get_stats (f.sender, &stats);
  g_assert_cmpuint (stats.nacked, ==, 4);
  g_assert_cmpuint (stats.rtx_packets, ==, 2);
  g_assert_cmpuint (stats.nack_repeated, ==, 1);
  g_assert_cmpuint (stats.nack_missed, ==, 1);
  fixture_clear (&f);
}

static void
test_sender_report (void)
{
  Fixture f;
  TestPacket out;
  SfuSenderReport in = { 1, 42, 5000, 0 };
  SfuSenderReport mapped;

  fixture_init (&f, SFU_CODEC_VP8);
  sfu_track_set_report (f.track, 0, &in);
  g_assert_false (sfu_stream_sender_map_report (f.sender, &mapped));
  send (&f, 10, 5000, TRUE, &out);
  g_assert_true (sfu_stream_sender_map_report (f.sender, &mapped));
  g_assert_cmpuint (mapped.ssrc, ==, 4242);
  g_assert_cmpuint (mapped.ntp, ==, 42);
  g_assert_cmpuint (mapped.rtp_timestamp, ==, out.timestamp);
  /* another producer: nothing true can be said until its first packet */
  {
    g_autoptr (SfuTrack) other = sfu_track_new (
        sfu_stream_sender_get_config (f.sender), 64, G_USEC_PER_SEC, 1 << 20);
    sfu_stream_sender_set_track (f.sender, other);
  }
  g_assert_false (sfu_stream_sender_map_report (f.sender, &mapped));
  fixture_clear (&f);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/stream-sender/gate-and-numbers", test_gate_and_numbers);
  g_test_add_func ("/stream-sender/padding", test_padding_leaves_no_gap);
  g_test_add_func ("/stream-sender/restart", test_restart);
  g_test_add_func ("/stream-sender/restart-paused", test_restart_while_paused);
  g_test_add_func (
      "/stream-sender/keyframe-overtaken", test_keyframe_overtaken_by_pause);
  g_test_add_func ("/stream-sender/kept-back", test_kept_back);
  g_test_add_func ("/stream-sender/not-connected", test_not_connected);
  g_test_add_func ("/stream-sender/without-meta", test_without_meta);
  g_test_add_func ("/stream-sender/retransmission", test_retransmission);
  g_test_add_func ("/stream-sender/lost", test_lost);
  g_test_add_func (
      "/stream-sender/late-and-asked-for", test_late_and_asked_for);
  g_test_add_func ("/stream-sender/sender-report", test_sender_report);
  return g_test_run ();
}
