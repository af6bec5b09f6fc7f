/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sfurouter, sfuproducer and sfuconsumer: what is asked for on the way back, and
 * what is said beside the packets.
 *
 * Threads: one; the harness pushes on the test's thread. */
#include "router-room.h"
#include "sfu-event.h"
#include "sfu-plugin.h"

static void
test_loss_is_asked_for (void)
{
  Room room;
  GstEvent *event;
  const guint16 *seqs;
  guint32 ssrc;
  guint n = 0;

  room_init (&room, NULL, 65535);
  publish (&room, TRUE);
  room.seq++; /* 0 is lost */
  publish (&room, FALSE);
  while ((event = gst_harness_try_pull_upstream_event (room.in))) {
    if (sfu_event_parse_nack (event, &ssrc, &seqs, &n)) {
      g_assert_cmpuint (ssrc, ==, 1111);
      g_assert_cmpuint (n, ==, 1);
      g_assert_cmpuint (seqs[0], ==, 0);
    }
    gst_event_unref (event);
  }
  g_assert_cmpuint (n, ==, 1);
  room_clear (&room);
}

static void
nack (Room *room, guint16 seq)
{
  GstPad *pad = gst_element_get_static_pad (room->router, "src_0");

  gst_pad_send_event (pad, sfu_event_new_nack (4242, &seq, 1));
  gst_object_unref (pad);
}

static void
test_nack_is_answered_as_rtx (void)
{
  Room room;
  TestPacket media, rtx;

  room_init (&room,
      "application/x-rtp,payload=101,ssrc=(uint)4242,rtx-payload=102,"
      "rtx-ssrc=(uint)4243",
      65535);
  publish (&room, TRUE);
  publish (&room, FALSE);
  expect_packet (room.out, &media);
  expect_packet (room.out, &media);
  nack (&room, media.seq);
  expect_packet (room.out, &rtx);
  g_assert_cmpuint (rtx.ssrc, ==, 4243);
  g_assert_cmpuint (rtx.payload_type, ==, 102);
  g_assert_cmpuint (rtx.timestamp, ==, media.timestamp);
  g_assert_cmpuint (rtx.payload_size, ==, media.payload_size + 2);
  nack (&room, media.seq); /* repeated within one RTT */
  g_assert_null (gst_harness_try_pull (room.out));
  nack (&room, media.seq + 1); /* never sent */
  g_assert_null (gst_harness_try_pull (room.out));
  g_assert_cmpuint (stat_of (room.router, "src_0", "nack-repeated"), ==, 1);
  g_assert_cmpuint (stat_of (room.router, "src_0", "nack-missed"), ==, 1);
  g_assert_cmpuint (stat_of (room.router, "src_0", "rtx-packets"), ==, 1);
  room_clear (&room);
}

static void
test_rtx_is_undone (void)
{
  Room room;
  TestPacket out;
  TestPacket rtx = { .payload_type = 97,
    .seq = 500,
    .timestamp = 2 * FRAME_TICKS,
    .ssrc = 2222,
    .payload_size = 50 };
  GstBuffer *buffer;
  guint16 first;

  room_init (&room, NULL, 1);
  gst_harness_set_src_caps_str (
      room.in, VP8_CAPS ",rtx-payload=97,rtx-ssrc=(uint)2222");
  publish (&room, TRUE);  /* 1 */
  room.seq++;             /* 2 is lost */
  publish (&room, FALSE); /* 3 */
  expect_packet (room.out, &out);
  first = out.seq;
  expect_packet (room.out, &out);
  g_assert_cmpuint (out.seq, ==, (guint16)(first + 2));
  buffer = test_packet_new_vp8 (&rtx);
  gst_buffer_fill (buffer, 12, "\0\2", 2); /* original number: 2 */
  gst_harness_push (room.in, buffer);
  expect_packet (room.out, &out);
  g_assert_cmpuint (out.seq, ==, (guint16)(first + 1));
  g_assert_cmpuint (out.payload_type, ==, 96);
  g_assert_cmpuint (out.payload_size, ==, 48);
  g_assert_cmpuint (stat_of (room.router, "sink_0", "recovered"), ==, 1);
  room_clear (&room);
}

static GstElement *
find_producer (GstElement *router)
{
  GstIterator *iterator = gst_bin_iterate_all_by_element_factory_name (
      GST_BIN (router), "sfuproducer");
  GValue value = G_VALUE_INIT;
  GstElement *producer;

  g_assert_cmpint (gst_iterator_next (iterator, &value), ==, GST_ITERATOR_OK);
  producer = g_value_dup_object (&value);
  g_value_unset (&value);
  gst_iterator_free (iterator);
  return producer;
}

/* Of each encoding one request, whoever asks for it and however often; one of
 * them is not held back by another. */
