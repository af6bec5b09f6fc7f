/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sfurouter, sfuproducer and sfuconsumer as a publisher and its subscribers see
 * them: packets in, packets out.
 *
 * Threads: one; the harness pushes on the test's thread. */
#include "router-room.h"
#include "sfu-event.h"
#include "sfu-plugin.h"

static void
test_starts_with_key_frame (void)
{
  Room room;
  TestPacket first, second;

  room_init (&room, NULL, 65534);
  publish (&room, FALSE);
  g_assert_null (gst_harness_try_pull (room.out));
  g_assert_cmpuint (
      stat_of (room.router, "src_0", "drop-wait-keyframe"), ==, 1);
  g_assert_cmpuint (
      count_upstream (room.in, sfu_event_is_keyframe_request), >=, 1);
  publish (&room, TRUE);  /* 65535 */
  publish (&room, FALSE); /* 0 */
  expect_packet (room.out, &first);
  expect_packet (room.out, &second);
  g_assert_cmpuint (first.ssrc, !=, 1111);
  g_assert_cmpuint (first.payload_type, ==, 96);
  g_assert_cmpuint ((guint16)(first.seq + 1), ==, second.seq);
  g_assert_cmpuint (first.timestamp + FRAME_TICKS, ==, second.timestamp);
  room_clear (&room);
}

static void
test_output_caps (void)
{
  Room room;
  TestPacket packet;
  GstCaps *caps;
  const GstStructure *s;
  guint ssrc = 0;

  room_init (&room,
      "application/x-rtp,payload=101,ssrc=(uint)4242,a-mid=(string)3,"
      "extmap-1=(string)urn:ietf:params:rtp-hdrext:sdes:mid",
      7);
  publish (&room, TRUE);
  expect_packet (room.out, &packet);
  g_assert_cmpuint (packet.payload_type, ==, 101);
  g_assert_cmpuint (packet.ssrc, ==, 4242);
  g_assert_cmpuint (packet.payload_size, ==, 100 + 8); /* MID came in front */
  caps = gst_pad_get_current_caps (room.out->sinkpad);
  s = gst_caps_get_structure (caps, 0);
  gst_structure_get_uint (s, "ssrc", &ssrc);
  g_assert_cmpuint (ssrc, ==, 4242);
  g_assert_cmpstr (gst_structure_get_string (s, "encoding-name"), ==, "VP8");
  gst_caps_unref (caps);
  room_clear (&room);
}

static void
test_pause_and_resume (void)
{
  Room room;
  TestPacket before, after;

  room_init (&room, NULL, 10);
  publish (&room, TRUE);
  expect_packet (room.out, &before);
  set_paused (room.router, "src_0", TRUE);
  publish (&room, FALSE);
  publish (&room, FALSE);
  g_assert_null (gst_harness_try_pull (room.out));
  g_assert_cmpuint (
      stat_of (room.router, "src_0", "drop-consumer-paused"), ==, 2);
  set_paused (room.router, "src_0", FALSE);
  publish (&room, FALSE); /* still no picture can start */
  g_assert_null (gst_harness_try_pull (room.out));
  publish (&room, TRUE);
  expect_packet (room.out, &after);
  g_assert_cmpuint (after.seq, ==, (guint16)(before.seq + 1));
  /* the publisher's clock went on, and so does ours */
  g_assert_cmpuint (after.timestamp - before.timestamp, ==, 4 * FRAME_TICKS);
  room_clear (&room);
}

