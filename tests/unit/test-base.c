/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* server/base: errors over D-Bus names, ids, RTP parameters <-> GVariant.
 *
 * Threads: one. */
#include "sfu-error.h"
#include "sfu-id.h"
#include "sfu-name.h"
#include "sfu-rtp-parameters.h"

static void
test_error_names (void)
{
  for (guint code = 0; code < SFU_ERROR_N_CODES; code++) {
    g_autoptr (GError) error =
        g_error_new (SFU_ERROR, (gint)code, "no %s", "x");
    g_autofree gchar *name = g_dbus_error_encode_gerror (error);
    g_autoptr (GError) back = g_dbus_error_new_for_dbus_error (name, "no x");

    g_assert_true (g_str_has_prefix (name, "org.gstsfu.Error."));
    g_assert_error (back, SFU_ERROR, (gint)code);
    sfu_error_strip_remote (back);
    g_assert_cmpstr (back->message, ==, "no x");
    g_assert_cmpstr (sfu_error_name (code), !=, "");
  }
  g_assert_cmpstr (sfu_error_name (SFU_ERROR_N_CODES), ==, "failed");
  sfu_error_strip_remote (NULL);
}

static void
test_id (void)
{
  static const gchar *const bad[] = { NULL, "", "x",
    "00000000-0000-4000-8000-00000000000",
    "00000000-0000-4000-8000-0000000000000",
    "00000000x0000-4000-8000-000000000000",
    "A0000000-0000-4000-8000-000000000000",
    "g0000000-0000-4000-8000-000000000000" };
  g_autofree gchar *a = sfu_id_new ();
  g_autofree gchar *b = sfu_id_new ();

  g_assert_true (sfu_id_is_valid (a));
  g_assert_true (g_uuid_string_is_valid (a));
  g_assert_cmpint (a[14], ==, '4');
  g_assert_nonnull (strchr ("89ab", a[19]));
  g_assert_cmpstr (a, !=, b);
  g_assert_cmpuint (sfu_random_ssrc (), !=, 0);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (sfu_id_is_valid (bad[i]));
}

