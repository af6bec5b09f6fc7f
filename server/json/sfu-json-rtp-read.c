/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON -> RtpParameters, RtpCapabilities.
 *
 * Threads: pure functions over data of the caller. */
#include "sfu-json-rtp.h"

#include "sfu-ortc.h"

#include <string.h>

#define MAX_PAYLOAD_TYPE 127
#define MAX_EXTENSION_ID 255
/* Longer than any of their kind that exist. */
#define MAX_MIME_TYPE 64
#define MAX_URI 256
#define MAX_NAME 64
#define MAX_PARAMETER 1024
#define MAX_CNAME 255 /* RFC 3550: one byte of length */

static void
read_codec_parameter (SfuJsonReader *reader, SfuRtpCodec *codec,
    const gchar *name, JsonNode *node)
{
  GType type = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node)
                                            : G_TYPE_INVALID;

  if (strnlen (name, MAX_NAME + 1) > MAX_NAME) {
    sfu_json_fail (reader, NULL, "a name longer than %u bytes", MAX_NAME);
  } else if (strcmp (name, "apt") == 0 && type != G_TYPE_INT64) {
    sfu_json_fail (reader, name, "must be a number");
  } else if (type == G_TYPE_INT64) {
    sfu_rtp_codec_set_parameter (
        codec, name, g_variant_new_int64 (json_node_get_int (node)));
  } else if (type == G_TYPE_DOUBLE) {
    sfu_rtp_codec_set_parameter (
        codec, name, g_variant_new_double (json_node_get_double (node)));
  } else if (type == G_TYPE_STRING) {
    const gchar *text = json_node_get_string (node);

    if (strnlen (text, MAX_PARAMETER + 1) > MAX_PARAMETER)
      sfu_json_fail (reader, name, "longer than %u bytes", MAX_PARAMETER);
    else
      sfu_rtp_codec_set_parameter (codec, name, g_variant_new_string (text));
  } else {
    sfu_json_fail (reader, name, "must be a string or a number");
  }
}

static void
read_codec_parameters (
    SfuJsonReader *reader, JsonObject *object, SfuRtpCodec *codec)
{
  JsonObject *parameters =
      sfu_json_object_or_null (reader, object, "parameters");
  gsize mark = sfu_json_push (reader, "parameters");
  JsonObjectIter iter;
  const gchar *name;
  JsonNode *node;

  if (parameters != NULL) {
    if (json_object_get_size (parameters) > SFU_ORTC_MAX_CODEC_PARAMETERS) {
      sfu_json_fail (reader, NULL, "more than %u parameters",
          SFU_ORTC_MAX_CODEC_PARAMETERS);
    } else {
      json_object_iter_init_ordered (&iter, parameters);
      while (json_object_iter_next_ordered (&iter, &name, &node))
        read_codec_parameter (reader, codec, name, node);
    }
  }
  sfu_json_pop (reader, mark);
}

static void
read_feedback (SfuJsonReader *reader, JsonObject *object, SfuRtpCodec *codec)
{
  JsonArray *array = sfu_json_array_or_null (
      reader, object, "rtcpFeedback", SFU_ORTC_MAX_FEEDBACK);

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++) {
    gsize mark = sfu_json_push_index (reader, "rtcpFeedback", i);
    JsonObject *fb = sfu_json_element_object (reader, array, i);
    const gchar *type = sfu_json_string (reader, fb, "type", MAX_NAME);
    const gchar *parameter =
        sfu_json_string_or (reader, fb, "parameter", MAX_NAME, "");

    sfu_rtp_codec_add_feedback (codec, type, parameter);
    sfu_json_pop (reader, mark);
  }
}

static gboolean
is_media_mime_type (const gchar *mime_type)
{
  static const gsize prefix_len = 6; /* "audio/", "video/" */

  return (g_ascii_strncasecmp (mime_type, "audio/", prefix_len) == 0 ||
             g_ascii_strncasecmp (mime_type, "video/", prefix_len) == 0) &&
      mime_type[prefix_len] != '\0';
}

