/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-worker-caps.h.
 *
 * Threads: pure functions. */
#include "sfu-worker-caps.h"

#include <string.h>

#include "sfu-error.h"
#include "sfu-stream-config.h"

/* One-byte header extensions (RFC 8285) carry 16 bytes; longer MIDs and RIDs
 * would need the two-byte form, which browsers do not offer. */
#define MAX_SDES_ITEM 16
/* RFC 3550 6.5: the length of an SDES item is one byte. */
#define MAX_CNAME 255
#define MAX_ENCODING_NAME 32

static const struct {
  const gchar *field;
  const gchar *type;
  const gchar *parameter;
} feedback_fields[] = {
  { "rtcp-fb-nack", "nack", "" },
  { "rtcp-fb-nack-pli", "nack", "pli" },
  { "rtcp-fb-ccm-fir", "ccm", "fir" },
  { "rtcp-fb-transport-cc", "transport-cc", "" },
  { "rtcp-fb-goog-remb", "goog-remb", "" },
};

static gboolean
refuse (GError **error, const gchar *what, const gchar *value)
{
  g_set_error (error, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT,
      "rtpParameters: %s '%.64s'", what, value);
  return FALSE;
}

/* The first codec that carries media. */
static const SfuRtpCodec *
media_codec (const SfuRtpParameters *parameters, GError **error)
{
  for (guint i = 0; i < parameters->codecs->len; i++) {
    const SfuRtpCodec *codec = parameters->codecs->pdata[i];
    if (sfu_rtp_codec_is_media (codec))
      return codec;
  }
  g_set_error (error, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT,
      "rtpParameters: no media codec");
  return NULL;
}

static gboolean
set_codec (GstStructure *s, SfuMediaKind kind, const SfuRtpCodec *codec,
    GError **error)
{
  SfuMediaKind codec_kind;
  if (!sfu_rtp_codec_kind (codec, &codec_kind) || codec_kind != kind)
    return refuse (error, "wrong kind of codec", codec->mime_type);
  const gchar *name = strchr (codec->mime_type, '/') + 1;
  if (name[0] == '\0' || strlen (name) > MAX_ENCODING_NAME)
    return refuse (error, "bad codec name", codec->mime_type);
  if (codec->payload_type < 0 || codec->payload_type > 127)
    return refuse (error, "no payload type for", codec->mime_type);
  if (codec->clock_rate == 0 || codec->clock_rate > G_MAXINT)
    return refuse (error, "bad clock rate of", codec->mime_type);
  g_autofree gchar *upper = g_ascii_strup (name, -1);
  gst_structure_set (s, "media", G_TYPE_STRING, sfu_media_kind_name (kind),
      "encoding-name", G_TYPE_STRING, upper, "clock-rate", G_TYPE_INT,
      (gint)codec->clock_rate, "payload", G_TYPE_INT, codec->payload_type,
      NULL);
  for (guint i = 0; i < G_N_ELEMENTS (feedback_fields); i++) {
    if (sfu_rtp_codec_has_feedback (
            codec, feedback_fields[i].type, feedback_fields[i].parameter))
      gst_structure_set (
          s, feedback_fields[i].field, G_TYPE_BOOLEAN, TRUE, NULL);
  }
  return TRUE;
}

static gboolean
set_encoding (GstStructure *s, const SfuRtpEncoding *encoding, GError **error)
{
  guint8 spatial, temporal;
  if (encoding->ssrc)
    gst_structure_set (s, "ssrc", G_TYPE_UINT, encoding->ssrc, NULL);
  if (encoding->rtx_ssrc)
    gst_structure_set (s, "rtx-ssrc", G_TYPE_UINT, encoding->rtx_ssrc, NULL);
  if (encoding->rid[0]) {
    if (strlen (encoding->rid) > MAX_SDES_ITEM)
      return refuse (error, "rid is too long", encoding->rid);
    gst_structure_set (s, "rid", G_TYPE_STRING, encoding->rid, NULL);
  }
  /* Any text may come from a client; what is no mode says nothing. */
  if (sfu_scalability_mode_parse (
          encoding->scalability_mode, &spatial, &temporal))
    gst_structure_set (
        s, "scalability-mode", G_TYPE_STRING, encoding->scalability_mode, NULL);
  return TRUE;
}

static gboolean
append_encoding (GValue *list, const SfuRtpEncoding *encoding, GError **error)
{
  GstStructure *s = gst_structure_new_empty ("encoding");
  GValue value = G_VALUE_INIT;
  if (!set_encoding (s, encoding, error)) {
    gst_structure_free (s);
    return FALSE;
  }
  g_value_init (&value, GST_TYPE_STRUCTURE);
  g_value_take_boxed (&value, s);
  gst_value_array_append_and_take_value (list, &value);
  return TRUE;
}

