/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RTCP of sfutransport as a peer gets it, and the numbers for it in RTP.
 *
 * Threads: the test's, which is the control thread. */
#include "rtcp-fixture.h"

#include <string.h>
#include "sfu-bytes.h"
#include "sfu-event.h"

static void
test_receiver_report (void)
{
  const guint64 ntp = G_GUINT64_CONSTANT (0xe5a1b2c3d4e5f607);
  SfuRtcpSenderInfo info = { IN_SSRC, ntp, 4711, 10, 1000 };
  guint8 data[100];
  SfuRtcpWriter writer;
  SfuRtcpReportBlock block;
  SfuSenderReport report;
  GstEvent *event;
  Fixture f;
  End *in;

  fixture_init (&f);
  in = end_new_producer (f.transport, IN);
  fixture_connect (&f, TRUE);
  /* Over the wraparound, every tenth lost. */
  send_in (&f, 65500, 101, 10);
  WAIT_UNTIL (g_async_queue_length (in->buffers) == 90);
  /* A report may go out in the middle of them. */
  do
    block = wait_block (f.peer, IN_SSRC);
  while (block.highest_seq != 65500 + 99);
  g_assert_cmpint (block.cumulative_lost, ==, 9);
  g_assert_cmpuint (block.last_sr, ==, 0);

  sfu_rtcp_writer_init (&writer, data, sizeof data);
  sfu_rtcp_add_sr (&writer, &info, NULL, 0);
  send_rtcp (&f, &writer);
  event = wait_event (in, GST_EVENT_CUSTOM_DOWNSTREAM_STICKY);
  g_assert_true (sfu_event_parse_sender_report (event, &report));
  g_assert_cmpuint (report.ssrc, ==, IN_SSRC);
  g_assert_cmpuint (report.ntp, ==, ntp);
  g_assert_cmpuint (report.rtp_timestamp, ==, 4711);
  gst_event_unref (event);
  do
    block = wait_block (f.peer, IN_SSRC);
  while (block.last_sr == 0);
  g_assert_cmpuint (block.last_sr, ==, (guint32)(ntp >> 16));
  g_assert_cmpuint (block.delay_since_last_sr, <, 10 * 65536);
  g_assert_cmpint (stats_int64 (in->transport_pad, "packets-lost"), ==, 9);
  end_free (in, f.transport);
  fixture_clear (&f);
}

/* Without a report of the publisher there is no capture time, but receivers
 * want to know the CNAME. */
static void
test_sender_report (void)
{
  const guint64 ntp = G_GUINT64_CONSTANT (0xe5a1b2c3d4e5f607);
  SfuSenderReport report = { OUT_SSRC, ntp, 90000, 1 };
  SfuRtcpReportBlock block = { OUT_SSRC, 64, 5, 10, 7, 0, 0 };
  g_autoptr (GBytes) sdes = NULL;
  g_autoptr (GBytes) sr = NULL;
  SfuRtcpSenderInfo info;
  SfuRtcpPacket packet;
  SfuRtcpWriter writer;
  guint8 data[100];
  Fixture f;
  End *out;

  fixture_init (&f);
  out = end_new_consumer (f.transport, OUT);
  fixture_connect (&f, TRUE);
  send_out (&f, out, 65530, 20);
  do {
    g_clear_pointer (&sdes, g_bytes_unref);
    sdes = wait_rtcp (f.peer, SFU_RTCP_SDES, 1);
    packet = as_packet (sdes);
  } while (sfu_get_u32 (packet.data + 4) != OUT_SSRC);
  g_assert_cmpmem (packet.data + 10, packet.data[9], "alice", 5);
  g_assert_cmpuint (stats_uint64 (f.transport, "sr-sent"), ==, 0);

  gst_pad_push_event (out->pad, sfu_event_new_sender_report (&report));
  sr = wait_rtcp (f.peer, SFU_RTCP_SR, -1);
  packet = as_packet (sr);
  g_assert_true (sfu_rtcp_get_sender_info (&packet, &info));
  g_assert_cmpuint (info.ssrc, ==, OUT_SSRC);
  g_assert_cmpuint (info.ntp, ==, ntp);
  g_assert_cmpuint (info.rtp_timestamp, ==, 90000);
  g_assert_cmpuint (info.packets, ==, 20);
  g_assert_cmpuint (info.octets, ==, 20 * 100);

  block.last_sr = (guint32)(ntp >> 16);
  sfu_rtcp_writer_init (&writer, data, sizeof data);
  sfu_rtcp_add_rr (&writer, PEER_SSRC, &block, 1);
  send_rtcp (&f, &writer);
  WAIT_UNTIL (stats_int64 (out->transport_pad, "rtt") >= 0);
  g_assert_cmpint (
      stats_int64 (out->transport_pad, "rtt"), <, 5 * G_USEC_PER_SEC);
  g_assert_cmpint (stats_int64 (out->transport_pad, "packets-lost"), ==, 5);
  end_free (out, f.transport);
  fixture_clear (&f);
}

