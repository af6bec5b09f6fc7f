/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The element that webrtcbin takes for an ICE agent's source. It has no thread
 * of its own: the agent pushes through it.
 *
 * Threads: sfu_ice_src_push on the media thread; state changes on any. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define SFU_TYPE_ICE_SRC (sfu_ice_src_get_type ())
G_DECLARE_FINAL_TYPE (SfuIceSrc, sfu_ice_src, SFU, ICE_SRC, GstElement)

/* No floating reference. */
SfuIceSrc *sfu_ice_src_new (void);
/* Takes buffer. GST_FLOW_FLUSHING before PAUSED and after READY. media: it is RTP
 * or RTCP, which may go past ghost pads; what a handshake sets off may end the
 * elements that it passes, which pushing keeps. */
GstFlowReturn sfu_ice_src_push (
    SfuIceSrc *self, GstBuffer *buffer, gboolean media);

G_END_DECLS
