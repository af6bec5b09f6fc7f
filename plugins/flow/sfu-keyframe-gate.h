/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A consumer's gate: closed after start, pause, switch and connect until a key
 * frame begins.  And the producer's side: requests merged, throttled, repeated
 * until the key frame has come.
 *
 * Threads: each owned by its element, no locking. Time is an argument. */
#pragma once

#include "sfu-codec.h"

G_BEGIN_DECLS

typedef struct {
  gboolean open;
  gboolean has_keyframes;
} SfuKeyframeGate;

void sfu_keyframe_gate_init (SfuKeyframeGate *gate, SfuCodec codec);
/* Close (codecs without key frames stay open). TRUE: it was open. */
gboolean sfu_keyframe_gate_close (SfuKeyframeGate *gate);
/* TRUE: forward. Opens at a key frame start. */
gboolean sfu_keyframe_gate_pass (
    SfuKeyframeGate *gate, const SfuPayloadInfo *info);

typedef struct {
  gint64 min_interval_us; /* at most one request in this time */
  gint64 retry_us;        /* asked again when no key frame came in it */
  guint max_retries;
  gint64 last_sent_us; /* 0 = never */
  gboolean pending;    /* asked for, not yet come */
  gboolean wanted;     /* asked for while throttled */
  guint retries;
} SfuKeyframeRequester;

void sfu_keyframe_requester_init (SfuKeyframeRequester *requester,
    gint64 min_interval_us, gint64 retry_us, guint max_retries);
/* Somebody wants a key frame. TRUE: send a request now. FALSE: one is under
 * way, or poll will send it when the interval is over. */
gboolean sfu_keyframe_requester_request (
    SfuKeyframeRequester *requester, gint64 now_us);
/* A key frame begins: whoever waited is served. */
void sfu_keyframe_requester_received (
    SfuKeyframeRequester *requester, gint64 now_us);
/* From a timer. TRUE: send a request now (throttled one, or a retry). */
gboolean sfu_keyframe_requester_poll (
    SfuKeyframeRequester *requester, gint64 now_us);
/* When poll has something to do next; -1: nothing. */
gint64 sfu_keyframe_requester_next_due_us (
    const SfuKeyframeRequester *requester);

G_END_DECLS
