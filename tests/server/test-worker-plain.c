/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Plain RTP transports of a real worker: what comes in on UDP reaches WebRTC
 * and plain receivers and the other way round, RTCP walks back, strangers are
 * refused, SRTP, the end.
 *
 * Threads: main only. */
#include <string.h>

#include "media-fixture.h"
#include "room-fixture.h"
#include "test-plain-client.h"

#define IN_SSRC 1000
#define OUT_SSRC 2000
#define OUT_PT 101
#define CLIENT_SSRC 77
#define N_PACKETS 30
#define FIRST_SEQ 65520
#define PT_VP8 96
#define HOST "127.0.0.1"
#define RTCP_SR 200
#define RTCP_PSFB 206

typedef struct {
  SfuWorkerClient *client;
  TestPlainClient *from, *to; /* publisher and receiver */
} Room;

/* ---- packets ---- */

static void
put16 (guint8 *p, guint16 value)
{
  p[0] = value >> 8;
  p[1] = value & 0xff;
}

static void
put32 (guint8 *p, guint32 value)
{
  put16 (p, value >> 16);
  put16 (p + 2, value & 0xffff);
}

/* One VP8 picture per packet (RFC 7741), the first a key frame. */
static void
send_pictures (TestPlainClient *from, guint32 ssrc, guint16 seq, guint n)
{
  static const guint8 key[] = { 0x10, 0x10, 0, 0, 0x9d, 0x01, 0x2a, 64, 0, 64 };
  for (guint i = 0; i < n; i++, seq++) {
    guint8 packet[12 + 20] = { 0x80, 0x80 | PT_VP8 };
    put16 (packet + 2, seq);
    put32 (packet + 4, seq * 3000u);
    put32 (packet + 8, ssrc);
    memcpy (packet + 12, key, sizeof key);
    if (i > 0)
      packet[13] |= 1;
    test_plain_client_send_rtp (from, packet, sizeof packet);
  }
}

/* Length in words less one, sender, and for feedback the media. */
static void
send_rtcp (TestPlainClient *from, guint8 first, guint8 type, guint32 media,
    const guint8 *rest, gsize len)
{
  guint8 packet[64] = { first, type };
  put32 (packet + 4, type == RTCP_SR ? media : CLIENT_SSRC);
  if (type != RTCP_SR)
    put32 (packet + 8, media);
  gsize header = type == RTCP_SR ? 8 : 12;
  g_assert_cmpuint (header + len, <=, sizeof packet);
  if (len)
    memcpy (packet + header, rest, len);
  put16 (packet + 2, (guint16)((header + len) / 4 - 1));
  test_plain_client_send_rtcp (from, packet, header + len);
}

static void
send_pli (TestPlainClient *from, guint32 media)
{
  send_rtcp (from, 0x81, RTCP_PSFB, media, NULL, 0);
}

/* Of one RTCP packet type, in any compound that came. */
static gboolean
got_rtcp (TestPlainClient *at, guint8 type)
{
  for (;;) {
    g_autoptr (GBytes) bytes = g_queue_pop_head (test_plain_client_rtcp (at));
    gsize len;
    if (!bytes)
      return FALSE;
    const guint8 *data = g_bytes_get_data (bytes, &len);
    while (len >= 4) {
      gsize size = 4 * (1 + (data[2] << 8 | data[3]));
      if (data[1] == type)
        return TRUE;
      if (size >= len)
        break;
      data += size;
      len -= size;
    }
  }
}

/* Returns the number of the last. */
static guint16
expect_pictures (TestPlainClient *to, guint n)
{
  guint16 last = 0;
  for (guint i = 0; i < n; i++) {
    WORKER_WAIT_UNTIL (!g_queue_is_empty (test_plain_client_rtp (to)));
    g_autoptr (GBytes) bytes = g_queue_pop_head (test_plain_client_rtp (to));
    const guint8 *data = g_bytes_get_data (bytes, NULL);
    guint16 seq = data[2] << 8 | data[3];
    g_assert_cmpuint (data[1] & 0x7f, ==, OUT_PT);
    if (i > 0)
      g_assert_cmpuint (seq, ==, (guint16)(last + 1));
    last = seq;
  }
  return last;
}

/* ---- the room ---- */

static SfuSeamPlainInfo *
create (Room *room, const gchar *id, const SfuWorkerPlainOptions *options)
{
  g_autoptr (GError) error = NULL;
  SfuSeamPlainInfo *info =
      worker_create_plain (room->client, "r", id, options, &error);
  g_assert_no_error (error);
  return info;
}

