/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "router-room.h"

#include "sfu-event.h"

void
room_init (Room *room, const gchar *consumer_caps, guint16 first_seq)
{
  room->router = gst_element_factory_make ("sfurouter", NULL);
  g_assert_nonnull (room->router);
  room->in = gst_harness_new_with_element (room->router, "sink_0", NULL);
  room->out = gst_harness_new_with_element (room->router, NULL, "src_0");
  if (consumer_caps) {
    g_autoptr (GstCaps) caps = gst_caps_from_string (consumer_caps);
    GstPad *pad = gst_element_get_static_pad (room->router, "src_0");
    g_object_set (pad, "caps", caps, NULL);
    gst_object_unref (pad);
  }
  gst_harness_set_src_caps_str (room->in, VP8_CAPS);
  room->seq = first_seq;
  room->frame = 10;
}

void
room_clear (Room *room)
{
  gst_harness_teardown (room->out);
  gst_harness_teardown (room->in);
  gst_object_unref (room->router);
}

void
publish (Room *room, gboolean keyframe)
{
  TestPacket packet = { .payload_type = 96,
    .seq = room->seq,
    .timestamp = room->frame++ * FRAME_TICKS,
    .ssrc = 1111,
    .marker = TRUE,
    .keyframe = keyframe,
    .payload_size = 100 };

  room->seq++;
  g_assert_cmpint (gst_harness_push (room->in, test_packet_new_vp8 (&packet)),
      ==, GST_FLOW_OK);
}

void
expect_packet (GstHarness *h, TestPacket *packet)
{
  GstBuffer *buffer = gst_harness_try_pull (h);

  g_assert_nonnull (buffer);
  test_packet_parse (buffer, packet);
  gst_buffer_unref (buffer);
}

guint
count_upstream (GstHarness *in, gboolean (*is_kind) (GstEvent *event))
{
  GstEvent *event;
  guint n = 0;

  while ((event = gst_harness_try_pull_upstream_event (in))) {
    n += is_kind (event);
    gst_event_unref (event);
  }
  return n;
}

gboolean
is_nack (GstEvent *event)
{
  const guint16 *seqs;
  guint32 ssrc;
  guint n;

  return sfu_event_parse_nack (event, &ssrc, &seqs, &n);
}

guint64
stat_of (GstElement *router, const gchar *pad_name, const gchar *field)
{
  GstPad *pad = gst_element_get_static_pad (router, pad_name);
  GstStructure *stats;
  guint64 value = 0;

  g_object_get (pad, "stats", &stats, NULL);
  gst_structure_get_uint64 (stats, field, &value);
  gst_structure_free (stats);
  gst_object_unref (pad);
  return value;
}

void
set_paused (GstElement *router, const gchar *pad_name, gboolean paused)
{
  GstPad *pad = gst_element_get_static_pad (router, pad_name);

  g_object_set (pad, "paused", paused, NULL);
  gst_object_unref (pad);
}
