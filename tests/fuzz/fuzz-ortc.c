/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzz target: what a client may say of codecs, from its JSON to the caps of the
 * worker's pads. Input: {"kind": "video", "rtpParameters": {}, "rtpCapabilities":
 * {}}, of one who publishes and of one who consumes that.
 *
 * Threads: one. */
#include "fuzz-gst.h"
#include "fuzz-target.h"
#include "sfu-json-rtp.h"
#include "sfu-ortc.h"
#include "sfu-worker-caps.h"

static SfuRtpCapabilities *
router_capabilities (void)
{
  static SfuRtpCapabilities *router;
  g_autoptr (GPtrArray) codecs = NULL;

  if (router == NULL) {
    codecs = sfu_ortc_default_codecs ();
    router = sfu_ortc_router_capabilities (codecs, NULL);
    g_assert (router != NULL);
  }
  return router;
}

/* The worker gets them as a GVariant and makes caps of them. */
static void
check_worker (const SfuRtpParameters *parameters, SfuMediaKind kind)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) variant =
      g_variant_ref_sink (sfu_rtp_parameters_to_variant (parameters));
  g_autoptr (SfuRtpParameters) read =
      sfu_rtp_parameters_from_variant (variant, &error);
  g_autoptr (GstCaps) caps = NULL;

  g_assert ((read == NULL) == (error != NULL));
  if (read == NULL)
    return;
  caps = sfu_worker_caps_from_parameters (kind, read, &error);
  g_assert ((caps == NULL) == (error != NULL));
  g_assert (caps == NULL || gst_caps_is_fixed (caps));
}

static void
check_consumer (const SfuRtpParameters *consumable,
    const SfuRtpCapabilities *capabilities, SfuMediaKind kind)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SfuRtpParameters) parameters = NULL;
  g_autoptr (JsonNode) node = NULL;

  if (!sfu_ortc_validate_capabilities (capabilities, NULL))
    return;
  parameters =
      sfu_ortc_consumer_parameters (consumable, capabilities, "0", &error);
  g_assert ((parameters == NULL) == (error != NULL));
  g_assert (
      (parameters != NULL) == sfu_ortc_can_consume (consumable, capabilities));
  if (parameters == NULL)
    return;
  g_assert (sfu_ortc_validate_parameters (parameters, kind, NULL));
  node = sfu_json_from_rtp_parameters (parameters);
  check_worker (parameters, kind);
}

static void
check (SfuMediaKind kind, const SfuRtpParameters *parameters,
    const SfuRtpCapabilities *capabilities)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SfuRtpParameters) consumable = NULL;
  gboolean valid = sfu_ortc_validate_parameters (parameters, kind, NULL);

  consumable = sfu_ortc_consumable_parameters (
      parameters, kind, router_capabilities (), NULL, &error);
  g_assert ((consumable == NULL) == (error != NULL));
  g_assert (valid || consumable == NULL);
  if (consumable == NULL)
    return;
  check_worker (parameters, kind);
  sfu_ortc_producer_type (parameters);
  check_consumer (consumable, capabilities, kind);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_auto (SfuJsonReader) reader = { NULL };
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (SfuRtpParameters) parameters = NULL;
  g_autoptr (SfuRtpCapabilities) capabilities = NULL;
  JsonObject *object;
  SfuMediaKind kind;

  node = sfu_json_parse_object ((const gchar *)data, (gssize)size, NULL);
  if (node == NULL)
    return 0;
  fuzz_gst_init ();
  object = json_node_get_object (node);
  sfu_json_reader_init (&reader, "");
  if (!sfu_media_kind_from_name (
          sfu_json_string_or (&reader, object, "kind", 16, "video"), &kind))
    return 0;
  parameters = sfu_json_read_rtp_parameters (
      &reader, sfu_json_object (&reader, object, "rtpParameters"));
  capabilities = sfu_json_read_rtp_capabilities (
      &reader, sfu_json_object (&reader, object, "rtpCapabilities"));
  if (reader.error == NULL)
    check (kind, parameters, capabilities);
  return 0;
}
