/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who has the floor: I. Volfin and I. Cohen, "Dominant speaker identification
 * for multipoint videoconferencing" (2013). Each speaker's activity is judged
 * over an immediate, a medium and a long time (20 ms, 100 ms, 1 s), and another
 * one takes over only when it is the more active in all three: a cough does not,
 * nor does a "yes" from somebody else, and a speaker may breathe.
 *
 * Threads: under the owner's lock. Time is an argument. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _SfuDominantSpeaker SfuDominantSpeaker;

SfuDominantSpeaker *sfu_dominant_speaker_new (void);
void sfu_dominant_speaker_free (SfuDominantSpeaker *self);

/* key names the speaker; never read. level: RFC 6464, 0..127 (-dBov), of a
 * packet of about 20 ms. A speaker that sends nothing (Opus DTX) is silent. */
void sfu_dominant_speaker_add (
    SfuDominantSpeaker *self, gconstpointer key, guint8 level, gint64 now_us);
void sfu_dominant_speaker_remove (SfuDominantSpeaker *self, gconstpointer key);

/* The one who has the floor, every 300 ms or so; NULL = nobody has spoken yet,
 * or who had it was removed. It is kept through silence. */
gconstpointer sfu_dominant_speaker_poll (
    SfuDominantSpeaker *self, gint64 now_us);

G_END_DECLS
