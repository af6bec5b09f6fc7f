/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Events of the pads: what goes in comes out, and nothing parses as another.
 *
 * Threads: one. */
#include "sfu-event.h"
#include "test-util.h"

static GstEvent *
make (guint kind)
{
  static const guint16 seqs[] = { 65535, 0, 7 };
  static const SfuSenderReport report = { 0xfedcba98, 0xe8fe6f8040000000,
    0xfffffff0, -5 };

  switch (kind) {
    case 0:
      return sfu_event_new_sender_report (&report);
    case 1:
      return sfu_event_new_nack (0xfedcba98, seqs, G_N_ELEMENTS (seqs));
    case 2:
      return sfu_event_new_keyframe_request (0xfedcba98);
    case 3:
      return sfu_event_new_transport_state (TRUE);
    case 4:
      return gst_event_new_flush_start ();
    case 5: /* the name of a sender report, without its fields */
      return gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM_STICKY,
          gst_structure_new_empty ("sfu-sender-report"));
    case 6:
      return gst_event_new_custom (GST_EVENT_CUSTOM_UPSTREAM,
          gst_structure_new ("sfu-nack", "ssrc", G_TYPE_UINT, 1, NULL));
    case 7:
      return gst_event_new_custom (GST_EVENT_CUSTOM_UPSTREAM,
          gst_structure_new_empty ("sfu-transport-state"));
    case 8: /* right name, wrong direction */
      return gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM,
          gst_structure_new_empty ("GstForceKeyUnit"));
    case 9:
      return sfu_event_new_lost (0xfedcba98, seqs, G_N_ELEMENTS (seqs));
    default:
      return NULL;
  }
}

static void
test_kinds (void)
{
  GstEvent *event;

  for (guint kind = 0; (event = make (kind)) != NULL; kind++) {
    SfuSenderReport report;
    guint32 ssrc;
    const guint16 *seqs;
    guint n;
    gboolean connected;

    g_assert_cmpint (
        sfu_event_parse_sender_report (event, &report), ==, kind == 0);
    g_assert_cmpint (
        sfu_event_parse_nack (event, &ssrc, &seqs, &n), ==, kind == 1);
    g_assert_cmpint (
        sfu_event_parse_lost (event, &ssrc, &seqs, &n), ==, kind == 9);
    g_assert_cmpint (sfu_event_is_keyframe_request (event), ==, kind == 2);
    g_assert_cmpint (
        sfu_event_parse_keyframe_request (event, &ssrc), ==, kind == 2);
    g_assert_cmpint (
        sfu_event_parse_transport_state (event, &connected), ==, kind == 3);
    g_assert_cmpint (
        GST_EVENT_IS_UPSTREAM (event), ==, kind != 0 && kind != 5 && kind != 8);
    gst_event_unref (event);
  }
}

static void
test_sender_report (void)
{
  GstEvent *event = make (0);
  SfuSenderReport report;

  g_assert_true (GST_EVENT_IS_STICKY (event));
  g_assert_true (sfu_event_parse_sender_report (event, &report));
  g_assert_cmphex (report.ssrc, ==, 0xfedcba98);
  g_assert_cmphex (report.ntp, ==, 0xe8fe6f8040000000);
  g_assert_cmphex (report.rtp_timestamp, ==, 0xfffffff0);
  g_assert_cmpint (report.received_us, ==, -5);
  gst_event_unref (event);
}

static void
test_nack (void)
{
  GstEvent *event = make (1);
  const guint16 *seqs;
  guint32 ssrc;
  guint n;

  g_assert_true (sfu_event_parse_nack (event, &ssrc, &seqs, &n));
  g_assert_cmphex (ssrc, ==, 0xfedcba98);
  g_assert_cmpuint (n, ==, 3);
  g_assert_cmpuint (seqs[0], ==, 65535);
  g_assert_cmpuint (seqs[1], ==, 0);
  g_assert_cmpuint (seqs[2], ==, 7);
  gst_event_unref (event);

  event = sfu_event_new_nack (1, NULL, 0);
  g_assert_true (sfu_event_parse_nack (event, &ssrc, &seqs, &n));
  g_assert_cmpuint (n, ==, 0);
  gst_event_unref (event);
}

static void
test_keyframe_request (void)
{
  GstEvent *event = make (2);
  guint32 ssrc;
  gboolean all_headers;

  g_assert_true (sfu_event_parse_keyframe_request (event, &ssrc));
  g_assert_cmphex (ssrc, ==, 0xfedcba98);
  g_assert_true (gst_structure_get_boolean (
      gst_event_get_structure (event), "all-headers", &all_headers));
  g_assert_true (all_headers);
  gst_event_unref (event);

  event = gst_event_new_custom (
      GST_EVENT_CUSTOM_UPSTREAM, gst_structure_new_empty ("GstForceKeyUnit"));
  g_assert_true (sfu_event_parse_keyframe_request (event, &ssrc));
  g_assert_cmpuint (ssrc, ==, 0);
  gst_event_unref (event);
}

static void
test_transport_state (void)
{
  for (guint state = 0; state < 2; state++) {
    GstEvent *event = sfu_event_new_transport_state (state);
    gboolean connected = !state;

    g_assert_true (sfu_event_parse_transport_state (event, &connected));
    g_assert_cmpint (connected, ==, state);
    gst_event_unref (event);
  }
}

static void
test_bye (void)
{
  GstEvent *event = sfu_event_new_bye (4711);
  guint32 ssrc = 0;

  g_assert_true (GST_EVENT_IS_SERIALIZED (event));
  g_assert_true (sfu_event_parse_bye (event, &ssrc));
  g_assert_cmpuint (ssrc, ==, 4711);
  g_assert_false (sfu_event_is_activity (event));
  gst_event_unref (event);
  event = sfu_event_new_activity ();
  g_assert_false (sfu_event_parse_bye (event, &ssrc));
  gst_event_unref (event);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/event/kinds", test_kinds);
  g_test_add_func ("/event/sender-report", test_sender_report);
  g_test_add_func ("/event/nack", test_nack);
  g_test_add_func ("/event/keyframe-request", test_keyframe_request);
  g_test_add_func ("/event/transport-state", test_transport_state);
  g_test_add_func ("/event/bye", test_bye);
  return g_test_run ();
}
