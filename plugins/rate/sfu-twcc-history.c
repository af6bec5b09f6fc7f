/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A ring indexed by the low bits of the transport-wide number. Numbers between
 * two that are remembered belong to packets that nobody asks about.
 *
 * Threads: owned by one transport's multiplexer, no locking. */
#include "sfu-twcc-history.h"

#include "sfu-bytes.h"

#define RING_MASK (SFU_TWCC_HISTORY - 1)
/* Header and SSRCs; then base, count, reference time with a counter. */
#define BASE_AT 12
#define COUNT_AT 14
#define CHUNKS_AT 20
#define CHUNK_SIZE 2
#define VECTOR_BIT 0x8000
#define TWO_BITS_BIT 0x4000
#define RUN_MASK 0x1fff
#define RUN_SYMBOL_SHIFT 13
#define SYMBOL_MASK 0x3
#define ONE_BIT_SYMBOLS 14
#define TWO_BIT_SYMBOLS 7
#define NOT_RECEIVED 0

typedef enum {
  UNUSED,
  SENT, /* nothing was told of it */
  MISSING,
  SETTLED /* it came, was sent again, or was told to be lost */
} State;

typedef struct {
  SfuTwccPacket packet;
  guint16 twcc_seq;
  guint8 state;
  guint32 sent_ms; /* wraps; compared within SFU_TWCC_MAX_AGE_US */
} Entry;

struct _SfuTwccHistory {
  Entry ring[SFU_TWCC_HISTORY];
  guint16 newest; /* transport-wide number */
  gboolean came;  /* one has; of those the one that was sent last: */
  guint32 newest_came_ms;
};

SfuTwccHistory *
sfu_twcc_history_new (void)
{
  return g_new0 (SfuTwccHistory, 1);
}

void
sfu_twcc_history_free (SfuTwccHistory *history)
{
  g_free (history);
}

static guint32
to_ms (gint64 us)
{
  return (guint32)(us / 1000);
}

static gint32
ms_after (guint32 a, guint32 b)
{
  return (gint32)(a - b);
}

/* Sendings of the packet before this one. */
static void
settle (SfuTwccHistory *history, const SfuTwccPacket *packet)
{
  for (guint i = 0; i < SFU_TWCC_HISTORY; i++) {
    Entry *entry = &history->ring[i];

    if (entry->packet.ssrc == packet->ssrc && entry->packet.seq == packet->seq)
      entry->state = SETTLED;
  }
}

void
sfu_twcc_history_sent (SfuTwccHistory *history, guint16 twcc_seq,
    const SfuTwccPacket *packet, gboolean again, gint64 now_us)
{
  if (again)
    settle (history, packet);
  history->ring[twcc_seq & RING_MASK] =
      (Entry){ *packet, twcc_seq, SENT, to_ms (now_us) };
  history->newest = twcc_seq;
}

static Entry *
find (SfuTwccHistory *history, guint16 twcc_seq)
{
  Entry *entry = &history->ring[twcc_seq & RING_MASK];

  return entry->state != UNUSED && entry->twcc_seq == twcc_seq ? entry : NULL;
}

static void
take_status (SfuTwccHistory *history, guint16 twcc_seq, guint symbol)
{
  Entry *entry = find (history, twcc_seq);

  if (!entry)
    return;
  if (symbol == NOT_RECEIVED) {
    if (entry->state == SENT)
      entry->state = MISSING;
    return;
  }
  entry->state = SETTLED;
  if (!history->came || ms_after (entry->sent_ms, history->newest_came_ms) > 0)
    history->newest_came_ms = entry->sent_ms;
  history->came = TRUE;
}

/* Returns how many statuses there were in the chunk. */
static guint
take_chunk (SfuTwccHistory *history, guint16 base, guint chunk, guint max)
{
  guint n = MIN (chunk & RUN_MASK, max), bits = 1, i;

  if (!(chunk & VECTOR_BIT)) {
    for (i = 0; i < n; i++)
      take_status (history, (guint16)(base + i),
          chunk >> RUN_SYMBOL_SHIFT & SYMBOL_MASK);
    return n;
  }
  n = ONE_BIT_SYMBOLS;
  if (chunk & TWO_BITS_BIT) {
    n = TWO_BIT_SYMBOLS;
    bits = 2;
  }
  n = MIN (n, max);
  for (i = 0; i < n; i++)
    take_status (history, (guint16)(base + i),
        chunk >> (ONE_BIT_SYMBOLS - bits * (i + 1)) & ((1u << bits) - 1));
  return n;
}

/* Arrival times, which follow the chunks, are for who estimates bandwidth. */
static void
take_feedback (SfuTwccHistory *history, const SfuRtcpPacket *feedback)
{
  const guint8 *data = feedback->data;
  guint16 base;
  guint count, done = 0;
  gsize at;

  if (feedback->len < CHUNKS_AT)
    return;
  base = sfu_get_u16 (data + BASE_AT);
  count = sfu_get_u16 (data + COUNT_AT);
  for (at = CHUNKS_AT; done < count && at + CHUNK_SIZE <= feedback->len;
       at += CHUNK_SIZE)
    done += take_chunk (
        history, (guint16)(base + done), sfu_get_u16 (data + at), count - done);
}

static gboolean
is_lost (const SfuTwccHistory *history, const Entry *entry, gint64 now_us)
{
  return entry->state == MISSING &&
      ms_after (history->newest_came_ms, entry->sent_ms) >=
      SFU_TWCC_REORDER_US / 1000 &&
      ms_after (to_ms (now_us), entry->sent_ms) <= SFU_TWCC_MAX_AGE_US / 1000;
}

guint
sfu_twcc_history_feedback (SfuTwccHistory *history,
    const SfuRtcpPacket *feedback, gint64 now_us, SfuTwccPacket *lost,
    guint max)
{
  guint n = 0;

  take_feedback (history, feedback);
  if (!history->came)
    return 0;
  for (guint i = 1; i <= SFU_TWCC_HISTORY && n < max; i++) {
    guint16 twcc_seq = (guint16)(history->newest - SFU_TWCC_HISTORY + i);
    Entry *entry = find (history, twcc_seq);

    if (!entry || !is_lost (history, entry, now_us))
      continue;
    entry->state = SETTLED;
    lost[n++] = entry->packet;
  }
  return n;
}
