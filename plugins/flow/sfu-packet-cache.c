/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A table of slots indexed by the low bits of the sequence number, threaded by
 * a list in the order of arrival. The list makes the bounds of age and bytes
 * exact and independent of what the numbers do: a stream that jumps or starts
 * anew needs no special case, the old packets leave by age.
 *
 * Threads: not locked; its owner (SfuTrack) locks. Time is an argument. */
#include "sfu-packet-cache.h"

#define MAX_PACKETS 32768
#define NIL G_MAXUINT16 /* no slot; MAX_PACKETS never reaches it */

typedef struct {
  GstBuffer *buffer; /* owned; NULL = empty slot */
  gint64 put_us;
  guint32 size;
  guint16 seq;
  guint16 older, newer; /* neighbours in order of arrival, or NIL */
} Slot;

struct _SfuPacketCache {
  Slot *slots; /* owned, mask + 1 of them */
  guint mask;
  gint64 max_age_us;
  gsize max_bytes;
  guint packets; /* occupied slots */
  gsize bytes;   /* sum of their sizes */
  guint16 oldest, newest;
};

SfuPacketCache *
sfu_packet_cache_new (guint max_packets, gint64 max_age_us, gsize max_bytes)
{
  SfuPacketCache *cache = g_new0 (SfuPacketCache, 1);
  guint size = 1;

  while (size < max_packets && size < MAX_PACKETS)
    size *= 2;
  cache->slots = g_new0 (Slot, size);
  cache->mask = size - 1;
  cache->max_age_us = max_age_us;
  cache->max_bytes = max_bytes;
  cache->oldest = cache->newest = NIL;
  return cache;
}

static void
remove_slot (SfuPacketCache *cache, guint16 i)
{
  Slot *slot = &cache->slots[i];

  if (slot->older != NIL)
    cache->slots[slot->older].newer = slot->newer;
  else
    cache->oldest = slot->newer;
  if (slot->newer != NIL)
    cache->slots[slot->newer].older = slot->older;
  else
    cache->newest = slot->older;
  cache->packets--;
  cache->bytes -= slot->size;
  gst_clear_buffer (&slot->buffer);
}

void
sfu_packet_cache_clear (SfuPacketCache *cache)
{
  while (cache->oldest != NIL)
    remove_slot (cache, cache->oldest);
  g_assert (cache->packets == 0 && cache->bytes == 0);
}

void
sfu_packet_cache_free (SfuPacketCache *cache)
{
  if (cache == NULL)
    return;
  sfu_packet_cache_clear (cache);
  g_free (cache->slots);
  g_free (cache);
}

static void
expire (SfuPacketCache *cache, gint64 now_us)
{
  while (cache->oldest != NIL &&
      now_us - cache->slots[cache->oldest].put_us > cache->max_age_us)
    remove_slot (cache, cache->oldest);
}

void
sfu_packet_cache_put (
    SfuPacketCache *cache, guint16 seq, GstBuffer *buffer, gint64 now_us)
{
  guint16 i = seq & cache->mask;
  Slot *slot = &cache->slots[i];

  if (slot->buffer != NULL)
    remove_slot (cache, i);
  slot->buffer = gst_buffer_ref (buffer);
  slot->put_us = now_us;
  slot->size = (guint32)gst_buffer_get_size (buffer);
  slot->seq = seq;
  slot->older = cache->newest;
  slot->newer = NIL;
  if (cache->newest != NIL)
    cache->slots[cache->newest].newer = i;
  else
    cache->oldest = i;
  cache->newest = i;
  cache->packets++;
  cache->bytes += slot->size;

  expire (cache, now_us);
  while (cache->bytes > cache->max_bytes)
    remove_slot (cache, cache->oldest);
}

GstBuffer *
sfu_packet_cache_get (SfuPacketCache *cache, guint16 seq, gint64 now_us)
{
  const Slot *slot = &cache->slots[seq & cache->mask];

  expire (cache, now_us);
  if (slot->buffer == NULL || slot->seq != seq)
    return NULL;
  return gst_buffer_ref (slot->buffer);
}

guint
sfu_packet_cache_packets (const SfuPacketCache *cache)
{
  return cache->packets;
}

gsize
sfu_packet_cache_bytes (const SfuPacketCache *cache)
{
  return cache->bytes;
}
