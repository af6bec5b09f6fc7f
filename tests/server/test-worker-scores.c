/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a worker says of the scores of many: those of a look together, each
 * consumer once, those of one transport side by side.
 *
 * Threads: main only. */
#include "room-fixture.h"

#include <string.h>

#define N_TRANSPORTS 10
#define N_EACH 30
#define N_CONSUMERS (N_TRANSPORTS * N_EACH)
/* One is full, and the rest is in another. */
#define N_MESSAGES 2
G_STATIC_ASSERT (N_CONSUMERS > SFU_SEAM_MAX_SCORES &&
    N_CONSUMERS < N_MESSAGES * SFU_SEAM_MAX_SCORES);

typedef struct {
  SfuWorkerClient *client;
  GHashTable *scores; /* consumer id -> producer_score, as last told */
  GPtrArray *order;   /* of ids whose producer has 0, as told */
  guint n_messages;   /* that they came in */
  gint producer;      /* as last told; -1 = not yet */
} Told;

static void
on_producer_scores (SfuWorkerClient *client, GVariant *producers, Told *told)
{
  GVariantIter iter;
  const gchar *id, *rid;
  GVariant *scores;
  guint32 ssrc;
  guint8 score;
  g_assert_cmpuint (g_variant_n_children (producers), >, 0);
  g_variant_iter_init (&iter, producers);
  while (g_variant_iter_next (&iter, "(&s@a(suy))", &id, &scores)) {
    g_assert_cmpstr (id, ==, "p");
    g_assert_cmpuint (g_variant_n_children (scores), ==, 1);
    g_variant_get_child (scores, 0, "(&suy)", &rid, &ssrc, &score);
    told->producer = score;
    g_variant_unref (scores);
  }
}

static void
on_consumer_scores (SfuWorkerClient *client, GVariant *consumers, Told *told)
{
  g_autoptr (GVariant) ids = g_variant_get_child_value (consumers, 0);
  g_autoptr (GVariant) scores = g_variant_get_child_value (consumers, 1);
  g_autoptr (GVariant) forwarded = g_variant_get_child_value (consumers, 2);
  gsize n = g_variant_n_children (ids);
  guint before = told->order->len;
  g_assert_cmpuint (n, >, 0);
  g_assert_cmpuint (n, <=, SFU_SEAM_MAX_SCORES);
  g_assert_cmpuint (g_variant_n_children (scores), ==, n);
  g_assert_cmpuint (g_variant_n_children (forwarded), ==, n);
  for (gsize i = 0; i < n; i++) {
    const gchar *id;
    guint8 score, producer_score;
    g_variant_get_child (ids, i, "&s", &id);
    g_variant_get_child (scores, i, "y", &score);
    g_variant_get_child (forwarded, i, "y", &producer_score);
    g_assert_cmpuint (score, ==, 10); /* nothing was lost on the way */
    g_hash_table_replace (
        told->scores, g_strdup (id), GUINT_TO_POINTER (producer_score));
    if (producer_score != 0)
      continue;
    g_assert_cmpint (told->producer, ==, 0);
    g_ptr_array_add (told->order, g_strdup (id));
  }
  if (told->order->len > before)
    told->n_messages++;
}

/* A publisher of whom nothing comes, paused. */
static void
told_start (Told *told)
{
  g_autoptr (SfuRtpParameters) parameters = room_vp8 ("", 1);
  *told = (Told){ .client = worker_new_started (NULL),
    .scores = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL),
    .order = g_ptr_array_new_with_free_func (g_free),
    .producer = -1 };
  g_signal_connect (
      told->client, "producer-scores", G_CALLBACK (on_producer_scores), told);
  g_signal_connect (
      told->client, "consumer-scores", G_CALLBACK (on_consumer_scores), told);
  assert_works (worker_create_router (told->client, "r", &error));
  room_add_transport (told->client, "r", "send");
  assert_works (worker_produce (
      told->client, "send", "p", SFU_MEDIA_VIDEO, parameters, TRUE, &error));
}

static void
told_stop (Told *told)
{
  worker_stop (told->client, 5000);
  g_object_unref (told->client);
  g_hash_table_unref (told->scores);
  g_ptr_array_unref (told->order);
}

static void
add_consumers (SfuWorkerClient *client)
{
  for (guint i = 0; i < N_TRANSPORTS; i++) {
    g_autofree gchar *transport = g_strdup_printf ("t%u", i);
    room_add_transport (client, "r", transport);
    for (guint j = 0; j < N_EACH; j++) {
      g_autofree gchar *id = g_strdup_printf ("t%u-%u", i, j);
      room_add_consumer (
          client, transport, id, "p", 1000 + 2 * (i * N_EACH + j));
    }
  }
}

