/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A room of plain RTP transports in a real worker: one client publishes, another
 * receives.
 *
 * Threads: main only. */
#pragma once

#include "media-fixture.h"
#include "room-fixture.h"
#include "test-plain-client.h"

G_BEGIN_DECLS

#define IN_SSRC 1000
#define OUT_SSRC 2000
#define OUT_PT 101
#define CLIENT_SSRC 77
#define N_PACKETS 30
#define FIRST_SEQ 65520
#define PT_VP8 96
#define HOST "127.0.0.1"
#define RTCP_SR 200
#define RTCP_PSFB 206

typedef struct {
  SfuWorkerClient *client;
  TestPlainClient *from, *to; /* publisher and receiver */
} Room;

/* Transports "in" (comedia) and "out" (given), producer "p", consumer "c". */
Room room_open (gboolean mux);
void room_close (Room *room);
/* A transport. */
SfuSeamPlainInfo *create (
    Room *room, const gchar *id, const SfuWorkerPlainOptions *options);
/* The same, and peer aims at it. */
void add_plain (Room *room, const gchar *id, TestPlainClient *peer,
    const SfuWorkerPlainOptions *options);
/* Tells it where peer is. */
void connect_plain (
    Room *room, const gchar *id, TestPlainClient *peer, gboolean mux);
/* VP8, on that transport. */
void produce (
    Room *room, const gchar *transport, const gchar *id, guint32 ssrc);
void consume (
    Room *room, const gchar *transport, const gchar *id, const gchar *producer);

/* ---- packets ---- */

/* One VP8 picture per packet (RFC 7741), the first a key frame. */
void send_pictures (TestPlainClient *from, guint32 ssrc, guint16 seq, guint n);
/* Without a gap; returns the number of the last. */
guint16 expect_pictures (TestPlainClient *to, guint n);
/* Length in words less one, sender, and for feedback the media. */
void send_rtcp (TestPlainClient *from, guint8 first, guint8 type, guint32 media,
    const guint8 *rest, gsize len);
void send_pli (TestPlainClient *from, guint32 media);
/* Of one RTCP packet type, in any compound that came. */
gboolean got_rtcp (TestPlainClient *at, guint8 type);

G_END_DECLS
