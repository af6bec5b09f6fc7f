/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-transport-media.h.
 *
 * Threads: see sfu-transport-media.h. */
#include "sfu-transport-media.h"

GST_DEBUG_CATEGORY_EXTERN (sfutransport);
#define GST_CAT_DEFAULT sfutransport

/* ---- what the parts tell ---- */

static void
on_demux_packet (
    gpointer owner, SfuRtpStream *stream, gint transport_cc_seq, gint64 now_us)
{
  SfuTransportMedia *self = owner;

  sfu_rtcp_session_packet (self->rtcp, stream, transport_cc_seq, now_us);
}

static void
on_mux_send (gpointer owner, SfuPacket *packets, guint n)
{
  SfuTransportMedia *self = owner;

  if (!self->carrier) {
    self->drops.n[SFU_DROP_NOT_CONNECTED] += n;
    sfu_packets_clear (packets, n);
    return;
  }
  self->rtp_packets_sent += n;
  for (guint i = 0; i < n; i++)
    self->rtp_bytes_sent += packets[i].size;
  self->carrier_interface->rtp (self->carrier, packets, n);
}

static void
on_mux_started (gpointer owner, SfuTransportSinkPad *pad, gint64 now_us)
{
  SfuTransportMedia *self = owner;

  sfu_rtcp_session_started (self->rtcp, pad, now_us);
}

static void
on_rtcp_send (gpointer owner, GstBuffer *buffer)
{
  SfuTransportMedia *self = owner;

  if (self->carrier)
    self->carrier_interface->rtcp (self->carrier, buffer);
  else
    gst_buffer_unref (buffer);
}

/* ---- life ---- */

SfuTransportMedia *
sfu_transport_media_new (SfuMediaLoop *loop, const gchar *cname)
{
  static const SfuRtpDemuxCallbacks demux_callbacks = { on_demux_packet };
  static const SfuRtpMuxCallbacks mux_callbacks = { on_mux_send,
    on_mux_started };
  static const SfuRtcpCallbacks rtcp_callbacks = { on_rtcp_send };
  SfuTransportMedia *self = g_atomic_rc_box_new0 (SfuTransportMedia);

  self->loop = g_object_ref (loop);
  self->demux = sfu_rtp_demux_new (&demux_callbacks, self);
  self->mux = sfu_rtp_mux_new (loop, &mux_callbacks, self);
  self->rtcp = sfu_rtcp_session_new (
      loop, self->demux, self->mux, &rtcp_callbacks, self, cname);
  return self;
}

