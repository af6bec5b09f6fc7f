/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The receiving half of a producer, and a consumer behind it: what is undone on
 * the way in (RED, its RTX), what is left out without a trace (ULPFEC), where a
 * key frame begins, when one is asked for. Time is the test's.
 *
 * Threads: one. */
#include "sfu-stream-receiver.h"
#include "sender-buffers.h"

#include <string.h>

#include "rtp-packets.h"

#define MEDIA 96
#define RTX 97
#define RED 100
#define RED_RTX 101
#define ULPFEC 102
#define SSRC 1111
#define RTX_SSRC 2222
#define HEADER 12
#define MS G_GINT64_CONSTANT (1000)
#define INTERVAL (250 * MS)
#define RETRY (600 * MS)

typedef struct {
  SfuStreamReceiver *receiver;
  SfuStreamSender *sender;
  SfuTrack *track;
  gint64 now_us;
  GstBuffer *out; /* owned; what the subscriber got last */
} Fixture;

static void
fixture_init (Fixture *f, SfuCodec codec, guint16 first_seq)
{
  SfuStreamConfig config;

  memset (f, 0, sizeof *f);
  f->now_us = G_USEC_PER_SEC;
  sfu_stream_config_init (&config);
  config.codec = codec;
  config.payload = MEDIA;
  config.rtx_payload = RTX;
  config.red_payload = RED;
  config.red_rtx_payload = RED_RTX;
  config.ulpfec_payload = ULPFEC;
  config.nack = TRUE;
  config.encodings[0].ssrc = SSRC;
  config.encodings[0].rtx_ssrc = RTX_SSRC;
  f->track = sfu_track_new (&config, 64, G_USEC_PER_SEC, 1 << 20);
  f->receiver = sfu_stream_receiver_new (
      &config, 0, f->track, 10, G_USEC_PER_SEC, INTERVAL, RETRY);
  f->sender = sfu_stream_sender_new (first_seq, 0, 9);
  config.ssrc = 4242;
  sfu_stream_sender_set_config (f->sender, &config);
  sfu_stream_sender_set_track (f->sender, f->track);
}

static void
fixture_clear (Fixture *f)
{
  gst_clear_buffer (&f->out);
  sfu_stream_sender_free (f->sender);
  sfu_stream_receiver_free (f->receiver);
  sfu_track_unref (f->track);
}

static GstBuffer *
make (guint8 payload_type, guint32 ssrc, guint16 seq, guint32 timestamp,
    const guint8 *payload, gsize len)
{
  guint8 *data = g_malloc0 (HEADER + len);

  data[0] = 0x80;
  data[1] = payload_type;
  GST_WRITE_UINT16_BE (data + 2, seq);
  GST_WRITE_UINT32_BE (data + 4, timestamp);
  GST_WRITE_UINT32_BE (data + 8, ssrc);
  if (len > 0)
    memcpy (data + HEADER, payload, len);
  return gst_buffer_new_wrapped (data, HEADER + len);
}

/* Takes in. What became of it at the producer or, behind it, at the consumer. */
static SfuVerdict
pass (Fixture *f, GstBuffer *in)
{
  gboolean want = FALSE;
  SfuVerdict verdict = sfu_stream_receiver_packet (f->receiver, &in, f->now_us);

  gst_clear_buffer (&f->out);
  if (verdict == SFU_VERDICT_FORWARD) {
    verdict = sender_packet (f->sender, in, f->now_us, &f->out, &want);
    gst_buffer_unref (in);
  }
  return verdict;
}

static void
expect (Fixture *f, guint16 seq, const guint8 *payload, gsize len)
{
  TestPacket parsed;

  g_assert_nonnull (f->out);
  test_packet_parse (f->out, &parsed);
  g_assert_cmpuint (parsed.payload_type, ==, MEDIA);
  g_assert_cmpuint (parsed.seq, ==, seq);
  g_assert_cmpuint (parsed.payload_size, ==, len);
  g_assert_cmpint (gst_buffer_memcmp (f->out, HEADER, payload, len), ==, 0);
}

static const guint8 opus[] = { 0xfc, 1, 2, 3 };

