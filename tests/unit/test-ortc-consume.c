/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* server/ortc: what a producer is made of for its consumers, and what each of them
 * is told.
 *
 * Threads: one. */
#include "ortc-shapes.h"
#include "sfu-error.h"

static void
test_consumable (void)
{
  g_autoptr (SfuRtpCapabilities) router = default_router ();
  g_autoptr (SfuRtpParameters) camera = parameters (CAMERA);
  g_autoptr (GError) error = NULL;
  g_autoptr (SfuRtpParameters) consumable = sfu_ortc_consumable_parameters (
      camera, SFU_MEDIA_VIDEO, router, NULL, &error);
  const SfuRtpCodec *codec;
  const SfuRtpEncoding *encoding;

  g_assert_no_error (error);
  g_assert_cmpuint (consumable->codecs->len, ==, 2);
  codec = consumable->codecs->pdata[0];
  g_assert_cmpint (codec->payload_type, ==, 105);
  g_assert_cmpstr (
      sfu_rtp_codec_get_string (codec, "profile-level-id"), ==, "42e034");
  codec = consumable->codecs->pdata[1];
  g_assert_cmpint (codec->payload_type, ==, 106);
  encoding = consumable->encodings->pdata[0];
  g_assert_cmpuint (encoding->ssrc, ==, 0);
  g_assert_cmpuint (encoding->max_bitrate, ==, 900000);
  g_assert_cmpstr (consumable->cname, ==, "cam");
  g_assert_cmpstr (consumable->mid, ==, "");
}

/* RED and ULPFEC beside the media: undone on the way in, consumers hear nothing
 * of them; alone they are no media. */
static void
test_consumable_red (void)
{
#define RED                                                                    \
  "{\"mimeType\":\"video/red\",\"payloadType\":98,\"clockRate\":90000},"       \
  "{\"mimeType\":\"video/rtx\",\"payloadType\":99,\"clockRate\":90000,"        \
  "\"parameters\":{\"apt\":98}},"                                              \
  "{\"mimeType\":\"video/ulpfec\",\"payloadType\":100,\"clockRate\":90000}"
  g_autoptr (SfuRtpCapabilities) router = default_router ();
  g_autoptr (SfuRtpParameters) beside =
      parameters ("{\"codecs\":[" RED ",{\"mimeType\":\"video/VP9\","
                  "\"payloadType\":96,\"clockRate\":90000}],"
                  "\"encodings\":[{\"ssrc\":1,\"scalabilityMode\":\"L3T3\"}]}");
  g_autoptr (SfuRtpParameters) alone = parameters ("{\"codecs\":[" RED "]}");
#undef RED
  g_autoptr (GError) error = NULL;
  g_autoptr (SfuRtpParameters) consumable = sfu_ortc_consumable_parameters (
      beside, SFU_MEDIA_VIDEO, router, NULL, &error);
  const SfuRtpCodec *codec;

  g_assert_no_error (error);
  g_assert_cmpuint (consumable->codecs->len, ==, 2);
  codec = consumable->codecs->pdata[0];
  g_assert_cmpstr (codec->mime_type, ==, "video/VP9");
  g_assert_true (sfu_rtp_codec_is_rtx (consumable->codecs->pdata[1]));
  g_assert_cmpstr (sfu_ortc_producer_type (beside), ==, "svc");
  g_assert_null (sfu_ortc_consumable_parameters (
      alone, SFU_MEDIA_VIDEO, router, NULL, &error));
  g_assert_error (error, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr (error->message, ==, "rtpParameters.codecs: no media codec");
}

/* Spatial layers in one stream, and nothing else, make transport-wide feedback of
 * consumers worth its cost. */
static void
test_transport_cc (void)
{
#define LAYERS(codec, encodings)                                               \
  "{\"codecs\":[{\"mimeType\":\"video/" codec "\",\"payloadType\":96,"         \
  "\"clockRate\":90000}],\"headerExtensions\":[{\"uri\":\"http://"             \
  "www.ietf.org/"                                                              \
  "id/draft-holmer-rmcat-transport-wide-cc-extensions-01\",\"id\":5}],"        \
  "\"encodings\":[" encodings "]}"
  static const struct {
    const gchar *json;
    gboolean wanted;
  } cases[] = {
    { LAYERS ("VP9", "{\"ssrc\":1,\"scalabilityMode\":\"L2T3\"}"), TRUE },
    { LAYERS ("VP9", "{\"ssrc\":1,\"scalabilityMode\":\"L1T3\"}"), FALSE },
    { LAYERS ("VP9", "{\"ssrc\":1}"), FALSE },
    { LAYERS ("VP8",
          "{\"ssrc\":1,\"scalabilityMode\":\"L1T3\"},"
          "{\"ssrc\":2,\"scalabilityMode\":\"L1T3\"}"),
        FALSE },
  };
#undef LAYERS
  g_autoptr (SfuRtpCapabilities) router = default_router ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (SfuRtpParameters) p = parameters (cases[i].json);
    g_autoptr (GError) error = NULL;
    g_autoptr (SfuRtpParameters) consumable = sfu_ortc_consumable_parameters (
        p, SFU_MEDIA_VIDEO, router, NULL, &error);
    g_autoptr (SfuRtpParameters) c = NULL;
    gboolean found = FALSE;

    g_assert_no_error (error);
    c = sfu_ortc_consumer_parameters (consumable, router, "0", &error);
    g_assert_no_error (error);
    for (guint k = 0; k < c->header_extensions->len; k++) {
      const SfuRtpHeaderExtension *ext = c->header_extensions->pdata[k];

      found |= strstr (ext->uri, "transport-wide-cc") != NULL;
    }
    g_assert_cmpint (found, ==, cases[i].wanted);
    g_assert_cmpint (
        sfu_rtp_codec_has_feedback (c->codecs->pdata[0], "transport-cc", ""),
        ==, cases[i].wanted);
  }
}

