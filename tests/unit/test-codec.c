/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Codecs: where pictures and key frames start, in payloads as senders make
 * them, cut at every length, and in noise.
 *
 * Threads: one. */
#include "sfu-codec.h"
#include "test-util.h"

typedef struct {
  const gchar *name;
  SfuCodec codec;
  guint8 payload[24];
  gsize len;
  gboolean frame, key;
} Case;

#define VP8 SFU_CODEC_VP8
#define VP9 SFU_CODEC_VP9
#define H264 SFU_CODEC_H264
#define AV1 SFU_CODEC_AV1

static const Case cases[] = {
  /* a key frame in one packet, 16 bit picture id */
  { "key, picture id 17", VP8, { 0x90, 0x80, 0x80, 0x11, 0x00 }, 5, 1, 1 },
  { "key, plain descriptor", VP8, { 0x10, 0x50 }, 2, 1, 1 },
  { "delta", VP8, { 0x10, 0x51 }, 2, 1, 0 },
  { "second packet of partition 0", VP8, { 0x00, 0x50 }, 2, 0, 0 },
  { "start of partition 1", VP8, { 0x11, 0x50 }, 2, 0, 0 },
  { "7 bit picture id", VP8, { 0x90, 0x80, 0x11, 0x00 }, 4, 1, 1 },
  { "7 bit picture id, delta", VP8, { 0x90, 0x80, 0x11, 0x01 }, 4, 1, 0 },
  { "everything in the descriptor", VP8,
      { 0x90, 0xf0, 0xff, 0xff, 0x01, 0xe1, 0x00 }, 7, 1, 1 },
  { "only T", VP8, { 0x90, 0x20, 0x40, 0x01 }, 4, 1, 0 },
  { "only K", VP8, { 0x90, 0x10, 0x41, 0x00 }, 4, 1, 1 },
  { "non-reference", VP8, { 0x30, 0x01 }, 2, 1, 0 },
  { "descriptor alone", VP8, { 0x10 }, 1, 0, 0 },

  { "key", VP9, { 0x08, 0x82 }, 2, 1, 1 },
  { "inter", VP9, { 0x48, 0x82 }, 2, 1, 0 },
  { "not the begin", VP9, { 0x00, 0x82 }, 2, 0, 0 },
  { "key, 7 bit id", VP9, { 0x88, 0x01, 0x82 }, 3, 1, 1 },
  { "key, 15 bit id, structure", VP9, { 0x8a, 0x81, 0x02, 0x00, 0x82 }, 5, 1,
      1 },
  { "key, base layer", VP9, { 0xa8, 0x01, 0x00, 0x05, 0x82 }, 5, 1, 1 },
  { "key, spatial layer 1", VP9, { 0xa8, 0x01, 0x03, 0x05, 0x82 }, 5, 0, 0 },
  { "temporal layer 2", VP9, { 0xe8, 0x01, 0x40, 0x05, 0x82 }, 5, 1, 0 },
  { "descriptor alone", VP9, { 0x08 }, 1, 0, 0 },
  { "descriptor with TL0PICIDX alone", VP9, { 0xa8, 0x01, 0x00, 0x05 }, 4, 0,
      0 },
  { "flexible key", VP9, { 0xb8, 0x01, 0x00, 0x82 }, 4, 1, 1 },
  { "flexible, one reference", VP9, { 0xf8, 0x01, 0x00, 0x02, 0x82 }, 5, 1, 0 },
  { "flexible, three references say four", VP9,
      { 0xf8, 0x01, 0x00, 0x03, 0x05, 0x07, 0x82 }, 7, 1, 0 },
  { "flexible, references alone", VP9, { 0xf8, 0x01, 0x00, 0x03, 0x05, 0x07 },
      6, 0, 0 },
  { "structure of two layers and a group of two", VP9,
      { 0x8a, 0x01, 0x38, 1, 64, 0, 180, 2, 128, 1, 104, 2, 0x04, 2, 0x34, 1,
          0x82 },
      17, 1, 1 },
  { "structure cut off", VP9, { 0x8a, 0x01, 0x38, 1, 64, 0, 180, 2 }, 8, 0, 0 },
  { "group of 255 that is not there", VP9, { 0x8a, 0x01, 0x08, 255, 0, 0 }, 6,
      0, 0 },

  { "SPS", H264, { 0x67, 0x42, 0xc0 }, 3, 1, 1 },
  { "PPS", H264, { 0x68, 0xce }, 2, 1, 0 },
  { "SEI", H264, { 0x06, 0x05 }, 2, 1, 0 },
  { "AUD", H264, { 0x09, 0x10 }, 2, 1, 0 },
  { "IDR", H264, { 0x65, 0x88 }, 2, 1, 1 },
  { "IDR, second slice", H264, { 0x65, 0x40 }, 2, 0, 0 },
  { "slice", H264, { 0x41, 0x9a }, 2, 1, 0 },
  { "second slice", H264, { 0x41, 0x40 }, 2, 0, 0 },
  { "STAP-A SPS PPS", H264, { 0x78, 0, 3, 0x67, 0x42, 0xc0, 0, 2, 0x68, 0xce },
      10, 1, 1 },
  { "STAP-A SEI IDR", H264, { 0x78, 0, 2, 0x06, 0x05, 0, 2, 0x65, 0x88 }, 9, 1,
      1 },
  { "STAP-A slices", H264, { 0x78, 0, 2, 0x41, 0x9a, 0, 2, 0x41, 0x40 }, 9, 1,
      0 },
  { "STAP-A size 0", H264, { 0x78, 0, 0, 0, 2, 0x65, 0x88 }, 7, 0, 0 },
  { "STAP-A overruns", H264, { 0x78, 0, 9, 0x65, 0x88 }, 5, 0, 0 },
  { "FU-A IDR start", H264, { 0x7c, 0x85, 0x88 }, 3, 1, 1 },
  { "FU-A IDR, second slice", H264, { 0x7c, 0x85, 0x40 }, 3, 0, 0 },
  { "FU-A IDR middle", H264, { 0x7c, 0x05, 0x88 }, 3, 0, 0 },
  { "FU-A IDR end", H264, { 0x7c, 0x45, 0x88 }, 3, 0, 0 },
  { "FU-A SPS start", H264, { 0x7c, 0x87, 0x42 }, 3, 1, 1 },
  { "FU-A slice start", H264, { 0x5c, 0x81, 0x9a }, 3, 1, 0 },
  { "STAP-B of an SPS", H264, { 0x79, 0, 1, 0, 3, 0x67, 0x42, 0xc0 }, 8, 0, 0 },
  { "MTAP16 of an IDR", H264, { 0x7a, 0, 1, 0, 2, 0, 0, 0, 0x65, 0x88 }, 10, 0,
      0 },
  { "MTAP24 of an IDR", H264, { 0x7b, 0, 1, 0, 2, 0, 0, 0, 0, 0x65, 0x88 }, 11,
      0, 0 },
  { "FU-B of an IDR", H264, { 0x7d, 0x85, 0, 1, 0x88 }, 5, 0, 0 },
  { "STAP-A in a STAP-A", H264, { 0x78, 0, 5, 0x78, 0, 2, 0x65, 0x88 }, 8, 0,
      0 },
  { "STAP-A SPS PPS IDR", H264,
      { 0x78, 0, 2, 0x67, 0x42, 0, 2, 0x68, 0xce, 0, 2, 0x65, 0x88 }, 13, 1,
      1 },
  { "STAP-A cut inside a size", H264, { 0x78, 0, 2, 0x41, 0x9a, 0 }, 6, 1, 0 },
  { "FU-A PPS start", H264, { 0x7c, 0x88, 0xce }, 3, 1, 0 },
  { "header alone", H264, { 0x65 }, 1, 0, 0 },
  { "reserved type", H264, { 0x7f, 0xff }, 2, 0, 0 },

  { "new sequence", AV1, { 0x18, 0x0a, 0x01 }, 3, 1, 1 },
  { "new sequence, two elements", AV1, { 0x28, 0x02, 0x0a, 0x01, 0x32 }, 5, 1,
      1 },
  { "frame", AV1, { 0x10, 0x32, 0x00 }, 3, 1, 0 },
  { "frame with a length", AV1, { 0x00, 0x02, 0x32, 0x00 }, 4, 1, 0 },
  { "frame with a long length", AV1, { 0x00, 0x82, 0x00, 0x32, 0x00 }, 5, 1,
      0 },
  { "tile group", AV1, { 0x10, 0x22, 0x00 }, 3, 0, 0 },
  { "continuation", AV1, { 0x90, 0x32, 0x00 }, 3, 0, 0 },
  { "continuation that says new", AV1, { 0x98, 0x0a, 0x00 }, 3, 0, 0 },
  { "endless length", AV1,
      { 0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01, 0x0a,
          0x01 },
      12, 0, 0 },
  { "longest length", AV1,
      { 0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01, 0x0a, 0x01 }, 11,
      1, 1 },
  { "aggregation header alone", AV1, { 0x18 }, 1, 0, 0 },

  { "opus", SFU_CODEC_OPUS, { 0xfc }, 1, 1, 1 },
  { "whatever", SFU_CODEC_UNKNOWN, { 0 }, 1, 1, 1 },
};

