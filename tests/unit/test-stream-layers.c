/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A consumer among the encodings and layers of a track: whom it follows, when
 * it changes, and that what comes out is one stream all the while: sequence
 * numbers without gaps, timestamps that neither go back nor run ahead, VP8
 * numbers that follow each other. Three encodings of the same pictures, with
 * clocks and numbers of their own. Time is the test's.
 *
 * Threads: one. */
#include "sender-buffers.h"

#include <string.h>

#include "rtp-packets.h"

#define CLOCK 90000
#define FRAME 3000
#define FRAME_US (33333)
#define N 3
#define MS G_GINT64_CONSTANT (1000)
#define HEADER 12
#define DESCRIPTOR 6

/* What a publisher counts, for each encoding. */
typedef struct {
  guint16 seq, picture;
  guint32 clock; /* timestamp of time 0 */
  guint8 tl0, key;
} Source;

typedef struct {
  guint16 seq, picture;
  guint32 timestamp;
  guint8 tl0, key;
  guint64 n; /* packets so far */
  gint64 at_us;
} Out;

typedef struct {
  SfuStreamSender *sender;
  SfuTrack *track;
  gint64 now_us, start_us;
  Source sources[N];
  Out out; /* the newest */
  gboolean want;
  guint errors;
} Fixture;

static void
fixture_init (Fixture *f)
{
  static const Source sources[N] = { { 65530, 32760, 4294960000u, 254, 30 },
    { 100, 5, 77, 9, 3 }, { 40000, 120, 3000000000u, 0, 31 } };
  SfuStreamConfig config;
  guint i;

  memset (f, 0, sizeof *f);
  f->now_us = f->start_us = 100 * G_USEC_PER_SEC;
  memcpy (f->sources, sources, sizeof sources);
  sfu_stream_config_init (&config);
  config.codec = SFU_CODEC_VP8;
  config.n_encodings = N;
  for (i = 0; i < N; i++) {
    config.encodings[i].ssrc = 1000 + i;
    config.encodings[i].temporal_layers = 3;
  }
  f->track = sfu_track_new (&config, 1024, G_USEC_PER_SEC, 1 << 20);
  f->sender = sfu_stream_sender_new (65533, G_MAXUINT32 - FRAME, 9);
  config.payload = 101;
  config.ssrc = 4242;
  sfu_stream_sender_set_config (f->sender, &config);
  sfu_stream_sender_set_track (f->sender, f->track);
}

static void
fixture_clear (Fixture *f)
{
  sfu_stream_sender_free (f->sender);
  sfu_track_unref (f->track);
}

static guint32
timestamp_of (const Fixture *f, guint encoding)
{
  return f->sources[encoding].clock +
      (guint32)((f->now_us - f->start_us) * CLOCK / G_USEC_PER_SEC);
}

static GstBuffer *
make (Fixture *f, guint encoding, gboolean start, gboolean key, guint temporal)
{
  Source *source = &f->sources[encoding];
  guint8 data[HEADER + DESCRIPTOR + 10] = { 0x80, 96 };
  guint8 *p = data + HEADER;
  GstBuffer *buffer;
  SfuRtpMeta *meta;

  if (start) {
    source->picture = (source->picture + 1) & 0x7fff;
    source->tl0 += temporal == 0;
    source->key = (source->key + key) & 0x1f;
  }
  GST_WRITE_UINT16_BE (data + 2, source->seq++);
  GST_WRITE_UINT32_BE (data + 4, timestamp_of (f, encoding));
  p[0] = 0x80 | (start ? 0x10 : 0);
  p[1] = 0xf0;
  GST_WRITE_UINT16_BE (p + 2, source->picture | 0x8000);
  p[4] = source->tl0;
  p[5] = temporal << 6 | (temporal ? 0x20 : 0) | source->key;
  p[6] = key ? 0 : 1;
  buffer = gst_buffer_new_memdup (data, sizeof data);
  meta = sfu_buffer_add_rtp_meta (buffer);
  g_assert_true (sfu_rtp_parse (data, sizeof data, &meta->header));
  sfu_codec_inspect (SFU_CODEC_VP8, p, meta->header.payload_len, &meta->info);
  meta->encoding = encoding;
  meta->arrival_us = f->now_us;
  sfu_track_put (f->track, encoding, meta->header.seq, buffer, f->now_us);
  return buffer;
}

