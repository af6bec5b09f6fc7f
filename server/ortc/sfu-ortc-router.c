/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From configured codecs to a router's capabilities.
 *
 * Threads: pure functions over data of the caller. */
#include "sfu-ortc.h"

#include "sfu-error.h"
#include "sfu-ortc-supported.h"

#include <string.h>

#define N_PAYLOAD_TYPES 128
/* mediasoup's order: 100..127, then 96..99, so that numbers of both read the
 * same. 35..63 stay free for clients that use them on their own. */
#define FIRST_DYNAMIC 100
#define LAST_DYNAMIC 127
#define SECOND_DYNAMIC 96
#define MAX_CODEC_TEXT 256

static const gchar *const default_codecs[] = {
  "opus/48000/2",
  "VP8;x-google-start-bitrate=1000",
  "VP9;profile-id=0;x-google-start-bitrate=1000",
  "H264;packetization-mode=1;profile-level-id=42e01f;"
  "level-asymmetry-allowed=1;x-google-start-bitrate=1000",
  "AV1;x-google-start-bitrate=1000",
};

GPtrArray *
sfu_ortc_default_codecs (void)
{
  GPtrArray *codecs =
      g_ptr_array_new_with_free_func ((GDestroyNotify)sfu_rtp_codec_free);

  for (guint i = 0; i < G_N_ELEMENTS (default_codecs); i++) {
    SfuRtpCodec *codec = sfu_ortc_codec_from_string (default_codecs[i], NULL);

    g_assert (codec != NULL); /* our own table */
    g_ptr_array_add (codecs, codec);
  }
  return codecs;
}

static const SfuOrtcSupportedCodec *
find_supported_name (const gchar *name)
{
  for (guint i = 0; i < sfu_ortc_n_supported_codecs; i++) {
    const gchar *mime_type = sfu_ortc_supported_codecs[i].mime_type;

    if (g_ascii_strcasecmp (name, mime_type) == 0 ||
        g_ascii_strcasecmp (name, strchr (mime_type, '/') + 1) == 0)
      return &sfu_ortc_supported_codecs[i];
  }
  return NULL;
}

static void
set_parameter_from_text (
    SfuRtpCodec *codec, const gchar *key, const gchar *text)
{
  gint64 number;

  /* "42e01f" is no number, and "001000" must not lose its zeroes. */
  if ((text[0] != '0' || text[1] == '\0') &&
      g_ascii_string_to_signed (
          text, 10, G_MININT64, G_MAXINT64, &number, NULL))
    sfu_rtp_codec_set_parameter (codec, key, g_variant_new_int64 (number));
  else
    sfu_rtp_codec_set_parameter (codec, key, g_variant_new_string (text));
}

/* NAME[/CLOCK[/CHANNELS]]; a name may be a MIME type. */
static SfuRtpCodec *
codec_from_name (const gchar *text, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, "/", -1);
  g_autofree gchar *name = NULL;
  const SfuOrtcSupportedCodec *entry;
  guint n = g_strv_length (parts), first = 1;
  guint64 clock_rate, channels;

  if (n >= 2 &&
      (g_ascii_strcasecmp (parts[0], "audio") == 0 ||
          g_ascii_strcasecmp (parts[0], "video") == 0)) {
    name = g_strdup_printf ("%s/%s", parts[0], parts[1]);
    first = 2;
  } else {
    name = g_strdup (n > 0 ? parts[0] : "");
  }
  entry = find_supported_name (name);
  if (entry == NULL) {
    g_set_error (error, SFU_ERROR, SFU_ERROR_NOT_SUPPORTED,
        "media codec not supported: %s", text);
    return NULL;
  }
  clock_rate = entry->clock_rate;
  channels = entry->channels;
  if (n > first + 2 ||
      (n > first &&
          !g_ascii_string_to_unsigned (
              parts[first], 10, 1, G_MAXUINT32, &clock_rate, error)) ||
      (n > first + 1 &&
          !g_ascii_string_to_unsigned (
              parts[first + 1], 10, 0, G_MAXUINT16, &channels, error)) ||
      clock_rate != entry->clock_rate || channels != entry->channels) {
    g_clear_error (error);
    g_set_error (error, SFU_ERROR, SFU_ERROR_NOT_SUPPORTED,
        "media codec not supported: %s (did you mean %s/%u?)", text,
        strchr (entry->mime_type, '/') + 1, entry->clock_rate);
    return NULL;
  }
  return sfu_rtp_codec_new (entry->mime_type, SFU_PAYLOAD_TYPE_NONE,
      entry->clock_rate, entry->channels);
}

SfuRtpCodec *
sfu_ortc_codec_from_string (const gchar *text, GError **error)
{
  g_autoptr (SfuRtpCodec) codec = NULL;
  g_auto (GStrv) fields = NULL;

  if (strnlen (text, MAX_CODEC_TEXT) == MAX_CODEC_TEXT) {
    g_set_error (error, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT,
        "codec: longer than %u characters", MAX_CODEC_TEXT);
    return NULL;
  }
  fields = g_strsplit (text, ";", -1);
  codec =
      codec_from_name (fields[0] != NULL ? g_strstrip (fields[0]) : "", error);
  if (codec == NULL)
    return NULL;
  for (guint i = 1; fields[i] != NULL; i++) {
    gchar *field = g_strstrip (fields[i]);
    gchar *equals = strchr (field, '=');

    if (equals == NULL || equals == field) {
      g_set_error (error, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT,
          "codec parameter \"%s\" is not KEY=VALUE", field);
      return NULL;
    }
    *equals = '\0';
    set_parameter_from_text (codec, field, equals + 1);
  }
  return g_steal_pointer (&codec);
}

