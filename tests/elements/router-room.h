/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sfurouter with one publisher and one subscriber, each a harness.
 *
 * Threads: one; the harness pushes on the test's thread. */
#pragma once

#include <gst/check/gstharness.h>

#include "rtp-packets.h"

G_BEGIN_DECLS

#define VP8_CAPS                                                               \
  "application/x-rtp,media=video,encoding-name=VP8,clock-rate=90000,"          \
  "payload=96,ssrc=(uint)1111,rtcp-fb-nack=true,rtcp-fb-nack-pli=true"
#define FRAME_TICKS 3000

typedef struct {
  GstElement *router;
  GstHarness *in;  /* publisher on sink_0 */
  GstHarness *out; /* subscriber on src_0 */
  guint16 seq;
  guint32 frame;
} Room;

/* consumer_caps: of src_0; NULL = what the router makes of the publisher's. */
void room_init (Room *room, const gchar *consumer_caps, guint16 first_seq);
void room_clear (Room *room);
/* One picture of one packet; it must flow. */
void publish (Room *room, gboolean keyframe);
/* The next that came out. */
void expect_packet (GstHarness *h, TestPacket *packet);
/* Drains upstream events at the publisher; how many were wishes of that kind.
 */
guint count_upstream (GstHarness *in, gboolean (*is_kind) (GstEvent *event));
gboolean is_nack (GstEvent *event);
/* Of a pad of the router. */
guint64 stat_of (GstElement *router, const gchar *pad_name, const gchar *field);
void set_paused (GstElement *router, const gchar *pad_name, gboolean paused);

G_END_DECLS