static void
test_consumable_refused (void)
{
  static const struct {
    const gchar *json, *message;
  } cases[] = {
    { "{\"codecs\":[{\"mimeType\":\"video/H265\",\"payloadType\":45,"
      "\"clockRate\":90000}]}",
        "unsupported codec [mimeType:video/H265, payloadType:45]" },
    { "{\"codecs\":[{\"mimeType\":\"video/VP9\",\"payloadType\":45,"
      "\"clockRate\":90000,\"parameters\":{\"profile-id\":2}}]}",
        "unsupported codec [mimeType:video/VP9, payloadType:45]" },
    { "{\"codecs\":[{\"mimeType\":\"video/VP8\",\"payloadType\":96,"
      "\"clockRate\":90000},{\"mimeType\":\"video/flexfec-03\","
      "\"payloadType\":49,\"clockRate\":90000}]}",
        "unsupported codec [mimeType:video/flexfec-03, payloadType:49]: "
        "FlexFEC is not passed on; send RED with ULPFEC, or RTX" },
  };
  g_autoptr (SfuRtpCapabilities) router = default_router ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (SfuRtpParameters) p = parameters (cases[i].json);
    g_autoptr (GError) error = NULL;

    g_assert_null (sfu_ortc_consumable_parameters (
        p, SFU_MEDIA_VIDEO, router, NULL, &error));
    g_assert_error (error, SFU_ERROR, SFU_ERROR_NOT_SUPPORTED);
    g_assert_cmpstr (error->message, ==, cases[i].message);
  }
}

