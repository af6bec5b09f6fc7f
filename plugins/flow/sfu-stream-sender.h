/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The sending half of a consumer, without pads: decides packet by packet,
 * rewrites what is forwarded into the consumer's own SSRC, payload type,
 * sequence numbers, timestamps and header extension ids, and answers NACKs.
 *
 * Threads: owned by sfuconsumer, called under its lock. Time is an argument. */
#pragma once

#include "sfu-event.h"
#include "sfu-keyframe-gate.h"
#include "sfu-rate-meter.h"
#include "sfu-rtp-meta.h"
#include "sfu-seq-map.h"
#include "sfu-stream-config.h"
#include "sfu-track.h"
#include "sfu-verdict.h"

G_BEGIN_DECLS

/* Retransmissions of one number are this far apart at least: the second NACK of
 * a receiver that repeats itself within one RTT costs nothing. */
#define SFU_RTX_MIN_INTERVAL_US (20 * 1000)

typedef struct {
  guint64 packets;
  guint64 bytes; /* RTP payload, retransmissions not included */
  guint64 rtx_packets;
  guint64 rtx_bytes;
  guint64 nacked;      /* numbers asked for by the receiver */
  guint64 nack_missed; /* of them: not in the cache any more */
  guint64 nack_repeated;
  SfuVerdictCounters verdicts;
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

/* in is borrowed and shared with other consumers: read only. On
 * SFU_VERDICT_FORWARD *out is a new packet. The verdict is counted.
 * *want_keyframe is set (never cleared) when the gate waits in vain. */
SfuVerdict sfu_stream_sender_packet (SfuStreamSender *self, GstBuffer *in,
    gint64 now_us, GstBuffer **out, gboolean *want_keyframe);

/* The packet that was sent with out_seq, again: as RTX, or as it was when
 * there is no RTX. NULL: refused, and counted why. */
GstBuffer *sfu_stream_sender_retransmit (
    SfuStreamSender *self, guint16 out_seq, gint64 now_us);

/* The publisher's report in this consumer's numbers. FALSE: nothing was sent
 * yet that it could speak of. */
gboolean sfu_stream_sender_map_report (const SfuStreamSender *self,
    const SfuSenderReport *in, SfuSenderReport *out);

void sfu_stream_sender_get_stats (
    const SfuStreamSender *self, SfuStreamSenderStats *stats);
guint64 sfu_stream_sender_bitrate_bps (SfuStreamSender *self, gint64 now_us);

G_END_DECLS
