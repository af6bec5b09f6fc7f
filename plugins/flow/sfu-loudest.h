/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which n of a room's speakers are forwarded, so that a large room costs each
 * of its members n audio streams and not all of them.
 *
 * Loudness follows a rise by half with each packet and falls by 30 dB a second,
 * like the needle of a level meter: a breath between two words costs nobody a
 * place. A place that is free is taken with the first packet. Else whoever comes
 * must be louder by 6 dB than the least loud of those who have one, which
 * somebody as loud as they is 200 ms after one of them has stopped speaking.
 * Nobody takes turns: with the same margin the other one must come back.
 *
 * Threads: under the owner's lock. Time is an argument. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _SfuLoudest SfuLoudest;

SfuLoudest *sfu_loudest_new (void);
void sfu_loudest_free (SfuLoudest *self);

/* 0 = all: nothing is ranked, which is how it begins. Fewer than before: the
 * least loud go at once. */
void sfu_loudest_set_n (SfuLoudest *self, guint n, gint64 now_us);
guint sfu_loudest_n (const SfuLoudest *self);

/* A packet of key (any pointer that names the speaker; never read) has this
 * level, RFC 6464, 0..127 (-dBov). TRUE: forward it. */
gboolean sfu_loudest_add (
    SfuLoudest *self, gconstpointer key, guint8 level, gint64 now_us);
/* Its place is free. */
void sfu_loudest_remove (SfuLoudest *self, gconstpointer key);

G_END_DECLS
