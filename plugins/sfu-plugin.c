/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * plugin-sfu:
 *
 * Rooms of a selective forwarding unit as GStreamer elements.
 *
 * Threads: run by the registry.
 */
#include "sfu-plugin.h"

#include <gst/gst.h>

#include "sfu-consumer.h"
#include "sfu-dtls-srtp-dec.h"
#include "sfu-dtls-srtp-enc.h"
#include "sfu-plain-transport.h"
#include "sfu-producer.h"
#include "sfu-router.h"
#include "sfu-transport.h"

#define DESCRIPTION                                                            \
  "Selective forwarding unit: router, producer, consumer, transports"

static gboolean
plugin_init (GstPlugin *plugin)
{
  return GST_ELEMENT_REGISTER (sfurouter, plugin) &&
      GST_ELEMENT_REGISTER (sfuproducer, plugin) &&
      GST_ELEMENT_REGISTER (sfuconsumer, plugin) &&
      GST_ELEMENT_REGISTER (sfutransport, plugin) &&
      GST_ELEMENT_REGISTER (sfudtlssrtpdec, plugin) &&
      GST_ELEMENT_REGISTER (sfudtlssrtpenc, plugin) &&
      GST_ELEMENT_REGISTER (sfuplaintransport, plugin);
}

gboolean
sfu_plugin_register_static (void)
{
  return gst_plugin_register_static (GST_VERSION_MAJOR, GST_VERSION_MINOR,
      "sfu", DESCRIPTION, plugin_init, SFU_VERSION, "LGPL", "gst-sfu",
      "gst-sfu", "https://example.invalid/gst-sfu");
}

GST_PLUGIN_DEFINE (GST_VERSION_MAJOR, GST_VERSION_MINOR, sfu, DESCRIPTION,
    plugin_init, SFU_VERSION, "LGPL", PACKAGE, "gst-sfu")
