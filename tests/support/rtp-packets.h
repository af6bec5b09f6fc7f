/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RTP packets for tests.
 *
 * Threads: pure functions. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct {
  guint8 payload_type;
  guint16 seq;
  guint32 timestamp;
  guint32 ssrc;
  gboolean marker;
  gboolean keyframe;  /* a VP8 key frame starts here, else a delta frame */
  gsize payload_size; /* >= 10 for VP8; bytes behind the descriptor are seq */
  guint8 audio_level; /* with audio_level_id */
  guint8 audio_level_id; /* 0 = no header extension */
} TestPacket;

/* One memory, as the network delivers it. */
GstBuffer *test_packet_new_vp8 (const TestPacket *packet);
/* Opus: payload_size bytes. */
GstBuffer *test_packet_new_opus (const TestPacket *packet);

/* Reads back; asserts that it is RTP. */
void test_packet_parse (GstBuffer *buffer, TestPacket *packet);

G_END_DECLS