static void
test_requests_of_each_encoding (void)
{
  static const guint32 wishes[] = { 11, 11, 12, 11, 12, 13, 12, 12, 11 };
  guint asked[4] = { 0 };
  Room room;
  GstElement *producer;
  GstPad *src;
  GstEvent *event;
  guint32 ssrc;

  room_init (&room, NULL, 1);
  gst_harness_set_src_caps_str (room.in,
      "application/x-rtp,media=video,encoding-name=VP8,clock-rate=90000,"
      "payload=96,encodings=<(structure)[e,ssrc=(uint)11],"
      "(structure)[e,ssrc=(uint)12]>");
  count_upstream (room.in, sfu_event_is_keyframe_request);
  producer = find_producer (room.router);
  src = gst_element_get_static_pad (producer, "src");
  for (guint i = 0; i < G_N_ELEMENTS (wishes); i++)
    gst_pad_send_event (src, sfu_event_new_keyframe_request (wishes[i]));
  gst_object_unref (src);
  gst_object_unref (producer);
  while ((event = gst_harness_try_pull_upstream_event (room.in))) {
    if (sfu_event_parse_keyframe_request (event, &ssrc)) {
      g_assert_true (ssrc == 11 || ssrc == 12); /* 13 is nobody's */
      asked[ssrc - 10]++;
    }
    gst_event_unref (event);
  }
  g_assert_cmpuint (asked[1], ==, 1);
  g_assert_cmpuint (asked[2], ==, 1);
  g_assert_cmpuint (
      stat_of (room.router, "sink_0", "keyframe-requests"), ==, 2);
  room_clear (&room);
}

static void
test_sender_report_is_mapped (void)
{
  Room room;
  TestPacket packet;
  SfuSenderReport in = { 1111, G_GUINT64_CONSTANT (0x1234567800000000),
    10 * FRAME_TICKS, 1 };
  SfuSenderReport out = { 0 };
  GstEvent *event;

  room_init (&room, "application/x-rtp,ssrc=(uint)4242", 10);
  gst_harness_push_event (room.in, sfu_event_new_sender_report (&in));
  publish (&room, TRUE);
  expect_packet (room.out, &packet);
  while ((event = gst_harness_try_pull_event (room.out))) {
    if (sfu_event_parse_sender_report (event, &out))
      g_assert_cmpuint (out.ntp, ==, in.ntp);
    gst_event_unref (event);
  }
  g_assert_cmpuint (out.ssrc, ==, 4242);
  g_assert_cmpuint (out.rtp_timestamp, ==, packet.timestamp);
  room_clear (&room);
}

/* ---- goodbye ---- */

static guint32
wanted_keyframe (GstHarness *in)
{
  guint32 ssrc = 0;
  GstEvent *event;

  while ((event = gst_harness_try_pull_upstream_event (in))) {
    sfu_event_parse_keyframe_request (event, &ssrc);
    gst_event_unref (event);
  }
  return ssrc;
}

static void
publish_encoding (GstHarness *in, guint32 ssrc, guint16 seq, gboolean keyframe)
{
  TestPacket packet = { .payload_type = 96,
    .seq = seq,
    .timestamp = seq * FRAME_TICKS,
    .ssrc = ssrc,
    .marker = TRUE,
    .keyframe = keyframe,
    .payload_size = 100 };

  gst_harness_push (in, test_packet_new_vp8 (&packet));
}

static gint
layer_of (GstElement *router)
{
  GstPad *pad = gst_element_get_static_pad (router, "src_0");
  gint layer;

  g_object_get (pad, "current-spatial-layer", &layer, NULL);
  gst_object_unref (pad);
  return layer;
}

/* An encoding whose SSRC says goodbye is left without waiting for a silence,
 * and taken again when it is back. */
static void
test_bye (void)
{
  Room room;
  guint16 seq = 65534;

  room_init (&room, NULL, 0);
  gst_harness_set_src_caps_str (room.in,
      "application/x-rtp,media=video,encoding-name=VP8,clock-rate=90000,"
      "payload=96,encodings=<(structure)[e,ssrc=(uint)11],"
      "(structure)[e,ssrc=(uint)22]>");
  publish_encoding (room.in, 11, seq, TRUE);
  publish_encoding (room.in, 22, seq, TRUE);
  g_assert_cmpint (layer_of (room.router), ==, 1);
  wanted_keyframe (room.in);

  gst_harness_push_event (room.in, sfu_event_new_bye (33)); /* whose? */
  g_assert_cmpuint (wanted_keyframe (room.in), ==, 0);
  gst_harness_push_event (room.in, sfu_event_new_bye (22));
  g_assert_cmpuint (wanted_keyframe (room.in), ==, 11);
  publish_encoding (room.in, 11, ++seq, TRUE);
  g_assert_cmpint (layer_of (room.router), ==, 0);
  publish_encoding (room.in, 22, ++seq, FALSE);
  publish_encoding (room.in, 22, ++seq, TRUE);
  g_assert_cmpint (layer_of (room.router), ==, 1);
  room_clear (&room);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_assert_true (sfu_plugin_register_static ());
  g_test_add_func ("/router/loss-is-asked-for", test_loss_is_asked_for);
  g_test_add_func (
      "/router/nack-is-answered-as-rtx", test_nack_is_answered_as_rtx);
  g_test_add_func ("/router/rtx-is-undone", test_rtx_is_undone);
  g_test_add_func (
      "/router/requests-of-each-encoding", test_requests_of_each_encoding);
  g_test_add_func ("/router/bye", test_bye);
  g_test_add_func (
      "/router/sender-report-is-mapped", test_sender_report_is_mapped);
  return g_test_run ();
}