/* Simulcast: the streams as a list, best quality last, as they come. */
static gboolean
set_encodings (GstStructure *s, const GPtrArray *encodings, GError **error)
{
  g_auto (GValue) list = G_VALUE_INIT;
  if (encodings->len == 0)
    return TRUE;
  if (encodings->len == 1)
    return set_encoding (s, encodings->pdata[0], error);
  if (encodings->len > SFU_MAX_ENCODINGS) {
    g_set_error (error, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT,
        "rtpParameters: more than %d encodings", SFU_MAX_ENCODINGS);
    return FALSE;
  }
  gst_value_array_init (&list, encodings->len);
  for (guint i = 0; i < encodings->len; i++) {
    if (!append_encoding (&list, encodings->pdata[i], error))
      return FALSE;
  }
  gst_structure_set_value (s, "encodings", &list);
  return TRUE;
}

static void
set_rtx (GstStructure *s, const SfuRtpParameters *parameters,
    const SfuRtpCodec *codec)
{
  const SfuRtpCodec *rtx =
      sfu_rtp_parameters_find_rtx (parameters, codec->payload_type);
  if (rtx && rtx->payload_type >= 0)
    gst_structure_set (s, "rtx-payload", G_TYPE_INT, rtx->payload_type, NULL);
}

/* What a publisher may wrap or protect its media with. */
static void
set_red_and_fec (GstStructure *s, const SfuRtpParameters *parameters)
{
  for (guint i = 0; i < parameters->codecs->len; i++) {
    const SfuRtpCodec *codec = parameters->codecs->pdata[i], *rtx;
    if (codec->payload_type < 0)
      continue;
    if (sfu_rtp_codec_has_name (codec, "ulpfec"))
      gst_structure_set (
          s, "ulpfec-payload", G_TYPE_INT, codec->payload_type, NULL);
    if (!sfu_rtp_codec_has_name (codec, "red"))
      continue;
    gst_structure_set (s, "red-payload", G_TYPE_INT, codec->payload_type, NULL);
    rtx = sfu_rtp_parameters_find_rtx (parameters, codec->payload_type);
    if (rtx && rtx->payload_type >= 0)
      gst_structure_set (
          s, "red-rtx-payload", G_TYPE_INT, rtx->payload_type, NULL);
  }
}

static gboolean
set_texts (GstStructure *s, const SfuRtpParameters *parameters, GError **error)
{
  if (strlen (parameters->mid) > MAX_SDES_ITEM)
    return refuse (error, "mid is too long", parameters->mid);
  if (strlen (parameters->cname) > MAX_CNAME)
    return refuse (error, "cname is too long", parameters->cname);
  if (parameters->mid[0])
    gst_structure_set (s, "a-mid", G_TYPE_STRING, parameters->mid, NULL);
  if (parameters->cname[0])
    gst_structure_set (s, "cname", G_TYPE_STRING, parameters->cname, NULL);
  if (!parameters->reduced_size)
    gst_structure_set (s, "rtcp-reduced-size", G_TYPE_BOOLEAN, FALSE, NULL);
  return TRUE;
}

static gboolean
set_extensions (
    GstStructure *s, const SfuRtpParameters *parameters, GError **error)
{
  for (guint i = 0; i < parameters->header_extensions->len; i++) {
    const SfuRtpHeaderExtension *ext = parameters->header_extensions->pdata[i];
    g_autofree gchar *field = g_strdup_printf ("extmap-%u", ext->id);
    if (gst_structure_has_field (s, field))
      return refuse (
          error, "two header extensions with one id, second is", ext->uri);
    gst_structure_set (s, field, G_TYPE_STRING, ext->uri, NULL);
  }
  return TRUE;
}

GstCaps *
sfu_worker_caps_from_parameters (
    SfuMediaKind kind, const SfuRtpParameters *parameters, GError **error)
{
  const SfuRtpCodec *codec = media_codec (parameters, error);
  if (!codec)
    return NULL;
  g_autoptr (GstCaps) caps = gst_caps_new_empty_simple ("application/x-rtp");
  GstStructure *s = gst_caps_get_structure (caps, 0);
  if (!set_codec (s, kind, codec, error) ||
      !set_encodings (s, parameters->encodings, error) ||
      !set_texts (s, parameters, error) ||
      !set_extensions (s, parameters, error))
    return NULL;
  set_rtx (s, parameters, codec);
  set_red_and_fec (s, parameters);
  return g_steal_pointer (&caps);
}

gchar *
sfu_worker_caps_dup_mime_type (const GstCaps *caps)
{
  const GstStructure *s = gst_caps_get_structure (caps, 0);
  const gchar *media = gst_structure_get_string (s, "media");
  const gchar *name = gst_structure_get_string (s, "encoding-name");
  /* mediasoup writes "audio/opus" and upper case for all others. */
  if (g_ascii_strcasecmp (name, "opus") == 0)
    name = "opus";
  return g_strconcat (media, "/", name, NULL);
}
