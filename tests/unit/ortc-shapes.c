/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ortc-shapes.h"

SfuRtpCapabilities *
default_router (void)
{
  g_autoptr (GPtrArray) codecs = sfu_ortc_default_codecs ();
  g_autoptr (GError) error = NULL;
  SfuRtpCapabilities *caps = sfu_ortc_router_capabilities (codecs, &error);

  g_assert_no_error (error);
  return caps;
}

SfuRtpParameters *
parameters (const gchar *json)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = sfu_json_parse_object (json, -1, &error);
  g_auto (SfuJsonReader) reader = { NULL };
  SfuRtpParameters *p;

  g_assert_no_error (error);
  sfu_json_reader_init (&reader, "rtpParameters");
  p = sfu_json_read_rtp_parameters (&reader, json_node_get_object (node));
  g_assert_no_error (reader.error);
  return p;
}

SfuRtpCapabilities *
capabilities (const gchar *json)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = sfu_json_parse_object (json, -1, &error);
  g_auto (SfuJsonReader) reader = { NULL };
  SfuRtpCapabilities *caps;

  g_assert_no_error (error);
  sfu_json_reader_init (&reader, "rtpCapabilities");
  caps = sfu_json_read_rtp_capabilities (&reader, json_node_get_object (node));
  g_assert_no_error (reader.error);
  return caps;
}
