/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a room does when its worker, or the server, has too much to do: it lets
 * nobody new in, and asks those who are there to do with less.
 *
 * Threads: the server's one thread. */
#pragma once

#include "sfu-room.h"

G_BEGIN_DECLS

/* May somebody come into this room, as far as load goes?
 * SFU_ERROR_LIMIT_EXCEEDED, with the name of what is short (SfuRefusal). */
gboolean sfu_room_check_load (SfuRoom *room, GError **error);
/* May somebody who is there send one more of these? Audio also when CPU is
 * short: it costs little, and a call without it is none. */
gboolean sfu_room_check_track (
    SfuRoom *room, SfuMediaKind kind, GError **error);

/* SFU_NOTICE_AUDIO_ONLY for all, and fewer speakers are forwarded. */
void sfu_room_recommend_audio_only (SfuRoom *room, gboolean on);
/* For whoever comes while that is so. */
gboolean sfu_room_is_audio_only (const SfuRoom *room);

/* Only the n loudest speakers of the room are forwarded, and no more than the
 * configuration says; 0 = as many as that says. */
void sfu_room_limit_audio (SfuRoom *room, guint n);

G_END_DECLS