static void
test_request_out (gconstpointer only_fir)
{
  static const guint16 lost[] = { 65534, 65535, 0, 7 };
  guint16 seqs[10];
  g_autoptr (GBytes) nack = NULL;
  g_autoptr (GBytes) first = NULL;
  g_autoptr (GBytes) second = NULL;
  SfuRtcpPacket packet;
  guint32 sender, media;
  guint8 seq, next;
  Fixture f;
  End *in;

  fixture_init (&f);
  in = end_new_producer (f.transport,
      only_fir ? IN ", rtcp-fb-ccm-fir=(boolean)true"
               : IN ", rtcp-fb-ccm-fir=(boolean)true, "
                    "rtcp-fb-nack-pli=(boolean)true");
  fixture_connect (&f, TRUE);
  g_assert_true (
      gst_pad_push_event (in->pad, sfu_event_new_nack (IN_SSRC, lost, 4)));
  nack = wait_rtcp (f.peer, SFU_RTCP_RTPFB, SFU_RTPFB_NACK);
  packet = as_packet (nack);
  g_assert_true (sfu_rtcp_get_feedback (&packet, &sender, &media));
  g_assert_cmpuint (media, ==, IN_SSRC);
  g_assert_cmpuint (sfu_rtcp_get_nack (&packet, seqs, 10), ==, 4);
  g_assert_cmpmem (seqs, 4 * sizeof *seqs, lost, sizeof lost);

  gst_pad_push_event (in->pad, sfu_event_new_keyframe_request (IN_SSRC));
  gst_pad_push_event (in->pad, sfu_event_new_keyframe_request (0));
  first =
      wait_rtcp (f.peer, SFU_RTCP_PSFB, only_fir ? SFU_PSFB_FIR : SFU_PSFB_PLI);
  second =
      wait_rtcp (f.peer, SFU_RTCP_PSFB, only_fir ? SFU_PSFB_FIR : SFU_PSFB_PLI);
  if (only_fir) {
    packet = as_packet (first);
    g_assert_true (sfu_rtcp_get_fir (&packet, 0, &media, &seq));
    g_assert_cmpuint (media, ==, IN_SSRC);
    packet = as_packet (second);
    g_assert_true (sfu_rtcp_get_fir (&packet, 0, &media, &next));
    g_assert_cmpuint (next, ==, (guint8)(seq + 1));
  } else {
    packet = as_packet (second);
    g_assert_true (sfu_rtcp_get_feedback (&packet, &sender, &media));
    g_assert_cmpuint (media, ==, IN_SSRC);
  }
  g_assert_cmpuint (
      stats_uint64 (in->transport_pad, only_fir ? "fir-count" : "pli-count"),
      ==, 2);
  g_assert_cmpuint (stats_uint64 (in->transport_pad, "nack-count"), ==, 4);
  end_free (in, f.transport);
  fixture_clear (&f);
}

