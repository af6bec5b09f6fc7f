/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a subscriber's decoder makes of a track that pauses, resumes, switches
 * between two encodings and layers, and whose publisher begins anew: real
 * encoders, payloaders, depayloaders and decoders around sfurouter. Every picture
 * has its number drawn into it, so that one that was decoded from the wrong
 * references is found out. AV1 is not here: GStreamer 1.22 has no payloader for
 * it in its C plugins.
 *
 * Threads: one; the harnesses push on the test's thread. */
#include <gst/check/gstharness.h>

#include <string.h>

#include "sfu-event.h"
#include "sfu-plugin.h"

#define N 2
#define WIDTH(encoding) (160u << (encoding))
#define HEIGHT(encoding) (96u << (encoding))
#define BITS 10 /* of a picture's number, as blocks along its top */
#define DARK 40
#define BRIGHT 210
#define TOLERANCE 16 /* of what lossy coding leaves of a flat grey */
#define FRAME_NS (GST_SECOND / 30)
#define HEADER 12
/* Key frame requests are throttled in real time, and encoders are fast. */
#define MAX_FEEDS 20000

typedef struct {
  const gchar *name, *encoding_name;
  const gchar *encoder; /* with a payloader; for g_strdup_printf: ssrc */
  const gchar *decoder;
  const gchar *caps; /* of the producer, beside the usual */
  gboolean layers;   /* two temporal ones */
} Chain;

#define VP8ENC "vp8enc name=enc deadline=1 cpu-used=8 keyframe-max-dist=100000 "
#define VP8PAY                                                                 \
  "! rtpvp8pay pt=96 picture-id-mode=15-bit picture-id-offset=32700 mtu=300 "  \
  "seqnum-offset=65500 timestamp-offset=4294000000 ssrc=%u "
#define VP8DEC "rtpvp8depay ! vp8dec max-errors=0"

static const Chain vp8 = { "vp8", "VP8", VP8ENC VP8PAY, VP8DEC, "" };

static const Chain vp8_red = { "vp8-red", "VP8",
  VP8ENC VP8PAY "! rtpulpfecenc pt=98 percentage=100 "
                "! rtpredenc pt=97 distance=0 allow-no-red-blocks=true ",
  VP8DEC, ",red-payload=97,ulpfec-payload=98" };

/* Two temporal layers; the upper one is referred to by nothing. */
static const Chain vp8_layers = { "vp8-layers", "VP8",
  VP8ENC
  "temporal-scalability-number-layers=2 temporal-scalability-periodicity=2 "
  "temporal-scalability-layer-flags=\"<no-ref-golden+no-ref-alt+no-upd-golden"
  "+no-upd-alt,no-ref-golden+no-ref-alt+no-upd-last+no-upd-golden+no-upd-alt"
  "+no-upd-entropy>\" "
  "temporal-scalability-layer-sync-flags=<false,true> " VP8PAY,
  VP8DEC, "", TRUE };

static const Chain vp9 = { "vp9", "VP9",
  "vp9enc deadline=1 cpu-used=8 keyframe-max-dist=100000 "
  "! rtpvp9pay pt=96 picture-id-mode=15-bit mtu=300 "
  "seqnum-offset=65500 timestamp-offset=4294000000 ssrc=%u ",
  "rtpvp9depay ! vp9dec max-errors=0", "" };

/* SPS, PPS and slices in packets of their own. */
static const Chain h264 = { "h264", "H264",
  "openh264enc gop-size=100000 multi-thread=1 "
  "! rtph264pay pt=96 config-interval=-1 aggregate-mode=none mtu=300 "
  "seqnum-offset=65500 timestamp-offset=4294000000 ssrc=%u ",
  "rtph264depay ! h264parse ! openh264dec max-errors=0", "" };

/* The same with STAP-A. */
static const Chain h264_stap = { "h264-stap", "H264",
  "openh264enc gop-size=100000 multi-thread=1 "
  "! rtph264pay pt=96 config-interval=-1 aggregate-mode=zero-latency mtu=300 "
  "ssrc=%u ",
  "rtph264depay ! h264parse ! openh264dec max-errors=0", "" };