static void
test_producer_pause (void)
{
  Room room;
  TestPacket packet;
  guint16 seq;
  guint32 timestamp;

  room_init (&room, NULL, 10);
  publish (&room, TRUE);
  expect_packet (room.out, &packet);
  seq = packet.seq;
  timestamp = packet.timestamp;
  set_paused (room.router, "sink_0", TRUE);
  publish (&room, FALSE);
  g_assert_null (gst_harness_try_pull (room.out));
  g_assert_cmpuint (
      stat_of (room.router, "sink_0", "drop-producer-paused"), ==, 1);
  set_paused (room.router, "sink_0", FALSE);
  g_assert_cmpuint (
      count_upstream (room.in, sfu_event_is_keyframe_request), >=, 1);
  publish (&room, FALSE);
  g_assert_null (gst_harness_try_pull (room.out));
  publish (&room, TRUE);
  expect_packet (room.out, &packet);
  g_assert_cmpuint (packet.seq, ==, (guint16)(seq + 1));
  g_assert_cmpuint (packet.timestamp - timestamp, ==, 3 * FRAME_TICKS);
  /* what was dropped on purpose is not asked for */
  g_assert_cmpuint (count_upstream (room.in, is_nack), ==, 0);
  room_clear (&room);
}

static void
test_switch_of_producer (void)
{
  Room room;
  GstHarness *second;
  GstPad *src;
  TestPacket before, after;
  TestPacket other = { .payload_type = 96,
    .seq = 40000,
    .timestamp = 77777,
    .ssrc = 3333,
    .marker = TRUE,
    .payload_size = 60 };

  room_init (&room, NULL, 10);
  second = gst_harness_new_with_element (room.router, "sink_1", NULL);
  gst_harness_set_src_caps_str (second,
      "application/x-rtp,media=video,encoding-name=VP8,clock-rate=90000,"
      "payload=96,ssrc=(uint)3333");
  publish (&room, TRUE);
  expect_packet (room.out, &before);
  src = gst_element_get_static_pad (room.router, "src_0");
  g_object_set (src, "producer", "sink_1", NULL);
  g_assert_cmpuint (
      count_upstream (second, sfu_event_is_keyframe_request), >=, 1);
  publish (&room, TRUE); /* the old one goes on, unheard */
  g_assert_null (gst_harness_try_pull (room.out));
  gst_harness_push (second, test_packet_new_vp8 (&other));
  g_assert_null (gst_harness_try_pull (room.out)); /* not a key frame */
  other.seq++;
  other.keyframe = TRUE;
  gst_harness_push (second, test_packet_new_vp8 (&other));
  expect_packet (room.out, &after);
  g_assert_cmpuint (after.ssrc, ==, before.ssrc);
  g_assert_cmpuint (after.seq, ==, (guint16)(before.seq + 1));
  g_assert_cmpint ((gint32)(after.timestamp - before.timestamp), >, 0);
  g_assert_cmpint ((gint32)(after.timestamp - before.timestamp), <, 90000 * 60);
  gst_object_unref (src);
  gst_harness_teardown (second);
  room_clear (&room);
}

/* Nobody is followed, and nobody asked for a picture, before it is said who. */
static void
test_auto_follow_off (void)
{
  Room room = { .router = gst_element_factory_make ("sfurouter", NULL) };
  TestPacket packet;
  GstPad *src;

  g_object_set (room.router, "auto-follow", FALSE, NULL);
  room.in = gst_harness_new_with_element (room.router, "sink_0", NULL);
  room.out = gst_harness_new_with_element (room.router, NULL, "src_0");
  gst_harness_set_src_caps_str (room.in, VP8_CAPS);
  publish (&room, TRUE);
  g_assert_null (gst_harness_try_pull (room.out));
  g_assert_cmpuint (
      count_upstream (room.in, sfu_event_is_keyframe_request), ==, 0);
  src = gst_element_get_static_pad (room.router, "src_0");
  g_object_set (src, "producer", "sink_0", NULL);
  gst_object_unref (src);
  g_assert_cmpuint (
      count_upstream (room.in, sfu_event_is_keyframe_request), ==, 1);
  publish (&room, TRUE);
  expect_packet (room.out, &packet);
  room_clear (&room);
}

static GstPadProbeReturn
fail_buffers (GstPad *pad, GstPadProbeInfo *info, gpointer unused)
{
  GST_PAD_PROBE_INFO_FLOW_RETURN (info) = GST_FLOW_ERROR;
  gst_buffer_list_unref (GST_PAD_PROBE_INFO_BUFFER_LIST (info));
  return GST_PAD_PROBE_HANDLED;
}

