/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sfuplaintransport against real sockets on loopback: given and learned
 * addresses, strangers, one port and two, SRTP, RTCP both ways, the end.
 *
 * Threads: the test's, which is the control thread. */
#include <string.h>

#include "sfu-event.h"
#include "sfu-plain-transport.h"
#include "sfu-rtcp.h"
#include "test-plain-client.h"
#include "transport-ends.h"

#define VIDEO                                                                  \
  "application/x-rtp, media=(string)video, payload=(int)96, "                  \
  "clock-rate=(int)90000, cname=(string)alice, rtcp-fb-nack-pli=(boolean)true"
#define IN_SSRC 1111u
#define OUT_SSRC 2222u
#define IN VIDEO ", ssrc=(uint)1111"
#define OUT VIDEO ", ssrc=(uint)2222"
#define CLIENT_SSRC 77u
#define N_PACKETS 20

typedef struct {
  GstElement *pipeline;
  SfuPlainTransport *transport; /* in pipeline */
  TestPlainClient *client;
  const gchar *ip;
  gchar state[16]; /* as last told */
} Fixture;

static void
on_state_changed (SfuPlainTransport *transport, const gchar *state, Fixture *f)
{
  g_strlcpy (f->state, state, sizeof f->state);
}

static guint
port_of (Fixture *f, const gchar *property)
{
  guint port;

  g_object_get (f->transport, property, &port, NULL);
  return port;
}

/* The client knows where the transport is; the transport knows nothing. */
static void
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

static void
fixture_clear (Fixture *f)
{
  gst_element_set_state (f->pipeline, GST_STATE_NULL);
  g_signal_handlers_disconnect_by_data (f->transport, f);
  gst_object_unref (f->pipeline);
  test_plain_client_free (f->client);
  while (g_main_context_iteration (NULL, FALSE)) {
  }
}

/* To the client's address. */
static void
connect_to_client (Fixture *f, gboolean mux)
{
  SfuPlainPeer peer = { f->ip, test_plain_client_port (f->client),
    mux ? 0 : test_plain_client_rtcp_port (f->client) };
  g_autoptr (GError) error = NULL;

  sfu_plain_transport_connect (f->transport, &peer, &error);
  g_assert_no_error (error);
}

static void
send_rtp (TestPlainClient *client, guint16 first, guint n)
{
  guint8 data[200];

  for (guint i = 0; i < n; i++)
    test_plain_client_send_rtp (client, data,
        make_rtp (
            data, 96, (guint16)(first + i), i * 3000, IN_SSRC, NULL, 100));
}

static void
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

static void
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

static void
push_rtp (Fixture *f, End *end, guint n)
{
  guint8 data[200];

  for (guint i = 0; i < n; i++)
    end_push (end, f->transport, data,
        make_rtp (data, 96, (guint16)(65530 + i), i, OUT_SSRC, NULL, 100), 1);
}

static void
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

static const gchar *
stat_text (gpointer object, const gchar *field, gchar *text, gsize size)
{
  g_autoptr (GstStructure) stats = NULL;
  const gchar *value;

  g_object_get (object, "stats", &stats, NULL);
  value = gst_structure_get_string (stats, field);
  g_strlcpy (text, value ? value : "", size);
  return text;
}

static guint
stat_uint (gpointer object, const gchar *field)
{
  g_autoptr (GstStructure) stats = NULL;
  guint value = 0;

  g_object_get (object, "stats", &stats, NULL);
  gst_structure_get_uint (stats, field, &value);
  return value;
}

/* ---- addresses ---- */

