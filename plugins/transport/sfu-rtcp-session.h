/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RTCP of one transport (RFC 3550, 4585, 5104, 5506): what goes out and when,
 * and what becomes of what comes in.
 *
 * Out, in compounds of at most SFU_RTCP_MAX_SIZE: receiver reports of every
 * received SSRC, sender reports of every consumer at the publisher's capture
 * time, SDES, REMB. At once: NACK, PLI, FIR, transport-cc; alone (RFC 5506), or
 * behind an empty report and the CNAME when the publisher's caps say
 * rtcp-reduced-size=false.
 * In: reports into statistics, NACK, PLI and FIR as upstream events of the sink
 * pad they speak of, sender reports and BYE as events of the src pads. What is
 * not known is skipped.
 *
 * Threads: media thread. Time is an argument; one timer of the media loop, not
 * armed while there is nothing to say, calls poll. */
#pragma once

#include "sfu-rtp-demux.h"
#include "sfu-rtp-mux.h"

G_BEGIN_DECLS

/* Leaves room for SRTCP, UDP and a tunnel under an MTU of 1280. */
#define SFU_RTCP_MAX_SIZE 1200

typedef struct {
  guint64 packets_sent, bytes_sent, packets_received, bytes_received;
  guint64 sr_sent, rr_sent, nack_sent, pli_sent, fir_sent;
  guint64 transport_cc_sent, remb_sent;
  guint64 sr_received, rr_received, nack_received, pli_received, fir_received;
  guint64 transport_cc_received, remb_received, bye_received;
  guint64 transport_cc_lost; /* packets, of streams that have RTX */
  guint64 remb_bps;          /* last REMB of the peer; 0 = none */
  SfuVerdictCounters drops;
} SfuRtcpStats;

typedef struct {
  /* One RTCP datagram; takes buffer. */
  void (*send) (gpointer owner, GstBuffer *buffer);
} SfuRtcpCallbacks;

typedef struct _SfuRtcpSession SfuRtcpSession;

/* demux and mux: borrowed, they outlive the session. cname: of our own SSRC,
 * and of consumers without one. */
SfuRtcpSession *sfu_rtcp_session_new (SfuMediaLoop *loop, SfuRtpDemux *demux,
    SfuRtpMux *mux, const SfuRtcpCallbacks *callbacks, gpointer owner,
    const gchar *cname);
void sfu_rtcp_session_free (SfuRtcpSession *self);

/* Nothing is sent before it is running. */
void sfu_rtcp_session_set_running (
    SfuRtcpSession *self, gboolean running, gint64 now_us);
/* bit/s for REMB to senders that do not use transport-cc; 0 = no REMB. */
void sfu_rtcp_session_set_max_incoming_bitrate (
    SfuRtcpSession *self, guint64 bps, gint64 now_us);

/* From the demultiplexer: see SfuRtpDemuxCallbacks. */
void sfu_rtcp_session_packet (SfuRtcpSession *self, SfuRtpStream *stream,
    gint transport_cc_seq, gint64 now_us);
/* From the multiplexer: a consumer has begun to send. */
void sfu_rtcp_session_started (
    SfuRtcpSession *self, SfuTransportSinkPad *pad, gint64 now_us);

/* One RTCP datagram from the peer. */
void sfu_rtcp_session_receive (
    SfuRtcpSession *self, const guint8 *data, gsize len, gint64 now_us);

/* ssrc 0: every media stream of the pad. FALSE: no SSRC is known yet. */
gboolean sfu_rtcp_session_request_keyframe (
    SfuRtcpSession *self, SfuTransportSrcPad *pad, guint32 ssrc);
gboolean sfu_rtcp_session_nack (SfuRtcpSession *self, SfuTransportSrcPad *pad,
    guint32 ssrc, const guint16 *seqs, guint n);

/* Sends what is due. Returns when to call again, or -1. */
gint64 sfu_rtcp_session_poll (SfuRtcpSession *self, gint64 now_us);

const SfuRtcpStats *sfu_rtcp_session_stats (const SfuRtcpSession *self);

G_END_DECLS