/* NULL after an error. */
static SfuRtpCodec *
read_codec (SfuJsonReader *reader, JsonObject *object, gboolean capability)
{
  const gchar *mime_type =
      sfu_json_string (reader, object, "mimeType", MAX_MIME_TYPE);
  gint64 payload_type, clock_rate, channels;
  SfuMediaKind kind = SFU_MEDIA_VIDEO;
  SfuRtpCodec *codec;

  if (!is_media_mime_type (mime_type))
    sfu_json_fail (reader, "mimeType", "must be audio/NAME or video/NAME");
  payload_type = capability
      ? sfu_json_int_or (reader, object, "preferredPayloadType", 0,
            MAX_PAYLOAD_TYPE, SFU_PAYLOAD_TYPE_NONE)
      : sfu_json_int (reader, object, "payloadType", 0, MAX_PAYLOAD_TYPE);
  clock_rate = sfu_json_int (reader, object, "clockRate", 1, G_MAXUINT32);
  channels = sfu_json_int_or (reader, object, "channels", 0, G_MAXUINT16, 1);
  codec =
      sfu_rtp_codec_new (mime_type, (gint)payload_type, (guint32)clock_rate, 0);
  if (sfu_rtp_codec_kind (codec, &kind) && kind == SFU_MEDIA_AUDIO)
    codec->channels = (guint16)MAX (channels, 1);
  read_codec_parameters (reader, object, codec);
  read_feedback (reader, object, codec);
  if (reader->error != NULL)
    g_clear_pointer (&codec, sfu_rtp_codec_free);
  return codec;
}

static void
read_codecs (SfuJsonReader *reader, JsonArray *array, gboolean capability,
    GPtrArray *codecs)
{
  for (guint i = 0; array != NULL && i < json_array_get_length (array) &&
       reader->error == NULL;
       i++) {
    gsize mark = sfu_json_push_index (reader, "codecs", i);
    JsonObject *object = sfu_json_element_object (reader, array, i);
    SfuRtpCodec *codec = read_codec (reader, object, capability);

    if (codec != NULL)
      g_ptr_array_add (codecs, codec);
    sfu_json_pop (reader, mark);
  }
}

static void
read_extensions (
    SfuJsonReader *reader, JsonObject *object, SfuRtpParameters *parameters)
{
  JsonArray *array = sfu_json_array_or_null (
      reader, object, "headerExtensions", SFU_ORTC_MAX_HEADER_EXTENSIONS);

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++) {
    gsize mark = sfu_json_push_index (reader, "headerExtensions", i);
    JsonObject *ext = sfu_json_element_object (reader, array, i);
    const gchar *uri = sfu_json_string (reader, ext, "uri", MAX_URI);
    gint64 id = sfu_json_int (reader, ext, "id", 1, MAX_EXTENSION_ID);

    /* RFC 6904 is not ours: an encrypted extension would be garbage. */
    if (sfu_json_bool_or (reader, ext, "encrypt", FALSE))
      sfu_json_fail (reader, "encrypt", "not supported");
    if (reader->error == NULL)
      g_ptr_array_add (parameters->header_extensions,
          sfu_rtp_header_extension_new (uri, (guint8)id));
    sfu_json_pop (reader, mark);
  }
}

static SfuRtpEncoding *
read_encoding (SfuJsonReader *reader, JsonObject *object)
{
  SfuRtpEncoding *encoding = sfu_rtp_encoding_new ();
  JsonObject *rtx;
  gsize mark;

  encoding->ssrc =
      (guint32)sfu_json_int_or (reader, object, "ssrc", 0, G_MAXUINT32, 0);
  g_free (encoding->rid);
  encoding->rid =
      g_strdup (sfu_json_string_or (reader, object, "rid", MAX_NAME, ""));
  encoding->codec_payload_type = (gint)sfu_json_int_or (reader, object,
      "codecPayloadType", 0, MAX_PAYLOAD_TYPE, SFU_PAYLOAD_TYPE_NONE);
  encoding->max_bitrate = (guint32)sfu_json_int_or (
      reader, object, "maxBitrate", 0, G_MAXUINT32, 0);
  g_free (encoding->scalability_mode);
  encoding->scalability_mode = g_strdup (
      sfu_json_string_or (reader, object, "scalabilityMode", MAX_NAME, ""));
  rtx = sfu_json_object_or_null (reader, object, "rtx");
  if (rtx != NULL) {
    mark = sfu_json_push (reader, "rtx");
    encoding->rtx_ssrc =
        (guint32)sfu_json_int (reader, rtx, "ssrc", 1, G_MAXUINT32);
    sfu_json_pop (reader, mark);
  }
  return encoding;
}

