/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One direction of a bad network: takes packets with the time at which they
 * came, gives them back when they are due, in the order in which they are due.
 * A packet passes, in this order: blackout, rate with its queue, random loss,
 * bursts, duplication, delay. Every packet draws the same number of random
 * numbers, so that the same packets meet the same fate with the same seed and
 * settings, whatever the clock says.
 *
 * Threads: owned by one thread, no locking. Time is an argument. */
#pragma once

#include "bottle-settings.h"

G_BEGIN_DECLS

typedef struct {
  guint64 received, sent; /* packets; duplicates are sent twice */
  guint64 received_bytes, sent_bytes;
  guint64 lost;       /* by chance */
  guint64 burst;      /* in runs */
  guint64 bursts;     /* those runs */
  guint64 blackout;   /* while nothing passed */
  guint64 tail;       /* no room in front of the rate, or none at all */
  guint64 duplicated; /* packets that came twice */
  guint64 reordered;  /* given back behind one that came later */
  guint waiting;      /* inside now */
} SfuBottleStats;

typedef struct _SfuBottleLine SfuBottleLine;

SfuBottleLine *sfu_bottle_line_new (guint32 seed);
void sfu_bottle_line_free (SfuBottleLine *line);

/* As in bottle-settings.h; what is inside already stays as it is. */
gboolean sfu_bottle_line_set (
    SfuBottleLine *line, const gchar *text, gint64 now_us, GError **error);

/* packet: referenced. route: handed back by pop, borrowed. */
void sfu_bottle_line_push (
    SfuBottleLine *line, GBytes *packet, gpointer route, gint64 now_us);
/* The next one that is due, or NULL; the caller owns it. */
GBytes *sfu_bottle_line_pop (
    SfuBottleLine *line, gint64 now_us, gpointer *route);
/* When pop has something to give, µs; -1: nothing is inside. */
gint64 sfu_bottle_line_next_us (const SfuBottleLine *line);

void sfu_bottle_line_get_stats (
    const SfuBottleLine *line, SfuBottleStats *stats);

G_END_DECLS
