/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A consumer that changes between the encodings of a track: what is asked for
 * again, comes late or is reported over the change.
 *
 * Threads: one. */
#include "encodings-fixture.h"

#include "rtp-packets.h"

/* Sent before the switch, asked for behind it; and never what was not sent. */
static void
test_nack_over_switch (void)
{
  Fixture f;
  guint16 before;
  guint32 timestamp;
  GstBuffer *out;
  TestPacket parsed;

  fixture_init (&f);
  sfu_track_set_active (f.track, 3);
  sfu_stream_sender_set_preferred_layers (f.sender, 0, -1, f.now_us);
  picture (&f, 3, 0);
  picture (&f, 0, 0);
  before = f.out.seq;
  timestamp = f.out.timestamp;
  sfu_stream_sender_set_preferred_layers (f.sender, 1, -1, f.now_us);
  picture (&f, 2, 0);
  out = sender_retransmit (f.sender, before, f.now_us);
  g_assert_nonnull (out);
  test_packet_parse (out, &parsed);
  g_assert_cmpuint (parsed.seq, ==, before);
  g_assert_cmpuint (parsed.timestamp, ==, timestamp);
  gst_buffer_unref (out);
  g_assert_null (
      sender_retransmit (f.sender, (guint16)(f.out.seq + 1), f.now_us));
  g_assert_null (
      sender_retransmit (f.sender, (guint16)(before - 40), f.now_us));
  fixture_clear (&f);
}

/* A packet of the encoding before that comes late is not forwarded, and its
 * number stays its own: asked for, it is found. */
static void
test_reordered_at_switch (void)
{
  Fixture f;
  GstBuffer *late, *out = NULL;
  TestPacket parsed;
  guint16 hole;

  fixture_init (&f);
  sfu_track_set_active (f.track, 3);
  sfu_stream_sender_set_preferred_layers (f.sender, 0, -1, f.now_us);
  picture (&f, 3, 0);
  sfu_stream_sender_set_preferred_layers (f.sender, 1, -1, f.now_us);
  f.now_us += FRAME_US;
  packet (&f, 0, TRUE, FALSE, 0);
  hole = (guint16)(f.out.seq + 1);
  late = make (&f, 0, FALSE, FALSE, 0);
  f.out.seq++;
  packet (&f, 0, FALSE, FALSE, 0);
  packet (&f, 1, TRUE, TRUE, 0);
  g_assert_cmpint (sender_packet (f.sender, late, f.now_us, &out, &f.want), ==,
      SFU_DROP_UNUSED_ENCODING);
  gst_buffer_unref (late);
  out = sender_retransmit (f.sender, hole, f.now_us);
  g_assert_nonnull (out);
  test_packet_parse (out, &parsed);
  g_assert_cmpuint (parsed.seq, ==, hole);
  gst_buffer_unref (out);
  picture (&f, 0, 0);
  fixture_clear (&f);
}

static void
report (Fixture *f, guint encoding)
{
  guint64 us = (guint64)(f->now_us - f->start_us);
  SfuSenderReport r = { 1000 + encoding,
    ((guint64)3900000000u << 32) +
        gst_util_uint64_scale (
            us, G_GUINT64_CONSTANT (1) << 32, G_USEC_PER_SEC),
    timestamp_of (f, encoding), f->now_us };

  sfu_track_set_report (f->track, encoding, &r);
}

/* With reports of both encodings the capture times stay true over a switch,
 * however late the key frame arrives; the report of the new one says so too. */
static void
test_capture_time (void)
{
  Fixture f;
  SfuSenderReport r;
  guint32 base;
  GstBuffer *late, *out = NULL;
  gint64 captured_us;

  fixture_init (&f);
  sfu_track_set_active (f.track, 3);
  sfu_stream_sender_set_preferred_layers (f.sender, 0, -1, f.now_us);
  report (&f, 0);
  picture (&f, 3, 0);
  /* the consumer's timestamp of time 0 */
  base = f.out.timestamp - FRAME;
  report (&f, 1);
  sfu_stream_sender_set_preferred_layers (f.sender, 1, -1, f.now_us);
  f.now_us += FRAME_US;
  captured_us = f.now_us;
  late = make (&f, 1, TRUE, TRUE, 0);
  f.now_us += 70 * MS;
  g_assert_cmpint (sender_packet (f.sender, late, f.now_us, &out, &f.want), ==,
      SFU_VERDICT_FORWARD);
  check (&f, out, TRUE, TRUE);
  gst_buffer_unref (late);
  gst_buffer_unref (out);
  g_assert_cmpint (
      ABS ((gint32)(f.out.timestamp - base -
          (guint32)((captured_us - f.start_us) * CLOCK / G_USEC_PER_SEC))),
      <=, 2);
  g_assert_true (sfu_stream_sender_map_report (f.sender, &r));
  g_assert_cmpuint (r.ssrc, ==, 4242);
  g_assert_cmpint (ABS ((gint32)(r.rtp_timestamp - (base + FRAME))), <=, 2);
  fixture_clear (&f);
}

/* Whatever happens in whatever order, the checks of every packet hold. */
static void
test_random (void)
{
  Fixture f;
  GRand *random = g_rand_new_with_seed (7);
  guint i;

  fixture_init (&f);
  for (i = 0; i < 40000; i++) {
    switch (g_rand_int_range (random, 0, 30)) {
      case 0:
        sfu_track_set_active (f.track, g_rand_int_range (random, 0, 8));
        break;
      case 1:
        sfu_stream_sender_set_preferred_layers (f.sender,
            g_rand_int_range (random, -1, 4), g_rand_int_range (random, -1, 3),
            f.now_us);
        break;
      case 2:
        sfu_stream_sender_set_paused (
            f.sender, g_rand_int_range (random, 0, 2));
        break;
      case 3:
        report (&f, g_rand_int_range (random, 0, N));
        break;
      default:
        picture (&f, g_rand_int_range (random, 0, 16) & 7,
            g_rand_int_range (random, 0, 3));
        break;
    }
  }
  g_assert_cmpuint (f.out.n, >, 10000);
  g_rand_free (random);
  fixture_clear (&f);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/stream-layers/nack-over-switch", test_nack_over_switch);
  g_test_add_func ("/stream-layers/reordered", test_reordered_at_switch);
  g_test_add_func ("/stream-layers/capture-time", test_capture_time);
  g_test_add_func ("/stream-layers/random", test_random);
  return g_test_run ();
}
