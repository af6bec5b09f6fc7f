/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzz target: transport-wide feedback of whatever numbers arrive at whatever
 * times, read back by the decoder that the unit test has. Input: groups of four
 * bytes: sequence number and milliseconds since the one before, signed; a
 * number with 0x7fff asks for feedback into a packet of that many bytes.
 *
 * Threads: one. */
#include "fuzz-target.h"
#include "sfu-twcc-recorder.h"
#include "../unit/twcc-decoder.h"

#define START_US (G_GINT64_CONSTANT (1000) * G_USEC_PER_SEC)
#define ASK 0x7fff
#define MAX_PACKET 1500
/* The compound that it is written into cannot be smaller. */
#define MIN_ROOM 64
/* Each number may be thousands behind the one before, and all between are told
 * as lost: more than some numbers cost time and find nothing new. */
#define MAX_BYTES 256

static guint8 arrived[G_MAXUINT16 + 1];

/* What is told to have come has come. */
static gboolean
ask (SfuTwccRecorder *recorder, gsize room)
{
  guint8 out[MAX_PACKET];
  SfuRtcpWriter writer;
  Feedback feedback;

  sfu_rtcp_writer_init (&writer, out, CLAMP (room, MIN_ROOM, sizeof out));
  if (!sfu_twcc_recorder_feedback (recorder, 0xa1a2a3a4, 0xb1b2b3b4, &writer)) {
    g_assert (writer.len == 0);
    return FALSE;
  }
  feedback = decode (out, writer.len);
  for (guint i = 0; i < feedback.statuses->len; i++) {
    const Status *status = &g_array_index (feedback.statuses, Status, i);

    g_assert (status->symbol == 0 || arrived[status->seq]);
  }
  g_array_unref (feedback.statuses);
  return TRUE;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  SfuTwccRecorder *recorder = sfu_twcc_recorder_new ();
  gint64 now_us = START_US;

  size = MIN (size, MAX_BYTES);
  for (gsize at = 0; at + 4 <= size; at += 4) {
    guint seq = be16 (data + at), ms = be16 (data + at + 2);

    if (ms == ASK) {
      ask (recorder, seq);
      continue;
    }
    now_us = MAX (now_us + (gint16)ms * 1000, 0);
    sfu_twcc_recorder_packet (recorder, (guint16)seq, now_us);
    arrived[seq] = TRUE;
  }
  while (ask (recorder, MAX_PACKET))
    continue;
  g_assert (!sfu_twcc_recorder_pending (recorder));
  sfu_twcc_recorder_free (recorder);
  for (gsize at = 0; at + 4 <= size; at += 4)
    arrived[be16 (data + at)] = FALSE;
  return 0;
}
