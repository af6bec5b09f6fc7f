/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Do parameters hold together? Types and ranges of single fields are the
 * business of whoever decodes them; here is what needs two fields to see.
 *
 * Threads: pure functions over data of the caller. */
#include "sfu-ortc.h"

#include "sfu-error.h"

#include <string.h>

#define N_PAYLOAD_TYPES 128
#define N_EXTENSION_IDS 256

static gboolean
check_codec (
    const SfuRtpCodec *codec, const gchar *list, guint i, GError **error)
{
  SfuMediaKind kind;
  gint64 apt;

  if (!sfu_rtp_codec_kind (codec, &kind))
    return sfu_error_invalid (error,
        "%s[%u].mimeType: \"%s\" is neither audio nor video", list, i,
        codec->mime_type);
  if (codec->clock_rate == 0)
    return sfu_error_invalid (
        error, "%s[%u].clockRate: must not be 0", list, i);
  if (sfu_rtp_codec_is_rtx (codec) &&
      !sfu_rtp_codec_get_int (codec, "apt", &apt))
    return sfu_error_invalid (
        error, "%s[%u].parameters.apt: missing, and the codec is RTX", list, i);
  return TRUE;
}

static gboolean
check_codecs (
    const SfuRtpParameters *parameters, SfuMediaKind kind, GError **error)
{
  gboolean seen[N_PAYLOAD_TYPES] = { FALSE };
  gboolean media = FALSE;

  for (guint i = 0; i < parameters->codecs->len; i++) {
    const SfuRtpCodec *codec = parameters->codecs->pdata[i];
    SfuMediaKind codec_kind;

    if (!check_codec (codec, "rtpParameters.codecs", i, error))
      return FALSE;
    if (!sfu_rtp_codec_kind (codec, &codec_kind) || codec_kind != kind)
      return sfu_error_invalid (error,
          "rtpParameters.codecs[%u].mimeType: \"%s\" in a producer of kind %s",
          i, codec->mime_type, sfu_media_kind_name (kind));
    if (codec->payload_type < 0 || codec->payload_type >= N_PAYLOAD_TYPES)
      return sfu_error_invalid (
          error, "rtpParameters.codecs[%u].payloadType: missing", i);
    if (seen[codec->payload_type])
      return sfu_error_invalid (error,
          "rtpParameters.codecs[%u].payloadType: duplicated payloadType %d", i,
          codec->payload_type);
    seen[codec->payload_type] = TRUE;
    media = media || sfu_rtp_codec_is_media (codec);
  }
  if (!media)
    return sfu_error_invalid (error, "rtpParameters.codecs: no media codec");
  return TRUE;
}

static gboolean
check_rtx (const SfuRtpParameters *parameters, GError **error)
{
  for (guint i = 0; i < parameters->codecs->len; i++) {
    const SfuRtpCodec *codec = parameters->codecs->pdata[i], *media;
    gint64 apt = SFU_PAYLOAD_TYPE_NONE;

    if (!sfu_rtp_codec_is_rtx (codec))
      continue;
    sfu_rtp_codec_get_int (codec, "apt", &apt);
    media = apt >= 0 && apt < N_PAYLOAD_TYPES
        ? sfu_rtp_parameters_find_codec (parameters, (gint)apt)
        : NULL;
    if (media == NULL || sfu_rtp_codec_is_rtx (media))
      return sfu_error_invalid (error,
          "rtpParameters.codecs[%u].parameters.apt: no media codec with "
          "payloadType %" G_GINT64_FORMAT " for RTX PT %d",
          i, apt, codec->payload_type);
  }
  return TRUE;
}

static gboolean
check_extensions (const SfuRtpParameters *parameters, GError **error)
{
  gboolean seen[N_EXTENSION_IDS] = { FALSE };

  for (guint i = 0; i < parameters->header_extensions->len; i++) {
    const SfuRtpHeaderExtension *ext = parameters->header_extensions->pdata[i];

    if (ext->id == 0)
      return sfu_error_invalid (
          error, "rtpParameters.headerExtensions[%u].id: must be 1 to 255", i);
    if (seen[ext->id])
      return sfu_error_invalid (error,
          "rtpParameters.headerExtensions[%u].id: duplicated id %u", i,
          ext->id);
    seen[ext->id] = TRUE;
    for (guint j = 0; j < i; j++) {
      const SfuRtpHeaderExtension *other =
          parameters->header_extensions->pdata[j];

      if (strcmp (other->uri, ext->uri) == 0)
        return sfu_error_invalid (
            error, "rtpParameters.headerExtensions[%u].uri: duplicated uri", i);
    }
  }
  return TRUE;
}

