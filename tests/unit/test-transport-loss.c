/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a peer's transport-wide feedback to the consumer whose packet is lost: the
 * multiplexer, the RTCP session and the pad between them. Time is the test's.
 *
 * Threads: the media thread, where every test runs. */
#include "packets.h"
#include "sfu-rtcp-session.h"

#include <string.h>

#include "sfu-bytes.h"
#include "sfu-twcc-recorder.h"

#define MS G_GINT64_CONSTANT (1000)
#define EXT_ID 5
#define URI                                                                    \
  "http://www.ietf.org/id/"                                                    \
  "draft-holmer-rmcat-transport-wide-cc-extensions-01"
#define MAX_TOLD 16

typedef struct {
  SfuMediaLoop *loop;
  GstElement *bin;
  SfuRtpDemux *demux;
  SfuRtpMux *mux;
  SfuRtcpSession *rtcp;
  SfuTwccRecorder *recorder;
  GPtrArray *pads; /* references, of who feeds the consumers' pads */
  gint64 now_us;
  guint16 twcc_seq;
  struct {
    guint32 ssrc;
    guint16 seq;
  } told[MAX_TOLD];
  guint n_told;
} World;

static World *world; /* of the test that runs: pads have no place for it */

static void
on_packet (
    gpointer owner, SfuRtpStream *stream, gint transport_cc, gint64 now_us)
{
}

static void
on_send (gpointer owner, SfuPacket *packets, guint n)
{
  sfu_packets_clear (packets, n);
}

static void
on_started (gpointer owner, SfuTransportSinkPad *pad, gint64 now_us)
{
  pad->report_due_us = now_us;
}

static void
on_rtcp (gpointer owner, GstBuffer *buffer)
{
  gst_buffer_unref (buffer);
}

static gboolean
on_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  const guint16 *seqs;
  guint32 ssrc;
  guint n;

  if (sfu_event_parse_lost (event, &ssrc, &seqs, &n)) {
    for (guint i = 0; i < n; i++) {
      world->told[world->n_told].ssrc = ssrc;
      world->told[world->n_told++].seq = seqs[i];
    }
  }
  gst_event_unref (event);
  return TRUE;
}

static void
world_init (World *w)
{
  static const SfuRtpDemuxCallbacks demux_callbacks = { on_packet };
  static const SfuRtpMuxCallbacks mux_callbacks = { on_send, on_started };
  static const SfuRtcpCallbacks rtcp_callbacks = { on_rtcp };

  memset (w, 0, sizeof *w);
  world = w;
  w->now_us = 1000 * G_USEC_PER_SEC;
  w->loop = sfu_media_loop_get_default ();
  w->bin = gst_object_ref_sink (gst_bin_new (NULL));
  w->pads = g_ptr_array_new_with_free_func (gst_object_unref);
  w->recorder = sfu_twcc_recorder_new ();
  w->demux = sfu_rtp_demux_new (&demux_callbacks, w);
  w->mux = sfu_rtp_mux_new (w->loop, &mux_callbacks, w);
  w->rtcp = sfu_rtcp_session_new (
      w->loop, w->demux, w->mux, &rtcp_callbacks, w, "us");
  sfu_rtp_mux_set_connected (w->mux, TRUE);
}

static void
world_clear (World *w)
{
  sfu_rtcp_session_free (w->rtcp);
  sfu_rtp_mux_free (w->mux);
  sfu_rtp_demux_free (w->demux);
  sfu_twcc_recorder_free (w->recorder);
  g_ptr_array_unref (w->pads);
  gst_object_unref (w->bin);
  g_object_unref (w->loop);
}

static SfuTransportSinkPad *
add_consumer (World *w, guint32 ssrc, guint32 rtx_ssrc, gboolean feedback)
{
  g_autofree gchar *name = g_strdup_printf ("sink_%u", ssrc);
  GstPad *pad = sfu_transport_sink_pad_new (NULL, name, w->loop);
  GstPad *feeder = gst_object_ref_sink (gst_pad_new (NULL, GST_PAD_SRC));
  g_autoptr (GstCaps) caps = gst_caps_new_simple ("application/x-rtp", "ssrc",
      G_TYPE_UINT, ssrc, "extmap-5", G_TYPE_STRING, URI, "rtcp-fb-transport-cc",
      G_TYPE_BOOLEAN, feedback, NULL);

  if (rtx_ssrc)
    gst_caps_set_simple (caps, "rtx-ssrc", G_TYPE_UINT, rtx_ssrc, NULL);
  gst_pad_set_event_function (feeder, on_event);
  gst_pad_set_active (feeder, TRUE);
  gst_pad_set_active (pad, TRUE);
  gst_element_add_pad (w->bin, pad);
  g_assert_cmpint (gst_pad_link (feeder, pad), ==, GST_PAD_LINK_OK);
  g_ptr_array_add (w->pads, feeder);
  sfu_rtp_mux_add_pad (w->mux, SFU_TRANSPORT_SINK_PAD (pad));
  sfu_rtp_mux_event (
      w->mux, SFU_TRANSPORT_SINK_PAD (pad), gst_event_new_caps (caps));
  return SFU_TRANSPORT_SINK_PAD (pad);
}