SfuTransportMedia *
sfu_transport_media_ref (SfuTransportMedia *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
clear (gpointer data)
{
  SfuTransportMedia *self = data;

  g_object_unref (self->loop);
}

void
sfu_transport_media_unref (gpointer self)
{
  g_atomic_rc_box_release_full (self, clear);
}

static void
close_on_media_thread (gpointer data, gpointer unused)
{
  SfuTransportMedia *self = data;

  g_clear_pointer (&self->rtcp, sfu_rtcp_session_free);
  g_clear_pointer (&self->mux, sfu_rtp_mux_free);
  g_clear_pointer (&self->demux, sfu_rtp_demux_free);
}

void
sfu_transport_media_close (SfuTransportMedia *self)
{
  sfu_media_loop_call (self->loop, close_on_media_thread, self);
}

/* ---- media thread ---- */

void
sfu_transport_media_set_carrier (SfuTransportMedia *self,
    const SfuCarrierInterface *interface, gpointer carrier)
{
  /* What the one before has counted stays. */
  if (self->carrier && self->carrier_interface->add_drops)
    self->carrier_interface->add_drops (self->carrier, &self->drops);
  self->carrier_interface = interface;
  self->carrier = carrier;
}

void
sfu_transport_media_set_connected (SfuTransportMedia *self, gboolean connected)
{
  if (!self->rtcp)
    return;
  if (connected && self->carrier)
    self->carrier_interface->start (self->carrier);
  sfu_rtcp_session_set_running (self->rtcp, connected, g_get_monotonic_time ());
  sfu_rtp_mux_set_connected (self->mux, connected);
}

void
sfu_transport_media_receive_rtp (SfuTransportMedia *self, GstBuffer *buffer)
{
  SfuVerdict verdict;

  self->rtp_packets_received++;
  self->rtp_bytes_received += gst_buffer_get_size (buffer);
  verdict =
      sfu_rtp_demux_receive (self->demux, buffer, g_get_monotonic_time ());
  if (verdict != SFU_VERDICT_FORWARD)
    sfu_verdict_count (&self->drops, verdict);
}

void
sfu_transport_media_receive_rtcp (SfuTransportMedia *self, GstBuffer *buffer)
{
  GstMapInfo map;

  if (gst_buffer_map (buffer, &map, GST_MAP_READ)) {
    sfu_rtcp_session_receive (
        self->rtcp, map.data, map.size, g_get_monotonic_time ());
    gst_buffer_unmap (buffer, &map);
  } else {
    sfu_verdict_count (&self->drops, SFU_DROP_MALFORMED);
  }
  gst_buffer_unref (buffer);
}

/* ---- hand-over ---- */

typedef struct {
  SfuTransportMedia *media; /* owned */
  GstPad *pad;              /* owned */
  GstMiniObject *object;    /* owned; NULL: tell the state */
} HandOver;

static void
free_hand_over (gpointer data)
{
  HandOver *call = data;

  gst_clear_mini_object (&call->object);
  gst_object_unref (call->pad);
  sfu_transport_media_unref (call->media);
  g_free (call);
}

static void
hand_over (SfuTransportMedia *self, gpointer pad, gpointer object, GFunc func)
{
  HandOver *call = g_new (HandOver, 1);

  call->media = sfu_transport_media_ref (self);
  call->pad = gst_object_ref (pad);
  call->object = object;
  sfu_media_loop_invoke (self->loop, func, call, free_hand_over);
}

static void
push_here (SfuTransportMedia *self, SfuTransportSinkPad *pad,
    SfuPacket *packets, guint n)
{
  gint64 now_us = g_get_monotonic_time ();

  for (guint i = 0; i < n; i++) {
    if (self->mux) {
      sfu_rtp_mux_push (self->mux, pad, &packets[i], now_us);
    } else {
      sfu_verdict_count (&pad->drops, SFU_DROP_NOT_CONNECTED);
      sfu_packet_clear (&packets[i]);
    }
  }
}

static void
take_buffer (gpointer data, gpointer unused)
{
  HandOver *call = data;
  SfuTransportSinkPad *pad = SFU_TRANSPORT_SINK_PAD (call->pad);
  SfuPacket packet;

  g_atomic_int_add (&pad->handed_over, -1);
  sfu_packet_take (&packet, GST_BUFFER (g_steal_pointer (&call->object)));
  push_here (call->media, pad, &packet, 1);
}

static void
push_there (
    SfuTransportMedia *self, SfuTransportSinkPad *pad, SfuPacket *packet)
{
  if (g_atomic_int_add (&pad->handed_over, 1) < SFU_RTP_MUX_HAND_OVER_MAX) {
    hand_over (self, pad, sfu_packet_steal_buffer (packet), take_buffer);
  } else {
    g_atomic_int_add (&pad->handed_over, -1);
    g_atomic_int_inc (&pad->overflowed);
    sfu_packet_clear (packet);
  }
}

void
sfu_transport_media_push (SfuTransportMedia *self, SfuTransportSinkPad *pad,
    SfuPacket *packets, guint n)
{
  if (sfu_media_loop_is_self (self->loop)) {
    push_here (self, pad, packets, n);
    return;
  }
  for (guint i = 0; i < n; i++)
    push_there (self, pad, &packets[i]);
}

static void
take_event (gpointer data, gpointer unused)
{
  HandOver *call = data;

  if (call->media->mux)
    sfu_rtp_mux_event (call->media->mux, SFU_TRANSPORT_SINK_PAD (call->pad),
        GST_EVENT (g_steal_pointer (&call->object)));
}

void
sfu_transport_media_sink_event (
    SfuTransportMedia *self, SfuTransportSinkPad *pad, GstEvent *event)
{
  if (!sfu_media_loop_is_self (self->loop))
    hand_over (self, pad, event, take_event);
  else if (self->mux)
    sfu_rtp_mux_event (self->mux, pad, event);
  else
    gst_event_unref (event);
}

static void
take_state_request (gpointer data, gpointer unused)
{
  HandOver *call = data;

  if (call->media->mux)
    sfu_rtp_mux_tell_state (
        call->media->mux, SFU_TRANSPORT_SINK_PAD (call->pad));
}

void
sfu_transport_media_tell_state (
    SfuTransportMedia *self, SfuTransportSinkPad *pad)
{
  hand_over (self, pad, NULL, take_state_request);
}

/* ---- feedback of producers ---- */

static gboolean
give_feedback (
    SfuTransportMedia *self, SfuTransportSrcPad *pad, GstEvent *event)
{
  const guint16 *seqs;
  guint32 ssrc;
  guint n;

  if (!self->rtcp)
    return FALSE;
  if (sfu_event_parse_nack (event, &ssrc, &seqs, &n))
    return sfu_rtcp_session_nack (self->rtcp, pad, ssrc, seqs, n);
  if (sfu_event_parse_keyframe_request (event, &ssrc))
    return sfu_rtcp_session_request_keyframe (self->rtcp, pad, ssrc);
  return FALSE;
}

static void
take_feedback (gpointer data, gpointer unused)
{
  HandOver *call = data;

  give_feedback (
      call->media, SFU_TRANSPORT_SRC_PAD (call->pad), GST_EVENT (call->object));
}

gboolean
sfu_transport_media_src_event (
    SfuTransportMedia *self, SfuTransportSrcPad *pad, GstEvent *event)
{
  gboolean taken = TRUE;

  if (!sfu_media_loop_is_self (self->loop)) {
    hand_over (self, pad, event, take_feedback);
    return TRUE;
  }
  taken = give_feedback (self, pad, event);
  gst_event_unref (event);
  return taken;
}
