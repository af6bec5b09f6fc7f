/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RtpParameters and RtpCapabilities: making, copying, finding.
 *
 * Threads: plain data of one owner. */
#include "sfu-rtp-parameters.h"

#include <string.h>

static const gchar *const direction_names[] = { "sendrecv", "sendonly",
  "recvonly", "inactive" };

const gchar *
sfu_media_kind_name (SfuMediaKind kind)
{
  return kind == SFU_MEDIA_AUDIO ? "audio" : "video";
}

gboolean
sfu_media_kind_from_name (const gchar *name, SfuMediaKind *kind)
{
  if (g_strcmp0 (name, "audio") == 0)
    *kind = SFU_MEDIA_AUDIO;
  else if (g_strcmp0 (name, "video") == 0)
    *kind = SFU_MEDIA_VIDEO;
  else
    return FALSE;
  return TRUE;
}

const gchar *
sfu_rtp_direction_name (SfuRtpDirection direction)
{
  return direction_names[direction];
}

gboolean
sfu_rtp_direction_from_name (const gchar *name, SfuRtpDirection *direction)
{
  for (guint i = 0; i < G_N_ELEMENTS (direction_names); i++) {
    if (g_strcmp0 (name, direction_names[i]) == 0) {
      *direction = (SfuRtpDirection)i;
      return TRUE;
    }
  }
  return FALSE;
}

SfuRtcpFeedback *
sfu_rtcp_feedback_new (const gchar *type, const gchar *parameter)
{
  SfuRtcpFeedback *feedback = g_new0 (SfuRtcpFeedback, 1);

  feedback->type = g_strdup (type);
  feedback->parameter = g_strdup (parameter != NULL ? parameter : "");
  return feedback;
}

void
sfu_rtcp_feedback_free (SfuRtcpFeedback *feedback)
{
  if (feedback == NULL)
    return;
  g_free (feedback->type);
  g_free (feedback->parameter);
  g_free (feedback);
}

SfuRtpCodec *
sfu_rtp_codec_new (const gchar *mime_type, gint payload_type,
    guint32 clock_rate, guint16 channels)
{
  SfuRtpCodec *codec = g_new0 (SfuRtpCodec, 1);

  codec->mime_type = g_strdup (mime_type);
  codec->payload_type = payload_type;
  codec->clock_rate = clock_rate;
  codec->channels = channels;
  codec->parameters = g_variant_ref_sink (
      g_variant_new_array (G_VARIANT_TYPE ("{sv}"), NULL, 0));
  codec->rtcp_feedback =
      g_ptr_array_new_with_free_func ((GDestroyNotify)sfu_rtcp_feedback_free);
  return codec;
}

void
sfu_rtp_codec_free (SfuRtpCodec *codec)
{
  if (codec == NULL)
    return;
  g_free (codec->mime_type);
  g_variant_unref (codec->parameters);
  g_ptr_array_unref (codec->rtcp_feedback);
  g_free (codec);
}

SfuRtpCodec *
sfu_rtp_codec_copy (const SfuRtpCodec *codec)
{
  SfuRtpCodec *copy = sfu_rtp_codec_new (codec->mime_type, codec->payload_type,
      codec->clock_rate, codec->channels);

  g_variant_unref (copy->parameters);
  copy->parameters = g_variant_ref (codec->parameters);
  for (guint i = 0; i < codec->rtcp_feedback->len; i++) {
    const SfuRtcpFeedback *fb = codec->rtcp_feedback->pdata[i];

    sfu_rtp_codec_add_feedback (copy, fb->type, fb->parameter);
  }
  return copy;
}

void
sfu_rtp_codec_set_parameter (
    SfuRtpCodec *codec, const gchar *name, GVariant *value)
{
  g_autoptr (GVariant) owned = g_variant_ref_sink (value);
  GVariantBuilder builder;
  GVariantIter iter;
  gboolean done = FALSE;
  const gchar *key;
  GVariant *old;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  g_variant_iter_init (&iter, codec->parameters);
  while (g_variant_iter_loop (&iter, "{&sv}", &key, &old)) {
    gboolean same = strcmp (key, name) == 0;

    g_variant_builder_add (&builder, "{sv}", key, same ? owned : old);
    done = done || same;
  }
  if (!done)
    g_variant_builder_add (&builder, "{sv}", name, owned);
  g_variant_unref (codec->parameters);
  codec->parameters = g_variant_ref_sink (g_variant_builder_end (&builder));
}

gboolean
sfu_rtp_codec_get_int (
    const SfuRtpCodec *codec, const gchar *name, gint64 *value)
{
  g_autoptr (GVariant) v =
      g_variant_lookup_value (codec->parameters, name, NULL);

  if (v == NULL)
    return FALSE;
  if (g_variant_is_of_type (v, G_VARIANT_TYPE_INT64)) {
    *value = g_variant_get_int64 (v);
    return TRUE;
  }
  if (g_variant_is_of_type (v, G_VARIANT_TYPE_STRING))
    return g_ascii_string_to_signed (g_variant_get_string (v, NULL), 10,
        G_MININT64, G_MAXINT64, value, NULL);
  return FALSE;
}