typedef struct {
  const Chain *chain;
  GstElement *router;
  GstHarness *encoders[N], *in, *out, *decoder;
  GstBus *bus; /* of the decoder */
  GstPad *src;
  guint32 first_ssrc;
  guint number; /* of the newest picture */
  gboolean started;
  guint16 seq;
  guint32 timestamp;
  guint pictures; /* whose last packet came out */
  guint decoded, decoded_number, decoded_width;
} Room;

/* ---- pictures ---- */

static guint8
grey_of (guint number)
{
  return (guint8)(60 + number * 7 % 120);
}

static GstBuffer *
draw (guint number, guint encoding)
{
  guint w = WIDTH (encoding), h = HEIGHT (encoding), block = w / BITS;
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, w * h * 3 / 2, NULL);
  GstMapInfo map;

  gst_buffer_map (buffer, &map, GST_MAP_WRITE);
  memset (map.data, grey_of (number), w * h);
  memset (map.data + w * h, 128, w * h / 2);
  for (guint y = 0; y < block; y++)
    for (guint x = 0; x < w; x++)
      map.data[y * w + x] = number >> (x / block) & 1 ? BRIGHT : DARK;
  gst_buffer_unmap (buffer, &map);
  GST_BUFFER_PTS (buffer) = number * FRAME_NS;
  GST_BUFFER_DURATION (buffer) = FRAME_NS;
  return buffer;
}

static void
look (Room *room, GstBuffer *buffer)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (room->decoder->sinkpad);
  const GstStructure *s = gst_caps_get_structure (caps, 0);
  gint w = 0, h = 0, block;
  guint number = 0;
  GstMapInfo map;

  gst_structure_get_int (s, "width", &w);
  gst_structure_get_int (s, "height", &h);
  g_assert_true ((w == WIDTH (0) && h == HEIGHT (0)) ||
      (w == WIDTH (1) && h == HEIGHT (1)));
  g_assert_false (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_CORRUPTED));
  gst_buffer_map (buffer, &map, GST_MAP_READ);
  g_assert_cmpuint (map.size, ==, w * h * 3 / 2);
  block = w / BITS;
  for (gint i = 0; i < BITS; i++)
    if (map.data[block / 2 * w + i * block + block / 2] > 128)
      number |= 1u << i;
  for (gint y = 2 * block; y < h; y += block)
    g_assert_cmpint (
        ABS (map.data[y * w + w / 2] - grey_of (number)), <=, TOLERANCE);
  gst_buffer_unmap (buffer, &map);
  /* They only ever go on; over a switch the same one may be seen twice. */
  if (room->decoded > 0)
    g_assert_cmpuint ((number - room->decoded_number) % (1 << BITS) -
            (room->decoded_width == (guint)w),
        <, 1 << (BITS - 1));
  room->decoded++;
  room->decoded_number = number;
  room->decoded_width = (guint)w;
}

/* ---- the room ---- */

/* Lists of numbers that no launch line can write. */
static void
set_pair (GObject *object, const gchar *name, gint first, gint second)
{
  GValue pair = G_VALUE_INIT, item = G_VALUE_INIT;
  GValueArray *array;

  g_value_init (&item, G_TYPE_INT);
  G_GNUC_BEGIN_IGNORE_DEPRECATIONS
  array = g_value_array_new (2);
  g_value_set_int (&item, first);
  g_value_array_append (array, &item);
  g_value_set_int (&item, second);
  g_value_array_append (array, &item);
  g_value_init (&pair, g_value_array_get_type ());
  G_GNUC_END_IGNORE_DEPRECATIONS
  g_value_take_boxed (&pair, array);
  g_object_set_property (object, name, &pair);
  g_value_unset (&pair);
}

static void
set_layers (GstHarness *encoder)
{
  GstElement *enc = gst_bin_get_by_name (GST_BIN (encoder->element), "enc");

  set_pair (G_OBJECT (enc), "temporal-scalability-layer-id", 0, 1);
  set_pair (G_OBJECT (enc), "temporal-scalability-rate-decimator", 2, 1);
  set_pair (
      G_OBJECT (enc), "temporal-scalability-target-bitrate", 200000, 400000);
  gst_object_unref (enc);
}