static void
test_consumer (void)
{
  g_autoptr (SfuRtpCapabilities) router = default_router ();
  g_autoptr (SfuRtpParameters) camera = parameters (CAMERA);
  g_autoptr (GError) error = NULL;
  g_autoptr (SfuRtpParameters) consumable = sfu_ortc_consumable_parameters (
      camera, SFU_MEDIA_VIDEO, router, "peer-name", &error);
  /* A client that can do all that the router can. */
  g_autoptr (SfuRtpParameters) c =
      sfu_ortc_consumer_parameters (consumable, router, "3", &error);
  const SfuRtpCodec *codec;
  const SfuRtpEncoding *encoding;

  g_assert_no_error (error);
  g_assert_cmpstr (c->mid, ==, "3");
  g_assert_cmpstr (c->cname, ==, "peer-name");
  g_assert_cmpuint (c->codecs->len, ==, 2);
  codec = c->codecs->pdata[0];
  g_assert_true (sfu_rtp_codec_has_feedback (codec, "nack", ""));
  g_assert_true (sfu_rtp_codec_has_feedback (codec, "nack", "pli"));
  g_assert_false (sfu_rtp_codec_has_feedback (codec, "transport-cc", ""));
  g_assert_false (sfu_rtp_codec_has_feedback (codec, "goog-remb", ""));
  g_assert_cmpuint (c->encodings->len, ==, 1);
  encoding = c->encodings->pdata[0];
  g_assert_cmpuint (encoding->ssrc, !=, 0);
  g_assert_cmpuint (encoding->rtx_ssrc, !=, 0);
  g_assert_cmpuint (encoding->rtx_ssrc, !=, encoding->ssrc);
  g_assert_cmpuint (encoding->max_bitrate, ==, 900000);
  for (guint i = 0; i < c->header_extensions->len; i++) {
    const SfuRtpHeaderExtension *ext = c->header_extensions->pdata[i];

    g_assert_null (strstr (ext->uri, "abs-send-time"));
    g_assert_null (strstr (ext->uri, "transport-wide-cc"));
    g_assert_null (strstr (ext->uri, "rtp-stream-id"));
  }
  g_assert_cmpuint (c->header_extensions->len, ==, 6);
}

static void
test_consumer_capabilities (void)
{
  static const struct {
    const gchar *caps;
    guint n_codecs; /* 0 = cannot consume */
    guint n_extensions;
    gboolean rtx;
  } cases[] = {
    { "{}", 0, 0, FALSE },
    { "{\"codecs\":[{\"mimeType\":\"video/VP8\",\"clockRate\":90000}]}", 0, 0,
        FALSE },
    /* RTX alone is no media. */
    { "{\"codecs\":[{\"mimeType\":\"video/rtx\",\"clockRate\":90000,"
      "\"parameters\":{\"apt\":105}}]}",
        0, 0, FALSE },
    { "{\"codecs\":[{\"mimeType\":\"video/h264\",\"clockRate\":90000,"
      "\"parameters\":{\"packetization-mode\":1}}],\"headerExtensions\":[{"
      "\"kind\":\"video\",\"uri\":\"urn:ietf:params:rtp-hdrext:sdes:mid\","
      "\"preferredId\":1},{\"kind\":\"video\",\"uri\":"
      "\"urn:3gpp:video-orientation\",\"preferredId\":9}]}",
        1, 1, FALSE },
    { "{\"codecs\":[{\"mimeType\":\"video/h264\",\"clockRate\":90000,"
      "\"parameters\":{\"packetization-mode\":1}},{\"mimeType\":\"video/rtx\","
      "\"clockRate\":90000,\"parameters\":{\"apt\":1}}]}",
        2, 0, TRUE },
    /* Another profile. */
    { "{\"codecs\":[{\"mimeType\":\"video/h264\",\"clockRate\":90000,"
      "\"parameters\":{\"packetization-mode\":1,\"profile-level-id\":"
      "\"640c1f\"}}]}",
        0, 0, FALSE },
  };
  g_autoptr (SfuRtpCapabilities) router = default_router ();
  g_autoptr (SfuRtpParameters) camera = parameters (CAMERA);
  g_autoptr (SfuRtpParameters) consumable = sfu_ortc_consumable_parameters (
      camera, SFU_MEDIA_VIDEO, router, NULL, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (SfuRtpCapabilities) caps = capabilities (cases[i].caps);
    g_autoptr (GError) error = NULL;
    g_autoptr (SfuRtpParameters) c =
        sfu_ortc_consumer_parameters (consumable, caps, "0", &error);

    g_test_message ("%s", cases[i].caps);
    g_assert_cmpint (
        sfu_ortc_can_consume (consumable, caps), ==, cases[i].n_codecs > 0);
    if (cases[i].n_codecs == 0) {
      g_assert_error (error, SFU_ERROR, SFU_ERROR_NOT_SUPPORTED);
      continue;
    }
    g_assert_no_error (error);
    g_assert_cmpuint (c->codecs->len, ==, cases[i].n_codecs);
    g_assert_cmpuint (c->header_extensions->len, ==, cases[i].n_extensions);
    g_assert_cmpint (((SfuRtpEncoding *)c->encodings->pdata[0])->rtx_ssrc != 0,
        ==, cases[i].rtx);
  }
}

