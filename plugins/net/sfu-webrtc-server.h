/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One UDP port, and a TCP port if wanted, for any number of transports
 * (mediasoup calls this a WebRtcServer), on one address or several: reads
 * bursts, answers STUN for every agent that is registered, finds the agent of
 * all other datagrams by remote address, sends what was gathered in one burst
 * with sendmmsg.
 *
 * Threads: made and asked from any thread; its tables and its socket belong to
 * the media thread of its loop. */
#pragma once

#include "sfu-media-loop.h"
#include "sfu-verdict.h"

G_BEGIN_DECLS

#define SFU_TYPE_WEBRTC_SERVER (sfu_webrtc_server_get_type ())
G_DECLARE_FINAL_TYPE (
    SfuWebRtcServer, sfu_webrtc_server, SFU, WEBRTC_SERVER, GObject)

/* listen_ip: IPv4 or IPv6 literals with commas between, "0.0.0.0" and "::" (both
 * families) included: sfu-socket-set.h. port 0: a free one. announced:
 * NULL-terminated addresses or host names put into candidates, NULL or empty:
 * those of listen_ip (which then may not be a wildcard: the error says what to
 * configure). GError: G_IO_ERROR, with a message for an operator
 * ("cannot bind UDP 1.2.3.4:40000: address not available: listen-ip must be an
 * address of this machine; put the public one into announced-address"). */
SfuWebRtcServer *sfu_webrtc_server_new (SfuMediaLoop *loop,
    const gchar *listen_ip, guint16 port, const gchar *const *announced,
    GError **error);
/* First free port of [port_min, port_max], starting at a random one. */
SfuWebRtcServer *sfu_webrtc_server_new_in_range (SfuMediaLoop *loop,
    const gchar *listen_ip, guint16 port_min, guint16 port_max,
    const gchar *const *announced, GError **error);

/* ICE over TCP beside UDP: connections are accepted on the same address and
 * port number; when another program has that, on a free port. Before the first
 * agent. */
gboolean sfu_webrtc_server_listen_tcp (SfuWebRtcServer *self, GError **error);
/* 0: it does not listen. */
guint16 sfu_webrtc_server_get_tcp_port (SfuWebRtcServer *self);

SfuMediaLoop *sfu_webrtc_server_get_loop (SfuWebRtcServer *self);
guint16 sfu_webrtc_server_get_port (SfuWebRtcServer *self);

/* What goes into iceCandidates: host candidates, one per announced address,
 * then those for TCP. */
typedef struct {
  gchar foundation[16];
  guint32 priority;
  gchar address[256];
  guint16 port;
  gboolean tcp; /* passive */
} SfuIceCandidate;

/* At most max; returns how many. */
guint sfu_webrtc_server_get_candidates (
    SfuWebRtcServer *self, SfuIceCandidate *candidates, guint max);

typedef struct {
  guint64 packets_received, bytes_received, packets_sent, bytes_sent;
  guint64 receive_calls, send_calls;
  guint64 coalesced_messages; /* of SfuUdpSocketStats */
  SfuVerdictCounters drops;
  guint64 tcp_refused;  /* connections above a limit */
  guint64 tcp_unproven; /* connections without a valid check */
} SfuWebRtcServerStats;

/* Snapshot; any thread. */
void sfu_webrtc_server_get_stats (
    SfuWebRtcServer *self, SfuWebRtcServerStats *stats);

/* Test aid: lose this share of RTP/RTCP/DTLS datagrams, 0..100. Any thread. */
void sfu_webrtc_server_set_impairment (
    SfuWebRtcServer *self, gdouble percent_in, gdouble percent_out);

G_END_DECLS
