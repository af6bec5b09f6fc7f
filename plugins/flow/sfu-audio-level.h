/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who speaks: mean level per producer over an interval, from the RFC 6464
 * header extension, and the loudest of them with hysteresis.
 *
 * Threads: owned by the router's control side; levels are added on the media
 * thread under the owner's lock. Time is an argument. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SFU_AUDIO_LEVEL_SILENT 127 /* -127 dBov, RFC 6464 */

typedef struct _SfuAudioLevelObserver SfuAudioLevelObserver;

/* threshold_db: e.g. -50: quieter means count as silence. */
SfuAudioLevelObserver *sfu_audio_level_observer_new (gint threshold_db);
void sfu_audio_level_observer_free (SfuAudioLevelObserver *observer);

/* key: any pointer that names the producer; levels are 0..127 (-dBov). */
void sfu_audio_level_observer_add (
    SfuAudioLevelObserver *observer, gconstpointer key, guint8 level);
void sfu_audio_level_observer_remove (
    SfuAudioLevelObserver *observer, gconstpointer key);

/* Who has the floor (SfuDominantSpeaker) is named whenever anybody speaks,
 * loudest or not. NULL = nobody has it: the loudest is named. */
void sfu_audio_level_observer_set_floor (
    SfuAudioLevelObserver *observer, gconstpointer key);
/* Ends an interval. Returns TRUE when the speaker changed or still speaks:
 * *key the loudest producer or NULL for silence, *volume_db its mean level in
 * dBov (-127..0). FALSE: silence as before. A new speaker must be louder than
 * the present one by 3 dB in an interval in which that one still speaks. */
gboolean sfu_audio_level_observer_poll (
    SfuAudioLevelObserver *observer, gconstpointer *key, gint *volume_db);

G_END_DECLS
