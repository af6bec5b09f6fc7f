/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RtpParameters -> caps, with parameters as browsers send them.
 *
 * Threads: main only. */
#include "sfu-error.h"
#include "sfu-worker-caps.h"

/* The type string of the seam makes the parser fill in all numbers. */
static SfuRtpParameters *
parse (const gchar *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) variant = g_variant_parse (
      G_VARIANT_TYPE (SFU_RTP_PARAMETERS_SIGNATURE), text, NULL, NULL, &error);
  g_assert_no_error (error);
  SfuRtpParameters *parameters =
      sfu_rtp_parameters_from_variant (variant, &error);
  g_assert_no_error (error);
  return parameters;
}

#define OPUS                                                                   \
  "('audio/opus', 111, 48000, 2, {'useinbandfec': <int64 1>}, "                \
  "[('transport-cc', '')])"
#define VP8                                                                    \
  "('video/VP8', 96, 90000, 0, {}, [('goog-remb', ''), ('transport-cc', ''),"  \
  " ('ccm', 'fir'), ('nack', ''), ('nack', 'pli')])"
#define RTX "('video/rtx', 97, 90000, 0, {'apt': <int64 96>}, [])"

static const struct {
  SfuMediaKind kind;
  const gchar *parameters, *caps;
} table[] = {
  { SFU_MEDIA_AUDIO,
      "('0', [" OPUS "], [('urn:ietf:params:rtp-hdrext:sdes:mid', 4)],"
      " [('', 4294967295, 0, 0, '')], ('abc', true))",
      "application/x-rtp, media=(string)audio, encoding-name=(string)OPUS,"
      " clock-rate=(int)48000, payload=(int)111,"
      " rtcp-fb-transport-cc=(boolean)true, ssrc=(uint)4294967295,"
      " a-mid=(string)0, cname=(string)abc,"
      " extmap-4=(string)urn:ietf:params:rtp-hdrext:sdes:mid" },
  { SFU_MEDIA_VIDEO,
      "('1', [" VP8 ", " RTX "], [], [('', 7, 8, 0, '')], ('', true))",
      "application/x-rtp, media=(string)video, encoding-name=(string)VP8,"
      " clock-rate=(int)90000, payload=(int)96, rtcp-fb-nack=(boolean)true,"
      " rtcp-fb-nack-pli=(boolean)true, rtcp-fb-ccm-fir=(boolean)true,"
      " rtcp-fb-transport-cc=(boolean)true, rtcp-fb-goog-remb=(boolean)true,"
      " ssrc=(uint)7, rtx-payload=(int)97, rtx-ssrc=(uint)8,"
      " a-mid=(string)1" },
  /* RTX before its codec; simulcast: no SSRCs, best quality last */
  { SFU_MEDIA_VIDEO,
      "('', [" RTX ", " VP8 "], [], [('r0', 0, 0, 0, 'L1T3'),"
      " ('r1', 7, 8, 0, 'nonsense')], ('', true))",
      "application/x-rtp, media=(string)video, encoding-name=(string)VP8,"
      " clock-rate=(int)90000, payload=(int)96, rtcp-fb-nack=(boolean)true,"
      " rtcp-fb-nack-pli=(boolean)true, rtcp-fb-ccm-fir=(boolean)true,"
      " rtcp-fb-transport-cc=(boolean)true, rtcp-fb-goog-remb=(boolean)true,"
      " encodings=(structure)<"
      " [encoding, rid=(string)r0, scalability-mode=(string)L1T3],"
      " [encoding, ssrc=(uint)7, rtx-ssrc=(uint)8, rid=(string)r1] >,"
      " rtx-payload=(int)97" },
  /* RED and ULPFEC, in any order */
  { SFU_MEDIA_VIDEO,
      "('', [('video/RED', 98, 90000, 0, {}, []),"
      " ('video/ulpfec', 100, 90000, 0, {}, []),"
      " ('video/VP8', 96, 90000, 0, {}, []),"
      " ('video/rtx', 99, 90000, 0, {'apt': <'98'>}, [])],"
      " [], [], ('', true))",
      "application/x-rtp, media=(string)video, encoding-name=(string)VP8,"
      " clock-rate=(int)90000, payload=(int)96, red-payload=(int)98,"
      " red-rtx-payload=(int)99, ulpfec-payload=(int)100" },
  /* no encodings at all, codec name in any case */
  { SFU_MEDIA_VIDEO,
      "('', [('Video/h264', 0, 90000, 0, {}, [])], [], [], ('', false))",
      "application/x-rtp, media=(string)video, encoding-name=(string)H264,"
      " clock-rate=(int)90000, payload=(int)0,"
      " rtcp-reduced-size=(boolean)false" },
};

