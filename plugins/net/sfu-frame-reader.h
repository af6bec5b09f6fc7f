/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Packets on a TCP connection (RFC 4571): each has its length before it, two
 * bytes, big endian. Turns what recv gave into packets and keeps what is not
 * complete yet.
 *
 * Threads: owned by one thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SFU_FRAME_HEADER 2
/* As for datagrams: what is larger is nothing a WebRTC peer may send. */
#define SFU_FRAME_MAX 2048
/* Some packets are read with one system call. */
#define SFU_FRAME_BUFFER 8192

typedef struct {
  guint8 data[SFU_FRAME_BUFFER];
  gsize start, end; /* what was read and not yet given out */
  gsize skip;       /* bytes still to come of a packet that is too large */
  guint oversized;  /* packets that were too large */
} SfuFrameReader;

void sfu_frame_reader_init (SfuFrameReader *self);
/* Where the next bytes go, and how many fit: at least one when next has said
 * FALSE. What next gave is invalid then. */
guint8 *sfu_frame_reader_get_room (SfuFrameReader *self, gsize *room);
void sfu_frame_reader_add (SfuFrameReader *self, gsize n);
/* FALSE: no complete packet is there. Empty ones are passed over. */
gboolean sfu_frame_reader_next (
    SfuFrameReader *self, const guint8 **data, gsize *size);

/* size: at most G_MAXUINT16. */
void sfu_frame_write_header (guint8 header[SFU_FRAME_HEADER], gsize size);

G_END_DECLS
