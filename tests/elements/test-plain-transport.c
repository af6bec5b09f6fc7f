/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sfuplaintransport against real sockets on loopback: given and learned
 * addresses, strangers, the end.
 *
 * Threads: the test's, which is the control thread. */
#include "plain-fixture.h"

#include <string.h>

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
