/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A sfutransport in a PLAYING pipeline and a peer for it, without anything
 * around them.
 *
 * Threads: owned by the test; its main context is the control thread's. */
#pragma once

#include <gst/gst.h>
#include "sfu-transport.h"
#include "sfu-webrtc-server.h"
#include "test-peer.h"

G_BEGIN_DECLS

/* Long, because DTLS under loss waits for seconds. */
#define TEST_DEADLINE_US (60 * G_USEC_PER_SEC)

/* The peer's timer wakes the main context, so this never blocks for long. */
#define WAIT_UNTIL(condition)                                                  \
  G_STMT_START                                                                 \
  {                                                                            \
    gint64 deadline_ = g_get_monotonic_time () + TEST_DEADLINE_US;             \
                                                                               \
    while (!(condition)) {                                                     \
      if (g_get_monotonic_time () > deadline_)                                 \
        g_error ("%s:%d: never came: %s", __FILE__, __LINE__, #condition);     \
      g_main_context_iteration (NULL, TRUE);                                   \
    }                                                                          \
  }                                                                            \
  G_STMT_END

typedef struct {
  SfuWebRtcServer *server;
  GstElement *pipeline;
  SfuTransport *transport; /* in pipeline */
  TestPeer *peer;
  /* the last state-changed, and how many came */
  gchar ice[16], dtls[16], reason[64];
  guint n_states;
} Fixture;

void fixture_init (Fixture *f);
/* Ends with everything down and freed. */
void fixture_clear (Fixture *f);
/* Another transport in the same pipeline, on the same server. */
SfuTransport *fixture_add_transport (Fixture *f);

/* Puts the peer on a main context of its own, so that it can go on while the
 * control thread stands still. Unref it after fixture_clear. */
GMainContext *fixture_separate_peer (Fixture *f);

/* Both sides begin; peer_client: the peer is DTLS client. */
void fixture_start (Fixture *f, gboolean peer_client);
void fixture_start_with (
    Fixture *f, gboolean peer_client, const gchar *fingerprint);
/* The same, and waits until both say connected. */
void fixture_connect (Fixture *f, gboolean peer_client);

/* Stats of the transport or of a pad. */
guint64 stats_uint64 (gpointer object, const gchar *field);
gint64 stats_int64 (gpointer object, const gchar *field);
/* By name of sfu_verdict_name. */
guint64 stats_drops (gpointer object, const gchar *reason);

/* ---- what stands behind the pads of a transport ---- */

typedef struct {
  GstPad *pad; /* ours */
  GstPad *transport_pad;
  GAsyncQueue *buffers; /* GstBuffer, in order of arrival */
  GAsyncQueue *events;  /* GstEvent of interest */
} End;

/* A producer: request pad of these caps, linked. NULL: refused. */
End *end_new_producer (SfuTransport *transport, const gchar *caps);
/* A consumer that sends with these caps: sticky events pushed. */
End *end_new_consumer (SfuTransport *transport, const gchar *caps);
void end_free (End *end, SfuTransport *transport);
/* On the media thread, as one burst. */
void end_push (
    End *end, SfuTransport *transport, const guint8 *data, gsize len, guint n);
/* From the caller's thread. */
void end_push_here (End *end, const guint8 *data, gsize len);

/* RTP packet of 12 bytes header (and a MID of one-byte form id 1 if mid) and
 * payload_len bytes. Returns its length. */
gsize make_rtp (guint8 *data, guint8 pt, guint16 seq, guint32 timestamp,
    guint32 ssrc, const gchar *mid, gsize payload_len);

G_END_DECLS
