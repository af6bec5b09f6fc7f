/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Track: lives as long as its last event, and is one cache for all.
 *
 * Threads: one, and four more that share a track. */
#include "sfu-track.h"
#include "test-util.h"

#define SECOND G_USEC_PER_SEC

static SfuTrack *
new_track (SfuCodec codec, guint n_encodings, guint packets)
{
  SfuStreamConfig config;

  sfu_stream_config_init (&config);
  config.codec = codec;
  config.n_encodings = n_encodings;
  return sfu_track_new (&config, packets, SECOND, 1000);
}

static void
test_cache (void)
{
  g_autoptr (SfuTrack) track = new_track (SFU_CODEC_VP8, 2, 4);
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, 100, NULL), *got;

  g_assert_cmpint (sfu_track_codec (track), ==, SFU_CODEC_VP8);
  g_assert_cmpuint (sfu_track_clock_rate (track), ==, 90000);
  sfu_track_put (track, 1, 65535, buffer, 0);
  got = sfu_track_get (track, 1, 65535, SECOND);
  g_assert_true (got == buffer);
  gst_buffer_unref (got);
  g_assert_null (sfu_track_get (track, 1, 0, 0));
  g_assert_null (sfu_track_get (track, 0, 65535, 0)); /* another encoding */
  sfu_track_clear (track, 0);
  got = sfu_track_get (track, 1, 65535, SECOND);
  g_assert_nonnull (got);
  gst_buffer_unref (got);
  sfu_track_clear (track, 1);
  g_assert_null (sfu_track_get (track, 1, 65535, 0));
  g_assert_cmpint (GST_MINI_OBJECT_REFCOUNT_VALUE (buffer), ==, 1);
  gst_buffer_unref (buffer);
}

static void
test_event (void)
{
  SfuTrack *track = new_track (SFU_CODEC_OPUS, 1, 4);
  GstEvent *event = sfu_event_new_track (track), *other, *nameless;
  GstBuffer *buffer = gst_buffer_new ();
  SfuTrack *parsed;

  g_assert_true (GST_EVENT_IS_STICKY (event));
  g_assert_true (GST_EVENT_IS_DOWNSTREAM (event));
  sfu_track_put (track, 0, 1, buffer, 0);
  sfu_track_unref (track); /* the event keeps it */
  parsed = sfu_event_parse_track (event);
  g_assert_true (parsed == track);
  gst_event_unref (event);
  g_assert_cmpint (GST_MINI_OBJECT_REFCOUNT_VALUE (buffer), ==, 2);
  sfu_track_unref (parsed); /* the last one frees the cache */
  g_assert_cmpint (GST_MINI_OBJECT_REFCOUNT_VALUE (buffer), ==, 1);
  gst_buffer_unref (buffer);

  other = gst_event_new_eos ();
  g_assert_null (sfu_event_parse_track (other));
  gst_event_unref (other);
  other = gst_event_new_custom (
      GST_EVENT_CUSTOM_DOWNSTREAM_STICKY, gst_structure_new_empty ("other"));
  g_assert_null (sfu_event_parse_track (other));
  gst_event_unref (other);
  nameless = gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM_STICKY,
      gst_structure_new ("sfu-track", "track", G_TYPE_INT, 1, NULL));
  g_assert_null (sfu_event_parse_track (nameless));
  gst_event_unref (nameless);
}

static void
test_encodings (void)
{
  g_autoptr (SfuTrack) track = new_track (SFU_CODEC_VP8, 3, 4);
  SfuSenderReport report = { 5, 6, 7, 8 }, got;
  gint generation = sfu_track_generation (track);

  g_assert_cmpuint (sfu_track_n_encodings (track), ==, 3);
  g_assert_cmpuint (sfu_track_active (track), ==, 0);
  sfu_track_set_active (track, 0);
  g_assert_cmpint (sfu_track_generation (track), ==, generation);
  sfu_track_set_active (track, 3);
  g_assert_cmpint (sfu_track_generation (track), !=, generation);
  g_assert_cmpuint (sfu_track_active (track), ==, 3);
  sfu_track_set_ssrc (track, 2, 77);
  g_assert_cmpuint (sfu_track_ssrc (track, 2), ==, 77);
  g_assert_cmpuint (sfu_track_ssrc (track, 1), ==, 0);
  g_assert_false (sfu_track_get_report (track, 1, &got));
  sfu_track_set_report (track, 1, &report);
  g_assert_true (sfu_track_get_report (track, 1, &got));
  g_assert_cmpuint (got.rtp_timestamp, ==, 7);
  g_assert_false (sfu_track_get_report (track, 0, &got));
  sfu_track_set_ssrc (track, 1, 5);
  g_assert_true (sfu_track_get_report (track, 1, &got));
  sfu_track_set_ssrc (track, 1, 55); /* the clock is another's now */
  g_assert_false (sfu_track_get_report (track, 1, &got));
  g_assert_cmpuint (sfu_track_epoch (track, 1), ==, 0);
  sfu_track_clear (track, 1);
  g_assert_cmpuint (sfu_track_epoch (track, 1), ==, 1);
  g_assert_cmpuint (sfu_track_epoch (track, 0), ==, 0);
}

static gpointer
hammer (gpointer data)
{
  SfuTrack *track = data;

  for (guint i = 0; i < 5000; i++) {
    GstBuffer *buffer = gst_buffer_new_allocate (NULL, 10, NULL), *got;

    sfu_track_put (track, 0, (guint16)i, buffer, i);
    gst_buffer_unref (buffer);
    got = sfu_track_get (track, 0, (guint16)(i - 3), i);
    gst_clear_buffer (&got);
    gst_event_unref (sfu_event_new_track (track));
  }
  return NULL;
}

static void
test_threads (void)
{
  SfuTrack *track = new_track (SFU_CODEC_VP8, 1, 64);
  GThread *threads[4];
  GstBuffer *got;

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("hammer", hammer, track);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  got = sfu_track_get (track, 0, 4999, 4999);
  g_assert_nonnull (got);
  gst_buffer_unref (got);
  sfu_track_unref (track);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/track/cache", test_cache);
  g_test_add_func ("/track/encodings", test_encodings);
  g_test_add_func ("/track/event", test_event);
  g_test_add_func ("/track/threads", test_threads);
  return g_test_run ();
}
