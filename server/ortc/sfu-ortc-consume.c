/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a producer's parameters to what its consumers send.
 *
 * Threads: pure functions over data of the caller. */
#include "sfu-ortc.h"

#include "sfu-error.h"
#include "sfu-id.h"

#include <string.h>

#define TRANSPORT_CC "transport-wide-cc" /* in its URI */

static const SfuRtpCodec *
find_match (const GPtrArray *codecs, const SfuRtpCodec *codec)
{
  for (guint i = 0; i < codecs->len; i++)
    if (sfu_ortc_match_codecs (codecs->pdata[i], codec, TRUE))
      return codecs->pdata[i];
  return NULL;
}

static const SfuRtpCodec *
find_rtx (const GPtrArray *codecs, gint payload_type)
{
  for (guint i = 0; i < codecs->len; i++) {
    const SfuRtpCodec *codec = codecs->pdata[i];
    gint64 apt;

    if (sfu_rtp_codec_is_rtx (codec) &&
        sfu_rtp_codec_get_int (codec, "apt", &apt) && apt == payload_type)
      return codec;
  }
  return NULL;
}

/* The router's numbers and feedback, the producer's parameters. */
static SfuRtpCodec *
make_consumable_codec (const SfuRtpCodec *codec, const SfuRtpCodec *cap)
{
  SfuRtpCodec *made = sfu_rtp_codec_copy (cap);
  g_autofree gchar *profile = NULL;

  g_variant_unref (made->parameters);
  made->parameters = g_variant_ref (codec->parameters);
  if (g_ascii_strcasecmp (cap->mime_type, "video/H264") == 0) {
    profile = sfu_ortc_answer_profile_level_id (codec, cap);
    if (profile != NULL)
      sfu_rtp_codec_set_parameter (
          made, "profile-level-id", g_variant_new_string (profile));
  }
  return made;
}

/* FlexFEC (RFC 8627) has an SSRC and sequence numbers of its own, and nobody
 * who sends it cannot do without. */
static gboolean
refuse_codec (const SfuRtpCodec *codec, GError **error)
{
  gboolean flexfec = strstr (codec->mime_type, "/flexfec") != NULL;

  g_set_error (error, SFU_ERROR, SFU_ERROR_NOT_SUPPORTED,
      "unsupported codec [mimeType:%s, payloadType:%d]%s", codec->mime_type,
      codec->payload_type,
      flexfec ? ": FlexFEC is not passed on; send RED with ULPFEC, or RTX"
              : "");
  return FALSE;
}

static gboolean
add_consumable_codecs (SfuRtpParameters *consumable,
    const SfuRtpParameters *parameters, const SfuRtpCapabilities *router,
    GError **error)
{
  for (guint i = 0; i < parameters->codecs->len; i++) {
    const SfuRtpCodec *codec = parameters->codecs->pdata[i], *cap, *rtx;

    /* RED and ULPFEC are undone on the way in: consumers get the media. */
    if (!sfu_rtp_codec_is_media (codec))
      continue;
    cap = find_match (router->codecs, codec);
    if (cap == NULL)
      return refuse_codec (codec, error);
    rtx = find_rtx (router->codecs, cap->payload_type);
    if (rtx == NULL &&
        sfu_rtp_parameters_find_rtx (parameters, codec->payload_type)) {
      g_set_error (error, SFU_ERROR, SFU_ERROR_NOT_SUPPORTED,
          "no RTX codec for capability codec PT %d", cap->payload_type);
      return FALSE;
    }
    /* Two variants of one codec (H264 of two levels) fall together. */
    if (sfu_rtp_parameters_find_codec (consumable, cap->payload_type) != NULL)
      continue;
    g_ptr_array_add (consumable->codecs, make_consumable_codec (codec, cap));
    if (rtx != NULL)
      g_ptr_array_add (consumable->codecs, sfu_rtp_codec_copy (rtx));
  }
  return TRUE;
}

static void
add_consumable_extensions (SfuRtpParameters *consumable, SfuMediaKind kind,
    const SfuRtpCapabilities *router)
{
  for (guint i = 0; i < router->header_extensions->len; i++) {
    const SfuRtpHeaderExtensionCapability *ext =
        router->header_extensions->pdata[i];

    if (ext->kind == kind &&
        (ext->direction == SFU_RTP_SENDRECV ||
            ext->direction == SFU_RTP_SENDONLY))
      g_ptr_array_add (consumable->header_extensions,
          sfu_rtp_header_extension_new (ext->uri, ext->preferred_id));
  }
}