/* Audio with one earlier block, alone, of nothing, and cut off. */
static void
test_red (void)
{
  static const guint8 repeating[] = { 0x80 | MEDIA, 0x0f, 0x00, 2, MEDIA, 8, 9,
    0xfc, 1, 2, 3 };
  static const guint8 alone[] = { MEDIA, 0xfc, 1, 2, 3 };
  static const guint8 cut[] = { 0x80 | MEDIA, 0x0f, 0x00, 200, MEDIA, 8 };
  static const guint8 foreign[] = { 77, 8 };
  Fixture f;
  SfuStreamReceiverStats stats;

  fixture_init (&f, SFU_CODEC_OPUS, 65534);
#define IN(seq, payload)                                                       \
  make (RED, SSRC, seq, 960 * seq, payload, sizeof payload)
  g_assert_cmpint (pass (&f, IN (1, repeating)), ==, SFU_VERDICT_FORWARD);
  expect (&f, 65534, opus, sizeof opus);
  g_assert_cmpint (pass (&f, IN (2, alone)), ==, SFU_VERDICT_FORWARD);
  expect (&f, 65535, opus, sizeof opus);
  g_assert_cmpint (pass (&f, make (MEDIA, SSRC, 3, 0, opus, sizeof opus)), ==,
      SFU_VERDICT_FORWARD);
  expect (&f, 0, opus, sizeof opus);
  g_assert_cmpint (pass (&f, IN (4, cut)), ==, SFU_DROP_MALFORMED);
  g_assert_cmpint (
      pass (&f, IN (4, foreign)), ==, SFU_DROP_UNKNOWN_PAYLOAD_TYPE);
  g_assert_cmpint (
      pass (&f, make (RED, SSRC, 4, 0, NULL, 0)), ==, SFU_DROP_PADDING);
  g_assert_cmpint (pass (&f, IN (5, alone)), ==, SFU_VERDICT_FORWARD);
  expect (&f, 1, opus, sizeof opus);
#undef IN
  sfu_stream_receiver_get_stats (f.receiver, &stats);
  g_assert_cmpuint (stats.red_packets, ==, 4);
  fixture_clear (&f);
}

/* A RED packet that was sent again comes with the RTX type of RED. */
static void
test_red_sent_again (void)
{
  static const guint8 rtx[] = { 0, 2, MEDIA, 0xfc, 1, 2, 3 };
  static const guint8 plain_rtx[] = { 0, 4, 0xfc, 1, 2, 3 };
  Fixture f;
  guint16 missing[4];
  gboolean keyframe;

  fixture_init (&f, SFU_CODEC_OPUS, 10);
  pass (&f, make (MEDIA, SSRC, 1, 0, opus, sizeof opus));
  pass (&f, make (MEDIA, SSRC, 3, 0, opus, sizeof opus));
  expect (&f, 12, opus, sizeof opus);
  pass (&f, make (MEDIA, SSRC, 5, 0, opus, sizeof opus));
  g_assert_cmpuint (
      sfu_stream_receiver_poll (f.receiver, f.now_us, 0, missing, 4, &keyframe),
      ==, 2);
  g_assert_cmpint (pass (&f, make (RED_RTX, RTX_SSRC, 900, 0, rtx, sizeof rtx)),
      ==, SFU_VERDICT_FORWARD);
  expect (&f, 11, opus, sizeof opus);
  g_assert_cmpint (
      pass (&f, make (RTX, RTX_SSRC, 901, 0, plain_rtx, sizeof plain_rtx)), ==,
      SFU_VERDICT_FORWARD);
  expect (&f, 13, opus, sizeof opus);
  fixture_clear (&f);
}

/* Alone or in RED: counted, no gap, asked for by nobody, and never taken for
 * media. */
static void
test_fec (void)
{
  static const guint8 fec[] = { 0x40, 0, 0, 9, 9, 9, 9, 9, 9, 9 };
  static const guint8 red_fec[] = { ULPFEC, 0x40, 0, 0, 9, 9, 9, 9, 9 };
  Fixture f;
  SfuStreamReceiverStats stats;
  SfuStreamSenderStats sent;
  guint16 missing[4];
  gboolean keyframe;

  fixture_init (&f, SFU_CODEC_OPUS, 10);
  pass (&f, make (ULPFEC, SSRC, 65533, 0, fec, sizeof fec));
  g_assert_null (f.out);
  pass (&f, make (MEDIA, SSRC, 65534, 0, opus, sizeof opus));
  expect (&f, 10, opus, sizeof opus);
  g_assert_cmpint (pass (&f, make (ULPFEC, SSRC, 65535, 0, fec, sizeof fec)),
      ==, SFU_DROP_FEC);
  g_assert_cmpint (pass (&f, make (RED, SSRC, 0, 0, red_fec, sizeof red_fec)),
      ==, SFU_DROP_FEC);
  pass (&f, make (MEDIA, SSRC, 1, 0, opus, sizeof opus));
  expect (&f, 11, opus, sizeof opus);
  g_assert_cmpuint (
      sfu_stream_receiver_poll (f.receiver, f.now_us, 0, missing, 4, &keyframe),
      ==, 0);
  g_assert_null (sfu_track_get (f.track, 0, 65535, f.now_us));
  sfu_stream_receiver_get_stats (f.receiver, &stats);
  g_assert_cmpuint (stats.fec_packets, ==, 3);
  g_assert_cmpuint (stats.packets, ==, 2);
  sfu_stream_sender_get_stats (f.sender, &sent);
  g_assert_cmpuint (sent.verdicts.n[SFU_DROP_FEC], ==, 3);
  g_assert_cmpuint (sent.nack_missed, ==, 0);
  fixture_clear (&f);
}

