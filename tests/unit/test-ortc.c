/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* server/ortc: tables of what matches what, a router's capabilities, and what a
 * producer may be.
 *
 * Threads: one. */
#include "ortc-shapes.h"
#include "sfu-error.h"
#include "sfu-h264-profile.h"

static void
test_h264_profile (void)
{
  static const struct {
    const gchar *text;
    gint profile; /* -1 = refused */
    guint8 level;
    const gchar *canonical;
  } cases[] = {
    { NULL, SFU_H264_CONSTRAINED_BASELINE, 31, "42e01f" },
    { "42e01f", SFU_H264_CONSTRAINED_BASELINE, 31, "42e01f" },
    { "42C02A", SFU_H264_CONSTRAINED_BASELINE, 42, "42e02a" },
    { "4de01f", SFU_H264_CONSTRAINED_BASELINE, 31, "42e01f" },
    { "58f01f", SFU_H264_CONSTRAINED_BASELINE, 31, "42e01f" },
    { "42a01f", SFU_H264_BASELINE, 31, "42001f" },
    { "58A01F", SFU_H264_BASELINE, 31, "42001f" },
    { "4d401f", SFU_H264_MAIN, 31, "4d001f" },
    { "64001f", SFU_H264_HIGH, 31, "64001f" },
    { "640c1f", SFU_H264_CONSTRAINED_HIGH, 31, "640c1f" },
    { "42f00b", SFU_H264_CONSTRAINED_BASELINE, SFU_H264_LEVEL_1B, "42f00b" },
    { "42100b", SFU_H264_BASELINE, SFU_H264_LEVEL_1B, "42100b" },
    { "42e00b", SFU_H264_CONSTRAINED_BASELINE, 11, "42e00b" },
    { "", -1, 0, NULL }, { "42e01", -1, 0, NULL }, { "42e01f0", -1, 0, NULL },
    { "42e01g", -1, 0, NULL }, { "000000", -1, 0, NULL },
    { "42e000", -1, 0, NULL },                            /* no such level */
    { "42e0ff", -1, 0, NULL }, { "42e11f", -1, 0, NULL }, /* reserved bits */
    { "58601f", -1, 0, NULL },                            /* extended profile */
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    SfuH264ProfileLevel id = { 0 };
    gboolean ok = sfu_h264_profile_parse (cases[i].text, &id);
    g_autofree gchar *text = NULL;

    g_assert_cmpint (ok, ==, cases[i].profile >= 0);
    if (!ok)
      continue;
    g_assert_cmpint (id.profile, ==, cases[i].profile);
    g_assert_cmpuint (id.level, ==, cases[i].level);
    text = sfu_h264_profile_to_string (&id);
    g_assert_cmpstr (text, ==, cases[i].canonical);
  }
  g_assert_true (sfu_h264_level_less (10, SFU_H264_LEVEL_1B));
  g_assert_true (sfu_h264_level_less (SFU_H264_LEVEL_1B, 11));
  g_assert_false (sfu_h264_level_less (SFU_H264_LEVEL_1B, SFU_H264_LEVEL_1B));
  g_assert_false (sfu_h264_level_less (31, 31));
}

