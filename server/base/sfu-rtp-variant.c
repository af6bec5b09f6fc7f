/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RtpParameters <-> GVariant of the seam.
 *
 * Threads: pure functions over data of the caller. */
#include "sfu-rtp-parameters.h"

#include "sfu-error.h"

#define MAX_PAYLOAD_TYPE 127

static GVariant *
feedback_to_variant (const SfuRtpCodec *codec)
{
  GVariantBuilder b;

  g_variant_builder_init (&b, G_VARIANT_TYPE ("a(ss)"));
  for (guint i = 0; i < codec->rtcp_feedback->len; i++) {
    const SfuRtcpFeedback *fb = codec->rtcp_feedback->pdata[i];

    g_variant_builder_add (&b, "(ss)", fb->type, fb->parameter);
  }
  return g_variant_builder_end (&b);
}

GVariant *
sfu_rtp_parameters_to_variant (const SfuRtpParameters *parameters)
{
  GVariantBuilder codecs, extensions, encodings;

  g_variant_builder_init (&codecs, G_VARIANT_TYPE ("a(syuqa{sv}a(ss))"));
  for (guint i = 0; i < parameters->codecs->len; i++) {
    const SfuRtpCodec *c = parameters->codecs->pdata[i];

    g_variant_builder_add (&codecs, "(syuq@a{sv}@a(ss))", c->mime_type,
        (guint8)c->payload_type, c->clock_rate, c->channels, c->parameters,
        feedback_to_variant (c));
  }
  g_variant_builder_init (&extensions, G_VARIANT_TYPE ("a(sy)"));
  for (guint i = 0; i < parameters->header_extensions->len; i++) {
    const SfuRtpHeaderExtension *e = parameters->header_extensions->pdata[i];

    g_variant_builder_add (&extensions, "(sy)", e->uri, e->id);
  }
  g_variant_builder_init (&encodings, G_VARIANT_TYPE ("a(suuus)"));
  for (guint i = 0; i < parameters->encodings->len; i++) {
    const SfuRtpEncoding *e = parameters->encodings->pdata[i];

    g_variant_builder_add (&encodings, "(suuus)", e->rid, e->ssrc, e->rtx_ssrc,
        e->max_bitrate, e->scalability_mode);
  }
  return g_variant_new (SFU_RTP_PARAMETERS_SIGNATURE, parameters->mid, &codecs,
      &extensions, &encodings, parameters->cname, parameters->reduced_size);
}

static gboolean
read_codecs (SfuRtpParameters *parameters, GVariantIter *iter, GError **error)
{
  const gchar *mime_type, *type, *parameter;
  guint8 payload_type;
  guint32 clock_rate;
  guint16 channels;

  for (;;) {
    g_autoptr (GVariant) codec_parameters = NULL;
    g_autoptr (GVariantIter) feedback = NULL;
    SfuRtpCodec *codec;

    if (!g_variant_iter_next (iter, "(&syuq@a{sv}a(ss))", &mime_type,
            &payload_type, &clock_rate, &channels, &codec_parameters,
            &feedback))
      return TRUE;
    if (payload_type > MAX_PAYLOAD_TYPE) {
      g_set_error (error, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT,
          "payload type %u of %s is above %u", payload_type, mime_type,
          MAX_PAYLOAD_TYPE);
      return FALSE;
    }
    codec = sfu_rtp_codec_new (mime_type, payload_type, clock_rate, channels);
    g_ptr_array_add (parameters->codecs, codec);
    g_variant_unref (codec->parameters);
    codec->parameters = g_steal_pointer (&codec_parameters);
    while (g_variant_iter_next (feedback, "(&s&s)", &type, &parameter))
      sfu_rtp_codec_add_feedback (codec, type, parameter);
  }
}

static gboolean
read_extensions (
    SfuRtpParameters *parameters, GVariantIter *iter, GError **error)
{
  const gchar *uri;
  guint8 id;

  while (g_variant_iter_next (iter, "(&sy)", &uri, &id)) {
    if (id == 0) {
      g_set_error (error, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT,
          "header extension %s has id 0", uri);
      return FALSE;
    }
    g_ptr_array_add (
        parameters->header_extensions, sfu_rtp_header_extension_new (uri, id));
  }
  return TRUE;
}

static void
read_encodings (SfuRtpParameters *parameters, GVariantIter *iter)
{
  const gchar *rid, *mode;
  guint32 ssrc, rtx_ssrc, max_bitrate;

  while (g_variant_iter_next (
      iter, "(&suuu&s)", &rid, &ssrc, &rtx_ssrc, &max_bitrate, &mode)) {
    SfuRtpEncoding *encoding = sfu_rtp_encoding_new ();

    g_free (encoding->rid);
    encoding->rid = g_strdup (rid);
    encoding->ssrc = ssrc;
    encoding->rtx_ssrc = rtx_ssrc;
    encoding->max_bitrate = max_bitrate;
    g_free (encoding->scalability_mode);
    encoding->scalability_mode = g_strdup (mode);
    g_ptr_array_add (parameters->encodings, encoding);
  }
}

SfuRtpParameters *
sfu_rtp_parameters_from_variant (GVariant *variant, GError **error)
{
  g_autoptr (SfuRtpParameters) parameters = NULL;
  g_autoptr (GVariantIter) codecs = NULL;
  g_autoptr (GVariantIter) extensions = NULL;
  g_autoptr (GVariantIter) encodings = NULL;

  if (!g_variant_is_of_type (
          variant, G_VARIANT_TYPE (SFU_RTP_PARAMETERS_SIGNATURE))) {
    g_set_error (error, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT,
        "RTP parameters have type %s", g_variant_get_type_string (variant));
    return NULL;
  }
  parameters = sfu_rtp_parameters_new ();
  g_free (parameters->mid);
  g_free (parameters->cname);
  g_variant_get (variant, SFU_RTP_PARAMETERS_SIGNATURE, &parameters->mid,
      &codecs, &extensions, &encodings, &parameters->cname,
      &parameters->reduced_size);
  if (!read_codecs (parameters, codecs, error) ||
      !read_extensions (parameters, extensions, error))
    return NULL;
  read_encodings (parameters, encodings);
  return g_steal_pointer (&parameters);
}
