/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GetMetrics of a real worker with media through it: what was counted, that it
 * adds up, and that it stays when what was counted is closed.
 *
 * Threads: main only. */
#include "media-fixture.h"
#include "sfu-media-metrics.h"

#define PRODUCER_SSRC 1000
#define CONSUMER_SSRC 2000
#define CONSUMER_PT 101
#define N_PACKETS 40

typedef struct {
  GVariant *values, *histograms;
} Metrics;

static void
metrics_clear (Metrics *metrics)
{
  g_variant_unref (metrics->values);
  g_variant_unref (metrics->histograms);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Metrics, metrics_clear)

static Metrics
get_metrics (SfuWorkerClient *client)
{
  WorkerWait wait = { 0 };
  Metrics metrics;
  g_autoptr (GError) error = NULL;
  sfu_worker_client_get_metrics_async (client, NULL, worker_wait_cb, &wait);
  worker_wait (&wait);
  sfu_worker_client_get_metrics_finish (
      client, wait.result, &metrics.values, &metrics.histograms, &error);
  g_assert_no_error (error);
  worker_wait_clear (&wait);
  return metrics;
}

/* -1: it is not in it. */
static gdouble
get (const Metrics *metrics, SfuMediaMetric metric, const gchar *a,
    const gchar *b)
{
  GVariantIter iter;
  GVariant *labels;
  guint8 id;
  gdouble number, found = -1;
  g_variant_iter_init (&iter, metrics->values);
  while (g_variant_iter_loop (&iter, "(y@asd)", &id, &labels, &number)) {
    g_autofree const gchar **texts = g_variant_get_strv (labels, NULL);
    if (id == metric && g_strcmp0 (texts[0], a) == 0 &&
        (!b || g_strcmp0 (texts[1], b) == 0))
      found = number;
  }
  return found;
}

/* Dropped in this stage, for any reason. */
static gdouble
get_drops (const Metrics *metrics, const gchar *stage)
{
  GVariantIter iter;
  GVariant *labels;
  guint8 id;
  gdouble number, sum = 0;
  g_variant_iter_init (&iter, metrics->values);
  while (g_variant_iter_loop (&iter, "(y@asd)", &id, &labels, &number)) {
    g_autofree const gchar **texts = g_variant_get_strv (labels, NULL);
    if (id == SFU_MEDIA_DROPPED_PACKETS && g_strcmp0 (texts[0], stage) == 0)
      sum += number;
  }
  return sum;
}

/* No number is less than before. */
static void
assert_risen (const Metrics *before, const Metrics *after)
{
  GVariantIter iter;
  GVariant *labels;
  guint8 id;
  gdouble number;
  g_variant_iter_init (&iter, before->values);
  while (g_variant_iter_loop (&iter, "(y@asd)", &id, &labels, &number)) {
    g_autofree const gchar **texts = g_variant_get_strv (labels, NULL);
    if (id == SFU_MEDIA_TURN_MAX)
      continue;
    g_assert_cmpfloat (get (after, id, texts[0], texts[1]), >=, number);
  }
}

static void
close_all (SfuWorkerClient *client)
{
  g_autoptr (GError) error = NULL;
  worker_close_transport (client, "a", &error);
  g_assert_no_error (error);
  worker_close_transport (client, "b", &error);
  g_assert_no_error (error);
}

