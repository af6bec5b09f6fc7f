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

static gint64
steady_us (const SfuEncodingActivity *activity, guint encoding, gint64 now_us)
{
  gint64 wanted_us = SFU_ENCODING_STEADY_US;

  if (activity->stops[encoding] < 2 ||
      now_us - activity->stopped_us[encoding] > SFU_ENCODING_FORGET_US)
    return 0;
  for (guint i = 2;
       i < activity->stops[encoding] && wanted_us < SFU_ENCODING_STEADY_MAX_US;
       i++)
    wanted_us *= 2;
  return MIN (wanted_us, SFU_ENCODING_STEADY_MAX_US);
}

/* Where there is nothing else to show, everything counts at once. */
static gboolean
must_prove_itself (
    const SfuEncodingActivity *activity, guint encoding, gint64 now_us)
{
  guint others = activity->active & ~(1u << encoding);

  return others == activity->active && others != 0 &&
      now_us - activity->since_us[encoding] <
      steady_us (activity, encoding, now_us);
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
  if (now_us - activity->last_us[encoding] > SFU_ENCODING_SILENT_US)
    activity->since_us[encoding] = now_us;
  activity->newest_us = activity->last_us[encoding] = now_us;
  if (!must_prove_itself (activity, encoding, now_us))
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

static void
stop (SfuEncodingActivity *activity, guint encoding, gint64 now_us)
{
  if (now_us - activity->stopped_us[encoding] > SFU_ENCODING_FORGET_US)
    activity->stops[encoding] = 0;
  activity->stops[encoding] += activity->stops[encoding] < G_MAXUINT8;
  activity->stopped_us[encoding] = now_us;
  activity->active &= ~(1u << encoding);
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
    if ((activity->active >> i & 1) && has_stopped (activity, i, now_us))
      stop (activity, i, now_us);
  }
  return activity->active != was;
}
