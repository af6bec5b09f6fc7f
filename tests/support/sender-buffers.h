/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an SfuStreamSender makes, as buffers of their own size that a test can
 * read and keep.
 *
 * Threads: the test's. */
#pragma once

#include "sfu-stream-sender.h"

G_BEGIN_DECLS

static inline SfuVerdict
sender_packet (SfuStreamSender *sender, GstBuffer *in, gint64 now_us,
    GstBuffer **out, gboolean *want_keyframe)
{
  SfuPacket packet;
  SfuVerdict verdict =
      sfu_stream_sender_packet (sender, in, now_us, &packet, want_keyframe);

  if (verdict == SFU_VERDICT_FORWARD)
    *out = sfu_packet_steal_buffer (&packet);
  return verdict;
}

static inline GstBuffer *
sender_retransmit (SfuStreamSender *sender, guint16 out_seq, gint64 now_us)
{
  SfuPacket packet;

  return sfu_stream_sender_retransmit (sender, out_seq, now_us, &packet)
      ? sfu_packet_steal_buffer (&packet)
      : NULL;
}

static inline GstBuffer *
sender_resend_lost (SfuStreamSender *sender, guint16 out_seq, gint64 now_us)
{
  SfuPacket packet;

  return sfu_stream_sender_resend_lost (sender, out_seq, now_us, &packet)
      ? sfu_packet_steal_buffer (&packet)
      : NULL;
}

G_END_DECLS
