/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-h264-start.h.
 *
 * Threads: owned by one thread. */
#include "sfu-h264-start.h"

#include "sfu-rtp.h"

static void
follow (SfuH264Start *self, guint16 seq, guint32 timestamp)
{
  gboolean next = self->started && seq == (guint16)(self->seq + 1);

  if (!self->started || timestamp != self->timestamp) {
    self->whole = next;
    self->has_sps = FALSE;
  } else if (!next) {
    self->whole = FALSE;
  }
  self->started = TRUE;
  self->seq = seq;
  self->timestamp = timestamp;
}

/* Slices without parameter sets in front of them, in a stream that sends some:
 * are they missing? */
static gboolean
sets_may_be_missing (const SfuH264Start *self, guint32 timestamp)
{
  return self->in_band && (timestamp != self->timestamp || !self->whole);
}

void
sfu_h264_start_packet (
    SfuH264Start *self, guint16 seq, guint32 timestamp, SfuPayloadInfo *info)
{
  gboolean has_sps;

  if (!self->started || sfu_seq_after (seq, self->seq))
    follow (self, seq, timestamp);
  if (!info->keyframe_start)
    return;
  has_sps = self->has_sps && timestamp == self->timestamp;
  if (info->has_sps) {
    info->keyframe_start = !has_sps;
    self->in_band = TRUE;
    if (timestamp == self->timestamp)
      self->has_sps = TRUE;
  } else if (has_sps || sets_may_be_missing (self, timestamp)) {
    info->keyframe_start = FALSE;
  }
}
