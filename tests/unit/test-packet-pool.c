/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The pool of a thread's packets: what comes back as it went is used again, what
 * somebody holds or has changed is not.
 *
 * Threads: one, and one that has no pool. */
#include "sfu-packet-pool.h"

#include "sfu-packet.h"

static SfuPacketPoolStats
stats (void)
{
  SfuPacketPoolStats now;

  sfu_packet_pool_get_stats (&now);
  return now;
}

static void
test_again (void)
{
  SfuPacket first, second;
  guint8 *data;

  sfu_packet_pool_open ();
  sfu_packet_new (&first, 1000);
  memset (first.data, 7, first.size + SFU_PACKET_TAIL);
  data = first.data;
  sfu_packet_new (&second, 100);
  sfu_packet_clear (&first);
  g_assert_cmpuint (stats ().waiting, ==, 1);
  sfu_packet_new (&first, 1200);
  g_assert_true (first.data == data);
  g_assert_cmpuint (stats ().made, ==, 2);
  g_assert_cmpuint (stats ().reused, ==, 1);
  sfu_packet_clear (&second);
  /* Another kind. */
  sfu_packet_new (&second, 1000);
  g_assert_cmpuint (stats ().made, ==, 3);
  sfu_packet_clear (&first);
  sfu_packet_clear (&second);
  sfu_packet_pool_close ();
  g_assert_cmpuint (stats ().waiting, ==, 0);
}

/* As a buffer it has the packet's size, and comes back as new. */
static void
test_as_buffer (void)
{
  g_autoptr (GstCaps) caps = gst_caps_new_empty_simple ("x/y");
  SfuPacket packet;
  GstBuffer *buffer;

  sfu_packet_pool_open ();
  sfu_packet_new (&packet, 33);
  buffer = sfu_packet_steal_buffer (&packet);
  g_assert_cmpuint (gst_buffer_get_size (buffer), ==, 33);
  GST_BUFFER_PTS (buffer) = 5;
  GST_BUFFER_OFFSET (buffer) = 6;
  GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  gst_buffer_add_reference_timestamp_meta (buffer, caps, 1, 1);
  gst_buffer_resize (buffer, 10, 5);
  gst_buffer_unref (buffer);
  sfu_packet_new (&packet, 34);
  g_assert_true (packet.buffer == buffer);
  g_assert_false (GST_BUFFER_PTS_IS_VALID (buffer));
  g_assert_cmpuint (GST_BUFFER_OFFSET (buffer), ==, GST_BUFFER_OFFSET_NONE);
  g_assert_false (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DISCONT));
  g_assert_null (gst_buffer_get_reference_timestamp_meta (buffer, NULL));
  buffer = sfu_packet_steal_buffer (&packet);
  g_assert_cmpuint (gst_buffer_get_size (buffer), ==, 34);
  gst_buffer_unref (buffer);
  sfu_packet_pool_close ();
}

/* A recorder keeps the bytes, or a part of them, or adds some. */
static void
test_held (void)
{
  SfuPacket packet;
  GstBuffer *buffer, *held[3];
  guint8 byte;

  sfu_packet_pool_open ();
  for (guint i = 0; i < G_N_ELEMENTS (held); i++) {
    sfu_packet_new (&packet, 33);
    memset (packet.data, 9, 33);
    buffer = sfu_packet_steal_buffer (&packet);
    if (i == 0)
      held[i] = gst_buffer_copy (buffer);
    else if (i == 1)
      held[i] = gst_buffer_copy_region (buffer, GST_BUFFER_COPY_MEMORY, 3, 9);
    else
      held[i] = gst_buffer_append (
          gst_buffer_ref (buffer), gst_buffer_new_allocate (NULL, 1, NULL));
    gst_buffer_unref (buffer);
    g_assert_cmpuint (stats ().waiting, ==, 0);
  }
  for (guint i = 0; i < G_N_ELEMENTS (held); i++) {
    sfu_packet_new (&packet, 33);
    memset (packet.data, 1, 33);
    sfu_packet_clear (&packet);
    gst_buffer_extract (held[i], 5, &byte, 1);
    g_assert_cmpuint (byte, ==, 9);
    gst_buffer_unref (held[i]);
  }
  g_assert_cmpuint (stats ().waiting, ==, 1);
  sfu_packet_pool_close ();
}