/* How often the transport is another one than before, the first included. */
static guint
count_transports (const GPtrArray *order)
{
  guint n = 0;
  for (guint i = 0; i < order->len; i++) {
    const gchar *id = order->pdata[i];
    gsize len = strchr (id, '-') - id + 1;
    n += i == 0 || strncmp (id, order->pdata[i - 1], len) != 0 ? 1 : 0;
  }
  return n;
}

static void
test_many (void)
{
  Told told;
  WorkerWait wait = { 0 };
  told_start (&told);
  add_consumers (told.client);
  /* Each is told once what it begins with. */
  WORKER_WAIT_UNTIL (g_hash_table_size (told.scores) == N_CONSUMERS);
  g_assert_cmpuint (told.order->len, ==, 0);
  /* A publisher that may send and has not sent for two looks has 0. */
  sfu_worker_client_set_producer_paused_async (
      told.client, "p", FALSE, NULL, worker_wait_cb, &wait);
  worker_wait (&wait);
  worker_wait_clear (&wait);
  WORKER_WAIT_UNTIL (told.order->len >= N_CONSUMERS);
  g_assert_cmpuint (told.order->len, ==, N_CONSUMERS);
  g_assert_cmpuint (told.n_messages, ==, N_MESSAGES);
  g_assert_cmpuint (count_transports (told.order), ==, N_TRANSPORTS);
  g_assert_cmpuint (g_hash_table_size (told.scores), ==, N_CONSUMERS);
  told_stop (&told);
}

/* ---- publishers ---- */

#define N_PUBLISHERS (SFU_SEAM_MAX_SCORES + 4)
#define N_EACH_PUBLISHES 26
G_STATIC_ASSERT (N_PUBLISHERS % N_EACH_PUBLISHES == 0);

typedef struct {
  GHashTable *silent; /* ids of producers that have 0 */
  guint n_told;       /* entries that said so */
  guint n_resumed;
} Publishers;

static void
on_many_producer_scores (
    SfuWorkerClient *client, GVariant *producers, Publishers *publishers)
{
  gsize n = g_variant_n_children (producers);
  g_assert_cmpuint (n, >, 0);
  g_assert_cmpuint (n, <=, SFU_SEAM_MAX_SCORES);
  for (gsize i = 0; i < n; i++) {
    g_autoptr (GVariant) scores = NULL;
    const gchar *id, *rid;
    guint32 ssrc;
    guint8 score;
    g_variant_get_child (producers, i, "(&s@a(suy))", &id, &scores);
    g_variant_get_child (scores, 0, "(&suy)", &rid, &ssrc, &score);
    g_assert_cmpuint (score, ==, 0);
    g_hash_table_add (publishers->silent, g_strdup (id));
    publishers->n_told++;
  }
}

static void
on_resumed (GObject *source, GAsyncResult *result, gpointer data)
{
  Publishers *publishers = data;
  g_autoptr (GError) error = NULL;
  sfu_worker_client_set_producer_paused_finish (
      SFU_WORKER_CLIENT (source), result, &error);
  g_assert_no_error (error);
  publishers->n_resumed++;
}

static void
publish (SfuWorkerClient *client, guint number)
{
  g_autofree gchar *transport =
      g_strdup_printf ("t%u", number / N_EACH_PUBLISHES);
  g_autofree gchar *id = g_strdup_printf ("p%u", number);
  g_autoptr (SfuRtpParameters) parameters = room_vp8 (id, 1000 + number);
  if (number % N_EACH_PUBLISHES == 0)
    room_add_transport (client, "r", transport);
  assert_works (worker_produce (
      client, transport, id, SFU_MEDIA_VIDEO, parameters, TRUE, &error));
}

/* More fall silent at once than one message takes: each is said, once. */
static void
test_many_producers (void)
{
  SfuWorkerClient *client = worker_new_started (NULL);
  Publishers publishers = { .silent = g_hash_table_new_full (
                                g_str_hash, g_str_equal, g_free, NULL) };
  g_signal_connect (client, "producer-scores",
      G_CALLBACK (on_many_producer_scores), &publishers);
  assert_works (worker_create_router (client, "r", &error));
  for (guint i = 0; i < N_PUBLISHERS; i++)
    publish (client, i);
  for (guint i = 0; i < N_PUBLISHERS; i++) {
    g_autofree gchar *id = g_strdup_printf ("p%u", i);
    sfu_worker_client_set_producer_paused_async (
        client, id, FALSE, NULL, on_resumed, &publishers);
  }
  WORKER_WAIT_UNTIL (publishers.n_resumed == N_PUBLISHERS &&
      g_hash_table_size (publishers.silent) == N_PUBLISHERS);
  g_assert_cmpuint (publishers.n_told, ==, N_PUBLISHERS);
  worker_stop (client, 5000);
  g_object_unref (client);
  g_hash_table_unref (publishers.silent);
}

int
main (int argc, char **argv)
{
  worker_test_init (&argc, &argv);
  g_test_add_func ("/worker/scores/many", test_many);
  g_test_add_func ("/worker/scores/many-producers", test_many_producers);
  return g_test_run ();
}
