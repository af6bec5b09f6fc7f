/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a packet's next step will touch, as addresses of cache lines. A packet that
 * goes to fifty subscribers finds each one's state cold; asked for one subscriber
 * ahead, it arrives while the one before is being served.
 *
 * Addresses are only ever prefetched, which cannot fail: they may be of something
 * that is long gone.
 *
 * Threads: of whoever holds the lines. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SFU_CACHE_LINE 64
/* A consumer with its way to the transport has some 35. */
#define SFU_HOT_LINES_MAX 48

typedef struct {
  guint n;
  guintptr at[SFU_HOT_LINES_MAX];
} SfuHotLines;

/* size bytes from data on; what is there already, or does not fit, is left out. */
static inline void
sfu_hot_lines_add (SfuHotLines *self, gconstpointer data, gsize size)
{
  guintptr begin = (guintptr)data & ~(guintptr)(SFU_CACHE_LINE - 1);

  if (!data)
    return;
  for (guintptr at = begin; at < (guintptr)data + size; at += SFU_CACHE_LINE) {
    guint i = 0;

    while (i < self->n && self->at[i] != at)
      i++;
    if (i == self->n && i < SFU_HOT_LINES_MAX)
      self->at[self->n++] = at;
  }
}

static inline void
sfu_hot_lines_prefetch (const SfuHotLines *self)
{
  for (guint i = 0; i < self->n; i++)
    __builtin_prefetch ((gconstpointer)self->at[i]);
}

G_END_DECLS
