/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sfu-encoding-activity.h.
 *
 * Threads: owned by its producer, no locking. Time is an argument. */
#include "sfu-encoding-activity.h"

void
sfu_encoding_activity_init (SfuEncodingActivity *activity)
{
  *activity = (SfuEncodingActivity){ 0 };
}

gboolean
sfu_encoding_activity_packet (
    SfuEncodingActivity *activity, guint encoding, gint64 now_us)
{
  guint was = activity->active;

  if (now_us - activity->newest_us > SFU_ENCODING_SILENT_US) {
    /* All come back one after the other: none is taken for stopped because it
     * is not the first. */
    activity->resumed_us = now_us;
    activity->active |= activity->before;
    activity->before = 0;
  }
  activity->newest_us = activity->last_us[encoding] = now_us;
  activity->active |= 1u << encoding;
  if (activity->poll_us == 0)
    activity->poll_us = now_us + SFU_ENCODING_POLL_US;
  return activity->active != was;
}

gboolean
sfu_encoding_activity_bye (SfuEncodingActivity *activity, guint encoding)
{
  guint was = activity->active;

  activity->active &= ~(1u << encoding);
  activity->before &= ~(1u << encoding);
  return activity->active != was;
}

static gboolean
has_stopped (const SfuEncodingActivity *activity, guint encoding, gint64 now_us)
{
  gint64 since_us = MAX (activity->last_us[encoding], activity->resumed_us);

  return now_us - since_us > SFU_ENCODING_SILENT_US;
}

gboolean
sfu_encoding_activity_poll (SfuEncodingActivity *activity, gint64 now_us)
{
  guint was = activity->active;
  guint i;

  if (activity->poll_us == 0 || now_us < activity->poll_us)
    return FALSE;
  if (now_us - activity->newest_us > SFU_ENCODINGS_ALL_SILENT_US) {
    activity->before = activity->active;
    activity->active = 0;
    activity->poll_us = 0;
    return TRUE;
  }
  activity->poll_us = now_us + SFU_ENCODING_POLL_US;
  if (now_us - activity->newest_us > SFU_ENCODING_SILENT_US)
    return FALSE;
  for (i = 0; i < SFU_MAX_ENCODINGS; i++) {
    if (has_stopped (activity, i, now_us))
      activity->active &= ~(1u << i);
  }
  return activity->active != was;
}
