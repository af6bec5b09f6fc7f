/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What sfu-ice-agent.c and sfu-ice-agent-control.c share.
 *
 * Threads: as sfu-ice-agent.h. */
#pragma once

#include "sfu-ice-agent.h"

#include "sfu-counter.h"
#include "sfu-ice-lite.h"
#include "sfu-ice-src.h"
#include "sfu-webrtc-server-private.h"

G_BEGIN_DECLS

GST_DEBUG_CATEGORY_EXTERN (sfu_ice_agent_debug);

struct _SfuIceAgent {
  GstWebRTCICE parent;
  SfuWebRtcServer *server;               /* owned */
  SfuMediaLoop *loop;                    /* borrowed from server */
  GMainContext *control;                 /* owned */
  const SfuIceAgentCallbacks *callbacks; /* borrowed until closed */
  gpointer owner;                        /* borrowed until closed */
  SfuServed served;

  GMutex lock;
  SfuIceLite lite;
  SfuAddress peer;
  gboolean has_peer;
  gboolean closed;

  /* Made for webrtcbin on its thread before sfu_ice_agent_open. */
  GstWebRTCICEStream *stream;       /* owned: webrtcbin keeps no reference */
  GstWebRTCICETransport *transport; /* owned */
  SfuIceSrc *src;                   /* owned */

  /* Media thread. */
  gboolean opened, told, ready;
  GSource *tell; /* owned; runs on control */
  GQueue early;  /* of owned GstBuffer */

  /* sfu-counter.h: the media thread's … */
  guint64 packets_received, bytes_received, packets_sent, bytes_sent;
  SfuVerdictCounters drops;
  /* … and those of all other senders. */
  guint64 other_packets_sent, other_bytes_sent;
  SfuVerdictCounters other_drops;
};

/* Tells webrtcbin that ICE is connected, if it is and nobody has yet. Media
 * thread. */
void sfu_ice_agent_maybe_tell (SfuIceAgent *self);

G_END_DECLS
