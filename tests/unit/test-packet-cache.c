/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Packet cache: bounds one by one, the wrap, references, and a long random run
 * against a list that does the same the slow way.
 *
 * Threads: one. */
#include "sfu-packet-cache.h"
#include "test-util.h"

#define FOREVER G_MAXINT64
#define NO_LIMIT G_MAXSIZE

static void
put (SfuPacketCache *cache, guint16 seq, gsize size, gint64 now_us)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, size, NULL);

  GST_BUFFER_OFFSET (buffer) = seq;
  sfu_packet_cache_put (cache, seq, buffer, now_us);
  gst_buffer_unref (buffer);
}

static gboolean
has (SfuPacketCache *cache, guint16 seq, gint64 now_us)
{
  GstBuffer *buffer = sfu_packet_cache_get (cache, seq, now_us);

  if (buffer == NULL)
    return FALSE;
  g_assert_cmpuint (GST_BUFFER_OFFSET (buffer), ==, seq);
  gst_buffer_unref (buffer);
  return TRUE;
}

static void
test_packets (void)
{
  static const struct {
    guint asked, kept;
  } sizes[] = { { 0, 1 }, { 1, 1 }, { 2, 2 }, { 3, 4 }, { 500, 512 },
    { 32768, 32768 }, { 100000, 32768 } };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    SfuPacketCache *cache =
        sfu_packet_cache_new (sizes[i].asked, FOREVER, NO_LIMIT);

    for (guint seq = 0; seq <= sizes[i].kept; seq++)
      put (cache, (guint16)seq, 10, 0);
    g_assert_cmpuint (sfu_packet_cache_packets (cache), ==, sizes[i].kept);
    g_assert_cmpuint (sfu_packet_cache_bytes (cache), ==, sizes[i].kept * 10);
    g_assert_false (has (cache, 0, 0));
    g_assert_true (has (cache, 1, 0));
    g_assert_true (has (cache, sizes[i].kept, 0));
    sfu_packet_cache_clear (cache);
    g_assert_cmpuint (sfu_packet_cache_packets (cache), ==, 0);
    g_assert_cmpuint (sfu_packet_cache_bytes (cache), ==, 0);
    g_assert_false (has (cache, 1, 0));
    sfu_packet_cache_free (cache);
  }
  sfu_packet_cache_free (NULL);
}

static void
test_age (void)
{
  SfuPacketCache *cache = sfu_packet_cache_new (64, 1000, NO_LIMIT);

  put (cache, 1, 10, 5000);
  put (cache, 2, 10, 5500);
  g_assert_true (has (cache, 1, 6000));
  g_assert_false (has (cache, 1, 6001));
  g_assert_true (has (cache, 2, 6001));
  g_assert_cmpuint (sfu_packet_cache_packets (cache), ==, 1);
  put (cache, 3, 10, 9000); /* what is too old leaves with the next one */
  g_assert_cmpuint (sfu_packet_cache_packets (cache), ==, 1);
  sfu_packet_cache_free (cache);
}

static void
test_bytes (void)
{
  SfuPacketCache *cache = sfu_packet_cache_new (64, FOREVER, 100);

  put (cache, 1, 40, 0);
  put (cache, 2, 40, 0);
  put (cache, 3, 20, 0);
  g_assert_cmpuint (sfu_packet_cache_bytes (cache), ==, 100);
  put (cache, 4, 1, 0);
  g_assert_false (has (cache, 1, 0));
  g_assert_true (has (cache, 2, 0));
  g_assert_cmpuint (sfu_packet_cache_bytes (cache), ==, 61);
  put (cache, 5, 101, 0); /* larger than everything: not even itself */
  g_assert_cmpuint (sfu_packet_cache_packets (cache), ==, 0);
  g_assert_cmpuint (sfu_packet_cache_bytes (cache), ==, 0);
  put (cache, 6, 100, 0);
  g_assert_true (has (cache, 6, 0));
  sfu_packet_cache_free (cache);
}

static void
test_wrap (void)
{
  SfuPacketCache *cache = sfu_packet_cache_new (8, FOREVER, NO_LIMIT);

  for (guint i = 65530; i < 65536 + 4; i++)
    put (cache, (guint16)i, 10, 0);
  for (guint i = 65530; i < 65536 + 4; i++)
    g_assert_cmpint (has (cache, (guint16)i, 0), ==, i >= 65536 + 4 - 8);
  /* the same slot, another number */
  g_assert_false (has (cache, (guint16)(65535 + 8), 0));
  sfu_packet_cache_free (cache);
}

