/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* No GstBaseSink: that waits for clocks and prerolls, and takes a lock for
 * each buffer.
 *
 * Threads: nothing changes after construction. */
#include "sfu-ice-sink.h"

struct _SfuIceSink {
  GstElement parent;
  SfuIceSendFunc send;
  GObject *owner; /* owned */
};

G_DEFINE_TYPE (SfuIceSink, sfu_ice_sink, GST_TYPE_ELEMENT)

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE (
    "sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

static GstFlowReturn
on_packets (GstPad *pad, GstObject *parent, SfuPacket *packets, guint n)
{
  SfuIceSink *self = SFU_ICE_SINK (parent);

  self->send (self->owner, packets, n);
  return GST_FLOW_OK;
}

/* Nothing here has a stream to configure or to end. */
static gboolean
sink_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  gst_event_unref (event);
  return TRUE;
}

static void
sfu_ice_sink_dispose (GObject *object)
{
  g_clear_object (&SFU_ICE_SINK (object)->owner);
  G_OBJECT_CLASS (sfu_ice_sink_parent_class)->dispose (object);
}

static void
sfu_ice_sink_class_init (SfuIceSinkClass *klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sfu_ice_sink_dispose;
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_set_static_metadata (element_class, "ICE-lite sink",
      "Sink/Network", "Packets of one WebRTC transport to a shared socket",
      "gst-sfu");
}

static void
sfu_ice_sink_init (SfuIceSink *self)
{
  GstPad *pad = gst_pad_new_from_static_template (&sink_template, "sink");

  sfu_pad_set_packets_function (pad, on_packets);
  gst_pad_set_event_function (pad, sink_event);
  gst_element_add_pad (GST_ELEMENT (self), pad);
  GST_OBJECT_FLAG_SET (self, GST_ELEMENT_FLAG_SINK);
}

SfuIceSink *
sfu_ice_sink_new (SfuIceSendFunc send, GObject *owner)
{
  SfuIceSink *self =
      gst_object_ref_sink (g_object_new (SFU_TYPE_ICE_SINK, NULL));

  self->send = send;
  self->owner = g_object_ref (owner);
  return self;
}