static void
test_table (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autoptr (SfuRtpParameters) parameters = parse (table[i].parameters);
    g_autoptr (GError) error = NULL;
    g_autoptr (GstCaps) caps =
        sfu_worker_caps_from_parameters (table[i].kind, parameters, &error);
    g_assert_no_error (error);
    g_autoptr (GstCaps) expected = gst_caps_from_string (table[i].caps);
    if (!gst_caps_is_strictly_equal (caps, expected)) {
      g_autofree gchar *text = gst_caps_to_string (caps);
      g_error ("case %u: %s\n not %s", i, text, table[i].caps);
    }
    g_assert_true (gst_caps_is_fixed (caps));
  }
}

static void
test_refused (void)
{
  static const struct {
    SfuMediaKind kind;
    const gchar *parameters;
  } cases[] = {
    { SFU_MEDIA_VIDEO, "('', [], [], [], ('', true))" },
    { SFU_MEDIA_VIDEO, "('', [" RTX "], [], [], ('', true))" },
    { SFU_MEDIA_VIDEO, "('', [" OPUS "], [], [], ('', true))" },
    { SFU_MEDIA_AUDIO, "('', [" VP8 "], [], [], ('', true))" },
    { SFU_MEDIA_VIDEO,
        "('', [('VP8', 96, 90000, 0, {}, [])], [], [],"
        " ('', true))" },
    { SFU_MEDIA_VIDEO,
        "('', [('video/', 96, 90000, 0, {}, [])], [], [],"
        " ('', true))" },
    { SFU_MEDIA_VIDEO,
        "('', [('video/VP8', 96, 0, 0, {}, [])], [], [],"
        " ('', true))" },
    { SFU_MEDIA_VIDEO,
        "('', [('video/VP8', 96, 2147483648, 0, {}, [])], [],"
        " [], ('', true))" },
    { SFU_MEDIA_VIDEO, "('12345678901234567', [" VP8 "], [], [], ('', true))" },
    { SFU_MEDIA_VIDEO,
        "('', [" VP8 "], [], [('12345678901234567', 0, 0, 0,"
        " '')], ('', true))" },
    { SFU_MEDIA_VIDEO,
        "('', [" VP8 "], [('a', 1), ('b', 1)], [],"
        " ('', true))" },
  };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (SfuRtpParameters) parameters = parse (cases[i].parameters);
    g_autoptr (GError) error = NULL;
    g_assert_null (
        sfu_worker_caps_from_parameters (cases[i].kind, parameters, &error));
    g_assert_error (error, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT);
  }
}

static void
test_cname_bound (void)
{
  g_autoptr (SfuRtpParameters) parameters =
      parse ("('', [" VP8 "], [], [], ('', true))");
  g_autoptr (GError) error = NULL;
  g_free (parameters->cname);
  parameters->cname = g_strnfill (255, 'c');
  g_autoptr (GstCaps) caps =
      sfu_worker_caps_from_parameters (SFU_MEDIA_VIDEO, parameters, &error);
  g_assert_no_error (error);
  g_free (parameters->cname);
  parameters->cname = g_strnfill (256, 'c');
  g_assert_null (
      sfu_worker_caps_from_parameters (SFU_MEDIA_VIDEO, parameters, &error));
  g_assert_error (error, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT);
}

static void
test_mime_type (void)
{
  static const struct {
    SfuMediaKind kind;
    const gchar *parameters, *mime_type;
  } cases[] = {
    { SFU_MEDIA_AUDIO, "('', [" OPUS "], [], [], ('', true))", "audio/opus" },
    { SFU_MEDIA_VIDEO, "('', [" VP8 "], [], [], ('', true))", "video/VP8" },
  };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (SfuRtpParameters) parameters = parse (cases[i].parameters);
    g_autoptr (GstCaps) caps =
        sfu_worker_caps_from_parameters (cases[i].kind, parameters, NULL);
    g_autofree gchar *mime_type = sfu_worker_caps_dup_mime_type (caps);
    g_assert_cmpstr (mime_type, ==, cases[i].mime_type);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  g_test_add_func ("/worker/caps/table", test_table);
  g_test_add_func ("/worker/caps/refused", test_refused);
  g_test_add_func ("/worker/caps/cname-bound", test_cname_bound);
  g_test_add_func ("/worker/caps/mime-type", test_mime_type);
  return g_test_run ();
}
