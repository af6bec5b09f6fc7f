/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The gate of a consumer.
 *
 * Threads: owned by its consumer, no locking. */
#include "sfu-keyframe-gate.h"

void
sfu_keyframe_gate_init (SfuKeyframeGate *gate, SfuCodec codec)
{
  gate->has_keyframes = sfu_codec_has_keyframes (codec);
  gate->open = !gate->has_keyframes;
}

gboolean
sfu_keyframe_gate_close (SfuKeyframeGate *gate)
{
  gboolean was_open = gate->open;

  gate->open = !gate->has_keyframes;
  return was_open;
}

gboolean
sfu_keyframe_gate_pass (SfuKeyframeGate *gate, const SfuPayloadInfo *info)
{
  if (!gate->open)
    gate->open = info->keyframe_start;
  return gate->open;
}
