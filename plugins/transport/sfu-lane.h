/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The elements that stand where webrtcbin's rtpbin stood: RTP and RTCP of one
 * transport go in and out here, without a session, a jitter buffer or a thread.
 *
 *             +----------+   +-----------+   +---------+
 *   sfu_lane_ | outward  |-->| webrtcbin |-->| inward  |--> callbacks
 *   push_*    |      rtp |   |           |   | rtp     |
 *             |     rtcp |-->|           |-->| rtcp    |
 *             +----------+   +-----------+   +---------+
 *
 * Two of them, because one would make a loop, which no bin can sort.
 *
 * Threads: packets in both directions on the media thread; made and unmade on
 * the control thread. */
#pragma once

#include "sfu-shortcut.h"

G_BEGIN_DECLS

typedef struct {
  /* Media thread; both take the buffer. */
  void (*rtp) (gpointer owner, GstBuffer *buffer);
  void (*rtcp) (gpointer owner, GstBuffer *buffer);
} SfuLaneCallbacks;

#define SFU_TYPE_LANE (sfu_lane_get_type ())
G_DECLARE_FINAL_TYPE (SfuLane, sfu_lane, SFU, LANE, GstElement)

/* Inward: sink pads "rtp" and "rtcp". owner: borrowed until sfu_lane_detach.
 * Floating reference, as elements do. */
GstElement *sfu_lane_new_inward (
    const SfuLaneCallbacks *callbacks, gpointer owner);
/* Outward: source pads "rtp" and "rtcp". */
GstElement *sfu_lane_new_outward (void);
/* Inward: no callback from now on. Media thread, or nothing flows any more. */
void sfu_lane_detach (SfuLane *self);

/* Outward: stream-start, caps and segment, once the pads behind us let them
 * pass. Media thread, before the first push. */
void sfu_lane_start (SfuLane *self);
/* Outward. Media thread; both take what they are given. */
GstFlowReturn sfu_lane_push_rtp (SfuLane *self, SfuPacket *packets, guint n);
GstFlowReturn sfu_lane_push_rtcp (SfuLane *self, GstBuffer *buffer);

G_END_DECLS
