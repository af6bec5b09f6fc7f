/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who speaks in a real worker: activity, the active speaker, the loudest.
 *
 * Threads: main only. */
#include "call-fixture.h"

typedef struct {
  gchar *router_id, *producer_id;
  gint volume_dbov;
} Speaker;

static void
on_active_speaker (SfuWorkerClient *client, const gchar *router_id,
    const gchar *producer_id, gint volume_dbov, Speaker *speaker)
{
  g_free (speaker->router_id);
  g_free (speaker->producer_id);
  speaker->router_id = g_strdup (router_id);
  speaker->producer_id = g_strdup (producer_id);
  speaker->volume_dbov = volume_dbov;
}

/* -1: not in the list. *n: its length. */
static gint64
idle_ms (SfuWorkerClient *client, const gchar *const *routers,
    const gchar *producer, gsize *n)
{
  WorkerWait wait = { 0 };
  g_autoptr (GError) error = NULL;
  sfu_worker_client_get_producer_activity_async (
      client, routers, NULL, worker_wait_cb, &wait);
  worker_wait (&wait);
  g_autoptr (GVariant) list = sfu_worker_client_get_producer_activity_finish (
      client, wait.result, &error);
  worker_wait_clear (&wait);
  g_assert_no_error (error);
  *n = g_variant_n_children (list);
  const gchar *id;
  guint64 ms;
  GVariantIter iter;
  g_variant_iter_init (&iter, list);
  while (g_variant_iter_next (&iter, "(&st)", &id, &ms)) {
    if (g_str_equal (id, producer))
      return ms;
  }
  return -1;
}

/* Which of two producers sends. */
static void
test_activity (void)
{
  static const gchar *const known[] = { "r", "nope", NULL };
  static const gchar *const unknown[] = { "nope", NULL };
  static const gchar *const none[] = { NULL };
  Call *call = call_new (FALSE);
  gsize n;
  media_produce (call->a, "mic", SFU_MEDIA_AUDIO, PRODUCER_SSRC + 5);
  /* Neither has sent: counted from when it was made. */
  WORKER_WAIT_UNTIL (idle_ms (call->client, known, "p", &n) > 200 &&
      idle_ms (call->client, known, "mic", &n) > 200);
  g_assert_cmpuint (n, ==, 2);
  send_pictures (call, FIRST_SEQ, 1, TRUE);
  WORKER_WAIT_UNTIL (idle_ms (call->client, known, "p", &n) <
      idle_ms (call->client, known, "mic", &n) - 100);
  g_assert_cmpint (idle_ms (call->client, known, "mic", &n), >, 200);
  idle_ms (call->client, unknown, "p", &n);
  g_assert_cmpuint (n, ==, 0);
  idle_ms (call->client, none, "p", &n);
  g_assert_cmpuint (n, ==, 0);
  call_free (call);
}

/* Speaks while waiting. */
static void
test_active_speaker (void)
{
  Call *call = call_new (FALSE);
  Speaker speaker = { 0 };
  guint16 seq = 0;
  g_signal_connect (
      call->client, "active-speaker", G_CALLBACK (on_active_speaker), &speaker);
  media_produce (call->a, "mic", SFU_MEDIA_AUDIO, PRODUCER_SSRC + 5);
  WORKER_WAIT_UNTIL ((media_send_opus (call->a, PRODUCER_SSRC + 5, seq++, 20),
      speaker.producer_id && speaker.producer_id[0]));
  g_assert_cmpstr (speaker.router_id, ==, "r");
  g_assert_cmpstr (speaker.producer_id, ==, "mic");
  g_assert_cmpint (speaker.volume_dbov, ==, -20);
  WORKER_WAIT_UNTIL ((media_send_opus (call->a, PRODUCER_SSRC + 5, seq++, 127),
      speaker.producer_id[0] == '\0'));
  g_free (speaker.router_id);
  g_free (speaker.producer_id);
  call_free (call);
}

static gboolean
set_loudest (SfuWorkerClient *client, const gchar *router, guint n)
{
  WorkerWait wait = { 0 };
  sfu_worker_client_set_router_loudest_async (
      client, router, n, NULL, worker_wait_cb, &wait);
  worker_wait (&wait);
  gboolean ok =
      sfu_worker_client_set_router_loudest_finish (client, wait.result, NULL);
  worker_wait_clear (&wait);
  return ok;
}

/* One place for two microphones: the packets of the quiet one reach nobody, and
 * its stats say why. */
static void
test_loudest (void)
{
  Call *call = call_new (FALSE);
  MediaPacket packet;
  guint16 seq = FIRST_SEQ, last_seq = 0;
  g_assert_false (set_loudest (call->client, "nope", 1));
  g_assert_true (set_loudest (call->client, "r", 1));
  media_produce (call->a, "loud", SFU_MEDIA_AUDIO, PRODUCER_SSRC + 5);
  media_produce (call->a, "quiet", SFU_MEDIA_AUDIO, PRODUCER_SSRC + 6);
  media_consume (call->b, "hears", "quiet", SFU_MEDIA_AUDIO, CONSUMER_PT,
      CONSUMER_SSRC + 6, FALSE);
  media_send_opus (call->a, PRODUCER_SSRC + 5, seq, 10);
  WORKER_WAIT_UNTIL (media_stat (call->client, "loud", "packetCount") == 1);
  for (guint i = 0; i < N_PACKETS; i++) {
    media_send_opus (call->a, PRODUCER_SSRC + 5, ++seq, 10);
    media_send_opus (call->a, PRODUCER_SSRC + 6, seq, 90);
  }
  WORKER_WAIT_UNTIL (
      media_stat (call->client, "quiet", "packetCount") == N_PACKETS);
  g_assert_cmpuint (
      media_stat (call->client, "quiet", "drop-not-loudest"), ==, N_PACKETS);
  g_assert_cmpuint (
      media_stat (call->client, "quiet", "packetsDiscarded"), ==, N_PACKETS);
  g_assert_cmpuint (
      media_stat (call->client, "loud", "packetsDiscarded"), ==, 0);
  g_assert_cmpuint (media_stat (call->client, "hears", "packetCount"), ==, 0);
  g_assert_cmpuint (
      media_stat (call->client, "hears", "packetsDiscarded"), ==, 0);
  g_assert_true (set_loudest (call->client, "r", 0));
  for (guint i = 0; i < N_PACKETS; i++) {
    media_send_opus (call->a, PRODUCER_SSRC + 6, ++seq, 90);
    media_expect (call->b, &packet);
    g_assert_true (i == 0 || packet.seq == (guint16)(last_seq + 1));
    last_seq = packet.seq;
  }
  call_free (call);
}

int
main (int argc, char **argv)
{
  worker_test_init (&argc, &argv);
  g_test_add_func ("/worker/media/activity", test_activity);
  g_test_add_func ("/worker/media/active-speaker", test_active_speaker);
  g_test_add_func ("/worker/media/loudest", test_loudest);
  return g_test_run ();
}