SfuRtpParameters *
sfu_ortc_consumable_parameters (const SfuRtpParameters *parameters,
    SfuMediaKind kind, const SfuRtpCapabilities *router, const gchar *cname,
    GError **error)
{
  g_autoptr (SfuRtpParameters) consumable = NULL;

  if (!sfu_ortc_validate_parameters (parameters, kind, error))
    return NULL;
  consumable = sfu_rtp_parameters_new ();
  if (!add_consumable_codecs (consumable, parameters, router, error))
    return NULL;
  add_consumable_extensions (consumable, kind, router);
  for (guint i = 0; i < parameters->encodings->len; i++) {
    SfuRtpEncoding *encoding =
        sfu_rtp_encoding_copy (parameters->encodings->pdata[i]);

    /* What names the producer's streams means nothing to a consumer. */
    g_free (encoding->rid);
    encoding->rid = g_strdup ("");
    encoding->ssrc = 0;
    encoding->rtx_ssrc = 0;
    encoding->codec_payload_type = SFU_PAYLOAD_TYPE_NONE;
    g_ptr_array_add (consumable->encodings, encoding);
  }
  g_free (consumable->cname);
  consumable->cname = g_strdup (cname != NULL ? cname : parameters->cname);
  return g_steal_pointer (&consumable);
}

/* The first codec in common decides: RTX alone is no media. */
gboolean
sfu_ortc_can_consume (
    const SfuRtpParameters *consumable, const SfuRtpCapabilities *capabilities)
{
  for (guint i = 0; i < consumable->codecs->len; i++) {
    const SfuRtpCodec *codec = consumable->codecs->pdata[i];

    if (find_match (capabilities->codecs, codec) != NULL)
      return !sfu_rtp_codec_is_rtx (codec);
  }
  return FALSE;
}

static gboolean
has_extension (
    const SfuRtpCapabilities *capabilities, const SfuRtpHeaderExtension *ext)
{
  for (guint i = 0; i < capabilities->header_extensions->len; i++) {
    const SfuRtpHeaderExtensionCapability *cap =
        capabilities->header_extensions->pdata[i];

    if (cap->preferred_id == ext->id && strcmp (cap->uri, ext->uri) == 0)
      return TRUE;
  }
  return FALSE;
}

static gboolean
parameters_have_uri (const SfuRtpParameters *parameters, const gchar *part)
{
  for (guint i = 0; i < parameters->header_extensions->len; i++) {
    const SfuRtpHeaderExtension *ext = parameters->header_extensions->pdata[i];

    if (strstr (ext->uri, part) != NULL)
      return TRUE;
  }
  return FALSE;
}

/* A way of estimating bandwidth can only be used with the header extension it
 * needs; transport-cc is preferred to REMB. */
static gboolean
feedback_is_usable (
    const SfuRtcpFeedback *fb, gboolean transport_cc, gboolean send_time)
{
  if (strcmp (fb->type, "transport-cc") == 0)
    return transport_cc;
  if (strcmp (fb->type, "goog-remb") == 0)
    return send_time && !transport_cc;
  return TRUE;
}

static void
add_consumer_codec (
    SfuRtpParameters *made, const SfuRtpCodec *codec, const SfuRtpCodec *cap)
{
  gboolean transport_cc = parameters_have_uri (made, TRANSPORT_CC);
  gboolean send_time = parameters_have_uri (made, "abs-send-time");
  SfuRtpCodec *copy = sfu_rtp_codec_copy (codec);

  g_ptr_array_set_size (copy->rtcp_feedback, 0);
  for (guint i = 0; i < cap->rtcp_feedback->len; i++) {
    const SfuRtcpFeedback *fb = cap->rtcp_feedback->pdata[i];

    if (feedback_is_usable (fb, transport_cc, send_time))
      sfu_rtp_codec_add_feedback (copy, fb->type, fb->parameter);
  }
  g_ptr_array_add (made->codecs, copy);
}

