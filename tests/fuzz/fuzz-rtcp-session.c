/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzz target: RTCP of a peer that publishes and subscribes, as a whole: what it
 * says becomes statistics and events, and what we then say must be RTCP. Input:
 * steps of fuzz-steps.h; even verbs are RTCP of the peer, odd ones its RTP.
 *
 * Threads: each input runs on the media thread. Its time lies in the far future,
 * so that the session's own timer never comes. */
#include "fuzz-gst.h"
#include "fuzz-steps.h"
#include "fuzz-target.h"
#include "sfu-rtcp-session.h"

#include <string.h>

#define PUBLISHED                                                              \
  "application/x-rtp, media=(string)video, clock-rate=(int)90000, "            \
  "payload=(int)96, rtx-payload=(int)97, ssrc=(uint)1, rtx-ssrc=(uint)2, "     \
  "rtcp-fb-nack=(boolean)true, rtcp-fb-nack-pli=(boolean)true"
#define SUBSCRIBED                                                             \
  "application/x-rtp, media=(string)video, clock-rate=(int)90000, "            \
  "payload=(int)96, rtx-payload=(int)97, ssrc=(uint)9, rtx-ssrc=(uint)10"
#define YEAR_US (G_GINT64_CONSTANT (365) * 24 * 3600 * G_USEC_PER_SEC)

typedef struct {
  SfuMediaLoop *loop;
  GstElement *bin;
  GstPad *src, *sink;
  SfuRtpDemux *demux;
  SfuRtpMux *mux;
  SfuRtcpSession *rtcp;
  guint sent;
} World;

static void
on_packet (
    gpointer owner, SfuRtpStream *stream, gint transport_cc, gint64 now_us)
{
  sfu_rtcp_session_packet (
      ((World *)owner)->rtcp, stream, transport_cc, now_us);
}

static void
on_mux_send (gpointer owner, SfuPacket *packets, guint n)
{
  sfu_packets_clear (packets, n);
}

static void
on_started (gpointer owner, SfuTransportSinkPad *pad, gint64 now_us)
{
  sfu_rtcp_session_started (((World *)owner)->rtcp, pad, now_us);
}

/* Whole packets, up to the last byte. */
static void
on_rtcp_send (gpointer owner, GstBuffer *buffer)
{
  SfuRtcpReader reader;
  SfuRtcpPacket packet;
  GstMapInfo map;
  gsize end = 0;

  gst_buffer_map (buffer, &map, GST_MAP_READ);
  g_assert (map.size <= SFU_RTCP_MAX_SIZE);
  sfu_rtcp_reader_init (&reader, map.data, map.size);
  while (sfu_rtcp_reader_next (&reader, &packet))
    end = (gsize)(packet.data - map.data) + packet.len;
  g_assert (end == map.size && end > 0);
  gst_buffer_unmap (buffer, &map);
  gst_buffer_unref (buffer);
  ((World *)owner)->sent++;
}

/* What has no memory that matters here. */
static World *
world_get (void)
{
  static World world;

  if (world.bin != NULL)
    return &world;
  fuzz_gst_init ();
  world.loop = sfu_media_loop_get_default ();
  world.bin = gst_object_ref_sink (gst_bin_new (NULL));
  return &world;
}

static void
world_fill (World *w, gint64 now_us)
{
  static const SfuRtpDemuxCallbacks demux_callbacks = { on_packet };
  static const SfuRtpMuxCallbacks mux_callbacks = { on_mux_send, on_started };
  static const SfuRtcpCallbacks rtcp_callbacks = { on_rtcp_send };
  g_autoptr (GstCaps) published = gst_caps_from_string (PUBLISHED);
  g_autoptr (GstCaps) subscribed = gst_caps_from_string (SUBSCRIBED);
  SfuSenderReport report = { 9, G_GUINT64_CONSTANT (1) << 60, 1, 1 };
  SfuTransportSinkPad *sink;
  SfuPadCaps parsed;
  guint32 conflict;

  w->demux = sfu_rtp_demux_new (&demux_callbacks, w);
  w->mux = sfu_rtp_mux_new (w->loop, &mux_callbacks, w);
  w->rtcp = sfu_rtcp_session_new (
      w->loop, w->demux, w->mux, &rtcp_callbacks, w, "cname");
  sfu_rtcp_session_set_running (w->rtcp, TRUE, now_us);
  g_assert (sfu_pad_caps_parse (published, &parsed, NULL));
  w->src = sfu_transport_src_pad_new (NULL, "src", published, &parsed, w->loop);
  gst_element_add_pad (w->bin, w->src);
  g_assert (sfu_rtp_demux_add_pad (
      w->demux, SFU_TRANSPORT_SRC_PAD (w->src), &conflict));
  w->sink = sfu_transport_sink_pad_new (NULL, "sink", w->loop);
  gst_element_add_pad (w->bin, w->sink);
  sink = SFU_TRANSPORT_SINK_PAD (w->sink);
  sfu_rtp_mux_add_pad (w->mux, sink);
  sfu_rtp_mux_event (w->mux, sink, gst_event_new_caps (subscribed));
  sfu_rtp_mux_event (w->mux, sink, sfu_event_new_sender_report (&report));
}

static void
world_empty (World *w)
{
  sfu_rtcp_session_free (w->rtcp);
  sfu_rtp_mux_free (w->mux);
  sfu_rtp_demux_free (w->demux);
  gst_element_remove_pad (w->bin, w->src);
  gst_element_remove_pad (w->bin, w->sink);
}

typedef struct {
  World *world;
  FuzzSteps steps;
} Job;

static void
run (gpointer data, gpointer unused)
{
  gint64 now_us = g_get_monotonic_time () + YEAR_US;
  Job *job = data;
  World *w = job->world;
  FuzzStep step;

  world_fill (w, now_us);
  while (fuzz_steps_next (&job->steps, &step)) {
    now_us += step.ms * 1000;
    if (step.size == 0) /* an empty datagram gets no further than ICE */
      continue;
    if (step.verb & 1)
      sfu_rtp_demux_receive (
          w->demux, gst_buffer_new_memdup (step.data, step.size), now_us);
    else
      sfu_rtcp_session_receive (w->rtcp, step.data, step.size, now_us);
    sfu_rtcp_session_poll (w->rtcp, now_us);
  }
  world_empty (w);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  Job job = { world_get (), { data, size } };

  sfu_media_loop_call (job.world->loop, run, &job);
  return 0;
}
