/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds the producer of a received packet: by SSRC; else by MID and RID or
 * repaired RID in the header extensions (RFC 8843 9.2, RFC 8852), which
 * teaches the SSRC; else by payload type where that leaves no choice; else the
 * packet is dropped by name.
 *
 * Threads: media thread. Time is an argument. */
#pragma once

#include "sfu-rtp.h"
#include "sfu-transport-src-pad.h"

G_BEGIN_DECLS

/* A learned SSRC that is silent for this long, or has said goodbye (RTCP BYE),
 * may be replaced by another one with the same MID and RID (a sender that
 * started anew). */
#define SFU_RTP_RELEARN_US (1 * G_USEC_PER_SEC)

typedef struct {
  /* A packet of a known stream, before it is pushed. transport_cc_seq: -1 when
   * the stream does not use transport-wide congestion control. */
  void (*packet) (gpointer owner, SfuRtpStream *stream, gint transport_cc_seq,
      gint64 now_us);
} SfuRtpDemuxCallbacks;

typedef struct _SfuRtpDemux SfuRtpDemux;

SfuRtpDemux *sfu_rtp_demux_new (
    const SfuRtpDemuxCallbacks *callbacks, gpointer owner);
void sfu_rtp_demux_free (SfuRtpDemux *self);

/* FALSE when another pad claims one of its SSRCs: *conflict is that one.
 * Keeps a reference to the pad. */
gboolean sfu_rtp_demux_add_pad (
    SfuRtpDemux *self, SfuTransportSrcPad *pad, guint32 *conflict);
void sfu_rtp_demux_remove_pad (SfuRtpDemux *self, SfuTransportSrcPad *pad);

/* Takes buffer: one RTP packet. The verdict is counted at the pad when there
 * is one, and returned. */
SfuVerdict sfu_rtp_demux_receive (
    SfuRtpDemux *self, GstBuffer *buffer, gint64 now_us);

/* NULL: not known. */
SfuRtpStream *sfu_rtp_demux_find (SfuRtpDemux *self, guint32 ssrc);

typedef void (*SfuRtpStreamFunc) (SfuRtpStream *stream, gpointer data);
/* func must not add or remove pads. */
void sfu_rtp_demux_foreach (
    SfuRtpDemux *self, SfuRtpStreamFunc func, gpointer data);

G_END_DECLS