static void
test_secret (void)
{
  static const struct {
    const gchar *a, *b;
    gboolean equal;
  } cases[] = { { "", "", TRUE }, { "abc", "abc", TRUE },
    { "abc", "abd", FALSE }, { "abc", "ab", FALSE }, { "", "a", FALSE },
    { NULL, NULL, FALSE }, { NULL, "", FALSE } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (
        sfu_secret_equal (cases[i].a, cases[i].b), ==, cases[i].equal);
}

static SfuRtpParameters *
example (void)
{
  SfuRtpParameters *p = sfu_rtp_parameters_new ();
  SfuRtpCodec *vp8 = sfu_rtp_codec_new ("video/VP8", 96, 90000, 0);
  SfuRtpCodec *rtx = sfu_rtp_codec_new ("video/RTX", 97, 90000, 0);
  SfuRtpEncoding *encoding = sfu_rtp_encoding_new ();

  sfu_rtp_codec_set_parameter (
      vp8, "x-google-start-bitrate", g_variant_new_int64 (1000));
  sfu_rtp_codec_add_feedback (vp8, "nack", "");
  sfu_rtp_codec_add_feedback (vp8, "nack", "pli");
  sfu_rtp_codec_set_parameter (rtx, "apt", g_variant_new_int64 (95));
  sfu_rtp_codec_set_parameter (rtx, "apt", g_variant_new_int64 (96));
  sfu_rtp_codec_set_parameter (rtx, "rtx-time", g_variant_new_string ("3000"));
  g_ptr_array_add (p->codecs, vp8);
  g_ptr_array_add (p->codecs, rtx);
  g_ptr_array_add (p->header_extensions,
      sfu_rtp_header_extension_new ("urn:ietf:params:rtp-hdrext:sdes:mid", 1));
  g_free (encoding->rid);
  encoding->rid = g_strdup ("hi");
  encoding->ssrc = 0xffffffff;
  encoding->rtx_ssrc = 2;
  encoding->max_bitrate = 1500000;
  g_free (encoding->scalability_mode);
  encoding->scalability_mode = g_strdup ("L1T3");
  g_ptr_array_add (p->encodings, encoding);
  g_free (p->mid);
  p->mid = g_strdup ("7");
  g_free (p->cname);
  p->cname = g_strdup ("me");
  p->reduced_size = FALSE;
  return p;
}

static void
test_variant_round_trip (void)
{
  g_autoptr (SfuRtpParameters) p = example ();
  g_autoptr (SfuRtpParameters) copy = sfu_rtp_parameters_copy (p);
  g_autoptr (GVariant) v =
      g_variant_ref_sink (sfu_rtp_parameters_to_variant (p));
  g_autoptr (GError) error = NULL;
  g_autoptr (SfuRtpParameters) back =
      sfu_rtp_parameters_from_variant (v, &error);
  g_autoptr (GVariant) again = NULL;
  g_autoptr (GVariant) copied = NULL;
  const SfuRtpCodec *codec;
  gint64 number;

  g_assert_no_error (error);
  again = g_variant_ref_sink (sfu_rtp_parameters_to_variant (back));
  copied = g_variant_ref_sink (sfu_rtp_parameters_to_variant (copy));
  g_assert_true (g_variant_equal (v, again));
  g_assert_true (g_variant_equal (v, copied));

  codec = sfu_rtp_parameters_find_rtx (back, 96);
  g_assert_nonnull (codec);
  g_assert_cmpint (codec->payload_type, ==, 97);
  g_assert_true (codec == sfu_rtp_parameters_find_codec (back, 97));
  g_assert_null (sfu_rtp_parameters_find_rtx (back, 95));
  g_assert_true (sfu_rtp_codec_get_int (codec, "rtx-time", &number));
  g_assert_cmpint (number, ==, 3000);
  g_assert_cmpstr (sfu_rtp_codec_get_string (codec, "rtx-time"), ==, "3000");
  g_assert_null (sfu_rtp_codec_get_string (codec, "apt"));
  codec = sfu_rtp_parameters_find_codec (back, 96);
  g_assert_true (sfu_rtp_codec_has_feedback (codec, "nack", "pli"));
  g_assert_false (sfu_rtp_codec_has_feedback (codec, "ccm", "fir"));
}

static void
test_variant_bad (void)
{
  static const gchar *const bad[] = {
    "('', 'x')",
    /* payload type 128 */
    "('', [('video/VP8', 0x80, 90000, 0, {}, [])], [], [], ('', true))",
    /* extension id 0 */
    "('', [], [('urn:x', 0x00)], [], ('', true))",
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GVariant) v = g_variant_parse (
        i == 0 ? NULL : G_VARIANT_TYPE (SFU_RTP_PARAMETERS_SIGNATURE), bad[i],
        NULL, NULL, &error);

    g_assert_no_error (error);
    g_assert_null (sfu_rtp_parameters_from_variant (v, &error));
    g_assert_error (error, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT);
  }
}

static void
test_name (void)
{
  static const struct {
    const gchar *name;
    gboolean ok;
  } cases[] = { { "a", TRUE }, { "Zo\xc3\xab's room", TRUE },
    { "\xc3\x84 / \"o\" <b>", TRUE }, { NULL, FALSE }, { "", FALSE },
    { "a\nb", FALSE }, { "\x7f", FALSE }, { "\xc2\x85", FALSE },
    { "\xc3", FALSE }, { "\xff", FALSE } };
  g_autofree gchar *longest = g_strnfill (SFU_NAME_MAX_BYTES, 'x');
  g_autofree gchar *longer = g_strnfill (SFU_NAME_MAX_BYTES + 1, 'x');

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (sfu_name_is_valid (cases[i].name), ==, cases[i].ok);
  g_assert_true (sfu_name_is_valid (longest));
  g_assert_false (sfu_name_is_valid (longer));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/error/names", test_error_names);
  g_test_add_func ("/base/id", test_id);
  g_test_add_func ("/base/secret", test_secret);
  g_test_add_func ("/base/rtp-parameters/round-trip", test_variant_round_trip);
  g_test_add_func ("/base/rtp-parameters/bad", test_variant_bad);
  g_test_add_func ("/base/name", test_name);
  return g_test_run ();
}
