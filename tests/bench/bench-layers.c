/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a packet costs a consumer that does not want it, beside one that it
 * forwards: CPU time of sfuconsumer alone, from its sink pad to a pad that
 * throws away, packets in lists of four as they come in bursts. What the
 * producer reads once for all consumers is not in it.
 *
 *   bench-layers [PACKETS]
 *
 * Threads: one. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sfu-event.h"
#include "sfu-plugin.h"
#include "sfu-stream-receiver.h"
#include "sfu-track.h"

#define HEADER 12
#define SIZE 1100
#define BURST 4
/* Packets that are made before any is measured: few enough to be in the cache
 * still, as those are that a producer has just read. */
#define ROUND 128
#define DEFAULT_PACKETS 400000
#define N 3

typedef struct {
  const gchar *name;
  SfuCodec codec;
  guint encodings;
  guint encoding; /* of all but the key frame, which is of the one wanted */
  guint spatial, temporal;
  gint want_spatial, want_temporal;
  gboolean paused;
} Case;

/* The first is what the others are compared with. */
static const Case cases[] = {
  { "forwarded", SFU_CODEC_VP8, 1, 0, 0, 0, -1, -1 },
  { "forwarded, one of three", SFU_CODEC_VP8, N, 2, 0, 0, 2, -1 },
  { "forwarded, VP9 with layers", SFU_CODEC_VP9, 1, 0, 2, 2, -1, -1 },
  { "dropped: unused encoding", SFU_CODEC_VP8, N, 1, 0, 0, 2, -1 },
  { "dropped: temporal layer", SFU_CODEC_VP8, 1, 0, 0, 2, -1, 0 },
  { "dropped: spatial layer", SFU_CODEC_VP9, 1, 0, 2, 0, 0, -1 },
  { "dropped: consumer paused", SFU_CODEC_VP8, 1, 0, 0, 0, -1, -1, TRUE },
};

typedef struct {
  const Case *c;
  SfuTrack *track;
  SfuStreamReceiver *receivers[N];
  GstElement *consumer;
  GstPad *src, *sink; /* linked to it */
  guint16 seq[N], picture;
  gint64 now_us;
  guint64 forwarded; /* arrived behind it */
} Bench;

static gint64
cpu_ns (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (gint64)now.tv_sec * 1000000000 + now.tv_nsec;
}

static GstFlowReturn
discard_list (GstPad *pad, GstObject *parent, GstBufferList *list)
{
  Bench *bench = gst_pad_get_element_private (pad);

  bench->forwarded += gst_buffer_list_length (list);
  gst_buffer_list_unref (list);
  return GST_FLOW_OK;
}

static void
write_descriptor (
    const Bench *bench, guint8 *p, gboolean key, guint spatial, guint temporal)
{
  if (bench->c->codec == SFU_CODEC_VP8) {
    p[0] = 0x90;
    p[1] = 0xf0;
    GST_WRITE_UINT16_BE (p + 2, bench->picture | 0x8000);
    p[5] = temporal << 6;
    p[6] = key ? 0 : 1;
  } else {
    p[0] = 0xac | (key ? 0 : 0x40);
    GST_WRITE_UINT16_BE (p + 1, bench->picture | 0x8000);
    p[3] = temporal << 5 | spatial << 1;
  }
}

/* As the producer hands it on. */
static GstBuffer *
make (Bench *bench, guint e, gboolean key, guint spatial, guint temporal)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, SIZE, NULL);
  GstMapInfo map;

  gst_buffer_map (buffer, &map, GST_MAP_WRITE);
  memset (map.data, 0, map.size);
  map.data[0] = 0x80;
  map.data[1] = 96;
  GST_WRITE_UINT16_BE (map.data + 2, bench->seq[e]++);
  GST_WRITE_UINT32_BE (map.data + 4, bench->picture * 3000u);
  GST_WRITE_UINT32_BE (map.data + 8, 1000 + e);
  write_descriptor (bench, map.data + HEADER, key, spatial, temporal);
  gst_buffer_unmap (buffer, &map);
  if (sfu_stream_receiver_packet (
          bench->receivers[e], &buffer, bench->now_us) != SFU_VERDICT_FORWARD)
    g_error ("the producer refused its packet");
  return buffer;
}

static GstPad *
link_pad (Bench *bench, const gchar *name, GstPadDirection direction)
{
  g_autoptr (GstPad) theirs =
      gst_element_get_static_pad (bench->consumer, name);
  GstPad *ours = gst_object_ref_sink (gst_pad_new (NULL, direction));

  gst_pad_set_element_private (ours, bench);
  if (direction == GST_PAD_SINK)
    gst_pad_set_chain_list_function (ours, discard_list);
  gst_pad_set_active (ours, TRUE);
  if (direction == GST_PAD_SINK)
    gst_pad_link (theirs, ours);
  else
    gst_pad_link (ours, theirs);
  return ours;
}