/* Nothing passes before connect, and nothing from elsewhere after it. */
static void
test_given (gconstpointer ip)
{
  Fixture f;
  TestPlainClient *stranger;
  End *in, *out;
  gchar text[64];

  fixture_init (&f, ip, TRUE, FALSE, NULL);
  in = end_new_producer (f.transport, IN);
  out = end_new_consumer (f.transport, OUT);
  send_rtp (f.client, 1, 1);
  WAIT_UNTIL (stats_drops (f.transport, "not-connected") == 1);
  push_rtp (&f, out, 1);
  connect_to_client (&f, TRUE);
  WAIT_UNTIL (g_str_equal (f.state, "connected"));

  stranger = test_plain_client_new (ip, TRUE);
  test_plain_client_aim (stranger, ip, (guint16)port_of (&f, "local-port"), 0);
  send_rtp (stranger, 500, N_PACKETS);
  send_sender_report (stranger, IN_SSRC);
  WAIT_UNTIL (stats_drops (f.transport, "unknown-address") == N_PACKETS + 1);
  send_rtp (f.client, 65530, N_PACKETS);
  expect_rtp (in, 65530, N_PACKETS);
  push_rtp (&f, out, N_PACKETS);
  expect_at_client (f.client, N_PACKETS);

  g_assert_true (g_queue_is_empty (test_plain_client_rtp (stranger)));
  g_assert_cmpuint (stats_uint64 (f.transport, "packets-received"), ==, 20);
  g_assert_cmpstr (
      stat_text (f.transport, "remote-address", text, sizeof text), ==, ip);
  g_assert_cmpuint (stat_uint (f.transport, "remote-port"), ==,
      test_plain_client_port (f.client));
  end_free (in, f.transport);
  end_free (out, f.transport);
  test_plain_client_free (stranger);
  fixture_clear (&f);
}

/* The first valid packet decides; what is no RTP teaches nothing. */
static void
test_comedia (gconstpointer ip)
{
  static const guint8 garbage[] = "hello, is anybody there?";
  static const guint8 half_rtp[] = { 0x9f, 96, 0, 1 };
  Fixture f;
  TestPlainClient *stranger;
  End *in, *out;

  fixture_init (&f, ip, TRUE, TRUE, NULL);
  in = end_new_producer (f.transport, IN);
  out = end_new_consumer (f.transport, OUT);
  stranger = test_plain_client_new (ip, TRUE);
  test_plain_client_aim (stranger, ip, (guint16)port_of (&f, "local-port"), 0);
  test_plain_client_send_raw (stranger, garbage, sizeof garbage);
  test_plain_client_send_raw (stranger, half_rtp, sizeof half_rtp);
  WAIT_UNTIL (stats_drops (f.transport, "malformed") == 2);
  g_assert_cmpuint (stat_uint (f.transport, "remote-port"), ==, 0);

  send_rtp (f.client, 65530, N_PACKETS);
  expect_rtp (in, 65530, N_PACKETS);
  WAIT_UNTIL (g_str_equal (f.state, "connected"));
  send_rtp (stranger, 1, N_PACKETS);
  WAIT_UNTIL (stats_drops (f.transport, "unknown-address") == N_PACKETS);
  push_rtp (&f, out, N_PACKETS);
  expect_at_client (f.client, N_PACKETS);
  g_assert_cmpuint (stat_uint (f.transport, "remote-port"), ==,
      test_plain_client_port (f.client));
  end_free (in, f.transport);
  end_free (out, f.transport);
  test_plain_client_free (stranger);
  fixture_clear (&f);
}

/* A receiver that sends only RTCP is found by that. */
static void
test_comedia_by_rtcp (void)
{
  Fixture f;
  End *out;

  fixture_init (&f, "127.0.0.1", TRUE, TRUE, NULL);
  out = end_new_consumer (f.transport, OUT);
  send_sender_report (f.client, CLIENT_SSRC);
  WAIT_UNTIL (g_str_equal (f.state, "connected"));
  push_rtp (&f, out, N_PACKETS);
  expect_at_client (f.client, N_PACKETS);
  end_free (out, f.transport);
  fixture_clear (&f);
}

/* ---- RTCP ---- */

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

static void
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

static void
test_rtcp_mux (void)
{
  Fixture f;

  fixture_init (&f, "127.0.0.1", TRUE, FALSE, NULL);
  g_assert_cmpuint (port_of (&f, "local-rtcp-port"), ==, 0);
  connect_to_client (&f, TRUE);
  check_rtcp (&f);
  fixture_clear (&f);
}

static void
test_rtcp_two_ports (void)
{
  Fixture f;

  fixture_init (&f, "127.0.0.1", FALSE, FALSE, NULL);
  g_assert_cmpuint (port_of (&f, "local-port") % 2, ==, 0);
  g_assert_cmpuint (
      port_of (&f, "local-rtcp-port"), ==, port_of (&f, "local-port") + 1);
  connect_to_client (&f, FALSE);
  check_rtcp (&f);
  fixture_clear (&f);
}

