/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RtpParameters, RtpCapabilities -> JSON.
 *
 * Threads: pure functions over data of the caller. */
#include "sfu-json-rtp.h"

#include <string.h>

static JsonNode *
node_of_object (JsonObject *object)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);

  json_node_take_object (node, object);
  return node;
}

static JsonArray *
write_feedback (const SfuRtpCodec *codec)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < codec->rtcp_feedback->len; i++) {
    const SfuRtcpFeedback *fb = codec->rtcp_feedback->pdata[i];
    JsonObject *object = json_object_new ();

    json_object_set_string_member (object, "type", fb->type);
    json_object_set_string_member (object, "parameter", fb->parameter);
    json_array_add_object_element (array, object);
  }
  return array;
}

static JsonObject *
write_codec (const SfuRtpCodec *codec, gboolean capability)
{
  JsonObject *object = json_object_new ();
  SfuMediaKind kind;

  if (capability && sfu_rtp_codec_kind (codec, &kind))
    json_object_set_string_member (object, "kind", sfu_media_kind_name (kind));
  json_object_set_string_member (object, "mimeType", codec->mime_type);
  if (codec->payload_type != SFU_PAYLOAD_TYPE_NONE)
    json_object_set_int_member (object,
        capability ? "preferredPayloadType" : "payloadType",
        codec->payload_type);
  json_object_set_int_member (object, "clockRate", codec->clock_rate);
  if (codec->channels != 0)
    json_object_set_int_member (object, "channels", codec->channels);
  json_object_set_member (
      object, "parameters", sfu_json_from_variant (codec->parameters));
  json_object_set_array_member (object, "rtcpFeedback", write_feedback (codec));
  return object;
}

static JsonArray *
write_codecs (const GPtrArray *codecs, gboolean capability)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < codecs->len; i++)
    json_array_add_object_element (
        array, write_codec (codecs->pdata[i], capability));
  return array;
}

static JsonObject *
write_encoding (const SfuRtpEncoding *encoding)
{
  JsonObject *object = json_object_new (), *rtx;

  if (encoding->ssrc != 0)
    json_object_set_int_member (object, "ssrc", encoding->ssrc);
  if (*encoding->rid != '\0')
    json_object_set_string_member (object, "rid", encoding->rid);
  if (encoding->rtx_ssrc != 0) {
    rtx = json_object_new ();
    json_object_set_int_member (rtx, "ssrc", encoding->rtx_ssrc);
    json_object_set_object_member (object, "rtx", rtx);
  }
  if (encoding->max_bitrate != 0)
    json_object_set_int_member (object, "maxBitrate", encoding->max_bitrate);
  if (*encoding->scalability_mode != '\0')
    json_object_set_string_member (
        object, "scalabilityMode", encoding->scalability_mode);
  return object;
}

static JsonArray *
write_extensions (const SfuRtpParameters *parameters)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < parameters->header_extensions->len; i++) {
    const SfuRtpHeaderExtension *ext = parameters->header_extensions->pdata[i];
    JsonObject *object = json_object_new ();

    json_object_set_string_member (object, "uri", ext->uri);
    json_object_set_int_member (object, "id", ext->id);
    json_object_set_boolean_member (object, "encrypt", FALSE);
    json_object_set_object_member (object, "parameters", json_object_new ());
    json_array_add_object_element (array, object);
  }
  return array;
}

JsonNode *
sfu_json_from_rtp_parameters (const SfuRtpParameters *parameters)
{
  JsonObject *object = json_object_new (), *rtcp = json_object_new ();
  JsonArray *encodings = json_array_new ();

  if (*parameters->mid != '\0')
    json_object_set_string_member (object, "mid", parameters->mid);
  json_object_set_array_member (
      object, "codecs", write_codecs (parameters->codecs, FALSE));
  json_object_set_array_member (
      object, "headerExtensions", write_extensions (parameters));
  for (guint i = 0; i < parameters->encodings->len; i++)
    json_array_add_object_element (
        encodings, write_encoding (parameters->encodings->pdata[i]));
  json_object_set_array_member (object, "encodings", encodings);
  if (*parameters->cname != '\0')
    json_object_set_string_member (rtcp, "cname", parameters->cname);
  json_object_set_boolean_member (
      rtcp, "reducedSize", parameters->reduced_size);
  json_object_set_boolean_member (rtcp, "mux", TRUE);
  json_object_set_object_member (object, "rtcp", rtcp);
  return node_of_object (object);
}

JsonNode *
sfu_json_from_rtp_capabilities (const SfuRtpCapabilities *capabilities)
{
  JsonObject *object = json_object_new ();
  JsonArray *extensions = json_array_new ();

  for (guint i = 0; i < capabilities->header_extensions->len; i++) {
    const SfuRtpHeaderExtensionCapability *ext =
        capabilities->header_extensions->pdata[i];
    JsonObject *member = json_object_new ();

    json_object_set_string_member (
        member, "kind", sfu_media_kind_name (ext->kind));
    json_object_set_string_member (member, "uri", ext->uri);
    json_object_set_int_member (member, "preferredId", ext->preferred_id);
    json_object_set_boolean_member (
        member, "preferredEncrypt", ext->preferred_encrypt);
    json_object_set_string_member (
        member, "direction", sfu_rtp_direction_name (ext->direction));
    json_array_add_object_element (extensions, member);
  }
  json_object_set_array_member (
      object, "codecs", write_codecs (capabilities->codecs, TRUE));
  json_object_set_array_member (object, "headerExtensions", extensions);
  return node_of_object (object);
}
