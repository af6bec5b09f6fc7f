/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Gathers the packets of all consumers of a transport into one list per burst,
 * stamps what can only be known when a packet leaves (transport-wide sequence
 * number, absolute send time), counts per consumer, and finds the consumer that
 * feedback speaks of.
 *
 * Threads: media thread. */
#pragma once

#include "sfu-shortcut.h"
#include "sfu-transport-sink-pad.h"
#include "sfu-twcc-history.h"

G_BEGIN_DECLS

/* A burst is cut here, so that the first receivers of a large room need not
 * wait for the last. */
#define SFU_RTP_MUX_LIST_MAX SFU_PACKETS_MAX
/* Packets of one pad on their way from another thread to the media thread. */
#define SFU_RTP_MUX_HAND_OVER_MAX 1024

typedef struct {
  /* Takes the packets. */
  void (*send) (gpointer owner, SfuPacket *packets, guint n);
  /* The first packet of a pad, or the first after a silence, for which no
   * sender report is due yet. */
  void (*started) (gpointer owner, SfuTransportSinkPad *pad, gint64 now_us);
} SfuRtpMuxCallbacks;

typedef struct _SfuRtpMux SfuRtpMux;

SfuRtpMux *sfu_rtp_mux_new (
    SfuMediaLoop *loop, const SfuRtpMuxCallbacks *callbacks, gpointer owner);
/* Drops what was gathered. */
void sfu_rtp_mux_free (SfuRtpMux *self);

/* Keeps a reference to the pad. */
void sfu_rtp_mux_add_pad (SfuRtpMux *self, SfuTransportSinkPad *pad);
void sfu_rtp_mux_remove_pad (SfuRtpMux *self, SfuTransportSinkPad *pad);

/* Connected: packets pass and the pads are told (sfu-transport-state). */
void sfu_rtp_mux_set_connected (SfuRtpMux *self, gboolean connected);
/* Tells one pad (again). */
void sfu_rtp_mux_tell_state (SfuRtpMux *self, SfuTransportSinkPad *pad);

/* Both take what they are given. */
void sfu_rtp_mux_push (SfuRtpMux *self, SfuTransportSinkPad *pad,
    const SfuPacket *packet, gint64 now_us);
void sfu_rtp_mux_event (
    SfuRtpMux *self, SfuTransportSinkPad *pad, GstEvent *event);

/* Transport-wide feedback (RTPFB, SFU_RTPFB_TRANSPORT_CC): fills lost as
 * sfu_twcc_history_feedback, of consumers that have RTX. */
guint sfu_rtp_mux_feedback (SfuRtpMux *self, const SfuRtcpPacket *feedback,
    gint64 now_us, SfuTwccPacket *lost, guint max);

/* NULL: no consumer sends it. *rtx: it is the RTX stream of that one. */
SfuTransportSinkPad *sfu_rtp_mux_find (
    SfuRtpMux *self, guint32 ssrc, gboolean *rtx);

typedef void (*SfuTransportSinkPadFunc) (
    SfuTransportSinkPad *pad, gpointer data);
void sfu_rtp_mux_foreach (
    SfuRtpMux *self, SfuTransportSinkPadFunc func, gpointer data);

G_END_DECLS