static void
test_references (void)
{
  SfuPacketCache *cache = sfu_packet_cache_new (8, FOREVER, NO_LIMIT);
  GstBuffer *a = gst_buffer_new (), *b = gst_buffer_new (), *got;

  sfu_packet_cache_put (cache, 7, a, 0);
  g_assert_cmpint (GST_MINI_OBJECT_REFCOUNT_VALUE (a), ==, 2);
  got = sfu_packet_cache_get (cache, 7, 0);
  g_assert_true (got == a);
  g_assert_cmpint (GST_MINI_OBJECT_REFCOUNT_VALUE (a), ==, 3);
  gst_buffer_unref (got);
  sfu_packet_cache_put (cache, 7, b, 0);
  g_assert_cmpint (GST_MINI_OBJECT_REFCOUNT_VALUE (a), ==, 1);
  sfu_packet_cache_put (cache, 7, b, 0); /* itself again */
  g_assert_cmpint (GST_MINI_OBJECT_REFCOUNT_VALUE (b), ==, 2);
  g_assert_cmpuint (sfu_packet_cache_packets (cache), ==, 1);
  sfu_packet_cache_free (cache);
  g_assert_cmpint (GST_MINI_OBJECT_REFCOUNT_VALUE (b), ==, 1);
  gst_buffer_unref (a);
  gst_buffer_unref (b);
}

/* ---- random run against a model ---- */
#define MODEL_SLOTS 32
#define MODEL_AGE 500
#define MODEL_BYTES 3000

typedef struct {
  guint16 seq;
  gsize size;
  gint64 put_us;
} ModelPacket;

static void
model_expire (GArray *model, gint64 now_us)
{
  while (model->len > 0 &&
      now_us - g_array_index (model, ModelPacket, 0).put_us > MODEL_AGE)
    g_array_remove_index (model, 0);
}

static gsize
model_bytes (GArray *model)
{
  gsize sum = 0;

  for (guint i = 0; i < model->len; i++)
    sum += g_array_index (model, ModelPacket, i).size;
  return sum;
}

static void
model_put (GArray *model, guint16 seq, gsize size, gint64 now_us)
{
  ModelPacket packet = { seq, size, now_us };

  for (guint i = 0; i < model->len; i++) {
    if (g_array_index (model, ModelPacket, i).seq % MODEL_SLOTS ==
        seq % MODEL_SLOTS) {
      g_array_remove_index (model, i);
      break;
    }
  }
  g_array_append_val (model, packet);
  model_expire (model, now_us);
  while (model_bytes (model) > MODEL_BYTES)
    g_array_remove_index (model, 0);
}

static gboolean
model_has (GArray *model, guint16 seq, gint64 now_us)
{
  model_expire (model, now_us);
  for (guint i = 0; i < model->len; i++) {
    if (g_array_index (model, ModelPacket, i).seq == seq)
      return TRUE;
  }
  return FALSE;
}

static void
test_model (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (TEST_SEED);
  g_autoptr (GArray) model = g_array_new (FALSE, FALSE, sizeof (ModelPacket));
  SfuPacketCache *cache =
      sfu_packet_cache_new (MODEL_SLOTS, MODEL_AGE, MODEL_BYTES);
  gint64 now = 0;
  guint16 head = 65500;
  guint hits = 0;

  for (guint op = 0; op < 200000; op++) {
    guint16 near = (guint16)(head + g_rand_int_range (rand, -40, 5));

    now += g_rand_int_range (rand, 0, 30);
    if (g_rand_int_range (rand, 0, 5000) == 0)
      head = (guint16)g_rand_int (rand); /* the stream jumps */
    switch (g_rand_int_range (rand, 0, 4)) {
      case 0:
      case 1: {
        gsize size = g_rand_int_range (rand, 0, 400);
        guint16 seq = g_rand_boolean (rand) ? head++ : near;

        put (cache, seq, size, now);
        model_put (model, seq, size, now);
        break;
      }
      default: {
        gboolean hit = has (cache, near, now);

        g_assert_cmpint (hit, ==, model_has (model, near, now));
        hits += hit;
      }
    }
    g_assert_cmpuint (sfu_packet_cache_packets (cache), ==, model->len);
    g_assert_cmpuint (sfu_packet_cache_bytes (cache), ==, model_bytes (model));
  }
  g_assert_cmpuint (hits, >, 10000);
  sfu_packet_cache_free (cache);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/packet-cache/packets", test_packets);
  g_test_add_func ("/packet-cache/age", test_age);
  g_test_add_func ("/packet-cache/bytes", test_bytes);
  g_test_add_func ("/packet-cache/wrap", test_wrap);
  g_test_add_func ("/packet-cache/references", test_references);
  g_test_add_func ("/packet-cache/model", test_model);
  return g_test_run ();
}
