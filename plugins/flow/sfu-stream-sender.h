/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The sending half of a consumer, without pads: chooses among the encodings and
 * layers of a track, decides packet by packet, rewrites what is forwarded into
 * the consumer's own SSRC, payload type, sequence numbers, timestamps, VP8
 * numbers and header extension ids, and answers NACKs.
 *
 * Threads: owned by sfuconsumer, called under its lock. Time is an argument. */
#pragma once

#include "sfu-event.h"
#include "sfu-hot-lines.h"
#include "sfu-keyframe-gate.h"
#include "sfu-packet.h"
#include "sfu-rate-meter.h"
#include "sfu-rtp-meta.h"
#include "sfu-seq-map.h"
#include "sfu-stream-config.h"
#include "sfu-track.h"
#include "sfu-verdict.h"

G_BEGIN_DECLS

typedef struct {
  guint64 spans; /* stretches without interruption: pauses and switches */
  guint64 packets;
  guint64 bytes; /* RTP payload, retransmissions not included */
  SfuVerdictCounters verdicts;
  guint64 rtx_packets;
  guint64 rtx_bytes;
  guint64 nacked;        /* numbers asked for by the receiver */
  guint64 nack_missed;   /* of them: not in the cache any more */
  guint64 nack_repeated; /* sent within the last round trip */
  guint64 nack_limited;  /* beyond what retransmissions may take */
  guint64 lost_resent;   /* without being asked for */
} SfuStreamSenderStats;

typedef struct _SfuStreamSender SfuStreamSender;

/* first_seq, first_timestamp: where the numbers begin. */
SfuStreamSender *sfu_stream_sender_new (
    guint16 first_seq, guint32 first_timestamp, guint16 first_rtx_seq);
void sfu_stream_sender_free (SfuStreamSender *self);

/* What to send: ssrc and payload must be set. */
void sfu_stream_sender_set_config (
    SfuStreamSender *self, const SfuStreamConfig *config);
const SfuStreamConfig *sfu_stream_sender_get_config (
    const SfuStreamSender *self);
/* Another producer from now on: gate closed, numbers go on without a gap. */
void sfu_stream_sender_set_track (SfuStreamSender *self, SfuTrack *track);

/* Both: TRUE when a key frame is wanted now (the gate waits for one). */
gboolean sfu_stream_sender_set_paused (SfuStreamSender *self, gboolean paused);
gboolean sfu_stream_sender_set_connected (
    SfuStreamSender *self, gboolean connected);
gboolean sfu_stream_sender_get_paused (const SfuStreamSender *self);

/* ---- layers ---- */

/* Of n encodings the best active one (bit i) not above preferred, or the lowest
 * one above; preferred -1: the best. -1: none is active. */
gint sfu_choose_encoding (guint active, guint n, gint preferred);

/* Not above these; -1 = the best there is. spatial: an encoding (simulcast) or
 * a layer (SVC). TRUE: a key frame is wanted now to get there. */
gboolean sfu_stream_sender_set_preferred_layers (
    SfuStreamSender *self, gint spatial, gint temporal, gint64 now_us);
void sfu_stream_sender_get_preferred_layers (
    const SfuStreamSender *self, gint *spatial, gint *temporal);
/* What is forwarded now; -1, -1 = nothing. FALSE: there is but one layer. */
gboolean sfu_stream_sender_get_layers (
    const SfuStreamSender *self, gint *spatial, gint *temporal);
/* Looks which encodings are being sent, as every packet does. TRUE: a key frame
 * is wanted now. */
gboolean sfu_stream_sender_update (SfuStreamSender *self, gint64 now_us);
/* Of which SSRC of the publisher a key frame is wanted; 0 = not known. */
guint32 sfu_stream_sender_keyframe_ssrc (const SfuStreamSender *self);

/* in is borrowed and shared with other consumers: read only. On
 * SFU_VERDICT_FORWARD *out is a new packet. The verdict is counted.
 * *want_keyframe is set (never cleared) when the gate waits in vain. */
SfuVerdict sfu_stream_sender_packet (SfuStreamSender *self, GstBuffer *in,
    gint64 now_us, SfuPacket *out, gboolean *want_keyframe);

/* What it will touch for the next packet. */
void sfu_stream_sender_add_lines (
    const SfuStreamSender *self, SfuHotLines *lines);

/* Round trip time to the receiver. */
void sfu_stream_sender_set_rtt (SfuStreamSender *self, gint64 rtt_us);
/* The packet that was sent with out_seq, again: as RTX, or as it was when
 * there is no RTX. FALSE: refused, and counted why. */
gboolean sfu_stream_sender_retransmit (
    SfuStreamSender *self, guint16 out_seq, gint64 now_us, SfuPacket *out);

/* The same for a packet that the receiver has not, but has not asked for, either.
 * Only of upper spatial layers: Chromium no longer asks for those when the base
 * layer of the next picture is there, and then shows nothing before the next key
 * picture, for which it asks after 3 s. For everything else it asks again. FALSE:
 * nothing is sent; that is counted for NACKs only. */
gboolean sfu_stream_sender_resend_lost (
    SfuStreamSender *self, guint16 out_seq, gint64 now_us, SfuPacket *out);

/* The publisher's last report of the encoding that is forwarded, in this
 * consumer's numbers. FALSE: none yet, or nothing was sent yet that it could
 * speak of. */
gboolean sfu_stream_sender_map_report (
    const SfuStreamSender *self, SfuSenderReport *out);

/* Another number when there may be another report to map. */
guint sfu_stream_sender_report_serial (const SfuStreamSender *self);
/* Another number for each span: the report of before is not this one's. */
guint sfu_stream_sender_span (const SfuStreamSender *self);

void sfu_stream_sender_get_stats (
    const SfuStreamSender *self, SfuStreamSenderStats *stats);
guint64 sfu_stream_sender_bitrate_bps (SfuStreamSender *self, gint64 now_us);

G_END_DECLS
