/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Arrivals stand in a ring indexed by the unwrapped number. [base, end) is what
 * no feedback has spoken of yet; what lies before base stays in the ring, so
 * that a duplicate can be told from a packet that was reported lost and came
 * after all.
 *
 * Time is kept in ticks of 250 us, 32 bits: the upper 24 are the reference time
 * of the format and the lower 8 the first delta, and all of it wraps at the
 * same moment.
 *
 * Threads: owned by one transport's demultiplexer. Time is an argument. */
#include "sfu-twcc-recorder.h"
#include "sfu-bytes.h"

#include <string.h>

#define RING_MASK (SFU_TWCC_MAX_PENDING - 1)
#define TICK_US 250
#define REFERENCE_TICK_BITS 8 /* 64 ms */
#define MAX_SMALL_DELTA 255
#define MAX_LATE 64 /* late arrivals remembered between two feedbacks */

#define FIXED_SIZE                                                             \
  20 /* RTCP header, SSRCs, base, count, reference, counter                    \
      */
#define CHUNK_SIZE 2
#define MAX_RUN 8191
#define ONE_BIT_SYMBOLS 14
#define TWO_BIT_SYMBOLS 7
#define VECTOR_CHUNK 0x8000
#define TWO_BIT_VECTOR 0x4000
#define RUN_SYMBOL_SHIFT 13
#define VERSION_BITS 0x80

G_STATIC_ASSERT ((SFU_TWCC_MAX_PENDING & RING_MASK) == 0);
/* One run-length chunk is at most a ring, and a count at most 16 bits. */
G_STATIC_ASSERT (SFU_TWCC_MAX_PENDING <= MAX_RUN + 1);

/* The symbols of the format, which are also the bytes of a delta. */
enum { NOT_RECEIVED = 0, SMALL_DELTA = 1, LARGE_DELTA = 2 };

typedef struct {
  guint32 ticks[SFU_TWCC_MAX_PENDING];
  guint8 symbols[SFU_TWCC_MAX_PENDING]; /* scratch of one feedback */
  /* scratch: all chunks but the last say as much as the shortest vector */
  guint16 chunks[SFU_TWCC_MAX_PENDING / TWO_BIT_SYMBOLS + 2];
  guint8 received[SFU_TWCC_MAX_PENDING];
} Ring;

struct _SfuTwccRecorder {
  Ring *ring; /* owned; NULL before the first packet */
  gint64 base, end;
  gint64 late[MAX_LATE]; /* ascending, all < base */
  guint n_late;
  gboolean suspect; /* a number from far behind came; the next confirms */
  guint16 suspect_next;
  guint8 feedback_count;
};

SfuTwccRecorder *
sfu_twcc_recorder_new (void)
{
  return g_new0 (SfuTwccRecorder, 1);
}

void
sfu_twcc_recorder_free (SfuTwccRecorder *recorder)
{
  if (recorder == NULL)
    return;
  g_free (recorder->ring);
  g_free (recorder);
}

static void
store (SfuTwccRecorder *recorder, gint64 seq, gint64 arrival_us)
{
  recorder->ring->received[seq & RING_MASK] = TRUE;
  recorder->ring->ticks[seq & RING_MASK] = (guint32)(arrival_us / TICK_US);
}

static void
begin (SfuTwccRecorder *recorder, guint16 seq, gint64 arrival_us)
{
  if (recorder->ring == NULL)
    recorder->ring = g_new (Ring, 1);
  memset (recorder->ring->received, FALSE, sizeof recorder->ring->received);
  /* One circle up: a packet from before the first has a number, too. */
  recorder->base = G_MAXUINT16 + 1 + seq;
  recorder->end = recorder->base + 1;
  recorder->n_late = 0;
  recorder->suspect = FALSE;
  store (recorder, recorder->base, arrival_us);
}

static void
add_late (SfuTwccRecorder *recorder, gint64 seq)
{
  guint at = recorder->n_late;

  if (at == MAX_LATE)
    return; /* it stays reported as lost */
  for (; at > 0 && recorder->late[at - 1] > seq; at--)
    recorder->late[at] = recorder->late[at - 1];
  recorder->late[at] = seq;
  recorder->n_late++;
}

static void
advance (SfuTwccRecorder *recorder, gint64 seq)
{
  if (seq + 1 - recorder->end >= SFU_TWCC_MAX_PENDING)
    memset (recorder->ring->received, FALSE, sizeof recorder->ring->received);
  else
    for (gint64 i = recorder->end; i <= seq; i++)
      recorder->ring->received[i & RING_MASK] = FALSE;
  recorder->end = seq + 1;
  recorder->base = MAX (recorder->base, recorder->end - SFU_TWCC_MAX_PENDING);
}