static void
add_plain (Room *room, const gchar *id, TestPlainClient *peer,
    const SfuWorkerPlainOptions *options)
{
  g_autoptr (SfuSeamPlainInfo) info = create (room, id, options);
  g_assert_cmpstr (info->ip, ==, HOST);
  g_assert_cmpuint (info->port, >, 0);
  if (options && options->no_rtcp_mux)
    g_assert_cmpuint (info->rtcp_port, ==, info->port + 1);
  else
    g_assert_cmpuint (info->rtcp_port, ==, 0);
  g_assert_cmpstr (info->srtp_key, ==, "");
  test_plain_client_aim (peer, HOST, info->port, info->rtcp_port);
}

static void
connect_plain (Room *room, const gchar *id, TestPlainClient *peer, gboolean mux)
{
  SfuWorkerPlainPeer address = { HOST, test_plain_client_port (peer),
    mux ? 0 : test_plain_client_rtcp_port (peer) };
  assert_works (
      worker_connect_plain (room->client, id, &address, NULL, &error));
}

static void
produce (Room *room, const gchar *transport, const gchar *id, guint32 ssrc)
{
  g_autoptr (SfuRtpParameters) parameters = media_vp8 (PT_VP8, ssrc);
  assert_works (worker_produce (
      room->client, transport, id, SFU_MEDIA_VIDEO, parameters, FALSE, &error));
}

static void
consume (
    Room *room, const gchar *transport, const gchar *id, const gchar *producer)
{
  g_autoptr (SfuRtpParameters) parameters = media_vp8 (OUT_PT, OUT_SSRC);
  assert_works (worker_consume (
      room->client, transport, id, producer, parameters, FALSE, &error));
}

/* Transports "in" (comedia) and "out" (given), producer "p", consumer "c". */
static Room
room_open (gboolean mux)
{
  static const SfuWorkerStartOptions start = { .listen_ip = HOST };
  const SfuWorkerPlainOptions in = { .no_rtcp_mux = !mux, .comedia = TRUE };
  const SfuWorkerPlainOptions out = { .no_rtcp_mux = !mux };
  Room room = { worker_new_started (&start), test_plain_client_new (HOST, mux),
    test_plain_client_new (HOST, mux) };
  assert_works (worker_create_router (room.client, "r", &error));
  add_plain (&room, "in", room.from, &in);
  add_plain (&room, "out", room.to, &out);
  connect_plain (&room, "out", room.to, mux);
  produce (&room, "in", "p", IN_SSRC);
  consume (&room, "out", "c", "p");
  return room;
}

static void
room_close (Room *room)
{
  test_plain_client_free (room->from);
  test_plain_client_free (room->to);
  worker_stop (room->client, SFU_WORKER_STOP_TIMEOUT_MS);
  g_object_unref (room->client);
}

/* ---- forwarding ---- */

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
  guint8 lost[4] = { 0 };
  put16 (lost, last);
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

/* ---- refusals ---- */

static void
test_errors (void)
{
  const SfuWorkerPlainOptions bad_suite = { .srtp_suite = "ROT13" };
  const SfuWorkerPlainPeer nobody = { NULL }, somebody = { HOST, 9 };
  const SfuWorkerPlainPeer with_rtcp = { HOST, 9, 10 };
  const SfuWorkerStartOptions start = { .listen_ip = HOST,
    .max_transports_per_router = 2 };
  g_autoptr (SfuWorkerClient) client = worker_new_started (&start);
  assert_works (worker_create_router (client, "r", &error));
  assert_fails (worker_create_plain (client, "x", "t", NULL, &error),
      SFU_ERROR_NOT_FOUND);
  assert_fails (worker_create_plain (client, "r", "t", &bad_suite, &error),
      SFU_ERROR_INVALID_ARGUMENT);
  g_autoptr (SfuSeamPlainInfo) info =
      worker_create_plain (client, "r", "t", NULL, NULL);
  g_assert_nonnull (info);
  assert_fails (
      worker_create_plain (client, "r", "t", NULL, &error), SFU_ERROR_EXISTS);
  room_add_transport (client, "r", "w");
  assert_fails (worker_create_plain (client, "r", "t3", NULL, &error),
      SFU_ERROR_LIMIT_EXCEEDED);
  assert_fails (worker_connect_plain (client, "x", &somebody, NULL, &error),
      SFU_ERROR_NOT_FOUND);
  assert_fails (worker_connect_plain (client, "t", &nobody, NULL, &error),
      SFU_ERROR_INVALID_ARGUMENT);
  assert_fails (worker_connect_plain (client, "t", &with_rtcp, NULL, &error),
      SFU_ERROR_INVALID_ARGUMENT);
  assert_fails (worker_connect_plain (client, "w", &somebody, NULL, &error),
      SFU_ERROR_INVALID_ARGUMENT);
  assert_fails (worker_connect_transport (
                    client, "t", "client", "sha-256", FINGERPRINT, &error),
      SFU_ERROR_INVALID_ARGUMENT);
  assert_works (worker_connect_plain (client, "t", &somebody, NULL, &error));
  assert_fails (worker_connect_plain (client, "t", &somebody, NULL, &error),
      SFU_ERROR_WRONG_STATE);
  worker_stop (client, SFU_WORKER_STOP_TIMEOUT_MS);
}

