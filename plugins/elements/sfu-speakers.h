/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tells a router who speaks, and which packets to forward when it forwards the
 * loudest alone: collects audio levels and polls the observer while somebody
 * sends audio; costs nothing while nobody does.
 *
 * Threads: levels from streaming threads, the callback on the media thread, the
 * rest on the control thread. */
#pragma once

#include "sfu-media-loop.h"

G_BEGIN_DECLS

typedef struct _SfuSpeakers SfuSpeakers;

/* speaker: NULL for silence; volume_db: -127..0 dBov. No lock held. */
typedef void (*SfuSpeakersFunc) (
    gpointer owner, GObject *speaker, gint volume_db);

SfuSpeakers *sfu_speakers_new (SfuSpeakersFunc func, gpointer owner);
/* Stopped before. */
void sfu_speakers_free (SfuSpeakers *self);

/* Without a loop there is no timer and func is never called. Once. */
void sfu_speakers_set_loop (SfuSpeakers *self, SfuMediaLoop *loop);

/* How many are forwarded, as sfu_loudest_set_n. Any thread. */
void sfu_speakers_set_loudest (SfuSpeakers *self, guint n);
guint sfu_speakers_get_loudest (SfuSpeakers *self);

/* level: RFC 6464, 0..127 (-dBov), of a packet. TRUE: forward it. */
gboolean sfu_speakers_add (SfuSpeakers *self, GObject *speaker, guint8 level);
/* Before the speaker goes away: it is borrowed. */
void sfu_speakers_remove (SfuSpeakers *self, GObject *speaker);

/* When it returns, func does not run. The next level starts the timer again. */
void sfu_speakers_stop (SfuSpeakers *self);

G_END_DECLS
