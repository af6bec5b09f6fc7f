/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call-fixture.h"

gboolean
is_stock (void)
{
  return g_strcmp0 (g_getenv ("SFU_DTLS"), "stock") == 0;
}

Call *
call_new (gboolean paused)
{
  const SfuWorkerStartOptions options = { .listen_ip = "127.0.0.1",
    .allow_impairment = TRUE,
    .stock_dtls = is_stock () };
  Call *call = g_new0 (Call, 1);
  g_autoptr (GError) error = NULL;
  call->client = worker_new_started (&options);
  g_assert_true (worker_create_router (call->client, "r", &error));
  call->a = media_peer_new (call->client, "a", TRUE);
  call->b = media_peer_new (call->client, "b", TRUE);
  media_peer_wait (call->a);
  media_peer_wait (call->b);
  media_produce (call->a, "p", SFU_MEDIA_VIDEO, PRODUCER_SSRC);
  media_consume (
      call->b, "c", "p", SFU_MEDIA_VIDEO, CONSUMER_PT, CONSUMER_SSRC, paused);
  return call;
}

void
call_free (Call *call)
{
  media_peer_free (call->a);
  media_peer_free (call->b);
  worker_stop (call->client, SFU_WORKER_STOP_TIMEOUT_MS);
  g_object_unref (call->client);
  g_free (call);
}

guint16
send_pictures (Call *call, guint16 seq, guint n, gboolean key_frame)
{
  for (guint i = 0; i < n; i++)
    media_send_vp8 (call->a, PRODUCER_SSRC, seq++, key_frame && i == 0);
  return seq;
}

void
expect_pictures (Call *call, guint n, guint16 *last_seq)
{
  for (guint i = 0; i < n; i++) {
    MediaPacket packet;
    media_expect (call->b, &packet);
    g_assert_cmpuint (packet.ssrc, ==, CONSUMER_SSRC);
    g_assert_cmpuint (packet.payload_type, ==, CONSUMER_PT);
    if (i > 0)
      g_assert_cmpuint (packet.seq, ==, (guint16)(*last_seq + 1));
    *last_seq = packet.seq;
  }
}