static void
test_layers (void)
{
  static const struct {
    const gchar *mode;
    guint spatial, temporal;
  } modes[] = { { NULL, 1, 1 }, { "", 1, 1 }, { "L1T3", 1, 3 },
    { "S3T2", 3, 2 }, { "L3T3_KEY", 3, 3 }, { "L3", 1, 1 }, { "LxT1", 1, 1 },
    { "L0T0", 1, 1 }, { "L99999999999999999999T1", 8, 1 } };
  static const struct {
    const gchar *json, *type, *mode;
  } cases[] = {
    { "{\"codecs\":[" VP8 "],\"encodings\":[{\"scalabilityMode\":\"L1T3\"}]}",
        "simple", "L1T3" },
    { "{\"codecs\":[" VP8 "],\"encodings\":[{\"rid\":\"a\",\"scalabilityMode\":"
      "\"L1T3\",\"maxBitrate\":1},{\"rid\":\"b\",\"maxBitrate\":2}]}",
        "simulcast", "L2T3" },
    { "{\"codecs\":[{\"mimeType\":\"video/VP9\",\"payloadType\":98,"
      "\"clockRate\":90000}],\"encodings\":[{\"scalabilityMode\":\"L3T3\"}]}",
        "svc", "L3T3" },
  };
  g_autoptr (SfuRtpCapabilities) router = default_router ();

  for (guint i = 0; i < G_N_ELEMENTS (modes); i++) {
    guint spatial, temporal;

    sfu_ortc_parse_scalability_mode (modes[i].mode, &spatial, &temporal);
    g_assert_cmpuint (spatial, ==, modes[i].spatial);
    g_assert_cmpuint (temporal, ==, modes[i].temporal);
  }
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (SfuRtpParameters) p = parameters (cases[i].json);
    g_autoptr (SfuRtpParameters) consumable =
        sfu_ortc_consumable_parameters (p, SFU_MEDIA_VIDEO, router, NULL, NULL);
    g_autoptr (SfuRtpParameters) c =
        sfu_ortc_consumer_parameters (consumable, router, "0", NULL);
    const SfuRtpEncoding *encoding = c->encodings->pdata[0];

    g_assert_cmpstr (sfu_ortc_producer_type (p), ==, cases[i].type);
    g_assert_cmpuint (c->encodings->len, ==, 1);
    g_assert_cmpstr (encoding->scalability_mode, ==, cases[i].mode);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ortc/consumable", test_consumable);
  g_test_add_func ("/ortc/consumable/red", test_consumable_red);
  g_test_add_func ("/ortc/consumable/refused", test_consumable_refused);
  g_test_add_func ("/ortc/consumer", test_consumer);
  g_test_add_func ("/ortc/transport-cc", test_transport_cc);
  g_test_add_func ("/ortc/consumer/capabilities", test_consumer_capabilities);
  g_test_add_func ("/ortc/layers", test_layers);
  return g_test_run ();
}
