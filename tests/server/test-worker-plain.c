/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Plain RTP transports of a real worker: what comes in on UDP reaches WebRTC
 * and plain receivers and the other way round, RTCP walks back, strangers are
 * refused, SRTP.
 *
 * Threads: main only. */
#include <string.h>

#include "plain-room.h"

static void
check_tuple (
    Room *room, const gchar *id, const gchar *key, guint16 expected_port)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) stats = worker_get_stats (room->client, id, &error);
  g_assert_no_error (error);
  g_autoptr (GVariant) report = g_variant_get_child_value (stats, 0);
  g_autoptr (GVariant) tuple =
      g_variant_lookup_value (report, key, G_VARIANT_TYPE_VARDICT);
  const gchar *type = NULL, *remote = NULL;
  guint32 port = 0;
  g_assert_nonnull (tuple);
  g_assert_true (g_variant_lookup (report, "type", "&s", &type));
  g_assert_cmpstr (type, ==, "plain-rtp-transport");
  g_assert_true (g_variant_lookup (tuple, "remoteIp", "&s", &remote));
  g_assert_cmpstr (remote, ==, HOST);
  g_assert_true (g_variant_lookup (tuple, "remotePort", "u", &port));
  g_assert_cmpuint (port, ==, expected_port);
}

static void
test_forward (gconstpointer mux)
{
  Room room = room_open (mux != NULL);
  send_pictures (room.from, IN_SSRC, FIRST_SEQ, N_PACKETS);
  expect_pictures (room.to, N_PACKETS);
  g_assert_cmpuint (
      media_stat (room.client, "p", "packetCount"), ==, N_PACKETS);
  g_assert_cmpuint (
      media_stat (room.client, "c", "packetCount"), ==, N_PACKETS);
  g_assert_cmpuint (
      media_stat (room.client, "in", "rtpPacketsReceived"), ==, N_PACKETS);
  g_assert_cmpuint (
      media_stat (room.client, "out", "rtpPacketsSent"), ==, N_PACKETS);
  check_tuple (&room, "in", "tuple", test_plain_client_port (room.from));
  check_tuple (&room, "out", "tuple", test_plain_client_port (room.to));
  if (!mux)
    check_tuple (
        &room, "out", "rtcpTuple", test_plain_client_rtcp_port (room.to));
  room_close (&room);
}

static void
test_stranger (void)
{
  Room room = room_open (TRUE);
  TestPlainClient *stranger = test_plain_client_new (HOST, TRUE);
  send_pictures (room.from, IN_SSRC, FIRST_SEQ, N_PACKETS);
  expect_pictures (room.to, N_PACKETS);
  guint16 port = 0;
  g_autoptr (GVariant) dump = worker_dump (room.client, "r", NULL);
  g_autoptr (GVariant) routers =
      g_variant_lookup_value (dump, "routers", G_VARIANT_TYPE ("aa{sv}"));
  g_autoptr (GVariant) router = g_variant_get_child_value (routers, 0);
  g_autoptr (GVariant) transports =
      g_variant_lookup_value (router, "transports", G_VARIANT_TYPE ("aa{sv}"));
  g_autoptr (GVariant) in = g_variant_get_child_value (transports, 0);
  gboolean learned = FALSE;
  g_assert_true (g_variant_lookup (in, "port", "q", &port));
  g_assert_true (g_variant_lookup (in, "learned", "b", &learned));
  g_assert_true (learned);
  test_plain_client_aim (stranger, HOST, port, 0);
  send_pictures (stranger, IN_SSRC, 100, N_PACKETS);
  WORKER_WAIT_UNTIL (
      media_stat (room.client, "in", "drop-unknown-address") == N_PACKETS);
  g_assert_true (g_queue_is_empty (test_plain_client_rtp (room.to)));
  test_plain_client_free (stranger);
  room_close (&room);
}

