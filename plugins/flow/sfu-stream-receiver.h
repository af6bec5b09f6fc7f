/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The receiving half of a producer, without pads, for one of its encodings:
 * takes what the publisher sent, undoes RTX and RED, keeps order statistics and the list
 * of what is missing, attaches SfuRtpMeta and puts the packet into the track's
 * cache. ULPFEC packets go on with their numbers alone, so that consumers leave
 * no gap where they were.
 *
 * Threads: owned by sfuproducer, called under its lock. Time is an argument. */
#pragma once

#include "sfu-keyframe-gate.h"
#include "sfu-nack-list.h"
#include "sfu-rate-meter.h"
#include "sfu-rtp-meta.h"
#include "sfu-stream-config.h"
#include "sfu-track.h"
#include "sfu-verdict.h"

G_BEGIN_DECLS

typedef struct {
  guint64 packets; /* media packets accepted, retransmitted ones included */
  guint64 bytes;   /* their RTP payload */
  guint64 rtx_packets;
  guint64 red_packets; /* of which the primary block was taken */
  guint64 fec_packets; /* not in packets and bytes: nobody gets them */
  guint64 keyframes;
  guint64 keyframe_requests;
  guint64 restarts;
  guint32 ssrc; /* 0 = nothing received yet */
  guint32 rtx_ssrc;
  SfuNackStats nack;
  SfuVerdictCounters verdicts;
} SfuStreamReceiverStats;

typedef struct _SfuStreamReceiver SfuStreamReceiver;

/* encoding: index into config's. track: where packets are cached, referenced. max_retries and max_age_us: as
 * sfu_nack_list_new; key frame parameters: as sfu_keyframe_requester_init. */
SfuStreamReceiver *sfu_stream_receiver_new (const SfuStreamConfig *config,
    guint encoding, SfuTrack *track, guint max_retries, gint64 max_age_us,
    gint64 keyframe_interval_us, gint64 keyframe_retry_us);
void sfu_stream_receiver_free (SfuStreamReceiver *self);

/* More has become known of what it receives: SSRCs. What it knew is kept where
 * that is still true. */
void sfu_stream_receiver_set_config (
    SfuStreamReceiver *self, const SfuStreamConfig *config);

SfuTrack *sfu_stream_receiver_get_track (SfuStreamReceiver *self);
gboolean sfu_stream_receiver_is_video (const SfuStreamReceiver *self);

/* Takes *buffer; on SFU_VERDICT_FORWARD *buffer is a packet of one memory with
 * SfuRtpMeta (DISCONT set where the numbers start anew), else NULL. The
 * verdict is counted. */
SfuVerdict sfu_stream_receiver_packet (
    SfuStreamReceiver *self, GstBuffer **buffer, gint64 now_us);

/* A packet that was dropped before it got here, for the statistics. */
void sfu_stream_receiver_count (SfuStreamReceiver *self, SfuVerdict verdict);

/* Its last packet is kept back from the consumers, who are told with the next
 * one (SfuRtpMeta.after_gap). */
void sfu_stream_receiver_keep_back (SfuStreamReceiver *self);
/* After a pause: what was missed meanwhile is nobody's loss; consumers are told
 * in the same way. */
void sfu_stream_receiver_resume (SfuStreamReceiver *self);

/* A consumer wants a key frame. TRUE: ask the publisher now. */
gboolean sfu_stream_receiver_request_keyframe (
    SfuStreamReceiver *self, gint64 now_us);

/* What is to be asked for now: up to max sequence numbers; *keyframe: ask for a
 * key frame. Returns how many numbers. */
guint sfu_stream_receiver_poll (SfuStreamReceiver *self, gint64 now_us,
    gint64 rtt_us, guint16 *seqs, guint max, gboolean *keyframe);
/* When poll has something to do next, µs; -1: nothing. */
gint64 sfu_stream_receiver_next_due_us (
    const SfuStreamReceiver *self, gint64 rtt_us);

/* SSRC of the media stream, 0 while unknown. */
guint32 sfu_stream_receiver_ssrc (const SfuStreamReceiver *self);
void sfu_stream_receiver_get_stats (
    const SfuStreamReceiver *self, SfuStreamReceiverStats *stats);
guint64 sfu_stream_receiver_bitrate_bps (
    SfuStreamReceiver *self, gint64 now_us);

G_END_DECLS