static gboolean
ssrc_is_in (const SfuRtpEncoding *encoding, guint32 ssrc)
{
  return ssrc != 0 && (encoding->ssrc == ssrc || encoding->rtx_ssrc == ssrc);
}

static gboolean
check_encoding (const SfuRtpParameters *parameters, guint i, GError **error)
{
  const SfuRtpEncoding *encoding = parameters->encodings->pdata[i];
  const SfuRtpCodec *codec;

  if (encoding->rtx_ssrc != 0 && encoding->rtx_ssrc == encoding->ssrc)
    return sfu_error_invalid (error,
        "rtpParameters.encodings[%u].rtx.ssrc: duplicated ssrc %u", i,
        encoding->ssrc);
  if (parameters->encodings->len > 1 && encoding->ssrc == 0 &&
      *encoding->rid == '\0')
    return sfu_error_invalid (error,
        "rtpParameters.encodings[%u]: needs ssrc or rid, being one of several",
        i);
  if (encoding->codec_payload_type != SFU_PAYLOAD_TYPE_NONE) {
    codec = sfu_rtp_parameters_find_codec (
        parameters, encoding->codec_payload_type);
    if (codec == NULL || !sfu_rtp_codec_is_media (codec))
      return sfu_error_invalid (error,
          "rtpParameters.encodings[%u].codecPayloadType: no media codec with "
          "payloadType %d",
          i, encoding->codec_payload_type);
  }
  for (guint j = 0; j < i; j++) {
    const SfuRtpEncoding *other = parameters->encodings->pdata[j];

    if (ssrc_is_in (other, encoding->ssrc))
      return sfu_error_invalid (error,
          "rtpParameters.encodings[%u].ssrc: duplicated ssrc %u", i,
          encoding->ssrc);
    if (ssrc_is_in (other, encoding->rtx_ssrc))
      return sfu_error_invalid (error,
          "rtpParameters.encodings[%u].rtx.ssrc: duplicated ssrc %u", i,
          encoding->rtx_ssrc);
    if (*encoding->rid != '\0' && strcmp (encoding->rid, other->rid) == 0)
      return sfu_error_invalid (error,
          "rtpParameters.encodings[%u].rid: duplicated rid \"%s\"", i,
          encoding->rid);
  }
  return TRUE;
}

gboolean
sfu_ortc_validate_parameters (
    const SfuRtpParameters *parameters, SfuMediaKind kind, GError **error)
{
  if (parameters->codecs->len > SFU_ORTC_MAX_CODECS ||
      parameters->header_extensions->len > SFU_ORTC_MAX_HEADER_EXTENSIONS ||
      parameters->encodings->len > SFU_ORTC_MAX_ENCODINGS)
    return sfu_error_invalid (error,
        "rtpParameters: too many codecs, header extensions "
        "or encodings");
  if (!check_codecs (parameters, kind, error) ||
      !check_rtx (parameters, error) || !check_extensions (parameters, error))
    return FALSE;
  if (kind == SFU_MEDIA_AUDIO && parameters->encodings->len > 1)
    return sfu_error_invalid (
        error, "rtpParameters.encodings: audio has one at most");
  for (guint i = 0; i < parameters->encodings->len; i++)
    if (!check_encoding (parameters, i, error))
      return FALSE;
  return TRUE;
}

gboolean
sfu_ortc_validate_capabilities (
    const SfuRtpCapabilities *capabilities, GError **error)
{
  if (capabilities->codecs->len > SFU_ORTC_MAX_CODECS ||
      capabilities->header_extensions->len > SFU_ORTC_MAX_HEADER_EXTENSIONS)
    return sfu_error_invalid (
        error, "rtpCapabilities: too many codecs or header extensions");
  for (guint i = 0; i < capabilities->codecs->len; i++)
    if (!check_codec (
            capabilities->codecs->pdata[i], "rtpCapabilities.codecs", i, error))
      return FALSE;
  return TRUE;
}
