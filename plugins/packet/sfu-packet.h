/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A packet on its way out, from the consumer that wrote it to the socket: one
 * buffer that nobody else has, and its bytes at hand, so that what stamps,
 * encrypts and sends it neither maps nor copies it again.
 *
 * Threads: of whoever holds the packet. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Room behind the bytes: an SRTP tag (16 with AES-GCM) and the index of SRTCP
 * (RFC 3711 3.1, 3.4); libsrtp wants room for the longest MKI, too, which nobody
 * sends. */
#define SFU_PACKET_TAIL 148

typedef struct {
  GstBuffer *buffer; /* owned; its own size says nothing until it is stolen */
  guint8 *data;      /* in one piece of system memory, ours alone */
  gsize size;        /* SFU_PACKET_TAIL more bytes may be written behind */
} SfuPacket;

/* size undefined bytes; from the pool of this thread (sfu-packet-pool.h). */
void sfu_packet_new (SfuPacket *packet, gsize size);
/* Takes a buffer that came from anywhere; copies what is shared, in pieces or
 * has no room behind. What cannot be read is a packet of no bytes. */
void sfu_packet_take (SfuPacket *packet, GstBuffer *buffer);
/* The buffer with the packet's bytes; the packet is empty then. */
GstBuffer *sfu_packet_steal_buffer (SfuPacket *packet);
void sfu_packet_clear (SfuPacket *packet);
void sfu_packets_clear (SfuPacket *packets, guint n);

G_END_DECLS
