/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-rtx-guard.h.
 *
 * Threads: owned by its consumer, no locking. Time is an argument. */
#include "sfu-rtx-guard.h"

/* A bucket holds what flows in within this time, and longer is as good as. */
#define FULL_US G_USEC_PER_SEC

void
sfu_rtx_guard_init (SfuRtxGuard *guard)
{
  *guard = (SfuRtxGuard){ .credit_us = -FULL_US };
}

void
sfu_rtx_guard_set_rtt (SfuRtxGuard *guard, gint64 rtt_us)
{
  guard->rtt_us = rtt_us;
}

void
sfu_rtx_guard_sent (SfuRtxGuard *guard, guint16 seq, gint64 now_us)
{
  guard->memory[seq % SFU_RTX_MEMORY] = (SfuRtxMemory){ TRUE, seq, now_us };
}

gboolean
sfu_rtx_guard_is_repeat (const SfuRtxGuard *guard, guint16 seq, gint64 now_us)
{
  const SfuRtxMemory *memory = &guard->memory[seq % SFU_RTX_MEMORY];

  return memory->used && memory->seq == seq &&
      now_us - memory->sent_us < MAX (guard->rtt_us, SFU_RTX_MIN_INTERVAL_US);
}

gboolean
sfu_rtx_guard_spend (
    SfuRtxGuard *guard, gsize size, guint64 media_bps, gint64 now_us)
{
  gint64 full = (gint64)(MAX (media_bps, SFU_RTX_MIN_BPS) / 8);
  gint64 elapsed_us = CLAMP (now_us - guard->credit_us, 0, FULL_US);

  guard->credit =
      MIN (guard->credit + full * elapsed_us / G_USEC_PER_SEC, full);
  guard->credit_us = now_us;
  if (guard->credit < (gint64)size)
    return FALSE;
  guard->credit -= (gint64)size;
  return TRUE;
}
