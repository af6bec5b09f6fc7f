/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sfurouter, sfuproducer and sfuconsumer as a publisher and its subscribers see
 * them: packets in, packets out, wishes back.
 *
 * Threads: one; the harness pushes on the test's thread. */
#include <gst/check/gstharness.h>

#include "rtp-packets.h"
#include "sfu-event.h"
#include "sfu-plugin.h"

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

static void
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

static void
room_clear (Room *room)
{
  gst_harness_teardown (room->out);
  gst_harness_teardown (room->in);
  gst_object_unref (room->router);
}

static void
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

static void
expect_packet (GstHarness *h, TestPacket *packet)
{
  GstBuffer *buffer = gst_harness_try_pull (h);

  g_assert_nonnull (buffer);
  test_packet_parse (buffer, packet);
  gst_buffer_unref (buffer);
}

/* Drains upstream events at the publisher; how many were wishes of that kind.
 */
static guint
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

static gboolean
is_nack (GstEvent *event)
{
  const guint16 *seqs;
  guint32 ssrc;
  guint n;

  return sfu_event_parse_nack (event, &ssrc, &seqs, &n);
}

static guint64
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

static void
set_paused (GstElement *router, const gchar *pad_name, gboolean paused)
{
  GstPad *pad = gst_element_get_static_pad (router, pad_name);

  g_object_set (pad, "paused", paused, NULL);
  gst_object_unref (pad);
}

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

/* ---- the loudest ---- */

#define OPUS_TICKS 960
#define LEVEL_ID 10
#define OPUS_CAPS                                                              \
  "application/x-rtp,media=audio,encoding-name=OPUS,clock-rate=48000,"         \
  "payload=111"
#define LEVEL_CAPS                                                             \
  ",extmap-10=(string)urn:ietf:params:rtp-hdrext:ssrc-audio-level"

typedef struct {
  GstHarness *in, *out;
  guint n; /* packets and more: numbers wrap, the clock does not */
} Speaker;

static void
speaker_init (Speaker *speaker, GstElement *router, guint n, const gchar *caps)
{
  g_autofree gchar *sink = g_strdup_printf ("sink_%u", n);
  g_autofree gchar *src = g_strdup_printf ("src_%u", n);

  speaker->in = gst_harness_new_with_element (router, sink, NULL);
  speaker->out = gst_harness_new_with_element (router, NULL, src);
  speaker->n = 65530;
  gst_harness_set_src_caps_str (speaker->in, caps);
}

/* One packet; FALSE: it did not come out. */
static gboolean
speak (Speaker *speaker, guint8 level, guint8 level_id, TestPacket *out)
{
  TestPacket packet = { .payload_type = 111,
    .seq = (guint16)speaker->n,
    .timestamp = speaker->n++ * OPUS_TICKS,
    .ssrc = 7,
    .payload_size = 40,
    .audio_level = level,
    .audio_level_id = level_id };
  GstBuffer *buffer;

  gst_harness_push (speaker->in, test_packet_new_opus (&packet));
  buffer = gst_harness_try_pull (speaker->out);
  if (!buffer)
    return FALSE;
  test_packet_parse (buffer, out);
  gst_buffer_unref (buffer);
  return TRUE;
}

/* Of two who have one place: the quiet one's packets end in its producer, and
 * when it is heard again its numbers have no gap and its clock has gone on. */