/* RTX comes after its codec in consumable, so one pass is enough. */
static gboolean
add_consumer_codecs (SfuRtpParameters *made, const SfuRtpParameters *consumable,
    const SfuRtpCapabilities *capabilities)
{
  gboolean rtx = FALSE;

  for (guint i = 0; i < consumable->codecs->len; i++) {
    const SfuRtpCodec *codec = consumable->codecs->pdata[i];
    const SfuRtpCodec *cap = find_match (capabilities->codecs, codec);
    gint64 apt;

    if (cap == NULL)
      continue;
    if (sfu_rtp_codec_is_rtx (codec)) {
      if (!sfu_rtp_codec_get_int (codec, "apt", &apt) ||
          sfu_rtp_parameters_find_codec (made, (gint)apt) == NULL)
        continue;
      rtx = TRUE;
    }
    add_consumer_codec (made, codec, cap);
  }
  return rtx;
}

static SfuRtpEncoding *
make_consumer_encoding (const SfuRtpParameters *consumable, gboolean rtx)
{
  SfuRtpEncoding *made = sfu_rtp_encoding_new ();
  const gchar *mode = "";
  guint spatial, temporal;

  made->ssrc = sfu_random_ssrc ();
  while (rtx && (made->rtx_ssrc == 0 || made->rtx_ssrc == made->ssrc))
    made->rtx_ssrc = sfu_random_ssrc ();
  for (guint i = 0; i < consumable->encodings->len; i++) {
    const SfuRtpEncoding *encoding = consumable->encodings->pdata[i];

    if (*mode == '\0')
      mode = encoding->scalability_mode;
    made->max_bitrate = MAX (made->max_bitrate, encoding->max_bitrate);
  }
  g_free (made->scalability_mode);
  if (consumable->encodings->len > 1) {
    sfu_ortc_parse_scalability_mode (mode, &spatial, &temporal);
    made->scalability_mode =
        g_strdup_printf ("L%uT%u", consumable->encodings->len, temporal);
  } else {
    made->scalability_mode = g_strdup (mode);
  }
  return made;
}

/* Spatial layers in one stream. */
static gboolean
has_spatial_layers (const SfuRtpParameters *consumable)
{
  const SfuRtpEncoding *encoding;
  guint spatial, temporal;

  if (consumable->encodings->len != 1)
    return FALSE;
  encoding = consumable->encodings->pdata[0];
  sfu_ortc_parse_scalability_mode (
      encoding->scalability_mode, &spatial, &temporal);
  return spatial > 1;
}

/* Nothing estimates the way down to consumers. But a browser may stop asking for
 * a packet of a spatial layer that it needs, and only its transport-wide feedback
 * tells that it has not got it (sfu_stream_sender_resend_lost). For others it
 * would be a cost of every packet. */
static gboolean
is_of_use (const SfuRtpParameters *consumable, const SfuRtpHeaderExtension *ext)
{
  return strstr (ext->uri, TRANSPORT_CC) == NULL ||
      has_spatial_layers (consumable);
}

SfuRtpParameters *
sfu_ortc_consumer_parameters (const SfuRtpParameters *consumable,
    const SfuRtpCapabilities *capabilities, const gchar *mid, GError **error)
{
  SfuRtpParameters *made;
  gboolean rtx;

  if (!sfu_ortc_can_consume (consumable, capabilities)) {
    g_set_error_literal (error, SFU_ERROR, SFU_ERROR_NOT_SUPPORTED,
        "no compatible media codecs");
    return NULL;
  }
  made = sfu_rtp_parameters_new ();
  g_free (made->mid);
  made->mid = g_strdup (mid);
  g_free (made->cname);
  made->cname = g_strdup (consumable->cname);
  made->reduced_size = TRUE;
  for (guint i = 0; i < consumable->header_extensions->len; i++) {
    const SfuRtpHeaderExtension *ext = consumable->header_extensions->pdata[i];

    if (is_of_use (consumable, ext) && has_extension (capabilities, ext))
      g_ptr_array_add (made->header_extensions,
          sfu_rtp_header_extension_new (ext->uri, ext->id));
  }
  rtx = add_consumer_codecs (made, consumable, capabilities);
  g_ptr_array_add (made->encodings, make_consumer_encoding (consumable, rtx));
  return made;
}
