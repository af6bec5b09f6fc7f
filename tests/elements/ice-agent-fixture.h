/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A SfuIceAgent, a peer for it on a real socket, and what webrtcbin does with the
 * agent.
 *
 * Threads: the test's is the control thread (its context is iterated while it
 * waits); the media loop has its own. */
#pragma once

#include <gst/check/gstharness.h>
#include <gst/webrtc/icetransport.h>

#include "sfu-ice-agent.h"
#include "test-stun-peer.h"

G_BEGIN_DECLS

#define LOCALHOST "127.0.0.1"
/* First byte of a DTLS record and of RTP. */
#define DTLS 22
#define RTP 0x80

typedef struct {
  SfuIceState state;
  gchar *reason;
} Change;

typedef struct {
  GMainContext *control;
  SfuMediaLoop *loop;
  SfuWebRtcServer *server;
  SfuIceAgent *agent;
  gchar *ufrag, *pwd;
  TestStunPeer *peer;
  /* Of the agent, when webrtcbin_side was made. */
  GstHarness *src, *sink;
  GstWebRTCICETransport *transport; /* owned */
  GString *transport_states;
  GMutex lock;
  GArray *changes; /* of Change, under the lock */
} Fixture;

#define ADD(path, func)                                                        \
  g_test_add ("/ice-agent/" path, Fixture, NULL, set_up, func, tear_down)

/* Those of the agent; for another one whose changes are told, too. */
extern const SfuIceAgentCallbacks callbacks;

void set_up (Fixture *f, gconstpointer unused);
/* Also: nothing keeps the agent, the server or the loop. */
void tear_down (Fixture *f, gconstpointer unused);
/* The agent's, as they are now. */
void take_credentials (Fixture *f);

/* ---- waiting ---- */

typedef gboolean (*Condition) (Fixture *f, guint n);

/* Runs the control context until the condition holds. */
void wait_until (Fixture *f, Condition condition, guint n);
/* Conditions. */
gboolean has_changes (Fixture *f, guint n);
/* The at-th change was this one; waits for it. */
void assert_change (
    Fixture *f, guint at, SfuIceState state, const gchar *reason);
/* A check's answer leaves before its consequences; this waits for them. */
void settle (Fixture *f);
/* The answer to a check with the agent's credentials: 0 or its error code. */
gint check (Fixture *f, TestCheckFlags flags);
/* A condition: so many packets. */
gboolean server_received (Fixture *f, guint n);
guint64 server_drops (Fixture *f, SfuVerdict verdict);
guint64 agent_drops (Fixture *f, SfuVerdict verdict);

/* ---- what webrtcbin does with an agent ---- */

/* A stream, its transport, and harnesses at both of its elements. */
void make_webrtcbin_side (Fixture *f);
/* A condition: webrtcbin has heard of the nomination. */
gboolean is_told (Fixture *f, guint n);
/* Both sides made, open, nominated and told. */
void connect_agent (Fixture *f);

/* ---- packets ---- */

/* Datagrams with this first byte, numbered; and what came of them in src. */
void send_numbered (TestStunPeer *peer, guint8 first, guint from, guint to);
void assert_numbered (Fixture *f, guint8 first, guint from, guint to);

typedef struct {
  Fixture *f;
  GstBufferList *list; /* NULL: single buffers */
  guint n;
} Push;

/* The same the other way. */
GstBuffer *numbered_buffer (guint i);
void push_on_media_thread (gpointer data, gpointer unused);
void assert_peer_reads (Fixture *f, guint n);

G_END_DECLS