static void
test_match (void)
{
  static const struct {
    const gchar *a, *b;
    gboolean loose, strict;
    const gchar *answer; /* profile-level-id for a answering b */
  } cases[] = {
    { "opus", "OPUS/48000/2", TRUE, TRUE, NULL },
    { "opus", "VP8", FALSE, FALSE, NULL },
    { "VP8", "VP8;x-google-start-bitrate=1000", TRUE, TRUE, NULL },
    { "VP9", "VP9;profile-id=0", TRUE, TRUE, NULL },
    { "VP9;profile-id=2", "VP9", TRUE, FALSE, NULL },
    { "VP9;profile-id=2", "VP9;profile-id=2", TRUE, TRUE, NULL },
    { "H264", "H264;packetization-mode=0", TRUE, TRUE, NULL },
    { "H264", "H264;packetization-mode=1", TRUE, FALSE, NULL },
    { "H264", "H264;profile-level-id=42e01f", TRUE, TRUE, "42e01f" },
    { "H264;profile-level-id=42e01f", "H264;profile-level-id=42001f", TRUE,
        FALSE, NULL },
    /* Without asymmetry: the lower level. With it on both sides: our own. */
    { "H264;profile-level-id=42e034", "H264;profile-level-id=42e01f", TRUE,
        TRUE, "42e01f" },
    { "H264;profile-level-id=42e034;level-asymmetry-allowed=1",
        "H264;profile-level-id=42e01f;level-asymmetry-allowed=1", TRUE, TRUE,
        "42e034" },
    { "H264;profile-level-id=42e034;level-asymmetry-allowed=1",
        "H264;profile-level-id=42e01f", TRUE, TRUE, "42e01f" },
    { "H264;profile-level-id=zzzzzz", "H264", TRUE, FALSE, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (SfuRtpCodec) a = sfu_ortc_codec_from_string (cases[i].a, &error);
    g_autoptr (SfuRtpCodec) b = sfu_ortc_codec_from_string (cases[i].b, &error);
    g_autofree gchar *answer = NULL;

    g_assert_no_error (error);
    g_test_message ("%s / %s", cases[i].a, cases[i].b);
    g_assert_cmpint (sfu_ortc_match_codecs (a, b, FALSE), ==, cases[i].loose);
    g_assert_cmpint (sfu_ortc_match_codecs (a, b, TRUE), ==, cases[i].strict);
    g_assert_cmpint (sfu_ortc_match_codecs (b, a, TRUE), ==, cases[i].strict);
    if (!cases[i].strict)
      continue;
    answer = sfu_ortc_answer_profile_level_id (a, b);
    g_assert_cmpstr (answer, ==, cases[i].answer);
  }
}

static void
test_codec_text (void)
{
  static const struct {
    const gchar *text;
    gint code; /* SfuError, -1 = good */
  } cases[] = {
    { "opus", -1 },
    { "audio/opus/48000/2", -1 },
    { "video/vp8", -1 },
    { " H264 ; packetization-mode=1 ", -1 },
    { "", SFU_ERROR_NOT_SUPPORTED },
    { "theora", SFU_ERROR_NOT_SUPPORTED },
    { "opus/8000", SFU_ERROR_NOT_SUPPORTED },
    { "opus/48000/1", SFU_ERROR_NOT_SUPPORTED },
    { "opus/48000/2/3", SFU_ERROR_NOT_SUPPORTED },
    { "opus/x", SFU_ERROR_NOT_SUPPORTED },
    { "VP9;profile-id", SFU_ERROR_INVALID_ARGUMENT },
    { "VP9;=1", SFU_ERROR_INVALID_ARGUMENT },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (SfuRtpCodec) codec =
        sfu_ortc_codec_from_string (cases[i].text, &error);

    g_test_message ("\"%s\"", cases[i].text);
    if (cases[i].code < 0) {
      g_assert_no_error (error);
      g_assert_nonnull (codec);
    } else {
      g_assert_error (error, SFU_ERROR, cases[i].code);
      g_assert_null (codec);
    }
  }
}

static void
test_router (void)
{
  static const struct {
    const gchar *mime_type;
    gint payload_type;
    gint apt;
  } expect[] = {
    { "audio/opus", 100, 0 },
    { "video/VP8", 101, 0 },
    { "video/rtx", 102, 101 },
    { "video/VP9", 103, 0 },
    { "video/rtx", 104, 103 },
    { "video/H264", 105, 0 },
    { "video/rtx", 106, 105 },
    { "video/AV1", 107, 0 },
    { "video/rtx", 108, 107 },
  };
  g_autoptr (SfuRtpCapabilities) caps = default_router ();
  const SfuRtpCodec *codec;

  g_assert_true (sfu_ortc_validate_capabilities (caps, NULL));
  g_assert_cmpuint (caps->codecs->len, ==, G_N_ELEMENTS (expect));
  for (guint i = 0; i < caps->codecs->len; i++) {
    gint64 apt = 0;

    codec = caps->codecs->pdata[i];
    g_assert_cmpstr (codec->mime_type, ==, expect[i].mime_type);
    g_assert_cmpint (codec->payload_type, ==, expect[i].payload_type);
    sfu_rtp_codec_get_int (codec, "apt", &apt);
    g_assert_cmpint (apt, ==, expect[i].apt);
  }
  codec = caps->codecs->pdata[1];
  g_assert_true (sfu_rtp_codec_has_feedback (codec, "nack", ""));
  g_assert_true (sfu_rtp_codec_has_feedback (codec, "nack", "pli"));
  g_assert_true (sfu_rtp_codec_has_feedback (codec, "ccm", "fir"));
  g_assert_true (sfu_rtp_codec_has_feedback (codec, "goog-remb", ""));
  g_assert_true (sfu_rtp_codec_has_feedback (codec, "transport-cc", ""));
  codec = caps->codecs->pdata[5];
  g_assert_cmpstr (
      sfu_rtp_codec_get_string (codec, "profile-level-id"), ==, "42e01f");
}

static void
test_router_payload_types (void)
{
  g_autoptr (GPtrArray) codecs =
      g_ptr_array_new_with_free_func ((GDestroyNotify)sfu_rtp_codec_free);
  g_autoptr (GError) error = NULL;
  g_autoptr (SfuRtpCapabilities) caps = NULL;
  SfuRtpCodec *codec = sfu_ortc_codec_from_string ("VP8", &error);

  codec->payload_type = 100;
  g_ptr_array_add (codecs, codec);
  g_ptr_array_add (codecs, sfu_ortc_codec_from_string ("opus", &error));
  g_ptr_array_add (codecs, sfu_ortc_codec_from_string ("PCMU", &error));
  caps = sfu_ortc_router_capabilities (codecs, &error);
  g_assert_no_error (error);
  codec = caps->codecs->pdata[0];
  g_assert_cmpint (codec->payload_type, ==, 100);
  codec = caps->codecs->pdata[1]; /* RTX */
  g_assert_cmpint (codec->payload_type, ==, 101);
  codec = caps->codecs->pdata[2];
  g_assert_cmpint (codec->payload_type, ==, 102);
  codec = caps->codecs->pdata[3]; /* static: PCMU is 0 */
  g_assert_cmpint (codec->payload_type, ==, 0);
  sfu_rtp_capabilities_free (g_steal_pointer (&caps));

  codec = sfu_ortc_codec_from_string ("VP9", &error);
  codec->payload_type = 100;
  g_ptr_array_add (codecs, codec);
  g_assert_null (sfu_ortc_router_capabilities (codecs, &error));
  g_assert_error (error, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);

  /* 32 dynamic numbers, two for each video codec. */
  g_ptr_array_set_size (codecs, 0);
  for (guint i = 0; i < 17; i++)
    g_ptr_array_add (codecs, sfu_ortc_codec_from_string ("VP8", NULL));
  g_assert_null (sfu_ortc_router_capabilities (codecs, &error));
  g_assert_error (error, SFU_ERROR, SFU_ERROR_LIMIT_EXCEEDED);
}

static const struct {
  SfuMediaKind kind;
  const gchar *json;
  const gchar *message; /* NULL = valid */
} validations[] = {
  { SFU_MEDIA_VIDEO, "{\"codecs\":[" VP8 "," RTX (97, 96) "]}", NULL },
  { SFU_MEDIA_AUDIO, "{\"codecs\":[" OPUS "]}", NULL },
  { SFU_MEDIA_VIDEO, "{\"codecs\":[]}",
      "rtpParameters.codecs: no media codec" },
  { SFU_MEDIA_VIDEO, "{\"codecs\":[" RTX (97, 97) "]}",
      "rtpParameters.codecs: no media codec" },
  { SFU_MEDIA_AUDIO, "{\"codecs\":[" VP8 "]}",
      "rtpParameters.codecs[0].mimeType: \"video/VP8\" in a producer of kind "
      "audio" },
  { SFU_MEDIA_VIDEO, "{\"codecs\":[" VP8 "," VP8 "]}",
      "rtpParameters.codecs[1].payloadType: duplicated payloadType 96" },
  { SFU_MEDIA_VIDEO, "{\"codecs\":[" VP8 "," RTX (97, 98) "]}",
      "rtpParameters.codecs[1].parameters.apt: no media codec with "
      "payloadType 98 for RTX PT 97" },
  { SFU_MEDIA_VIDEO, "{\"codecs\":[" VP8 "," RTX (97, -1) "]}",
      "rtpParameters.codecs[1].parameters.apt: no media codec with "
      "payloadType -1 for RTX PT 97" },
  { SFU_MEDIA_VIDEO,
      "{\"codecs\":[" VP8 "],\"headerExtensions\":[{\"uri\":\"a\",\"id\":1},"
      "{\"uri\":\"b\",\"id\":1}]}",
      "rtpParameters.headerExtensions[1].id: duplicated id 1" },
  { SFU_MEDIA_VIDEO,
      "{\"codecs\":[" VP8 "],\"headerExtensions\":[{\"uri\":\"a\",\"id\":1},"
      "{\"uri\":\"a\",\"id\":255}]}",
      "rtpParameters.headerExtensions[1].uri: duplicated uri" },
  { SFU_MEDIA_VIDEO,
      "{\"codecs\":[" VP8 "],\"encodings\":[{\"ssrc\":5,\"rtx\":{\"ssrc\":5}"
      "}]}",
      "rtpParameters.encodings[0].rtx.ssrc: duplicated ssrc 5" },
  { SFU_MEDIA_VIDEO,
      "{\"codecs\":[" VP8 "],\"encodings\":[{\"ssrc\":4294967295},"
      "{\"ssrc\":4294967295}]}",
      "rtpParameters.encodings[1].ssrc: duplicated ssrc 4294967295" },
  { SFU_MEDIA_VIDEO,
      "{\"codecs\":[" VP8 "],\"encodings\":[{\"ssrc\":1},{\"ssrc\":2,"
      "\"rtx\":{\"ssrc\":1}}]}",
      "rtpParameters.encodings[1].rtx.ssrc: duplicated ssrc 1" },
  { SFU_MEDIA_VIDEO,
      "{\"codecs\":[" VP8 "],\"encodings\":[{\"rid\":\"r0\"},{\"rid\":\"r1\"}"
      "]}",
      NULL },
  { SFU_MEDIA_VIDEO,
      "{\"codecs\":[" VP8 "],\"encodings\":[{\"rid\":\"r0\"},{\"rid\":\"r0\"}"
      "]}",
      "rtpParameters.encodings[1].rid: duplicated rid \"r0\"" },
  { SFU_MEDIA_VIDEO, "{\"codecs\":[" VP8 "],\"encodings\":[{},{}]}",
      "rtpParameters.encodings[0]: needs ssrc or rid, being one of several" },
  { SFU_MEDIA_VIDEO,
      "{\"codecs\":[" VP8 "],\"encodings\":[{\"codecPayloadType\":97}]}",
      "rtpParameters.encodings[0].codecPayloadType: no media codec with "
      "payloadType 97" },
  { SFU_MEDIA_AUDIO,
      "{\"codecs\":[" OPUS "],\"encodings\":[{\"ssrc\":1},{\"ssrc\":2}]}",
      "rtpParameters.encodings: audio has one at most" },
};

static void
test_validate (void)
{

  for (guint i = 0; i < G_N_ELEMENTS (validations); i++) {
    g_autoptr (SfuRtpParameters) p = parameters (validations[i].json);
    g_autoptr (GError) error = NULL;

    g_test_message ("%s", validations[i].json);
    if (validations[i].message == NULL) {
      g_assert_true (
          sfu_ortc_validate_parameters (p, validations[i].kind, &error));
      g_assert_no_error (error);
    } else {
      g_assert_false (
          sfu_ortc_validate_parameters (p, validations[i].kind, &error));
      g_assert_error (error, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT);
      g_assert_cmpstr (error->message, ==, validations[i].message);
    }
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ortc/h264-profile", test_h264_profile);
  g_test_add_func ("/ortc/match", test_match);
  g_test_add_func ("/ortc/codec-text", test_codec_text);
  g_test_add_func ("/ortc/router", test_router);
  g_test_add_func ("/ortc/router/payload-types", test_router_payload_types);
  g_test_add_func ("/ortc/validate", test_validate);
  return g_test_run ();
}