static void
test_transport_cc (void)
{
  g_autoptr (GBytes) feedback = NULL;
  guint8 data[200];
  SfuRtcpPacket packet;
  guint i;
  Fixture f;
  End *in;

  fixture_init (&f);
  in = end_new_producer (f.transport,
      IN ", rtcp-fb-transport-cc=(boolean)true, rtcp-fb-goog-remb=(boolean)"
         "true, extmap-3=(string)\"" TRANSPORT_CC_URI "\"");
  fixture_connect (&f, TRUE);
  for (i = 0; i < 20; i++) {
    gsize len = make_rtp (data, 96, i, 0, IN_SSRC, "xx", 100);

    /* An extension of two bytes: id 3, transport-wide number. */
    data[16] = 3 << 4 | 1;
    sfu_put_u16 (data + 17, 65530 + i);
    test_peer_send_rtp (f.peer, data, len);
  }
  feedback = wait_rtcp (f.peer, SFU_RTCP_RTPFB, SFU_RTPFB_TRANSPORT_CC);
  packet = as_packet (feedback);
  g_assert_cmpuint (sfu_get_u32 (packet.data + 8), ==, IN_SSRC);
  g_assert_cmpuint (sfu_get_u16 (packet.data + 12), ==, 65530);
  wait_block (f.peer, IN_SSRC);
  g_assert_cmpuint (stats_uint64 (f.transport, "remb-sent"), ==, 0);
  end_free (in, f.transport);
  fixture_clear (&f);
}

/* With transport-cc, too: the sender estimates, and this is its bound. */
static void
test_remb (gconstpointer caps)
{
  g_autoptr (GBytes) remb = NULL;
  SfuRtcpPacket packet;
  guint64 bps;
  Fixture f;
  End *in;

  fixture_init (&f);
  in = end_new_producer (f.transport, caps);
  fixture_connect (&f, TRUE);
  g_object_set (f.transport, "max-incoming-bitrate", (guint64)1500000, NULL);
  send_in (&f, 0, 20, 0);
  remb = wait_rtcp (f.peer, SFU_RTCP_PSFB, SFU_PSFB_ALFB);
  packet = as_packet (remb);
  g_assert_true (sfu_rtcp_get_remb (&packet, &bps));
  g_assert_cmpuint (bps, <=, 1500000);
  g_assert_cmpuint (bps, >, 1490000);
  g_assert_cmpuint (sfu_get_u32 (packet.data + 20), ==, IN_SSRC);
  end_free (in, f.transport);
  fixture_clear (&f);
}

#define MANY 40

/* Who was reported on, and who has reported. */
typedef struct {
  gboolean in[MANY], out[MANY];
  guint n;
} Seen;

static void
see (Seen *seen, const SfuRtcpPacket *packet)
{
  SfuRtcpReportBlock block;
  SfuRtcpSenderInfo info;

  if (packet->type == SFU_RTCP_RR)
    for (guint k = 0; sfu_rtcp_get_report_block (packet, k, &block); k++) {
      g_assert_cmpuint (block.ssrc - 100, <, MANY);
      seen->n += !seen->in[block.ssrc - 100];
      seen->in[block.ssrc - 100] = TRUE;
    }
  if (packet->type == SFU_RTCP_SR) {
    g_assert_true (sfu_rtcp_get_sender_info (packet, &info));
    g_assert_cmpuint (info.ssrc - 500, <, MANY);
    seen->n += !seen->out[info.ssrc - 500];
    seen->out[info.ssrc - 500] = TRUE;
  }
}

static void
see_next_datagram (Seen *seen, TestPeer *peer)
{
  g_autoptr (GBytes) datagram = NULL;
  SfuRtcpReader reader;
  SfuRtcpPacket packet;
  gsize len;

  WAIT_UNTIL ((datagram = g_queue_pop_head (test_peer_rtcp (peer))) != NULL);
  len = g_bytes_get_size (datagram);
  g_assert_cmpuint (len, <=, MAX_RTCP);
  sfu_rtcp_reader_init (&reader, g_bytes_get_data (datagram, NULL), len);
  while (sfu_rtcp_reader_next (&reader, &packet))
    see (seen, &packet);
}

