/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Buffers that come back: a thread that forwards packets allocates none while
 * what it sends and what it has sent keep pace. Buffers for a sound and for a
 * full datagram; what is larger, and threads without a pool, get new ones.
 *
 * A buffer comes back to the pool of the thread that drops it last, when it is
 * still what it was (nobody holds its memory, nobody changed it); whatever was
 * attached to it is taken off.
 *
 * Threads: a pool belongs to the thread that opened it. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Bytes, and how many of each kind wait at most: 1.7 MB. */
#define SFU_PACKET_POOL_SMALL 320
#define SFU_PACKET_POOL_LARGE 1536
#define SFU_PACKET_POOL_MAX 1024

typedef struct {
  guint64 made;   /* buffers that had to be allocated */
  guint64 reused; /* that came from the pool */
  guint waiting;  /* in the pool now, of both kinds */
} SfuPacketPoolStats;

/* Of the calling thread. */
void sfu_packet_pool_open (void);
void sfu_packet_pool_close (void);
void sfu_packet_pool_get_stats (SfuPacketPoolStats *stats);

/* One writable piece of system memory of at least size bytes at *data; the
 * buffer's size is what it has room for. */
GstBuffer *sfu_packet_pool_acquire (gsize size, guint8 **data);

G_END_DECLS