static void
test_a_failing_branch_stops_nobody (void)
{
  Room room;
  GstHarness *bad;
  GstPad *pad;
  TestPacket packet;

  room_init (&room, NULL, 10);
  bad = gst_harness_new_with_element (room.router, NULL, "src_1");
  pad = gst_element_get_static_pad (room.router, "src_1");
  gst_pad_add_probe (
      pad, GST_PAD_PROBE_TYPE_BUFFER_LIST, fail_buffers, NULL, NULL);
  publish (&room, TRUE); /* publish() asserts GST_FLOW_OK */
  publish (&room, FALSE);
  expect_packet (room.out, &packet);
  expect_packet (room.out, &packet);
  gst_object_unref (pad);
  gst_harness_teardown (bad);
  room_clear (&room);
}

static void
test_malformed_is_counted (void)
{
  Room room;

  room_init (&room, NULL, 10);
  g_assert_cmpint (gst_harness_push (room.in, gst_buffer_new_memdup ("x", 1)),
      ==, GST_FLOW_OK);
  g_assert_cmpint (
      gst_harness_push (room.in, gst_buffer_new ()), ==, GST_FLOW_OK);
  g_assert_cmpuint (stat_of (room.router, "sink_0", "drop-malformed"), ==, 2);
  room_clear (&room);
}

static void
test_launch_line (void)
{
  g_autoptr (GError) error = NULL;
  GstElement *pipeline = gst_parse_launch (
      "sfurouter name=r src_1::paused=true src_2::producer=sink_1 "
      "fakesrc num-buffers=0 ! application/x-rtp ! r.sink_0 "
      "fakesrc num-buffers=0 ! application/x-rtp ! r.sink_1 "
      "r.src_0 ! fakesink r.src_1 ! fakesink r.src_2 ! fakesink",
      &error);
  GstElement *router;
  g_autofree gchar *producer = NULL;
  gboolean paused = FALSE;

  g_assert_no_error (error);
  router = gst_bin_get_by_name (GST_BIN (pipeline), "r");
  gst_child_proxy_get (GST_CHILD_PROXY (router), "src_1::paused", &paused,
      "src_2::producer", &producer, NULL);
  g_assert_true (paused);
  g_assert_cmpstr (producer, ==, "sink_1");
  gst_object_unref (router);
  gst_object_unref (pipeline);
}

static void
test_state_cycling (void)
{
  GstElement *pipeline = gst_parse_launch (
      "sfurouter name=r "
      "videotestsrc num-buffers=2 ! video/x-raw,width=16,height=16 ! vp8enc ! "
      "rtpvp8pay ! r.sink_0 r.src_0 ! fakesink async=false",
      NULL);
  gint i;

  for (i = 0; i < 100; i++) {
    g_assert_cmpint (gst_element_set_state (pipeline,
                         i % 2 ? GST_STATE_PAUSED : GST_STATE_PLAYING),
        !=, GST_STATE_CHANGE_FAILURE);
    g_assert_cmpint (gst_element_set_state (pipeline, GST_STATE_NULL), ==,
        GST_STATE_CHANGE_SUCCESS);
  }
  gst_object_unref (pipeline);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_assert_true (sfu_plugin_register_static ());
  g_test_add_func ("/router/starts-with-key-frame", test_starts_with_key_frame);
  g_test_add_func ("/router/output-caps", test_output_caps);
  g_test_add_func ("/router/pause-and-resume", test_pause_and_resume);
  g_test_add_func ("/router/producer-pause", test_producer_pause);
  g_test_add_func ("/router/switch-of-producer", test_switch_of_producer);
  g_test_add_func ("/router/auto-follow-off", test_auto_follow_off);
  g_test_add_func (
      "/router/failing-branch", test_a_failing_branch_stops_nobody);
  g_test_add_func ("/router/malformed-is-counted", test_malformed_is_counted);
  g_test_add_func ("/router/launch-line", test_launch_line);
  g_test_add_func ("/router/state-cycling", test_state_cycling);
  return g_test_run ();
}
