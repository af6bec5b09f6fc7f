/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RTP meta: written once, kept by copies, worthless once the size changed.
 *
 * Threads: one. */
#include "sfu-rtp-meta.h"
#include "test-util.h"

#define PACKET_SIZE 20

static GstBuffer *
make_packet (void)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, PACKET_SIZE, NULL);
  guint8 data[PACKET_SIZE] = { 0x80, 0x60, 0, 9 };
  SfuRtpMeta *meta = sfu_buffer_add_rtp_meta (buffer);

  g_assert_cmpint (meta->arrival_us, ==, 0);
  g_assert_cmpint (meta->info.keyframe_start, ==, FALSE);
  gst_buffer_fill (buffer, 0, data, sizeof data);
  g_assert_true (sfu_rtp_parse (data, sizeof data, &meta->header));
  meta->ext.len[SFU_EXT_MID] = 3;
  meta->info.keyframe_start = TRUE;
  meta->arrival_us = 77;
  return buffer;
}

static void
check (GstBuffer *buffer)
{
  SfuRtpMeta *meta = sfu_buffer_get_rtp_meta (buffer);

  g_assert_nonnull (meta);
  g_assert_cmpuint (meta->header.seq, ==, 9);
  g_assert_cmpuint (meta->header.payload_len, ==, 8);
  g_assert_cmpuint (meta->ext.len[SFU_EXT_MID], ==, 3);
  g_assert_true (meta->info.keyframe_start);
  g_assert_cmpint (meta->arrival_us, ==, 77);
}

static void
test_none (void)
{
  GstBuffer *buffer = gst_buffer_new ();

  g_assert_null (sfu_buffer_get_rtp_meta (buffer));
  gst_buffer_unref (buffer);
}

static void
test_copies (void)
{
  GstBuffer *buffer = make_packet (), *copy;

  check (buffer);
  copy = gst_buffer_copy (buffer);
  check (copy);
  gst_buffer_unref (copy);
  copy = gst_buffer_copy_deep (buffer);
  check (copy);
  gst_buffer_unref (copy);
  copy = gst_buffer_copy_region (buffer, GST_BUFFER_COPY_ALL, 0, 12);
  g_assert_null (sfu_buffer_get_rtp_meta (copy));
  gst_buffer_unref (copy);
  gst_buffer_unref (buffer);
}

static void
test_resized (void)
{
  GstBuffer *buffer = make_packet ();

  gst_buffer_set_size (buffer, PACKET_SIZE - 1);
  g_assert_null (sfu_buffer_get_rtp_meta (buffer));
  gst_buffer_unref (buffer);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rtp-meta/none", test_none);
  g_test_add_func ("/rtp-meta/copies", test_copies);
  g_test_add_func ("/rtp-meta/resized", test_resized);
  return g_test_run ();
}
