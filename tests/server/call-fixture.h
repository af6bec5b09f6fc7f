/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A call in a real worker: one peer publishes, another subscribes.
 *
 * Threads: main only. */
#pragma once

#include "media-fixture.h"

G_BEGIN_DECLS

#define PRODUCER_SSRC 1000
#define CONSUMER_SSRC 2000
#define CONSUMER_PT 101
#define N_PACKETS 50
/* So that sequence numbers wrap on the way in. */
#define FIRST_SEQ 65520

typedef struct {
  SfuWorkerClient *client;
  MediaPeer *a, *b;
} Call;

/* In router "r": a publishes "p", b subscribes "c", paused or not. */
Call *call_new (gboolean paused);
void call_free (Call *call);
/* Which DTLS and SRTP the workers have. */
gboolean is_stock (void);
/* Sends n pictures, the first a key frame or not; returns the next number. */
guint16 send_pictures (Call *call, guint16 seq, guint n, gboolean key_frame);
/* At b, without a gap; *last_seq is the number of the last one. */
void expect_pictures (Call *call, guint n, guint16 *last_seq);

G_END_DECLS