static void
test_loudest (void)
{
  GstElement *router = gst_element_factory_make ("sfurouter", NULL);
  TestPacket before, packet, after;
  SfuSenderReport report = { 7, G_GUINT64_CONSTANT (0x1234567800000000), 0, 1 };
  SfuSenderReport mapped = { 0 };
  Speaker a, b;
  GstEvent *event;
  guint i, n;

  g_object_set (router, "loudest", 1, NULL);
  g_object_get (router, "loudest", &n, NULL);
  g_assert_cmpuint (n, ==, 1);
  speaker_init (&a, router, 0, OPUS_CAPS LEVEL_CAPS);
  speaker_init (&b, router, 1, OPUS_CAPS LEVEL_CAPS);
  g_assert_true (speak (&a, 60, LEVEL_ID, &before));
  for (i = 0; i < 20; i++)
    g_assert_true (speak (&b, 10, LEVEL_ID, &packet) || i < 3);
  for (i = 0; i < 10; i++)
    g_assert_false (speak (&a, 60, LEVEL_ID, &packet));
  g_assert_cmpuint (stat_of (router, "sink_0", "drop-not-loudest"), ==, 10);
  g_assert_cmpuint (stat_of (router, "src_0", "dropped"), ==, 0);
  g_assert_cmpuint (stat_of (router, "src_0", "packets"), ==, 1);
  g_assert_cmpuint (count_upstream (a.in, is_nack), ==, 0);

  g_object_set (router, "loudest", 0, NULL);
  gst_harness_push_event (a.in, sfu_event_new_sender_report (&report));
  g_assert_true (speak (&a, 60, LEVEL_ID, &after));
  g_assert_cmpuint (after.seq, ==, (guint16)(before.seq + 1));
  g_assert_cmpuint (after.timestamp - before.timestamp, ==, 11 * OPUS_TICKS);
  g_assert_true (speak (&a, 60, LEVEL_ID, &packet));
  g_assert_cmpuint (packet.seq, ==, (guint16)(after.seq + 1));
  while ((event = gst_harness_try_pull_event (a.out))) {
    sfu_event_parse_sender_report (event, &mapped);
    gst_event_unref (event);
  }
  g_assert_cmpuint (mapped.rtp_timestamp - report.rtp_timestamp, ==,
      before.timestamp - 65530 * OPUS_TICKS);
  gst_harness_teardown (a.in);
  gst_harness_teardown (a.out);
  gst_harness_teardown (b.in);
  gst_harness_teardown (b.out);
  gst_object_unref (router);
}

/* Who does not say how loud he is is always heard and takes no place; nor does
 * one who was released keep his. */
static void
test_loudest_of_some (void)
{
  GstElement *router = gst_element_factory_make ("sfurouter", NULL);
  Speaker mute, loud, quiet;
  TestPacket packet;
  guint i;

  g_object_set (router, "loudest", 1, NULL);
  speaker_init (&mute, router, 0, OPUS_CAPS);
  speaker_init (&loud, router, 1, OPUS_CAPS LEVEL_CAPS);
  speaker_init (&quiet, router, 2, OPUS_CAPS LEVEL_CAPS);
  for (i = 0; i < 5; i++) {
    g_assert_true (speak (&mute, 0, 0, &packet));
    g_assert_true (speak (&loud, 10, LEVEL_ID, &packet));
    g_assert_false (speak (&quiet, 60, LEVEL_ID, &packet));
  }
  gst_harness_teardown (loud.in); /* releases its pad */
  g_assert_true (speak (&quiet, 60, LEVEL_ID, &packet));
  gst_harness_teardown (mute.in);
  gst_harness_teardown (mute.out);
  gst_harness_teardown (loud.out);
  gst_harness_teardown (quiet.in);
  gst_harness_teardown (quiet.out);
  gst_object_unref (router);
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
  g_test_add_func ("/router/loss-is-asked-for", test_loss_is_asked_for);
  g_test_add_func (
      "/router/nack-is-answered-as-rtx", test_nack_is_answered_as_rtx);
  g_test_add_func ("/router/rtx-is-undone", test_rtx_is_undone);
  g_test_add_func ("/router/switch-of-producer", test_switch_of_producer);
  g_test_add_func (
      "/router/requests-of-each-encoding", test_requests_of_each_encoding);
  g_test_add_func ("/router/auto-follow-off", test_auto_follow_off);
  g_test_add_func ("/router/bye", test_bye);
  g_test_add_func ("/router/loudest", test_loudest);
  g_test_add_func ("/router/loudest-of-some", test_loudest_of_some);
  g_test_add_func (
      "/router/sender-report-is-mapped", test_sender_report_is_mapped);
  g_test_add_func (
      "/router/failing-branch", test_a_failing_branch_stops_nobody);
  g_test_add_func ("/router/malformed-is-counted", test_malformed_is_counted);
  g_test_add_func ("/router/launch-line", test_launch_line);
  g_test_add_func ("/router/state-cycling", test_state_cycling);
  return g_test_run ();
}
