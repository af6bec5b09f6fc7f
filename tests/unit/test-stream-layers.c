/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A consumer among the encodings and layers of a track: whom it follows, and when
 * it changes.
 *
 * Threads: one. */
#include "encodings-fixture.h"

#include "rtp-packets.h"

static void
test_choose (void)
{
  static const struct {
    guint active;
    gint preferred, wanted;
  } rows[] = {
    { 7, -1, 2 },
    { 7, 2, 2 },
    { 7, 1, 1 },
    { 7, 0, 0 },
    { 7, 5, 2 },
    { 3, 2, 1 },
    { 1, 2, 0 },
    { 6, 0, 1 },
    { 4, 0, 2 },
    { 4, 1, 2 },
    { 5, 1, 0 },
    { 0, -1, -1 },
    { 0, 1, -1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpint (sfu_choose_encoding (rows[i].active, N, rows[i].preferred),
        ==, rows[i].wanted);
}

/* The encodings begin one after the other: a picture at once, and up with each.
 */
static void
test_start (void)
{
  Fixture f;

  fixture_init (&f);
  assert_layers (&f, -1, -1);
  sfu_track_set_active (f.track, 1);
  g_assert_cmpuint (picture (&f, 1, 0), ==, 1);
  assert_layers (&f, 0, 2);
  sfu_track_set_active (f.track, 3);
  f.want = FALSE;
  g_assert_cmpuint (picture (&f, 0, 1), ==, 1);
  g_assert_true (f.want);
  g_assert_cmpuint (sfu_stream_sender_keyframe_ssrc (f.sender), ==, 1001);
  g_assert_cmpuint (picture (&f, 2, 0), ==, 3); /* both: same picture */
  assert_layers (&f, 1, 2);
  g_assert_cmpuint (picture (&f, 0, 0), ==, 2);
  fixture_clear (&f);
}

/* It asks again for the key frame that does not come, goes on meanwhile, and
 * takes none of another encoding for it. */
static void
test_up (void)
{
  Fixture f;
  guint i, wants = 0;

  fixture_init (&f);
  sfu_track_set_active (f.track, 7);
  sfu_stream_sender_set_preferred_layers (f.sender, 0, -1, f.now_us);
  g_assert_cmpuint (picture (&f, 7, 0), ==, 1);
  f.want = FALSE;
  picture (&f, 0, 0);
  g_assert_false (f.want);
  g_assert_true (
      sfu_stream_sender_set_preferred_layers (f.sender, 2, -1, f.now_us));
  g_assert_cmpuint (sfu_stream_sender_keyframe_ssrc (f.sender), ==, 1002);
  for (i = 0; i < 60; i++) {
    f.want = FALSE;
    g_assert_cmpuint (picture (&f, i == 20 ? 3 : 0, i % 3), ==, 1);
    wants += f.want;
  }
  g_assert_cmpuint (wants, ==, 3); /* 2 s, every 0.5 s but for the first */
  g_assert_cmpuint (picture (&f, 4, 0), ==, 5);
  assert_layers (&f, 2, 2);
  f.want = FALSE;
  g_assert_cmpuint (picture (&f, 0, 0), ==, 4);
  g_assert_false (f.want);
  fixture_clear (&f);
}

/* The packet with which the key frame begins is lost: the rest of it is no
 * place to start, and the next one is. */
static void
test_start_of_keyframe_lost (void)
{
  Fixture f;

  fixture_init (&f);
  sfu_track_set_active (f.track, 3);
  sfu_stream_sender_set_preferred_layers (f.sender, 0, -1, f.now_us);
  picture (&f, 3, 0);
  sfu_stream_sender_set_preferred_layers (f.sender, 1, -1, f.now_us);
  f.now_us += FRAME_US;
  packet (&f, 0, TRUE, FALSE, 0);
  gst_buffer_unref (make (&f, 1, TRUE, TRUE, 0));
  g_assert_cmpint (packet (&f, 1, FALSE, FALSE, 0), ==, SFU_DROP_WAIT_KEYFRAME);
  g_assert_cmpint (packet (&f, 0, FALSE, FALSE, 0), ==, SFU_VERDICT_FORWARD);
  g_assert_cmpuint (picture (&f, 0, 0), ==, 1);
  g_assert_cmpuint (picture (&f, 2, 0), ==, 3);
  fixture_clear (&f);
}

/* It begins late (a retransmission): what came of the key frame before that is
 * answered from the cache, in the numbers behind its own. */
static void
test_start_of_keyframe_late (void)
{
  Fixture f;
  GstBuffer *first, *out = NULL;
  TestPacket parsed;
  guint16 seq;

  fixture_init (&f);
  sfu_track_set_active (f.track, 3);
  sfu_stream_sender_set_preferred_layers (f.sender, 0, -1, f.now_us);
  picture (&f, 3, 0);
  sfu_stream_sender_set_preferred_layers (f.sender, 1, -1, f.now_us);
  f.now_us += FRAME_US;
  first = make (&f, 1, TRUE, TRUE, 0);
  packet (&f, 1, FALSE, FALSE, 0);
  g_assert_cmpint (sender_packet (f.sender, first, f.now_us, &out, &f.want), ==,
      SFU_VERDICT_FORWARD);
  check (&f, out, TRUE, TRUE);
  gst_buffer_unref (out);
  gst_buffer_unref (first);
  seq = (guint16)(f.out.seq + 1);
  f.now_us += FRAME_US;
  out = NULL;
  first = make (&f, 1, TRUE, FALSE, 0);
  g_assert_cmpint (sender_packet (f.sender, first, f.now_us, &out, &f.want), ==,
      SFU_VERDICT_FORWARD);
  test_packet_parse (out, &parsed);
  g_assert_cmpuint (parsed.seq, ==, (guint16)(seq + 1));
  gst_buffer_unref (out);
  gst_buffer_unref (first);
  out = sender_retransmit (f.sender, seq, f.now_us);
  g_assert_nonnull (out);
  test_packet_parse (out, &parsed);
  g_assert_cmpuint (parsed.timestamp, ==, f.out.timestamp);
  gst_buffer_unref (out);
  fixture_clear (&f);
}

/* The layer it has stops: at once the one below is asked for. */
static void
test_down_when_stopped (void)
{
  Fixture f;

  fixture_init (&f);
  sfu_track_set_active (f.track, 7);
  g_assert_cmpuint (picture (&f, 7, 0) & 4, ==, 4);
  sfu_track_set_active (f.track, 3);
  g_assert_true (sfu_stream_sender_update (f.sender, f.now_us));
  g_assert_cmpuint (sfu_stream_sender_keyframe_ssrc (f.sender), ==, 1001);
  g_assert_cmpuint (picture (&f, 0, 0), ==, 0);
  g_assert_cmpuint (picture (&f, 2, 0), ==, 2);
  assert_layers (&f, 1, 2);
  sfu_track_set_active (f.track, 0);
  sfu_stream_sender_update (f.sender, f.now_us);
  assert_layers (&f, -1, -1);
  sfu_track_set_active (f.track, 3);
  g_assert_cmpuint (picture (&f, 0, 0), ==, 2); /* nothing was missed */
  assert_layers (&f, 1, 2);
  fixture_clear (&f);
}

/* VP8's temporal layers: what is left out leaves no gap, and up only where one
 * may. */
static void
test_temporal (void)
{
  Fixture f;
  static const guint pattern[] = { 0, 2, 1, 2 };
  guint64 before;
  guint i;

  fixture_init (&f);
  sfu_track_set_active (f.track, 1);
  picture (&f, 1, 0);
  sfu_stream_sender_set_preferred_layers (f.sender, -1, 1, f.now_us);
  before = f.out.n;
  for (i = 0; i < 40; i++)
    g_assert_cmpuint (picture (&f, 0, pattern[i % 4]), ==, pattern[i % 4] < 2);
  g_assert_cmpuint (f.out.n - before, ==, 40);
  assert_layers (&f, 0, 1);
  sfu_stream_sender_set_preferred_layers (f.sender, -1, -1, f.now_us);
  before = f.out.n;
  for (i = 0; i < 40; i++)
    picture (&f, 0, pattern[i % 4]);
  g_assert_cmpuint (f.out.n - before, >=, 78);
  assert_layers (&f, 0, 2);
  fixture_clear (&f);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/stream-layers/choose", test_choose);
  g_test_add_func ("/stream-layers/start", test_start);
  g_test_add_func ("/stream-layers/up", test_up);
  g_test_add_func (
      "/stream-layers/keyframe-start-lost", test_start_of_keyframe_lost);
  g_test_add_func (
      "/stream-layers/keyframe-start-late", test_start_of_keyframe_late);
  g_test_add_func ("/stream-layers/down-when-stopped", test_down_when_stopped);
  g_test_add_func ("/stream-layers/temporal", test_temporal);
  return g_test_run ();
}
