/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Peers with real ICE, DTLS and SRTP on the transports of a real worker, and
 * the packets they send.
 *
 * Threads: the test's. */
#pragma once

#include "test-peer.h"
#include "worker-fixture.h"

G_BEGIN_DECLS

/* Header extension ids of the parameters below. */
#define MEDIA_AUDIO_LEVEL_ID 10

typedef struct {
  SfuWorkerClient *client;
  TestPeer *peer;
  gchar *id;                              /* of the transport */
  gchar *ice_state, *dtls_state, *reason; /* as last told */
} MediaPeer;

/* In router "r", with the peer's own fingerprint or, for the test of that, a
 * wrong one. Checks go on, nothing is waited for. */
MediaPeer *media_peer_new (
    SfuWorkerClient *client, const gchar *id, gboolean right_fingerprint);
/* Waits until both sides say that they are connected. */
void media_peer_wait (MediaPeer *self);
/* The transport is left to the test. */
void media_peer_free (MediaPeer *self);

/* VP8 (payload type 96) or Opus (111, with audio level). */
SfuRtpParameters *media_vp8 (guint8 payload_type, guint32 ssrc);
SfuRtpParameters *media_opus (guint8 payload_type, guint32 ssrc);
void media_produce (
    MediaPeer *self, const gchar *id, SfuMediaKind kind, guint32 ssrc);
void media_consume (MediaPeer *self, const gchar *id, const gchar *producer,
    SfuMediaKind kind, guint8 payload_type, guint32 ssrc, gboolean paused);

/* One packet each. */
void media_send_vp8 (
    MediaPeer *self, guint32 ssrc, guint16 seq, gboolean key_frame);
void media_send_opus (MediaPeer *self, guint32 ssrc, guint16 seq, guint8 level);

typedef struct {
  guint32 ssrc;
  guint8 payload_type;
  guint16 seq;
} MediaPacket;

/* FALSE: none has come. */
gboolean media_receive (MediaPeer *self, MediaPacket *packet);
/* Waits for one. */
void media_expect (MediaPeer *self, MediaPacket *packet);
/* Takes RTCP out of the queue until a picture loss indication for this SSRC is
 * found; FALSE: there was none. */
gboolean media_got_pli (MediaPeer *self, guint32 ssrc);

/* A counter of the first report of GetStats; 0 when it is missing. */
guint64 media_stat (
    SfuWorkerClient *client, const gchar *id, const gchar *name);

G_END_DECLS
