/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A sfutransport in a PLAYING pipeline and a peer for it, without anything
 * around them.
 *
 * Threads: owned by the test; its main context is the control thread's. */
#pragma once

#include <gst/gst.h>
#include "sfu-dtls-pair.h"
#include "sfu-transport.h"
#include "sfu-webrtc-server.h"
#include "test-peer.h"
#include "transport-ends.h"

G_BEGIN_DECLS

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
/* Which DTLS pair is tested: ours, unless SFU_DTLS says "stock". */
gboolean fixture_dtls_is_own (void);
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

G_END_DECLS
