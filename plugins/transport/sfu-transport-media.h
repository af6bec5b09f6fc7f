/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The media side of a transport: demultiplexer, multiplexer and RTCP, between
 * what carries the packets (the lane of webrtcbin, or a plain socket) and the
 * pads.
 *
 * Threads: media thread, but for new, ref, unref and the chain and event
 * functions, which hand over to it. */
#pragma once

#include "sfu-rtcp-session.h"

G_BEGIN_DECLS

/* What carries the packets; media thread. */
typedef struct {
  /* It has become connected: the first packets follow. */
  void (*start) (gpointer carrier);
  /* Both take what they are given. */
  void (*rtp) (gpointer carrier, SfuPacket *packets, guint n);
  void (*rtcp) (gpointer carrier, GstBuffer *buffer);
  /* Static string, "" = not known, or no SRTP. */
  const gchar *(*srtp_profile) (gpointer carrier);
  /* Adds what it has refused itself; NULL: it counts nothing. */
  void (*add_drops) (gpointer carrier, SfuVerdictCounters *drops);
} SfuCarrierInterface;

typedef struct {
  SfuMediaLoop *loop; /* owned */
  /* media thread; NULL after close */
  SfuRtpDemux *demux;
  SfuRtpMux *mux;
  SfuRtcpSession *rtcp;
  const SfuCarrierInterface *carrier_interface; /* static */
  gpointer carrier; /* borrowed; NULL when there is none */

  guint64 rtp_packets_received, rtp_bytes_received;
  guint64 rtp_packets_sent, rtp_bytes_sent;
  SfuVerdictCounters drops; /* of packets that belong to no pad */
} SfuTransportMedia;

SfuTransportMedia *sfu_transport_media_new (
    SfuMediaLoop *loop, const gchar *cname);
SfuTransportMedia *sfu_transport_media_ref (SfuTransportMedia *self);
void sfu_transport_media_unref (gpointer self);
/* Waits for the media thread; any other. Frees what belongs to it. */
void sfu_transport_media_close (SfuTransportMedia *self);

/* carrier NULL: there is none any more. */
void sfu_transport_media_set_carrier (SfuTransportMedia *self,
    const SfuCarrierInterface *interface, gpointer carrier);
void sfu_transport_media_set_connected (
    SfuTransportMedia *self, gboolean connected);
/* Both take the buffer. */
void sfu_transport_media_receive_rtp (
    SfuTransportMedia *self, GstBuffer *buffer);
void sfu_transport_media_receive_rtcp (
    SfuTransportMedia *self, GstBuffer *buffer);

/* Any thread; all take what they are given. */
void sfu_transport_media_push (SfuTransportMedia *self,
    SfuTransportSinkPad *pad, SfuPacket *packets, guint n);
void sfu_transport_media_sink_event (
    SfuTransportMedia *self, SfuTransportSinkPad *pad, GstEvent *event);
/* TRUE: it was feedback for the publisher. */
gboolean sfu_transport_media_src_event (
    SfuTransportMedia *self, SfuTransportSrcPad *pad, GstEvent *event);
/* Tells the pad's peer whether the transport is connected, soon. */
void sfu_transport_media_tell_state (
    SfuTransportMedia *self, SfuTransportSinkPad *pad);

/* Any thread; waits for the media thread. Sets the fields that all transports
 * have and adds to drops. */
void sfu_transport_media_add_stats (
    SfuTransportMedia *self, GstStructure *s, SfuVerdictCounters *drops);

G_END_DECLS