/* 10 ms after the one before. osn >= 0: RTX of that one. */
static void
send_packet (World *w, SfuTransportSinkPad *pad, guint32 ssrc, guint16 seq,
    gint osn, gboolean arrives)
{
  guint8 data[64] = { 0x90, 96 };

  sfu_put_u16 (data + 2, seq);
  sfu_put_u32 (data + 8, ssrc);
  sfu_put_u16 (data + 12, 0xbede);
  sfu_put_u16 (data + 14, 1);
  data[16] = EXT_ID << 4 | 1;
  if (osn >= 0)
    sfu_put_u16 (data + 20, (guint16)osn);
  w->now_us += 10 * MS;
  sfu_rtp_mux_push (w->mux, pad,
      packet_of (gst_buffer_new_memdup (data, sizeof data)), w->now_us);
  if (arrives)
    sfu_twcc_recorder_packet (w->recorder, w->twcc_seq, w->now_us);
  w->twcc_seq++;
}

static void
feedback (World *w)
{
  guint8 data[1500];
  SfuRtcpWriter writer;

  sfu_rtcp_writer_init (&writer, data, sizeof data);
  g_assert_true (sfu_twcc_recorder_feedback (w->recorder, 1, 2, &writer));
  sfu_rtcp_session_receive (w->rtcp, data, writer.len, w->now_us);
}

static void
assert_told (World *w, guint i, guint32 ssrc, guint16 seq)
{
  g_assert_cmpuint (w->n_told, >, i);
  g_assert_cmpuint (w->told[i].ssrc, ==, ssrc);
  g_assert_cmpuint (w->told[i].seq, ==, seq);
}

/* Each consumer of what it sent, in its own numbers. */
static void
test_told (void)
{
  SfuTransportSinkPad *a, *b;
  World w;

  world_init (&w);
  a = add_consumer (&w, 100, 101, TRUE);
  b = add_consumer (&w, 200, 201, TRUE);
  send_packet (&w, a, 100, 10, -1, TRUE);
  send_packet (&w, a, 100, 11, -1, FALSE);
  send_packet (&w, b, 200, 70, -1, FALSE);
  send_packet (&w, a, 100, 12, -1, FALSE);
  for (guint i = 0; i < 10; i++)
    send_packet (&w, b, 200, (guint16)(71 + i), -1, TRUE);
  feedback (&w);
  g_assert_cmpuint (w.n_told, ==, 3);
  assert_told (&w, 0, 100, 11);
  assert_told (&w, 1, 100, 12);
  assert_told (&w, 2, 200, 70);
  g_assert_cmpuint (
      sfu_rtcp_session_stats (w.rtcp)->transport_cc_received, ==, 1);
  g_assert_cmpuint (sfu_rtcp_session_stats (w.rtcp)->transport_cc_lost, ==, 3);
  world_clear (&w);
}

/* The number that it was sent with first, and only while no later sending is on
 * its way. */
static void
test_rtx (void)
{
  SfuTransportSinkPad *a;
  World w;

  world_init (&w);
  a = add_consumer (&w, 100, 101, TRUE);
  send_packet (&w, a, 100, 10, -1, TRUE);
  send_packet (&w, a, 100, 11, -1, FALSE);
  send_packet (&w, a, 101, 5000, 11, FALSE);
  for (guint i = 0; i < 2; i++)
    send_packet (&w, a, 100, (guint16)(12 + i), -1, TRUE);
  feedback (&w);
  g_assert_cmpuint (w.n_told, ==, 0);
  for (guint i = 0; i < 10; i++)
    send_packet (&w, a, 100, (guint16)(14 + i), -1, TRUE);
  feedback (&w);
  g_assert_cmpuint (w.n_told, ==, 1);
  assert_told (&w, 0, 100, 11);
  world_clear (&w);
}

/* No RTX, or no feedback agreed on: nothing to be told. And one who has left is
 * not told. */
static void
test_not_told (void)
{
  SfuTransportSinkPad *a, *b, *c;
  World w;

  world_init (&w);
  a = add_consumer (&w, 100, 0, TRUE);
  b = add_consumer (&w, 200, 201, FALSE);
  c = add_consumer (&w, 300, 301, TRUE);
  send_packet (&w, c, 300, 1, -1, TRUE);
  send_packet (&w, a, 100, 1, -1, FALSE);
  send_packet (&w, b, 200, 1, -1, FALSE);
  send_packet (&w, c, 300, 2, -1, FALSE);
  for (guint i = 0; i < 10; i++)
    send_packet (&w, c, 300, (guint16)(3 + i), -1, TRUE);
  sfu_rtp_mux_remove_pad (w.mux, c);
  feedback (&w);
  g_assert_cmpuint (w.n_told, ==, 0);
  world_clear (&w);
}

/* ---- main ---- */

static const struct {
  const gchar *path;
  void (*func) (void);
} tests[] = {
  { "/transport-loss/told", test_told },
  { "/transport-loss/rtx", test_rtx },
  { "/transport-loss/not-told", test_not_told },
};

static void
run_test (gpointer index, gpointer unused)
{
  tests[GPOINTER_TO_UINT (index)].func ();
}

static void
on_media_thread (gconstpointer index)
{
  g_autoptr (SfuMediaLoop) loop = sfu_media_loop_get_default ();

  sfu_media_loop_call (loop, run_test, (gpointer)index);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add_data_func (tests[i].path, GUINT_TO_POINTER (i), on_media_thread);
  return g_test_run ();
}
