/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plain-fixture.h"

#include <string.h>

#include "sfu-event.h"
#include "sfu-rtcp.h"

static void
on_state_changed (SfuPlainTransport *transport, const gchar *state, Fixture *f)
{
  g_strlcpy (f->state, state, sizeof f->state);
}

guint
port_of (Fixture *f, const gchar *property)
{
  guint port;

  g_object_get (f->transport, property, &port, NULL);
  return port;
}

void
fixture_init (Fixture *f, const gchar *ip, gboolean mux, gboolean comedia,
    const gchar *suite)
{
  memset (f, 0, sizeof *f);
  f->ip = ip;
  f->pipeline = gst_pipeline_new (NULL);
  f->transport = g_object_new (SFU_TYPE_PLAIN_TRANSPORT, "listen-ip", ip,
      "rtcp-mux", mux, "comedia", comedia, "srtp-crypto-suite", suite, NULL);
  g_signal_connect (
      f->transport, "state-changed", G_CALLBACK (on_state_changed), f);
  gst_bin_add (GST_BIN (f->pipeline), GST_ELEMENT (f->transport));
  g_assert_cmpint (gst_element_set_state (f->pipeline, GST_STATE_PLAYING), ==,
      GST_STATE_CHANGE_SUCCESS);
  f->client = test_plain_client_new (ip, mux);
  test_plain_client_aim (f->client, ip, (guint16)port_of (f, "local-port"),
      (guint16)port_of (f, "local-rtcp-port"));
}

void
fixture_clear (Fixture *f)
{
  gst_element_set_state (f->pipeline, GST_STATE_NULL);
  g_signal_handlers_disconnect_by_data (f->transport, f);
  gst_object_unref (f->pipeline);
  test_plain_client_free (f->client);
  while (g_main_context_iteration (NULL, FALSE)) {
  }
}

void
connect_to_client (Fixture *f, gboolean mux)
{
  SfuPlainPeer peer = { f->ip, test_plain_client_port (f->client),
    mux ? 0 : test_plain_client_rtcp_port (f->client) };
  g_autoptr (GError) error = NULL;

  sfu_plain_transport_connect (f->transport, &peer, &error);
  g_assert_no_error (error);
}

void
send_rtp (TestPlainClient *client, guint16 first, guint n)
{
  guint8 data[200];

  for (guint i = 0; i < n; i++)
    test_plain_client_send_rtp (client, data,
        make_rtp (
            data, 96, (guint16)(first + i), i * 3000, IN_SSRC, NULL, 100));
}

void
send_sender_report (TestPlainClient *client, guint32 ssrc)
{
  const SfuRtcpSenderInfo info = { .ssrc = ssrc,
    .ntp = G_GUINT64_CONSTANT (0xe000000012345678),
    .rtp_timestamp = 3000,
    .packets = 1,
    .octets = 100 };
  guint8 data[200];
  SfuRtcpWriter writer;

  sfu_rtcp_writer_init (&writer, data, sizeof data);
  g_assert_true (sfu_rtcp_add_sr (&writer, &info, NULL, 0));
  test_plain_client_send_rtcp (client, writer.data, writer.len);
}

void
expect_rtp (End *end, guint16 first, guint n)
{
  for (guint i = 0; i < n; i++) {
    g_autoptr (GstBuffer) buffer = NULL;
    guint8 seq[2];

    WAIT_UNTIL ((buffer = g_async_queue_try_pop (end->buffers)) != NULL);
    gst_buffer_extract (buffer, 2, seq, 2);
    g_assert_cmpuint (seq[0] << 8 | seq[1], ==, (guint16)(first + i));
  }
}

void
push_rtp (Fixture *f, End *end, guint n)
{
  guint8 data[200];

  for (guint i = 0; i < n; i++)
    end_push (end, f->transport, data,
        make_rtp (data, 96, (guint16)(65530 + i), i, OUT_SSRC, NULL, 100), 1);
}

void
expect_at_client (TestPlainClient *client, guint n)
{
  for (guint i = 0; i < n; i++) {
    GQueue *queue = test_plain_client_rtp (client);
    g_autoptr (GBytes) bytes = NULL;
    const guint8 *data;

    WAIT_UNTIL (!g_queue_is_empty (queue));
    bytes = g_queue_pop_head (queue);
    g_assert_cmpuint (g_bytes_get_size (bytes), ==, 112);
    data = g_bytes_get_data (bytes, NULL);
    g_assert_cmpuint (data[2] << 8 | data[3], ==, (guint16)(65530 + i));
  }
}