static void
test_media (void)
{
  static const SfuWorkerStartOptions options = { .listen_ip = "127.0.0.1" };
  g_autoptr (SfuWorkerClient) client = worker_new_started (&options);
  g_autoptr (GError) error = NULL;
  g_assert_true (worker_create_router (client, "r", &error));
  g_auto (Metrics) empty = get_metrics (client);
  g_assert_cmpfloat (get (&empty, SFU_MEDIA_RTP_PACKETS, "in", "video"), ==, 0);

  MediaPeer *a = media_peer_new (client, "a", TRUE);
  MediaPeer *b = media_peer_new (client, "b", TRUE);
  media_peer_wait (a);
  media_peer_wait (b);
  media_produce (a, "p", SFU_MEDIA_VIDEO, PRODUCER_SSRC);
  media_consume (
      b, "c", "p", SFU_MEDIA_VIDEO, CONSUMER_PT, CONSUMER_SSRC, FALSE);
  /* Without the key frame: all is dropped by the consumer. */
  for (guint i = 0; i < N_PACKETS; i++)
    media_send_vp8 (a, PRODUCER_SSRC, (guint16)i, FALSE);
  for (guint i = 0; i < N_PACKETS; i++)
    media_send_vp8 (a, PRODUCER_SSRC, (guint16)(N_PACKETS + i), i == 0);
  for (guint i = 0; i < N_PACKETS; i++) {
    MediaPacket packet;
    media_expect (b, &packet);
  }
  g_auto (Metrics) open = get_metrics (client);
#define GET(metric, a, b) get (&open, SFU_MEDIA_##metric, a, b)
  g_assert_cmpfloat (GET (RTP_PACKETS, "in", "video"), ==, 2 * N_PACKETS);
  g_assert_cmpfloat (GET (RTP_PACKETS, "out", "video"), ==, N_PACKETS);
  g_assert_cmpfloat (GET (RTP_PACKETS, "in", "audio"), ==, 0);
  g_assert_cmpfloat (GET (RTP_BYTES, "in", "video"), >, 0);
  g_assert_cmpfloat (GET (KEYFRAMES, "video", NULL), ==, 1);
  g_assert_cmpfloat (GET (PLIS, "out", "video"), >=, 1);
  g_assert_cmpfloat (GET (TRANSPORT_PACKETS, "in", NULL), ==, 2 * N_PACKETS);
  g_assert_cmpfloat (GET (TRANSPORT_PACKETS, "out", NULL), ==, N_PACKETS);
  /* Checks and handshakes are in here, too. */
  g_assert_cmpfloat (GET (SOCKET_PACKETS, "in", NULL), >, 2 * N_PACKETS);
  /* In is what was forwarded and what was dropped, with its reason. */
  g_assert_cmpfloat (get_drops (&open, "producer"), ==, 0);
  g_assert_cmpfloat (get_drops (&open, "consumer"), ==, N_PACKETS);
  g_assert_cmpfloat (
      GET (DROPPED_PACKETS, "consumer", "wait-keyframe"), ==, N_PACKETS);

  close_all (client);
  g_auto (Metrics) closed = get_metrics (client);
  assert_risen (&open, &closed);
  g_assert_cmpfloat (
      get (&closed, SFU_MEDIA_RTP_PACKETS, "in", "video"), ==, 2 * N_PACKETS);
  g_assert_cmpfloat (get_drops (&closed, "consumer"), ==, N_PACKETS);
  media_peer_free (a);
  media_peer_free (b);
  worker_stop (client, SFU_WORKER_STOP_TIMEOUT_MS);
}

/* Each transport has a socket of its own: its counters go with it, and stay. */
static void
test_range (void)
{
  static const SfuWorkerStartOptions options = {
    .listen_ip = "127.0.0.1", .port_min = 20000, .port_max = 60000
  };
  g_autoptr (SfuWorkerClient) client = worker_new_started (&options);
  g_autoptr (GError) error = NULL;
  g_assert_true (worker_create_router (client, "r", &error));
  MediaPeer *a = media_peer_new (client, "a", TRUE);
  media_peer_wait (a);
  g_auto (Metrics) open = get_metrics (client);
  g_assert_cmpfloat (GET (SOCKET_PACKETS, "in", NULL), >, 0);
  worker_close_transport (client, "a", &error);
  g_assert_no_error (error);
  g_auto (Metrics) closed = get_metrics (client);
  assert_risen (&open, &closed);
  media_peer_free (a);
  worker_stop (client, SFU_WORKER_STOP_TIMEOUT_MS);
}

/* More nodes than one visit of the media thread reads. */
static void
test_many (void)
{
  g_autoptr (SfuWorkerClient) client = worker_new_started (NULL);
  g_autoptr (GError) error = NULL;
  g_assert_true (worker_create_router (client, "r", &error));
  for (guint i = 0; i < 70; i++) {
    g_autofree gchar *id = g_strdup_printf ("t%u", i);
    g_autoptr (SfuSeamTransportInfo) info =
        worker_create_transport (client, "r", id, &error);
    g_assert_no_error (error);
  }
  g_auto (Metrics) metrics = get_metrics (client);
  g_assert_cmpfloat (
      get (&metrics, SFU_MEDIA_RTP_PACKETS, "in", "audio"), ==, 0);
  worker_stop (client, SFU_WORKER_STOP_TIMEOUT_MS);
}

int
main (int argc, char **argv)
{
  worker_test_init (&argc, &argv);
  g_test_add_func ("/worker/metrics/media", test_media);
  g_test_add_func ("/worker/metrics/range", test_range);
  g_test_add_func ("/worker/metrics/many", test_many);
  return g_test_run ();
}
