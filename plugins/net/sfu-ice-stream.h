/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The stream and the transport objects through which webrtcbin sees an agent.
 *
 * Threads: webrtcbin's pc thread and the control thread. */
#pragma once

#include <gst/webrtc/webrtc.h>
#include <gst/webrtc/ice.h>
#include <gst/webrtc/icestream.h>
#include <gst/webrtc/icetransport.h>

G_BEGIN_DECLS

#define SFU_TYPE_ICE_TRANSPORT (sfu_ice_transport_get_type ())
G_DECLARE_FINAL_TYPE (SfuIceTransport, sfu_ice_transport, SFU, ICE_TRANSPORT,
    GstWebRTCICETransport)

/* Holds references of src and sink until it is disposed. New reference. */
GstWebRTCICETransport *sfu_ice_transport_new (
    GstElement *src, GstElement *sink);

#define SFU_TYPE_ICE_STREAM (sfu_ice_stream_get_type ())
G_DECLARE_FINAL_TYPE (
    SfuIceStream, sfu_ice_stream, SFU, ICE_STREAM, GstWebRTCICEStream)

/* Its one component is transport (RTP and RTCP are multiplexed). New
 * reference. */
GstWebRTCICEStream *sfu_ice_stream_new (
    guint session_id, GstWebRTCICETransport *transport);

G_END_DECLS
