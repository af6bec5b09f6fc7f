/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plain-room.h"

#include <string.h>

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

void
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

void
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

void
send_pli (TestPlainClient *from, guint32 media)
{
  send_rtcp (from, 0x81, RTCP_PSFB, media, NULL, 0);
}

gboolean
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

guint16
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

SfuSeamPlainInfo *
create (Room *room, const gchar *id, const SfuWorkerPlainOptions *options)
{
  g_autoptr (GError) error = NULL;
  SfuSeamPlainInfo *info =
      worker_create_plain (room->client, "r", id, options, &error);
  g_assert_no_error (error);
  return info;
}

void
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

void
connect_plain (Room *room, const gchar *id, TestPlainClient *peer, gboolean mux)
{
  SfuWorkerPlainPeer address = { HOST, test_plain_client_port (peer),
    mux ? 0 : test_plain_client_rtcp_port (peer) };
  assert_works (
      worker_connect_plain (room->client, id, &address, NULL, &error));
}

void
produce (Room *room, const gchar *transport, const gchar *id, guint32 ssrc)
{
  g_autoptr (SfuRtpParameters) parameters = media_vp8 (PT_VP8, ssrc);
  assert_works (worker_produce (
      room->client, transport, id, SFU_MEDIA_VIDEO, parameters, FALSE, &error));
}

void
consume (
    Room *room, const gchar *transport, const gchar *id, const gchar *producer)
{
  g_autoptr (SfuRtpParameters) parameters = media_vp8 (OUT_PT, OUT_SSRC);
  assert_works (worker_consume (
      room->client, transport, id, producer, parameters, FALSE, &error));
}

Room
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

void
room_close (Room *room)
{
  test_plain_client_free (room->from);
  test_plain_client_free (room->to);
  worker_stop (room->client, SFU_WORKER_STOP_TIMEOUT_MS);
  g_object_unref (room->client);
}
