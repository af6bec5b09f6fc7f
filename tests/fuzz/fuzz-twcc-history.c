/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzz target: transport-wide feedback of whatever a peer writes, about packets
 * that were sent. Input: steps: a byte
 * n < 128 sends n packets a millisecond apart, of which every fifth is sent again;
 * n >= 128 is the length in words, less 128, of a feedback that follows.
 *
 * Threads: one. */
#include "fuzz-target.h"
#include "sfu-twcc-history.h"

#define START_US (G_GINT64_CONSTANT (1000) * G_USEC_PER_SEC)
#define MS 1000
#define FEEDBACK 128
#define MAX_LOST 64
#define SSRC 7

typedef struct {
  SfuTwccHistory *history;
  gint64 now_us;
  guint16 twcc_seq, seq;
} World;

static void
send_packets (World *w, guint n)
{
  for (guint i = 0; i < n; i++) {
    gboolean again = i % 5 == 4;
    SfuTwccPacket packet = { SSRC, again ? (guint16)(w->seq - 2) : w->seq++ };

    w->now_us += MS;
    sfu_twcc_history_sent (
        w->history, w->twcc_seq++, &packet, again, w->now_us);
  }
}

/* No more than there is room for, and only what was sent. */
static void
take (World *w, const guint8 *data, gsize size)
{
  SfuTwccPacket lost[MAX_LOST];
  SfuRtcpPacket packet = { .data = data, .len = size };
  guint max = size % (MAX_LOST + 1);
  guint n =
      sfu_twcc_history_feedback (w->history, &packet, w->now_us, lost, max);

  g_assert (n <= max);
  for (guint i = 0; i < n; i++) {
    g_assert (lost[i].ssrc == SSRC);
    g_assert ((guint16)(w->seq - lost[i].seq) <= SFU_TWCC_HISTORY + 2);
  }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  World w = { sfu_twcc_history_new (), START_US, 65000, 65500 };

  for (gsize at = 0; at < size;) {
    guint n = data[at++];
    gsize len;

    if (n < FEEDBACK) {
      send_packets (&w, n);
      continue;
    }
    len = MIN ((n - FEEDBACK) * 4, size - at);
    take (&w, data + at, len);
    at += len;
  }
  sfu_twcc_history_free (w.history);
  return 0;
}