const gchar *
sfu_rtp_codec_get_string (const SfuRtpCodec *codec, const gchar *name)
{
  const gchar *text = NULL;

  /* "&s" points into the dictionary, which codec keeps. */
  if (!g_variant_lookup (codec->parameters, name, "&s", &text))
    return NULL;
  return text;
}

void
sfu_rtp_codec_add_feedback (
    SfuRtpCodec *codec, const gchar *type, const gchar *parameter)
{
  g_ptr_array_add (
      codec->rtcp_feedback, sfu_rtcp_feedback_new (type, parameter));
}

gboolean
sfu_rtp_codec_has_feedback (
    const SfuRtpCodec *codec, const gchar *type, const gchar *parameter)
{
  if (parameter == NULL)
    parameter = "";
  for (guint i = 0; i < codec->rtcp_feedback->len; i++) {
    const SfuRtcpFeedback *fb = codec->rtcp_feedback->pdata[i];

    if (strcmp (fb->type, type) == 0 && strcmp (fb->parameter, parameter) == 0)
      return TRUE;
  }
  return FALSE;
}

gboolean
sfu_rtp_codec_has_name (const SfuRtpCodec *codec, const gchar *name)
{
  const gchar *slash = strchr (codec->mime_type, '/');

  return slash != NULL && g_ascii_strcasecmp (slash + 1, name) == 0;
}

gboolean
sfu_rtp_codec_is_rtx (const SfuRtpCodec *codec)
{
  return sfu_rtp_codec_has_name (codec, "rtx");
}

gboolean
sfu_rtp_codec_is_media (const SfuRtpCodec *codec)
{
  return !sfu_rtp_codec_is_rtx (codec) &&
      !sfu_rtp_codec_has_name (codec, "red") &&
      !sfu_rtp_codec_has_name (codec, "ulpfec");
}

gboolean
sfu_rtp_codec_kind (const SfuRtpCodec *codec, SfuMediaKind *kind)
{
  if (g_ascii_strncasecmp (codec->mime_type, "audio/", 6) == 0)
    *kind = SFU_MEDIA_AUDIO;
  else if (g_ascii_strncasecmp (codec->mime_type, "video/", 6) == 0)
    *kind = SFU_MEDIA_VIDEO;
  else
    return FALSE;
  return TRUE;
}

SfuRtpHeaderExtension *
sfu_rtp_header_extension_new (const gchar *uri, guint8 id)
{
  SfuRtpHeaderExtension *extension = g_new0 (SfuRtpHeaderExtension, 1);

  extension->uri = g_strdup (uri);
  extension->id = id;
  return extension;
}

void
sfu_rtp_header_extension_free (SfuRtpHeaderExtension *extension)
{
  if (extension == NULL)
    return;
  g_free (extension->uri);
  g_free (extension);
}

SfuRtpEncoding *
sfu_rtp_encoding_new (void)
{
  SfuRtpEncoding *encoding = g_new0 (SfuRtpEncoding, 1);

  encoding->rid = g_strdup ("");
  encoding->scalability_mode = g_strdup ("");
  encoding->codec_payload_type = SFU_PAYLOAD_TYPE_NONE;
  return encoding;
}

void
sfu_rtp_encoding_free (SfuRtpEncoding *encoding)
{
  if (encoding == NULL)
    return;
  g_free (encoding->rid);
  g_free (encoding->scalability_mode);
  g_free (encoding);
}

SfuRtpEncoding *
sfu_rtp_encoding_copy (const SfuRtpEncoding *encoding)
{
  SfuRtpEncoding *copy = g_new (SfuRtpEncoding, 1);

  *copy = *encoding;
  copy->rid = g_strdup (encoding->rid);
  copy->scalability_mode = g_strdup (encoding->scalability_mode);
  return copy;
}

SfuRtpParameters *
sfu_rtp_parameters_new (void)
{
  SfuRtpParameters *parameters = g_new0 (SfuRtpParameters, 1);

  parameters->mid = g_strdup ("");
  parameters->codecs =
      g_ptr_array_new_with_free_func ((GDestroyNotify)sfu_rtp_codec_free);
  parameters->header_extensions = g_ptr_array_new_with_free_func (
      (GDestroyNotify)sfu_rtp_header_extension_free);
  parameters->encodings =
      g_ptr_array_new_with_free_func ((GDestroyNotify)sfu_rtp_encoding_free);
  parameters->cname = g_strdup ("");
  parameters->reduced_size = TRUE;
  return parameters;
}

void
sfu_rtp_parameters_free (SfuRtpParameters *parameters)
{
  if (parameters == NULL)
    return;
  g_free (parameters->mid);
  g_ptr_array_unref (parameters->codecs);
  g_ptr_array_unref (parameters->header_extensions);
  g_ptr_array_unref (parameters->encodings);
  g_free (parameters->cname);
  g_free (parameters);
}