/* To a browser's kind of peer, and from one. */
static void
test_with_webrtc (void)
{
  Room room = room_open (TRUE);
  MediaPeer *peer = media_peer_new (room.client, "w", TRUE);
  MediaPacket packet;
  media_peer_wait (peer);
  media_consume (peer, "cw", "p", SFU_MEDIA_VIDEO, OUT_PT, OUT_SSRC + 1, FALSE);
  send_pictures (room.from, IN_SSRC, FIRST_SEQ, N_PACKETS);
  for (guint i = 0; i < N_PACKETS; i++) {
    media_expect (peer, &packet);
    g_assert_cmpuint (packet.ssrc, ==, OUT_SSRC + 1);
  }
  media_produce (peer, "pw", SFU_MEDIA_VIDEO, 500);
  g_autoptr (SfuRtpParameters) parameters = media_vp8 (OUT_PT, OUT_SSRC + 2);
  assert_works (worker_consume (
      room.client, "out", "c2", "pw", parameters, FALSE, &error));
  expect_pictures (room.to, N_PACKETS);
  for (guint i = 0; i < N_PACKETS; i++)
    media_send_vp8 (peer, 500, (guint16)(FIRST_SEQ + i), i == 0);
  expect_pictures (room.to, N_PACKETS);
  media_peer_free (peer);
  room_close (&room);
}

/* ---- RTCP ---- */

static void
test_rtcp (gconstpointer mux)
{
  static const guint8 sender_info[20] = { 0xe0, 0, 0, 1, 0, 0, 0, 1 };
  Room room = room_open (mux != NULL);
  send_pictures (room.from, IN_SSRC, FIRST_SEQ, N_PACKETS);
  expect_pictures (room.to, N_PACKETS);
  /* The two ports of a learned peer: RTCP's is known from its first report. */
  send_rtcp (
      room.from, 0x80, RTCP_SR, IN_SSRC, sender_info, sizeof sender_info);
  WORKER_WAIT_UNTIL ((
      send_pictures (room.from, IN_SSRC, 100, 1), got_rtcp (room.to, RTCP_SR)));
  WORKER_WAIT_UNTIL (got_rtcp (room.from, 201)); /* RR */
  send_pli (room.to, OUT_SSRC);
  WORKER_WAIT_UNTIL (got_rtcp (room.from, RTCP_PSFB));
  g_assert_cmpuint (media_stat (room.client, "c", "pliCount"), >, 0);
  room_close (&room);
}

/* A hole in what is published is asked for; a receiver's hole is filled. */
static void
test_nack (void)
{
  Room room = room_open (TRUE);
  send_pictures (room.from, IN_SSRC, 10, 5);
  guint16 last = expect_pictures (room.to, 5);
  const guint8 lost[4] = { last >> 8, last & 0xff };
  send_rtcp (room.to, 0x81, 205, OUT_SSRC, lost, sizeof lost);
  g_assert_cmpuint (expect_pictures (room.to, 1), ==, last);
  send_pictures (room.from, IN_SSRC, 17, 2);
  WORKER_WAIT_UNTIL (got_rtcp (room.from, 205));
  g_assert_cmpuint (media_stat (room.client, "p", "nackCount"), >, 0);
  room_close (&room);
}

/* ---- without SSRC ---- */

static void
test_no_ssrc (void)
{
  Room room = room_open (TRUE);
  produce (&room, "in", "q", 0);
  g_autoptr (SfuRtpParameters) parameters = media_vp8 (OUT_PT, OUT_SSRC + 5);
  assert_works (worker_consume (
      room.client, "out", "cq", "q", parameters, FALSE, &error));
  /* "p" was given its SSRC: what has another is for "q". */
  send_pictures (room.from, 0xdeadbeef, FIRST_SEQ, N_PACKETS);
  expect_pictures (room.to, N_PACKETS);
  g_autoptr (GVariant) stats = worker_get_stats (room.client, "q", NULL);
  g_autoptr (GVariant) report = g_variant_get_child_value (stats, 0);
  const gchar *origin = NULL;
  guint32 ssrc = 0;
  g_assert_true (g_variant_lookup (report, "ssrcOrigin", "&s", &origin));
  g_assert_cmpstr (origin, ==, "payload-type");
  g_assert_true (g_variant_lookup (report, "ssrc", "u", &ssrc));
  g_assert_cmpuint (ssrc, ==, 0xdeadbeef);
  /* A third one is nobody's while that lives. */
  send_pictures (room.from, 0xbadcafe, FIRST_SEQ, 1);
  WORKER_WAIT_UNTIL (media_stat (room.client, "in", "drop-unknown-ssrc") == 1);
  room_close (&room);
}