static void
test_table (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    const Case *c = &cases[i];
    guint8 *payload = exact_copy (c->payload, c->len);
    SfuPayloadInfo info = { 2, 2 };

    g_test_message ("%s %s", sfu_codec_name (c->codec), c->name);
    sfu_codec_inspect (c->codec, payload, c->len, &info);
    g_assert_cmpint (info.frame_start, ==, c->frame);
    g_assert_cmpint (info.keyframe_start, ==, c->key);
    free (payload);
  }
}

/* What a forwarder renumbers, and what it may leave out. */
static void
test_vp9_numbers (void)
{
  static const struct {
    guint8 payload[8];
    SfuPayloadInfo expect;
  } rows[] = {
    { { 0x0c, 0x82 },
        { .frame_start = TRUE, .keyframe_start = TRUE, .layer_end = TRUE } },
    { { 0x80, 0x7f, 0x82 }, { .picture_id_at = 1, .picture_id = 127 } },
    { { 0xa0, 0xff, 0xfe, 0x23, 0x07, 0x82 },
        { .picture_id_at = 1,
            .long_picture_id = TRUE,
            .picture_id = 0x7ffe,
            .tl0_picture_id_at = 4,
            .tl0_picture_id = 7,
            .spatial = 1,
            .temporal = 1 } },
    { { 0x20, 0x00, 0xff, 0x82 },
        { .tl0_picture_id_at = 2, .tl0_picture_id = 255 } },
    /* flexible: no TL0PICIDX */
    { { 0xf4, 0x01, 0x54, 0x02, 0x82 },
        { .picture_id_at = 1,
            .picture_id = 1,
            .layer_end = TRUE,
            .spatial = 2,
            .temporal = 2,
            .switch_layers = 0xfc,
            .switch_from = 1 } },
    { { 0xa0, 0x01, 0x10, 0x07, 0x82 },
        { .picture_id_at = 1,
            .picture_id = 1,
            .tl0_picture_id_at = 3,
            .tl0_picture_id = 7,
            .switch_layers = 0xff } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    SfuPayloadInfo info, expect = rows[i].expect;

    expect.refers_by_picture_id = TRUE;
    sfu_codec_inspect (VP9, rows[i].payload, sizeof rows[i].payload, &info);
    g_assert_cmpmem (&info, sizeof info, &expect, sizeof expect);
  }
}

/* Every case, read as every codec, at every length; and nothing starts in
 * nothing. */
static void
test_truncated (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    for (gsize len = 0; len <= cases[i].len; len++) {
      guint8 *payload = exact_copy (cases[i].payload, len);

      for (guint codec = 0; codec <= SFU_CODEC_COUNT; codec++) {
        SfuPayloadInfo info;

        sfu_codec_inspect (codec, payload, len, &info);
        g_assert_true (info.frame_start || !info.keyframe_start);
        if (len == 0)
          g_assert_false (info.frame_start);
        if (len == 1 && sfu_codec_has_keyframes (codec))
          g_assert_false (info.frame_start);
      }
      free (payload);
    }
  }
}