static void
read_encodings (
    SfuJsonReader *reader, JsonObject *object, SfuRtpParameters *parameters)
{
  JsonArray *array = sfu_json_array_or_null (
      reader, object, "encodings", SFU_ORTC_MAX_ENCODINGS);

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++) {
    gsize mark = sfu_json_push_index (reader, "encodings", i);
    JsonObject *encoding = sfu_json_element_object (reader, array, i);

    g_ptr_array_add (parameters->encodings, read_encoding (reader, encoding));
    sfu_json_pop (reader, mark);
  }
  /* As mediasoup: no encodings means one of which nothing is known. */
  if (parameters->encodings->len == 0)
    g_ptr_array_add (parameters->encodings, sfu_rtp_encoding_new ());
}

static void
read_rtcp (
    SfuJsonReader *reader, JsonObject *object, SfuRtpParameters *parameters)
{
  JsonObject *rtcp = sfu_json_object_or_null (reader, object, "rtcp");
  gsize mark = sfu_json_push (reader, "rtcp");

  g_free (parameters->cname);
  parameters->cname =
      g_strdup (sfu_json_string_or (reader, rtcp, "cname", MAX_CNAME, ""));
  parameters->reduced_size =
      sfu_json_bool_or (reader, rtcp, "reducedSize", TRUE);
  sfu_json_pop (reader, mark);
}

SfuRtpParameters *
sfu_json_read_rtp_parameters (SfuJsonReader *reader, JsonObject *object)
{
  g_autoptr (SfuRtpParameters) parameters = sfu_rtp_parameters_new ();
  JsonArray *codecs;

  g_free (parameters->mid);
  parameters->mid =
      g_strdup (sfu_json_string_or (reader, object, "mid", MAX_NAME, ""));
  codecs = sfu_json_array (reader, object, "codecs", SFU_ORTC_MAX_CODECS);
  read_codecs (reader, codecs, FALSE, parameters->codecs);
  read_extensions (reader, object, parameters);
  read_encodings (reader, object, parameters);
  read_rtcp (reader, object, parameters);
  if (object == NULL || reader->error != NULL)
    return NULL;
  return g_steal_pointer (&parameters);
}

static void
read_extension_capability (
    SfuJsonReader *reader, JsonObject *object, SfuRtpCapabilities *capabilities)
{
  const gchar *kind_name = sfu_json_string (reader, object, "kind", MAX_NAME);
  const gchar *uri = sfu_json_string (reader, object, "uri", MAX_URI);
  gint64 id = sfu_json_int (reader, object, "preferredId", 1, MAX_EXTENSION_ID);
  gboolean encrypt =
      sfu_json_bool_or (reader, object, "preferredEncrypt", FALSE);
  const gchar *direction_name =
      sfu_json_string_or (reader, object, "direction", MAX_NAME, "sendrecv");
  SfuRtpHeaderExtensionCapability *ext;
  SfuRtpDirection direction = SFU_RTP_SENDRECV;
  SfuMediaKind kind = SFU_MEDIA_AUDIO;

  if (reader->error != NULL)
    return;
  if (!sfu_media_kind_from_name (kind_name, &kind)) {
    sfu_json_fail (reader, "kind", "must be \"audio\" or \"video\"");
    return;
  }
  if (!sfu_rtp_direction_from_name (direction_name, &direction)) {
    sfu_json_fail (reader, "direction",
        "must be \"sendrecv\", \"sendonly\", \"recvonly\" or \"inactive\"");
    return;
  }
  ext = sfu_rtp_header_extension_capability_new (
      kind, uri, (guint8)id, direction);
  ext->preferred_encrypt = encrypt;
  g_ptr_array_add (capabilities->header_extensions, ext);
}

SfuRtpCapabilities *
sfu_json_read_rtp_capabilities (SfuJsonReader *reader, JsonObject *object)
{
  g_autoptr (SfuRtpCapabilities) capabilities = sfu_rtp_capabilities_new ();
  JsonArray *array =
      sfu_json_array_or_null (reader, object, "codecs", SFU_ORTC_MAX_CODECS);

  read_codecs (reader, array, TRUE, capabilities->codecs);
  array = sfu_json_array_or_null (
      reader, object, "headerExtensions", SFU_ORTC_MAX_HEADER_EXTENSIONS);
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++) {
    gsize mark = sfu_json_push_index (reader, "headerExtensions", i);
    JsonObject *ext = sfu_json_element_object (reader, array, i);

    read_extension_capability (reader, ext, capabilities);
    sfu_json_pop (reader, mark);
  }
  if (object == NULL || reader->error != NULL)
    return NULL;
  return g_steal_pointer (&capabilities);
}
