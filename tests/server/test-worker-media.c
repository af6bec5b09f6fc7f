/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Packets through a real worker: what one peer publishes reaches the other in
 * that one's numbers, and stops where it has to.
 *
 * Threads: main only. */
#include <string.h>

#include "call-fixture.h"
#include "sfu-error.h"

static void
test_forward (void)
{
  Call *call = call_new (FALSE);
  guint16 last_seq = 0;
  send_pictures (call, FIRST_SEQ, N_PACKETS, TRUE);
  expect_pictures (call, N_PACKETS, &last_seq);
  g_assert_cmpuint (
      media_stat (call->client, "p", "packetCount"), ==, N_PACKETS);
  g_assert_cmpuint (
      media_stat (call->client, "c", "packetCount"), ==, N_PACKETS);
  g_assert_cmpuint (media_stat (call->client, "p", "keyFrameCount"), ==, 1);
  g_assert_cmpuint (media_stat (call->client, "c", "packetsDiscarded"), ==, 0);
  g_assert_cmpuint (media_stat (call->client, "p", "packetsDiscarded"), ==, 0);
  g_assert_cmpuint (media_stat (call->client, "c", "bitrate"), >, 0);
  g_assert_cmpuint (media_stat (call->client, "a", "bytesReceived"), >, 0);
  g_assert_cmpuint (media_stat (call->client, "b", "bytesSent"), >, 0);
  g_assert_cmpuint (
      media_stat (call->client, "a", "rtpPacketsReceived"), ==, N_PACKETS);
  g_assert_cmpuint (
      media_stat (call->client, "b", "rtpPacketsSent"), ==, N_PACKETS);
  g_assert_cmpuint (media_stat (call->client, "a", "recvBitrate"), >, 0);
  g_assert_cmpuint (media_stat (call->client, "b", "sendBitrate"), >, 0);
  call_free (call);
}

static gboolean
pause_consumer (SfuWorkerClient *client, const gchar *id, gboolean paused)
{
  WorkerWait wait = { 0 };
  sfu_worker_client_set_consumer_paused_async (
      client, id, paused, NULL, worker_wait_cb, &wait);
  worker_wait (&wait);
  gboolean ok =
      sfu_worker_client_set_consumer_paused_finish (client, wait.result, NULL);
  worker_wait_clear (&wait);
  return ok;
}

/* Paused: nothing. Resumed: a key frame is asked for, and nothing goes before
 * it has come. */
static void
test_pause (void)
{
  Call *call = call_new (TRUE);
  guint16 last_seq = 0;
  guint16 seq = send_pictures (call, FIRST_SEQ, N_PACKETS, TRUE);
  WORKER_WAIT_UNTIL (
      media_stat (call->client, "c", "drop-consumer-paused") == N_PACKETS);
  /* Nobody who is paused asks for a picture, not even when he is new. */
  g_assert_false (media_got_pli (call->a, PRODUCER_SSRC));
  g_assert_true (pause_consumer (call->client, "c", FALSE));
  seq = send_pictures (call, seq, N_PACKETS, FALSE);
  WORKER_WAIT_UNTIL (
      media_stat (call->client, "c", "drop-wait-keyframe") == N_PACKETS);
  WORKER_WAIT_UNTIL (media_got_pli (call->a, PRODUCER_SSRC));
  g_assert_cmpuint (g_queue_get_length (test_peer_rtp (call->b->peer)), ==, 0);
  send_pictures (call, seq, N_PACKETS, TRUE);
  expect_pictures (call, N_PACKETS, &last_seq);
  call_free (call);
}

/* The gate: DTLS completes for a peer whose certificate is not the signalled
 * one, and not a packet passes in either direction. */