void
sfu_twcc_recorder_packet (
    SfuTwccRecorder *recorder, guint16 twcc_seq, gint64 arrival_us)
{
  gint64 seq;

  if (recorder->ring == NULL) {
    begin (recorder, twcc_seq, arrival_us);
    return;
  }
  seq = recorder->end - 1 +
      (gint16)(guint16)(twcc_seq - (guint16)(recorder->end - 1));
  if (seq >= recorder->end) {
    advance (recorder, seq);
    store (recorder, seq, arrival_us);
    recorder->suspect = FALSE;
    return;
  }
  if (seq < recorder->end - SFU_TWCC_MAX_PENDING) {
    /* A straggler, or a sender that counts from anew (as RFC 3550 A.1). */
    if (recorder->suspect && twcc_seq == recorder->suspect_next)
      begin (recorder, twcc_seq, arrival_us);
    else
      recorder->suspect = TRUE;
    recorder->suspect_next = (guint16)(twcc_seq + 1);
    return;
  }
  if (recorder->ring->received[seq & RING_MASK])
    return;
  store (recorder, seq, arrival_us);
  if (seq < recorder->base)
    add_late (recorder, seq);
}

gboolean
sfu_twcc_recorder_pending (const SfuTwccRecorder *recorder)
{
  return recorder->base < recorder->end || recorder->n_late > 0;
}

/* Fills symbols for [from, to). *reference: ticks of the first received one,
 * without their lower bits. Returns how many numbers there are before a delta
 * that 16 bits cannot say. */
static guint
make_symbols (Ring *ring, gint64 from, gint64 to, guint32 *reference)
{
  gboolean first = TRUE;
  guint32 previous = 0;
  guint n = 0;

  for (gint64 seq = from; seq < to; seq++, n++) {
    guint32 ticks = ring->ticks[seq & RING_MASK];
    gint32 delta;

    ring->symbols[n] = NOT_RECEIVED;
    if (!ring->received[seq & RING_MASK])
      continue;
    if (first) {
      *reference = ticks >> REFERENCE_TICK_BITS << REFERENCE_TICK_BITS;
      previous = *reference;
      first = FALSE;
    }
    delta = (gint32)(ticks - previous);
    if (delta < G_MININT16 || delta > G_MAXINT16)
      return n;
    ring->symbols[n] =
        delta >= 0 && delta <= MAX_SMALL_DELTA ? SMALL_DELTA : LARGE_DELTA;
    previous = ticks;
  }
  return n;
}

static guint
run_length (const guint8 *symbols, guint n)
{
  guint run = 1;

  while (run < n && run < MAX_RUN && symbols[run] == symbols[0])
    run++;
  return run;
}

/* Picks the next chunk over at most n symbols. Returns how many it says. */
static guint
make_chunk (const guint8 *symbols, guint n, guint16 *chunk)
{
  guint run = run_length (symbols, n);
  guint ones = MIN (n, ONE_BIT_SYMBOLS), twos = MIN (n, TWO_BIT_SYMBOLS);
  gboolean one_bit = memchr (symbols, LARGE_DELTA, ones) == NULL;

  /* A run pays when the vector would not say more. */
  if (run >= (one_bit ? ones : twos)) {
    *chunk = (guint16)(symbols[0] << RUN_SYMBOL_SHIFT | run);
    return run;
  }
  if (one_bit) {
    *chunk = VECTOR_CHUNK;
    for (guint i = 0; i < ones; i++)
      *chunk |= symbols[i] << (ONE_BIT_SYMBOLS - 1 - i);
    return ones;
  }
  *chunk = VECTOR_CHUNK | TWO_BIT_VECTOR;
  for (guint i = 0; i < twos; i++)
    *chunk |= symbols[i] << (2 * (TWO_BIT_SYMBOLS - 1 - i));
  return twos;
}

/* How many of the symbols have deltas that fit into room; their bytes are added
 * to *bytes. */
static guint
fit_deltas (const guint8 *symbols, guint n, gsize room, gsize *bytes)
{
  for (guint i = 0; i < n; i++) {
    if (symbols[i] > room)
      return i;
    room -= symbols[i];
    *bytes += symbols[i];
  }
  return n;
}

/* Chooses chunks for as many of n symbols as fit into room (behind the fixed
 * part). Returns how many symbols. */
