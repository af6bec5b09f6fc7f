/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shapes from JSON.
 *
 * Threads: pure functions over data of the caller. */
#include "sfu-shapes.h"

#include "sfu-json-rtp.h"

#include <string.h>

#define MAX_FINGERPRINTS 8
#define MAX_ALGORITHM 16
/* sha-512: 64 bytes, three characters each. */
#define MAX_FINGERPRINT 192
#define MAX_ROLE 8
#define MAX_KIND 8
#define MAX_DIRECTION 16

gchar *
sfu_shape_read_id (SfuJsonReader *reader, JsonObject *object, const gchar *name)
{
  return g_strdup (sfu_json_string (reader, object, name, SFU_SHAPE_MAX_ID));
}

gchar *
sfu_shape_read_name (
    SfuJsonReader *reader, JsonObject *object, const gchar *name)
{
  g_autofree gchar *text = sfu_shape_read_id (reader, object, name);

  if (reader->error == NULL && !sfu_name_is_valid (text))
    sfu_json_fail (reader, name,
        "must have 1 to %u bytes without control characters", SFU_SHAPE_MAX_ID);
  return g_steal_pointer (&text);
}

gchar *
sfu_shape_read_opaque (
    SfuJsonReader *reader, JsonObject *object, const gchar *name)
{
  JsonObject *member = sfu_json_object_or_null (reader, object, name);
  g_autofree gchar *text = NULL;

  if (member == NULL)
    return g_strdup ("{}");
  text = sfu_json_to_string (json_object_get_member (object, name));
  if (strlen (text) > SFU_SHAPE_MAX_OPAQUE)
    sfu_json_fail (reader, name, "longer than %u bytes", SFU_SHAPE_MAX_OPAQUE);
  return g_steal_pointer (&text);
}

SfuRtpCapabilities *
sfu_shape_read_capabilities (SfuJsonReader *reader, JsonObject *object)
{
  JsonObject *member =
      sfu_json_object_or_null (reader, object, "rtpCapabilities");
  gsize mark = sfu_json_push (reader, "rtpCapabilities");
  SfuRtpCapabilities *capabilities = NULL;

  if (member != NULL)
    capabilities = sfu_json_read_rtp_capabilities (reader, member);
  sfu_json_pop (reader, mark);
  return capabilities;
}

void
sfu_shape_read_transport_id (
    SfuJsonReader *reader, JsonObject *object, SfuRequest *request)
{
  request->id = sfu_shape_read_id (reader, object, "transportId");
}

void
sfu_shape_read_producer_id (
    SfuJsonReader *reader, JsonObject *object, SfuRequest *request)
{
  request->id = sfu_shape_read_id (reader, object, "producerId");
}

void
sfu_shape_read_consumer_id (
    SfuJsonReader *reader, JsonObject *object, SfuRequest *request)
{
  request->id = sfu_shape_read_id (reader, object, "consumerId");
}

static void
read_fingerprints (SfuJsonReader *reader, JsonObject *dtls, SfuRequest *request)
{
  JsonArray *array =
      sfu_json_array (reader, dtls, "fingerprints", MAX_FINGERPRINTS);

  request->fingerprints = g_ptr_array_new_with_free_func (
      (GDestroyNotify)sfu_seam_fingerprint_free);
  if (array != NULL && json_array_get_length (array) == 0)
    sfu_json_fail (reader, "fingerprints", "must not be empty");
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++) {
    gsize mark = sfu_json_push_index (reader, "fingerprints", i);
    JsonObject *fingerprint = sfu_json_element_object (reader, array, i);
    const gchar *algorithm =
        sfu_json_string (reader, fingerprint, "algorithm", MAX_ALGORITHM);
    const gchar *value =
        sfu_json_string (reader, fingerprint, "value", MAX_FINGERPRINT);

    g_ptr_array_add (
        request->fingerprints, sfu_seam_fingerprint_new (algorithm, value));
    sfu_json_pop (reader, mark);
  }
}

void
sfu_shape_read_connect (
    SfuJsonReader *reader, JsonObject *object, SfuRequest *request)
{
  static const gchar *const roles[] = { "auto", "client", "server", NULL };
  JsonObject *dtls;
  gsize mark;

  sfu_shape_read_transport_id (reader, object, request);
  dtls = sfu_json_object (reader, object, "dtlsParameters");
  mark = sfu_json_push (reader, "dtlsParameters");
  request->dtls_role =
      g_strdup (sfu_json_string_or (reader, dtls, "role", MAX_ROLE, "auto"));
  if (!g_strv_contains (roles, request->dtls_role))
    sfu_json_fail (
        reader, "role", "must be \"auto\", \"client\" or \"server\"");
  read_fingerprints (reader, dtls, request);
  sfu_json_pop (reader, mark);
}

void
sfu_shape_read_produce (
    SfuJsonReader *reader, JsonObject *object, SfuRequest *request)
{
  const gchar *kind;
  JsonObject *parameters;
  gsize mark;

  sfu_shape_read_transport_id (reader, object, request);
  kind = sfu_json_string (reader, object, "kind", MAX_KIND);
  if (!sfu_media_kind_from_name (kind, &request->kind))
    sfu_json_fail (reader, "kind", "must be \"audio\" or \"video\"");
  parameters = sfu_json_object (reader, object, "rtpParameters");
  mark = sfu_json_push (reader, "rtpParameters");
  request->parameters = sfu_json_read_rtp_parameters (reader, parameters);
  sfu_json_pop (reader, mark);
  request->app_data = sfu_shape_read_opaque (reader, object, "appData");
  request->paused = sfu_json_bool_or (reader, object, "paused", FALSE);
}

void
sfu_shape_read_direction (
    SfuJsonReader *reader, JsonObject *object, SfuRequest *request)
{
  const gchar *direction =
      sfu_json_string (reader, object, "direction", MAX_DIRECTION);

  request->producing = g_strcmp0 (direction, "send") == 0;
  request->consuming = g_strcmp0 (direction, "recv") == 0;
  if (!request->producing && !request->consuming)
    sfu_json_fail (reader, "direction", "must be \"send\" or \"recv\"");
}

void
sfu_shape_read_consume (
    SfuJsonReader *reader, JsonObject *object, SfuRequest *request)
{
  sfu_shape_read_transport_id (reader, object, request);
  request->producer_id = sfu_shape_read_id (reader, object, "producerId");
  request->capabilities = sfu_shape_read_capabilities (reader, object);
}

void
sfu_shape_read_peer_id (
    SfuJsonReader *reader, JsonObject *object, SfuRequest *request)
{
  request->peer_id = sfu_shape_read_id (reader, object, "peerId");
}

void
sfu_shape_read_mute (
    SfuJsonReader *reader, JsonObject *object, SfuRequest *request)
{
  const gchar *name;
  SfuMediaKind kind;

  sfu_shape_read_peer_id (reader, object, request);
  name = sfu_json_string_or (reader, object, "kind", MAX_KIND, "all");
  if (g_strcmp0 (name, "all") == 0)
    request->kinds = SFU_KINDS_ALL;
  else if (sfu_media_kind_from_name (name, &kind))
    request->kinds = SFU_KIND_BIT (kind);
  else
    sfu_json_fail (reader, "kind", "must be \"audio\", \"video\" or \"all\"");
  request->on = sfu_json_bool (reader, object, "muted");
}

void
sfu_shape_read_lock (
    SfuJsonReader *reader, JsonObject *object, SfuRequest *request)
{
  request->on = sfu_json_bool (reader, object, "locked");
}