static void
test_wrong_fingerprint (void)
{
  Call *call = call_new (FALSE);
  MediaPeer *wrong = media_peer_new (call->client, "w", FALSE);
  media_consume (
      wrong, "cw", "p", SFU_MEDIA_VIDEO, CONSUMER_PT, CONSUMER_SSRC + 1, FALSE);
  media_produce (wrong, "pw", SFU_MEDIA_VIDEO, PRODUCER_SSRC + 1);
  media_consume (call->b, "c2", "pw", SFU_MEDIA_VIDEO, CONSUMER_PT,
      CONSUMER_SSRC + 2, FALSE);
  WORKER_WAIT_UNTIL (g_str_equal (wrong->dtls_state, "failed"));
  g_assert_nonnull (strstr (wrong->reason, "fingerprint"));
  guint16 last_seq = 0;
  send_pictures (call, FIRST_SEQ, N_PACKETS, TRUE);
  if (test_peer_dtls_connected (wrong->peer))
    media_send_vp8 (wrong, PRODUCER_SSRC + 1, 1, TRUE);
  expect_pictures (call, N_PACKETS, &last_seq);
  g_assert_cmpuint (test_peer_srtp_datagrams (wrong->peer), ==, 0);
  g_assert_cmpuint (media_stat (call->client, "pw", "packetCount"), ==, 0);
  g_autoptr (GError) error = NULL;
  g_assert_true (worker_close_transport (call->client, "w", &error));
  media_peer_free (wrong);
  call_free (call);
}

static void
test_close_transport (void)
{
  Call *call = call_new (FALSE);
  g_autoptr (GError) error = NULL;
  g_assert_true (worker_close_transport (call->client, "a", &error));
  WORKER_WAIT_UNTIL (test_peer_got_close_notify (call->a->peer));
  g_assert_null (worker_get_stats (call->client, "c", &error));
  g_assert_error (error, SFU_ERROR, SFU_ERROR_NOT_FOUND);
  /* The subscriber's transport has not noticed. */
  g_assert_cmpstr (call->b->dtls_state, ==, "connected");
  g_assert_false (test_peer_got_close_notify (call->b->peer));
  call_free (call);
}

static void
test_peer_closes (void)
{
  Call *call = call_new (FALSE);
  g_autoptr (GError) error = NULL;
  test_peer_send_close_notify (call->a->peer);
  WORKER_WAIT_UNTIL (g_str_equal (call->a->dtls_state, "closed"));
  g_assert_cmpstr (call->a->reason, !=, "");
  /* It is still there, and cannot be restarted. */
  g_assert_cmpuint (media_stat (call->client, "p", "packetCount"), ==, 0);
  WorkerWait wait = { 0 };
  sfu_worker_client_restart_ice_async (
      call->client, "a", NULL, worker_wait_cb, &wait);
  worker_wait (&wait);
  g_assert_false (sfu_worker_client_restart_ice_finish (
      call->client, wait.result, NULL, NULL, &error));
  g_assert_error (error, SFU_ERROR, SFU_ERROR_WRONG_STATE);
  worker_wait_clear (&wait);
  g_clear_error (&error);
  g_assert_true (worker_close_transport (call->client, "a", &error));
  call_free (call);
}

/* A worker that is stopped says goodbye to everybody. */
static void
test_stop_says_goodbye (void)
{
  Call *call = call_new (FALSE);
  worker_stop (call->client, SFU_WORKER_STOP_TIMEOUT_MS);
  WORKER_WAIT_UNTIL (test_peer_got_close_notify (call->a->peer) &&
      test_peer_got_close_notify (call->b->peer));
  call_free (call);
}

static void
test_restart_ice (void)
{
  Call *call = call_new (FALSE);
  WorkerWait wait = { 0 };
  g_autofree gchar *ufrag = NULL;
  g_autofree gchar *pwd = NULL;
  guint16 last_seq = 0;
  guint16 seq = send_pictures (call, FIRST_SEQ, N_PACKETS, TRUE);
  sfu_worker_client_restart_ice_async (
      call->client, "b", NULL, worker_wait_cb, &wait);
  worker_wait (&wait);
  g_assert_true (sfu_worker_client_restart_ice_finish (
      call->client, wait.result, &ufrag, &pwd, NULL));
  worker_wait_clear (&wait);
  /* The old credentials serve until the peer comes with the new ones. */
  seq = send_pictures (call, seq, N_PACKETS, FALSE);
  expect_pictures (call, 2 * N_PACKETS, &last_seq);
  test_peer_restart_ice (call->b->peer, ufrag, pwd);
  test_peer_move (call->b->peer);
  WORKER_WAIT_UNTIL (test_peer_checks (call->b->peer) > 0);
  send_pictures (call, seq, N_PACKETS, FALSE);
  expect_pictures (call, N_PACKETS, &last_seq);
  g_assert_cmpstr (call->b->dtls_state, ==, "connected");
  call_free (call);
}

static void
set_impairment (SfuWorkerClient *client, gdouble in, gdouble out)
{
  WorkerWait wait = { 0 };
  sfu_worker_client_set_impairment_async (
      client, in, out, NULL, worker_wait_cb, &wait);
  worker_wait (&wait);
  g_assert_true (
      sfu_worker_client_set_impairment_finish (client, wait.result, NULL));
  worker_wait_clear (&wait);
}

