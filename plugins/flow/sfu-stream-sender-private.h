/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The inside of SfuStreamSender, for its files: what becomes of a packet
 * (sfu-stream-sender.c), how it is written (sfu-stream-rewrite.c), and which
 * encoding and layers are taken (sfu-stream-layers.c).
 *
 * Threads: under the lock of the consumer that owns it. */
#pragma once

#include "sfu-frame-numbers.h"
#include "sfu-layer-filter.h"
#include "sfu-picture-numbers.h"
#include "sfu-rtx-guard.h"
#include "sfu-stream-sender.h"

G_BEGIN_DECLS

/* Something that is missing is asked for again this often. */
#define SFU_KEYFRAME_RETRY_US (500 * 1000)

/* A stretch of one encoding that was forwarded without interruption, and its
 * numbers. */
typedef struct {
  SfuTrack *track; /* owned; NULL = nothing was forwarded yet */
  guint encoding;
  guint epoch; /* of the track: whether the cache still has this stream */
  SfuFrameNumbers frames;
  SfuLayerFilter filter;
  SfuSeqMap map;
  SfuPictureNumbers pictures;
} SfuSpan;

/* What every packet needs comes first and together: of a room with 16 people each
 * packet finds 15 of these cold, and each line of the cache that it touches is
 * waited for. */
struct _SfuStreamSender {
  SfuTrack *track;      /* owned; NULL until a producer is known */
  gint generation;      /* of the track, when the target was chosen */
  gint target;          /* encoding to forward; -1 = none is being sent */
  guint wanted;         /* bit i: packets of encoding i are looked at */
  SfuKeyframeGate gate; /* open: packets of now.encoding pass */
  gboolean paused;
  gboolean connected;
  gboolean gap;    /* something was dropped: the next packet is a new span */
  gboolean rebase; /* and its timestamps come from another clock */
  gint64 last_sent_us;
  gint64 last_keyframe_want_us;
  SfuStreamConfig config;
  SfuSpan now;
  SfuRateMeter rate;
  SfuStreamSenderStats stats;

  SfuSpan before; /* the span that ended with the last switch or pause, kept for
                   * the NACKs that are still about it */
  guint16 rtx_seq;
  gint preferred_spatial, preferred_temporal; /* -1 = the best there is */
  SfuRtxGuard rtx;
};

/* The numbers that a packet is sent with. */
typedef struct {
  guint16 seq;
  guint32 timestamp;
  gboolean marker;
  gboolean rtx;
  guint16 osn; /* with rtx: the number it was sent with first */
  gboolean has_picture;
  SfuPicture picture;
  guint16 frame; /* of the dependency descriptor, if there is one */
} SfuStreamNumbers;

/* sfu-stream-rewrite.c */

/* A new packet; in stays as it is, other consumers read it too. CSRCs (only
 * mixers write them) and padding are left behind. */
void sfu_stream_sender_rewrite (const SfuStreamSender *self, GstBuffer *in,
    const SfuRtpMeta *meta, const SfuStreamNumbers *numbers, SfuPacket *out);

/* sfu-stream-layers.c */

/* The target anew: another track, wish, or set of encodings being sent. */
void sfu_stream_sender_choose (SfuStreamSender *self);
/* Another encoding is to be forwarded than is. */
gboolean sfu_stream_sender_is_switching (const SfuStreamSender *self);
/* Something that only a key frame brings has been waited for; TRUE: ask now. */
gboolean sfu_stream_sender_retry_keyframe (
    SfuStreamSender *self, gint64 now_us);
/* The packet is of the stream that is forwarded, and its publisher has not begun
 * anew, be it unheard. */
gboolean sfu_stream_sender_continues (
    const SfuStreamSender *self, const SfuRtpMeta *meta);
/* The packet that meta speaks of is the first of a new span. */
void sfu_stream_sender_begin_span (
    SfuStreamSender *self, const SfuRtpMeta *meta, gint64 now_us);

G_END_DECLS
