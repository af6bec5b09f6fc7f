/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-packet.h. System memory stays where it is, so that its address holds
 * after it was mapped.
 *
 * Threads: see sfu-packet.h. */
#include "sfu-packet.h"

#include "sfu-packet-pool.h"

void
sfu_packet_new (SfuPacket *packet, gsize size)
{
  packet->buffer =
      sfu_packet_pool_acquire (size + SFU_PACKET_TAIL, &packet->data);
  packet->size = size;
}

/* NULL: it is not one piece of system memory that we may write to. */
static guint8 *
bytes_of (GstBuffer *buffer)
{
  GstMapInfo map;

  if (!gst_buffer_is_writable (buffer) || gst_buffer_n_memory (buffer) != 1 ||
      !gst_memory_is_type (
          gst_buffer_peek_memory (buffer, 0), GST_ALLOCATOR_SYSMEM) ||
      !gst_buffer_is_all_memory_writable (buffer) ||
      !gst_buffer_map (buffer, &map, GST_MAP_READWRITE))
    return NULL;
  gst_buffer_unmap (buffer, &map);
  return map.data;
}

static void
copy (SfuPacket *packet, GstBuffer *buffer, gsize size)
{
  sfu_packet_new (packet, size);
  if (gst_buffer_extract (buffer, 0, packet->data, size) != size)
    packet->size = 0;
  GST_BUFFER_PTS (packet->buffer) = GST_BUFFER_PTS (buffer);
  GST_BUFFER_DTS (packet->buffer) = GST_BUFFER_DTS (buffer);
  gst_buffer_unref (buffer);
}

void
sfu_packet_take (SfuPacket *packet, GstBuffer *buffer)
{
  gsize offset, capacity;
  gsize size = gst_buffer_get_sizes (buffer, &offset, &capacity);

  packet->data =
      capacity - offset - size >= SFU_PACKET_TAIL ? bytes_of (buffer) : NULL;
  if (!packet->data) {
    copy (packet, buffer, size);
    return;
  }
  packet->buffer = buffer;
  packet->size = size;
}

GstBuffer *
sfu_packet_steal_buffer (SfuPacket *packet)
{
  gst_buffer_set_size (packet->buffer, (gssize)packet->size);
  packet->data = NULL;
  return g_steal_pointer (&packet->buffer);
}

void
sfu_packet_clear (SfuPacket *packet)
{
  packet->data = NULL;
  gst_clear_buffer (&packet->buffer);
}

void
sfu_packets_clear (SfuPacket *packets, guint n)
{
  for (guint i = 0; i < n; i++)
    sfu_packet_clear (&packets[i]);
}
