/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rtcp-world.h"

#include <string.h>

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

static void
on_rtcp_send (gpointer owner, GstBuffer *buffer)
{
  g_queue_push_tail (&((World *)owner)->sent, buffer);
}

void
world_init (World *w)
{
  static const SfuRtpDemuxCallbacks demux_callbacks = { on_packet };
  static const SfuRtpMuxCallbacks mux_callbacks = { on_mux_send, on_started };
  static const SfuRtcpCallbacks rtcp_callbacks = { on_rtcp_send };

  memset (w, 0, sizeof *w);
  g_queue_init (&w->sent);
  w->now_us = g_get_monotonic_time () + YEAR_US;
  w->seq = 65530;
  w->loop = sfu_media_loop_get_default ();
  w->bin = gst_object_ref_sink (gst_bin_new (NULL));
  w->demux = sfu_rtp_demux_new (&demux_callbacks, w);
  w->mux = sfu_rtp_mux_new (w->loop, &mux_callbacks, w);
  w->rtcp = sfu_rtcp_session_new (
      w->loop, w->demux, w->mux, &rtcp_callbacks, w, "our-cname");
  sfu_rtcp_session_set_running (w->rtcp, TRUE, w->now_us);
}

void
world_clear (World *w)
{
  sfu_rtcp_session_free (w->rtcp);
  sfu_rtp_mux_free (w->mux);
  sfu_rtp_demux_free (w->demux);
  g_queue_clear_full (&w->sent, (GDestroyNotify)gst_buffer_unref);
  gst_object_unref (w->bin);
  g_object_unref (w->loop);
}

void
add_producer (World *w, const gchar *name, const gchar *text)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string (text);
  SfuPadCaps parsed;
  guint32 conflict;
  GstPad *pad;

  g_assert_true (sfu_pad_caps_parse (caps, &parsed, NULL));
  pad = sfu_transport_src_pad_new (NULL, name, caps, &parsed, w->loop);
  gst_element_add_pad (w->bin, pad);
  g_assert_true (
      sfu_rtp_demux_add_pad (w->demux, SFU_TRANSPORT_SRC_PAD (pad), &conflict));
}

SfuTransportSinkPad *
add_consumer (World *w, guint32 ssrc)
{
  GstPad *pad = sfu_transport_sink_pad_new (NULL, NULL, w->loop);
  g_autoptr (GstCaps) caps = gst_caps_new_simple (
      "application/x-rtp", "ssrc", G_TYPE_UINT, ssrc, NULL);

  gst_element_add_pad (w->bin, pad);
  sfu_rtp_mux_add_pad (w->mux, SFU_TRANSPORT_SINK_PAD (pad));
  sfu_rtp_mux_event (
      w->mux, SFU_TRANSPORT_SINK_PAD (pad), gst_event_new_caps (caps));
  return SFU_TRANSPORT_SINK_PAD (pad);
}

void
receive (World *w, guint32 ssrc)
{
  guint8 data[32] = { 0x80, 96 };

  sfu_put_u16 (data + 2, w->seq++);
  sfu_put_u32 (data + 8, ssrc);
  sfu_rtp_demux_receive (
      w->demux, gst_buffer_new_memdup (data, sizeof data), w->now_us);
}

guint
run (World *w, gint64 for_us, guint32 ssrc)
{
  gint64 end_us = w->now_us + for_us;
  guint before = w->sent.length;

  while (w->now_us < end_us) {
    gint64 due_us = sfu_rtcp_session_poll (w->rtcp, w->now_us);

    g_assert_true (due_us < 0 || due_us > w->now_us);
    w->now_us += 20 * MS;
    if (ssrc)
      receive (w, ssrc);
  }
  return w->sent.length - before;
}

typedef struct {
  void (*func) (void);
} Test;

static void
run_test (gpointer data, gpointer unused)
{
  ((const Test *)data)->func ();
}

static void
on_media_thread (gconstpointer data)
{
  g_autoptr (SfuMediaLoop) loop = sfu_media_loop_get_default ();

  sfu_media_loop_call (loop, run_test, (gpointer)data);
}

void
world_test_add (const gchar *path, void (*func) (void))
{
  Test *test = g_new (Test, 1);

  test->func = func;
  g_test_add_data_func_full (path, test, on_media_thread, g_free);
}