static void
test_impairment (void)
{
  Call *call = call_new (FALSE);
  guint16 last_seq = 0;
  guint16 seq = send_pictures (call, FIRST_SEQ, N_PACKETS, TRUE);
  expect_pictures (call, N_PACKETS, &last_seq);
  set_impairment (call->client, 0, 100);
  seq = send_pictures (call, seq, N_PACKETS, TRUE);
  WORKER_WAIT_UNTIL (
      media_stat (call->client, "c", "packetCount") == 2 * N_PACKETS);
  g_assert_cmpuint (g_queue_get_length (test_peer_rtp (call->b->peer)), ==, 0);
  set_impairment (call->client, 0, 0);
  send_pictures (call, seq, 1, TRUE);
  MediaPacket packet;
  media_expect (call->b, &packet);
  g_assert_cmpuint (packet.seq, ==, (guint16)(last_seq + N_PACKETS + 1));
  call_free (call);
}

/* ---- reports ---- */

/* Of the subscriber: 64/256 and 5 packets lost, jitter 7, an answer to the report
 * below. */
static void
send_receiver_report (MediaPeer *peer)
{
  static const guint8 rr[] = { 0x81, 201, 0, 7, 0, 0, 0, 9, CONSUMER_SSRC >> 24,
    CONSUMER_SSRC >> 16 & 0xff, CONSUMER_SSRC >> 8 & 0xff, CONSUMER_SSRC & 0xff,
    64, 0, 0, 5, 0, 0, 0, 99, 0, 0, 0, 7, 0xb2, 0xc3, 0xd4, 0xe5, 0, 0, 0, 0 };
  g_assert_true (test_peer_send_rtcp (peer->peer, rr, sizeof rr));
}

static void
send_sender_report (MediaPeer *peer)
{
  static const guint8 sr[] = { 0x80, 200, 0, 6, PRODUCER_SSRC >> 24,
    PRODUCER_SSRC >> 16 & 0xff, PRODUCER_SSRC >> 8 & 0xff, PRODUCER_SSRC & 0xff,
    0xe5, 0xa1, 0xb2, 0xc3, 0xd4, 0xe5, 0xf6, 0x07, 0, 0, 0, 1, 0, 0, 0, 1, 0,
    0, 0, 1 };
  g_assert_true (test_peer_send_rtcp (peer->peer, sr, sizeof sr));
}

static gboolean
got_sender_report (MediaPeer *peer)
{
  for (;;) {
    g_autoptr (GBytes) bytes = g_queue_pop_head (test_peer_rtcp (peer->peer));
    gsize len;
    if (!bytes)
      return FALSE;
    const guint8 *data = g_bytes_get_data (bytes, &len);
    for (gsize at = 0; at + 4 <= len;
         at += 4 * (1 + (data[at + 2] << 8 | data[at + 3])))
      if (data[at + 1] == 200)
        return TRUE;
  }
}

static gboolean
knows_rtt (SfuWorkerClient *client)
{
  g_autoptr (GVariant) stats = worker_get_stats (client, "c", NULL);
  g_autoptr (GVariant) report = g_variant_get_child_value (stats, 0);
  gdouble rtt_ms;
  return g_variant_lookup (report, "roundTripTime", "d", &rtt_ms);
}

static void
expect_lost (
    SfuWorkerClient *client, const gchar *id, gint64 packets, guint32 fraction)
{
  g_autoptr (GVariant) stats = worker_get_stats (client, id, NULL);
  g_autoptr (GVariant) report = g_variant_get_child_value (stats, 0);
  gint64 lost;
  guint32 fraction_lost;
  g_assert_true (g_variant_lookup (report, "packetsLost", "x", &lost));
  g_assert_true (
      g_variant_lookup (report, "fractionLost", "u", &fraction_lost));
  g_assert_cmpint (lost, ==, packets);
  if (fraction)
    g_assert_cmpuint (fraction_lost, ==, fraction);
}

/* What the subscriber reports, and what is missing of the publisher, under
 * mediasoup's names and in its units. */
