/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What keeps a consumer's retransmissions in bounds: a number that was sent
 * within the last round trip is on its way and is not sent again, and all of
 * them together may take no more than the media itself does, so that a receiver
 * that asks for everything cannot make a storm.
 *
 * Threads: owned by its consumer, no locking. Time is an argument. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How many recent numbers are remembered. */
#define SFU_RTX_MEMORY 256
/* Retransmissions of one number are this far apart at least, however short the
 * round trip: the second NACK of a receiver that repeats itself costs nothing.
 */
#define SFU_RTX_MIN_INTERVAL_US (20 * 1000)
/* What a stream may always use, and so one that has just begun: bit/s. */
#define SFU_RTX_MIN_BPS 500000

typedef struct {
  gboolean used;
  guint16 seq;
  gint64 sent_us;
} SfuRtxMemory;

typedef struct {
  SfuRtxMemory memory[SFU_RTX_MEMORY];
  gint64 rtt_us; /* 0 = not known */
  gint64 credit; /* bytes */
  gint64 credit_us;
} SfuRtxGuard;

void sfu_rtx_guard_init (SfuRtxGuard *guard);
void sfu_rtx_guard_set_rtt (SfuRtxGuard *guard, gint64 rtt_us);

/* It was sent, again or late: whoever asked for it meanwhile will get it. */
void sfu_rtx_guard_sent (SfuRtxGuard *guard, guint16 seq, gint64 now_us);
gboolean sfu_rtx_guard_is_repeat (
    const SfuRtxGuard *guard, guint16 seq, gint64 now_us);
/* Takes size bytes of what is allowed now: a second of media_bps (bit/s, of the
 * media without retransmissions) at once, as much again every second. FALSE:
 * there is no more. */
gboolean sfu_rtx_guard_spend (
    SfuRtxGuard *guard, gsize size, guint64 media_bps, gint64 now_us);

G_END_DECLS
