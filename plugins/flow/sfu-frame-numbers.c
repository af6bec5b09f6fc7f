/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-frame-numbers.h.
 *
 * Threads: owned by its consumer, no locking. */
#include "sfu-frame-numbers.h"

#include "sfu-rtp.h"

void
sfu_frame_numbers_init (SfuFrameNumbers *numbers, guint16 first)
{
  *numbers =
      (SfuFrameNumbers){ .max_out = (guint16)(first - 1), .resync = TRUE };
}

void
sfu_frame_numbers_resync (SfuFrameNumbers *numbers)
{
  numbers->resync = TRUE;
}

guint16
sfu_frame_numbers_forward (SfuFrameNumbers *numbers, guint16 in)
{
  guint16 out;

  if (numbers->resync)
    numbers->offset = (guint16)(numbers->max_out + 1 - in);
  numbers->resync = FALSE;
  out = sfu_frame_numbers_lookup (numbers, in);
  if (sfu_seq_after (out, numbers->max_out))
    numbers->max_out = out;
  return out;
}

guint16
sfu_frame_numbers_lookup (const SfuFrameNumbers *numbers, guint16 in)
{
  return (guint16)(in + numbers->offset);
}
