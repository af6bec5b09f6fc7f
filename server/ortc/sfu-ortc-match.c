/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* When are two codecs the same one.
 *
 * Threads: pure functions over data of the caller. */
#include "sfu-ortc.h"

#include "sfu-h264-profile.h"

#include <string.h>

/* Missing means 0 (RFC 6184 section 8.1, RFC 9628 section 6). */
static gint64
int_or_zero (const SfuRtpCodec *codec, const gchar *name)
{
  gint64 value;

  return sfu_rtp_codec_get_int (codec, name, &value) ? value : 0;
}

/* profile-level-id is six digits, and a JSON client may write those that are
 * all decimal as a number. */
static gboolean
parse_profile (const SfuRtpCodec *codec, SfuH264ProfileLevel *id)
{
  const gchar *text = sfu_rtp_codec_get_string (codec, "profile-level-id");
  g_autofree gchar *digits = NULL;
  gint64 number;

  if (text == NULL &&
      sfu_rtp_codec_get_int (codec, "profile-level-id", &number))
    text = digits = g_strdup_printf ("%06" G_GINT64_FORMAT, number);
  if (text != NULL && *text == '\0')
    text = NULL;
  return sfu_h264_profile_parse (text, id);
}

static gboolean
has_profile (const SfuRtpCodec *codec)
{
  g_autoptr (GVariant) value =
      g_variant_lookup_value (codec->parameters, "profile-level-id", NULL);

  return value != NULL;
}

static gboolean
match_h264 (const SfuRtpCodec *a, const SfuRtpCodec *b)
{
  SfuH264ProfileLevel id_a, id_b;

  return int_or_zero (a, "packetization-mode") ==
      int_or_zero (b, "packetization-mode") &&
      parse_profile (a, &id_a) && parse_profile (b, &id_b) &&
      id_a.profile == id_b.profile;
}

gboolean
sfu_ortc_match_codecs (
    const SfuRtpCodec *a, const SfuRtpCodec *b, gboolean strict)
{
  if (g_ascii_strcasecmp (a->mime_type, b->mime_type) != 0 ||
      a->clock_rate != b->clock_rate || a->channels != b->channels)
    return FALSE;
  if (!strict)
    return TRUE;
  if (g_ascii_strcasecmp (a->mime_type, "video/H264") == 0)
    return match_h264 (a, b);
  if (g_ascii_strcasecmp (a->mime_type, "video/VP9") == 0)
    return int_or_zero (a, "profile-id") == int_or_zero (b, "profile-id");
  return TRUE;
}

gchar *
sfu_ortc_answer_profile_level_id (
    const SfuRtpCodec *local, const SfuRtpCodec *remote)
{
  SfuH264ProfileLevel id_local, id_remote;
  gboolean asymmetry;

  if (!has_profile (local) && !has_profile (remote))
    return NULL;
  if (!parse_profile (local, &id_local) ||
      !parse_profile (remote, &id_remote) ||
      id_local.profile != id_remote.profile)
    return NULL;
  /* Without level-asymmetry-allowed on both sides nobody may send a higher
   * level than the other one named. */
  asymmetry = int_or_zero (local, "level-asymmetry-allowed") == 1 &&
      int_or_zero (remote, "level-asymmetry-allowed") == 1;
  if (!asymmetry && sfu_h264_level_less (id_remote.level, id_local.level))
    id_local.level = id_remote.level;
  return sfu_h264_profile_to_string (&id_local);
}

void
sfu_ortc_parse_scalability_mode (
    const gchar *mode, guint *spatial_layers, guint *temporal_layers)
{
  gchar *end;
  guint64 spatial, temporal;

  *spatial_layers = 1;
  *temporal_layers = 1;
  if (mode == NULL || (*mode != 'L' && *mode != 'S') ||
      !g_ascii_isdigit (mode[1]))
    return;
  spatial = g_ascii_strtoull (mode + 1, &end, 10);
  if (*end != 'T' || !g_ascii_isdigit (end[1]))
    return;
  temporal = g_ascii_strtoull (end + 1, NULL, 10);
  *spatial_layers = (guint)CLAMP (spatial, 1, SFU_ORTC_MAX_ENCODINGS);
  *temporal_layers = (guint)CLAMP (temporal, 1, SFU_ORTC_MAX_ENCODINGS);
}

const gchar *
sfu_ortc_producer_type (const SfuRtpParameters *parameters)
{
  const SfuRtpEncoding *encoding;
  const SfuRtpCodec *codec;
  guint spatial, temporal;

  if (parameters->encodings->len > 1)
    return "simulcast";
  if (parameters->encodings->len == 0 || parameters->codecs->len == 0)
    return "simple";
  encoding = parameters->encodings->pdata[0];
  codec = parameters->codecs->pdata[0];
  for (guint i = 0; i < parameters->codecs->len; i++) {
    codec = parameters->codecs->pdata[i];
    if (sfu_rtp_codec_is_media (codec))
      break;
  }
  sfu_ortc_parse_scalability_mode (
      encoding->scalability_mode, &spatial, &temporal);
  /* Only these mark their layers so that they can be told apart: VP9 in its
   * payload, AV1 in the dependency descriptor. */
  if ((spatial > 1 || temporal > 1) &&
      (g_ascii_strcasecmp (codec->mime_type, "video/VP9") == 0 ||
          g_ascii_strcasecmp (codec->mime_type, "video/AV1") == 0))
    return "svc";
  return "simple";
}