/* ---- SRTP ---- */

static void
add_secure (
    Room *room, const gchar *id, TestPlainClient *peer, gboolean comedia)
{
  static const gchar *const suite = "AEAD_AES_128_GCM";
  const SfuWorkerPlainOptions options = { .comedia = comedia,
    .srtp_suite = suite };
  g_autofree gchar *key = test_plain_client_make_key (28), *ours = NULL;
  SfuWorkerPlainPeer parameters = { .srtp_suite = suite, .srtp_key = key };
  g_autoptr (SfuSeamPlainInfo) info = create (room, id, &options);
  g_assert_cmpstr (info->srtp_suite, ==, suite);
  if (!comedia) {
    parameters.ip = HOST;
    parameters.port = test_plain_client_port (peer);
  }
  assert_works (
      worker_connect_plain (room->client, id, &parameters, &ours, &error));
  g_assert_cmpstr (ours, ==, info->srtp_key);
  test_plain_client_aim (peer, HOST, info->port, 0);
  test_plain_client_secure (peer, suite, key, ours);
}

static void
test_srtp (void)
{
  Room room = { worker_new_started (NULL), test_plain_client_new (HOST, TRUE),
    test_plain_client_new (HOST, TRUE) };
  assert_works (worker_create_router (room.client, "r", &error));
  add_secure (&room, "in", room.from, TRUE);
  add_secure (&room, "out", room.to, FALSE);
  produce (&room, "in", "p", IN_SSRC);
  consume (&room, "out", "c", "p");
  send_pictures (room.from, IN_SSRC, FIRST_SEQ, N_PACKETS);
  expect_pictures (room.to, N_PACKETS);
  WORKER_WAIT_UNTIL (got_rtcp (room.from, 201));
  send_pli (room.to, OUT_SSRC);
  WORKER_WAIT_UNTIL (got_rtcp (room.from, RTCP_PSFB));
  g_assert_cmpuint (test_plain_client_undecrypted (room.from), ==, 0);
  g_assert_cmpuint (test_plain_client_undecrypted (room.to), ==, 0);
  /* Drawings of the room show no keys. */
  g_autofree gchar *dot = worker_graph_dot (room.client, "r", NULL);
  const gchar *key = strstr (dot, "srtp-key");
  g_assert_nonnull (key);
  for (; key; key = strstr (key + 1, "srtp-key"))
    g_assert_true (g_str_has_prefix (key, "srtp-key=…"));
  room_close (&room);
}

int
main (int argc, char **argv)
{
  worker_test_init (&argc, &argv);
  g_test_add_data_func (
      "/worker/plain/forward/mux", GINT_TO_POINTER (TRUE), test_forward);
  g_test_add_data_func ("/worker/plain/forward/two-ports", NULL, test_forward);
  g_test_add_func ("/worker/plain/stranger", test_stranger);
  g_test_add_func ("/worker/plain/with-webrtc", test_with_webrtc);
  g_test_add_data_func (
      "/worker/plain/rtcp/mux", GINT_TO_POINTER (TRUE), test_rtcp);
  g_test_add_data_func ("/worker/plain/rtcp/two-ports", NULL, test_rtcp);
  g_test_add_func ("/worker/plain/nack", test_nack);
  g_test_add_func ("/worker/plain/no-ssrc", test_no_ssrc);
  g_test_add_func ("/worker/plain/srtp", test_srtp);
  return g_test_run ();
}
