/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sfurouter: of many who speak, the loudest are heard.
 *
 * Threads: one; the harness pushes on the test's thread. */
#include "router-room.h"
#include "sfu-event.h"
#include "sfu-plugin.h"

#define OPUS_TICKS 960
#define LEVEL_ID 10
#define OPUS_CAPS                                                              \
  "application/x-rtp,media=audio,encoding-name=OPUS,clock-rate=48000,"         \
  "payload=111"
#define LEVEL_CAPS                                                             \
  ",extmap-10=(string)urn:ietf:params:rtp-hdrext:ssrc-audio-level"

typedef struct {
  GstHarness *in, *out;
  guint n; /* packets and more: numbers wrap, the clock does not */
} Speaker;

static void
speaker_init (Speaker *speaker, GstElement *router, guint n, const gchar *caps)
{
  g_autofree gchar *sink = g_strdup_printf ("sink_%u", n);
  g_autofree gchar *src = g_strdup_printf ("src_%u", n);

  speaker->in = gst_harness_new_with_element (router, sink, NULL);
  speaker->out = gst_harness_new_with_element (router, NULL, src);
  speaker->n = 65530;
  gst_harness_set_src_caps_str (speaker->in, caps);
}

/* One packet; FALSE: it did not come out. */
static gboolean
speak (Speaker *speaker, guint8 level, guint8 level_id, TestPacket *out)
{
  TestPacket packet = { .payload_type = 111,
    .seq = (guint16)speaker->n,
    .timestamp = speaker->n++ * OPUS_TICKS,
    .ssrc = 7,
    .payload_size = 40,
    .audio_level = level,
    .audio_level_id = level_id };
  GstBuffer *buffer;

  gst_harness_push (speaker->in, test_packet_new_opus (&packet));
  buffer = gst_harness_try_pull (speaker->out);
  if (!buffer)
    return FALSE;
  test_packet_parse (buffer, out);
  gst_buffer_unref (buffer);
  return TRUE;
}

/* Of two who have one place: the quiet one's packets end in its producer, and
 * when it is heard again its numbers have no gap and its clock has gone on. */
static void
test_loudest (void)
{
  GstElement *router = gst_element_factory_make ("sfurouter", NULL);
  TestPacket before, packet, after;
  SfuSenderReport report = { 7, G_GUINT64_CONSTANT (0x1234567800000000), 0, 1 };
  SfuSenderReport mapped = { 0 };
  Speaker a, b;
  GstEvent *event;
  guint i, n;

  g_object_set (router, "loudest", 1, NULL);
  g_object_get (router, "loudest", &n, NULL);
  g_assert_cmpuint (n, ==, 1);
  speaker_init (&a, router, 0, OPUS_CAPS LEVEL_CAPS);
  speaker_init (&b, router, 1, OPUS_CAPS LEVEL_CAPS);
  g_assert_true (speak (&a, 60, LEVEL_ID, &before));
  for (i = 0; i < 20; i++)
    g_assert_true (speak (&b, 10, LEVEL_ID, &packet) || i < 3);
  for (i = 0; i < 10; i++)
    g_assert_false (speak (&a, 60, LEVEL_ID, &packet));
  g_assert_cmpuint (stat_of (router, "sink_0", "drop-not-loudest"), ==, 10);
  g_assert_cmpuint (stat_of (router, "src_0", "dropped"), ==, 0);
  g_assert_cmpuint (stat_of (router, "src_0", "packets"), ==, 1);
  g_assert_cmpuint (count_upstream (a.in, is_nack), ==, 0);

  g_object_set (router, "loudest", 0, NULL);
  gst_harness_push_event (a.in, sfu_event_new_sender_report (&report));
  g_assert_true (speak (&a, 60, LEVEL_ID, &after));
  g_assert_cmpuint (after.seq, ==, (guint16)(before.seq + 1));
  g_assert_cmpuint (after.timestamp - before.timestamp, ==, 11 * OPUS_TICKS);
  g_assert_true (speak (&a, 60, LEVEL_ID, &packet));
  g_assert_cmpuint (packet.seq, ==, (guint16)(after.seq + 1));
  while ((event = gst_harness_try_pull_event (a.out))) {
    sfu_event_parse_sender_report (event, &mapped);
    gst_event_unref (event);
  }
  g_assert_cmpuint (mapped.rtp_timestamp - report.rtp_timestamp, ==,
      before.timestamp - 65530 * OPUS_TICKS);
  gst_harness_teardown (a.in);
  gst_harness_teardown (a.out);
  gst_harness_teardown (b.in);
  gst_harness_teardown (b.out);
  gst_object_unref (router);
}

/* Who does not say how loud he is is always heard and takes no place; nor does
 * one who was released keep his. */
static void
test_loudest_of_some (void)
{
  GstElement *router = gst_element_factory_make ("sfurouter", NULL);
  Speaker mute, loud, quiet;
  TestPacket packet;
  guint i;

  g_object_set (router, "loudest", 1, NULL);
  speaker_init (&mute, router, 0, OPUS_CAPS);
  speaker_init (&loud, router, 1, OPUS_CAPS LEVEL_CAPS);
  speaker_init (&quiet, router, 2, OPUS_CAPS LEVEL_CAPS);
  for (i = 0; i < 5; i++) {
    g_assert_true (speak (&mute, 0, 0, &packet));
    g_assert_true (speak (&loud, 10, LEVEL_ID, &packet));
    g_assert_false (speak (&quiet, 60, LEVEL_ID, &packet));
  }
  gst_harness_teardown (loud.in); /* releases its pad */
  g_assert_true (speak (&quiet, 60, LEVEL_ID, &packet));
  gst_harness_teardown (mute.in);
  gst_harness_teardown (mute.out);
  gst_harness_teardown (loud.out);
  gst_harness_teardown (quiet.in);
  gst_harness_teardown (quiet.out);
  gst_object_unref (router);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_assert_true (sfu_plugin_register_static ());
  g_test_add_func ("/router/loudest", test_loudest);
  g_test_add_func ("/router/loudest-of-some", test_loudest_of_some);
  return g_test_run ();
}