static void
start_stream (Bench *bench, const SfuStreamConfig *config)
{
  g_autoptr (GstCaps) caps =
      gst_caps_new_simple ("application/x-rtp", "media", G_TYPE_STRING, "video",
          "encoding-name", G_TYPE_STRING, sfu_codec_name (config->codec),
          "clock-rate", G_TYPE_INT, 90000, "payload", G_TYPE_INT, 96, NULL);
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (bench->src, gst_event_new_stream_start ("bench"));
  gst_pad_push_event (bench->src, gst_event_new_caps (caps));
  gst_pad_push_event (bench->src, gst_event_new_segment (&segment));
  gst_pad_push_event (bench->src, sfu_event_new_track (bench->track));
}

static void
bench_init (Bench *bench, const Case *c)
{
  SfuStreamConfig config;

  memset (bench, 0, sizeof *bench);
  bench->c = c;
  bench->now_us = g_get_monotonic_time ();
  sfu_stream_config_init (&config);
  config.codec = c->codec;
  config.payload = 96;
  config.n_encodings = c->encodings;
  for (guint e = 0; e < c->encodings; e++)
    config.encodings[e].ssrc = 1000 + e;
  bench->track = sfu_track_new (&config, 64, G_USEC_PER_SEC, 1 << 20);
  for (guint e = 0; e < c->encodings; e++)
    bench->receivers[e] = sfu_stream_receiver_new (
        &config, e, bench->track, 10, G_USEC_PER_SEC, 250000, 600000);
  sfu_track_set_active (bench->track, (1u << c->encodings) - 1);
  bench->consumer =
      gst_object_ref_sink (gst_element_factory_make ("sfuconsumer", NULL));
  g_object_set (bench->consumer, "preferred-spatial-layer", c->want_spatial,
      "preferred-temporal-layer", c->want_temporal, NULL);
  bench->sink = link_pad (bench, "src", GST_PAD_SINK);
  bench->src = link_pad (bench, "sink", GST_PAD_SRC);
  gst_element_set_state (bench->consumer, GST_STATE_PLAYING);
  start_stream (bench, &config);
}

static void
bench_clear (Bench *bench)
{
  gst_element_set_state (bench->consumer, GST_STATE_NULL);
  gst_object_unref (bench->src);
  gst_object_unref (bench->sink);
  gst_object_unref (bench->consumer);
  for (guint e = 0; e < bench->c->encodings; e++)
    sfu_stream_receiver_free (bench->receivers[e]);
  sfu_track_unref (bench->track);
}

/* Lists of one round. Kept until it is over: in a room others have them too, and
 * freeing them is no part of any consumer's cost. */
static void
make_round (Bench *bench, GstBufferList **lists)
{
  const Case *c = bench->c;

  for (guint i = 0; i < ROUND / BURST; i++) {
    lists[i] = gst_buffer_list_new_sized (BURST);
    bench->picture++;
    for (guint k = 0; k < BURST; k++)
      gst_buffer_list_add (
          lists[i], make (bench, c->encoding, FALSE, c->spatial, c->temporal));
  }
}

/* ns for each packet. */
static double
measure (const Case *c, guint packets)
{
  static GstBufferList *lists[ROUND / BURST];
  guint wanted = c->want_spatial > 0 ? (guint)c->want_spatial : 0;
  gint64 ns = 0, start;
  guint64 expected;
  guint done;
  Bench bench;

  bench_init (&bench, c);
  gst_pad_push (bench.src, make (&bench, wanted, TRUE, 0, 0));
  if (c->paused)
    g_object_set (bench.consumer, "paused", TRUE, NULL);
  for (done = 0; done < packets; done += ROUND) {
    make_round (&bench, lists);
    start = cpu_ns ();
    for (guint i = 0; i < ROUND / BURST; i++)
      gst_pad_push_list (bench.src, gst_buffer_list_ref (lists[i]));
    ns += cpu_ns () - start;
    for (guint i = 0; i < ROUND / BURST; i++)
      gst_buffer_list_unref (lists[i]);
  }
  expected = 1 + (g_str_has_prefix (c->name, "forwarded") ? done : 0);
  if (bench.forwarded != expected)
    g_error (
        "%s: %" G_GUINT64_FORMAT " packets came out", c->name, bench.forwarded);
  bench_clear (&bench);
  return (double)ns / done;
}

int
main (int argc, char **argv)
{
  guint packets = DEFAULT_PACKETS;
  double forwarded = 0;

  gst_init (&argc, &argv);
  if (!sfu_plugin_register_static ())
    return EXIT_FAILURE;
  if (argc > 1)
    packets = (guint)MAX (atoi (argv[1]), 1);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    double ns = measure (&cases[i], packets);

    if (i == 0)
      forwarded = ns;
    g_print ("%-28s ns/packet=%-6.0f of forwarded=%.3f\n", cases[i].name, ns,
        ns / forwarded);
  }
  return EXIT_SUCCESS;
}
