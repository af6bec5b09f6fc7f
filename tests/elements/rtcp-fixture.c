/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rtcp-fixture.h"

GBytes *
pop_rtcp (TestPeer *peer, guint8 type, gint count)
{
  GQueue *queue = test_peer_rtcp (peer);

  while (!g_queue_is_empty (queue)) {
    g_autoptr (GBytes) datagram = g_queue_pop_head (queue);
    gsize len;
    const guint8 *data = g_bytes_get_data (datagram, &len);
    SfuRtcpReader reader;
    SfuRtcpPacket packet;

    g_assert_cmpuint (len, <=, MAX_RTCP);
    sfu_rtcp_reader_init (&reader, data, len);
    while (sfu_rtcp_reader_next (&reader, &packet)) {
      if (packet.type != type || (count >= 0 && packet.count != count))
        continue;
      if (reader.offset < len)
        g_queue_push_head (
            queue, g_bytes_new (data + reader.offset, len - reader.offset));
      return g_bytes_new (packet.data, packet.len);
    }
  }
  return NULL;
}

GBytes *
wait_rtcp (TestPeer *peer, guint8 type, gint count)
{
  GBytes *bytes = NULL;

  WAIT_UNTIL ((bytes = pop_rtcp (peer, type, count)) != NULL);
  return bytes;
}

SfuRtcpPacket
as_packet (GBytes *bytes)
{
  SfuRtcpPacket packet;
  SfuRtcpReader reader;
  gsize len;
  const guint8 *data = g_bytes_get_data (bytes, &len);

  sfu_rtcp_reader_init (&reader, data, len);
  g_assert_true (sfu_rtcp_reader_next (&reader, &packet));
  return packet;
}

SfuRtcpReportBlock
wait_block (TestPeer *peer, guint32 ssrc)
{
  for (;;) {
    g_autoptr (GBytes) bytes = wait_rtcp (peer, SFU_RTCP_RR, -1);
    SfuRtcpPacket packet = as_packet (bytes);
    SfuRtcpReportBlock block;
    guint i;

    for (i = 0; sfu_rtcp_get_report_block (&packet, i, &block); i++) {
      if (block.ssrc == ssrc)
        return block;
    }
  }
}

void
send_in (Fixture *f, guint16 first, guint n, guint skip)
{
  guint8 data[200];
  guint i;

  for (i = 0; i < n; i++) {
    if (!skip || i % skip)
      test_peer_send_rtp (f->peer, data,
          make_rtp (data, 96, first + i, i * 3000, IN_SSRC, NULL, 100));
  }
}

void
send_out (Fixture *f, End *end, guint16 first, guint n)
{
  guint8 data[200];
  guint i;

  for (i = 0; i < n; i++)
    end_push (end, f->transport, data,
        make_rtp (data, 96, first + i, i * 3000, OUT_SSRC, NULL, 100), 1);
}

void
send_rtcp (Fixture *f, SfuRtcpWriter *writer)
{
  g_assert_cmpuint (writer->len, >, 0);
  g_assert_true (test_peer_send_rtcp (f->peer, writer->data, writer->len));
}

GstEvent *
wait_event (End *end, GstEventType type)
{
  for (;;) {
    GstEvent *event;

    WAIT_UNTIL ((event = g_async_queue_try_pop (end->events)) != NULL);
    if (GST_EVENT_TYPE (event) == type)
      return event;
    gst_event_unref (event);
  }
}
