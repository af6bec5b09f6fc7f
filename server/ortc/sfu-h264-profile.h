/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* H264 profile-level-id (RFC 6184 section 8.1): which profiles are the same,
 * and which level both sides can do.
 *
 * Threads: pure functions. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  SFU_H264_CONSTRAINED_BASELINE,
  SFU_H264_BASELINE,
  SFU_H264_MAIN,
  SFU_H264_CONSTRAINED_HIGH,
  SFU_H264_HIGH
} SfuH264Profile;

/* Level 1b has no number of its own in level_idc; it stands between 1 and
 * 1.1. */
#define SFU_H264_LEVEL_1B 0

typedef struct {
  SfuH264Profile profile;
  guint8 level; /* ten times the level, or SFU_H264_LEVEL_1B */
} SfuH264ProfileLevel;

/* text: six hexadecimal digits, or NULL for the default that WebRTC uses when
 * the parameter is missing (constrained baseline, level 3.1; RFC 6184 says
 * baseline level 1, which no browser follows). FALSE for anything else. */
gboolean sfu_h264_profile_parse (const gchar *text, SfuH264ProfileLevel *id);

/* Six digits; NULL for a pair that does not exist (level 1b in high
 * profiles). */
gchar *sfu_h264_profile_to_string (const SfuH264ProfileLevel *id);

/* TRUE when a is a lower level than b. */
gboolean sfu_h264_level_less (guint8 a, guint8 b);

G_END_DECLS
