/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads a transport-wide feedback packet (draft-holmer-rmcat-transport-wide-cc-
 * extensions-01). Written after the draft's text alone: it shares nothing with
 * the recorder, so that both would have to be wrong in the same way.
 *
 * Threads: the test's one thread. */
#pragma once

#include <glib.h>

#define LOST G_MININT64

typedef struct {
  guint16 seq;
  guint8 symbol; /* 0 lost, 1 small, 2 large */
  gint64 ticks;  /* reference and deltas; LOST */
} Status;

typedef struct {
  guint8 counter;
  guint n_chunks, run_chunks, one_bit_chunks, two_bit_chunks;
  GArray *statuses;
} Feedback;

static inline guint
be16 (const guint8 *p)
{
  return p[0] * 256u + p[1];
}

static inline void
decode_chunk (Feedback *f, guint chunk, guint base, guint count)
{
  guint n = 14, bits = 1;

  f->n_chunks++;
  if (chunk < 0x8000) {
    n = chunk % 0x2000;
    f->run_chunks++;
    g_assert_cmpuint (n, >, 0);
    g_assert_cmpuint (f->statuses->len + n, <=, count);
  } else if (chunk & 0x4000) {
    n = 7;
    bits = 2;
    f->two_bit_chunks++;
  } else {
    f->one_bit_chunks++;
  }
  for (guint i = 0; i < n && f->statuses->len < count; i++) {
    Status status = { (guint16)(base + f->statuses->len), 0, LOST };

    if (chunk < 0x8000)
      status.symbol = chunk / 0x2000;
    else
      status.symbol = chunk >> (14 - bits * (i + 1)) & ((1u << bits) - 1);
    g_assert_cmpuint (status.symbol, <=, 2);
    g_array_append_val (f->statuses, status);
  }
}

/* The packet must be one whole feedback; every byte is accounted for. */
static inline Feedback
decode (const guint8 *data, gsize len)
{
  Feedback f = { .statuses = g_array_new (FALSE, FALSE, sizeof (Status)) };
  guint base, count;
  gsize at = 20;
  gint64 ticks;

  g_assert_cmpuint (len, >=, 24);
  g_assert_cmphex (data[0], ==, 0x8f);
  g_assert_cmpuint (data[1], ==, 205);
  g_assert_cmpuint (be16 (data + 2) * 4 + 4, ==, len);
  g_assert_cmphex (be16 (data + 4) << 16 | be16 (data + 6), ==, 0xa1a2a3a4);
  g_assert_cmphex (be16 (data + 8) << 16 | be16 (data + 10), ==, 0xb1b2b3b4);
  base = be16 (data + 12);
  count = be16 (data + 14);
  g_assert_cmpuint (count, >, 0);
  ticks = (gint64)(be16 (data + 16) * 256 + data[18]) * 256;
  f.counter = data[19];
  while (f.statuses->len < count) {
    g_assert_cmpuint (at + 2, <=, len);
    decode_chunk (&f, be16 (data + at), base, count);
    at += 2;
  }
  for (guint i = 0; i < count; i++) {
    Status *status = &g_array_index (f.statuses, Status, i);

    if (status->symbol == 1)
      ticks += data[at];
    else if (status->symbol == 2)
      ticks += (gint16)be16 (data + at);
    at += status->symbol;
    g_assert_cmpuint (at, <=, len);
    if (status->symbol != 0)
      status->ticks = ticks;
  }
  g_assert_cmpuint (len - at, <, 4); /* padding of the last word, zeros */
  while (at < len)
    g_assert_cmpuint (data[at++], ==, 0);
  return f;
}