/* ---- the end ---- */

static gboolean
is_free (guint16 port)
{
  g_autoptr (GSocketAddress) address =
      g_inet_socket_address_new_from_string (HOST, port);
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_IPV4,
      G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);
  return g_socket_bind (socket, address, FALSE, NULL);
}

static void
test_close (void)
{
  Room room = room_open (FALSE);
  g_autoptr (SfuSeamPlainInfo) info =
      worker_create_plain (room.client, "r", "more", NULL, NULL);
  send_pictures (room.from, IN_SSRC, FIRST_SEQ, N_PACKETS);
  expect_pictures (room.to, N_PACKETS);
  g_assert_false (is_free (info->port));
  assert_works (worker_close_transport (room.client, "more", &error));
  g_assert_true (is_free (info->port));
  assert_works (worker_close_transport (room.client, "in", &error));
  assert_fails (
      worker_get_stats (room.client, "c", &error), SFU_ERROR_NOT_FOUND);
  send_pictures (room.from, IN_SSRC, 1, N_PACKETS);
  assert_works (worker_close_router (room.client, "r", &error));
  g_autoptr (GVariant) dump = worker_dump (room.client, NULL, NULL);
  g_autoptr (GVariant) routers =
      g_variant_lookup_value (dump, "routers", G_VARIANT_TYPE ("aa{sv}"));
  g_assert_cmpuint (g_variant_n_children (routers), ==, 0);
  room_close (&room);
}

static guint
count_fds (SfuWorkerClient *client)
{
  g_autoptr (GVariant) dump = worker_dump (client, NULL, NULL);
  guint fds = 0;
  g_assert_true (g_variant_lookup (dump, "fds", "u", &fds));
  return fds;
}

static void
test_churn (void)
{
  Room room = room_open (TRUE);
  guint fds = count_fds (room.client);
  for (guint i = 0; i < 50; i++) {
    const SfuWorkerPlainOptions options = { .no_rtcp_mux = i % 2,
      .comedia = TRUE };
    TestPlainClient *peer = test_plain_client_new (HOST, i % 2 == 0);
    add_plain (&room, "t", peer, &options);
    produce (&room, "t", "pt", 0);
    send_pictures (peer, i + 1, 1, N_PACKETS);
    WORKER_WAIT_UNTIL (media_stat (room.client, "pt", "packetCount") > 0);
    assert_works (worker_close_transport (room.client, "t", &error));
    test_plain_client_free (peer);
  }
  g_assert_cmpuint (count_fds (room.client), ==, fds);
  room_close (&room);
}

/* Ports of a range of their own. */
static void
test_ports (void)
{
  const SfuWorkerPlainOptions pair = { .no_rtcp_mux = TRUE };
  for (guint i = 0; i < 10; i++) {
    g_autoptr (SfuWorkerClient) client = worker_new_started (NULL);
    assert_works (worker_create_router (client, "r", &error));
    g_autoptr (SfuSeamPlainInfo) free_pair =
        worker_create_plain (client, "r", "t", &pair, NULL);
    g_assert_nonnull (free_pair);
    worker_stop (client, SFU_WORKER_STOP_TIMEOUT_MS);
    const SfuWorkerStartOptions start = { .listen_ip = HOST,
      .plain_port_min = free_pair->port,
      .plain_port_max = free_pair->rtcp_port };
    g_autoptr (SfuWorkerClient) second = worker_new_started (&start);
    assert_works (worker_create_router (second, "r", &error));
    g_autoptr (SfuSeamPlainInfo) info =
        worker_create_plain (second, "r", "t", &pair, NULL);
    gboolean got_it = info != NULL;
    if (got_it) {
      g_assert_cmpuint (info->port, ==, free_pair->port);
      assert_fails (worker_create_plain (second, "r", "t2", NULL, &error),
          SFU_ERROR_FAILED);
    }
    worker_stop (second, SFU_WORKER_STOP_TIMEOUT_MS);
    if (got_it)
      return;
    /* Somebody else was faster. */
  }
  g_error ("no pair of ports stays free");
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
  g_test_add_func ("/worker/plain/errors", test_errors);
  g_test_add_func ("/worker/plain/close", test_close);
  g_test_add_func ("/worker/plain/churn", test_churn);
  g_test_add_func ("/worker/plain/ports", test_ports);
  return g_test_run ();
}