static guint
make_chunks (
    Ring *ring, guint n, gsize room, guint *n_chunks, gsize *delta_bytes)
{
  guint done = 0;

  *n_chunks = 0;
  *delta_bytes = 0;
  while (done < n) {
    gsize used = (*n_chunks + 1) * CHUNK_SIZE + *delta_bytes;
    guint said, fit;

    if (used > room)
      break;
    said =
        make_chunk (ring->symbols + done, n - done, &ring->chunks[*n_chunks]);
    fit = fit_deltas (ring->symbols + done, said, room - used, delta_bytes);
    if (fit == 0)
      break;
    if (fit < said) /* the same again, over fewer */
      make_chunk (ring->symbols + done, fit, &ring->chunks[*n_chunks]);
    (*n_chunks)++;
    done += fit;
    if (fit < said)
      break;
  }
  return done;
}

static guint8 *
put_deltas (
    const Ring *ring, gint64 from, guint n, guint32 reference, guint8 *out)
{
  guint32 previous = reference;

  for (guint i = 0; i < n; i++) {
    guint32 ticks = ring->ticks[(from + i) & RING_MASK];

    if (ring->symbols[i] == NOT_RECEIVED)
      continue;
    if (ring->symbols[i] == SMALL_DELTA)
      *out = (guint8)(ticks - previous);
    else
      sfu_put_u16 (out, (guint16)(ticks - previous));
    out += ring->symbols[i];
    previous = ticks;
  }
  return out;
}

/* One feedback over a beginning of [from, to). Returns how many numbers it
 * speaks of; 0: no room. */
static guint
write_feedback (SfuTwccRecorder *recorder, gint64 from, gint64 to,
    guint32 sender_ssrc, guint32 media_ssrc, SfuRtcpWriter *writer)
{
  Ring *ring = recorder->ring;
  /* The length field counts words; what is left of one stays unused. */
  gsize room = MIN (writer->size - writer->len, (gsize)G_MAXUINT16 * 4) & ~3u;
  guint32 reference = 0;
  gsize delta_bytes, size;
  guint8 *data, *out;
  guint n, n_chunks;

  if (room < FIXED_SIZE)
    return 0;
  n = make_symbols (ring, from, to, &reference);
  n = make_chunks (ring, n, room - FIXED_SIZE, &n_chunks, &delta_bytes);
  if (n == 0)
    return 0;
  size = (FIXED_SIZE + n_chunks * CHUNK_SIZE + delta_bytes + 3) & ~(gsize)3;

  data = writer->data + writer->len;
  data[0] = VERSION_BITS | SFU_RTPFB_TRANSPORT_CC;
  data[1] = SFU_RTCP_RTPFB;
  sfu_put_u16 (data + 2, (guint16)(size / 4 - 1));
  sfu_put_u32 (data + 4, sender_ssrc);
  sfu_put_u32 (data + 8, media_ssrc);
  sfu_put_u16 (data + 12, (guint16)from);
  sfu_put_u16 (data + 14, (guint16)n);
  sfu_put_u24 (data + 16, reference >> REFERENCE_TICK_BITS);
  data[19] = recorder->feedback_count++;
  out = data + FIXED_SIZE;
  for (guint i = 0; i < n_chunks; i++, out += CHUNK_SIZE)
    sfu_put_u16 (out, ring->chunks[i]);
  out = put_deltas (ring, from, n, reference, out);
  /* Zeros up to the word, as the draft's figure has it, without the P bit: the
   * count says where the deltas end. */
  memset (out, 0, (gsize)(data + size - out));
  writer->len += size;
  return n;
}

static void
forget_late (SfuTwccRecorder *recorder, guint n)
{
  recorder->n_late -= n;
  memmove (recorder->late, recorder->late + n,
      recorder->n_late * sizeof recorder->late[0]);
}

gboolean
sfu_twcc_recorder_feedback (SfuTwccRecorder *recorder, guint32 sender_ssrc,
    guint32 media_ssrc, SfuRtcpWriter *writer)
{
  guint n, run = 1;

  /* Late ones that the ring has moved past. */
  while (recorder->n_late > 0 &&
      recorder->late[0] < recorder->end - SFU_TWCC_MAX_PENDING)
    forget_late (recorder, 1);

  if (recorder->n_late > 0) {
    /* Neighbours alone share a feedback: what lies between others has been
     * reported. */
    while (run < recorder->n_late &&
        recorder->late[run] == recorder->late[0] + run)
      run++;
    n = write_feedback (recorder, recorder->late[0], recorder->late[0] + run,
        sender_ssrc, media_ssrc, writer);
    forget_late (recorder, n);
    return n > 0;
  }
  if (recorder->base == recorder->end)
    return FALSE;
  n = write_feedback (
      recorder, recorder->base, recorder->end, sender_ssrc, media_ssrc, writer);
  recorder->base += n;
  return n > 0;
}
