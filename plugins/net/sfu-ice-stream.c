/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Threads: as the header says. */
#include "sfu-ice-stream.h"

/* ---- transport ---- */

struct _SfuIceTransport {
  GstWebRTCICETransport parent;
};

G_DEFINE_TYPE (
    SfuIceTransport, sfu_ice_transport, GST_TYPE_WEBRTC_ICE_TRANSPORT)

static void
sfu_ice_transport_dispose (GObject *object)
{
  GstWebRTCICETransport *self = GST_WEBRTC_ICE_TRANSPORT (object);

  gst_clear_object (&self->src);
  gst_clear_object (&self->sink);
  G_OBJECT_CLASS (sfu_ice_transport_parent_class)->dispose (object);
}

static void
sfu_ice_transport_class_init (SfuIceTransportClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sfu_ice_transport_dispose;
}

static void
sfu_ice_transport_init (SfuIceTransport *self)
{
  /* The other side of a lite agent controls (RFC 8445 6.1.1). */
  GST_WEBRTC_ICE_TRANSPORT (self)->role = GST_WEBRTC_ICE_ROLE_CONTROLLED;
}

GstWebRTCICETransport *
sfu_ice_transport_new (GstElement *src, GstElement *sink)
{
  GstWebRTCICETransport *self = gst_object_ref_sink (g_object_new (
      SFU_TYPE_ICE_TRANSPORT, "component", GST_WEBRTC_ICE_COMPONENT_RTP, NULL));

  self->src = gst_object_ref (src);
  self->sink = gst_object_ref (sink);
  return self;
}

/* ---- stream ---- */

struct _SfuIceStream {
  GstWebRTCICEStream parent;
  GstWebRTCICETransport *transport; /* owned */
};

G_DEFINE_TYPE (SfuIceStream, sfu_ice_stream, GST_TYPE_WEBRTC_ICE_STREAM)

static GstWebRTCICETransport *
sfu_ice_stream_find_transport (
    GstWebRTCICEStream *stream, GstWebRTCICEComponent component)
{
  return gst_object_ref (SFU_ICE_STREAM (stream)->transport);
}

/* The candidates are the server's and go out by signalling: done at once. */
static gboolean
sfu_ice_stream_gather_candidates (GstWebRTCICEStream *stream)
{
  GstWebRTCICETransport *transport = SFU_ICE_STREAM (stream)->transport;

  if (transport->gathering_state == GST_WEBRTC_ICE_GATHERING_STATE_COMPLETE)
    return TRUE;
  gst_webrtc_ice_transport_gathering_state_change (
      transport, GST_WEBRTC_ICE_GATHERING_STATE_GATHERING);
  gst_webrtc_ice_transport_gathering_state_change (
      transport, GST_WEBRTC_ICE_GATHERING_STATE_COMPLETE);
  return TRUE;
}

static void
sfu_ice_stream_dispose (GObject *object)
{
  gst_clear_object (&SFU_ICE_STREAM (object)->transport);
  G_OBJECT_CLASS (sfu_ice_stream_parent_class)->dispose (object);
}

static void
sfu_ice_stream_class_init (SfuIceStreamClass *klass)
{
  GstWebRTCICEStreamClass *stream_class = GST_WEBRTC_ICE_STREAM_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sfu_ice_stream_dispose;
  stream_class->find_transport = sfu_ice_stream_find_transport;
  stream_class->gather_candidates = sfu_ice_stream_gather_candidates;
}

static void
sfu_ice_stream_init (SfuIceStream *self)
{
}

GstWebRTCICEStream *
sfu_ice_stream_new (guint session_id, GstWebRTCICETransport *transport)
{
  SfuIceStream *self = gst_object_ref_sink (
      g_object_new (SFU_TYPE_ICE_STREAM, "stream-id", session_id, NULL));

  self->transport = gst_object_ref (transport);
  return GST_WEBRTC_ICE_STREAM (self);
}
