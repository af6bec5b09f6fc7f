/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An ICE-lite agent (RFC 8445 2.5, RFC 7675 on the receiving side) for one
 * transport, as a GstWebRTCICE that webrtcbin accepts. STUN is answered from
 * the moment it exists; webrtcbin may come later or never.
 *
 * Threads: made, restarted, opened and closed on the control thread; STUN and
 * packets on the media thread; sending also from the dtls tasks. */
#pragma once

#include <gst/webrtc/webrtc.h>
#include <gst/webrtc/ice.h>
#include "sfu-ice-state.h"
#include "sfu-webrtc-server.h"

G_BEGIN_DECLS

typedef struct {
  /* Media thread. reason: "" or e.g. "consent expired". */
  void (*state_changed) (
      gpointer owner, SfuIceState state, const gchar *reason);
} SfuIceAgentCallbacks;

#define SFU_TYPE_ICE_AGENT (sfu_ice_agent_get_type ())
G_DECLARE_FINAL_TYPE (SfuIceAgent, sfu_ice_agent, SFU, ICE_AGENT, GstWebRTCICE)

/* control: the context of the control thread, on which webrtcbin is told of
 * state changes; NULL = the default main context. callbacks and owner: valid
 * until sfu_ice_agent_close has returned. */
SfuIceAgent *sfu_ice_agent_new (SfuWebRtcServer *server, GMainContext *control,
    const SfuIceAgentCallbacks *callbacks, gpointer owner);

/* Checks that come over UDP are not answered any more. At once after it was
 * made, before anybody is told its credentials. */
void sfu_ice_agent_force_tcp (SfuIceAgent *self);

/* Copies, because restart changes them. Free with g_free. */
gchar *sfu_ice_agent_dup_ufrag (SfuIceAgent *self);
gchar *sfu_ice_agent_dup_pwd (SfuIceAgent *self);

/* New credentials; the old ones are answered until the peer nominates with the
 * new ones, so media never stops. */
void sfu_ice_agent_restart (SfuIceAgent *self);

/* Both descriptions are set and the pads re-linked: from now on webrtcbin may
 * be told that ICE is connected, then packets flow (early ones first: a
 * bounded queue holds them). */
void sfu_ice_agent_open (SfuIceAgent *self);

/* When it returns no packet is or will be delivered or sent, no callback runs
 * any more. Waits for the media thread. Idempotent. */
void sfu_ice_agent_close (SfuIceAgent *self);

/* After webrtcbin is NULL and removed: breaks the cycle agent -> stream ->
 * transport -> sink -> agent. The caller still owns its reference. */
void sfu_ice_agent_break_cycle (SfuIceAgent *self);

/* µs; defaults: 30 s until the first check, 10 s to DISCONNECTED, 30 s without
 * a check (RFC 7675) to CLOSED. 0 = never. */
void sfu_ice_agent_set_timeouts (SfuIceAgent *self, gint64 first_check_us,
    gint64 disconnect_us, gint64 consent_us);

typedef struct {
  guint64 packets_received, bytes_received, packets_sent, bytes_sent;
  gchar remote_address[64]; /* "" = none yet */
  guint16 remote_port;
  gchar local_address[64];
  guint16 local_port;
  gboolean tcp; /* the selected address */
  SfuIceState state;
  SfuVerdictCounters drops;
} SfuIceAgentStats;

/* Snapshot; any thread. */
void sfu_ice_agent_get_stats (SfuIceAgent *self, SfuIceAgentStats *stats);

G_END_DECLS