static void
test_noise (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (TEST_SEED);

  for (guint round = 0; round < 20000; round++) {
    gsize len = g_rand_int_range (rand, 0, 24);
    guint8 *payload = exact_copy ((const guint8[24]){ 0 }, len);
    SfuPayloadInfo info;

    for (gsize i = 0; i < len; i++)
      payload[i] = g_rand_int_range (rand, 0, 256);
    for (guint codec = 0; codec < SFU_CODEC_COUNT; codec++) {
      sfu_codec_inspect (codec, payload, len, &info);
      g_assert_true (info.frame_start || !info.keyframe_start);
    }
    free (payload);
  }
}

static void
test_names (void)
{
  static const struct {
    const gchar *name;
    SfuCodec codec;
    gboolean keyframes;
  } names[] = {
    { "OPUS", SFU_CODEC_OPUS, FALSE },
    { "opus", SFU_CODEC_OPUS, FALSE },
    { "VP8", VP8, TRUE },
    { "vp9", VP9, TRUE },
    { "H264", H264, TRUE },
    { "AV1", AV1, TRUE },
    { "VP80", SFU_CODEC_UNKNOWN, FALSE },
    { "video/VP8", SFU_CODEC_UNKNOWN, FALSE },
    { "unknown", SFU_CODEC_UNKNOWN, FALSE },
    { "", SFU_CODEC_UNKNOWN, FALSE },
    { NULL, SFU_CODEC_UNKNOWN, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    SfuCodec codec = sfu_codec_from_name (names[i].name);

    g_assert_cmpint (codec, ==, names[i].codec);
    g_assert_cmpint (sfu_codec_has_keyframes (codec), ==, names[i].keyframes);
  }
  for (guint i = 0; i < SFU_CODEC_COUNT; i++)
    g_assert_cmpint (sfu_codec_from_name (sfu_codec_name (i)), ==, i);
  g_assert_cmpstr (sfu_codec_name (SFU_CODEC_COUNT), ==, "unknown");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/codec/table", test_table);
  g_test_add_func ("/codec/vp9-numbers", test_vp9_numbers);
  g_test_add_func ("/codec/truncated", test_truncated);
  g_test_add_func ("/codec/noise", test_noise);
  g_test_add_func ("/codec/names", test_names);
  return g_test_run ();
}
