/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RTCP of sfuplaintransport, both ways: on one port and on two, in the clear and
 * as SRTCP.
 *
 * Threads: the test's, which is the control thread. */
#include "plain-fixture.h"

/* ---- RTCP ---- */

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

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plain/comedia/two-ports", test_comedia_two_ports);
  g_test_add_func ("/plain/rtcp/mux", test_rtcp_mux);
  g_test_add_func ("/plain/rtcp/two-ports", test_rtcp_two_ports);
  g_test_add_data_func ("/plain/srtp/80", "AES_CM_128_HMAC_SHA1_80", test_srtp);
  g_test_add_data_func ("/plain/srtp/32", "AES_CM_128_HMAC_SHA1_32", test_srtp);
  g_test_add_data_func ("/plain/srtp/gcm-128", "AEAD_AES_128_GCM", test_srtp);
  g_test_add_data_func ("/plain/srtp/gcm-256", "AEAD_AES_256_GCM", test_srtp);
  g_test_add_func ("/plain/srtp/other-suite", test_srtp_other_suite);
  return g_test_run ();
}
