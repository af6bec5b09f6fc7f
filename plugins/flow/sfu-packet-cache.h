/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The last packets of one stream, for retransmission: one cache per producer's
 * stream, shared by all its consumers, holding references, never copies.
 * Bounded three ways: packets (a table indexed by sequence number), age, bytes
 * (sizes of the buffers). The oldest leave first.
 *
 * Threads: not locked; its owner (SfuTrack) locks. Time is an argument. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct _SfuPacketCache SfuPacketCache;

/* max_packets: rounded up to a power of two, <= 32768. */
SfuPacketCache *sfu_packet_cache_new (
    guint max_packets, gint64 max_age_us, gsize max_bytes);
void sfu_packet_cache_free (SfuPacketCache *cache);
void sfu_packet_cache_clear (SfuPacketCache *cache);

/* Takes a reference. A packet whose number is the same modulo the size of the
 * table replaces the older one. */
void sfu_packet_cache_put (
    SfuPacketCache *cache, guint16 seq, GstBuffer *buffer, gint64 now_us);
/* A new reference, or NULL: never there, overwritten, too old. */
GstBuffer *sfu_packet_cache_get (
    SfuPacketCache *cache, guint16 seq, gint64 now_us);

guint sfu_packet_cache_packets (const SfuPacketCache *cache);
gsize sfu_packet_cache_bytes (const SfuPacketCache *cache);

G_END_DECLS
