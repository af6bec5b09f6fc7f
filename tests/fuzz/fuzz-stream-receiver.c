/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzz target: the receiving half of a stream, from RTX to the list of what is
 * missing. Input: codec (1), then steps of fuzz-steps.h; even verbs are
 * packets, odd ones ask what to ask for.
 *
 * Threads: one. */
#include "fuzz-stream.h"
#include "fuzz-target.h"

#define MAX_SEQS 64

static void
check_packet (GstBuffer *buffer, SfuStreamReceiver *receiver)
{
  SfuRtpMeta *meta = sfu_buffer_get_rtp_meta (buffer);
  SfuRtpHeader header;
  GstMapInfo map;

  g_assert (meta != NULL && gst_buffer_n_memory (buffer) == 1);
  gst_buffer_map (buffer, &map, GST_MAP_READ);
  g_assert (sfu_rtp_parse (map.data, map.size, &header));
  g_assert (header.seq == meta->header.seq);
  g_assert (header.timestamp == meta->header.timestamp);
  g_assert (header.header_len == meta->header.header_len);
  g_assert (header.payload_len == meta->header.payload_len);
  g_assert (header.payload_type == FUZZ_PAYLOAD);
  g_assert (header.ssrc == sfu_stream_receiver_ssrc (receiver));
  for (guint i = 0; i < SFU_EXT_COUNT; i++)
    g_assert (meta->ext.len[i] == 0 ||
        (meta->ext.offset[i] >= header.ext_offset &&
            meta->ext.offset[i] + meta->ext.len[i] <=
                header.ext_offset + header.ext_len));
  gst_buffer_unmap (buffer, &map);
}

static void
receive (SfuStreamReceiver *receiver, const FuzzStep *step, gint64 now_us)
{
  GstBuffer *buffer = gst_buffer_new_memdup (step->data, step->size);
  SfuVerdict verdict = sfu_stream_receiver_packet (receiver, &buffer, now_us);

  g_assert ((verdict == SFU_VERDICT_FORWARD) == (buffer != NULL));
  if (buffer == NULL)
    return;
  check_packet (buffer, receiver);
  gst_buffer_unref (buffer);
}

static void
poll_missing (SfuStreamReceiver *receiver, gint64 rtt_us, gint64 now_us)
{
  guint16 seqs[MAX_SEQS];
  gboolean keyframe;
  guint n = sfu_stream_receiver_poll (
      receiver, now_us, rtt_us, seqs, MAX_SEQS, &keyframe);

  g_assert (n <= MAX_SEQS);
  for (guint i = 0; i < n; i++)
    for (guint j = 0; j < i; j++)
      g_assert (seqs[i] != seqs[j]);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  SfuStreamReceiverStats stats;
  SfuStreamConfig config;
  SfuStreamReceiver *receiver;
  SfuTrack *track;
  gint64 now_us = FUZZ_START_US;
  guint64 n = 0;
  FuzzSteps steps = { data + 1, size - 1 };
  FuzzStep step;

  if (size == 0)
    return 0;
  fuzz_gst_init ();
  fuzz_stream_config (&config, data[0]);
  track = fuzz_stream_track (&config);
  receiver = fuzz_stream_receiver (&config, track);
  while (fuzz_steps_next (&steps, &step)) {
    now_us += step.ms * 1000;
    if (step.verb & 1) {
      poll_missing (receiver, step.verb * 1000, now_us);
    } else if (step.size > 0) { /* an empty datagram gets no further than ICE */
      receive (receiver, &step, now_us);
      n++;
    }
  }
  sfu_stream_receiver_get_stats (receiver, &stats);
  g_assert (stats.verdicts.n[SFU_VERDICT_FORWARD] == stats.packets);
  g_assert (
      stats.packets + sfu_verdict_counters_dropped (&stats.verdicts) == n);
  sfu_stream_receiver_free (receiver);
  sfu_track_unref (track);
  return 0;
}
