/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The producer's side of key frame requests. A request while one is pending
 * needs nothing: the key frame that comes serves both. A request too soon after
 * one that was answered waits for the interval.
 *
 * Threads: owned by its producer, no locking. Time is an argument. */
#include "sfu-keyframe-gate.h"

void
sfu_keyframe_requester_init (SfuKeyframeRequester *requester,
    gint64 min_interval_us, gint64 retry_us, guint max_retries)
{
  *requester = (SfuKeyframeRequester){ 0 };
  requester->min_interval_us = min_interval_us;
  requester->retry_us = MAX (retry_us, min_interval_us);
  requester->max_retries = max_retries;
}

static gboolean
is_throttled (const SfuKeyframeRequester *requester, gint64 now_us)
{
  return requester->last_sent_us != 0 &&
      now_us - requester->last_sent_us < requester->min_interval_us;
}

static void
send_first (SfuKeyframeRequester *requester, gint64 now_us)
{
  requester->last_sent_us = now_us;
  requester->pending = TRUE;
  requester->wanted = FALSE;
  requester->retries = 0;
}

gboolean
sfu_keyframe_requester_request (SfuKeyframeRequester *requester, gint64 now_us)
{
  if (is_throttled (requester, now_us)) {
    if (!requester->pending)
      requester->wanted = TRUE;
    return FALSE;
  }
  send_first (requester, now_us);
  return TRUE;
}

void
sfu_keyframe_requester_received (SfuKeyframeRequester *requester, gint64 now_us)
{
  requester->pending = FALSE;
  requester->wanted = FALSE;
  requester->retries = 0;
}

gboolean
sfu_keyframe_requester_poll (SfuKeyframeRequester *requester, gint64 now_us)
{
  if (requester->wanted && !is_throttled (requester, now_us)) {
    send_first (requester, now_us);
    return TRUE;
  }
  if (!requester->pending ||
      now_us - requester->last_sent_us < requester->retry_us)
    return FALSE;
  if (requester->retries >= requester->max_retries) {
    requester->pending = FALSE;
    return FALSE;
  }
  requester->retries++;
  requester->last_sent_us = now_us;
  return TRUE;
}

gint64
sfu_keyframe_requester_next_due_us (const SfuKeyframeRequester *requester)
{
  if (requester->wanted)
    return requester->last_sent_us + requester->min_interval_us;
  if (requester->pending)
    return requester->last_sent_us + requester->retry_us;
  return -1;
}