/* Each port learns from its own kind of packet and takes no other. */
static void
test_comedia_two_ports (void)
{
  Fixture f;
  guint8 sr[28] = { 0x80, 200, 0, 6 };

  fixture_init (&f, "127.0.0.1", FALSE, TRUE, NULL);
  test_plain_client_send_raw (f.client, sr, sizeof sr);
  WAIT_UNTIL (stats_drops (f.transport, "malformed") == 1);
  send_sender_report (f.client, IN_SSRC);
  WAIT_UNTIL (stat_uint (f.transport, "rtcp-remote-port") ==
      test_plain_client_rtcp_port (f.client));
  g_assert_cmpuint (stat_uint (f.transport, "remote-port"), ==, 0);
  g_assert_cmpstr (f.state, ==, "");
  check_rtcp (&f);
  g_assert_cmpuint (stat_uint (f.transport, "remote-port"), ==,
      test_plain_client_port (f.client));
  fixture_clear (&f);
}

/* ---- SRTP ---- */

static void
test_srtp (gconstpointer suite_name)
{
  const gchar *suite = suite_name;
  SfuSrtpSuite kind = SFU_SRTP_NONE;
  g_autofree gchar *our_key = NULL, *wrong = NULL, *client_key = NULL;
  g_autoptr (GError) error = NULL;
  Fixture f;
  End *in;

  fixture_init (&f, "127.0.0.1", TRUE, TRUE, suite);
  g_assert_true (sfu_srtp_suite_from_name (suite, &kind));
  client_key = test_plain_client_make_key (sfu_srtp_suite_key_size (kind));
  wrong = test_plain_client_make_key (sfu_srtp_suite_key_size (kind));
  g_object_get (f.transport, "srtp-key", &our_key, NULL);
  SfuPlainPeer peer = { .suite = suite, .key = client_key };
  in = end_new_producer (f.transport, IN);

  send_rtp (f.client, 1, 1);
  WAIT_UNTIL (stats_drops (f.transport, "not-authenticated") == 1);
  sfu_plain_transport_connect (f.transport, &peer, &error);
  g_assert_no_error (error);
  /* In the clear, and with another's key: not learned from. */
  TestPlainClient *stranger = test_plain_client_new ("127.0.0.1", TRUE);
  test_plain_client_aim (
      stranger, "127.0.0.1", (guint16)port_of (&f, "local-port"), 0);
  send_rtp (stranger, 1, 1);
  test_plain_client_secure (stranger, suite, wrong, our_key);
  send_rtp (stranger, 1, 1);
  WAIT_UNTIL (stats_drops (f.transport, "srtp") == 2);
  g_assert_cmpuint (stat_uint (f.transport, "remote-port"), ==, 0);

  test_plain_client_secure (f.client, suite, client_key, our_key);
  send_rtp (f.client, 65530, N_PACKETS);
  expect_rtp (in, 65530, N_PACKETS);
  end_free (in, f.transport);
  check_rtcp (&f);
  g_assert_cmpuint (test_plain_client_undecrypted (f.client), ==, 0);
  gchar text[64];
  g_assert_cmpstr (
      stat_text (f.transport, "srtp-profile", text, sizeof text), ==, suite);
  test_plain_client_free (stranger);
  fixture_clear (&f);
}

/* The peer's suite wins; then the key is a new one. */
static void
test_srtp_other_suite (void)
{
  g_autofree gchar *before = NULL, *after = NULL, *client_key = NULL;
  SfuPlainPeer peer = { .suite = "AEAD_AES_256_GCM" };
  g_autoptr (GError) error = NULL;
  Fixture f;

  fixture_init (&f, "127.0.0.1", TRUE, TRUE, "AES_CM_128_HMAC_SHA1_80");
  g_object_get (f.transport, "srtp-key", &before, NULL);
  peer.key = client_key = test_plain_client_make_key (44);
  sfu_plain_transport_connect (f.transport, &peer, &error);
  g_assert_no_error (error);
  g_object_get (f.transport, "srtp-key", &after, NULL);
  g_assert_cmpstr (before, !=, after);
  test_plain_client_secure (f.client, peer.suite, client_key, after);
  check_rtcp (&f);
  fixture_clear (&f);
}