static void
publish_anew (Room *room)
{
  g_autofree gchar *caps = NULL;

  room->first_ssrc += 100;
  for (guint e = 0; e < N; e++) {
    g_autofree gchar *line =
        g_strdup_printf (room->chain->encoder, room->first_ssrc + e);
    g_autofree gchar *raw = g_strdup_printf (
        "video/x-raw,format=I420,width=%u,height=%u,framerate=30/1", WIDTH (e),
        HEIGHT (e));

    g_clear_pointer (&room->encoders[e], gst_harness_teardown);
    room->encoders[e] = gst_harness_new_parse (line);
    g_assert_nonnull (room->encoders[e]);
    if (room->chain->layers)
      set_layers (room->encoders[e]);
    gst_harness_set_src_caps_str (room->encoders[e], raw);
  }
  caps = g_strdup_printf (
      "application/x-rtp,media=video,encoding-name=%s,clock-rate=90000,"
      "payload=96,rtcp-fb-nack-pli=true,encodings=<"
      "(structure)[e,ssrc=(uint)%u],(structure)[e,ssrc=(uint)%u]>%s",
      room->chain->encoding_name, room->first_ssrc, room->first_ssrc + 1,
      room->chain->caps);
  gst_harness_set_src_caps_str (room->in, caps);
}

static void
room_init (Room *room, const Chain *chain)
{
  memset (room, 0, sizeof *room);
  room->chain = chain;
  room->router = gst_element_factory_make ("sfurouter", NULL);
  room->in = gst_harness_new_with_element (room->router, "sink_0", NULL);
  room->out = gst_harness_new_with_element (room->router, NULL, "src_0");
  room->src = gst_element_get_static_pad (room->router, "src_0");
  room->decoder = gst_harness_new_parse (chain->decoder);
  room->bus = gst_bus_new ();
  gst_element_set_bus (room->decoder->element, room->bus);
  publish_anew (room);
}

/* The decoder has nothing to complain of, and shows all that came. */
static void
room_clear (Room *room)
{
  GstMessage *message;
  GstBuffer *buffer;

  gst_harness_push_event (room->decoder, gst_event_new_eos ());
  while ((buffer = gst_harness_try_pull (room->decoder))) {
    look (room, buffer);
    gst_buffer_unref (buffer);
  }
  g_assert_cmpuint (room->decoded, ==, room->pictures);
  message =
      gst_bus_pop_filtered (room->bus, GST_MESSAGE_ERROR | GST_MESSAGE_WARNING);
  if (message)
    g_error ("%" GST_PTR_FORMAT, gst_message_get_structure (message));
  gst_element_set_bus (room->decoder->element, NULL);
  gst_object_unref (room->bus);
  gst_object_unref (room->src);
  gst_harness_teardown (room->decoder);
  for (guint e = 0; e < N; e++)
    gst_harness_teardown (room->encoders[e]);
  gst_harness_teardown (room->out);
  gst_harness_teardown (room->in);
  gst_object_unref (room->router);
}

static void
subscriber_takes (Room *room, GstBuffer *packet)
{
  guint8 header[HEADER];
  guint16 seq;
  guint32 timestamp;
  GstBuffer *picture;

  gst_buffer_extract (packet, 0, header, sizeof header);
  g_assert_cmpuint (header[1] & 0x7f, ==, 96);
  seq = GST_READ_UINT16_BE (header + 2);
  timestamp = GST_READ_UINT32_BE (header + 4);
  if (room->started) {
    g_assert_cmpuint (seq, ==, (guint16)(room->seq + 1));
    g_assert_cmpint ((gint32)(timestamp - room->timestamp), >=, 0);
  } else {
    gst_harness_set_src_caps (
        room->decoder, gst_pad_get_current_caps (room->out->sinkpad));
  }
  room->started = TRUE;
  room->seq = seq;
  room->timestamp = timestamp;
  room->pictures += header[1] >> 7;
  g_assert_cmpint (gst_harness_push (room->decoder, packet), ==, GST_FLOW_OK);
  while ((picture = gst_harness_try_pull (room->decoder))) {
    look (room, picture);
    gst_buffer_unref (picture);
  }
}

