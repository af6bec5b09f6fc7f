/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See rtp-packets.h.
 *
 * Threads: pure functions. */
#include "rtp-packets.h"

#include <string.h>

#define HEADER 12
#define EXT 8

static GstBuffer *
new_packet (const TestPacket *packet, const guint8 *start, gsize start_len)
{
  gsize ext = packet->audio_level_id ? EXT : 0;
  gsize size = HEADER + ext + packet->payload_size;
  guint8 *data = g_malloc0 (size);
  guint8 *payload = data + HEADER + ext;

  g_assert_cmpuint (packet->payload_size, >=, start_len);
  data[0] = 0x80 | (ext ? 0x10 : 0);
  data[1] = (packet->marker ? 0x80 : 0) | packet->payload_type;
  GST_WRITE_UINT16_BE (data + 2, packet->seq);
  GST_WRITE_UINT32_BE (data + 4, packet->timestamp);
  GST_WRITE_UINT32_BE (data + 8, packet->ssrc);
  if (ext) {
    GST_WRITE_UINT16_BE (data + 12, 0xBEDE);
    GST_WRITE_UINT16_BE (data + 14, 1);
    data[16] = packet->audio_level_id << 4;
    data[17] = packet->audio_level;
  }
  memset (payload, packet->seq & 0xff, packet->payload_size);
  if (start_len > 0)
    memcpy (payload, start, start_len);
  return gst_buffer_new_wrapped (data, size);
}

GstBuffer *
test_packet_new_vp8 (const TestPacket *packet)
{
  /* descriptor: S bit, partition 0; then the frame tag, whose lowest bit is 0
   * for a key frame (RFC 7741, RFC 6386 9.1), start code, 320x240 */
  const guint8 key[] = { 0x10, 0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x40, 0x01,
    0xf0, 0x00 };
  const guint8 delta[] = { 0x10, 0x11, 0x02, 0x00, 0, 0, 0, 0, 0, 0, 0 };
  TestPacket sized = *packet;

  if (sized.payload_size < sizeof key)
    sized.payload_size = sizeof key;
  return new_packet (&sized, packet->keyframe ? key : delta, sizeof key);
}

GstBuffer *
test_packet_new_opus (const TestPacket *packet)
{
  return new_packet (packet, NULL, 0);
}

void
test_packet_parse (GstBuffer *buffer, TestPacket *packet)
{
  GstMapInfo map;

  g_assert_true (gst_buffer_map (buffer, &map, GST_MAP_READ));
  g_assert_cmpuint (map.size, >=, HEADER);
  g_assert_cmpuint (map.data[0] >> 6, ==, 2);
  memset (packet, 0, sizeof *packet);
  packet->marker = map.data[1] >> 7;
  packet->payload_type = map.data[1] & 0x7f;
  packet->seq = GST_READ_UINT16_BE (map.data + 2);
  packet->timestamp = GST_READ_UINT32_BE (map.data + 4);
  packet->ssrc = GST_READ_UINT32_BE (map.data + 8);
  packet->payload_size = map.size - HEADER;
  gst_buffer_unmap (buffer, &map);
}
