/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bare pads that packets can be pushed from.
 *
 * Threads: the test's. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* What has to go before the first packet. */
static inline void
start_src (GstPad *src)
{
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (src, gst_event_new_stream_start ("x"));
  gst_pad_push_event (src, gst_event_new_segment (&segment));
}

G_END_DECLS