/* ---- connect ---- */

static void
test_connect_errors (void)
{
  static const struct {
    gboolean mux, srtp;
    SfuPlainPeer peer;
    const gchar *says;
  } cases[] = {
    { TRUE, FALSE, { NULL, 5000 }, "missing ip" },
    { TRUE, FALSE, { "", 5000 }, "missing ip" },
    { TRUE, FALSE, { "127.0.0.1", 0 }, "missing port" },
    { TRUE, FALSE, { "127.0.0.1", 65536 }, "port must be" },
    { TRUE, FALSE, { "example.org", 5000 }, "ip must be" },
    { TRUE, FALSE, { "0.0.0.0", 5000 }, "ip must be" },
    { TRUE, FALSE, { "::1", 5000 }, "ip is IPv6" },
    { TRUE, FALSE, { "127.0.0.1", 5000, 5001 }, "cannot set rtcpPort" },
    { FALSE, FALSE, { "127.0.0.1", 5000 }, "missing rtcpPort" },
    { FALSE, FALSE, { "127.0.0.1", 5000, 70000 }, "rtcpPort must be" },
    { TRUE, FALSE, { "127.0.0.1", 5000, 0, "AEAD_AES_128_GCM", "AAAA" },
        "SRTP not enabled" },
    { TRUE, TRUE, { "127.0.0.1", 5000 }, "missing srtpParameters" },
    { TRUE, TRUE, { "127.0.0.1", 5000, 0, "ROT13", "AAAA" }, "cryptoSuite" },
    { TRUE, TRUE, { "127.0.0.1", 5000, 0, "AEAD_AES_128_GCM", "AAAA" },
        "keyBase64" },
    { TRUE, TRUE, { "127.0.0.1", 5000, 0, "AEAD_AES_128_GCM", NULL },
        "keyBase64" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    Fixture f;

    fixture_init (&f, "127.0.0.1", cases[i].mux, FALSE,
        cases[i].srtp ? "AES_CM_128_HMAC_SHA1_80" : NULL);
    g_assert_false (
        sfu_plain_transport_connect (f.transport, &cases[i].peer, &error));
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
    g_assert_nonnull (strstr (error->message, cases[i].says));
    g_assert_cmpuint (stat_uint (f.transport, "remote-port"), ==, 0);
    fixture_clear (&f);
  }
}

static void
test_connect_twice (void)
{
  SfuPlainPeer peer = { "127.0.0.1", 9 };
  g_autoptr (GError) error = NULL;
  Fixture f;

  fixture_init (&f, "127.0.0.1", TRUE, FALSE, NULL);
  connect_to_client (&f, TRUE);
  g_assert_false (sfu_plain_transport_connect (f.transport, &peer, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS);
  check_rtcp (&f);
  fixture_clear (&f);
}

static void
test_bad_listen (void)
{
  static const gchar *const ips[] = { "192.0.2.1", "nonsense", "0.0.0.0" };

  for (guint i = 0; i < G_N_ELEMENTS (ips); i++) {
    g_autoptr (GError) error = NULL;
    SfuPlainTransport *transport = gst_object_ref_sink (
        g_object_new (SFU_TYPE_PLAIN_TRANSPORT, "listen-ip", ips[i], NULL));

    g_assert_false (sfu_plain_transport_open (transport, &error));
    g_assert_nonnull (strstr (error->message, ips[i]));
    gst_object_unref (transport);
  }
}

static SfuPlainTransport *
new_in_range (guint first, guint last)
{
  return gst_object_ref_sink (g_object_new (SFU_TYPE_PLAIN_TRANSPORT, "port",
      first, "port-max", last, "rtcp-mux", FALSE, NULL));
}

/* Two neighbouring ports, the first even, which were free a moment ago; another
 * process may have taken them since. */
static SfuPlainTransport *
open_in_range_of_three (guint *first)
{
  for (guint i = 0; i < 10; i++) {
    SfuPlainTransport *transport;
    Fixture f;

    fixture_init (&f, "127.0.0.1", FALSE, FALSE, NULL);
    *first = port_of (&f, "local-port");
    fixture_clear (&f);
    transport = new_in_range (*first, *first + 2);
    if (sfu_plain_transport_open (transport, NULL))
      return transport;
    gst_object_unref (transport);
  }
  g_error ("no pair of ports stays free");
}

/* A range of three ports has one pair; a second is refused. */
static void
test_range (void)
{
  g_autoptr (GError) error = NULL;
  SfuPlainTransport *one, *two;
  guint first, port, rtcp_port;

  one = open_in_range_of_three (&first);
  g_object_get (one, "local-port", &port, "local-rtcp-port", &rtcp_port, NULL);
  g_assert_cmpuint (port, ==, first);
  g_assert_cmpuint (rtcp_port, ==, first + 1);
  two = new_in_range (first, first + 2);
  g_assert_false (sfu_plain_transport_open (two, &error));
  g_assert_nonnull (strstr (error->message, "widen the range"));
  gst_object_unref (one);
  gst_object_unref (two);
}

/* ---- whose packet ---- */

/* Two producers without SSRC: each takes what has its payload type; the same
 * payload type twice leaves a choice, and nobody gets it. */
static void
test_payload_types (void)
{
  Fixture f;
  End *a, *b, *c;
  guint8 data[200];
  gchar text[32];

  fixture_init (&f, "127.0.0.1", TRUE, TRUE, NULL);
  a = end_new_producer (f.transport, "application/x-rtp, payload=(int)96");
  b = end_new_producer (f.transport, "application/x-rtp, payload=(int)111");
  test_plain_client_send_rtp (
      f.client, data, make_rtp (data, 111, 5, 0, 42, NULL, 50));
  test_plain_client_send_rtp (
      f.client, data, make_rtp (data, 96, 6, 0, 43, NULL, 50));
  test_plain_client_send_rtp (
      f.client, data, make_rtp (data, 97, 7, 0, 44, NULL, 50));
  expect_rtp (b, 5, 1);
  expect_rtp (a, 6, 1);
  WAIT_UNTIL (stats_drops (f.transport, "unknown-ssrc") == 1);
  g_assert_cmpstr (
      stat_text (a->transport_pad, "ssrc-origin", text, sizeof text), ==,
      "payload-type");
  g_assert_cmpuint (stat_uint (a->transport_pad, "ssrc"), ==, 43);
  /* A second SSRC of that payload type: the producer has one that lives. */
  test_plain_client_send_rtp (
      f.client, data, make_rtp (data, 96, 8, 0, 45, NULL, 50));
  WAIT_UNTIL (stats_drops (f.transport, "unknown-ssrc") == 2);
  c = end_new_producer (f.transport, "application/x-rtp, payload=(int)97");
  end_free (a, f.transport);
  a = end_new_producer (f.transport, "application/x-rtp, payload=(int)97");
  test_plain_client_send_rtp (
      f.client, data, make_rtp (data, 97, 9, 0, 46, NULL, 50));
  WAIT_UNTIL (stats_drops (f.transport, "unknown-ssrc") == 3);
  end_free (a, f.transport);
  end_free (b, f.transport);
  end_free (c, f.transport);
  fixture_clear (&f);
}

/* What a launch line says behind the pad. */
static void
test_caps_of_peer (void)
{
  g_autoptr (GstCaps) filter = gst_caps_from_string (
      "application/x-rtp, encoding-name=(string)VP8, payload=(int)96");
  GstElement *capsfilter = gst_element_factory_make ("capsfilter", NULL);
  GstElement *sink = gst_element_factory_make ("fakesink", NULL);
  g_autoptr (GstCaps) caps = NULL;
  g_autoptr (GstPad) pad = NULL;
  guint8 data[200];
  Fixture f;

  fixture_init (&f, "127.0.0.1", TRUE, TRUE, NULL);
  g_object_set (capsfilter, "caps", filter, NULL);
  g_object_set (sink, "async", FALSE, NULL);
  gst_bin_add_many (GST_BIN (f.pipeline), capsfilter, sink, NULL);
  g_assert_true (gst_element_link_pads (
      GST_ELEMENT (f.transport), "src_0", capsfilter, "sink"));
  g_assert_true (gst_element_link (capsfilter, sink));
  gst_element_sync_state_with_parent (sink);
  gst_element_sync_state_with_parent (capsfilter);
  test_plain_client_send_rtp (
      f.client, data, make_rtp (data, 97, 1, 0, 41, NULL, 50));
  WAIT_UNTIL (stats_drops (f.transport, "unknown-ssrc") == 1);
  test_plain_client_send_rtp (
      f.client, data, make_rtp (data, 96, 1, 0, 42, NULL, 50));
  pad = gst_element_get_static_pad (sink, "sink");
  WAIT_UNTIL ((caps = gst_pad_get_current_caps (pad)) != NULL);
  g_assert_cmpstr (gst_structure_get_string (
                       gst_caps_get_structure (caps, 0), "encoding-name"),
      ==, "VP8");
  fixture_clear (&f);
}

/* ---- the end ---- */

static void
test_close (void)
{
  Fixture f;
  End *in, *out;
  guint8 data[200];

  fixture_init (&f, "127.0.0.1", TRUE, TRUE, NULL);
  in = end_new_producer (f.transport, IN);
  out = end_new_consumer (f.transport, OUT);
  send_rtp (f.client, 1, N_PACKETS);
  expect_rtp (in, 1, N_PACKETS);
  WAIT_UNTIL (g_str_equal (f.state, "connected"));
  sfu_plain_transport_close (f.transport);
  g_assert_cmpstr (f.state, ==, "closed");
  g_assert_cmpuint (port_of (&f, "local-port"), ==, 0);
  send_rtp (f.client, 1, N_PACKETS);
  end_push_here (out, data, make_rtp (data, 96, 1, 0, OUT_SSRC, NULL, 50));
  sfu_plain_transport_close (f.transport);
  g_assert_cmpint (g_async_queue_length (in->buffers), ==, 0);
  end_free (in, f.transport);
  end_free (out, f.transport);
  fixture_clear (&f);
}

/* Made, used and gone, while packets come. */
static void
test_churn (void)
{
  for (guint i = 0; i < 50; i++) {
    Fixture f;
    End *in;

    fixture_init (&f, "127.0.0.1", i % 2, TRUE, NULL);
    in = end_new_producer (f.transport, IN);
    send_rtp (f.client, 1, N_PACKETS);
    if (i % 3)
      expect_rtp (in, 1, 1);
    end_free (in, f.transport);
    fixture_clear (&f);
  }
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/plain/given", "127.0.0.1", test_given);
  g_test_add_data_func ("/plain/given/ipv6", "::1", test_given);
  g_test_add_data_func ("/plain/comedia", "127.0.0.1", test_comedia);
  g_test_add_data_func ("/plain/comedia/ipv6", "::1", test_comedia);
  g_test_add_func ("/plain/comedia/by-rtcp", test_comedia_by_rtcp);
  g_test_add_func ("/plain/comedia/two-ports", test_comedia_two_ports);
  g_test_add_func ("/plain/rtcp/mux", test_rtcp_mux);
  g_test_add_func ("/plain/rtcp/two-ports", test_rtcp_two_ports);
  g_test_add_data_func ("/plain/srtp/80", "AES_CM_128_HMAC_SHA1_80", test_srtp);
  g_test_add_data_func ("/plain/srtp/32", "AES_CM_128_HMAC_SHA1_32", test_srtp);
  g_test_add_data_func ("/plain/srtp/gcm-128", "AEAD_AES_128_GCM", test_srtp);
  g_test_add_data_func ("/plain/srtp/gcm-256", "AEAD_AES_256_GCM", test_srtp);
  g_test_add_func ("/plain/srtp/other-suite", test_srtp_other_suite);
  g_test_add_func ("/plain/connect/errors", test_connect_errors);
  g_test_add_func ("/plain/connect/twice", test_connect_twice);
  g_test_add_func ("/plain/listen", test_bad_listen);
  g_test_add_func ("/plain/range", test_range);
  g_test_add_func ("/plain/payload-types", test_payload_types);
  g_test_add_func ("/plain/caps-of-peer", test_caps_of_peer);
  g_test_add_func ("/plain/close", test_close);
  g_test_add_func ("/plain/churn", test_churn);
  return g_test_run ();
}