/* SPS, PPS and slices each in a packet: the gate lets all of them pass or none,
 * and one key frame is counted. */
static void
test_h264_keyframe_as_a_whole (void)
{
  static const guint8 sps[] = { 0x67, 0x42, 0xc0, 0x1e };
  static const guint8 pps[] = { 0x68, 0xce, 0x3c };
  static const guint8 idr[] = { 0x7c, 0x85, 0x88, 0x80 };
  static const guint8 slice[] = { 0x41, 0x9a, 0x02 };
  Fixture f;
  SfuStreamReceiverStats stats;

  fixture_init (&f, SFU_CODEC_H264, 65534);
#define IN(seq, time, nal) make (MEDIA, SSRC, seq, time, nal, sizeof nal)
  g_assert_cmpint (pass (&f, IN (1, 0, slice)), ==, SFU_DROP_WAIT_KEYFRAME);
  g_assert_cmpint (pass (&f, IN (2, 3000, sps)), ==, SFU_VERDICT_FORWARD);
  expect (&f, 65534, sps, sizeof sps);
  g_assert_cmpint (pass (&f, IN (3, 3000, pps)), ==, SFU_VERDICT_FORWARD);
  g_assert_cmpint (pass (&f, IN (4, 3000, idr)), ==, SFU_VERDICT_FORWARD);
  expect (&f, 0, idr, sizeof idr);
  pass (&f, IN (5, 6000, slice));
  /* It resumes between the parameter sets and the slices. */
  sfu_stream_sender_set_paused (f.sender, TRUE);
  g_assert_cmpint (pass (&f, IN (6, 9000, sps)), ==, SFU_DROP_CONSUMER_PAUSED);
  sfu_stream_sender_set_paused (f.sender, FALSE);
  g_assert_cmpint (pass (&f, IN (7, 9000, pps)), ==, SFU_DROP_WAIT_KEYFRAME);
  g_assert_cmpint (pass (&f, IN (8, 9000, idr)), ==, SFU_DROP_WAIT_KEYFRAME);
  g_assert_cmpint (pass (&f, IN (9, 12000, sps)), ==, SFU_VERDICT_FORWARD);
  expect (&f, 2, sps, sizeof sps);
#undef IN
  sfu_stream_receiver_get_stats (f.receiver, &stats);
  g_assert_cmpuint (stats.keyframes, ==, 3);
  fixture_clear (&f);
}

static gboolean
poll_keyframe (Fixture *f)
{
  guint16 missing[4];
  gboolean keyframe;

  sfu_stream_receiver_poll (f->receiver, f->now_us, 0, missing, 4, &keyframe);
  return keyframe;
}

/* Many wishes are one request; one that is lost is asked for again, and so is a
 * key frame that does not come; one that came is not asked for. */
static void
test_keyframe_requests (void)
{
  static const guint8 key[] = { 0x10, 0x00 }, delta[] = { 0x10, 0x01 };
  Fixture f;

  fixture_init (&f, SFU_CODEC_VP8, 1);
  g_assert_true (sfu_stream_receiver_request_keyframe (f.receiver, f.now_us));
  for (guint i = 0; i < 100; i++)
    g_assert_false (
        sfu_stream_receiver_request_keyframe (f.receiver, f.now_us + i));
  f.now_us += INTERVAL;
  g_assert_false (poll_keyframe (&f));
  f.now_us += RETRY - INTERVAL;
  g_assert_cmpint (
      sfu_stream_receiver_next_due_us (f.receiver, 0), ==, f.now_us);
  g_assert_true (poll_keyframe (&f));
  pass (&f, make (MEDIA, SSRC, 1, 0, delta, sizeof delta));
  f.now_us += RETRY;
  g_assert_true (poll_keyframe (&f));
  pass (&f, make (MEDIA, SSRC, 2, 0, key, sizeof key));
  f.now_us += RETRY;
  g_assert_false (poll_keyframe (&f));
  fixture_clear (&f);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/stream-receiver/red", test_red);
  g_test_add_func ("/stream-receiver/red-sent-again", test_red_sent_again);
  g_test_add_func ("/stream-receiver/fec", test_fec);
  g_test_add_func (
      "/stream-receiver/h264-keyframe", test_h264_keyframe_as_a_whole);
  g_test_add_func (
      "/stream-receiver/keyframe-requests", test_keyframe_requests);
  return g_test_run ();
}
