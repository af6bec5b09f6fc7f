/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names of rights.
 *
 * Threads: constant data. */
#include "sfu-rights.h"

#include <string.h>

static const struct {
  SfuRights right;
  const gchar *name;
} names[] = {
  { SFU_RIGHT_PUBLISH_AUDIO, "publish-audio" },
  { SFU_RIGHT_PUBLISH_VIDEO, "publish-video" },
  { SFU_RIGHT_PUBLISH_DATA, "publish-data" },
  { SFU_RIGHT_SUBSCRIBE, "subscribe" },
};

gboolean
sfu_right_from_name (const gchar *name, SfuRights *right)
{
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    if (strcmp (names[i].name, name) != 0)
      continue;
    *right = names[i].right;
    return TRUE;
  }
  return FALSE;
}

const gchar *
sfu_right_name (SfuRights right)
{
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (names[i].right == right)
      return names[i].name;
  return "unknown";
}