static void
test_reports (void)
{
  Call *call = call_new (FALSE);
  guint16 last_seq = 0;
  guint16 seq = send_pictures (call, FIRST_SEQ, N_PACKETS, TRUE);
  seq = send_pictures (call, seq + 3, N_PACKETS, FALSE);
  expect_pictures (call, N_PACKETS, &last_seq);
  send_sender_report (call->a);
  /* Its consumers pass it on with what follows. */
  send_pictures (call, seq, 1, FALSE);
  WORKER_WAIT_UNTIL (got_sender_report (call->b));
  WORKER_WAIT_UNTIL (
      (send_receiver_report (call->b), knows_rtt (call->client)));
  expect_lost (call->client, "c", 5, 64);
  g_assert_cmpuint (media_stat (call->client, "c", "jitter"), ==, 7);
  expect_lost (call->client, "p", 3, 0);
  g_assert_cmpuint (media_stat (call->client, "p", "packetsMissed"), ==, 3);
  call_free (call);
}

/* ---- graph ---- */

/* With keys in place: every value of a name that smells of one is hidden. Of
 * our own DTLS no element and no caps have any. */
static void
test_graph_hides_keys (void)
{
  Call *call = call_new (FALSE);
  g_autoptr (GError) error = NULL;
  guint16 last_seq = 0;
  send_pictures (call, FIRST_SEQ, N_PACKETS, TRUE);
  expect_pictures (call, N_PACKETS, &last_seq);
  g_autofree gchar *dot = worker_graph_dot (call->client, "r", &error);
  g_assert_no_error (error);
  guint hidden = 0;
  for (const gchar *p = strstr (dot, "-key"); p; p = strstr (p + 1, "-key")) {
    const gchar *value = strpbrk (p, "=: \\\"");
    if (value && (*value == '=' || *value == ':')) {
      value += strspn (value, "=: ");
      g_assert_true (g_str_has_prefix (value, "…"));
      hidden++;
    }
  }
  g_assert_true (is_stock () == (hidden > 0));
  g_assert_null (strstr (dot, "BEGIN"));
  call_free (call);
}

/* ---- nothing stays behind ---- */

static void
join_and_leave (SfuWorkerClient *client)
{
  g_autoptr (GError) error = NULL;
  MediaPeer *peer = media_peer_new (client, "t", TRUE);
  media_peer_wait (peer);
  media_produce (peer, "p2", SFU_MEDIA_VIDEO, PRODUCER_SSRC + 9);
  media_consume (
      peer, "c2", "p2", SFU_MEDIA_VIDEO, CONSUMER_PT, CONSUMER_SSRC + 9, FALSE);
  media_send_vp8 (peer, PRODUCER_SSRC + 9, 0, TRUE);
  MediaPacket packet;
  media_expect (peer, &packet);
  g_assert_true (worker_close_transport (client, "t", &error));
  media_peer_free (peer);
}

static void
read_process (SfuWorkerClient *client, guint *threads, guint *fds)
{
  g_autoptr (GVariant) dump = worker_dump (client, NULL, NULL);
  g_assert_true (g_variant_lookup (dump, "threads", "u", threads));
  g_assert_true (g_variant_lookup (dump, "fds", "u", fds));
}

static void
test_churn (void)
{
  Call *call = call_new (FALSE);
  guint threads, fds, threads_now, fds_now;
  join_and_leave (call->client);
  read_process (call->client, &threads, &fds);
  for (guint i = 0; i < 20; i++)
    join_and_leave (call->client);
  /* Threads of a pool may take their time to go. */
  WORKER_WAIT_UNTIL ((read_process (call->client, &threads_now, &fds_now),
      threads_now <= threads && fds_now <= fds));
  call_free (call);
}

int
main (int argc, char **argv)
{
  worker_test_init (&argc, &argv);
  g_test_add_func ("/worker/media/forward", test_forward);
  g_test_add_func ("/worker/media/pause", test_pause);
  g_test_add_func ("/worker/media/wrong-fingerprint", test_wrong_fingerprint);
  g_test_add_func ("/worker/media/close-transport", test_close_transport);
  g_test_add_func ("/worker/media/peer-closes", test_peer_closes);
  g_test_add_func ("/worker/media/stop", test_stop_says_goodbye);
  g_test_add_func ("/worker/media/restart-ice", test_restart_ice);
  g_test_add_func ("/worker/media/impairment", test_impairment);
  g_test_add_func ("/worker/media/reports", test_reports);
  g_test_add_func ("/worker/media/graph", test_graph_hides_keys);
  g_test_add_func ("/worker/media/churn", test_churn);
  return g_test_run ();
}