/* What a subscriber must never see; the first packet has nothing before it. */
static void
check (Fixture *f, GstBuffer *buffer, gboolean start, gboolean key)
{
  guint8 data[HEADER + DESCRIPTOR];
  guint8 *p = data + HEADER;
  Out out = { 0 };

  gst_buffer_extract (buffer, 0, data, sizeof data);
  out.seq = GST_READ_UINT16_BE (data + 2);
  out.timestamp = GST_READ_UINT32_BE (data + 4);
  out.picture = GST_READ_UINT16_BE (p + 2) & 0x7fff;
  out.tl0 = p[4];
  out.key = p[5] & 0x1f;
  out.at_us = f->now_us;
  out.n = f->out.n + 1;
  if (f->out.n > 0) {
    gint32 step = (gint32)(out.timestamp - f->out.timestamp);
    gint64 elapsed = (f->now_us - f->out.at_us) * CLOCK / G_USEC_PER_SEC;

    g_assert_cmpuint (out.seq, ==, (guint16)(f->out.seq + 1));
    if (start) {
      g_assert_cmpint (step, >=, 1);
      g_assert_cmpint (step, <=, elapsed + 2);
      g_assert_cmpuint (out.picture, ==, (f->out.picture + 1) & 0x7fff);
      if (key)
        g_assert_cmpuint (out.key, ==, (f->out.key + 1) & 0x1f);
    } else {
      g_assert_cmpint (step, ==, 0);
      g_assert_cmpuint (out.picture, ==, f->out.picture);
    }
    g_assert_cmpint ((gint8)(out.tl0 - f->out.tl0), >=, 0);
    g_assert_cmpint ((gint8)(out.tl0 - f->out.tl0), <=, 1);
  }
  f->out = out;
}

/* One packet of encoding. */
static SfuVerdict
packet (
    Fixture *f, guint encoding, gboolean start, gboolean key, guint temporal)
{
  GstBuffer *in = make (f, encoding, start, key, temporal), *out;
  SfuVerdict verdict = sender_packet (f->sender, in, f->now_us, &out, &f->want);

  gst_buffer_unref (in);
  if (verdict == SFU_VERDICT_FORWARD) {
    check (f, out, start, key);
    gst_buffer_unref (out);
  }
  return verdict;
}

/* A picture of two packets in each active encoding, keys: bit i = a key frame.
 * Returns the encodings that were forwarded. */
static guint
picture (Fixture *f, guint keys, guint temporal)
{
  guint active = sfu_track_active (f->track), forwarded = 0, i;

  f->now_us += FRAME_US;
  for (i = 0; i < N; i++) {
    gboolean key = keys >> i & 1;
    guint t = key ? 0 : temporal; /* as every encoder has it */

    if (!(active >> i & 1))
      continue;
    if (packet (f, i, TRUE, key, t) == SFU_VERDICT_FORWARD)
      forwarded |= 1u << i;
    packet (f, i, FALSE, FALSE, t);
  }
  return forwarded;
}

static void
assert_layers (Fixture *f, gint spatial, gint temporal)
{
  gint s, t;

  g_assert_true (sfu_stream_sender_get_layers (f->sender, &s, &t));
  g_assert_cmpint (s, ==, spatial);
  g_assert_cmpint (t, ==, temporal);
}

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
  g_test_add_func ("/stream-layers/choose", test_choose);
  g_test_add_func ("/stream-layers/start", test_start);
  g_test_add_func ("/stream-layers/up", test_up);
  g_test_add_func (
      "/stream-layers/keyframe-start-lost", test_start_of_keyframe_lost);
  g_test_add_func (
      "/stream-layers/keyframe-start-late", test_start_of_keyframe_late);
  g_test_add_func ("/stream-layers/down-when-stopped", test_down_when_stopped);
  g_test_add_func ("/stream-layers/nack-over-switch", test_nack_over_switch);
  g_test_add_func ("/stream-layers/reordered", test_reordered_at_switch);
  g_test_add_func ("/stream-layers/capture-time", test_capture_time);
  g_test_add_func ("/stream-layers/temporal", test_temporal);
  g_test_add_func ("/stream-layers/random", test_random);
  return g_test_run ();
}