SfuRtpParameters *
sfu_rtp_parameters_copy (const SfuRtpParameters *parameters)
{
  SfuRtpParameters *copy = sfu_rtp_parameters_new ();

  g_free (copy->mid);
  copy->mid = g_strdup (parameters->mid);
  for (guint i = 0; i < parameters->codecs->len; i++)
    g_ptr_array_add (
        copy->codecs, sfu_rtp_codec_copy (parameters->codecs->pdata[i]));
  for (guint i = 0; i < parameters->header_extensions->len; i++) {
    const SfuRtpHeaderExtension *ext = parameters->header_extensions->pdata[i];

    g_ptr_array_add (copy->header_extensions,
        sfu_rtp_header_extension_new (ext->uri, ext->id));
  }
  for (guint i = 0; i < parameters->encodings->len; i++)
    g_ptr_array_add (copy->encodings,
        sfu_rtp_encoding_copy (parameters->encodings->pdata[i]));
  g_free (copy->cname);
  copy->cname = g_strdup (parameters->cname);
  copy->reduced_size = parameters->reduced_size;
  return copy;
}

const SfuRtpCodec *
sfu_rtp_parameters_find_codec (
    const SfuRtpParameters *parameters, gint payload_type)
{
  for (guint i = 0; i < parameters->codecs->len; i++) {
    const SfuRtpCodec *codec = parameters->codecs->pdata[i];

    if (codec->payload_type == payload_type)
      return codec;
  }
  return NULL;
}

const SfuRtpCodec *
sfu_rtp_parameters_find_rtx (
    const SfuRtpParameters *parameters, gint payload_type)
{
  for (guint i = 0; i < parameters->codecs->len; i++) {
    const SfuRtpCodec *codec = parameters->codecs->pdata[i];
    gint64 apt;

    if (sfu_rtp_codec_is_rtx (codec) &&
        sfu_rtp_codec_get_int (codec, "apt", &apt) && apt == payload_type)
      return codec;
  }
  return NULL;
}

gboolean
sfu_rtp_parameters_share_ssrc (
    const SfuRtpParameters *a, const SfuRtpParameters *b)
{
  for (guint i = 0; i < a->encodings->len; i++) {
    const SfuRtpEncoding *x = a->encodings->pdata[i];

    for (guint j = 0; j < b->encodings->len; j++) {
      const SfuRtpEncoding *y = b->encodings->pdata[j];

      if ((x->ssrc != 0 && (x->ssrc == y->ssrc || x->ssrc == y->rtx_ssrc)) ||
          (x->rtx_ssrc != 0 &&
              (x->rtx_ssrc == y->ssrc || x->rtx_ssrc == y->rtx_ssrc)))
        return TRUE;
    }
  }
  return FALSE;
}

SfuRtpHeaderExtensionCapability *
sfu_rtp_header_extension_capability_new (SfuMediaKind kind, const gchar *uri,
    guint8 preferred_id, SfuRtpDirection direction)
{
  SfuRtpHeaderExtensionCapability *extension =
      g_new0 (SfuRtpHeaderExtensionCapability, 1);

  extension->kind = kind;
  extension->uri = g_strdup (uri);
  extension->preferred_id = preferred_id;
  extension->direction = direction;
  return extension;
}

void
sfu_rtp_header_extension_capability_free (
    SfuRtpHeaderExtensionCapability *extension)
{
  if (extension == NULL)
    return;
  g_free (extension->uri);
  g_free (extension);
}

SfuRtpCapabilities *
sfu_rtp_capabilities_new (void)
{
  SfuRtpCapabilities *capabilities = g_new0 (SfuRtpCapabilities, 1);

  capabilities->codecs =
      g_ptr_array_new_with_free_func ((GDestroyNotify)sfu_rtp_codec_free);
  capabilities->header_extensions = g_ptr_array_new_with_free_func (
      (GDestroyNotify)sfu_rtp_header_extension_capability_free);
  return capabilities;
}

void
sfu_rtp_capabilities_free (SfuRtpCapabilities *capabilities)
{
  if (capabilities == NULL)
    return;
  g_ptr_array_unref (capabilities->codecs);
  g_ptr_array_unref (capabilities->header_extensions);
  g_free (capabilities);
}

SfuRtpCapabilities *
sfu_rtp_capabilities_copy (const SfuRtpCapabilities *capabilities)
{
  SfuRtpCapabilities *copy = sfu_rtp_capabilities_new ();

  for (guint i = 0; i < capabilities->codecs->len; i++)
    g_ptr_array_add (
        copy->codecs, sfu_rtp_codec_copy (capabilities->codecs->pdata[i]));
  for (guint i = 0; i < capabilities->header_extensions->len; i++) {
    const SfuRtpHeaderExtensionCapability *ext =
        capabilities->header_extensions->pdata[i];
    SfuRtpHeaderExtensionCapability *ext_copy =
        sfu_rtp_header_extension_capability_new (
            ext->kind, ext->uri, ext->preferred_id, ext->direction);

    ext_copy->preferred_encrypt = ext->preferred_encrypt;
    g_ptr_array_add (copy->header_extensions, ext_copy);
  }
  return copy;
}
