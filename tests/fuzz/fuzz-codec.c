/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzz target: sfu_codec_inspect. Input: the codec, then a payload.
 *
 * Threads: one. */
#include "fuzz-target.h"
#include "sfu-codec.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  SfuPayloadInfo info;

  if (size < 1)
    return 0;
  sfu_codec_inspect (
      data[0] % (SFU_CODEC_COUNT + 1), data + 1, size - 1, &info);
  g_assert (info.frame_start == TRUE || info.frame_start == FALSE);
  g_assert (info.frame_start || !info.keyframe_start);
  g_assert (size > 1 || !info.frame_start);
  return 0;
}