static void
answer_keyframe_requests (Room *room)
{
  GstEvent *event;
  guint32 ssrc;

  while ((event = gst_harness_try_pull_upstream_event (room->in))) {
    if (sfu_event_parse_keyframe_request (event, &ssrc) &&
        ssrc - room->first_ssrc < N)
      gst_harness_push_upstream_event (
          room->encoders[ssrc - room->first_ssrc], event);
    else
      gst_event_unref (event);
  }
}

/* One picture in both encodings. */
static void
feed (Room *room)
{
  GstBuffer *packet;

  room->number++;
  for (guint e = 0; e < N; e++) {
    gst_harness_push (room->encoders[e], draw (room->number, e));
    while ((packet = gst_harness_try_pull (room->encoders[e])))
      g_assert_cmpint (gst_harness_push (room->in, packet), ==, GST_FLOW_OK);
  }
  while ((packet = gst_harness_try_pull (room->out)))
    subscriber_takes (room, packet);
  answer_keyframe_requests (room);
}

/* Goes on until a picture of that width is shown; then with some more. */
static void
feed_until (Room *room, guint width)
{
  guint before = room->decoded, i;

  for (i = 0; i < MAX_FEEDS &&
       (room->decoded == before || room->decoded_width != width);
       i++)
    feed (room);
  g_assert_cmpuint (i, <, MAX_FEEDS);
  before = room->pictures;
  for (i = 0; i < 8; i++)
    feed (room);
  g_assert_cmpuint (room->pictures, ==, before + 8);
  g_assert_cmpuint (room->decoded_width, ==, width);
}

static void
test_decode (gconstpointer chain)
{
  Room room;

  room_init (&room, chain);
  feed_until (&room, WIDTH (1));
  for (guint round = 0; round < 2; round++) {
    g_object_set (room.src, "paused", TRUE, NULL);
    for (guint i = 0; i < 5; i++)
      feed (&room);
    g_object_set (room.src, "paused", FALSE, NULL);
    feed_until (&room, WIDTH (1));
    g_object_set (room.src, "preferred-spatial-layer", 0, NULL);
    feed_until (&room, WIDTH (0));
    publish_anew (&room);
    feed_until (&room, WIDTH (0));
    g_object_set (room.src, "preferred-spatial-layer", -1, NULL);
    feed_until (&room, WIDTH (1));
    publish_anew (&room);
    feed_until (&room, WIDTH (1));
  }
  room_clear (&room);
}

/* Half of the pictures, then all again, without a key frame in between. */
static void
test_temporal_layers (gconstpointer chain)
{
  GstStructure *stats;
  guint64 dropped = 0;
  guint before;
  Room room;

  room_init (&room, chain);
  feed_until (&room, WIDTH (1));
  g_object_set (room.src, "preferred-temporal-layer", 0, NULL);
  feed (&room);
  feed (&room);
  before = room.pictures;
  for (guint i = 0; i < 40; i++)
    feed (&room);
  g_assert_cmpuint (room.pictures, ==, before + 20);
  g_object_set (room.src, "preferred-temporal-layer", -1, NULL);
  feed (&room);
  feed (&room);
  before = room.pictures;
  for (guint i = 0; i < 40; i++)
    feed (&room);
  g_assert_cmpuint (room.pictures, ==, before + 40);
  g_object_get (room.src, "stats", &stats, NULL);
  gst_structure_get_uint64 (stats, "drop-temporal-layer", &dropped);
  g_assert_cmpuint (dropped, >=, 20);
  gst_structure_free (stats);
  room_clear (&room);
}

static void
add (const Chain *chain, GTestDataFunc test)
{
  g_autofree gchar *path = g_strconcat ("/decode/", chain->name, NULL);

  g_test_add_data_func (path, chain, test);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_assert_true (sfu_plugin_register_static ());
  add (&vp8, test_decode);
  add (&vp8_red, test_decode);
  add (&vp8_layers, test_temporal_layers);
  add (&vp9, test_decode);
  add (&h264, test_decode);
  add (&h264_stap, test_decode);
  return g_test_run ();
}
