/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RTCP: compound and reduced-size reading (RFC 3550, 4585, 5104, 5506) and
 * building. Readers never look outside the block they were given; builders
 * append to an SfuRtcpWriter and refuse (FALSE, nothing written) when the block
 * does not fit.
 *
 * Threads: pure functions over data of the caller. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  SFU_RTCP_SR = 200,
  SFU_RTCP_RR = 201,
  SFU_RTCP_SDES = 202,
  SFU_RTCP_BYE = 203,
  SFU_RTCP_APP = 204,
  SFU_RTCP_RTPFB = 205,
  SFU_RTCP_PSFB = 206,
  SFU_RTCP_XR = 207
} SfuRtcpType;

enum { SFU_RTPFB_NACK = 1, SFU_RTPFB_TRANSPORT_CC = 15 };
enum { SFU_PSFB_PLI = 1, SFU_PSFB_FIR = 4, SFU_PSFB_ALFB = 15 /* REMB */ };

enum { SFU_XR_RRTR = 4, SFU_XR_DLRR = 5 }; /* RFC 3611 */

/* One packet of a compound. data points at its common header. */
typedef struct {
  const guint8 *data;
  gsize len;    /* whole packet, header included, padding removed; >= 4 */
  guint8 type;  /* SfuRtcpType */
  guint8 count; /* RC / SC / FMT */
} SfuRtcpPacket;

typedef struct {
  const guint8 *data;
  gsize len;
  gsize offset;
} SfuRtcpReader;

void sfu_rtcp_reader_init (
    SfuRtcpReader *reader, const guint8 *data, gsize len);
/* FALSE at the end or at the first malformed packet (version, length,
 * padding): what was returned before stays usable, as receivers do. */
gboolean sfu_rtcp_reader_next (SfuRtcpReader *reader, SfuRtcpPacket *packet);

typedef struct {
  guint32 ssrc;
  guint64 ntp; /* 32.32 fixed point, since 1900 */
  guint32 rtp_timestamp;
  guint32 packets;
  guint32 octets;
} SfuRtcpSenderInfo;

typedef struct {
  guint32 ssrc;
  guint8 fraction_lost;   /* 1/256 */
  gint32 cumulative_lost; /* 24 bit signed on the wire, clamped when written */
  guint32 highest_seq;    /* extended */
  guint32 jitter;         /* timestamp units */
  guint32 last_sr;        /* middle 32 bits of the NTP time; 0 = none */
  guint32 delay_since_last_sr; /* 1/65536 s */
} SfuRtcpReportBlock;

/* SR only. */
gboolean sfu_rtcp_get_sender_info (
    const SfuRtcpPacket *packet, SfuRtcpSenderInfo *info);
/* SR and RR: block i < packet->count. FALSE when it is not there. */
gboolean sfu_rtcp_get_report_block (
    const SfuRtcpPacket *packet, guint i, SfuRtcpReportBlock *block);
/* RTPFB/PSFB: sender and media SSRC. */
gboolean sfu_rtcp_get_feedback (
    const SfuRtcpPacket *packet, guint32 *sender_ssrc, guint32 *media_ssrc);
/* NACK: expands (PID, BLP) pairs into seqs, at most max. Returns how many. */
guint sfu_rtcp_get_nack (const SfuRtcpPacket *packet, guint16 *seqs, guint max);
/* FIR (RFC 5104 4.3.1): entry i; the media SSRC stands in the entry. */
gboolean sfu_rtcp_get_fir (
    const SfuRtcpPacket *packet, guint i, guint32 *ssrc, guint8 *command_seq);
/* REMB (draft-alvestrand-rmcat-remb): FALSE when the packet is not one. A
 * bitrate beyond 64 bits reads as G_MAXUINT64. */
gboolean sfu_rtcp_get_remb (const SfuRtcpPacket *packet, guint64 *bitrate_bps);
/* XR (RFC 3611 4.5): what a DLRR block answers to the receiver reference time
 * of ssrc; the middle 32 bits of it, and 1/65536 s. FALSE: nothing. */
gboolean sfu_rtcp_get_xr_dlrr (const SfuRtcpPacket *packet, guint32 ssrc,
    guint32 *last_rr, guint32 *delay);
/* BYE: source i. */
gboolean sfu_rtcp_get_bye (const SfuRtcpPacket *packet, guint i, guint32 *ssrc);

typedef struct {
  guint8 *data;
  gsize size; /* room */
  gsize len;  /* written */
} SfuRtcpWriter;

void sfu_rtcp_writer_init (SfuRtcpWriter *writer, guint8 *data, gsize size);
gboolean sfu_rtcp_add_sr (SfuRtcpWriter *writer, const SfuRtcpSenderInfo *info,
    const SfuRtcpReportBlock *blocks, guint n_blocks /* <= 31 */);
gboolean sfu_rtcp_add_rr (SfuRtcpWriter *writer, guint32 sender_ssrc,
    const SfuRtcpReportBlock *blocks, guint n_blocks /* <= 31 */);
/* One chunk with CNAME (truncated at 255 bytes). */
gboolean sfu_rtcp_add_sdes_cname (
    SfuRtcpWriter *writer, guint32 ssrc, const gchar *cname);
/* seqs in any order, repeats allowed; packed into PID/BLP pairs after sorting
 * on the circle. n 0: FALSE, there is no empty NACK. */
gboolean sfu_rtcp_add_nack (SfuRtcpWriter *writer, guint32 sender_ssrc,
    guint32 media_ssrc, const guint16 *seqs, guint n);
gboolean sfu_rtcp_add_pli (
    SfuRtcpWriter *writer, guint32 sender_ssrc, guint32 media_ssrc);
gboolean sfu_rtcp_add_fir (SfuRtcpWriter *writer, guint32 sender_ssrc,
    guint32 media_ssrc, guint8 command_seq);
gboolean sfu_rtcp_add_remb (SfuRtcpWriter *writer, guint32 sender_ssrc,
    guint64 bitrate_bps, const guint32 *ssrcs, guint n_ssrcs /* <= 255 */);
/* XR (RFC 3611 4.4): a receiver's own time, so that a sender answers. */
gboolean sfu_rtcp_add_xr_rrtr (
    SfuRtcpWriter *writer, guint32 sender_ssrc, guint64 ntp);
gboolean sfu_rtcp_add_bye (SfuRtcpWriter *writer, guint32 ssrc);

/* NTP 32.32 of a wall clock time in µs since 1970, and back (exact). An NTP
 * time without its top bit is of the era that begins in 2036. */
guint64 sfu_ntp_from_unix_us (gint64 unix_us);
gint64 sfu_unix_us_from_ntp (guint64 ntp);

G_END_DECLS