typedef struct {
  gboolean taken[N_PAYLOAD_TYPES];
} PayloadTypes;

static gint
take_dynamic (PayloadTypes *types)
{
  static const gint ranges[][2] = { { FIRST_DYNAMIC, LAST_DYNAMIC },
    { SECOND_DYNAMIC, FIRST_DYNAMIC - 1 } };

  for (guint r = 0; r < G_N_ELEMENTS (ranges); r++) {
    for (gint pt = ranges[r][0]; pt <= ranges[r][1]; pt++) {
      if (!types->taken[pt]) {
        types->taken[pt] = TRUE;
        return pt;
      }
    }
  }
  return SFU_PAYLOAD_TYPE_NONE;
}

static SfuRtpCodec *
make_capability (const SfuRtpCodec *wanted, GError **error)
{
  for (guint i = 0; i < sfu_ortc_n_supported_codecs; i++) {
    SfuRtpCodec *codec =
        sfu_ortc_supported_codec_new (&sfu_ortc_supported_codecs[i]);
    GVariantIter iter;
    const gchar *key;
    GVariant *value;

    if (!sfu_ortc_match_codecs (wanted, codec, FALSE)) {
      sfu_rtp_codec_free (codec);
      continue;
    }
    if (wanted->payload_type != SFU_PAYLOAD_TYPE_NONE)
      codec->payload_type = wanted->payload_type;
    g_variant_iter_init (&iter, wanted->parameters);
    while (g_variant_iter_loop (&iter, "{&sv}", &key, &value))
      sfu_rtp_codec_set_parameter (codec, key, value);
    return codec;
  }
  g_set_error (error, SFU_ERROR, SFU_ERROR_NOT_SUPPORTED,
      "media codec not supported [mimeType:%s]", wanted->mime_type);
  return NULL;
}

static gboolean
no_types_left (GError **error)
{
  g_set_error_literal (error, SFU_ERROR, SFU_ERROR_LIMIT_EXCEEDED,
      "more codecs than dynamic payload types");
  return FALSE;
}

/* Adds the codec, and for video its RTX. */
static gboolean
add_codec (SfuRtpCapabilities *caps, PayloadTypes *types,
    const SfuRtpCodec *wanted, GError **error)
{
  SfuRtpCodec *codec = make_capability (wanted, error), *rtx;

  if (codec == NULL)
    return FALSE;
  g_ptr_array_add (caps->codecs, codec);
  if (codec->payload_type == SFU_PAYLOAD_TYPE_NONE) {
    codec->payload_type = take_dynamic (types);
    if (codec->payload_type == SFU_PAYLOAD_TYPE_NONE)
      return no_types_left (error);
  } else {
    types->taken[codec->payload_type] = TRUE;
  }
  for (guint i = 0; i + 1 < caps->codecs->len; i++) {
    const SfuRtpCodec *other = caps->codecs->pdata[i];

    if (other->payload_type == codec->payload_type) {
      g_set_error (error, SFU_ERROR, SFU_ERROR_INVALID_ARGUMENT,
          "duplicated codec.preferredPayloadType %d", codec->payload_type);
      return FALSE;
    }
  }
  if (codec->channels != 0) /* audio */
    return TRUE;
  rtx = sfu_rtp_codec_new (
      "video/rtx", take_dynamic (types), codec->clock_rate, 0);
  g_ptr_array_add (caps->codecs, rtx);
  if (rtx->payload_type == SFU_PAYLOAD_TYPE_NONE)
    return no_types_left (error);
  sfu_rtp_codec_set_parameter (
      rtx, "apt", g_variant_new_int64 (codec->payload_type));
  return TRUE;
}

static void
add_extensions (SfuRtpCapabilities *caps)
{
  for (guint i = 0; i < sfu_ortc_n_supported_extensions; i++) {
    const SfuOrtcSupportedExtension *e = &sfu_ortc_supported_extensions[i];

    if (e->audio)
      g_ptr_array_add (caps->header_extensions,
          sfu_rtp_header_extension_capability_new (
              SFU_MEDIA_AUDIO, e->uri, e->id, e->direction));
    if (e->video)
      g_ptr_array_add (caps->header_extensions,
          sfu_rtp_header_extension_capability_new (
              SFU_MEDIA_VIDEO, e->uri, e->id, e->direction));
  }
}

SfuRtpCapabilities *
sfu_ortc_router_capabilities (const GPtrArray *codecs, GError **error)
{
  g_autoptr (SfuRtpCapabilities) caps = sfu_rtp_capabilities_new ();
  PayloadTypes types = { { FALSE } };

  for (guint i = 0; i < codecs->len; i++)
    if (!add_codec (caps, &types, codecs->pdata[i], error))
      return NULL;
  add_extensions (caps);
  return g_steal_pointer (&caps);
}
