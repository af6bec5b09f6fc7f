/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names of verdicts and sums over their counters.
 *
 * Threads: pure functions. */
#include "sfu-verdict.h"

static const gchar *const names[SFU_VERDICT_COUNT] = {
  [SFU_VERDICT_FORWARD] = "forward",
  [SFU_DROP_MALFORMED] = "malformed",
  [SFU_DROP_UNKNOWN_SSRC] = "unknown-ssrc",
  [SFU_DROP_UNKNOWN_PAYLOAD_TYPE] = "unknown-payload-type",
  [SFU_DROP_UNUSED_ENCODING] = "unused-encoding",
  [SFU_DROP_SPATIAL_LAYER] = "spatial-layer",
  [SFU_DROP_TEMPORAL_LAYER] = "temporal-layer",
  [SFU_DROP_PADDING] = "padding",
  [SFU_DROP_FEC] = "fec",
  [SFU_DROP_DUPLICATE] = "duplicate",
  [SFU_DROP_TOO_OLD] = "too-old",
  [SFU_DROP_PRODUCER_PAUSED] = "producer-paused",
  [SFU_DROP_NOT_LOUDEST] = "not-loudest",
  [SFU_DROP_CONSUMER_PAUSED] = "consumer-paused",
  [SFU_DROP_NOT_CONNECTED] = "not-connected",
  [SFU_DROP_WAIT_KEYFRAME] = "wait-keyframe",
  [SFU_DROP_NOT_LINKED] = "not-linked",
  [SFU_DROP_NOT_AUTHENTICATED] = "not-authenticated",
  [SFU_DROP_UNKNOWN_ADDRESS] = "unknown-address",
  [SFU_DROP_SRTP] = "srtp",
  [SFU_DROP_SRTP_REPLAYED] = "srtp-replayed",
  [SFU_DROP_SRTP_TOO_OLD] = "srtp-too-old",
  [SFU_DROP_SRTP_KEY_EXHAUSTED] = "srtp-key-exhausted",
  [SFU_DROP_OVERLOAD] = "overload",
  [SFU_DROP_QUEUE_FULL] = "queue-full",
  [SFU_DROP_SEND_ERROR] = "send-error",
};

const gchar *
sfu_verdict_name (SfuVerdict verdict)
{
  /* A verdict that was added to the enum alone must not crash the statistics;
   * the test finds it. */
  if ((guint)verdict >= SFU_VERDICT_COUNT || names[verdict] == NULL)
    return "unknown";
  return names[verdict];
}

guint64
sfu_verdict_counters_dropped (const SfuVerdictCounters *counters)
{
  guint64 sum = 0;

  for (guint i = SFU_VERDICT_FORWARD + 1; i < SFU_VERDICT_COUNT; i++)
    sum += counters->n[i];
  return sum;
}
