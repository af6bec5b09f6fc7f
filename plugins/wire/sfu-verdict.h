/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What becomes of a packet. Every packet that is not forwarded has one reason,
 * and every element counts by reason, so that a number of lost packets can
 * always be explained.
 *
 * Threads: pure data. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  SFU_VERDICT_FORWARD,
  /* bytes */
  SFU_DROP_MALFORMED,            /* not RTP/RTCP/STUN after all */
  SFU_DROP_UNKNOWN_SSRC,         /* no producer claims SSRC, MID or RID */
  SFU_DROP_UNKNOWN_PAYLOAD_TYPE, /* neither media nor RTX of this producer */
  SFU_DROP_UNUSED_ENCODING,      /* a simulcast encoding nobody asked for */
  SFU_DROP_SPATIAL_LAYER,        /* above what the consumer gets */
  SFU_DROP_TEMPORAL_LAYER,       /* the same */
  SFU_DROP_PADDING,              /* probing padding: no media in it */
  SFU_DROP_FEC,                  /* ULPFEC: media, but of the hop */
  SFU_DROP_DUPLICATE,            /* seen already */
  SFU_DROP_TOO_OLD,              /* older than anything we can still place */
  /* states */
  SFU_DROP_PRODUCER_PAUSED,
  SFU_DROP_NOT_LOUDEST, /* the room forwards louder speakers */
  SFU_DROP_CONSUMER_PAUSED,
  SFU_DROP_NOT_CONNECTED, /* consumer's transport is not connected */
  SFU_DROP_WAIT_KEYFRAME, /* consumer waits for a key frame */
  SFU_DROP_NOT_LINKED,    /* nobody downstream */
  /* transport */
  SFU_DROP_NOT_AUTHENTICATED,  /* before the fingerprint was verified */
  SFU_DROP_UNKNOWN_ADDRESS,    /* no transport has this remote address */
  SFU_DROP_SRTP,               /* SRTP: not authentic (libsrtp: or replayed) */
  SFU_DROP_SRTP_REPLAYED,      /* SRTP: came, or was sent, already */
  SFU_DROP_SRTP_TOO_OLD,       /* SRTP: behind the replay window */
  SFU_DROP_SRTP_KEY_EXHAUSTED, /* SRTP: all indices of this key are used */
  SFU_DROP_OVERLOAD,           /* too late: the media thread is behind */
  SFU_DROP_QUEUE_FULL,         /* a bounded queue was full */
  SFU_DROP_SEND_ERROR,         /* the kernel refused the datagram */
  SFU_VERDICT_COUNT
} SfuVerdict;

typedef struct {
  guint64 n[SFU_VERDICT_COUNT];
} SfuVerdictCounters;

/* Stable, machine readable name of a verdict: "wait-keyframe". Never NULL:
 * "unknown" outside the enum. */
const gchar *sfu_verdict_name (SfuVerdict verdict);

static inline void
sfu_verdict_count (SfuVerdictCounters *counters, SfuVerdict verdict)
{
  counters->n[verdict]++;
}

/* Sum of everything but SFU_VERDICT_FORWARD. */
guint64 sfu_verdict_counters_dropped (const SfuVerdictCounters *counters);

G_END_DECLS