static gboolean
pop_rtcp (TestPlainClient *client, guint8 type, gint count)
{
  GQueue *queue = test_plain_client_rtcp (client);

  while (!g_queue_is_empty (queue)) {
    g_autoptr (GBytes) bytes = g_queue_pop_head (queue);
    SfuRtcpReader reader;
    SfuRtcpPacket packet;
    gsize len;
    const guint8 *data = g_bytes_get_data (bytes, &len);

    sfu_rtcp_reader_init (&reader, data, len);
    while (sfu_rtcp_reader_next (&reader, &packet)) {
      if (packet.type == type && (count < 0 || packet.count == count))
        return TRUE;
    }
  }
  return FALSE;
}

const gchar *
stat_text (gpointer object, const gchar *field, gchar *text, gsize size)
{
  g_autoptr (GstStructure) stats = NULL;
  const gchar *value;

  g_object_get (object, "stats", &stats, NULL);
  value = gst_structure_get_string (stats, field);
  g_strlcpy (text, value ? value : "", size);
  return text;
}

guint
stat_uint (gpointer object, const gchar *field)
{
  g_autoptr (GstStructure) stats = NULL;
  guint value = 0;

  g_object_get (object, "stats", &stats, NULL);
  gst_structure_get_uint (stats, field, &value);
  return value;
}

/* A wish of the router goes to the publisher, its report to the router. */
static void
check_publisher_rtcp (Fixture *f, End *in)
{
  GstEvent *event;

  gst_pad_push_event (in->pad, sfu_event_new_keyframe_request (0));
  WAIT_UNTIL (pop_rtcp (f->client, SFU_RTCP_PSFB, SFU_PSFB_PLI));
  WAIT_UNTIL (pop_rtcp (f->client, SFU_RTCP_RR, 1));
  gst_pad_push_event (
      in->pad, sfu_event_new_nack (IN_SSRC, (const guint16[]){ 5, 6 }, 2));
  WAIT_UNTIL (pop_rtcp (f->client, SFU_RTCP_RTPFB, SFU_RTPFB_NACK));
  send_sender_report (f->client, IN_SSRC);
  do {
    SfuSenderReport report;

    WAIT_UNTIL ((event = g_async_queue_try_pop (in->events)) != NULL);
    if (sfu_event_parse_sender_report (event, &report)) {
      g_assert_cmpuint (report.ssrc, ==, IN_SSRC);
      gst_event_unref (event);
      return;
    }
    gst_event_unref (event);
  } while (TRUE);
}

static void
send_feedback (Fixture *f)
{
  const guint16 lost = 65531;
  guint8 data[200];
  SfuRtcpWriter writer;

  sfu_rtcp_writer_init (&writer, data, sizeof data);
  g_assert_true (sfu_rtcp_add_pli (&writer, CLIENT_SSRC, OUT_SSRC));
  g_assert_true (sfu_rtcp_add_nack (&writer, CLIENT_SSRC, OUT_SSRC, &lost, 1));
  test_plain_client_send_rtcp (f->client, writer.data, writer.len);
}

/* The receiver's wishes go to the router, our report to the receiver. */
static void
check_receiver_rtcp (Fixture *f, End *out)
{
  const SfuSenderReport report = { OUT_SSRC, 0x1234567890, 1,
    g_get_monotonic_time () };
  gboolean pli = FALSE, nack = FALSE;

  gst_pad_push_event (out->pad, sfu_event_new_sender_report (&report));
  push_rtp (f, out, 1);
  WAIT_UNTIL (pop_rtcp (f->client, SFU_RTCP_SR, -1));
  send_feedback (f);
  while (!pli || !nack) {
    const guint16 *seqs;
    GstEvent *event;
    guint32 ssrc;
    guint n;

    WAIT_UNTIL ((event = g_async_queue_try_pop (out->events)) != NULL);
    if (sfu_event_parse_nack (event, &ssrc, &seqs, &n)) {
      g_assert_cmpuint (ssrc, ==, OUT_SSRC);
      g_assert_cmpuint (seqs[0], ==, 65531);
      nack = TRUE;
    } else if (sfu_event_is_keyframe_request (event)) {
      pli = TRUE;
    }
    gst_event_unref (event);
  }
}

void
check_rtcp (Fixture *f)
{
  End *in = end_new_producer (f->transport, IN);
  End *out = end_new_consumer (f->transport, OUT);

  send_rtp (f->client, 1000, N_PACKETS);
  expect_rtp (in, 1000, N_PACKETS);
  check_publisher_rtcp (f, in);
  check_receiver_rtcp (f, out);
  end_free (in, f->transport);
  end_free (out, f->transport);
}