/* More blocks and reports than fit into one compound. */
static void
test_many_streams (void)
{
  End *in[MANY], *out[MANY];
  Seen seen = { 0 };
  guint8 data[200];
  guint i;
  Fixture f;

  fixture_init (&f);
  for (i = 0; i < MANY; i++) {
    g_autofree gchar *caps =
        g_strdup_printf ("application/x-rtp, ssrc=(uint)%u", 100 + i);
    g_autofree gchar *caps_out = g_strdup_printf (
        "application/x-rtp, ssrc=(uint)%u, cname=(string)%0100u", 500 + i, i);
    SfuSenderReport report = { 500 + i, 1, 1, 1 };

    in[i] = end_new_producer (f.transport, caps);
    out[i] = end_new_consumer (f.transport, caps_out);
    gst_pad_push_event (out[i]->pad, sfu_event_new_sender_report (&report));
  }
  fixture_connect (&f, TRUE);
  for (i = 0; i < MANY; i++) {
    test_peer_send_rtp (
        f.peer, data, make_rtp (data, 96, 1, 0, 100 + i, NULL, 100));
    test_peer_send_rtp (
        f.peer, data, make_rtp (data, 96, 2, 0, 100 + i, NULL, 100));
    end_push (out[i], f.transport, data,
        make_rtp (data, 96, 1, 0, 500 + i, NULL, 100), 1);
  }
  while (seen.n < 2 * MANY)
    see_next_datagram (&seen, f.peer);
  for (i = 0; i < MANY; i++) {
    end_free (in[i], f.transport);
    end_free (out[i], f.transport);
  }
  fixture_clear (&f);
}

/* Transport-wide numbers go on over all consumers of a transport. */
static void
test_stamps (void)
{
  End *out[2];
  guint8 data[200];
  Fixture f;
  guint i;

  fixture_init (&f);
  for (i = 0; i < 2; i++) {
    g_autofree gchar *text = g_strdup_printf (
        "application/x-rtp, ssrc=(uint)%u, extmap-2=(string)\"" TRANSPORT_CC_URI
        "\", extmap-3=(string)\"" ABS_SEND_TIME_URI "\"",
        500 + i);

    out[i] = end_new_consumer (f.transport, text);
  }
  fixture_connect (&f, TRUE);
  for (i = 0; i < 6; i++) {
    gsize len = make_rtp (data, 96, i, 0, 500 + i % 2, "sevenb.", 100);

    data[16] = 2 << 4 | 1;
    data[17] = data[18] = 0;
    data[19] = 3 << 4 | 2;
    data[20] = data[21] = data[22] = 0;
    end_push (out[i % 2], f.transport, data, len, 1);
  }
  WAIT_UNTIL (test_peer_rtp (f.peer)->length == 6);
  for (i = 0; i < 6; i++) {
    GBytes *packet = g_queue_peek_nth (test_peer_rtp (f.peer), i);
    const guint8 *p = g_bytes_get_data (packet, NULL);

    g_assert_cmpuint (sfu_get_u16 (p + 17), ==, i);
    g_assert_cmpuint (sfu_get_u24 (p + 20), !=, 0);
  }
  for (i = 0; i < 2; i++)
    end_free (out[i], f.transport);
  fixture_clear (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  g_test_add_func ("/transport-rtcp/receiver-report", test_receiver_report);
  g_test_add_func ("/transport-rtcp/sender-report", test_sender_report);
  g_test_add_data_func (
      "/transport-rtcp/request/pli", GINT_TO_POINTER (FALSE), test_request_out);
  g_test_add_data_func (
      "/transport-rtcp/request/fir", GINT_TO_POINTER (TRUE), test_request_out);
  g_test_add_func ("/transport-rtcp/transport-cc", test_transport_cc);
  g_test_add_data_func ("/transport-rtcp/remb",
      IN ", rtcp-fb-goog-remb=(boolean)true", test_remb);
  g_test_add_data_func ("/transport-rtcp/remb-bound",
      IN ", rtcp-fb-goog-remb=(boolean)true, rtcp-fb-transport-cc=(boolean)"
         "true, extmap-3=(string)\"" TRANSPORT_CC_URI "\"",
      test_remb);
  g_test_add_func ("/transport-rtcp/many-streams", test_many_streams);
  g_test_add_func ("/transport-rtcp/stamps", test_stamps);
  return g_test_run ();
}