static gpointer
drop (gpointer buffer)
{
  gst_buffer_unref (buffer);
  return NULL;
}

static void
test_other_thread (void)
{
  SfuPacket packet;

  sfu_packet_pool_open ();
  sfu_packet_new (&packet, 33);
  g_thread_join (
      g_thread_new ("drop", drop, sfu_packet_steal_buffer (&packet)));
  g_assert_cmpuint (stats ().waiting, ==, 0);
  sfu_packet_pool_close ();
  /* Without a pool there are packets, too, of every size. */
  sfu_packet_new (&packet, 33);
  sfu_packet_clear (&packet);
  sfu_packet_new (&packet, 65000);
  memset (packet.data, 1, packet.size + SFU_PACKET_TAIL);
  sfu_packet_clear (&packet);
  g_assert_cmpuint (stats ().made, ==, 0);
}

static void
test_bound (void)
{
  static SfuPacket packets[SFU_PACKET_POOL_MAX + 10];

  sfu_packet_pool_open ();
  for (guint i = 0; i < G_N_ELEMENTS (packets); i++)
    sfu_packet_new (&packets[i], 33);
  sfu_packets_clear (packets, G_N_ELEMENTS (packets));
  g_assert_cmpuint (stats ().waiting, ==, SFU_PACKET_POOL_MAX);
  sfu_packet_pool_close ();
}

/* What comes from anywhere is ours alone afterwards, with room behind. */
static void
test_take (void)
{
  GstBuffer *shared = gst_buffer_new_memdup ("abc", 3);
  GstBuffer *pieces = gst_buffer_append (
      gst_buffer_new_memdup ("ab", 2), gst_buffer_new_memdup ("c", 1));
  GstBuffer *roomy = gst_buffer_new_allocate (NULL, 1000, NULL);
  SfuPacket packet;

  sfu_packet_take (&packet, gst_buffer_ref (shared));
  g_assert_cmpmem (packet.data, packet.size, "abc", 3);
  memset (packet.data, 1, 3 + SFU_PACKET_TAIL);
  sfu_packet_clear (&packet);
  g_assert_cmpint (gst_buffer_memcmp (shared, 0, "abc", 3), ==, 0);
  gst_buffer_unref (shared);
  sfu_packet_take (&packet, pieces);
  g_assert_cmpmem (packet.data, packet.size, "abc", 3);
  sfu_packet_clear (&packet);
  gst_buffer_fill (roomy, 100, "abc", 3);
  gst_buffer_resize (roomy, 100, 3);
  sfu_packet_take (&packet, roomy);
  g_assert_true (packet.buffer == roomy);
  g_assert_cmpmem (packet.data, packet.size, "abc", 3);
  packet.size = 2;
  roomy = sfu_packet_steal_buffer (&packet);
  g_assert_cmpint (gst_buffer_memcmp (roomy, 0, "ab", 2), ==, 0);
  g_assert_cmpuint (gst_buffer_get_size (roomy), ==, 2);
  gst_buffer_unref (roomy);
  sfu_packet_take (&packet, gst_buffer_new ());
  g_assert_cmpuint (packet.size, ==, 0);
  sfu_packet_clear (&packet);
}

gint
main (gint argc, gchar **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/packet-pool/again", test_again);
  g_test_add_func ("/packet-pool/as-buffer", test_as_buffer);
  g_test_add_func ("/packet-pool/held", test_held);
  g_test_add_func ("/packet-pool/other-thread", test_other_thread);
  g_test_add_func ("/packet-pool/bound", test_bound);
  g_test_add_func ("/packet-pool/take", test_take);
  return g_test_run ();
}
