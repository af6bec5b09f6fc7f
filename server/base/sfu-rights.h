/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a participant may do in a room.
 *
 * Threads: constant data. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  SFU_RIGHTS_NONE = 0,
  SFU_RIGHT_PUBLISH_AUDIO = 1 << 0,
  SFU_RIGHT_PUBLISH_VIDEO = 1 << 1,
  SFU_RIGHT_PUBLISH_DATA = 1 << 2,
  SFU_RIGHT_SUBSCRIBE = 1 << 3,
  SFU_RIGHTS_ALL = 0xf
} SfuRights;

/* "publish-audio", ... FALSE = no such right. */
gboolean sfu_right_from_name (const gchar *name, SfuRights *right);
/* Of a single right; never NULL. */
const gchar *sfu_right_name (SfuRights right);

G_END_DECLS
