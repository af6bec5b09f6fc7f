/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sender side of transport-wide congestion control
 * (draft-holmer-rmcat-transport-wide-cc-extensions-01), as far as it is about
 * loss: remembers which packet had which transport-wide number, and finds in the
 * feedback the packets that did not come.
 *
 * It is the only word about a loss of which no NACK comes: the NACK itself may be
 * lost, or the receiver may have stopped asking.
 *
 * Threads: owned by one transport's multiplexer. Time is an argument. */
#pragma once

#include "sfu-rtcp.h"

G_BEGIN_DECLS

/* Packets remembered: with feedback every 250 ms at most, enough for 3000 a
 * second. */
#define SFU_TWCC_HISTORY 1024
/* A packet is lost when one that was sent so much later has come: jitter changes
 * the order, too. */
#define SFU_TWCC_REORDER_US (30 * 1000)
/* Nobody waits for older ones any more. */
#define SFU_TWCC_MAX_AGE_US (1 * G_USEC_PER_SEC)

typedef struct {
  guint32 ssrc; /* of the media, also when its RTX stream carried it */
  guint16 seq;
} SfuTwccPacket;

typedef struct _SfuTwccHistory SfuTwccHistory;

SfuTwccHistory *sfu_twcc_history_new (void);
void sfu_twcc_history_free (SfuTwccHistory *history);

/* again: it was sent before; whether it was lost then is of no interest now. */
void sfu_twcc_history_sent (SfuTwccHistory *history, guint16 twcc_seq,
    const SfuTwccPacket *packet, gboolean again, gint64 now_us);
/* Feedback (RTPFB, SFU_RTPFB_TRANSPORT_CC). Fills lost with the packets that are
 * known to be lost since, oldest first, each sending once; at most max, the rest
 * comes with the next feedback. Cut off, or nonsense: what was readable counts. */
guint sfu_twcc_history_feedback (SfuTwccHistory *history,
    const SfuRtcpPacket *feedback, gint64 now_us, SfuTwccPacket *lost,
    guint max);

G_END_DECLS
